//! A user's name, mail address and picture. Source: `spec/rest-api.md` 7 and 14.

use std::sync::Arc;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::ids::UserId;
use tachi_db::users::{user_by_id, user_credentials_by_id, user_email_set, user_name_changed_at, user_name_set};
use tachi_db::{Conn, DbError};

use super::auth::{email as address, username};
use crate::accounts::RegistrationError;
use crate::app::{App, WAIT, block, now};
use crate::body;
use crate::documents;
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::fields::secret;
use crate::mail::Job;
use crate::password;
use crate::self_key::{PathUser, SelfKey};

/// How long a name has to be kept, in milliseconds: about six months.
const NAME_AGE: i64 = 183 * 24 * 60 * 60 * 1000;

/// `GET /users/:userID/is-email-verified`.
pub async fn is_email_verified(request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let user = me.user.id;
    let found = App::of(&request)?.read(move |conn| user_credentials_by_id(conn, user)).await?;
    let is_verified = found.is_some_and(|found| found.is_email_verified);
    Ok(success("Returned whether the email is verified.", is_verified))
}

/// `GET /users/:userID/email`.
pub async fn email(request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let user = me.user.id;
    let found = App::of(&request)?.read(move |conn| user_credentials_by_id(conn, user)).await?;
    Ok(success("Returned email.", json!({ "email": found.and_then(|found| found.email) })))
}

/// Refuses whoever does not know the password.
async fn check_password(app: &App, user: UserId, body: &Map<String, Value>) -> Result<(), ApiError> {
    let password = secret(body, "!password")?.to_owned();
    let stored = app.read(move |conn| user_credentials_by_id(conn, user)).await?;
    if password::verify_later(password, stored.and_then(|stored| stored.password_hash)).await? {
        return Ok(());
    }
    Err(ApiError::new(Kind::Unauthorised, "Invalid password."))
}

/// Changes what is unique among users.
async fn change(app: &App, f: impl Fn(&mut Conn) -> Result<bool, DbError> + Send + 'static) -> Result<bool, ApiError> {
    let importer = Arc::clone(&app.importer);
    let transaction = move |conn: &mut Conn| f(conn).map_err(RegistrationError::from);
    block(move || importer.database().write(WAIT, transaction).map_err(ApiError::from)).await
}

/// `POST /users/:userID/change-email`, with the password. Another address is sent a code.
pub async fn change_email(request: HttpRequest, me: SelfKey, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let (email, user) = (address(&body)?, me.user.id);
    check_password(&app, user, &body).await?;
    if change(&app, move |conn| user_email_set(conn, user, &email)).await? {
        app.mailer.send(Job::Verify(user));
    }
    Ok(success("Updated email.", Nothing {}))
}

/// `POST /users/:userID/change-username`: every six months.
pub async fn change_username(
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let (name, user, time) = (username(&body)?.to_owned(), me.user.id, now());
    let last = app.read(move |conn| user_name_changed_at(conn, user)).await?;
    if last.is_some_and(|last| time - last < NAME_AGE) {
        return Err(ApiError::bad_request("You may change your name every six months."));
    }
    change(&app, move |conn| user_name_set(conn, user, &name, time)).await?;
    let user = app.read(move |conn| user_by_id(conn, user)).await?;
    let user = user.ok_or_else(|| ApiError::not_found("This user does not exist any more."))?;
    Ok(success("Updated username.", documents::user(user)))
}

/// `GET /users/:userID/pfp`: nobody can upload a picture here; this one stands for all.
pub async fn picture(_user: PathUser) -> HttpResponse {
    let picture: &'static [u8] = include_bytes!("picture.png");
    HttpResponse::Ok().content_type("image/png").insert_header((CACHE_CONTROL, "public, max-age=3600")).body(picture)
}
