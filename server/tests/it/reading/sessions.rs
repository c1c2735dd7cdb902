//! Sessions of a user, and what is around one.

use serde_json::{Value, json};

use super::*;
use crate::support::{keys, on_both};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The session of an import.
fn session_of(document: &Value) -> String {
    document["createdSessions"][0]["sessionID"].as_str().unwrap().to_owned()
}

#[test]
fn a_session_is_compared_with_what_was_there_before_it() {
    on_both(|server| {
        let player = server.player();
        let before = batch(&[score("5.1.1.", 1300, "CLEAR", NOON - DAY)]);
        let first = session_of(&player.caller.import("file/batch-manual", &before));
        let now = [score("5.1.1.", 1479, "EX HARD CLEAR", NOON), score("AA", 3000, "CLEAR", NOON + 1)];
        let second = player.caller.import("file/batch-manual", &batch(&now));
        let id = session_of(&second);
        let body = server.guest().get(&format!("/api/v1/sessions/{id}")).body();
        assert_eq!(keys(&body), ["charts", "index", "scoreInfo", "scores", "session", "songs", "user"]);
        assert_eq!(body["index"], 2);
        let info = &body["scoreInfo"];
        assert_eq!(info[1], json!({"scoreID": second["scoreIDs"][1], "isNewScore": true}));
        assert_eq!((&info[0]["scoreID"], &info[0]["isNewScore"]), (&second["scoreIDs"][0], &json!(false)));
        let deltas = &info[0]["deltas"];
        assert_eq!(keys(deltas), ["grade", "lamp", "percent", "score"]);
        assert_eq!((&deltas["score"], &deltas["lamp"], &deltas["grade"]), (&json!(179), &json!(2), &json!(1)));
        assert!((deltas["percent"].as_f64().unwrap() - 17900.0 / 1572.0).abs() < 1e-9);

        let last = server.guest().get(&of(&player, "/sessions/last")).body();
        assert_eq!((&last["session"], &last["scoreInfo"]), (&body["session"], info));
        assert_eq!(keys(&last), ["scoreInfo", "session"]);
        let adjacent = |id: &str| server.guest().get(&format!("/api/v1/sessions/{id}/adjacent"));
        let around = adjacent(&id).body();
        assert_eq!((&around["prev"]["sessionID"], &around["next"]), (&json!(first), &json!(null)));
        let around = adjacent(&first).body();
        assert_eq!((&around["prev"], &around["next"]["sessionID"]), (&json!(null), &json!(id)));
        adjacent("x").refused(404, "The session x does not exist.");
    });
}

#[test]
fn what_was_played_after_a_session_does_not_change_what_it_is_compared_with() {
    on_both(|server| {
        let player = server.player();
        let play = |day: i64, first: i64, second: i64| {
            let scores =
                [score("5.1.1.", first, "CLEAR", NOON + day * DAY), score("AA", second, "CLEAR", NOON + day * DAY)];
            session_of(&player.caller.import("file/batch-manual", &batch(&scores)))
        };
        // The PB on the first chart is older than the session in the middle, that on the second one is younger.
        let sessions = [play(0, 1400, 2000), play(1, 1350, 2100), play(2, 1300, 3000)];
        let deltas = |id: &str| {
            let body = server.guest().get(&format!("/api/v1/sessions/{id}")).body();
            let info = body["scoreInfo"].as_array().unwrap();
            info.iter().map(|info| info["deltas"]["score"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(deltas(&sessions[0]), [json!(null), json!(null)]);
        assert_eq!(deltas(&sessions[1]), [json!(-50), json!(100)]);
        assert_eq!(deltas(&sessions[2]), [json!(-100), json!(900)]);
    });
}

#[test]
fn sessions_are_listed_by_time_rating_highlight_and_name() {
    on_both(|server| {
        let player = server.user(tachi_db::users::AuthLevel::User, &["submit_score", "customise_session"]);
        let sitting = |day: i64, count: i64| {
            let scores: Vec<Value> = (0..count)
                .map(|number| score("AA", 2000 + day * 20 + number, "CLEAR", NOON + day * DAY + number))
                .collect();
            session_of(&player.caller.import("file/batch-manual", &batch(&scores)))
        };
        // Ten scores make a rating, nine do not.
        let ids = [sitting(0, 10), sitting(1, 9), sitting(2, 9)];
        let list = |path: &str| {
            let body = server.guest().get(&of(&player, path)).body();
            each(&body, "sessionID").into_iter().map(|id| id.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(list("/sessions/recent"), [&*ids[2], &ids[1], &ids[0]]);
        assert_eq!(list("/sessions/best"), [&*ids[0], &ids[2], &ids[1]], "no rating comes last");
        assert_eq!(list("/sessions/best?alg=BPI").len(), 3);
        let refused = server.guest().get(&of(&player, "/sessions/best?alg=x")).failure(400);
        assert!(refused.contains("ktLampRating, ktLampRatingHC, ktLampRatingEXHC, BPI"), "{refused}");
        assert_eq!(list("/sessions/highlighted"), [""; 0]);
        for (id, name) in [(&ids[0], "A xylo vesper7"), (&ids[2], "Vésper7 of days")] {
            let edit = json!({"name": name, "highlight": true});
            send(&player.caller, Method::PATCH, &format!("/api/v1/sessions/{id}"), &edit).body();
        }
        assert_eq!(list("/sessions/highlighted"), [&*ids[2], &ids[0]]);
        wants_search(server, &of(&player, "/sessions"));
        assert_eq!(list("/sessions?search=vesper7"), [&*ids[2], &ids[0]], "what begins so comes first");
        assert_eq!(list("/sessions?search=XYLO"), [&*ids[0]]);
        let found = server.guest().get(&of(&player, "/sessions?search=xylo")).body();
        assert!(found[0]["__textScore"].is_number(), "{found}");

        let calendar = server.guest().get(&of(&player, "/sessions/calendar")).body();
        let form = ["desc", "game", "highlight", "name", "playtype", "sessionID", "timeEnded", "timeStarted"];
        assert_eq!(keys(&calendar[0]), form);
        assert_eq!(calendar.as_array().unwrap().len(), 3);
    });
}

#[test]
fn who_played_without_times_has_no_last_session() {
    on_both(|server| {
        let player = server.player();
        let mut timeless = score("AA", 3000, "CLEAR", NOON);
        timeless.as_object_mut().unwrap().remove("timeAchieved");
        player.caller.import("file/batch-manual", &batch(&[timeless]));
        server.guest().get(&of(&player, "/sessions/last")).failure(404);
        assert_eq!(server.guest().get(&of(&player, "/sessions/recent")).body(), json!([]));
    });
}

/// One chart that reached a value.
fn raise(metric: &str, value: &str, previous: u32, chart: &str) -> Value {
    json!({
        "metric": metric, "value": value, "previousCount": previous, "count": previous + 1, "raisedCharts": [chart],
    })
}

/// Level 10 of version 33 are nine charts of the built-in catalogue, 5.1.1. ANOTHER (786 notes) and ABSOLUTE ANOTHER
/// (1218) among them; AA ANOTHER (1834) is one of the Three Landmarks and of two folders of level 12.
#[test]
fn a_session_raises_lamps_and_grades_of_folders() {
    on_both(|server| {
        let player = server.player();
        // 1048 of 1572 is the smallest A, 1223 the smallest AA; two thirds of 2436 are 1624.
        let mut timeless = score("V", 1, "FULL COMBO", NOON);
        timeless.as_object_mut().unwrap().remove("timeAchieved");
        let before =
            [score("5.1.1.", 1048, "CLEAR", NOON - DAY), score("ABSOLUTE", 1624, "FAILED", NOON - DAY), timeless];
        let first = session_of(&player.caller.import("file/batch-manual", &batch(&before)));
        let now = [
            score("5.1.1.", 1223, "FAILED", NOON),
            score("5.1.1.", 900, "HARD CLEAR", NOON + 1),
            score("AA", 100, "EASY CLEAR", NOON + 2),
        ];
        let second = session_of(&player.caller.import("file/batch-manual", &batch(&now)));
        // What comes later changes nothing about it.
        let later = [score("5.1.1.", 1572, "FULL COMBO", NOON + DAY), score("AA", 3000, "FULL COMBO", NOON + DAY)];
        player.caller.import("file/batch-manual", &batch(&later));

        let raises = |id: &str| server.guest().get(&format!("/api/v1/sessions/{id}/folder-raises"));
        let body = raises(&second).body();
        let folders: Vec<(&Value, &Value)> =
            body.as_array().unwrap().iter().map(|one| (&one["folder"]["title"], &one["totalCharts"])).collect();
        let expected = [
            ("Level 10 (Sparkle Shower)", 9),
            ("Level 12 (All)", 13),
            ("Level 12 (Sparkle Shower)", 13),
            ("Three Landmarks", 3),
        ]
        .map(|(title, charts)| (json!(title), json!(charts)));
        assert_eq!(folders, expected.iter().map(|(title, charts)| (title, charts)).collect::<Vec<_>>());
        assert_eq!(body[0]["raises"], json!([raise("lamp", "HARD CLEAR", 0, FIVE), raise("grade", "AA", 0, FIVE)]));
        for folder in 1..4 {
            assert_eq!(body[folder]["raises"], json!([raise("lamp", "EASY CLEAR", 0, AA)]), "{folder}");
        }

        let body = raises(&first).body();
        assert_eq!(each(&body, "totalCharts"), [9]);
        assert_eq!(body[0]["raises"][0], raise("lamp", "EASY CLEAR", 0, FIVE));
        assert_eq!(body[0]["raises"][2]["metric"], "grade");
        assert_eq!(body[0]["raises"][2]["count"], 2, "an A on both");
        raises("x").refused(404, "The session x does not exist.");
    });
}
