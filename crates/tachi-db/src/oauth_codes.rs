//! Codes that programs of others exchange for tokens. Only their hashes are stored; the hashing is the caller's.
//! Source: `spec/documents.md` (auth code), `spec/rest-api.md` 11.

use diesel::prelude::*;
use tachi_core::ids::UserId;

use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::oauth_codes;
use crate::tokens::TokenHash;

/// Stores a code of a user; one with a client is good for that client only.
///
/// # Errors
/// [`DbError::Conflict`] when there is one with that hash, or no such user or client.
pub fn oauth_code_insert(
    conn: &mut Conn,
    hash: &TokenHash,
    user: UserId,
    client: Option<&str>,
    now: i64,
) -> Result<(), DbError> {
    let row = (
        oauth_codes::code_hash.eq(hash.as_slice()),
        oauth_codes::user_id.eq(user.0),
        oauth_codes::client_id.eq(client),
        oauth_codes::created_at.eq(now),
    );
    diesel::insert_into(oauth_codes::table).values(row).execute(conn)?;
    Ok(())
}

/// Uses up a code that was made after a time, and says whose it was. Of two who try at once, one gets it.
///
/// # Errors
/// Those of the database.
pub fn oauth_code_consume(
    conn: &mut Conn,
    hash: &TokenHash,
    client: &str,
    after: i64,
) -> Result<Option<UserId>, DbError> {
    let query = oauth_codes::table.filter(oauth_codes::code_hash.eq(hash.as_slice()));
    let query = query.filter(oauth_codes::created_at.gt(after));
    let query = query.filter(oauth_codes::client_id.is_null().or(oauth_codes::client_id.eq(client)));
    let user: Option<i32> = diesel::delete(query).returning(oauth_codes::user_id).get_result(conn).optional()?;
    Ok(user.map(UserId))
}

/// Removes the codes that were made until a time.
///
/// # Errors
/// Those of the database.
pub fn oauth_codes_delete_until(conn: &mut Conn, until: i64) -> Result<usize, DbError> {
    Ok(diesel::delete(oauth_codes::table.filter(oauth_codes::created_at.le(until))).execute(conn)?)
}
