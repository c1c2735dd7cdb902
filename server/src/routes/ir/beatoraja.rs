//! The internet ranking of beatoraja and LR2oraja. Source: `spec/import-types/ir-beatoraja.md`.

use actix_web::{HttpRequest, HttpResponse, web};
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::{Value, json};
use tachi_core::catalogue::{Catalogue, Chart, ChartIdx};
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::UserId;
use tachi_core::import_document::{ImportDocument, ImportError, ImportErrorKind};
use tachi_core::import_type::ImportType;
use tachi_db::pbs::{StoredPb, pb_leaderboard, pbs_of_user};
use tachi_db::rivals::rivals_of_user;
use tachi_db::users::users_by_ids;
use tachi_db::{Conn, DbError};
use tachi_import::{Imported, Waiting};
use tachi_parsers::ir::beatoraja::{IR_VERSION, check_client, submitted_course};

use super::access::{Check, NEEDS_AUTHENTICATION, Protocol, Sender};
use super::course;
use crate::app::App;
use crate::body;
use crate::documents;
use crate::envelope::{ApiError, Kind, Nothing, accepted, success};
use crate::self_key::find_user;

const CLIENT: Check = Check::Client(|_, fields| check_client(fields));

/// The routes that read.
#[derive(Debug)]
pub struct Reader;

impl Protocol for Reader {
    type Failure = ApiError;
    const IMPORT_TYPE: ImportType = ImportType::IrBeatoraja;
    const HEADERS: &'static [&'static str] = &[IR_VERSION];
    const CHECKS: &'static [Check] = &[Check::SignedIn(NEEDS_AUTHENTICATION), Check::Offered, CLIENT];
}

/// The routes that submit.
#[derive(Debug)]
pub struct Submitter;

impl Protocol for Submitter {
    type Failure = ApiError;
    const IMPORT_TYPE: ImportType = ImportType::IrBeatoraja;
    const HEADERS: &'static [&'static str] = &[IR_VERSION];
    const CHECKS: &'static [Check] = &[Check::SignedIn(NEEDS_AUTHENTICATION), Check::Offered, CLIENT, Check::Permitted];
}

// --- Submitting ------------------------------------------------------------------------------------------------

/// `POST /ir/beatoraja/submit-score`.
pub async fn submit_score(
    sender: Sender<Submitter>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = sender.app.clone();
    let bytes = body::json_bytes(&request, payload).await?;
    let Imported { document, waiting, .. } = super::run(&app, sender.request(bytes)).await?;
    match document.errors.first() {
        Some(error) => failed(error, waiting),
        None => Ok(success("Imported score.", made(&app, document).await?)),
    }
}

/// The answer to a score that was not imported.
fn failed(error: &ImportError, waiting: Option<Waiting>) -> Result<HttpResponse, ApiError> {
    use ImportErrorKind::{InternalError, OrphanExists, SongOrChartNotFound};
    match (error.kind, waiting) {
        (SongOrChartNotFound | OrphanExists, Some(Waiting { players, needed })) => {
            let text = format!(
                "Chart and score have been orphaned. This chart will be un-orphaned when {needed} players have played \
                 the chart (Currently: {players})."
            );
            Ok(accepted(&text, Nothing {}))
        }
        (SongOrChartNotFound | OrphanExists, None) => Err(ApiError::bad_request("This chart is not supported.")),
        (kind, _) => {
            let status = if kind == InternalError { Kind::Internal } else { Kind::BadRequest };
            Err(ApiError::new(status, format!("[{}] - {}", kind.name(), error.message)))
        }
    }
}

/// The new score with its song, its chart and its import.
async fn made(app: &App, document: ImportDocument) -> Result<Value, ApiError> {
    let id = *document.score_ids.first().ok_or_else(|| ApiError::bad_request("No scores were imported."))?;
    let catalogue = app.catalogue();
    let score = app.read(move |conn| documents::one_score(conn, &catalogue, id, true)).await?;
    let mut body = score.ok_or_else(|| ApiError::internal(format!("the new score {id} is gone")))?;
    let related = body.as_object_mut().ok_or_else(|| ApiError::internal("a score is no object"))?;
    related.remove("user");
    related.insert("import".to_owned(), serde_json::to_value(document).map_err(ApiError::internal)?);
    Ok(body)
}

/// `POST /ir/beatoraja/submit-course`: no import, only a class.
pub async fn submit_course(
    sender: Sender<Submitter>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let app = &sender.app;
    let bytes = body::json_bytes(&request, payload).await?;
    match submitted_course(&bytes)? {
        None => Ok(success("Class not updated, as you didn't clear this course.", Nothing {})),
        Some(md5s) => course::submit(app, sender.user.id, md5s, "Unsupported course.".to_owned()).await,
    }
}

// --- Reading ---------------------------------------------------------------------------------------------------

/// The games of the protocol, in the order in which charts are looked for.
const GAMES: [Game; 2] = [Game::Bms, Game::Pms];

/// Lamps as the game numbers them.
const CLEARS: &[(&str, i64)] = &[
    ("NO PLAY", 0),
    ("FAILED", 1),
    ("ASSIST CLEAR", 3),
    ("EASY CLEAR", 4),
    ("CLEAR", 5),
    ("HARD CLEAR", 6),
    ("EX HARD CLEAR", 7),
    ("FULL COMBO", 8),
];

/// Members that are optional metrics of the PB; 0 where it has none.
const COUNTERS: &[(&str, &str)] = &[
    ("maxcombo", "maxCombo"),
    ("gauge", "gauge"),
    ("minbp", "bp"),
    ("egd", "egd"),
    ("lgd", "lgd"),
    ("ebd", "ebd"),
    ("lbd", "lbd"),
    ("epr", "epr"),
    ("lpr", "lpr"),
];

/// Members that are not known, or not told.
const ZEROES: &[&str] = &["passnotes", "lpg", "lgr", "ems", "lms"];

fn chart_of_hash(catalogue: &Catalogue, sha256: &str) -> Option<ChartIdx> {
    // Other hashes of a chart are shorter, and no way to ask for it.
    let is_sha256 = sha256.len() == 64;
    GAMES.iter().filter(|_| is_sha256).find_map(|game| catalogue.chart_by_hash(game.config().gpts, sha256))
}

/// `GET /ir/beatoraja/charts/:sha256/scores`: everybody's PBs.
pub async fn chart_scores(sender: Sender<Reader>, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let catalogue = sender.app.catalogue();
    let chart = chart_of_hash(&catalogue, &path);
    let chart = chart.ok_or_else(|| ApiError::not_found("Chart does not exist on IR yet."))?;
    let me = sender.user.id;
    let scores = sender.app.read(move |conn| {
        let chart = catalogue.chart(chart);
        let pbs: Vec<StoredPb> = pb_leaderboard(conn, chart.key, 1, i64::MAX)?.into_iter().map(|(_, pb)| pb).collect();
        as_scores(conn, &catalogue, &pbs, me)
    });
    Ok(success("Successfully retrieved scores.", scores.await?))
}

/// PBs in the form of the game.
fn as_scores(conn: &mut Conn, catalogue: &Catalogue, pbs: &[StoredPb], me: UserId) -> Result<Vec<Value>, DbError> {
    let mut players: Vec<UserId> = pbs.iter().map(|pb| pb.user).collect();
    players.sort_unstable();
    players.dedup();
    let names: FxHashMap<UserId, String> =
        users_by_ids(conn, &players)?.into_iter().map(|user| (user.id, user.username)).collect();
    let score = |pb: &StoredPb| {
        let chart = catalogue.chart_by_key(pb.chart)?;
        // The game knows its own player by the empty name.
        let name = if pb.user == me { "" } else { names.get(&pb.user)? };
        Some(as_score(pb, chart, name))
    };
    Ok(pbs.iter().filter_map(score).collect())
}

fn as_score(pb: &StoredPb, chart: &Chart, player: &str) -> Value {
    let data = pb.data.to_json();
    let number = |value: &Value| if value.is_null() { json!(0) } else { value.clone() };
    let clear = CLEARS.iter().find(|(lamp, _)| data["lamp"] == **lamp).map(|(_, clear)| *clear);
    let (score, about) = (data["score"].as_i64().unwrap_or(0), chart.data_json());
    let mut body = json!({
        "sha256": about["hashSHA256"], "player": player, "playcount": 1, "clear": clear,
        "date": pb.time_achieved.unwrap_or(0), "deviceType": null, "random": null,
        "notes": number(&about["notecount"]),
        // How the judgements were really split is not known.
        "epg": score / 2, "egr": score % 2,
    });
    for (name, metric) in COUNTERS {
        body[*name] = number(&data["optional"][*metric]);
    }
    for name in ZEROES {
        body[*name] = json!(0);
    }
    body
}

fn gpts() -> Vec<Gpt> {
    GAMES.iter().flat_map(|game| game.config().gpts).copied().collect()
}

#[derive(Serialize)]
struct Rival {
    id: String,
    name: String,
    rank: &'static str,
}

/// `GET /ir/beatoraja/rivals`.
pub async fn rivals(sender: Sender<Reader>) -> Result<HttpResponse, ApiError> {
    let me = sender.user.id;
    let rivals = sender.app.read(move |conn| {
        let rivals = rivals_of_user(conn, me, &gpts())?;
        users_by_ids(conn, &rivals)
    });
    let rival = |user: tachi_db::users::User| Rival { id: user.id.to_string(), name: user.username, rank: "" };
    let rivals: Vec<Rival> = rivals.await?.into_iter().map(rival).collect();
    Ok(success("Successfully retrieved rivals.", rivals))
}

/// What `GET /players/:userID/scores` found.
enum Found {
    Nobody,
    Stranger,
    Scores(Vec<Value>),
}

/// `GET /ir/beatoraja/players/:userID/scores`: all PBs of oneself or a rival.
pub async fn player_scores(sender: Sender<Reader>, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let (me, name, catalogue) = (sender.user.id, path.into_inner(), sender.app.catalogue());
    let found = sender.app.read(move |conn| {
        let Some(player) = find_user(conn, &name, Some(me))? else { return Ok(Found::Nobody) };
        if player != me && !rivals_of_user(conn, me, &gpts())?.contains(&player) {
            return Ok(Found::Stranger);
        }
        let mut pbs = Vec::new();
        for gpt in gpts() {
            pbs.extend(pbs_of_user(conn, player, gpt)?);
        }
        pbs.sort_by_key(|pb| std::cmp::Reverse(pb.time_achieved));
        Ok(Found::Scores(as_scores(conn, &catalogue, &pbs, me)?))
    });
    match found.await? {
        Found::Nobody => Err(ApiError::not_found("User does not exist.")),
        Found::Stranger => {
            let text = "Cannot export scores for a player that is not you or your rival.";
            Err(ApiError::new(Kind::Forbidden, text))
        }
        Found::Scores(scores) => Ok(success("Successfully retrieved scores.", scores)),
    }
}
