//! `POST /api/v1/import/file?dryRun`.

use crate::support::{Answer, Form, Player, Stored, demo_csv, on_both};

fn import(player: &Player<'_>, query: &str, form: &Form) -> Answer {
    let request = player.caller.upload_request(&format!("/api/v1/import/file{query}"), form);
    Answer::from(request.send().unwrap())
}

#[test]
fn a_dry_run_tells_what_would_be_and_stores_nothing() {
    on_both(|server| {
        let player = server.player();
        let form = Form::import("file/eamusement-iidx-csv", &demo_csv());
        for query in ["?dryRun", "?dryRun=", "?dryRun=false", "?other&dryRun=1"] {
            let answer = import(&player, query, &form);
            assert_eq!(answer.json()["description"], "Dry run: nothing was stored.");
            let document = answer.body();
            assert!(!document["scoreIDs"].as_array().unwrap().is_empty());
            assert!(!document["createdSessions"].as_array().unwrap().is_empty());
            assert_eq!(document["errors"][0]["type"], "SongOrChartNotFound");
            assert_eq!(server.stored(player.id), Stored::default(), "{query}");
            let path = |kind: &str, id: &serde_json::Value| format!("/api/v1/{kind}/{}", id.as_str().unwrap());
            for path in [path("imports", &document["importID"]), path("scores", &document["scoreIDs"][0])] {
                player.caller.get(&path).failure(404);
            }
        }
        let would = import(&player, "?dryRun", &form).body();
        let did = import(&player, "", &form).body();
        for same in ["scoreIDs", "idStrings", "errors", "classDeltas", "userIntent", "userID"] {
            assert_eq!(would[same], did[same], "{same}");
        }
        let again = import(&player, "?dryRun", &form).body();
        assert_eq!(again["scoreIDs"], serde_json::json!([]));
        assert_eq!(again["errors"][0]["type"], "OrphanExists");
    });
}

#[test]
fn a_dry_run_checks_like_an_import() {
    on_both(|server| {
        let player = server.player();
        import(&player, "?dryRun", &Form::new()).refused(400, "Expected a file for field scoreData.");
        let form = Form::import("file/batch-manual", b"{");
        assert!(import(&player, "?dryRun", &form).failure(400).starts_with("Invalid JSON."));
        let guest = server.guest().upload_request("/api/v1/import/file?dryRun", &form).send().unwrap();
        Answer::from(guest).failure(401);
        assert_eq!(server.stored(player.id), Stored::default());
        // A failed dry run gives the lock back.
        import(&player, "", &Form::import("file/eamusement-iidx-csv", &demo_csv())).body();
    });
}
