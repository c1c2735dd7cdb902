//! What a session raised. Source: `spec/sessions.md` 10, `spec/games/README.md` 3 (minimum relevant value).

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ChartKey};
use tachi_core::game::Game;
use tachi_core::raises::{BestsOfCharts, Raise, raises};

use crate::play;

/// beatmania IIDX, 5.1.1. ANOTHER: 786 notes.
const FIVE: &str = "c2311194e3897ddb5745b1760d2c0141f933e683";
/// DDR, MAX 300 EXPERT.
const MAX_300: &str = "9a72eb4ad447818fa507fbcb5e886c32bc0c6c61";

fn chart(game: Game, id: &str) -> Chart {
    play::chart(game, &play::built_in(game, id))
}

/// The bests of plays of one chart, taken as plays of several.
fn bests(chart: &Chart, plays: &[(i32, Value)]) -> BestsOfCharts {
    let mut bests = BestsOfCharts::default();
    for (key, values) in plays {
        bests.entry(ChartKey(*key)).or_default().add(&play::play(chart, values));
    }
    bests
}

fn raise(metric: &'static str, value: &'static str, previous: usize, raised: &[i32]) -> Raise {
    Raise { metric, value, previous, raised: raised.iter().copied().map(ChartKey).collect() }
}

fn values(lamp: &str, score: i64) -> Value {
    json!({"lamp": lamp, "score": score})
}

#[test]
fn a_chart_counts_at_each_value_that_it_was_below() {
    let chart = chart(Game::Iidx, FIVE);
    // 1048 of 1572 is an A, 1223 an AA.
    let before =
        bests(&chart, &[(1, values("CLEAR", 1048)), (1, values("FAILED", 1100)), (3, values("HARD CLEAR", 1))]);
    let session =
        bests(&chart, &[(1, values("EX HARD CLEAR", 900)), (1, values("CLEAR", 1223)), (2, values("CLEAR", 1))]);
    let charts = [1, 2, 3, 4].map(ChartKey);
    let expected = [
        raise("lamp", "EASY CLEAR", 2, &[2]),
        raise("lamp", "CLEAR", 2, &[2]),
        raise("lamp", "HARD CLEAR", 1, &[1]),
        raise("lamp", "EX HARD CLEAR", 0, &[1]),
        raise("grade", "AA", 0, &[1]),
    ];
    assert_eq!(raises(chart.config(), &charts, &before, &session), expected);
}

#[test]
fn values_below_the_relevant_one_and_worse_plays_raise_nothing() {
    let chart = chart(Game::Iidx, FIVE);
    let before = bests(&chart, &[(1, values("CLEAR", 1100))]);
    let session = bests(&chart, &[(1, values("EASY CLEAR", 1048)), (2, values("ASSIST CLEAR", 1000))]);
    assert_eq!(raises(chart.config(), &[ChartKey(1), ChartKey(2)], &before, &session), []);
    let nothing = BestsOfCharts::default();
    assert_eq!(raises(chart.config(), &[], &nothing, &session), []);
}

/// Source: `spec/games/ddr.md`.
#[test]
fn a_flare_that_was_not_cleared_raises_nothing() {
    let chart = chart(Game::Ddr, MAX_300);
    let play = |lamp: &str, flare: &str| json!({"lamp": lamp, "score": 100_000, "flare": flare});
    let before = bests(&chart, &[(1, values("CLEAR", 999_000))]);
    let session = bests(&chart, &[(1, play("FAILED", "EX")), (1, play("CLEAR", "I"))]);
    let expected = [raise("flare", "0", 0, &[1]), raise("flare", "I", 0, &[1])];
    assert_eq!(raises(chart.config(), &[ChartKey(1)], &before, &session), expected);
}
