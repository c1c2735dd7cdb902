//! Players among one another.

use super::*;
use crate::support::{keys, on_both};

#[test]
fn profiles_are_ranked_by_a_rating() {
    on_both(|server| {
        let (one, best, equal) = (server.player(), player(server), server.player());
        for player in [&one, &equal] {
            player.caller.import("file/batch-manual", &batch(&[score("5.1.1.", 1000, "CLEAR", NOON)]));
        }
        let body = server.guest().get(&on_sp("/leaderboard")).body();
        assert_eq!(keys(&body), ["gameStats", "users"]);
        assert_eq!(each(&body["gameStats"], "userID"), [best.id.0, one.id.0, equal.id.0]);
        assert_eq!(each(&body["gameStats"], "rank"), [1, 2, 2]);
        assert_eq!(body["users"].as_array().unwrap().len(), 3);
        let body = server.guest().get(&on_sp("/leaderboard?limit=1")).body();
        assert_eq!(each(&body["gameStats"], "userID"), [best.id.0]);
        let body = server.guest().get(&on_sp("/leaderboard?alg=BPI")).body();
        assert_eq!(each(&body["gameStats"], "rank"), [1, 1, 1], "without the rating all count as 0");
        let text = server.guest().get(&on_sp("/leaderboard?alg=x")).failure(400);
        assert!(text.contains("ktLampRating, ktLampRatingHC, ktLampRatingEXHC, BPI"), "{text}");
        for limit in ["0", "501", "x"] {
            let text = format!("[limit] Expected an integer from 1 to 500. (Received {limit})");
            server.guest().get(&on_sp(&format!("/leaderboard?limit={limit}"))).refused(400, &text);
        }
    });
}

#[test]
fn the_best_pbs_of_anybody_come_by_rating() {
    on_both(|server| {
        let (one, other) = (player(server), server.player());
        other.caller.import("file/batch-manual", &batch(&[score("5.1.1.", 1500, "HARD CLEAR", NOON)]));
        for name in ["pb-leaderboard", "score-leaderboard"] {
            let body = server.guest().get(&on_sp(&format!("/{name}"))).body();
            assert_eq!(keys(&body), ["charts", "pbs", "songs", "users"]);
            let values: Vec<f64> = body["pbs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|pb| pb["calculatedData"]["ktLampRating"].as_f64().unwrap())
                .collect();
            assert_eq!(values.len(), 3);
            assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
            assert_eq!((&body["pbs"][0]["userID"], &body["pbs"][0]["chartID"]), (&json!(one.id.0), &json!(AA)));
            let single = server.guest().get(&on_sp(&format!("/{name}?limit=1"))).body();
            assert_eq!(single["pbs"], json!([body["pbs"][0]]));
            server.guest().get(&on_sp(&format!("/{name}?limit=51"))).failure(400);
            server.guest().get(&on_sp(&format!("/{name}?alg=x"))).failure(400);
        }
        assert_eq!(server.guest().get(&on_sp("/pb-leaderboard?alg=BPI")).status, 200);
    });
}

#[test]
fn players_are_found_by_parts_of_their_names() {
    on_both(|server| {
        let player = player(server);
        server.player();
        wants_search(server, &on_sp("/players"));
        let find = |text: &str| server.guest().get(&on_sp(&format!("/players?search={text}"))).body();
        assert_eq!(each(&find("LAYER"), "id"), [player.id.0], "those only who played");
        assert_eq!(find("%25"), json!([]), "pattern characters mean themselves");
        assert_eq!(find("r_0").as_array().unwrap().len(), 1);
        assert_eq!(find("rx0"), json!([]));
    });
}
