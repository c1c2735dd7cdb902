//! `tachi seeds load`: the catalogue from a folder of JSON files.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use tachi_core::catalogue::{CollectionError, Collections};
use tachi_db::Database;
use tachi_import::OrphanCounts;
use tachi_import::seeds::{self, SeedsReport, Step};

use super::out;
use super::scores::show;
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
    let followed = follow(settings, database, &report)?;
    for warning in &report.warnings {
        out::complain(format_args!("warning: {warning}"));
    }
    out::all((followed + &table(&report)).as_bytes())?;
    let what = if report.is_change() { "Loaded" } else { "Nothing changed" };
    out::line(format_args!("{what} in {:.1} s.", started.elapsed().as_secs_f64()))
}

/// Brings scores up to date with what was loaded, before the load counts as done: it recalculates those on changed
/// charts, also of a load that was cut short here, and tries orphans again. Returns what is to be said of it.
fn follow(settings: &Settings, database: Database, report: &SeedsReport) -> Result<String> {
    let mut said = String::new();
    let importer = super::importer_on(settings, database)?;
    let recalculation = bar("recalculating")?;
    let rederived = importer.rederive(|done, all| show(&recalculation, done, all))?;
    recalculation.finish_and_clear();
    if rederived.scores > 0 {
        said += &format!(
            "{} of {} scores recalculated, {} kept as they were.\n",
            rederived.changed, rederived.scores, rederived.refused
        );
    }
    if report.changes_charts() {
        let orphans = bar("trying orphans again")?;
        let counts = importer.retry_all_orphans(|done, all| show(&orphans, done, all))?;
        orphans.finish_and_clear();
        if counts.processed > 0 {
            let OrphanCounts { processed, success, removed, .. } = counts;
            said += &format!("{success} of {processed} orphans became scores, {removed} are gone.\n");
        }
    }
    Ok(said)
}

/// A bar that counts users.
pub fn bar(what: &'static str) -> Result<ProgressBar> {
    let bar = ProgressBar::new(0).with_message(what);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} users {msg}")?);
    Ok(bar)
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

/// What became of each collection.
fn table(report: &SeedsReport) -> String {
    let [name, new, changed, unchanged, removed, kept] =
        ["collection", "new", "changed", "unchanged", "removed", "kept"];
    let mut table = format!("{name:<20} {new:>8} {changed:>8} {unchanged:>10} {removed:>8} {kept:>6}\n");
    for (name, done) in &report.collections {
        table += &format!(
            "{name:<20} {:>8} {:>8} {:>10} {:>8} {:>6}\n",
            done.new, done.changed, done.unchanged, done.removed, done.kept
        );
    }
    table
}
