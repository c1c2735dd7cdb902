//! What a service may send instead of what it should: the tables that families have in common.

use std::time::{Duration, Instant};

use tachi_parsers::fetch::Limits;

use super::{INVALID, failed, import, new_scores};
use crate::support::{Player, TestServer, limits};
use crate::upstream::{Reply, Upstream};

/// The most bytes of an answer, and the most pages, in the tests of these tables.
const RESPONSE: usize = 100_000;
pub const PAGES: usize = 5;

/// What is sent instead, and what the import's sender is told.
pub struct Fault {
    what: &'static str,
    replies: Vec<Reply>,
    status: u16,
    text: String,
}

impl Fault {
    fn new(what: &'static str, replies: &[Reply], status: u16, text: &str) -> Self {
        Self { what, replies: replies.to_vec(), status, text: text.to_owned() }
    }
}

/// Limits that tests can reach.
pub fn small() -> Limits {
    Limits { response: RESPONSE, pages: PAGES, ..limits() }
}

/// A second for an answer: what tests of time-outs wait for.
pub fn brief() -> Limits {
    Limits { request: Duration::from_secs(1), ..limits() }
}

/// A second for all that is fetched.
pub fn short_of_time() -> Limits {
    Limits { import: Duration::from_secs(1), ..limits() }
}

/// Answers that are none, from everything that speaks HTTP.
pub fn answers() -> Vec<Fault> {
    let sent = "what-the-service-sent";
    let page = r#"{"_links":{"_next":null},"_items":[]}"#;
    let over = |status| vec![Reply::status(status, "{}"); 3];
    let row = |what, replies: &[Reply]| Fault::new(what, replies, 500, INVALID);
    vec![
        row("failure", &[Reply::status(500, sent)]),
        row("failure with a page", &[Reply::status(500, page)]),
        row("not found", &[Reply::status(404, "{}")]),
        row("three times too many requests", &over(429)),
        row("too many requests for longer than anybody waits", &[Reply::status(429, sent).with("Retry-After", "31")]),
        row("three times a bad gateway", &over(502)),
        row("three times overload", &over(503)),
        row("three times a gateway's time-out", &over(504)),
        row("three times a reset", &[Reply::Reset, Reply::Reset, Reply::Reset]),
        row("redirect", &[Reply::status(302, sent).with("Location", "/oauth/token")]),
        row("redirect to elsewhere", &[Reply::status(307, "").with("Location", "http://elsewhere.example/")]),
        row("broken off", &[Reply::Truncated(page.into())]),
        row("half of a page", &[Reply::ok(&page[..30])]),
        row("too large", &[Reply::ok(vec![b' '; RESPONSE + 1])]),
        row("no JSON", &[Reply::ok(sent)]),
        row("nothing", &[Reply::ok("")]),
        row("another JSON", &[Reply::ok("[]")]),
    ]
}

/// Answers that never come, from everything that speaks HTTP.
pub fn silence() -> Vec<Fault> {
    let row = |what, reply| Fault::new(what, &[reply], 500, INVALID);
    vec![row("silence", Reply::Silence), row("stall", Reply::Stall(b"{".to_vec()))]
}

/// Pages that are none, instead of the one whose path and query are `own`.
pub fn pages(base: &str, own: &str) -> Vec<Fault> {
    let page = |next: &str, items: &str| Reply::ok(format!(r#"{{"_links":{{"_next":{next}}},"_items":{items}}}"#));
    let row = |what, reply, status, text: &str| Fault::new(what, &[reply], status, text);
    let no_links = "Received no _links prop from their API. This is not an error with Tachi.";
    let no_next = "Received invalid _links._next prop from their API.";
    let foreign = format!("{base} returned invalid data.");
    let to = |next: &str| page(&format!("{next:?}"), "[]");
    vec![
        row("no links", Reply::ok(r#"{"_items":[]}"#), 500, no_links),
        row("links that are null", Reply::ok(r#"{"_links":null,"_items":[]}"#), 500, no_links),
        row("no next", Reply::ok(r#"{"_links":{},"_items":[]}"#), 500, no_next),
        row("a next that is none", page("5", "[]"), 500, no_next),
        row("items that are none", page("null", "{}"), 500, "Received invalid _items from their API."),
        row("a foreign next", to("http://elsewhere.example/x"), 500, &foreign),
        row("a next on another port", to("http://127.0.0.1:1/x"), 500, &foreign),
        row("a relative next", to(own), 500, &foreign),
        row("a loop", to(&format!("{base}{own}")), 508, ENDLESS),
    ]
}

/// What is said of what has no end.
pub const ENDLESS: &str = "An infinite loop appears to have occurred while synchronising with this api.";

/// Imports with each fault in turn, each of them by a player of its own.
#[track_caller]
pub fn expect<'a>(
    server: &'a TestServer,
    upstream: &Upstream,
    target: &str,
    faults: Vec<Fault>,
    import_type: &str,
    mut newcomer: impl FnMut() -> Player<'a>,
) {
    for Fault { what, replies, status, text } in faults {
        println!("{what}");
        let asked = upstream.asked_for(target);
        let tries = replies.len();
        for reply in replies {
            upstream.once(target, reply);
        }
        let player = newcomer();
        failed(server, player.id, &import(&player.caller, import_type), status, &text);
        assert_eq!(upstream.asked_for(target) - asked, tries, "{what}");
    }
}

/// Imports although a request fails at first, each time by a player of its own.
#[track_caller]
pub fn expect_recovery<'a>(
    upstream: &Upstream,
    target: &str,
    import_type: &str,
    mut newcomer: impl FnMut() -> Player<'a>,
) {
    let status = |status| Reply::status(status, "what-the-service-sent");
    let wait = |seconds| status(429).with("Retry-After", seconds);
    let rows = [
        (vec![wait("0")], 0),
        (vec![wait("1")], 1),
        (vec![status(429), status(502)], 0),
        (vec![status(503)], 0),
        (vec![status(504), status(503)], 0),
        (vec![Reply::Reset, Reply::Reset], 0),
    ];
    for (replies, seconds) in rows {
        println!("{replies:?}");
        let (asked, tries) = (upstream.asked_for(target), replies.len() + 1);
        for reply in replies {
            upstream.once(target, reply);
        }
        let begun = Instant::now();
        assert!(new_scores(&import(&newcomer().caller, import_type).body()) > 0);
        assert!(begun.elapsed() >= Duration::from_secs(seconds));
        assert_eq!(upstream.asked_for(target) - asked, tries);
    }
}
