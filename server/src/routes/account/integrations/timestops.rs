//! Up to when scores were fetched. Source: `spec/integrations.md` 7.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::import_type::{self, ImportType, Kind};
use tachi_db::timestops::{timestop_delete, timestop_put, timestops_of_user};

use crate::app::App;
use crate::body;
use crate::envelope::{ApiError, Nothing, success};
use crate::fields::refuse;
use crate::self_key::SelfKey;

/// The largest integer that all clients can read.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// `GET /import-timestops`: an entry for each type that is fetched.
pub async fn get(request: HttpRequest, me: SelfKey) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let stored = app.read(move |conn| timestops_of_user(conn, me.user.id)).await?;
    let stored: HashMap<ImportType, i64> = stored.into_iter().collect();
    let fetched = import_type::TABLE.iter().map(|row| row.import_type).filter(|each| each.kind() == Kind::Api);
    let entry = |each: ImportType| json!({"importType": each.as_str(), "lastScoreTime": stored.get(&each)});
    Ok(success("Returned import timestops.", json!({ "timestops": fetched.map(entry).collect::<Vec<_>>() })))
}

/// `PUT /import-timestops`: also backwards.
pub async fn put(request: HttpRequest, me: SelfKey, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let import_type = fetched(&body)?;
    let time = body.get("lastScoreTime").and_then(Value::as_f64).filter(|time| time.abs() <= MAX_SAFE);
    let refused = || refuse("lastScoreTime", "Expected UNIX milliseconds.", body.get("lastScoreTime"));
    let time = time.ok_or_else(refused)? as i64;
    app.write(move |conn| timestop_put(conn, me.user.id, import_type, time)).await?;
    Ok(success("Set import timestop.", Nothing {}))
}

/// `DELETE /import-timestops`, whether or not there is one.
pub async fn delete(request: HttpRequest, me: SelfKey, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let import_type = fetched(&body::object(&request, payload).await?)?;
    app.write(move |conn| timestop_delete(conn, me.user.id, import_type)).await?;
    Ok(success("Removed import timestop.", Nothing {}))
}

fn fetched(body: &Map<String, Value>) -> Result<ImportType, ApiError> {
    let received = body.get("importType");
    let import_type = received.and_then(Value::as_str).and_then(|text| text.parse::<ImportType>().ok());
    let import_type = import_type.filter(|each| each.kind() == Kind::Api);
    import_type.ok_or_else(|| refuse("importType", "Expected an import type that begins with api/.", received))
}
