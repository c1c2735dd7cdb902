//! maimai DX against `spec/games/maimaidx.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::game::{Game, Gpt};
use tachi_core::games::maimaidx;

use crate::play;

const LAMPS: [&str; 6] = ["FAILED", "CLEAR", "FULL COMBO", "FULL COMBO+", "ALL PERFECT", "ALL PERFECT+"];

fn song_document() -> Value {
    json!({
        "altTitles": [], "artist": "削除", "data": {"duration": 147.2, "genre": "maimai"}, "id": 574,
        "searchTerms": ["pandora", "pp", "pandora paradox"], "title": "PANDORA PARADOXXX",
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "d4d9d355e44dff82abe896ed38167bdf65663c6f", "difficulty": "Re:Master", "isPrimary": true,
        "data": {"displayVersion": "maimai FiNALE", "inGameID": 834}, "level": "15", "levelNum": 15,
        "playtype": "Single", "songID": 574,
        "versions": [
            "universeplus", "festival", "festivalplus", "buddies", "buddies-omni", "buddiesplus", "buddiesplus-omni",
            "prism", "prism-omni", "prismplus",
        ],
    })
}

fn chart() -> Chart {
    play::chart(Game::Maimaidx, &chart_document())
}

fn metrics(percent: f64, lamp: &str) -> Value {
    json!({"percent": percent, "lamp": lamp})
}

#[test]
fn the_score_id_is_the_published_one() {
    let (text, id) = play::form_t(&chart(), &metrics(100.1398, "CLEAR"));
    assert_eq!(
        text,
        r#"{"chartID":"d4d9d355e44dff82abe896ed38167bdf65663c6f","lamp":"CLEAR","percent":100.1398,"userID":1}"#
    );
    assert_eq!(id, "T42be67b4639104b044700a551124cb7caf75376bc0a00f5b9cbff28734ab53c6");
}

#[test]
fn grades_start_at_their_bounds() {
    let chart = chart();
    let bounds = [
        ("D", 0.0),
        ("C", 50.0),
        ("B", 60.0),
        ("BB", 70.0),
        ("BBB", 75.0),
        ("A", 80.0),
        ("AA", 90.0),
        ("AAA", 94.0),
        ("S", 97.0),
        ("S+", 98.0),
        ("SS", 99.0),
        ("SS+", 99.5),
        ("SSS", 100.0),
        ("SSS+", 100.5),
    ];
    let grade =
        |percent| play::play(&chart, &metrics(percent, "FULL COMBO")).value(chart.config().metric("grade").unwrap().0);
    for (index, (name, from)) in bounds.into_iter().enumerate() {
        assert_eq!(grade(from), name);
        if index > 0 {
            assert_eq!(grade(from - 0.0001), bounds[index - 1].0);
        }
    }
}

#[test]
fn the_lamp_fits_the_percent() {
    let bound = "Invalid value for percent, Expected a number between 0 and 101.";
    let cases: [(f64, &str, &[&str]); 15] = [
        (101.0, "ALL PERFECT+", &[]),
        (100.9999, "ALL PERFECT+", &["must have a percent of 101"]),
        (101.0, "ALL PERFECT", &["must have the lamp ALL PERFECT+"]),
        (101.0, "FAILED", &["must have the lamp ALL PERFECT+"]),
        (100.5, "ALL PERFECT", &[]),
        (100.4999, "ALL PERFECT", &["too low for an ALL PERFECT"]),
        (80.0, "CLEAR", &[]),
        (79.9999, "CLEAR", &["too low for a CLEAR"]),
        (79.9999, "FAILED", &[]),
        (80.0, "FAILED", &["must have a percent below 80"]),
        (50.0, "FULL COMBO", &[]),
        (50.0, "FULL COMBO+", &[]),
        (0.0, "FAILED", &[]),
        (-0.0001, "FAILED", &[bound]),
        (101.0001, "FULL COMBO", &[bound]),
    ];
    for (percent, lamp, expected) in cases {
        play::check_problems(&chart(), &metrics(percent, lamp), expected);
    }
}

#[test]
fn the_lamp_fits_the_judgements_when_all_are_known() {
    let judgements = |great: i64, good: i64, miss: i64| json!({"great": great, "good": good, "miss": miss});
    let cases: [(f64, &str, Value, &[&str]); 11] = [
        (101.0, "ALL PERFECT+", judgements(0, 0, 0), &[]),
        (101.0, "ALL PERFECT+", judgements(1, 0, 0), &["worse than perfect, but got 1."]),
        (100.5, "ALL PERFECT", judgements(0, 1, 0), &["worse than perfect, but got 1."]),
        (100.5, "ALL PERFECT", json!({"great": 1, "good": 0}), &[]),
        (100.0, "FULL COMBO+", judgements(1, 0, 0), &[]),
        (100.0, "FULL COMBO+", judgements(1, 1, 0), &["worse than great, but got 1."]),
        (100.0, "FULL COMBO+", judgements(1, 0, 1), &["worse than great, but got 1."]),
        (100.0, "FULL COMBO", judgements(1, 1, 0), &[]),
        (100.0, "FULL COMBO", judgements(1, 1, 1), &["worse than good, but got 1."]),
        (100.0, "FULL COMBO", json!({"miss": 1}), &[]),
        (100.0, "CLEAR", judgements(1, 1, 1), &[]),
    ];
    for (percent, lamp, judgements, expected) in cases {
        let score = play::with(&metrics(percent, lamp), &json!({"judgements": judgements}));
        play::check_problems(&chart(), &score, expected);
    }
}

#[test]
fn the_max_combo_of_a_full_combo_is_the_sum_of_its_judgements() {
    let all = json!({"pcrit": 60, "perfect": 30, "great": 9, "good": 1, "miss": 0});
    let unknown = json!({"perfect": 30, "great": 9, "good": 1, "miss": 0});
    let cases: [(&str, &Value, Value, &[&str]); 5] = [
        ("FULL COMBO", &all, json!(100), &[]),
        ("FULL COMBO", &all, json!(99), &["must equal the sum of its judgements (99 != 100)"]),
        ("FULL COMBO", &all, json!(null), &[]),
        ("FULL COMBO", &unknown, json!(99), &[]),
        ("CLEAR", &all, json!(99), &[]),
    ];
    for (lamp, judgements, max_combo, expected) in cases {
        let more = json!({"judgements": judgements, "maxCombo": max_combo});
        play::check_problems(&chart(), &play::with(&metrics(98.0, lamp), &more), expected);
    }
}

#[test]
fn rates_are_those_of_the_page() {
    let table = [
        (100.1398, 13.0, Some("CLEAR"), 281.0),
        (101.0, 13.0, Some("ALL PERFECT+"), 293.0),
        (101.0, 13.0, None, 292.0),
        (100.5, 13.0, Some("CLEAR"), 292.0),
        (99.9999, 13.7, Some("CLEAR"), 293.0),
        (100.4999, 14.0, Some("CLEAR"), 312.0),
        (79.9999, 11.5, Some("FAILED"), 117.0),
        (97.012, 7.0, Some("CLEAR"), 135.0),
        (101.0, 15.0, Some("ALL PERFECT+"), 338.0),
        (9.0, 12.0, Some("FAILED"), 0.0),
    ];
    for (percent, level, lamp, expected) in table {
        let lamp = lamp.map(|lamp| LAMPS.iter().position(|known| *known == lamp).unwrap());
        assert_eq!(maimaidx::rate(percent, level, lamp), Ok(expected), "{percent} on {level}");
    }
}

#[test]
fn profiles_sum_the_best_50_and_sessions_take_the_mean_of_the_best_10() {
    let chart = chart();
    assert_eq!(play::session_rating(chart.config(), "rate", &[300.0; 9]), None);
    assert_eq!(play::session_rating(chart.config(), "rate", &[300.0; 10]), Some(300.0));
    let profile = |values: &[f64]| play::profile_rating(&chart, "naiveRate", &[("rate", values)]);
    assert_eq!(profile(&[300.0; 51]), Some(15_000.0));
    assert_eq!(profile(&[300.0; 2]), Some(600.0));
    assert_eq!(profile(&[]), None);
}

#[test]
fn colours_start_at_their_ratings() {
    let colours = [
        (0.0, "WHITE"),
        (1000.0, "BLUE"),
        (2000.0, "GREEN"),
        (4000.0, "YELLOW"),
        (7000.0, "RED"),
        (10_000.0, "PURPLE"),
        (12_000.0, "BRONZE"),
        (13_000.0, "SILVER"),
        (14_000.0, "GOLD"),
        (14_250.0, "GOLD_II"),
        (14_500.0, "PLATINUM"),
        (14_750.0, "PLATINUM_II"),
        (15_000.0, "RAINBOW"),
        (15_250.0, "RAINBOW_II"),
        (15_500.0, "RAINBOW_III"),
        (15_750.0, "RAINBOW_IV"),
        (16_000.0, "RAINBOW_EX_I"),
        (16_250.0, "RAINBOW_EX_II"),
        (16_500.0, "RAINBOW_EX_III"),
        (16_750.0, "RAINBOW_EX_IV"),
    ];
    play::check_classes(Gpt::MaimaidxSingle, "colour", &colours);
}

#[test]
fn provided_classes_ascend_as_on_the_page() {
    let dan = maimaidx::SINGLE.class_set("dan").unwrap();
    assert_eq!(dan.values.len(), 22);
    let order = ["DAN_1", "DAN_10", "SHINDAN_1", "SHINDAN_10", "SHINKAIDEN", "URAKAIDEN"];
    assert_eq!(order.map(|id| dan.index_of(id)), [0, 9, 10, 19, 20, 21].map(Some));
    assert_eq!(dan.index_of("KAIDEN"), None);
    let matching = maimaidx::SINGLE.class_set("matchingClass").unwrap();
    assert_eq!(matching.values.len(), 26);
    let order = ["B5", "B1", "A5", "A1", "S5", "S1", "SS5", "SS1", "SSS5", "SSS1", "LEGEND"];
    assert_eq!(order.map(|id| matching.index_of(id)), [0, 4, 5, 9, 10, 14, 15, 19, 20, 24, 25].map(Some));
}

#[test]
fn the_bonus_of_an_all_perfect_can_come_from_another_play() {
    let chart = play::chart(Game::Maimaidx, &play::with(&chart_document(), &json!({"levelNum": 13})));
    let (pb, from) = play::pb(&chart, &[metrics(100.9, "FULL COMBO"), metrics(100.5, "ALL PERFECT")]);
    assert_eq!(pb.data.value_json(chart.config().default_metric), Some(json!(100.9)));
    assert_eq!(pb.data.value(chart.config().metric("lamp").unwrap().0), "ALL PERFECT");
    assert_eq!(*pb.ratings, [Some(293.0)]);
    assert_eq!(from, ["Best Percent A", "Best Lamp B"]);
    assert_eq!(tachi_core::pb::rank_values(&pb.data), [Some(100.9), Some(4.0)]);
}

#[test]
fn goals_are_worded_as_on_the_page() {
    let chart = chart();
    let goal = |wanted| play::number_goal(&chart, "percent", wanted, &metrics(98.23, "CLEAR"));
    assert_eq!(goal(93.1415), ["Get 93.1415% on", "98.2300%", "93.1415%"]);
    assert_eq!(goal(99.1123)[2], "99.1123%");
    assert_eq!(play::grade_goal(&chart, "SS", &metrics(97.5, "CLEAR")), "(S+)-0.5000%");
    assert_eq!(play::plain_goals(chart.config()), ["lamp"]);
}

#[test]
fn labels_show_difficulty_and_level() {
    let dx_song = play::with(&song_document(), &json!({"id": 1, "title": "千本桜"}));
    let dx_chart = json!({"chartID": "dx", "songID": 1, "difficulty": "DX Master", "level": "12", "levelNum": 12});
    let charts = [chart_document(), play::with(&chart_document(), &dx_chart)];
    let catalogue = play::catalogue(Game::Maimaidx, &[song_document(), dx_song], &charts);
    let labels: Vec<String> = catalogue.charts().iter().map(|chart| catalogue.label(chart)).collect();
    assert_eq!(labels, ["PANDORA PARADOXXX (Re:MAS 15)", "千本桜 (DX MAS 12)"]);
}
