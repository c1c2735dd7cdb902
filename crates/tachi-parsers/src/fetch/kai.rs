//! The kai family. Source: `spec/import-types/api-kai.md` 2 to 4, 6.

use super::http::{Answer, Get};
use super::links::TokenPair;
use super::pages::{Bearer, traverse};
use super::secret::Secret;
use super::services::{Credentials, Kai};
use super::transcript::{Out, Transcript};
use super::{Import, oauth};
use crate::api::source::KaiService;
use crate::error::{FatalError, FatalKind};
use crate::json;

/// Refreshes the link, then fetches the profile, then all pages of the history.
pub(super) async fn fetch(
    import: &Import<'_>,
    service: KaiService,
    history: &str,
    profile: &str,
    out: Out<'_>,
) -> Result<(), FatalError> {
    let mut session = Session::open(import, service).await?;
    let profile = session.profile(profile).await;
    let limit = import.services.http.limits.transcript;
    let mut transcript = Transcript::new(service.as_str(), profile.as_deref(), limit, out)?;
    let base = &session.kai.base;
    traverse(import, base, history, &mut session, &mut transcript).await?;
    transcript.finish()
}

/// A user's link while it is used.
struct Session<'a> {
    import: &'a Import<'a>,
    service: KaiService,
    kai: &'a Kai,
    credentials: &'a Credentials,
    access: Secret,
}

impl<'a> Session<'a> {
    /// Refreshes the link before anything else, so that an expired one fails before any score is read.
    async fn open(import: &'a Import<'a>, service: KaiService) -> Result<Self, FatalError> {
        let stored = stored(import, service).await?;
        let kai = import.services.kai(service);
        let (kai, credentials) = kai.and_then(|kai| Some((kai, kai.credentials.as_ref()?))).ok_or_else(|| {
            log::error!("{service} has been linked, but its URL or OAuth2 credentials are not configured");
            let text = "Fatal error in performing authentication. This has been reported.";
            FatalError::new(FatalKind::Unconfigured, text)
        })?;
        let mut session = Self { import, service, kai, credentials, access: stored.access };
        session.refresh(&stored.refresh).await?;
        Ok(session)
    }

    /// The new pair is stored before it is used: the old one is worth nothing any more.
    async fn refresh(&mut self, token: &Secret) -> Result<(), FatalError> {
        let pair = oauth::refresh(self.import.services, self.service, self.kai, self.credentials, token).await?;
        self.access = pair.access.clone();
        self.import.links.replace_kai(self.service, pair).await
    }

    /// The profile's body; whatever fails means that there is none.
    async fn profile(&mut self, path: &str) -> Option<String> {
        let mut answer = self.get(path).await?;
        if let 401 | 403 = answer.status {
            if let Err(error) = self.renew().await {
                log::warn!("{}: no profile, because the link cannot be refreshed: {error}", self.service);
                return None;
            }
            answer = self.get(path).await?;
        }
        if answer.status != 200 {
            log::warn!("{}: no profile, status {}", self.service, answer.status);
            return None;
        }
        Some(json::decode(&answer.body).into_owned())
    }

    async fn get(&self, path: &str) -> Option<Answer> {
        let url = format!("{}{path}", self.kai.base).parse().ok()?;
        let (service, token) = (self.service.as_str(), Some(&self.access));
        self.import.get(Get { service, url: &url, token, wants: |status| status == 200 }).await.ok()
    }
}

impl Bearer for Session<'_> {
    fn token(&self) -> &Secret {
        &self.access
    }

    /// What is stored counts, not what was stored when the import began: every refresh token serves once.
    async fn renew(&mut self) -> Result<bool, FatalError> {
        if self.import.is_late() {
            return Err(FatalError::invalid_response());
        }
        let stored = stored(self.import, self.service).await?;
        self.refresh(&stored.refresh).await?;
        Ok(true)
    }
}

async fn stored(import: &Import<'_>, service: KaiService) -> Result<TokenPair, FatalError> {
    let pair = import.links.kai(service).await?;
    pair.ok_or_else(|| FatalError::new(FatalKind::Unauthorised, format!("No authentication was stored for {service}.")))
}
