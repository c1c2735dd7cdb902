//! Several servers on one database, killed and cut off while they work. Source: `spec/pipeline.md` 2 and 8.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tachi_core::game::Game;
use tachi_core::ids::ImportId;
use tachi_db::DbError;
use tachi_db::background::{background_claims, background_count};
use tachi_db::imports::{import_by_public_id, trackers_ongoing};
use tachi_db::locks::import_locks_held;
use tachi_db::scores::scores_count;
use tachi_import::check::check;

use crate::command_line::Serving;
use crate::crashes::{Installation, Player, eventually, import};
use crate::postgres::{Restart, restartable_postgres};
use crate::support::{Answer, Form, batch, client};

const USERS: usize = 4;
/// How many scores a file brings.
const SCORES: usize = 40;
/// How long a client waits before it sends again what was not taken.
const PAUSE: Duration = Duration::from_millis(200);
/// How long everything may take to get in order again: a dead process is known after 15 s.
const PATIENCE: Duration = Duration::from_secs(45);

/// Where the servers are; a client goes to another one each time.
struct Replicas {
    urls: Mutex<Vec<String>>,
    next: AtomicUsize,
    is_over: AtomicBool,
    /// What was not taken at once, and why.
    refused: Mutex<BTreeMap<String, usize>>,
}

impl Replicas {
    fn url(&self) -> String {
        let urls = self.urls.lock().unwrap();
        urls[self.next.fetch_add(1, Ordering::Relaxed) % urls.len()].clone()
    }

    /// Sends something again and again until it is taken, as a client does that must not lose a score.
    fn send(&self, what: impl Fn(&str) -> reqwest::Result<reqwest::blocking::Response>) -> Value {
        let begun = Instant::now();
        loop {
            let sent = what(&self.url());
            let why = match sent.and_then(|answer| Ok((answer.status().as_u16(), answer.text()?))) {
                Ok((200 | 202, text)) => return serde_json::from_str(&text).unwrap(),
                Ok((status @ (409 | 503), _)) => status.to_string(),
                Ok((status, text)) => panic!("{status}: {text}"),
                Err(_) => "no answer".to_owned(),
            };
            *self.refused.lock().unwrap().entry(why).or_default() += 1;
            assert!(begun.elapsed() < PATIENCE, "it was never taken");
            std::thread::sleep(PAUSE);
        }
    }
}

/// How many scores on a chart differ from one another.
const DIFFERENT: usize = 6 * 1000;

/// Scores that differ from all others on their chart: `first` and those after it.
fn scores(difficulty: &str, first: usize, count: usize) -> Vec<u8> {
    let lamps = ["FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR"];
    let score = |number: usize| {
        json!({
            "matchType": "tachiSongID", "identifier": "1", "difficulty": difficulty, "score": number % 1000,
            "lamp": lamps[number / 1000], "timeAchieved": 1_600_000_000_000_i64 + number as i64 * 60_000,
        })
    };
    batch(&(first..first + count).map(score).collect::<Vec<_>>())
}

/// Sends files until it is over; returns how many scores it sent.
fn send_files(replicas: &Replicas, player: &Player) -> usize {
    let mut sent = 0;
    while !replicas.is_over.load(Ordering::Relaxed) && sent + SCORES <= DIFFERENT {
        let form = Form::import("file/batch-manual", &scores("ANOTHER", sent, SCORES));
        replicas.send(|url| import(url, &player.token, &form, None));
        sent += SCORES;
    }
    sent
}

/// Sends live scores until it is over; returns how many.
fn send_live_scores(replicas: &Replicas, player: &Player) -> usize {
    let mut sent = 0;
    while !replicas.is_over.load(Ordering::Relaxed) {
        let body = scores("HYPER", sent, 1);
        let post = |url: &str| {
            let request = client().post(format!("{url}/ir/direct-manual/import")).bearer_auth(&player.token);
            request.header("Content-Type", "application/json").body(body.clone()).send()
        };
        replicas.send(post);
        sent += 1;
        std::thread::sleep(Duration::from_millis(20));
    }
    sent
}

/// Sends files to be imported in the background until it is over; returns their IDs.
fn send_in_the_background(replicas: &Replicas, player: &Player) -> Vec<ImportId> {
    let mut sent = Vec::new();
    while !replicas.is_over.load(Ordering::Relaxed) {
        let form = Form::import("file/batch-manual", &scores("ANOTHER", sent.len() * SCORES, SCORES));
        let accepted = replicas.send(|url| import(url, &player.token, &form, Some("respond-async")));
        sent.push(accepted["body"]["importID"].as_str().unwrap().parse().unwrap());
        std::thread::sleep(Duration::from_millis(250));
    }
    sent
}

/// How many scores of a user are stored.
fn stored(installation: &Installation, player: &Player) -> usize {
    let gpt = Game::Iidx.playtype("SP").unwrap();
    let count = installation.inside(|importer| importer.database().read(|conn| scores_count(conn, player.id, gpt)));
    usize::try_from(count.unwrap()).unwrap()
}

fn serve(installation: &Installation) -> Serving {
    let args = ["serve", "--bind", "127.0.0.1:0", "--rate-limit", "0", "--log", "off", "--database-pool", "6"];
    Serving::start(installation.tachi.command(&[&args[..], &["--database-url", &installation.url]].concat()))
}

/// What the clients of a user sent.
struct Sent {
    /// How many scores, of each player.
    scores: Vec<usize>,
    /// The imports in the background.
    background: Vec<ImportId>,
}

/// Has clients of everybody send scores while things break.
fn under_load(replicas: &Replicas, players: &[Player], in_background: &Player, breaking: impl FnOnce()) -> Sent {
    std::thread::scope(|scope| {
        let clients: Vec<_> = players
            .iter()
            .map(|player| {
                let files = scope.spawn(|| send_files(replicas, player));
                (files, scope.spawn(|| send_live_scores(replicas, player)))
            })
            .collect();
        let background = scope.spawn(|| send_in_the_background(replicas, in_background));
        breaking();
        replicas.is_over.store(true, Ordering::Relaxed);
        let scores = clients.into_iter().map(|(files, live)| files.join().unwrap() + live.join().unwrap()).collect();
        Sent { scores, background: background.join().unwrap() }
    })
}

/// Waits until all locks, claims and trackers of the dead are cleared away, and what was taken is made.
fn wait_for_order(installation: &Installation) {
    eventually(PATIENCE, || {
        let left = installation.inside(|importer| {
            importer.database().read(|conn| {
                let locks = import_locks_held(conn)?.len() + background_claims(conn)?.len();
                Ok::<_, DbError>((locks, trackers_ongoing(conn)?.len(), background_count(conn)?))
            })
        });
        (left.unwrap() == (0, 0, 0)).then_some(())
    });
}

/// That each import in the background was made once: taken up twice, it would have found its scores there.
fn made_once(installation: &Installation, background: &[ImportId]) {
    installation.inside(|importer| {
        for id in background {
            let stored = importer.database().read(|conn| import_by_public_id(conn, *id)).unwrap().unwrap();
            assert_eq!(stored.document.score_ids.len(), SCORES);
        }
    });
}

#[test]
fn nothing_is_lost_or_doubled_when_replicas_die_and_the_database_restarts() {
    let Some(mut postgres) = restartable_postgres() else { return };
    let installation = Installation::on(&postgres.url);
    let players: Vec<Player> = (0..USERS).map(|number| installation.player(&format!("player_{number}"))).collect();
    let in_background = installation.player("in_background");
    let mut servers: Vec<Serving> = (0..3).map(|_| serve(&installation)).collect();
    let replicas = Replicas {
        urls: Mutex::new(servers.iter().map(|server| server.url.clone()).collect()),
        next: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
        refused: Mutex::default(),
    };
    let sent = under_load(&replicas, &players, &in_background, || {
        let pause = |seconds| std::thread::sleep(Duration::from_secs(seconds));
        pause(2);
        // Mid-import, as if the power failed; its clients find out by themselves.
        drop(servers.remove(2));
        pause(1);
        postgres.restart(Restart::Fast);
        pause(3);
        postgres.restart(Restart::Immediate);
        pause(2);
        servers.push(serve(&installation));
        replicas.urls.lock().unwrap()[2] = servers[2].url.clone();
        pause(2);
    });
    let Sent { scores, background } = sent;
    eprintln!("{scores:?} scores, {} imports in the background; refused: {:?}", background.len(), replicas.refused);

    wait_for_order(&installation);
    for (player, sent) in players.iter().zip(scores) {
        assert!(sent > 0);
        assert_eq!(stored(&installation, player), sent);
    }
    assert!(!background.is_empty());
    assert_eq!(stored(&installation, &in_background), background.len() * SCORES);
    made_once(&installation, &background);
    let mut findings = Vec::new();
    installation.inside(|importer| check(importer.database(), |_| {}, &mut |finding| findings.push(finding))).unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
    for server in &servers {
        Answer::from(client().get(format!("{}/readyz", server.url)).send().unwrap()).body();
    }
}
