//! Scores. Source: `spec/rest-api.md` 8.

use actix_web::{HttpRequest, HttpResponse, web};

use super::has_query;
use crate::app::App;
use crate::auth::Caller;
use crate::documents;
use crate::envelope::{ApiError, success};

/// `GET /scores/:scoreID`; `getRelated` adds user, song and chart.
pub async fn get(request: HttpRequest, _caller: Caller, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let missing = || ApiError::not_found(format!("The score {} does not exist.", super::shown(&path)));
    let id = path.parse().map_err(|_| missing())?;
    let with_related = has_query(request.query_string(), "getRelated");
    let catalogue = app.catalogue();
    let found = app.read(move |conn| documents::one_score(conn, &catalogue, id, with_related)).await?;
    Ok(success("Returned score.", found.ok_or_else(missing)?))
}
