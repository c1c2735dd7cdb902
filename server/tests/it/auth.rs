//! Who may do what, and in which order it is checked.

use tachi_db::users::AuthLevel;
use tachi_server::config::Options;

use crate::support::{Caller, Form, NOON, Stored, TestServer, batch, demo_csv, on_both, score, settings};

const NOT_AUTHORISED: &str = "You are not authorised to perform this action.";
const NO_PERMISSION: &str = "You are missing the following permissions necessary for this request: submit_score";
const NO_SUCH_TOKEN: &str = "The provided API token does not correspond with any key in the database.";
const WRONG_TYPE: &str = "Invalid Authorization Type - Expected Bearer.";

/// An Authorization header, and the status and text that it is answered with everywhere.
const BAD_HEADERS: &[(&str, u16, &str)] = &[
    ("Basic YWxpY2U6c2VjcmV0", 400, WRONG_TYPE),
    ("bearer the-token", 400, WRONG_TYPE),
    ("a-token-and-nothing-else", 400, WRONG_TYPE),
    ("Bearer", 401, "Invalid token."),
    ("Bearer ", 401, "Invalid token."),
    ("Bearer nobody-has-this-token", 401, NO_SUCH_TOKEN),
];

/// What everybody may look at.
const LOOKING: &[&str] = &[
    "/status",
    "/imports/x",
    "/imports/x/poll-status",
    "/scores/x",
    "/sessions/x",
    "/users/x/games/iidx/SP",
    "/users/x/games/iidx/SP/pbs/best",
    "/users/x/games/iidx/SP/sessions/recent",
];

fn upload(caller: &Caller<'_>) -> crate::support::Answer {
    caller.upload(&Form::import("file/eamusement-iidx-csv", &demo_csv()))
}

#[test]
fn a_bad_header_is_refused_also_where_nobody_needs_one() {
    on_both(|server| {
        for (header, status, text) in BAD_HEADERS {
            let caller = server.authorized(header);
            upload(&caller).refused(*status, text);
            for path in LOOKING {
                caller.get(&format!("/api/v1{path}")).refused(*status, text);
            }
        }
    });
}

#[test]
fn a_guest_may_look_but_not_import() {
    let server = TestServer::start();
    upload(&server.guest()).refused(401, NOT_AUTHORISED);
    upload(&server.authorized("")).refused(401, NOT_AUTHORISED);
    assert!(server.guest().get("/api/v1/status").body()["whoami"].is_null());
    assert!(server.authorized("").get("/api/v1/status").body()["whoami"].is_null());
}

#[test]
fn a_token_allows_what_it_says_and_nothing_else() {
    on_both(|server| {
        let player = server.user(AuthLevel::Admin, &["customise_score", "delete_score"]);
        upload(&player.caller).refused(403, NO_PERMISSION);
        assert_eq!(server.stored(player.id), Stored::default());
        let status = player.caller.get("/api/v1/status").body();
        assert_eq!(status["permissions"], serde_json::json!(["customise_score", "delete_score"]));
        assert_eq!(status["whoami"], player.id.0);
    });
}

#[test]
fn a_banned_user_is_refused_everywhere() {
    on_both(|server| {
        let player = server.user(AuthLevel::Banned, &["submit_score"]);
        upload(&player.caller).refused(403, "You are banned from Tachi");
        for path in LOOKING {
            player.caller.get(&format!("/api/v1{path}")).refused(403, "You are banned from Tachi");
        }
        assert_eq!(server.stored(player.id), Stored::default());
    });
    let server = TestServer::with(Options { name: Some("Our Arcade".to_owned()), ..settings() });
    let player = server.user(AuthLevel::Banned, &[]);
    player.caller.get("/api/v1/status").refused(403, "You are banned from Our Arcade");
}

#[test]
fn the_edition_is_checked_first_then_the_caller_then_the_body() {
    let server = TestServer::with(Options { flavour: Some("bokutachi".to_owned()), ..settings() });
    let player = server.player();
    for caller in [&server.guest(), &server.authorized("Basic x"), &player.caller] {
        for form in [Form::new(), Form::import("file/batch-manual", &batch(&[]))] {
            let text = caller.upload(&form).failure(404);
            assert!(text.contains("Kamaitachi only") && text.contains("/ir/direct-manual/import"), "{text}");
        }
    }
    assert_eq!(server.stored(player.id), Stored::default());

    let server = TestServer::start();
    let nothing = Form::new();
    server.guest().upload(&nothing).refused(401, NOT_AUTHORISED);
    server.user(AuthLevel::User, &[]).caller.upload(&nothing).refused(403, NO_PERMISSION);
    server.player().caller.upload(&nothing).refused(400, "Expected a file for field scoreData.");
}

#[test]
fn an_instance_with_every_game_imports_files_too() {
    let server = TestServer::with(Options { flavour: Some("omni".to_owned()), ..settings() });
    let document = server.player().caller.import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
    assert_eq!(document["scoreIDs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_large_body_of_somebody_who_may_not_send_it_still_gets_its_answer() {
    let server = TestServer::start();
    let form = Form::import("file/batch-manual", &vec![b' '; 17 << 20]);
    server.guest().upload(&form).refused(401, NOT_AUTHORISED);
    server.authorized("Bearer nobody-has-this-token").upload(&form).refused(401, NO_SUCH_TOKEN);
}
