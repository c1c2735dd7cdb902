//! Brings the schema up to date.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::{Finish, attempt};
use crate::error::DbError;
use crate::pool::Conn;
use crate::target::Target;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number: it names the lock under which processes migrate one after the other.
const MIGRATION_LOCK: i64 = 7_320_115_204_819;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long a migration waits for other processes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the migrations that the database lacks, all or none.
///
/// # Errors
/// [`DbError::TooNew`] for a database that has migrations this program does not know.
pub(crate) fn migrate(conn: &mut Conn, target: &Target) -> Result<(), DbError> {
    // Looking needs no lock on SQLite; a command next to a server that is writing must not wait without need.
    if matches!(conn, Conn::Sqlite(_)) && !is_pending(conn, target)? {
        return Ok(());
    }
    attempt(conn, (Instant::now() + PATIENCE, None), Finish::Commit, &mut false, |conn| {
        if matches!(conn, Conn::Pg(_)) {
            conn.batch_execute(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))?;
        }
        if is_pending(conn, target)? {
            let source = migrations(conn);
            let run = conn.run_pending_migrations(source).map_err(|error| failed(target, &error))?;
            let run: Vec<String> = run.iter().map(ToString::to_string).collect();
            log::info!("the database {target} was migrated: {}", run.join(", "));
        }
        Ok(())
    })
}

/// A database in memory with the current schema and only what the migrations put into it.
pub(crate) fn fresh() -> Result<Conn, DbError> {
    let name = ":memory:";
    let opened = SqliteConnection::establish(name);
    let unopened = |error: ConnectionError| DbError::Open { database: name.to_owned(), reason: error.to_string() };
    let mut conn = Conn::Sqlite(opened.map_err(unopened)?);
    let run = conn.run_pending_migrations(SQLITE).map(drop);
    run.map_err(|error| failed(&Target::Sqlite(name.into()), &error))?;
    Ok(conn)
}

fn migrations(conn: &Conn) -> EmbeddedMigrations {
    match conn {
        Conn::Pg(_) => POSTGRES,
        Conn::Sqlite(_) => SQLITE,
    }
}

fn failed(target: &Target, error: &BoxError) -> DbError {
    DbError::Open { database: target.to_string(), reason: error.to_string() }
}

/// Whether the database lacks a migration.
fn is_pending(conn: &mut Conn, target: &Target) -> Result<bool, DbError> {
    let known = MigrationSource::<Sqlite>::migrations(&migrations(conn)).map_err(|error| failed(target, &error))?;
    let known: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(|error| failed(target, &error))?;
    match applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        Some(migration) => Err(DbError::TooNew { database: target.to_string(), migration }),
        None => Ok(applied.len() < known.len()),
    }
}
