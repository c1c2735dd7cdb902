//! `GET /api/v1/imports/:importID/poll-status`.

use std::time::Duration;

use serde_json::json;
use tachi_core::ids::ImportId;
use tachi_core::import_type::ImportType;
use tachi_db::DbError;
use tachi_db::imports::{Tracker, TrackerError, tracker_fail, tracker_put};
use tachi_server::app::now;

use crate::support::{NOON, TestServer, batch, on_both, score};

const WAIT: Duration = Duration::from_secs(30);
const MISSING: &str = "There is no ongoing import here.";

fn path(id: &str) -> String {
    format!("/api/v1/imports/{id}/poll-status")
}

#[test]
fn a_stored_import_is_completed() {
    on_both(|server| {
        let file = batch(&[score("AA", 3000, "CLEAR", NOON)]);
        let document = server.player().caller.import("file/batch-manual", &file);
        let body = server.guest().get(&path(document["importID"].as_str().unwrap())).body();
        assert_eq!(body, json!({"importStatus": "completed", "import": document}));
    });
}

#[test]
fn an_unknown_import_is_not_found() {
    let server = TestServer::start();
    for id in ["x".to_owned(), "0".repeat(40)] {
        server.guest().get(&path(&id)).refused(404, MISSING);
    }
}

#[test]
fn an_import_that_runs_says_how_far_it_is_and_one_that_failed_why() {
    on_both(|server| {
        let player = server.player();
        let id = ImportId::from_bytes([7; 20]);
        let database = server.app.importer.database();
        let write = |write: &dyn Fn(&mut tachi_db::Conn) -> Result<(), DbError>| database.write(WAIT, write).unwrap();
        write(&|conn| {
            let tracker = Tracker {
                import: id,
                import_type: ImportType::FileBatchManual,
                user: player.id,
                user_intent: false,
                time_started: now(),
                instance: server.app.importer.instance().to_owned(),
                error: None,
                stage: None,
                progress: None,
            };
            tracker_put(conn, &tracker)
        });
        let answer = server.guest().get(&path(&id.to_string()));
        let body = answer.body();
        assert_eq!(body["importStatus"], "ongoing");
        assert_eq!(answer.json()["description"], body["progress"]["description"]);
        write(&|conn| {
            let error = TrackerError { message: "The CSV is upside down.".to_owned(), status: Some(400) };
            tracker_fail(conn, id, &error).map(|_| ())
        });
        server.guest().get(&path(&id.to_string())).refused(400, "The CSV is upside down.");
    });
}
