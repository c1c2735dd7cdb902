//! `TACHI_ARCHIVE_INPUTS`: what imports were made of is kept. Source: `spec/pipeline.md` 1 (stage 1) and 15 (dry run),
//! `spec/rest-api.md` 15.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use tachi_server::config::Options;

use crate::support::{Answer, Form, NOON, TestServer, batch, demo_csv, on_both_with, score, settings};

const BATCH: &str = "file/batch-manual";

fn archiving() -> Options {
    Options { archive_inputs: Some(true), ..settings() }
}

fn folder(server: &TestServer) -> PathBuf {
    server.folder().join("score-import-input")
}

/// What is kept, by the names of the files.
fn kept(server: &TestServer) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder(server)) else { return BTreeMap::new() };
    let file = |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap());
    entries.map(|entry| file(entry.unwrap().path())).collect()
}

fn id(document: &Value) -> String {
    document["importID"].as_str().unwrap().to_owned()
}

#[test]
fn every_import_leaves_its_input_under_its_own_id() {
    on_both_with(archiving, |server| {
        let player = server.player();
        let mut expected = BTreeMap::new();
        let csv = player.caller.import("file/eamusement-iidx-csv", &demo_csv());
        expected.insert(id(&csv), demo_csv());
        // A live score as well, byte for byte, and what no parser takes.
        let live = batch(&[score("AA", 3000, "CLEAR", NOON)]);
        let request = player.caller.request(reqwest::Method::POST, "/ir/direct-manual/import");
        let request = request.header("Content-Type", "application/json").body(live.clone());
        expected.insert(id(&Answer::from(request.send().unwrap()).body()), live);
        player.caller.upload(&Form::import(BATCH, b"{")).failure(400);
        let failed = player.caller.get(&format!("/api/v1/users/{}/imports/failed", player.id)).body();
        expected.insert(id(&failed[0]), b"{".to_vec());
        assert_eq!(kept(server), expected);
    });
}

#[test]
fn only_the_servers_own_user_can_read_them() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::with(archiving());
    let document = server.player().caller.import(BATCH, &batch(&[]));
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder(&server)), 0o700);
    assert_eq!(mode(folder(&server).join(id(&document))), 0o600);
}

#[test]
fn a_dry_run_leaves_nothing_and_neither_does_an_instance_that_was_not_asked_to() {
    let server = TestServer::with(archiving());
    let form = Form::import(BATCH, &batch(&[score("AA", 3000, "CLEAR", NOON)]));
    Answer::from(server.player().caller.upload_request("/api/v1/import/file?dryRun", &form).send().unwrap()).body();
    assert!(kept(&server).is_empty());
    let server = TestServer::start();
    server.player().caller.import(BATCH, &batch(&[]));
    assert!(!folder(&server).exists());
}

#[test]
fn what_cannot_be_kept_is_no_reason_to_fail() {
    let server = TestServer::with(archiving());
    std::fs::write(folder(&server), "a file where the folder should be").unwrap();
    let document = server.player().caller.import(BATCH, &batch(&[score("AA", 3000, "CLEAR", NOON)]));
    assert_eq!(document["scoreIDs"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["errors"], json!([]));
}
