//! Connections that are lost, and news of another catalogue. Source: `spec/pipeline.md` 8, `design.md` "Data model
//! notes".

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use tachi_core::game::Game;
use tachi_db::catalogue::{catalogue_version, songs_and_charts_replace};
use tachi_db::catalogue_news::CatalogueNews;
use tachi_db::users::{NewUser, user_by_name, user_insert};
use tachi_db::{Conn, Database, DbError};

use crate::postgres::{Restart, restartable_postgres};
use crate::support::{WAIT, on_both, options};

fn insert(conn: &mut Conn, username: &str) -> Result<(), DbError> {
    user_insert(conn, &NewUser { username, ..NewUser::default() }).map(|_| ())
}

fn exists(database: &Database, username: &str) -> bool {
    database.read(|conn| user_by_name(conn, username)).unwrap().is_some()
}

/// Opens several connections at once, so that the pool has them.
fn warm_up(database: &Database, connections: usize) {
    let barrier = Barrier::new(connections);
    std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let read = database.read(|conn| {
                    barrier.wait();
                    catalogue_version(conn)
                });
                read.unwrap();
            });
        }
    });
    assert_eq!(database.pool_use().open as usize, connections);
}

#[test]
fn after_a_restart_nobody_meets_a_dead_connection() {
    let Some(mut postgres) = restartable_postgres() else { return };
    let database = Database::open(&postgres.url, &options()).unwrap();
    for (round, how) in [Restart::Fast, Restart::Immediate].into_iter().enumerate() {
        warm_up(&database, 6);
        postgres.restart(how);
        for number in 0..6 {
            database.read(catalogue_version).unwrap();
            database.write(WAIT, |conn| insert(conn, &format!("user_{round}_{number}"))).unwrap();
        }
        database.write_alone(WAIT, |conn| insert(conn, &format!("alone_{round}"))).unwrap();
    }
    assert_eq!(database.retries(), 0, "the connections were thrown away before they were used");
}

#[test]
fn a_transaction_that_loses_its_connection_before_its_commit_is_run_again() {
    let Some(mut postgres) = restartable_postgres() else { return };
    let database = Database::open(&postgres.url, &options()).unwrap();
    for (attempt, how) in [(0, Restart::Fast), (1, Restart::Immediate)] {
        let (first, second) = (format!("first_{attempt}"), format!("second_{attempt}"));
        let mut attempts = 0;
        let written = database.write(WAIT, |conn| {
            attempts += 1;
            insert(conn, &first)?;
            if attempts == 1 {
                postgres.restart(how);
            }
            insert(conn, &second)
        });
        written.unwrap();
        assert_eq!((attempts, database.retries()), (2, attempt + 1));
        assert!(exists(&database, &first) && exists(&database, &second));
    }
}

#[test]
fn a_transaction_whose_commit_was_not_answered_is_not_run_again() {
    on_both(|db| {
        if !db.is_postgres {
            return;
        }
        db.write(|conn| {
            conn.batch_execute(
                "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; \
                 CREATE CONSTRAINT TRIGGER die AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION die()",
            )
            .map_err(DbError::from)
        });
        let attempts = AtomicU32::new(0);
        let result = db.database.write(WAIT, |conn| {
            attempts.fetch_add(1, Ordering::Relaxed);
            insert(conn, "player")
        });
        let error = result.unwrap_err();
        assert!(error.is_unreachable() && error.to_string().contains("may have succeeded"), "{error}");
        assert_eq!((attempts.into_inner(), db.database.retries()), (1, 0));
        // The next one gets a connection that works.
        db.write(|conn| conn.batch_execute("DROP TRIGGER die ON users").map_err(DbError::from));
        db.write(|conn| insert(conn, "player"));
    });
}

#[test]
fn a_database_that_is_gone_is_reported_in_time() {
    let Some(postgres) = restartable_postgres() else { return };
    let short = tachi_db::Options { wait: Duration::from_millis(500), ..options() };
    let database = Database::open(&postgres.url, &short).unwrap();
    database.read(catalogue_version).unwrap();
    drop(postgres);
    std::thread::sleep(Duration::from_secs(2));
    let begun = Instant::now();
    assert!(database.read(catalogue_version).unwrap_err().is_unreachable());
    let written = database.write(Duration::from_secs(1), |conn| insert(conn, "player"));
    assert!(written.unwrap_err().is_unreachable());
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn another_catalogue_is_told_of_once_it_is_committed() {
    on_both(|db| {
        let mut news = CatalogueNews::listen(&db.database).unwrap();
        let before = news.version().unwrap();
        let songs = [crate::catalogue::song(1)];
        let load = |conn: &mut Conn| songs_and_charts_replace(conn, Game::Iidx, Some(&songs), None).map(|_| ());
        db.database.write_rolled_back(WAIT, load).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        assert!(!news.heard().unwrap());
        db.write(load);
        assert_eq!(news.version().unwrap(), before + 1);
        if !db.is_postgres {
            // A file tells nothing.
            assert!(!news.heard().unwrap());
            return;
        }
        let begun = Instant::now();
        while !news.heard().unwrap() {
            assert!(begun.elapsed() < Duration::from_secs(3), "it was never told");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(!news.heard().unwrap(), "it is told once");
    });
}

#[test]
fn who_listens_notices_that_the_connection_is_lost() {
    let Some(mut postgres) = restartable_postgres() else { return };
    let database = Database::open(&postgres.url, &options()).unwrap();
    let mut news = CatalogueNews::listen(&database).unwrap();
    postgres.restart(Restart::Fast);
    let begun = Instant::now();
    while news.heard().is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(3), "it was never noticed");
        std::thread::sleep(Duration::from_millis(20));
    }
}
