//! What the tests share.

use std::time::Duration;

use tachi_core::ids::UserId;
use tachi_db::users::{NewUser, user_insert};
use tachi_db::{Conn, Database, DbError, Options};
use tempfile::TempDir;

use crate::postgres::{PostgresDatabase, postgres_database};

/// How long tests wait for their turn to write.
pub const WAIT: Duration = Duration::from_secs(20);

/// A database of one test.
pub struct TestDatabase {
    pub database: Database,
    pub url: String,
    pub is_postgres: bool,
    _folder: Option<TempDir>,
    _postgres: Option<PostgresDatabase>,
}

/// Counts statements, as tests of what things cost need it.
pub fn options() -> Options {
    Options { count_statements: true, ..Options::default() }
}

/// Runs a test on each kind of database, one after the other.
#[track_caller]
pub fn on_both(test: impl Fn(&TestDatabase)) {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("test.db").display().to_string();
    let database = Database::open(&url, &options()).unwrap();
    test(&TestDatabase { database, url, is_postgres: false, _folder: Some(folder), _postgres: None });
    if let Some(postgres) = postgres_database() {
        let url = postgres.url.clone();
        let database = Database::open(&url, &options()).unwrap();
        test(&TestDatabase { database, url, is_postgres: true, _folder: None, _postgres: Some(postgres) });
    }
}

impl TestDatabase {
    /// A transaction that must succeed.
    #[track_caller]
    pub fn write<T>(&self, f: impl FnMut(&mut Conn) -> Result<T, DbError>) -> T {
        self.database.write(WAIT, f).unwrap()
    }

    /// Queries that must succeed.
    #[track_caller]
    pub fn read<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T, DbError>) -> T {
        self.database.read(f).unwrap()
    }

    /// How many statements `f` takes, and what it returns.
    pub fn count<T>(&self, f: impl FnOnce(&Self) -> T) -> (u64, T) {
        let before = self.database.statements();
        let value = f(self);
        (self.database.statements() - before, value)
    }

    /// A user of that name.
    #[track_caller]
    pub fn user(&self, username: &str) -> UserId {
        self.write(|conn| user_insert(conn, &NewUser { username, ..NewUser::default() }))
    }
}
