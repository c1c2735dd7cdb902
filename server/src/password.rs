//! Password hashes: Argon2id with the library's recommended cost.

use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use argon2::Argon2;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::app::block;
use crate::envelope::ApiError;

/// How many characters a password has at least.
pub const MIN_LENGTH: usize = 8;

/// A hash takes 19 MiB and some milliseconds of a processor: more at a time would only be slower, and room for others
/// to be had by whoever sends many passwords.
static TURNS: Semaphore = Semaphore::const_new(4);

/// The hash of a password, with a random salt.
///
/// # Errors
/// When the machine has no randomness.
pub fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| anyhow!("{error}"))?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed. Without a hash there is none, which takes as long to say.
///
/// # Errors
/// When the hash is none.
pub fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let expected = match (hash, NOBODY.get()) {
        (Some(hash), _) => hash,
        (None, Some(nobody)) => nobody,
        (None, None) => {
            let nobody = self::hash("nobody's password")?;
            NOBODY.get_or_init(|| nobody)
        }
    };
    match Argon2::default().verify_password(password.as_bytes(), expected) {
        Ok(()) => Ok(hash.is_some()),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(anyhow!("a stored password hash cannot be used: {error}")),
    }
}

/// [`hash`], away from the threads that serve requests.
pub async fn hash_later(password: String) -> Result<String, ApiError> {
    let _turn = TURNS.acquire().await.map_err(ApiError::internal)?;
    block(move || hash(&password).map_err(ApiError::internal)).await
}

/// [`verify`], away from the threads that serve requests.
pub async fn verify_later(password: String, hash: Option<String>) -> Result<bool, ApiError> {
    let _turn = TURNS.acquire().await.map_err(ApiError::internal)?;
    block(move || verify(&password, hash.as_deref()).map_err(ApiError::internal)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_fits_and_nothing_fits_nobody() {
        let hashed = hash("correct horse").unwrap();
        assert!(hashed.starts_with("$argon2id$"), "{hashed}");
        assert!(verify("correct horse", Some(&hashed)).unwrap());
        assert!(!verify("correct horsf", Some(&hashed)).unwrap());
        for password in ["nobody's password", ""] {
            assert!(!verify(password, None).unwrap());
        }
        assert!(verify("x", Some("no hash")).is_err());
    }
}
