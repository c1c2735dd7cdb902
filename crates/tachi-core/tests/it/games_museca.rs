//! The rules of `spec/games/museca.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::game::Game;
use tachi_core::games::museca;
use tachi_core::rating;

use crate::play::{self, NONE};

fn song_document() -> Value {
    json!({
        "altTitles": [], "artist": "Last Note. feat. GUMI", "id": 1, "searchTerms": [], "title": "セツナトリップ",
        "data": {"artistJP": "ﾗｽﾄﾉｰﾄﾌｨｰﾁｬﾘﾝｸﾞｸﾞﾐ", "displayVersion": "1", "titleJP": "ｾﾂﾅﾄﾘｯﾌﾟ"},
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "4f3a7bf907f7be54a0c531dd9077e58fd7b6bb9c", "data": {"inGameID": 1}, "difficulty": "Red",
        "isPrimary": true, "level": "13", "levelNum": 13, "playtype": "Single", "songID": 1,
        "versions": ["1.5", "1.5-b"],
    })
}

fn setsuna_trip() -> Chart {
    play::chart(Game::Museca, &chart_document())
}

fn scored(score: i32, lamp: &str) -> Value {
    json!({ "score": score, "lamp": lamp })
}

#[test]
fn score_ids_have_form_t() {
    assert_eq!(
        play::form_t(&setsuna_trip(), &scored(970_000, "CLEAR")),
        (
            r#"{"chartID":"4f3a7bf907f7be54a0c531dd9077e58fd7b6bb9c","lamp":"CLEAR","score":970000,"userID":1}"#
                .to_owned(),
            "Tb1551d01aa6fe151d75df4d47cf1c1e200b73b2eda07bf28130450eb126ecb78".to_owned()
        )
    );
}

#[test]
fn score_and_judgements_must_fit_the_lamp() {
    let cases: [(i32, &str, Value, &[usize]); 7] = [
        (799_999, "FAILED", json!({}), &[]),
        (800_000, "FAILED", json!({}), &[3]),
        (799_999, "CONNECT ALL", json!({}), &[3]),
        (1_000_000, "FAILED", json!({}), &[1, 3]),
        (999_999, "PERFECT CONNECT ALL", json!({ "near": 1 }), &[1, 2]),
        (1_000_000, "PERFECT CONNECT ALL", json!({}), &[]),
        (799_999, "PERFECT CONNECT ALL", json!({ "near": 1 }), &[1, 2, 3]),
    ];
    for (score, lamp, judgements, expected) in cases {
        let values = json!({ "score": score, "lamp": lamp, "judgements": judgements });
        assert_eq!(play::groups(&setsuna_trip(), &values), expected, "{score} {lamp}");
    }
}

#[test]
fn misses_count_against_a_connect_all_and_nears_do_not() {
    let groups = |judgements| {
        let values = json!({ "score": 900_000, "lamp": "CONNECT ALL", "judgements": judgements });
        play::groups(&setsuna_trip(), &values)
    };
    assert_eq!(groups(json!({ "miss": 1 })), [2]);
    assert_eq!(groups(json!({ "near": 1, "miss": null })), NONE);
}

#[test]
fn scores_out_of_bounds_are_invalid() {
    for (score, lamp) in [(-1, "FAILED"), (1_000_001, "CLEAR")] {
        let expected = format!("Invalid value for score, Expected a number between 0 and 1000000. Got {score}.");
        assert_eq!(play::problems(&setsuna_trip(), &scored(score, lamp)), [expected]);
    }
}

#[test]
fn curator_skill_is_floored() {
    let table = [
        (1_000_000.0, 16.0, 1600.0),
        (970_000.0, 13.0, 1261.0),
        (923_456.0, 15.0, 1385.0),
        (0.0, 16.0, 0.0),
        (800_000.0, 12.0, 960.0),
        (799_999.0, 12.0, 959.0),
        (987_654.0, 14.0, 1382.0),
        (1.0, 16.0, 0.0),
    ];
    for (score, level, expected) in table {
        assert_eq!(museca::curator_skill(score, level), Ok(expected), "{score} on {level}");
    }
}

#[test]
fn curator_skill_keeps_the_errors_of_doubles() {
    let table = [(82, 122), (164, 245), (328, 491), (338, 506), (646, 968), (656, 983), (666, 998), (676, 1013)];
    for (thousands, expected) in table {
        let score = f64::from(thousands) * 1000.0;
        assert_eq!(museca::curator_skill(score, 15.0), Ok(f64::from(expected)), "{score}");
    }
}

#[test]
fn no_score_is_needed_for_more_skill_than_a_level_gives() {
    assert_eq!(museca::score_for_curator_skill(1261.0, 13.0), Ok(970_000.0));
    assert_eq!(museca::score_for_curator_skill(1299.0, 13.0), Ok(999_231.0));
    assert_eq!(museca::score_for_curator_skill(0.0, 13.0), Ok(0.0));
    museca::score_for_curator_skill(1300.0, 13.0).unwrap_err();
    museca::score_for_curator_skill(1.0, 0.0).unwrap_err();
}

#[test]
fn a_session_is_rounded_only_for_display() {
    let values: Vec<f64> = (1000..=1009).map(f64::from).collect();
    let mean = rating::session_best(&values, museca::SINGLE.session_ratings[0].best);
    assert_eq!(mean, Some(1004.5));
    assert_eq!((museca::SINGLE.session_ratings[0].format)(1004.5), "1005");
}

#[test]
fn a_profile_is_the_sum_of_20() {
    let profile = |skills: &[f64]| play::profile_rating(&setsuna_trip(), "curatorSkill", &[("curatorSkill", skills)]);
    assert_eq!(profile(&[100.0; 21]), Some(2000.0));
    assert_eq!(profile(&[100.0]), Some(100.0));
    assert_eq!(profile(&[]), None);
}

#[test]
fn pbs_take_the_best_lamp() {
    let (pb, from) = play::pb(&setsuna_trip(), &[scored(970_000, "CLEAR"), scored(905_000, "CONNECT ALL")]);
    let json = pb.data.to_json();
    assert_eq!((&json["score"], &json["lamp"], &json["grade"]), (&json!(970_000), &json!("CONNECT ALL"), &json!("秀")));
    assert_eq!(from, ["Best Score A", "Best Lamp B"]);
}

#[test]
fn goals_are_worded_with_commas() {
    let goal = |wanted| play::number_goal(&setsuna_trip(), "score", wanted, &scored(982_123, "CLEAR"));
    assert_eq!(goal(908_182.0), ["Get a score of 908,182 on", "982,123", "908,182"]);
    assert_eq!(goal(901_003.0)[2], "901,003");
    assert_eq!(play::progress(&setsuna_trip(), "lamp", &scored(982_123, "CLEAR")), "CLEAR");
}

#[test]
fn grade_goals_tell_the_distance() {
    let table =
        [(997_342, "傑", "傑G-2.7K"), (812_345, "優", "佳+12K"), (0, "没", "没+0"), (1_000_000, "傑G", "傑G+0")];
    for (score, goal, text) in table {
        assert_eq!(play::grade_goal(&setsuna_trip(), goal, &scored(score, "CLEAR")), text);
    }
}

#[test]
fn labels_have_the_short_difficulty() {
    assert_eq!(play::label(Game::Museca, &song_document(), &chart_document()), "セツナトリップ (R 13)");
}
