//! Scores, charts and PBs out of JSON, for the tests of the games.

use serde_json::{Map, Value};
use tachi_core::catalogue::{Chart, Song};
use tachi_core::game::{Game, GoalCharts, GoalFormat, GoalStyle, Gpt};
use tachi_core::hydrate::{self, HydrateError};
use tachi_core::ids::{ScoreId, SongId, UserId};
use tachi_core::pb::{self, Pb, PbCandidate};
use tachi_core::score::ScoreData;
use tachi_core::score_id;

/// A chart from its catalogue document.
pub fn chart(game: Game, document: Value) -> Chart {
    Chart::from_document(game, &serde_json::from_value(document).unwrap()).unwrap()
}

/// A song of that title.
pub fn song(game: Game, title: &str, data: &Value) -> Song {
    Song {
        id: SongId(1),
        game,
        title: title.into(),
        artist: "".into(),
        alt_titles: [].into(),
        search_terms: [].into(),
        data: data.to_string().into(),
    }
}

/// A score from its metrics, by name, and its judgements.
pub fn score(gpt: Gpt, metrics: Value, judgements: &Value) -> ScoreData {
    let mut data = ScoreData::new(gpt.config());
    let metrics: Map<String, Value> = serde_json::from_value(metrics).unwrap();
    for (name, value) in &metrics {
        data.set_json(name, value).unwrap();
    }
    data.set_judgements_json(judgements.as_object().unwrap()).unwrap();
    data
}

/// The lines that say what is wrong with a score.
pub fn problems(data: &ScoreData, chart: &Chart) -> Vec<String> {
    match hydrate::derive(data.clone(), chart) {
        Ok(_) => Vec::new(),
        Err(HydrateError::Invalid(text)) => text.lines().skip(1).map(str::to_owned).collect(),
        Err(error) => panic!("{error}"),
    }
}

/// The value of a score rating of a valid score.
pub fn rating(name: &str, data: &ScoreData, chart: &Chart) -> Option<f64> {
    let (_, ratings) = hydrate::derive(data.clone(), chart).unwrap();
    ratings[data.config().score_rating(name).unwrap()]
}

/// The text that user 1's score ID hashes, and the ID.
pub fn form_t(data: &ScoreData, chart: &Chart) -> (String, String) {
    let text = score_id::form_t_text(UserId(1), &chart.id, data);
    (text, format!("T{}", const_hex::encode(score_id::dedup_key(UserId(1), &chart.id, data))))
}

/// The PB of scores A, B, C.. (achieved when the numbers say) and what it is composed of, as `Best Score A`. The
/// scores need not be valid: composition does not ask.
pub fn compose(chart: &Chart, scores: &[(Option<i64>, ScoreData)]) -> (Pb, Vec<String>) {
    let mut hydrated: Vec<ScoreData> = scores.iter().map(|(_, data)| data.clone()).collect();
    for data in &mut hydrated {
        hydrate::derive_metrics(data, chart).unwrap();
    }
    let id = |index: usize| -> ScoreId { format!("T{}", const_hex::encode([index as u8; 32])).parse().unwrap() };
    let candidates: Vec<_> = hydrated
        .iter()
        .enumerate()
        .map(|(index, data)| PbCandidate { id: id(index), data, time_achieved: scores[index].0, highlight: false })
        .collect();
    let pb = pb::compose(&candidates, chart).unwrap();
    let letter =
        |wanted| (0..scores.len()).find(|index| id(*index) == wanted).map(|index| (b'A' + index as u8) as char);
    let composed = pb.composed_from.iter().map(|from| format!("{} {}", from.name, letter(from.score_id).unwrap()));
    let composed = composed.collect();
    (pb, composed)
}

/// The named metrics of a score as JSON.
pub fn metrics(data: &ScoreData, names: &[&str]) -> Value {
    let value = |name: &&str| data.value_json(data.config().metric(name).unwrap().0).unwrap_or_default();
    names.iter().map(value).collect()
}

fn goal(gpt: Gpt, metric: &str) -> &'static GoalFormat {
    let (metric, _) = gpt.config().metric(metric).unwrap();
    gpt.config().goals.iter().find(|goal| goal.metric == metric).unwrap()
}

/// On which charts goals on a metric may be set.
pub fn goal_charts(gpt: Gpt, metric: &str) -> GoalCharts {
    goal(gpt, metric).charts
}

/// The wording of a goal on a number: criteria, progress of a PB with `has`, and what it is out of.
pub fn number_goal(gpt: Gpt, metric: &str, criteria: f64, has: f64, out_of: f64) -> [String; 3] {
    let GoalStyle::Number { criteria: criteria_of, progress, out_of: out_of_of } = &goal(gpt, metric).style else {
        panic!("{metric} is no number")
    };
    let mut data = ScoreData::new(gpt.config());
    data.set_number(gpt.config().metric(metric).unwrap().0, has);
    [criteria_of(criteria), progress(&data), out_of_of(out_of)]
}

/// A PB's distance to a grade; `metric` is what grades measure.
pub fn grade_progress(chart: &Chart, metric: &str, has: f64, goal_grade: &str) -> String {
    let config = chart.config();
    let GoalStyle::Grade { progress } = &goal(chart.gpt, "grade").style else { panic!("grade is no grade") };
    let mut data = ScoreData::new(config);
    data.set_number(config.metric(metric).unwrap().0, has);
    hydrate::derive_metrics(&mut data, chart).unwrap();
    let goal_grade = config.metric("grade").unwrap().1.values().iter().position(|grade| *grade == goal_grade);
    progress(&data, chart, goal_grade.unwrap())
}
