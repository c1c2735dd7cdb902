//! Linking: the table of `spec/integrations.md` 5.

use tachi_parsers::api::source::KaiService;
use tachi_parsers::fetch::{ExchangeError, Secret, Services, exchange_code};

use super::{block_on, configuration};
use crate::support::kai::{CODE, Kai};
use crate::support::upstream::Reply;

const TOKEN: &str = "/oauth/token";

struct World {
    kai: Kai,
    services: Services,
}

impl World {
    fn new() -> Self {
        let kai = Kai::start();
        let services = Services::new(configuration(&kai.upstream.origin())).unwrap();
        Self { kai, services }
    }

    fn exchange(&self, code: &str) -> Result<(String, String), ExchangeError> {
        let pair = block_on(exchange_code(&self.services, KaiService::Flo, &Secret::new(code)))?;
        Ok((pair.access.expose().to_owned(), pair.refresh.expose().to_owned()))
    }
}

#[test]
fn a_code_is_worth_a_pair_once() {
    let world = World::new();
    assert_eq!(world.exchange(CODE), Ok(("access-token-2".to_owned(), "refresh-token-2".to_owned())));
    let requests = world.kai.upstream.requests();
    let form: Vec<(String, String)> = requests[0].form().into_iter().collect();
    let expected = [
        ("client_id", "the-client-id"),
        ("client_secret", "the-client-secret"),
        ("code", CODE),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "https://client.example/kai"),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(requests[0].header("user-agent"), "Foo/1.2.3");

    let error = world.exchange(CODE).unwrap_err();
    assert_eq!(error.status(), 400);
    assert!(error.to_string().contains("400"), "{error}");
    assert_eq!(world.kai.upstream.asked(), ["POST /oauth/token", "POST /oauth/token"]);
}

#[test]
fn failures_have_the_status_of_the_table_and_are_not_tried_again() {
    for (reply, status, text) in [
        (Reply::status(400, "{}"), 400, "400"),
        (Reply::status(404, "{}"), 400, "404"),
        (Reply::status(302, "").with("Location", "/elsewhere"), 400, "302"),
        (Reply::status(201, r#"{"access_token":"a","refresh_token":"b"}"#), 400, "201"),
        (Reply::status(500, "{}"), 500, "500"),
        (Reply::status(503, "{}"), 500, "503"),
        (Reply::ok("<html>"), 500, "no tokens"),
        (Reply::ok("{}"), 500, "no tokens"),
        (Reply::ok(r#"{"access_token":"a"}"#), 500, "no tokens"),
        (Reply::ok(r#"{"access_token":"a","refresh_token":5}"#), 500, "no tokens"),
        (Reply::Silence, 500, "We failed to reach this site. Are they down?"),
        (Reply::Reset, 500, "We failed to reach this site. Are they down?"),
    ] {
        let world = World::new();
        world.kai.upstream.always(TOKEN, reply.clone());
        let error = world.exchange(CODE).unwrap_err();
        assert_eq!(error.status(), status, "{reply:?}");
        assert!(error.to_string().contains(text), "{error}");
        assert!(!error.to_string().contains(CODE));
        assert_eq!(world.kai.upstream.asked(), ["POST /oauth/token"], "{reply:?}");
    }
}

#[test]
fn a_service_without_credentials_links_nobody() {
    let world = World::new();
    let result = block_on(exchange_code(&world.services, KaiService::Min, &Secret::new(CODE)));
    let error = result.unwrap_err();
    assert_eq!((error, error.status()), (ExchangeError::NotConfigured(KaiService::Min), 500));
    assert!(world.kai.upstream.asked().is_empty());
}
