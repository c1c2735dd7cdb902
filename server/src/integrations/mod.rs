//! What users link with us, as the rest of the server sees it: in the clear here, encrypted in the database.
//! Source: `spec/integrations.md` 4, 5 and 9.

use std::time::Duration;

use tachi_core::ids::UserId;
use tachi_db::links::{Link, link_delete, link_get, link_put};
use tachi_db::{Database, DbError};
use thiserror::Error;

use crate::app::{App, WAIT, block};
use crate::envelope::{ApiError, Kind};
use crate::secret::Secret;
use crate::vault::{Vault, VaultError};

/// Why a link cannot be read or stored.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The key.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// A user's link: its values in the order of [`tachi_db::links::Place::columns`].
///
/// # Errors
/// Those of the database, and when the key has changed.
pub fn read(database: &Database, vault: &Vault, user: UserId, link: Link) -> Result<Option<Vec<Secret>>, LinkError> {
    let sealed = database.read(|conn| link_get(conn, user, link))?;
    Ok(sealed.map(|sealed| vault.open(user, link, &sealed)).transpose()?)
}

/// Stores a user's link, over the one there may be. `wait` bounds the waiting for a turn to write.
///
/// # Errors
/// Those of the database, and when there is no key.
pub fn store(
    database: &Database,
    vault: &Vault,
    user: UserId,
    link: Link,
    values: &[Secret],
    wait: Duration,
) -> Result<(), LinkError> {
    let values: Vec<&str> = values.iter().map(Secret::expose).collect();
    let sealed = vault.seal(user, link, &values)?;
    Ok(database.write(wait, |conn| link_put(conn, user, link, &sealed))?)
}

/// [`read`] for a handler.
pub async fn get(app: &App, user: UserId, link: Link) -> Result<Option<Vec<Secret>>, ApiError> {
    let app = app.clone();
    block(move || Ok(read(app.importer.database(), &app.vault, user, link)?)).await
}

/// [`store`] for a handler.
pub async fn put(app: &App, user: UserId, link: Link, values: Vec<Secret>) -> Result<(), ApiError> {
    let app = app.clone();
    block(move || Ok(store(app.importer.database(), &app.vault, user, link, &values, WAIT)?)).await
}

/// Removes a link; says whether there was one.
pub async fn delete(app: &App, user: UserId, link: Link) -> Result<bool, ApiError> {
    app.write(move |conn| link_delete(conn, user, link)).await
}

impl From<LinkError> for ApiError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Database(error) => error.into(),
            LinkError::Vault(error) => error.into(),
        }
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NoKey => Self::new(Kind::NotOffered, error.to_string()),
            VaultError::KeyChanged | VaultError::Damaged => {
                log::error!("{error}");
                Self::new(Kind::Internal, error.to_string())
            }
            VaultError::KeyFile(error) => Self::internal(error),
        }
    }
}
