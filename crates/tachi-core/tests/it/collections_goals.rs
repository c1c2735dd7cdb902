//! Loading goals: what makes sense, what is kept with a warning, what is corrected.

use serde_json::{Value, json};
use tachi_core::catalogue::{GoalCriteria, Problem, SearchText};
use tachi_core::game::{Game, Gpt};
use tachi_core::goal;

use crate::load::{ANOTHER, add_goal, builtin_files, chart, check, get, lines};
use crate::play::built_in_catalogue;

const OTHERS: [&str; 2] = ["08e42d374e079924e5ec74a82ac57c843dc6a26d", "0e1fbd5bfe34351cb8c4869eddebc34241ec4546"];
/// Three charts.
const LANDMARKS: &str = "F19f896fca84da1f0ea1a3a700442055b2e42bc938dd3ed3c8e8a68406ab557cb";
const DP_FOLDER: &str = "Fa7d9b63a67e40b46b490bff57762401bf8047413ed882d053a9d78d2f9152fe6";

fn goal_fields(charts: &Value, criteria: &Value) -> (Vec<String>, Vec<String>) {
    let mut files = builtin_files();
    add_goal(&mut files, Gpt::IidxSp, "", charts, criteria);
    let fields = |problems: &[Problem]| problems.iter().map(|problem| problem.finding.field.clone()).collect();
    match check(&files) {
        Ok(checked) => (Vec::new(), fields(checked.warnings())),
        Err(problems) => (fields(&problems), Vec::new()),
    }
}

#[test]
fn goals_have_to_make_sense() {
    let single = json!({"type": "single", "data": ANOTHER});
    let multi = json!({"type": "multi", "data": OTHERS});
    let folder = json!({"type": "folder", "data": LANDMARKS});
    let many: Vec<&str> = std::iter::repeat_n(ANOTHER, 11).collect();
    let lamp = |mode: &str, count: Value| json!({"mode": mode, "key": "lamp", "value": 3, "countNum": count});
    let value = |key: &str, value: Value| json!({"mode": "single", "key": key, "value": value});
    let dp_chart = chart(&mut builtin_files(), 227, "DP", "HYPER", true)["chartID"].clone();
    for (charts, criteria, problem) in [
        (&single, lamp("single", json!(null)), None),
        (&single, lamp("single", json!(1)), Some("criteria.countNum")),
        (&single, value("lamp", json!(7)), None),
        (&single, value("lamp", json!(8)), Some("criteria.value")),
        (&single, value("lamp", json!(-1)), Some("criteria.value")),
        (&single, value("grade", json!(1.5)), Some("criteria.value")),
        (&single, value("percent", json!(99.5)), None),
        (&single, value("percent", json!(100.5)), Some("criteria.value")),
        (&single, value("score", json!(1572)), None),
        (&single, value("score", json!(1573)), Some("criteria.value")),
        (&single, value("score", json!(1.5)), Some("criteria.value")),
        (&multi, value("score", json!(1000)), Some("charts.type")),
        (&folder, value("score", json!(1000)), Some("charts.type")),
        (&single, value("scoreData.score", json!(1000)), Some("criteria.key")),
        (&single, value("bp", json!(1)), Some("criteria.key")),
        (&single, value("gaugeHistory", json!(1)), Some("criteria.key")),
        (&multi, lamp("single", json!(null)), None),
        (&multi, lamp("absolute", json!(2)), None),
        (&multi, lamp("absolute", json!(3)), Some("criteria.countNum")),
        (&multi, lamp("absolute", json!(1)), Some("criteria.countNum")),
        (&multi, lamp("absolute", json!(null)), Some("criteria.countNum")),
        (&multi, lamp("proportion", json!(0.5)), Some("criteria.mode")),
        (&json!({"type": "multi", "data": [ANOTHER]}), lamp("single", json!(null)), Some("charts.data")),
        (&json!({"type": "multi", "data": many}), lamp("single", json!(null)), Some("charts.data")),
        (&folder, lamp("single", json!(null)), None),
        (&folder, lamp("absolute", json!(3)), None),
        (&folder, lamp("absolute", json!(4)), Some("criteria.countNum")),
        (&folder, lamp("absolute", json!(2.5)), Some("criteria.countNum")),
        (&folder, lamp("proportion", json!(0.34)), None),
        (&folder, lamp("proportion", json!(0.33)), Some("criteria.countNum")),
        (&folder, lamp("proportion", json!(1)), None),
        (&folder, lamp("proportion", json!(1.1)), Some("criteria.countNum")),
        (&folder, lamp("proportion", json!(0)), Some("criteria.countNum")),
        (&folder, lamp("proportion", json!(null)), Some("criteria.countNum")),
        (&json!({"type": "folder", "data": DP_FOLDER}), lamp("single", json!(null)), Some("charts.data")),
        (&json!({"type": "single", "data": dp_chart}), lamp("single", json!(null)), Some("charts.data")),
    ] {
        let (problems, warnings) = goal_fields(charts, &criteria);
        assert_eq!(problems, Vec::from_iter(problem), "{charts} {criteria}");
        assert_eq!(warnings, [""; 0], "{charts} {criteria}");
    }
    let absolute_on_single = goal_fields(&single, &lamp("absolute", json!(2))).0;
    assert_eq!(absolute_on_single, ["criteria.mode", "criteria.countNum"]);
}

#[test]
fn goals_on_what_does_not_exist_are_kept_with_a_warning() {
    let lamp = json!({"mode": "single", "key": "lamp", "value": 3});
    for charts in [
        json!({"type": "single", "data": "gone"}),
        json!({"type": "multi", "data": [ANOTHER, "gone"]}),
        json!({"type": "folder", "data": "Fgone"}),
    ] {
        assert_eq!(goal_fields(&charts, &lamp), (vec![], vec!["charts.data".to_owned()]), "{charts}");
    }
    // The bound of a chart that is not there is not known.
    let score = json!({"mode": "single", "key": "score", "value": 9999});
    assert_eq!(goal_fields(&json!({"type": "single", "data": "gone"}), &score).0, [""; 0]);
}

#[test]
fn goals_older_than_maxxive_clear_mean_the_lamp_of_their_name() {
    for (name, value, corrected) in [
        ("ULTIMATE CHAIN any chart", 3, 4.0),
        ("PERFECT ULTIMATE CHAIN any chart", 4, 5.0),
        ("ULTIMATE CHAIN any chart", 4, 4.0),
        ("MAXXIVE CLEAR any chart", 3, 3.0),
        ("EXCESSIVE CLEAR any chart", 2, 2.0),
    ] {
        let mut files = builtin_files();
        let folders = get(&mut files, "folders.json");
        let folder = folders.iter().find(|folder| folder["game"] == "sdvx").unwrap()["folderID"].clone();
        let criteria = json!({"mode": "single", "key": "lamp", "value": value});
        let id = add_goal(&mut files, Gpt::SdvxSingle, name, &json!({"type": "folder", "data": folder}), &criteria);
        let checked = check(&files).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
        let goal = checked.collections().goals.iter().find(|goal| goal.goal_id.as_str() == id).unwrap();
        assert_eq!(goal.criteria.value, corrected, "{name} {value}");
    }
}

#[test]
fn titles_say_what_is_asked_for_and_where() {
    let criteria = |mode: &str, key: &str, value: f64, count: Value| -> GoalCriteria {
        let mut criteria = json!({"mode": mode, "key": key, "value": value});
        if !count.is_null() {
            criteria["countNum"] = count;
        }
        serde_json::from_value(criteria).unwrap()
    };
    let named = ["A (SPA 12)", "AA (SPA 12)", "V (SPA 12)"].map(str::to_owned);
    let title = |criteria: GoalCriteria, charts: usize, folder: Option<&str>| {
        goal::title(Gpt::IidxSp.config(), &criteria, &named[..charts], folder).unwrap()
    };
    let lamp = |mode, count| criteria(mode, "lamp", 4.0, count);
    for (made, expected) in [
        (title(lamp("single", json!(null)), 1, None), "CLEAR A (SPA 12)"),
        (title(lamp("single", json!(null)), 2, None), "CLEAR either A (SPA 12) or AA (SPA 12)"),
        (title(lamp("single", json!(null)), 3, None), "CLEAR any one of A (SPA 12), AA (SPA 12) or V (SPA 12)"),
        (title(lamp("absolute", json!(3)), 3, None), "CLEAR A (SPA 12), AA (SPA 12) and V (SPA 12)"),
        (title(lamp("absolute", json!(2)), 3, None), "CLEAR any 2 of A (SPA 12), AA (SPA 12) or V (SPA 12)"),
        (title(lamp("single", json!(null)), 0, Some("F")), "CLEAR any chart in the F folder"),
        (title(lamp("absolute", json!(3)), 0, Some("F")), "CLEAR 3 charts in the F folder"),
        (title(lamp("proportion", json!(0.25)), 0, Some("F")), "CLEAR 25% of the charts in the F folder"),
        (title(lamp("proportion", json!(0.07)), 0, Some("F")), "CLEAR 7% of the charts in the F folder"),
        (title(lamp("proportion", json!(1)), 0, Some("F")), "CLEAR 100% of the charts in the F folder"),
        (title(criteria("single", "score", 3261.0, json!(null)), 1, None), "Get a score of 3261 on A (SPA 12)"),
        (title(criteria("single", "percent", 90.0, json!(null)), 1, None), "Get 90.00% on A (SPA 12)"),
    ] {
        assert_eq!(made, expected);
    }
}

#[test]
fn songs_are_searched_by_all_their_texts_without_case_and_diacritics() {
    let catalogue = built_in_catalogue(Game::Iidx);
    let find = |text: &str| -> Vec<String> {
        let found = catalogue.search_songs(Game::Iidx, &SearchText::new(text));
        found.into_iter().map(|(song, _)| catalogue.song(song).title.to_string()).collect()
    };
    assert_eq!(find("aa").first().map(String::as_str), Some("AA"), "the same text comes first");
    assert_eq!(find("  HIKAGE "), ["焱影"], "a search term");
    assert_eq!(find("scorpion fire"), ["ピアノ協奏曲第１番”蠍火”"]);
    assert_eq!(find("第1番"), ["ピアノ協奏曲第１番”蠍火”"], "width does not count");
    assert_eq!(find("mark erosion"), ["Erosion Mark"], "words in any order");
    assert_eq!(find("no such song"), [""; 0]);
    assert_eq!(find("").len(), catalogue.songs().iter().filter(|song| song.game == Game::Iidx).count());
}
