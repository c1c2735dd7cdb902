//! The published formulas against test vectors.

use std::path::{Path, PathBuf};

use tachi_core::formula;

/// The project's own copies, and the full set where it lies beside the project.
fn vector_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in [root.join("fixtures/vectors"), root.join("../shared/spec/vectors")] {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some()));
    }
    files
}

#[test]
fn every_vector_agrees() {
    let mut problems = Vec::new();
    let mut rows = 0;
    for file in vector_files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let report = formula::check_vectors(&text).unwrap();
        rows += report.rows;
        for problem in report.disagreements.iter().take(5) {
            problems.push(format!("{}: {problem}", file.file_name().unwrap().to_string_lossy()));
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    assert!(rows > 100, "only {rows} rows were checked");
}
