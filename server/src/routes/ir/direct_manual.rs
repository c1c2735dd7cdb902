//! BATCH-MANUAL as a request body. Source: `spec/import-types/ir-direct-manual.md`, `spec/pipeline.md` 14 (D2).

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use tachi_core::ids::ImportId;
use tachi_core::import_document::ImportDocument;
use tachi_core::import_type::ImportType;
use tachi_parsers::ir::direct_manual::INFER_TIME;

use super::access::{Check, GUEST, Protocol, Sender};
use crate::app::App;
use crate::background;
use crate::body;
use crate::envelope::{ApiError, accepted, success};

/// The protocol.
#[derive(Debug)]
pub struct DirectManual;

impl Protocol for DirectManual {
    type Failure = ApiError;
    const IMPORT_TYPE: ImportType = ImportType::IrDirectManual;
    const HEADERS: &'static [&'static str] = &[INFER_TIME];
    const CHECKS: &'static [Check] = &[Check::Offered, Check::SignedIn(GUEST), Check::Permitted, Check::Limited];
}

/// The document, and where clients that always poll find it.
#[derive(Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    document: &'a ImportDocument,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    url: String,
    #[serde(rename = "importID")]
    import_id: ImportId,
}

/// `POST /ir/direct-manual/import`.
pub async fn import(
    sender: Sender<DirectManual>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = sender.app.clone();
    let bytes = body::json_bytes(&request, payload).await?;
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let mut import = sender.request(bytes);
    import.user_intent = import.import_type.row().user_intent.decide(header("X-User-Intent"));
    let import_id = import.import_id;
    let url = poll_url(&app, import_id);
    if header("Prefer").is_some_and(wants_async) {
        background::start(&app, import).await?;
        let text = "Import loaded into queue. You can poll the provided URL for information on when its complete.";
        let mut answer = accepted(text, Started { url, import_id });
        let applied = HeaderName::from_static("preference-applied");
        answer.headers_mut().insert(applied, HeaderValue::from_static(RESPOND_ASYNC));
        return Ok(answer);
    }
    let document = super::run(&app, import).await?.document;
    Ok(success("Import successful.", Made { document: &document, url }))
}

const RESPOND_ASYNC: &str = "respond-async";

/// Whether a `Prefer` header asks for an answer before the import is done.
fn wants_async(header: &str) -> bool {
    let mut preferences = header.split(',').map(|preference| preference.split(';').next().unwrap_or_default().trim());
    preferences.any(|preference| preference.eq_ignore_ascii_case(RESPOND_ASYNC))
}

fn poll_url(app: &App, import: ImportId) -> String {
    format!("{}/api/v1/imports/{import}/poll-status", app.settings.our_url)
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
