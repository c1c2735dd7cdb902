//! What can go wrong with a database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;

/// A failure of the database. That something is not there is no failure but an `Option`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DbError {
    /// The text given as the database's URL names none.
    #[error(
        "{url:?} names no database: {reason}. Write postgres://USER@HOST/NAME, sqlite://PATH or a path; \
         a new file has to end in .db, .sqlite or .sqlite3 and lie in an existing folder"
    )]
    Url {
        /// What was given, without a password.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The database cannot be opened, or not be brought up to date.
    #[error("the database {database} cannot be opened: {reason}")]
    Open {
        /// The database, without a password.
        database: String,
        /// What it said.
        reason: String,
    },

    /// The database was written by a newer version of this program.
    #[error(
        "the database {database} is newer than this program: it has the migration {migration}, \
         which this version does not know"
    )]
    TooNew {
        /// The database, without a password.
        database: String,
        /// The first migration that is not known here.
        migration: String,
    },

    /// A row clashes with another one: its key exists already, or what it refers to does not.
    #[error("the database refuses a row that breaks {constraint}")]
    Conflict {
        /// The violated constraint; contains the names of table and column.
        constraint: String,
    },

    /// The database is occupied by others, or not reachable at the moment; the same call may succeed later.
    #[error("the database is busy: {reason}")]
    Busy {
        /// Why.
        reason: String,
    },

    /// The database does not answer, or there are more callers than connections. What was to be written is not stored,
    /// unless `reason` says that nobody knows.
    #[error("the database cannot be reached: {reason}")]
    Unreachable {
        /// Why.
        reason: String,
    },

    /// Something stored, or to be stored, is not what this program can handle.
    #[error("{what} cannot be stored or read: {reason}")]
    Data {
        /// What it is.
        what: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The database failed: the disk is full, a file is damaged, a statement is wrong.
    #[error("the database failed")]
    Broken(#[source] DieselError),
}

impl DbError {
    /// Whether the same call may succeed when it is made again.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unreachable { .. })
    }

    /// Whether it was the database that did not answer, and not another one's transaction that was in the way.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// Whether a row clashed with another one in a column (or a constraint) of that name.
    #[must_use]
    pub fn is_conflict_on(&self, column: &str) -> bool {
        matches!(self, Self::Conflict { constraint } if constraint.contains(column))
    }

    /// Something that cannot be stored or read, and why.
    pub fn data(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Data { what: what.into(), reason: reason.to_string() }
    }
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                    let constraint = information.constraint_name().unwrap_or_else(|| information.message());
                    Self::Conflict { constraint: constraint.to_owned() }
                }
                DatabaseErrorKind::ClosedConnection => Self::Unreachable { reason: information.message().to_owned() },
                _ if is_retryable(&error) => Self::Busy { reason: information.message().to_owned() },
                _ => Self::Broken(error),
            },
            _ => Self::Broken(error),
        }
    }
}

/// Whether a transaction that met this error may succeed when it is run again from its beginning.
///
/// diesel has no kind of error for a deadlock or a locked database, only their texts. PostgreSQL's is asked for in
/// English when the connection is made, as far as the server lets us.
pub(crate) fn is_retryable(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            let message = information.message();
            message == "deadlock detected" || message.starts_with("database is locked")
        }
        _ => false,
    }
}
