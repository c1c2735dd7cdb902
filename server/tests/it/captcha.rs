//! Captchas of who registers and logs in. Source: `spec/rest-api.md` 6 and 15.

use serde_json::{Value, json};
use tachi_db::users::user_by_name;
use tachi_server::config::Options;
use tachi_server::config::access::AccessOptions;

use crate::ir_kit::read;
use crate::support::{Answer, TestServer, logs, on_both_with, settings};
use crate::upstream::{Reply, Upstream};

const SECRET: &str = "the-secret-of-the-captchas";
const VERIFY: &str = "/siteverify";

/// A provider that knows one solved captcha.
fn provider() -> Upstream {
    Upstream::start(|request| {
        let solved = request.form().get("response").is_some_and(|response| response == "solved");
        Reply::ok(json!({"success": solved, "hostname": "example.com"}).to_string())
    })
}

fn options(provider: &Upstream) -> Options {
    let access = AccessOptions {
        captcha_secret: Some(SECRET.to_owned()),
        captcha_url: Some(format!("{}{VERIFY}", provider.origin())),
        ..settings().access
    };
    Options { access, ..settings() }
}

fn post(server: &TestServer, path: &str, body: &Value, captcha: Value) -> Answer {
    let mut body = body.clone();
    if !captcha.is_null() {
        body["captcha"] = captcha;
    }
    server.guest().post(&format!("/api/v1/auth/{path}"), &body)
}

fn alice() -> Value {
    json!({"username": "alice", "!password": "correct horse", "email": "alice@example.com"})
}

#[test]
fn who_registers_or_logs_in_has_to_solve_a_captcha() {
    let provider = provider();
    on_both_with(
        || options(&provider),
        |server| {
            let before = provider.requests().len();
            for missing in [Value::Null, json!(""), json!(5), json!("a".repeat(20_000))] {
                for path in ["register", "login"] {
                    let text = post(server, path, &alice(), missing.clone()).failure(400);
                    assert!(text.starts_with("[captcha]"), "{text}");
                }
            }
            assert_eq!(provider.requests().len(), before, "nobody is asked about nothing");

            assert!(post(server, "register", &alice(), json!("guessed")).failure(400).starts_with("[captcha]"));
            assert_eq!(read(server, |conn| user_by_name(conn, "alice")), None);
            post(server, "register", &alice(), json!("solved")).body();
            let wrong = post(server, "login", &alice(), json!("guessed"));
            assert!(wrong.failure(400).starts_with("[captcha]"));
            assert_eq!(wrong.header("Set-Cookie"), None);
            post(server, "login", &alice(), json!("solved")).body();

            let asked = provider.requests().split_off(before);
            assert_eq!(asked.len(), 4);
            for request in asked {
                assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", VERIFY));
                assert_eq!(request.header("content-type"), "application/x-www-form-urlencoded");
                let form = request.form();
                assert_eq!(form.keys().collect::<Vec<_>>(), ["remoteip", "response", "secret"]);
                assert_eq!((form["secret"].as_str(), form["remoteip"].as_str()), (SECRET, "127.0.0.1"));
            }
        },
    );
}

#[test]
fn what_is_refused_anyway_uses_up_no_captcha() {
    let provider = provider();
    let server = TestServer::with(options(&provider));
    for (member, value) in [("username", json!("1a")), ("!password", json!("short")), ("email", json!("x"))] {
        let mut body = alice();
        body[member] = value;
        post(&server, "register", &body, json!("solved")).failure(400);
    }
    post(&server, "login", &json!({"username": "alice"}), json!("solved")).failure(400);
    assert_eq!(provider.asked(), Vec::<String>::new());
}

/// A password is expensive to check: a program must not make the server do it without a captcha.
#[test]
fn a_captcha_comes_before_the_password() {
    let provider = provider();
    let server = TestServer::with(options(&provider));
    post(&server, "register", &alice(), json!("solved")).body();
    let wrong = json!({"username": "alice", "!password": "wrong horse"});
    post(&server, "login", &wrong, json!("guessed")).failure(400);
    post(&server, "login", &json!({"username": "nobody", "!password": "x"}), json!("guessed")).failure(400);
    post(&server, "login", &wrong, json!("solved")).failure(403);
}

#[test]
fn a_provider_that_cannot_tell_lets_nobody_pass() {
    let provider = provider();
    let server = TestServer::with(options(&provider));
    logs::watch(&[SECRET]);
    let elsewhere = format!("{}/elsewhere", provider.origin());
    let replies = [
        Reply::Reset,
        Reply::Truncated(br#"{"success": true}"#.to_vec()),
        Reply::status(500, r#"{"success": true}"#),
        Reply::status(302, "").with("Location", &elsewhere),
        Reply::ok(""),
        Reply::ok("true"),
        Reply::ok(r#"{"success": "true"}"#),
        Reply::ok(format!(r#"{{"success": true, "padding": "{}"}}"#, "a".repeat(100_000))),
        // It is our secret that is wrong, not the captcha.
        Reply::ok(r#"{"success": false, "error-codes": ["invalid-input-secret"]}"#),
    ];
    for reply in replies {
        let shown = format!("{reply:?}").chars().take(80).collect::<String>();
        provider.once(VERIFY, reply);
        let text = post(&server, "register", &alice(), json!("solved")).failure(503);
        assert!(text.contains("captcha could not be checked") && !text.contains(SECRET), "{shown}: {text}");
    }
    assert!(provider.asked().iter().all(|asked| asked == "POST /siteverify"), "{:?}", provider.asked());
    let logged = logs::errors();
    let ours: Vec<_> = logged.iter().filter(|line| line.starts_with("a captcha could not be checked")).collect();
    assert!(ours.len() >= 9 && ours.iter().any(|line| line.contains("captcha_secret")), "{ours:?}");
    assert_eq!(logs::leaks(), Vec::<String>::new());
    assert_eq!(read(&server, |conn| user_by_name(conn, "alice")), None);

    let options = options(&provider);
    drop(provider);
    let server = TestServer::with(options);
    post(&server, "login", &alice(), json!("solved")).failure(503);
}

#[test]
fn without_a_secret_nothing_is_asked() {
    let provider = provider();
    let mut options = options(&provider);
    options.access.captcha_secret = None;
    let server = TestServer::with(options);
    post(&server, "register", &alice(), Value::Null).body();
    post(&server, "login", &alice(), json!("guessed")).body();
    assert_eq!(provider.asked(), Vec::<String>::new());
}
