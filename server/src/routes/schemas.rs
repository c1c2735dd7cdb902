//! JSON Schemas of the formats that programs write: the documents themselves, without an envelope.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use tachi_parsers::file::batch_manual;

use crate::auth::Caller;

/// Made once: it describes every metric of every game.
static BATCH_MANUAL: LazyLock<String> = LazyLock::new(|| batch_manual::schema().to_string());

/// `GET /schemas/batch-manual.json`.
pub async fn batch_manual(_caller: Caller) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(BATCH_MANUAL.as_str())
}
