//! What players say about their scores and sessions. Source: `spec/rest-api.md` 8.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};
use tachi_db::scores::StoredScore;
use tachi_db::sessions::{StoredSession, session_by_public_id};
use tachi_import::{ScoreEdit, SessionEdit};

use super::resolve::refused;
use super::shown;
use crate::app::{App, block};
use crate::auth::{Caller, Permission};
use crate::body;
use crate::documents;
use crate::envelope::{ApiError, Kind, success};
use crate::owned::OwnersOnly;

/// May comment and highlight scores.
#[derive(Debug)]
pub struct CustomiseScore;

impl Permission for CustomiseScore {
    const NAME: &'static str = "customise_score";
}

/// May name, describe and highlight sessions.
#[derive(Debug)]
pub struct CustomiseSession;

impl Permission for CustomiseSession {
    const NAME: &'static str = "customise_session";
}

/// `PATCH /scores/:scoreID`.
pub async fn score(
    request: HttpRequest,
    score: OwnersOnly<StoredScore, CustomiseScore>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let body = body::object(&request, payload).await?;
    let edit = ScoreEdit { comment: text_or_null(&body, "comment", 1..=120)?, highlight: boolean(&body, "highlight")? };
    if edit == ScoreEdit::default() {
        return Err(nothing("comment or highlight"));
    }
    let app = App::of(&request)?;
    let (importer, catalogue) = (Arc::clone(&app.importer), app.catalogue());
    let (user, key, id) = (score.thing.score.user, score.thing.key, score.thing.score.id);
    let edited = block(move || importer.edit_score(user, key, edit).map_err(ApiError::from)).await?;
    let edited = edited.ok_or_else(|| ApiError::not_found(format!("The score {id} does not exist.")))?;
    let mut documents = documents::scores(&catalogue, [&edited])?;
    Ok(success("Updated score.", documents.pop()))
}

/// `PATCH /sessions/:sessionID`; for the session's user alone.
pub async fn session(
    request: HttpRequest,
    caller: Caller,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let stored = own_session(&app, &caller, &path).await?;
    CustomiseSession::require(caller.permissions())?;
    let body = body::object(&request, payload).await?;
    let edit = SessionEdit {
        name: text(&body, "name", 3..=80)?,
        description: text_or_null(&body, "desc", 3..=120)?,
        highlight: boolean(&body, "highlight")?,
    };
    if edit == SessionEdit::default() {
        return Err(nothing("name, desc or highlight"));
    }
    let importer = Arc::clone(&app.importer);
    let edited = block(move || {
        let edited = importer.edit_session(stored.session.user, stored.session.id, edit)?;
        let importer = importer.database();
        importer.read(|conn| Ok::<_, ApiError>(documents::sessions(conn, edited.into_iter().collect())?.pop()))
    });
    Ok(success("Updated session.", edited.await?.ok_or_else(|| missing(&path))?))
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("The session {} does not exist.", shown(id)))
}

/// The session that a path names, if it is the caller's.
async fn own_session(app: &App, caller: &Caller, text: &str) -> Result<StoredSession, ApiError> {
    let id = text.parse().map_err(|_| missing(text))?;
    let stored = app.read(move |conn| session_by_public_id(conn, id)).await?.ok_or_else(|| missing(text))?;
    if caller.signed_in()?.id != stored.session.user {
        return Err(ApiError::new(Kind::Forbidden, "This session belongs to somebody else."));
    }
    Ok(stored)
}

fn nothing(members: &str) -> ApiError {
    ApiError::bad_request(format!("There is nothing to change: expected {members}."))
}

fn boolean(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, ApiError> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(other) => Err(refused(name, "a boolean", Some(other))),
    }
}

type Length = std::ops::RangeInclusive<usize>;

/// A text of so many characters.
fn text(body: &Map<String, Value>, name: &str, length: Length) -> Result<Option<String>, ApiError> {
    let expected = || format!("a text of {} to {} characters", length.start(), length.end());
    match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if length.contains(&text.chars().count()) => Ok(Some(text.clone())),
        Some(other) => Err(refused(name, &expected(), Some(other))),
    }
}

/// The same or null.
fn text_or_null(body: &Map<String, Value>, name: &str, length: Length) -> Result<Option<Option<String>>, ApiError> {
    match body.get(name) {
        Some(Value::Null) => Ok(Some(None)),
        _ => Ok(text(body, name, length)?.map(Some)),
    }
}
