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

/// The ordinary body of an import type, from its fixtures.
macro_rules! sent {
    ($name:literal) => {
        include_str!(concat!("../../../../fixtures/ir/", $name, "/plain/input.json"))
    };
}

const SUBMIT: Access = Access::Permission(SubmitScore::NAME);

/// Scripts of any game, and hooks of SOUND VOLTEX, beatmania IIDX and CHUNITHM.
fn hooks(api: &mut Api) {
    const DIRECT: &[(&str, &str)] = &[("X-Infer-Score-TimeAchieved", "true"), ("X-User-Intent", "true")];
    const FERVIDEX: &[(&str, &str)] = &[("User-Agent", "fervidex/1.3.0"), ("X-Software-Model", "LDJ:J:B:A:2020092900")];
    const KSHOOK: &[(&str, &str)] = &[("User-Agent", "kshook/1.0"), ("X-Software-Model", "QCV:J:C:A:2021100600")];
    let imports = |summary, body, sent| row(SUBMIT, summary, "Import").json(body).sent(sent).fails(&[404, 409]);
    let fervidex = imports("A score of fervidex", "FervidexScore", sent!("fervidex"));
    let profile = row(SUBMIT, "All PBs and dans of fervidex; PBs only when they are asked for", "{}");
    let profile = profile.json("FervidexProfile").sent(sent!("fervidex-static")).fails(&[404, 409]);
    let class = row(SUBMIT, "A dan of fervidex", "{}").json("FervidexClass").fails(&[404, 409]);
    let kshook = imports("A score of kshook", "KshookScore", sent!("kshook-sv6c"));
    let export = row(SUBMIT, "All PBs of kshook; ignored unless they are asked for", "Import|Nothing");
    let export = export.json("KshookExport").sent(sent!("kshook-sv6c-static")).fails(&[404, 409]);
    let kshook_iii = imports("A score of kshook III", "KshookSv3cScore", sent!("kshook-sv3c"));
    let summary = "Imports a BATCH-MANUAL document, of which /api/v1/schemas/batch-manual.json knows all";
    let direct = imports(summary, "BatchManual", sent!("direct-manual")).headers(DIRECT).or_accepted("ImportStarted");
    let summary = "A score of Barbatos; members that are not known are refused";
    let barbatos = imports(summary, "BarbatosScore", sent!("barbatos"));
    let chunitachi = imports("Scores of an early CHUNITHM hook", "BatchManual", sent!("chunitachi"));
    api.post("/direct-manual/import", direct_manual::import, direct.fails(&[404, 409, 503]))
        .post("/barbatos/score/submit", import::<Barbatos>, barbatos)
        .post("/fervidex/score/submit", fervidex::score, fervidex.headers(FERVIDEX))
        .post("/fervidex/profile/submit", fervidex::profile, profile.headers(FERVIDEX).accepted_only())
        .post("/fervidex/class/submit", fervidex::class, class.headers(FERVIDEX))
        .post("/kshook/sv6c/score/save", import::<KshookSv6c>, kshook.headers(KSHOOK))
        .post("/kshook/sv6c/score/export", kshook::export, export.headers(KSHOOK))
        .post("/kshook/sv3c/score/save", import::<KshookSv3c>, kshook_iii.headers(KSHOOK))
        .post("/chunitachi/import", import::<Chunitachi>, chunitachi);
}

/// Players of BMS.
fn bms(api: &mut Api) {
    const UNPLAYED: &str = "{notesPlayed?: int, notesTotal?: int, set?: string, value?: string}";
    const HEADERS: &[(&str, &str)] = &[("X-TachiIR-Version", "v3.0.0")];
    const SCORE: &str = "{score: Score, song: Song, chart: Chart, import: Import}";
    let reads = |summary, body| row(Access::SignedIn, summary, body).headers(HEADERS).fails(&[404]);
    let submits = |summary, answer| row(SUBMIT, summary, answer).headers(HEADERS).fails(&[404, 409]);
    let score = submits("A score of beatoraja", SCORE).json("BeatorajaScore").sent(sent!("beatoraja"));
    let course = submits("A course of beatoraja", "ClassEarned|Nothing").json("BeatorajaCourse");
    let hook = |summary, answer| row(SUBMIT, summary, answer).json("Lr2hookScore").fails(&[404, 409]);
    let on_chart = reads("Everybody's PBs on a chart", "BeatorajaPB[]");
    let of_player = reads("One's PBs, or a rival's", "BeatorajaPB[]");
    let rivals = reads("One's rivals", "{id: string, name: string, rank: string}[]");
    api.post("/beatoraja/submit-score", beatoraja::submit_score, score.or_accepted("{}"))
        .post("/beatoraja/submit-course", beatoraja::submit_course, course)
        .get("/beatoraja/charts/{sha256}/scores", beatoraja::chart_scores, on_chart)
        .get("/beatoraja/rivals", beatoraja::rivals, rivals)
        .get("/beatoraja/players/{user}/scores", beatoraja::player_scores, of_player)
        .post("/lr2hook/import", import::<Lr2hook>, hook("A score of LR2", "Import"))
        .post("/lr2hook/import/course", lr2hook::course, hook("A course of LR2, its charts' MD5s in a row", UNPLAYED));
}

/// unnamed_sdvx_clone.
fn usc_routes(api: &mut Api) {
    const SERVER: &str =
        "{statusCode: int, description: string, body?: {serverTime: int, serverName: string, irVersion: string}}";
    const RECORD: &str = "{statusCode: int, description: string, body?: {record: UscScore}}";
    const BEST: &str = "{statusCode: int, description: string, body?: UscScore[]}";
    const STANDING: &str = "{statusCode: int, description: string, body?: UscStanding|Nothing}";
    let tells = |access, summary, answer| row(access, summary, answer).raw("application/json");
    let (reads, submits) = (Access::Usc(None), Access::Usc(Some(SubmitScore::NAME)));
    let best = tells(reads, "The best PBs on a chart", BEST).query("mode: \"best\"|\"rivals\", n: int(1..10)");
    let score = tells(submits, "A score", STANDING).json("UscSubmission").sent(sent!("usc"));
    let replay = tells(submits, "Keeps the replay of a score", "UscAnswer").form("{identifier: string, replay: file}");
    api.get("/usc/{playtype}", usc::server, tells(reads, "Who this is", SERVER))
        .get("/usc/{playtype}/charts/{hash}", usc::chart, tells(reads, "Whether a chart is known", "UscAnswer"))
        .get("/usc/{playtype}/charts/{hash}/record", usc::record, tells(reads, "The best PB on a chart", RECORD))
        .get("/usc/{playtype}/charts/{hash}/leaderboard", usc::leaderboard, best)
        .post("/usc/{playtype}/scores", usc::submit_score, score)
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
