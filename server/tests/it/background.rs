//! Imports that are answered before they are done. Source: `spec/pipeline.md` 14, `spec/rest-api.md` 4.

use std::time::{Duration, Instant};

use serde_json::Value;
use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;
use tachi_server::config::Options;

use crate::support::{Answer, Form, NOON, Stored, TestServer, batch, keys, on_both, score, settings};

const TEXT: &str = "Import loaded into queue. You can poll the provided URL for information on when its complete.";

fn form() -> Form {
    Form::import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]))
}

/// The body of an answer that came before the import was done.
#[track_caller]
fn started(answer: &Answer) -> Value {
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.json()["description"], TEXT);
    let body = answer.json()["body"].clone();
    assert_eq!(keys(&body), ["importID", "url"]);
    body
}

fn poll_path(started: &Value) -> String {
    format!("/api/v1/imports/{}/poll-status", started["importID"].as_str().unwrap())
}

/// Polls until an import is no longer running.
#[track_caller]
fn ended(server: &TestServer, started: &Value) -> Answer {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let polled = server.guest().get(&poll_path(started));
        if polled.status != 200 || polled.body()["importStatus"] == "completed" {
            return polled;
        }
        assert!(Instant::now() < deadline, "it never ended");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_file_is_imported_in_the_background_for_who_prefers_it() {
    on_both(|server| {
        let player = server.player();
        let armed = server.app.importer.arm(Stage::Parse, Fault::Stall);
        let request = player.caller.upload_request("/api/v1/import/file", &form());
        let answer = Answer::from(request.header("Prefer", "respond-async").send().unwrap());
        assert_eq!(answer.header("Preference-Applied"), Some("respond-async"));
        let started = started(&answer);
        let path = poll_path(&started);
        assert_eq!(started["url"], format!("{}{path}", server.app.settings.our_url));
        armed.wait();
        let polled = server.guest().get(&path);
        assert_eq!(polled.body()["importStatus"], "ongoing");
        drop(armed);
        let done = ended(server, &started).body();
        assert_eq!(done["import"]["scoreIDs"].as_array().unwrap().len(), 1);
        // What is wrong with the request is told at once, what is wrong with the file later.
        let request = player.caller.upload_request("/api/v1/import/file", &Form::new());
        assert_eq!(request.header("Prefer", "respond-async").send().unwrap().status(), 400);
        let request = player.caller.upload_request("/api/v1/import/file", &Form::import("file/batch-manual", b"{"));
        let started = self::started(&Answer::from(request.header("Prefer", "respond-async").send().unwrap()));
        ended(server, &started).failure(400);
    });
}

#[test]
fn a_dry_run_is_answered_when_it_is_done() {
    let server = TestServer::start();
    let player = server.player();
    let request = player.caller.upload_request("/api/v1/import/file?dryRun", &form());
    let answer = Answer::from(request.header("Prefer", "respond-async").send().unwrap());
    assert_eq!(answer.body()["scoreIDs"].as_array().unwrap().len(), 1);
    assert_eq!(answer.header("Preference-Applied"), None);
    assert_eq!(server.stored(player.id), Stored::default());
}

#[test]
fn the_operator_may_have_every_import_made_in_the_background() {
    let server = TestServer::with(Options { async_imports: Some(true), ..settings() });
    let player = server.player();
    let answer = player.caller.upload(&form());
    // Nobody stated a preference.
    assert_eq!(answer.header("Preference-Applied"), None);
    ended(&server, &started(&answer)).body();
    let document: Value = serde_json::from_slice(&batch(&[score("AA", 3001, "CLEAR", NOON)])).unwrap();
    let answer = player.caller.post("/ir/direct-manual/import", &document);
    ended(&server, &started(&answer)).body();
    assert_eq!(server.stored(player.id).scores, 2);
}

#[test]
fn an_import_that_runs_comes_to_its_end_before_the_server_stops() {
    on_both(|server| {
        let player = server.player();
        let armed = server.app.importer.arm(Stage::Scores, Fault::Stall);
        let request = player.caller.upload_request("/api/v1/import/file", &form());
        started(&Answer::from(request.header("Prefer", "respond-async").send().unwrap()));
        armed.wait();
        std::thread::scope(|scope| {
            let stopping = scope.spawn(|| server.app.background.stop_within(Duration::from_secs(30)));
            std::thread::sleep(Duration::from_millis(200));
            assert!(!stopping.is_finished());
            drop(armed);
        });
        assert_eq!(server.stored(player.id).imports, 1);
    });
}
