//! `tachi seeds load`: the catalogue from a folder of JSON files.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use tachi_core::catalogue::{CollectionError, Collections};
use tachi_import::seeds::{self, SeedsReport, Step};

use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Loads songs-<game>.json, charts-<game>.json, folders.json and so on; all of it or nothing
    Load {
        /// The folder
        dir: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// When the data is not fit to be loaded; nothing is changed then.
pub fn run(settings: &Settings, command: Command) -> Result<()> {
    let Command::Load { dir } = command;
    let started = Instant::now();
    let files = json_files(&dir)?;
    ensure!(!files.is_empty(), "{} holds no JSON files", dir.display());
    let database = super::open(settings)?;
    // Reading takes about as long as the three steps after it.
    let bar = ProgressBar::new(files.len() as u64 * 2);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent:>3}% {msg}")?);
    let collections = read(&files, &bar)?;
    let step = files.len() as u64 / 3;
    let report = seeds::load(&database, collections, |reached| {
        bar.inc(step);
        bar.set_message(match reached {
            Step::Check => "checking",
            Step::Write => "writing",
            Step::Folders => "filling folders",
        });
    })?;
    bar.finish_and_clear();
    print(&report, started);
    Ok(())
}

fn json_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(files: &[PathBuf], bar: &ProgressBar) -> Result<Collections> {
    let mut collections = Collections::default();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        bar.set_message(format!("reading {name}"));
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        match collections.add_file(&name, &text) {
            Ok(_) => {}
            Err(CollectionError::UnknownFile { file }) => log::warn!("{file} is no collection and was left out"),
            Err(error) => return Err(error.into()),
        }
        bar.inc(1);
    }
    Ok(collections)
}

fn print(report: &SeedsReport, started: Instant) {
    for warning in &report.warnings {
        eprintln!("warning: {warning}");
    }
    println!("{:<20} {:>8} {:>8} {:>10} {:>8} {:>6}", "collection", "new", "changed", "unchanged", "removed", "kept");
    for (name, done) in &report.collections {
        println!(
            "{name:<20} {:>8} {:>8} {:>10} {:>8} {:>6}",
            done.new, done.changed, done.unchanged, done.removed, done.kept
        );
    }
    let what = if report.is_change() { "Loaded" } else { "Nothing changed" };
    println!("{what} in {:.1} s.", started.elapsed().as_secs_f64());
}
