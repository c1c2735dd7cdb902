//! Classes that players state by hand. Source: `spec/import-types/file-import-class.md`, `spec/classes.md` 7.

use std::time::Duration;

use serde_json::{Value, json};
use tachi_core::game::Gpt;
use tachi_db::Database;
use tachi_db::profiles::{class_achievements_of_user, let_state_classes, profile_get};
use tachi_db::users::user_by_id;
use tachi_server::config::Options;

use crate::support::{NOON, Player, TestServer, batch, on_both, score, settings};

const WAIT: Duration = Duration::from_secs(30);
const PATH: &str = "/api/v1/import/class";

fn database(server: &TestServer) -> &Database {
    server.app.importer.database()
}

/// A player with a profile on IIDX SP who holds this class.
fn player_with<'a>(server: &'a TestServer, dan: &str) -> Player<'a> {
    let player = server.player();
    let mut document: Value = serde_json::from_slice(&batch(&[score("5.1.1.", 1000, "CLEAR", NOON)])).unwrap();
    document["classes"] = json!({ "dan": dan });
    player.caller.post("/ir/direct-manual/import", &document).body();
    player
}

fn dan(server: &TestServer, player: &Player<'_>) -> Option<String> {
    let profile = database(server).read(|conn| profile_get(conn, player.id, Gpt::IidxSp)).unwrap().unwrap();
    profile.classes.get("dan").cloned()
}

#[test]
fn a_stated_class_replaces_the_one_held_also_when_it_is_lower() {
    on_both(|server| {
        let player = player_with(server, "KAIDEN");
        let made = player.caller.post(PATH, &json!({"game": "iidx-sp", "classes": {"dan": "DAN_10"}})).body();
        let delta = json!([{"game": "iidx", "set": "dan", "playtype": "SP", "old": "KAIDEN", "new": "DAN_10"}]);
        assert_eq!((&made["classDeltas"], &made["idStrings"]), (&delta, &json!(["iidx:SP"])));
        assert_eq!((&made["importType"], &made["scoreIDs"]), (&json!("file/import-class"), &json!([])));
        assert_eq!(dan(server, &player).as_deref(), Some("DAN_10"));
        let [newest, first] =
            &database(server).read(|conn| class_achievements_of_user(conn, player.id, 9)).unwrap()[..]
        else {
            panic!("two achievements")
        };
        assert_eq!((newest.value.as_str(), newest.is_manual), ("DAN_10", true));
        assert_eq!((first.value.as_str(), first.is_manual), ("KAIDEN", false));

        let again = json!({"game": "iidx", "playtype": "SP", "classes": {"dan": "DAN_10"}});
        assert_eq!(player.caller.post(PATH, &again).body()["classDeltas"], json!([]));
        assert_eq!(database(server).read(|conn| class_achievements_of_user(conn, player.id, 9)).unwrap().len(), 2);
    });
}

#[test]
fn null_takes_a_class_away() {
    on_both(|server| {
        let player = player_with(server, "CHUUDEN");
        let nothing = json!({"game": "iidx-sp", "classes": {"dan": null}});
        let made = player.caller.post(PATH, &nothing).body();
        let delta = json!([{"game": "iidx", "set": "dan", "playtype": "SP", "old": "CHUUDEN", "new": null}]);
        assert_eq!(made["classDeltas"], delta);
        assert_eq!(dan(server, &player), None);
        assert_eq!(player.caller.post(PATH, &nothing).body()["classDeltas"], json!([]), "nothing when it was unset");
        // A game may give it again.
        let import = made["importID"].as_str().unwrap();
        let kept = server.guest().get(&format!("/api/v1/imports/{import}")).body();
        assert_eq!(kept["import"]["classDeltas"], delta);
    });
}

#[test]
fn what_is_refused_and_in_which_order() {
    let server = TestServer::start();
    let player = server.player();
    let post = |body: &Value| player.caller.post(PATH, body);
    server.guest().post(PATH, &json!({})).failure(401);
    let games = post(&json!({"game": "iidx", "classes": {}})).failure(400);
    assert!(games.starts_with("Invalid game iidx") && games.contains("iidx-sp, iidx-dp"), "{games}");
    let name = database(&server).read(|conn| user_by_id(conn, player.id)).unwrap().unwrap().username;
    // The game comes before the profile, and the profile before the classes.
    assert_eq!(
        post(&json!({"game": "iidx-sp", "classes": 5})).failure(404),
        format!("The user {name} has not played iidx-sp"),
    );
    let player = player_with(&server, "DAN_1");
    let post = |body: &Value| player.caller.post(PATH, body).failure(400);
    assert_eq!(post(&json!({"game": "iidx-sp", "classes": 5})), "Invalid classes object.");
    assert_eq!(post(&json!({"game": "iidx-sp", "classes": {}})), "At least one class must be provided.");
    let unknown = post(&json!({"game": "iidx-sp", "classes": {"rank": "DAN_1"}}));
    assert_eq!(unknown, "Invalid class set \"rank\" for iidx-sp. Expected any of dan.");
    let unknown = post(&json!({"game": "iidx-sp", "classes": {"dan": "DAN_11"}}));
    assert!(unknown.starts_with("Invalid class of DAN_11 for set dan. Expected any of KYU_7, "), "{unknown}");
    assert_eq!(dan(&server, &player).as_deref(), Some("DAN_1"));

    database(&server).write(WAIT, |conn| let_state_classes(conn, player.id, false)).unwrap();
    let banned = player.caller.post(PATH, &json!({"game": "iidx-sp", "classes": {"dan": "DAN_2"}})).failure(403);
    assert_eq!(banned, "You are banned from manually importing classes.");
}

#[test]
fn an_instance_may_do_without() {
    let types = Some("file/batch-manual".to_owned());
    let server = TestServer::with(Options { import_types: types, ..settings() });
    let text = server.player().caller.post(PATH, &json!({"game": "iidx-sp", "classes": {}})).failure(400);
    assert_eq!(text, "Manual class imports are not enabled on this instance.");
}
