//! Reading back what was imported: imports, scores, sessions, profiles and PBs.

use serde_json::{Value, json};

use crate::support::{NOON, TestServer, batch, keys, on_both, score};

const SCORE: [&str; 16] = [
    "calculatedData",
    "chartID",
    "comment",
    "game",
    "highlight",
    "importType",
    "isPrimary",
    "playtype",
    "scoreData",
    "scoreID",
    "scoreMeta",
    "service",
    "songID",
    "timeAchieved",
    "timeAdded",
    "userID",
];
const SESSION: [&str; 12] = [
    "calculatedData",
    "desc",
    "game",
    "highlight",
    "name",
    "playtype",
    "scoreIDs",
    "sessionID",
    "timeEnded",
    "timeInserted",
    "timeStarted",
    "userID",
];
const USER: [&str; 14] = [
    "about",
    "authLevel",
    "badges",
    "clan",
    "customBannerLocation",
    "customPfpLocation",
    "id",
    "isSupporter",
    "joinDate",
    "lastSeen",
    "socialMedia",
    "status",
    "username",
    "usernameLowercase",
];
const SONG: [&str; 6] = ["altTitles", "artist", "data", "id", "searchTerms", "title"];
const CHART: [&str; 9] =
    ["chartID", "data", "difficulty", "isPrimary", "level", "levelNum", "playtype", "songID", "versions"];

/// Two scores of one session; the second has everything optional.
fn scores() -> Vec<u8> {
    let mut full = score("AA", 3000, "HARD CLEAR", NOON + 60_000);
    full["comment"] = "A good one.".into();
    full["judgements"] = json!({"pgreat": 1300, "great": 400});
    full["optional"] = json!({"bp": 12});
    full["scoreMeta"] = json!({"random": "MIRROR"});
    batch(&[score("5.1.1.", 1200, "CLEAR", NOON), full])
}

fn path(kind: &str, id: &Value) -> String {
    format!("/api/v1/{kind}/{}", id.as_str().unwrap())
}

#[test]
fn an_import_comes_with_everything_that_belongs_to_it() {
    on_both(|server| {
        let player = server.player();
        let document = player.caller.import("file/batch-manual", &scores());
        let body = server.guest().get(&path("imports", &document["importID"])).body();
        assert_eq!(keys(&body), ["charts", "import", "scores", "sessions", "songs", "user"]);
        assert_eq!(body["import"], document);
        let ids: Vec<_> = body["scores"].as_array().unwrap().iter().map(|score| &score["scoreID"]).collect();
        assert_eq!(ids, document["scoreIDs"].as_array().unwrap().iter().collect::<Vec<_>>());
        assert_eq!(keys(&body["scores"][0]), SCORE);
        assert_eq!(keys(&body["songs"][1]), SONG);
        assert_eq!(keys(&body["charts"][1]), CHART);
        assert_eq!(keys(&body["sessions"][0]), SESSION);
        assert_eq!(body["sessions"][0]["sessionID"], document["createdSessions"][0]["sessionID"]);
        assert_eq!(keys(&body["user"]), USER);
        assert_eq!(body["user"]["id"], player.id.0);
    });
}

#[test]
fn a_score_has_every_member_of_its_document() {
    on_both(|server| {
        let player = server.player();
        let document = player.caller.import("file/batch-manual", &scores());
        let path = path("scores", &document["scoreIDs"][1]);
        let alone = server.guest().get(&path).body();
        assert_eq!(keys(&alone), ["score"]);
        let score = &alone["score"];
        assert_eq!(keys(score), SCORE);
        assert_eq!(score["scoreID"], document["scoreIDs"][1]);
        let plain = ["userID", "game", "playtype", "service", "importType", "timeAchieved", "isPrimary", "highlight"];
        let expected =
            json!([player.id.0, "iidx", "SP", "Test (BATCH-MANUAL)", "file/batch-manual", NOON + 60_000, true, false]);
        assert_eq!(Value::from_iter(plain.map(|name| score[name].clone())), expected);
        assert_eq!((&score["comment"], &score["scoreMeta"]), (&json!("A good one."), &json!({"random": "MIRROR"})));
        let data = &score["scoreData"];
        assert_eq!((&data["score"], &data["lamp"], &data["grade"]), (&json!(3000), &json!("HARD CLEAR"), &json!("AA")));
        assert!((data["percent"].as_f64().unwrap() - 3000.0 / 36.68).abs() < 1e-9);
        assert_eq!(data["judgements"], json!({"pgreat": 1300, "great": 400}));
        assert_eq!(data["optional"], json!({"bp": 12, "enumIndexes": {}}));
        assert_eq!(keys(&data["enumIndexes"]), ["grade", "lamp"]);
        assert!(!keys(&score["calculatedData"]).is_empty());

        for query in ["?getRelated", "?getRelated=", "?getRelated=false"] {
            let related = server.guest().get(&format!("{path}{query}")).body();
            assert_eq!(keys(&related), ["chart", "score", "song", "user"], "{query}");
            assert_eq!(related["score"], *score);
            assert_eq!((keys(&related["chart"]), keys(&related["song"])), (CHART.to_vec(), SONG.to_vec()));
            assert_eq!((&related["chart"]["chartID"], &related["song"]["id"]), (&score["chartID"], &score["songID"]));
            assert_eq!(keys(&related["user"]), USER);
        }
    });
}

#[test]
fn parts_that_a_score_lacks_are_empty_objects() {
    let server = TestServer::start();
    let document = server.player().caller.import("file/batch-manual", &scores());
    let body = server.guest().get(&path("scores", &document["scoreIDs"][0])).body();
    let data = &body["score"]["scoreData"];
    assert_eq!((&data["judgements"], &data["optional"]), (&json!({}), &json!({"enumIndexes": {}})));
    assert_eq!((&body["score"]["scoreMeta"], &body["score"]["comment"]), (&json!({}), &json!(null)));
}

#[test]
fn a_session_comes_with_its_scores() {
    on_both(|server| {
        let player = server.player();
        let document = player.caller.import("file/batch-manual", &scores());
        let body = server.guest().get(&path("sessions", &document["createdSessions"][0]["sessionID"])).body();
        for member in ["charts", "scores", "session", "songs", "user"] {
            assert!(keys(&body).contains(&member), "{member}");
        }
        let session = &body["session"];
        assert_eq!(keys(session), SESSION);
        assert_eq!(session["scoreIDs"], document["scoreIDs"]);
        assert_eq!((&session["timeStarted"], &session["timeEnded"]), (&json!(NOON), &json!(NOON + 60_000)));
        assert_eq!((&session["userID"], &session["desc"]), (&json!(player.id.0), &json!(null)));
        assert_eq!(session["name"].as_str().unwrap().split(' ').count(), 3);
        assert_eq!(keys(&body["scores"][0]), SCORE);
        assert_eq!(body["scores"].as_array().unwrap().len(), 2);
        assert_eq!(keys(&body["user"]), USER);
    });
}

#[test]
fn what_does_not_exist_is_not_found() {
    on_both(|server| {
        let guest = server.guest();
        let unknown = |letter: &str, digits: usize| format!("{letter}{}", "0".repeat(digits));
        for (kind, name, id) in [
            ("imports", "import", unknown("", 40)),
            ("scores", "score", unknown("R", 64)),
            ("scores", "score", unknown("T", 64)),
            ("sessions", "session", unknown("Q", 40)),
        ] {
            guest.get(&format!("/api/v1/{kind}/{id}")).refused(404, &format!("The {name} {id} does not exist."));
            guest.get(&format!("/api/v1/{kind}/x")).refused(404, &format!("The {name} x does not exist."));
        }
        let long = "x".repeat(2000);
        let text = guest.get(&format!("/api/v1/scores/{long}")).failure(404);
        assert_eq!(text, format!("The score {} does not exist.", "x".repeat(100)));
    });
}

#[test]
fn games_and_playtypes_show_their_configurations() {
    on_both(|server| {
        let player = server.player();
        let games = server.guest().get("/api/v1/games").body();
        let offered = games["supportedGames"].as_array().unwrap();
        assert!(offered.contains(&json!("iidx")) && !offered.contains(&json!("bms")), "{offered:?}");
        for game in offered {
            let one = server.guest().get(&format!("/api/v1/games/{}", game.as_str().unwrap())).body();
            assert_eq!(one, games["configs"][game.as_str().unwrap()]);
        }
        player.caller.import("file/batch-manual", &scores());
        let sp = server.guest().get("/api/v1/games/iidx/SP").body();
        assert_eq!((&sp["scoreCount"], &sp["playerCount"]), (&json!(2), &json!(1)));
        assert!(sp["chartCount"].as_u64().unwrap() > 0 && sp["config"].is_object());
        assert_eq!(server.guest().get("/api/v1/games/iidx-sp").body(), sp, "its name in v3");
        server.guest().get("/api/v1/games/bms").failure(400);
        server.guest().get("/api/v1/games/iidx/7K").failure(400);
    });
}

#[test]
fn a_player_is_found_by_number_name_or_token() {
    on_both(|server| {
        let player = server.player();
        player.caller.import("file/batch-manual", &scores());
        let of = |user: &str| format!("/api/v1/users/{user}/games/iidx/SP");
        let id = player.id.0.to_string();
        for user in [&*id, "player_0", "PLAYER_0"] {
            let body = server.guest().get(&of(user)).body();
            assert_eq!(body["gameStats"]["userID"], player.id.0, "{user}");
            assert_eq!(body["totalScores"], 2, "{user}");
        }
        assert_eq!(player.caller.get(&of("me")).body()["gameStats"]["userID"], player.id.0);
        server.guest().get(&of("me")).refused(401, "You are not authorised to perform this action.");
        server.guest().get(&of("nobody")).refused(404, "The user nobody does not exist.");
        server.guest().get(&of("999999")).refused(404, "The user 999999 does not exist.");
        server.guest().get("/api/v1/users/player_0/games/iidx/DP").failure(404);
        server.guest().get("/api/v1/users/player_0/games/iidx/7K").failure(400);
        server.guest().get("/api/v1/users/player_0/games/tetris/SP").failure(400);

        let sessions = server.guest().get(&format!("{}/sessions/recent", of("me").replace("me", &id)));
        assert!(!sessions.text.is_empty());
        let best = server.guest().get(&format!("{}/pbs/best", of(&id))).body();
        let pbs = best["pbs"].as_array().unwrap();
        assert_eq!(pbs.len(), 2);
        assert_eq!(pbs[0]["rankingData"]["rank"], 1);
        assert!(pbs.iter().all(|pb| !pb["composedFrom"].as_array().unwrap().is_empty()));
        assert_eq!((best["songs"].as_array().unwrap().len(), best["charts"].as_array().unwrap().len()), (2, 2));
    });
}
