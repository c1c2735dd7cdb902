//! How often somebody may do something.

use reqwest::Method;
use serde_json::json;
use tachi_db::users::AuthLevel;
use tachi_server::config::Options;
use tachi_server::config::access::AccessOptions;

use crate::support::{Answer, Caller, Form, TestServer, batch, on_both_with, settings};

fn limited(access: AccessOptions) -> Options {
    Options { access, ..settings() }
}

fn three() -> Options {
    limited(AccessOptions { rate_limit: Some(3), ..AccessOptions::default() })
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn number(answer: &Answer, name: &str) -> i64 {
    answer.header(name).unwrap_or_else(|| panic!("no {name}: {answer:?}")).parse().unwrap()
}

#[track_caller]
fn assert_refused(answer: &Answer, max: i64, seconds: i64) {
    assert_eq!(answer.status, 429, "{answer:?}");
    let text = format!("You have exceeded {max} requests per {seconds} seconds. Please wait.");
    let body = json!({
        "success": false, "description": text, "status": 429, "message": "You're being rate limited.",
    });
    assert_eq!(answer.json(), body);
    assert_eq!((number(answer, "X-RateLimit-Limit"), number(answer, "X-RateLimit-Remaining")), (max, 0));
    assert!((1..=seconds).contains(&number(answer, "Retry-After")), "{answer:?}");
}

#[test]
fn the_last_request_passes_and_the_next_is_refused() {
    let server = TestServer::with(three());
    let guest = server.guest();
    for remaining in [2, 1, 0] {
        let answer = guest.get("/api/v1/status");
        answer.body();
        assert_eq!((number(&answer, "X-RateLimit-Limit"), number(&answer, "X-RateLimit-Remaining")), (3, remaining));
        let reset = number(&answer, "X-RateLimit-Reset");
        assert!((now()..=now() + 61).contains(&reset), "{reset}");
        assert_eq!(answer.header("Retry-After"), None);
    }
    for path in ["/api/v1/status", "/api/v1/nothing", "/ir/nothing"] {
        assert_refused(&guest.get(path), 3, 60);
    }
    // What a browser asks before it asks is no request.
    assert_eq!(Answer::from(guest.request(Method::OPTIONS, "/api/v1/status").send().unwrap()).status, 200);
}

#[test]
fn a_forged_sender_counts_only_from_a_trusted_proxy() {
    let from = |server: &TestServer, sender: &str| {
        let request = server.guest().request(Method::GET, "/api/v1/status").header("X-Forwarded-For", sender);
        Answer::from(request.send().unwrap())
    };
    let access =
        AccessOptions { rate_limit: Some(3), trusted_proxies: Some("203.0.113.1".to_owned()), ..Default::default() };
    let strict = TestServer::with(limited(access));
    for sender in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
        from(&strict, sender).body();
    }
    assert_refused(&from(&strict, "198.51.100.4"), 3, 60);

    // Loopback is trusted unless the settings say otherwise.
    let trusting = TestServer::with(three());
    for _ in 0..3 {
        from(&trusting, "198.51.100.1").body();
    }
    assert_refused(&from(&trusting, "198.51.100.1"), 3, 60);
    from(&trusting, "198.51.100.2").body();
    // What the sender wrote stands before what the proxy added.
    assert_refused(&from(&trusting, "192.0.2.1, 198.51.100.1"), 3, 60);
}

#[test]
fn logins_are_limited_more_and_do_not_count_as_requests() {
    on_both_with(
        || limited(AccessOptions { rate_limit: Some(3), ..AccessOptions::default() }),
        |server| {
            let login = || server.guest().post("/api/v1/auth/login", &json!({"username": "alice"}));
            for _ in 0..15 {
                let answer = login();
                answer.failure(400);
                assert_eq!(number(&answer, "X-RateLimit-Limit"), 15);
            }
            assert_refused(&login(), 15, 600);
            let forgot = || server.guest().post("/api/v1/auth/forgot-password", &json!({}));
            assert_eq!([forgot().status, forgot().status], [202, 202]);
            assert_refused(&forgot(), 2, 300);
            server.guest().get("/api/v1/status").body();
        },
    );
}

#[test]
fn imports_are_limited_by_token() {
    let options =
        || limited(AccessOptions { rate_limit: Some(500), import_rate_limit: Some(2), ..AccessOptions::default() });
    on_both_with(options, |server| {
        let upload = |caller: &Caller<'_>| caller.upload(&Form::import("file/batch-manual", &batch(&[])));
        let (first, second) = (server.player(), server.player());
        for remaining in [1, 0] {
            let answer = upload(&first.caller);
            answer.body();
            assert_eq!(
                (number(&answer, "X-RateLimit-Limit"), number(&answer, "X-RateLimit-Remaining")),
                (2, remaining)
            );
        }
        assert_refused(&upload(&first.caller), 2, 60);
        let body = json!({"meta": {"game": "iidx", "playtype": "SP", "service": "Test"}, "scores": []});
        let direct = |caller: &Caller<'_>| caller.post("/ir/direct-manual/import", &body);
        // The same limit for scripts; others have one of their own.
        assert_refused(&direct(&first.caller), 2, 60);
        direct(&second.caller).body();
        upload(&second.caller).body();
        assert_refused(&direct(&second.caller), 2, 60);
        // Who may not import is told that first, and is not counted.
        let looking = server.user(AuthLevel::User, &[]);
        for _ in 0..4 {
            upload(&looking.caller).failure(403);
        }
        assert_eq!(server.stored(first.id).imports, 2);
    });
}

#[test]
fn no_limit_at_all_is_a_setting() {
    let options = limited(AccessOptions { rate_limit: Some(0), import_rate_limit: Some(1), ..Default::default() });
    let server = TestServer::with(options);
    for _ in 0..20 {
        let answer = server.guest().post("/api/v1/auth/login", &json!({}));
        answer.failure(400);
        assert_eq!(answer.header("X-RateLimit-Limit"), None);
    }
    let player = server.player();
    for _ in 0..3 {
        player.caller.upload(&Form::import("file/batch-manual", &batch(&[]))).body();
    }
}

#[test]
fn limits_hold_across_the_processes_of_a_database() {
    let Some(postgres) = crate::postgres::postgres_database() else { return };
    let options = || Options { database_url: Some(postgres.url.clone()), ..three() };
    let (first, second) = (TestServer::with(options()), TestServer::with(options()));
    let forgot = |server: &TestServer| server.guest().post("/api/v1/auth/forgot-password", &json!({}));
    assert_eq!([forgot(&first).status, forgot(&second).status], [202, 202]);
    assert_refused(&forgot(&first), 2, 300);
    assert_refused(&forgot(&second), 2, 300);
}

#[test]
fn a_limit_of_imports_takes_at_most_one_statement() {
    let with = |rate_limit| limited(AccessOptions { rate_limit: Some(rate_limit), ..AccessOptions::default() });
    let count = |rate_limit: u32| {
        let counts = std::cell::RefCell::new(Vec::new());
        on_both_with(
            || with(rate_limit),
            |server| {
                let player = server.player();
                let body = json!({"meta": {"game": "iidx", "playtype": "SP", "service": "Test"}, "scores": []});
                let send = || player.caller.post("/ir/direct-manual/import", &body).body();
                // The first one also sweeps.
                send();
                let before = server.app.importer.database().statements();
                send();
                counts.borrow_mut().push(server.app.importer.database().statements() - before);
            },
        );
        counts.into_inner()
    };
    let (without, limited) = (count(0), count(500));
    assert_eq!(limited[0], without[0]);
    // There is no second one without a PostgreSQL.
    assert_eq!(limited.get(1).copied(), without.get(1).map(|statements| statements + 1));
}
