//! Cards of CG and MYT. Source: `spec/integrations.md` 4. Nobody is asked whether they are right.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::ids::UserId;
use tachi_db::links::Link;

use super::ArcadeOnly;
use crate::app::App;
use crate::body;
use crate::envelope::{ApiError, Nothing, success};
use crate::fields::only;
use crate::integrations;
use crate::routes::shown;
use crate::secret::Secret;
use crate::self_key::SelfKey;

/// A member of a body that is a code of fixed length.
struct Code {
    name: &'static str,
    length: usize,
    allowed: fn(&u8) -> bool,
    expected: &'static str,
}

static CARD_ID: Code = Code {
    name: "cardID",
    length: 16,
    allowed: u8::is_ascii_alphanumeric,
    expected: "Expected 16 letters and digits.",
};
static PIN: Code =
    Code { name: "pin", length: 4, allowed: u8::is_ascii_digit, expected: "Expected a string of 4 digits." };
static ACCESS_CODE: Code = Code {
    name: "cardAccessCode",
    length: 20,
    allowed: u8::is_ascii_digit,
    expected: "Expected a string of 20 digits.",
};

/// The codes of a body that holds them and nothing else. Errors do not repeat them.
fn codes(body: &Map<String, Value>, codes: &[&Code]) -> Result<Vec<Secret>, ApiError> {
    let names: Vec<&str> = codes.iter().map(|code| code.name).collect();
    only(body, &names)?;
    let read = |code: &&Code| {
        let text = body.get(code.name).and_then(Value::as_str);
        let text = text.filter(|text| text.len() == code.length && text.bytes().all(|byte| (code.allowed)(&byte)));
        let refused = || ApiError::bad_request(format!("[{}] {} (Received ****)", code.name, code.expected));
        text.map(Secret::new).ok_or_else(refused)
    };
    codes.iter().map(read).collect()
}

/// The service of a path, and how documents name it.
fn cg(request: &HttpRequest) -> Result<(Link, &'static str), ApiError> {
    let named = request.match_info().get("cg").unwrap_or_default();
    let services = [Link::CgDev, Link::CgNag, Link::CgGan].map(|link| (link, link.place().service));
    let found = services.into_iter().find(|(_, name)| *name == named);
    found.ok_or_else(|| ApiError::not_found(format!("No such service 'cg/{}' is supported.", shown(named))))
}

fn no_card() -> HttpResponse {
    success("This user has no card info set up for this service.", Value::Null)
}

async fn remove(app: &App, user: UserId, link: Link) -> Result<HttpResponse, ApiError> {
    integrations::delete(app, user, link).await?;
    Ok(success("Removed card info.", Nothing {}))
}

/// `GET /cg/:cgType`.
pub async fn get_cg(request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let (link, service) = cg(&request)?;
    let Some(values) = integrations::get(&app, me.user.id, link).await? else { return Ok(no_card()) };
    let [card, pin] = &values[..] else { return Err(ApiError::internal("a card does not have two values")) };
    let body = json!({"userID": me.user.id, "service": service, "cardID": card.expose(), "pin": pin.expose()});
    Ok(success("Returned card info.", body))
}

/// `PUT /cg/:cgType`.
pub async fn put_cg(request: HttpRequest, me: SelfKey, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let (link, _) = cg(&request)?;
    let values = codes(&body::object(&request, payload).await?, &[&CARD_ID, &PIN])?;
    integrations::put(&app, me.user.id, link, values).await?;
    Ok(success("Updated card info.", Nothing {}))
}

/// `DELETE /cg/:cgType`, whether or not there is a card.
pub async fn delete_cg(request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let (link, _) = cg(&request)?;
    remove(&app, me.user.id, link).await
}

/// `GET /myt`.
pub async fn get_myt(_edition: ArcadeOnly, request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let Some(values) = integrations::get(&app, me.user.id, Link::Myt).await? else { return Ok(no_card()) };
    let [code] = &values[..] else { return Err(ApiError::internal("a card does not have one value")) };
    Ok(success("Returned card info.", json!({"userID": me.user.id, "cardAccessCode": code.expose()})))
}

/// `PUT /myt`.
pub async fn put_myt(
    _edition: ArcadeOnly,
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let values = codes(&body::object(&request, payload).await?, &[&ACCESS_CODE])?;
    integrations::put(&app, me.user.id, Link::Myt, values).await?;
    Ok(success("Updated card info.", Nothing {}))
}

/// `DELETE /myt`, whether or not there is a card.
pub async fn delete_myt(_edition: ArcadeOnly, request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    remove(&app, me.user.id, Link::Myt).await
}
