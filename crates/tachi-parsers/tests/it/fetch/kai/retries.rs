//! What is tried again, and how long is waited.

use std::time::{Duration, Instant};

use tachi_parsers::fetch::Limits;

use super::{ALL, HISTORY, World, invalid};
use crate::fetch::quick;
use crate::support::upstream::Reply;

#[test]
fn what_passes_is_tried_again_twice_at_most() {
    for status in [429, 502, 503, 504] {
        let world = World::new();
        world.kai.upstream.once(HISTORY, Reply::status(status, "{}"));
        world.kai.upstream.once(HISTORY, Reply::status(status, "{}"));
        assert_eq!(world.fetch().unwrap(), ALL, "{status}");
        assert_eq!(world.asked_for(HISTORY), 4, "{status}");

        let world = World::new();
        world.kai.upstream.always(HISTORY, Reply::status(status, "{}"));
        assert_eq!(world.failure(), invalid(), "{status}");
        assert_eq!(world.asked_for(HISTORY), 3, "{status}");
    }
    let world = World::new();
    world.kai.upstream.once(HISTORY, Reply::Reset);
    assert_eq!(world.fetch().unwrap(), ALL);
    assert_eq!(world.asked_for(HISTORY), 3);
}

#[test]
fn a_service_may_say_how_long_to_wait() {
    let world = World::new();
    world.kai.upstream.once(HISTORY, Reply::status(429, "{}").with("Retry-After", "1"));
    let begun = Instant::now();
    assert_eq!(world.fetch().unwrap(), ALL);
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[test]
fn who_is_asked_to_wait_for_long_does_not_try_again() {
    for wait in ["31", "86400", "Wed, 21 Oct 2099 07:28:00 GMT"] {
        let world = World::new();
        world.kai.upstream.always(HISTORY, Reply::status(429, "{}").with("Retry-After", wait));
        let begun = Instant::now();
        assert_eq!(world.failure(), invalid(), "{wait}");
        assert_eq!(world.asked_for(HISTORY), 1, "{wait}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn other_failures_are_not_tried_again() {
    let page = r#"{"_links":{"_next":null},"_items":[]}"#;
    for reply in [
        Reply::status(500, "<html>"),
        Reply::status(500, page),
        Reply::status(404, page),
        Reply::status(400, page),
        Reply::Silence,
        Reply::Stall(page.into()),
        Reply::Truncated(page.into()),
        Reply::status(302, "").with("Location", "/elsewhere"),
        Reply::status(304, ""),
    ] {
        let world = World::new();
        world.kai.upstream.always(HISTORY, reply.clone());
        assert_eq!(world.failure(), invalid(), "{reply:?}");
        assert_eq!(world.asked_for(HISTORY), 1, "{reply:?}");
        assert_eq!(world.asked_for("/elsewhere"), 0);
    }
}

#[test]
fn all_waiting_ends_with_the_time_of_the_import() {
    let world = World::with(Limits { import: Duration::from_millis(300), ..quick() });
    world.kai.upstream.always(HISTORY, Reply::status(429, "{}").with("Retry-After", "20"));
    let begun = Instant::now();
    assert_eq!(world.failure(), invalid());
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(world.asked_for(HISTORY), 1);
}
