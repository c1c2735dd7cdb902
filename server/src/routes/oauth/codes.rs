//! Codes, and the tokens that clients get for them.

use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use crate::app::{App, now};
use crate::auth::Caller;
use crate::body;
use crate::envelope::{ApiError, Kind, success};
use crate::fields::{refuse, text};
use crate::oauth::{self, Exchange, Refusal, random_hex};
use crate::routes::account::ApiToken;
use crate::secret::Secret;
use crate::self_key::LoggedIn;

/// `POST /oauth/create-code`: a code that any client may exchange which the user gives it to.
pub async fn create(request: HttpRequest, me: LoggedIn) -> Result<HttpResponse, ApiError> {
    let (code, time, user) = (random_hex(), now(), me.user.id);
    let made = code.clone();
    App::of(&request)?.write(move |conn| oauth::make_code(conn, &made, user, None, time)).await?;
    Ok(success("Created code.", json!({"code": code, "userID": user, "createdOn": time})))
}

/// `POST /oauth/token`: exchanges a code for a token. JSON or a form.
pub async fn exchange(request: HttpRequest, _caller: Caller, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = members(&request, payload).await?;
    let member = |name: &str| text(&body, name).map(str::to_owned);
    if text(&body, "grant_type")? != "authorization_code" {
        return Err(refuse("grant_type", "Expected authorization_code.", body.get("grant_type")));
    }
    let sent = Exchange {
        client_id: member("client_id")?,
        client_secret: text(&body, "client_secret").map(Secret::new).map_err(|_| without_value("client_secret"))?,
        redirect_uri: member("redirect_uri")?,
        code: text(&body, "code").map(str::to_owned).map_err(|_| without_value("code"))?,
    };
    let (token, time) = (random_hex(), now());
    let (made, vault) = (token.clone(), Arc::clone(&app.vault));
    let exchanged = app.write(move |conn| oauth::exchange(conn, &vault, &sent, &made, time)).await?;
    let stored = exchanged.map_err(refused)?;
    Ok(success("Successfully created API token.", ApiToken::new(&token, &stored)))
}

/// A refusal of something that is secret.
fn without_value(name: &str) -> ApiError {
    ApiError::bad_request(format!("[{name}] Expected a string. (Received ****)"))
}

fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Client => ApiError::not_found("This client does not exist."),
        Refusal::Unreadable(error) => error.into(),
        Refusal::Secret => ApiError::new(Kind::Forbidden, "This client_secret is not that of the client."),
        Refusal::RedirectUri => ApiError::bad_request("This redirect_uri is not that of the client."),
        Refusal::Code => ApiError::not_found("This code is not valid, was used already, or has expired."),
        Refusal::TooMany => {
            ApiError::bad_request(format!("This user has {} API tokens and has to delete one.", oauth::MAX_TOKENS))
        }
    }
}

/// The members of a JSON body or of a form.
async fn members(request: &HttpRequest, payload: web::Payload) -> Result<Map<String, Value>, ApiError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return body::object(request, payload).await;
    }
    Ok(body::form(request, payload).await?.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}
