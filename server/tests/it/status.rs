//! `GET` and `POST /api/v1/status`.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use tachi_server::config::Options;

use crate::support::{Answer, TestServer, keys, members, on_both, settings};

const PATH: &str = "/api/v1/status";

fn post(server: &TestServer, content_type: &str, body: impl Into<reqwest::blocking::Body>) -> Answer {
    let request = server.guest().request(Method::POST, PATH).header(CONTENT_TYPE, content_type);
    request.body(body).send().unwrap().into()
}

#[test]
fn it_tells_time_version_and_who_asks() {
    on_both(|server| {
        let guest = server.guest().get(PATH).body();
        assert_eq!(keys(&guest), ["permissions", "serverTime", "startTime", "version", "whoami"]);
        assert_eq!(guest["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!((&guest["whoami"], &guest["permissions"]), (&json!(null), &json!([])));
        assert!(guest["startTime"].as_i64().unwrap() <= guest["serverTime"].as_i64().unwrap());

        let player = server.player();
        let body = player.caller.get(PATH).body();
        assert_eq!((&body["whoami"], &body["permissions"]), (&json!(player.id.0), &json!(["submit_score"])));
        assert_eq!(player.caller.post(PATH, &json!({})).body()["whoami"], player.id.0);
    });
}

#[test]
fn it_says_back_what_it_was_told() {
    let server = TestServer::start();
    let guest = server.guest();
    assert_eq!(guest.get(&format!("{PATH}?echo=%E6%9B%B2+and%20more")).body()["echo"], "曲 and more");
    assert_eq!(guest.get(&format!("{PATH}?echo")).body()["echo"], "");
    assert_eq!(guest.post(PATH, &json!({"echo": "hello", "more": 1})).body()["echo"], "hello");
    for unheard in [json!({}), json!({"echo": 1}), json!({"echo": null}), json!([1]), json!("echo"), json!(null)] {
        assert!(guest.post(PATH, &unheard).body().get("echo").is_none(), "{unheard}");
    }
    assert!(guest.get(&format!("{PATH}?unknown=1")).body().get("echo").is_none());
}

#[test]
fn a_malformed_body_is_refused_with_what_is_wrong_with_it() {
    let server = TestServer::start();
    for body in ["{", "{\"echo\": }", "nothing", "{} {}"] {
        let text = post(&server, "application/json", body).failure(400);
        assert!(text.contains("line 1 column"), "{text}");
    }
    assert_eq!(post(&server, "application/json; charset=utf-8", "{\"echo\":\"x\"}").body()["echo"], "x");
    assert!(post(&server, "application/json", "").body().get("echo").is_none());
    assert!(post(&server, "text/plain", "{").body().get("echo").is_none());
}

#[test]
fn a_body_above_the_limit_is_refused() {
    let server = TestServer::start();
    let fits = [b"{}".to_vec(), vec![b' '; (16 << 20) - 2]].concat();
    assert_eq!(post(&server, "application/json", fits).status, 200);
    let too_large = vec![b' '; (16 << 20) + 1];
    let text = "Your request body was too large. The limit is 16MB.";
    post(&server, "application/json", too_large).refused(413, text);

    let server = TestServer::with(Options { max_body: Some(10), ..settings() });
    assert!(post(&server, "application/json", "{       }}").failure(400).contains("trailing"));
    let text = "Your request body was too large. The limit is 10 bytes.";
    post(&server, "application/json", "{         }").refused(413, text);
}

#[test]
fn the_envelope_comes_in_order() {
    let server = TestServer::start();
    let names = |text: &str| members(text).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&server.guest().get(PATH).text), ["success", "description", "body"]);
    assert_eq!(names(&server.guest().get("/api/v1/x").text), ["success", "description"]);
}
