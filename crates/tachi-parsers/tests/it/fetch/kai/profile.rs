//! The profile, which never fails an import.

use super::{ALL, PROFILE, TOKEN, World};
use crate::support::upstream::Reply;

#[test]
fn a_profile_that_cannot_be_had_never_fails_the_import() {
    for reply in [
        Reply::status(500, "{}"),
        Reply::status(404, "{}"),
        Reply::status(201, r#"{"sp":18}"#),
        Reply::status(503, "{}"),
        Reply::status(302, "").with("Location", "/elsewhere"),
        Reply::ok("<html>"),
        Reply::ok(r#"{"sp":18"#),
        Reply::ok(""),
        Reply::Silence,
        Reply::Reset,
    ] {
        let world = World::new();
        world.kai.upstream.always(PROFILE, reply.clone());
        let expected = r#"{"service":"FLO","profile":null,"pages":[[1,2,3,4],[5,6]]}"#;
        assert_eq!(world.fetch().unwrap(), expected, "{reply:?}");
        assert_eq!(world.asked_for(TOKEN), 1);
    }
}

#[test]
fn a_profile_refused_once_is_asked_for_again_under_the_same_path() {
    for refusal in [401, 403] {
        let world = World::new();
        world.kai.upstream.once(PROFILE, Reply::status(refusal, "{}"));
        assert_eq!(world.fetch().unwrap(), ALL);
        assert_eq!((world.asked_for(TOKEN), world.asked_for(PROFILE)), (2, 2));
        assert_eq!(world.links.tokens().1, "refresh-token-3");

        let world = World::new();
        world.kai.upstream.always(PROFILE, Reply::status(refusal, "{}"));
        assert!(world.fetch().unwrap().contains(r#""profile":null"#));
        assert_eq!((world.asked_for(TOKEN), world.asked_for(PROFILE)), (2, 2));
    }
}

#[test]
fn a_refresh_for_the_profile_that_fails_does_not_fail_the_import() {
    let world = World::new();
    world.kai.upstream.always(PROFILE, Reply::status(401, "{}"));
    // The first refresh makes the tokens that hold; the second fails.
    let pair = r#"{"access_token":"access-token-1","refresh_token":"refresh-token-1"}"#;
    world.kai.upstream.once(TOKEN, Reply::ok(pair));
    world.kai.upstream.once(TOKEN, Reply::status(500, "{}"));
    assert!(world.fetch().unwrap().contains(r#""profile":null,"pages":[[1,2,3,4],[5,6]]"#));
}
