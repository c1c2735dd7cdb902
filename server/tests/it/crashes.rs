//! Servers that are killed while they import. Source: `spec/pipeline.md` 2 and 8.

use std::time::{Duration, Instant};

use reqwest::blocking::Response;
use serde_json::{Value, json};
use tachi_core::game::Game;
use tachi_core::ids::{ImportId, UserId};
use tachi_db::DbError;
use tachi_db::background::background_claims;
use tachi_db::imports::{ImportFilter, imports_of_user, trackers_ongoing};
use tachi_db::locks::import_locks_held;
use tachi_db::scores::scores_count;
use tachi_db::tokens::{NewToken, token_insert};
use tachi_db::users::{NewUser, user_insert};
use tachi_import::Importer;
use tachi_import::check::check;
use tachi_server::app::now;
use tachi_server::auth::hash_token;
use tachi_server::cli::importer;
use tachi_server::config::{Options, Settings};

use crate::command_line::{Serving, Tachi};
use crate::postgres::postgres_database;
use crate::support::{Answer, Form, client, fixture, settings};

const WAIT: Duration = Duration::from_secs(30);
/// How many scores an import brings.
const SCORES: usize = 3_000;

/// An installation whose server gets killed.
pub struct Installation {
    pub tachi: Tachi,
    pub url: String,
}

/// Somebody who imports.
pub struct Player {
    pub id: UserId,
    pub token: String,
}

impl Installation {
    pub fn on(url: &str) -> Self {
        Self { tachi: Tachi::new(), url: url.to_owned() }
    }

    pub fn on_sqlite() -> Self {
        let tachi = Tachi::new();
        let url = tachi.path("scores.db").display().to_string();
        Self { tachi, url }
    }

    fn serve(&self) -> Serving {
        // Nobody limits how often the same player tries.
        let limits = ["--rate-limit", "0"];
        let args = ["serve", "--bind", "127.0.0.1:0", "--log", "error", "--database-url", &self.url];
        let args = [&args[..], &limits].concat();
        Serving::start(self.tachi.command(&args))
    }

    /// Works on the database as a process of its own would.
    pub fn inside<T>(&self, work: impl FnOnce(&Importer) -> T) -> T {
        let options = Options {
            data_dir: Some(self.tachi.path("tachi-data")),
            database_url: Some(self.url.clone()),
            ..settings()
        };
        work(&importer(&Settings::load(options).unwrap()).unwrap())
    }

    pub fn player(&self, name: &str) -> Player {
        let token = format!("the-token-of-{name}");
        let id = self.inside(|importer| {
            importer.database().write(WAIT, |conn| {
                let user = user_insert(conn, &NewUser { username: name, ..NewUser::default() })?;
                let token = NewToken {
                    hash: hash_token(&token),
                    user,
                    identifier: "Test",
                    permissions: &["submit_score".to_owned()],
                    client_id: None,
                    created_at: now(),
                };
                token_insert(conn, &token)?;
                Ok::<_, DbError>(user)
            })
        });
        Player { id: id.unwrap(), token }
    }

    /// That all that is stored fits together; returns the imports of a user and how many scores there are.
    #[track_caller]
    fn checked(&self, importer: &Importer, user: UserId) -> (Vec<ImportId>, usize) {
        let mut findings = Vec::new();
        check(importer.database(), |_| {}, &mut |finding| findings.push(finding)).unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
        let gpt = Game::Iidx.playtype("SP").unwrap();
        let stored = importer.database().read(|conn| {
            let imports = imports_of_user(conn, user, ImportFilter::default(), 9)?;
            let scores = usize::try_from(scores_count(conn, user, gpt)?).unwrap();
            Ok::<_, DbError>((imports.into_iter().map(|import| import.document.import_id).collect(), scores))
        });
        stored.unwrap()
    }
}

/// A document of many scores, all different.
fn many_scores(count: usize) -> Vec<u8> {
    let charts: Vec<Value> = serde_json::from_slice(&fixture("catalogue/charts-iidx.json")).unwrap();
    let charts: Vec<&Value> =
        charts.iter().filter(|chart| chart["playtype"] == "SP" && chart["isPrimary"] == true).collect();
    let lamps = ["FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR"];
    let score = |number: usize| {
        let (chart, round) = (charts[number % charts.len()], number / charts.len());
        json!({
            "matchType": "tachiSongID", "identifier": chart["songID"].to_string(), "difficulty": chart["difficulty"],
            "score": round % 190, "lamp": lamps[round / 190 % lamps.len()],
            "timeAchieved": 1_600_000_000_000_i64 + number as i64 * 60_000,
        })
    };
    crate::support::batch(&(0..count).map(score).collect::<Vec<_>>())
}

pub fn import(url: &str, token: &str, form: &Form, prefer: Option<&str>) -> reqwest::Result<Response> {
    let request = client().post(format!("{url}/api/v1/import/file")).bearer_auth(token);
    let request = request.header("Content-Type", form.content_type()).body(form.bytes());
    prefer.into_iter().fold(request, |request, prefer| request.header("Prefer", prefer)).send()
}

/// Waits until something happened.
#[track_caller]
pub fn eventually<T>(patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "it never happened");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Installation {
    fn undo(&self, import: ImportId) {
        self.inside(|importer| assert_eq!(importer.revert(import), Ok(true)));
    }

    /// How long an import takes that nobody disturbs.
    fn measure(&self, form: &Form) -> Duration {
        let player = self.player("measured");
        let serving = self.serve();
        let begun = Instant::now();
        let whole = Answer::from(import(&serving.url, &player.token, form, None).unwrap()).body();
        let duration = begun.elapsed();
        assert_eq!(whole["scoreIDs"].as_array().unwrap().len(), SCORES, "{}", whole["errors"]);
        drop(serving);
        self.undo(whole["importID"].as_str().unwrap().parse().unwrap());
        duration
    }

    /// That a server that just started has put in order what the one before it left.
    fn is_healed(&self) {
        let left = self.inside(|importer| {
            importer.database().read(|conn| Ok::<_, DbError>((import_locks_held(conn)?, trackers_ongoing(conn)?)))
        });
        let (locks, trackers) = left.unwrap();
        assert!(locks.is_empty() && trackers.is_empty(), "{locks:?} {trackers:?}");
    }

    /// Kills a server a while after an import began, as if the power failed; returns the import if it is there.
    fn killed_after(&self, serving: Serving, player: &Player, form: &Form, moment: Duration) -> Option<ImportId> {
        let answer = std::thread::scope(|scope| {
            let url = serving.url.clone();
            let answer = scope.spawn(move || import(&url, &player.token, form, None));
            std::thread::sleep(moment);
            drop(serving);
            answer.join().unwrap()
        });
        let (imports, scores) = self.inside(|importer| self.checked(importer, player.id));
        assert!(imports.len() <= 1, "{imports:?}");
        assert_eq!(scores, imports.len() * SCORES, "killed after {moment:?}");
        assert!(answer.is_err() || !imports.is_empty(), "an import was answered that is not stored");
        imports.first().copied()
    }
}

/// Kills a server at moments spread over an import, again and again.
fn kill_again_and_again(installation: &Installation, kills: u32, is_healed_at_start: bool) {
    let form = Form::import("file/batch-manual", &many_scores(SCORES));
    let duration = installation.measure(&form);
    let mut player = installation.player("player_0");
    let mut stored = 0;
    for kill in 0..kills {
        let serving = installation.serve();
        if is_healed_at_start {
            installation.is_healed();
        } else {
            // The lock of the dead is its own for a while.
            player = installation.player(&format!("player_{}", kill + 1));
        }
        // A little beyond the end, too: what was answered has to be there.
        let moment = duration.mul_f64((f64::from(kill) + rand::random::<f64>()) / f64::from(kills) * 1.1);
        if let Some(import) = installation.killed_after(serving, &player, &form, moment) {
            installation.undo(import);
            stored += 1;
        }
    }
    eprintln!("{kills} kills within {duration:?}; {stored} imports were stored by then");
    assert!(stored < kills, "no import was killed on its way");

    let serving = installation.serve();
    let answer = eventually(WAIT, || {
        let answer = Answer::from(import(&serving.url, &player.token, &form, None).unwrap());
        (answer.status != 409 || is_healed_at_start).then_some(answer)
    });
    assert_eq!(answer.body()["scoreIDs"].as_array().unwrap().len(), SCORES);
}

#[test]
fn an_import_whose_server_is_killed_is_there_as_a_whole_or_not_at_all() {
    kill_again_and_again(&Installation::on_sqlite(), 50, true);
}

#[test]
fn an_import_whose_server_is_killed_is_whole_or_not_there_on_postgres() {
    let Some(postgres) = postgres_database() else { return };
    kill_again_and_again(&Installation::on(&postgres.url), 10, false);
}

/// How often the server may be faster than the test that wants to kill it.
const MISSES: u32 = 5;

/// Starts an import in the background and waits until the server works on it, or has done so already; returns its ID.
fn begin_in_the_background(installation: &Installation, serving: &Serving, player: &Player) -> String {
    let form = Form::import("file/batch-manual", &many_scores(SCORES));
    // Opened before: what follows has to be quick.
    installation.inside(|importer| {
        let accepted = Answer::from(import(&serving.url, &player.token, &form, Some("respond-async")).unwrap());
        assert_eq!(accepted.status, 202, "{}", accepted.text);
        eventually(WAIT, || {
            let database = importer.database();
            let is_claimed = !database.read(background_claims).unwrap().is_empty();
            let is_made = || {
                !database.read(|conn| imports_of_user(conn, player.id, ImportFilter::default(), 1)).unwrap().is_empty()
            };
            (is_claimed || is_made()).then_some(())
        });
        accepted.json()["body"]["importID"].as_str().unwrap().to_owned()
    })
}

/// Starts an import in the background and kills the server while it works on it; returns the import's ID.
fn kill_in_the_background(installation: &Installation, player: &Player) -> String {
    for _ in 0..MISSES {
        let serving = installation.serve();
        let id = begin_in_the_background(installation, &serving, player);
        drop(serving);
        let (imports, _) = installation.inside(|importer| installation.checked(importer, player.id));
        match imports.first() {
            None => return id,
            Some(made) => installation.undo(*made),
        }
    }
    panic!("the server was always faster");
}

/// Kills a server that makes an import in the background and starts another one, which must make it.
fn killed_in_the_background(installation: &Installation, patience: Duration) {
    let player = installation.player("player");
    let id = kill_in_the_background(installation, &player);
    let claims = || installation.inside(|importer| importer.database().read(background_claims).unwrap());

    let serving = installation.serve();
    let done = eventually(patience, || {
        let url = format!("{}/api/v1/imports/{id}/poll-status", serving.url);
        let body = Answer::from(client().get(url).send().unwrap()).body();
        (body["importStatus"] == "completed").then_some(body)
    });
    assert_eq!(done["import"]["importID"], id.as_str());
    assert_eq!(done["import"]["scoreIDs"].as_array().unwrap().len(), SCORES);
    let (imports, scores) = installation.inside(|importer| installation.checked(importer, player.id));
    assert_eq!((imports.len(), scores), (1, SCORES));
    assert!(claims().is_empty());
}

#[test]
fn an_import_in_the_background_goes_on_after_its_server_was_killed() {
    killed_in_the_background(&Installation::on_sqlite(), WAIT);
}

#[test]
fn an_import_in_the_background_is_taken_over_from_a_dead_server() {
    let Some(postgres) = postgres_database() else { return };
    let installation = Installation::on(&postgres.url);
    killed_in_the_background(&installation, Duration::from_secs(60));
}

#[test]
fn a_file_has_one_server() {
    let installation = Installation::on_sqlite();
    let serving = installation.serve();
    let args = ["serve", "--bind", "127.0.0.1:0", "--database-url", &installation.url];
    let complaint = installation.tachi.fails(&args);
    assert!(complaint.contains("another tachi serve uses the database"), "{complaint}");
    // Commands work beside it.
    assert_eq!(installation.tachi.ok(&["user", "add", "alice", "--database-url", &installation.url]), "1");
    drop(serving);
    drop(installation.serve());
}

#[test]
fn a_server_that_is_told_to_end_leaves_nothing_half_done() {
    let installation = Installation::on_sqlite();
    let player = installation.player("player");
    let mut serving = installation.serve();
    begin_in_the_background(&installation, &serving, &player);
    let claims = || installation.inside(|importer| importer.database().read(background_claims).unwrap());
    let told = std::process::Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status();
    assert!(told.unwrap().success());
    let ended = eventually(WAIT, || serving.child.try_wait().unwrap());
    assert!(ended.success(), "{ended}");
    // What ran came to its end, and its claim went with it.
    let (imports, scores) = installation.inside(|importer| installation.checked(importer, player.id));
    assert_eq!((imports.len(), scores), (1, SCORES));
    assert!(claims().is_empty());
}
