//! Paths and queries in general.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Form, TestServer, batch};

const UNKNOWN: &str = "Endpoint Not Found.";

#[test]
fn unknown_endpoints_are_told_apart_from_missing_things() {
    let server = TestServer::start();
    let guest = server.guest();
    for path in ["/", "/nothing", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/import", "/api/v2/status"] {
        guest.get(path).refused(404, UNKNOWN);
    }
    guest.get("/api/v1/import/file").refused(404, UNKNOWN);
    guest.post("/api/v1/imports/x", &json!({})).refused(404, UNKNOWN);
    Answer::from(guest.request(Method::DELETE, "/api/v1/status").send().unwrap()).refused(404, UNKNOWN);
    guest.get("/api/v1/imports/x").refused(404, "The import x does not exist.");
}

#[test]
fn a_trailing_slash_or_question_mark_changes_nothing() {
    let server = TestServer::start();
    for path in ["/api/v1/status/", "/api/v1/status?", "/api/v1/status/?"] {
        server.guest().get(path).body();
        server.guest().post(path, &json!({"echo": "x"})).body();
    }
    let player = server.player();
    let form = Form::import("file/batch-manual", &batch(&[]));
    let answer = player.caller.upload_request("/api/v1/import/file/", &form).send().unwrap();
    Answer::from(answer).body();
    assert_eq!(server.stored(player.id).imports, 1);
}

#[test]
fn a_key_may_occur_once_in_the_query_of_a_get() {
    let server = TestServer::start();
    let guest = server.guest();
    guest.get("/api/v1/status?echo=1&echo=2").refused(400, "Invalid request with key echo");
    guest.get("/api/v1/status?a=1&echo=x&a=1").refused(400, "Invalid request with key a");
    guest.get("/api/v1/scores/x?getRelated&getRelated").refused(400, "Invalid request with key getRelated");
    assert_eq!(guest.get("/api/v1/status?echo=1&other=2").body()["echo"], "1");
}

#[test]
fn a_get_may_carry_a_content_type() {
    let server = TestServer::start();
    let request = server.guest().request(Method::GET, "/api/v1/status").header("Content-Type", "application/json");
    Answer::from(request.send().unwrap()).body();
}

#[test]
fn a_connection_is_closed_for_those_who_ask() {
    let server = TestServer::start();
    let request = server.guest().request(Method::GET, "/api/v1/status").header("Connection", "close");
    let answer = Answer::from(request.send().unwrap());
    assert_eq!(answer.header("Connection"), Some("close"));
}

#[test]
fn the_schema_of_batch_manual_is_served_as_it_is() {
    let server = TestServer::start();
    let answer = server.guest().get("/api/v1/schemas/batch-manual.json");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.json(), tachi_parsers::file::batch_manual::schema());
}
