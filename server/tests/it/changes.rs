//! Reverts, deletions, orphans and rows. Source: `spec/rest-api.md` 4 and 8.

use reqwest::Method;
use serde_json::{Value, json};
use tachi_db::users::AuthLevel;

use crate::support::{Answer, Caller, NOON, Stored, TestServer, batch, on_both, score};

const GUEST: &str = "You are not authorised to perform this action.";
const NO_PERMISSION: &str = "You are missing the following permissions necessary for this request: delete_score";

/// An import of one score and one orphan; returns the document.
fn import(caller: &Caller<'_>) -> Value {
    caller.import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON), score("5.1.1", 9, "CLEAR", NOON)]))
}

fn revert(id: &str) -> String {
    format!("/api/v1/imports/{id}/revert")
}

fn delete(caller: &Caller<'_>, score: &str, body: &Value) -> Answer {
    Answer::from(caller.request(Method::DELETE, &format!("/api/v1/scores/{score}")).json(body).send().unwrap())
}

#[test]
fn a_revert_checks_in_its_order() {
    on_both(|server| {
        let owner = server.user(AuthLevel::User, &["submit_score", "delete_score"]);
        let without = server.player();
        let stranger = server.user(AuthLevel::User, &["delete_score"]);
        let id = import(&owner.caller)["importID"].as_str().unwrap().to_owned();
        let others = import(&without.caller)["importID"].as_str().unwrap().to_owned();
        for caller in [&server.guest(), &owner.caller] {
            caller.post(&revert("x"), &json!({})).refused(404, "The import x does not exist.");
        }
        server.guest().post(&revert(&id), &json!({})).refused(401, GUEST);
        stranger.caller.post(&revert(&id), &json!({})).refused(403, "This import belongs to somebody else.");
        without.caller.post(&revert(&others), &json!({})).refused(403, NO_PERMISSION);
        assert_eq!(owner.caller.post(&revert(&id), &json!({})).body(), json!({}));
        assert_eq!(server.stored(owner.id), Stored::default());
        owner.caller.post(&revert(&id), &json!({})).refused(404, &format!("The import {id} does not exist."));
        let admin = server.user(AuthLevel::Admin, &["delete_score"]);
        admin.caller.post(&revert(&others), &json!({})).body();
        assert_eq!(server.stored(without.id), Stored::default());
    });
}

#[test]
fn a_score_is_deleted_by_its_owner_and_may_be_kept_away() {
    on_both(|server| {
        let owner = server.user(AuthLevel::User, &["submit_score", "delete_score"]);
        let document = import(&owner.caller);
        let id = document["scoreIDs"][0].as_str().unwrap();
        delete(&server.guest(), id, &json!({})).refused(401, GUEST);
        let text = "[blacklist] Expected a boolean. (Received 1)";
        delete(&owner.caller, id, &json!({"blacklist": 1})).refused(400, text);
        assert_eq!(delete(&owner.caller, id, &json!({})).body(), json!({}));
        delete(&owner.caller, id, &json!({})).refused(404, &format!("The score {id} does not exist."));
        assert_eq!(import(&owner.caller)["scoreIDs"], json!([id]));
        delete(&owner.caller, id, &json!({"blacklist": true})).body();
        assert_eq!(import(&owner.caller)["scoreIDs"], json!([]));
    });
}

#[test]
fn orphans_are_tried_again() {
    let server = TestServer::start();
    server.guest().post("/api/v1/import/orphans", &json!({})).refused(401, GUEST);
    let player = server.player();
    import(&player.caller);
    let counts = json!({"processed": 1, "failed": 1, "success": 0, "removed": 0});
    assert_eq!(player.caller.post("/api/v1/import/orphans", &json!({})).body(), counts);
}

#[test]
fn every_row_is_accounted_for() {
    on_both(|server| {
        let player = server.player();
        let document = import(&player.caller);
        let path = format!("/api/v1/imports/{}/rows", document["importID"].as_str().unwrap());
        let body = player.caller.get(&path).body();
        let counts = json!({
            "new": 1, "known": 0, "enriched": 0, "skipped": 0, "orphan": 1, "invalid": 0, "ambiguous": 0, "internal": 0,
        });
        assert_eq!((&body["counts"], &body["hasMore"]), (&counts, &json!(false)));
        let rows = body["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        let new = json!({
            "row": 0, "place": "scores[0]", "status": "new", "title": "AA", "difficulty": "ANOTHER", "type": null,
            "message": null, "scoreID": document["scoreIDs"][0], "orphanID": null, "candidates": [],
        });
        assert_eq!(rows[0], new);
        assert_eq!((&rows[1]["status"], &rows[1]["type"]), (&json!("orphan"), &json!("SongOrChartNotFound")));
        assert_eq!(rows[1]["candidates"][0], json!({"songID": 1, "title": "5.1.1.", "artist": "dj nagureo"}));

        let page = player.caller.get(&format!("{path}?limit=1")).body();
        assert_eq!((&page["rows"], &page["hasMore"]), (&json!([new]), &json!(true)));
        let rest = player.caller.get(&format!("{path}?limit=1&after=0")).body();
        assert_eq!((&rest["rows"][0], &rest["hasMore"]), (&rows[1], &json!(false)));
        assert_eq!(player.caller.get(&format!("{path}?status=known")).body()["rows"], json!([]));
        let limit = "[limit] Expected an integer from 1 to 1000. (Received 0)";
        player.caller.get(&format!("{path}?limit=0")).refused(400, limit);
        assert_eq!(player.caller.get(&format!("{path}?status=old")).status, 400);
        server.guest().get(&path).refused(401, GUEST);
        server.player().caller.get(&path).refused(403, "This import belongs to somebody else.");
        server.guest().get("/api/v1/imports/x/rows").refused(404, "The import x does not exist.");
    });
}
