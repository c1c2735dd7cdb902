//! The hook of Lunatic Rave 2.

use serde_json::json;
use tachi_core::game::Gpt;
use tachi_db::profiles::profile_get;
use tachi_db::users::AuthLevel;

use crate::ir_kit::{GUEST, NO_PERMISSION, body, home, imported, read, score};
use crate::support::TestServer;

const IMPORT: &str = "/ir/lr2hook/import";
const COURSE: &str = "/ir/lr2hook/import/course";

#[test]
fn a_score_is_imported_and_a_duplicate_is_a_success() {
    let server = home();
    let player = server.player();
    let document = imported(&player.caller.post(IMPORT, &body("lr2hook/plain")));
    assert_eq!(score(&server, &document["scoreIDs"][0])["service"], "LR2Hook");
    let again = player.caller.post(IMPORT, &body("lr2hook/plain")).body();
    assert_eq!((&again["scoreIDs"], &again["errors"]), (&json!([]), &json!([])));
    let unknown = player.caller.post(IMPORT, &body("lr2hook/unknown-chart")).body();
    assert_eq!(unknown["errors"][0]["type"], "SongOrChartNotFound");
}

#[test]
fn the_caller_comes_first_then_the_edition_then_the_permission() {
    let server = TestServer::start();
    for path in [IMPORT, COURSE] {
        server.guest().post(path, &json!({})).refused(401, GUEST);
        server.player().caller.post(path, &json!({})).failure(404);
    }
    let server = home();
    for path in [IMPORT, COURSE] {
        server.user(AuthLevel::User, &[]).caller.post(path, &json!({})).refused(403, NO_PERMISSION);
    }
    assert!(server.player().caller.post(IMPORT, &json!({})).failure(400).starts_with("Error: "));
    assert!(server.player().caller.post(COURSE, &json!({})).failure(400).starts_with('['));
}

#[test]
fn a_course_earns_a_class_without_an_import() {
    let server = home();
    let player = server.player();
    let mut course = body("lr2hook/plain");
    let unknown = player.caller.post(COURSE, &course).failure(404);
    assert_eq!(unknown, "Couldn't find a course with this MD5 (38616b85332037cc12924f2ae2840262).");

    course["md5"] = json!(crate::ir_beatoraja::COURSE_MD5S.concat());
    course["scoreData"]["notesPlayed"] = json!(2255);
    let failed = player.caller.post(COURSE, &course);
    assert_eq!(failed.body(), json!({"notesPlayed": 2255, "notesTotal": 2256}));
    assert_eq!(failed.json()["description"], "Class not updated. You failed to clear this course.");

    course["scoreData"]["notesPlayed"] = json!(2256);
    for text in ["Successfully updated class.", "Class not updated."] {
        let answer = player.caller.post(COURSE, &course);
        assert_eq!(answer.body(), json!({"set": "genocideDan", "value": "INSANE_1"}));
        assert_eq!(answer.json()["description"], text);
    }
    let profile = read(&server, |conn| profile_get(conn, player.id, Gpt::Bms7k)).unwrap();
    assert_eq!(profile.classes["genocideDan"], "INSANE_1");
}
