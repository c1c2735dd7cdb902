//! What an operator may set up, and what an instance refuses to start with: `spec/integrations.md` 2 and 8.

use tachi_parsers::api::source::KaiService;
use tachi_parsers::fetch::{ArcConfiguration, CgConfiguration, Configuration, KaiConfiguration, Secret, Services};
use tachi_parsers::registry::REGISTRY;

use super::configuration;

fn refusal(configuration: Configuration) -> Option<String> {
    Services::new(configuration).err().map(|error| error.to_string())
}

fn with_url(url: &str) -> Configuration {
    configuration(url)
}

#[test]
fn a_base_url_is_a_bare_origin() {
    for url in ["https://flo.example.com", "https://flo.example.com:8443", "http://127.0.0.1:80", "http://[::1]:5000"] {
        assert_eq!(refusal(with_url(url)), None, "{url}");
    }
    for url in [
        "https://flo.example.com/",
        "https://flo.example.com/api",
        "https://flo.example.com?x",
        "https://flo.example.com#x",
        "https://user:hunter2@flo.example.com",
        "http://flo.example.com",
        "http://127.0.0.1.example.com",
        "http://192.168.0.1",
        "ftp://flo.example.com",
        "flo.example.com",
        "/api",
        "",
    ] {
        let text = refusal(with_url(url)).unwrap_or_else(|| panic!("{url} is accepted"));
        assert!(text.starts_with("FLO: the URL"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert_eq!(refusal(with_url("http://localhost:3000")), None);
}

#[test]
fn credentials_are_all_or_none_and_want_an_address() {
    let full = configuration("https://flo.example.com").flo;
    let flo = |flo: KaiConfiguration| Configuration { flo, ..Configuration::default() };
    let part = |change: fn(&mut KaiConfiguration)| {
        let mut part = full.clone();
        change(&mut part);
        refusal(flo(part))
    };
    assert_eq!(part(|_| {}), None);
    for change in [
        (|part| part.client_id = None) as fn(&mut KaiConfiguration),
        |part| part.client_secret = None,
        |part| part.redirect_uri = None,
        |part| (part.client_id, part.redirect_uri) = (None, None),
    ] {
        let text = "FLO: OAuth2 client ID, client secret and redirect URI must be set together, or none of them.";
        assert_eq!(part(change).as_deref(), Some(text));
    }
    let text = "FLO: API URL and OAuth2 credentials must be set together, or none of them.";
    assert_eq!(part(|part| part.url = None).as_deref(), Some(text));
    let only_url = KaiConfiguration { url: full.url.clone(), ..KaiConfiguration::default() };
    assert_eq!(refusal(flo(only_url)), None);
}

#[test]
fn cg_wants_both_and_may_have_a_path() {
    let cg = |url: Option<&str>, key: Option<&str>| {
        let cg_nag = CgConfiguration { url: url.map(str::to_owned), api_key: key.map(Secret::new) };
        refusal(Configuration { cg_nag, ..Configuration::default() })
    };
    assert_eq!(cg(None, None), None);
    assert_eq!(cg(Some("https://cg.example.com/api/v1"), Some("k")), None);
    let text = "CG nag: URL and API key must be set together, or none of them.";
    assert_eq!(cg(Some("https://cg.example.com"), None).as_deref(), Some(text));
    assert_eq!(cg(None, Some("k")).as_deref(), Some(text));
    assert!(cg(Some("http://cg.example.com"), Some("k")).is_some());
    assert!(cg(Some("https://cg.example.com/"), Some("k")).is_some());
}

#[test]
fn arc_paths_have_a_place_for_the_account() {
    for (path, is_good) in [("/a/{id}", true), ("/a?x={id}", true), ("a/{id}", false), ("/a", false), ("", false)] {
        let arc = ArcConfiguration { sdvx_path: Some(path.to_owned()), ..ArcConfiguration::default() };
        let refusal = refusal(Configuration { arc, ..Configuration::default() });
        assert_eq!(refusal.is_none(), is_good, "{path}");
    }
}

#[test]
fn names_that_cannot_be_sent_are_refused() {
    let named = |instance: &str| Configuration { instance: instance.to_owned(), ..Configuration::default() };
    assert_eq!(refusal(named("Foo Bär")), None);
    assert!(refusal(named("Foo\r\nX-Evil: 1")).is_some());
}

#[test]
fn an_operator_can_be_told_what_is_missing() {
    let services = Services::new(configuration("https://flo.example.com")).unwrap();
    for entry in REGISTRY {
        let Some(source) = entry.source else { continue };
        let is_flo = entry.import_type.as_str().starts_with("api/flo-");
        assert_eq!(services.is_configured(source), is_flo, "{}", entry.import_type);
    }
}

#[test]
fn no_debug_text_holds_a_secret() {
    let configuration = Configuration {
        arc: ArcConfiguration { token: Some(Secret::new("arc-hunter2")), ..ArcConfiguration::default() },
        cg_dev: CgConfiguration {
            url: Some("https://cg.example.com".to_owned()),
            api_key: Some(Secret::new("cg-hunter2")),
        },
        ..configuration("https://flo.example.com")
    };
    let text = format!("{configuration:?}");
    let services = Services::new(configuration).unwrap();
    for text in [text, format!("{services:?}")] {
        assert!(!text.contains("hunter2") && !text.contains("the-client-secret"), "{text}");
    }
    assert_eq!(KaiService::ALL.len(), 3);
}
