//! The ARC service. Source: `spec/import-types/api-arc.md` 1 and 3.

use std::fmt::Write as _;

use super::Import;
use super::http::Get;
use super::pages::{Bearer, traverse};
use super::secret::Secret;
use super::services::Arc;
use super::transcript::{Out, Transcript};
use crate::api::arc::SERVICE;
use crate::api::source::ArcGame;
use crate::error::{FatalError, FatalKind};
use crate::json;

/// Fetches the profile, where it is of use, and all pages of personal bests.
pub(super) async fn fetch(import: &Import<'_>, game: ArcGame, out: Out<'_>) -> Result<(), FatalError> {
    let account = import.links.arc(game).await?.ok_or_else(|| {
        let text = format!("No authentication was stored for {}.", import.import_type);
        FatalError::new(FatalKind::Unauthorised, text)
    })?;
    let arc = import.services.arc().ok_or_else(|| {
        log::error!("an account of ARC is stored, but the service is not configured");
        let text = "An internal service error has occurred. This has been reported!";
        FatalError::new(FatalKind::Unconfigured, text)
    })?;
    let profile = match arc.profile(game) {
        Some(template) => profile(import, arc, &fill(template, &account)).await,
        None => None,
    };
    let limit = import.services.http.limits.transcript;
    let mut transcript = Transcript::new(SERVICE, profile.as_deref(), limit, out)?;
    let path = fill(arc.scores(game), &account);
    traverse(import, &arc.base, &path, &mut Fixed(&arc.token), &mut transcript).await?;
    transcript.finish()
}

/// The profile's body; whatever fails means that there is none.
async fn profile(import: &Import<'_>, arc: &Arc, path: &str) -> Option<String> {
    let url = format!("{}{path}", arc.base).parse().ok()?;
    let get = Get { service: SERVICE, url: &url, token: Some(&arc.token), wants: |status| status == 200 };
    let answer = import.get(get).await.ok().filter(|answer| answer.status == 200)?;
    Some(json::decode(&answer.body).into_owned())
}

/// The operator's token, which nobody can renew.
struct Fixed<'a>(&'a Secret);

impl Bearer for Fixed<'_> {
    fn token(&self) -> &Secret {
        self.0
    }

    async fn renew(&mut self) -> Result<bool, FatalError> {
        Ok(false)
    }
}

/// A path with the account in its place, percent-encoded.
fn fill(template: &str, account: &Secret) -> String {
    let mut encoded = String::new();
    for byte in account.expose().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    template.replace("{id}", &encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_percent_encoded() {
        let path = fill("/a/?id={id}&x", &Secret::new("a b&c=é/%2F.~"));
        assert_eq!(path, "/a/?id=a%20b%26c%3D%C3%A9%2F%252F.~&x");
    }
}
