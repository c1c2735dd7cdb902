//! Users and what they say about themselves.

use serde_json::{Value, json};
use tachi_db::users::{AuthLevel, user_by_name, user_name_set, user_seen_unless_invisible};

use crate::ir_kit::{read, write};
use crate::support::{Caller, TestServer, keys, on_both};

const PASSWORD: &str = "correct horse";

fn ids(users: &Value) -> Vec<i64> {
    users.as_array().unwrap().iter().map(|user| user["id"].as_i64().unwrap()).collect()
}

#[test]
fn users_are_listed_by_when_they_were_seen_or_by_name() {
    on_both(|server| {
        let members = [server.player(), server.player(), server.player()];
        let now = server.guest().get("/api/v1/status").body()["serverTime"].as_i64().unwrap();
        let wait = std::time::Duration::from_secs(30);
        let minutes = 60_000;
        for (member, seen) in members.iter().zip([now - 10 * minutes, now - minutes, now - 4 * minutes]) {
            let seen = |conn: &mut tachi_db::Conn| user_seen_unless_invisible(conn, member.id, seen);
            server.app.importer.database().write(wait, seen).unwrap();
        }
        let [first, second, third] = [0, 1, 2].map(|at: usize| i64::from(members[at].id.0));
        let get = |query: &str| ids(&server.guest().get(&format!("/api/v1/users{query}")).body());
        assert_eq!(get(""), [second, third, first]);
        assert_eq!(get("?online"), [second, third]);
        assert_eq!(get("?search=LAYER_1"), [second]);
        assert_eq!(get("?search=player"), [first, second, third]);
        assert_eq!(get("?search=player&online="), [second, third]);
        assert_eq!(get("?search=%25"), Vec::<i64>::new());
        server.guest().get("/api/v1/users?search=a&search=b").failure(400);
    });
}

#[test]
fn a_user_is_found_by_number_name_or_me() {
    on_both(|server| {
        let player = server.player();
        let get = |who: &str| server.guest().get(&format!("/api/v1/users/{who}"));
        for who in [player.id.to_string().as_str(), "player_0", "PLAYER_0"] {
            assert_eq!(get(who).body()["id"], player.id.0);
        }
        assert_eq!(player.caller.get("/api/v1/users/me").body()["id"], player.id.0);
        get("me").refused(401, "You are not authorised to perform this action.");
        for who in ["nobody", "99999", "99999999999999999999"] {
            get(who).refused(404, &format!("The user {who} does not exist."));
        }
        let text = get("me").text;
        assert!(!text.contains("email"), "{text}");
    });
}

#[test]
fn users_change_what_they_say_about_themselves() {
    on_both(|server| {
        let member = server.member();
        let patch = |body: Value| member.caller.patch("/api/v1/users/me", &body);
        let changed = patch(json!({"about": "", "status": "away", "github": "https://github.com/player"})).body();
        assert_eq!((&changed["about"], &changed["status"]), (&json!(""), &json!("away")));
        assert_eq!(changed["socialMedia"]["github"], "player");
        let changed = patch(json!({"status": null, "twitter": "player", "unknown": 1})).body();
        assert_eq!((&changed["status"], &changed["socialMedia"]["github"]), (&Value::Null, &json!("player")));
        assert_eq!(server.guest().get(&format!("/api/v1/users/{}", member.id)).body(), changed);
        let long = "a".repeat(141);
        let refused = [
            json!({}),
            json!({"unknown": 1}),
            json!({"about": null}),
            json!({"about": "a".repeat(2001)}),
            json!({"status": "ab"}),
            json!({"discord": long}),
            json!({"steam": 5}),
        ];
        for body in refused {
            patch(body).failure(400);
        }
        patch(json!({"about": "a".repeat(2000), "status": "abc", "discord": &long[1..]})).body();
        let admin = server.user(AuthLevel::Admin, &[]);
        let path = format!("/api/v1/users/{}", member.id);
        server.log_in(admin.id).patch(&path, &json!({"about": "x"})).failure(403);
        server.guest().patch(&path, &json!({"about": "x"})).failure(401);
    });
}

#[test]
fn preferences_are_all_off_until_they_are_set() {
    on_both(|server| {
        let member = server.member();
        let path = format!("/api/v1/users/{}/settings", member.id);
        let settings = server.guest().get(&path).body();
        assert_eq!(keys(&settings), ["following", "preferences", "userID"]);
        let names = ["advancedMode", "contentiousContent", "deletableScores", "developerMode", "invisible"];
        assert_eq!(keys(&settings["preferences"]), names);
        assert!(names.iter().all(|name| settings["preferences"][name] == false), "{settings}");
        for name in names {
            let changed = member.caller.patch(&path, &json!({name: true})).body();
            assert_eq!(changed["preferences"][name], true);
        }
        let changed = member.caller.patch(&path, &json!({"invisible": false, "unknown": 1})).body();
        assert_eq!(names.map(|name| changed["preferences"][name].as_bool().unwrap()), [true, true, true, true, false]);
        assert_eq!(server.guest().get(&path).body(), changed);
        for body in [json!({}), json!({"unknown": true}), json!({"invisible": "yes"}), json!({"invisible": null})] {
            member.caller.patch(&path, &body).failure(400);
        }
        server.guest().patch(&path, &json!({"invisible": true})).failure(401);
    });
}

/// Registers somebody, who is logged in.
fn register<'a>(server: &'a TestServer, name: &str) -> Caller<'a> {
    let body = json!({"username": name, "!password": PASSWORD, "email": format!("{name}@example.com")});
    logged_in(server, "register", &body)
}

/// Whoever comes with the cookie of an answer.
#[track_caller]
fn logged_in<'a>(server: &'a TestServer, path: &str, body: &Value) -> Caller<'a> {
    let answer = server.guest().post(&format!("/api/v1/auth/{path}"), body);
    server.with_cookie(answer.header("Set-Cookie").unwrap().split(';').next().unwrap())
}

#[test]
fn a_new_password_takes_the_old_one_and_ends_other_logins() {
    on_both(|server| {
        let first = register(server, "alice");
        let credentials = |password: &str| json!({"username": "alice", "!password": password});
        let second = logged_in(server, "login", &credentials(PASSWORD));
        let other = register(server, "bob");
        let path = "/api/v1/users/alice/change-password";
        let body = |old: &str, new: &str| json!({"!oldPassword": old, "!password": new});
        let right = body(PASSWORD, "battery staple");
        server.guest().post(path, &right).failure(401);
        server.player().caller.post(path, &right).failure(403);
        other.post(path, &right).failure(403);
        second.post(path, &body("wrong horse", "battery staple")).failure(401);
        assert!(second.post(path, &body(PASSWORD, "short")).failure(400).starts_with("[!password]"));
        second.post(path, &json!({"!password": "battery staple"})).failure(400);
        let who = |caller: &Caller<'_>| caller.get("/api/v1/status").body()["whoami"].clone();
        assert!([&first, &second, &other].iter().all(|caller| !who(caller).is_null()));

        assert_eq!(second.post(path, &right).body(), json!({}));
        assert_eq!([&first, &second, &other].map(|caller| who(caller).is_null()), [true, false, false]);
        let login = |password: &str| server.guest().post("/api/v1/auth/login", &credentials(password)).status;
        assert_eq!((login(PASSWORD), login("battery staple")), (403, 200));
    });
}

/// What is a user's own; neither a token nor another user will do.
#[test]
fn names_and_addresses_are_changed_by_whoever_is_logged_in() {
    on_both(|server| {
        let (alice, other) = (register(server, "alice"), register(server, "bob"));
        for (path, body) in [
            ("change-email", json!({"!password": PASSWORD, "email": "new@example.com"})),
            ("change-username", json!({"username": "alice_2"})),
        ] {
            let path = format!("/api/v1/users/alice/{path}");
            server.guest().post(&path, &body).failure(401);
            server.player().caller.post(&path, &body).failure(403);
            other.post(&path, &body).failure(403);
        }
        for path in ["email", "is-email-verified"] {
            let path = format!("/api/v1/users/alice/{path}");
            server.guest().get(&path).failure(401);
            other.get(&path).failure(403);
        }
        let change = |email: &str, password: &str| {
            alice.post("/api/v1/users/me/change-email", &json!({"!password": password, "email": email}))
        };
        change("BOB@example.com", PASSWORD).refused(409, "This email is already in use.");
        change("x@y", PASSWORD).failure(400);
        change("new@example.com", "wrong horse").failure(401);
        assert_eq!(alice.get("/api/v1/users/me/email").body(), json!({"email": "alice@example.com"}));
        change("New@example.com", PASSWORD).body();
        assert_eq!(alice.get("/api/v1/users/me/email").body(), json!({"email": "new@example.com"}));
    });
}

#[test]
fn a_name_is_kept_for_six_months() {
    on_both(|server| {
        let alice = register(server, "alice");
        let id = read(server, |conn| user_by_name(conn, "alice")).unwrap().id;
        let renamed_before = |days: i64| {
            let at = tachi_server::app::now() - days * 24 * 60 * 60 * 1000;
            write(server, |conn| user_name_set(conn, id, "alice", at));
        };
        let rename = |name: &str| alice.post("/api/v1/users/me/change-username", &json!({ "username": name }));
        renamed_before(180);
        rename("carol").failure(400);
        renamed_before(185);
        assert_eq!(rename("carol").body()["username"], "carol");
        rename("alice").failure(400);
        server.guest().get("/api/v1/users/alice").failure(404);
        logged_in(server, "login", &json!({"username": "carol", "!password": PASSWORD}));
    });
}

#[test]
fn whoever_comes_with_a_login_is_seen() {
    on_both(|server| {
        let member = server.member();
        let seen = || server.guest().get(&format!("/api/v1/users/{}", member.id)).body()["lastSeen"].as_i64().unwrap();
        assert_eq!(seen(), 0);
        member.caller.get("/api/v1/status").body();
        // It is written after the answer.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while seen() == 0 {
            assert!(std::time::Instant::now() < deadline, "nobody was seen");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let token = server.player();
        token.caller.get("/api/v1/status").body();
        assert_eq!(server.guest().get(&format!("/api/v1/users/{}", token.id)).body()["lastSeen"], 0);
    });
}
