//! The published formulas against test vectors.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tachi_core::formula;

use crate::play::text_of;

/// The vector files of a folder, by name; none where there is no such folder.
fn vector_files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

/// Checks all rows of some files; gives how many there were.
#[track_caller]
fn check(files: &[PathBuf]) -> usize {
    let mut problems = Vec::new();
    let mut rows = 0;
    for file in files {
        let report = formula::check_vectors(&text_of(file)).unwrap();
        rows += report.rows;
        for problem in report.disagreements.iter().take(5) {
            problems.push(format!("{}: {problem}", file.file_name().unwrap().to_string_lossy()));
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    rows
}

#[test]
fn every_vector_agrees() {
    let files = vector_files("fixtures/vectors");
    assert_eq!(files.len(), 34);
    let rows = check(&files);
    assert!(rows > 500, "only {rows} rows were checked");
}

#[test]
fn every_vector_of_the_full_set_agrees_where_it_lies_beside_the_project() {
    check(&vector_files("../shared/spec/vectors"));
}

#[test]
fn every_formula_has_vectors() {
    let mut tried = HashSet::new();
    for file in vector_files("fixtures/vectors") {
        let rows: Vec<Value> = serde_json::from_str(&text_of(&file)).unwrap();
        tried.extend(rows.iter().map(|row| row["fn"].as_str().unwrap().to_owned()));
    }
    let known: HashSet<String> = formula::all().map(|formula| formula.name.to_owned()).collect();
    assert_eq!(tried, known);
}

#[test]
fn disagreements_name_function_arguments_and_both_values() {
    let report = formula::check_vectors(
        r#"[
            {"fn": "IIDX.percent", "args": {"score": 1000, "notecount": 786}, "result": 63.6},
            {"fn": "IIDX.percent", "args": {"score": 786, "notecount": 786}, "result": 50},
            {"fn": "IIDX.percent", "args": {"score": 786}, "throws": true},
            {"fn": "POPN.lamp", "args": {"clearMedal": "perfect"}, "throws": true},
            {"fn": "Potential.calculate", "args": {"score": 0, "internalChartLevel": 1}, "result": 7},
            {"fn": "Potential.calculate", "args": {"score": 0, "internalChartLevel": 1}, "result": 0, "version": "v3"},
            {"fn": "Nonsense", "args": {}, "result": 1}
        ]"#,
    )
    .unwrap();
    assert_eq!(report.rows, 7);
    let expected = [
        r#"IIDX.percent({"notecount":786,"score":1000}): expected 63.6, got 63.61323155216285"#,
        r#"POPN.lamp({"clearMedal":"perfect"}): expected a refusal"#,
        "Nonsense({}): we have no such function",
    ];
    assert_eq!(report.disagreements, expected);
}
