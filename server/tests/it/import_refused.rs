//! `POST /api/v1/import/file` with bad input: every kind gets its status and a text that a player understands, and
//! nothing is stored.

use reqwest::Method;
use tachi_server::config::Options;

use crate::support::{Answer, Form, NOON, Stored, TestServer, batch, demo_csv, fixture, on_both, score, settings};

const NO_FILE: &str = "Expected a file for field scoreData.";
const WRONG_FILE: &str = "File provided was too large, corrupt, or provided in the wrong field.";

const CSV: &str = "file/eamusement-iidx-csv";

#[test]
fn a_request_without_a_file_is_told_what_is_expected() {
    let server = TestServer::start();
    let player = server.player();
    let post = || player.caller.request(Method::POST, "/api/v1/import/file");
    let json = post().header("Content-Type", "application/json").body("{\"importType\":\"file/batch-manual\"}");
    let form = post().form(&[("importType", CSV), ("scoreData", "x")]);
    let without_boundary = post().header("Content-Type", "multipart/form-data").body("x");
    for request in [post(), json, form, without_boundary] {
        Answer::from(request.send().unwrap()).refused(400, NO_FILE);
    }
    player.caller.upload(&Form::new()).refused(400, NO_FILE);
    player.caller.upload(&Form::new().text("importType", CSV)).refused(400, NO_FILE);
    player.caller.upload(&Form::new().text("importType", CSV).text("scoreData", "a,b")).refused(400, NO_FILE);
    assert_eq!(server.stored(player.id), Stored::default());
}

#[test]
fn a_file_that_is_not_the_one_expected_is_refused() {
    let server = TestServer::start();
    let player = server.player();
    let csv = demo_csv();
    let form = || Form::new().text("importType", CSV);
    let forms = [
        ("under another name", form().file("scores", "scores.csv", &csv)),
        ("without a name", form().file("", "scores.csv", &csv)),
        ("beside another one", form().file("scoreData", "a.csv", &csv).file("other", "b.csv", &csv)),
        ("beside another one before it", form().file("other", "b.csv", &csv).file("scoreData", "a.csv", &csv)),
        ("twice", form().file("scoreData", "a.csv", &csv).file("scoreData", "b.csv", &csv)),
        ("cut off", form().file("scoreData", "scores.csv", &csv).unclosed()),
    ];
    for (what, form) in forms {
        let answer = player.caller.upload(&form);
        assert_eq!((what, &*answer.failure(400)), (what, WRONG_FILE));
    }
    let request = player.caller.request(Method::POST, "/api/v1/import/file");
    let other = request.header("Content-Type", "multipart/form-data; boundary=other");
    let other = other.body(Form::import(CSV, &csv).bytes());
    Answer::from(other.send().unwrap()).refused(400, WRONG_FILE);
    assert_eq!(server.stored(player.id), Stored::default());
}

/// Files that their import type refuses: import type, fixture, text.
const BAD_FILES: &[(&str, &str, &str)] = &[
    (CSV, "eamusement-iidx-csv/empty-file/input.csv", "Expected headers, but received nothing in the first row."),
    (CSV, "eamusement-iidx-csv/bytes-are-not-utf-8/input.csv", "CSV is not valid UTF-8."),
    (CSV, "eamusement-iidx-csv/png-file/input.png", "CSV is not valid UTF-8."),
    (CSV, "eamusement-iidx-csv/row-is-cut-off/input.csv", "Row 2 has an invalid amount of cells (11, expected 41)."),
    (
        CSV,
        "eamusement-iidx-csv/html-login-page/input.html",
        "Invalid CSV provided. CSV does not have the correct amount of headers.",
    ),
    (
        "file/batch-manual",
        "batch-manual/truncated-file/input.json",
        "Invalid JSON. (EOF while parsing a string at line 1 column 60)",
    ),
    (
        "file/batch-manual",
        "batch-manual/html-login-page/input.html",
        "Invalid JSON. (expected value at line 1 column 1)",
    ),
];

#[test]
fn a_file_that_its_type_refuses_is_refused_as_a_whole() {
    on_both(|server| {
        let player = server.player();
        for (import_type, file, text) in BAD_FILES {
            let form = Form::import(import_type, &fixture(&format!("file/{file}")));
            player.caller.upload(&form).refused(400, text);
        }
        assert_eq!(server.stored(player.id), Stored::default());
    });
}

#[test]
fn only_the_types_of_files_that_the_instance_offers_are_taken() {
    let server = TestServer::start();
    let player = server.player();
    let csv = demo_csv();
    let others = ["api/flo-iidx", "ir/direct-manual", "file/import-class"];
    for import_type in others.into_iter().chain(["file/nothing", "FILE/BATCH-MANUAL", "", "eamusement"]) {
        let text = player.caller.upload(&Form::import(import_type, &csv)).failure(400);
        assert!(text.starts_with("[importType] Expected any of "), "{text}");
        assert!(text.ends_with(&format!("(Received {import_type})")), "{text}");
        assert!(text.contains(CSV) && text.contains("file/batch-manual"), "{text}");
    }
    let text = player.caller.upload(&Form::new().file("scoreData", "a.csv", &csv)).failure(400);
    assert!(text.starts_with("[importType] ") && text.ends_with("(Received nothing (undefined))"), "{text}");
    let text = player.caller.upload(&Form::import(CSV, &csv).text("importType", CSV)).failure(400);
    assert!(text.starts_with("[importType] "), "{text}");
    let text = player.caller.upload(&Form::import(&"x".repeat(1000), &csv)).failure(400);
    assert!(text.ends_with(&format!("(Received {})", "x".repeat(100))), "{text}");
    assert_eq!(server.stored(player.id), Stored::default());

    let only = Options { import_types: Some("file/batch-manual".to_owned()), ..settings() };
    let server = TestServer::with(only);
    let player = server.player();
    player.caller.import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
    let text = player.caller.upload(&Form::import(CSV, &csv)).failure(400);
    assert_eq!(text, format!("[importType] Expected any of file/batch-manual. (Received {CSV})"));
}

#[test]
fn a_missing_file_is_told_before_a_wrong_type() {
    let server = TestServer::start();
    let player = server.player();
    player.caller.upload(&Form::new().text("importType", "api/flo-iidx")).refused(400, NO_FILE);
    let form = Form::new().text("importType", "api/flo-iidx").file("other", "a.csv", b"x");
    player.caller.upload(&form).refused(400, WRONG_FILE);
}

#[test]
fn fields_are_short_texts() {
    let server = TestServer::start();
    let player = server.player();
    let form =
        |value: &[u8]| Form::import(CSV, &demo_csv()).part("Content-Disposition: form-data; name=\"playtype\"", value);
    player.caller.upload(&form(&[b'x'; 70_000])).refused(400, "[playtype] is longer than 65536 bytes.");
    player.caller.upload(&form(&[0xFF])).refused(400, "[playtype] is not valid UTF-8.");
    player.caller.upload(&form(b"S\0P")).refused(400, "Input contains a NUL character (playtype).");
    let many = (0..64).fold(Form::import(CSV, &demo_csv()), |form, number| form.text(&number.to_string(), ""));
    player.caller.upload(&many).refused(400, WRONG_FILE);
    assert_eq!(server.stored(player.id), Stored::default());
}
