//! The users whom paths name, and who may act for them. Source: `spec/rest-api.md` 2, `spec/integrations.md` 3.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tachi_core::ids::UserId;
use tachi_db::tokens::TokenHash;
use tachi_db::users::{User, user_by_id, user_by_name};
use tachi_db::{Conn, DbError};

use crate::app::App;
use crate::auth::{Caller, Proof};
use crate::envelope::{ApiError, Kind};
use crate::routes::shown;

/// The user whom a text names: a number, or a name in any case. Digits are always a number.
pub fn user_named(conn: &mut Conn, text: &str) -> Result<Option<User>, DbError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return user_by_name(conn, text);
    }
    // What is too large to be a number names nobody.
    text.parse().map_or(Ok(None), |id| user_by_id(conn, UserId(id)))
}

/// The number of the user whom a path names: a number, a name, or `me`, which is whoever asks.
pub fn find_user(conn: &mut Conn, text: &str, me: Option<UserId>) -> Result<Option<UserId>, DbError> {
    match text {
        "me" => Ok(me),
        _ => Ok(user_named(conn, text)?.map(|user| user.id)),
    }
}

/// The user whom the segment `user` of a path names; `me` is whoever asks.
async fn of_path(request: &HttpRequest, me: Option<&User>) -> Result<User, ApiError> {
    let text = request.match_info().get("user").unwrap_or_default().to_owned();
    if text == "me" {
        let guest = || ApiError::new(Kind::Unauthorised, "You are not authorised to perform this action.");
        return me.cloned().ok_or_else(guest);
    }
    if let Some(me) = me.filter(|me| me.username.eq_ignore_ascii_case(&text)) {
        return Ok(me.clone());
    }
    let missing = ApiError::not_found(format!("The user {} does not exist.", shown(&text)));
    App::of(request)?.read(move |conn| user_named(conn, &text)).await?.ok_or(missing)
}

/// The user whom a path names, for everybody to look at.
#[derive(Debug)]
pub struct PathUser {
    /// The user.
    pub user: User,
}

impl FromRequest for PathUser {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::extract(&request).await?;
            Ok(Self { user: of_path(&request, caller.user()).await? })
        })
    }
}

/// The user whom a path names, logged in with a browser: no token will do, and nobody else, admins neither.
#[derive(Debug)]
pub struct SelfKey {
    /// The user.
    pub user: User,
    /// The hash of the cookie.
    pub login: TokenHash,
}

impl FromRequest for SelfKey {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::extract(&request).await?;
            let login = match caller.proof() {
                Proof::Login(hash) => *hash,
                Proof::Token(_) => {
                    return Err(ApiError::new(Kind::Forbidden, "This action cannot be performed by an API key."));
                }
                Proof::None => return Err(session_required()),
            };
            let user = of_path(&request, caller.user()).await?;
            if caller.user().is_none_or(|caller| caller.id != user.id) {
                return Err(ApiError::new(Kind::Forbidden, "You are not authorised to act for somebody else."));
            }
            Ok(Self { user, login })
        })
    }
}

/// Whoever asks, logged in with a browser; no token will do.
#[derive(Debug)]
pub struct LoggedIn {
    /// The user.
    pub user: User,
    /// The hash of the cookie.
    pub login: TokenHash,
}

impl LoggedIn {
    /// The caller, if they are logged in; a token is no login.
    #[must_use]
    pub fn of(caller: &Caller) -> Option<Self> {
        match (caller.proof(), caller.user()) {
            (Proof::Login(hash), Some(user)) => Some(Self { user: user.clone(), login: *hash }),
            _ => None,
        }
    }
}

fn session_required() -> ApiError {
    ApiError::new(Kind::Unauthorised, "This endpoint requires session-level authentication.")
}

impl FromRequest for LoggedIn {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::extract(&request).await?;
            Self::of(&caller).ok_or_else(session_required)
        })
    }
}
