//! BATCH-MANUAL as a request body. Source: `spec/import-types/ir-direct-manual.md`, `spec/pipeline.md` 14 (D2).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use tachi_core::import_document::ImportDocument;
use tachi_core::import_type::ImportType;
use tachi_parsers::ir::direct_manual::INFER_TIME;

use super::access::{Check, GUEST, Protocol, Sender};
use crate::body;
use crate::envelope::{ApiError, success};
use crate::routes::respond_async::{self, poll_url};

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
    let url = poll_url(&app, import.import_id);
    if let Some(wish) = respond_async::wish(&app, &request) {
        return respond_async::start(&app, import, wish).await;
    }
    let document = super::run(&app, import).await?.document;
    Ok(success("Import successful.", Made { document: &document, url }))
}
