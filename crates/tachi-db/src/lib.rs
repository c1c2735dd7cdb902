//! Storage of the score tracker: schema, migrations and queries, on SQLite and on PostgreSQL.
//!
//! [`Database`] opens a database by its URL and hands out connections: [`Database::read`] for queries,
//! [`Database::write`] for transactions. Queries are functions that take a [`Conn`], named noun first and verb last,
//! in the plural when they work on batches; each module holds those of one kind of thing. Whoever calls them decides
//! what happens in one transaction.
//!
//! ```
//! use std::time::Duration;
//! use tachi_db::{Database, DbError, Options, users};
//!
//! # fn main() -> Result<(), DbError> {
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! # let url = folder.path().join("tachi.db").display().to_string();
//! let database = Database::open(&url, &Options::default())?;
//! let id = database.write(Duration::from_secs(5), |conn| {
//!     users::user_insert(conn, &users::NewUser { username: "zkrising", ..users::NewUser::default() })
//! })?;
//! let user = database.read(|conn| users::user_by_id(conn, id))?;
//! assert_eq!(user.map(|user| user.username), Some("zkrising".to_owned()));
//! # Ok(())
//! # }
//! ```
//!
//! What the crate does not know: file formats, HTTP, JSON on the wire, configuration, the time (it is an argument).
//! Nothing here turns an error into "not there": what may be missing is an `Option`.
#![deny(missing_docs)]

#[macro_use]
mod bulk;
mod checkpoint;
mod connection;
mod convert;
mod error;
mod keys;
mod migrate;
mod pool;
mod schema;
mod score_data;
mod target;

pub mod background;
pub mod backup;
pub mod catalogue;
pub mod catalogue_news;
pub mod clients;
pub mod copy;
pub mod dangling;
pub mod destroy;
pub mod email_codes;
pub mod goals;
pub mod hook_settings;
pub mod imports;
pub mod invites;
pub mod jobs;
pub mod leaderboards;
pub mod links;
pub mod locks;
pub mod logins;
pub mod oauth_codes;
pub mod open;
pub mod orphans;
pub mod pbs;
pub mod profiles;
pub mod rate_limits;
pub mod recalculation;
pub mod rivals;
pub mod scores;
pub mod sessions;
pub mod snapshots;
pub mod timestops;
pub mod tokens;
pub mod ugpt_settings;
pub mod unknown_charts;
pub mod user_settings;
pub mod users;

pub use connection::{Database, Options, PoolUse, snapshot};
pub use error::DbError;
pub use keys::{FolderKey, GoalKey, ImportKey, OrphanKey, ScoreKey, SessionKey};
pub use pool::Conn;
pub use target::Target;
