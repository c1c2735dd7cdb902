//! Every playtype from a BATCH-MANUAL document to the profile, by the numbers of its page: `fixtures/games/`.
//!
//! The expected values are typed from the pages and vectors. Where a test fails, the code is wrong, or the page needs
//! a decision; they are never written from our own output.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tachi_core::game::{Gpt, Group};
use tachi_core::hydrate::Ratings;
use tachi_core::import_document::ImportDocument;
use tachi_core::score::ScoreData;
use tachi_db::pbs::{StoredPb, pbs_of_user};
use tachi_db::profiles::{Profile, profile_get};
use tachi_db::scores::{StoredScore, score_by_public_id};

use crate::support::World;

/// Ratings that go through `pow` and `ln`, whose last bits differ between libraries.
const ROUNDED: [&str; 1] = ["BPI"];

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    /// Where the numbers stand, by section of the page.
    source: BTreeMap<String, String>,
    /// The import. Its scores come in order of time, one after another.
    document: Value,
    /// What becomes of each score, in the document's order.
    scores: Vec<ExpectedScore>,
    /// PBs that more than one score belongs to.
    pbs: Vec<ExpectedPb>,
    profile: ExpectedProfile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ExpectedScore {
    /// The public ID for user 1, where the page has it.
    #[serde(default, rename = "scoreID")]
    score_id: Option<String>,
    /// All derived metrics.
    derived: Map<String, Value>,
    /// All ratings.
    calculated_data: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ExpectedPb {
    /// What each score contributed, and its position in the document; the base first.
    composed_from: Vec<(String, usize)>,
    /// All metrics, and the optional ones that there are.
    score_data: Map<String, Value>,
    /// All ratings.
    calculated_data: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedProfile {
    ratings: Map<String, Value>,
    classes: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/games")
}

#[test]
fn every_playtype_has_its_examples_and_every_file_a_playtype() {
    let files: BTreeSet<String> =
        fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let playtypes = Gpt::ALL.iter().map(|gpt| format!("{}.json", gpt.config().v3)).collect();
    assert_eq!(files, playtypes, "files in fixtures/games, and playtypes");
}

#[test]
fn every_playtype_follows_its_page() {
    let mut problems = Vec::new();
    for gpt in Gpt::ALL {
        let name = format!("{}.json", gpt.config().v3);
        let Ok(text) = fs::read_to_string(folder().join(&name)) else { continue };
        match serde_json::from_str(&text) {
            Ok(example) => problems.extend(check(*gpt, &example).iter().map(|problem| format!("{name}: {problem}"))),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
    assert!(problems.is_empty(), "{} differences\n{}", problems.len(), problems.join("\n"));
}

/// What of an example is not as it says.
fn check(gpt: Gpt, example: &Example) -> Vec<String> {
    let world = World::new();
    let import = match world.importer.import(world.request(&example.document)) {
        Ok(import) => import,
        Err(failure) => return vec![format!("refused: {failure:?}")],
    };
    let scores = stored_scores(&world, &import);
    let mut problems: Vec<String> = import.errors.iter().map(|error| error.message.clone()).collect();
    if example.source.is_empty() || example.pbs.is_empty() {
        problems.push("it must name its sources and have a PB of several scores".to_owned());
    }
    let elements = example.document["scores"].as_array().map_or(&[][..], Vec::as_slice);
    if [elements.len(), example.scores.len()] != [scores.len(); 2] {
        let counts = (elements.len(), example.scores.len(), scores.len());
        problems.push(format!("scores in the document, expected and stored: {counts:?}"));
        return problems;
    }
    for (index, ((element, expected), stored)) in elements.iter().zip(&example.scores).zip(&scores).enumerate() {
        let differs = check_score(element, expected, stored);
        problems.extend(differs.iter().map(|problem| format!("scores[{index}]: {problem}")));
    }
    let pbs = world.importer.database().read(|conn| pbs_of_user(conn, world.user, gpt)).unwrap();
    for (index, expected) in example.pbs.iter().enumerate() {
        let differs = check_pb(expected, &pbs, &scores);
        problems.extend(differs.iter().map(|problem| format!("pbs[{index}]: {problem}")));
    }
    let profile = world.importer.database().read(|conn| profile_get(conn, world.user, gpt)).unwrap();
    match profile {
        Some(profile) => problems.extend(check_profile(&example.profile, &profile)),
        None => problems.push("there is no profile".to_owned()),
    }
    problems
}

/// The scores of an import in the order in which they were stored, which is the document's.
fn stored_scores(world: &World, import: &ImportDocument) -> Vec<StoredScore> {
    let read = |id: &_| world.importer.database().read(|conn| score_by_public_id(conn, *id)).unwrap().unwrap();
    let mut scores: Vec<StoredScore> = import.score_ids.iter().map(read).collect();
    scores.sort_by_key(|score| score.key);
    scores
}

fn check_score(element: &Value, expected: &ExpectedScore, stored: &StoredScore) -> Vec<String> {
    let score = &stored.score;
    let mut problems = Vec::new();
    for (name, value) in score.data.metrics_json(Group::Provided) {
        if !same(&element[&name], &value) {
            problems.push(format!("stored in another order: its {name} is {value}"));
        }
    }
    if expected.score_id.as_ref().is_some_and(|id| *id != score.id.to_string()) {
        problems.push(format!("scoreID: expected {:?}, got {}", expected.score_id, score.id));
    }
    problems.extend(differences("derived", &expected.derived, &score.data.metrics_json(Group::Derived)));
    problems.extend(check_ratings(&expected.calculated_data, &score.data, &score.ratings));
    problems
}

fn check_pb(expected: &ExpectedPb, pbs: &[StoredPb], scores: &[StoredScore]) -> Vec<String> {
    let composed: Vec<(String, _)> =
        expected.composed_from.iter().map(|(name, index)| (name.clone(), scores[*index].key)).collect();
    let Some(pb) = pbs.iter().find(|pb| pb.composed.first() == composed.first()) else {
        return vec![format!("no PB is based on {:?}", expected.composed_from.first())];
    };
    let mut problems = Vec::new();
    if pb.composed != composed {
        problems.push(format!("composedFrom: expected {composed:?}, got {:?}", pb.composed));
    }
    let groups = [Group::Provided, Group::Derived].map(|group| pb.data.metrics_json(group));
    let mut data: Map<String, Value> = groups.into_iter().flatten().collect();
    data.insert("optional".to_owned(), Value::Object(pb.data.metrics_json(Group::Optional)));
    problems.extend(differences("scoreData", &expected.score_data, &data));
    problems.extend(check_ratings(&expected.calculated_data, &pb.data, &pb.ratings));
    problems
}

fn check_profile(expected: &ExpectedProfile, profile: &Profile) -> Vec<String> {
    let names = profile.gpt.config().profile_ratings.iter().map(|rating| rating.name);
    let mut problems = differences("profile", &expected.ratings, &named(names, &profile.ratings));
    if profile.classes != expected.classes {
        problems.push(format!("classes: expected {:?}, got {:?}", expected.classes, profile.classes));
    }
    problems
}

fn check_ratings(expected: &Map<String, Value>, data: &ScoreData, ratings: &Ratings) -> Vec<String> {
    let names = data.config().score_ratings.iter().map(|rating| rating.name);
    differences("calculatedData", expected, &named(names, ratings))
}

fn named<'a>(names: impl Iterator<Item = &'a str>, ratings: &Ratings) -> Map<String, Value> {
    names.zip(ratings).map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

/// The members in which two objects differ; what is missing on one side counts.
fn differences(what: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    let differing = names.into_iter().filter(|name| {
        let (Some(expected), Some(actual)) = (expected.get(*name), actual.get(*name)) else { return true };
        !(same(expected, actual) || (ROUNDED.contains(&name.as_str()) && close(expected, actual)))
    });
    let shown =
        |object: &Map<String, Value>, name: &str| object.get(name).map_or("nothing".to_owned(), Value::to_string);
    differing
        .map(|name| format!("{what}.{name}: expected {}, got {}", shown(expected, name), shown(actual, name)))
        .collect()
}

/// Whether two values are the same, numbers compared as numbers: 100 is 100.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => differences("", a, b).is_empty() && a.len() == b.len(),
        _ => a == b,
    }
}

fn close(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return false };
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}
