//! Profiles, and what somebody played most.

use serde_json::json;

use super::*;
use crate::support::{keys, on_both};

#[test]
fn a_profile_says_what_was_played_and_where_it_stands() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        let body = server.guest().get(&of(&player, "")).body();
        let members = ["firstScore", "gameStats", "mostRecentScore", "playtime", "rankingData", "totalScores"];
        assert_eq!(keys(&body), members);
        assert_eq!(body["totalScores"], 4);
        assert_eq!((&body["firstScore"]["chartID"], &body["mostRecentScore"]["chartID"]), (&json!(OLD), &json!(AA)));
        assert_eq!(body["playtime"], 60_001);
        assert_eq!(keys(&body["gameStats"]), ["classes", "game", "playtype", "ratings", "userID"]);
        let place = json!({"ranking": 1, "outOf": 1});
        let places = json!({"ktLampRating": place, "ktLampRatingHC": place, "ktLampRatingEXHC": place, "BPI": place});
        assert_eq!(body["rankingData"], places);
    });
}

#[test]
fn scores_without_times_are_neither_first_nor_latest() {
    on_both(|server| {
        let player = server.player();
        let mut timeless = score("AA", 3000, "CLEAR", NOON);
        timeless.as_object_mut().unwrap().remove("timeAchieved");
        player.caller.import("file/batch-manual", &batch(&[timeless]));
        let body = server.guest().get(&of(&player, "")).body();
        assert_eq!((&body["firstScore"], &body["mostRecentScore"]), (&json!(null), &json!(null)));
        assert_eq!((&body["totalScores"], &body["playtime"]), (&json!(1), &json!(0)));
    });
}

#[test]
fn all_profiles_of_a_user_come_with_their_places() {
    on_both(|server| {
        let (best, other) = (player(server), server.player());
        other.caller.import("file/batch-manual", &batch(&[score("5.1.1.", 1000, "CLEAR", NOON)]));
        for name in ["game-stats", "game-profiles"] {
            let stats = server.guest().get(&format!("/api/v1/users/{}/{name}", other.id)).body();
            assert_eq!(stats.as_array().unwrap().len(), 1);
            assert_eq!(keys(&stats[0]), ["__rankingData", "classes", "game", "playtype", "ratings", "userID"]);
            assert_eq!(stats[0]["__rankingData"]["ktLampRating"], json!({"ranking": 2, "outOf": 2}));
        }
        let fresh = server.player();
        assert_eq!(server.guest().get(&format!("/api/v1/users/{}/game-stats", fresh.id)).body(), json!([]));
        assert_eq!(fresh.caller.get("/api/v1/users/me/game-stats").body(), json!([]));
        server.guest().get("/api/v1/users/me/game-stats").refused(401, GUEST);
        server.guest().get("/api/v1/users/nobody/game-stats").refused(404, "The user nobody does not exist.");
        let stats = server.guest().get(&format!("/api/v1/users/{}/stats", best.id)).body();
        assert_eq!(stats, json!({"scores": 2, "sessions": 1}));
    });
}

#[test]
fn most_played_charts_come_by_the_number_of_scores() {
    on_both(|server| {
        let player = player(server);
        player.caller.import("file/batch-manual", &batch(&[score("5.1.1.", 1000, "CLEAR", NOON + 1)]));
        let most = server.guest().get(&of(&player, "/most-played")).body();
        assert_eq!(keys(&most), ["charts", "pbs", "songs"]);
        assert_eq!(each(&most["pbs"], "chartID"), [FIVE, AA]);
        assert_eq!(each(&most["pbs"], "__playcount"), [2, 1]);
    });
}

#[test]
fn those_next_to_a_profile_are_above_or_not() {
    on_both(|server| {
        let songs = ["quasar", "5.1.1.", "A", "AA", "V"];
        let players: Vec<Player<'_>> = (1..=songs.len()).map(|_| server.player()).collect();
        for (number, player) in (1..).zip(&players) {
            let scores: Vec<_> = songs[..number].iter().map(|title| score(title, 500, "CLEAR", NOON)).collect();
            player.caller.import("file/batch-manual", &batch(&scores));
        }
        let body = server.guest().get(&of(&players[2], "/leaderboard-adjacent")).body();
        assert_eq!(keys(&body), ["above", "below", "thisUsersRanking", "thisUsersStats", "users"]);
        assert_eq!(each(&body["above"], "userID"), [players[4].id.0, players[3].id.0], "best first");
        assert_eq!(each(&body["below"], "userID"), [players[1].id.0, players[0].id.0]);
        assert_eq!(body["thisUsersRanking"], json!({"ranking": 3, "outOf": 5}));
        assert_eq!(body["thisUsersStats"]["userID"], players[2].id.0);
        assert_eq!(body["users"].as_array().unwrap().len(), 5);
        // Nobody has the rating: all count as 0.
        let body = server.guest().get(&of(&players[2], "/leaderboard-adjacent?alg=BPI")).body();
        assert_eq!((body["above"].as_array().unwrap().len(), body["below"].as_array().unwrap().len()), (0, 4));
        server.guest().get(&of(&players[2], "/leaderboard-adjacent?alg=x")).failure(400);
    });
}
