//! Fresh databases to measure on.

use std::path::{Path, PathBuf};

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
            Self::Sqlite => Place::OwnFile,
            Self::Postgres(server) => Place::Server(server.database()?),
        };
        Ok(Storage { database, data_dir, folder })
    }
}

/// Where a database lies.
#[derive(Debug)]
enum Place {
    /// In the folder.
    OwnFile,
    /// In a file that stays.
    KeptFile(String),
    Server(PostgresDatabase),
}

/// A database; it goes when this is dropped, unless it is a file that stays.
#[derive(Debug)]
pub struct Storage {
    database: Place,
    data_dir: String,
    folder: TempDir,
}

impl Storage {
    /// The database in a file, which stays.
    ///
    /// # Errors
    /// When there is no room for anything beside it.
    pub fn kept(file: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let text = |path: &Path| path.to_str().map(str::to_owned).context("a path is no text");
        Ok(Self { database: Place::KeptFile(text(file)?), data_dir: text(folder.path())?, folder })
    }

    /// The flags by which the binary finds it.
    pub fn args(&self) -> Vec<&str> {
        let mut args = vec!["--data-dir", &self.data_dir, "--log", "warn"];
        match &self.database {
            Place::OwnFile => {}
            Place::KeptFile(path) => args.extend(["--database-url", path]),
            Place::Server(database) => args.extend(["--database-url", &database.url]),
        }
        args
    }

    /// The file, if it is one that goes with this.
    pub fn file(&self) -> Option<PathBuf> {
        matches!(self.database, Place::OwnFile).then(|| self.folder.path().join("tachi.db"))
    }
}
