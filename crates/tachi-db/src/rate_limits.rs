//! How often somebody did something in a fixed window of time, counted for all processes together.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::bulk::Kept;
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::rate_limits;

/// A window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Window {
    /// How often it was done, this time included.
    #[diesel(sql_type = BigInt)]
    pub hits: i64,
    /// When the window ends, UNIX milliseconds.
    #[diesel(sql_type = BigInt)]
    pub resets_at: i64,
}

/// Counts in one statement, so that two who come at once never get the same number. A window begins with the first
/// time and lasts `length` milliseconds.
const HIT: &str = "\
    INSERT INTO rate_limits (limiter, subject, hits, resets_at) VALUES ($1, $2, 1, $3) \
    ON CONFLICT (limiter, subject) DO UPDATE SET \
        hits = CASE WHEN rate_limits.resets_at > $4 THEN rate_limits.hits + 1 ELSE 1 END, \
        resets_at = CASE WHEN rate_limits.resets_at > $5 THEN rate_limits.resets_at ELSE excluded.resets_at END \
    RETURNING hits, resets_at";

/// Counts that `subject` did what `limiter` limits.
///
/// # Errors
/// Those of the database.
pub fn rate_limit_hit(conn: &mut Conn, limiter: &str, subject: &str, length: i64, now: i64) -> Result<Window, DbError> {
    let query = diesel::sql_query(HIT).bind::<Text, _>(limiter).bind::<Text, _>(subject);
    let query = query.bind::<BigInt, _>(now + length).bind::<BigInt, _>(now).bind::<BigInt, _>(now);
    Ok(Kept(query).get_result(conn)?)
}

/// Removes the windows that are over.
///
/// # Errors
/// Those of the database.
pub fn rate_limits_delete_expired(conn: &mut Conn, now: i64) -> Result<usize, DbError> {
    Ok(diesel::delete(rate_limits::table.filter(rate_limits::resets_at.le(now))).execute(conn)?)
}
