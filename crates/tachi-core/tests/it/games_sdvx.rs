//! SOUND VOLTEX against the examples of `spec/games/sdvx.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::class;
use tachi_core::game::{Game, Gpt};
use tachi_core::games::sdvx::lamp_of_goal;
use tachi_core::games::volforce;

use crate::play;

const GPT: Gpt = Gpt::SdvxSingle;

fn albida(level: f64) -> Chart {
    play::chart(
        Game::Sdvx,
        &json!({
            "chartID": "5088a4d0e1ee9d0cc2f625934306e45b1a60699b", "data": {"inGameID": 1}, "difficulty": "ADV",
            "isPrimary": true, "level": "10", "levelNum": level, "playtype": "Single", "songID": 1,
            "versions": ["booth", "inf", "gw", "heaven", "vivid", "exceed", "konaste"],
        }),
    )
}

fn score(score: i64, lamp: &str, ex_score: Option<i64>) -> Value {
    json!({"score": score, "lamp": lamp, "exScore": ex_score})
}

fn judged(score: i64, lamp: &str, judgements: &Value) -> Value {
    json!({"score": score, "lamp": lamp, "judgements": judgements})
}

#[test]
fn ids_are_hashed_with_the_ex_score() {
    let chart = albida(10.0);
    assert_eq!(
        play::form_t(&chart, &score(9_700_000, "CLEAR", None)),
        (
            r#"{"chartID":"5088a4d0e1ee9d0cc2f625934306e45b1a60699b","lamp":"CLEAR","optional.exScore":null,"score":9700000,"userID":1}"#.to_owned(),
            "T8e098dad6838ddd5f629a01296a4bff14a5791b1e9d6f5d01bc4364ac3409795".to_owned()
        )
    );
    let (text, id) = play::form_t(&chart, &score(9_700_000, "CLEAR", Some(1334)));
    assert!(text.contains(r#""optional.exScore":1334"#), "{text}");
    assert_eq!(id, "T23c7286e902bb5046e467b2f9e39fd911f870aed9eedffa7a6c42457509ce637");
}

#[test]
fn grades_depend_on_the_score_only() {
    let data = play::play(&albida(20.0), &score(10_000_000, "CLEAR", None));
    assert_eq!(play::metrics(&data, &["grade", "lamp"]), json!(["PUC", "CLEAR"]));
}

#[test]
fn each_group_of_checks_gives_one_message() {
    let chart = albida(17.0);
    let messages = |values: Value| play::problems(&chart, &values);
    assert_eq!(
        messages(judged(9_999_999, "PERFECT ULTIMATE CHAIN", &json!({"near": 1}))),
        [
            "A PERFECT ULTIMATE CHAIN must have a score of 10,000,000, not 9,999,999.",
            "A PERFECT ULTIMATE CHAIN has no judgements worse than critical, but got 1.",
        ]
    );
    assert_eq!(
        messages(judged(4_999_999, "ULTIMATE CHAIN", &json!({"miss": 3}))),
        [
            "An ULTIMATE CHAIN has no judgements worse than near, but got 3.",
            "An ULTIMATE CHAIN cannot have a score below 5,000,000 (got 4,999,999).",
        ]
    );
    assert!(messages(judged(5_000_000, "ULTIMATE CHAIN", &json!({"near": 800, "miss": null}))).is_empty());
    assert!(messages(judged(10_000_000, "FAILED", &json!({}))).is_empty());
    assert!(messages(judged(9_000_000, "CLEAR", &json!({"miss": 0, "near": 0}))).is_empty());
}

#[test]
fn values_outside_their_bounds_are_invalid_rather_than_unrated() {
    let chart = albida(17.0);
    for (wrong, shown) in [(10_000_001, "10000001"), (-1, "-1")] {
        let message = format!("Invalid value for score, Expected a number between 0 and 10000000. Got {shown}.");
        assert_eq!(play::problems(&chart, &score(wrong, "CLEAR", None)), [message]);
    }
    assert_eq!(
        play::problems(&chart, &score(9_000_000, "CLEAR", Some(-1))),
        ["Invalid value for exScore, EX Score must be non-negative. Got -1."]
    );
    let gauge = |gauge: f64| play::problems(&chart, &json!({"score": 0, "lamp": "FAILED", "gauge": gauge}));
    assert_eq!(gauge(100.5), ["Invalid value for gauge, Expected a number between 0 and 100. Got 100.5."]);
    assert!(gauge(100.0).is_empty());
}

#[test]
fn volforce_rates_score_lamp_and_level() {
    let table = [
        (9_700_000, "CLEAR", 10.0, 0.193, 0.193),
        (9_700_000, "CLEAR", 5.0, 0.096, 0.096),
        (9_700_000, "CLEAR", 20.0, 0.387, 0.387),
        (9_700_000, "FAILED", 10.0, 0.096, 0.096),
        (9_876_543, "EXCESSIVE CLEAR", 17.0, 0.349, 0.349),
        (9_876_543, "MAXXIVE CLEAR", 17.0, 0.356, 0.356),
        (9_912_345, "ULTIMATE CHAIN", 17.0, 0.371, 0.375),
        (10_000_000, "PERFECT ULTIMATE CHAIN", 20.0, 0.462, 0.462),
        (10_000_000, "CLEAR", 20.0, 0.42, 0.42),
        (8_500_000, "FAILED", 20.0, 0.144, 0.144),
        (9_723_456, "CLEAR", 18.4, 0.35, 0.357),
        (9_950_000, "MAXXIVE CLEAR", 20.6, 0.434, 0.447),
        (9_999_999, "ULTIMATE CHAIN", 17.5, 0.374, 0.389),
        (0, "CLEAR", 20.0, 0.0, 0.0),
    ];
    for (value, lamp, level, vf6, vf7) in table {
        let rated = play::ratings(&albida(level), &score(value, lamp, None));
        assert_eq!(rated, [Some(vf6), Some(vf7)], "{value} {lamp} on {level}");
    }
    assert_eq!((GPT.config().score_ratings[1].format)(0.42), "0.420");
}

#[test]
fn sessions_count_as_a_profile_of_fifty() {
    let session: Vec<_> = GPT.config().session_ratings.iter().map(|rating| (rating.name, rating.of)).collect();
    assert_eq!(session, [("ProfileVF6", "VF6"), ("ProfileVF7", "VF7")]);
    assert!(GPT.config().session_ratings.iter().all(|rating| rating.best == 10 && rating.times == 50.0));
}

#[test]
fn fifty_times_0_4_is_crimson() {
    let sum = tachi_core::rating::profile_best(&[0.4; 50], 50, tachi_core::game::Best::Sum);
    assert_eq!(sum, Some(19.999_999_999_999_993));
    assert_eq!(class::derive(&volforce::VF_CLASS, sum), Some("CRIMSON_IV"));
    assert_eq!((GPT.config().profile_ratings[1].format)(19.999_999_999_999_993), "20.000");
}

#[test]
fn there_are_forty_volforce_classes_with_their_ranges_as_hover_texts() {
    let set = GPT.config().class_set("vfClass").unwrap();
    assert_eq!(set.values.len(), 40);
    let shown = |id: &str| set.index_of(id).map(|index| (set.values[index].display, set.values[index].hover));
    assert_eq!(shown("SIENNA_I"), Some(("Sienna I", "0 - 2.499VF")));
    assert_eq!(shown("SIENNA_III"), Some(("Sienna III", "5.0 - 7.499VF")));
    assert_eq!(shown("COBALT_I"), Some(("Cobalt I", "10 - 10.499VF")));
    assert_eq!(shown("IMPERIAL_IV"), Some(("Imperial IV", ">23VF")));
}

#[test]
fn dans_are_levels() {
    let set = GPT.config().class_set("dan").unwrap();
    let shown: Vec<_> = set.values.iter().map(|value| (value.id, value.display, value.hover)).collect();
    assert_eq!(shown.len(), 12);
    assert_eq!(shown[2], ("DAN_3", "LV.03", "3rd Dan"));
    assert_eq!(shown[11], ("INF", "LV.INF", "Inf. Dan"));
}

#[test]
fn pbs_take_lamp_and_ex_score_from_other_scores() {
    let chart = albida(17.0);
    let pb = |a: Value, b: Value, times: [Option<i64>; 2]| {
        let at = |play: &Value, time| play::with(play, &json!({"timeAchieved": time}));
        let (pb, from) = play::pb(&chart, &[at(&a, times[0]), at(&b, times[1])]);
        (play::metrics(&pb.data, &["score", "lamp", "exScore"]), from)
    };
    let best = || score(9_700_000, "CLEAR", Some(10));
    let from = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    assert_eq!(
        pb(best(), score(0, "ULTIMATE CHAIN", None), [None, None]),
        (json!([9_700_000, "ULTIMATE CHAIN", 10]), from(["Best Score A", "Best Lamp B"]))
    );
    assert_eq!(
        pb(best(), score(0, "ULTIMATE CHAIN", Some(9000)), [None, None]),
        (json!([9_700_000, "ULTIMATE CHAIN", 9000]), from(["Best Score A", "Best Lamp B"]))
    );
    let later = score(9_600_000, "CLEAR", Some(4000));
    let earlier = score(9_700_000, "CLEAR", None);
    let merged = json!([9_700_000, "CLEAR", 4000]);
    assert_eq!(
        pb(earlier.clone(), later.clone(), [Some(1), Some(2)]),
        (merged.clone(), from(["Best Score A", "Best EX Score B"]))
    );
    assert_eq!(pb(earlier, later, [Some(2), Some(1)]), (merged, from(["Best Score A", "Best Lamp B"])));
}

#[test]
fn pbs_are_rated_anew_with_the_best_lamp() {
    let chart = albida(17.0);
    let scores = [score(9_912_345, "CLEAR", Some(10)), score(5_000_000, "ULTIMATE CHAIN", Some(9000))];
    let (pb, from) = play::pb(&chart, &scores);
    assert_eq!(play::metrics(&pb.data, &["score", "lamp", "exScore"]), json!([9_912_345, "ULTIMATE CHAIN", 9000]));
    assert_eq!(from, ["Best Score A", "Best Lamp B"]);
    assert_eq!(&*pb.ratings, [Some(0.371), Some(0.375)]);
}

#[test]
fn leaderboards_rank_by_score_lamp_and_ex_score() {
    let values = tachi_core::pb::rank_values(&play::play(&albida(17.0), &score(9_700_000, "ULTIMATE CHAIN", None)));
    assert_eq!(values, [Some(9_700_000.0), Some(4.0), None]);
}

#[test]
fn goals_are_worded_with_commas_and_distances() {
    let chart = albida(17.0);
    let goal = |wanted| play::number_goal(&chart, "score", wanted, &score(9_820_123, "CLEAR", None));
    assert_eq!(goal(9_082_182.0), ["Get a score of 9,082,182 on", "9,820,123", "9,082,182"]);
    assert_eq!(goal(9_900_000.0)[2], "9,900,000");
    let table = [
        (9_817_342, "S", "S-83K"),
        (9_712_000, "S", "AAA+12K"),
        (9_780_000, "S", "(AAA+)-20K"),
        (8_999_999, "S", "(A+)-1"),
        (999_950, "S", "D+1M"),
        (9_987_654, "PUC", "PUC-12K"),
        (10_000_000, "PUC", "PUC+0"),
        (9_312_345, "AA+", "(AA+)-188K"),
    ];
    for (has, goal, text) in table {
        assert_eq!(play::grade_goal(&chart, goal, &score(has, "CLEAR", None)), text, "{has}, goal {goal}");
    }
    let (ex_score, _) = GPT.config().metric("exScore").unwrap();
    assert!(GPT.config().goal(ex_score).is_none());
}

#[test]
fn goals_of_old_catalogues_mean_the_lamps_they_name() {
    assert_eq!(lamp_of_goal("PERFECT ULTIMATE CHAIN A (EXH 17)", 4.0), 5.0);
    assert_eq!(lamp_of_goal("PERFECT ULTIMATE CHAIN A (EXH 17)", 5.0), 5.0);
    assert_eq!(lamp_of_goal("ULTIMATE CHAIN any 3 charts in the Level 13 folder", 3.0), 4.0);
    assert_eq!(lamp_of_goal("ULTIMATE CHAIN any 3 charts in the Level 13 folder", 4.0), 4.0);
    assert_eq!(lamp_of_goal("EXCESSIVE CLEAR A (EXH 17)", 2.0), 2.0);
}

#[test]
fn labels_have_the_plain_difficulty() {
    let song = play::song(Game::Sdvx, "ALBIDA Powerless Mix", &json!({"displayVersion": "booth"}));
    assert_eq!((GPT.config().chart_label)(&song, &albida(10.0)), "ALBIDA Powerless Mix (ADV 10)");
}

#[test]
fn any_inf_is_understood_with_in_game_ids_only() {
    let [group] = GPT.config().difficulty_groups else { panic!("one group") };
    assert_eq!(group.members, ["INF", "GRV", "HVN", "VVD", "XCD", "NBL"]);
    assert_eq!(group.match_types, [tachi_core::match_type::MatchType::SdvxInGameId]);
}
