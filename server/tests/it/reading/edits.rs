//! What players say about scores and sessions.

use super::*;
use crate::support::on_both;
use tachi_db::users::AuthLevel;

fn patch(caller: &Caller<'_>, kind: &str, id: &Value, body: &Value) -> Answer {
    send(caller, Method::PATCH, &format!("/api/v1/{kind}/{}", id.as_str().unwrap()), body)
}

fn missing(permission: &str) -> String {
    format!("You are missing the following permissions necessary for this request: {permission}")
}

#[test]
fn a_score_is_commented_and_highlighted_and_its_pb_with_it() {
    on_both(|server| {
        let owner = server.user(AuthLevel::User, &["submit_score", "customise_score"]);
        let document = play(&owner);
        let id = &document["scoreIDs"][1];
        let edited = patch(&owner.caller, "scores", id, &json!({"comment": "Well.", "highlight": true})).body();
        assert_eq!((&edited["comment"], &edited["highlight"]), (&json!("Well."), &json!(true)));
        let read = server.guest().get(&format!("/api/v1/scores/{}", id.as_str().unwrap())).body();
        assert_eq!(read["score"], edited);
        let pb = |chart| server.guest().get(&of(&owner, &format!("/pbs/{chart}"))).body()["pb"]["highlight"].take();
        assert_eq!((pb(AA), pb(FIVE)), (json!(true), json!(false)));
        let edited = patch(&owner.caller, "scores", id, &json!({"comment": null, "more": 1})).body();
        assert_eq!((&edited["comment"], &edited["highlight"]), (&json!(null), &json!(true)), "what is absent stays");
        patch(&owner.caller, "scores", id, &json!({"highlight": false})).body();
        assert_eq!(pb(AA), json!(false));

        let long = "x".repeat(121);
        for body in [
            json!({}),
            json!({"comment": ""}),
            json!({"comment": long}),
            json!({"comment": 1}),
            json!({"highlight": "no"}),
            json!({"highlight": null}),
        ] {
            patch(&owner.caller, "scores", id, &body).failure(400);
        }
        patch(&owner.caller, "scores", id, &json!({"comment": "x".repeat(120)})).body();
        patch(&server.guest(), "scores", id, &json!({"comment": "x"})).refused(401, GUEST);
        let stranger = server.user(AuthLevel::User, &["customise_score"]);
        patch(&stranger.caller, "scores", id, &json!({"comment": "x"}))
            .refused(403, "This score belongs to somebody else.");
        let admin = server.user(AuthLevel::Admin, &["customise_score"]);
        patch(&admin.caller, "scores", id, &json!({"comment": "By an admin."})).body();
        let without = server.player();
        let own = &play(&without)["scoreIDs"][0];
        patch(&without.caller, "scores", own, &json!({"comment": "x"})).refused(403, &missing("customise_score"));
        patch(&owner.caller, "scores", &json!("x"), &json!({"comment": "x"}))
            .refused(404, "The score x does not exist.");
    });
}

#[test]
fn a_session_is_named_by_its_player_alone() {
    on_both(|server| {
        let owner = server.user(AuthLevel::User, &["submit_score", "customise_session"]);
        let document = play(&owner);
        let id = &document["createdSessions"][0]["sessionID"];
        let body = json!({"name": "An evening", "desc": "It rained.", "highlight": true});
        let edited = patch(&owner.caller, "sessions", id, &body).body();
        let found = (&edited["name"], &edited["desc"], &edited["highlight"], &edited["scoreIDs"]);
        assert_eq!(found, (&body["name"], &body["desc"], &body["highlight"], &document["scoreIDs"]));
        let edited = patch(&owner.caller, "sessions", id, &json!({"desc": null})).body();
        assert_eq!((&edited["name"], &edited["desc"]), (&json!("An evening"), &json!(null)));
        let read = server.guest().get(&format!("/api/v1/sessions/{}", id.as_str().unwrap())).body();
        assert_eq!(read["session"], edited);
        for body in [
            json!({}),
            json!({"name": "ab"}),
            json!({"name": "x".repeat(81)}),
            json!({"name": null}),
            json!({"desc": "ab"}),
            json!({"desc": "x".repeat(121)}),
        ] {
            patch(&owner.caller, "sessions", id, &body).failure(400);
        }
        patch(&server.guest(), "sessions", id, &json!({"name": "abc"})).refused(401, GUEST);
        let admin = server.user(AuthLevel::Admin, &["customise_session"]);
        patch(&admin.caller, "sessions", id, &json!({"name": "abc"}))
            .refused(403, "This session belongs to somebody else.");
        let without = server.player();
        let own = &play(&without)["createdSessions"][0]["sessionID"];
        patch(&without.caller, "sessions", own, &json!({"name": "abc"})).refused(403, &missing("customise_session"));
        patch(&owner.caller, "sessions", &json!("x"), &json!({"name": "abc"}))
            .refused(404, "The session x does not exist.");
    });
}
