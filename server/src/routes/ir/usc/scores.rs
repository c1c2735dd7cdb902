//! `POST /scores`. Source: `spec/import-types/ir-usc.md` 4.

use actix_web::{HttpRequest, HttpResponse, web};
use tachi_core::import_document::{ImportDocument, ImportErrorKind};
use tachi_core::import_type::ImportType;
use tachi_parsers::format::Fields;
use tachi_parsers::ir::usc::PLAYTYPE;

use super::Submitter;
use super::protocol::{Refusal, Status, tell};
use super::record::submitted;
use crate::app::App;
use crate::body;
use crate::envelope::Nothing;
use crate::routes::ir::{access, run};

/// Imports a score and shows the player where it stands.
pub async fn submit(player: Submitter, request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Refusal> {
    let app = &player.app;
    let bytes = body::json_bytes(&request, payload).await?;
    let fields = Fields::from([(PLAYTYPE.to_owned(), player.gpt.playtype().to_owned())]);
    let import = access::request(ImportType::IrUsc, &player.user, fields, bytes);
    let document = run(app, import).await?.document;
    match document.errors.first() {
        Some(error) if matches!(error.kind, ImportErrorKind::SongOrChartNotFound | ImportErrorKind::OrphanExists) => {
            let text = "This score has been saved, but the chart is not currently on the IR.";
            Ok(tell(Status::Accepted, text, Some(Nothing {})))
        }
        Some(error) => Err(Refusal::new(Status::BadRequest, format!("{} {}", error.kind.name(), error.message))),
        None => imported(app, &document).await,
    }
}

async fn imported(app: &App, document: &ImportDocument) -> Result<HttpResponse, Refusal> {
    let import = document.import_id;
    let body = app.read(move |conn| submitted(conn, import)).await?;
    let body = body.ok_or_else(|| Refusal::new(Status::Internal, "An internal server error has occurred."))?;
    let text = if document.score_ids.is_empty() {
        "Score was identical to another score you already have."
    } else {
        "Successfully imported score."
    };
    Ok(tell(Status::Success, text, Some(body)))
}
