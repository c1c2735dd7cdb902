//! Sessions. Source: `spec/rest-api.md` 8.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::auth::Caller;
use crate::documents;
use crate::envelope::{ApiError, success};

/// `GET /sessions/:sessionID`: the session with its scores.
pub async fn get(request: HttpRequest, _caller: Caller, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let missing = || ApiError::not_found(format!("The session {} does not exist.", super::shown(&path)));
    let id = path.parse().map_err(|_| missing())?;
    let catalogue = app.catalogue();
    let found = app.read(move |conn| documents::one_session(conn, &catalogue, id)).await?;
    Ok(success("Returned session.", found.ok_or_else(missing)?))
}
