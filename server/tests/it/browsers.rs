//! What browsers need in order to let pages of other hosts ask.

use reqwest::Method;

use tachi_server::config::Options;
use tachi_server::config::access::AccessOptions;

use crate::support::{Answer, Form, TestServer, settings};

const HEADERS: &[(&str, &str)] = &[
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "Content-Type, X-User-Intent, Authorization, X-Infer-Score-TimeAchieved, Prefer"),
    ("Access-Control-Allow-Credentials", "false"),
    ("Access-Control-Allow-Methods", "GET,POST,PATCH,PUT,DELETE,OPTIONS"),
    (
        "Access-Control-Expose-Headers",
        "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Preference-Applied",
    ),
];

#[track_caller]
fn assert_headers(answer: &Answer) {
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), Some(*value), "{name} of {answer:?}");
    }
}

#[test]
fn every_answer_says_that_any_page_may_ask() {
    let server = TestServer::start();
    assert_headers(&server.guest().get("/api/v1/status"));
    assert_headers(&server.guest().get("/api/v1/nothing-here"));
    assert_headers(&server.guest().get("/"));
    assert_headers(&server.guest().get("/api/v1/status?echo=1&echo=2"));
    assert_headers(&server.guest().upload(&Form::new()));
    assert_headers(&server.player().caller.upload(&Form::new()));
    let request = server.guest().request(Method::GET, "/api/v1/status").header("Origin", "https://example.com");
    assert_headers(&request.send().unwrap().into());
}

#[test]
fn options_are_answered_everywhere_with_nothing() {
    let server = TestServer::start();
    for path in ["/api/v1/status", "/api/v1/import/file", "/api/v1/nothing-here", "/ir/nothing-here", "/"] {
        for caller in [server.guest(), server.authorized("Basic x")] {
            let request = caller.request(Method::OPTIONS, path);
            let request = request.header("Origin", "https://example.com");
            let request = request.header("Access-Control-Request-Method", "POST");
            let request = request.header("Access-Control-Request-Headers", "authorization, x-something-of-their-own");
            let answer = Answer::from(request.send().unwrap());
            assert_eq!((answer.status, &*answer.text), (200, ""), "{path}");
            assert_headers(&answer);
        }
    }
}

#[test]
fn a_client_in_development_may_use_the_login_of_its_user() {
    let client = "http://localhost:3000";
    let access = AccessOptions { dev_client: Some(client.to_owned()), ..settings().access };
    let server = TestServer::with(Options { access, ..settings() });
    let member = server.member();
    let request = member.caller.request(Method::POST, "/api/v1/status").header("Origin", client);
    let answer = Answer::from(request.json(&serde_json::json!({})).send().unwrap());
    assert_eq!(answer.body()["whoami"], member.id.0);
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some(client));
    assert_eq!(answer.header("Access-Control-Allow-Credentials"), Some("true"));
    let allowed = answer.header("Access-Control-Allow-Headers").unwrap();
    for name in ["Origin", "X-Requested-With", "Content-Type", "Accept", "X-User-Intent"] {
        assert!(allowed.split(", ").any(|header| header == name), "{name}: {allowed}");
    }
}

#[test]
fn browsers_are_asked_to_be_careful_in_production_only() {
    const CAREFUL: &[(&str, &str)] = &[
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Referrer-Policy", "no-referrer"),
        ("Strict-Transport-Security", "max-age=15552000; includeSubDomains"),
    ];
    let production = TestServer::with(Options { our_url: Some("https://example.com".to_owned()), ..settings() });
    let answer = production.guest().get("/api/v1/status");
    assert_headers(&answer);
    for (name, value) in CAREFUL {
        assert_eq!(answer.header(name), Some(*value), "{name}");
    }
    let development = TestServer::start().guest().get("/api/v1/status");
    assert!(CAREFUL.iter().all(|(name, _)| development.header(name).is_none()), "{development:?}");
}
