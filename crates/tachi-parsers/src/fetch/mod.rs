//! Fetching from the services that users have linked: behind the cargo feature `fetch`.
//!
//! [`fetch`](fetch()) makes the transcript that an import type of [`api`](crate::api) reads. It asks three things of
//! whoever runs imports: what the operator has set up ([`Services`], checked once), what the user has stored
//! ([`Links`]), and whom to tell how far it is ([`Progress`]). Where a type's data comes from is told by its row in the
//! registry; each family of services has a module here, a variant of [`Source`], and an arm in [`fetch`](fetch()).
//!
//! Tokens go to the service's own origin and nowhere else, redirects are not followed, nothing secret is logged, and
//! every wait and every size has a limit ([`Limits`]). Source: `spec/integrations.md` 8.

mod arc;
mod cg;
mod http;
mod kai;
mod limits;
mod links;
pub mod myt;
mod oauth;
mod pages;
mod secret;
mod services;
mod tls;
mod transcript;

use std::io::Write;

use tachi_core::import_type::ImportType;

use self::http::{Answer, Deadline, Get, NoAnswer};
pub use self::limits::Limits;
pub use self::links::{CgCard, Links, Reply, TokenPair};
pub use self::oauth::{ExchangeError, exchange_code};
pub use self::secret::Secret;
pub use self::services::{
    ArcConfiguration, CgConfiguration, Configuration, ConfigurationError, KaiConfiguration, MytConfiguration, Services,
};
use crate::api::source::Source;
use crate::error::FatalError;
use crate::registry;

/// How far a fetch is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pages fetched.
    pub pages: usize,
    /// Scores on them.
    pub scores: usize,
}

/// Fetches what an import type reads and writes it down as it arrives: the transcript is its input. Of a fetch that
/// fails, what was written is worth nothing.
///
/// With a `cursor` (UNIX milliseconds) only scores after it are fetched; without one, everything. The future wants a
/// tokio runtime, and wants to be driven to its end: dropped between a refreshed link and its
/// [storing](Links::replace_kai), the link is lost. It ends by itself, within the [limits](Limits).
///
/// # Errors
/// As the type's page has them: the user has not linked the service, the operator has not set it up, the service refuses
/// or fails. No text holds a secret, or what a service sent.
pub async fn fetch(
    services: &Services,
    import_type: ImportType,
    links: &dyn Links,
    progress: &(dyn Fn(Progress) + Send + Sync),
    cursor: Option<i64>,
    transcript: &mut (dyn Write + Send),
) -> Result<(), FatalError> {
    let source = registry::find(import_type).and_then(|entry| entry.source);
    let source = source.ok_or_else(|| FatalError::bad_input(format!("Invalid import type: {import_type}")))?;
    let deadline = Deadline::after(&services.http.limits);
    let import = Import { services, import_type, links, progress, cursor, deadline };
    match source {
        Source::Kai { service, history, profile } => kai::fetch(&import, service, history, profile, transcript).await,
        Source::Arc(game) => arc::fetch(&import, game, transcript).await,
        Source::Cg { service, game } => cg::fetch(&import, service, game, transcript).await,
        Source::Myt(title) => {
            let card = links.myt().await?;
            let card = card.as_ref().map(Secret::expose);
            myt::fetch(services.myt(), title, card, cursor, progress, transcript).await
        }
    }
}

/// One fetch, and all that its requests need.
struct Import<'a> {
    services: &'a Services,
    import_type: ImportType,
    links: &'a dyn Links,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
    cursor: Option<i64>,
    deadline: Deadline,
}

impl Import<'_> {
    async fn get(&self, get: Get<'_>) -> Result<Answer, NoAnswer> {
        self.services.http.get(get, self.deadline).await
    }

    /// Whether the time for all requests is over.
    fn is_late(&self) -> bool {
        self.deadline.is_over()
    }
}
