//! A user's API tokens. Source: `spec/rest-api.md` 7.
//!
//! Only hashes of tokens are stored, so that the answer to its making is the last one that holds a token. Lists have
//! the beginning of the hash in its place: it opens nothing, tells tokens apart, and names the one to delete.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};
use tachi_core::ids::UserId;
use tachi_db::clients::client_by_id;
use tachi_db::tokens::{NewToken, Token, TokenHash, token_delete, tokens_of_user};

use crate::app::{App, now};
use crate::auth::hash_token;
use crate::body;
use crate::envelope::{ApiError, Nothing, success};
use crate::fields::{refuse, text_opt};
use crate::oauth::fields::permissions;
use crate::oauth::{MAX_TOKENS, random_hex, replace_token, store_token};
use crate::routes::shown;
use crate::self_key::SelfKey;

/// How many bytes of a hash stand for a token.
const SHORT: usize = 8;

/// The document of a token.
#[derive(Serialize)]
pub struct ApiToken<'a> {
    token: &'a str,
    #[serde(rename = "userID")]
    user_id: UserId,
    identifier: &'a str,
    permissions: BTreeMap<&'a str, bool>,
    #[serde(rename = "fromAPIClient")]
    from_api_client: Option<&'a str>,
}

impl<'a> ApiToken<'a> {
    /// A token and what is stored of it.
    pub fn new(token: &'a str, stored: &'a Token) -> Self {
        Self {
            token,
            user_id: stored.user,
            identifier: &stored.identifier,
            permissions: stored.permissions.iter().map(|permission| (permission.as_str(), true)).collect(),
            from_api_client: stored.client_id.as_deref(),
        }
    }
}

/// What stands for a token once it was made.
fn short(hash: &TokenHash) -> String {
    const_hex::encode(&hash[..SHORT])
}

/// `GET /users/:userID/api-tokens`: each with its short form.
pub async fn list(request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let tokens = app.read(move |conn| tokens_of_user(conn, me.user.id)).await?;
    let shorts: Vec<String> = tokens.iter().map(|token| short(&token.hash)).collect();
    let documents: Vec<_> = shorts.iter().zip(&tokens).map(|(short, token)| ApiToken::new(short, token)).collect();
    Ok(success("Returned keys.", documents))
}

/// `POST /users/:userID/api-tokens/create`: the only answer that ever holds the token. One for a client takes the place
/// of those that the client has of the user.
pub async fn create(request: HttpRequest, me: SelfKey, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    let (token, user) = (random_hex(), me.user.id);
    let made = match (given("clientID"), given("permissions")) {
        (Some(Value::String(client)), None) => for_client(&app, user, &token, client).await?,
        (Some(other), None) => return Err(refuse("clientID", "Expected a string.", Some(other))),
        (None, Some(given)) => {
            let (permissions, identifier) = (permissions(Some(given))?, identifier(&body)?);
            let hash = hash_token(&token);
            app.write(move |conn| {
                let (identifier, permissions) = (identifier.as_str(), permissions.as_slice());
                let created_at = now();
                store_token(conn, &NewToken { hash, user, identifier, permissions, client_id: None, created_at })
            })
            .await?
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(ApiError::bad_request("Expected either clientID or permissions."));
        }
    };
    let stored = made.ok_or_else(too_many)?;
    Ok(success("Successfully created API token.", ApiToken::new(&token, &stored)))
}

/// What whoever has too many tokens is told.
pub fn too_many() -> ApiError {
    ApiError::bad_request(format!("You have {MAX_TOKENS} API tokens. Delete one first."))
}

/// Gives a client a token; `None` when the user has too many.
async fn for_client(app: &App, user: UserId, token: &str, client: &str) -> Result<Option<Token>, ApiError> {
    let missing = ApiError::not_found(format!("The client {} does not exist.", shown(client)));
    let (token, client) = (token.to_owned(), client.to_owned());
    let made = app.write(move |conn| {
        let Some(client) = client_by_id(conn, &client)? else { return Ok(None) };
        replace_token(conn, &token, user, &client, now()).map(Some)
    });
    made.await?.ok_or(missing)
}

fn identifier(body: &Map<String, Value>) -> Result<String, ApiError> {
    let Some(identifier) = text_opt(body, "identifier")? else { return Ok("Custom Token".to_owned()) };
    if !(1..=255).contains(&identifier.chars().count()) {
        return Err(refuse("identifier", "Expected 1 to 255 characters.", body.get("identifier")));
    }
    Ok(identifier.to_owned())
}

/// `DELETE /users/:userID/api-tokens/:token`: the token itself or its short form.
pub async fn delete(
    request: HttpRequest,
    me: SelfKey,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let named = path.into_inner().1;
    let deleted = app
        .write(move |conn| {
            let hash = hash_token(&named);
            let is_named = |token: &Token| token.hash == hash || short(&token.hash) == named;
            let found = tokens_of_user(conn, me.user.id)?.into_iter().find(is_named);
            found.map_or(Ok(false), |token| token_delete(conn, me.user.id, token.id))
        })
        .await?;
    if !deleted {
        // The path may hold a token: it is not repeated.
        return Err(ApiError::not_found("You have no such API token."));
    }
    Ok(success("Deleted API token.", Nothing {}))
}
