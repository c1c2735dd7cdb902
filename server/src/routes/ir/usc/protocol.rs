//! The frame of USC-IR: almost every answer is HTTP 200, and a number in the body says what it means.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use tachi_core::game::{Game, Gpt};
use tachi_core::import_type::ImportType;
use tachi_db::tokens::token_find;
use tachi_db::users::{AuthLevel, User};

use crate::app::App;
use crate::auth::{Permission, SubmitScore, hash_token};
use crate::envelope::{ApiError, Kind};
use crate::routes::ir::access::offered;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Success = 20,
    /// Kept, but the chart is not known.
    Accepted = 22,
    /// The request is not what it should be.
    BadRequest = 40,
    /// The token is not known.
    Unauthorised = 41,
    /// Known, but not allowed.
    Forbidden = 43,
    /// There is no such thing.
    NotFound = 44,
    /// Our fault.
    Internal = 50,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a, T> {
    status_code: u8,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<T>,
}

/// An answer of the protocol.
pub fn tell(status: Status, description: &str, body: Option<impl Serialize>) -> HttpResponse {
    HttpResponse::Ok().json(Answer { status_code: status as u8, description, body })
}

/// Why a request fails.
#[derive(Debug)]
pub enum Refusal {
    /// In the words of the protocol.
    Told(Status, String),
    /// For those who do not speak it: they have the wrong address.
    Plain(ApiError),
}

impl Refusal {
    /// A failure in the words of the protocol.
    pub fn new(status: Status, description: impl Into<String>) -> Self {
        Self::Told(status, description.into())
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let status = match error.kind {
            Kind::Unauthorised => Status::Unauthorised,
            Kind::Forbidden => Status::Forbidden,
            Kind::NotFound => Status::NotFound,
            Kind::Internal | Kind::Unavailable | Kind::LoopDetected => Status::Internal,
            _ => Status::BadRequest,
        };
        Self::Told(status, error.description)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(_, description) => f.write_str(description),
            Self::Plain(error) => error.fmt(f),
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Told(..) => StatusCode::OK,
            Self::Plain(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Told(status, description) => tell(*status, description, None::<()>),
            Self::Plain(error) => error.error_response(),
        }
    }
}

/// Whoever speaks the protocol with a known token; with `SUBMITS` one that may submit scores.
pub struct Player<const SUBMITS: bool> {
    /// The instance.
    pub app: App,
    /// The GPT that the path names.
    pub gpt: Gpt,
    /// Who it is.
    pub user: User,
}

impl<const SUBMITS: bool> Player<SUBMITS> {
    async fn check(request: HttpRequest) -> Result<Self, Refusal> {
        let app = App::of(&request)?;
        offered(&app, ImportType::IrUsc).map_err(Refusal::Plain)?;
        let gpt = Game::Usc.playtype(request.match_info().get("playtype").unwrap_or_default());
        let gpt = gpt.ok_or_else(|| {
            Refusal::Plain(ApiError::bad_request("Invalid playtype. Expected Keyboard or Controller."))
        })?;
        let token = bearer_token(&request)?;
        let found = app.read(move |conn| token_find(conn, &hash_token(&token))).await?;
        let (user, token) = found.ok_or_else(|| Refusal::new(Status::Unauthorised, "Unauthorized."))?;
        if user.auth_level == AuthLevel::Banned {
            return Err(Refusal::new(Status::Forbidden, format!("You are banned from {}", app.settings.name)));
        }
        if SUBMITS {
            SubmitScore::require(&token.permissions)?;
        }
        Ok(Self { app, gpt, user })
    }
}

impl<const SUBMITS: bool> FromRequest for Player<SUBMITS> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        Box::pin(Self::check(request.clone()))
    }
}

/// The token; the protocol knows no other way to sign in, and its own texts.
fn bearer_token(request: &HttpRequest) -> Result<String, Refusal> {
    let refuse = |text: &str| Refusal::new(Status::BadRequest, text);
    let header = request.headers().get(AUTHORIZATION).map_or("", |header| header.to_str().unwrap_or("?"));
    if header.is_empty() {
        return Err(refuse("No auth token provided."));
    }
    match header.split(' ').collect::<Vec<_>>()[..] {
        ["Bearer", token] => Ok(token.to_owned()),
        _ => Err(refuse("Invalid Authorization Header. Expected Bearer <token>")),
    }
}
