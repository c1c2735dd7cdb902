//! maimai against `spec/games/maimai.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::game::{Game, GoalCharts, Gpt};
use tachi_core::games::maimai;
use tachi_core::match_type::MatchType;

use crate::play;

fn song_document() -> Value {
    json!({
        "altTitles": [], "artist": "Sakuzyo", "id": 834, "searchTerms": [], "title": "PANDORA PARADOXXX",
        "data": {"artistJP": "削除", "displayVersion": "FiNALE", "titleJP": "PANDORA PARADOXXX"},
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "e7e4fe5c73420a4e3ea85e9a60823808a43d6efe", "difficulty": "Master", "isPrimary": true,
        "data": {"inGameID": 834, "inGameStrID": "pandora_paradoxxx", "maxPercent": 100.79}, "level": "13+",
        "levelNum": 13.9, "playtype": "Single", "songID": 834, "versions": ["finale"],
    })
}

fn chart() -> Chart {
    play::chart(Game::Maimai, &chart_document())
}

fn metrics(percent: f64, lamp: &str) -> Value {
    json!({"percent": percent, "lamp": lamp})
}

fn grade(chart: &Chart, percent: f64) -> &'static str {
    play::play(chart, &metrics(percent, "CLEAR")).value(chart.config().metric("grade").unwrap().0)
}

#[test]
fn the_score_id_is_the_published_one() {
    let (text, id) = play::form_t(&chart(), &metrics(97.01, "CLEAR"));
    assert_eq!(
        text,
        r#"{"chartID":"e7e4fe5c73420a4e3ea85e9a60823808a43d6efe","lamp":"CLEAR","percent":97.01,"userID":1}"#
    );
    assert_eq!(id, "Tfaf98fa0f5ef5c04e78a4a5a493c801c5962bc08b0856eb15a202e3d24321850");
}

#[test]
fn grades_start_at_their_bounds() {
    let chart = chart();
    let bounds = [
        ("F", 0.0),
        ("E", 10.0),
        ("D", 20.0),
        ("C", 40.0),
        ("B", 60.0),
        ("A", 80.0),
        ("AA", 90.0),
        ("AAA", 94.0),
        ("S", 97.0),
        ("S+", 98.0),
        ("SS", 99.0),
        ("SS+", 99.5),
        ("SSS", 100.0),
    ];
    for (index, (name, from)) in bounds.into_iter().enumerate() {
        assert_eq!(grade(&chart, from), name);
        if index > 0 {
            assert_eq!(grade(&chart, from - 0.01), bounds[index - 1].0);
        }
    }
}

#[test]
fn the_maximum_of_the_chart_is_sss_plus() {
    let chart = play::chart(Game::Maimai, &play::with(&chart_document(), &json!({"data": {"maxPercent": 100.78}})));
    assert_eq!([100.0, 100.77, 100.78].map(|percent| grade(&chart, percent)), ["SSS", "SSS", "SSS+"]);
}

#[test]
fn the_percent_is_what_the_chart_allows() {
    let cases: [(f64, &[&str]); 4] = [
        (0.0, &[]),
        (-0.01, &["Invalid value for percent, Percent cannot be negative."]),
        (100.8, &["Percent cannot be greater than 100.79 for this chart. Got 100.8."]),
        (104.01, &["greater than 100.79 for this chart", "greater than 104"]),
    ];
    for (percent, expected) in cases {
        play::check_problems(&chart(), &metrics(percent, "FAILED"), expected);
    }
}

#[test]
fn sss_plus_and_all_perfect_plus_go_together() {
    let cases: [(f64, &str, &[&str]); 5] = [
        (100.79, "ALL PERFECT+", &[]),
        (100.78, "ALL PERFECT+", &["must have the grade SSS+"]),
        (100.79, "ALL PERFECT", &["must have the lamp ALL PERFECT+"]),
        (100.79, "FAILED", &["must have the lamp ALL PERFECT+"]),
        (100.0, "ALL PERFECT", &[]),
    ];
    for (percent, lamp, expected) in cases {
        play::check_problems(&chart(), &metrics(percent, lamp), expected);
    }
}

#[test]
fn the_lamp_fits_the_judgements_with_absent_ones_as_0() {
    let cases: [(f64, &str, Value, &[&str]); 7] = [
        (100.0, "ALL PERFECT", json!({"perfect": 10}), &[]),
        (100.0, "ALL PERFECT", json!({"great": 1}), &["worse than perfect, but got 1."]),
        (100.0, "ALL PERFECT", json!({"good": 1}), &["worse than perfect, but got 1."]),
        (100.0, "ALL PERFECT", json!({"miss": 1}), &["worse than perfect, but got 1."]),
        (99.0, "FULL COMBO", json!({"good": 1}), &[]),
        (99.0, "FULL COMBO", json!({"miss": 1}), &["worse than good, but got 1."]),
        (100.79, "ALL PERFECT+", json!({"great": 1, "miss": 1}), &[]),
    ];
    for (percent, lamp, judgements, expected) in cases {
        let score = play::with(&metrics(percent, lamp), &json!({"judgements": judgements}));
        play::check_problems(&chart(), &score, expected);
    }
}

#[test]
fn rates_are_those_of_the_page() {
    let table = [
        (100.89, 101.58, 11.8, 14.36),
        (100.68, 100.68, 14.0, 19.0),
        (100.0, 100.79, 13.9, 17.8),
        (99.0, 100.71, 12.9, 14.8),
        (97.0, 100.5, 11.5, 11.5),
        (97.01, 100.79, 13.9, 14.85),
        (96.99, 100.0, 8.9, 7.95),
        (60.0, 100.59, 12.7, 5.08),
        (9.99, 100.5, 10.0, 0.0),
        (100.9, 100.9, 15.4, 21.8),
    ];
    for (percent, max, level, expected) in table {
        assert_eq!(maimai::rate(percent, max, level), Ok(expected), "{percent} of {max} on {level}");
    }
}

#[test]
fn whole_levels_have_the_rates_of_their_rows() {
    for (level, perfect) in [(0.0, 0.0), (1.0, 8.0), (14.0, 19.0), (15.0, 21.0)] {
        assert_eq!(maimai::rate(100.5, 100.5, level), Ok(perfect));
    }
    assert_eq!(maimai::rate(100.0, 100.5, 15.0), Ok(20.0));
}

#[test]
fn sessions_and_profiles_take_the_mean_of_the_best() {
    let chart = chart();
    assert_eq!(play::session_rating(chart.config(), "rate", &[16.0; 9]), None);
    assert_eq!(play::session_rating(chart.config(), "rate", &[16.0; 10]), Some(16.0));
    let profile = |values: &[f64]| play::profile_rating(&chart, "naiveRate", &[("rate", values)]);
    assert_eq!(profile(&[15.0; 31]), Some(15.0));
    assert_eq!(profile(&[15.0]), Some(0.5));
    assert_eq!(profile(&[]), None);
}

#[test]
fn colours_start_at_their_ratings() {
    let colours = [
        (0.0, "WHITE"),
        (2.0, "BLUE"),
        (4.0, "GREEN"),
        (7.0, "YELLOW"),
        (10.0, "RED"),
        (12.0, "PURPLE"),
        (13.0, "BRONZE"),
        (14.0, "SILVER"),
        (14.5, "GOLD"),
        (15.0, "RAINBOW"),
    ];
    play::check_classes(Gpt::MaimaiSingle, "colour", &colours);
}

#[test]
fn kaiden_is_between_the_dans_and_the_shindans() {
    let set = maimai::SINGLE.class_set("dan").unwrap();
    assert_eq!(set.values.len(), 22);
    let order = ["DAN_1", "DAN_10", "KAIDEN", "SHINDAN_1", "SHINDAN_10", "SHINKAIDEN"];
    assert_eq!(order.map(|id| set.index_of(id)), [0, 9, 10, 11, 20, 21].map(Some));
    assert_eq!((set.values[20].display, set.values[20].hover), ("真十段", "10th Shindan"));
}

#[test]
fn a_pb_takes_the_best_lamp() {
    let chart = chart();
    let (pb, from) = play::pb(&chart, &[metrics(99.0, "CLEAR"), metrics(98.0, "FULL COMBO")]);
    assert_eq!(pb.data.value_json(chart.config().default_metric), Some(json!(99)));
    assert_eq!(pb.data.value(chart.config().metric("lamp").unwrap().0), "FULL COMBO");
    assert_eq!(from, ["Best Percent A", "Best Lamp B"]);
    assert_eq!(tachi_core::pb::rank_values(&pb.data), [Some(99.0), Some(2.0)]);
}

#[test]
fn goals_are_worded_as_on_the_page() {
    let chart = chart();
    let goal = |wanted, pb| play::number_goal(&chart, "percent", wanted, &metrics(pb, "CLEAR"));
    assert_eq!(goal(93.14, 98.23), ["Get 93.14% on", "98.23%", "93.14%"]);
    assert_eq!(goal(99.11, 98.23)[2], "99.11%");
    assert_eq!(play::plain_goals(chart.config()), ["lamp"]);
    assert_eq!(chart.config().goals[0].charts, GoalCharts::SeveralBelow(100.0));
}

#[test]
fn distances_to_a_grade_know_that_sss_plus_has_no_bound() {
    let chart = chart();
    let distance = |percent, wanted| play::grade_goal(&chart, wanted, &metrics(percent, "CLEAR"));
    assert_eq!(distance(100.79, "SSS+"), "SSS+");
    assert_eq!(distance(100.79, "S"), "SSS+");
    assert_eq!(distance(100.2, "SSS+"), "SSS+0.20%");
    assert_eq!(distance(97.5, "SS"), "(S+)-0.50%");
    assert_eq!(distance(97.5, "SSS+"), "(S+)-0.50%");
}

#[test]
fn labels_show_difficulty_and_level() {
    assert_eq!(play::label(Game::Maimai, &song_document(), &chart_document()), "PANDORA PARADOXXX (MAS 13+)");
}

#[test]
fn the_text_identifier_is_matched_exactly() {
    let catalogue = play::catalogue(Game::Maimai, &[song_document()], &[chart_document()]);
    let find = |identifier| {
        let query = (MatchType::InGameStrId, identifier, Some("Master"));
        play::resolve_version(&catalogue, Gpt::MaimaiSingle, query, Some("finale"))
    };
    assert!(find("pandora_paradoxxx").is_ok());
    assert!(matches!(find("Pandora_Paradoxxx"), Err(ResolveError::NotFound(_))));
}
