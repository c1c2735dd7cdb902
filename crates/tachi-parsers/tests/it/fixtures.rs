//! Runs every case and compares the outcome of every row with what `expected.json` says.
//!
//! `CASE=substring` picks cases by name. `UPDATE_EXPECT=1` writes what came out and fails once, so that somebody reads
//! it; a run with `CI` set refuses to write.

use std::env;
use std::fmt::Write as _;
use std::fs;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::score::DryScore;
use tachi_parsers::error::{Failure, FatalError, FatalKind};
use tachi_parsers::format::{ClassChange, Input, Outcome, ProvidedClass};
use tachi_parsers::registry::Entry;

use crate::cases::{self, Case};

/// `expected.json`: a refusal, or what became of the rows.
#[derive(Debug, PartialEq)]
enum Expected {
    Refused(Refused),
    Import(Import),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    fatal: Fatal,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fatal {
    kind: String,
    message: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    game: String,
    context: Value,
    classes: Vec<Class>,
    rows: Vec<Row>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    gpt: String,
    set: String,
    /// Null where the class is taken away.
    value: Option<String>,
    /// Whether the player states it, so that it may go down.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stated: bool,
}

/// One row, or several skipped ones in a row that have the same message.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difficulty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Value>,
    /// Whether the score is to be highlighted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    highlight: bool,
    /// The chart to be queued.
    #[serde(rename = "unknownChart", skip_serializing_if = "Option::is_none")]
    unknown_chart: Option<Value>,
}

#[test]
fn every_case_has_the_outcome_that_it_expects() {
    let picked = env::var("CASE").unwrap_or_default();
    let update = env::var_os("UPDATE_EXPECT").is_some();
    assert!(!(update && env::var_os("CI").is_some()), "expectations are not written where CI is set");

    let (cases, mut problems) = cases::read_all();
    assert!(!cases.is_empty());
    for case in cases.iter().filter(|case| case.name.contains(&picked)) {
        let result = run(case).and_then(|actual| if update { write(case, &actual) } else { compare(case, &actual) });
        if let Err(problem) = result {
            problems.push(format!("fixtures/{}: {problem}", case.name));
        }
    }
    assert!(problems.is_empty(), "{} problems\n\n{}\n", problems.len(), problems.join("\n\n"));
}

/// What becomes of a case's input.
fn run(case: &Case) -> Result<Expected, String> {
    let input = case.input();
    let parsed = match (case.entry.parse)(&input) {
        Ok(parsed) => parsed,
        Err(error) => return Ok(refused(error)),
    };
    let class = |class: &ProvidedClass| {
        let (value, stated) = match class.change {
            ClassChange::Raise(value) => (Some(value), false),
            ClassChange::Replace(value) => (Some(value), true),
            ClassChange::Clear => (None, true),
        };
        let (gpt, set) = (class.gpt.id_string().to_owned(), class.set.to_owned());
        Class { gpt, set, value: value.map(str::to_owned), stated }
    };
    let classes = parsed.classes.iter().map(class).collect();
    let (game, context) = (parsed.game.id().to_owned(), parsed.context.clone());
    let outcomes: Vec<Outcome> = match parsed.collect() {
        Ok(outcomes) => outcomes,
        Err(error) => return Ok(refused(error)),
    };
    check_stored_forms(case.entry, &input, &context, &outcomes)?;
    let rows = outcomes.iter().map(|outcome| row(outcome, case.catalogue())).collect();
    Ok(Expected::Import(Import { game, context, classes, rows: contract(rows) }))
}

fn refused(error: FatalError) -> Expected {
    let kind = match error.kind {
        FatalKind::BadInput => "badInput",
        FatalKind::Unauthorised => "unauthorised",
        FatalKind::Forbidden => "forbidden",
        FatalKind::Unconfigured => "unconfigured",
        FatalKind::Upstream => "upstream",
        FatalKind::EndlessUpstream => "endlessUpstream",
    };
    Expected::Refused(Refused { fatal: Fatal { kind: kind.to_owned(), message: error.message } })
}

/// Converting an element from its stored form must end as the element itself did, and only an element whose chart was
/// not found is kept.
pub fn check_stored_forms(
    entry: &Entry,
    input: &Input<'_>,
    context: &Value,
    outcomes: &[Outcome],
) -> Result<(), String> {
    let stored: Vec<Value> = (entry.store)(input).and_then(Iterator::collect).map_err(|error| error.to_string())?;
    if stored.len() != outcomes.len() {
        return Err(format!("{} elements are stored of {}", stored.len(), outcomes.len()));
    }
    for (data, outcome) in stored.iter().zip(outcomes) {
        let kept = matches!(outcome.result, Err(Failure::NotFound(_)));
        if outcome.orphan.as_ref() != kept.then_some(data) {
            return Err(format!("{}: the orphan is {:?} of {data}", outcome.place, outcome.orphan));
        }
        let read_back: Value = serde_json::from_str(&data.to_string()).map_err(|error| error.to_string())?;
        let again = (entry.convert)(&read_back, context, input.surroundings.catalogue);
        if again != outcome.result {
            let (again, first) = (shown(&again, input), shown(&outcome.result, input));
            return Err(format!("{}: stored, it becomes\n  {again}\ninstead of\n  {first}", outcome.place));
        }
    }
    Ok(())
}

fn shown(result: &Result<DryScore, Failure>, input: &Input<'_>) -> String {
    match result {
        Ok(score) => score.to_json(input.surroundings.catalogue).to_string(),
        Err(failure) => format!("{failure:?}"),
    }
}

fn row(outcome: &Outcome, catalogue: &Catalogue) -> Row {
    let name = match &outcome.result {
        Ok(_) => "ok",
        Err(Failure::Skip(_)) => "skipped",
        Err(Failure::NotFound(_)) => "notFound",
        Err(Failure::Ambiguous(_)) => "ambiguous",
        Err(Failure::Invalid(_)) => "invalid",
        Err(Failure::Internal(_)) => "internal",
    };
    let (message, score) = match &outcome.result {
        Ok(score) => (None, Some(score.to_json(catalogue))),
        Err(failure) => (Some(failure.to_string()), None),
    };
    if let Err(Failure::Skip(_)) = outcome.result {
        return Row { skipped: Some(1), message, ..Row::default() };
    }
    Row {
        skipped: None,
        place: Some(outcome.place.to_string()),
        outcome: Some(name.to_owned()),
        title: outcome.title.clone(),
        difficulty: outcome.difficulty.clone(),
        message,
        score,
        highlight: outcome.highlight,
        unknown_chart: outcome.unknown_chart.as_ref().map(|chart| serde_json::to_value(chart).unwrap()),
    }
}

/// Puts skipped rows that follow each other together.
fn contract(rows: Vec<Row>) -> Vec<Row> {
    let mut contracted: Vec<Row> = Vec::new();
    for row in rows {
        match contracted.last_mut() {
            Some(Row { skipped: Some(count), message, .. }) if row.skipped.is_some() && row.message == *message => {
                *count += row.skipped.unwrap_or(0);
            }
            _ => contracted.push(row),
        }
    }
    contracted
}

/// The reverse of [`contract`], so that rows can be compared one by one.
fn expand(rows: &[Row]) -> Vec<Row> {
    let repeated = |row: &Row| match row.skipped {
        Some(count) => vec![Row { skipped: Some(1), ..row.clone() }; count],
        None => vec![row.clone()],
    };
    rows.iter().flat_map(repeated).collect()
}

fn compare(case: &Case, actual: &Expected) -> Result<(), String> {
    let text = fs::read_to_string(case.folder.join("expected.json")).map_err(|_| "there is no expected.json")?;
    let expected = read(&text).map_err(|error| format!("expected.json: {error}"))?;
    if expected == *actual {
        return Ok(());
    }
    let mut report = "the outcome differs".to_owned();
    let (Expected::Import(expected), Expected::Import(actual)) = (&expected, actual) else {
        return Err(format!("{report}\n  - {}\n  + {}", render(&expected), render(actual)));
    };
    let mut line = |what: &str, expected: String, actual: String| {
        if expected != actual {
            write!(report, "\n  {what}\n  - {expected}\n  + {actual}").unwrap();
        }
    };
    line("game", expected.game.clone(), actual.game.clone());
    line("context", expected.context.to_string(), actual.context.to_string());
    line("classes", json(&expected.classes), json(&actual.classes));
    let (expected, actual) = (expand(&expected.rows), expand(&actual.rows));
    for index in 0..expected.len().max(actual.len()) {
        let text = |rows: &[Row]| rows.get(index).map_or_else(|| "nothing".to_owned(), json);
        line(&format!("row {index}"), text(&expected), text(&actual));
    }
    Err(report)
}

fn read(text: &str) -> serde_json::Result<Expected> {
    let value: Value = serde_json::from_str(text)?;
    if value.get("fatal").is_some() {
        serde_json::from_value(value).map(Expected::Refused)
    } else {
        serde_json::from_value(value).map(Expected::Import)
    }
}

/// Writes an expectation unless it is there already.
fn write(case: &Case, actual: &Expected) -> Result<(), String> {
    let path = case.folder.join("expected.json");
    let text = render(actual);
    if fs::read_to_string(&path).is_ok_and(|written| written == text) {
        return Ok(());
    }
    fs::write(&path, text).map_err(|error| error.to_string())?;
    Err("expected.json was written: read it, then run again without UPDATE_EXPECT".to_owned())
}

/// An expectation as its file has it: one row a line.
fn render(expected: &Expected) -> String {
    let Import { game, context, classes, rows } = match expected {
        Expected::Refused(refused) => return format!("{}\n", json(refused)),
        Expected::Import(import) => import,
    };
    let (game, context, classes) = (json(game), json(context), json(classes));
    let rows: Vec<String> = rows.iter().map(|row| format!("\n  {}", json(row))).collect();
    let end = if rows.is_empty() { "" } else { "\n" };
    let rows = rows.join(",");
    format!("{{\n\"game\": {game},\n\"context\": {context},\n\"classes\": {classes},\n\"rows\": [{rows}{end}]\n}}\n")
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}
