//! The two forms of paths.

use super::*;
use crate::support::on_both;

#[test]
fn both_forms_of_a_path_give_the_same() {
    on_both(|server| {
        let player = player(server);
        let pb = format!("/pbs/{AA}?getComposition");
        for path in [
            "",
            "/pbs/best",
            "/pbs/all",
            "/scores/recent",
            "/scores/all",
            "/sessions/recent",
            "/goals",
            &*pb,
            "/pbs?search=a",
        ] {
            let long = server.guest().get(&of(&player, path)).body();
            let short = format!("/api/v1/users/{}/games/iidx-sp{path}", player.id);
            assert_eq!(server.guest().get(&short).body(), long, "{path}");
            let (path, query) = short.split_once('?').map_or((&*short, ""), |(path, query)| (path, query));
            assert_eq!(server.guest().get(&format!("{path}/?{query}")).body(), long, "{path}");
        }
        for path in ["", "/leaderboard", "/charts", "/tables", &format!("/charts/{AA}/pbs")] {
            let long = server.guest().get(&on_sp(path)).body();
            assert_eq!(server.guest().get(&format!("/api/v1/games/iidx-sp{path}")).body(), long, "{path}");
        }
        let single = server.guest().get("/api/v1/games/sdvx/Single/charts").body();
        assert_eq!(server.guest().get("/api/v1/games/sdvx/charts").body(), single);
        let config = server.guest().get("/api/v1/games/sdvx").body();
        assert_eq!(config["playtypes"], serde_json::json!(["Single"]), "the game, not its playtype");
    });
}

#[test]
fn a_playtype_that_does_not_fit_is_refused_as_one() {
    let server = TestServer::start();
    server.guest().get("/api/v1/games/sdvx/SP/charts").refused(400, "Invalid playtype SP for sdvx.");
    server.guest().get("/api/v1/games/iidx-sp/SP").refused(400, "Invalid or unsupported game iidx-sp.");
    server.guest().get("/api/v1/games/bms-7k").refused(400, "Invalid or unsupported game bms.");
}

#[test]
fn changes_take_both_forms_too() {
    let server = TestServer::start();
    let player = player(&server);
    let resolve = format!("/api/v1/users/{}/games/iidx-sp/pbs/resolve/", player.id);
    let wanted = json!({"matchType": "songTitle", "identifier": "AA", "difficulty": "ANOTHER"});
    assert_eq!(server.guest().post(&resolve, &wanted).body()["pb"]["chartID"], AA);
}
