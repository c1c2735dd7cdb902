//! JSON bodies. Source: `spec/import-types/README.md` 7.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;

use crate::envelope::{ApiError, Kind};

/// How much of a body that is too large is read all the same: whoever is still sending does not hear the answer.
const PATIENCE: usize = 4;

/// Reads a body of at most `max` bytes. One that does not call itself JSON counts as empty.
pub async fn receive(request: &HttpRequest, mut payload: web::Payload, max: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut size: usize = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| ApiError::bad_request(format!("The body cannot be read: {error}.")))?;
        size = size.saturating_add(chunk.len());
        if size <= max {
            bytes.extend_from_slice(&chunk);
        } else if size / PATIENCE > max {
            break;
        }
    }
    if size > max {
        let text = format!("Your request body was too large. The limit is {}.", shown(max));
        return Err(ApiError::new(Kind::TooLarge, text));
    }
    Ok(if is_json(request) { bytes } else { Vec::new() })
}

/// Whether a body is JSON, with any parameters.
fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// A size in the largest unit that expresses it.
fn shown(bytes: usize) -> String {
    let units = [(1 << 20, "MB"), (1 << 10, "KB")];
    let unit = units.into_iter().find(|(unit, _)| bytes > 0 && bytes % unit == 0);
    unit.map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{}{name}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn limits_are_told_in_round_numbers() {
        assert_eq!(shown(16 << 20), "16MB");
        assert_eq!(shown(1536), "1536 bytes");
        assert_eq!(shown(2048), "2KB");
    }
}
