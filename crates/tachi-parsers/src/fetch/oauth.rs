//! The token endpoint of the kai family. Nothing here is ever tried twice: codes and refresh tokens are used up.

use serde_json::Value;
use thiserror::Error;

use super::http::{Answer, NoAnswer};
use super::links::TokenPair;
use super::secret::Secret;
use super::services::{Credentials, Kai, Services};
use crate::api::source::KaiService;
use crate::error::{FatalError, FatalKind};
use crate::json;

/// Why a user could not be linked. Source: `spec/integrations.md` 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExchangeError {
    /// The operator has not set up the service.
    #[error("This instance has no OAuth2 credentials for {0}.")]
    NotConfigured(KaiService),
    /// Nobody answered.
    #[error("We failed to reach this site. Are they down?")]
    Unreachable,
    /// The code was bad, expired, or used before; or the service failed.
    #[error("{service} refused the code with status {status}.")]
    Refused {
        /// The service.
        service: KaiService,
        /// The status of its answer.
        status: u16,
    },
    /// The answer held no tokens.
    #[error("{0} accepted the code, but sent no tokens.")]
    Malformed(KaiService),
}

impl ExchangeError {
    /// The status that such a failure is answered with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused { status, .. } if *status < 500 => 400,
            _ => 500,
        }
    }
}

/// Exchanges the code that a user came back with for a pair of tokens, which is to be stored.
///
/// # Errors
/// Says why there is no pair; one that is stored already stays as it is.
pub async fn exchange_code(
    services: &Services,
    service: KaiService,
    code: &Secret,
) -> Result<TokenPair, ExchangeError> {
    let kai = services.kai(service);
    let (kai, credentials) =
        kai.and_then(|kai| Some((kai, kai.credentials.as_ref()?))).ok_or(ExchangeError::NotConfigured(service))?;
    let grant = [("code", code.expose()), ("grant_type", "authorization_code")];
    match ask(services, service, kai, credentials, grant).await {
        Ok(Answer { status: 200, body, .. }) => pair(&body).ok_or(ExchangeError::Malformed(service)),
        Ok(Answer { status, .. }) => Err(ExchangeError::Refused { service, status }),
        Err(_) => Err(ExchangeError::Unreachable),
    }
}

/// Exchanges a refresh token for a new pair. Source: `spec/import-types/api-kai.md` 4.
pub(super) async fn refresh(
    services: &Services,
    service: KaiService,
    kai: &Kai,
    credentials: &Credentials,
    token: &Secret,
) -> Result<TokenPair, FatalError> {
    let grant = [("refresh_token", token.expose()), ("grant_type", "refresh_token")];
    let failed = || FatalError::new(FatalKind::Upstream, "An error has occurred while attempting reauthentication.");
    match ask(services, service, kai, credentials, grant).await {
        Ok(Answer { status: 200, body, .. }) => pair(&body).ok_or_else(failed),
        Ok(Answer { status: 400, .. }) => Err(FatalError::bad_input(format!(
            "Your link with {service} has expired or was revoked. Un-link and re-link your account at \
             {}/u/me/integrations/services.",
            services.our_url
        ))),
        _ => Err(failed()),
    }
}

async fn ask(
    services: &Services,
    service: KaiService,
    kai: &Kai,
    credentials: &Credentials,
    [secret, grant_type]: [(&str, &str); 2],
) -> Result<Answer, NoAnswer> {
    let url = format!("{}/oauth/token", kai.base).parse().map_err(|_| NoAnswer::Unreachable)?;
    let form = [
        secret,
        grant_type,
        ("client_secret", credentials.client_secret.expose()),
        ("client_id", &credentials.client_id),
        ("redirect_uri", &credentials.redirect_uri),
    ];
    services.http.post(service.as_str(), url, &form).await
}

/// The pair in an answer.
fn pair(body: &[u8]) -> Option<TokenPair> {
    let answer: Value = serde_json::from_str(&json::decode(body)).ok()?;
    let token = |name: &str| answer[name].as_str().map(Secret::new);
    Some(TokenPair { access: token("access_token")?, refresh: token("refresh_token")? })
}
