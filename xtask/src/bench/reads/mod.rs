//! Reading back: every GET of the API, with a million scores in the database.

mod plays;
mod routes;
mod samples;
mod world;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use reqwest::blocking::Client;
use reqwest::header::{AUTHORIZATION, COOKIE};

use self::plays::Games;
use self::routes::{Answer, READS, Read};
use self::samples::{Sample, Samples, Who};
use super::data::Iidx;
use super::figures::{median, milliseconds, quantile};
use super::storage::{Storage, StorageKind};
use crate::process::{Server, client, run as tachi, timed};

/// Calls before those that are measured, and these.
const WARM: usize = 5;
const CALLS: usize = 50;
/// The median of a read.
const LIMIT: Duration = Duration::from_millis(10);
/// All games.
const FLAVOUR: &[&str] = &["--flavour", "omni"];

/// What reads are measured on.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The server.
    pub binary: &'a Path,
    /// The kind of database.
    pub kind: &'a StorageKind,
    /// The catalogue.
    pub seeds: &'a Path,
    /// A database file that is used, and made when it is not there.
    pub database: Option<PathBuf>,
    /// How many scores it is filled with.
    pub scores: usize,
}

/// Measures every read and prints the table. Returns how many are too slow.
///
/// # Errors
/// When a call fails, or a route is neither called nor excluded.
pub fn measure(setup: &Setup<'_>, iidx: Iidx) -> Result<usize> {
    let document = serde_json::from_str(&tachi(setup.binary, &["openapi"])?).context("tachi openapi is no JSON")?;
    let forgotten = routes::forgotten(&document);
    ensure!(forgotten.is_empty(), "reads/routes.rs neither calls nor excludes: {}", forgotten.join(", "));
    let games = Games::read(setup.seeds, iidx)?;
    let storage = storage(setup, &games)?;
    let server = Server::start(setup.binary, &[&storage.args()[..], FLAVOUR].concat())?;
    let calling = Calling { client: client()?, url: &server.url };
    let samples = Samples::find(&calling.client, &server.url)?;
    let mut lines = Vec::with_capacity(READS.len());
    for read in READS {
        lines.push(calling.read(read, &samples)?);
    }
    samples.forget()?;
    print(&lines);
    Ok(lines.iter().filter(|line| line.is_slow()).count())
}

/// A database with scores: made, or the one that was.
fn storage(setup: &Setup<'_>, games: &Games) -> Result<Storage> {
    match &setup.database {
        Some(file) if file.exists() => return Storage::kept(file),
        Some(_) if matches!(setup.kind, StorageKind::Postgres(_)) => bail!("only SQLite has a file"),
        Some(_) | None => {}
    }
    let storage = setup.kind.fresh()?;
    let seeds = setup.seeds.to_str().context("the catalogue's path is no text")?;
    tachi(setup.binary, &[&["seeds", "load", seeds][..], &storage.args()].concat())?;
    world::build(setup.binary, &storage, games, setup.scores, setup.seeds)?;
    let Some(file) = &setup.database else { return Ok(storage) };
    let name = file.to_str().context("the database's path is no text")?;
    tachi(setup.binary, &[&["db", "backup", name][..], &storage.args()].concat())?;
    Storage::kept(file)
}

/// Calls made one after another on one connection.
struct Calling<'a> {
    client: Client,
    url: &'a str,
}

/// What calls took.
#[derive(Debug)]
struct Times {
    p50: Duration,
    p99: Duration,
    /// The median of the answers' bytes.
    bytes: usize,
}

/// A line of the table.
#[derive(Debug)]
struct Line {
    read: &'static Read,
    times: Times,
    /// The same for the user with most scores, where the route is about a user.
    largest: Option<Times>,
}

impl Line {
    fn is_slow(&self) -> bool {
        let of_largest = self.largest.as_ref().filter(|_| self.read.answer == Answer::Bounded);
        self.times.p50 > LIMIT || of_largest.is_some_and(|times| times.p50 > LIMIT)
    }
}

impl Calling<'_> {
    fn read(&self, read: &'static Read, samples: &Samples) -> Result<Line> {
        let who = if read.answer == Answer::Whole && is_about_user(read) { Who::Usual } else { Who::All };
        let mut own = samples.of(read, who)?;
        if own.is_empty() {
            own = samples.of(read, Who::All)?;
        }
        let largest = if is_about_user(read) { samples.of(read, Who::Largest)? } else { Vec::new() };
        let times = self.times(read, &own)?;
        let largest = if largest.is_empty() { None } else { Some(self.times(read, &largest)?) };
        let of_largest = largest.as_ref().map_or_else(String::new, |times| milliseconds(times.p50));
        println!("  {} {} {of_largest}", read.path, milliseconds(times.p50));
        Ok(Line { read, times, largest })
    }

    /// Calls a route with different samples in turn.
    fn times(&self, read: &Read, samples: &[(String, &Sample)]) -> Result<Times> {
        let (mut times, mut bytes) = (Vec::with_capacity(CALLS), Vec::with_capacity(CALLS));
        // A whole list of the largest user takes a while.
        let calls = WARM + if read.answer == Answer::Whole { CALLS / 5 } else { CALLS };
        for call in 0..calls {
            // So that neighbours, who are alike, do not follow one another.
            let (path, sample) = &samples[call * 31 % samples.len()];
            let (time, size) = self.call(path, sample)?;
            if call >= WARM {
                times.push(time);
                bytes.push(size);
            }
        }
        Ok(Times { p50: median(times.clone()), p99: quantile(times, 99), bytes: median(bytes) })
    }

    fn call(&self, path: &str, sample: &Sample) -> Result<(Duration, usize)> {
        let mut request = self.client.get(format!("{}{path}", self.url)).timeout(Duration::from_secs(120));
        if let Some(caller) = &sample.caller {
            request = match path.starts_with("/ir/") {
                true => {
                    let request = request.header("X-TachiIR-Version", "v3.0.0");
                    request.header(AUTHORIZATION, format!("Bearer {}", caller.token))
                }
                false => request.header(COOKIE, &caller.cookie),
            };
        }
        let (time, (status, body)) = timed(|| {
            let answer = request.send()?;
            Ok((answer.status(), answer.bytes()?))
        })?;
        // Refusals of USC-IR have a status of their own in the body.
        let is_refused = path.starts_with("/ir/usc/") && !String::from_utf8_lossy(&body).contains("\"statusCode\":20");
        ensure!(status.is_success() && !is_refused, "GET {path}: {status} {}", String::from_utf8_lossy(&body));
        Ok((time, body.len()))
    }
}

/// Whether it matters to a route how much a user has.
fn is_about_user(read: &Read) -> bool {
    read.own || read.names().any(|name| ["user", "session", "score", "import"].contains(&name))
}

fn print(lines: &[Line]) {
    println!("\n| GET | p50 | p99 | bytes | largest user's p50 | bytes | must be ≤ {} |", milliseconds(LIMIT));
    println!("| --- | --: | --: | --: | --: | --: | --- |");
    for line in lines {
        let Line { read, times, largest } = line;
        let (of_largest, bytes) = match largest {
            Some(times) => (milliseconds(times.p50), times.bytes.to_string()),
            None => Default::default(),
        };
        let verdict = match (line.is_slow(), read.answer) {
            (true, _) => "MISSED",
            (false, Answer::Bounded) => "reached",
            (false, Answer::Whole) => "reached; as long as what is asked for",
        };
        let (p50, p99) = (milliseconds(times.p50), milliseconds(times.p99));
        println!("| {} | {p50} | {p99} | {} | {of_largest} | {bytes} | {verdict} |", read.path, times.bytes);
    }
    println!();
}
