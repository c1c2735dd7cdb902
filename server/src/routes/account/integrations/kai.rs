//! Accounts of FLO, EAG and MIN. Source: `spec/integrations.md` 4 and 5.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tachi_db::links::Link;
use tachi_parsers::api::source::KaiService;
use tachi_parsers::fetch::ExchangeError;

use super::ArcadeOnly;
use crate::app::App;
use crate::body;
use crate::config::upstream::{Kai, Upstream};
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::fields::text;
use crate::integrations;
use crate::secret::Secret;
use crate::self_key::SelfKey;

/// A service: its name in paths, what is linked, and its settings.
struct Service {
    name: &'static str,
    link: Link,
    service: KaiService,
    settings: fn(&Upstream) -> &Kai,
}

static SERVICES: [Service; 3] = [
    Service { name: "flo", link: Link::Flo, service: KaiService::Flo, settings: |upstream| &upstream.flo },
    Service { name: "eag", link: Link::Eag, service: KaiService::Eag, settings: |upstream| &upstream.eag },
    Service { name: "min", link: Link::Min, service: KaiService::Min, settings: |upstream| &upstream.min },
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
    if (service.settings)(&app.settings.upstream).oauth2.is_none() {
        return Err(ExchangeError::NotConfigured(service.service).into());
    }
    // A code is good for one time: it is not spent on a pair that cannot be kept.
    app.vault.check()?;
    let pair = app.fetching.exchange(service.service, Secret::new(code)).await?;
    integrations::put(&app, me.user.id, service.link, vec![pair.access, pair.refresh]).await?;
    Ok(success(&format!("Successfully updated auth for {}", service.service), Nothing {}))
}

impl From<ExchangeError> for ApiError {
    fn from(error: ExchangeError) -> Self {
        Self::new(Kind::of_status(error.status().into()), error.to_string())
    }
}
