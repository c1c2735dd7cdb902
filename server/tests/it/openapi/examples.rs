//! The examples of the document: they are what the server answers, in shape.

use reqwest::Method;
use serde_json::Value;
use tachi_server::config::Options;
use tachi_server::openapi::Access;
use tachi_server::routes::operations;

use super::schema::check;
use super::the_document;
use crate::support::{Answer, TestServer, demo_csv, settings};

/// The example of a success, and its schema.
fn example<'a>(document: &'a Value, path: &str, method: &str) -> (&'a Value, &'a Value) {
    let content = &document["paths"][path][method]["responses"]["200"]["content"]["application/json"];
    (&content["example"], &content["schema"])
}

/// What is compared: the kinds of all members, and of the first element of each list.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), shape(member))).collect())
        }
        Value::Array(elements) => Value::Array(elements.first().into_iter().map(shape).collect()),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "yes or no".into(),
        Value::Null => Value::Null,
    }
}

#[track_caller]
fn is_what_the_server_answers(path: &str, method: &str, answer: &Value) {
    let document = the_document();
    let (example, schema) = example(&document, path, method);
    assert_eq!(shape(example), shape(answer), "\n{answer:#}");
    for value in [example, answer] {
        check(&document, schema, value).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}

#[test]
fn the_examples_are_what_the_server_answers() {
    let server = TestServer::start();
    let player = server.player();
    let form = crate::support::Form::import("file/eamusement-iidx-csv", &demo_csv()).text("playtype", "SP");
    is_what_the_server_answers("/api/v1/import/file", "post", &player.caller.upload(&form).json());
    let status = player.caller.get("/api/v1/status?echo=hello").json();
    is_what_the_server_answers("/api/v1/status", "get", &status);
    is_what_the_server_answers("/api/v1/games/{game}", "get", &server.guest().get("/api/v1/games/wacca").json());
}

#[test]
fn the_examples_of_bodies_are_what_the_server_takes() {
    let server = TestServer::with(Options { flavour: Some("omni".to_owned()), ..settings() });
    let player = server.player();
    let operations = operations();
    let mut taken = 0;
    for operation in &operations {
        let Some(sent) = operation.row.sent else { continue };
        let path = operation.path.replace("{playtype}", "Controller");
        let mut request = player.caller.request(Method::POST, &path).header("Content-Type", "application/json");
        for (name, value) in operation.row.headers.iter().filter(|(name, _)| *name != "X-Infer-Score-TimeAchieved") {
            request = request.header(*name, *value);
        }
        let answer = Answer::from(request.body(sent).send().unwrap());
        assert!(matches!(answer.status, 200 | 202), "{path}: {}", answer.text);
        if matches!(operation.row.access, Access::Usc(_)) {
            assert_eq!(answer.json()["statusCode"], 20, "{path}: {}", answer.text);
        }
        taken += 1;
    }
    assert_eq!(taken, 10);
}
