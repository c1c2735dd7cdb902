//! Logins of browsers: an opaque random cookie, stored as a hash. Source: `spec/rest-api.md` 2 and 6.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HOST, ORIGIN};
use tachi_core::ids::UserId;
use tachi_db::logins::{login_delete, login_find, login_insert, logins_delete_expired};
use tachi_db::tokens::TokenHash;
use tachi_db::users::{User, user_seen_unless_invisible};
use tachi_db::{Conn, DbError};

use crate::app::{App, now};
use crate::auth::hash_token;
use crate::config::Settings;
use crate::envelope::{ApiError, Kind};

/// How long a login lasts, in milliseconds: about a year.
const MAX_AGE: i64 = 31_540_000_000;

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who it is.
    pub user: User,
    /// The hash of the cookie.
    pub hash: TokenHash,
}

/// Who is logged in with the cookie of a request.
pub async fn find(request: &HttpRequest, app: &App) -> Result<Option<Login>, ApiError> {
    let Some(cookie) = request.cookie(&app.settings.session_cookie()) else { return Ok(None) };
    let hash = hash_token(cookie.value());
    let time = now();
    let Some(user) = app.read(move |conn| login_find(conn, &hash, time)).await? else { return Ok(None) };
    if !request.method().is_safe() && is_foreign(request, &app.settings) {
        return Err(ApiError::new(Kind::Forbidden, "A page of another site may not do this with your login."));
    }
    Ok(Some(Login { user, hash }))
}

/// Refuses a request that a page of another origin sent.
pub fn refuse_foreign(request: &HttpRequest, settings: &Settings) -> Result<(), ApiError> {
    if is_foreign(request, settings) {
        return Err(ApiError::new(Kind::Forbidden, "A page of another site may not do this."));
    }
    Ok(())
}

/// Whether a page of another origin sent the request. Browsers say so with everything that changes something. That the
/// cookie is SameSite does not help against other ports and names of the same site.
fn is_foreign(request: &HttpRequest, settings: &Settings) -> bool {
    let Some(origin) = request.headers().get(ORIGIN) else { return false };
    let origin = origin.to_str().unwrap_or_default();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let is_host = host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority == host));
    !(is_host || origin == settings.our_url || settings.access.dev_client.as_deref() == Some(origin))
}

/// A new login that is to be stored and sent.
#[derive(Debug, Clone)]
pub struct NewLogin {
    value: String,
    /// The cookie that the browser had before.
    replaced: Option<TokenHash>,
}

impl NewLogin {
    /// A login in place of the one that a request may have.
    #[must_use]
    pub fn new(request: &HttpRequest, settings: &Settings) -> Self {
        let replaced = request.cookie(&settings.session_cookie()).map(|cookie| hash_token(cookie.value()));
        Self { value: const_hex::encode(rand::random::<[u8; 32]>()), replaced }
    }

    /// Stores it, and does away with the one it replaces and those that are over.
    pub fn store(&self, conn: &mut Conn, user: UserId, now: i64) -> Result<(), DbError> {
        if let Some(replaced) = &self.replaced {
            login_delete(conn, replaced)?;
        }
        logins_delete_expired(conn, now)?;
        login_insert(conn, &hash_token(&self.value), user, now, now + MAX_AGE)
    }

    /// What the browser is to keep.
    #[must_use]
    pub fn cookie(self, settings: &Settings) -> Cookie<'static> {
        cookie(settings, self.value, Duration::milliseconds(MAX_AGE))
    }
}

/// Makes a browser forget its login.
#[must_use]
pub fn forgotten(settings: &Settings) -> Cookie<'static> {
    cookie(settings, String::new(), Duration::ZERO)
}

fn cookie(settings: &Settings, value: String, max_age: Duration) -> Cookie<'static> {
    let production = settings.is_production();
    Cookie::build(settings.session_cookie(), value)
        .path("/")
        .http_only(true)
        .secure(production)
        .same_site(if production { SameSite::Strict } else { SameSite::Lax })
        .max_age(max_age)
        .finish()
}

/// How often it is noted that somebody was seen, in milliseconds.
const SEEN_EVERY: i64 = 60_000;

/// When users were noted as seen last by this process.
#[derive(Debug, Default)]
pub struct Seen(Mutex<HashMap<UserId, i64>>);

impl Seen {
    /// Whether it is time to note that a user is here.
    fn is_due(&self, user: UserId, now: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = seen.entry(user).or_insert(i64::MIN);
        let due = now.saturating_sub(*last) >= SEEN_EVERY;
        if due {
            *last = now;
        }
        due
    }
}

/// Notes that a user is here. The request does not wait for it.
pub fn note_seen(app: &App, user: UserId) {
    let time = now();
    if !app.seen.is_due(user, time) {
        return;
    }
    let app = app.clone();
    actix_web::rt::spawn(async move {
        if let Err(error) = app.write(move |conn| user_seen_unless_invisible(conn, user, time)).await {
            log::warn!("it could not be noted that user {user} was seen: {error}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_noted_once_a_minute() {
        let seen = Seen::default();
        assert!(seen.is_due(UserId(1), 1_000));
        assert!(!seen.is_due(UserId(1), 60_999));
        assert!(seen.is_due(UserId(2), 60_999));
        assert!(seen.is_due(UserId(1), 61_000));
    }
}
