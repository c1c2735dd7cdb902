//! Password hashes: Argon2id with the library's recommended cost.

use anyhow::{Result, anyhow};
use argon2::Argon2;
use argon2::password_hash::PasswordHasher;

/// The hash of a password, with a random salt.
///
/// # Errors
/// When the machine has no randomness.
pub fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| anyhow!("{error}"))?;
    Ok(hash.to_string())
}
