//! Sessions. Source: `spec/rest-api.md` 8.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tachi_core::ids::SessionId;
use tachi_db::sessions::{session_by_public_id, session_neighbours};

use super::reading::answer;
use crate::app::App;
use crate::auth::Caller;
use crate::documents;
use crate::envelope::ApiError;

/// `GET /sessions/:sessionID`: the session with its scores.
pub async fn get(request: HttpRequest, _caller: Caller, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let text = path.into_inner();
    answer(&App::of(&request)?, "Returned session.", move |conn, catalogue| {
        let missing = || ApiError::not_found(format!("The session {} does not exist.", super::shown(&text)));
        let id = text.parse().map_err(|_| missing())?;
        documents::one_session(conn, catalogue, id)?.ok_or_else(missing)
    })
    .await
}

/// `GET /sessions/:sessionID/adjacent`: the user's sessions before and after.
pub async fn adjacent(
    request: HttpRequest,
    _caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let text = path.into_inner();
    answer(&App::of(&request)?, "Returned adjacent sessions.", move |conn, _| {
        let missing = || ApiError::not_found(format!("The session {} does not exist.", super::shown(&text)));
        let id: SessionId = text.parse().map_err(|_| missing())?;
        let stored = session_by_public_id(conn, id)?.ok_or_else(missing)?;
        let (before, after) = session_neighbours(conn, &stored)?;
        let before = documents::sessions(conn, before.into_iter().collect())?.pop();
        let after = documents::sessions(conn, after.into_iter().collect())?.pop();
        Ok(json!({"prev": before, "next": after}))
    })
    .await
}

/// `GET /sessions/:sessionID/folder-raises`: the lamps, grades and so on that the session raised, by folder.
pub async fn folder_raises(
    request: HttpRequest,
    _caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let text = path.into_inner();
    answer(&App::of(&request)?, "Returned folder raises.", move |conn, catalogue| {
        let missing = || ApiError::not_found(format!("The session {} does not exist.", super::shown(&text)));
        let id: SessionId = text.parse().map_err(|_| missing())?;
        documents::folder_raises(conn, catalogue, id)?.ok_or_else(missing)
    })
    .await
}
