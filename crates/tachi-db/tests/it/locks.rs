//! The locks of users.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use tachi_db::locks::*;
use tachi_db::{Conn, DbError};

use crate::support::{WAIT, on_both};

const HOUR: i64 = 3_600_000;
const START: i64 = 1_700_000_000_000;

#[test]
fn who_gets_a_lock_and_when() {
    // (what it shows, the other's last sign of life after its start, the time of the second attempt, whether the
    // second is of the same process, who gets it)
    let table = [
        ("a lock is held by one", 0, 0, false, Acquired::Held),
        ("the same process is no exception", 0, 0, true, Acquired::Held),
        ("a process that lives keeps its lock", HOUR, HOUR, false, Acquired::Held),
        ("an hour is not too long", HOUR, HOUR, true, Acquired::Held),
        ("more than an hour is", HOUR + 1, HOUR + 1, false, Acquired::Yes),
        ("also for the same process", HOUR + 1, HOUR + 1, true, Acquired::Yes),
        ("90 minutes are", 90 * 60_000, 90 * 60_000, false, Acquired::Yes),
        ("silence of 15 s is not death", 0, 15_000, false, Acquired::Held),
        ("more is", 0, 15_001, false, Acquired::Yes),
        ("one's own silence is not", 0, 15_001, true, Acquired::Held),
        ("a sign of life keeps it", 5000, 20_000, false, Acquired::Held),
        ("until it is too old", 5000, 20_001, false, Acquired::Yes),
    ];
    on_both(|db| {
        for (number, (what, sign, later, same, expected)) in table.iter().enumerate() {
            let user = db.user(&format!("player{number}"));
            let acquire = |holder: &str, instance: &str, now| {
                db.write(|conn| import_lock_acquire(conn, user, holder, instance, now))
            };
            let first = format!("process {number}");
            assert_eq!(acquire("first", &first, START), Acquired::Yes);
            assert!(db.write(|conn| import_lock_heartbeat(conn, user, "first", &first, START + sign)));
            let second = if *same { first.clone() } else { "another".to_owned() };
            assert_eq!(acquire("second", &second, START + later), *expected, "{what}");
            let holder = if *expected == Acquired::Yes { "second" } else { "first" };
            assert!(db.read(|conn| import_lock_held_by(conn, user, holder)), "{what}");
        }
    });
}

#[test]
fn only_the_holder_releases() {
    on_both(|db| {
        let user = db.user("player");
        let acquire = |holder: &str| db.write(|conn| import_lock_acquire(conn, user, holder, "process", START));
        let release = |holder: &str| db.write(|conn| import_lock_release(conn, user, holder));
        assert!(!release("first"));
        assert_eq!(acquire("first"), Acquired::Yes);
        assert_eq!(acquire("second"), Acquired::Held);
        assert!(!release("second"));
        let held = db.read(import_locks_held);
        assert_eq!((held.len(), held[0].holder.as_str(), held[0].locked_at), (1, "first", START));
        assert!(release("first"));
        assert!(!release("first"));
        assert!(db.read(import_locks_held).is_empty());
        assert!(!db.read(|conn| import_lock_held_by(conn, user, "first")));
        assert_eq!(acquire("second"), Acquired::Yes);
    });
}

#[test]
fn of_many_that_want_a_lock_one_gets_it() {
    on_both(|db| {
        for name in ["player", "again"] {
            let user = db.user(name);
            let acquired = std::thread::scope(|scope| {
                let acquire = |number: u32| {
                    scope.spawn(move || {
                        db.write(|conn| import_lock_acquire(conn, user, &format!("{number}"), "process", START))
                    })
                };
                let threads: Vec<_> = (0..8).map(acquire).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
            });
            assert_eq!(acquired.iter().filter(|acquired| **acquired == Acquired::Yes).count(), 1);
        }
    });
}

#[test]
fn users_do_not_hold_each_other_up() {
    on_both(|db| {
        let users = [db.user("first"), db.user("second")];
        for user in users {
            let acquired = db.write(|conn| import_lock_acquire(conn, user, "import", "process", START));
            assert_eq!(acquired, Acquired::Yes);
        }
        let renew =
            |holder, instance| db.write(|conn| import_lock_heartbeat(conn, users[0], holder, instance, START + 1));
        assert_eq!(
            [renew("import", "process"), renew("other", "process"), renew("import", "other")],
            [true, false, false]
        );
        let signs: Vec<i64> = db.read(import_locks_held).iter().map(|lock| lock.heartbeat_at).collect();
        assert_eq!(signs, [START + 1, START]);
    });
}

#[test]
fn transactions_of_one_user_wait_for_one_another() {
    on_both(|db| {
        if !db.is_postgres {
            return;
        }
        let users = [db.user("first"), db.user("second")];
        let wait = Duration::from_millis(100);
        let write = |user, wait| db.database.write_of_user(user, wait, |_| Ok::<_, DbError>(()));
        let inside = |_: &mut Conn| {
            std::thread::scope(|scope| {
                scope.spawn(|| write(users[1], wait)).join().unwrap().unwrap();
                let begun = Instant::now();
                let result = scope.spawn(|| write(users[0], wait)).join().unwrap();
                assert!(result.unwrap_err().is_busy());
                // What connecting took counts.
                assert!(begun.elapsed() >= wait / 2);
            });
            Ok::<_, DbError>(())
        };
        db.database.write_of_user(users[0], WAIT, inside).unwrap();
        // The lock goes with the transaction; neither it nor its time limit stays on a connection that failed to get it.
        for _ in 0..3 {
            write(users[0], wait).unwrap();
        }
        db.write(|conn| {
            let limit: String =
                diesel::select(diesel::dsl::sql::<Text>("current_setting('lock_timeout')")).get_result(conn)?;
            assert_eq!(limit, "0");
            Ok(())
        });
    });
}
