//! Users and what they say about themselves.

use serde_json::{Value, json};
use tachi_db::users::{AuthLevel, user_seen_unless_invisible};

use crate::support::{TestServer, keys, on_both};

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

#[test]
fn a_new_password_takes_the_old_one_and_ends_other_logins() {
    let server = TestServer::start();
    let register = json!({"username": "alice", "!password": "correct horse", "email": "alice@example.com"});
    let cookie = |path: &str, body: &Value| {
        let answer = server.guest().post(path, body);
        answer.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let first = cookie("/api/v1/auth/register", &register);
    let second = cookie("/api/v1/auth/login", &register);
    let change = |old: &str, new: &str| {
        let body = json!({"!oldPassword": old, "!password": new});
        server.with_cookie(&second).post("/api/v1/users/me/change-password", &body)
    };
    change("wrong horse", "battery staple").failure(401);
    change("correct horse", "short").failure(400);
    assert_eq!(change("correct horse", "battery staple").body(), json!({}));
    let who = |cookie: &str| server.with_cookie(cookie).get("/api/v1/status").body()["whoami"].clone();
    assert_eq!((who(&first).is_null(), who(&second).is_null()), (true, false));
    let login = |password: &str| {
        server.guest().post("/api/v1/auth/login", &json!({"username": "alice", "password": password})).status
    };
    assert_eq!((login("correct horse"), login("battery staple")), (403, 200));
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
