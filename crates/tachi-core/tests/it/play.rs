//! Plays on charts of the built-in catalogue, for tests of the games' rules.

use std::path::Path;

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, Chart, ChartDocument, ChartKey};
use tachi_core::game::{Game, GoalStyle, Gpt, GptConfig};
use tachi_core::hydrate::{self, HydrateError};
use tachi_core::ids::UserId;
use tachi_core::pb::{self, Pb, PbCandidate};
use tachi_core::score::ScoreData;
use tachi_core::score_id;

/// The documents of one file of the built-in catalogue.
fn documents(kind: &str, game: Game) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/catalogue");
    let text = std::fs::read_to_string(folder.join(format!("{kind}-{game}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A game's part of the built-in catalogue.
pub fn catalogue(game: Game) -> Catalogue {
    let mut builder = Catalogue::builder();
    for song in documents("songs", game) {
        builder.song(game, serde_json::from_str(&song.to_string()).unwrap()).unwrap();
    }
    for (key, chart) in (1..).zip(documents("charts", game)) {
        builder.chart(game, &serde_json::from_str(&chart.to_string()).unwrap(), ChartKey(key)).unwrap();
    }
    builder.build()
}

/// A chart of the built-in catalogue with some members of its document changed; those of `data` one by one.
pub fn chart_but(game: Game, id: &str, changes: &Value) -> Chart {
    let mut document = documents("charts", game).into_iter().find(|chart| chart["chartID"] == id).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value.as_object() {
            Some(members) => document[name].as_object_mut().unwrap().extend(members.clone()),
            None => document[name] = value.clone(),
        }
    }
    let document: ChartDocument = serde_json::from_str(&document.to_string()).unwrap();
    Chart::from_document(game, &document).unwrap()
}

/// A chart of the built-in catalogue.
pub fn chart(game: Game, id: &str) -> Chart {
    chart_but(game, id, &Value::Object(serde_json::Map::new()))
}

/// A score of which nothing is derived yet, from its metrics and `judgements`.
pub fn score(gpt: Gpt, values: &Value) -> ScoreData {
    let mut data = ScoreData::new(gpt.config());
    for (name, value) in values.as_object().unwrap() {
        match value.as_object() {
            Some(judgements) => data.set_judgements_json(judgements).unwrap(),
            None => data.set_json(name, value).unwrap(),
        }
    }
    data
}

/// A score with its derived metrics, which must be valid.
pub fn derived(chart: &Chart, values: &Value) -> ScoreData {
    hydrate::derive(score(chart.gpt, values), chart).unwrap().0
}

/// The score ratings of a valid score.
pub fn ratings(chart: &Chart, values: &Value) -> Vec<Option<f64>> {
    hydrate::derive(score(chart.gpt, values), chart).unwrap().1.into_vec()
}

/// What is wrong with a score, a line each.
pub fn problems(chart: &Chart, values: &Value) -> Vec<String> {
    match hydrate::derive(score(chart.gpt, values), chart) {
        Ok(_) => Vec::new(),
        Err(HydrateError::Invalid(text)) => text.lines().skip(1).map(str::to_owned).collect(),
        Err(error) => panic!("{error}"),
    }
}

/// The text that user 1's score ID hashes, and the digest in hexadecimal.
pub fn hashed(chart: &Chart, values: &Value) -> (String, String) {
    let data = score(chart.gpt, values);
    let text = score_id::form_t_text(UserId(1), &chart.id, &data);
    (text, const_hex::encode(score_id::dedup_key(UserId(1), &chart.id, &data)))
}

/// The PB of these scores, valid or not, and what it is composed of: name and position of the score.
pub fn compose(chart: &Chart, scores: &[Value]) -> (Pb, Vec<(String, usize)>) {
    let hydrated = |values| {
        let mut data = score(chart.gpt, values);
        hydrate::derive_metrics(&mut data, chart).unwrap();
        data
    };
    let scores: Vec<ScoreData> = scores.iter().map(hydrated).collect();
    let candidates = scores.iter().enumerate().map(|(position, data)| PbCandidate {
        id: format!("T{position:064x}").parse().unwrap(),
        data,
        time_achieved: None,
        highlight: false,
    });
    let pb = pb::compose(&candidates.collect::<Vec<_>>(), chart).unwrap();
    let position = |id: tachi_core::ids::ScoreId| usize::from(id.to_bytes()[32]);
    let from = pb.composed_from.iter().map(|from| (from.name.clone(), position(from.score_id))).collect();
    (pb, from)
}

/// The wording of goals on a metric.
fn goal(config: &'static GptConfig, metric: &str) -> &'static GoalStyle {
    let (index, _) = config.metric(metric).unwrap();
    &config.goals.iter().find(|format| format.metric == index).unwrap().style
}

/// How a goal on a number is worded: what is asked for, and the value wanted.
pub fn wording(gpt: Gpt, metric: &str, value: f64) -> (String, String) {
    match goal(gpt.config(), metric) {
        GoalStyle::Number { criteria, out_of, .. } => (criteria(value), out_of(value)),
        GoalStyle::Value { .. } | GoalStyle::Grade { .. } => panic!("{metric} is no number"),
    }
}

/// How a PB's progress to a goal is worded; `wanted` names the grade, for grades.
pub fn progress(chart: &Chart, pb: &ScoreData, metric: &str, wanted: &str) -> String {
    let (index, metric_config) = chart.config().metric(metric).unwrap();
    match goal(chart.config(), metric) {
        GoalStyle::Number { progress, .. } => progress(pb),
        GoalStyle::Value { progress: Some(progress), .. } => progress(pb),
        GoalStyle::Value { progress: None, .. } => pb.value(index).to_owned(),
        GoalStyle::Grade { progress } => {
            progress(pb, chart, metric_config.values().iter().position(|grade| *grade == wanted).unwrap())
        }
    }
}
