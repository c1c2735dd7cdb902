//! Orphans of the caller.

use super::*;
use crate::support::{keys, on_both};

#[test]
fn orphans_are_listed_in_pages_and_removed() {
    on_both(|server| {
        let player = server.player();
        let unknown: Vec<Value> = ["one", "two", "three"].map(|title| score(title, 9, "CLEAR", NOON)).into();
        player.caller.import("file/batch-manual", &batch(&unknown));
        let path = "/api/v1/import/orphans";
        let page = player.caller.get(&format!("{path}?limit=2")).body();
        assert_eq!(keys(&page), ["hasMore", "orphans"]);
        assert_eq!(page["hasMore"], true);
        assert_eq!(each(&page["orphans"], "summary"), ["three (ANOTHER)", "two (ANOTHER)"]);
        let entry = &page["orphans"][0];
        assert_eq!(keys(entry), ["gameGroup", "importType", "message", "orphanID", "rowID", "summary", "timeInserted"]);
        assert_eq!((&entry["gameGroup"], &entry["importType"]), (&json!("iidx"), &json!("file/batch-manual")));
        let last = &page["orphans"][1]["rowID"];
        let rest = player.caller.get(&format!("{path}?limit=2&after={last}")).body();
        assert_eq!(
            (each(&rest["orphans"], "summary"), &rest["hasMore"]),
            (vec![&json!("one (ANOTHER)")], &json!(false))
        );
        for query in ["limit=0", "limit=101", "after=x", "after=4711"] {
            player.caller.get(&format!("{path}?{query}")).failure(400);
        }

        let one = format!("{path}/{}", entry["orphanID"].as_str().unwrap());
        let whole = player.caller.get(&one).body();
        assert_eq!(whole["data"]["identifier"], "three");
        assert_eq!(whole["context"]["game"], "iidx");
        server.guest().get(path).refused(401, GUEST);
        let other = server.player();
        assert_eq!(other.caller.get(path).body(), json!({"orphans": [], "hasMore": false}));
        let text = format!("The orphan {} does not exist.", entry["orphanID"].as_str().unwrap());
        other.caller.get(&one).refused(404, &text);
        send(&other.caller, Method::DELETE, &one, &json!({})).refused(404, &text);
        other.caller.get(&format!("{path}?after={last}")).failure(400);
        assert_eq!(send(&player.caller, Method::DELETE, &one, &json!({})).body(), json!({}));
        send(&player.caller, Method::DELETE, &one, &json!({})).refused(404, &text);
        assert_eq!(server.stored(player.id).orphans, 2);
    });
}
