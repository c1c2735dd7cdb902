//! What the tests of game clients' protocols share.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_db::{Conn, DbError};
use tachi_server::config::Options;

use crate::support::{Answer, Caller, TestServer, fixture, settings};

pub const GUEST: &str = "You are not authorised to perform this action.";
pub const NEEDS_AUTHENTICATION: &str = "This endpoint requires authentication.";
pub const NO_PERMISSION: &str = "You are missing the following permissions necessary for this request: submit_score";
pub const NO_SUCH_TOKEN: &str = "The provided API token does not correspond with any key in the database.";

/// The headers of a request.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// A server of the edition with the games that are played at home.
pub fn home() -> TestServer {
    TestServer::with(Options { flavour: Some("bokutachi".to_owned()), ..settings() })
}

/// The body of a case of an import type.
#[track_caller]
pub fn body(case: &str) -> Value {
    serde_json::from_slice(&fixture(&format!("ir/{case}/input.json"))).unwrap()
}

/// POSTs JSON with more headers.
#[track_caller]
pub fn post(caller: &Caller<'_>, path: &str, headers: Headers<'_>, body: &Value) -> Answer {
    let mut request = caller.request(Method::POST, path).json(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::from(request.send().unwrap())
}

/// GETs a path with headers.
#[track_caller]
pub fn get(caller: &Caller<'_>, path: &str, headers: Headers<'_>) -> Answer {
    let mut request = caller.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::from(request.send().unwrap())
}

/// Expects a failure as fervidex and kshook are told it: the text under both names.
#[track_caller]
pub fn hook_refused(answer: &Answer, status: u16, text: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.json(), json!({"success": false, "description": text, "error": text}));
}

/// Expects an answer without content.
#[track_caller]
pub fn nothing(answer: &Answer, status: u16, text: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.json(), json!({"success": true, "description": text, "body": {}}));
}

/// The document of an import with one new score and no errors.
#[track_caller]
pub fn imported(answer: &Answer) -> Value {
    let document = answer.body();
    assert_eq!(document["errors"], json!([]), "{document}");
    assert_eq!(document["scoreIDs"].as_array().unwrap().len(), 1, "{document}");
    assert_eq!(document["userIntent"], false);
    document
}

/// Reads the server's database.
#[track_caller]
pub fn read<T>(server: &TestServer, query: impl FnOnce(&mut Conn) -> Result<T, DbError>) -> T {
    server.app.importer.database().read(query).unwrap()
}

/// Writes into the server's database.
#[track_caller]
pub fn write<T>(server: &TestServer, transaction: impl FnMut(&mut Conn) -> Result<T, DbError>) -> T {
    let database = server.app.importer.database();
    database.write(std::time::Duration::from_secs(30), transaction).unwrap()
}

/// A score as the API shows it.
#[track_caller]
pub fn score(server: &TestServer, id: &Value) -> Value {
    server.guest().get(&format!("/api/v1/scores/{}", id.as_str().unwrap())).body()["score"].take()
}
