//! What the instance says of itself.

use serde_json::json;
use tachi_server::config::Options;
use tachi_server::config::access::AccessOptions;

use crate::support::{TestServer, on_both, settings};

#[test]
fn the_configuration_is_there_for_everybody() {
    let access = AccessOptions { signups: Some(false), rivals_cap: Some(7), ..settings().access };
    let options = Options {
        name: Some("Our Arcade".to_owned()),
        flavour: Some("bokutachi".to_owned()),
        import_types: Some("file/batch-manual".to_owned()),
        access,
        ..settings()
    };
    let server = TestServer::with(options);
    let config = server.guest().get("/api/v1/config").body();
    assert_eq!((&config["NAME"], &config["TYPE"]), (&json!("Our Arcade"), &json!("boku")));
    assert_eq!((&config["SIGNUPS_ENABLED"], &config["RIVALS_CAP"]), (&json!(false), &json!(7)));
    assert_eq!(config["IMPORT_TYPES"], json!(["file/batch-manual"]));
    let games = config["GAMES"].as_array().unwrap();
    assert!(games.contains(&json!("bms")) && !games.contains(&json!("iidx")), "{games:?}");
    assert_eq!(server.guest().get("/api/v1/config/max-rivals").body(), 7);
    for (flavour, kind) in [("kamaitachi", "kamai"), ("omni", "omni")] {
        let server = TestServer::with(Options { flavour: Some(flavour.to_owned()), ..settings() });
        assert_eq!(server.guest().get("/api/v1/config").body()["TYPE"], kind);
    }
}

#[test]
fn whoever_watches_over_the_process_is_told_that_it_works() {
    on_both(|server| {
        for path in ["/healthz", "/readyz", "/.deploy/up"] {
            server.guest().get(path).body();
        }
    });
}
