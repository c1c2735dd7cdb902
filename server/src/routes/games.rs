//! The configurations of games. Source: `spec/rest-api.md` 9.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::game::{Game, Gpt};
use tachi_db::profiles::profiles_count;
use tachi_db::scores::scores_count_of_all;

use super::shown;
use crate::app::App;
use crate::envelope::{ApiError, success};

/// `GET /games`: the games offered and their configurations.
pub async fn list(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let games = &app.settings.games;
    let configs: Map<String, Value> =
        games.iter().map(|game| (game.id().to_owned(), game.config().to_json())).collect();
    Ok(success("Returned all games.", json!({"supportedGames": games, "configs": configs})))
}

/// `GET /games/:game`: the game's configuration, or that of the GPT which a v3 game string names.
pub async fn game(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    match find(&app, &path)? {
        Found::Game(game) => Ok(success("Returned information about this game.", game.config().to_json())),
        Found::Gpt(gpt) => answer(&app, gpt).await,
    }
}

/// `GET /games/:game/:playtype`: the GPT's configuration, with counts.
pub async fn gpt(request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let gpt = find_gpt(&app, &path.0, &path.1)?;
    answer(&app, gpt).await
}

async fn answer(app: &App, gpt: Gpt) -> Result<HttpResponse, ApiError> {
    let Count { scores, players } = count(app, gpt).await?;
    let catalogue = app.catalogue();
    let charts = catalogue.charts().iter().filter(|chart| chart.gpt == gpt).count();
    let config = gpt.config().to_json();
    let body = json!({"config": config, "scoreCount": scores, "playerCount": players, "chartCount": charts});
    Ok(success("Returned information about this game.", body))
}

/// How much there is of each GPT. Counting reads every score, so that a count is kept for an hour.
#[derive(Debug, Default)]
pub struct Counts(Mutex<HashMap<Gpt, (Instant, Count)>>);

/// How much there is of a GPT.
#[derive(Debug, Clone, Copy)]
struct Count {
    scores: i64,
    players: i64,
}

/// How long a count is shown.
const COUNT_AGE: Duration = Duration::from_secs(60 * 60);

async fn count(app: &App, gpt: Gpt) -> Result<Count, ApiError> {
    let kept = || app.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
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

/// What a `:game` segment names.
pub enum Found {
    /// A game.
    Game(Game),
    /// A game with its playtype: a v3 game string.
    Gpt(Gpt),
}

/// What a `:game` segment names, of the games offered.
pub fn find(app: &App, text: &str) -> Result<Found, ApiError> {
    let offered = |game: Game| app.settings.games.contains(&game);
    if let Some(game) = text.parse().ok().filter(|game| offered(*game)) {
        return Ok(Found::Game(game));
    }
    let gpt = Gpt::from_v3(text).filter(|gpt| offered(gpt.game()));
    gpt.map(Found::Gpt).ok_or_else(|| ApiError::bad_request(format!("Invalid or unsupported game {}.", shown(text))))
}

/// The GPT that a `:game` and a `:playtype` segment name.
pub fn find_gpt(app: &App, game: &str, playtype: &str) -> Result<Gpt, ApiError> {
    let Found::Game(game) = find(app, game)? else {
        return Err(ApiError::bad_request(format!("{} names its playtype already.", shown(game))));
    };
    game.playtype(playtype)
        .ok_or_else(|| ApiError::bad_request(format!("Invalid playtype {} for {game}.", shown(playtype))))
}
