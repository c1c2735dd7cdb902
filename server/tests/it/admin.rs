//! What admins may do to what belongs to others. Source: `spec/rest-api.md` 13, `spec/pipeline.md` 10 and 11.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_core::ids::UserId;
use tachi_db::recalculation::recalculation_pending;
use tachi_db::scores::{score_by_public_id, scores_rewrite};
use tachi_db::users::AuthLevel;
use tachi_import::check::check;
use tachi_server::app::now;
use tachi_server::schedule::run_due;

use crate::ir_kit::{read, write};
use crate::reading::{AA, FIVE, play, send};
use crate::support::{Caller, NOON, Stored, TestServer, batch, on_both, score};

const RECALCULATE: &str = "/api/v1/admin/recalculate";

/// An admin with a token that allows nothing.
fn admin(server: &TestServer) -> Caller<'_> {
    server.user(AuthLevel::Admin, &[]).caller
}

fn session(document: &Value) -> String {
    format!("/api/v1/admin/sessions/{}", document["createdSessions"][0]["sessionID"].as_str().unwrap())
}

#[track_caller]
fn is_consistent(server: &TestServer) {
    let mut findings = Vec::new();
    check(server.app.importer.database(), |_| {}, &mut |finding| findings.push(finding)).unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn an_admin_is_known_by_a_login_or_a_token_and_needs_no_permission() {
    on_both(|server| {
        let player = server.user(AuthLevel::User, tachi_server::auth::PERMISSIONS);
        let by_token = server.user(AuthLevel::Admin, &[]);
        server.guest().post(RECALCULATE, &json!({})).refused(401, "You are not authorised to perform this action.");
        let text = "You are not an admin of this instance.";
        player.caller.post(RECALCULATE, &json!({})).refused(403, text);
        server.log_in(player.id).post(RECALCULATE, &json!({})).refused(403, text);
        for caller in [server.log_in(by_token.id), by_token.caller] {
            assert_eq!(caller.post(RECALCULATE, &json!({"chartIDs": []})).status, 202);
        }
    });
}

#[test]
fn what_was_calculated_wrongly_is_made_anew_in_the_background() {
    on_both(|server| {
        let (player, admin) = (server.player(), admin(server));
        let document = play(&player);
        let id = document["scoreIDs"][0].as_str().unwrap().to_owned();
        let path = format!("/api/v1/scores/{id}");
        let before = server.guest().get(&path).body();
        let mut stored = read(server, |conn| score_by_public_id(conn, id.parse().unwrap())).unwrap();
        stored.score.ratings[0] = Some(999.0);
        write(server, |conn| scores_rewrite(conn, &[stored.clone()]));
        assert_ne!(server.guest().get(&path).body(), before);
        let answer = admin.post(RECALCULATE, &json!({"chartIDs": [FIVE, AA]}));
        assert_eq!((answer.status, &answer.json()["body"]), (202, &json!({"charts": 2})));
        // The request does nothing of it itself.
        assert_ne!(server.guest().get(&path).body(), before);
        assert!(run_due(&server.app.importer, now() + 60_000).contains(&"recalculation"));
        assert_eq!(server.guest().get(&path).body(), before);
        assert!(read(server, recalculation_pending).is_empty());
        is_consistent(server);
    });
}

#[test]
fn charts_are_named_one_by_one_by_their_game_or_not_at_all() {
    let server = TestServer::start();
    let admin = admin(&server);
    let count = |body: Value| admin.post(RECALCULATE, &body).json()["body"]["charts"].as_u64().unwrap();
    let of = |gpt: &str| server.guest().get(&format!("/api/v1/games/{gpt}")).body()["chartCount"].as_u64().unwrap();
    assert_eq!(count(json!({"game": "iidx", "playtype": "SP"})), of("iidx/SP"));
    assert!(count(json!({})) > of("iidx/SP") + of("iidx/DP"));
    for (body, member) in [
        (json!({"chartIDs": "all"}), "[chartIDs]"),
        (json!({"chartIDs": [5]}), "[chartIDs]"),
        (json!({"chartIDs": ["x"]}), "[chartIDs] The chart x does not exist."),
        (json!({"game": "iidx"}), "[playtype]"),
        (json!({"playtype": "SP"}), "[game]"),
    ] {
        let text = admin.post(RECALCULATE, &body).failure(400);
        assert!(text.starts_with(member), "{body}: {text}");
    }
}

#[test]
fn a_score_a_session_and_a_profile_go_with_all_that_follows() {
    on_both(|server| {
        let (player, other, admin) = (server.player(), server.player(), admin(server));
        let (document, kept) = (play(&player), play(&other));
        let delete = |path: &str, body: Value| send(&admin, Method::DELETE, path, &body);
        let score_path =
            |document: &Value| format!("/api/v1/admin/scores/{}", document["scoreIDs"][0].as_str().unwrap());
        delete(&score_path(&document), json!({})).body();
        delete(&score_path(&document), json!({})).failure(404);
        assert_eq!(delete(&session(&document), json!({"blacklist": true})).body(), json!({"scores": 1}));
        delete(&session(&document), json!({})).failure(404);
        delete("/api/v1/admin/sessions/x", json!({})).refused(404, "The session x does not exist.");
        is_consistent(server);
        // What was deleted without being blacklisted comes again.
        assert_eq!(play(&player)["scoreIDs"], json!([document["scoreIDs"][0]]));

        let profile = |user: UserId| format!("/api/v1/admin/users/{user}/games/iidx/SP");
        delete(&profile(player.id), json!({})).body();
        let text = format!("{} has not played beatmania IIDX (SP).", player.id);
        delete(&profile(player.id), json!({})).refused(404, &text);
        delete(&profile(UserId(999)), json!({})).failure(404);
        let Stored { scores, sessions, .. } = server.stored(player.id);
        assert_eq!((scores, sessions), (0, 0));
        is_consistent(server);
        // Others keep what they have.
        let id = kept["scoreIDs"][0].as_str().unwrap();
        server.guest().get(&format!("/api/v1/scores/{id}")).body();
        player.caller.import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
        is_consistent(server);
    });
}
