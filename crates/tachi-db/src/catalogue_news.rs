//! Hearing that another process loaded another catalogue. Source: `spec/pipeline.md` 8.

use diesel::connection::SimpleConnection;

use crate::bulk::CATALOGUE_CHANNEL;
use crate::catalogue::catalogue_version;
use crate::connection::Database;
use crate::error::DbError;
use crate::pool::{Conn, Role, connect};
use crate::target::Target;

/// A connection of its own on which PostgreSQL tells of another catalogue, and which may be asked on both databases:
/// whoever watches takes none of the pool's.
#[derive(Debug)]
pub struct CatalogueNews {
    conn: Conn,
}

impl CatalogueNews {
    /// Listens from now on. SQLite tells nothing: there one has to ask.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn listen(database: &Database) -> Result<Self, DbError> {
        let mut conn = connect(database.target(), Role::Reader)?;
        if let Target::Postgres(_) = database.target() {
            conn.batch_execute(&format!("LISTEN {CATALOGUE_CHANNEL}"))?;
        }
        Ok(Self { conn })
    }

    /// The version of the stored catalogue.
    ///
    /// # Errors
    /// Those of the database.
    pub fn version(&mut self) -> Result<i64, DbError> {
        catalogue_version(&mut self.conn)
    }

    /// Whether another catalogue was told of since this was asked last. Does not wait, and costs no round trip.
    ///
    /// # Errors
    /// When the connection is lost: what was told since is lost with it.
    pub fn heard(&mut self) -> Result<bool, DbError> {
        let Conn::Pg(conn) = &mut self.conn else { return Ok(false) };
        let mut heard = false;
        for notification in conn.notifications_iter() {
            notification.map_err(|error| DbError::Unreachable { reason: error.to_string() })?;
            heard = true;
        }
        Ok(heard)
    }
}
