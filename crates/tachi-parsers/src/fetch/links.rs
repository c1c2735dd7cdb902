//! What the user has stored for the services: the only way to it, and back.

use std::pin::Pin;

use super::secret::Secret;
use crate::api::source::{ArcGame, CgService, KaiService};
use crate::error::FatalError;

/// What a [`Links`] promises.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, FatalError>> + Send + 'a>>;

/// What one user has stored. Whoever runs imports implements it.
///
/// # Errors
/// Those of the storage, as they are to be answered: the import ends with them. A stored secret that cannot be read is
/// such an error, never `None`.
pub trait Links: Send + Sync {
    /// The pair of tokens for a service of the kai family; `None` when the user has not linked it.
    fn kai(&self, service: KaiService) -> Reply<'_, Option<TokenPair>>;

    /// Replaces the pair, both tokens in one update. The former pair has been used up, so this must last whatever
    /// becomes of the import: it belongs outside the import's transaction.
    fn replace_kai(&self, service: KaiService, pair: TokenPair) -> Reply<'_, ()>;

    /// The account in a game of ARC, each of which has an account of its own (`api/arc-<game>`).
    fn arc(&self, game: ArcGame) -> Reply<'_, Option<Secret>>;

    /// The card for a service of the CG family.
    fn cg(&self, service: CgService) -> Reply<'_, Option<CgCard>>;

    /// The card access code for MYT.
    fn myt(&self) -> Reply<'_, Option<Secret>>;
}

/// The tokens of a link that was made with OAuth2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// Lets the service's data be read, for a while.
    pub access: Secret,
    /// Is exchanged for a new pair, once.
    pub refresh: Secret,
}

/// A card of the CG family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CgCard {
    /// The card's number.
    pub card_id: Secret,
    /// Its PIN.
    pub pin: Secret,
}
