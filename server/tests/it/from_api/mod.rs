//! `POST /api/v1/import/from-api`, with services on loopback. Source: `spec/integrations.md` 6.

mod access;
mod arc;
mod cg;
mod families;
mod faults;
mod kai;
mod myt;
mod panics;
mod secrets;
mod tls;
mod waiting;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tachi_core::ids::UserId;
use tachi_db::DbError;
use tachi_db::imports::{ImportFilter, Tracker, TrackerKind, trackers_of_user};
use tachi_db::links::Link;
use tachi_db::locks::import_locks_held;
use tachi_db::scores::scores_count_of_user;
use tachi_mock_myt::{CARD as MYT_CARD, TOKEN as MYT_TOKEN};
use tachi_parsers::fetch::Limits;
use tachi_server::config::Options;
use tachi_server::config::upstream::UpstreamOptions;
use tachi_server::integrations;
use tachi_server::secret::Secret;

use crate::kai::{ACCESS_1, CLIENT_ID, CLIENT_SECRET, Kai, REDIRECT_URI, REFRESH_1};
use crate::postgres::postgres_database;
use crate::support::{Answer, Caller, Player, Stored, TestServer, keys, limits, logs, settings};

pub const PATH: &str = "/api/v1/import/from-api";
pub const FLO: &str = "api/flo-iidx";
pub const HISTORY: &str = "/api/iidx/v2/play_history";
pub const PROFILE: &str = "/api/iidx/v2/player_profile";
/// What nobody may see: what the services and these tests make, and what services send.
pub const SECRETS: [&str; 15] = [
    "access-token-",
    "refresh-token-",
    CLIENT_SECRET,
    API_KEY,
    CARD_ID,
    "pin=",
    ARC_TOKEN,
    ACCOUNT,
    MYT_TOKEN,
    MYT_CARD,
    UNKNOWN_CARD,
    KEY,
    "CAFE0123CAFE4567",
    "11112222333344445555",
    "what-the-service-sent",
];
/// What the operator has agreed on with CG, and a card there.
pub const API_KEY: &str = "the-api-key";
pub const CARD_ID: &str = "ABCDEF0123456789";
pub const PIN: &str = "0042";
/// What the operator has agreed on with ARC, and an account there.
pub const ARC_TOKEN: &str = "the-arc-token";
pub const ACCOUNT: &str = "the-account-at-arc";
/// A card that MYT does not know.
pub const UNKNOWN_CARD: &str = "98765432109876543210";
pub const INVALID: &str = "Received invalid response from their API. Are they down?";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const WAIT: Duration = Duration::from_secs(30);

/// An instance that knows the service at that address as FLO.
pub fn with_flo(origin: &str) -> Options {
    let text = |text: &str| Some(text.to_owned());
    let upstream = UpstreamOptions {
        flo_api_url: text(origin),
        flo_oauth2_client_id: text(CLIENT_ID),
        flo_oauth2_client_secret: text(CLIENT_SECRET),
        flo_oauth2_redirect_uri: text(REDIRECT_URI),
        secret_key: text(KEY),
        ..UpstreamOptions::default()
    };
    Options { upstream, our_url: text("https://us.example.com"), ..settings() }
}

/// An instance with such services.
pub fn options(upstream: UpstreamOptions) -> Options {
    Options { upstream: UpstreamOptions { secret_key: Some(KEY.to_owned()), ..upstream }, ..settings() }
}

/// Runs a test with a service and a player who has linked it, on each kind of database.
#[track_caller]
pub fn on_both(test: impl Fn(&TestServer, &Kai, &Player<'_>)) {
    on_each(&limits(), flo, |server, kai| test(server, kai, &linked(server)));
}

/// A service of the kai family, and an instance that knows it as FLO.
pub fn flo() -> (Kai, Options) {
    let kai = Kai::start();
    let options = with_flo(&kai.upstream.origin());
    (kai, options)
}

/// Runs a test with services of its own on each kind of database. Nothing of it may log a secret.
#[track_caller]
pub fn on_each<S>(limits: &Limits, start: impl Fn() -> (S, Options), test: impl Fn(&TestServer, &S)) {
    logs::watch(&SECRETS);
    let run = |database_url: Option<String>| {
        let (services, options) = start();
        test(&TestServer::limited(Options { database_url, ..options }, limits.clone()), &services);
    };
    run(None);
    if let Some(postgres) = postgres_database() {
        run(Some(postgres.url.clone()));
    }
    assert_eq!(logs::leaks(), Vec::<String>::new());
}

/// A player who has linked FLO.
pub fn linked(server: &TestServer) -> Player<'_> {
    let player = server.player();
    link(server, player.id, Link::Flo, &[ACCESS_1, REFRESH_1]);
    player
}

pub fn link(server: &TestServer, user: UserId, link: Link, values: &[&str]) {
    let values: Vec<Secret> = values.iter().map(|value| Secret::new(*value)).collect();
    let database = server.app.importer.database();
    integrations::store(database, &server.app.vault, user, link, &values, WAIT).unwrap();
}

/// The pair that is stored for FLO.
pub fn pair(server: &TestServer, user: UserId) -> Vec<String> {
    let (database, vault) = (server.app.importer.database(), &server.app.vault);
    let values = integrations::read(database, vault, user, Link::Flo).unwrap().unwrap();
    values.iter().map(|value| value.expose().to_owned()).collect()
}

/// The pair that every refresh makes, by its number.
pub fn tokens(number: usize) -> Vec<String> {
    vec![format!("access-token-{number}"), format!("refresh-token-{number}")]
}

/// An element of FLO's history, on a SP ANOTHER chart.
pub fn item(music: u32, ex: u32, minute: u32) -> String {
    let item = json!({
        "music_id": music, "play_style": "SINGLE", "difficulty": "ANOTHER", "version_played": 27, "lamp": 4,
        "ex_score": ex, "miss_count": 3, "fast_count": 41, "slow_count": 27,
        "timestamp": format!("2024-05-02T10:{minute:02}:30Z"),
    });
    item.to_string()
}

/// Asks for an import. No answer may hold a secret.
#[track_caller]
pub fn import(caller: &Caller<'_>, import_type: &str) -> Answer {
    holds_no_secret(caller.post(PATH, &json!({"importType": import_type})))
}

/// Asks for an import in the background; returns its identifier.
#[track_caller]
pub fn start(caller: &Caller<'_>, import_type: &str) -> String {
    let request = caller.request(Method::POST, PATH).header("Prefer", "respond-async");
    let answer = holds_no_secret(Answer::from(request.json(&json!({"importType": import_type})).send().unwrap()));
    assert_eq!((answer.status, answer.header("Preference-Applied")), (202, Some("respond-async")), "{}", answer.text);
    let body = answer.json()["body"].clone();
    assert_eq!(keys(&body), ["importID", "url"]);
    let id = body["importID"].as_str().unwrap().to_owned();
    let url = format!("{}/api/v1/imports/{id}/poll-status", caller.server().app.settings.our_url);
    assert_eq!(body["url"], url);
    id
}

/// Asks how far an import is.
#[track_caller]
pub fn poll(server: &TestServer, import: &str) -> Answer {
    holds_no_secret(server.guest().get(&format!("/api/v1/imports/{import}/poll-status")))
}

#[track_caller]
pub fn holds_no_secret(answer: Answer) -> Answer {
    let text = format!("{:?} {}", answer.headers, answer.text);
    assert_eq!(SECRETS.iter().find(|secret| text.contains(**secret)), None, "{text}");
    answer
}

pub fn held(server: &TestServer) -> usize {
    server.app.importer.database().read(|conn| Ok::<_, DbError>(import_locks_held(conn)?.len())).unwrap()
}

/// A user's imports that run, or failed.
pub fn trackers(server: &TestServer, user: UserId, kind: TrackerKind) -> Vec<Tracker> {
    let database = server.app.importer.database();
    database.read(|conn| trackers_of_user(conn, user, kind, ImportFilter::default(), 10)).unwrap()
}

/// Expects that an import failed so, and left nothing but its tracker.
#[track_caller]
pub fn failed(server: &TestServer, user: UserId, answer: &Answer, status: u16, text: &str) {
    answer.refused(status, text);
    untouched(server, user);
    left(server, user, status, text);
}

/// Expects that nothing is stored of a user, on whatever game.
#[track_caller]
pub fn untouched(server: &TestServer, user: UserId) {
    assert_eq!(server.stored(user), Stored::default());
    let scores = server.app.importer.database().read(|conn| scores_count_of_user(conn, user));
    assert_eq!(scores.unwrap(), 0);
}

/// Expects that the last import left a tracker, and no lock.
#[track_caller]
pub fn left(server: &TestServer, user: UserId, status: u16, text: &str) {
    assert_eq!(held(server), 0);
    assert!(trackers(server, user, TrackerKind::Ongoing).is_empty());
    let tracker = &trackers(server, user, TrackerKind::Failed)[0];
    let error = tracker.error.as_ref().unwrap();
    assert_eq!((error.status, error.message.as_str()), (Some(i32::from(status)), text));
}

/// Waits until something holds.
#[track_caller]
pub fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many scores a document brought.
pub fn new_scores(document: &Value) -> usize {
    document["scoreIDs"].as_array().unwrap().len()
}
