//! Folders and tables.

use super::*;
use crate::support::{keys, on_both, settings};
use tachi_server::config::Options;

const LANDMARKS: &str = "F19f896fca84da1f0ea1a3a700442055b2e42bc938dd3ed3c8e8a68406ab557cb";

#[test]
fn folders_are_searched_and_shown_with_their_charts() {
    on_both(|server| {
        wants_search(server, &on_sp("/folders"));
        let found = server.guest().get(&on_sp("/folders?search=LANDMARKS")).body();
        assert_eq!(each(&found, "folderID"), [LANDMARKS]);
        assert_eq!(
            keys(&found[0]),
            ["data", "folderID", "game", "inactive", "playtype", "searchTerms", "title", "type"]
        );
        let found = server.guest().get(&on_sp("/folders?search=level%2012&inactive")).body();
        assert_eq!(found.as_array().unwrap().len(), 2);
        let folder = server.guest().get(&on_sp(&format!("/folders/{LANDMARKS}"))).body();
        assert_eq!(keys(&folder), ["charts", "folder", "songs"]);
        assert_eq!((folder["charts"].as_array().unwrap().len(), folder["songs"].as_array().unwrap().len()), (3, 3));
        server.guest().get(&on_sp("/folders/x")).refused(404, "The folder x does not exist.");
        server.guest().get(&format!("/api/v1/games/iidx/DP/folders/{LANDMARKS}")).failure(404);
    });
}

#[test]
fn tables_come_with_their_folders_in_order() {
    on_both(|server| {
        let tables = server.guest().get(&on_sp("/tables?showInactive")).body();
        assert_eq!(each(&tables, "tableID"), ["iidx-SP-33-levels"]);
        let table = server.guest().get(&on_sp("/tables/iidx-SP-33-levels")).body();
        assert_eq!(keys(&table), ["folders", "table"]);
        assert_eq!(table["table"], tables[0]);
        assert_eq!(
            each(&table["folders"], "folderID"),
            table["table"]["folders"].as_array().unwrap().iter().collect::<Vec<_>>()
        );
        server.guest().get(&on_sp("/tables/x")).refused(404, "The table x does not exist.");
        server.guest().get("/api/v1/games/iidx/DP/tables/iidx-SP-33-levels").failure(404);
    });
}

#[test]
fn bms_players_load_tables_as_they_are_used_to() {
    let server = TestServer::with(Options { flavour: Some("bokutachi".to_owned()), ..settings() });
    let path = "/api/v1/games/bms/7K/custom-tables/bms-7K-insane";
    let header = server.guest().get(path).json();
    assert_eq!(keys(&header), ["data_url", "level_order", "name", "symbol"]);
    assert!(header["data_url"].as_str().unwrap().ends_with(&format!("{path}/body")), "{header}");
    let body = server.guest().get(&format!("{path}/body")).json();
    let entry = &body[0];
    assert_eq!(keys(entry), ["artist", "level", "md5", "sha256", "title"]);
    assert_eq!((&entry["title"], &entry["level"]), (&json!("gazer [MANIAQ]"), &header["level_order"][0]));
    assert_eq!(entry["md5"], "38616b85332037cc12924f2ae2840262");
    server.guest().get("/api/v1/games/bms/7K/custom-tables/x").failure(404);

    let hash = "/api/v1/search/chart-hash";
    let found = server.guest().get(&format!("{hash}?search=38616B85332037CC12924F2AE2840262")).body();
    assert_eq!(each(&found["charts"], "chartID"), ["88eb6cc5683e2740cbd07f588a5f3db1db8d467b"]);
    assert_eq!(server.guest().get(&format!("{hash}?search=00")).body(), json!({"charts": []}));
    wants_search(&server, hash);
}
