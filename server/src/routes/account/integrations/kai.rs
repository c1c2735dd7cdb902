//! Accounts of FLO, EAG and MIN. Source: `spec/integrations.md` 4 and 5.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tachi_db::links::Link;

use super::ArcadeOnly;
use crate::app::App;
use crate::body;
use crate::config::upstream::{Kai, OAuth2, Upstream};
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::fields::text;
use crate::integrations;
use crate::integrations::oauth2::ExchangeError;
use crate::self_key::SelfKey;

/// A service: its name in paths, what is linked, and its settings.
struct Service {
    name: &'static str,
    link: Link,
    settings: fn(&Upstream) -> &Kai,
}

static SERVICES: [Service; 3] = [
    Service { name: "flo", link: Link::Flo, settings: |upstream| &upstream.flo },
    Service { name: "eag", link: Link::Eag, settings: |upstream| &upstream.eag },
    Service { name: "min", link: Link::Min, settings: |upstream| &upstream.min },
];

fn service(request: &HttpRequest) -> Result<&'static Service, ApiError> {
    let named = request.match_info().get("kai").unwrap_or_default();
    let found = SERVICES.iter().find(|service| service.name.eq_ignore_ascii_case(named));
    found.ok_or_else(|| ApiError::bad_request("Invalid kaiType - Expected min, flo or eag."))
}

/// `GET /kai/:kaiType`: whether the account is linked.
pub async fn get(_edition: ArcadeOnly, request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let service = service(&request)?;
    // It is opened, too: what cannot be opened is not said to be there, nor to be missing.
    let linked = integrations::get(&app, me.user.id, service.link).await?.is_some();
    Ok(success("Returned authentication status.", json!({ "authStatus": linked })))
}

/// `DELETE /kai/:kaiType`: forgets the account. The service is not told.
pub async fn delete(_edition: ArcadeOnly, request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let service = service(&request)?;
    if !integrations::delete(&app, me.user.id, service.link).await? {
        return Err(ApiError::new(Kind::Conflict, "You are not authorised with this service."));
    }
    Ok(success("Removed authentication.", Nothing {}))
}

/// `POST /kai/:kaiType/oauth2callback`: links the account that a code stands for.
pub async fn callback(
    _edition: ArcadeOnly,
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let service = service(&request)?;
    let body = body::object(&request, payload).await?;
    let code = text(&body, "code")?;
    let name = service.name.to_ascii_uppercase();
    let settings = (service.settings)(&app.settings.upstream);
    let (api_url, oauth2) = credentials(settings).ok_or_else(|| unavailable(&name))?;
    // A code is good for one time: it is not spent on a pair that cannot be kept.
    app.vault.check()?;
    let pair = app.exchange.exchange(api_url, oauth2, code).await.map_err(|error| failed(&name, error))?;
    integrations::put(&app, me.user.id, service.link, vec![pair.token, pair.refresh_token]).await?;
    Ok(success(&format!("Successfully updated auth for {name}"), Nothing {}))
}

fn credentials(settings: &Kai) -> Option<(&str, &OAuth2)> {
    Some((settings.api_url.as_deref()?, settings.oauth2.as_ref()?))
}

fn unavailable(name: &str) -> ApiError {
    ApiError::new(Kind::Internal, format!("This instance is not set up to link accounts of {name}."))
}

fn failed(name: &str, error: ExchangeError) -> ApiError {
    match error {
        ExchangeError::Unsupported => unavailable(name),
        ExchangeError::Unreachable => ApiError::new(Kind::Internal, "We failed to reach this site. Are they down?"),
        ExchangeError::Refused(status) => {
            let kind = if status < 500 { Kind::BadRequest } else { Kind::Internal };
            ApiError::new(kind, format!("{name} refused this code with status {status}."))
        }
        ExchangeError::Malformed => ApiError::new(Kind::Internal, format!("{name} returned an unexpected answer.")),
    }
}
