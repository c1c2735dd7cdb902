//! The routes, one page: who calls what.

mod account;
mod admin;
mod changes;
mod edits;
pub mod games;
mod import_lists;
mod imports;
mod instance;
mod ir;
mod leaderboards;
mod oauth;
mod openapi;
mod orphans;
mod pages;
mod polling;
mod reading;
mod resolve;
mod respond_async;
mod rows;
mod schemas;
mod scores;
pub mod search;
mod sessions;
mod songs;
mod status;
mod tables;
mod ugpt;

use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

pub use self::pages::is_page;

use self::edits::{CustomiseScore, CustomiseSession};
use self::import_lists::FILTER;
use crate::auth::{DeleteScore, Permission as _, SubmitScore};
use crate::envelope::ApiError;
use crate::limits;
use crate::openapi::{Access, Api, Operation, Row, row};

/// Puts every route into a service.
pub fn configure(service: &mut ServiceConfig) {
    api().configure(service);
    service.default_service(web::to(no_such_endpoint));
}

/// What is documented of every route.
#[must_use]
pub fn operations() -> Vec<Operation> {
    api().into_operations()
}

/// Every route, and what is said of it.
fn api() -> Api {
    let mut api = Api::default();
    api.scope("/api/v1/auth", account::auth_routes, |scope| {
        scope.wrap(account::no_store()).default_service(web::to(no_such_endpoint))
    })
    .scope("/api/v1", api_v1, |scope| scope.wrap(from_fn(limits::normal)).default_service(web::to(no_such_endpoint)))
    .scope("/ir", ir::routes, |scope| scope.wrap(from_fn(limits::normal)).default_service(web::to(no_such_endpoint)))
    // Whoever watches over the process.
    .tag("Watching")
    .get("/healthz", instance::healthz, row(Access::Unasked, "The process answers", "{}"))
    .get("/.deploy/up", instance::healthz, row(Access::Unasked, "The process answers", "{}"))
    .get("/readyz", instance::readyz, row(Access::Unasked, "The instance can be used", "{}").fails(&[503]))
    .get("/metrics", instance::metrics, row(Access::Unasked, "Figures for Prometheus", "any").raw("text/plain"))
    .with(pages::routes);
    api
}

fn api_v1(api: &mut Api) {
    api.with(about).with(account::routes).with(import_lists::routes).with(ugpt::routes);
    api.with(going_in).with(imports_routes).with(orphans::routes).with(one_by_one);
    api.with(games_routes).with(songs::routes).with(leaderboards::routes).with(tables::routes).with(search::routes);
    api.with(oauth::routes).with(admin::routes);
}

/// Whoever wants to know what the instance is, whether it runs, and how to use it.
fn about(api: &mut Api) {
    const STATUS: &str =
        "{serverTime: ms, startTime: ms, version: string, whoami: int?, permissions: string[], echo?: string}";
    const CONFIG: &str = "{NAME: string, TYPE: \"kamai\"|\"boku\"|\"omni\", GAMES: string[], IMPORT_TYPES: string[], \
                          SIGNUPS_ENABLED: bool, USE_INVITES: bool, RIVALS_CAP: int, *: any}";
    let status = || row(Access::Everybody, "The server's time, who one is, and what one may do", STATUS);
    let raw = |summary| row(Access::Everybody, summary, "object").raw("application/json");
    api.tag("The instance")
        .get("/status", status::get, status().query("echo?: string").example(include_str!("examples/status.json")))
        .post("/status", status::post, status().json("{echo?: any}"))
        .get("/config", instance::config, row(Access::Everybody, "What the instance offers", CONFIG))
        .get("/config/max-rivals", instance::max_rivals, row(Access::Everybody, "How many rivals one may have", "int"))
        .get("/openapi.json", openapi::json, raw("This document"))
        .get("/docs", openapi::docs, row(Access::Everybody, "This document for people", "any").raw("text/html"))
        .get("/schemas/batch-manual.json", schemas::batch_manual, raw("The JSON Schema of BATCH-MANUAL"));
}

const SUBMIT: Access = Access::Permission(SubmitScore::NAME);
const DELETE: Access = Access::Owner(Some(DeleteScore::NAME));

/// Scores and classes going in.
fn going_in(api: &mut Api) {
    const COUNTS: &str = "{processed: int, failed: int, success: int, removed: int}";
    let file = row(SUBMIT, "Imports a file", "Import")
        .form("{scoreData: file, importType: string, *: string}")
        .headers(&[("X-User-Intent", "true"), ("Prefer", "respond-async")])
        .query("dryRun?: presence")
        .or_accepted("ImportStarted")
        .fails(&[404, 409, 503])
        .example(include_str!("examples/import.json"));
    let from_api = row(SUBMIT, "Imports from a service that the user has linked", "Import")
        .json("{importType: string, *: any}")
        .headers(&[("X-User-Intent", "true"), ("Prefer", "respond-async")])
        .or_accepted("ImportStarted")
        .fails(&[401, 403, 404, 409, 500, 503, 508]);
    let class = row(SUBMIT, "Imports classes that a player states", "Import")
        .json("{game: string, playtype?: string, classes: object, *: any}")
        .fails(&[404, 409]);
    api.tag("Imports")
        .post("/import/file", imports::from_file, file)
        .post("/import/from-api", imports::from_api, from_api)
        .post("/import/orphans", changes::retry_orphans, row(SUBMIT, "Tries one's orphans again", COUNTS).fails(&[409]))
        .post("/import/class", imports::class, class);
}

/// Imports: what became of them, and taking them back.
fn imports_routes(api: &mut Api) {
    const IMPORTS: &str = "{imports: Import[], users: User[]}";
    const FAILED: &str = "{failedImports: ImportTracker[], users: User[]}";
    const ONE: &str =
        "{import: Import, scores: Score[], songs: Song[], charts: Chart[], sessions: Session[], user: User?}";
    const ROWS: &str = "{counts: {*: int}, rows: ImportRow[], hasMore: bool}";
    let rows_query = "status?: RowStatus, after?: int(0..4294967295), limit?: int(1..1000)";
    api.tag("Imports")
        .get("/imports", import_lists::of_all, row(EVERYBODY, "The latest imports", IMPORTS).query(FILTER))
        .get(
            "/imports/failed",
            import_lists::failed_of_all,
            row(EVERYBODY, "The latest imports that failed", FAILED).query(FILTER),
        )
        .get("/imports/{import}", imports::get, row(EVERYBODY, "An import and what belongs to it", ONE))
        .get("/imports/{import}/poll-status", polling::poll, POLL)
        .get(
            "/imports/{import}/rows",
            rows::get,
            row(Access::Owner(None), "What became of each element", ROWS).query(rows_query),
        )
        .post("/imports/{import}/revert", changes::revert, row(DELETE, "Takes an import back", "{}").fails(&[409]));
}

const EVERYBODY: Access = Access::Everybody;
const POLL: Row = row(EVERYBODY, "How far an import is; one that failed answers as it would have", "ImportProgress")
    .fails(&[409, 413, 501, 503]);

/// Scores and sessions one by one.
fn one_by_one(api: &mut Api) {
    const SCORE: &str = "{score: Score, user?: User?, song?: Song, chart?: Chart}";
    const SESSION: &str = "{session: Session, scores: Score[], songs: Song[], charts: Chart[], user: User?, \
                           scoreInfo: SessionScoreInfo[], index: int}";
    let edit_score = row(Access::Owner(Some(CustomiseScore::NAME)), "Comments or highlights a score", "Score");
    let edit_session =
        row(Access::OwnerAlone(CustomiseSession::NAME), "Names, describes or highlights a session", "Session");
    api.tag("Scores and sessions")
        .get("/scores/{score}", scores::get, row(EVERYBODY, "A score", SCORE).query("getRelated?: presence"))
        .patch("/scores/{score}", edits::score, edit_score.json("{comment?: string(1..120)?, highlight?: bool}"))
        .delete("/scores/{score}", changes::delete_score, row(DELETE, "Deletes a score", "{}").json(BLACKLIST))
        .get("/sessions/{session}", sessions::get, row(EVERYBODY, "A session and its scores", SESSION))
        .patch("/sessions/{session}", edits::session, edit_session.json(SESSION_EDIT))
        .get(
            "/sessions/{session}/adjacent",
            sessions::adjacent,
            row(EVERYBODY, "The sessions before and after", "{prev: Session?, next: Session?}"),
        )
        .get(
            "/sessions/{session}/folder-raises",
            sessions::folder_raises,
            row(EVERYBODY, "What a session raised in folders", "FolderRaises[]"),
        );
}

const BLACKLIST: &str = "{blacklist?: bool?}";
const SESSION_EDIT: &str = "{name?: string(3..80), desc?: string(3..120)?, highlight?: bool}";

/// What games there are.
fn games_routes(api: &mut Api) {
    const GAMES: &str = "{supportedGames: string[], configs: {*: GameConfig}}";
    const GPT: &str = "{config: GPTConfig, scoreCount: int, playerCount: int, chartCount: int}";
    api.tag("Games")
        .get("/games", games::list, row(EVERYBODY, "The games of this instance", GAMES))
        .get("/games/{game}", games::game, row(EVERYBODY, "A game", "GameConfig").example(GAME))
        .get("/games/{game}/{playtype}", games::gpt, row(EVERYBODY, "A game and playtype", GPT));
}

const GAME: &str = include_str!("examples/game.json");

/// Whether a query names a key, with any value or none.
fn has_query(query: &str, key: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some(key))
}

/// A value of a request as answers show it: cut to 100 characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

async fn no_such_endpoint() -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found("Endpoint Not Found."))
}
