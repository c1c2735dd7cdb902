//! Lists of imports, and how much users have done. Source: `spec/rest-api.md` 4 and 7.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};
use tachi_core::ids::UserId;
use tachi_db::Conn;
use tachi_db::imports::{
    ImportFilter, StoredImport, Tracker, TrackerKind, imports_count_by_type, imports_latest, imports_of_user,
    trackers_latest, trackers_of_user,
};
use tachi_db::leaderboards::profile_ranks;
use tachi_db::profiles::profiles_of_user;
use tachi_db::scores::scores_count_of_user;
use tachi_db::sessions::sessions_count_of_user;

use super::reading::{Params, answer, user_id};
use super::shown;
use crate::app::{App, now};
use crate::auth::Caller;
use crate::documents;
use crate::envelope::ApiError;
use crate::openapi::Access::Everybody;
use crate::openapi::{Api, row};

/// How many imports a list has at most.
const LIMIT: i64 = 500;
/// A month, in milliseconds.
const MONTH: i64 = 30 * 24 * 60 * 60 * 1000;

/// What lists of imports are narrowed by.
pub const FILTER: &str = "importType?: string, userIntent?: \"true\"|\"false\"";

/// The routes of what users imported, and how much they have done.
pub fn routes(api: &mut Api) {
    let profiles = || row(Everybody, "A user's profiles with their ranks", "GameStats[]");
    api.tag("Users")
        .get("/users/{user}/imports", of_user, row(Everybody, "A user's latest imports", "Import[]").query(FILTER))
        .get(
            "/users/{user}/imports/failed",
            failed_of_user,
            row(Everybody, "A user's latest imports that failed", "ImportTracker[]").query(FILTER),
        )
        .get(
            "/users/{user}/recent-imports",
            recent,
            row(Everybody, "How often each import type was used in a month", "{importType: string, count: int}[]"),
        )
        .get("/users/{user}/stats", stats, row(Everybody, "How much a user has", "{scores: int, sessions: int}"))
        .get("/users/{user}/game-stats", game_stats, profiles())
        .get("/users/{user}/game-profiles", game_stats, profiles());
}

fn filter(params: &Params) -> Result<ImportFilter, ApiError> {
    let refused = |name: &str, expected: &str, text: &str| {
        ApiError::bad_request(format!("[{name}] Expected {expected}. (Received {})", shown(text)))
    };
    let import_type = params.get("importType");
    let import_type =
        import_type.map(|text| text.parse().map_err(|_| refused("importType", "an import type", text))).transpose()?;
    let user_intent = match params.get("userIntent") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(text) => return Err(refused("userIntent", "true or false", text)),
    };
    Ok(ImportFilter { import_type, user_intent })
}

/// Answers with what a query makes for the user whom the path names.
async fn for_user<T: Serialize>(
    request: &HttpRequest,
    caller: &Caller,
    description: &'static str,
    query: impl FnOnce(&mut Conn, UserId) -> Result<T, ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let user = request.match_info().get("user").unwrap_or_default().to_owned();
    let me = caller.user().map(|user| user.id);
    answer(&App::of(request)?, description, move |conn, _| {
        let user = user_id(conn, &user, me)?;
        query(conn, user)
    })
    .await
}

fn documents_of(imports: Vec<StoredImport>) -> Vec<impl Serialize> {
    imports.into_iter().map(|import| import.document).collect()
}

/// ImportTracker.
fn tracker(tracker: Tracker) -> Value {
    let mut document = json!({
        "type": "ONGOING", "importID": tracker.import, "importType": tracker.import_type, "userID": tracker.user,
        "userIntent": tracker.user_intent, "timeStarted": tracker.time_started,
    });
    if let Some(error) = tracker.error {
        document["type"] = "FAILED".into();
        document["error"] = json!({"message": error.message});
        if let Some(status) = error.status {
            document["error"]["statusCode"] = status.into();
        }
    }
    document
}

/// `GET /imports`: the latest imports of anybody.
pub async fn of_all(request: HttpRequest, _caller: Caller) -> Result<HttpResponse, ApiError> {
    let filter = filter(&Params::of(&request))?;
    answer(&App::of(&request)?, "Returned imports.", move |conn, _| {
        let imports = imports_latest(conn, filter, LIMIT)?;
        let users = documents::users(conn, imports.iter().map(|import| import.document.user_id))?;
        Ok(json!({"imports": documents_of(imports), "users": users}))
    })
    .await
}

/// `GET /imports/failed`: the latest imports of anybody that failed.
pub async fn failed_of_all(request: HttpRequest, _caller: Caller) -> Result<HttpResponse, ApiError> {
    let filter = filter(&Params::of(&request))?;
    answer(&App::of(&request)?, "Returned failed imports.", move |conn, _| {
        let failed = trackers_latest(conn, TrackerKind::Failed, filter, LIMIT)?;
        let users = documents::users(conn, failed.iter().map(|tracker| tracker.user))?;
        Ok(json!({"failedImports": failed.into_iter().map(tracker).collect::<Vec<_>>(), "users": users}))
    })
    .await
}

/// `GET /users/:userID/imports`: a user's latest imports.
async fn of_user(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    let filter = filter(&Params::of(&request))?;
    for_user(&request, &caller, "Returned imports.", move |conn, user| {
        Ok(documents_of(imports_of_user(conn, user, filter, LIMIT)?))
    })
    .await
}

/// `GET /users/:userID/imports/failed`: a user's latest imports that failed.
async fn failed_of_user(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    let filter = filter(&Params::of(&request))?;
    for_user(&request, &caller, "Returned failed imports.", move |conn, user| {
        let failed = trackers_of_user(conn, user, TrackerKind::Failed, filter, LIMIT)?;
        Ok(failed.into_iter().map(tracker).collect::<Vec<_>>())
    })
    .await
}

/// `GET /users/:userID/recent-imports`: how often a user asked for imports of each type in the last month.
async fn recent(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    for_user(&request, &caller, "Returned recent import types.", |conn, user| {
        let counts = imports_count_by_type(conn, user, now() - MONTH)?;
        let entry = |(import_type, count)| json!({"importType": import_type, "count": count});
        Ok(counts.into_iter().map(entry).collect::<Vec<_>>())
    })
    .await
}

/// `GET /users/:userID/stats`: how many scores and sessions a user has.
async fn stats(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    for_user(&request, &caller, "Retrieved statistics.", |conn, user| {
        let (scores, sessions) = (scores_count_of_user(conn, user)?, sessions_count_of_user(conn, user)?);
        Ok(json!({"scores": scores, "sessions": sessions}))
    })
    .await
}

/// `GET /users/:userID/game-stats`: a user's profiles with their places.
async fn game_stats(request: HttpRequest, caller: Caller) -> Result<HttpResponse, ApiError> {
    for_user(&request, &caller, "Returned profiles.", |conn, user| {
        let profiles = profiles_of_user(conn, user)?;
        let gpts: Vec<_> = profiles.iter().map(|profile| profile.gpt).collect();
        let ranks = profile_ranks(conn, user, &gpts)?;
        let stats = profiles.into_iter().zip(&ranks);
        Ok(stats
            .map(|(profile, (gpt, ranks))| documents::game_stats(profile).with_rankings(*gpt, ranks))
            .collect::<Vec<_>>())
    })
    .await
}
