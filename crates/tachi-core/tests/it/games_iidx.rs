//! beatmania IIDX: the examples of `spec/games/iidx.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::game::{Game, GoalCharts, Gpt};
use tachi_core::games::iidx_like;
use tachi_core::ids::UserId;
use tachi_core::match_type::MatchType;
use tachi_core::{pb, score_id};

use crate::play;

const FIVE_ONE_ONE: &str = "c2311194e3897ddb5745b1760d2c0141f933e683";
const AA: &str = "0e1fbd5bfe34351cb8c4869eddebc34241ec4546";

/// SP ANOTHER 10, 786 notes, no tiers.
fn five_one_one() -> Chart {
    five_one_one_but(&json!({}))
}

fn five_one_one_but(changes: &Value) -> Chart {
    play::chart(Game::Iidx, &play::with(&play::built_in(Game::Iidx, FIVE_ONE_ONE), changes))
}

fn values(score: i64, lamp: &str) -> Value {
    json!({"score": score, "lamp": lamp})
}

fn tier(value: f64) -> Value {
    json!({"value": value, "text": "", "individualDifference": false})
}

#[test]
fn score_ids_have_form_r_and_keys_form_t() {
    let (chart, values) = (five_one_one(), values(1310, "HARD CLEAR"));
    let text = format!(r#"{{"chartID":"{FIVE_ONE_ONE}","lamp":"HARD CLEAR","score":1310,"userID":1}}"#);
    let id = "T3c4acdbda3e5173508953f00ed83387be20411c07382fd1696a47bd0087384fa";
    assert_eq!(play::form_t(&chart, &values), (text, id.to_owned()));
    let data = play::play(&chart, &values);
    let text = format!("1|{FIVE_ONE_ONE}|HARD CLEAR|AA|1310|83.33333333333333");
    assert_eq!(score_id::form_r_text(UserId(1), &chart.id, &data), Some(text));
    let key = score_id::dedup_key(UserId(1), &chart.id, &data);
    let id = score_id::score_id(UserId(1), &chart.id, &data, key).to_string();
    assert_eq!(id, "R776f18f16897a48e6d795cbb9f713a1455420651e9b5509c255b991e47c69b1b");
}

#[test]
fn grades_begin_at_their_least_ex_score() {
    let table = [
        (786, [1572, 1485, 1398, 1223, 1048, 874, 699, 524, 350]),
        (1834, [3668, 3465, 3261, 2853, 2446, 2038, 1631, 1223, 816]),
        (2000, [4000, 3778, 3556, 3112, 2667, 2223, 1778, 1334, 889]),
    ];
    for (notecount, least) in table {
        for (grade, least) in (1..=9).rev().zip(least) {
            let graded = |score: i32| iidx_like::grade(f64::from(score), f64::from(notecount));
            assert_eq!((graded(least - 1), graded(least)), (grade - 1, grade), "{least} of {notecount} notes");
        }
    }
    let data = play::play(&five_one_one(), &values(1000, "CLEAR"));
    assert_eq!(play::metrics(&data, &["percent", "grade"]), json!([63.61323155216285, "B"]));
}

#[test]
fn an_ex_score_lies_between_0_and_twice_the_notes() {
    let cases: [(Value, &[&str]); 4] = [
        (json!(1572), &[]),
        (json!(-1), &["EX Score cannot be negative.", "percent, Expected a number between 0 and 100."]),
        (json!(12.5), &["Invalid value for score, got 12.5, but expected an integer."]),
        (
            json!(9000),
            &["EX Score cannot be greater than 1572 for this chart.", "percent, Expected a number between 0 and 100."],
        ),
    ];
    for (score, expected) in cases {
        play::check_problems(&five_one_one(), &json!({"score": score, "lamp": "CLEAR"}), expected);
    }
}

#[test]
fn judgements_add_up_where_pgreat_and_great_are_known() {
    let cases = [(json!({"pgreat": 700, "great": 172}), true), (json!({"pgreat": 700, "great": 171}), false)];
    for (judgements, valid) in cases {
        let expected: &[&str] = if valid { &[] } else { &["PGreat*2 + Great to equal EX score (700*2 + 171 != 1572)"] };
        let values = play::with(&values(1572, "FULL COMBO"), &json!({"judgements": judgements}));
        play::check_problems(&five_one_one(), &values, expected);
    }
    let unknown = json!({"score": 1572, "lamp": "CLEAR", "judgements": {"pgreat": 700}});
    play::check_problems(&five_one_one(), &unknown, &[]);
}

#[test]
fn nothing_else_is_compared_with_the_lamp() {
    play::check_problems(&five_one_one(), &json!({"score": 0, "lamp": "FULL COMBO", "bp": 3}), &[]);
    play::check_problems(&five_one_one(), &json!({"score": 0, "lamp": "FAILED", "gauge": 100}), &[]);
}

#[test]
fn graphs_accept_nulls_and_counts_nothing_negative() {
    let history = json!({"gaugeHistory": [22, 100, null], "scoreHistory": []});
    play::check_problems(&five_one_one(), &play::with(&values(0, "FAILED"), &history), &[]);
    let wrong = json!({"bp": -1.5, "fast": 1.5, "gsmHard": [100.5, null, -1]});
    let expected = [
        "Invalid value for fast, got 1.5, but expected an integer.",
        "Invalid value for bp, got -1.5, but expected an integer.",
        "Invalid value for bp, Expected a positive number. Got -1.5.",
        "Invalid value for metric gsmHard, Expected a number between 0 and 100., got 100.5.",
        "Invalid value for metric gsmHard, Expected a number between 0 and 100., got -1.",
    ];
    play::check_problems(&five_one_one(), &play::with(&values(0, "FAILED"), &wrong), &expected);
}

/// The three lamp ratings of a play with that lamp.
fn lamp_ratings(chart: &Chart, lamp: &str) -> [f64; 3] {
    let ratings = play::ratings(chart, &values(0, lamp));
    [0, 1, 2].map(|rating| ratings[rating].unwrap())
}

#[test]
fn sp_clears_are_rated_by_their_own_tier() {
    let tiers = |tiers: Value| five_one_one_but(&json!({"data": tiers}));
    let none = five_one_one();
    assert_eq!(lamp_ratings(&none, "CLEAR"), [10.0, 0.0, 0.0]);
    assert_eq!(lamp_ratings(&none, "HARD CLEAR"), [10.0, 10.0, 0.0]);
    assert_eq!(lamp_ratings(&none, "FULL COMBO"), [10.0; 3]);
    assert_eq!(lamp_ratings(&none, "EASY CLEAR"), [0.0; 3]);
    let all = tiers(json!({"ncTier": tier(15.0), "hcTier": tier(16.0), "exhcTier": tier(17.0)}));
    assert_eq!(lamp_ratings(&all, "EX HARD CLEAR"), [17.0, 16.0, 17.0]);
    let no_exhc = tiers(json!({"ncTier": tier(15.0), "hcTier": tier(16.0)}));
    assert_eq!(lamp_ratings(&no_exhc, "EX HARD CLEAR"), [16.0; 3]);
    let easier_hard = tiers(json!({"ncTier": tier(12.4), "hcTier": tier(12.1)}));
    assert_eq!(lamp_ratings(&easier_hard, "HARD CLEAR"), [12.4, 12.4, 0.0]);
    let hard_only = five_one_one_but(&json!({"levelNum": 12, "data": {"hcTier": tier(13.0)}}));
    assert_eq!(lamp_ratings(&hard_only, "CLEAR"), [12.0, 0.0, 0.0]);
    assert_eq!(lamp_ratings(&hard_only, "HARD CLEAR"), [13.0, 13.0, 0.0]);
}

#[test]
fn dp_has_one_tier_for_every_clear() {
    let dp = five_one_one_but(&json!({"playtype": "DP", "data": {"dpTier": tier(15.0)}}));
    assert_eq!(dp.gpt, Gpt::IidxDp);
    assert_eq!(lamp_ratings(&dp, "EASY CLEAR"), [15.0, 0.0, 0.0]);
    assert_eq!(lamp_ratings(&dp, "HARD CLEAR"), [15.0, 15.0, 0.0]);
    assert_eq!(lamp_ratings(&dp, "ASSIST CLEAR"), [0.0; 3]);
}

#[test]
fn custom_charts_have_no_level_to_rate() {
    let custom = play::chart(Game::Iidx, &play::built_in(Game::Iidx, "bf255d26c22c29f08a46f29390eed2892d008164"));
    assert_eq!(lamp_ratings(&custom, "FULL COMBO"), [0.0; 3]);
}

#[test]
fn bpi_is_0_for_the_average_and_100_for_the_record() {
    let aa = play::chart(Game::Iidx, &play::built_in(Game::Iidx, AA));
    let bpi = |score| play::rating(&aa, "BPI", &values(score, "CLEAR")).unwrap();
    let table = [
        (3000, -15.0),
        (3100, -11.706551530618272),
        (3277, -0.11984478013855068),
        (3278, 0.0),
        (3400, 11.68324802628107),
        (3600, 47.97260997575733),
        (3660, 100.0),
        (3668, 158.91113655827596),
    ];
    for (score, expected) in table {
        let got = bpi(score);
        assert!((got - expected).abs() <= 1e-9 * f64::abs(expected), "{score}: {got}");
    }
    assert_eq!(play::rating(&five_one_one(), "BPI", &values(1572, "CLEAR")), None);
}

#[test]
fn profiles_divide_by_20_and_bpi_wants_them_all() {
    let chart = five_one_one();
    let profile = |name, values: &[f64]| play::profile_rating(&chart, name, &[(name, values)]);
    assert_eq!(profile("ktLampRating", &[12.0]), Some(0.6));
    assert_eq!(profile("ktLampRating", &[]), None);
    assert_eq!(profile("BPI", &[5.0; 19]), None);
    assert_eq!(profile("BPI", &[5.0; 20]), Some(5.0));
}

#[test]
fn dans_follow_the_number_of_the_course() {
    for gpt in [Gpt::IidxSp, Gpt::IidxDp] {
        let dan = gpt.config().class_set("dan").unwrap();
        let order = ["KYU_7", "KYU_1", "DAN_1", "DAN_10", "CHUUDEN", "KAIDEN"];
        assert_eq!(order.map(|id| dan.index_of(id)), [0, 6, 7, 16, 17, 18].map(Some));
        assert_eq!((dan.values[17].display, dan.values[17].hover), ("中伝", "Chuuden"));
    }
}

#[test]
fn pbs_take_the_best_lamp_with_its_gauges_and_the_lowest_bp() {
    let scored = |score: i64, lamp: &str, bp: Value, gauge: Value, time: i64| json!({"score": score, "lamp": lamp, "bp": bp, "gauge": gauge, "timeAchieved": time});
    let pb = |plays: &[Value]| {
        let (pb, from) = play::pb(&five_one_one_but(&json!({"data": {"notecount": 1100}})), plays);
        (play::metrics(&pb.data, &["score", "lamp", "bp", "gauge"]), from.join(", "))
    };
    assert_eq!(
        pb(&[scored(1920, "HARD CLEAR", json!(2), json!(60), 1), scored(2040, "EASY CLEAR", json!(20), json!(80), 2)]),
        (json!([2040, "HARD CLEAR", 2, 60]), "Best Score B, Best Lamp A".to_owned())
    );
    assert_eq!(
        pb(&[
            scored(786, "CLEAR", json!(100), json!(null), 1),
            scored(700, "CLEAR", json!(1), json!(null), 2),
            scored(600, "CLEAR", json!(null), json!(null), 3),
        ]),
        (json!([786, "CLEAR", 1, null]), "Best Score A, Lowest BP B".to_owned())
    );
    let full_combo = [values(786, "FAILED"), values(0, "FULL COMBO")];
    let (merged, from) = play::pb(&five_one_one(), &full_combo);
    assert_eq!(play::metrics(&merged.data, &["score", "lamp"]), json!([786, "FULL COMBO"]));
    assert_eq!((from.join(", "), merged.ratings[0]), ("Best Score A, Best Lamp B".to_owned(), Some(10.0)));
    assert_eq!(pb::rank_values(&merged.data), [Some(786.0), Some(7.0), None]);
}

#[test]
fn goals_are_worded_without_commas() {
    let hard = json!({"score": 1449, "lamp": "HARD CLEAR", "bp": 2});
    let goal = |metric, wanted| play::number_goal(&five_one_one(), metric, wanted, &hard);
    assert_eq!(goal("score", 1234.0), ["Get a score of 1234 on", "1449", "1234"]);
    assert_eq!(goal("percent", 94.426), ["Get 94.43% on", "92.18%", "94.43%"]);
    assert_eq!(goal("lamp", 5.0), ["HARD CLEAR", "HARD CLEAR (BP: 2)", "HARD CLEAR"]);
    assert_eq!(goal("grade", 7.0)[0], "AAA");
    assert_eq!(play::goal_charts(Gpt::IidxSp, "score"), GoalCharts::SingleOnly);
}

#[test]
fn grade_goals_are_measured_in_ex() {
    let table = [
        (786, 1333, "AAA", "AAA-64"),
        (786, 1233, "AAA", "AAA-164"),
        (786, 1400, "AAA", "AAA+3"),
        (786, 1500, "MAX", "MAX-72"),
        (959, 1899, "MAX", "MAX-19"),
        (1773, 2831, "AA", "AA+73"),
        (786, 1572, "MAX", "MAX+0"),
        (786, 1397, "AAA", "AAA-0"),
        (22, 15, "C", "C-4"),
        (537, 981, "MAX", "AAA+26"),
    ];
    for (notecount, score, goal, text) in table {
        let chart = five_one_one_but(&json!({"data": {"notecount": notecount}}));
        assert_eq!(play::grade_goal(&chart, goal, &values(score, "CLEAR")), text, "{score} of {notecount} notes");
    }
}

#[test]
fn labels_name_the_version_of_charts_that_are_not_primary() {
    let catalogue = play::built_in_catalogue(Game::Iidx);
    let label = |id: &str| {
        let chart = catalogue.charts().iter().find(|chart| chart.id.as_str() == id).unwrap();
        catalogue.label(chart)
    };
    assert_eq!(label(FIVE_ONE_ONE), "5.1.1. (SPA 10)");
    assert_eq!(label("f70e7d5b6e903dcbb78a91352ca12dcd6b0342ce"), "Somebody Like You (SPA 8 27-omni)");
    assert_eq!(label("bf255d26c22c29f08a46f29390eed2892d008164"), "5.1.1. (SPA (Kc.) ?)");
}

#[test]
fn re_charted_songs_are_told_apart_by_the_version() {
    let catalogue = play::built_in_catalogue(Game::Iidx);
    let find = |query, version| play::resolve_version(&catalogue, Gpt::IidxSp, query, version);
    let title = (MatchType::SongTitle, "somebody like you", Some("ANOTHER"));
    assert_eq!(find(title, None).as_deref(), Ok("e901f5d053ae23d8afe6771029b80620296f1c67"));
    assert_eq!(find(title, Some("26-omni")).as_deref(), Ok("f70e7d5b6e903dcbb78a91352ca12dcd6b0342ce"));
    assert!(matches!(find(title, Some("27")), Err(ResolveError::NotFound(_))));
    let leggendaria = (MatchType::TachiSongId, "256", Some("LEGGENDARIA"));
    assert!(matches!(find(leggendaria, None), Err(ResolveError::NotFound(_))));
    assert_eq!(find((MatchType::InGameId, "1000", Some("ANOTHER")), None).as_deref(), Ok(FIVE_ONE_ONE));
}
