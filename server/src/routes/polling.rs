//! `GET /imports/:importID/poll-status`: how far an import is. Source: `spec/rest-api.md` 4.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use tachi_core::ids::ImportId;
use tachi_core::import_document::ImportDocument;
use tachi_db::imports::{Tracker, TrackerError, import_by_public_id, tracker_by_id};
use tachi_import::Fetched;

use crate::app::App;
use crate::auth::Caller;
use crate::envelope::{ApiError, Kind, success};

/// What is known of an import.
enum Known {
    Completed(Box<ImportDocument>),
    Tracked(Tracker),
    Nothing,
}

/// Answers with the document once the import is stored; a failure answers with its own status.
pub async fn poll(request: HttpRequest, _caller: Caller, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let missing = || ApiError::not_found("There is no ongoing import here.");
    let id: ImportId = path.parse().map_err(|_| missing())?;
    let known = app
        .read(move |conn| {
            // In this order: the commit of an import removes its tracker, and may come between the two.
            if let Some(tracker) = tracker_by_id(conn, id)? {
                return Ok(Known::Tracked(tracker));
            }
            let import = import_by_public_id(conn, id)?;
            Ok(import.map_or(Known::Nothing, |import| Known::Completed(Box::new(import.document))))
        })
        .await?;
    match known {
        Known::Completed(document) => {
            let body = json!({"importStatus": "completed", "import": document});
            Ok(success("Import was completed!", body))
        }
        Known::Tracked(Tracker { error: Some(error), .. }) => Err(failed(error)),
        Known::Tracked(tracker) => {
            // What this process fetches itself, it knows better than what is written.
            let fetched = app.importer.fetched(id).map(Fetched::progress);
            let progress = fetched.unwrap_or_else(|| progress(&tracker));
            let description = progress["description"].as_str().unwrap_or_default().to_owned();
            Ok(success(&description, json!({"importStatus": "ongoing", "progress": progress})))
        }
        Known::Nothing => Err(missing()),
    }
}

/// What an import is doing: always an object with a description, which clients show.
fn progress(tracker: &Tracker) -> Value {
    let stage = tracker.stage.as_deref().unwrap_or("waiting");
    let mut progress = json!({"description": format!("The import is being processed ({stage}).")});
    if let (Some(Value::Object(known)), Value::Object(progress)) = (&tracker.progress, &mut progress) {
        progress.extend(known.clone());
    }
    progress
}

fn failed(error: TrackerError) -> ApiError {
    ApiError::new(Kind::of_status(error.status.unwrap_or(500)), error.message)
}
