//! Codes that are sent by mail. Only their hashes are stored; the hashing is the caller's.
//! Source: `spec/rest-api.md` 6.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tachi_core::ids::UserId;

use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{email_codes, users};
use crate::tokens::TokenHash;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new password.
    Reset,
    /// To show that an address is one's own.
    Verify,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verify => "verify",
        }
    }
}

/// A code, without the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailCode {
    /// Whose it is.
    pub user: UserId,
    /// Where it was sent.
    pub email: String,
    /// Until when it is good, UNIX milliseconds.
    pub expires_at: i64,
}

/// Stores a code, over the one of that purpose that the user may have.
///
/// # Errors
/// [`DbError::Conflict`] when there is one with that hash, or no such user.
pub fn email_code_put(conn: &mut Conn, purpose: Purpose, hash: &TokenHash, code: &EmailCode) -> Result<(), DbError> {
    let row = (
        email_codes::user_id.eq(code.user.0),
        email_codes::purpose.eq(purpose.as_str()),
        email_codes::code_hash.eq(hash.as_slice()),
        email_codes::email.eq(&code.email),
        email_codes::expires_at.eq(code.expires_at),
    );
    on_backend!(conn, |inner| diesel::insert_into(email_codes::table)
        .values(row)
        .on_conflict((email_codes::user_id, email_codes::purpose))
        .do_update()
        .set((
            email_codes::code_hash.eq(excluded(email_codes::code_hash)),
            email_codes::email.eq(excluded(email_codes::email)),
            email_codes::expires_at.eq(excluded(email_codes::expires_at)),
        ))
        .execute(inner))?;
    Ok(())
}

/// The code of that hash and purpose, expired or not, if it was sent to what is still its user's address.
///
/// # Errors
/// Those of the database.
pub fn email_code_find(conn: &mut Conn, purpose: Purpose, hash: &TokenHash) -> Result<Option<EmailCode>, DbError> {
    let query = email_codes::table.inner_join(users::table);
    let query = query.filter(email_codes::code_hash.eq(hash.as_slice()));
    let query = query.filter(email_codes::purpose.eq(purpose.as_str()));
    let query = query.filter(users::email.eq(email_codes::email.nullable()));
    let query = query.select((email_codes::user_id, email_codes::email, email_codes::expires_at));
    let row: Option<(i32, String, i64)> = query.first(conn).optional()?;
    Ok(row.map(|(user, email, expires_at)| EmailCode { user: UserId(user), email, expires_at }))
}

/// Uses up a code. Returns whether there was one: of two who try at once, one gets it.
///
/// # Errors
/// Those of the database.
pub fn email_code_delete(conn: &mut Conn, hash: &TokenHash) -> Result<bool, DbError> {
    let query = email_codes::table.filter(email_codes::code_hash.eq(hash.as_slice()));
    Ok(diesel::delete(query).execute(conn)? > 0)
}

/// Removes the code of that purpose that a user may have.
///
/// # Errors
/// Those of the database.
pub fn email_code_delete_of_user(conn: &mut Conn, user: UserId, purpose: Purpose) -> Result<bool, DbError> {
    Ok(diesel::delete(email_codes::table.find((user.0, purpose.as_str()))).execute(conn)? > 0)
}

/// Removes the codes that were good until that time or an earlier one.
///
/// # Errors
/// Those of the database.
pub fn email_codes_delete_until(conn: &mut Conn, until: i64) -> Result<usize, DbError> {
    Ok(diesel::delete(email_codes::table.filter(email_codes::expires_at.le(until))).execute(conn)?)
}
