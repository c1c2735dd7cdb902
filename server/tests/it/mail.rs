//! Codes that come by mail. Source: `spec/rest-api.md` 6 and 7.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tachi_core::ids::UserId;
use tachi_db::email_codes::Purpose;
use tachi_db::users::user_by_name;
use tachi_server::app::now;
use tachi_server::codes;
use tachi_server::config::Options;

use crate::ir_kit::{read, write};
use crate::support::smtp::{Mail, Manners, Smtp};
use crate::support::{Answer, Caller, TestServer, logs, on_both_with, settings};

const HOUR: i64 = 60 * 60 * 1000;
const PASSWORD: &str = "correct horse";

fn options(smtp: &Smtp) -> Options {
    Options { name: Some("Our Arcade".to_owned()), mail: smtp.options(""), ..settings() }
}

/// Runs a test on each kind of database, with a mail server that takes everything.
#[track_caller]
fn on_both(test: impl Fn(&TestServer, &Smtp)) {
    let smtp = Smtp::start(Manners::Takes);
    on_both_with(|| options(&smtp), |server| test(server, &smtp));
}

fn post(server: &TestServer, path: &str, body: Value) -> Answer {
    server.guest().post(&format!("/api/v1/auth/{path}"), &body)
}

/// Somebody new who is logged in, and the mail they were sent.
struct Registered<'a> {
    caller: Caller<'a>,
    id: UserId,
    mail: Mail,
}

#[track_caller]
fn register<'a>(server: &'a TestServer, smtp: &Smtp, name: &str) -> Registered<'a> {
    let body = json!({"username": name, "!password": PASSWORD, "email": format!("{name}@example.com")});
    let answer = post(server, "register", body);
    let id = UserId(i32::try_from(answer.body()["id"].as_i64().unwrap()).unwrap());
    let cookie = answer.header("Set-Cookie").unwrap().split(';').next().unwrap();
    Registered { caller: server.with_cookie(cookie), id, mail: smtp.next() }
}

fn is_verified(caller: &Caller<'_>) -> Value {
    caller.get("/api/v1/users/me/is-email-verified").body()
}

fn whoami(caller: &Caller<'_>) -> Value {
    caller.get("/api/v1/status").body()["whoami"].take()
}

fn login(server: &TestServer, name: &str, password: &str) -> Answer {
    post(server, "login", json!({"username": name, "!password": password}))
}

fn verify(server: &TestServer, code: &str) -> Answer {
    post(server, "verify-email", json!({ "code": code }))
}

fn reset(server: &TestServer, code: &str, password: &str) -> Answer {
    post(server, "reset-password", json!({"code": code, "!password": password}))
}

#[track_caller]
fn forgot(server: &TestServer, email: &str) {
    assert_eq!(post(server, "forgot-password", json!({ "email": email })).status, 202);
}

#[test]
fn an_address_is_verified_once_with_the_code_that_was_sent_there() {
    on_both(|server, smtp| {
        let Registered { caller, mail, .. } = register(server, smtp, "alice");
        assert_eq!((mail.from.as_str(), mail.to.as_str()), ("tachi@example.com", "alice@example.com"));
        assert_eq!(mail.line("Subject"), "Our Arcade: your email address");
        assert!(mail.line("Content-Type").starts_with("text/plain"), "{mail:?}");
        assert!(mail.line("From").contains("tachi@example.com") && !mail.line("Date").is_empty(), "{mail:?}");
        assert!(mail.text.contains("alice") && mail.text.contains("/api/v1/auth/verify-email"), "{mail:?}");
        // At least 128 bits.
        let code = mail.code();
        assert!(code.len() >= 32 && code.bytes().all(|byte| byte.is_ascii_hexdigit()), "{code}");

        assert_eq!(is_verified(&caller), false);
        verify(server, &"0".repeat(code.len())).failure(400);
        reset(server, &code, "battery staple").failure(404);
        assert_eq!(is_verified(&caller), false);
        assert_eq!(verify(server, &format!(" {code}\n")).body(), json!({}));
        assert_eq!(is_verified(&caller), true);
        verify(server, &code).failure(400);
    });
}

#[test]
fn a_forgotten_password_is_set_once_with_a_code_and_all_logins_end() {
    on_both(|server, smtp| {
        let Registered { caller, mail: verification, .. } = register(server, smtp, "alice");
        let other = register(server, smtp, "bob").caller;
        forgot(server, "ALICE@example.com");
        let mail = smtp.next();
        assert_eq!((mail.to.as_str(), mail.line("Subject")), ("alice@example.com", "Our Arcade: a new password"));
        assert!(mail.text.contains("/api/v1/auth/reset-password"), "{mail:?}");
        let code = mail.code();

        verify(server, &code).failure(400);
        reset(server, &"0".repeat(code.len()), "battery staple").failure(404);
        assert!(reset(server, &code, "short").failure(400).starts_with("[!password]"));
        post(server, "reset-password", json!({"!password": "battery staple"})).failure(400);
        assert!(!whoami(&caller).is_null());
        assert_eq!(reset(server, &code, "battery staple").body(), json!({}));
        assert_eq!((whoami(&caller).is_null(), whoami(&other).is_null()), (true, false));
        login(server, "alice", PASSWORD).failure(403);
        login(server, "alice", "battery staple").body();
        reset(server, &code, "another horse").failure(404);
        login(server, "alice", "battery staple").body();
        // The other code is for something else, and still good.
        verify(server, &verification.code()).body();
    });
}

#[test]
fn codes_are_stored_as_hashes() {
    let smtp = Smtp::start(Manners::Takes);
    let server = TestServer::with(options(&smtp));
    let code = register(&server, &smtp, "alice").mail.code();
    let raw = std::fs::read(server.folder().join("tachi.db-wal")).unwrap();
    let stands = |text: &[u8]| raw.windows(text.len()).any(|window| window == text);
    assert!(stands(b"alice@example.com"), "the test looks at the wrong file");
    assert!(!stands(code.as_bytes()) && !stands(&code.as_bytes()[..16]), "the code stands in the database");
}

#[test]
fn a_new_code_replaces_the_one_before() {
    on_both(|server, smtp| {
        let Registered { caller, mail: first, .. } = register(server, smtp, "alice");
        caller.post("/api/v1/auth/resend-verify-email", &json!({})).body();
        let second = smtp.next();
        verify(server, &first.code()).failure(400);
        verify(server, &second.code()).body();

        forgot(server, "alice@example.com");
        let first = smtp.next();
        forgot(server, "alice@example.com");
        let second = smtp.next();
        reset(server, &first.code(), "battery staple").failure(404);
        reset(server, &second.code(), "battery staple").body();
    });
}

#[test]
fn codes_are_good_for_an_hour_and_for_a_day() {
    on_both(|server, smtp| {
        let Registered { caller, id, .. } = register(server, smtp, "alice");
        let store = |purpose: Purpose, code: &str, age: i64| {
            write(server, |conn| codes::store(conn, purpose, code, id, "alice@example.com", now() - age));
        };
        store(Purpose::Reset, "old reset", HOUR + 1);
        reset(server, "old reset", "battery staple").refused(400, "This code has expired.");
        reset(server, "old reset", "battery staple").failure(400);
        store(Purpose::Verify, "old address", 24 * HOUR + 1);
        verify(server, "old address").failure(400);
        assert_eq!(is_verified(&caller), false);
        login(server, "alice", PASSWORD).body();

        store(Purpose::Verify, "new address", 24 * HOUR - 60_000);
        verify(server, "new address").body();
        store(Purpose::Reset, "new reset", HOUR - 60_000);
        reset(server, "new reset", "battery staple").body();

        // Long over, it is forgotten with the next one that is stored.
        store(Purpose::Reset, "older", 26 * HOUR);
        store(Purpose::Verify, "newer", 0);
        reset(server, "older", "battery staple").failure(404);
    });
}

/// Asks for a new password of somebody, whose mail has to be the next: nothing was sent before it.
#[track_caller]
fn nothing_was_sent(server: &TestServer, smtp: &Smtp, name: &str) {
    forgot(server, &format!("{name}@example.com"));
    let mail = smtp.next();
    assert_eq!((mail.to, mail.text.contains("reset-password")), (format!("{name}@example.com"), true));
}

#[test]
fn an_answer_tells_nobody_whether_an_address_is_known() {
    on_both(|server, smtp| {
        register(server, smtp, "alice");
        register(server, smtp, "sentinel");
        let ask = |body: Value| post(server, "forgot-password", body);
        let known = ask(json!({"email": "alice@example.com"}));
        assert_eq!((known.status, known.json()["body"].clone()), (202, json!({})));
        assert_eq!(smtp.next().to, "alice@example.com");
        for body in [
            json!({"email": "nobody@example.com"}),
            json!({"email": "no address"}),
            json!({"email": "alice@example.com\r\nBcc: nobody@example.com"}),
            json!({"email": 5}),
            json!({}),
        ] {
            let answer = ask(body.clone());
            assert_eq!((answer.status, &answer.text), (known.status, &known.text), "{body}");
        }
        nothing_was_sent(server, smtp, "sentinel");
    });
}

#[test]
fn an_answer_does_not_wait_for_the_mail() {
    let smtp = Smtp::start(Manners::Silent);
    let server = TestServer::with(options(&smtp));
    let begun = Instant::now();
    let body = json!({"username": "alice", "!password": PASSWORD, "email": "alice@example.com"});
    post(&server, "register", body).body();
    for email in ["alice@example.com", "nobody@example.com"] {
        forgot(&server, email);
    }
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn only_who_is_logged_in_and_not_verified_is_sent_another_code() {
    on_both(|server, smtp| {
        let resend = |caller: &Caller<'_>| caller.post("/api/v1/auth/resend-verify-email", &json!({}));
        let Registered { caller, mail, .. } = register(server, smtp, "alice");
        let sentinel = register(server, smtp, "sentinel").caller;
        verify(server, &mail.code()).body();
        // The last one has no address, and comes with a token.
        let answers = [&caller, &server.guest(), &server.member().caller, &server.player().caller].map(&resend);
        let sent = resend(&sentinel);
        assert_eq!(smtp.next().to, "sentinel@example.com");
        for answer in answers {
            assert_eq!((answer.status, &answer.text), (200, &sent.text));
        }
    });
}

#[test]
fn another_address_is_not_verified_and_codes_for_the_old_one_are_void() {
    on_both(|server, smtp| {
        let Registered { caller, mail, .. } = register(server, smtp, "alice");
        let change = |email: &str| {
            let body = json!({"!password": PASSWORD, "email": email});
            caller.post("/api/v1/users/me/change-email", &body).body()
        };
        caller.post("/api/v1/auth/resend-verify-email", &json!({})).body();
        drop(mail);
        let old = smtp.next();
        forgot(server, "alice@example.com");
        let reset_code = smtp.next().code();
        change("new@example.com");
        let new = smtp.next();
        assert_eq!(new.to, "new@example.com");
        verify(server, &old.code()).failure(400);
        reset(server, &reset_code, "battery staple").failure(404);
        verify(server, &new.code()).body();
        assert_eq!(is_verified(&caller), true);

        // The same address again changes nothing.
        change("NEW@example.com");
        assert_eq!(is_verified(&caller), true);
        change("third@example.com");
        assert_eq!(smtp.next().to, "third@example.com");
        assert_eq!(is_verified(&caller), false);
    });
}

#[test]
fn a_changed_password_voids_the_code_for_a_new_one() {
    on_both(|server, smtp| {
        let caller = register(server, smtp, "alice").caller;
        forgot(server, "alice@example.com");
        let code = smtp.next().code();
        let body = json!({"!oldPassword": PASSWORD, "!password": "battery staple"});
        caller.post("/api/v1/users/me/change-password", &body).body();
        reset(server, &code, "another horse").failure(404);
        login(server, "alice", "battery staple").body();
    });
}

#[test]
fn of_many_who_send_the_same_code_one_sets_the_password() {
    on_both(|server, smtp| {
        register(server, smtp, "alice");
        forgot(server, "alice@example.com");
        let code = smtp.next().code();
        let passwords: Vec<String> = (0..4).map(|number| format!("battery staple {number}")).collect();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let send = |password: &str| reset(server, &code, password).status;
            let threads: Vec<_> = passwords.iter().map(|password| scope.spawn(move || send(password))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 3, "{statuses:?}");
        let winner = statuses.iter().position(|status| *status == 200).unwrap();
        for (number, password) in passwords.iter().enumerate() {
            let expected = if number == winner { 200 } else { 403 };
            assert_eq!(login(server, "alice", password).status, expected, "{number} of {statuses:?}");
        }
    });
}

#[test]
fn mail_that_nobody_takes_harms_nothing_but_is_logged() {
    logs::listen();
    let smtp = Smtp::start(Manners::Refuses);
    let server = TestServer::with(options(&smtp));
    let body = json!({"username": "alice", "!password": PASSWORD, "email": "alice@example.com"});
    post(&server, "register", body).body();
    let id = read(&server, |conn| user_by_name(conn, "alice")).unwrap().id;
    let line = format!("a mail was not sent: user {id}: permanent error (550): nobody here");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !logs::errors().contains(&line) {
        assert!(Instant::now() < deadline, "no such line: {line}");
        std::thread::sleep(Duration::from_millis(10));
    }
    login(&server, "alice", PASSWORD).body();
}

#[test]
fn the_mail_server_is_told_who_we_are_and_the_log_is_not() {
    logs::watch(&["the-mail-password"]);
    let smtp = Smtp::start(Manners::Takes);
    let server = TestServer::with(Options { mail: smtp.options("mailer:the-mail-password@"), ..options(&smtp) });
    let mail = register(&server, &smtp, "alice").mail;
    // Base64 of \0mailer\0the-mail-password.
    assert_eq!(mail.auth, "AUTH PLAIN AG1haWxlcgB0aGUtbWFpbC1wYXNzd29yZA==");
    logs::watch(&[&mail.code()]);
    verify(&server, &mail.code()).body();
    assert_eq!(logs::leaks(), Vec::<String>::new());
}

#[test]
fn limits_on_mails_and_guesses_hold() {
    let smtp = Smtp::start(Manners::Takes);
    let mut options = options(&smtp);
    options.access.rate_limit = Some(500);
    let server = TestServer::with(options);
    for (path, max) in
        [("forgot-password", 2), ("resend-verify-email", 2), ("verify-email", 15), ("reset-password", 15)]
    {
        for _ in 0..max {
            assert_ne!(post(&server, path, json!({})).status, 429, "{path}");
        }
        assert_eq!(post(&server, path, json!({})).status, 429, "{path}");
    }
}
