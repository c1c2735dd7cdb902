//! Settings of the connection to the database.

use std::time::Duration;

use anyhow::{Result, ensure};

option_group! {
    /// The connections to the database.
    DatabaseOptions, "Database",
    {
        /// How many connections a process opens at most: all of them on PostgreSQL, those that read on SQLite
        /// [default: 8]
        database_pool: u32, "TACHI_DATABASE_POOL";
        /// How long a request waits for a connection, in seconds [default: 5]
        database_timeout: u64, "TACHI_DATABASE_TIMEOUT";
    }
}

/// The settings in force.
pub(super) fn resolve(options: &DatabaseOptions) -> Result<tachi_db::Options> {
    let connections = options.database_pool.unwrap_or(8);
    // One for those who read, one for those who write meanwhile.
    ensure!((2..=1000).contains(&connections), "database_pool: expected 2 to 1000, got {connections}");
    let seconds = options.database_timeout.unwrap_or(5);
    ensure!((1..=3600).contains(&seconds), "database_timeout: expected 1 to 3600 seconds, got {seconds}");
    let wait = Duration::from_secs(seconds);
    Ok(tachi_db::Options { connections, wait, ..tachi_db::Options::default() })
}
