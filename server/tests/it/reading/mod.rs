//! Reading back, one module per family of routes. Source: `spec/rest-api.md` 4, 7, 8, 9, 10 and 14.

mod charts;
mod edits;
mod imports;
mod leaderboards;
mod orphans;
mod own;
mod paths;
mod pbs;
mod profile;
mod scores;
mod search;
mod sessions;
mod tables;
mod targets;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, NOON, Player, TestServer, batch, client, score};

pub const GUEST: &str = "You are not authorised to perform this action.";
pub const NO_SEARCH: &str = "[search] Expected a string. (Received nothing (undefined))";
pub const REPEATED: &str = "Invalid request with key search";

/// 5.1.1. ANOTHER, 786 notes.
pub const FIVE: &str = "c2311194e3897ddb5745b1760d2c0141f933e683";
/// AA ANOTHER, 1834 notes.
pub const AA: &str = "0e1fbd5bfe34351cb8c4869eddebc34241ec4546";
/// A ANOTHER, which nobody here has played.
pub const UNPLAYED: &str = "08e42d374e079924e5ec74a82ac57c843dc6a26d";
/// Somebody Like You ANOTHER as it was before it was charted anew.
pub const OLD: &str = "f70e7d5b6e903dcbb78a91352ca12dcd6b0342ce";

/// A path below a user's beatmania IIDX SP.
pub fn of(player: &Player<'_>, path: &str) -> String {
    format!("/api/v1/users/{}/games/iidx/SP{path}", player.id)
}

/// A path below beatmania IIDX SP.
pub fn on_sp(path: &str) -> String {
    format!("/api/v1/games/iidx/SP{path}")
}

/// Plays two songs a minute apart, 5.1.1. and AA; returns the import.
pub fn play(player: &Player<'_>) -> Value {
    let scores = [score("5.1.1.", 1200, "CLEAR", NOON), score("AA", 3000, "HARD CLEAR", NOON + 60_000)];
    player.caller.import("file/batch-manual", &batch(&scores))
}

/// Plays a chart that is not primary, and one score without a time.
pub fn play_old(player: &Player<'_>) -> Value {
    let mut scores = [score("somebody like you", 900, "CLEAR", NOON - 1), score("somebody like you", 800, "CLEAR", 0)];
    scores[1].as_object_mut().unwrap().remove("timeAchieved");
    let meta = json!({"game": "iidx", "playtype": "SP", "service": "Test", "version": "27-omni"});
    player.caller.import("file/batch-manual", json!({"meta": meta, "scores": scores}).to_string().as_bytes())
}

/// A player who has played.
pub fn player(server: &TestServer) -> Player<'_> {
    let player = server.player();
    play(&player);
    player
}

/// The values of a member, in order.
#[track_caller]
pub fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a Value> {
    list.as_array().unwrap_or_else(|| panic!("{list} is no list")).iter().map(|one| &one[member]).collect()
}

/// Sends JSON with any method.
#[track_caller]
pub fn send(caller: &Caller<'_>, method: Method, path: &str, body: &Value) -> Answer {
    Answer::from(caller.request(method, path).json(body).send().unwrap())
}

/// Expects that a list wants exactly one `search`.
#[track_caller]
pub fn wants_search(server: &TestServer, path: &str) {
    server.guest().get(path).refused(400, NO_SEARCH);
    server.guest().get(&format!("{path}?search=a&search=b")).refused(400, REPEATED);
}
