//! Settings of fervidex and kshook. Source: `spec/integrations.md` 4.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::ids::UserId;
use tachi_db::hook_settings::{
    FervidexSettings, fervidex_settings_get, fervidex_settings_put, kshook_force_get, kshook_force_put,
};

use super::ArcadeOnly;
use crate::app::App;
use crate::body;
use crate::envelope::{ApiError, success};
use crate::fields::{flag_opt, only, refuse};
use crate::self_key::SelfKey;

/// How many cards a filter has at most.
const MAX_CARDS: usize = 6;

fn fervidex(user: UserId, settings: &FervidexSettings) -> Value {
    let cards = Some(&settings.cards).filter(|cards| !cards.is_empty());
    json!({"userID": user, "cards": cards, "forceStaticImport": settings.force_static_import})
}

/// `GET /fervidex/settings`.
pub async fn get_fervidex(_edition: ArcadeOnly, request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let user = me.user.id;
    let settings = app.read(move |conn| fervidex_settings_get(conn, user)).await?;
    Ok(success("Returned fervidex settings.", fervidex(user, &settings)))
}

/// `PATCH /fervidex/settings`: what is absent stays.
pub async fn patch_fervidex(
    _edition: ArcadeOnly,
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    only(&body, &["cards", "forceStaticImport"])?;
    let (cards, force) = (cards(&body)?, flag_opt(&body, "forceStaticImport")?);
    if cards.is_none() && force.is_none() {
        return Err(ApiError::bad_request("No modifications sent."));
    }
    let user = me.user.id;
    let settings = app
        .write(move |conn| {
            let stored = fervidex_settings_get(conn, user)?;
            let settings = FervidexSettings {
                cards: cards.clone().unwrap_or(stored.cards),
                force_static_import: force.unwrap_or(stored.force_static_import),
            };
            fervidex_settings_put(conn, user, &settings)?;
            Ok(settings)
        })
        .await?;
    Ok(success("Updated fervidex settings.", fervidex(user, &settings)))
}

/// The cards of a body, if it says anything of them; none for no filter.
fn cards(body: &Map<String, Value>) -> Result<Option<Vec<String>>, ApiError> {
    let refused = || refuse("cards", "Expected an array of strings, or null.", body.get("cards"));
    match body.get("cards") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Vec::new())),
        Some(Value::Array(cards)) if cards.len() > MAX_CARDS => {
            Err(ApiError::bad_request(format!("You cannot have more than {MAX_CARDS} card filters at once.")))
        }
        Some(Value::Array(cards)) => {
            let text = |card: &Value| card.as_str().filter(|card| card.len() <= 255).map(str::to_owned);
            cards.iter().map(text).collect::<Option<Vec<_>>>().map(Some).ok_or_else(refused)
        }
        Some(_) => Err(refused()),
    }
}

fn kshook(user: UserId, force: bool) -> Value {
    json!({"userID": user, "forceStaticImport": force})
}

/// `GET /kshook-sv6c/settings`.
pub async fn get_kshook(_edition: ArcadeOnly, request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let user = me.user.id;
    let force = app.read(move |conn| kshook_force_get(conn, user)).await?;
    Ok(success("Returned kshook settings.", force.map(|force| kshook(user, force))))
}

/// `PATCH /kshook-sv6c/settings`.
pub async fn patch_kshook(
    _edition: ArcadeOnly,
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    only(&body, &["forceStaticImport"])?;
    let name = "forceStaticImport";
    let force = flag_opt(&body, name)?.ok_or_else(|| refuse(name, "Expected a boolean.", body.get(name)))?;
    let user = me.user.id;
    app.write(move |conn| kshook_force_put(conn, user, force)).await?;
    Ok(success("Updated kshook settings.", kshook(user, force)))
}
