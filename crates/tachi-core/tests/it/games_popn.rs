//! The rules of `spec/games/popn.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::class;
use tachi_core::game::{Game, Gpt};
use tachi_core::games::popn;
use tachi_core::match_type::MatchType;

use crate::play::{self, NONE};

fn song_document() -> Value {
    json!({
        "altTitles": [], "artist": "SUGI & REO", "id": 1, "searchTerms": [], "title": "I REALLY WANT TO HURT YOU",
        "data": {"displayVersion": null, "genre": "ポップス", "genreEN": "POPS"},
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "7489166ddfb6ec780249823d5bda255611fbc528", "difficulty": "EX", "isPrimary": true, "level": "38",
        "data": {
            "hashSHA256": "83287260cb32c5c54b06b76967ba8620dd3735063959d9fbaf2cffc0dba8a049", "inGameID": 0,
        },
        "levelNum": 38, "playtype": "9B", "songID": 1, "versions": ["peace", "kaimei", "unilab"],
    })
}

fn chart_with_two_hashes() -> Value {
    json!({
        "chartID": "f759a68db3e66bddd4ffaabb3b224ce79a3e3bb5", "difficulty": "Normal", "isPrimary": true,
        "data": {
            "hashSHA256": [
                "f12d961a8723f1dfeda12352965b6f4b80be211b24e6a6f2b7c6e54ba284c21f",
                "e9cde324fed7c71300c03f9d15e7db92b92c13b7d04666860f06a7db27803bf1",
            ],
            "inGameID": 66,
        },
        "level": "22", "levelNum": 22, "playtype": "9B", "songID": 1, "versions": ["peace"],
    })
}

fn pops() -> Chart {
    play::chart(Game::Popn, &chart_document())
}

fn scored(score: i32, medal: &str) -> Value {
    json!({ "score": score, "clearMedal": medal })
}

#[test]
fn score_ids_hash_the_medal_and_not_the_lamp() {
    assert_eq!(
        play::form_t(&pops(), &scored(87_000, "clearCircle")),
        (
            concat!(
                r#"{"chartID":"7489166ddfb6ec780249823d5bda255611fbc528","clearMedal":"clearCircle","#,
                r#""score":87000,"userID":1}"#
            )
            .to_owned(),
            "Tfcc08bb8dbe7b0332fc7d9a0b4e5343019c41f2ac8dbd510a9f7f98a9f050017".to_owned()
        )
    );
}

#[test]
fn a_failed_play_gets_an_a_at_best() {
    let table = [
        (89_999, "failedStar", "FAILED", "A"),
        (90_000, "failedStar", "FAILED", "A"),
        (99_000, "failedCircle", "FAILED", "A"),
        (97_999, "easyClear", "EASY CLEAR", "AAA"),
        (98_000, "clearDiamond", "CLEAR", "S"),
        (81_999, "failedDiamond", "FAILED", "B"),
    ];
    for (score, medal, lamp, grade) in table {
        let json = play::play(&pops(), &scored(score, medal)).to_json();
        assert_eq!((&json["lamp"], &json["grade"]), (&json!(lamp), &json!(grade)), "{score} {medal}");
    }
}

#[test]
fn goods_and_bads_must_fit_the_medal() {
    let cases: [(&str, Value, &[usize]); 8] = [
        ("fullComboStar", json!({ "good": 0, "bad": 0 }), &[2]),
        ("fullComboStar", json!({ "good": 5, "bad": 1 }), &[1]),
        ("fullComboStar", json!({ "bad": 1 }), &[1]),
        ("fullComboStar", json!({ "good": 9 }), &[]),
        ("fullComboStar", json!({ "good": 6, "bad": 2 }), &[1, 2]),
        ("clearCircle", json!({ "good": 0, "bad": 20 }), &[2]),
        ("clearDiamond", json!({ "good": 3, "bad": 20 }), &[]),
        ("easyClear", json!({ "bad": 0, "good": 0 }), &[]),
    ];
    for (medal, judgements, expected) in cases {
        let values = json!({ "score": 90_000, "clearMedal": medal, "judgements": judgements });
        assert_eq!(play::groups(&pops(), &values), expected, "{medal} {judgements}");
    }
}

#[test]
fn medals_stand_for_ranges_of_counts() {
    let ranges = [("Star", 1, Some(5)), ("Diamond", 6, Some(20)), ("Circle", 21, None)];
    for (kind, counted, other) in [("fullCombo", "good", "bad"), ("clear", "bad", "good")] {
        for (shape, from, to) in ranges {
            let fits = |count: u32| {
                let values = json!({
                    "score": 90_000, "clearMedal": format!("{kind}{shape}"), "judgements": { counted: count, other: 0 },
                });
                play::groups(&pops(), &values).is_empty()
            };
            assert!(!fits(from - 1) && fits(from), "{kind}{shape} from {from}");
            assert!(to.is_none_or(|to| fits(to) && !fits(to + 1)), "{kind}{shape} to {to:?}");
        }
    }
}

#[test]
fn a_perfect_has_neither_goods_nor_bads_but_any_score() {
    let groups = |judgements| {
        play::groups(&pops(), &json!({ "score": 95_000, "clearMedal": "perfect", "judgements": judgements }))
    };
    assert_eq!(groups(json!({})), NONE);
    assert_eq!(groups(json!({ "good": 0, "bad": null })), NONE);
    assert_eq!(groups(json!({ "good": 1 })), [1]);
}

#[test]
fn scores_and_gauges_out_of_bounds_are_invalid() {
    for score in [-1, 100_001] {
        let expected = format!("Invalid value for score, Expected a number between 0 and 100000. Got {score}.");
        assert_eq!(play::problems(&pops(), &scored(score, "easyClear")), [expected]);
    }
    let gauge = json!({ "score": 90_000, "clearMedal": "easyClear", "gauge": 100.5 });
    assert_eq!(play::problems(&pops(), &gauge).len(), 1);
}

#[test]
fn class_points_follow_the_table() {
    let lamps = ["FAILED", "EASY CLEAR", "CLEAR", "FULL COMBO", "PERFECT"];
    let table = [
        (87_000.0, "CLEAR", 38.0, 77.20588235294117),
        (87_000.0, "EASY CLEAR", 38.0, 77.20588235294117),
        (87_000.0, "FAILED", 38.0, 76.65441176470588),
        (95_000.0, "FULL COMBO", 45.0, 91.91176470588235),
        (100_000.0, "PERFECT", 50.0, 102.0220588235294),
        (50_001.0, "FAILED", 1.0, 1.8384191176470588),
        (50_000.0, "PERFECT", 50.0, 0.0),
        (98_123.0, "CLEAR", 48.0, 97.63290441176471),
    ];
    for (score, lamp, level, expected) in table {
        let lamp_index = lamps.iter().position(|known| *known == lamp).unwrap();
        assert_eq!(popn::class_points(score, lamp_index, level), Ok(expected), "{score} {lamp} {level}");
    }
}

#[test]
fn the_score_for_class_points_may_be_one_that_gives_none() {
    const CLEAR: usize = 2;
    const FULL_COMBO: usize = 3;
    assert_eq!(popn::score_for_class_points(80.0, CLEAR, 40.0), Ok(82_200.0));
    popn::score_for_class_points(100.0, CLEAR, 40.0).unwrap_err();
    assert_eq!(popn::score_for_class_points(1.0, FULL_COMBO, 40.0), Ok(-349_560.0));
}

#[test]
fn a_profile_divides_by_20_even_when_there_are_fewer() {
    let profile = |points: &[f64]| play::profile_rating(&pops(), "naiveClassPoints", &[("classPoints", points)]);
    assert_eq!(profile(&[100.0]), Some(5.0));
    assert_eq!(profile(&[]), None);
}

#[test]
fn classes_start_at_their_thresholds() {
    let class = |points| class::derive(&popn::P9B.classes[0], points);
    let table = [
        ("STUDENT", 21.0),
        ("DELINQUENT", 34.0),
        ("DETECTIVE", 46.0),
        ("IDOL", 59.0),
        ("GENERAL", 68.0),
        ("HERMIT", 79.0),
        ("GOD", 91.0),
    ];
    for (id, from) in table {
        assert_eq!(class(Some(from)), Some(id));
        assert_ne!(class(Some(from - 0.001)), Some(id));
    }
    assert_eq!(class(Some(20.999)), Some("KITTY"));
    assert_eq!(class(None), None);
}

#[test]
fn pbs_take_medal_and_lamp_and_keep_the_grade() {
    let (capped, _) = play::pb(&pops(), &[scored(95_342, "failedStar"), scored(85_000, "clearCircle")]);
    let json = capped.data.to_json();
    assert_eq!(json["score"], 95_342);
    assert_eq!((&json["clearMedal"], &json["lamp"]), (&json!("clearCircle"), &json!("CLEAR")));
    assert_eq!(json["grade"], "A");
    assert_eq!(capped.ratings[0], Some((10_000.0 * 38.0 + 95_342.0 - 50_000.0 + 3000.0) / 5440.0));

    let (perfect, from) = play::pb(&pops(), &[scored(90_000, "clearCircle"), scored(90_000, "perfect")]);
    let json = perfect.data.to_json();
    assert_eq!(json["score"], 90_000);
    assert_eq!((&json["clearMedal"], &json["lamp"]), (&json!("perfect"), &json!("PERFECT")));
    assert_eq!(from, ["Best Score A", "Best Clear B"]);
}

#[test]
fn goals_are_worded_with_commas() {
    let goal = |wanted| play::number_goal(&pops(), "score", wanted, &scored(98_123, "perfect"));
    assert_eq!(goal(90_000.0), ["Get a score of 90,000 on", "98,123", "90,000"]);
    assert_eq!(goal(95_000.0)[2], "95,000");
    assert_eq!(play::progress(&pops(), "clearMedal", &scored(98_123, "perfect")), "perfect");
    assert_eq!(play::progress(&pops(), "lamp", &scored(98_123, "perfect")), "PERFECT");
}

#[test]
fn a_capped_grade_is_told_from_below() {
    assert_eq!(play::grade_goal(&pops(), "S", &scored(95_342, "clearStar")), "S-2.7K");
    assert_eq!(play::grade_goal(&pops(), "AA", &scored(95_342, "failedStar")), "A+13K");
}

#[test]
fn labels_have_the_short_difficulty() {
    assert_eq!(play::label(Game::Popn, &song_document(), &chart_document()), "I REALLY WANT TO HURT YOU (EX 38)");
}

#[test]
fn every_hash_of_a_chart_finds_it() {
    let charts = [chart_document(), chart_with_two_hashes()];
    let catalogue = play::catalogue(Game::Popn, &[song_document()], &charts);
    let resolve = |match_type, identifier: &str, difficulty| {
        play::resolve(&catalogue, Gpt::Popn9b, (match_type, identifier, difficulty))
    };
    for hash in [
        "F12D961A8723F1DFEDA12352965B6F4B80BE211B24E6A6F2B7C6E54BA284C21F",
        "e9cde324fed7c71300c03f9d15e7db92b92c13b7d04666860f06a7db27803bf1",
    ] {
        let found = resolve(MatchType::PopnChartHash, hash, None);
        assert_eq!(found, Ok("f759a68db3e66bddd4ffaabb3b224ce79a3e3bb5".to_owned()));
    }
    let hash = "83287260cb32c5c54b06b76967ba8620dd3735063959d9fbaf2cffc0dba8a049";
    let pops = Ok("7489166ddfb6ec780249823d5bda255611fbc528".to_owned());
    assert_eq!(resolve(MatchType::PopnChartHash, hash, None), pops);
    assert_eq!(resolve(MatchType::InGameId, "0", Some("EX")), pops, "0 is an ID like any other");
    let by_title = resolve(MatchType::SongTitle, "I REALLY WANT TO HURT YOU", Some("EX"));
    assert!(matches!(by_title, Err(ResolveError::Invalid(_))));
}
