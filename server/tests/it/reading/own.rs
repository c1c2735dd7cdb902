//! What users decide about a profile: settings, rivals, history, and that it goes.

use serde_json::{Value, json};
use tachi_server::config::Options;
use tachi_server::config::access::AccessOptions;

use super::*;
use crate::support::{keys, on_both, on_both_with, settings};

/// A logged-in player who has played.
fn member(server: &TestServer) -> Player<'_> {
    let player = player(server);
    Player { caller: server.log_in(player.id), ..player }
}

#[test]
fn settings_are_changed_by_their_owner_and_taken_back_with_null() {
    on_both(|server| {
        let player = member(server);
        let path = of(&player, "/settings");
        let undecided = server.guest().get(&path).body();
        assert_eq!(keys(&undecided), ["game", "playtype", "preferences", "rivals", "userID"]);
        assert_eq!(
            undecided["preferences"],
            json!({
                "preferredScoreAlg": null, "preferredSessionAlg": null, "preferredProfileAlg": null, "stats": [],
                "defaultTable": null, "preferredRanking": null, "preferredDefaultEnum": null, "gameSpecific": {},
            })
        );
        let stat = json!({"mode": "chart", "chartID": AA, "property": "lamp"});
        let wishes = json!({"preferredScoreAlg": "BPI", "preferredRanking": "rival", "stats": [stat]});
        assert_eq!(player.caller.patch(&path, &wishes).body()["preferences"]["stats"], json!([stat]));
        let taken_back = player.caller.patch(&path, &json!({"preferredScoreAlg": null})).body();
        assert_eq!(taken_back["preferences"]["preferredScoreAlg"], Value::Null);
        assert_eq!(taken_back["preferences"]["preferredRanking"], "rival");
        assert_eq!(server.guest().get(&path).body(), taken_back);

        for wrong in [
            json!({}),
            json!({"preferredScoreAlg": "skill"}),
            json!({"defaultTable": "no-such-table"}),
            json!({"preferredRanking": "local"}),
            json!({"stats": [{"mode": "folder", "folderID": "no-such-folder", "property": "lamp", "gte": 1}]}),
            json!({"stats": [{"mode": "chart", "chartID": "no-such-chart", "property": "lamp"}]}),
            json!({"stats": vec![stat.clone(); 7]}),
        ] {
            player.caller.patch(&path, &wrong).failure(400);
        }
        server.guest().patch(&path, &wishes).failure(401);
        server.member().caller.patch(&path, &wishes).failure(403);
    });
}

#[test]
fn rivals_have_played_are_few_and_somebody_else() {
    let options = || {
        let access = AccessOptions { rivals_cap: Some(2), ..settings().access };
        Options { access, ..settings() }
    };
    on_both_with(options, |server| {
        let me = member(server);
        let (one, two, three) = (player(server), player(server), player(server));
        let path = of(&me, "/rivals");
        let fresh = server.player();
        for wrong in [
            json!(null),
            json!([me.id]),
            json!([one.id, one.id]),
            json!([one.id, two.id, three.id]),
            json!([fresh.id]),
            json!(["1"]),
        ] {
            me.caller.put(&path, &json!({ "rivalIDs": wrong })).failure(400);
        }
        assert_eq!(me.caller.put(&path, &json!({"rivalIDs": [two.id, one.id]})).body(), json!({}));
        assert_eq!(each(&server.guest().get(&path).body(), "id"), [two.id.0, one.id.0], "in the user's order");
        let challengers = server.guest().get(&of(&one, "/rivals/challengers")).body();
        assert_eq!(each(&challengers, "id"), [me.id.0]);

        one.caller.import("file/batch-manual", &batch(&[score("5.1.1.", 1500, "CLEAR", NOON)]));
        let body = server.guest().get(&of(&me, &format!("/pbs/{FIVE}/rivals"))).body();
        assert_eq!(keys(&body), ["pbs", "rivals"]);
        assert_eq!(each(&body["pbs"], "userID"), [one.id.0, two.id.0], "best first");
        assert_eq!(each(&body["rivals"], "id"), [two.id.0, one.id.0]);
        server.guest().get(&of(&me, "/pbs/no-such-chart/rivals")).failure(404);
        let best = server.guest().get(&of(&me, "/rivals/pb-leaderboard")).body();
        assert_eq!(keys(&best), ["charts", "pbs", "songs", "users"]);
        assert_eq!(best["pbs"].as_array().unwrap().len(), 6, "two each, without the third");
        server.guest().put(&path, &json!({"rivalIDs": []})).failure(401);
        one.caller.put(&path, &json!({"rivalIDs": []})).failure(403);
        assert_eq!(me.caller.put(&path, &json!({"rivalIDs": []})).body(), json!({}));
        assert_eq!(server.guest().get(&path).body(), json!([]));
    });
}

#[test]
fn history_begins_with_what_is_now() {
    on_both(|server| {
        let player = player(server);
        let importer = &server.app.importer;
        // 60 days ago.
        let then = tachi_server::app::now() - 60 * 86_400_000;
        let taken = importer.database().write(std::time::Duration::from_secs(30), |conn| {
            tachi_db::snapshots::snapshots_take(conn, tachi_core::game::Gpt::IidxSp, then)
        });
        assert_eq!(taken.unwrap(), 1);
        let history = server.guest().get(&of(&player, "/history")).body();
        assert_eq!(history.as_array().unwrap().len(), 2);
        for snapshot in history.as_array().unwrap() {
            assert_eq!(keys(snapshot), ["classes", "playcount", "rankings", "ratings", "timestamp"]);
            assert_eq!(snapshot["rankings"]["ktLampRating"], json!({"ranking": 1, "outOf": 1}));
            assert_eq!(snapshot["playcount"], 2);
        }
        assert_eq!(history[1]["timestamp"], then);
        assert!(history[0]["timestamp"].as_i64().unwrap() > then);
        assert_eq!(history[0]["ratings"], history[1]["ratings"]);
        for (duration, count) in [("week", 1), ("month", 1), ("3mo", 2), ("year", 2), ("all", 2)] {
            let history = server.guest().get(&of(&player, &format!("/history?duration={duration}"))).body();
            assert_eq!(history.as_array().unwrap().len(), count, "{duration}");
        }
        server.guest().get(&of(&player, "/history?duration=decade")).failure(400);
    });
}

#[test]
fn a_profile_is_deleted_with_the_password_only() {
    on_both(|server| {
        let registration = json!({"username": "somebody", "!password": "correct horse", "email": "a@example.com"});
        let answer = server.guest().post("/api/v1/auth/register", &registration);
        let cookie = answer.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned();
        let id = tachi_core::ids::UserId(i32::try_from(answer.body()["id"].as_i64().unwrap()).unwrap());
        let me = Player { id, caller: server.with_cookie(&cookie) };
        play(&me);
        let path = of(&me, "");
        let delete = |caller: &Caller<'_>, body: Value| send(caller, Method::DELETE, &path, &body);
        let right = json!({"!password": "correct horse"});
        delete(&me.caller, json!({})).failure(400);
        delete(&me.caller, json!({"!password": "short"})).failure(400);
        delete(&me.caller, json!({"!password": "wrong horse"})).failure(403);
        delete(&server.guest(), right.clone()).failure(401);
        delete(&server.member().caller, right.clone()).failure(403);
        assert_eq!(server.stored(id).scores, 2);
        assert_eq!(delete(&me.caller, right.clone()).body(), json!({}));
        assert_eq!(server.stored(id), crate::support::Stored::default());
        server.guest().get(&path).failure(404);
        delete(&me.caller, right).failure(404);

        // What is left of the user is theirs to change.
        let user = |path: &str| format!("/api/v1/users/me/{path}");
        assert_eq!(me.caller.get(&user("is-email-verified")).body(), false);
        assert_eq!(me.caller.get(&user("email")).body(), json!({"email": "a@example.com"}));
        let change = |password: &str| {
            me.caller.post(&user("change-email"), &json!({"!password": password, "email": "B@example.com"}))
        };
        change("wrong horse").failure(401);
        change("correct horse").body();
        assert_eq!(me.caller.get(&user("email")).body(), json!({"email": "b@example.com"}));
        let other = server.member();
        let rename = |name: &str| me.caller.post(&user("change-username"), &json!({ "username": name }));
        let taken = server.guest().get(&format!("/api/v1/users/{}", other.id)).body()["username"].clone();
        rename(taken.as_str().unwrap()).failure(409);
        rename("1x").failure(400);
        assert_eq!(rename("somebody_else").body()["username"], "somebody_else");
        rename("again").refused(400, "You may change your name every six months.");
        let picture = client().get(format!("{}/api/v1/users/{id}/pfp", server.url)).send().unwrap();
        assert_eq!(picture.headers()["Content-Type"], "image/png");
        assert!(picture.bytes().unwrap().starts_with(b"\x89PNG"));
    });
}

#[test]
fn large_answers_are_limited() {
    let options = || {
        let access = AccessOptions { rate_limit: Some(500), ..settings().access };
        Options { access, ..settings() }
    };
    let server = TestServer::with(options());
    let player = player(&server);
    for (path, max) in [("/pbs/all", 15), ("/scores/all", 2)] {
        for _ in 0..max {
            server.guest().get(&of(&player, path)).body();
        }
        assert_eq!(server.guest().get(&of(&player, path)).status, 429, "{path}");
    }
}
