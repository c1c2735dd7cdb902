//! Exchanging the code that a service sends a user back with. Source: `spec/integrations.md` 5.

use std::future::Future;
use std::pin::Pin;

use crate::config::upstream::OAuth2;
use crate::secret::Secret;

/// What opens a user's account at a service.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// For requests.
    pub token: Secret,
    /// For a new pair.
    pub refresh_token: Secret,
}

/// Why there is no pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeError {
    /// This program does not speak to the service.
    Unsupported,
    /// The service cannot be reached, or takes too long.
    Unreachable,
    /// The service answered with another status than 200.
    Refused(u16),
    /// The service answered with something else than a pair.
    Malformed,
}

/// The answer to a code, as it arrives.
pub type Exchanged<'a> = Pin<Box<dyn Future<Output = Result<TokenPair, ExchangeError>> + 'a>>;

/// Whoever asks a service for the pair that belongs to a code. A code is good for one time: it is never sent again.
pub trait CodeExchange: Send + Sync {
    /// Asks the service at `api_url`.
    fn exchange<'a>(&'a self, api_url: &'a str, oauth2: &'a OAuth2, code: &'a str) -> Exchanged<'a>;
}

/// Asks nobody.
#[derive(Debug)]
pub struct NoExchange;

impl CodeExchange for NoExchange {
    fn exchange<'a>(&'a self, _api_url: &'a str, _oauth2: &'a OAuth2, _code: &'a str) -> Exchanged<'a> {
        Box::pin(std::future::ready(Err(ExchangeError::Unsupported)))
    }
}
