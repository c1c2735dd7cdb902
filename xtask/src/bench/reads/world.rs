//! A database like that of a grown community: a million scores.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tachi_core::import_type::ImportType;

use super::FLAVOUR;
use super::plays::Games;
use crate::bench::data::{DAY, FIRST_PLAY, Random, documents};
use crate::bench::instance::{Sender, User};
use crate::bench::storage::Storage;
use crate::login::Login;
use crate::process::{Server, client};

/// Who has a fifth of all scores, on one game.
pub const LARGEST: &str = "largest";
/// Who plays many games.
const BROAD: &str = "broad";
/// Who has a thousand scores.
pub const USUAL: &str = "usual";
/// Who can log in.
pub const LOGINS: [&str; 3] = [LARGEST, BROAD, USUAL];
/// How many players there are besides.
pub const PLAYERS: usize = 300;

/// How many scores a file holds at most.
const FILE: usize = 5000;
/// What everybody sends after their files: so many scores each time, and how often.
const EVENING: usize = 10;
const EVENINGS: u64 = 3;
/// Senders at a time: one parses while another one's scores are written.
const SENDERS: usize = 2;

/// The name of a player.
pub fn player(number: usize) -> String {
    format!("player_{number}")
}

/// What a user plays: the number of a game, or none for beatmania IIDX, and how many scores of it.
type Plays = Vec<(Option<usize>, usize)>;

fn players(games: &Games, scores: usize) -> Vec<(String, Plays)> {
    let part = |thousandths: usize| (scores * thousandths).div_ceil(1000);
    let all_others = (0..games.others()).map(|game| (Some(game), part(20)));
    let mut players: Vec<(String, Plays)> = vec![
        (LARGEST.to_owned(), vec![(None, part(200))]),
        (BROAD.to_owned(), all_others.collect()),
        (USUAL.to_owned(), vec![(None, part(1)), (Some(0), part(1)), (Some(games.others() - 1), part(1))]),
    ];
    // What is left, and a little more: made-up plays may happen to be alike.
    let each = (scores * 700 / 1000).div_ceil(PLAYERS);
    players.extend((0..PLAYERS).map(|number| {
        let iidx = each * 2 / 3;
        (player(number), vec![(None, iidx), (Some(number % games.others()), each - iidx)])
    }));
    players
}

/// Fills a database with that many scores.
///
/// # Errors
/// When it cannot.
pub fn build(binary: &Path, storage: &Storage, games: &Games, scores: usize, seeds: &Path) -> Result<()> {
    let args = storage.args();
    let players = players(games, scores);
    println!("Making {} users and {scores} scores ...", players.len());
    let mut users = Vec::with_capacity(players.len());
    for (name, plays) in &players {
        let user = if LOGINS.contains(&name.as_str()) {
            let id = Login::add_user(binary, &args, name)?;
            User::with_token(binary, &args, name, id)?
        } else {
            User::add(binary, &args, name)?
        };
        users.push((user, plays));
    }
    let server = Server::start(binary, &[&args[..], FLAVOUR].concat())?;
    import(&server, games, &users, scores)?;
    for name in LOGINS {
        decorate(&Login::new(&client()?, &server.url, name)?, seeds)?;
    }
    Ok(())
}

/// Imports what users played, and tells how far it is.
fn import(server: &Server, games: &Games, users: &[(User, &Plays)], scores: usize) -> Result<()> {
    let (next, stored, begun) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    let work = || -> Result<()> {
        let sender = Sender::new(server)?;
        // First everybody's files, then everybody's evenings, as the latest imports of a community are small.
        let steps = users.iter().enumerate().map(|user| (user, false));
        let steps: Vec<_> = steps.chain(users.iter().enumerate().map(|user| (user, true))).collect();
        while let Some(((number, (user, plays)), is_evening)) = steps.get(next.fetch_add(1, Ordering::SeqCst)) {
            let new = match is_evening {
                false => import_files(&sender, games, *number, user, plays)?,
                true => import_evenings(&sender, games, *number, user, plays)?,
            };
            let all = stored.fetch_add(new, Ordering::SeqCst) + new;
            if number % 50 == 0 {
                println!("  {all} scores after {:.0} s", begun.elapsed().as_secs_f64());
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..SENDERS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    let stored = stored.into_inner();
    println!("  {stored} scores after {:.0} s", begun.elapsed().as_secs_f64());
    ensure!(stored >= scores, "only {stored} of {scores} scores were new");
    Ok(())
}

fn import_files(sender: &Sender, games: &Games, number: usize, user: &User, plays: &Plays) -> Result<usize> {
    let mut random = Random::new(1_000_000 + number as u64);
    let mut stored = 0;
    for (game, count) in plays {
        // Everybody began on another day.
        let mut from = FIRST_PLAY + random.below(2000) * DAY;
        for done in (0..*count).step_by(FILE) {
            let count = FILE.min(count - done);
            stored += import_file(sender, user, &games.plays(*game, &mut random, from, count))?;
            // Longer than the plays of a file take.
            from += (count as u64 / 100 + 2) * DAY;
        }
    }
    Ok(stored)
}

fn import_evenings(sender: &Sender, games: &Games, number: usize, user: &User, plays: &Plays) -> Result<usize> {
    let mut random = Random::new(2_000_000 + number as u64);
    let mut stored = 0;
    for evening in 0..EVENINGS {
        for (game, _) in plays {
            // After all files: in 2025.
            let from = FIRST_PLAY + (3700 + evening * 30 + number as u64 % 30) * DAY;
            stored += import_file(sender, user, &games.plays(*game, &mut random, from, EVENING))?;
        }
    }
    Ok(stored)
}

/// Imports a file; returns how many of its scores were new.
fn import_file(sender: &Sender, user: &User, document: &[u8]) -> Result<usize> {
    let import = sender.import(user, ImportType::FileBatchManual, document)?.document;
    ensure!(import.errors.is_empty(), "made-up scores were refused: {:?}", import.errors[0]);
    Ok(import.score_ids.len())
}

/// How much of each kind a user has besides scores.
const GOALS: usize = 20;
const RIVALS: usize = 5;
const HIGHLIGHTS: usize = 20;
const QUESTS: usize = 5;
const ORPHANS: usize = 50;

/// Gives a user goals, milestones, rivals, highlighted sessions, and scores that nobody can match.
fn decorate(user: &Login, seeds: &Path) -> Result<()> {
    let id = user.send(Method::GET, "/api/v1/status", &Value::Null)?["whoami"].as_i64();
    let orphan = |number: usize| {
        json!({
            "score": 500, "lamp": "CLEAR", "matchType": "songTitle", "difficulty": "ANOTHER",
            "identifier": format!("A song nobody knows {number}"), "timeAchieved": FIRST_PLAY + number as u64,
        })
    };
    let orphans = (0..ORPHANS).map(orphan).collect::<Vec<_>>();
    let meta = json!({ "game": "iidx", "playtype": "SP", "service": "Benchmark" });
    user.post("/ir/direct-manual/import", &json!({ "meta": meta, "scores": orphans }))?;
    user.post("/api/v1/clients/create", &json!({ "name": "A program", "permissions": ["submit_score"] }))?;
    let profiles = user.send(Method::GET, "/api/v1/users/me/game-stats", &Value::Null)?;
    for profile in profiles.as_array().into_iter().flatten() {
        let gpt = format!("games/{}/{}", text(&profile["game"]), text(&profile["playtype"]));
        decorate_profile(user, id, &gpt)?;
    }
    for quest in documents(&seeds.join("quests.json"))?.iter().filter(|quest| quest["game"] == "iidx").take(QUESTS) {
        let path = format!("games/iidx/{}/targets/quests/{}", text(&quest["playtype"]), text(&quest["questID"]));
        // Whoever does not play the game cannot have its milestones.
        if profiles.as_array().is_some_and(|all| all.iter().any(|profile| profile["playtype"] == quest["playtype"])) {
            user.send(Method::PUT, &format!("/api/v1/users/me/{path}"), &json!({}))?;
        }
    }
    Ok(())
}

fn decorate_profile(user: &Login, id: Option<i64>, gpt: &str) -> Result<()> {
    let own = format!("/api/v1/users/me/{gpt}");
    let best = user.send(Method::GET, &format!("{own}/pbs/best"), &Value::Null)?;
    // A lamp above those of made-up plays: a goal that is reached at once may not be taken.
    let lamp = if gpt.contains("iidx") || gpt.contains("pms") { 7 } else { 3 };
    for pb in best["pbs"].as_array().into_iter().flatten().take(GOALS) {
        let criteria = json!({ "mode": "single", "key": "lamp", "value": lamp });
        let goal = json!({ "charts": { "type": "single", "data": pb["chartID"] }, "criteria": criteria });
        user.post(&format!("{own}/targets/goals/add-goal"), &goal)?;
    }
    let players = user.send(Method::GET, &format!("/api/v1/{gpt}/leaderboard"), &Value::Null)?;
    let players = players["gameStats"].as_array().into_iter().flatten().filter_map(|stats| stats["userID"].as_i64());
    let rivals: Vec<i64> = players.filter(|player| Some(*player) != id).take(RIVALS).collect();
    user.send(Method::PUT, &format!("{own}/rivals"), &json!({ "rivalIDs": rivals }))?;
    let sessions = user.send(Method::GET, &format!("{own}/sessions/recent"), &Value::Null)?;
    for session in sessions.as_array().into_iter().flatten().take(HIGHLIGHTS) {
        let path = format!("/api/v1/sessions/{}", text(&session["sessionID"]));
        user.send(Method::PATCH, &path, &json!({ "highlight": true }))?;
    }
    Ok(())
}

/// A text of a document.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
