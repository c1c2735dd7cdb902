//! The configurations of games. Source: `spec/rest-api.md` 9.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::game::{Game, Gpt};

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
        Found::Gpt(gpt) => answer(&app, gpt),
    }
}

/// `GET /games/:game/:playtype`: the GPT's configuration, with counts.
pub async fn gpt(request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let gpt = find_gpt(&app, &path.0, &path.1)?;
    answer(&app, gpt)
}

fn answer(app: &App, gpt: Gpt) -> Result<HttpResponse, ApiError> {
    let catalogue = app.catalogue();
    let charts = catalogue.charts().iter().filter(|chart| chart.gpt == gpt).count();
    let body = json!({"config": gpt.config().to_json(), "chartCount": charts});
    Ok(success("Returned information about this game.", body))
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
