//! What a user did on a game: `/users/:userID/games/:game/:playtype`. Source: `spec/rest-api.md` 7.

mod destroy;
mod history;
mod pbs;
mod profile;
mod rivals;
mod scores;
mod sessions;
mod settings;
mod targets;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::limits;

/// How many PBs, scores or sessions a list has at most.
const LIMIT: usize = 100;
/// How many PBs or scores a search finds at most.
const FOUND: usize = 30;

/// Puts the routes into the scope of the API.
pub fn configure(service: &mut ServiceConfig) {
    let at = |path: &str| format!("/users/{{user}}/games/{{game}}/{{playtype}}{path}");
    service
        .route(&at(""), web::get().to(profile::root))
        .route(&at("/most-played"), web::get().to(profile::most_played))
        .route(&at("/leaderboard-adjacent"), web::get().to(profile::adjacent))
        .route(&at("/history"), web::get().to(history::get))
        // PBs.
        .route(&at("/pbs"), web::get().to(pbs::search))
        .route(&at("/pbs/best"), web::get().to(pbs::best))
        .route(&at("/pbs/all"), web::get().to(pbs::all).wrap(from_fn(limits::aggressive)))
        .route(&at("/pbs/resolve"), web::post().to(pbs::resolve))
        .route(&at("/pbs/song/{song}"), web::get().to(pbs::of_song))
        .route(&at("/pbs/{chart}"), web::get().to(pbs::on_chart))
        .route(&at("/pbs/{chart}/rivals"), web::get().to(rivals::on_chart))
        .route(&at("/pbs/{chart}/leaderboard-adjacent"), web::get().to(pbs::adjacent))
        // Scores.
        .route(&at("/scores"), web::get().to(scores::search))
        .route(&at("/scores/recent"), web::get().to(scores::recent))
        .route(&at("/scores/all"), web::get().to(scores::all).wrap(from_fn(limits::hyper_aggressive)))
        .route(&at("/scores/{chart}"), web::get().to(scores::on_chart))
        // Sessions.
        .route(&at("/sessions"), web::get().to(sessions::search))
        .route(&at("/sessions/best"), web::get().to(sessions::best))
        .route(&at("/sessions/highlighted"), web::get().to(sessions::highlighted))
        .route(&at("/sessions/recent"), web::get().to(sessions::recent))
        .route(&at("/sessions/last"), web::get().to(sessions::last))
        .route(&at("/sessions/calendar"), web::get().to(sessions::calendar))
        // Goals and milestones, which are also called quests.
        .route(&at("/goals"), web::get().to(targets::user_goals))
        .route(&at("/milestones"), web::get().to(targets::user_milestones))
        .route(&at("/targets/goals"), web::get().to(targets::goals))
        .route(&at("/targets/goals/add-goal"), web::post().to(targets::add_goal))
        .route(&at("/targets/goals/{goal}"), web::get().to(targets::goal))
        .route(&at("/targets/goals/{goal}"), web::delete().to(targets::remove_goal));
    configure_own(service, at);
    for name in ["quests", "milestones"] {
        service
            .route(&at(&format!("/targets/{name}")), web::get().to(targets::quests))
            .route(&at(&format!("/targets/{name}/{{quest}}")), web::get().to(targets::quest))
            .route(&at(&format!("/targets/{name}/{{quest}}")), web::put().to(targets::add_quest))
            .route(&at(&format!("/targets/{name}/{{quest}}")), web::delete().to(targets::remove_quest));
    }
}

/// What a user decides about the profile.
fn configure_own(service: &mut ServiceConfig, at: impl Fn(&str) -> String) {
    service
        .route(&at(""), web::delete().to(destroy::destroy))
        .route(&at("/settings"), web::get().to(settings::get))
        .route(&at("/settings"), web::patch().to(settings::patch))
        .route(&at("/rivals"), web::get().to(rivals::list))
        .route(&at("/rivals"), web::put().to(rivals::put))
        .route(&at("/rivals/challengers"), web::get().to(rivals::challengers))
        .route(&at("/rivals/pb-leaderboard"), web::get().to(rivals::pb_leaderboard));
}
