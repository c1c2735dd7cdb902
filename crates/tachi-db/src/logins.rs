//! Logins of browsers. Only the hashes of their cookies are stored; the hashing is the caller's.

use diesel::prelude::*;
use tachi_core::ids::UserId;

use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{login_sessions, users};
use crate::tokens::TokenHash;
use crate::users::{User, UserRow};

/// Stores a login.
///
/// # Errors
/// [`DbError::Conflict`] when there is no such user.
pub fn login_insert(
    conn: &mut Conn,
    hash: &TokenHash,
    user: UserId,
    created_at: i64,
    expires_at: i64,
) -> Result<(), DbError> {
    let row = (
        login_sessions::token_hash.eq(hash.as_slice()),
        login_sessions::user_id.eq(user.0),
        login_sessions::created_at.eq(created_at),
        login_sessions::expires_at.eq(expires_at),
    );
    diesel::insert_into(login_sessions::table).values(row).execute(conn)?;
    Ok(())
}

/// Who is logged in with the cookie of that hash.
///
/// # Errors
/// Those of the database.
pub fn login_find(conn: &mut Conn, hash: &TokenHash, now: i64) -> Result<Option<User>, DbError> {
    let query = login_sessions::table.inner_join(users::table);
    let query = query.filter(login_sessions::token_hash.eq(hash.as_slice()));
    let query = query.filter(login_sessions::expires_at.gt(now)).select(UserRow::as_select());
    query.first(conn).optional()?.map(UserRow::into_user).transpose()
}

/// Ends a login. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub fn login_delete(conn: &mut Conn, hash: &TokenHash) -> Result<bool, DbError> {
    Ok(diesel::delete(login_sessions::table.find(hash.as_slice())).execute(conn)? > 0)
}

/// Ends all logins of a user but one.
///
/// # Errors
/// Those of the database.
pub fn logins_delete_others(conn: &mut Conn, user: UserId, but: &TokenHash) -> Result<usize, DbError> {
    let query = login_sessions::table.filter(login_sessions::user_id.eq(user.0));
    let query = query.filter(login_sessions::token_hash.ne(but.as_slice()));
    Ok(diesel::delete(query).execute(conn)?)
}

/// Ends all logins of a user.
///
/// # Errors
/// Those of the database.
pub fn logins_delete_of_user(conn: &mut Conn, user: UserId) -> Result<usize, DbError> {
    Ok(diesel::delete(login_sessions::table.filter(login_sessions::user_id.eq(user.0))).execute(conn)?)
}

/// Removes the logins that are over.
///
/// # Errors
/// Those of the database.
pub fn logins_delete_expired(conn: &mut Conn, now: i64) -> Result<usize, DbError> {
    Ok(diesel::delete(login_sessions::table.filter(login_sessions::expires_at.le(now))).execute(conn)?)
}
