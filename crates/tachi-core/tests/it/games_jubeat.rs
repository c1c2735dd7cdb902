//! jubeat against the examples of `spec/games/jubeat.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::game::{Game, GoalCharts, Gpt, ProfileRule, RatedChart, Rules};
use tachi_core::games::jubeat::inverse_jubility;

use crate::play;

const GPT: Gpt = Gpt::JubeatSingle;

fn chart(song: i32, difficulty: &str, level: &str, level_num: f64) -> Chart {
    play::chart(
        Game::Jubeat,
        &json!({
            "chartID": "b90a319f18d1a746b330b8f4cd6f74874f664421",
            "data": {"inGameID": 10000036, "musicBar": [3, 3, 6, 2, 5], "noteCount": 411},
            "difficulty": difficulty, "isPrimary": true, "level": level, "levelNum": level_num, "playtype": "Single",
            "songID": song, "versions": ["jubeat", "festo"],
        }),
    )
}

fn bass_2_bass() -> Chart {
    chart(1, "ADV", "6", 6.0)
}

fn score(score: i64, music_rate: f64, lamp: &str) -> Value {
    json!({"score": score, "musicRate": music_rate, "lamp": lamp})
}

fn judged(score: i64, music_rate: f64, lamp: &str, judgements: &Value) -> Value {
    json!({"score": score, "musicRate": music_rate, "lamp": lamp, "judgements": judgements})
}

#[test]
fn ids_are_hashed_from_lamp_music_rate_and_score() {
    assert_eq!(
        play::form_t(&bass_2_bass(), &score(947_184, 95.2, "FULL COMBO")),
        (
            r#"{"chartID":"b90a319f18d1a746b330b8f4cd6f74874f664421","lamp":"FULL COMBO","musicRate":95.2,"score":947184,"userID":1}"#.to_owned(),
            "T118272d70dff1a7405cdf170ebc562c108b1f823931c590568e5785ef990f389".to_owned()
        )
    );
    assert_eq!(
        play::form_t(&bass_2_bass(), &score(1_000_000, 100.0, "EXCELLENT")),
        (
            r#"{"chartID":"b90a319f18d1a746b330b8f4cd6f74874f664421","lamp":"EXCELLENT","musicRate":100,"score":1000000,"userID":1}"#.to_owned(),
            "Ta503c82b9bfc1928d573a2ff112af3bbfc82f2068b3f6365b8b935f0a4aae29c".to_owned()
        )
    );
}

#[test]
fn scores_from_700_000_on_are_clears_and_others_are_not() {
    let messages = |value, lamp| play::problems(&bass_2_bass(), &score(value, 50.0, lamp));
    assert_eq!(messages(700_000, "FAILED"), ["A score of 700,000 or more cannot be FAILED (got 700,000)."]);
    assert_eq!(messages(699_999, "CLEAR"), ["A score below 700,000 must be FAILED, not CLEAR (got 699,999)."]);
    assert_eq!(
        messages(699_999, "FULL COMBO"),
        ["A score below 700,000 must be FAILED, not FULL COMBO (got 699,999)."]
    );
    assert_eq!(
        messages(1_000_000, "FAILED"),
        [
            "A score of 1,000,000 must have the lamp EXCELLENT, not FAILED.",
            "A score of 700,000 or more cannot be FAILED (got 1,000,000).",
        ]
    );
    assert_eq!(messages(999_999, "EXCELLENT"), ["An EXCELLENT must have a score of 1,000,000, not 999,999."]);
}

#[test]
fn judgements_must_allow_the_lamp() {
    let messages =
        |value, lamp, judgements: Value| play::problems(&bass_2_bass(), &judged(value, 95.2, lamp, &judgements));
    assert_eq!(
        messages(1_000_000, "EXCELLENT", json!({"perfect": 410, "great": 1})),
        ["An EXCELLENT has no judgements worse than perfect, but got 1."]
    );
    assert!(messages(1_000_000, "EXCELLENT", json!({"perfect": 411, "miss": null})).is_empty());
    assert_eq!(
        messages(900_000, "FULL COMBO", json!({"miss": 2})),
        ["A FULL COMBO has no judgements worse than poor, but got 2."]
    );
    assert!(messages(900_000, "FULL COMBO", json!({"poor": 2})).is_empty());
}

#[test]
fn hard_mode_allows_music_rates_up_to_120() {
    let messages = |difficulty, rate| play::problems(&chart(1, difficulty, "6", 6.0), &score(800_000, rate, "CLEAR"));
    let out_of_bounds = |max: i32, rate: &str| {
        vec![format!("Invalid value for musicRate, Expected a number between 0 and {max}. Got {rate}.")]
    };
    assert!(messages("ADV", 100.0).is_empty());
    assert_eq!(messages("ADV", 100.1), out_of_bounds(100, "100.1"));
    assert!(messages("HARD ADV", 120.0).is_empty());
    assert_eq!(messages("HARD ADV", 120.1), out_of_bounds(120, "120.1"));
    assert_eq!(messages("HARD ADV", -1.0), out_of_bounds(120, "-1"));
}

#[test]
fn scores_outside_their_bounds_are_invalid_rather_than_unrated() {
    for (wrong, lamp) in [(1_000_001, "CLEAR"), (-1, "FAILED")] {
        let message = format!("Invalid value for score, Expected a number between 0 and 1000000. Got {wrong}.");
        assert_eq!(play::problems(&bass_2_bass(), &score(wrong, 50.0, lamp)), [message]);
    }
}

#[test]
fn music_bars_hold_integers_from_0_to_3() {
    let bar = |bar: Value| {
        let values = json!({"score": 800_000, "musicRate": 50, "lamp": "CLEAR", "musicBar": bar});
        play::problems(&bass_2_bass(), &values)
    };
    assert!(bar(json!([0, 1, 2, 3])).is_empty());
    assert!(bar(json!([])).is_empty());
    assert_eq!(
        bar(json!([1.5, 4, null])),
        [
            "Invalid value for metric musicBar, Expected an integer between 0 and 3., got 1.5.",
            "Invalid value for metric musicBar, Expected an integer between 0 and 3., got 4.",
            "Invalid value for metric musicBar, Expected an integer between 0 and 3., got null.",
        ]
    );
}

#[test]
fn jubility_rates_music_rate_and_level_of_a_clear() {
    let table = [
        (947_184, 95.2, 6.0, 72.1),
        (970_000, 84.21, 6.0, 63.7),
        (920_000, 78.9, 9.8, 97.6),
        (850_000, 70.05, 9.5, 83.9),
        (999_999, 100.0, 10.9, 137.6),
        (999_999, 120.0, 10.9, 165.1),
        (700_000, 50.0, 10.0, 63.1),
        (699_999, 99.9, 10.0, 0.0),
    ];
    for (value, rate, level, expected) in table {
        let lamp = if value < 700_000 { "FAILED" } else { "CLEAR" };
        let rated = play::rating(&chart(1, "HARD EXT", "10", level), "jubility", &score(value, rate, lamp));
        assert_eq!(rated, Some(expected), "{value} {rate} on {level}");
    }
    assert!(inverse_jubility(0.0, 0.0).is_err(), "any music rate would do");
}

/// PBs of one part, from the largest jubility down.
type Part = Vec<(i32, &'static str, f64)>;

fn profile(hot: Part, other: Part) -> Option<f64> {
    let ProfileRule::Own { inputs, calculate } = &GPT.config().profile_ratings[0].rule else { panic!("own rule") };
    assert!(inputs.iter().all(|input| input.limit >= 60), "of a song's normal and hard chart only one counts");
    let charts = |part: &Part| -> Vec<Chart> {
        part.iter().map(|(song, difficulty, _)| chart(*song, difficulty, "10", 10.0)).collect()
    };
    let (hot, other) = ((charts(&hot), hot), (charts(&other), other));
    let parts: Vec<Vec<RatedChart<'_>>> = inputs
        .iter()
        .map(|input| {
            let (charts, pbs) = if input.bucket == Some(1) { &hot } else { &other };
            charts.iter().zip(pbs).map(|(chart, (_, _, value))| RatedChart { value: *value, chart }).collect()
        })
        .collect();
    calculate(&parts)
}

#[test]
fn profiles_sum_the_best_30_of_hot_and_other_songs() {
    assert_eq!(profile(vec![(1, "EXT", 100.0)], vec![(2, "EXT", 200.0)]), Some(300.0));
    assert_eq!(profile(vec![(1, "BSC", 25.0), (1, "HARD BSC", 10.0)], vec![]), Some(25.0));
    assert_eq!(profile(vec![(1, "ADV", 50.0), (1, "BSC", 10.0)], vec![]), Some(60.0));
    assert_eq!(profile(vec![], vec![]), Some(0.0));
    let same = || (1..=30).map(|song| (song, "EXT", 99.9)).collect::<Part>();
    assert_eq!(profile(same(), same()), Some(5_994.000_000_000_003));
    let many: Part = (0..=30).rev().map(|tenths| (tenths, "EXT", (1000 + tenths) as f64 / 10.0)).collect();
    let best: f64 = many[..30].iter().fold(0.0, |sum, (_, _, value)| sum + value);
    assert_eq!(profile(many, vec![]), Some(best));
}

#[test]
fn songs_of_the_current_version_are_hot() {
    let bucket =
        |data, rules: &Rules| (GPT.config().pb.bucket)(&play::song(Game::Jubeat, "X", &data), &bass_2_bass(), rules);
    let beyond = Rules::default();
    assert_eq!(bucket(json!({"displayVersion": "beyond"}), &beyond), 1);
    assert_eq!(bucket(json!({"displayVersion": "festo"}), &beyond), 0);
    assert_eq!(bucket(json!({}), &beyond), 0);
    let festo = Rules { jubeat_hot_version: "festo".to_owned() };
    assert_eq!(bucket(json!({"displayVersion": "beyond"}), &festo), 0);
    assert_eq!(bucket(json!({"displayVersion": "festo"}), &festo), 1);
}

#[test]
fn colours_come_from_jubility() {
    let set = GPT.config().class_set("colour").unwrap();
    assert_eq!(set.values.len(), 10);
    assert_eq!(tachi_core::class::derive(set, Some(0.0)), Some("BLACK"));
    assert_eq!(tachi_core::class::derive(set, Some(250.0)), Some("YELLOW_GREEN"));
    assert_eq!(tachi_core::class::derive(set, Some(9500.0)), Some("GOLD"));
    assert_eq!((set.values[1].display, set.values[1].hover), ("Yellow-Green", ""));
}

#[test]
fn pbs_take_lamp_and_score_from_other_scores() {
    let pb = |a: &Value, b: &Value, level| {
        let at = |play: &Value, time: i64| play::with(play, &json!({"timeAchieved": time}));
        let (pb, from) = play::pb(&chart(1, "ADV", "6", level), &[at(a, 1), at(b, 2)]);
        (play::metrics(&pb.data, &["musicRate", "score", "grade", "lamp"]), from.join(", "), pb.ratings[0])
    };
    let (merged, from, _) = pb(&score(970_000, 84.2, "CLEAR"), &score(0, 0.0, "FULL COMBO"), 6.0);
    assert_eq!(merged, json!([84.2, 970_000, "SS", "FULL COMBO"]));
    assert_eq!(from, "Best Music Rate A, Best Lamp B");
    let (merged, from, _) = pb(&score(970_000, 84.2, "CLEAR"), &score(975_000, 80.0, "CLEAR"), 6.0);
    assert_eq!(merged, json!([84.2, 975_000, "SS", "CLEAR"]));
    assert_eq!(from, "Best Music Rate A, Best Score B");
    let (a, b) = (score(690_000, 70.1, "FAILED"), score(701_000, 60.5, "CLEAR"));
    let on_level_10 = chart(1, "ADV", "10", 10.0);
    assert_eq!(play::rating(&on_level_10, "jubility", &a), Some(0.0));
    assert_eq!(play::rating(&on_level_10, "jubility", &b), Some(76.3));
    assert_eq!(
        pb(&a, &b, 10.0),
        (json!([70.1, 701_000, "C", "CLEAR"]), "Best Music Rate A, Best Lamp B".to_owned(), Some(88.5))
    );
}

#[test]
fn leaderboards_rank_by_music_rate_score_and_lamp() {
    let values = tachi_core::pb::rank_values(&play::play(&bass_2_bass(), &score(970_000, 84.2, "CLEAR")));
    assert_eq!(values, [Some(84.2), Some(970_000.0), Some(1.0)]);
}

#[test]
fn goals_on_a_music_rate_have_one_decimal_and_one_chart() {
    let chart = bass_2_bass();
    let goal = |metric, wanted| play::number_goal(&chart, metric, wanted, &score(982_123, 93.2, "CLEAR"));
    assert_eq!(goal("score", 908_182.0), ["Get a score of 908,182 on", "982,123", "908,182"]);
    assert_eq!(goal("score", 983_132.0)[2], "983,132");
    assert_eq!(goal("musicRate", 93.1), ["Get a music rate of 93.1% on", "93.2%", "93.1%"]);
    assert_eq!(goal("musicRate", 99.1)[2], "99.1%");
    assert_eq!(play::goal_charts(GPT, "musicRate"), GoalCharts::SingleOnly);
    assert_eq!(play::goal_charts(GPT, "score"), GoalCharts::Any);
    let table = [(927_342, "SS", "SS-23K"), (750_000, "S", "B-50K"), (1_000_000, "EXC", "EXC+0")];
    for (has, goal, text) in table {
        assert_eq!(play::grade_goal(&chart, goal, &score(has, 93.2, "CLEAR")), text);
    }
}

#[test]
fn labels_have_the_short_difficulty() {
    let song = play::song(Game::Jubeat, "bass 2 bass", &json!({"displayVersion": "jubeat"}));
    let label = |chart: Chart| (GPT.config().chart_label)(&song, &chart);
    assert_eq!(label(bass_2_bass()), "bass 2 bass (ADV 6)");
    assert_eq!(label(chart(1, "HARD EXT", "8", 8.0)), "bass 2 bass (H. EXT 8)");
}
