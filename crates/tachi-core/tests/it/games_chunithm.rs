//! CHUNITHM against `spec/games/chunithm.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::chunithm;
use tachi_core::match_type::MatchType;

use crate::play;

fn song_document() -> Value {
    json!({
        "altTitles": [], "artist": "nora2r", "id": 3, "searchTerms": [], "title": "B.B.K.K.B.K.K.",
        "data": {"displayVersion": "CHUNITHM", "duration": 128.541, "genre": "VARIETY"},
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "b9f28233c95dca1db0bc7a3dad0d81c051fa1644", "data": {"inGameID": 3}, "difficulty": "MASTER",
        "isPrimary": true, "level": "12+", "levelNum": 12.5, "playtype": "Single", "songID": 3,
        "versions": ["paradiselost", "new", "newplus", "sun"],
    })
}

fn chart() -> Chart {
    play::chart(Game::Chunithm, &chart_document())
}

fn metrics(score: i64, note_lamp: &str, clear_lamp: &str) -> Value {
    json!({"score": score, "noteLamp": note_lamp, "clearLamp": clear_lamp})
}

fn judged(score: i64, note_lamp: &str, clear_lamp: &str, judgements: Value) -> Value {
    play::with(&metrics(score, note_lamp, clear_lamp), &json!({"judgements": judgements}))
}

#[test]
fn the_score_id_is_the_published_one() {
    let (text, id) = play::form_t(&chart(), &metrics(1_003_000, "NONE", "CLEAR"));
    assert_eq!(
        text,
        r#"{"chartID":"b9f28233c95dca1db0bc7a3dad0d81c051fa1644","clearLamp":"CLEAR","noteLamp":"NONE","score":1003000,"userID":1}"#
    );
    assert_eq!(id, "Tbd4060d8ad0f2d6461510e49ef5601afae853ab0316c0085cdf05b04086e2dee");
}

#[test]
fn grades_start_at_their_bounds() {
    let chart = chart();
    let grade = |score| {
        let data = play::play(&chart, &metrics(score, "NONE", "CLEAR"));
        data.value(chart.config().metric("grade").unwrap().0)
    };
    let bounds = [
        ("D", 0),
        ("C", 500_000),
        ("B", 600_000),
        ("BB", 700_000),
        ("BBB", 800_000),
        ("A", 900_000),
        ("AA", 925_000),
        ("AAA", 950_000),
        ("S", 975_000),
        ("S+", 990_000),
        ("SS", 1_000_000),
        ("SS+", 1_005_000),
        ("SSS", 1_007_500),
        ("SSS+", 1_009_000),
    ];
    for (index, (name, from)) in bounds.into_iter().enumerate() {
        assert_eq!(grade(from), name);
        if index > 0 {
            assert_eq!(grade(from - 1), bounds[index - 1].0);
        }
    }
}

#[test]
fn the_score_is_out_of_1_010_000() {
    let bound = "Invalid value for score, Expected a number between 0 and 1010000.";
    play::check_problems(&chart(), &metrics(1_010_001, "NONE", "CLEAR"), &[bound]);
    play::check_problems(&chart(), &metrics(-1, "NONE", "CLEAR"), &[bound]);
    play::check_problems(&chart(), &metrics(0, "NONE", "FAILED"), &[]);
}

#[test]
fn the_note_lamp_fits_the_score() {
    let cases: [(i64, &str, &[&str]); 9] = [
        (1_010_000, "ALL JUSTICE CRITICAL", &[]),
        (1_009_999, "ALL JUSTICE CRITICAL", &["must have a score of 1,010,000"]),
        (1_010_000, "ALL JUSTICE", &["must have the noteLamp ALL JUSTICE CRITICAL"]),
        (1_010_000, "NONE", &["must have the noteLamp ALL JUSTICE CRITICAL"]),
        (1_000_000, "ALL JUSTICE", &[]),
        (999_999, "ALL JUSTICE", &["too low for an ALL JUSTICE"]),
        (500_000, "FULL COMBO", &[]),
        (499_999, "FULL COMBO", &["too low for a FULL COMBO"]),
        (0, "NONE", &[]),
    ];
    for (score, lamp, expected) in cases {
        play::check_problems(&chart(), &metrics(score, lamp, "CLEAR"), expected);
    }
}

#[test]
fn the_note_lamp_fits_the_judgements_with_absent_ones_as_0() {
    let cases: [(i64, &str, Value, &[&str]); 8] = [
        (1_010_000, "ALL JUSTICE CRITICAL", json!({"jcrit": 10}), &[]),
        (1_010_000, "ALL JUSTICE CRITICAL", json!({"justice": 1}), &["worse than jcrit, but got 1."]),
        (1_005_000, "ALL JUSTICE", json!({"justice": 1}), &[]),
        (1_005_000, "ALL JUSTICE", json!({"attack": 1}), &["worse than justice, but got 1."]),
        (1_005_000, "ALL JUSTICE", json!({"miss": 1}), &["worse than justice, but got 1."]),
        (1_005_000, "FULL COMBO", json!({"attack": 1}), &[]),
        (1_005_000, "FULL COMBO", json!({"miss": 1}), &["worse than attack, but got 1."]),
        (1_005_000, "NONE", json!({"miss": 1}), &[]),
    ];
    for (score, lamp, judgements, expected) in cases {
        play::check_problems(&chart(), &judged(score, lamp, "CLEAR", judgements), expected);
    }
}

#[test]
fn the_max_combo_of_a_full_combo_is_the_sum_of_its_judgements() {
    let all = json!({"jcrit": 90, "justice": 8, "attack": 2, "miss": 0});
    let unknown = json!({"jcrit": 90, "justice": 8, "attack": 2, "miss": null});
    let cases: [(&str, &Value, Value, &[&str]); 5] = [
        ("FULL COMBO", &all, json!(100), &[]),
        ("FULL COMBO", &all, json!(99), &["must equal the sum of its judgements (99 != 100)"]),
        ("FULL COMBO", &all, json!(null), &[]),
        ("FULL COMBO", &unknown, json!(99), &[]),
        ("NONE", &all, json!(99), &[]),
    ];
    for (lamp, judgements, max_combo, expected) in cases {
        let score = judged(1_005_000, lamp, "CLEAR", judgements.clone());
        play::check_problems(&chart(), &play::with(&score, &json!({"maxCombo": max_combo})), expected);
    }
}

#[test]
fn the_clear_lamp_fits_the_judgements() {
    let cases: [(&str, [i64; 3], bool); 11] = [
        ("CATASTROPHY", [9, 0, 0], true),
        ("CATASTROPHY", [8, 1, 1], false),
        ("ABSOLUTE", [40, 8, 1], true),
        ("ABSOLUTE", [40, 8, 2], false),
        ("BRAVE", [140, 8, 1], true),
        ("BRAVE", [140, 8, 2], false),
        ("HARD", [200, 80, 20], false),
        ("HARD", [200, 81, 19], true),
        ("HARD", [200, 79, 20], true),
        ("CLEAR", [500, 500, 500], true),
        ("FAILED", [500, 500, 500], true),
    ];
    for (lamp, [justice, attack, miss], valid) in cases {
        let judgements = json!({"justice": justice, "attack": attack, "miss": miss});
        let expected: &[&str] = if valid { &[] } else { &[lamp] };
        play::check_problems(&chart(), &judged(900_000, "NONE", lamp, judgements), expected);
    }
    let unknown = json!({"justice": 500, "miss": 500});
    play::check_problems(&chart(), &judged(900_000, "NONE", "CATASTROPHY", unknown), &[]);
}

#[test]
fn each_group_of_checks_gives_its_own_line() {
    let judgements = json!({"jcrit": 10, "justice": 10, "attack": 10, "miss": 10});
    let score = play::with(&judged(400_000, "FULL COMBO", "CATASTROPHY", judgements), &json!({"maxCombo": 1}));
    let lines = ["too low for a FULL COMBO", "worse than attack", "must equal the sum", "CATASTROPHY"];
    play::check_problems(&chart(), &score, &lines);
}

#[test]
fn ratings_are_those_of_the_page() {
    let table = [
        (1_010_000.0, 12.5, 14.65),
        (1_008_000.0, 12.5, 14.55),
        (1_003_000.0, 12.5, 13.8),
        (999_000.0, 12.5, 13.46),
        (1_009_000.0, 9.7, 11.85),
        (950_000.0, 12.5, 10.83),
        (810_000.0, 12.5, 4.12),
        (600_000.0, 12.5, 1.25),
        (1_002_000.0, 8.2, 9.39),
        (850_000.0, 4.9, 0.0),
        (975_000.0, 9.7, 9.69),
    ];
    for (score, level, expected) in table {
        assert_eq!(chunithm::rating(score, level), Ok(expected), "{score} on {level}");
    }
}

#[test]
fn charts_without_a_level_give_no_rating() {
    let perfect = metrics(1_010_000, "ALL JUSTICE CRITICAL", "CLEAR");
    assert_eq!(chunithm::rating(1_010_000.0, 0.0), Ok(2.15));
    let worlds_end = play::with(&chart_document(), &json!({"difficulty": "WORLD'S END", "levelNum": 0}));
    assert_eq!(play::rating(&play::chart(Game::Chunithm, &worlds_end), "rating", &perfect), Some(0.0));
    assert_eq!(play::rating(&chart(), "rating", &perfect), Some(14.65));
}

#[test]
fn sessions_and_profiles_take_the_mean_of_the_best() {
    let chart = chart();
    let config = chart.config();
    assert_eq!(play::session_rating(config, "naiveRating", &[16.0; 9]), None);
    assert_eq!(play::session_rating(config, "naiveRating", &[16.0; 10]), Some(16.0));
    let profile = |values: &[f64]| play::profile_rating(&chart, "naiveRating", &[("rating", values)]);
    assert_eq!(profile(&[17.15; 50]), Some(17.15));
    assert_eq!(profile(&[16.0; 4]), Some(1.28));
    assert_eq!(profile(&[]), None);
}

#[test]
fn colours_start_at_their_ratings() {
    let colours = [
        (0.0, "BLUE"),
        (2.0, "GREEN"),
        (4.0, "ORANGE"),
        (7.0, "RED"),
        (10.0, "PURPLE"),
        (12.0, "COPPER"),
        (13.25, "SILVER"),
        (14.5, "GOLD"),
        (15.25, "PLATINUM"),
        (15.5, "PLATINUM_II"),
        (15.75, "PLATINUM_III"),
        (16.0, "RAINBOW"),
        (16.25, "RAINBOW_II"),
        (16.5, "RAINBOW_III"),
        (16.75, "RAINBOW_IV"),
        (17.0, "RAINBOW_EX_I"),
        (17.25, "RAINBOW_EX_II"),
        (17.5, "RAINBOW_EX_III"),
    ];
    play::check_classes(Gpt::ChunithmSingle, "colour", &colours);
}

#[test]
fn a_pb_takes_the_best_of_both_lamps() {
    let chart = chart();
    let scores =
        [metrics(1_003_000, "NONE", "CLEAR"), metrics(0, "FULL COMBO", "CLEAR"), metrics(0, "NONE", "ABSOLUTE")];
    let (pb, from) = play::pb(&chart, &scores);
    assert_eq!(pb.data.value_json(chart.config().default_metric), Some(json!(1_003_000)));
    assert_eq!(pb.data.value(chart.config().metric("noteLamp").unwrap().0), "FULL COMBO");
    assert_eq!(pb.data.value(chart.config().metric("clearLamp").unwrap().0), "ABSOLUTE");
    assert_eq!(from, ["Best Score A", "Best Note Lamp B", "Best Clear Lamp C"]);
    assert_eq!(tachi_core::pb::rank_values(&pb.data), [Some(1_003_000.0), Some(1.0), Some(4.0)]);
}

#[test]
fn goals_are_worded_as_on_the_page() {
    let chart = chart();
    let goal = |wanted| play::number_goal(&chart, "score", wanted, &metrics(982_123, "NONE", "CLEAR"));
    assert_eq!(goal(1_008_182.0), ["Get a score of 1,008,182 on", "982,123", "1,008,182"]);
    assert_eq!(goal(1_001_003.0)[2], "1,001,003");
    assert_eq!(play::grade_goal(&chart, "SS", &metrics(997_342, "NONE", "CLEAR")), "SS-2.7K");
    assert_eq!(play::plain_goals(chart.config()), ["noteLamp", "clearLamp"]);
}

#[test]
fn labels_show_difficulty_and_level() {
    assert_eq!(play::label(Game::Chunithm, &song_document(), &chart_document()), "B.B.K.K.B.K.K. (M 12+)");
}

#[test]
fn special_charts_are_found_by_an_id_of_their_own_only() {
    let special = |id: &str, in_game_id: i64| {
        let changes = json!({
            "chartID": id, "difficulty": "WORLD'S END", "levelNum": 0, "data": {"inGameID": in_game_id},
        });
        play::with(&chart_document(), &changes)
    };
    let charts = [chart_document(), special("a", 8001), special("b", 8002), special("c", 8002)];
    let catalogue = play::catalogue(Game::Chunithm, &[song_document()], &charts);
    let find = |match_type, identifier, difficulty, version| {
        play::resolve_version(&catalogue, Gpt::ChunithmSingle, (match_type, identifier, difficulty), version)
    };
    let by_special_id = |id| find(MatchType::GcmInGameIdSpecialChart, id, None, None);
    assert_eq!(by_special_id("8001"), Ok("a".to_owned()));
    assert!(matches!(by_special_id("8002"), Err(ResolveError::NotFound(_))));
    assert!(matches!(by_special_id("8003"), Err(ResolveError::NotFound(_))));

    let by_id = |id, difficulty, version| find(MatchType::InGameId, id, Some(difficulty), version);
    let master = chart_document()["chartID"].as_str().unwrap().to_owned();
    assert_eq!(by_id("3", "MASTER", None), Ok(master.clone()));
    assert_eq!(by_id("3", "MASTER", Some("paradise")), Ok(master));
    let Err(ResolveError::Invalid(text)) = by_id("8001", "WORLD'S END", None) else { panic!("found") };
    assert!(text.contains("BASIC, ADVANCED, EXPERT, MASTER, ULTIMA"), "{text}");
}
