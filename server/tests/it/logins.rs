//! Registering, logging in and out, and what a login is good for.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_db::invites::invite_insert;
use tachi_db::users::{AuthLevel, user_by_name};
use tachi_server::auth::{PERMISSIONS, hash_token};
use tachi_server::config::Options;
use tachi_server::config::access::AccessOptions;

use crate::support::{Answer, Caller, TestServer, on_both, on_both_with, settings};

const REGISTER: &str = "/api/v1/auth/register";
const LOGIN: &str = "/api/v1/auth/login";
const LOGOUT: &str = "/api/v1/auth/logout";

fn access(access: AccessOptions) -> Options {
    Options { access: AccessOptions { rate_limit: Some(0), ..access }, ..settings() }
}

fn registration(name: &str) -> Value {
    json!({"username": name, "!password": "correct horse", "email": format!("{name}@example.com"), "captcha": ""})
}

/// The name and value that an answer wants to be sent back.
#[track_caller]
fn cookie(answer: &Answer) -> String {
    let header = answer.header("Set-Cookie").unwrap_or_else(|| panic!("no cookie: {answer:?}"));
    header.split(';').next().unwrap().to_owned()
}

fn who(caller: &Caller<'_>) -> Value {
    caller.get("/api/v1/status").body()["whoami"].take()
}

#[test]
fn who_registers_is_logged_in_and_can_log_in_again() {
    on_both(|server| {
        let registered = server.guest().post(REGISTER, &registration("Alice"));
        let user = registered.body();
        assert_eq!((&user["username"], &user["usernameLowercase"]), (&json!("Alice"), &json!("alice")));
        assert_eq!((&user["authLevel"], &user["about"]), (&json!(1), &json!("I'm a fairly nondescript person.")));
        assert!(!registered.text.contains("example.com") && !registered.text.contains("argon2"), "{registered:?}");
        assert_eq!(who(&server.with_cookie(&cookie(&registered))), user["id"]);

        for (name, member) in [("Alice", "!password"), ("ALICE", "password")] {
            let answer = server.guest().post(LOGIN, &json!({"username": name, member: "correct horse"}));
            assert_eq!(answer.body(), json!({"userID": user["id"]}));
            assert_eq!(who(&server.with_cookie(&cookie(&answer))), user["id"]);
        }
    });
}

#[test]
fn a_login_allows_everything_and_wins_over_a_header() {
    on_both(|server| {
        let member = server.member();
        let status = member.caller.get("/api/v1/status").body();
        assert_eq!((&status["whoami"], &status["permissions"]), (&json!(member.id.0), &json!(PERMISSIONS)));
        for header in ["Basic nonsense", "Bearer nobody-has-this-token"] {
            let request = member.caller.request(Method::GET, "/api/v1/status").header("Authorization", header);
            assert_eq!(Answer::from(request.send().unwrap()).body()["whoami"], member.id.0);
        }
        let stale = server.with_cookie("Tachi_SESSION=nobody-has-this-cookie");
        assert_eq!(who(&stale), Value::Null);
        let request = stale.request(Method::GET, "/api/v1/status").header("Authorization", "Basic nonsense");
        assert_eq!(Answer::from(request.send().unwrap()).failure(400), "Invalid Authorization Type - Expected Bearer.");
    });
}

#[test]
fn the_cookie_is_for_this_server_and_for_no_script() {
    let development = TestServer::with(Options { name: Some("Our Arcade".to_owned()), ..settings() });
    let header = |server: &TestServer| {
        let answer = server.guest().post(REGISTER, &registration("alice"));
        answer.header("Set-Cookie").unwrap().to_owned()
    };
    let text = header(&development);
    let mut parts = text.split("; ");
    let (name, value) = parts.next().unwrap().split_once('=').unwrap();
    assert_eq!((name, value.len()), ("Our_Arcade_SESSION", 64));
    let mut flags: Vec<&str> = parts.collect();
    flags.sort_unstable();
    assert_eq!(flags, ["HttpOnly", "Max-Age=31540000", "Path=/", "SameSite=Lax"]);

    let production = TestServer::with(Options { our_url: Some("https://example.com".to_owned()), ..settings() });
    let text = header(&production);
    assert!(text.starts_with("Tachi_SESSION=") && text.contains("; HttpOnly"), "{text}");
    assert!(text.contains("; SameSite=Strict") && text.contains("; Secure"), "{text}");
    let raw = std::fs::read(production.folder().join("tachi.db-wal")).unwrap();
    let value = text.split(['=', ';']).nth(1).unwrap().as_bytes();
    assert!(!raw.windows(value.len()).any(|window| window == value), "the cookie stands in the database");
}

#[test]
fn logging_out_ends_a_login_once() {
    on_both(|server| {
        let member = server.member();
        let answer = member.caller.post(LOGOUT, &json!({}));
        assert_eq!(answer.body(), json!({}));
        assert!(answer.header("Set-Cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(who(&member.caller), Value::Null);
        member.caller.post(LOGOUT, &json!({})).failure(409);
        server.guest().post(LOGOUT, &json!({})).failure(409);
        server.player().caller.post(LOGOUT, &json!({})).failure(409);
    });
}

#[test]
fn a_new_login_replaces_the_one_before() {
    let server = TestServer::start();
    let first = cookie(&server.guest().post(REGISTER, &registration("alice")));
    let body = json!({"username": "alice", "!password": "correct horse"});
    let again = server.with_cookie(&first).post(LOGIN, &body);
    again.body();
    assert_eq!(who(&server.with_cookie(&first)), Value::Null);
    assert_ne!(who(&server.with_cookie(&cookie(&again))), Value::Null);
}

#[test]
fn wrong_names_and_passwords_are_told_apart_as_documented() {
    on_both(|server| {
        server.guest().post(REGISTER, &registration("alice")).body();
        let login = |body: Value| server.guest().post(LOGIN, &body);
        login(json!({"username": "bob", "!password": "correct horse"})).failure(404);
        let wrong = login(json!({"username": "alice", "!password": "wrong horse"}));
        wrong.failure(403);
        assert_eq!(wrong.header("Set-Cookie"), None);
        for body in [json!({}), json!({"username": "alice"}), json!({"username": 5, "!password": "correct horse"})] {
            login(body).failure(400);
        }
        let text = login(json!({"username": "alice", "!password": 12345})).failure(400);
        assert!(text.contains("****") && !text.contains("12345"), "{text}");
        // Made on the command line, without a password.
        server.player();
        login(json!({"username": "player_0", "!password": "nobody's password"})).failure(403);
    });
}

#[test]
fn names_and_addresses_are_taken_whatever_their_case() {
    on_both(|server| {
        server.guest().post(REGISTER, &registration("Alice")).body();
        let mut same_name = registration("aLICE");
        same_name["email"] = "other@example.com".into();
        server.guest().post(REGISTER, &same_name).refused(409, "This username is already in use.");
        let mut same_address = registration("bob");
        same_address["email"] = "ALICE@Example.com".into();
        server.guest().post(REGISTER, &same_address).refused(409, "This email is already in use.");
        let none = server.app.importer.database().read(|conn| user_by_name(conn, "bob"));
        assert_eq!(none.unwrap(), None);
    });
}

#[test]
fn a_registration_that_is_wrong_is_refused_by_member() {
    let server = TestServer::start();
    let cases = [
        ("username", json!("1abc")),
        ("username", json!("ab")),
        ("username", Value::Null),
        ("!password", json!("seven77")),
        ("!password", Value::Null),
        ("email", json!("x@y")),
        ("email", Value::Null),
    ];
    for (member, value) in cases {
        let mut body = registration("alice");
        body[member] = value.clone();
        let text = server.guest().post(REGISTER, &body).failure(400);
        assert!(text.starts_with(&format!("[{member}]")) && text.contains("(Received "), "{text}");
        assert!(!text.contains("seven77"), "{text}");
    }
    let mut body = registration("alice");
    body["!email"] = body["email"].take();
    body.as_object_mut().unwrap().remove("email");
    server.guest().post(REGISTER, &body).body();
}

#[test]
fn an_instance_may_take_nobody_or_only_who_was_invited() {
    let closed = TestServer::with(access(AccessOptions { signups: Some(false), ..AccessOptions::default() }));
    closed.guest().post(REGISTER, &registration("alice")).failure(501);
    let invites = || access(AccessOptions { invites: Some(true), ..AccessOptions::default() });
    on_both_with(invites, |server| {
        let database = server.app.importer.database();
        let wait = std::time::Duration::from_secs(30);
        for (code, admin) in [("the-code", false), ("the-admin-code", true)] {
            database.write(wait, |conn| invite_insert(conn, &hash_token(code), None, admin, 0)).unwrap();
        }
        let register = |name: &str, code: Value| {
            let mut body = registration(name);
            body["inviteCode"] = code;
            server.guest().post(REGISTER, &body)
        };
        server.guest().post(REGISTER, &registration("alice")).failure(400);
        register("alice", json!("")).failure(400);
        register("alice", json!("a wrong code")).failure(401);
        assert_eq!(register("alice", json!("the-code")).body()["authLevel"], 1);
        register("bob", json!("the-code")).failure(401);
        // A registration that fails does not use up its invite.
        register("ALICE", json!("the-admin-code")).failure(409);
        assert_eq!(register("bob", json!("the-admin-code")).body()["authLevel"], 3);
    });
}

#[test]
fn of_many_who_share_an_invite_one_gets_in() {
    on_both_with(
        || access(AccessOptions { invites: Some(true), ..AccessOptions::default() }),
        |server| {
            let database = server.app.importer.database();
            let insert = |conn: &mut tachi_db::Conn| invite_insert(conn, &hash_token("the-code"), None, false, 0);
            database.write(std::time::Duration::from_secs(30), insert).unwrap();
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let register = |number: u32| {
                    let mut body = registration(&format!("player_{number}"));
                    body["inviteCode"] = "the-code".into();
                    server.guest().post(REGISTER, &body).status
                };
                let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || register(number))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
            assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 3, "{statuses:?}");
        },
    );
}

#[test]
fn a_banned_user_is_refused_with_a_cookie_and_at_the_door() {
    on_both(|server| {
        let player = server.user(AuthLevel::Banned, &[]);
        let banned = "You are banned from Tachi";
        let caller = server.log_in(player.id);
        caller.get("/api/v1/status").refused(403, banned);
        caller.post(LOGOUT, &json!({})).refused(403, banned);

        server.guest().post(REGISTER, &registration("alice")).body();
        let database = server.app.importer.database();
        let ban = |conn: &mut tachi_db::Conn| {
            let mut user = user_by_name(conn, "alice")?.unwrap();
            user.auth_level = AuthLevel::Banned;
            tachi_db::users::user_update(conn, &user)
        };
        database.write(std::time::Duration::from_secs(30), ban).unwrap();
        let login = |password: &str| server.guest().post(LOGIN, &json!({"username": "alice", "!password": password}));
        login("wrong horse").refused(403, "Invalid password.");
        login("correct horse").refused(403, banned);
    });
}

#[test]
fn without_mail_codes_are_never_right() {
    let server = TestServer::start();
    let post = |path: &str, body: Value| server.guest().post(&format!("/api/v1/auth/{path}"), &body);
    post("verify-email", json!({"code": "abc"})).failure(400);
    post("resend-verify-email", json!({})).body();
    assert_eq!(post("forgot-password", json!({"email": "x@example.com"})).status, 202);
    assert_eq!(post("forgot-password", json!({})).status, 202);
    post("reset-password", json!({"code": "abc", "!password": "correct horse"})).failure(404);
    post("reset-password", json!({"code": "abc", "!password": "short"})).failure(400);
    post("nothing", json!({})).refused(404, "Endpoint Not Found.");
}

#[test]
fn pages_of_other_sites_may_not_use_a_login() {
    let server = TestServer::with(Options { our_url: Some("https://our.example.com".to_owned()), ..settings() });
    let member = server.member();
    let from = |method: Method, origin: &str| {
        let request = member.caller.request(method, "/api/v1/status").header("Origin", origin);
        Answer::from(request.json(&json!({})).send().unwrap())
    };
    for origin in ["https://evil.example.com", "https://our.example.com:8443", "http://our.example.com", "null"] {
        from(Method::POST, origin).failure(403);
        assert_eq!(from(Method::GET, origin).body()["whoami"], member.id.0, "{origin}");
    }
    for origin in ["https://our.example.com", &server.url] {
        assert_eq!(from(Method::POST, origin).body()["whoami"], member.id.0, "{origin}");
    }
    // A token is no ambient authority.
    let player = server.player();
    let request = player.caller.request(Method::POST, "/api/v1/status").header("Origin", "https://evil.example.com");
    assert_eq!(Answer::from(request.json(&json!({})).send().unwrap()).body()["whoami"], player.id.0);
}
