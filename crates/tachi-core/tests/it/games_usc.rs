//! USC against the examples of `spec/games/usc.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::game::{Game, Gpt};

use crate::play;

fn boost_remix(level: f64) -> Chart {
    chart("ADV", &level.to_string(), level, true, json!([]))
}

fn chart(difficulty: &str, level: &str, level_num: f64, official: bool, tables: Value) -> Chart {
    play::chart(
        Game::Usc,
        &json!({
            "chartID": "18979deb5cf62b860828ba3a3b814ac2c2e77f65",
            "data": {
                "effector": "月刊ミズタニ", "hashSHA1": "bbe89e0aa22922296ab33123fb1072b5d340c86e",
                "isOfficial": official, "tableFolders": tables,
            },
            "difficulty": difficulty, "isPrimary": true, "level": level, "levelNum": level_num,
            "playtype": "Controller", "songID": 1, "versions": [],
        }),
    )
}

fn score(score: i64, lamp: &str) -> Value {
    json!({"score": score, "lamp": lamp})
}

#[test]
fn ids_are_hashed_from_score_and_lamp() {
    assert_eq!(
        play::form_t(&boost_remix(8.0), &score(9_723_456, "CLEAR")),
        (
            r#"{"chartID":"18979deb5cf62b860828ba3a3b814ac2c2e77f65","lamp":"CLEAR","score":9723456,"userID":1}"#
                .to_owned(),
            "Te845115b199219d79f7a27a7bee43296c8ed6d4f5f8761a4539e8eec3720115f".to_owned()
        )
    );
}

#[test]
fn chains_are_checked_as_in_sound_voltex() {
    let chart = boost_remix(17.0);
    let count = |value, lamp, judgements: Value| {
        play::problems(&chart, &json!({"score": value, "lamp": lamp, "judgements": judgements})).len()
    };
    assert_eq!(count(9_999_999, "PERFECT ULTIMATE CHAIN", json!({"near": 1, "miss": 1})), 2);
    assert_eq!(count(4_999_999, "ULTIMATE CHAIN", json!({"miss": 3})), 2);
    assert_eq!(count(10_000_000, "EXCESSIVE CLEAR", json!({})), 0);
    assert_eq!(count(10_000_001, "CLEAR", json!({})), 1);
    assert_eq!(count(-1, "CLEAR", json!({})), 1);
}

#[test]
fn there_is_no_maxxive_clear_and_no_ex_score() {
    let config = Gpt::UscKeyboard.config();
    assert!(config.metric("exScore").is_none());
    let lamps = config.metric("lamp").unwrap().1.values();
    assert_eq!(lamps, ["FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN"]);
}

#[test]
fn volforce_rates_score_lamp_and_level() {
    let table = [
        (9_723_456, "CLEAR", 18.0, 0.35, 0.35),
        (9_876_543, "EXCESSIVE CLEAR", 17.0, 0.349, 0.349),
        (9_912_345, "ULTIMATE CHAIN", 17.0, 0.371, 0.375),
        (10_000_000, "PERFECT ULTIMATE CHAIN", 20.0, 0.462, 0.462),
        (8_500_000, "FAILED", 20.0, 0.144, 0.144),
        (9_723_456, "CLEAR", 18.4, 0.35, 0.357),
        (9_723_456, "CLEAR", 0.0, 0.0, 0.0),
    ];
    for (value, lamp, level, vf6, vf7) in table {
        let rated = play::ratings(&boost_remix(level), &score(value, lamp));
        assert_eq!(rated, [Some(vf6), Some(vf7)], "{value} {lamp} on {level}");
    }
}

#[test]
fn pbs_take_the_lamp_from_another_score() {
    let scores = [score(9_700_000, "CLEAR"), score(0, "ULTIMATE CHAIN")];
    let (pb, from) = play::pb(&boost_remix(17.0), &scores);
    assert_eq!(play::metrics(&pb.data, &["score", "lamp"]), json!([9_700_000, "ULTIMATE CHAIN"]));
    assert_eq!(from, ["Best Score A", "Best Lamp B"]);
    assert_eq!(tachi_core::pb::rank_values(&pb.data), [Some(9_700_000.0), Some(3.0)]);
}

#[test]
fn goals_are_worded_as_in_sound_voltex() {
    let chart = boost_remix(17.0);
    let goal = |wanted| play::number_goal(&chart, "score", wanted, &score(9_820_123, "CLEAR"));
    assert_eq!(goal(9_082_182.0), ["Get a score of 9,082,182 on", "9,820,123", "9,082,182"]);
    assert_eq!(goal(9_900_000.0)[2], "9,900,000");
    assert_eq!(play::grade_goal(&chart, "S", &score(9_817_342, "CLEAR")), "S-83K");
}

#[test]
fn labels_depend_on_tables_and_on_being_official() {
    let song_called = |title| play::song(Game::Usc, title, &json!({}));
    let label = |title, chart: Chart| (chart.config().chart_label)(&song_called(title), &chart);
    assert_eq!(label(".59 -BOOTH BOOST REMIX-", boost_remix(8.0)), ".59 -BOOTH BOOST REMIX- (ADV 8)");
    let us3 = json!([{"table": "us", "level": 3}]);
    assert_eq!(label("title", chart("ADV", "8", 8.0, true, us3)), "title (Controller ADV 8, us3)");
    let us0 = json!([{"table": "us", "level": "0*"}]);
    assert_eq!(label("title", chart("EXH", "17?", 0.0, false, us0)), "title (Controller EXH us0*)");
    assert_eq!(
        label("title", chart("EXH", "17?", 0.0, false, json!({"us": "0*"}))),
        "title (Controller EXH us0*)",
        "the other layout of the catalogue"
    );
    assert_eq!(label("title", chart("EXH", "17?", 0.0, false, json!([]))), "title (Controller EXH)");
}

#[test]
fn the_volforce_classes_are_sound_voltex_s() {
    let config = Gpt::UscController.config();
    let [set] = config.classes else { panic!("one class set") };
    assert_eq!((set.id, set.values.len()), ("vfClass", 40));
    assert_eq!(tachi_core::class::derive(set, Some(10.499)), Some("COBALT_I"));
}
