//! Fresh databases to measure on.

use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::postgres::{Postgres, PostgresDatabase};

/// The kind of database that is measured.
#[derive(Debug)]
pub enum StorageKind {
    /// A file.
    Sqlite,
    /// Databases of a server.
    Postgres(Postgres),
}

impl StorageKind {
    /// A PostgreSQL server.
    ///
    /// # Errors
    /// When there is none.
    pub fn postgres() -> Result<Self> {
        Ok(Self::Postgres(Postgres::start()?))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// A new database with nothing in it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn fresh(&self) -> Result<Storage> {
        let folder = tempfile::tempdir()?;
        let data_dir = folder.path().to_str().context("the temporary folder's name is no text")?.to_owned();
        let database = match self {
            Self::Sqlite => None,
            Self::Postgres(server) => Some(server.database()?),
        };
        Ok(Storage { database, data_dir, folder })
    }
}

/// A database; it goes when this is dropped.
#[derive(Debug)]
pub struct Storage {
    database: Option<PostgresDatabase>,
    data_dir: String,
    folder: TempDir,
}

impl Storage {
    /// The flags by which the binary finds it.
    pub fn args(&self) -> Vec<&str> {
        let mut args = vec!["--data-dir", &self.data_dir, "--log", "warn"];
        if let Some(database) = &self.database {
            args.extend(["--database-url", &database.url]);
        }
        args
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<PathBuf> {
        self.database.is_none().then(|| self.folder.path().join("tachi.db"))
    }
}
