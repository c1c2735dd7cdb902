//! `cargo xtask vectors DIR`: test vectors against the formulas of `tachi-core`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tachi_core::formula;

/// How many disagreements of one file are printed.
const SHOWN: usize = 5;

/// Checks every `*.json` file of a folder and prints how many rows agree.
///
/// # Errors
/// When a file cannot be read, or any row disagrees.
pub fn run(dir: &Path) -> Result<()> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let (mut rows, mut wrong) = (0, 0);
    for file in &files {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let report = formula::check_vectors(&text).with_context(|| format!("{} holds no vectors", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let agree = report.rows - report.disagreements.len();
        println!("{name}: {agree} of {} agree", report.rows);
        for problem in report.disagreements.iter().take(SHOWN) {
            println!("    {problem}");
        }
        rows += report.rows;
        wrong += report.disagreements.len();
    }
    println!("{} of {rows} agree in {} files", rows - wrong, files.len());
    if wrong > 0 || files.is_empty() {
        bail!("{wrong} rows disagree");
    }
    Ok(())
}
