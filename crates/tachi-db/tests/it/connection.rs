//! Opening, reading, writing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl};
use tachi_db::users::{NewUser, user_by_name, user_insert, user_seen_unless_invisible as user_seen, users_by_ids};
use tachi_db::{Conn, Database, DbError, snapshot};

use crate::postgres::empty_postgres_database;
use crate::support::{WAIT, on_both, options};

fn insert(conn: &mut Conn, username: &str) -> Result<(), DbError> {
    user_insert(conn, &NewUser { username, ..NewUser::default() }).map(|_| ())
}

fn exists(db: &Database, username: &str) -> bool {
    db.read(|conn| user_by_name(conn, username)).unwrap().is_some()
}

#[test]
fn an_error_rolls_everything_back() {
    on_both(|db| {
        let result: Result<(), DbError> = db.database.write(WAIT, |conn| {
            insert(conn, "first")?;
            Err(DbError::Busy { reason: "on purpose".to_owned() })
        });
        assert!(result.unwrap_err().is_busy());
        assert!(!exists(&db.database, "first"));
        db.write(|conn| insert(conn, "second"));
        assert!(exists(&db.database, "second"));
    });
}

#[test]
fn a_panic_rolls_back_and_does_not_stop_others() {
    on_both(|db| {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            db.write(|conn| {
                insert(conn, "first")?;
                conn.transaction(|conn| -> Result<(), DbError> {
                    insert(conn, "inner")?;
                    panic!("on purpose")
                })
            })
        }));
        assert!(panicked.is_err());
        db.write(|conn| insert(conn, "second"));
        assert!(!exists(&db.database, "first"));
        assert!(exists(&db.database, "second"));
    });
}

#[test]
fn an_inner_transaction_is_a_savepoint() {
    on_both(|db| {
        db.write(|conn| {
            insert(conn, "outer")?;
            let inner: Result<(), DbError> = conn.transaction(|conn| {
                insert(conn, "inner")?;
                insert(conn, "outer")
            });
            assert!(inner.unwrap_err().is_conflict_on("username"));
            conn.transaction(|conn| insert(conn, "kept"))
        });
        assert!(exists(&db.database, "outer"));
        assert!(exists(&db.database, "kept"));
        assert!(!exists(&db.database, "inner"));
    });
}

#[test]
fn a_swallowed_error_is_no_silent_loss() {
    on_both(|db| {
        db.write(|conn| insert(conn, "taken"));
        let result: Result<(), DbError> = db.database.write(WAIT, |conn| {
            insert(conn, "other")?;
            let _ = insert(conn, "taken");
            Ok(())
        });
        // PostgreSQL fails the whole transaction, SQLite the statement: what is answered is what is stored.
        assert_eq!(result.is_ok(), exists(&db.database, "other"));
    });
}

#[test]
fn a_dry_run_returns_its_value_and_stores_nothing() {
    on_both(|db| {
        let id = db.database.write_rolled_back(WAIT, |conn| {
            insert(conn, "player")?;
            user_by_name(conn, "player")
        });
        assert_eq!(id.unwrap().unwrap().username, "player");
        assert!(!exists(&db.database, "player"));
    });
}

#[test]
fn readers_cannot_write_on_sqlite() {
    on_both(|db| {
        if !db.is_postgres {
            let result = db.database.read(|conn| insert(conn, "player"));
            assert!(matches!(result, Err(DbError::Broken(_))), "{result:?}");
        }
    });
}

#[test]
fn threads_do_not_lose_each_others_changes() {
    on_both(|db| {
        let user = db.user("player");
        let runs = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let runs = &runs;
                scope.spawn(move || {
                    for turn in 0..25 {
                        db.write(|conn| {
                            runs.fetch_add(1, Ordering::Relaxed);
                            // Reads before it writes, which is what fails in a deferred transaction of SQLite.
                            diesel::sql_query("UPDATE users SET auth_level = auth_level WHERE id = 1").execute(conn)?;
                            let seen = users_by_ids(conn, &[user])?[0].last_seen;
                            user_seen(conn, user, seen + 1)?;
                            insert(conn, &format!("t{thread}_{turn}"))
                        });
                    }
                });
            }
        });
        assert_eq!(db.read(|conn| users_by_ids(conn, &[user]))[0].last_seen, 200);
        assert!(runs.load(Ordering::Relaxed) >= 200);
    });
}

#[test]
fn who_waits_too_long_for_a_turn_is_told_so() {
    on_both(|db| {
        if db.is_postgres {
            return;
        }
        db.write(|_| {
            let begun = Instant::now();
            let result: Result<(), DbError> = std::thread::scope(|scope| {
                let other = scope.spawn(|| db.database.write(Duration::from_millis(50), |_| Ok(())));
                other.join().unwrap()
            });
            assert!(result.unwrap_err().is_busy());
            assert!(begun.elapsed() >= Duration::from_millis(50));
            Ok(())
        });
        // Another process that writes counts, too.
        let other = Database::open(&db.url, &options()).unwrap();
        db.write(|_| {
            let result: Result<(), DbError> = other.write(Duration::from_millis(50), |_| Ok(()));
            assert!(result.unwrap_err().is_busy());
            Ok(())
        });
        other.write(WAIT, |conn| insert(conn, "player")).unwrap();
        assert!(exists(&db.database, "player"));
    });
}

#[test]
fn a_deadlock_is_run_again() {
    on_both(|db| {
        let users = [db.user("first"), db.user("second")];
        let barrier = std::sync::Barrier::new(2);
        let attempts = AtomicU32::new(0);
        let (committed, has_committed) = std::sync::mpsc::channel();
        let has_committed = std::sync::Mutex::new(has_committed);
        std::thread::scope(|scope| {
            for order in [[0, 1], [1, 0]] {
                let (barrier, attempts, has_committed) = (&barrier, &attempts, &has_committed);
                let committed = committed.clone();
                scope.spawn(move || {
                    let mut own_attempts = 0;
                    db.write(|conn| {
                        attempts.fetch_add(1, Ordering::Relaxed);
                        own_attempts += 1;
                        if own_attempts > 1 {
                            // The row that the other one waited for is free now, and nothing makes it the first to
                            // take it: run again too soon, this one would, and there would be another deadlock.
                            has_committed.lock().unwrap().recv_timeout(WAIT).unwrap();
                        }
                        user_seen(conn, users[order[0]], i64::from(order[0] as u8) + 1)?;
                        if own_attempts == 1 && db.is_postgres {
                            barrier.wait();
                        }
                        user_seen(conn, users[order[1]], 100)
                    });
                    // The test may be over.
                    let _ = committed.send(());
                });
            }
        });
        if db.is_postgres {
            assert_eq!(db.database.retries(), 1);
            assert_eq!(attempts.load(Ordering::Relaxed), 3);
        }
    });
}

#[test]
fn a_snapshot_does_not_see_later_changes() {
    on_both(|db| {
        let seen = db.read(|conn| {
            snapshot(conn, |conn| {
                let before = user_by_name(conn, "player")?.is_some();
                db.user("player");
                Ok::<_, DbError>((before, user_by_name(conn, "player")?.is_some()))
            })
        });
        assert_eq!(seen, (false, false));
        assert!(exists(&db.database, "player"));
    });
}

#[test]
fn statements_are_counted() {
    on_both(|db| {
        // The first use of a connection sends its settings.
        exists(&db.database, "player");
        assert_eq!(db.count(|db| exists(&db.database, "player")).0, 1);
        // Begin, insert, commit.
        assert_eq!(db.count(|db| db.user("player")).0, 3);
        let silent = Database::open(&db.url, &tachi_db::Options::default()).unwrap();
        exists(&silent, "player");
        assert_eq!(silent.statements(), 0);
    });
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    on_both(|db| {
        db.write(|conn| {
            let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
            Ok(conn.batch_execute(newer)?)
        });
        let error = Database::open(&db.url, &options()).unwrap_err();
        assert!(matches!(&error, DbError::TooNew { migration, .. } if migration == "9999"), "{error}");
        assert!(error.to_string().contains("newer than this program"), "{error}");
    });
}

#[test]
fn several_processes_may_open_a_new_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = empty_postgres_database();
    let sqlite = folder.path().join("new.db").display().to_string();
    for url in [Some(sqlite), postgres.as_ref().map(|postgres| postgres.url.clone())].into_iter().flatten() {
        std::thread::scope(|scope| {
            let open = || scope.spawn(|| Database::open(&url, &options()).map(drop));
            let threads: Vec<_> = (0..4).map(|_| open()).collect();
            for thread in threads {
                thread.join().unwrap().unwrap();
            }
        });
    }
}

#[test]
fn the_write_ahead_log_does_not_grow_for_ever_and_goes_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let log = folder.path().join("test.db-wal");
    let size = || std::fs::metadata(&log).map_or(0, |metadata| metadata.len());
    let database = Database::open(&path.display().to_string(), &options()).unwrap();
    let mut largest = 0;
    for turn in 0..60 {
        let about = "x".repeat(1_000_000);
        let username = format!("player{turn}");
        let new = NewUser { username: &username, about: &about, ..NewUser::default() };
        database.write(WAIT, |conn| user_insert(conn, &new)).unwrap();
        largest = largest.max(size());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(largest < 40_000_000, "{largest}");
    drop(database);
    assert_eq!(size(), 0);
}
