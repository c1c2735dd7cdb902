//! The routes of game clients: every protocol in a file of its own. Source: `spec/rest-api.md` 12.

mod access;
mod barbatos;
mod beatoraja;
mod chunitachi;
mod course;
mod direct_manual;
mod fervidex;
mod kshook;
mod lr2hook;
mod usc;

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use tachi_core::class::ClassDelta;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_import::{ImportFailure, Imported, Request};
use tachi_parsers::error::FatalError;

use self::access::{Protocol, Sender};
use self::barbatos::Barbatos;
use self::chunitachi::Chunitachi;
use self::kshook::{KshookSv3c, KshookSv6c};
use self::lr2hook::Lr2hook;
use crate::app::{App, block};
use crate::body;
use crate::envelope::{ApiError, success};
use crate::limits;

/// Puts the routes into a service.
pub fn configure(service: &mut ServiceConfig) {
    service.service(
        web::scope("/ir")
            .wrap(from_fn(limits::normal))
            // Scripts of any game.
            .route("/direct-manual/import", web::post().to(direct_manual::import))
            // SOUND VOLTEX, beatmania IIDX and CHUNITHM hooks.
            .route("/barbatos/score/submit", web::post().to(import::<Barbatos>))
            .route("/fervidex/score/submit", web::post().to(fervidex::score))
            .route("/fervidex/profile/submit", web::post().to(fervidex::profile))
            .route("/fervidex/class/submit", web::post().to(fervidex::class))
            .route("/kshook/sv6c/score/save", web::post().to(import::<KshookSv6c>))
            .route("/kshook/sv6c/score/export", web::post().to(kshook::export))
            .route("/kshook/sv3c/score/save", web::post().to(import::<KshookSv3c>))
            .route("/chunitachi/import", web::post().to(import::<Chunitachi>))
            // BMS players.
            .route("/beatoraja/submit-score", web::post().to(beatoraja::submit_score))
            .route("/beatoraja/submit-course", web::post().to(beatoraja::submit_course))
            .route("/beatoraja/charts/{sha256}/scores", web::get().to(beatoraja::chart_scores))
            .route("/beatoraja/rivals", web::get().to(beatoraja::rivals))
            .route("/beatoraja/players/{user}/scores", web::get().to(beatoraja::player_scores))
            .route("/lr2hook/import", web::post().to(import::<Lr2hook>))
            .route("/lr2hook/import/course", web::post().to(lr2hook::course))
            // unnamed_sdvx_clone.
            .route("/usc/{playtype}", web::get().to(usc::server))
            .route("/usc/{playtype}/charts/{hash}", web::get().to(usc::chart))
            .route("/usc/{playtype}/charts/{hash}/record", web::get().to(usc::record))
            .route("/usc/{playtype}/charts/{hash}/leaderboard", web::get().to(usc::leaderboard))
            .route("/usc/{playtype}/scores", web::post().to(usc::submit_score))
            .route("/usc/{playtype}/replays", web::post().to(usc::submit_replay))
            .default_service(web::to(super::no_such_endpoint)),
    );
}

/// The plain route: checks, body, import, ImportDocument. Source: `spec/import-types/README.md` 7.
async fn import<P: Protocol>(
    sender: Sender<P>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, P::Failure> {
    let bytes = body::json_bytes(&request, payload).await?;
    let app = sender.app.clone();
    let imported = run(&app, sender.request(bytes)).await?;
    Ok(success("Import successful.", imported.document))
}

/// Makes an import on a blocking thread.
async fn run(app: &App, request: Request) -> Result<Imported, ApiError> {
    let importer = Arc::clone(&app.importer);
    block(move || importer.import_and_queue(request).map_err(ApiError::from)).await
}

/// Gives a user a class.
async fn set_class(
    app: &App,
    user: UserId,
    gpt: Gpt,
    set: String,
    value: String,
) -> Result<Option<ClassDelta>, ApiError> {
    let importer = Arc::clone(&app.importer);
    block(move || importer.set_class(user, gpt, &set, &value).map_err(ApiError::from)).await
}

impl From<FatalError> for ApiError {
    fn from(error: FatalError) -> Self {
        ImportFailure::from(error).into()
    }
}
