//! Imports: starting them and looking at them. Source: the seed, `spec/rest-api.md` 4.

use std::sync::Arc;

use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_type::{ImportType, Kind as ImportKind};
use tachi_db::profiles::{may_state_classes, profile_get};
use tachi_import::{FailureKind, ImportFailure, Request};
use tachi_parsers::file::import_class;

use super::reading::answer;
use super::{has_query, respond_async, shown};
use crate::app::{App, block, now};
use crate::auth::{Caller, KamaitachiOnly, Permitted, SubmitScore};
use crate::body;
use crate::documents;
use crate::envelope::{ApiError, Kind, success};
use crate::fields::text;
use crate::limits;
use crate::upload::{self, Upload};

const IMPORTED: &str = "Import successful.";

/// `POST /import/file`.
pub async fn from_file(
    _edition: KamaitachiOnly,
    request: HttpRequest,
    caller: Permitted<SubmitScore>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    limits::check_import(&request, &app, &caller.caller).await?;
    let upload = upload::receive(&request, payload, app.settings.max_upload).await?;
    let import_type = import_type(&app, &upload)?;
    let wish = respond_async::wish(&app, &request);
    let request = Request {
        file_name: upload.file_name,
        fields: upload.fields,
        dry_run: has_query(request.query_string(), "dryRun"),
        ..import_of(&request, caller.user, import_type, upload.bytes)
    };
    match wish {
        // Nobody could ever ask what a dry run came to.
        Some(wish) if !request.dry_run => respond_async::start(&app, request, wish).await,
        _ => run(&app, request).await,
    }
}

/// `POST /import/from-api`: what a service that the user has linked knows. Source: `spec/integrations.md` 6.
pub async fn from_api(
    request: HttpRequest,
    caller: Permitted<SubmitScore>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let import_type = fetched_type(&app, text(&body, "importType")?)?;
    let wish = respond_async::wish(&app, &request);
    let request = import_of(&request, caller.user, import_type, Vec::new());
    match wish {
        Some(wish) => respond_async::start(&app, request, wish).await,
        None => Ok(success(IMPORTED, app.fetching.import(request).await?.document)),
    }
}

fn fetched_type(app: &App, name: &str) -> Result<ImportType, ApiError> {
    let known = name.parse().ok().filter(|known: &ImportType| known.kind() == ImportKind::Api);
    let Some(known) = known else {
        return Err(ApiError::bad_request(format!("Invalid import type: {}", shown(name))));
    };
    if !app.settings.import_types.contains(&known) {
        return Err(ApiError::bad_request(format!("Import type \"{known}\" is not enabled on this instance.")));
    }
    Ok(known)
}

/// `POST /import/class`: classes that a player states by hand. Source: `spec/import-types/file-import-class.md`.
pub async fn class(
    request: HttpRequest,
    caller: Permitted<SubmitScore>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let import_type = ImportType::FileImportClass;
    if !app.settings.import_types.contains(&import_type) {
        return Err(ApiError::bad_request("Manual class imports are not enabled on this instance."));
    }
    let bytes = body::json_bytes(&request, payload).await?;
    let gpt =
        import_class::gpt(&bytes, &app.settings.games).map_err(|error| ApiError::from(ImportFailure::from(error)))?;
    let user = caller.user;
    let (may, profile) =
        app.read(move |conn| Ok((may_state_classes(conn, user)?, profile_get(conn, user, gpt)?))).await?;
    if !may {
        return Err(ApiError::new(Kind::Forbidden, "You are banned from manually importing classes."));
    }
    if profile.is_none() {
        let name = caller.caller.user().map_or("", |user| &user.username);
        return Err(ApiError::not_found(format!("The user {name} has not played {}", gpt.config().v3)));
    }
    run(&app, import_of(&request, user, import_type, bytes)).await
}

/// An import of a user that a request asks for, under an identifier of its own.
fn import_of(request: &HttpRequest, user: UserId, import_type: ImportType, bytes: Vec<u8>) -> Request {
    let intent = request.headers().get("X-User-Intent").map(|value| value.to_str().unwrap_or_default());
    Request {
        import_id: ImportId::from_bytes(rand::random()),
        import_type,
        user,
        user_intent: import_type.row().user_intent.decide(intent),
        bytes,
        file_name: None,
        fields: Default::default(),
        received: now(),
        dry_run: false,
    }
}

fn import_type(app: &App, upload: &Upload) -> Result<ImportType, ApiError> {
    let refuse = |reason: &str| {
        let received = upload.fields.get("importType").map_or("nothing (undefined)", String::as_str);
        let received: String = received.chars().take(100).collect();
        ApiError::bad_request(format!("[importType] {reason} (Received {received})"))
    };
    if upload.repeated.iter().any(|name| name == "importType") {
        return Err(refuse("Expected exactly one value."));
    }
    // Classes stated by hand are a body of JSON in spite of the type's name, never an uploaded file.
    let is_upload = |import_type: &ImportType| {
        import_type.kind() == ImportKind::File && *import_type != ImportType::FileImportClass
    };
    let enabled = || app.settings.import_types.iter().copied().filter(is_upload);
    let wanted = upload.fields.get("importType").and_then(|text| text.parse::<ImportType>().ok());
    wanted.filter(|wanted| enabled().any(|known| known == *wanted)).ok_or_else(|| {
        let known = enabled().map(|known| known.as_str()).collect::<Vec<_>>().join(", ");
        refuse(&format!("Expected any of {known}."))
    })
}

async fn run(app: &App, request: Request) -> Result<HttpResponse, ApiError> {
    let importer = Arc::clone(&app.importer);
    let description = if request.dry_run { "Dry run: nothing was stored." } else { IMPORTED };
    let document = block(move || importer.import(request).map_err(ApiError::from)).await?;
    Ok(success(description, document))
}

impl From<ImportFailure> for ApiError {
    fn from(failure: ImportFailure) -> Self {
        let kind = match failure.kind {
            FailureKind::BadInput => Kind::BadRequest,
            FailureKind::Unauthorised => Kind::Unauthorised,
            FailureKind::Forbidden => Kind::Forbidden,
            FailureKind::Locked => {
                let error = Self::new(Kind::Conflict, failure.message);
                return error.header(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            FailureKind::Upstream => Kind::Internal,
            FailureKind::Unavailable => Kind::Unavailable,
            FailureKind::EndlessUpstream => Kind::LoopDetected,
            FailureKind::Internal => {
                let text = "An internal service error has occurred. This has been reported!";
                return Self::reported(text, format!("the import failed: {}", failure.message));
            }
        };
        Self::new(kind, failure.message)
    }
}

fn no_import(id: &str) -> ApiError {
    ApiError::not_found(format!("The import {id} does not exist."))
}

fn parse_id(text: &str) -> Result<ImportId, ApiError> {
    text.parse().map_err(|_| no_import(&shown(text)))
}

/// `GET /imports/:importID`: the import and everything that belongs to it.
pub async fn get(request: HttpRequest, _caller: Caller, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let id = parse_id(&path)?;
    answer(&App::of(&request)?, "Returned info about this import.", move |conn, catalogue| {
        documents::import(conn, catalogue, id)?.ok_or_else(|| no_import(&path))
    })
    .await
}
