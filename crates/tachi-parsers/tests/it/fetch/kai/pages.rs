//! Pages that are none, lead elsewhere, or never end; and the cursor.

use std::sync::Mutex;

use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::{Configuration, Limits, Services};

use super::{HISTORY, TOKEN, World};
use crate::fetch::{INVALID, Stored, configuration, quick, run, status};
use crate::support::upstream::{Reply, Upstream};

#[test]
fn every_malformed_page_has_its_text() {
    let no_links = "Received no _links prop from their API. This is not an error with Foo.";
    let next = "Received invalid _links._next prop from their API.";
    let items = "Received invalid _items from their API.";
    for (body, text) in [
        ("", INVALID),
        ("<html>", INVALID),
        (r#"{"_links":{"_next":null},"_items":[1"#, INVALID),
        ("[]", INVALID),
        ("null", INVALID),
        (r#""text""#, INVALID),
        ("{}", no_links),
        (r#"{"_items":[]}"#, no_links),
        (r#"{"_links":null,"_items":[]}"#, no_links),
        (r#"{"_links":"x","_items":[]}"#, no_links),
        (r#"{"_links":[],"_items":[]}"#, no_links),
        (r#"{"_links":{},"_items":[]}"#, next),
        (r#"{"_links":{"_next":{}},"_items":[]}"#, next),
        (r#"{"_links":{"_next":5},"_items":{}}"#, next),
        (r#"{"_links":{"_next":null},"_items":{}}"#, items),
        (r#"{"_links":{"_next":null},"_items":null}"#, items),
        (r#"{"_links":{"_next":null}}"#, items),
    ] {
        for on_page_2 in [false, true] {
            let world = World::new();
            let target = if on_page_2 { world.page_2() } else { HISTORY.to_owned() };
            world.kai.upstream.always(&target, Reply::ok(body));
            assert_eq!(world.failure(), (500, text.to_owned()), "{body}");
        }
    }
}

#[test]
fn other_members_of_a_page_and_repeated_ones_do_no_harm() {
    let world = World::new();
    let body = r#" {"_meta":[1],"_items":{},"_links":{"_self":5,"_next":{},"_next":null}, "_items" : [ 1 , "é" ] }"#;
    world.kai.upstream.always(HISTORY, Reply::ok(body));
    assert_eq!(world.fetch().unwrap(), r#"{"service":"FLO","profile":{"sp":18,"dp":4},"pages":[[ 1 , "é" ]]}"#);
}

#[test]
fn pages_of_another_origin_are_not_asked_for() {
    let elsewhere = Upstream::start(|_| Reply::ok(r#"{"_links":{"_next":null},"_items":[]}"#));
    for next in [
        elsewhere.origin() + "/page",
        "https://elsewhere.example/page".to_owned(),
        "/api/iidx/v2/play_history?page=2".to_owned(),
        "page 2".to_owned(),
        String::new(),
        "HTTPS".to_owned(),
    ] {
        let world = World::new();
        let page = format!(r#"{{"_links":{{"_next":"{next}"}},"_items":[1]}}"#);
        world.kai.upstream.always(HISTORY, Reply::ok(page));
        assert_eq!(world.failure(), (500, format!("{} returned invalid data.", world.kai.upstream.origin())), "{next}");
    }
    for prefix in ["https://", "http://user@", "http://user:password@"] {
        let world = World::new();
        let origin = world.kai.upstream.origin();
        let next = origin.replace("http://", prefix);
        world.kai.upstream.always(HISTORY, Reply::ok(format!(r#"{{"_links":{{"_next":"{next}/"}},"_items":[1]}}"#)));
        assert_eq!(world.failure(), (500, format!("{origin} returned invalid data.")), "{next}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn an_origin_is_spelled_in_any_letter_case() {
    let world = World::new();
    let next = world.kai.upstream.origin().replace("http", "HTTP") + &world.page_2();
    world.kai.upstream.once(HISTORY, Reply::ok(format!(r#"{{"_links":{{"_next":"{next}"}},"_items":[1]}}"#)));
    assert_eq!(world.fetch().unwrap(), r#"{"service":"FLO","profile":{"sp":18,"dp":4},"pages":[[1],[5,6]]}"#);
}

fn endless() -> (u16, String) {
    (508, "An infinite loop appears to have occurred while synchronising with this api.".to_owned())
}

#[test]
fn a_page_that_was_there_before_ends_the_import_at_once() {
    let world = World::new();
    let origin = world.kai.upstream.origin();
    let page = |next: &str| Reply::ok(format!(r#"{{"_links":{{"_next":"{origin}{next}"}},"_items":[1]}}"#));
    world.kai.upstream.always(HISTORY, page(HISTORY));
    assert_eq!(world.failure(), endless());
    assert_eq!(world.asked_for(HISTORY), 1);

    let world = World::new();
    let origin = world.kai.upstream.origin();
    let page = format!(r#"{{"_links":{{"_next":"{origin}{HISTORY}"}},"_items":[1]}}"#);
    world.kai.upstream.always(&world.page_2(), Reply::ok(page));
    assert_eq!(world.failure(), endless());
    assert_eq!(world.asked_for(HISTORY), 2);
}

#[test]
fn there_are_500_pages_at_most() {
    let world = World::new();
    world.kai.history(HISTORY, &[&["1"] as &[&str]; 500]);
    let transcript = world.fetch().unwrap();
    assert_eq!(transcript.matches("[1]").count(), 500);

    world.kai.history(HISTORY, &[&["1"] as &[&str]; 501]);
    assert_eq!(world.failure(), endless());
    assert_eq!(world.asked_for(HISTORY), 500 + 501);
}

#[test]
fn pages_without_end_come_to_one() {
    let next = Mutex::new(1);
    let upstream = Upstream::start(move |request| {
        if request.path() == TOKEN {
            return Reply::ok(r#"{"access_token":"a","refresh_token":"b"}"#);
        }
        let mut next = next.lock().unwrap();
        *next += 1;
        let host = request.header("host");
        Reply::ok(format!(r#"{{"_links":{{"_next":"http://{host}/{next}"}},"_items":[]}}"#))
    });
    let services =
        Services::new(Configuration { limits: Limits { pages: 20, ..quick() }, ..configuration(&upstream.origin()) });
    let error = run(&services.unwrap(), ImportType::ApiFloIidx, &Stored::linked(), None).0.unwrap_err();
    assert_eq!((status(&error), error.message), endless());
    // The token, the profile, and one page too many.
    assert_eq!(upstream.asked().len(), 2 + 21);
}

#[test]
fn with_a_cursor_pages_end_at_the_first_score_that_is_not_newer() {
    // 1714644930000
    const CURSOR: &str = "2024-05-02T10:15:30Z";
    let new = r#"{"timestamp":"2024-05-02T10:15:31Z"}"#;
    let equal = &format!(r#"{{"timestamp":"{CURSOR}"}}"#);
    let old = r#"{"timestamp":"2024-05-02T10:15:29Z"}"#;
    let odd = [r#"{"timestamp":"foo"}"#, r#"{"timestamp":5}"#, "{}", "null", r#"{"timestamp":""}"#];
    for (first_page, expected, next_asked) in [
        (vec![new, new], vec![new, new], true),
        (vec![new, old, new], vec![new], false),
        (vec![old, new], vec![], false),
        (vec![new, equal], vec![new], false),
        (vec![], vec![], true),
        (odd.to_vec(), odd.to_vec(), true),
    ] {
        let world = World::new();
        world.kai.history(HISTORY, &[&first_page, &[new]]);
        let transcript = world.fetch_after(Some(1_714_644_930_000)).unwrap();
        let rest = if next_asked { format!(",[{new}]") } else { String::new() };
        let pages = format!(r#""pages":[[{}]{rest}]}}"#, expected.join(","));
        assert!(transcript.ends_with(&pages), "{transcript} instead of {pages}");
        assert_eq!(world.asked_for(HISTORY), 1 + usize::from(next_asked));
    }
}
