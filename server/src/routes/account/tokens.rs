//! A user's API tokens. Source: `spec/rest-api.md` 7.
//!
//! Only hashes of tokens are stored, so that the answer to its making is the last one that holds a token. Lists have
//! the beginning of the hash in its place: it opens nothing, tells tokens apart, and names the one to delete.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};
use tachi_core::ids::UserId;
use tachi_db::tokens::{NewToken, Token, TokenHash, token_delete, token_insert, tokens_of_user};
use tachi_db::{Conn, DbError};

use crate::app::{App, now};
use crate::auth::{PERMISSIONS, hash_token};
use crate::body;
use crate::envelope::{ApiError, Nothing, success};
use crate::fields::{refuse, text_opt};
use crate::routes::shown;
use crate::self_key::SelfKey;

/// How many tokens a user has at most.
const MAX: usize = 500;
/// How many bytes of a hash stand for a token.
const SHORT: usize = 8;

/// The document of a token.
#[derive(Serialize)]
struct ApiToken<'a> {
    token: &'a str,
    #[serde(rename = "userID")]
    user_id: UserId,
    identifier: &'a str,
    permissions: BTreeMap<&'a str, bool>,
    #[serde(rename = "fromAPIClient")]
    from_api_client: Option<&'a str>,
}

impl<'a> ApiToken<'a> {
    fn new(token: &'a str, stored: &'a Token) -> Self {
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

/// `POST /users/:userID/api-tokens/create`: the only answer that ever holds the token.
pub async fn create(request: HttpRequest, me: SelfKey, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    let permissions = match (given("clientID"), given("permissions")) {
        (Some(Value::String(client)), None) => {
            // Nobody can register a client here yet.
            return Err(ApiError::not_found(format!("The client {} does not exist.", shown(client))));
        }
        (Some(other), None) => return Err(refuse("clientID", "Expected a string.", Some(other))),
        (None, Some(given)) => permissions(given)?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(ApiError::bad_request("Expected either clientID or permissions."));
        }
    };
    let identifier = identifier(&body)?;
    let user = me.user.id;
    let token = const_hex::encode(rand::random::<[u8; 20]>());
    let hash = hash_token(&token);
    let made = app.write(move |conn| insert(conn, hash, user, &identifier, &permissions)).await?;
    let stored = made.ok_or_else(|| ApiError::bad_request(format!("You have {MAX} API tokens. Delete one first.")))?;
    Ok(success("Successfully created API token.", ApiToken::new(&token, &stored)))
}

fn permissions(given: &Value) -> Result<Vec<String>, ApiError> {
    let refused = || {
        let reason = format!("Expected an array of any of {}.", PERMISSIONS.join(", "));
        refuse("permissions", &reason, Some(given))
    };
    let known = |value: &Value| value.as_str().filter(|name| PERMISSIONS.contains(name)).map(str::to_owned);
    let mut names: Vec<String> =
        given.as_array().and_then(|names| names.iter().map(known).collect()).ok_or_else(refused)?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn identifier(body: &Map<String, Value>) -> Result<String, ApiError> {
    let Some(identifier) = text_opt(body, "identifier")? else { return Ok("Custom Token".to_owned()) };
    if !(1..=255).contains(&identifier.chars().count()) {
        return Err(refuse("identifier", "Expected 1 to 255 characters.", body.get("identifier")));
    }
    Ok(identifier.to_owned())
}

fn insert(
    conn: &mut Conn,
    hash: TokenHash,
    user: UserId,
    identifier: &str,
    permissions: &[String],
) -> Result<Option<Token>, DbError> {
    if tokens_of_user(conn, user)?.len() >= MAX {
        return Ok(None);
    }
    let created_at = now();
    let token = NewToken { hash, user, identifier, permissions, client_id: None, created_at };
    let id = token_insert(conn, &token)?;
    let (identifier, permissions) = (identifier.to_owned(), permissions.to_vec());
    Ok(Some(Token { id, hash, user, identifier, permissions, client_id: None, created_at }))
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
