//! Taking scores away, and trying orphans again. Source: `spec/rest-api.md` 4 and 8.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};
use tachi_db::imports::StoredImport;
use tachi_db::scores::StoredScore;

use super::shown;
use crate::app::{App, block};
use crate::auth::{DeleteScore, Permitted, SubmitScore};
use crate::body;
use crate::envelope::{ApiError, Nothing, success};
use crate::owned::OwnersOnly;

/// `POST /imports/:importID/revert`.
pub async fn revert(
    request: HttpRequest,
    import: OwnersOnly<StoredImport, DeleteScore>,
) -> Result<HttpResponse, ApiError> {
    let importer = Arc::clone(&App::of(&request)?.importer);
    let id = import.thing.document.import_id;
    if !block(move || importer.revert(id).map_err(ApiError::from)).await? {
        return Err(ApiError::not_found(format!("The import {id} does not exist.")));
    }
    Ok(success("Reverted import.", Nothing {}))
}

/// `POST /import/orphans`: tries the caller's orphans again.
pub async fn retry_orphans(request: HttpRequest, caller: Permitted<SubmitScore>) -> Result<HttpResponse, ApiError> {
    let importer = Arc::clone(&App::of(&request)?.importer);
    let counts = block(move || importer.retry_orphans(caller.user).map_err(ApiError::from)).await?;
    Ok(success("Reprocessed orphan scores.", counts))
}

/// `DELETE /scores/:scoreID`; `blacklist` keeps later imports from bringing it again.
pub async fn delete_score(
    request: HttpRequest,
    score: OwnersOnly<StoredScore, DeleteScore>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let blacklist = blacklist(&body::object(&request, payload).await?)?;
    delete(&App::of(&request)?, score.thing, blacklist).await
}

/// Deletes a score.
pub async fn delete(app: &App, score: StoredScore, blacklist: bool) -> Result<HttpResponse, ApiError> {
    let importer = Arc::clone(&app.importer);
    let StoredScore { key, score } = score;
    let removed = block(move || importer.delete_scores(score.user, &[key], blacklist).map_err(ApiError::from)).await?;
    if removed == 0 {
        return Err(ApiError::not_found(format!("The score {} does not exist.", score.id)));
    }
    Ok(success("Deleted score.", Nothing {}))
}

/// Whether later imports are to be kept from bringing again what is deleted.
pub fn blacklist(body: &Map<String, Value>) -> Result<bool, ApiError> {
    match body.get("blacklist") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(blacklist)) => Ok(*blacklist),
        Some(other) => {
            let other = shown(&other.to_string());
            Err(ApiError::bad_request(format!("[blacklist] Expected a boolean. (Received {other})")))
        }
    }
}
