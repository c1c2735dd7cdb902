//! Searching everything.

use super::*;
use crate::support::{keys, on_both};

#[test]
fn a_search_finds_users_charts_and_folders() {
    on_both(|server| {
        let player = player(server);
        wants_search(server, "/api/v1/search");
        let body = server.guest().get("/api/v1/search?search=player_0").body();
        assert_eq!(keys(&body), ["charts", "folders", "users"]);
        assert_eq!(
            (each(&body["users"], "id"), each(&body["users"], "__isRival")),
            (vec![&json!(player.id.0)], vec![&json!(false)])
        );
        let body = server.guest().get("/api/v1/search?search=atheR").body();
        let charts = body["charts"]["iidx:SP"].as_array().unwrap();
        assert_eq!(keys(&charts[0]), ["chart", "playcount", "song"]);
        assert_eq!(charts[0]["song"]["title"], "ÆTHER");
        let body = server.guest().get("/api/v1/search?search=landmarks").body();
        assert_eq!(each(&body["folders"], "title"), ["Three Landmarks"]);
        // Whoever is signed in finds what belongs to the games they play.
        let everywhere = server.guest().get("/api/v1/search?search=albida").body();
        assert_eq!(keys(&everywhere["charts"]), ["sdvx:Single"]);
        let own = player.caller.get("/api/v1/search?search=albida").body();
        assert_eq!(own["charts"], json!({}));
        let own = player.caller.get("/api/v1/search?search=aa").body();
        let aa = own["charts"]["iidx:SP"].as_array().unwrap().iter().find(|one| one["chart"]["chartID"] == AA).unwrap();
        assert_eq!(aa["playcount"], 1);
    });
}
