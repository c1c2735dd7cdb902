//! What names, passwords and addresses may be, and how users are made. Source: `spec/rest-api.md` 6.

use tachi_core::ids::UserId;
use tachi_db::invites::{invite_consume, invite_consumer_set};
use tachi_db::tokens::TokenHash;
use tachi_db::users::{AuthLevel, NewUser, user_insert};
use tachi_db::{Conn, DbError};
use thiserror::Error;

/// What a new user says about themselves.
pub const ABOUT: &str = "I'm a fairly nondescript person.";

/// `^[a-zA-Z_-][a-zA-Z0-9_-]{2,20}$`
#[must_use]
pub fn is_username(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (3..=21).contains(&name.len()) && name.bytes().all(allowed) && !name.as_bytes()[0].is_ascii_digit()
}

/// Something like `x@y.zz`.
#[must_use]
pub fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let Some((host, top)) = domain.rsplit_once('.') else { return false };
    let is_plain = |part: &str| !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
    address.len() <= 254
        && !local.is_empty()
        && !host.is_empty()
        && top.chars().count() >= 2
        && is_plain(local)
        && is_plain(domain)
}

/// Somebody who wants to become a user.
#[derive(Debug)]
pub struct Registration {
    /// The name; checked.
    pub username: String,
    /// The hash of the password.
    pub password_hash: String,
    /// The mail address; checked, in lower case.
    pub email: String,
    /// The hash of an invite.
    pub invite: Option<TokenHash>,
}

/// Why somebody cannot become a user.
#[derive(Debug, Error)]
pub enum RegistrationError {
    /// The invite is unknown or used.
    #[error("This invite code is not valid, or was used already.")]
    Invite,
    /// The name is taken.
    #[error("This username is already in use.")]
    Username,
    /// The address is taken.
    #[error("This email is already in use.")]
    Email,
    /// The database.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for RegistrationError {
    fn from(error: DbError) -> Self {
        if error.is_conflict_on("username") {
            Self::Username
        } else if error.is_conflict_on("email") {
            Self::Email
        } else {
            Self::Database(error)
        }
    }
}

/// Makes a user. A failure leaves neither a user behind nor a used invite, if the transaction is rolled back.
///
/// # Errors
/// See [`RegistrationError`].
pub fn register(conn: &mut Conn, registration: &Registration, now: i64) -> Result<UserId, RegistrationError> {
    // First: who has no invite does not learn which addresses are known.
    let makes_admin = match &registration.invite {
        Some(invite) => invite_consume(conn, invite, now)?.ok_or(RegistrationError::Invite)?,
        None => false,
    };
    let user = NewUser {
        username: &registration.username,
        password_hash: Some(&registration.password_hash),
        email: Some(&registration.email),
        about: ABOUT,
        join_date: now,
        auth_level: if makes_admin { AuthLevel::Admin } else { AuthLevel::default() },
    };
    let user = user_insert(conn, &user)?;
    if let Some(invite) = &registration.invite {
        invite_consumer_set(conn, invite, user)?;
    }
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_3_to_21_letters_digits_and_signs_and_begin_with_no_digit() {
        for name in ["abc", "_-9", "a23456789012345678901"] {
            assert!(is_username(name), "{name}");
        }
        for name in ["", "ab", "1ab", "a b", "a.b", "aé", "a234567890123456789012"] {
            assert!(!is_username(name), "{name}");
        }
    }

    #[test]
    fn addresses_have_a_name_and_a_domain_with_a_dot() {
        for address in ["x@y.zz", "first.last+tag@mail.example.org"] {
            assert!(is_email(address), "{address}");
        }
        for address in ["", "x", "x@y", "@y.zz", "x@.zz", "x@y.z", "x y@y.zz", "x@@y.zz", "x@y.zz\n"] {
            assert!(!is_email(address), "{address:?}");
        }
    }
}
