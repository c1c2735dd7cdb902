//! DDR: the examples of `spec/games/ddr.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::class;
use tachi_core::game::{Game, Gpt, ProfileRule, RatedChart};
use tachi_core::games::ddr::Steps;
use tachi_core::pb;

use crate::play;

const MAX_300: &str = "9a72eb4ad447818fa507fbcb5e886c32bc0c6c61";

/// EXPERT 15, 557 steps.
fn max_300() -> Chart {
    max_300_but(&json!({}))
}

fn max_300_but(changes: &Value) -> Chart {
    play::chart(Game::Ddr, &play::with(&play::built_in(Game::Ddr, MAX_300), changes))
}

fn values(lamp: &str, score: i64) -> Value {
    json!({"lamp": lamp, "score": score})
}

/// Values with all six judgements, of which the last is MISS.
fn judged(lamp: &str, score: i64, counts: [i64; 6]) -> Value {
    let [marvelous, perfect, great, good, ok, miss] = counts;
    json!({
        "lamp": lamp,
        "score": score,
        "judgements": {
            "MARVELOUS": marvelous, "PERFECT": perfect, "GREAT": great, "GOOD": good, "OK": ok, "MISS": miss,
        },
    })
}

#[test]
fn score_ids_hash_the_ex_score_even_when_absent() {
    let mut values = values("CLEAR", 912_340);
    let (text, id) = play::form_t(&max_300(), &values);
    assert_eq!(
        text,
        format!(r#"{{"chartID":"{MAX_300}","lamp":"CLEAR","optional.exScore":null,"score":912340,"userID":1}}"#)
    );
    assert_eq!(id, "T59ca7853898e5069c959847d8a19e36c78040cfa45529f1ed0dd580bc1bd224e");
    values["flare"] = json!("IX");
    assert_eq!(play::form_t(&max_300(), &values).1, id);
    values["exScore"] = json!(1402);
    let (_, id) = play::form_t(&max_300(), &values);
    assert_eq!(id, "T366797e95f31c1d6fe8383fdfc465bb26361343593e2c48b5f42ed55c3422c2d");
}

#[test]
fn judgements_make_score_and_ex_score() {
    let table = [
        (557, [420, 100, 20, 5, 8], 970_020.0, 1504.0),
        (557, [500, 49, 0, 0, 8], 999_510.0, 1622.0),
        (557, [549, 0, 0, 0, 8], 1_000_000.0, 1671.0),
        (203, [190, 12, 1, 0, 0], 997_890.0, 595.0),
        (105, [84, 21, 0, 0, 0], 999_790.0, 294.0),
        (319, [300, 10, 4, 2, 0], 980_400.0, 924.0),
        (3, [0, 0, 0, 1, 0], 66_650.0, 0.0),
    ];
    for (step_count, [marvelous, perfect, great, good, ok], score, ex_score) in table {
        let steps = Steps { marvelous, perfect, great, good, ok };
        assert_eq!(steps.score(step_count), Ok(score));
        assert_eq!(steps.ex_score(), ex_score);
    }
}

#[test]
fn the_score_fits_the_judgements() {
    let counts = [420, 100, 20, 5, 8, 4];
    assert!(play::problems(&max_300(), &judged("CLEAR", 970_020, counts)).is_empty());
    let wrong = judged("CLEAR", 970_010, counts);
    assert_eq!(play::problems(&max_300(), &wrong), ["The judgements make a score of 970,020, but got 970,010."]);
    assert!(play::problems(&max_300(), &judged("FAILED", 970_010, counts)).is_empty());
    for unknown in [json!(null), json!(0)] {
        let chart = max_300_but(&json!({"data": {"stepCount": unknown}}));
        assert!(play::problems(&chart, &wrong).is_empty());
    }
    let mut incomplete = wrong;
    incomplete["judgements"]["MISS"] = json!(null);
    assert!(play::problems(&max_300(), &incomplete).is_empty());
}

#[test]
fn the_ex_score_fits_the_judgements() {
    let mut values = judged("CLEAR", 970_020, [420, 100, 20, 5, 8, 4]);
    values["exScore"] = json!(1504);
    assert!(play::problems(&max_300(), &values).is_empty());
    values["exScore"] = json!(1503);
    assert_eq!(play::problems(&max_300(), &values), ["The judgements make an EX score of 1504, but got 1503."]);
    values["judgements"]["OK"] = json!(null);
    assert!(play::problems(&max_300(), &values).is_empty());
}

#[test]
fn full_combos_rule_judgements_out() {
    let chart = max_300_but(&json!({"data": {"stepCount": null}}));
    let problems = |lamp, counts| play::problems(&chart, &judged(lamp, 900_000, counts));
    assert_eq!(
        problems("FULL COMBO", [1, 1, 1, 1, 0, 1]),
        ["A FULL COMBO has no judgements worse than GOOD, but got 1."]
    );
    assert!(problems("FULL COMBO", [1, 1, 1, 1, 0, 0]).is_empty());
    assert_eq!(
        problems("GREAT FULL COMBO", [1, 1, 1, 1, 0, 1]),
        ["A GREAT FULL COMBO has no judgements worse than GREAT, but got 2."]
    );
    assert_eq!(
        problems("PERFECT FULL COMBO", [1, 1, 1, 1, 0, 1]),
        ["A PERFECT FULL COMBO has no judgements worse than PERFECT, but got 3."]
    );
    assert_eq!(
        problems("MARVELOUS FULL COMBO", [1, 1, 1, 1, 0, 1]),
        ["A MARVELOUS FULL COMBO has no judgements worse than MARVELOUS, but got 4."]
    );
    assert!(problems("LIFE4", [1, 1, 1, 1, 0, 1]).is_empty());
}

#[test]
fn without_ok_only_the_full_combo_is_checked() {
    let mut values = judged("FULL COMBO", 900_000, [1, 0, 0, 0, 0, 1]);
    values["judgements"]["OK"] = json!(null);
    assert_eq!(play::problems(&max_300(), &values), ["A FULL COMBO has no judgements worse than GOOD, but got 1."]);
    values["judgements"]["GREAT"] = json!(null);
    assert!(play::problems(&max_300(), &values).is_empty());
}

#[test]
fn a_score_out_of_bounds_is_invalid() {
    for score in [-1, 1_000_001] {
        assert_eq!(
            play::problems(&max_300(), &values("CLEAR", score)),
            [format!("Invalid value for score, Expected a number between 0 and 1000000. Got {score}.")]
        );
    }
}

#[test]
fn flare_skill_ignores_the_score() {
    let rating = |level: f64, lamp: &str, flare: Value| {
        let chart = max_300_but(&json!({"levelNum": level}));
        play::ratings(&chart, &json!({"lamp": lamp, "score": 900_000, "flare": flare}))[0]
    };
    assert_eq!(rating(1.0, "CLEAR", json!("I")), Some(153.0));
    assert_eq!(rating(6.0, "CLEAR", json!("II")), Some(257.0));
    assert_eq!(rating(15.0, "CLEAR", json!("V")), Some(780.0));
    assert_eq!(rating(16.0, "CLEAR", json!("EX")), Some(992.0));
    assert_eq!(rating(15.0, "ASSIST", json!(null)), Some(600.0));
    assert_eq!(rating(15.0, "FAILED", json!("EX")), Some(0.0));
}

#[test]
fn a_level_outside_the_table_costs_only_the_rating() {
    for level in [0.0, 20.0, 15.5] {
        let chart = max_300_but(&json!({"levelNum": level}));
        assert_eq!(play::ratings(&chart, &values("CLEAR", 900_000)), [None]);
    }
}

#[test]
fn a_profile_adds_the_best_thirty_of_each_category() {
    let ProfileRule::Own { inputs, calculate } = &Gpt::DdrSp.config().profile_ratings[0].rule else {
        panic!("flareSkill has a rule of its own")
    };
    let catalogue = play::built_in_catalogue(Game::Ddr);
    let chart_in = |category: u8| {
        catalogue.charts().iter().find(|chart| chart.gpt == Gpt::DdrSp && catalogue.bucket(chart) == category)
    };
    let (classic, white) = (chart_in(0).unwrap(), chart_in(1).unwrap());
    assert_eq!(&*catalogue.song_of(white).title, "MAX.(period)");
    let rating = |values: &[(Option<u8>, f64)]| {
        let lists: Vec<Vec<RatedChart<'_>>> = inputs
            .iter()
            .map(|input| {
                let fitting = values.iter().filter(|(category, _)| input.bucket.is_none() || *category == input.bucket);
                fitting.take(input.limit).map(|(_, value)| RatedChart { value: *value, chart: classic }).collect()
            })
            .collect();
        calculate(&lists)
    };
    let many: Vec<(Option<u8>, f64)> = (1001..=1031).rev().map(|value| (Some(0), f64::from(value))).collect();
    assert_eq!(rating(&many), Some(30_495.0));
    assert_eq!(rating(&[(Some(2), 300.0), (Some(0), 200.0), (Some(1), 100.0)]), Some(600.0));
    assert_eq!(rating(&[(None, 500.0)]), Some(0.0));
    assert_eq!(rating(&[]), None);
}

#[test]
fn planets_begin_at_their_skill() {
    let flare = Gpt::DdrDp.config().class_set("flare").unwrap();
    assert_eq!(flare.values.len(), 41);
    let table = [
        (0.0, "NONE"),
        (499.0, "NONE"),
        (500.0, "NONE+"),
        (2_000.0, "MERCURY"),
        (14_500.0, "EARTH+++"),
        (36_750.0, "SATURN+"),
        (67_500.0, "NEPTUNE++"),
        (89_999.0, "SUN+++"),
        (90_000.0, "WORLD"),
    ];
    for (rating, expected) in table {
        assert_eq!(class::derive(flare, Some(rating)), Some(expected), "{rating}");
    }
    assert_eq!(class::derive(flare, None), None);
    assert_eq!(flare.values[6].display, "水星 / MERCURY++");
}

#[test]
fn a_flare_that_was_not_cleared_does_not_count() {
    let scores = [
        json!({"lamp": "CLEAR", "score": 970_020, "flare": "V", "exScore": 1504}),
        json!({"lamp": "FULL COMBO", "score": 955_000, "flare": "VIII", "exScore": 1510}),
        json!({"lamp": "FAILED", "score": 400_000, "flare": "EX"}),
    ];
    let (pb, from) = play::pb(&max_300(), &scores);
    let data = pb.data.to_json();
    assert_eq!((&data["score"], &data["grade"], &data["lamp"]), (&json!(970_020), &json!("AA+"), &json!("FULL COMBO")));
    assert_eq!((&data["optional"]["exScore"], &data["optional"]["flare"]), (&json!(1510), &json!("VIII")));
    assert_eq!(*pb.ratings, [Some(888.0)]);
    assert_eq!(from, ["Best Score A", "Best Lamp B"]);
    assert_eq!(pb::rank_values(&pb.data), [Some(970_020.0), Some(4.0)]);
}

#[test]
fn a_failed_best_score_keeps_its_grade_and_loses_its_flare() {
    let scores = [json!({"lamp": "FAILED", "score": 960_000, "flare": "EX"}), values("CLEAR", 900_000)];
    let (pb, from) = play::pb(&max_300(), &scores);
    let data = pb.data.to_json();
    assert_eq!((&data["score"], &data["grade"], &data["lamp"]), (&json!(960_000), &json!("E"), &json!("CLEAR")));
    assert_eq!(data["optional"].get("flare"), None);
    assert_eq!(*pb.ratings, [Some(600.0)]);
    assert_eq!(from, ["Best Score A", "Best Lamp B"]);
}

#[test]
fn goals_are_worded() {
    let goal = |wanted| play::number_goal(&max_300(), "score", wanted, &values("CLEAR", 912_340));
    assert_eq!(goal(912_340.0), ["Get a score of 912,340 on", "912,340", "912,340"]);
    assert_eq!(goal(990_000.0)[2], "990,000");
    assert_eq!(play::progress(&max_300(), "lamp", &values("LIFE4", 912_340)), "LIFE4");
    let distance = |lamp, score, wanted| play::grade_goal(&max_300(), wanted, &values(lamp, score));
    assert_eq!(distance("CLEAR", 955_000, "AAA"), "AAA-35,000");
    assert_eq!(distance("CLEAR", 995_000, "AAA"), "AAA+5,000");
    assert_eq!(distance("CLEAR", 792_000, "A"), "A-8,000");
    assert_eq!(distance("CLEAR", 792_000, "AA"), "(A-)+2,000");
    assert_eq!(distance("CLEAR", 910_000, "AA+"), "(AA+)-40,000");
    assert_eq!(distance("FAILED", 750_000, "AAA"), "E");
}

#[test]
fn optional_metrics_cannot_be_goals() {
    let config = Gpt::DdrSp.config();
    for name in ["flare", "exScore"] {
        let (index, _) = config.metric(name).unwrap();
        assert!(config.goal(index).is_none());
    }
}

#[test]
fn labels_name_the_version_of_charts_that_are_not_primary() {
    let catalogue = play::built_in_catalogue(Game::Ddr);
    let chart = catalogue.charts().iter().find(|chart| chart.id.as_str() == MAX_300).unwrap();
    assert_eq!(catalogue.label(chart), "MAX 300 (EXP 15)");
    let old = max_300_but(&json!({"isPrimary": false, "versions": ["a3"]}));
    assert_eq!((old.config().chart_label)(catalogue.song_of(chart), &old), "MAX 300 (EXP 15 a3)");
}
