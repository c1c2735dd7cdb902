//! JSON bodies. Source: `spec/rest-api.md` 1.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;
use serde_json::{Map, Value};

use crate::app::App;
use crate::envelope::{ApiError, Kind};

/// The JSON object that a body holds. A body that is no object counts as an empty one, and so does one that does not
/// call itself JSON.
///
/// # Errors
/// When the body is malformed or larger than the settings allow.
pub async fn object(request: &HttpRequest, payload: web::Payload) -> Result<Map<String, Value>, ApiError> {
    let bytes = read(request, payload).await?;
    if bytes.is_empty() || !is_json(request) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&bytes).map_err(|error| ApiError::bad_request(error.to_string()))? {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

/// The fields of a form that a page sent, in its order.
///
/// # Errors
/// When the body is none, or larger than the settings allow.
pub async fn form(request: &HttpRequest, payload: web::Payload) -> Result<Vec<(String, String)>, ApiError> {
    let bytes = read(request, payload).await?;
    let refused = || ApiError::bad_request("The body is no form.");
    let text = std::str::from_utf8(&bytes).map_err(|_| refused())?;
    let fields = web::Query::<Vec<(String, String)>>::from_query(text).map_err(|_| refused())?;
    Ok(fields.into_inner())
}

/// The bytes of a body that somebody else reads; none of one that does not call itself JSON.
///
/// # Errors
/// When it is larger than the settings allow, or breaks off.
pub async fn json_bytes(request: &HttpRequest, payload: web::Payload) -> Result<Vec<u8>, ApiError> {
    let bytes = read(request, payload).await?;
    Ok(if is_json(request) { bytes } else { Vec::new() })
}

/// Whether a request says that its body is JSON, with or without parameters such as a charset.
#[must_use]
pub fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// The bytes of a body, up to the limit of the settings.
///
/// # Errors
/// When it is larger, or breaks off.
pub async fn read(request: &HttpRequest, mut payload: web::Payload) -> Result<Vec<u8>, ApiError> {
    let max = App::of(request)?.settings.max_body;
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| ApiError::bad_request(format!("The body breaks off: {error}.")))?;
        if bytes.len() + chunk.len() > max {
            return Err(too_large(max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large(max: usize) -> ApiError {
    const MIB: usize = 1 << 20;
    let limit = if max >= MIB && max.is_multiple_of(MIB) { format!("{}MB", max / MIB) } else { format!("{max} bytes") };
    ApiError::new(Kind::TooLarge, format!("Your request body was too large. The limit is {limit}."))
}
