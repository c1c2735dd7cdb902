//! ITG: the examples of `spec/games/itg.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::itg;
use tachi_core::match_type::MatchType;
use tachi_core::pb;
use tachi_core::score::ScoreData;

use crate::play;

const ALCOHOL_FREE: &str = "b388252402dac59d77fa548cc3c1024b1aefb83a";
const LITHA: &str = "14f0ef7ac4c2d4883466bbdb5f2775ddb3fc391d";

fn alcohol_free() -> Chart {
    chart_but(ALCOHOL_FREE, &json!({}))
}

fn chart_but(id: &str, changes: &Value) -> Chart {
    play::chart(Game::Itg, &play::with(&play::built_in(Game::Itg, id), changes))
}

fn values(lamp: &str, score: f64, survived: f64) -> Value {
    json!({"lamp": lamp, "scorePercent": score, "survivedPercent": survived})
}

fn derived(lamp: &str, score: f64, survived: f64) -> ScoreData {
    play::play(&alcohol_free(), &values(lamp, score, survived))
}

fn member(data: &ScoreData, name: &str) -> Value {
    data.to_json()[name].clone()
}

#[test]
fn every_clear_ranks_above_every_fail() {
    let result = |lamp, score, survived| member(&derived(lamp, score, survived), "finalPercent");
    assert_eq!(result("CLEAR", 90.0, 100.0), 190);
    assert_eq!(result("CLEAR", 30.0, 100.0), 130);
    assert_eq!(result("FAILED", 30.0, 95.0), 95);
    assert_eq!(result("FAILED", 70.0, 40.0), 40);
    assert_eq!(result("FAILED", 70.0, 100.0), 100);
}

#[test]
fn a_fail_is_graded_f_and_a_clear_by_its_score() {
    let grade = |lamp, score| member(&derived(lamp, score, 100.0), "grade");
    for (score, expected) in [(54.99, "D"), (95.99, "S"), (96.0, "★"), (99.99, "★★★"), (100.0, "★★★★")]
    {
        assert_eq!(grade("CLEAR", score), expected);
    }
    assert_eq!(grade("FAILED", 99.99), "F");
}

#[test]
fn score_ids_hash_the_provided_metrics() {
    let (text, id) = play::form_t(&alcohol_free(), &values("CLEAR", 96.41, 100.0));
    assert_eq!(
        text,
        format!(
            r#"{{"chartID":"{ALCOHOL_FREE}","lamp":"CLEAR","scorePercent":96.41,"survivedPercent":100,"userID":1}}"#
        )
    );
    assert_eq!(id, "T4cadab1dcfe21c01a8182ce2f61aa3e870883aa0e2ff957ec19ec9707b378218");
}

#[test]
fn clears_survive_the_whole_chart() {
    let problems = play::problems(&alcohol_free(), &values("CLEAR", 90.0, 99.99));
    assert_eq!(problems, ["A CLEAR survives 100% of the chart, but got 99.99%."]);
    assert!(play::problems(&alcohol_free(), &values("FAILED", 90.0, 100.0)).is_empty());
}

#[test]
fn full_combos_rule_judgements_out() {
    let problems = |lamp, judgements: Value| {
        let mut values = values(lamp, 99.0, 100.0);
        values["judgements"] = judgements;
        play::problems(&alcohol_free(), &values)
    };
    assert!(problems("QUAD", json!({"fantastic": 500, "excellent": 0})).is_empty());
    assert!(problems("QUAD", json!({})).is_empty());
    assert_eq!(problems("QUAD", json!({"miss": 2})), ["A QUAD has no judgements worse than fantastic, but got 2."]);
    assert_eq!(
        problems("QUINT", json!({"fantastic": 1})),
        ["A QUINT has no judgements worse than fantastic+, but got 1."]
    );
    assert!(problems("FULL EXCELLENT COMBO", json!({"excellent": 3})).is_empty());
    assert_eq!(
        problems("FULL EXCELLENT COMBO", json!({"great": 1, "decent": null, "wayoff": 1})),
        ["A FULL EXCELLENT COMBO has no judgements worse than excellent, but got 2."]
    );
    assert!(problems("FULL COMBO", json!({"great": 3})).is_empty());
    assert_eq!(
        problems("FULL COMBO", json!({"decent": 1})),
        ["A FULL COMBO has no judgements worse than great, but got 1."]
    );
    assert!(problems("CLEAR", json!({"miss": 9})).is_empty());
}

#[test]
fn both_groups_complain_at_once() {
    let mut values = values("QUAD", 99.0, 99.0);
    values["judgements"] = json!({"excellent": 1});
    assert_eq!(play::problems(&alcohol_free(), &values).len(), 2);
}

#[test]
fn out_of_range_percents_are_invalid_and_not_an_internal_error() {
    for survived in [100.5, -1.0] {
        let problems = play::problems(&alcohol_free(), &values("FAILED", 50.0, survived));
        assert!(problems[0].starts_with("Invalid value for survivedPercent, Expected a number between 0 and 100."));
    }
    let problems = play::problems(&alcohol_free(), &values("CLEAR", -0.5, 100.0));
    assert_eq!(problems, ["Invalid value for scorePercent, Expected a number between 0 and 100. Got -0.5."]);
}

#[test]
fn the_lifebar_has_no_gaps() {
    let mut values = values("CLEAR", 90.0, 100.0);
    values["lifebarHistory"] = json!([50, 100, 0]);
    assert!(play::problems(&alcohol_free(), &values).is_empty());
    values["lifebarHistory"] = json!([50, null, 101]);
    assert_eq!(play::problems(&alcohol_free(), &values).len(), 2);
}

#[test]
fn real_charts_are_rated_as_published() {
    let litha = chart_but(LITHA, &json!({}));
    assert_eq!(play::ratings(&litha, &values("CLEAR", 90.0, 100.0)), [Some(19.0), Some(195.0)]);
    assert_eq!(play::ratings(&litha, &values("FAILED", 90.0, 75.0)), [None, Some(170.625)]);
    // 64 BPM is below what is worth showing.
    assert_eq!(play::ratings(&alcohol_free(), &values("CLEAR", 90.0, 100.0)), [Some(11.0), None]);
}

#[test]
fn a_chart_with_unequal_lists_costs_only_the_rating() {
    let chart = chart_but(LITHA, &json!({"data": {"notesPerMeasure": [16]}}));
    assert_eq!(play::ratings(&chart, &values("CLEAR", 90.0, 100.0)), [Some(19.0), None]);
}

#[test]
fn only_the_survived_measures_count() {
    let bpm: Vec<f64> = [50.0; 3].into_iter().chain([190.0; 32]).collect();
    let unbroken = |died_at| itg::fastest_unbroken_of_bpm(&bpm, &[16.0; 35], died_at, 32.0).unwrap();
    assert_eq!(unbroken(None), Some(190.0));
    assert_eq!(unbroken(Some(1.0)), None);
    assert_eq!(unbroken(Some(32.0)), Some(50.0));
    assert_eq!(unbroken(Some(31.0)), None);
    assert_eq!(unbroken(Some(31.2)), Some(50.0));
}

#[test]
fn a_run_needs_a_second_measure_and_may_start_on_an_empty_one() {
    assert_eq!(itg::fastest_unbroken(&[40.0], &[600.0], None, 32.0), Ok(None));
    assert_eq!(itg::fastest_unbroken(&[0.0, 10.0], &[0.0, 64.0], None, 2.0), Ok(Some(0.0)));
    assert_eq!(itg::fastest_unbroken(&[], &[], None, 32.0), Ok(None));
}

#[test]
fn the_best_lamp_joins_the_best_result() {
    let scores = [values("CLEAR", 97.1, 100.0), values("FULL COMBO", 95.2, 100.0)];
    let (pb, from) = play::pb(&alcohol_free(), &scores);
    let expected = json!({"scorePercent": 97.1, "finalPercent": 197.1, "grade": "★", "lamp": "FULL COMBO"});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(member(&pb.data, name), *value);
    }
    assert_eq!(from, ["Best Result A", "Best Lamp B"]);
    assert_eq!(pb::rank_values(&pb.data), [Some(197.1), Some(2.0)]);
}

#[test]
fn of_two_fails_the_longer_survivor_is_the_pb() {
    let (_, from) = play::pb(&alcohol_free(), &[values("FAILED", 90.0, 80.0), values("FAILED", 20.0, 95.0)]);
    assert_eq!(from[0], "Best Result B");
}

#[test]
fn goals_on_numbers_are_worded() {
    let wording = |metric, value| play::wording(Gpt::ItgStamina.config(), metric, value);
    assert_eq!(wording("scorePercent", 96.0), ["Get 96.00% on", "96.00%"]);
    assert_eq!(wording("survivedPercent", 50.0), ["Survive 50.00% through", "50.00%"]);
    assert_eq!(wording("finalPercent", 50.0), ["Survive 50.00% through", "50.00%"]);
    assert_eq!(wording("finalPercent", 100.0), ["CLEAR", "CLEAR with 0.00%"]);
    assert_eq!(wording("finalPercent", 196.0), ["CLEAR, and get 96.00% on", "CLEAR with 96.00%"]);
}

#[test]
fn progress_is_worded() {
    let progress =
        |lamp, score, survived, metric: &str| play::progress(&alcohol_free(), metric, &values(lamp, score, survived));
    assert_eq!(progress("CLEAR", 95.21, 100.0, "scorePercent"), "95.21%");
    assert_eq!(progress("FAILED", 70.0, 40.0, "survivedPercent"), "40.00%");
    assert_eq!(progress("FAILED", 70.0, 40.0, "finalPercent"), "Died 40.00% in");
    assert_eq!(progress("FULL COMBO", 97.1, 100.0, "finalPercent"), "FULL COMBO with 97.10%");
    assert_eq!(progress("FAILED", 70.0, 40.0, "lamp"), "Died 40.00% in");
    assert_eq!(progress("QUAD", 99.0, 100.0, "lamp"), "QUAD");
    let distance = |lamp, score, wanted| play::grade_goal(&alcohol_free(), wanted, &values(lamp, score, 100.0));
    assert_eq!(distance("CLEAR", 95.21, "★"), "★-0.79%");
    assert_eq!(distance("QUAD", 100.0, "★★★★"), "★★★★+0.00%");
    assert_eq!(distance("FAILED", 70.0, "★"), "F");
}

#[test]
fn labels_have_subtitle_tag_and_level() {
    let catalogue = play::built_in_catalogue(Game::Itg);
    let label = |id| {
        let chart = catalogue.charts().iter().find(|chart| chart.id.as_str() == id).unwrap();
        catalogue.label(chart)
    };
    assert_eq!(label(ALCOHOL_FREE), "Alcohol-Free (Yurizo UKG edit) Expert 11");
    assert_eq!(label(LITHA), "LITHA Expert 19");
    // An unranked chart shows its printed level with a question mark.
    assert_eq!(label("14a43c18e38e94772dac43f8cb7aa9f741af7603"), "Creed Beginner 6?");
}

#[test]
fn only_the_chart_hash_finds_a_chart() {
    let catalogue = play::built_in_catalogue(Game::Itg);
    let resolve = |match_type, identifier| play::resolve(&catalogue, Gpt::ItgStamina, (match_type, identifier, None));
    assert_eq!(resolve(MatchType::ItgChartHash, "0b020e29c3919c10").as_deref(), Ok(ALCOHOL_FREE));
    assert!(matches!(resolve(MatchType::ItgChartHash, "0B020E29C3919C10"), Err(ResolveError::NotFound(_))));
    for match_type in [MatchType::TachiSongId, MatchType::SongTitle] {
        assert!(matches!(resolve(match_type, "1"), Err(ResolveError::Invalid(_))));
    }
}
