//! Imports: exports, large and small documents, single scores.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tachi_core::import_type::ImportType;

use super::Group;
use super::data::Iidx;
use super::figures::{self, Figures, median, milliseconds, quantile, seconds, times};
use super::instance::{Import, Instance, Sender, User};
use crate::process::root;

/// A large import.
const LARGE: usize = 20_000;
/// The imports that a large profile is made of.
const PARTS: u64 = 10;
/// An import into a large profile and into an empty one.
const MIDDLE: usize = 1000;
/// Single scores that each client sends in a run.
const SINGLE: u64 = 100;
/// Clients that send single scores at once, where several can write.
const CLIENTS: usize = 16;

/// How long a server is left alone after its start.
const SETTLING: Duration = Duration::from_secs(3);

/// What a kind of database must reach.
struct Goals {
    /// A whole export, and the same again.
    exports: Option<[Duration; 2]>,
    large: Duration,
    clients: usize,
    single: Duration,
}

const SQLITE: Goals = Goals {
    exports: Some([Duration::from_millis(150), Duration::from_millis(80)]),
    large: Duration::from_secs(1),
    clients: 1,
    single: Duration::from_millis(5),
};
const POSTGRES: Goals =
    Goals { exports: None, large: Duration::from_secs(2), clients: CLIENTS, single: Duration::from_millis(15) };

/// How many users the measurements need.
pub fn users(runs: u16) -> usize {
    // Exports, large imports and small ones into empty profiles; then the large profile and the clients.
    usize::from(runs) * 3 + 1 + CLIENTS
}

/// What takes turns, each with its own users.
struct Bench<'a> {
    sender: Sender,
    iidx: &'a Iidx,
    exporters: &'a [User],
    large: &'a [User],
    middle: &'a [User],
    rich: &'a User,
    clients: &'a [User],
}

/// Measures imports, of one kind or of all.
///
/// # Errors
/// When one fails.
pub fn measure(instance: Instance, iidx: &Iidx, only: Option<Group>, runs: u16, figures: &mut Figures) -> Result<()> {
    let server = instance.serve()?;
    // Daily work that a server makes up for when it starts is not to be measured.
    std::thread::sleep(SETTLING);
    let runs = usize::from(runs);
    let (exporters, rest) = instance.users.split_at(runs);
    let (large, rest) = rest.split_at(runs);
    let (middle, rest) = rest.split_at(runs);
    let (rich, clients) = rest.split_first().context("too few users")?;
    let bench = Bench { sender: Sender::new(&server)?, iidx, exporters, large, middle, rich, clients };
    let file = instance.storage.file();
    let goals = if file.is_some() { &SQLITE } else { &POSTGRES };
    let is_wanted = |group| only.is_none_or(|only| only == group);
    if is_wanted(Group::Exports) {
        bench.exports(figures, goals.exports)?;
    }
    let time = if is_wanted(Group::Large) { Some(bench.large(figures, goals.large)?) } else { None };
    if is_wanted(Group::Rich) {
        bench.rich(figures)?;
    }
    if is_wanted(Group::Single) {
        bench.single(figures, runs, goals.clients, goals.single)?;
    }
    figures.note("memory of the server, at the end", figures::mebibytes(super::resident_memory(&server)?));
    drop(server);
    match (file, time) {
        (Some(file), Some(time)) => compare_with_bare_insertion(&file, &large[0], runs, time, figures),
        _ => Ok(()),
    }
}

impl Bench<'_> {
    /// A whole export, and the same again.
    fn exports(&self, figures: &mut Figures, bounds: Option<[Duration; 2]>) -> Result<()> {
        let (csv, played) = self.iidx.export();
        let (mut first, mut again) = (Vec::new(), Vec::new());
        for user in self.exporters {
            let import = self.sender.import(user, ImportType::FileEamusementIidxCsv, &csv)?;
            let new = import.document.score_ids.len();
            ensure!(new == played, "{new} of {played} played cells were imported");
            first.push(import);
            let import = self.sender.import(user, ImportType::FileEamusementIidxCsv, &csv)?;
            ensure!(import.document.score_ids.is_empty(), "a repeated export brought new scores");
            again.push(import);
        }
        report(figures, &format!("e-amusement CSV, {played} cells"), &first, bounds.map(|[first, _]| first));
        report(figures, "the same CSV again", &again, bounds.map(|[_, again]| again));
        Ok(())
    }

    /// A large document into empty profiles; returns the server's time.
    fn large(&self, figures: &mut Figures, bound: Duration) -> Result<Duration> {
        let document = self.iidx.batch_manual(0, LARGE);
        let imports: Result<Vec<Import>> = self.large.iter().map(|user| self.batch(user, &document, LARGE)).collect();
        let imports = imports?;
        report(figures, &format!("{LARGE} scores into an empty profile"), &imports, Some(bound));
        Ok(median(imports.iter().map(Import::server_time).collect()))
    }

    /// A smaller document into a large profile and into empty ones, in turn.
    fn rich(&self, figures: &mut Figures) -> Result<()> {
        for part in 0..PARTS {
            self.batch(self.rich, &self.iidx.batch_manual(part * 10, LARGE), LARGE)?;
        }
        let (mut rich, mut empty) = (Vec::new(), Vec::new());
        for (part, user) in (100..).step_by(10).zip(self.middle) {
            let document = self.iidx.batch_manual(part, MIDDLE);
            empty.push(self.batch(user, &document, MIDDLE)?);
            rich.push(self.batch(self.rich, &document, MIDDLE)?);
        }
        let stored = LARGE * PARTS as usize;
        report(figures, &format!("{MIDDLE} scores into an empty profile"), &empty, None);
        report(figures, &format!("{MIDDLE} scores into one of {stored}"), &rich, None);
        let ratio = wall(&rich).as_secs_f64() / wall(&empty).as_secs_f64();
        figures.at_most("the ratio of these two", ratio, 1.5, times);
        Ok(())
    }

    /// Scores one by one, as often as there are runs. What is sent is made before, so that the server has the machine.
    fn single(&self, figures: &mut Figures, runs: usize, clients: usize, bound: Duration) -> Result<()> {
        let count = SINGLE * runs as u64;
        let document = |client: u64, index: u64| self.iidx.batch_manual(1000 + client * count + index, 1);
        let documents = |client| (0..count).map(|index| document(client, index)).collect::<Vec<_>>();
        let documents: Vec<Vec<Vec<u8>>> = (0..clients as u64).map(documents).collect();
        let send = move |user: &User, documents: &[Vec<u8>]| {
            documents.iter().map(|document| Ok(self.batch(user, document, 1)?.wall)).collect::<Result<Vec<Duration>>>()
        };
        let begun = Instant::now();
        let walls = std::thread::scope(|scope| {
            let clients = self.clients.iter().zip(&documents);
            let threads: Vec<_> = clients.map(|(user, documents)| scope.spawn(move || send(user, documents))).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, Result<Vec<Duration>>>| match thread.join() {
                Ok(walls) => walls,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            threads.into_iter().map(join).collect::<Result<Vec<_>>>()
        })?;
        let walls = walls.concat();
        let rate = walls.len() as f64 / begun.elapsed().as_secs_f64();
        let what = format!("a single score, {clients} client{}", if clients == 1 { "" } else { "s" });
        figures.at_most(format!("{what}, p50"), median(walls.clone()), bound, milliseconds);
        figures.note(format!("{what}, p99"), milliseconds(quantile(walls, 99)));
        figures.note(format!("{what}, imports per second"), format!("{rate:.0}"));
        Ok(())
    }

    fn batch(&self, user: &User, document: &[u8], count: usize) -> Result<Import> {
        let import = self.sender.import(user, ImportType::FileBatchManual, document)?;
        let (new, errors) = (import.document.score_ids.len(), &import.document.errors);
        ensure!(errors.is_empty(), "{} made-up scores were refused: {:?}", errors.len(), errors[0]);
        // Made-up plays may happen to be alike.
        ensure!(new * 100 >= count * 95, "only {new} of {count} scores were new");
        Ok(import)
    }
}

fn wall(imports: &[Import]) -> Duration {
    median(imports.iter().map(|import| import.wall).collect())
}

/// Adds the times of imports.
fn report(figures: &mut Figures, what: &str, imports: &[Import], bound: Option<Duration>) {
    let server = median(imports.iter().map(Import::server_time).collect());
    match bound {
        Some(bound) if bound < Duration::from_secs(1) => {
            figures.at_most(format!("{what}: server time"), server, bound, milliseconds);
        }
        Some(bound) => figures.at_most(format!("{what}: server time"), server, bound, seconds),
        None => figures.note(format!("{what}: server time"), milliseconds(server)),
    }
    figures.note(format!("{what}: client's time"), milliseconds(wall(imports)));
}

/// How long SQLite takes to insert the rows of a large import, and nothing else.
fn compare_with_bare_insertion(
    file: &Path,
    user: &User,
    runs: usize,
    import: Duration,
    figures: &mut Figures,
) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "tachi-db", "--example", "bare_insertion", "--"])
        .arg(file)
        .args([&user.id, &runs.to_string()])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "the bare insertion failed");
    let output = String::from_utf8(output.stdout)?;
    let bare: Result<Vec<f64>, _> = output.lines().map(str::parse).collect();
    let bare = Duration::from_secs_f64(median(bare.context("the bare insertion tells no times")?));
    figures.note(format!("{LARGE} scores, bare insertion of all their rows"), milliseconds(bare));
    let ratio = import.as_secs_f64() / bare.as_secs_f64();
    figures.at_most("the import's server time against it", ratio, 3.0, times);
    Ok(())
}
