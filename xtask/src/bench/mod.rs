//! `cargo xtask bench`: how fast the release build is, through the real binary and over real HTTP.
//!
//! Each figure is the median of several runs. Inputs are made up from the catalogue and always the same.

mod api;
mod data;
mod figures;
mod imports;
mod instance;
mod postgres;
mod reads;
mod storage;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};

use self::data::Iidx;
use self::figures::{Figures, median, seconds};
use self::instance::Instance;
use self::reads::Setup;
use self::storage::{Storage, StorageKind};
use crate::process::{Server, build, root, run as tachi, timed};

/// Where the large catalogue lies beside a checkout.
const SEEDS: &str = "../shared/data/seeds";
/// What stands in for it; too small for the figures to mean much.
const SMALL_SEEDS: &str = "fixtures/catalogue";

/// What the benchmark can be told.
#[derive(Debug, Args)]
pub struct Options {
    /// Measure on PostgreSQL: a server of its own, or TACHI_TEST_POSTGRES_URL
    #[arg(long)]
    postgres: bool,
    /// The catalogue [default: ../shared/data/seeds if there, else fixtures/catalogue]
    #[arg(long, value_name = "DIR")]
    seeds: Option<PathBuf>,
    /// How often everything is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    runs: u16,
    /// Measure one thing only
    #[arg(long, value_enum)]
    only: Option<Group>,
    /// The SQLite file that reads are measured on; made when it is not there, and kept
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// How many scores reads are measured with
    #[arg(long, default_value_t = 1_000_000)]
    scores: usize,
    /// Measure this binary instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// What can be measured on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// Whole exports of the official site
    Exports,
    /// A large document, and the bare insertion of its rows
    Large,
    /// A document into a large profile and into an empty one
    Rich,
    /// Scores one by one
    Single,
    /// Histories of a service elsewhere
    Api,
    /// Every GET, with a million scores; only when it is asked for
    Reads,
}

/// Measures everything and prints the table.
///
/// # Errors
/// When a step fails, or a figure is not what it must be.
pub fn run(options: Options) -> Result<()> {
    let binary = match options.binary {
        Some(binary) => binary,
        None => {
            println!("Building the server for release ...");
            build("release")?
        }
    };
    let seeds = options.seeds.unwrap_or_else(default_seeds);
    let iidx = Iidx::read(&seeds)?;
    let kind = if options.postgres { StorageKind::postgres()? } else { StorageKind::Sqlite };
    println!("Measuring {} on {} with {} ...", binary.display(), kind.name(), seeds.display());
    if options.only == Some(Group::Reads) {
        let setup =
            Setup { binary: &binary, kind: &kind, seeds: &seeds, database: options.database, scores: options.scores };
        return match reads::measure(&setup, iidx)? {
            0 => Ok(()),
            missed => bail!("{missed} reads are too slow"),
        };
    }

    let mut figures = Figures::default();
    let storage = load_seeds(&binary, &kind, &seeds, options.runs, &mut figures)?;
    let instance = Instance::prepare(&binary, storage, imports::users(options.runs))?;
    start_server(&instance, options.runs, &mut figures)?;
    if options.only.is_none_or(|only| only == Group::Api) {
        api::measure(&binary, &instance, &iidx, options.runs, &mut figures)?;
    }
    imports::measure(instance, &iidx, options.only, options.runs, &mut figures)?;

    figures.print();
    let missed = figures.missed();
    if missed > 0 {
        bail!("{missed} figures are not what they must be");
    }
    Ok(())
}

fn default_seeds() -> PathBuf {
    let large = root().join(SEEDS);
    if large.is_dir() { large } else { root().join(SMALL_SEEDS) }
}

/// Loads the catalogue into fresh databases, twice each; returns the last of them.
fn load_seeds(binary: &Path, kind: &StorageKind, seeds: &Path, runs: u16, figures: &mut Figures) -> Result<Storage> {
    let seeds = seeds.to_str().context("the catalogue's path is no text")?;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..runs {
        let storage = kind.fresh()?;
        let args = [&["seeds", "load", seeds][..], &storage.args()].concat();
        let (time, _) = timed(|| tachi(binary, &args))?;
        first.push(time);
        let (time, output) = timed(|| tachi(binary, &args))?;
        second.push(time);
        ensure!(output.contains("Nothing changed"), "a second load changed something:\n{output}");
        last = Some(storage);
    }
    let loads = [("first", median(first), 10), ("second", median(second), 5)];
    for (which, time, bound) in loads {
        let what = format!("seeds load, {which}");
        match kind {
            StorageKind::Sqlite => figures.at_most(what, time, Duration::from_secs(bound), seconds),
            StorageKind::Postgres(_) => figures.note(what, seconds(time)),
        }
    }
    last.context("no runs")
}

fn start_server(instance: &Instance, runs: u16, figures: &mut Figures) -> Result<()> {
    let (mut ready, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (time, server) = timed(|| instance.serve())?;
        ready.push(time);
        memory.push(resident_memory(&server)?);
    }
    figures.at_most("server ready", median(ready), Duration::from_secs(1), figures::milliseconds);
    figures.at_most("memory of the server, ready", median(memory), 250 << 20, figures::mebibytes);
    Ok(())
}

/// The resident memory of a server, in bytes.
fn resident_memory(server: &Server) -> Result<u64> {
    let path = format!("/proc/{}/status", server.id());
    let status = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")).context("the status tells no VmRSS")?;
    Ok(kibibytes.trim().parse::<u64>()? << 10)
}
