//! BATCH-MANUAL as a request body, and the CHUNITHM hook that sends one.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tachi_db::users::AuthLevel;

use crate::ir_kit::{GUEST, Headers, NO_PERMISSION, body, home, imported, post, score as stored};
use crate::support::{NOON, TestServer, batch, keys, on_both, score};

const PATH: &str = "/ir/direct-manual/import";

fn one_score(title: &str) -> Value {
    serde_json::from_slice(&batch(&[score(title, 1000, "CLEAR", NOON)])).unwrap()
}

#[test]
fn the_caller_comes_before_the_body() {
    for server in [TestServer::start(), home()] {
        server.guest().post(PATH, &json!({})).refused(401, GUEST);
        server.user(AuthLevel::User, &[]).caller.post(PATH, &json!({})).refused(403, NO_PERMISSION);
        server.player().caller.post(PATH, &json!({})).failure(400);
    }
}

#[test]
fn the_answer_is_the_document_and_where_to_ask_for_it() {
    on_both(|server| {
        let player = server.player();
        let made = imported(&player.caller.post(PATH, &one_score("5.1.1.")));
        assert_eq!(keys(&made).len(), 14);
        let service = &stored(server, &made["scoreIDs"][0])["service"];
        assert_eq!(service, "Test (DIRECT-MANUAL)");
        let path = format!("/api/v1/imports/{}/poll-status", made["importID"].as_str().unwrap());
        assert_eq!(made["url"], format!("{}{path}", server.app.settings.our_url));
        let polled = server.guest().get(&path).body();
        assert_eq!(polled["importStatus"], "completed");
        // The address belongs to the answer, not to the document.
        assert!(polled["import"].get("url").is_none());
    });
}

#[test]
fn a_live_score_takes_twelve_statements_at_most() {
    on_both(|server| {
        let player = server.player();
        let cost = |ex_score: i64| {
            let mut document = one_score("5.1.1.");
            document["scores"][0]["score"] = json!(ex_score);
            let before = server.app.importer.database().statements();
            imported(&player.caller.post(PATH, &document));
            server.app.importer.database().statements() - before
        };
        // The first makes profile and session, the others raise a PB; work in the background may come between.
        let least = (1000..1006).map(cost).min().unwrap();
        // BEGIN and COMMIT do not count; who asks does.
        assert!(least <= 2 + 12, "{least}");
    });
}

#[test]
fn headers_say_who_asked_and_when_it_was_played() {
    let server = TestServer::start();
    let player = server.player();
    for (index, (header, intent)) in
        [(None, false), (Some("true"), true), (Some("0"), true), (Some("False"), false)].into_iter().enumerate()
    {
        let headers: Vec<_> = header.map(|value| ("X-User-Intent", value)).into_iter().collect();
        let mut document = one_score("5.1.1.");
        document["scores"][0]["score"] = json!(500 + index);
        let made = post(&player.caller, PATH, &headers, &document).body();
        assert_eq!(made["userIntent"], intent, "{header:?}");
    }
    let infer: Headers<'_> = &[("X-Infer-Score-TimeAchieved", "TRUE")];
    let mut timeless = one_score("5.1.1.");
    timeless["scores"][0]["timeAchieved"] = Value::Null;
    let made = imported(&post(&player.caller, PATH, infer, &timeless));
    assert!(stored(&server, &made["scoreIDs"][0])["timeAchieved"].as_i64().unwrap() > NOON);
    let text = "Cannot use X-Infer-Score-Timestamp if the importing score already has a timeAchieved set.";
    post(&player.caller, PATH, infer, &one_score("5.1.1.")).refused(400, text);
}

#[test]
fn who_prefers_it_is_answered_before_the_import_is_done() {
    let server = TestServer::start();
    let player = server.player();
    let prefer: Headers<'_> = &[("Prefer", "respond-async")];
    let poll = |document: &Value| {
        let answer = post(&player.caller, PATH, prefer, document);
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert_eq!(answer.header("Preference-Applied"), Some("respond-async"));
        let started = answer.json()["body"].clone();
        assert_eq!(keys(&started), ["importID", "url"]);
        let path = format!("/api/v1/imports/{}/poll-status", started["importID"].as_str().unwrap());
        assert!(started["url"].as_str().unwrap().ends_with(&path), "{started}");
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let polled = server.guest().get(&path);
            if polled.status != 200 || polled.body()["importStatus"] == "completed" {
                return polled;
            }
            assert!(Instant::now() < deadline, "it never ended");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let done = poll(&one_score("5.1.1.")).body();
    assert_eq!(done["import"]["scoreIDs"].as_array().unwrap().len(), 1);
    assert!(!poll(&json!({})).failure(400).is_empty());
}

#[test]
fn the_chunithm_hook_sends_the_same_document() {
    const PATH: &str = "/ir/chunitachi/import";
    home().player().caller.post(PATH, &json!({})).failure(404);
    let server = TestServer::start();
    server.guest().post(PATH, &json!({})).refused(401, GUEST);
    server.user(AuthLevel::User, &[]).caller.post(PATH, &json!({})).refused(403, NO_PERMISSION);
    let player = server.player();
    let made = imported(&player.caller.post(PATH, &body("chunitachi/plain")));
    assert_eq!(stored(&server, &made["scoreIDs"][0])["service"], "Chunitachi");
    player.caller.post(PATH, &body("chunitachi/another-game")).refused(400, "Invalid Game.");
}
