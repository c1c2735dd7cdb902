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

use actix_web::{HttpRequest, HttpResponse, web};
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
use crate::auth::{Permission as _, SubmitScore};
use crate::body;
use crate::envelope::{ApiError, success};
use crate::openapi::{Access, Api, row};

/// The routes.
pub fn routes(api: &mut Api) {
    api.tag("Game clients").with(hooks).with(bms).with(usc_routes);
}

const SUBMIT: Access = Access::Permission(SubmitScore::NAME);

/// Scripts of any game, and hooks of SOUND VOLTEX, beatmania IIDX and CHUNITHM.
fn hooks(api: &mut Api) {
    const DIRECT: &[(&str, &str)] = &[("X-Infer-Score-TimeAchieved", "true"), ("X-User-Intent", "true")];
    const FERVIDEX: &[(&str, &str)] = &[("User-Agent", "fervidex/1.3.0"), ("X-Software-Model", "LDJ:J:B:A:2020092900")];
    const KSHOOK: &[(&str, &str)] = &[("User-Agent", "kshook/1.0"), ("X-Software-Model", "QCV:J:C:A:2021100600")];
    let imports = |summary| row(SUBMIT, summary, "Import").json("object").fails(&[404, 409]);
    let tells = |summary| row(SUBMIT, summary, "{}").json("object").fails(&[404, 409]).headers(FERVIDEX);
    api.post(
        "/direct-manual/import",
        direct_manual::import,
        imports("Imports a BATCH-MANUAL document").or_accepted("ImportStarted").headers(DIRECT).fails(&[404, 409, 503]),
    )
    .post("/barbatos/score/submit", import::<Barbatos>, imports("A score of Barbatos"))
    .post("/fervidex/score/submit", fervidex::score, imports("A score of fervidex").headers(FERVIDEX))
    .post("/fervidex/profile/submit", fervidex::profile, tells("All PBs of fervidex").accepted_only())
    .post("/fervidex/class/submit", fervidex::class, tells("A dan of fervidex"))
    .post("/kshook/sv6c/score/save", import::<KshookSv6c>, imports("A score of kshook").headers(KSHOOK))
    .post(
        "/kshook/sv6c/score/export",
        kshook::export,
        row(SUBMIT, "All PBs of kshook; ignored unless they are asked for", "object")
            .json("object")
            .headers(KSHOOK)
            .fails(&[404, 409]),
    )
    .post("/kshook/sv3c/score/save", import::<KshookSv3c>, imports("A score of kshook III").headers(KSHOOK))
    .post("/chunitachi/import", import::<Chunitachi>, imports("Scores of an early CHUNITHM hook"));
}

/// Players of BMS.
fn bms(api: &mut Api) {
    const HEADERS: &[(&str, &str)] = &[("X-TachiIR-Version", "v3.0.0")];
    const SCORE: &str = "{score: Score, song: Song, chart: Chart, import: Import}";
    const EARNED: &str = "{set?: string, value?: string, *: any}";
    let reads = |summary, body| row(Access::SignedIn, summary, body).headers(HEADERS).fails(&[404]);
    let submits = |summary, body| row(SUBMIT, summary, body).json("object").headers(HEADERS).fails(&[404, 409]);
    let hook = |summary, body| row(SUBMIT, summary, body).json("object").fails(&[404, 409]);
    api.post(
        "/beatoraja/submit-score",
        beatoraja::submit_score,
        submits("A score of beatoraja", SCORE).or_accepted("{}"),
    )
    .post("/beatoraja/submit-course", beatoraja::submit_course, submits("A course of beatoraja", EARNED))
    .get("/beatoraja/charts/{sha256}/scores", beatoraja::chart_scores, reads("Everybody's PBs on a chart", "object[]"))
    .get("/beatoraja/rivals", beatoraja::rivals, reads("One's rivals", "{id: string, name: string, rank: string}[]"))
    .get("/beatoraja/players/{user}/scores", beatoraja::player_scores, reads("One's PBs, or a rival's", "object[]"))
    .post("/lr2hook/import", import::<Lr2hook>, hook("A score of LR2", "Import"))
    .post("/lr2hook/import/course", lr2hook::course, hook("A course of LR2", "object"));
}

/// unnamed_sdvx_clone.
fn usc_routes(api: &mut Api) {
    let tells = |access, summary| row(access, summary, "UscAnswer").raw("application/json");
    let (reads, submits) = (Access::Usc(None), Access::Usc(Some(SubmitScore::NAME)));
    let replay = tells(submits, "Keeps the replay of a score").form("{identifier: string, replay: file}");
    api.get("/usc/{playtype}", usc::server, tells(reads, "Who this is"))
        .get("/usc/{playtype}/charts/{hash}", usc::chart, tells(reads, "Whether a chart is known"))
        .get("/usc/{playtype}/charts/{hash}/record", usc::record, tells(reads, "The best PB on a chart"))
        .get(
            "/usc/{playtype}/charts/{hash}/leaderboard",
            usc::leaderboard,
            tells(reads, "The best PBs on a chart").query("mode: \"best\"|\"rivals\", n: int(1..10)"),
        )
        .post("/usc/{playtype}/scores", usc::submit_score, tells(submits, "A score").json("object"))
        .post("/usc/{playtype}/replays", usc::submit_replay, replay);
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
