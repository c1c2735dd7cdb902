//! What the instance is, and whether it works. Source: `spec/rest-api.md` 13 and 14.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use tachi_core::game::Game;
use tachi_core::import_type::ImportType;
use tachi_db::catalogue::catalogue_version;

use crate::app::{App, block};
use crate::auth::Caller;
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::metrics;

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Config<'a> {
    name: &'a str,
    r#type: &'static str,
    games: &'a [Game],
    import_types: &'a [ImportType],
    signups_enabled: bool,
    /// Whether registering takes an invite.
    use_invites: bool,
    rivals_cap: u32,
    beatoraja_queue_size: usize,
    usc_queue_size: i64,
}

/// `GET /config`.
pub async fn config(request: HttpRequest, _caller: Caller) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let settings = &app.settings;
    let config = Config {
        name: &settings.name,
        r#type: settings.flavour.short(),
        games: &settings.games,
        import_types: &settings.import_types,
        signups_enabled: settings.access.signups,
        use_invites: settings.access.invites,
        rivals_cap: settings.access.rivals_cap,
        beatoraja_queue_size: settings.beatoraja_queue_size,
        usc_queue_size: settings.usc_queue_size,
    };
    Ok(success("Returned the configuration of this instance.", config))
}

/// `GET /config/max-rivals`.
pub async fn max_rivals(request: HttpRequest, _caller: Caller) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    Ok(success("Returned how many rivals a user has at most.", json!(app.settings.access.rivals_cap)))
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> HttpResponse {
    success("The process answers.", Nothing {})
}

/// `GET /readyz`: the database answers, and the catalogue is loaded. Migrations are done before anybody listens.
pub async fn readyz(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let not_ready = |why: &str| ApiError::new(Kind::Unavailable, why);
    if app.ending.load(Ordering::Relaxed) {
        return Err(not_ready("The process is about to end."));
    }
    if let Err(error) = app.read(catalogue_version).await {
        log::warn!("not ready: {error}");
        return Err(not_ready("The database does not answer."));
    }
    if app.catalogue().charts().is_empty() {
        return Err(not_ready("The catalogue is not loaded."));
    }
    Ok(success("Ready.", Nothing {}))
}

/// `GET /metrics`: figures, for this machine and private networks. Whose address it is, only the connection says: a
/// header could be made up.
pub async fn metrics(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    if !request.peer_addr().is_some_and(|peer| metrics::may_see(peer.ip())) {
        return super::no_such_endpoint().await;
    }
    let importer = Arc::clone(&App::of(&request)?.importer);
    let text = block(move || metrics::text(&importer).map_err(ApiError::internal)).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
