//! Charts, scores and everything that follows from them, from JSON: for the tests of single games.

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, Chart, ChartDocument, ChartKey, SongDocument};
use tachi_core::class;
use tachi_core::game::{Game, GoalFormat, GoalStyle, Gpt, GptConfig, ProfileRule, RatedChart};
use tachi_core::hydrate::{self, HydrateError};
use tachi_core::ids::UserId;
use tachi_core::pb::{self, Pb, PbCandidate};
use tachi_core::rating::profile_best;
use tachi_core::score::ScoreData;
use tachi_core::{score_id, session};

/// A chart outside any catalogue.
pub fn chart(game: Game, document: &Value) -> Chart {
    let document: ChartDocument = serde_json::from_str(&document.to_string()).unwrap();
    Chart::from_document(game, &document).unwrap()
}

/// A document with some members replaced.
pub fn with(document: &Value, changes: &Value) -> Value {
    let mut document = document.clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_object() && document[name].is_object() {
            document[name] = with(&document[name], value);
        } else {
            document[name] = value.clone();
        }
    }
    document
}

/// The catalogue of these songs and charts.
pub fn catalogue(game: Game, songs: &[Value], charts: &[Value]) -> Catalogue {
    let mut builder = Catalogue::builder();
    for song in songs {
        let song: SongDocument = serde_json::from_str(&song.to_string()).unwrap();
        builder.song(game, song).unwrap();
    }
    for (key, chart) in charts.iter().enumerate() {
        let chart: ChartDocument = serde_json::from_str(&chart.to_string()).unwrap();
        builder.chart(game, &chart, ChartKey(key as i32)).unwrap();
    }
    builder.build()
}

/// Metrics and, as member `judgements`, judgements; nothing derived.
pub fn dry(config: &'static GptConfig, metrics: &Value) -> ScoreData {
    let mut data = ScoreData::new(config);
    for (name, value) in metrics.as_object().unwrap() {
        if name == "judgements" {
            data.set_judgements_json(value.as_object().unwrap()).unwrap();
        } else {
            data.set_json(name, value).unwrap();
        }
    }
    data
}

/// A score with its derived metrics, valid or not.
pub fn score(chart: &Chart, metrics: &Value) -> ScoreData {
    let mut data = dry(chart.config(), metrics);
    hydrate::derive_metrics(&mut data, chart).unwrap();
    data
}

/// Checks that a score has these problems, each given by a part of its line, and no other.
#[track_caller]
pub fn check_problems(chart: &Chart, metrics: &Value, expected: &[&str]) {
    let lines: Vec<String> = match hydrate::derive(dry(chart.config(), metrics), chart) {
        Ok(_) => Vec::new(),
        Err(HydrateError::Invalid(text)) => text.lines().skip(1).map(str::to_owned).collect(),
        Err(error) => panic!("{error}"),
    };
    let agree = lines.len() == expected.len() && lines.iter().zip(expected).all(|(line, part)| line.contains(part));
    assert!(agree, "{metrics}: expected {expected:?}, got {lines:?}");
}

/// A rating of a valid score.
#[track_caller]
pub fn rating(chart: &Chart, name: &str, metrics: &Value) -> Option<f64> {
    let (_, ratings) = hydrate::derive(dry(chart.config(), metrics), chart).unwrap();
    ratings[chart.config().score_rating(name).unwrap()]
}

/// The form T text and the public ID of a score of user 1.
pub fn ids(chart: &Chart, metrics: &Value) -> (String, String) {
    let data = score(chart, metrics);
    let text = score_id::form_t_text(UserId(1), &chart.id, &data);
    let key = score_id::dedup_key(UserId(1), &chart.id, &data);
    let id = score_id::score_id(UserId(1), &chart.id, &data, key).to_string();
    assert_eq!(id, format!("T{}", const_hex::encode(key)));
    (text, id)
}

/// The PB of these scores, valid or not.
pub fn pb(chart: &Chart, scores: &[Value]) -> Pb {
    let scores: Vec<ScoreData> = scores.iter().map(|metrics| score(chart, metrics)).collect();
    let candidates: Vec<PbCandidate<'_>> = scores
        .iter()
        .map(|data| {
            let key = score_id::dedup_key(UserId(1), &chart.id, data);
            let id = score_id::score_id(UserId(1), &chart.id, data, key);
            PbCandidate { id, data, time_achieved: None, highlight: false }
        })
        .collect();
    pb::compose(&candidates, chart).unwrap()
}

/// The names under which a PB refers to its scores.
pub fn composed_from(pb: &Pb) -> Vec<&str> {
    pb.composed_from.iter().map(|reference| reference.name.as_str()).collect()
}

/// A session rating of scores that all have this one value of each of the GPT's score ratings.
pub fn session_rating(config: &GptConfig, name: &str, values: &[f64]) -> Option<f64> {
    let scores: Vec<Vec<Option<f64>>> =
        values.iter().map(|value| vec![Some(*value); config.score_ratings.len()]).collect();
    let position = config.session_ratings.iter().position(|rating| rating.name == name).unwrap();
    session::ratings(config, scores.iter().map(Vec::as_slice))[position]
}

/// A profile rating of PBs with these score ratings.
pub fn profile_rating(chart: &Chart, name: &str, ratings: &[(&str, &[f64])]) -> Option<f64> {
    let values = |of: &str| ratings.iter().find(|(name, _)| *name == of).map_or(&[][..], |(_, values)| values);
    let rating = chart.config().profile_ratings.iter().find(|rating| rating.name == name).unwrap();
    match &rating.rule {
        ProfileRule::Best { of, best, how } => profile_best(values(of), *best, *how),
        ProfileRule::Own { inputs, calculate } => {
            let lists: Vec<Vec<RatedChart<'_>>> = inputs
                .iter()
                .map(|input| {
                    let mut list: Vec<RatedChart<'_>> =
                        values(input.of).iter().map(|value| RatedChart { value: *value, chart }).collect();
                    list.sort_by(|a, b| b.value.total_cmp(&a.value));
                    list.truncate(input.limit);
                    list
                })
                .collect();
            calculate(&lists)
        }
    }
}

/// Checks a derived class set: each value starts at its bound, the first one covers everything below, and a null
/// rating gives none.
#[track_caller]
pub fn check_classes(gpt: Gpt, set: &str, expected: &[(f64, &str)]) {
    let set = gpt.config().class_set(set).unwrap();
    let ids: Vec<&str> = set.values.iter().map(|value| value.id).collect();
    assert_eq!(ids, expected.iter().map(|(_, id)| *id).collect::<Vec<_>>());
    assert_eq!(class::derive(set, None), None);
    assert_eq!(class::derive(set, Some(-1.0)), Some(ids[0]));
    for (index, (from, id)) in expected.iter().enumerate() {
        assert_eq!(class::derive(set, Some(*from)), Some(*id), "{from}");
        if index > 0 {
            assert_eq!(class::derive(set, Some(from - 0.001)), Some(ids[index - 1]), "just below {from}");
        }
    }
}

fn goal(config: &GptConfig, metric: &str) -> &'static GoalFormat {
    let (metric, _) = config.metric(metric).unwrap();
    config.goals.iter().find(|goal| goal.metric == metric).unwrap()
}

/// Criteria, progress and outOf of a goal worded like a number.
pub fn number_goal(chart: &Chart, metric: &str, wanted: f64, pb: &Value) -> [String; 3] {
    match goal(chart.config(), metric).style {
        GoalStyle::Number { criteria, progress, out_of } => {
            [criteria(wanted), progress(&score(chart, pb)), out_of(wanted)]
        }
        _ => panic!("{metric} is not worded like a number"),
    }
}

/// A PB's distance to a grade.
pub fn grade_goal(chart: &Chart, wanted: &str, pb: &Value) -> String {
    let config = chart.config();
    let (_, metric) = config.metric("grade").unwrap();
    let wanted = metric.values().iter().position(|grade| *grade == wanted).unwrap();
    match goal(config, "grade").style {
        GoalStyle::Grade { progress } => progress(&score(chart, pb), chart, wanted),
        _ => panic!("grade is not worded like a grade"),
    }
}

/// The metrics whose goals show values as they are.
pub fn plain_goals(config: &GptConfig) -> Vec<&'static str> {
    let plain =
        config.goals.iter().filter(|goal| matches!(goal.style, GoalStyle::Value { text: None, progress: None }));
    plain.map(|goal| config.metrics[goal.metric.get()].name).collect()
}
