//! The kshook hook: scores and exports.

use serde_json::json;
use tachi_db::hook_settings::{kshook_force_get, kshook_force_put};
use tachi_db::users::AuthLevel;

use crate::ir_kit::{
    GUEST, Headers, NO_PERMISSION, body, home, hook_refused, imported, nothing, post, read, score, write,
};
use crate::support::{TestServer, on_both};

const SAVE: &str = "/ir/kshook/sv6c/score/save";
const EXPORT: &str = "/ir/kshook/sv6c/score/export";
const SAVE_SV3C: &str = "/ir/kshook/sv3c/score/save";
const HEADERS: Headers<'static> = &[("User-Agent", "kshook/1.0"), ("X-Software-Model", "QCV:J:C:A:2021100600")];

#[test]
fn a_score_is_imported() {
    on_both(|server| {
        let player = server.player();
        let document = imported(&post(&player.caller, SAVE, HEADERS, &body("kshook-sv6c/plain")));
        assert_eq!(score(server, &document["scoreIDs"][0])["service"], "kshook SV6C");
    });
}

#[test]
fn the_older_game_tells_of_a_dan_too() {
    let server = TestServer::start();
    let player = server.player();
    let document = imported(&post(&player.caller, SAVE_SV3C, HEADERS, &body("kshook-sv3c/first-dan")));
    assert_eq!(score(&server, &document["scoreIDs"][0])["service"], "kshook SV3C");
    let deltas = document["classDeltas"].as_array().unwrap();
    let dan = deltas.iter().find(|delta| delta["set"] == "dan").unwrap();
    assert_eq!(dan["new"], "DAN_1");
}

#[test]
fn every_check_comes_in_its_order_on_every_route() {
    let server = home();
    for path in [SAVE, EXPORT, SAVE_SV3C] {
        assert_eq!(post(&server.guest(), path, &[], &json!({})).status, 404);
    }
    let server = TestServer::start();
    let player = server.player();
    for path in [SAVE, EXPORT, SAVE_SV3C] {
        let send = |headers: Headers<'_>| post(&player.caller, path, headers, &json!({}));
        hook_refused(&post(&server.guest(), path, &[], &json!({})), 401, GUEST);
        assert_eq!(post(&server.authorized("Bearer x"), path, &[], &json!({})).status, 401);
        let other = server.user(AuthLevel::User, &[]).caller;
        hook_refused(&post(&other, path, &[], &json!({})), 403, NO_PERMISSION);
        hook_refused(&send(&[]), 400, "Invalid User-Agent.");
        let text = "Invalid User-Agent invalid - expected KsHook client.";
        hook_refused(&send(&[("User-Agent", "invalid")]), 400, text);
        hook_refused(&send(&HEADERS[..1]), 400, "Invalid X-Software-Model.");
        let model = [HEADERS[0], ("X-Software-Model", "LDJ:J:B:A:2020092900")];
        hook_refused(&send(&model), 400, "Invalid softID LDJ:J:B:A:2020092900.");
    }
    let answer = post(&player.caller, SAVE, HEADERS, &json!({}));
    assert_eq!(answer.status, 400);
    assert!(answer.json()["error"].as_str().unwrap().starts_with("Error: "), "{}", answer.text);
}

#[test]
fn an_export_is_imported_once_for_those_who_asked_for_it() {
    on_both(|server| {
        let player = server.player();
        let export = body("kshook-sv6c-static/plain");
        let disabled = "Static importing is disabled. Ignoring static import request.";
        let wanted = || read(server, |conn| kshook_force_get(conn, player.id));
        let want = || write(server, |conn| kshook_force_put(conn, player.id, true));
        nothing(&post(&player.caller, EXPORT, HEADERS, &export), 200, disabled);
        want();
        let document = imported(&post(&player.caller, EXPORT, HEADERS, &export));
        assert_eq!(document["importType"], "ir/kshook-sv6c-static");
        assert_eq!(score(server, &document["scoreIDs"][0])["timeAchieved"], 1_000_000);
        assert_eq!(wanted(), Some(false));
        nothing(&post(&player.caller, EXPORT, HEADERS, &export), 200, disabled);
        // A body that is wrong uses the wish up, too.
        want();
        assert_eq!(post(&player.caller, EXPORT, HEADERS, &json!({"scores": [{}]})).status, 400);
        assert_eq!(wanted(), Some(false));
    });
}
