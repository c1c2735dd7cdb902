//! Accounts of ARC. Source: `spec/integrations.md` 4.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::ids::UserId;
use tachi_db::links::Link;

use super::ArcadeOnly;
use crate::app::App;
use crate::body;
use crate::envelope::{ApiError, success};
use crate::fields::only;
use crate::integrations;
use crate::secret::Secret;
use crate::self_key::SelfKey;

/// The members of bodies and what they link.
const GAMES: [(&str, Link); 2] = [("iidx", Link::ArcIidx), ("sdvx", Link::ArcSdvx)];

async fn state(app: &App, user: UserId) -> Result<Map<String, Value>, ApiError> {
    let mut state = Map::new();
    for (name, link) in GAMES {
        let values = integrations::get(app, user, link).await?;
        let document = values.as_deref().and_then(<[Secret]>::first).map(
            |account| json!({"userID": user, "accountID": account.expose(), "forImportType": link.place().service}),
        );
        state.insert(name.to_owned(), document.unwrap_or(Value::Null));
    }
    Ok(state)
}

/// `GET /arc`.
pub async fn get(_edition: ArcadeOnly, request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    Ok(success("Returned ARC profiles.", state(&app, me.user.id).await?))
}

/// `PATCH /arc`: a text links, null unlinks, what is absent or empty stays.
pub async fn patch(
    _edition: ArcadeOnly,
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let mut body = body::object(&request, payload).await?;
    // A game of which only old clients know.
    body.remove("ddr");
    if body.is_empty() {
        return Err(ApiError::bad_request("Invalid request to modify nothing."));
    }
    only(&body, &GAMES.map(|(name, _)| name))?;
    let changes = GAMES.map(|(name, link)| change(&body, name).map(|change| (link, change)));
    let changes: Vec<(Link, Option<Change>)> = changes.into_iter().collect::<Result<_, _>>()?;
    for (link, change) in changes {
        match change {
            Some(Change::Set(account)) => integrations::put(&app, me.user.id, link, vec![account]).await?,
            Some(Change::Remove) => _ = integrations::delete(&app, me.user.id, link).await?,
            None => {}
        }
    }
    Ok(success("Updated ARC profiles.", state(&app, me.user.id).await?))
}

enum Change {
    Set(Secret),
    Remove,
}

fn change(body: &Map<String, Value>, name: &str) -> Result<Option<Change>, ApiError> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Change::Remove)),
        Some(Value::String(account)) if account.is_empty() => Ok(None),
        Some(Value::String(account)) if account.len() <= 255 => Ok(Some(Change::Set(Secret::new(account)))),
        Some(_) => Err(ApiError::bad_request(format!(
            "[{name}] Expected a string of at most 255 characters, or null. (Received ****)"
        ))),
    }
}
