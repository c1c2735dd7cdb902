//! Imports that are answered before they are done. Source: `spec/pipeline.md` 14 (D2), `spec/rest-api.md` 4.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tachi_core::ids::ImportId;
use tachi_import::Request;

use crate::app::App;
use crate::background;
use crate::envelope::{ApiError, accepted};

const RESPOND_ASYNC: &str = "respond-async";

/// Who wants an answer before the import is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The sender.
    Sender,
    /// The settings.
    Operator,
}

/// Whether a request is answered before its import is done.
pub fn wish(app: &App, request: &HttpRequest) -> Option<Wish> {
    let prefer = request.headers().get_all("Prefer").filter_map(|value| value.to_str().ok());
    if prefer.into_iter().any(wants_async) {
        return Some(Wish::Sender);
    }
    app.settings.async_imports.then_some(Wish::Operator)
}

/// Where an import can be polled.
#[derive(Serialize)]
struct Started {
    url: String,
    #[serde(rename = "importID")]
    import_id: ImportId,
}

/// Starts an import in the background and says where it can be polled.
pub async fn start(app: &App, import: Request, wish: Wish) -> Result<HttpResponse, ApiError> {
    let import_id = import.import_id;
    background::start(app, import).await?;
    let text = "Import loaded into queue. You can poll the provided URL for information on when its complete.";
    let mut answer = accepted(text, Started { url: poll_url(app, import_id), import_id });
    if wish == Wish::Sender {
        let applied = HeaderName::from_static("preference-applied");
        answer.headers_mut().insert(applied, HeaderValue::from_static(RESPOND_ASYNC));
    }
    Ok(answer)
}

/// Where an import can be polled, from outside.
pub fn poll_url(app: &App, import: ImportId) -> String {
    format!("{}/api/v1/imports/{import}/poll-status", app.settings.our_url)
}

/// Whether a `Prefer` header asks for an answer before the import is done.
fn wants_async(header: &str) -> bool {
    let mut preferences = header.split(',').map(|preference| preference.split(';').next().unwrap_or_default().trim());
    preferences.any(|preference| preference.eq_ignore_ascii_case(RESPOND_ASYNC))
}

#[cfg(test)]
mod tests {
    use super::wants_async;

    #[test]
    fn preferences_are_a_list() {
        for header in ["respond-async", "return=minimal, Respond-Async; wait=10", " respond-async "] {
            assert!(wants_async(header), "{header}");
        }
        for header in ["", "respond", "wait=10; respond-async"] {
            assert!(!wants_async(header), "{header}");
        }
    }
}
