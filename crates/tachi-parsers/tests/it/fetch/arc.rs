//! ARC: `spec/import-types/api-arc.md` 1 and 3.

use tachi_core::import_type::ImportType;
use tachi_parsers::fetch::{ArcConfiguration, Configuration, Secret, Services};

use super::{INVALID, Stored, configuration, run, status};
use crate::support::upstream::{Reply, Upstream};

const SCORES: &str = "/api/v1/iidx/28/player_bests/";
const PROFILES: &str = "/api/v1/iidx/28/profiles/";

/// Two pages and a profile, for whoever has the token.
fn service() -> Upstream {
    Upstream::start(|request| {
        if request.header("authorization") != "Bearer arc-token" {
            return Reply::status(401, "{}");
        }
        let query = request.query();
        match request.path() {
            PROFILES => Reply::ok(r#"{"_items":[]}"#),
            SCORES if query.contains_key("page") => Reply::ok(r#"{"_links":{"_next":null},"_items":[2]}"#),
            SCORES => {
                let origin = format!("http://{}", request.header("host"));
                Reply::ok(format!(r#"{{"_links":{{"_next":"{origin}{}&page=2"}},"_items":[1]}}"#, request.target))
            }
            _ => Reply::status(404, "{}"),
        }
    })
}

fn services(upstream: &Upstream, arc: ArcConfiguration) -> Services {
    let arc = ArcConfiguration { url: Some(upstream.origin()), token: Some(Secret::new("arc-token")), ..arc };
    Services::new(Configuration { arc, ..configuration(&upstream.origin()) }).unwrap()
}

fn user() -> Stored {
    Stored { arc: Some(Secret::new("a b/c")), ..Stored::default() }
}

fn fetch(services: &Services, links: &Stored, import_type: ImportType) -> Result<String, (u16, String)> {
    run(services, import_type, links, None).0.map_err(|error| (status(&error), error.message))
}

#[test]
fn pages_are_asked_for_with_the_operators_token_and_the_users_account() {
    let upstream = service();
    let services = services(&upstream, ArcConfiguration::default());
    let transcript = fetch(&services, &user(), ImportType::ApiArcIidx).unwrap();
    assert_eq!(transcript, r#"{"service":"ARC","profile":{"_items":[]},"pages":[[1],[2]]}"#);
    assert_eq!(
        upstream.asked(),
        [
            format!("GET {PROFILES}?_id=a%20b%2Fc"),
            format!("GET {SCORES}?profile_id=a%20b%2Fc"),
            format!("GET {SCORES}?profile_id=a%20b%2Fc&page=2"),
        ]
    );
    assert!(upstream.requests().iter().all(|request| request.header("user-agent") == "Foo/1.2.3"));
}

#[test]
fn paths_are_the_operators() {
    let upstream = Upstream::start(|_| Reply::ok(r#"{"_links":{"_next":null},"_items":[]}"#));
    let paths = ArcConfiguration {
        iidx_path: Some("/27/{id}/bests".to_owned()),
        iidx_profile_path: Some("/27/{id}".to_owned()),
        ..ArcConfiguration::default()
    };
    fetch(&services(&upstream, paths), &user(), ImportType::ApiArcIidx).unwrap();
    assert_eq!(upstream.asked(), ["GET /27/a%20b%2Fc", "GET /27/a%20b%2Fc/bests"]);
}

#[test]
fn a_refused_token_is_reported_with_the_status_it_was_refused_with() {
    for refusal in [401, 403] {
        let upstream = service();
        upstream.always(SCORES, Reply::status(refusal, "{}"));
        let services = services(&upstream, ArcConfiguration::default());
        let base = upstream.origin();
        let text = format!("Unable to authenticate with {base} and reauthentication was not possible.");
        assert_eq!(fetch(&services, &user(), ImportType::ApiArcIidx), Err((refusal, text)));
        assert_eq!(upstream.asked().len(), 2);
    }
}

#[test]
fn an_account_in_one_game_does_not_help_in_the_other() {
    let upstream = service();
    let services = services(&upstream, ArcConfiguration::default());
    let text = "No authentication was stored for api/arc-sdvx.".to_owned();
    assert_eq!(fetch(&services, &user(), ImportType::ApiArcSdvx), Err((401, text)));
    let text = "No authentication was stored for api/arc-iidx.".to_owned();
    assert_eq!(fetch(&services, &Stored::default(), ImportType::ApiArcIidx), Err((401, text)));
    assert!(upstream.asked().is_empty());
}

#[test]
fn without_a_token_or_an_address_nothing_is_asked() {
    let upstream = service();
    let url = Some(upstream.origin());
    for arc in [
        ArcConfiguration { url, ..ArcConfiguration::default() },
        ArcConfiguration { token: Some(Secret::new("arc-token")), ..ArcConfiguration::default() },
    ] {
        let services = Services::new(Configuration { arc, ..configuration(&upstream.origin()) }).unwrap();
        let (status, _) = fetch(&services, &user(), ImportType::ApiArcIidx).unwrap_err();
        assert_eq!(status, 500);
    }
    assert!(upstream.asked().is_empty());
}

#[test]
fn a_profile_that_cannot_be_had_never_fails_the_import() {
    for reply in [Reply::status(401, "{}"), Reply::status(500, "{}"), Reply::ok("<html>"), Reply::Silence] {
        let upstream = service();
        upstream.always(PROFILES, reply);
        let services = services(&upstream, ArcConfiguration::default());
        let transcript = fetch(&services, &user(), ImportType::ApiArcIidx).unwrap();
        assert_eq!(transcript, r#"{"service":"ARC","profile":null,"pages":[[1],[2]]}"#);
    }
}

#[test]
fn a_service_that_fails_is_reported() {
    let upstream = service();
    upstream.always(SCORES, Reply::status(500, "{}"));
    let services = services(&upstream, ArcConfiguration::default());
    assert_eq!(fetch(&services, &user(), ImportType::ApiArcIidx), Err((500, INVALID.to_owned())));
}
