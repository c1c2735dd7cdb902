//! The hook of Lunatic Rave 2. Source: `spec/import-types/ir-lr2hook.md`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tachi_core::import_type::ImportType;
use tachi_parsers::ir::lr2hook::{SubmittedCourse, submitted_course};

use super::access::{Check, GUEST, Protocol, Sender};
use super::course as courses;
use crate::body;
use crate::envelope::{ApiError, success};
use crate::routes::shown;

/// The protocol: nothing but a body.
#[derive(Debug)]
pub struct Lr2hook;

impl Protocol for Lr2hook {
    type Failure = ApiError;
    const IMPORT_TYPE: ImportType = ImportType::IrLr2hook;
    const CHECKS: &'static [Check] = &[Check::SignedIn(GUEST), Check::Offered, Check::Permitted];
}

/// `POST /ir/lr2hook/import/course`.
pub async fn course(
    sender: Sender<Lr2hook>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = &sender.app;
    let bytes = body::json_bytes(&request, payload).await?;
    match submitted_course(&bytes)? {
        SubmittedCourse::Failed { notes_played, notes_total } => {
            let body = json!({ "notesPlayed": notes_played, "notesTotal": notes_total });
            Ok(success("Class not updated. You failed to clear this course.", body))
        }
        SubmittedCourse::Cleared(md5s) => {
            let unknown = format!("Couldn't find a course with this MD5 ({}).", shown(&md5s));
            courses::submit(app, sender.user.id, md5s, unknown).await
        }
    }
}
