//! The kai family: every row of the tables of `spec/import-types/api-kai.md` 3, 4, 6 and `spec/integrations.md` 6, 8.

use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::{Configuration, Limits, Progress, Services};

use super::{INVALID, Stored, configuration, quick, run, status};
use crate::cases;
use crate::support::kai::Kai;
use crate::support::upstream::{Reply, Upstream};

const HISTORY: &str = "/api/iidx/v2/play_history";
const PROFILE: &str = "/api/iidx/v2/player_profile";
const TOKEN: &str = "/oauth/token";

/// A service, an instance, and a user who has linked the one with the other.
struct World {
    kai: Kai,
    services: Services,
    links: Stored,
}

impl World {
    fn new() -> Self {
        Self::with(quick())
    }

    /// Two pages, `[1,2,3,4]` and `[5,6]`.
    fn with(limits: Limits) -> Self {
        let kai = Kai::start();
        kai.history(HISTORY, &[&["1", "2", "3", "4"], &["5", "6"]]);
        kai.profile(PROFILE, r#"{"sp":18,"dp":4}"#);
        let configuration = Configuration { limits, ..configuration(&kai.upstream.origin()) };
        Self { services: Services::new(configuration).unwrap(), kai, links: Stored::linked() }
    }

    fn fetch(&self) -> Result<String, (u16, String)> {
        self.fetch_after(None)
    }

    fn fetch_after(&self, cursor: Option<i64>) -> Result<String, (u16, String)> {
        let (result, _) = run(&self.services, ImportType::ApiFloIidx, &self.links, cursor);
        result.map_err(|error| (status(&error), error.message))
    }

    /// The failure, which must be one.
    #[track_caller]
    fn failure(&self) -> (u16, String) {
        self.fetch().unwrap_err()
    }

    /// How often a path was asked for.
    fn asked_for(&self, path: &str) -> usize {
        self.kai.upstream.requests().iter().filter(|request| request.path() == path).count()
    }

    fn page_2(&self) -> String {
        format!("{HISTORY}?page=2")
    }
}

fn invalid() -> (u16, String) {
    (500, INVALID.to_owned())
}

const ALL: &str = r#"{"service":"FLO","profile":{"sp":18,"dp":4},"pages":[[1,2,3,4],[5,6]]}"#;

#[test]
fn the_link_is_refreshed_before_anything_is_asked_and_pages_follow_in_order() {
    let world = World::new();
    let (result, told) = run(&world.services, ImportType::ApiFloIidx, &world.links, None);
    assert_eq!(result.unwrap(), ALL);
    assert_eq!(told, [Progress { pages: 1, scores: 4 }, Progress { pages: 2, scores: 6 }]);
    assert_eq!(
        world.kai.upstream.asked(),
        [format!("POST {TOKEN}"), format!("GET {PROFILE}"), format!("GET {HISTORY}"), format!("GET {HISTORY}?page=2"),]
    );
    let requests = world.kai.upstream.requests();
    let form: Vec<(String, String)> = requests[0].form().into_iter().collect();
    let expected = [
        ("client_id", "the-client-id"),
        ("client_secret", "the-client-secret"),
        ("grant_type", "refresh_token"),
        ("redirect_uri", "https://client.example/kai"),
        ("refresh_token", "refresh-token-1"),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(requests[0].header("content-type"), "application/x-www-form-urlencoded");
    for request in &requests {
        assert_eq!(request.header("user-agent"), "Foo/1.2.3");
        assert_eq!(request.header("cookie"), "");
    }
    for request in &requests[1..] {
        assert_eq!(request.header("authorization"), "Bearer access-token-2");
        assert_eq!(request.header("content-type"), "application/json");
        assert!(request.body.is_empty());
    }
    assert_eq!(world.links.tokens(), ("access-token-2".to_owned(), "refresh-token-2".to_owned()));
}

/// The transcript is what the fixtures of the import type hold.
#[test]
fn what_is_fetched_is_what_the_import_type_reads() {
    let path = cases::plain(ImportType::ApiFloIidx).join("input.json");
    let fixture: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let pages = fixture["pages"].as_array().unwrap().iter();
    let pages: Vec<Vec<String>> =
        pages.map(|page| page.as_array().unwrap().iter().map(Value::to_string).collect()).collect();
    let pages: Vec<Vec<&str>> = pages.iter().map(|page| page.iter().map(String::as_str).collect()).collect();
    let pages: Vec<&[&str]> = pages.iter().map(Vec::as_slice).collect();
    let world = World::new();
    world.kai.history(HISTORY, &pages);
    world.kai.profile(PROFILE, &fixture["profile"].to_string());
    let transcript: Value = serde_json::from_str(&world.fetch().unwrap()).unwrap();
    assert_eq!(transcript, fixture);
}

#[test]
fn sdvx_has_paths_of_its_own() {
    let world = World::new();
    world.kai.history("/api/sdvx/v1/play_history", &[&[]]);
    world.kai.profile("/api/sdvx/v1/player_profile", r#"{"skill_level":10}"#);
    let (result, _) = run(&world.services, ImportType::ApiFloSdvx, &world.links, None);
    assert_eq!(result.unwrap(), r#"{"service":"FLO","profile":{"skill_level":10},"pages":[[]]}"#);
}

#[test]
fn cookies_are_not_kept() {
    let world = World::new();
    world.kai.upstream.once(PROFILE, Reply::ok("{}").with("Set-Cookie", "a=b"));
    world.fetch().unwrap();
    assert!(world.kai.upstream.requests().iter().all(|request| request.header("cookie").is_empty()));
}

#[test]
fn an_empty_history_is_a_success() {
    let world = World::new();
    world.kai.history(HISTORY, &[&[]]);
    assert_eq!(world.fetch().unwrap(), r#"{"service":"FLO","profile":{"sp":18,"dp":4},"pages":[[]]}"#);
}

#[test]
fn who_has_not_linked_is_told_so_before_what_the_operator_has_not_set_up() {
    let world = World::new();
    *world.links.kai.lock().unwrap() = None;
    assert_eq!(world.failure(), (401, "No authentication was stored for FLO.".to_owned()));
    let (result, _) = run(&world.services, ImportType::ApiMinSdvx, &world.links, None);
    assert_eq!(result.unwrap_err().message, "No authentication was stored for MIN.");
    let linked = Stored::linked();
    for import_type in [ImportType::ApiMinSdvx, ImportType::ApiEagIidx] {
        let error = run(&world.services, import_type, &linked, None).0.unwrap_err();
        let text = "Fatal error in performing authentication. This has been reported.";
        assert_eq!((status(&error), error.message.as_str()), (500, text));
    }
    assert!(world.kai.upstream.asked().is_empty());
}

#[test]
fn without_credentials_nothing_is_asked() {
    let kai = Kai::start();
    let mut configuration = configuration(&kai.upstream.origin());
    (configuration.flo.client_id, configuration.flo.client_secret, configuration.flo.redirect_uri) = (None, None, None);
    let services = Services::new(configuration).unwrap();
    let error = run(&services, ImportType::ApiFloIidx, &Stored::linked(), None).0.unwrap_err();
    assert_eq!(error.message, "Fatal error in performing authentication. This has been reported.");
    assert!(kai.upstream.asked().is_empty());
}

#[test]
fn a_type_that_is_not_fetched_is_refused() {
    let world = World::new();
    let error = run(&world.services, ImportType::FileBatchManual, &world.links, None).0.unwrap_err();
    assert_eq!((status(&error), error.message.as_str()), (400, "Invalid import type: file/batch-manual"));
}

// --- The link ---------------------------------------------------------------------------------------------------

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

// --- Trying again -----------------------------------------------------------------------------------------------

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

// --- Pages ------------------------------------------------------------------------------------------------------

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

// --- Sizes ------------------------------------------------------------------------------------------------------

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_pages_are_read() {
    let world = World::new();
    let body = gzip(br#"{"_links":{"_next":null},"_items":[7]}"#);
    world.kai.upstream.always(HISTORY, Reply::ok(body).with("Content-Encoding", "gzip"));
    assert_eq!(world.fetch().unwrap(), r#"{"service":"FLO","profile":{"sp":18,"dp":4},"pages":[[7]]}"#);
    let requests = world.kai.upstream.requests();
    assert!(requests.last().unwrap().header("accept-encoding").contains("gzip"));

    let world = World::new();
    world.kai.upstream.always(HISTORY, Reply::ok(&b"no gzip"[..]).with("Content-Encoding", "gzip"));
    assert_eq!(world.failure(), invalid());
}

#[test]
fn an_answer_has_a_limit_that_holds_after_decompression() {
    let limits = || Limits { response: 1000, ..quick() };
    let page = |length: usize| {
        let frame = r#"{"_links":{"_next":null},"_items":[""]}"#.len();
        format!(r#"{{"_links":{{"_next":null}},"_items":["{}"]}}"#, "x".repeat(length - frame))
    };
    for (length, is_read) in [(1000, true), (1001, false), (1_000_000, false)] {
        for compressed in [false, true] {
            let world = World::with(limits());
            let reply = if compressed {
                Reply::ok(gzip(page(length).as_bytes())).with("Content-Encoding", "gzip")
            } else {
                Reply::ok(page(length))
            };
            world.kai.upstream.always(HISTORY, reply);
            let result = world.fetch();
            assert_eq!(result.is_ok(), is_read, "{length} {compressed}");
            if !is_read {
                assert_eq!(result.unwrap_err(), invalid());
            }
            assert_eq!(world.asked_for(HISTORY), 1);
        }
    }
}

#[test]
fn a_transcript_has_a_limit() {
    let world = World::with(Limits { transcript: 60, ..quick() });
    assert_eq!(world.failure(), (500, "Received more than 60 bytes of scores from their API.".to_owned()));
}

// --- The profile ------------------------------------------------------------------------------------------------

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

// --- The cursor -------------------------------------------------------------------------------------------------

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
