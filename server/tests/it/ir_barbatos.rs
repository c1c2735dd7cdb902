//! The Barbatos hook.

use reqwest::Method;
use serde_json::json;
use tachi_db::users::AuthLevel;
use tachi_server::config::Options;

use crate::ir_kit::{GUEST, NO_PERMISSION, NO_SUCH_TOKEN, body, home, imported, score};
use crate::support::{Answer, TestServer, on_both, settings};

const PATH: &str = "/ir/barbatos/score/submit";

#[test]
fn a_score_is_imported_once_and_an_unknown_song_is_kept() {
    on_both(|server| {
        let player = server.player();
        let document = imported(&player.caller.post(PATH, &body("barbatos/plain")));
        assert_eq!(document["importType"], "ir/barbatos");
        let stored = score(server, &document["scoreIDs"][0]);
        assert_eq!(stored["service"], "Barbatos (exceed)");
        assert!(stored["timeAchieved"].is_i64());

        let again = player.caller.post(PATH, &body("barbatos/plain")).body();
        assert_eq!((&again["scoreIDs"], &again["errors"]), (&json!([]), &json!([])));
        let unknown = player.caller.post(PATH, &body("barbatos/unknown-song")).body();
        assert_eq!(unknown["errors"][0]["type"], "SongOrChartNotFound");
        assert_eq!(server.stored(player.id).orphans, 1);
    });
}

#[test]
fn the_edition_comes_first_then_the_caller_then_the_body() {
    let server = home();
    for caller in [server.guest(), server.player().caller] {
        caller.post(PATH, &json!({})).failure(404);
    }
    let server = TestServer::start();
    server.guest().post(PATH, &json!({})).refused(401, GUEST);
    server.authorized("Bearer nobody").post(PATH, &json!({})).refused(401, NO_SUCH_TOKEN);
    server.authorized("Basic x").post(PATH, &json!({})).failure(400);
    server.user(AuthLevel::User, &[]).caller.post(PATH, &json!({})).refused(403, NO_PERMISSION);
    let text = server.player().caller.post(PATH, &json!({})).failure(400);
    assert!(text.starts_with("Invalid Barbatos Request: "), "{text}");
}

#[test]
fn a_type_that_is_not_offered_has_no_route() {
    let server = TestServer::with(Options { import_types: Some("ir/fervidex".to_owned()), ..settings() });
    server.player().caller.post(PATH, &body("barbatos/plain")).failure(404);
}

#[test]
fn a_body_is_json_that_says_so_and_is_not_too_large() {
    let server = TestServer::with(Options { max_body: Some(1 << 20), ..settings() });
    let player = server.player();
    let send = |kind: Option<&str>, bytes: Vec<u8>| {
        let request = player.caller.request(Method::POST, PATH).body(bytes);
        let request = match kind {
            Some(kind) => request.header("Content-Type", kind),
            None => request,
        };
        Answer::from(request.send().unwrap())
    };
    let bytes = body("barbatos/plain").to_string().into_bytes();
    let empty = "Invalid Barbatos Request: ";
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        assert!(send(kind, bytes.clone()).failure(400).starts_with(empty), "{kind:?}");
    }
    imported(&send(Some("application/json; charset=utf-8"), bytes));
    let json = Some("application/json");
    assert!(!send(json, b"{".to_vec()).failure(400).is_empty());
    assert!(send(json, b"\"a text\"".to_vec()).failure(400).starts_with(empty));
    let large = "Your request body was too large. The limit is 1MB.";
    send(json, vec![b' '; (1 << 20) + 1]).refused(413, large);
}
