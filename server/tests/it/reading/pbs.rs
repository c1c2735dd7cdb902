//! PBs of a user.

use serde_json::{Value, json};
use tachi_core::game::Gpt;
use tachi_db::DbError;
use tachi_db::rivals::rivals_replace;

use super::*;
use crate::support::{keys, on_both};

const PB: [&str; 12] = [
    "calculatedData",
    "chartID",
    "composedFrom",
    "game",
    "highlight",
    "isPrimary",
    "playtype",
    "rankingData",
    "scoreData",
    "songID",
    "timeAchieved",
    "userID",
];

#[test]
fn best_pbs_come_by_rating_with_their_songs_and_charts() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        let best = server.guest().get(&of(&player, "/pbs/best")).body();
        assert_eq!(keys(&best), ["charts", "pbs", "songs"]);
        assert_eq!(each(&best["pbs"], "chartID"), [AA, FIVE], "12 before 10, and no chart that is not primary");
        assert_eq!(each(&best["charts"], "chartID"), [AA, FIVE]);
        assert_eq!(each(&best["songs"], "id"), [488, 1]);
        let pb = &best["pbs"][0];
        assert_eq!(keys(pb), PB);
        assert_eq!(pb["rankingData"], json!({"rank": 1, "outOf": 1, "rivalRank": null}));
        let data = &pb["scoreData"];
        assert_eq!((&data["judgements"], &data["optional"]), (&json!({}), &json!({"enumIndexes": {}})));
        assert_eq!(data["enumIndexes"], json!({"lamp": 5, "grade": 6}));
        assert_eq!(pb["composedFrom"][0]["name"], "Best Score");
        let by_bpi = server.guest().get(&of(&player, "/pbs/best?alg=BPI")).body();
        assert_eq!(by_bpi["pbs"].as_array().unwrap().len(), 2, "those without the rating come last");
        assert_eq!(by_bpi["pbs"][1]["calculatedData"]["BPI"], json!(null));
        let text = "[alg] Expected any of ktLampRating, ktLampRatingHC, ktLampRatingEXHC, BPI. (Received VF6)";
        let refused = server.guest().get(&of(&player, "/pbs/best?alg=VF6")).failure(400);
        let names = |text: &str| {
            let list = text.split_once("of ").unwrap().1.split_once(". (").unwrap().0;
            let mut names: Vec<String> = list.split(", ").map(str::to_owned).collect();
            names.sort();
            names
        };
        assert_eq!(names(&refused), names(text));
        assert!(refused.ends_with("(Received VF6)"), "{refused}");
    });
}

#[test]
fn all_pbs_are_those_on_primary_charts() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        let all = server.guest().get(&of(&player, "/pbs/all")).body();
        assert_eq!(keys(&all), ["charts", "pbs", "songs"]);
        let mut charts = each(&all["pbs"], "chartID");
        charts.sort_by_key(|chart| chart.to_string());
        assert_eq!(charts, [AA, FIVE]);
    });
}

#[test]
fn pbs_are_searched_by_what_their_songs_are_called() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        wants_search(server, &of(&player, "/pbs"));
        let find = |text: &str| {
            let body = server.guest().get(&of(&player, &format!("/pbs?search={text}"))).body();
            assert_eq!(keys(&body), ["charts", "pbs", "songs"]);
            each(&body["pbs"], "chartID").into_iter().cloned().collect::<Vec<Value>>()
        };
        assert_eq!(find("NAGUREO"), [FIVE]);
        assert_eq!(find("%C3%A1a"), [AA], "without diacritics");
        assert_eq!(find("SOMEBODY%20you"), [OLD], "every word, on any chart");
        assert_eq!(find("quasar"), [""; 0], "not played");
        assert_eq!(find(""), [AA, FIVE, OLD], "latest first");
        assert_eq!(find("%25"), [""; 0], "pattern characters mean themselves");
    });
}

#[test]
fn one_pb_comes_with_what_it_is_made_of() {
    on_both(|server| {
        let player = player(server);
        let later = [score("AA", 2000, "EX HARD CLEAR", NOON + 120_000)];
        let document = player.caller.import("file/batch-manual", &batch(&later));
        let path = of(&player, &format!("/pbs/{AA}"));
        let alone = server.guest().get(&path).body();
        assert_eq!(keys(&alone), ["chart", "pb"]);
        assert_eq!((&alone["pb"]["chartID"], &alone["chart"]["chartID"]), (&json!(AA), &json!(AA)));
        let data = &alone["pb"]["scoreData"];
        assert_eq!((&data["score"], &data["lamp"]), (&json!(3000), &json!("EX HARD CLEAR")));
        let whole = server.guest().get(&format!("{path}?getComposition")).body();
        assert_eq!(keys(&whole), ["chart", "pb", "scores"]);
        assert_eq!(each(&whole["scores"], "scoreID"), each(&whole["pb"]["composedFrom"], "scoreID"));
        assert_eq!(whole["scores"][1]["scoreID"], document["scoreIDs"][0]);

        let guest = server.guest();
        guest.get(&of(&player, &format!("/pbs/{UNPLAYED}"))).failure(404);
        let text = "The chart x does not exist on beatmania IIDX (SP).";
        guest.get(&of(&player, "/pbs/x")).refused(404, text);
        // A chart of the other playtype.
        guest.get(&of(&player, "/pbs/92599eae8169756eb64f11af0c7781185a3aa8ed")).failure(404);
    });
}

#[test]
fn pbs_of_a_song_may_be_none() {
    on_both(|server| {
        let player = player(server);
        let of_song = |id: &str| server.guest().get(&of(&player, &format!("/pbs/song/{id}")));
        assert_eq!(each(&of_song("488").body()["pbs"], "chartID"), [AA]);
        assert_eq!(of_song("227").body(), json!({"pbs": [], "songs": [], "charts": []}));
        of_song("4711").refused(404, "The song 4711 does not exist on beatmania IIDX.");
        of_song("x").failure(404);
    });
}

#[test]
fn a_pb_is_found_as_importers_name_its_chart() {
    on_both(|server| {
        let player = player(server);
        let resolve = |body: Value| server.guest().post(&of(&player, "/pbs/resolve"), &body);
        let wanted = json!({"matchType": "songTitle", "identifier": "aa", "difficulty": "ANOTHER"});
        let found = resolve(wanted).body();
        assert_eq!(keys(&found), ["chart", "pb", "song"]);
        assert_eq!((&found["pb"]["chartID"], &found["song"]["title"]), (&json!(AA), &json!("AA")));
        let title = |title: &str| json!({"matchType": "songTitle", "identifier": title, "difficulty": "ANOTHER"});
        resolve(title("no such title")).failure(404);
        resolve(title("a")).failure(404);
        resolve(title("switch")).failure(400);
        resolve(json!({"identifier": "aa"}))
            .refused(400, "[matchType] Expected a string. (Received nothing (undefined))");
        resolve(json!({"matchType": "title", "identifier": "aa"})).failure(400);
    });
}

#[test]
fn those_next_to_a_pb_are_ranked_around_it() {
    on_both(|server| {
        let players: Vec<Player<'_>> = (0..13).map(|_| server.player()).collect();
        for (number, player) in (0..).zip(&players) {
            let own = [score("AA", 3000 - number, "CLEAR", NOON)];
            player.caller.import("file/batch-manual", &batch(&own));
        }
        // The sixth and the seventh are equal in everything that counts.
        let equal = [score("AA", 2995, "CLEAR", NOON)];
        players[6].caller.import("file/batch-manual", &batch(&equal));
        let body = server.guest().get(&of(&players[6], &format!("/pbs/{AA}/leaderboard-adjacent"))).body();
        assert_eq!(keys(&body), ["adjacentAbove", "adjacentBelow", "chart", "pb", "users"]);
        assert_eq!(body["pb"]["userID"], players[6].id.0);
        assert_eq!(body["pb"]["rankingData"]["rank"], 6, "a shared rank");
        let ids = |range: std::ops::Range<usize>| players[range].iter().map(|player| player.id.0).collect::<Vec<_>>();
        assert_eq!(each(&body["adjacentAbove"], "userID"), ids(1..6));
        assert_eq!(each(&body["adjacentBelow"], "userID"), ids(7..12));
        assert_eq!(body["adjacentBelow"][0]["rankingData"]["rank"], 8, "the next rank skips");
        assert_eq!(body["users"].as_array().unwrap().len(), 11);

        let first = server.guest().get(&of(&players[0], &format!("/pbs/{AA}/leaderboard-adjacent"))).body();
        assert_eq!(first["adjacentAbove"], json!([]));
        server.guest().get(&of(&players[0], &format!("/pbs/{FIVE}/leaderboard-adjacent"))).failure(404);

        let rivals = [players[0].id, players[3].id, players[9].id];
        let database = server.app.importer.database();
        let set = database.write(std::time::Duration::from_secs(10), |conn| {
            rivals_replace(conn, players[6].id, Gpt::IidxSp, &rivals)
        });
        let set: Result<(), DbError> = set;
        set.unwrap();
        let body = server.guest().get(&of(&players[6], &format!("/pbs/{AA}"))).body();
        assert_eq!(body["pb"]["rankingData"], json!({"rank": 6, "outOf": 13, "rivalRank": 3}));
    });
}
