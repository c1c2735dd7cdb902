//! The envelope around every answer: `{success, description, body}`. Source: `spec/rest-api.md` 1.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

#[derive(Serialize)]
struct Success<'a, T> {
    success: bool,
    description: &'a str,
    body: T,
}

#[derive(Serialize)]
struct Failure<'a> {
    success: bool,
    description: &'a str,
}

/// What clients of limited routes look for.
#[derive(Serialize)]
struct RateLimited<'a> {
    success: bool,
    description: &'a str,
    status: u16,
    message: &'a str,
}

/// A 200 with a body.
pub fn success(description: &str, body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(Success { success: true, description, body })
}

/// A success as bytes, for answers that are written away from the threads that serve requests.
///
/// # Errors
/// When the body cannot be written.
pub fn success_bytes(description: &str, body: impl Serialize) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(&Success { success: true, description, body }).map_err(ApiError::internal)
}

/// A 200 with bytes of [`success_bytes`].
pub fn written(bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(bytes)
}

/// A 202 with a body: what was asked for goes on.
pub fn accepted(description: &str, body: impl Serialize) -> HttpResponse {
    HttpResponse::Accepted().json(Success { success: true, description, body })
}

/// The body of an answer that has nothing to say.
#[derive(Serialize)]
pub struct Nothing {}

/// Why a request fails. The text is for whoever sent it; internal detail goes to the log.
#[derive(Debug)]
pub struct ApiError {
    /// The kind of failure, which gives the status.
    pub kind: Kind,
    /// What was wrong and what was expected.
    pub description: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The kinds of failure and their statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is not what it should be.
    BadRequest,
    /// Nobody is signed in, or the token is wrong.
    Unauthorised,
    /// Signed in, but not allowed.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// Something else is going on.
    Conflict,
    /// The body is too large.
    TooLarge,
    /// Too much of it in too short a time.
    RateLimited,
    /// Our fault.
    Internal,
    /// This instance does not offer it.
    NotOffered,
    /// A remote service never comes to an end.
    LoopDetected,
    /// Too much is going on.
    Unavailable,
}

impl Kind {
    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotOffered => StatusCode::NOT_IMPLEMENTED,
            Self::LoopDetected => StatusCode::LOOP_DETECTED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Kind {
    /// Every kind.
    const ALL: [Self; 11] = [
        Self::BadRequest,
        Self::Unauthorised,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::TooLarge,
        Self::RateLimited,
        Self::Internal,
        Self::NotOffered,
        Self::LoopDetected,
        Self::Unavailable,
    ];

    /// The kind that is answered with a status; a fault of ours where there is none.
    #[must_use]
    pub fn of_status(status: i32) -> Self {
        let found = Self::ALL.into_iter().find(|kind| i32::from(kind.status().as_u16()) == status);
        found.unwrap_or(Self::Internal)
    }
}

impl ApiError {
    /// A failure with a text for its sender.
    pub fn new(kind: Kind, description: impl Into<String>) -> Self {
        Self { kind, description: description.into(), headers: Vec::new() }
    }

    /// A request that is not what it should be.
    pub fn bad_request(description: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, description)
    }

    /// Something that does not exist.
    pub fn not_found(description: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, description)
    }

    /// A fault of ours: the detail goes to the log under an identifier, which is all that the sender learns.
    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::reported("A fatal internal server error has occured.", detail)
    }

    /// A fault of ours as [`internal`](Self::internal), with a text of its own.
    pub fn reported(text: &str, detail: impl fmt::Display) -> Self {
        let id = const_hex::encode(rand::random::<[u8; 6]>());
        log::error!("internal error {id}: {detail:#}");
        Self::new(Kind::Internal, format!("{text} (error {id})"))
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The answer with another body than the usual one.
    pub fn answer(&self, body: impl Serialize) -> HttpResponse {
        let mut answer = HttpResponse::build(self.kind.status());
        for header in &self.headers {
            answer.insert_header(header.clone());
        }
        answer.json(body)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let description = &*self.description;
        if self.kind == Kind::RateLimited {
            let (status, message) = (self.kind.status().as_u16(), "You're being rate limited.");
            return self.answer(RateLimited { success: false, description, status, message });
        }
        self.answer(Failure { success: false, description })
    }
}
