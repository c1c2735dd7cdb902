//! Charts, plays and what becomes of them, in few words.

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, Chart, ChartKey, ChartQuery, ResolveError};
use tachi_core::game::{Game, GoalFormat, GoalStyle, Gpt, GptConfig, ProfileRule};
use tachi_core::ids::UserId;
use tachi_core::match_type::MatchType;
use tachi_core::pb::{Pb, PbCandidate, compose};
use tachi_core::score::ScoreData;
use tachi_core::{hydrate, rating, score_id, validate};

/// What [`groups`] gives for a play that no game-wide validator refuses.
pub const NONE: [usize; 0] = [];

/// The chart of a document.
pub fn chart(game: Game, document: &str) -> Chart {
    Chart::from_document(game, &serde_json::from_str(document).unwrap()).unwrap()
}

/// A catalogue of these songs and charts of one game.
pub fn catalogue(game: Game, songs: &[&str], charts: &[&str]) -> Catalogue {
    let mut builder = Catalogue::builder();
    for song in songs {
        builder.song(game, serde_json::from_str(song).unwrap()).unwrap();
    }
    for (key, chart) in (1..).zip(charts) {
        builder.chart(game, &serde_json::from_str(chart).unwrap(), ChartKey(key)).unwrap();
    }
    builder.build()
}

/// The label of a chart.
pub fn label(game: Game, song: &str, chart: &str) -> String {
    let catalogue = catalogue(game, &[song], &[chart]);
    catalogue.label(&catalogue.charts()[0])
}

/// The ID of the chart that a query finds.
pub fn resolve(
    catalogue: &Catalogue,
    gpt: Gpt,
    (match_type, identifier, difficulty): (MatchType, &str, Option<&str>),
) -> Result<String, ResolveError> {
    let query = ChartQuery { match_type, identifier, difficulty, artist: None, version: None };
    catalogue.resolve(gpt, &query).map(|index| catalogue.chart(index).id.to_string())
}

/// A play with its derived metrics, where there can be any; `judgements` is a member beside the metrics.
pub fn play(chart: &Chart, values: &Value) -> ScoreData {
    let mut data = ScoreData::new(chart.config());
    for (name, value) in values.as_object().unwrap() {
        match name.as_str() {
            "judgements" => data.set_judgements_json(value.as_object().unwrap()).unwrap(),
            metric => data.set_json(metric, value).unwrap(),
        }
    }
    // A play that has no grade is invalid, and the tests ask for that.
    let _ = hydrate::derive_metrics(&mut data, chart);
    data
}

/// What is wrong with a play.
pub fn problems(chart: &Chart, values: &Value) -> Vec<String> {
    validate::problems(&play(chart, values), chart)
}

/// Which of the GPT's game-wide validators refuse a play, the first being 1.
pub fn groups(chart: &Chart, values: &Value) -> Vec<usize> {
    let data = play(chart, values);
    let validators = (1..).zip(chart.config().validators);
    validators.filter(|(_, validator)| validator(&data, chart).is_some()).map(|(group, _)| group).collect()
}

/// A score rating of a play.
pub fn rate(chart: &Chart, rating: &str, values: &Value) -> Option<f64> {
    let ratings = hydrate::rate(chart.config(), &play(chart, values), chart);
    ratings[chart.config().score_rating(rating).unwrap()]
}

/// A profile rating made of these score ratings.
pub fn profile(config: &GptConfig, name: &str, values: &[f64]) -> Option<f64> {
    let rating = config.profile_ratings.iter().find(|rating| rating.name == name).unwrap();
    match rating.rule {
        ProfileRule::Best { best, how, .. } => rating::profile_best(values, best, how),
        ProfileRule::Own { .. } => panic!("{name} has a rule of its own"),
    }
}

/// The text that user 1's score ID in form T hashes, and the ID.
pub fn id_in_form_t(chart: &Chart, values: &Value) -> (String, String) {
    let data = play(chart, values);
    let key = score_id::dedup_key(UserId(1), &chart.id, &data);
    (score_id::form_t_text(UserId(1), &chart.id, &data), format!("T{}", const_hex::encode(key)))
}

/// The PB of plays, of which the first is the oldest.
pub fn pb(chart: &Chart, plays: &[Value]) -> Pb {
    let plays: Vec<ScoreData> = plays.iter().map(|values| play(chart, values)).collect();
    let candidates: Vec<PbCandidate<'_>> = (1..)
        .zip(&plays)
        .map(|(number, data)| PbCandidate {
            id: format!("T{number:064}").parse().unwrap(),
            data,
            time_achieved: Some(number),
            highlight: false,
        })
        .collect();
    compose(&candidates, chart).unwrap()
}

/// What the contributing scores of a PB contributed.
pub fn contributions(pb: &Pb) -> Vec<&str> {
    pb.composed_from.iter().map(|reference| &*reference.name).collect()
}

/// The wording of goals on a metric.
pub fn goal(config: &'static GptConfig, metric: &str) -> &'static GoalFormat {
    let metric = config.metric(metric).unwrap().0;
    config.goals.iter().find(|goal| goal.metric == metric).unwrap()
}

/// The progress of a play towards a grade.
pub fn grade_progress(chart: &Chart, values: &Value, wanted: &str) -> String {
    let GoalStyle::Grade { progress } = goal(chart.config(), "grade").style else { panic!("no grade goal") };
    let (_, grade) = chart.config().metric("grade").unwrap();
    let wanted = grade.values().iter().position(|value| *value == wanted).unwrap();
    progress(&play(chart, values), chart, wanted)
}

/// Criteria and aim of a goal on a number.
pub fn number_goal(config: &'static GptConfig, metric: &str, value: f64) -> (String, String) {
    let GoalStyle::Number { criteria, out_of, .. } = goal(config, metric).style else { panic!("no number") };
    (criteria(value), out_of(value))
}

/// The progress of a play towards a goal on a number or a value.
pub fn progress(chart: &Chart, metric: &str, values: &Value) -> String {
    let data = play(chart, values);
    match goal(chart.config(), metric).style {
        GoalStyle::Number { progress, .. } | GoalStyle::Value { progress: Some(progress), .. } => progress(&data),
        _ => data.value(chart.config().metric(metric).unwrap().0).to_owned(),
    }
}
