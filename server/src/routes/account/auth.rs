//! Registering, logging in and out, and codes that come by mail. Source: `spec/rest-api.md` 6.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::ids::UserId;
use tachi_db::Conn;
use tachi_db::email_codes::Purpose;
use tachi_db::logins::login_delete;
use tachi_db::tokens::TokenHash;
use tachi_db::users::{user_by_id, user_credentials};

use crate::accounts::{self, Registration, RegistrationError, is_email, is_username};
use crate::app::{App, WAIT, block, now};
use crate::auth::{Caller, Proof, hash_token, refuse_banned};
use crate::body;
use crate::captcha;
use crate::codes::{self, CodeError};
use crate::documents;
use crate::envelope::{ApiError, Kind, Nothing, accepted, success};
use crate::fields::{refuse, secret, text, text_opt};
use crate::login::{self, NewLogin};
use crate::mail::Job;
use crate::password;
use crate::self_key::LoggedIn;

/// `POST /auth/register`.
pub async fn register(request: HttpRequest, _caller: Caller, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    if !app.settings.access.signups {
        return Err(ApiError::new(Kind::NotOffered, "Sign-ups are not open on this instance."));
    }
    let body = body::object(&request, payload).await?;
    let username = username(&body)?.to_owned();
    let password = new_password(&body)?.to_owned();
    let email = email(&body)?;
    let invite = text_opt(&body, "inviteCode")?.filter(|code| !code.is_empty()).map(hash_token);
    if app.settings.access.invites && invite.is_none() {
        return Err(refuse("inviteCode", "Expected an invite code.", body.get("inviteCode")));
    }
    captcha::check(&request, &app, &body).await?;
    let password_hash = password::hash_later(password).await?;
    let registration = Registration { username, password_hash, email, invite };
    let new = NewLogin::new(&request, &app.settings);
    let user = {
        let (importer, new, time) = (Arc::clone(&app.importer), new.clone(), now());
        block(move || {
            let made = importer.database().write(WAIT, |conn| {
                let id = accounts::register(conn, &registration, time)?;
                new.store(conn, id, time)?;
                Ok::<_, RegistrationError>(user_by_id(conn, id)?)
            });
            made.map_err(ApiError::from)
        })
        .await?
    };
    let user = user.ok_or_else(|| ApiError::internal("a user who was just made is not there"))?;
    app.mailer.send(Job::Verify(user.id));
    let mut answer = success("Successfully created account.", documents::user(user));
    answer.add_cookie(&new.cookie(&app.settings)).map_err(ApiError::internal)?;
    Ok(answer)
}

impl From<RegistrationError> for ApiError {
    fn from(error: RegistrationError) -> Self {
        let kind = match error {
            RegistrationError::Invite => Kind::Unauthorised,
            RegistrationError::Username | RegistrationError::Email => Kind::Conflict,
            RegistrationError::Database(error) => return error.into(),
        };
        Self::new(kind, error.to_string())
    }
}

/// A name that somebody wants to have.
pub fn username(body: &Map<String, Value>) -> Result<&str, ApiError> {
    let name = text(body, "username")?;
    if is_username(name) {
        return Ok(name);
    }
    let reason = "Expected 3 to 21 letters, digits, - and _, not beginning with a digit.";
    Err(refuse("username", reason, body.get("username")))
}

/// A password that somebody wants to have.
pub fn new_password(body: &Map<String, Value>) -> Result<&str, ApiError> {
    let password = secret(body, "!password")?;
    if password.chars().count() < password::MIN_LENGTH {
        let reason = format!("Expected at least {} characters.", password::MIN_LENGTH);
        return Err(refuse("!password", &reason, Some(&Value::Null)));
    }
    Ok(password)
}

/// A mail address that somebody wants to have, in lower case.
pub fn email(body: &Map<String, Value>) -> Result<String, ApiError> {
    let received = body.get("email").or_else(|| body.get("!email"));
    let address = received.and_then(Value::as_str).filter(|address| is_email(address));
    let refused = || refuse("email", "Expected an email address.", received);
    address.map(str::to_lowercase).ok_or_else(refused)
}

/// `POST /auth/login`.
pub async fn login(request: HttpRequest, _caller: Caller, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let username = username(&body)?.to_owned();
    let password = secret(&body, "!password")?.to_owned();
    captcha::check(&request, &app, &body).await?;
    let (id, new) = log_in(&request, username, password).await?;
    let mut answer = success("Successfully logged in.", json!({ "userID": id }));
    answer.add_cookie(&new.cookie(&app.settings)).map_err(ApiError::internal)?;
    Ok(answer)
}

/// Logs a user in who knows the password: the login is stored, the browser has to be given its cookie.
pub async fn log_in(request: &HttpRequest, username: String, password: String) -> Result<(UserId, NewLogin), ApiError> {
    let app = App::of(request)?;
    let name = username.clone();
    let found = app.read(move |conn| user_credentials(conn, &name)).await?;
    // Nobody's password takes as long to check as somebody's.
    let id = found.as_ref().map(|found| found.id);
    let fits = password::verify_later(password, found.and_then(|found| found.password_hash)).await?;
    let id = id.ok_or_else(|| ApiError::not_found(format!("The user {username} does not exist.")))?;
    if !fits {
        return Err(ApiError::new(Kind::Forbidden, "Invalid password."));
    }
    let user = app.read(move |conn| user_by_id(conn, id)).await?;
    user.as_ref().map_or(Ok(()), |user| refuse_banned(&app, user))?;
    let new = NewLogin::new(request, &app.settings);
    let stored = new.clone();
    app.write(move |conn| stored.store(conn, id, now())).await?;
    Ok((id, new))
}

/// `POST /auth/logout`.
pub async fn logout(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let Proof::Login(hash) = *caller.proof() else {
        return Err(ApiError::new(Kind::Conflict, "You are not logged in."));
    };
    app.write(move |conn| login_delete(conn, &hash)).await?;
    let mut answer = success("Logged out.", Nothing {});
    answer.add_cookie(&login::forgotten(&app.settings)).map_err(ApiError::internal)?;
    Ok(answer)
}

/// `POST /auth/verify-email`: whoever has the code needs no login.
pub async fn verify_email(
    request: HttpRequest,
    _caller: Caller,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let code = code(&body)?;
    let verified = block(move || {
        let verify = |conn: &mut Conn| codes::verify_email(conn, &code, now());
        Ok(app.importer.database().write(WAIT, verify))
    });
    match verified.await? {
        Ok(()) => Ok(success("Verified email.", Nothing {})),
        Err(CodeError::Database(error)) => Err(error.into()),
        Err(error) => Err(ApiError::bad_request(error.to_string())),
    }
}

/// `POST /auth/resend-verify-email`: says nothing about whether there is anything to send.
pub async fn resend_verify_email(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    if let Some(me) = LoggedIn::of(&caller) {
        app.mailer.send(Job::Verify(me.user.id));
    }
    let text = "If you are logged in and your email is not verified, a new code is on its way.";
    Ok(success(if app.mailer.is_on() { text } else { NO_MAIL }, Nothing {}))
}

/// `POST /auth/forgot-password`: says nothing about whether the address is known.
pub async fn forgot_password(
    request: HttpRequest,
    _caller: Caller,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    if let Ok(email) = email(&body) {
        app.mailer.send(Job::Reset(email));
    }
    let text = "If this email belongs to an account, a code is on its way.";
    Ok(accepted(if app.mailer.is_on() { text } else { NO_MAIL }, Nothing {}))
}

/// What is said where no mail is set up.
const NO_MAIL: &str = "This instance sends no mail. Whoever runs it can set a new password.";

/// `POST /auth/reset-password`: sets a password with a code, and ends all logins of the user.
pub async fn reset_password(
    request: HttpRequest,
    _caller: Caller,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let (code, password) = (code(&body)?, new_password(&body)?.to_owned());
    // A guess must not cost a hash.
    let importer = Arc::clone(&app.importer);
    let check = move |conn: &mut Conn| codes::check(conn, Purpose::Reset, &code, now());
    block(move || Ok(importer.database().read(check)?)).await?;
    let hash = password::hash_later(password).await?;
    let reset = move |conn: &mut Conn| codes::reset_password(conn, &code, &hash, now());
    block(move || Ok(app.importer.database().write(WAIT, reset)?)).await?;
    Ok(success("Set a new password.", Nothing {}))
}

/// The hash of a code that somebody sends back.
fn code(body: &Map<String, Value>) -> Result<TokenHash, ApiError> {
    Ok(hash_token(text(body, "code")?.trim()))
}

impl From<CodeError> for ApiError {
    fn from(error: CodeError) -> Self {
        let kind = match error {
            CodeError::Unknown => Kind::NotFound,
            CodeError::Expired => Kind::BadRequest,
            CodeError::Database(error) => return error.into(),
        };
        Self::new(kind, error.to_string())
    }
}
