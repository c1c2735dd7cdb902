//! Codes that are sent by mail: to set a new password, and to show that an address is one's own.
//! Source: `spec/rest-api.md` 6.

use tachi_core::ids::UserId;
use tachi_db::email_codes::{
    EmailCode, Purpose, email_code_delete, email_code_delete_of_user, email_code_find, email_code_put,
    email_codes_delete_until,
};
use tachi_db::logins::{logins_delete_of_user, logins_delete_others};
use tachi_db::tokens::TokenHash;
use tachi_db::users::{user_email_verify, user_password_set};
use tachi_db::{Conn, DbError};
use thiserror::Error;

use crate::auth::hash_token;

const HOUR: i64 = 60 * 60 * 1000;
/// How long whoever sends a code that is over is told so, in milliseconds; then it is unknown.
const REMEMBERED: i64 = 24 * HOUR;

/// How long a code is good for, in milliseconds.
#[must_use]
pub const fn age(purpose: Purpose) -> i64 {
    match purpose {
        Purpose::Reset => HOUR,
        Purpose::Verify => 24 * HOUR,
    }
}

/// Why a code does not do.
#[derive(Debug, Error)]
pub enum CodeError {
    /// It is none, was used, was replaced by another one, or its address is not the user's any more.
    #[error("This code is not valid.")]
    Unknown,
    /// It is too old.
    #[error("This code has expired.")]
    Expired,
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Stores a code that is to be sent to a user's address, in place of the one before.
///
/// # Errors
/// Those of the database; a conflict when the user is gone.
pub fn store(
    conn: &mut Conn,
    purpose: Purpose,
    code: &str,
    user: UserId,
    email: &str,
    now: i64,
) -> Result<(), DbError> {
    email_codes_delete_until(conn, now - REMEMBERED)?;
    let stored = EmailCode { user, email: email.to_owned(), expires_at: now + age(purpose) };
    email_code_put(conn, purpose, &hash_token(code), &stored)
}

/// Looks at a code without using it up.
///
/// # Errors
/// See [`CodeError`].
pub fn check(conn: &mut Conn, purpose: Purpose, hash: &TokenHash, now: i64) -> Result<EmailCode, CodeError> {
    let code = email_code_find(conn, purpose, hash)?.ok_or(CodeError::Unknown)?;
    if code.expires_at <= now {
        return Err(CodeError::Expired);
    }
    Ok(code)
}

/// Uses a code up.
fn take(conn: &mut Conn, purpose: Purpose, hash: &TokenHash, now: i64) -> Result<EmailCode, CodeError> {
    let code = check(conn, purpose, hash, now)?;
    // Of two who try at once, one gets it.
    if !email_code_delete(conn, hash)? {
        return Err(CodeError::Unknown);
    }
    Ok(code)
}

/// Notes that an address is its user's own.
///
/// # Errors
/// See [`CodeError`].
pub fn verify_email(conn: &mut Conn, hash: &TokenHash, now: i64) -> Result<(), CodeError> {
    let code = take(conn, Purpose::Verify, hash, now)?;
    user_email_verify(conn, code.user, &code.email, now)?;
    Ok(())
}

/// Sets a new password with a code.
///
/// # Errors
/// See [`CodeError`].
pub fn reset_password(conn: &mut Conn, hash: &TokenHash, password_hash: &str, now: i64) -> Result<(), CodeError> {
    let code = take(conn, Purpose::Reset, hash, now)?;
    Ok(set_password(conn, code.user, password_hash, None)?)
}

/// Sets a password, and ends what was begun with the one before: the user's logins but one, and a code for a new one.
///
/// # Errors
/// Those of the database.
pub fn set_password(conn: &mut Conn, user: UserId, hash: &str, but: Option<&TokenHash>) -> Result<(), DbError> {
    user_password_set(conn, user, hash)?;
    email_code_delete_of_user(conn, user, Purpose::Reset)?;
    match but {
        Some(login) => logins_delete_others(conn, user, login)?,
        None => logins_delete_of_user(conn, user)?,
    };
    Ok(())
}
