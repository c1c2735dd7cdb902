//! Players of a game among one another. Source: `spec/rest-api.md` 9.

use actix_web::HttpResponse;
use rustc_hash::FxHashMap;
use serde_json::json;
use tachi_core::ids::UserId;
use tachi_db::leaderboards::{players_named, profile_standings};
use tachi_db::pbs::pbs_best_of_all;
use tachi_db::profiles::{Profile, profiles_of_users};

use super::reading::OnGame;
use crate::documents;
use crate::envelope::ApiError;
use crate::openapi::Access::Everybody;
use crate::openapi::{Api, row};

/// How many players a search finds at most.
const PLAYERS: i64 = 25;

/// The routes.
pub fn routes(api: &mut Api) {
    const PBS: &str = "{pbs: PB[], songs: Song[], charts: Chart[], users: User[]}";
    let best = || row(Everybody, "The best PBs of anybody", PBS).query("alg?: string, limit?: int(1..50)");
    let profiles_row = row(Everybody, "The best players", "{gameStats: GameStats[], users: User[]}");
    let at = |path: &str| format!("/games/{{game}}/{{playtype}}{path}");
    api.tag("Games")
        .get(&at("/leaderboard"), profiles, profiles_row.query("alg?: string, limit?: int(1..500)"))
        .get(&at("/pb-leaderboard"), pbs, best())
        .get(&at("/score-leaderboard"), pbs, best())
        .get(&at("/players"), players, row(Everybody, "Players by name", "User[]").query("search: string"));
}

/// `GET .../leaderboard`: the best profiles by a profile rating.
async fn profiles(on: OnGame) -> Result<HttpResponse, ApiError> {
    let config = on.gpt.config();
    let names = config.profile_ratings.iter().map(|rating| rating.name);
    let rating = on.params.algorithm(names, config.default_profile_rating)?;
    let limit = on.params.integer("limit", 1..=500, 100)?;
    on.answer("Returned leaderboard.", move |conn, reading| {
        let standings = profile_standings(conn, reading.gpt, rating, limit)?;
        let players: Vec<UserId> = standings.iter().map(|standing| standing.user).collect();
        let profiles = profiles_of_users(conn, reading.gpt, &players)?;
        let mut profiles: FxHashMap<UserId, Profile> =
            profiles.into_iter().map(|profile| (profile.user, profile)).collect();
        let stats = standings.iter().filter_map(|standing| {
            let profile = profiles.remove(&standing.user)?;
            Some(documents::game_stats(profile).with_rank(standing.rank))
        });
        let stats: Vec<_> = stats.collect();
        Ok(json!({"gameStats": stats, "users": documents::users(conn, players.into_iter())?}))
    })
    .await
}

/// `GET .../pb-leaderboard`: the best PBs of anybody by a score rating.
async fn pbs(on: OnGame) -> Result<HttpResponse, ApiError> {
    let config = on.gpt.config();
    let names = config.score_ratings.iter().map(|rating| rating.name);
    let rating = on.params.algorithm(names, config.default_score_rating)?;
    let limit = on.params.integer("limit", 1..=50, 50)?;
    on.answer("Returned PB leaderboard.", move |conn, reading| {
        let pbs = pbs_best_of_all(conn, reading.gpt, rating, limit)?;
        let users = documents::users(conn, pbs.iter().map(|pb| pb.user))?;
        let documents::PbList { pbs, related } = documents::pb_list(conn, &reading.catalogue, pbs)?;
        Ok(json!({"pbs": pbs, "songs": related.songs, "charts": related.charts, "users": users}))
    })
    .await
}

/// `GET .../players`: players whose names hold a text.
async fn players(on: OnGame) -> Result<HttpResponse, ApiError> {
    let name = on.params.required("search")?.to_owned();
    on.answer("Found players.", move |conn, reading| {
        let players = players_named(conn, reading.gpt, &name, PLAYERS)?;
        Ok(players.into_iter().map(documents::user).collect::<Vec<_>>())
    })
    .await
}
