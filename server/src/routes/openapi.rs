//! The description of the API: for programs and for people. Source: `spec/rest-api.md` 13.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;

use crate::auth::Caller;
use crate::envelope::ApiError;
use crate::openapi::{document, page};

type Made = Result<String, String>;

/// Both are made once: the routes do not change.
static DOCUMENT: LazyLock<Made> = LazyLock::new(|| Ok(document(&super::operations())?.to_string()));
static PAGE: LazyLock<Made> = LazyLock::new(|| Ok(page(&document(&super::operations())?)));

fn answer(made: &'static Made, kind: ContentType) -> Result<HttpResponse, ApiError> {
    let text = made.as_ref().map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok().content_type(kind).body(text.as_str()))
}

/// `GET /openapi.json`: the document itself, without an envelope.
pub async fn json(_caller: Caller) -> Result<HttpResponse, ApiError> {
    answer(&DOCUMENT, ContentType::json())
}

/// `GET /docs`.
pub async fn docs(_caller: Caller) -> Result<HttpResponse, ApiError> {
    answer(&PAGE, ContentType::html())
}
