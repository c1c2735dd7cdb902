//! The rules of `spec/games/bms.md`.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::game::{Game, GoalCharts, Gpt};
use tachi_core::games::{bms, iidx_like};
use tachi_core::ids::UserId;
use tachi_core::match_type::MatchType;
use tachi_core::{hydrate, score_id};

use crate::play::{self, NONE};

fn song_document() -> Value {
    json!({
        "id": 27339, "title": "gazer [MANIAQ]", "artist": "scytheleg / obj.siokaze", "altTitles": [],
        "searchTerms": [],
        "data": {"genre": "ELECTRANCE", "subtitle": null, "subartist": null, "tableString": null},
    })
}

fn chart_document() -> Value {
    json!({
        "chartID": "88eb6cc5683e2740cbd07f588a5f3db1db8d467b", "songID": 27339, "playtype": "7K",
        "difficulty": "CHART", "level": "?", "levelNum": 0, "isPrimary": true, "versions": [],
        "data": {
            "notecount": 2256, "hashMD5": "38616b85332037cc12924f2ae2840262",
            "hashSHA256": "195fe1be5c3e74fccd04dc426e05f8a9cfa8a1059c339d0a23e99f63661f0b7d",
            "tableFolders": [{"table": "★", "level": "17"}], "sglEC": null, "sglHC": null, "aiLevel": "0",
        },
    })
}

fn gazer() -> Chart {
    gazer_but(&json!({}))
}

fn gazer_but(data: &Value) -> Chart {
    play::chart(Game::Bms, &play::with(&chart_document(), &json!({"data": data})))
}

#[test]
fn grades_are_ninths_of_the_maximum() {
    let least = [0, 1003, 1504, 2006, 2507, 3008, 3510, 4011, 4262, 4512];
    for (grade, score) in least.into_iter().enumerate() {
        assert_eq!(iidx_like::grade(f64::from(score), 2256.0), grade, "{score}");
        if score > 0 {
            assert_eq!(iidx_like::grade(f64::from(score - 1), 2256.0), grade - 1, "{score} - 1");
        }
    }
}

#[test]
fn grade_boundaries_are_not_truncated_to_two_decimals() {
    let grade = |percent: f64| iidx_like::GRADES[iidx_like::grade(percent * 200.0, 10_000.0)];
    let table = [(22.22, "F"), (22.23, "E"), (94.44, "AAA"), (94.45, "MAX-"), (99.99, "MAX-"), (100.0, "MAX")];
    for (percent, expected) in table {
        assert_eq!(grade(percent), expected, "{percent}");
    }
}

#[test]
fn score_ids_have_form_r_and_keys_form_t() {
    let (chart, values) = (gazer(), json!({ "score": 3570, "lamp": "CLEAR" }));
    assert_eq!(
        play::form_t(&chart, &values),
        (
            r#"{"chartID":"88eb6cc5683e2740cbd07f588a5f3db1db8d467b","lamp":"CLEAR","score":3570,"userID":1}"#
                .to_owned(),
            "Td9b1999f7f273230b3032395970162cd6a10c2721fdbe8e5f02cd3cef7d39a74".to_owned()
        )
    );
    let data = play::play(&chart, &values);
    assert_eq!(
        score_id::form_r_text(UserId(1), &chart.id, &data).unwrap(),
        "1|88eb6cc5683e2740cbd07f588a5f3db1db8d467b|CLEAR|AA|3570|79.12234042553192"
    );
    let key = score_id::dedup_key(UserId(1), &chart.id, &data);
    assert_eq!(
        score_id::score_id(UserId(1), &chart.id, &data, key).to_string(),
        "R7b893486a85fdaf604ffa2019c130ddd9f971205fb3a88b0d72c828360ad8f67"
    );
}

#[test]
fn an_ex_score_lies_between_0_and_twice_the_notes() {
    let problems = |score: i32| play::problems(&gazer(), &json!({ "score": score, "lamp": "FAILED" }));
    assert!(problems(-1)[0].contains("EX Score cannot be negative."));
    assert!(problems(4513)[0].contains("EX Score cannot be greater than 4512 for this chart."));
    assert_eq!(problems(0), Vec::<String>::new());
    assert_eq!(problems(4512), Vec::<String>::new());
}

#[test]
fn no_score_is_valid_on_a_chart_without_notes() {
    for score in [0, 1] {
        let problems = play::problems(&gazer_but(&json!({"notecount": 0})), &json!({"score": score, "lamp": "FAILED"}));
        assert_ne!(problems, Vec::<String>::new());
    }
}

#[test]
fn judgements_add_up_where_pgreat_and_great_are_known() {
    let groups =
        |judgements| play::groups(&gazer(), &json!({ "score": 1004, "lamp": "EASY CLEAR", "judgements": judgements }));
    assert_eq!(groups(json!({ "pgreat": 459, "great": 86 })), NONE);
    assert_eq!(groups(json!({ "pgreat": 459, "great": 87 })), [1]);
    assert_eq!(groups(json!({ "pgreat": 1 })), NONE);
    assert_eq!(groups(json!({ "great": 1, "pgreat": null })), NONE);
}

#[test]
fn gauge_graphs_accept_no_nulls() {
    let problems = |graph| {
        play::problems(
            &gazer(),
            &json!({ "score": 0, "lamp": "FAILED", "gaugeHistoryHard": graph, "gaugeHistory": [] }),
        )
    };
    assert_eq!(problems(json!([100, 0, 50.5])), Vec::<String>::new());
    assert_eq!(problems(json!([100, null])).len(), 1);
    assert_eq!(problems(json!([100.1, -0.1])).len(), 2);
}

#[test]
fn sieglinde_depends_on_the_clear() {
    let rate = |chart: &Chart, lamp| play::rating(chart, "sieglinde", &json!({ "score": 0, "lamp": lamp }));
    let both = gazer_but(&json!({"sglEC": 10, "sglHC": 11}));
    let easy_only = gazer_but(&json!({"sglEC": 10, "sglHC": null}));
    let table = [("EASY CLEAR", 10.0), ("CLEAR", 10.0), ("HARD CLEAR", 11.0), ("FULL COMBO", 11.0)];
    for (lamp, expected) in table {
        assert_eq!(rate(&both, lamp), Some(expected), "{lamp}");
        assert_eq!(rate(&easy_only, lamp), Some(10.0), "{lamp}");
        assert_eq!(rate(&gazer(), lamp), Some(0.0), "{lamp}");
    }
    assert_eq!(rate(&both, "ASSIST CLEAR"), Some(0.0));
}

#[test]
fn sieglinde_is_shown_as_a_table_level() {
    for (value, text) in [(12.99, "☆12.99"), (13.0, "★1.00"), (36.5, "★24.50")] {
        assert_eq!((bms::K7.score_ratings[0].format)(value), text);
    }
}

#[test]
fn a_profile_divides_by_20_even_when_there_are_fewer() {
    let chart = play::chart(Game::Bms, &play::with(&chart_document(), &json!({"playtype": "14K"})));
    let profile = |values: &[f64]| play::profile_rating(&chart, "sieglinde", &[("sieglinde", values)]);
    assert_eq!(profile(&[20.0, 10.0]), Some(1.5));
    assert_eq!(profile(&[]), None);
}

#[test]
fn class_sets_have_their_published_sizes() {
    let sizes = |gpt: Gpt| -> Vec<(&str, usize)> {
        gpt.config().classes.iter().map(|set| (set.id, set.values.len())).collect()
    };
    let seven = [("genocideDan", 22), ("stslDan", 26), ("newGenerationDan", 22), ("lnDan", 13), ("scratchDan", 18)];
    assert_eq!(sizes(Gpt::Bms7k), seven);
    assert_eq!(sizes(Gpt::Bms14k), [("genocideDan", 22), ("stslDan", 13)]);
    assert_eq!(Gpt::Bms14k.config().class_set("stslDan").unwrap().values[12].id, "SL12");
}

#[test]
fn pbs_take_the_best_lamp_with_its_gauges_and_the_lowest_bp() {
    let (pb, from) = play::pb(
        &gazer(),
        &[
            json!({ "score": 3570, "lamp": "HARD CLEAR", "bp": 2, "gaugeHistoryHard": [100, 80] }),
            json!({ "score": 3670, "lamp": "EASY CLEAR", "bp": 20, "gauge": 82.0, "gaugeHistory": [20, 82] }),
            json!({ "score": 3000, "lamp": "FAILED" }),
        ],
    );
    assert_eq!(from, ["Best Score B", "Best Lamp A"]);
    let json = pb.data.to_json();
    assert_eq!((&json["score"], &json["lamp"], &json["grade"]), (&json!(3670), &json!("HARD CLEAR"), &json!("AA")));
    let optional = json!({ "bp": 2, "gaugeHistoryHard": [100, 80], "enumIndexes": {} });
    assert_eq!(json["optional"], optional, "what the lamp's score lacks is cleared");
}

#[test]
fn fewer_misses_rank_higher() {
    let values =
        |bp| tachi_core::pb::rank_values(&play::play(&gazer(), &json!({ "score": 3570, "lamp": "CLEAR", "bp": bp })));
    assert_eq!(values(json!(7)), [Some(3570.0), Some(4.0), Some(-7.0)]);
    assert_eq!(values(json!(null)), [Some(3570.0), Some(4.0), None]);
}

#[test]
fn goals_are_worded_without_commas() {
    let hard = json!({ "score": 3570, "lamp": "HARD CLEAR", "bp": 2 });
    let goal = |metric, wanted| play::number_goal(&gazer(), metric, wanted, &hard);
    assert_eq!(goal("score", 3570.0), ["Get a score of 3570 on", "3570", "3570"]);
    assert_eq!(goal("percent", 94.42), ["Get 94.42% on", "79.12%", "94.42%"]);
    assert_eq!(goal("lamp", 5.0), ["HARD CLEAR", "HARD CLEAR (BP: 2)", "HARD CLEAR"]);
    assert_eq!(play::progress(&gazer(), "lamp", &json!({ "score": 0, "lamp": "FAILED" })), "FAILED");
    assert_eq!(play::goal_charts(Gpt::Bms7k, "score"), GoalCharts::SingleOnly);
}

#[test]
fn grade_goals_are_measured_in_ex() {
    for (score, text) in [(3570, "AAA-441"), (3670, "AAA-341"), (4070, "AAA+59")] {
        assert_eq!(play::grade_goal(&gazer(), "AAA", &json!({ "score": score, "lamp": "CLEAR" })), text);
    }
}

#[test]
fn labels_name_the_tables_instead_of_a_difficulty() {
    let label =
        |song: &Value, data| play::label(Game::Bms, song, &play::with(&chart_document(), &json!({"data": data})));
    let song = song_document();
    assert_eq!(label(&song, json!({})), "gazer [MANIAQ] [ELECTRANCE] (★17)");
    let subtitled = play::with(&song, &json!({"data": {"subtitle": "-long-", "genre": ""}}));
    let two = json!({"tableFolders": [{"table": "★", "level": "17"}, {"table": "sl", "level": "3"}]});
    assert_eq!(label(&subtitled, two), "gazer [MANIAQ] - -long- (★17, sl3)");
    let none = json!({"tableFolders": []});
    assert_eq!(label(&song, none.clone()), "gazer [MANIAQ] [ELECTRANCE]");
    assert_eq!(bms::difficulty_text(&gazer()), "★17");
    assert_eq!(bms::difficulty_text(&gazer_but(&none)), "Unrated");
}

#[test]
fn labels_read_the_other_layout_of_table_levels() {
    let mut chart = chart_document();
    chart["data"]["tableFolders"] = json!({"★": "17"});
    assert_eq!(play::label(Game::Bms, &song_document(), &chart), "gazer [MANIAQ] [ELECTRANCE] (★17)");
}

#[test]
fn either_hash_finds_a_chart_but_not_for_the_other_playtype() {
    let catalogue = play::catalogue(Game::Bms, &[song_document()], &[chart_document()]);
    let by_hash = |gpt, hash: &str| play::resolve(&catalogue, gpt, (MatchType::BmsChartHash, hash, None));
    let found = Ok("88eb6cc5683e2740cbd07f588a5f3db1db8d467b".to_owned());
    assert_eq!(by_hash(Gpt::Bms7k, "38616B85332037CC12924F2AE2840262"), found);
    let sha256 = "195fe1be5c3e74fccd04dc426e05f8a9cfa8a1059c339d0a23e99f63661f0b7d";
    assert_eq!(by_hash(Gpt::Bms7k, sha256), found);
    assert!(matches!(by_hash(Gpt::Bms14k, sha256), Err(ResolveError::Invalid(_))));
    assert!(matches!(by_hash(Gpt::Bms7k, ""), Err(ResolveError::NotFound(_))));
    let by_song = play::resolve(&catalogue, Gpt::Bms7k, (MatchType::TachiSongId, "27339", Some("CHART")));
    assert_eq!(by_song, found);
    let by_title = play::resolve(&catalogue, Gpt::Bms7k, (MatchType::SongTitle, "gazer [MANIAQ]", Some("CHART")));
    assert!(matches!(by_title, Err(ResolveError::Invalid(_))));
}

#[test]
fn a_valid_play_hydrates() {
    let chart = gazer();
    let (data, ratings) =
        hydrate::derive(play::play(&chart, &json!({ "score": 3570, "lamp": "CLEAR" })), &chart).unwrap();
    assert_eq!(data.to_json()["enumIndexes"], json!({ "lamp": 4, "grade": 6 }));
    assert_eq!(*ratings, [Some(0.0)]);
}
