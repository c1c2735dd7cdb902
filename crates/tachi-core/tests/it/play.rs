//! Charts, plays and what becomes of them, from JSON: for the tests of the games' rules.
//!
//! A play is written as one object: its metrics by name, and where it matters `judgements` and `timeAchieved`.

use std::path::Path;

use serde_json::{Value, json};
use tachi_core::catalogue::{Catalogue, Chart, ChartDocument, ChartKey, ChartQuery, ResolveError, Song, SongDocument};
use tachi_core::game::{Game, GoalCharts, GoalFormat, GoalStyle, Gpt, GptConfig, ProfileRule, RatedChart};
use tachi_core::hydrate::{self, HydrateError};
use tachi_core::ids::{ScoreId, UserId};
use tachi_core::match_type::MatchType;
use tachi_core::pb::{self, Pb, PbCandidate};
use tachi_core::rating::profile_best;
use tachi_core::score::ScoreData;
use tachi_core::{class, score_id, session, validate};

// --- Charts ----------------------------------------------------------------------------------------------------

/// The text of a file.
#[expect(clippy::disallowed_methods, reason = "fixtures are files")]
pub fn text_of(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

fn built_in_documents(kind: &str, game: Game) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/catalogue");
    serde_json::from_str(&text_of(&folder.join(format!("{kind}-{game}.json")))).unwrap()
}

/// A game's part of the built-in catalogue.
pub fn built_in_catalogue(game: Game) -> Catalogue {
    catalogue(game, &built_in_documents("songs", game), &built_in_documents("charts", game))
}

/// The document of a chart of the built-in catalogue.
pub fn built_in(game: Game, id: &str) -> Value {
    built_in_documents("charts", game).into_iter().find(|chart| chart["chartID"] == id).unwrap()
}

/// A document with some members replaced; those of inner objects one by one.
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

/// A chart outside any catalogue.
pub fn chart(game: Game, document: &Value) -> Chart {
    Chart::from_document(game, &chart_document(document)).unwrap()
}

/// The catalogue of these songs and charts.
pub fn catalogue(game: Game, songs: &[Value], charts: &[Value]) -> Catalogue {
    let mut builder = Catalogue::builder();
    for song in songs {
        builder.song(game, song_document(song)).unwrap();
    }
    for (key, chart) in (1..).zip(charts) {
        builder.chart(game, &chart_document(chart), ChartKey(key)).unwrap();
    }
    builder.build()
}

// `data` is kept as text, which only a text can be read into.
fn chart_document(document: &Value) -> ChartDocument {
    serde_json::from_str(&document.to_string()).unwrap()
}

fn song_document(document: &Value) -> SongDocument {
    serde_json::from_str(&document.to_string()).unwrap()
}

/// A song of that title.
pub fn song(game: Game, title: &str, data: &Value) -> Song {
    let document = json!({
        "id": 1, "title": title, "artist": "", "altTitles": [], "searchTerms": [], "data": data,
    });
    let SongDocument { id, title, artist, data, .. } = song_document(&document);
    let (title, artist) = (title.into(), artist.into());
    Song { id, game, title, artist, alt_titles: [].into(), search_terms: [].into(), data }
}

/// The label of a chart.
pub fn label(game: Game, song: &Value, chart: &Value) -> String {
    let catalogue = catalogue(game, std::slice::from_ref(song), std::slice::from_ref(chart));
    catalogue.label(&catalogue.charts()[0])
}

/// The ID of the chart that a query without a version finds.
pub fn resolve(
    catalogue: &Catalogue,
    gpt: Gpt,
    (match_type, identifier, difficulty): (MatchType, &str, Option<&str>),
) -> Result<String, ResolveError> {
    resolve_version(catalogue, gpt, (match_type, identifier, difficulty), None)
}

/// The ID of the chart that a query finds.
pub fn resolve_version(
    catalogue: &Catalogue,
    gpt: Gpt,
    (match_type, identifier, difficulty): (MatchType, &str, Option<&str>),
    version: Option<&str>,
) -> Result<String, ResolveError> {
    let query = ChartQuery { match_type, identifier, difficulty, artist: None, version };
    catalogue.resolve(gpt, &query).map(|index| catalogue.chart(index).id.to_string())
}

// --- Plays -----------------------------------------------------------------------------------------------------

/// A play of which nothing is derived yet.
pub fn dry(config: &'static GptConfig, values: &Value) -> ScoreData {
    let mut data = ScoreData::new(config);
    for (name, value) in values.as_object().unwrap() {
        match name.as_str() {
            "judgements" => data.set_judgements_json(value.as_object().unwrap()).unwrap(),
            "timeAchieved" => {}
            metric => data.set_json(metric, value).unwrap(),
        }
    }
    data
}

/// A play with its derived metrics, where there can be any.
pub fn play(chart: &Chart, values: &Value) -> ScoreData {
    let mut data = dry(chart.config(), values);
    // A play that has no grade is invalid, and the tests ask for that.
    let _ = hydrate::derive_metrics(&mut data, chart);
    data
}

/// The named metrics of a play, as JSON.
pub fn metrics(data: &ScoreData, names: &[&str]) -> Value {
    let value = |name: &&str| data.value_json(data.config().metric(name).unwrap().0).unwrap_or_default();
    names.iter().map(value).collect()
}

/// What is wrong with a play, a line each.
pub fn problems(chart: &Chart, values: &Value) -> Vec<String> {
    match hydrate::derive(dry(chart.config(), values), chart) {
        Ok(_) => Vec::new(),
        Err(HydrateError::Invalid(text)) => text.lines().skip(1).map(str::to_owned).collect(),
        Err(error) => panic!("{error}"),
    }
}

/// Checks that a play has these problems, each given by a part of its line, and no other.
#[track_caller]
pub fn check_problems(chart: &Chart, values: &Value, expected: &[&str]) {
    let lines = problems(chart, values);
    let agree = lines.len() == expected.len() && lines.iter().zip(expected).all(|(line, part)| line.contains(part));
    assert!(agree, "{values}: expected {expected:?}, got {lines:?}");
}

/// What [`groups`] gives for a play that no game-wide validator refuses.
pub const NONE: [usize; 0] = [];

/// Which of the GPT's game-wide validators refuse a play, the first being 1.
pub fn groups(chart: &Chart, values: &Value) -> Vec<usize> {
    let data = play(chart, values);
    let lines = validate::problems(&data, chart);
    let validators = (1..).zip(chart.config().validators);
    let refusing = validators.filter_map(|(group, validator)| {
        let line = validator(&data, chart)?;
        assert!(lines.contains(&line), "{line:?} is not among {lines:?}");
        Some(group)
    });
    refusing.collect()
}

/// The score ratings of a valid play.
#[track_caller]
pub fn ratings(chart: &Chart, values: &Value) -> Vec<Option<f64>> {
    hydrate::derive(dry(chart.config(), values), chart).unwrap().1.into_vec()
}

/// A score rating of a valid play.
#[track_caller]
pub fn rating(chart: &Chart, name: &str, values: &Value) -> Option<f64> {
    ratings(chart, values)[chart.config().score_rating(name).unwrap()]
}

/// The text that user 1's score ID in form T hashes, and the ID.
pub fn form_t(chart: &Chart, values: &Value) -> (String, String) {
    let data = dry(chart.config(), values);
    let key = score_id::dedup_key(UserId(1), &chart.id, &data);
    (score_id::form_t_text(UserId(1), &chart.id, &data), format!("T{}", const_hex::encode(key)))
}

// --- PBs -------------------------------------------------------------------------------------------------------

/// The PB of plays A, B, C.., valid or not, and what it is composed of: `Best Score A`.
pub fn pb(chart: &Chart, plays: &[Value]) -> (Pb, Vec<String>) {
    let data: Vec<ScoreData> = plays.iter().map(|values| play(chart, values)).collect();
    let id = |position: usize| -> ScoreId { format!("T{position:064x}").parse().unwrap() };
    let candidates = data.iter().enumerate().map(|(position, data)| PbCandidate {
        id: id(position),
        data,
        time_achieved: plays[position]["timeAchieved"].as_i64(),
        highlight: false,
    });
    let pb = pb::compose(&candidates.collect::<Vec<_>>(), chart).unwrap();
    let letter = |wanted| ('A'..).zip((0..plays.len()).map(id)).find(|(_, id)| *id == wanted).unwrap().0;
    let composed_from = pb.composed_from.iter().map(|from| format!("{} {}", from.name, letter(from.score_id)));
    let composed_from = composed_from.collect();
    (pb, composed_from)
}

// --- Sessions, profiles and classes --------------------------------------------------------------------------------

/// A session rating of scores that all have this one value of each of the GPT's score ratings.
pub fn session_rating(config: &GptConfig, name: &str, values: &[f64]) -> Option<f64> {
    let scores: Vec<Vec<Option<f64>>> =
        values.iter().map(|value| vec![Some(*value); config.score_ratings.len()]).collect();
    let position = config.session_ratings.iter().position(|rating| rating.name == name).unwrap();
    session::ratings(config, scores.iter().map(Vec::as_slice))[position]
}

/// A profile rating of PBs on one chart with these score ratings.
pub fn profile_rating(chart: &Chart, name: &str, ratings: &[(&str, &[f64])]) -> Option<f64> {
    let values = |of: &str| ratings.iter().find(|(name, _)| *name == of).map_or(&[][..], |(_, values)| values);
    let rating = chart.config().profile_ratings.iter().find(|rating| rating.name == name).unwrap();
    match &rating.rule {
        ProfileRule::Best { of, best, how } => profile_best(values(of), *best, *how),
        ProfileRule::Own { inputs, calculate } => {
            let lists = inputs.iter().map(|input| {
                let mut list: Vec<RatedChart<'_>> =
                    values(input.of).iter().map(|value| RatedChart { value: *value, chart }).collect();
                list.sort_by(|a, b| b.value.total_cmp(&a.value));
                list.truncate(input.limit);
                list
            });
            calculate(&lists.collect::<Vec<_>>())
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

// --- Goals -----------------------------------------------------------------------------------------------------

fn goal(config: &GptConfig, metric: &str) -> &'static GoalFormat {
    config.goal(config.metric(metric).unwrap().0).unwrap()
}

/// On which charts goals on a metric may be set.
pub fn goal_charts(gpt: Gpt, metric: &str) -> GoalCharts {
    goal(gpt.config(), metric).charts
}

/// Criteria and outOf of a goal.
pub fn wording(config: &GptConfig, metric: &str, wanted: f64) -> [String; 2] {
    let goal = goal(config, metric);
    [goal.criteria(config, wanted), goal.out_of(config, wanted)]
}

/// How far a play is towards a goal that is no grade.
pub fn progress(chart: &Chart, metric: &str, values: &Value) -> String {
    goal(chart.config(), metric).progress(&play(chart, values), chart, 0.0)
}

/// Criteria, progress of a play and outOf of a goal that is no grade.
pub fn number_goal(chart: &Chart, metric: &str, wanted: f64, values: &Value) -> [String; 3] {
    let [criteria, out_of] = wording(chart.config(), metric, wanted);
    [criteria, progress(chart, metric, values), out_of]
}

/// How far a play is towards a grade.
pub fn grade_goal(chart: &Chart, wanted: &str, values: &Value) -> String {
    let config = chart.config();
    let (_, grade) = config.metric("grade").unwrap();
    let wanted = grade.values().iter().position(|grade| *grade == wanted).unwrap();
    goal(config, "grade").progress(&play(chart, values), chart, wanted as f64)
}

/// The metrics whose goals show values as they are.
pub fn plain_goals(config: &GptConfig) -> Vec<&'static str> {
    let plain = config.goals.iter().filter(|goal| matches!(goal.style, GoalStyle::Value { progress: None }));
    plain.map(|goal| config.metrics[goal.metric.get()].name).collect()
}
