//! Lists of imports.

use super::*;
use crate::support::{Form, keys, on_both};

#[test]
fn imports_are_listed_newest_first_and_filtered() {
    on_both(|server| {
        let (player, other) = (server.player(), server.player());
        let first = play(&player);
        let form = Form::import("file/batch-manual", &batch(&[]));
        let intended = player.caller.upload_request("/api/v1/import/file", &form).header("X-User-Intent", "true");
        let second = Answer::from(intended.send().unwrap()).body();
        let others = play(&other);
        let guest = server.guest();
        let own = |query: &str| guest.get(&format!("/api/v1/users/{}/imports{query}", player.id)).body();
        assert_eq!(own(""), json!([second, first]));
        let intended: Vec<Value> =
            [&second, &first].into_iter().filter(|one| one["userIntent"] == true).cloned().collect();
        assert_eq!(own("?userIntent=true"), json!(intended));
        assert_eq!(own("?importType=file/batch-manual"), json!([second, first]));
        assert_eq!(own("?importType=ir/barbatos"), json!([]));
        let all = guest.get("/api/v1/imports").body();
        assert_eq!(keys(&all), ["imports", "users"]);
        assert_eq!(all["imports"], json!([others, second, first]));
        assert_eq!(each(&all["users"], "id"), [player.id.0, other.id.0]);
        assert_eq!(guest.get("/api/v1/imports?importType=ir/barbatos").body(), json!({"imports": [], "users": []}));
        for path in ["/api/v1/imports", "/api/v1/imports/failed"] {
            let text = "[userIntent] Expected true or false. (Received yes)";
            guest.get(&format!("{path}?userIntent=yes")).refused(400, text);
            guest.get(&format!("{path}?importType=x")).failure(400);
        }
        let recent = guest.get(&format!("/api/v1/users/{}/recent-imports", player.id)).body();
        let count = intended.len();
        let expected =
            if count == 0 { json!([]) } else { json!([{"importType": "file/batch-manual", "count": count}]) };
        assert_eq!(recent, expected);
    });
}

#[test]
fn imports_that_failed_are_listed_with_their_reasons() {
    on_both(|server| {
        let player = server.player();
        let refused = player.caller.upload(&Form::import("file/batch-manual", b"{"));
        assert_eq!(refused.status, 400);
        let reason = refused.json()["description"].take();
        let own = server.guest().get(&format!("/api/v1/users/{}/imports/failed", player.id)).body();
        let tracker = &own[0];
        assert_eq!(keys(tracker), ["error", "importID", "importType", "timeStarted", "type", "userID", "userIntent"]);
        assert_eq!((&tracker["type"], &tracker["userID"]), (&json!("FAILED"), &json!(player.id.0)));
        assert_eq!(tracker["error"], json!({"message": reason, "statusCode": 400}));
        let all = server.guest().get("/api/v1/imports/failed").body();
        assert_eq!(keys(&all), ["failedImports", "users"]);
        assert_eq!((&all["failedImports"], each(&all["users"], "id")), (&own, vec![&json!(player.id.0)]));
    });
}
