//! Arcaea: the examples of `spec/games/arcaea.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::class;
use tachi_core::game::{Game, GoalCharts, Gpt};
use tachi_core::games::arcaea;
use tachi_core::pb;

use crate::play;

const SHERIRUTH: &str = "48de13e0be17a282eed6ef97e6e1478eb59bc55e";

/// Future 10, constant 10.1, 1151 notes.
fn sheriruth() -> Chart {
    sheriruth_but(&json!({}))
}

fn sheriruth_but(changes: &Value) -> Chart {
    play::chart(Game::Arcaea, &play::with(&play::built_in(Game::Arcaea, SHERIRUTH), changes))
}

fn values(lamp: &str, score: i64) -> Value {
    json!({"lamp": lamp, "score": score})
}

fn problems(lamp: &str, score: i64, judgements: &Value) -> Vec<String> {
    play::problems(&sheriruth(), &json!({"lamp": lamp, "score": score, "judgements": judgements}))
}

#[test]
fn grades_begin_at_their_bound() {
    let table = [
        (0, "D"),
        (8_599_999, "D"),
        (8_600_000, "C"),
        (8_900_000, "B"),
        (9_200_000, "A"),
        (9_500_000, "AA"),
        (9_800_000, "EX"),
        (9_899_999, "EX"),
        (9_900_000, "EX+"),
    ];
    for (score, expected) in table {
        assert_eq!(play::play(&sheriruth(), &values("CLEAR", score)).to_json()["grade"], expected, "{score}");
    }
}

#[test]
fn score_ids_hash_the_provided_metrics() {
    let (text, id) = play::form_t(&sheriruth(), &values("CLEAR", 9_979_366));
    assert_eq!(text, format!(r#"{{"chartID":"{SHERIRUTH}","lamp":"CLEAR","score":9979366,"userID":1}}"#));
    assert_eq!(id, "T685b465c5205abfbce840243b97d8ab1e1dcd6758773568b21d40a6dcb0026bf");
}

#[test]
fn each_note_may_be_a_shiny_pure() {
    assert!(problems("PURE MEMORY", 10_001_151, &json!({"pure": 1151})).is_empty());
    assert_eq!(
        problems("PURE MEMORY", 10_001_152, &json!({})),
        ["Invalid value for score, Score cannot exceed 10001151 for this chart. Got 10001152."]
    );
    for unknown in [json!(null), json!(0)] {
        let chart = sheriruth_but(&json!({"data": {"notecount": unknown}}));
        assert!(play::problems(&chart, &values("PURE MEMORY", 10_001_152)).is_empty());
    }
}

#[test]
fn a_negative_score_is_invalid_and_not_an_internal_error() {
    assert_eq!(problems("CLEAR", -1, &json!({})), ["Invalid value for score, Score must be non-negative. Got -1."]);
}

#[test]
fn full_combos_need_their_score() {
    assert_eq!(
        problems("PURE MEMORY", 9_999_999, &json!({})),
        ["A PURE MEMORY has a score of at least 10 million, but got 9999999."]
    );
    assert_eq!(
        problems("FULL RECALL", 4_999_999, &json!({})),
        ["A FULL RECALL has a score of at least 5 million, but got 4999999."]
    );
    assert!(problems("FULL RECALL", 5_000_000, &json!({})).is_empty());
    // 2236 shiny PUREs and a FAR on 2237 notes.
    let long = sheriruth_but(&json!({"data": {"notecount": 2237}}));
    assert!(play::problems(&long, &values("FULL RECALL", 10_000_000)).is_empty());
}

#[test]
fn full_combos_lose_nothing() {
    assert_eq!(
        problems("PURE MEMORY", 10_001_151, &json!({"pure": 1150, "far": 1})),
        ["A PURE MEMORY has no judgements worse than pure, but got 1."]
    );
    assert_eq!(
        problems("FULL RECALL", 9_900_000, &json!({"far": 3, "lost": 1})),
        ["A FULL RECALL has no judgements worse than far, but got 1."]
    );
    assert!(problems("FULL RECALL", 9_900_000, &json!({"far": 3})).is_empty());
}

#[test]
fn a_pure_memory_has_no_more_shiny_pures_than_pures() {
    assert_eq!(
        problems("PURE MEMORY", 10_001_151, &json!({"pure": 1150, "far": 0, "lost": 0})),
        ["A PURE MEMORY with 1150 pures cannot have a score of 10001151."]
    );
}

#[test]
fn there_are_no_more_judgements_than_notes() {
    assert_eq!(
        problems("CLEAR", 9_900_000, &json!({"pure": 1150, "far": 20, "lost": 10})),
        ["There are 1180 judgements, but the chart has only 1151 notes."]
    );
    for pure in [1121, 1120] {
        assert!(problems("CLEAR", 9_900_000, &json!({"pure": pure, "far": 20, "lost": 10})).is_empty());
    }
    assert!(problems("CLEAR", 9_900_000, &json!({})).is_empty());
}

#[test]
fn potentials_follow_the_table() {
    let table = [
        (9_979_366.0, 10.1, 11.99683),
        (9_934_498.0, 11.1, 12.77249),
        (9_876_543.0, 9.7, 11.082714999999999),
        (10_001_151.0, 10.1, 12.1),
        (9_200_000.0, 7.5, 6.5),
        (8_600_000.0, 10.5, 7.5),
        (6_470_000.0, 10.1, 0.0),
    ];
    for (score, level, expected) in table {
        assert_eq!(arcaea::potential(score, level), Ok(expected), "{score} {level}");
    }
}

#[test]
fn a_chart_of_unknown_level_is_worth_nothing() {
    let chart = sheriruth_but(&json!({"level": "?", "levelNum": 0}));
    assert_eq!(play::ratings(&chart, &values("CLEAR", 9_979_366)), [Some(0.0)]);
}

#[test]
fn badges_begin_at_their_potential() {
    let badge = Gpt::ArcaeaTouch.config().class_set("badge").unwrap();
    let table = [
        (0.0, "BLUE"),
        (3.49, "BLUE"),
        (3.5, "GREEN"),
        (7.0, "ASH_PURPLE"),
        (10.0, "PURPLE"),
        (11.0, "RED"),
        (12.0, "ONE_STAR"),
        (12.5, "TWO_STARS"),
        (12.99, "TWO_STARS"),
        (13.0, "THREE_STARS"),
    ];
    for (rating, expected) in table {
        assert_eq!(class::derive(badge, Some(rating)), Some(expected), "{rating}");
    }
    assert_eq!(class::derive(badge, None), None);
}

#[test]
fn the_best_lamp_joins_the_best_score() {
    let (pb, from) = play::pb(&sheriruth(), &[values("CLEAR", 9_979_366), values("FULL RECALL", 0)]);
    let data = pb.data.to_json();
    assert_eq!((&data["score"], &data["lamp"]), (&json!(9_979_366), &json!("FULL RECALL")));
    assert_eq!(from, ["Best Score A", "Best Lamp B"]);
    assert_eq!(pb::rank_values(&pb.data), [Some(9_979_366.0), Some(4.0)]);
}

#[test]
fn goals_are_worded() {
    let goal = |wanted| play::number_goal(&sheriruth(), "score", wanted, &values("CLEAR", 9_982_123));
    assert_eq!(goal(10_002_221.0), ["Get a score of 10,002,221 on", "9,982,123", "10,002,221"]);
    assert_eq!(goal(10_001_003.0)[2], "10,001,003");
    assert_eq!(play::progress(&sheriruth(), "lamp", &values("CLEAR", 9_897_342)), "CLEAR");
    assert_eq!(play::grade_goal(&sheriruth(), "EX+", &values("CLEAR", 9_897_342)), "(EX+)-2.7K");
}

#[test]
fn goals_beyond_ten_million_are_for_one_chart() {
    assert_eq!(play::goal_charts(Gpt::ArcaeaTouch, "score"), GoalCharts::SeveralBelow(10_000_000.0));
}

#[test]
fn labels_are_short() {
    let catalogue = play::built_in_catalogue(Game::Arcaea);
    let chart = catalogue.charts().iter().find(|chart| chart.id.as_str() == SHERIRUTH).unwrap();
    assert_eq!(catalogue.label(chart), "Sheriruth (FTR 10)");
}
