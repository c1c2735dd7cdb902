//! Scores of a user.

use serde_json::{Value, json};

use super::*;
use crate::support::{keys, on_both};

#[test]
fn recent_scores_are_those_with_the_latest_times() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        let recent = server.guest().get(&of(&player, "/scores/recent")).body();
        assert_eq!(keys(&recent), ["charts", "scores", "songs"]);
        assert_eq!(each(&recent["scores"], "chartID"), [AA, FIVE, OLD]);
        assert_eq!(each(&recent["charts"], "chartID"), [AA, FIVE, OLD]);
    });
}

#[test]
fn recent_scores_are_a_hundred() {
    on_both(|server| {
        let player = server.player();
        let scores: Vec<Value> = (0..120).map(|number| score("AA", 2000 + number, "CLEAR", NOON + number)).collect();
        player.caller.import("file/batch-manual", &batch(&scores));
        let recent = server.guest().get(&of(&player, "/scores/recent")).body();
        let times: Vec<i64> =
            each(&recent["scores"], "timeAchieved").iter().map(|time| time.as_i64().unwrap()).collect();
        assert_eq!(times, (20..120).rev().map(|number| NOON + number).collect::<Vec<_>>());
        let found = server.guest().get(&of(&player, "/scores?search=aa")).body();
        let times: Vec<i64> =
            each(&found["scores"], "timeAchieved").iter().map(|time| time.as_i64().unwrap()).collect();
        assert_eq!(times, (90..120).rev().map(|number| NOON + number).collect::<Vec<_>>());
    });
}

#[test]
fn scores_are_searched_by_what_their_songs_are_called() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        wants_search(server, &of(&player, "/scores"));
        let find = |text: &str| server.guest().get(&of(&player, &format!("/scores?search={text}"))).body();
        assert_eq!(keys(&find("aa")), ["charts", "scores", "songs"]);
        assert_eq!(each(&find("aa")["scores"], "chartID"), [AA]);
        let both = find("good-cool");
        assert_eq!(
            each(&both["scores"], "timeAchieved"),
            [&json!(NOON - 1), &json!(null)],
            "those without a time last"
        );
        assert_eq!(find("zzz"), json!({"scores": [], "songs": [], "charts": []}));
    });
}

#[test]
fn scores_on_a_chart_come_latest_first() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        player.caller.import("file/batch-manual", &batch(&[score("AA", 2000, "CLEAR", NOON + 120_000)]));
        let on = |chart: &str| server.guest().get(&of(&player, &format!("/scores/{chart}")));
        assert_eq!(each(&on(AA).body(), "timeAchieved"), [NOON + 120_000, NOON + 60_000]);
        assert_eq!(each(&on(OLD).body(), "timeAchieved"), [&json!(NOON - 1), &json!(null)]);
        assert_eq!(on(UNPLAYED).body(), json!([]));
        on("x").refused(404, "The chart x does not exist on beatmania IIDX (SP).");
    });
}

#[test]
fn all_scores_are_those_on_primary_charts() {
    on_both(|server| {
        let player = player(server);
        play_old(&player);
        let all = server.guest().get(&of(&player, "/scores/all")).body();
        assert_eq!(keys(&all), ["charts", "scores", "songs"]);
        assert_eq!(each(&all["scores"], "chartID"), [AA, FIVE]);
        let recent = server.guest().get(&of(&player, "/scores/recent")).body();
        assert_eq!(all["scores"][0], recent["scores"][0]);
        assert_eq!(
            (each(&all["songs"], "id"), each(&all["charts"], "chartID")),
            (vec![&json!(488), &json!(1)], vec![&json!(AA), &json!(FIVE)])
        );
    });
}
