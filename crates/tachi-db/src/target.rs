//! Which database a URL names.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::DbError;

/// The database that a URL names.
///
/// ```
/// use tachi_db::Target;
/// assert!(matches!(Target::parse("postgres://tachi@localhost/scores"), Ok(Target::Postgres(_))));
/// // A typing error never makes an empty database.
/// assert!(Target::parse("postgre://tachi@localhost/scores").is_err());
/// assert!(Target::parse("tachi.bd").is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the URL as libpq understands it.
    Postgres(String),
}

/// The endings under which a missing file is made.
const ENDINGS: [&str; 3] = ["db", "sqlite", "sqlite3"];

impl Target {
    /// Reads a URL: `postgres://...`, `postgresql://...`, `sqlite://PATH` or a bare path.
    ///
    /// # Errors
    /// [`DbError::Url`] for everything that is neither a known scheme, nor an existing file, nor a path at which a
    /// new database may be made: in an existing folder, with an ending that says what it is.
    pub fn parse(url: &str) -> Result<Self, DbError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let refuse = |reason| Err(DbError::Url { url: without_password(url), reason });
        let (path, has_scheme) = match url.strip_prefix("sqlite://") {
            Some(path) => (path, true),
            None => (url, false),
        };
        if path.is_empty() {
            return refuse("it is empty");
        }
        let file = Path::new(path);
        if file.is_file() {
            return Ok(Self::Sqlite(file.to_owned()));
        }
        if file.exists() {
            return refuse("that is not a file");
        }
        if !has_scheme && looks_like_a_scheme(path) {
            return refuse("the scheme is not known");
        }
        if !file.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) {
            return refuse("there is no such file, and its ending is not one of a database");
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if !folder.is_none_or(Path::is_dir) {
            return refuse("its folder does not exist");
        }
        Ok(Self::Sqlite(file.to_owned()))
    }
}

/// Whether a text begins like a URL. A single letter is a drive.
fn looks_like_a_scheme(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// The URL without what stands before the host, which may contain a password, and without its query, which may too.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = host.split_once('?').map_or(host, |(host, _)| host);
    format!("{scheme}://{host}")
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for url in ["postgres://me:secret@host:5432/tachi?password=secret", "postgre://me:secret@host/tachi.db"] {
            assert!(!without_password(url).contains("secret"), "{url}");
        }
        let target = Target::parse("postgresql://me:secret@host/tachi").unwrap();
        assert_eq!(target.to_string(), "postgresql://host/tachi");
        assert_eq!(format!("{target:?}"), "Target(postgresql://host/tachi)");
    }
}
