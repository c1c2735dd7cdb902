//! Hearing that another process loaded another catalogue. Source: `spec/pipeline.md` 8.

use diesel::connection::SimpleConnection;

use crate::bulk::CATALOGUE_CHANNEL;
use crate::connection::Database;
use crate::error::DbError;
use crate::pool::{Conn, Role, connect};
use crate::target::Target;

/// A connection of its own on which PostgreSQL tells of another catalogue.
#[derive(Debug)]
pub struct CatalogueNews {
    conn: Conn,
}

impl CatalogueNews {
    /// Listens from now on; `None` on SQLite, which tells nothing: its readers have to look.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn listen(database: &Database) -> Result<Option<Self>, DbError> {
        let Target::Postgres(_) = database.target() else { return Ok(None) };
        let mut conn = connect(database.target(), Role::Reader)?;
        conn.batch_execute(&format!("LISTEN {CATALOGUE_CHANNEL}"))?;
        Ok(Some(Self { conn }))
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
