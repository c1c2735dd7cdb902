//! Songs and charts of a game.

use super::*;
use crate::support::{keys, on_both};

#[test]
fn songs_and_charts_are_shown_whole() {
    on_both(|server| {
        let guest = server.guest();
        let song = guest.get(&on_sp("/songs/488")).body();
        assert_eq!(keys(&song), ["charts", "song"]);
        assert_eq!(song["song"]["title"], "AA");
        assert_eq!(each(&song["charts"], "difficulty"), ["NORMAL", "HYPER", "ANOTHER"]);
        guest.get(&on_sp("/songs/4711")).refused(404, "The song 4711 does not exist on beatmania IIDX.");
        let chart = guest.get(&on_sp(&format!("/charts/{AA}"))).body();
        assert_eq!(keys(&chart), ["chart", "song"]);
        assert_eq!((&chart["chart"]["chartID"], &chart["song"]["id"]), (&json!(AA), &json!(488)));
        guest.get(&on_sp("/charts/x")).failure(404);
        guest.get(&format!("/api/v1/games/iidx/DP/charts/{AA}")).failure(404);
        let wanted = json!({"matchType": "songTitle", "identifier": "aa", "difficulty": "ANOTHER"});
        assert_eq!(guest.post(&on_sp("/charts/resolve"), &wanted).body(), chart);
        let ambiguous = json!({"matchType": "songTitle", "identifier": "switch", "difficulty": "ANOTHER"});
        guest.post(&on_sp("/charts/resolve"), &ambiguous).failure(400);
        let unknown = json!({"matchType": "inGameID", "identifier": "31", "difficulty": "ANOTHER"});
        guest.post(&on_sp("/charts/resolve"), &unknown).failure(404);
    });
}

#[test]
fn charts_come_by_the_number_of_their_players() {
    on_both(|server| {
        let one = player(server);
        let other = server.player();
        other.caller.import("file/batch-manual", &batch(&[score("5.1.1.", 1000, "CLEAR", NOON)]));
        let guest = server.guest();
        let all = guest.get(&on_sp("/charts")).body();
        assert_eq!(keys(&all), ["charts", "songs"]);
        assert_eq!(each(&all["charts"], "chartID")[..2], [FIVE, AA]);
        assert_eq!(each(&all["charts"], "__playcount")[..3], [2, 1, 0]);
        assert!(all["charts"].as_array().unwrap().len() <= 100);
        let found = guest.get(&on_sp("/charts?search=dj%20nagureo")).body();
        assert_eq!(found["charts"][0]["chartID"], FIVE);
        let songs = each(&found["songs"], "artist");
        assert!(!songs.is_empty() && songs.iter().all(|artist| *artist == "dj nagureo"), "{songs:?}");

        guest.get(&on_sp("/charts?requesterHasPlayed")).refused(401, GUEST);
        let played = other.caller.get(&on_sp("/charts?requesterHasPlayed")).body();
        assert_eq!(each(&played["charts"], "chartID"), [FIVE]);
        let played = one.caller.get(&on_sp("/charts?requesterHasPlayed=&search=aa")).body();
        assert_eq!(each(&played["charts"], "chartID"), [AA]);
        assert_eq!(guest.get(&on_sp(&format!("/charts/{FIVE}/playcount"))).body(), json!({"count": 2}));
        assert_eq!(guest.get(&on_sp(&format!("/charts/{UNPLAYED}/playcount"))).body(), json!({"count": 0}));
    });
}

#[test]
fn a_chart_ranks_its_players() {
    on_both(|server| {
        let players: Vec<Player<'_>> = (0..3).map(|_| server.player()).collect();
        for (player, ex) in players.iter().zip([2000, 3000, 2000]) {
            player.caller.import("file/batch-manual", &batch(&[score("AA", ex, "CLEAR", NOON)]));
        }
        let path = on_sp(&format!("/charts/{AA}/pbs"));
        let body = server.guest().get(&path).body();
        assert_eq!(keys(&body), ["pbs", "users"]);
        let order: Vec<i32> = [1, 0, 2].iter().map(|number: &usize| players[*number].id.0).collect();
        assert_eq!(each(&body["pbs"], "userID"), order, "a shared rank by user");
        let ranks: Vec<&Value> = body["pbs"].as_array().unwrap().iter().map(|pb| &pb["rankingData"]["rank"]).collect();
        assert_eq!(ranks, [1, 2, 2]);
        assert_eq!(body["users"].as_array().unwrap().len(), 3);
        let rest = server.guest().get(&format!("{path}?startRanking=2")).body();
        assert_eq!(each(&rest["pbs"], "userID"), order[1..]);
        for start in ["0", "-1", "x", "1.5", ""] {
            server.guest().get(&format!("{path}?startRanking={start}")).failure(400);
        }
        wants_search(server, &format!("{path}/search"));
        let name = format!("{path}/search?search=PLAYER_2");
        assert_eq!(each(&server.guest().get(&name).body()["pbs"], "userID"), [players[2].id.0]);
        server.guest().get(&on_sp("/charts/x/pbs")).failure(404);
    });
}

#[test]
fn a_chart_knows_its_folders() {
    on_both(|server| {
        let folders = server.guest().get(&on_sp(&format!("/charts/{AA}/folders"))).body();
        assert!(each(&folders, "title").contains(&&json!("Three Landmarks")), "{folders}");
        assert!(each(&folders, "title").contains(&&json!("Level 12 (All)")), "{folders}");
    });
}
