//! A file has one server. Source: `spec/pipeline.md` 2.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tachi_db::Target;

/// What the name of the lock's file has beyond that of the database.
const ENDING: &str = ".serve";

/// Says that this process is the only one that serves a file, until it is dropped or the process ends in any way.
#[derive(Debug)]
pub struct OnlyServer {
    _file: File,
}

impl OnlyServer {
    /// Takes the lock beside the database; `None` where the database is no file, so that several may serve it.
    ///
    /// # Errors
    /// When another process serves the file.
    pub fn take(target: &Target) -> Result<Option<Self>> {
        let Target::Sqlite(database) = target else { return Ok(None) };
        let path = beside(database)?;
        let open = OpenOptions::new().create(true).write(true).truncate(false).open(&path);
        let file = open.with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => bail!(
                "another tachi serve uses the database {}; a SQLite file has one server at a time",
                database.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }
}

/// The lock's file, the same whatever way leads to the database.
fn beside(database: &Path) -> Result<PathBuf> {
    let known = || format!("cannot find the folder of {}", database.display());
    let real = if database.exists() {
        database.canonicalize().with_context(known)?
    } else {
        std::path::absolute(database).with_context(known)?
    };
    let mut path = real.into_os_string();
    path.push(ENDING);
    Ok(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_locked_once_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tachi.db");
        std::fs::write(&path, b"").unwrap();
        let target = Target::Sqlite(path.clone());
        let first = OnlyServer::take(&target).unwrap();
        assert!(first.is_some());
        let other_way =
            Target::Sqlite(folder.path().join("../").join(folder.path().file_name().unwrap()).join("tachi.db"));
        for target in [&target, &other_way] {
            let text = OnlyServer::take(target).unwrap_err().to_string();
            assert!(text.contains("another tachi serve"), "{text}");
        }
        let other = Target::Sqlite(folder.path().join("other.db"));
        assert!(OnlyServer::take(&other).unwrap().is_some());
        drop(first);
        assert!(OnlyServer::take(&target).unwrap().is_some());
        assert!(OnlyServer::take(&Target::Postgres("postgres://x/y".to_owned())).unwrap().is_none());
    }
}
