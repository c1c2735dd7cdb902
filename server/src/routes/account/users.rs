//! Users and what they say about themselves. Source: `spec/rest-api.md` 7.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tachi_core::ids::UserId;
use tachi_db::user_settings::{Preferences, preferences_get, preferences_put};
use tachi_db::users::{User, user_by_id, user_credentials_by_id, user_update, users_recent, users_search};

use super::auth::new_password;
use crate::app::{App, now};
use crate::auth::Caller;
use crate::body;
use crate::codes::set_password;
use crate::documents;
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::fields::{refuse, secret, text_opt};
use crate::password;
use crate::self_key::{PathUser, SelfKey};

/// How many users a list has at most.
const LISTED: i64 = 100;
/// How many users a search finds at most.
const FOUND: i64 = 25;
/// Since when somebody has to have been seen to count as online, in milliseconds.
const ONLINE: i64 = 5 * 60 * 1000;

/// The query of `GET /users`.
#[derive(Debug, Deserialize)]
pub struct Query {
    search: Option<String>,
    online: Option<String>,
}

/// `GET /users`: who was seen last, or whose name contains a text.
pub async fn list(request: HttpRequest, _caller: Caller, query: web::Query<Query>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let Query { search, online } = query.into_inner();
    let since = online.map(|_| now() - ONLINE);
    let users = app
        .read(move |conn| match search {
            Some(text) => users_search(conn, &text, since, FOUND),
            None => users_recent(conn, since, LISTED),
        })
        .await?;
    let documents: Vec<_> = users.into_iter().map(documents::user).collect();
    Ok(success("Returned users.", documents))
}

/// `GET /users/:userID`.
pub async fn get(path: PathUser) -> HttpResponse {
    success("Returned user.", documents::user(path.user))
}

/// Names elsewhere, and what stands before them in addresses.
const SITES: [(&str, &[&str]); 6] = [
    ("discord", &[]),
    ("twitter", &["twitter.com/", "x.com/"]),
    ("github", &["github.com/"]),
    ("steam", &["steamcommunity.com/id/"]),
    ("youtube", &["youtube.com/"]),
    ("twitch", &["twitch.tv/"]),
];

/// What somebody wants to be changed.
struct Changes {
    about: Option<String>,
    status: Option<Option<String>>,
    sites: Vec<(&'static str, Option<String>)>,
}

impl Changes {
    fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        let about = text_opt(body, "about")?.map(str::to_owned);
        if about.as_ref().is_some_and(|about| about.chars().count() > 2000) {
            return Err(refuse("about", "Expected at most 2000 characters.", body.get("about")));
        }
        let status = short_text(body, "status", &[])?;
        let mut sites = Vec::new();
        for (name, prefixes) in SITES {
            sites.extend(short_text(body, name, prefixes)?.map(|value| (name, value)));
        }
        if about.is_none() && status.is_none() && sites.is_empty() {
            return Err(ApiError::bad_request("Expected something to change."));
        }
        Ok(Self { about, status, sites })
    }

    fn apply(&self, user: &mut User) {
        user.about.clone_from(self.about.as_ref().unwrap_or(&user.about.clone()));
        if let Some(status) = &self.status {
            user.status.clone_from(status);
        }
        for (name, value) in &self.sites {
            user.social_media.insert((*name).to_owned(), json!(value));
        }
    }
}

/// A text of 3 to 140 characters or null, if the member is there; without the address it may begin with.
fn short_text(body: &Map<String, Value>, name: &str, prefixes: &[&str]) -> Result<Option<Option<String>>, ApiError> {
    let refused = || refuse(name, "Expected 3 to 140 characters, or null.", body.get(name));
    match body.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) => {
            let text = without_address(text, prefixes);
            if !(3..=140).contains(&text.chars().count()) {
                return Err(refused());
            }
            Ok(Some(Some(text.to_owned())))
        }
        Some(_) => Err(refused()),
    }
}

fn without_address<'a>(text: &'a str, prefixes: &[&str]) -> &'a str {
    let bare = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    prefixes.iter().find_map(|prefix| bare.strip_prefix(prefix)).unwrap_or(text)
}

/// `PATCH /users/:userID`.
pub async fn patch(request: HttpRequest, me: SelfKey, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let changes = Changes::read(&body::object(&request, payload).await?)?;
    let id = me.user.id;
    let user = app
        .write(move |conn| {
            let Some(mut user) = user_by_id(conn, id)? else { return Ok(None) };
            changes.apply(&mut user);
            user_update(conn, &user)?;
            // As it is stored.
            user_by_id(conn, id)
        })
        .await?;
    let user = user.ok_or_else(|| ApiError::not_found(format!("The user {id} does not exist.")))?;
    Ok(success("Updated user.", documents::user(user)))
}

fn settings(user: UserId, preferences: Preferences) -> Value {
    // Nobody can follow anybody here.
    json!({"userID": user, "following": [], "preferences": preferences})
}

/// `GET /users/:userID/settings`.
pub async fn get_settings(request: HttpRequest, path: PathUser) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let user = path.user.id;
    let preferences = app.read(move |conn| preferences_get(conn, user)).await?;
    Ok(success("Returned user settings.", settings(user, preferences)))
}

/// The members of a body that are preferences, all booleans.
fn preferences(body: &Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let known = serde_json::to_value(Preferences::default()).map_err(ApiError::internal)?;
    let is_known = |name: &str| known.get(name).is_some();
    let given: Map<String, Value> =
        body.iter().filter(|(name, _)| is_known(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some((name, value)) = given.iter().find(|(_, value)| !value.is_boolean()) {
        return Err(refuse(name, "Expected a boolean.", Some(value)));
    }
    if given.is_empty() {
        return Err(ApiError::bad_request("Expected something to change."));
    }
    Ok(given)
}

/// `PATCH /users/:userID/settings`: what is absent stays.
pub async fn patch_settings(
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let changes = preferences(&body::object(&request, payload).await?)?;
    let user = me.user.id;
    let preferences = app
        .write(move |conn| {
            let data = |error| tachi_db::DbError::data("preferences", error);
            let mut stored = serde_json::to_value(preferences_get(conn, user)?).map_err(data)?;
            for (name, value) in &changes {
                stored[name] = value.clone();
            }
            let preferences: Preferences = serde_json::from_value(stored).map_err(data)?;
            preferences_put(conn, user, preferences)?;
            Ok(preferences)
        })
        .await?;
    Ok(success("Updated user settings.", settings(user, preferences)))
}

/// `POST /users/:userID/change-password`: ends all other logins of the user.
pub async fn change_password(
    request: HttpRequest,
    me: SelfKey,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let (old, new) = (secret(&body, "!oldPassword")?.to_owned(), new_password(&body)?.to_owned());
    let user = me.user.id;
    let stored = app.read(move |conn| user_credentials_by_id(conn, user)).await?;
    if !password::verify_later(old, stored.and_then(|stored| stored.password_hash)).await? {
        return Err(ApiError::new(Kind::Unauthorised, "Invalid password."));
    }
    let hash = password::hash_later(new).await?;
    app.write(move |conn| set_password(conn, user, &hash, Some(&me.login))).await?;
    Ok(success("Updated password.", Nothing {}))
}

#[cfg(test)]
mod tests {
    use super::without_address;

    #[test]
    fn addresses_of_a_site_become_names() {
        let github: &[&str] = &["github.com/"];
        for text in ["player", "github.com/player", "https://github.com/player", "http://www.github.com/player"] {
            assert_eq!(without_address(text, github), "player", "{text}");
        }
        assert_eq!(without_address("https://example.com/player", github), "https://example.com/player");
    }
}
