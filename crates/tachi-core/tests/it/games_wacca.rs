//! The rules of `spec/games/wacca.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::class;
use tachi_core::game::Game;
use tachi_core::games::wacca;

use crate::play;

fn song_document() -> Value {
    json!({
        "altTitles": [], "artist": "モリモリあつし", "id": 77, "searchTerms": [], "title": "PUPA",
        "data": {"displayVersion": "lilyr", "genre": "バラエティ"},
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "2abcf2da86f3d968dbe07695ab7ebf6b79cb0841", "data": {"inGameID": 2085}, "difficulty": "EXPERT",
        "isPrimary": true, "level": "13+", "levelNum": 13.7, "playtype": "Single", "songID": 77,
        "versions": ["reverse", "plus"],
    })
}

fn pupa() -> Chart {
    play::chart(Game::Wacca, &chart_document())
}

fn scored(score: i32, lamp: &str) -> Value {
    json!({ "score": score, "lamp": lamp })
}

#[test]
fn score_ids_have_form_t() {
    assert_eq!(
        play::form_t(&pupa(), &scored(953_000, "CLEAR")),
        (
            r#"{"chartID":"2abcf2da86f3d968dbe07695ab7ebf6b79cb0841","lamp":"CLEAR","score":953000,"userID":1}"#
                .to_owned(),
            "T1d58d79d655728caae4accc968925563e4b6339770543a83469f7e9bfd6fc45f".to_owned()
        )
    );
}

#[test]
fn grades_start_at_their_bounds() {
    let table = [
        (0, "D"),
        (1, "C"),
        (300_100, "B"),
        (700_000, "A"),
        (800_000, "AA"),
        (850_000, "AAA"),
        (900_000, "S"),
        (930_000, "S+"),
        (950_000, "SS"),
        (970_000, "SS+"),
        (980_000, "SSS"),
        (990_000, "SSS+"),
        (1_000_000, "MASTER"),
    ];
    let grade = |score| play::play(&pupa(), &scored(score, "CLEAR")).to_json()["grade"].clone();
    for (index, (score, expected)) in table.into_iter().enumerate() {
        assert_eq!(grade(score), expected, "{score}");
        if index > 0 {
            assert_eq!(grade(score - 1), table[index - 1].1, "{score} - 1");
        }
    }
}

#[test]
fn score_and_judgements_must_fit_the_lamp() {
    let cases: [(i32, &str, Value, &[usize]); 9] = [
        (1_000_000, "ALL MARVELOUS", json!({}), &[]),
        (999_999, "ALL MARVELOUS", json!({}), &[1]),
        (1_000_000, "FULL COMBO", json!({}), &[1]),
        (950_000, "FULL COMBO", json!({ "miss": 1 }), &[2]),
        (950_000, "MISSLESS", json!({ "miss": 5 }), &[]),
        (950_000, "MISSLESS", json!({ "miss": 6 }), &[2]),
        (950_000, "CLEAR", json!({ "miss": 6 }), &[]),
        (1_000_000, "ALL MARVELOUS", json!({ "great": 1 }), &[3]),
        (999_999, "ALL MARVELOUS", json!({ "miss": 1 }), &[1, 3]),
    ];
    for (score, lamp, judgements, expected) in cases {
        let values = json!({ "score": score, "lamp": lamp, "judgements": judgements });
        assert_eq!(play::groups(&pupa(), &values), expected, "{values}");
    }
}

#[test]
fn scores_out_of_bounds_are_invalid() {
    for score in [-1, 1_000_001] {
        let expected = format!("Invalid value for score, Expected a number between 0 and 1000000. Got {score}.");
        assert_eq!(play::problems(&pupa(), &scored(score, "CLEAR")), [expected]);
    }
}

#[test]
fn rates_are_rounded_to_thousandths() {
    let table = [
        (953_000.0, 13.7, 41.1),
        (984_040.0, 12.9, 48.375),
        (990_084.0, 13.2, 52.8),
        (0.0, 10.0, 10.0),
        (945_000.0, 12.3, 33.825),
        (945_000.0, 0.0, 0.0),
    ];
    for (score, level, expected) in table {
        assert_eq!(wacca::rate(score, level), Ok(expected), "{score} on {level}");
    }
    assert_eq!(play::rating(&pupa(), "rate", &scored(953_000, "CLEAR")), Some(41.1));
}

#[test]
fn a_rate_on_level_0_is_either_nothing_or_impossible() {
    assert_eq!(wacca::score_for_rate(0.0, 0.0), Ok(0.0));
    wacca::score_for_rate(1.0, 0.0).unwrap_err();
}

#[test]
fn a_profile_is_the_sum_of_50() {
    let profile = |rates: &[f64]| play::profile_rating(&pupa(), "naiveRate", &[("rate", rates)]);
    assert_eq!(profile(&[50.0; 51]), Some(2500.0));
    assert_eq!(profile(&[50.0]), Some(50.0));
    assert_eq!(profile(&[]), None);
}

#[test]
fn colours_start_at_their_thresholds() {
    let colour = |rate| class::derive(wacca::SINGLE.class_set("colour").unwrap(), rate);
    let table = [
        ("NAVY", 300.0),
        ("YELLOW", 600.0),
        ("RED", 1000.0),
        ("PURPLE", 1300.0),
        ("BLUE", 1600.0),
        ("SILVER", 1900.0),
        ("GOLD", 2200.0),
        ("RAINBOW", 2500.0),
    ];
    for (id, from) in table {
        assert_eq!(colour(Some(from)), Some(id));
        assert_ne!(colour(Some(from - 0.001)), Some(id));
    }
    assert_eq!(colour(Some(0.0)), Some("ASH"));
    assert_eq!(colour(None), None);
    assert_eq!(wacca::SINGLE.class_set("stageUp").unwrap().values.len(), 14);
}

#[test]
fn pbs_take_the_best_lamp() {
    let (pb, from) = play::pb(&pupa(), &[scored(953_000, "CLEAR"), scored(940_000, "MISSLESS")]);
    let json = pb.data.to_json();
    assert_eq!((&json["score"], &json["lamp"], &json["grade"]), (&json!(953_000), &json!("MISSLESS"), &json!("SS")));
    assert_eq!(from, ["Best Score A", "Best Lamp B"]);
}

#[test]
fn goals_are_worded_with_commas() {
    let goal = |wanted| play::number_goal(&pupa(), "score", wanted, &scored(982_123, "CLEAR"));
    assert_eq!(goal(908_182.0), ["Get a score of 908,182 on", "982,123", "908,182"]);
    assert_eq!(goal(901_003.0)[2], "901,003");
    assert_eq!(play::grade_goal(&pupa(), "SS", &scored(917_342, "CLEAR")), "(S+)-13K");
}

#[test]
fn labels_have_the_short_difficulty() {
    assert_eq!(play::label(Game::Wacca, &song_document(), &chart_document()), "PUPA (EXP 13+)");
}
