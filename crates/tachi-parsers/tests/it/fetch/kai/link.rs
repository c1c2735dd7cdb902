//! The link is refreshed, and what becomes of it where that fails.

use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::Services;

use super::{ALL, HISTORY, TOKEN, World, invalid};
use crate::fetch::{Stored, configuration, run};
use crate::support::kai::Kai;
use crate::support::upstream::Reply;

#[test]
fn a_token_that_expires_on_the_way_is_refreshed_with_the_stored_refresh_token() {
    for status in [401, 403] {
        let world = World::new();
        world.kai.upstream.once(&world.page_2(), Reply::status(status, "{}"));
        assert_eq!(world.fetch().unwrap(), ALL);
        assert_eq!(world.asked_for(TOKEN), 2);
        let requests = world.kai.upstream.requests();
        let tokens = requests.iter().filter(|request| request.path() == TOKEN);
        let sent: Vec<String> = tokens.map(|request| request.form()["refresh_token"].clone()).collect();
        assert_eq!(sent, ["refresh-token-1", "refresh-token-2"]);
        assert_eq!(requests.last().unwrap().header("authorization"), "Bearer access-token-3");
        assert_eq!(world.links.tokens(), ("access-token-3".to_owned(), "refresh-token-3".to_owned()));
    }
}

#[test]
fn a_service_that_never_likes_the_token_is_asked_for_one_more_only_once() {
    for refusal in [401, 403] {
        let world = World::new();
        world.kai.upstream.always(HISTORY, Reply::status(refusal, "{}"));
        let base = world.kai.upstream.origin();
        let text =
            format!("Attempted to reauthenticate with {base} more than 1 times. The problem is likely not on our end.");
        assert_eq!(world.failure(), (500, text));
        assert_eq!((world.asked_for(HISTORY), world.asked_for(TOKEN)), (2, 2));
        // The pair of the last refresh stays.
        assert_eq!(world.links.tokens().1, "refresh-token-3");
    }
}

#[test]
fn the_count_of_refreshes_covers_all_pages() {
    let world = World::new();
    world.kai.upstream.once(HISTORY, Reply::status(401, "{}"));
    world.kai.upstream.once(&world.page_2(), Reply::status(401, "{}"));
    let (status, text) = world.failure();
    assert_eq!(status, 500);
    assert!(text.starts_with("Attempted to reauthenticate with"), "{text}");
    assert_eq!((world.asked_for(TOKEN), world.asked_for(HISTORY)), (2, 3));
}

#[test]
fn a_refused_refresh_tells_the_user_to_link_again() {
    let world = World::new();
    world.kai.upstream.always(TOKEN, Reply::status(400, r#"{"error":"secret detail"}"#));
    let (status, text) = world.failure();
    assert_eq!(status, 400);
    assert!(text.contains("https://foo.example/u/me/integrations/services"), "{text}");
    assert!(!text.contains("secret detail"), "{text}");
    assert_eq!(world.kai.upstream.asked(), [format!("POST {TOKEN}")]);
    assert_eq!(world.links.tokens(), ("access-token-1".to_owned(), "refresh-token-1".to_owned()));
}

#[test]
fn any_other_failure_of_a_refresh_leaves_the_pair_and_is_not_tried_again() {
    let text = "An error has occurred while attempting reauthentication.".to_owned();
    for reply in [
        Reply::status(500, "{}"),
        Reply::status(503, "{}"),
        Reply::status(429, "{}").with("Retry-After", "0"),
        Reply::status(401, "{}"),
        Reply::status(201, r#"{"access_token":"a","refresh_token":"b"}"#),
        Reply::status(302, "").with("Location", "/elsewhere"),
        Reply::ok("<html>"),
        Reply::ok("[]"),
        Reply::ok("{}"),
        Reply::ok(r#"{"access_token":"a"}"#),
        Reply::ok(r#"{"refresh_token":"b"}"#),
        Reply::ok(r#"{"access_token":1,"refresh_token":"b"}"#),
        Reply::Reset,
        Reply::Silence,
        Reply::Truncated(br#"{"access_token":"a","refresh_token":"b"}"#.to_vec()),
    ] {
        let world = World::new();
        world.kai.upstream.always(TOKEN, reply.clone());
        assert_eq!(world.failure(), (500, text.clone()), "{reply:?}");
        assert_eq!(world.kai.upstream.asked(), [format!("POST {TOKEN}")], "{reply:?}");
        assert_eq!(world.links.tokens(), ("access-token-1".to_owned(), "refresh-token-1".to_owned()));
    }
}

#[test]
fn nobody_there_is_a_failed_refresh() {
    let kai = Kai::start();
    let services = Services::new(configuration(&kai.upstream.origin())).unwrap();
    drop(kai);
    let error = run(&services, ImportType::ApiFloIidx, &Stored::linked(), None).0.unwrap_err();
    assert_eq!(error.message, "An error has occurred while attempting reauthentication.");
}

#[test]
fn a_refreshed_pair_stays_stored_when_the_import_fails() {
    let world = World::new();
    world.kai.upstream.always(HISTORY, Reply::status(500, "{}"));
    assert_eq!(world.failure(), invalid());
    assert_eq!(world.links.tokens(), ("access-token-2".to_owned(), "refresh-token-2".to_owned()));
}

#[test]
fn a_refresh_that_fails_on_the_way_fails_the_import() {
    let world = World::new();
    world.kai.upstream.once(&world.page_2(), Reply::status(401, "{}"));
    world.kai.upstream.once(TOKEN, Reply::ok(r#"{"access_token":"access-token-1","refresh_token":"refresh-token-1"}"#));
    world.kai.upstream.once(TOKEN, Reply::status(400, "{}"));
    assert_eq!(world.failure().0, 400);
}

#[test]
fn what_the_storage_says_ends_the_import() {
    let mut world = World::new();
    world.links.broken = true;
    assert_eq!(world.failure(), (500, "the storage is broken".to_owned()));
    assert_eq!(world.kai.upstream.asked(), [format!("POST {TOKEN}")]);
}
