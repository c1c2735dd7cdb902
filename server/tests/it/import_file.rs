//! `POST /api/v1/import/file`, where it goes well.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Form, NOON, Stored, TestServer, batch, demo_csv, keys, members, on_both, score};

/// The members of the ImportDocument, in the order of the seed.
const MEMBERS: [&str; 13] = [
    "importType",
    "idStrings",
    "scoreIDs",
    "errors",
    "importID",
    "timeFinished",
    "timeStarted",
    "createdSessions",
    "userID",
    "classDeltas",
    "goalInfo",
    "milestoneInfo",
    "userIntent",
];

#[test]
fn the_request_of_the_seed_gets_the_document_of_the_seed() {
    on_both(|server| {
        let player = server.player();
        let answer = player.caller.upload(&Form::import("file/eamusement-iidx-csv", &demo_csv()));
        let document = answer.body();
        let envelope = members(&answer.text);
        assert_eq!(envelope[1].1.get(), "\"Import successful.\"");
        let names: Vec<String> = members(envelope[2].1.get()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, MEMBERS);

        assert_eq!(document["importType"], "file/eamusement-iidx-csv");
        assert_eq!(document["idStrings"], json!(["iidx:SP"]));
        assert_eq!(document["userID"], player.id.0);
        assert_eq!(document["userIntent"], false);
        assert!(document["timeStarted"].as_i64().unwrap() <= document["timeFinished"].as_i64().unwrap());
        is_id(&document["importID"], "", 40);
        for id in document["scoreIDs"].as_array().unwrap() {
            is_id(id, "R", 64);
        }
        let sessions = document["createdSessions"].as_array().unwrap();
        assert!(!sessions.is_empty());
        for session in sessions {
            assert_eq!(keys(session), ["sessionID", "type"]);
            assert_eq!(session["type"], "Created");
            is_id(&session["sessionID"], "Q", 40);
        }
        let errors = document["errors"].as_array().unwrap();
        let kinds: Vec<_> = errors.iter().map(|error| error["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["SongOrChartNotFound", "InvalidDatapoint"]);
        let stored = server.stored(player.id);
        assert_eq!((stored.imports, stored.sessions), (1, sessions.len()));
        assert_eq!(stored.scores, document["scoreIDs"].as_array().unwrap().len());
        assert_eq!(stored.orphans, 1);
    });
}

/// Checks that a value is a letter and this many hexadecimal digits.
#[track_caller]
fn is_id(value: &serde_json::Value, letter: &str, digits: usize) {
    let id = value.as_str().unwrap();
    let hex = id.strip_prefix(letter).unwrap();
    assert!(hex.len() == digits && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
}

/// The demo's export without its last row, the one with a score that cannot be.
fn demo_csv_without_invalid_row() -> Vec<u8> {
    let csv = String::from_utf8(demo_csv()).unwrap();
    let (rows, last) = csv.trim_end().rsplit_once('\n').unwrap();
    assert!(last.contains("ABSOLUTE"), "{last}");
    rows.as_bytes().to_vec()
}

#[test]
fn a_second_import_of_the_same_file_brings_nothing_but_its_orphans_again() {
    on_both(|server| {
        let player = server.player();
        let csv = demo_csv_without_invalid_row();
        let first = player.caller.import("file/eamusement-iidx-csv", &csv);
        let stored = server.stored(player.id);
        let second = player.caller.import("file/eamusement-iidx-csv", &csv);
        for empty in ["idStrings", "scoreIDs", "createdSessions", "classDeltas", "goalInfo", "milestoneInfo"] {
            assert_eq!(second[empty], json!([]), "{empty}");
        }
        let errors = second["errors"].as_array().unwrap();
        assert!(!errors.is_empty());
        assert_eq!(errors.len(), first["errors"].as_array().unwrap().len());
        assert!(errors.iter().all(|error| error["type"] == "OrphanExists"), "{errors:?}");
        assert_ne!(first["importID"], second["importID"]);
        assert_eq!(server.stored(player.id), Stored { imports: 2, ..stored });
    });
}

#[test]
fn one_bad_row_does_not_fail_the_file() {
    on_both(|server| {
        let player = server.player();
        let document = player.caller.import(
            "file/batch-manual",
            &batch(&[
                score("5.1.1.", 1200, "CLEAR", NOON),
                score("5.1.1.", 20_000, "CLEAR", NOON),
                score("A song that nobody made", 1, "FAILED", NOON),
                score("AA", 3000, "HARD CLEAR", NOON + 1000),
            ]),
        );
        assert_eq!(document["scoreIDs"].as_array().unwrap().len(), 2);
        let errors = document["errors"].as_array().unwrap();
        let kinds: Vec<_> = errors.iter().map(|error| error["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["InvalidDatapoint", "SongOrChartNotFound"]);
        assert!(errors.iter().all(|error| !error["message"].as_str().unwrap().is_empty()));
        assert_eq!(server.stored(player.id), Stored { imports: 1, scores: 2, sessions: 1, orphans: 1 });
    });
}

#[test]
fn a_file_without_scores_is_an_import() {
    on_both(|server| {
        let player = server.player();
        let document = player.caller.import("file/batch-manual", &batch(&[]));
        for empty in ["idStrings", "scoreIDs", "errors", "createdSessions"] {
            assert_eq!(document[empty], json!([]), "{empty}");
        }
        assert_eq!(server.stored(player.id), Stored { imports: 1, ..Stored::default() });
    });
}

#[test]
fn scores_close_in_time_join_a_session_of_before() {
    on_both(|server| {
        let player = server.player();
        let first = player.caller.import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
        let later = NOON + 3_600_000;
        let second = player.caller.import("file/batch-manual", &batch(&[score("V", 2500, "CLEAR", later)]));
        let id = &first["createdSessions"][0]["sessionID"];
        assert_eq!(second["createdSessions"], json!([{"sessionID": id, "type": "Appended"}]));
    });
}

#[test]
fn the_presence_of_the_header_is_user_intent() {
    on_both(|server| {
        let player = server.player();
        let form = Form::import("file/batch-manual", &batch(&[]));
        for value in [Some("true"), Some("false"), Some("0"), Some(""), None] {
            let mut request = player.caller.upload_request("/api/v1/import/file", &form);
            if let Some(value) = value {
                request = request.header("X-User-Intent", value);
            }
            let document = Answer::from(request.send().unwrap()).body();
            assert_eq!(document["userIntent"], value.is_some(), "{value:?}");
        }
    });
}

#[test]
fn the_header_counts_whatever_bytes_it_holds() {
    let server = TestServer::start();
    let form = Form::import("file/batch-manual", &batch(&[]));
    let value = reqwest::header::HeaderValue::from_bytes(&[0xE6, 0x9B, 0xB2]).unwrap();
    let player = server.player();
    let request = player.caller.upload_request("/api/v1/import/file", &form).header("X-User-Intent", value);
    assert_eq!(Answer::from(request.send().unwrap()).body()["userIntent"], true);
}

#[test]
fn further_fields_reach_the_parser() {
    let server = TestServer::start();
    let player = server.player();
    let form = Form::import("file/eamusement-iidx-csv", &demo_csv()).text("playtype", "DP");
    let document = player.caller.upload(&form).body();
    assert_eq!(document["idStrings"], json!(["iidx:DP"]));
    let form = Form::import("file/eamusement-iidx-csv", &demo_csv()).text("playtype", "7K");
    let text = player.caller.upload(&form).failure(400);
    assert!(text.contains("7K"), "{text}");
    let form = Form::import("file/eamusement-iidx-csv", &demo_csv()).text("nobody", "asked for this");
    player.caller.upload(&form).body();
}

#[test]
fn the_file_may_be_as_large_as_the_limit_and_no_larger() {
    let server = TestServer::start();
    let player = server.player();
    let file = |size: usize| {
        let mut file = batch(&[score("AA", 3000, "CLEAR", NOON)]);
        file.resize(size, b' ');
        Form::import("file/batch-manual", &file)
    };
    let too_large = "File provided was too large, corrupt, or provided in the wrong field.";
    player.caller.upload(&file((16 << 20) + 1)).refused(400, too_large);
    player.caller.upload(&file(17 << 20)).refused(400, too_large);
    assert_eq!(server.stored(player.id), Stored::default());
    let document = player.caller.upload(&file(16 << 20)).body();
    assert_eq!(document["scoreIDs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_body_of_unknown_length_is_taken() {
    let server = TestServer::start();
    let player = server.player();
    let form = Form::import("file/eamusement-iidx-csv", &demo_csv());
    let body = reqwest::blocking::Body::new(std::io::Cursor::new(form.bytes()));
    let request = player.caller.request(Method::POST, "/api/v1/import/file");
    let request = request.header("Content-Type", form.content_type()).body(body);
    let document = Answer::from(request.send().unwrap()).body();
    assert!(!document["scoreIDs"].as_array().unwrap().is_empty());
}
