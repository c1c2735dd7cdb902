//! Imports from a service: how long one takes, and what many at once cost others.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use reqwest::blocking::Client;
use tachi_core::import_type::ImportType;

use super::data::Iidx;
use super::figures::{Figures, median, milliseconds, seconds, times};
use super::instance::{Instance, Sender};
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

    /// What users who synchronise cost one who sends files.
    fn at_once(&self, iidx: &Iidx, figures: &mut Figures) -> Result<()> {
        let service = service(iidx.kai_pages(SMALL, PAGE)?, SLOW);
        let server = self.serve(&service)?;
        let users = self.linked(&server, "many_api", AT_ONCE)?;
        let sender = Sender::new(&server)?;
        let others = self.instance.more_users("file", FILES * 2)?;
        let (before, meanwhile) = others.split_at(FILES);
        let document = iidx.batch_manual(2000, FILE);
        let import = |user| Ok::<_, anyhow::Error>(sender.import(user, ImportType::FileBatchManual, &document)?.wall);
        let mut alone = Vec::new();
        for user in before {
            alone.push(import(user)?);
            std::thread::sleep(EVERY.saturating_sub(alone[alone.len() - 1]));
        }
        let left = AtomicUsize::new(users.len());
        let (beside, all) = std::thread::scope(|scope| {
            let begun = Instant::now();
            let threads: Vec<_> = users
                .iter()
                .map(|user| {
                    scope.spawn(|| {
                        let imported = user.import_flo();
                        left.fetch_sub(1, Ordering::SeqCst);
                        imported
                    })
                })
                .collect();
            let mut beside = Vec::new();
            for user in meanwhile {
                beside.push(import(user)?);
                std::thread::sleep(EVERY.saturating_sub(beside[beside.len() - 1]));
            }
            while left.load(Ordering::SeqCst) > 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            let all = begun.elapsed();
            for thread in threads {
                thread.join().map_err(|_| anyhow::anyhow!("a user's thread panicked"))??;
            }
            Ok::<_, anyhow::Error>((beside, all))
        })?;
        figures.note(format!("{AT_ONCE} users synchronise {SMALL} slow pages at once, all of them"), seconds(all));
        let worst = beside.iter().max().copied().unwrap_or_default();
        let (alone, beside) = (median(alone), median(beside));
        figures.note(format!("{FILE} scores of other users, alone, median"), milliseconds(alone));
        figures.note(format!("{FILE} scores of other users, beside them, median"), milliseconds(beside));
        figures.note("the slowest of these", milliseconds(worst));
        figures.at_most("the ratio of the medians", beside.as_secs_f64() / alone.as_secs_f64(), 1.2, times);
        Ok(())
    }
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
