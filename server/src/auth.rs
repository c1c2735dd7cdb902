//! Who is asking, and what they may do. Source: `spec/rest-api.md` 2.
//!
//! A handler gets at the caller only through an extractor whose type says what is required, so that a check cannot be
//! forgotten.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use sha2::{Digest, Sha256};
use tachi_core::ids::UserId;
use tachi_db::tokens::{self, TokenHash};
use tachi_db::users::{AuthLevel, User};

use crate::app::App;
use crate::envelope::{ApiError, Kind};
use crate::login::{self, Login};

/// What a token may allow.
pub const PERMISSIONS: &[&str] = &[
    "submit_score",
    "customise_profile",
    "customise_session",
    "customise_score",
    "delete_score",
    "manage_rivals",
    "manage_targets",
    "manage_challenges",
];

/// Whoever sends a request. Handlers that everybody may call take it too: a bad token or a banned user is refused
/// everywhere.
#[derive(Debug, Clone)]
pub struct Caller {
    user: Option<User>,
    permissions: Vec<String>,
    proof: Proof,
}

/// How a caller is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Not at all.
    None,
    /// By the API token of that number.
    Token(i64),
    /// By the cookie of that hash.
    Login(TokenHash),
}

impl Caller {
    /// The user, unless it is a guest.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// The user.
    ///
    /// # Errors
    /// 401 for a guest.
    pub fn signed_in(&self) -> Result<&User, ApiError> {
        let guest = || ApiError::new(Kind::Unauthorised, "You are not authorised to perform this action.");
        self.user().ok_or_else(guest)
    }

    /// What the caller may do.
    #[must_use]
    pub fn permissions(&self) -> &[String] {
        &self.permissions
    }

    /// How the caller is known.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    fn guest() -> Self {
        Self { user: None, permissions: Vec::new(), proof: Proof::None }
    }

    /// A user, unless banned.
    fn known(app: &App, user: User, permissions: Vec<String>, proof: Proof) -> Result<Self, ApiError> {
        refuse_banned(app, &user)?;
        Ok(Self { user: Some(user), permissions, proof })
    }
}

/// A permission, as a type.
pub trait Permission: 'static {
    /// Its name.
    const NAME: &'static str;

    /// Refuses a caller who does not have it.
    ///
    /// # Errors
    /// 403 with the name of what is missing.
    fn require(held: &[String]) -> Result<(), ApiError> {
        if held.iter().any(|permission| permission == Self::NAME) {
            return Ok(());
        }
        let text = format!("You are missing the following permissions necessary for this request: {}", Self::NAME);
        Err(ApiError::new(Kind::Forbidden, text))
    }
}

/// May submit scores.
#[derive(Debug)]
pub struct SubmitScore;

impl Permission for SubmitScore {
    const NAME: &'static str = "submit_score";
}

/// May delete scores and revert imports.
#[derive(Debug)]
pub struct DeleteScore;

impl Permission for DeleteScore {
    const NAME: &'static str = "delete_score";
}

/// Needs no permission: to be the owner is enough.
#[derive(Debug)]
pub struct AnyPermission;

impl Permission for AnyPermission {
    const NAME: &'static str = "any";

    fn require(_held: &[String]) -> Result<(), ApiError> {
        Ok(())
    }
}

/// A user who has the permission `P`.
#[derive(Debug)]
pub struct Permitted<P> {
    /// Who it is.
    pub user: UserId,
    /// The same, with everything that is known of the caller.
    pub caller: Caller,
    permission: PhantomData<P>,
}

/// The hash under which a token is stored.
#[must_use]
pub fn hash_token(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// The token of an Authorization header; `None` for guests.
fn bearer_token(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let Some(header) = request.headers().get(AUTHORIZATION) else { return Ok(None) };
    let header = header.to_str().unwrap_or("?");
    if header.is_empty() {
        return Ok(None);
    }
    let (kind, token) = header.split_once(' ').unwrap_or((header, ""));
    if kind != "Bearer" {
        return Err(ApiError::bad_request("Invalid Authorization Type - Expected Bearer."));
    }
    if token.is_empty() {
        return Err(ApiError::new(Kind::Unauthorised, "Invalid token."));
    }
    Ok(Some(token.to_owned()))
}

/// Refuses a banned user.
pub fn refuse_banned(app: &App, user: &User) -> Result<(), ApiError> {
    if user.auth_level == AuthLevel::Banned {
        return Err(ApiError::new(Kind::Forbidden, format!("You are banned from {}", app.settings.name)));
    }
    Ok(())
}

/// A login wins over an Authorization header, and allows everything.
async fn identify(request: HttpRequest) -> Result<Caller, ApiError> {
    let app = App::of(&request)?;
    if let Some(Login { user, hash }) = login::find(&request, &app).await? {
        let permissions = PERMISSIONS.iter().map(|name| (*name).to_owned()).collect();
        let caller = Caller::known(&app, user, permissions, Proof::Login(hash))?;
        if let Some(user) = caller.user() {
            login::note_seen(&app, user.id);
        }
        return Ok(caller);
    }
    let Some(token) = bearer_token(&request)? else { return Ok(Caller::guest()) };
    let found = app.read(move |conn| tokens::token_find(conn, &hash_token(&token))).await?;
    let (user, token) = found.ok_or_else(|| {
        let text = "The provided API token does not correspond with any key in the database.";
        ApiError::new(Kind::Unauthorised, text)
    })?;
    Caller::known(&app, user, token.permissions, Proof::Token(token.id))
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        Box::pin(identify(request.clone()))
    }
}

impl<P: Permission> FromRequest for Permitted<P> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = identify(request).await?;
            let user = caller.signed_in()?.id;
            P::require(&caller.permissions)?;
            Ok(Self { user, caller, permission: PhantomData })
        })
    }
}

/// An admin, by a login or any token: no permission stands for what admins may do.
#[derive(Debug)]
pub struct Admin {
    /// Who it is.
    pub user: UserId,
}

impl FromRequest for Admin {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = identify(request).await?;
            let user = caller.signed_in()?;
            if user.auth_level != AuthLevel::Admin {
                return Err(ApiError::new(Kind::Forbidden, "You are not an admin of this instance."));
            }
            Ok(Self { user: user.id })
        })
    }
}

/// Whether an instance of this flavour serves a route that only some editions have; extracted before anything else.
#[derive(Debug)]
pub struct KamaitachiOnly(());

impl FromRequest for KamaitachiOnly {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        std::future::ready(App::of(request).and_then(|app| {
            if app.settings.flavour == tachi_core::game::Flavour::Bokutachi {
                let text = "This endpoint is Kamaitachi only. On this instance, send BATCH-MANUAL documents to \
                            /ir/direct-manual/import.";
                return Err(ApiError::not_found(text));
            }
            Ok(Self(()))
        }))
    }
}
