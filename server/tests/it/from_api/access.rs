//! Who may ask, and for what.

use serde_json::json;
use tachi_db::users::AuthLevel;
use tachi_server::config::Options;

use super::{FLO, HISTORY, PATH, import, item, linked, new_scores, with_flo};
use crate::ir_kit::{GUEST, NO_PERMISSION};
use crate::kai::Kai;
use crate::support::TestServer;

#[test]
fn the_caller_comes_before_the_body() {
    let server = TestServer::start();
    for body in [json!({}), json!({"importType": FLO})] {
        server.guest().post(PATH, &body).refused(401, GUEST);
        server.user(AuthLevel::User, &["customise_score"]).caller.post(PATH, &body).refused(403, NO_PERMISSION);
    }
}

#[test]
fn the_import_type_must_be_an_enabled_one_of_a_service() {
    let options =
        Options { import_types: Some("api/flo-sdvx, file/batch-manual".to_owned()), ..with_flo("http://127.0.0.1:1") };
    let server = TestServer::with(options);
    let player = server.player();
    for body in [json!({}), json!({"importType": 5}), json!({"importType": null}), json!([FLO])] {
        player.caller.post(PATH, &body).failure(400);
    }
    for name in ["file/batch-manual", "ir/direct-manual", "api/foo", "", "API/FLO-IIDX"] {
        import(&player.caller, name).refused(400, &format!("Invalid import type: {name}"));
    }
    import(&player.caller, FLO).refused(400, "Import type \"api/flo-iidx\" is not enabled on this instance.");
    // What is enabled fails for another reason.
    import(&player.caller, "api/flo-sdvx").refused(401, "No authentication was stored for FLO.");
}

#[test]
fn a_login_may_import_and_the_header_tells_whether_a_person_asked() {
    let kai = Kai::start();
    kai.history(HISTORY, &[&[&item(1000, 1501, 15)]]);
    let server = TestServer::with(with_flo(&kai.upstream.origin()));
    let player = linked(&server);
    let login = server.log_in(player.id);
    let document = import(&login, FLO).body();
    assert_eq!((new_scores(&document), &document["userIntent"]), (1, &json!(false)));
    assert_eq!(document["importType"], FLO);
    assert_eq!(document["userID"], player.id.0);
    for value in ["true", "false", ""] {
        let request = player.caller.request(reqwest::Method::POST, PATH).header("X-User-Intent", value);
        let answer = request.json(&json!({"importType": FLO, "more": 1})).send().unwrap();
        let document = crate::support::Answer::from(answer).body();
        assert_eq!(document["userIntent"], true, "{value}");
    }
}
