//! What a protocol asks before it looks at a body, in the protocol's own order.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use tachi_core::ids::ImportId;
use tachi_core::import_type::ImportType;
use tachi_db::users::User;
use tachi_import::Request;
use tachi_parsers::error::FatalError;
use tachi_parsers::format::Fields;

use crate::app::{App, now};
use crate::auth::{Caller, Permission, SubmitScore};
use crate::config::Settings;
use crate::envelope::{ApiError, Kind};
use crate::limits;

/// A protocol as its checks see it: one row of a table, as a type.
pub trait Protocol: 'static {
    /// How failures are told.
    type Failure: ResponseError + From<ApiError> + 'static;
    /// What its bodies are.
    const IMPORT_TYPE: ImportType;
    /// The headers that it looks at, in lower case.
    const HEADERS: &'static [&'static str] = &[];
    /// The checks, in order.
    const CHECKS: &'static [Check];
}

/// A check of a protocol.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// The import type is offered on this instance.
    Offered,
    /// Somebody is signed in; the text is for those who are not.
    SignedIn(&'static str),
    /// They may submit scores.
    Permitted,
    /// They did not send too many imports of late.
    Limited,
    /// The headers are those of a supported client.
    Client(fn(&Settings, &Fields) -> Result<(), FatalError>),
}

/// For guests where a protocol has no text of its own.
pub const GUEST: &str = "You are not authorised to perform this action.";
/// For guests of the protocols that have one.
pub const NEEDS_AUTHENTICATION: &str = "This endpoint requires authentication.";

/// Whoever passed all checks of the protocol `P`.
pub struct Sender<P> {
    /// The instance.
    pub app: App,
    /// Who it is.
    pub user: User,
    /// The protocol's headers.
    pub fields: Fields,
    protocol: PhantomData<P>,
}

impl<P: Protocol> Sender<P> {
    /// The import of a body that came just now.
    pub fn request(self, bytes: Vec<u8>) -> Request {
        request(P::IMPORT_TYPE, &self.user, self.fields, bytes)
    }

    async fn check(request: HttpRequest) -> Result<Self, ApiError> {
        let app = App::of(&request)?;
        let fields = fields(&request, P::HEADERS);
        let mut caller: Option<Caller> = None;
        for check in P::CHECKS {
            match check {
                Check::Offered => offered(&app, P::IMPORT_TYPE)?,
                Check::SignedIn(text) => {
                    let found = Caller::extract(&request).await?;
                    if found.user().is_none() {
                        return Err(ApiError::new(Kind::Unauthorised, *text));
                    }
                    caller = Some(found);
                }
                Check::Permitted => SubmitScore::require(caller.as_ref().map_or(&[], Caller::permissions))?,
                Check::Limited => {
                    if let Some(caller) = &caller {
                        limits::check_import(&request, &app, caller).await?;
                    }
                }
                Check::Client(check) => check(&app.settings, &fields)?,
            }
        }
        let user = caller.as_ref().and_then(Caller::user).cloned();
        let user = user.ok_or_else(|| ApiError::internal("a protocol asks nobody who they are"))?;
        Ok(Self { app, user, fields, protocol: PhantomData })
    }
}

impl<P: Protocol> FromRequest for Sender<P> {
    type Error = P::Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, P::Failure>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let checked = Self::check(request.clone());
        Box::pin(async move { Ok(checked.await?) })
    }
}

/// An import of a body that came just now. No hook speaks for a person.
pub fn request(import_type: ImportType, user: &User, fields: Fields, bytes: Vec<u8>) -> Request {
    Request {
        import_id: ImportId::from_bytes(rand::random()),
        import_type,
        user: user.id,
        user_intent: import_type.row().user_intent.decide(None),
        bytes,
        file_name: None,
        fields,
        received: now(),
        dry_run: false,
    }
}

/// Refuses what this instance does not offer, as if there were no such route.
pub fn offered(app: &App, import_type: ImportType) -> Result<(), ApiError> {
    if app.settings.import_types.contains(&import_type) {
        return Ok(());
    }
    Err(ApiError::not_found(format!("{import_type} is not offered on this instance.")))
}

/// Those of the headers that were sent, as fields.
pub fn fields(request: &HttpRequest, headers: &[&str]) -> Fields {
    let value = |name: &&str| Some(((*name).to_owned(), request.headers().get(*name)?.to_str().ok()?.to_owned()));
    headers.iter().filter_map(value).collect()
}

/// How fervidex and kshook are told of failures: under the name they look for, and under everybody else's.
#[derive(Debug)]
pub struct HookFailure(ApiError);

#[derive(Serialize)]
struct HookEnvelope<'a> {
    success: bool,
    description: &'a str,
    error: &'a str,
}

impl From<ApiError> for HookFailure {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for HookFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for HookFailure {
    fn status_code(&self) -> actix_web::http::StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let text = &self.0.description;
        self.0.answer(HookEnvelope { success: false, description: text, error: text })
    }
}
