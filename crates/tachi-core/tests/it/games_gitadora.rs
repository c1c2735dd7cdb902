//! GITADORA against the examples of `spec/games/gitadora.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::Chart;
use tachi_core::class;
use tachi_core::game::{Game, Gpt};
use tachi_core::games::gitadora::{inverse_skill, skill};

use crate::play;

fn think_about_you(level: f64) -> Chart {
    play::chart(
        Game::Gitadora,
        &json!({
            "chartID": "bf62dd6c78afaf6b4f95cce70b5b08af193c0c57", "data": {"inGameID": 0}, "difficulty": "ADVANCED",
            "isPrimary": true, "level": "4.75", "levelNum": level, "playtype": "Dora", "songID": 0,
            "versions": ["konaste", "fuzzUp", "highVoltage", "nextage", "exchain", "matixx"],
        }),
    )
}

fn score(percent: f64, lamp: &str) -> Value {
    json!({"percent": percent, "lamp": lamp})
}

#[test]
fn ids_are_hashed_from_percent_and_lamp() {
    assert_eq!(
        play::form_t(&think_about_you(4.75), &score(89.48, "CLEAR")),
        (
            r#"{"chartID":"bf62dd6c78afaf6b4f95cce70b5b08af193c0c57","lamp":"CLEAR","percent":89.48,"userID":1}"#
                .to_owned(),
            "T3c38d32982052f0a26fe04b15a6916ac684958ee2c125578d59276a65c8cd28d".to_owned()
        )
    );
}

#[test]
fn only_the_percentage_is_checked() {
    let chart = think_about_you(4.75);
    let out_of_bounds =
        |shown: &str| vec![format!("Invalid value for percent, Expected a number between 0 and 100. Got {shown}.")];
    assert_eq!(play::problems(&chart, &score(100.01, "CLEAR")), out_of_bounds("100.01"));
    assert_eq!(play::problems(&chart, &score(-0.01, "CLEAR")), out_of_bounds("-0.01"));
    for (percent, lamp) in [(0.0, "FULL COMBO"), (100.0, "FAILED"), (97.0, "EXCELLENT")] {
        assert!(play::problems(&chart, &score(percent, lamp)).is_empty());
    }
}

#[test]
fn skill_keeps_the_error_of_doubles() {
    let table = [
        (89.48, 3.4, 60.84),
        (70.76, 5.8, 82.08),
        (40.2, 9.5, 76.38),
        (97.8, 1.0, 19.56),
        (76.57, 4.75, 72.74),
        (100.0, 9.99, 199.8),
        (100.0, 9.95, 198.99),
        (90.0, 1.15, 20.69),
        (95.0, 7.15, 135.85),
        (0.0, 9.99, 0.0),
        (1.0, 5.8, 1.16),
    ];
    for (percent, level, expected) in table {
        assert_eq!(skill(percent, level), Ok(expected), "{percent} on {level}");
        assert_eq!(play::rating(&think_about_you(level), "skill", &score(percent, "FAILED")), Some(expected));
    }
    assert!(inverse_skill(0.0, 0.0).is_err(), "any percentage would do");
}

#[test]
fn colours_have_inclusive_lower_bounds() {
    for gpt in [Gpt::GitadoraGita, Gpt::GitadoraDora] {
        let set = gpt.config().class_set("colour").unwrap();
        assert_eq!(set.values.len(), 17);
        let colour = |rating| class::derive(set, rating);
        let table = [(0.0, "WHITE"), (999.0, "WHITE"), (1000.0, "ORANGE"), (8499.99, "GOLD"), (9000.0, "RAINBOW")];
        for (rating, expected) in table {
            assert_eq!(colour(Some(rating)), Some(expected), "{rating}");
        }
        assert_eq!(colour(Some(5500.0)), Some("PURPLE_GRD"));
        assert_eq!(colour(None), None);
        let gradient = &set.values[set.index_of("PURPLE_GRD").unwrap()];
        assert_eq!((gradient.display, gradient.hover), ("紫グラ", "Purple Gradient"));
    }
}

#[test]
fn pbs_take_the_lamp_from_another_score() {
    let (pb, from) = play::pb(&think_about_you(4.75), &[score(96.0, "CLEAR"), score(0.0, "FULL COMBO")]);
    assert_eq!(play::metrics(&pb.data, &["percent", "grade", "lamp"]), json!([96, "SS", "FULL COMBO"]));
    assert_eq!(from, ["Best Percent A", "Best Lamp B"]);
    assert_eq!(tachi_core::pb::rank_values(&pb.data), [Some(96.0), Some(2.0)]);
}

#[test]
fn goals_are_worded_in_percent() {
    let chart = think_about_you(4.75);
    let goal = |wanted| play::number_goal(&chart, "percent", wanted, &score(12.32, "FAILED"));
    assert_eq!(goal(28.194), ["Get 28.19% on", "12.32%", "28.19%"]);
    assert_eq!(goal(28.195)[2], "28.20%");
    assert_eq!(play::grade_goal(&chart, "MAX", &score(98.19, "CLEAR")), "MAX-1.81%");
    assert_eq!(play::grade_goal(&chart, "SS", &score(74.0, "CLEAR")), "A+1.00%");
}

#[test]
fn labels_have_the_short_difficulty() {
    let song = play::song(Game::Gitadora, "I think about you", &json!({}));
    let chart = think_about_you(4.75);
    assert_eq!((chart.config().chart_label)(&song, &chart), "I think about you (D-ADV 4.75)");
}

#[test]
fn only_guitars_have_bass_difficulties() {
    assert!(Gpt::GitadoraGita.config().difficulty("BASS EXTREME").is_some());
    assert!(Gpt::GitadoraDora.config().difficulty("BASS EXTREME").is_none());
    assert!(Gpt::GitadoraGita.config().difficulty("B-EXT").is_none());
}
