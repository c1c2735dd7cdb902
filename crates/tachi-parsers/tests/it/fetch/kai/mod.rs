//! The kai family: every row of the tables of `spec/import-types/api-kai.md` 3, 4, 6 and `spec/integrations.md` 6, 8.

mod link;
mod pages;
mod profile;
mod retries;
mod sizes;

use serde_json::Value;
use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::{Configuration, Limits, Progress, Services};

use super::{INVALID, Stored, configuration, quick, run, status};
use crate::cases;
use crate::support::kai::Kai;
use crate::support::upstream::Reply;

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
        self.kai.upstream.asked_for(path)
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
