//! Imports that fail on our side, as their senders see it. Source: `spec/pipeline.md` 3 and 8.

use serde_json::json;
use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;

use crate::support::logs;
use crate::support::{Answer, Form, NOON, Stored, batch, on_both, score};

/// The identifier under which a failure of ours stands in the log.
#[track_caller]
pub fn error_id(answer: &Answer) -> String {
    let text = answer.failure(500);
    let id = text.strip_prefix("An internal service error has occurred. This has been reported! (error ");
    let id = id.and_then(|id| id.strip_suffix(')')).unwrap_or_else(|| panic!("{text}")).to_owned();
    assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    id
}

#[test]
fn a_fault_of_ours_is_answered_with_nothing_but_an_identifier() {
    logs::listen();
    on_both(|server| {
        let player = server.player();
        let form = Form::import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
        let mut ids = Vec::new();
        for fault in [Fault::Error, Fault::Panic] {
            let _armed = server.app.importer.arm(Stage::Pbs, fault);
            ids.push(error_id(&player.caller.upload(&form)));
            assert_eq!(server.stored(player.id), Stored::default());
        }
        let logged = logs::errors();
        for (id, what) in ids.iter().zip(["told to fail", "told to panic"]) {
            assert!(logged.iter().any(|line| line.contains(id) && line.contains(what)), "{id}: {logged:#?}");
        }
        assert_eq!(player.caller.upload(&form).body()["errors"], json!([]));
    });
}
