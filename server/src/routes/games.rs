//! The configurations of games. Source: `spec/rest-api.md` 9.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};
use tachi_core::catalogue::ChartKey;
use tachi_core::game::{Game, Gpt};
use tachi_db::pbs::pb_players_of_all;
use tachi_db::profiles::profiles_count;
use tachi_db::scores::scores_count_of_all;
use tachi_db::{Conn, DbError};

use super::shown;
use crate::app::App;
use crate::auth::Caller;
use crate::envelope::{ApiError, success};

/// `GET /games`: the games offered and their configurations.
pub async fn list(request: HttpRequest, _caller: Caller) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let games = &app.settings.games;
    let configs: Map<String, Value> =
        games.iter().map(|game| (game.id().to_owned(), game.config().to_json())).collect();
    Ok(success("Returned all games.", json!({"supportedGames": games, "configs": configs})))
}

/// `GET /games/:game`: the game's configuration.
pub async fn game(request: HttpRequest, _caller: Caller, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    Ok(success("Returned information about this game.", find(&app, &path)?.config().to_json()))
}

/// `GET /games/:game/:playtype`: the GPT's configuration, with counts.
pub async fn gpt(
    request: HttpRequest,
    _caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let gpt = find_gpt(&app, &path.0, &path.1)?;
    let Count { scores, players } = count(&app, gpt).await?;
    let charts = app.catalogue().chart_count(gpt);
    let config = gpt.config().to_json();
    let body = json!({"config": config, "scoreCount": scores, "playerCount": players, "chartCount": charts});
    Ok(success("Returned information about this game.", body))
}

/// How much there is of everything, as last counted: counting reads whole indexes.
#[derive(Debug, Default)]
pub struct Counts {
    of_gpt: Mutex<HashMap<Gpt, (Instant, Count)>>,
    players: Mutex<Option<(Instant, Players)>>,
}

/// How many players each chart has.
pub type Players = Arc<FxHashMap<ChartKey, i64>>;

impl Counts {
    /// How many players each chart has had lately.
    pub fn players(&self, conn: &mut Conn) -> Result<Players, DbError> {
        let kept = || self.players.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((counted, players)) = &*kept()
            && counted.elapsed() < PLAYERS_AGE
        {
            return Ok(Arc::clone(players));
        }
        let players = Arc::new(pb_players_of_all(conn)?);
        *kept() = Some((Instant::now(), Arc::clone(&players)));
        Ok(players)
    }
}

/// How much there is of a GPT.
#[derive(Debug, Clone, Copy)]
struct Count {
    scores: i64,
    players: i64,
}

/// How long a count is shown.
const COUNT_AGE: Duration = Duration::from_secs(60 * 60);
/// How long the numbers of players, which decide the order of charts, are kept.
const PLAYERS_AGE: Duration = Duration::from_secs(60);

async fn count(app: &App, gpt: Gpt) -> Result<Count, ApiError> {
    let kept = || app.counts.of_gpt.lock().unwrap_or_else(PoisonError::into_inner);
    let known = kept().get(&gpt).copied().filter(|(counted, _)| counted.elapsed() < COUNT_AGE);
    if let Some((_, count)) = known {
        return Ok(count);
    }
    let count = app
        .read(move |conn| Ok(Count { scores: scores_count_of_all(conn, gpt)?, players: profiles_count(conn, gpt)? }))
        .await?;
    kept().insert(gpt, (Instant::now(), count));
    Ok(count)
}

/// The game that a `:game` segment names, of the games offered.
fn find(app: &App, text: &str) -> Result<Game, ApiError> {
    let game = text.parse().ok().filter(|game| app.settings.games.contains(game));
    game.ok_or_else(|| ApiError::bad_request(format!("Invalid or unsupported game {}.", shown(text))))
}

/// The GPT that a `:game` and a `:playtype` segment name.
pub fn find_gpt(app: &App, game: &str, playtype: &str) -> Result<Gpt, ApiError> {
    let game = find(app, game)?;
    game.playtype(playtype)
        .ok_or_else(|| ApiError::bad_request(format!("Invalid playtype {} for {game}.", shown(playtype))))
}
