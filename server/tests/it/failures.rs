//! Imports that fail on our side, as their senders see it. Source: `spec/pipeline.md` 3 and 8.

use std::sync::{Mutex, Once, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};
use serde_json::json;
use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;

use crate::support::{Answer, Form, NOON, Stored, batch, on_both, score};

/// Keeps what is logged as an error, of all tests of the binary.
struct Errors(Mutex<Vec<String>>);

static ERRORS: Errors = Errors(Mutex::new(Vec::new()));

impl Log for Errors {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() == Level::Error
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

fn log_errors() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&ERRORS).unwrap();
        log::set_max_level(LevelFilter::Error);
    });
}

/// The identifier under which a failure of ours stands in the log.
#[track_caller]
fn error_id(answer: &Answer) -> String {
    let text = answer.failure(500);
    let id = text.strip_prefix("An internal service error has occurred. This has been reported! (error ");
    let id = id.and_then(|id| id.strip_suffix(')')).unwrap_or_else(|| panic!("{text}")).to_owned();
    assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    id
}

#[test]
fn a_fault_of_ours_is_answered_with_nothing_but_an_identifier() {
    log_errors();
    on_both(|server| {
        let player = server.player();
        let form = Form::import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
        let mut ids = Vec::new();
        for fault in [Fault::Error, Fault::Panic] {
            let _armed = server.app.importer.arm(Stage::Pbs, fault);
            ids.push(error_id(&player.caller.upload(&form)));
            assert_eq!(server.stored(player.id), Stored::default());
        }
        let logged = ERRORS.0.lock().unwrap();
        for (id, what) in ids.iter().zip(["told to fail", "told to panic"]) {
            assert!(logged.iter().any(|line| line.contains(id) && line.contains(what)), "{id}: {logged:#?}");
        }
        drop(logged);
        assert_eq!(player.caller.upload(&form).body()["errors"], json!([]));
    });
}
