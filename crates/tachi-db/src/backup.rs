//! Saves a SQLite database while it is in use.

use std::fs::File;
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::Text;
use thiserror::Error;

use crate::copy::beside;
use crate::error::DbError;
use crate::pool::{Conn, Role, connect};
use crate::target::Target;

/// Why a database was not saved. The file is as it was then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),

    /// PostgreSQL has a program for it.
    #[error("this saves databases of SQLite; save {database} with pg_dump, which also works while it is in use")]
    Postgres {
        /// The database, without a password.
        database: String,
    },

    /// There is a file already.
    #[error("{} exists already", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },

    /// The file is the database itself.
    #[error("{} is the database itself", file.display())]
    Same {
        /// The file.
        file: PathBuf,
    },

    /// The file is that of a database in use, or one that was not closed.
    #[error("{} belongs to a database in use: {} lies beside it", file.display(), log.display())]
    InUse {
        /// The file.
        file: PathBuf,
        /// What lies beside it.
        log: PathBuf,
    },

    /// What was saved is damaged, and so is the database.
    #[error("the database is damaged: {finding}")]
    Damaged {
        /// What SQLite finds.
        finding: String,
    },

    /// The file cannot be written.
    #[error("{} cannot be written", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
}

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Saves the SQLite database that a URL names into a file, as it is at one moment, and returns the file's size in
/// bytes. Others may read and write meanwhile.
///
/// It is written under a temporary name in the same folder, readable for its owner only, and checked before it gets its
/// name. The database is not changed and not brought up to date. A file that exists is replaced only when `replace` is
/// set.
///
/// # Errors
/// See [`BackupError`].
pub fn backup(url: &str, file: &Path, replace: bool) -> Result<u64, BackupError> {
    let failed = |error: std::io::Error| BackupError::File { file: file.to_owned(), error };
    let target = Target::parse(url)?;
    let Target::Sqlite(path) = &target else {
        return Err(BackupError::Postgres { database: target.to_string() });
    };
    if !path.is_file() {
        let reason = "there is no such file".to_owned();
        return Err(DbError::Open { database: target.to_string(), reason }.into());
    }
    if is_same(path, file) {
        return Err(BackupError::Same { file: file.to_owned() });
    }
    if file.exists() && !replace {
        return Err(BackupError::Exists { file: file.to_owned() });
    }
    // A log that lies beside the file would be taken for that of the backup.
    for log in [beside(file, "-wal"), beside(file, "-journal")] {
        if log.exists() {
            return Err(BackupError::InUse { file: file.to_owned(), log });
        }
    }
    let mut conn = connect(&target, Role::Saver)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new().prefix(".tachi-backup-").tempfile_in(folder).map_err(failed)?;
    let name = std::path::absolute(temporary.path()).map_err(failed)?;
    let name = name.to_str().ok_or_else(|| DbError::data("the backup", "its path is not UTF-8"))?;
    diesel::sql_query("VACUUM INTO $1").bind::<Text, _>(name).execute(&mut conn).map_err(DbError::from)?;
    check(name)?;
    temporary.as_file().sync_all().map_err(failed)?;
    let size = temporary.as_file().metadata().map_err(failed)?.len();
    let persisted = if replace { temporary.persist(file) } else { temporary.persist_noclobber(file) };
    persisted.map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => BackupError::Exists { file: file.to_owned() },
        _ => failed(error.error),
    })?;
    // The name is on the disk when its folder is. Where folders cannot be opened, that is the file system's business.
    if let Ok(folder) = File::open(folder) {
        folder.sync_all().map_err(failed)?;
    }
    Ok(size)
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn check(path: &str) -> Result<(), BackupError> {
    let opened = SqliteConnection::establish(path);
    let mut conn = opened.map_err(|error| DbError::data("the backup", error)).map(Conn::Sqlite)?;
    let finding: Finding =
        diesel::sql_query("PRAGMA integrity_check(1)").get_result(&mut conn).map_err(DbError::from)?;
    match finding.integrity_check.as_str() {
        "ok" => Ok(()),
        finding => Err(BackupError::Damaged { finding: finding.to_owned() }),
    }
}
