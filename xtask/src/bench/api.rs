//! Imports from a service: how long one takes, and what many at once cost others.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use reqwest::blocking::Client;
use tachi_core::import_type::ImportType;

use super::data::Iidx;
use super::figures::{Figures, median, milliseconds, seconds, times};
use super::instance::{Instance, Sender, User};
use crate::login::{Login, flo_args};
use crate::process::{Server, client, timed};
use crate::upstream::{Reply, Request, Upstream};

const PROFILE: &str = "/api/iidx/v2/player_profile";
const HISTORY: &str = "/api/iidx/v2/play_history";
/// Scores of a page.
const PAGE: usize = 100;
/// Pages of a large history, and of one of many.
const LARGE: usize = 100;
const SMALL: usize = 10;
/// Users who synchronise at once, and how long their service takes for a page.
const AT_ONCE: usize = 50;
const SLOW: Duration = Duration::from_millis(500);
/// Scores of a file of yet another user, and how many such files there are before and meanwhile.
const FILE: usize = 1000;
const FILES: usize = 20;
/// How often one of them is sent: all that while there are users who fetch, and users whose imports are stored.
const EVERY: Duration = Duration::from_millis(400);

/// Measures imports from a service.
///
/// # Errors
/// When one fails.
pub fn measure(binary: &Path, instance: &Instance, iidx: &Iidx, runs: u16, figures: &mut Figures) -> Result<()> {
    let bench = Bench { binary, instance, client: client()?, runs: runs.into() };
    bench.large(iidx, figures)?;
    bench.at_once(iidx, figures)
}

struct Bench<'a> {
    binary: &'a Path,
    instance: &'a Instance,
    client: Client,
    runs: usize,
}

impl Bench<'_> {
    fn serve(&self, service: &Upstream) -> Result<Server> {
        let origin = service.origin();
        Server::start(self.binary, &[self.instance.storage.args(), flo_args(&origin)].concat())
    }

    /// Users who have linked the service.
    fn linked(&self, server: &Server, prefix: &str, count: usize) -> Result<Vec<Login>> {
        let user = |number: usize| {
            let name = format!("{prefix}_{number}");
            Login::add_user(self.binary, &self.instance.storage.args(), &name)?;
            let login = Login::new(&self.client, &server.url, &name)?;
            login.link_flo("any code")?;
            Ok(login)
        };
        (0..count).map(user).collect()
    }

    /// A large history into empty profiles.
    fn large(&self, iidx: &Iidx, figures: &mut Figures) -> Result<()> {
        let service = service(iidx.kai_pages(LARGE, PAGE)?, Duration::ZERO);
        let server = self.serve(&service)?;
        let mut walls = Vec::new();
        for user in self.linked(&server, "large_api", self.runs)? {
            let (wall, document) = timed(|| user.import_flo())?;
            let (new, all) = (document["scoreIDs"].as_array().map_or(0, Vec::len), LARGE * PAGE);
            // Made-up plays may happen to be alike.
            ensure!(new * 100 >= all * 90, "only {new} of {all} scores were new: {}", document["errors"][0]);
            walls.push(wall);
        }
        let what = format!("{} scores over {LARGE} pages of a service: client's time", LARGE * PAGE);
        figures.at_most(what, median(walls), Duration::from_millis(1500), seconds);
        Ok(())
    }

    /// What users who synchronise cost one who sends files. A machine is not as fast at any moment: before and
    /// meanwhile are taken in turns.
    fn at_once(&self, iidx: &Iidx, figures: &mut Figures) -> Result<()> {
        let service = service(iidx.kai_pages(SMALL, PAGE)?, SLOW);
        let server = self.serve(&service)?;
        let sender = Sender::new(&server)?;
        let document = iidx.batch_manual(2000, FILE);
        let (mut all, mut alone, mut beside, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for run in 0..self.runs {
            let users = self.linked(&server, &format!("many_api_{run}"), AT_ONCE)?;
            let others = self.instance.more_users(&format!("file_{run}"), FILES * 2)?;
            let (first, second) = others.split_at(FILES);
            let before = files(&sender, first, &document)?;
            let (took, meanwhile) = beside_all(&users, || files(&sender, second, &document))?;
            ratios.push(median(meanwhile.clone()).as_secs_f64() / median(before.clone()).as_secs_f64());
            all.push(took);
            alone.extend(before);
            beside.extend(meanwhile);
        }
        figures
            .note(format!("{AT_ONCE} users synchronise {SMALL} slow pages at once, all of them"), seconds(median(all)));
        let worst = beside.iter().max().copied().unwrap_or_default();
        figures.note(format!("{FILE} scores of other users, alone, median"), milliseconds(median(alone)));
        figures.note(format!("{FILE} scores of other users, beside them, median"), milliseconds(median(beside)));
        figures.note("the slowest of these", milliseconds(worst));
        figures.at_most(format!("the ratio of the medians of {FILES}"), median(ratios), 1.2, times);
        Ok(())
    }
}

/// What imports of a file take, one user after the other.
fn files(sender: &Sender, users: &[User], document: &[u8]) -> Result<Vec<Duration>> {
    let import = |user| {
        let wall = sender.import(user, ImportType::FileBatchManual, document)?.wall;
        std::thread::sleep(EVERY.saturating_sub(wall));
        Ok(wall)
    };
    users.iter().map(import).collect()
}

/// Does something while users synchronise; how long all of them took.
fn beside_all<T>(users: &[Login], work: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let begun = Instant::now();
    let synchronise = |user: &Login| user.import_flo().map(|_| begun.elapsed());
    std::thread::scope(|scope| {
        let threads: Vec<_> = users.iter().map(|user| scope.spawn(|| synchronise(user))).collect();
        let done = work();
        let mut last = Duration::ZERO;
        for thread in threads {
            last = last.max(thread.join().map_err(|_| anyhow!("a user's thread panicked"))??);
        }
        Ok((last, done?))
    })
}

/// A service that gives everybody the same pages.
fn service(pages: Vec<String>, delay: Duration) -> Upstream {
    Upstream::start(move |request| answer(request, &pages, delay))
}

fn answer(request: &Request, pages: &[String], delay: Duration) -> Reply {
    match request.path() {
        "/oauth/token" => return Reply::ok(r#"{"access_token":"access","refresh_token":"refresh"}"#),
        PROFILE => return Reply::ok("{}"),
        HISTORY => {}
        _ => return Reply::status(404, "{}"),
    }
    std::thread::sleep(delay);
    let number: usize = request.query().get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let Some(items) = pages.get(number.wrapping_sub(1)) else { return Reply::status(404, "{}") };
    let next = match pages.len() {
        last if number < last => format!("\"http://{}{HISTORY}?page={}\"", request.header("host"), number + 1),
        _ => "null".to_owned(),
    };
    Reply::ok(format!(r#"{{"_links":{{"_next":{next}}},"_items":{items}}}"#))
}
