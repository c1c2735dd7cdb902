//! Imports that are fetched from the services that users have linked. They wait on a runtime of their own, without a
//! thread each: workers that serve requests come and go, and threads that store imports are few.
//! Source: `spec/integrations.md` 5, 6 and 8, `spec/pipeline.md` 8.

mod links;
pub mod services;
mod spool;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tachi_db::Target;
use tachi_db::timestops::timestops_of_user;
use tachi_import::{Begun, Counter, Fetched, ImportFailure, Imported, Importer, Request};
use tachi_parsers::api::source::KaiService;
use tachi_parsers::fetch::{ExchangeError, Progress, Secret, Services, TokenPair, exchange_code, fetch};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use self::links::UserLinks;
use self::spool::Spool;
use crate::vault::Vault;

/// How many imports are fetched at a time; others wait. Each keeps in memory the page it is at, and what it has fetched
/// in a file once that is large.
const AT_ONCE: u32 = 100;
/// How many of them are stored at a time, so that files of others do not wait behind all of them; only
/// these have all that they fetched in memory.
const STORING: usize = 1;
/// For how much of the time that storing one took none is stored: that is left to files.
const REST: u32 = 2;
/// Threads for what they ask of the database.
const THREADS: usize = 8;
/// After which time an import is tracked, and how often it is looked how far it is.
const TICK: Duration = Duration::from_secs(1);
/// How long noting that waits for its turn to write: there is a next time.
const TRACK_WAIT: Duration = Duration::from_millis(500);
/// How long imports may still fetch when the process is to stop.
const LAST: Duration = Duration::from_secs(20);

/// The runtime, and what fetching needs.
#[derive(Debug)]
pub struct Fetching {
    runtime: Mutex<Option<Runtime>>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    handle: Handle,
    importer: Arc<Importer>,
    vault: Arc<Vault>,
    services: Services,
    at_once: Semaphore,
    storing: Arc<Semaphore>,
}

impl Fetching {
    /// Starts the runtime.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(importer: &Arc<Importer>, vault: &Arc<Vault>, services: Services) -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(THREADS).thread_name("fetch").enable_all();
        let runtime = builder.build().context("the runtime of fetches cannot be started")?;
        let shared = Shared {
            handle: runtime.handle().clone(),
            importer: Arc::clone(importer),
            vault: Arc::clone(vault),
            services,
            at_once: Semaphore::new(AT_ONCE as usize),
            storing: Arc::new(Semaphore::new(STORING)),
        };
        Ok(Self { runtime: Mutex::new(Some(runtime)), shared: Arc::new(shared) })
    }

    /// Makes an import whose input is fetched. It goes on to its end even when nobody waits for it any more.
    ///
    /// # Errors
    /// As [`Importer::begin`] and [`Importer::end`].
    pub async fn import(&self, request: Request) -> Result<Imported, ImportFailure> {
        let shared = Arc::clone(&self.shared);
        let making = self.shared.handle.spawn(async move {
            let importer = Arc::clone(&shared.importer);
            let begun = block(move || importer.begin(request)).await?;
            shared.go_on(begun).await
        });
        making.await.unwrap_or_else(|error| Err(ImportFailure::internal(error)))
    }

    /// Makes an import in the background that has begun.
    pub fn go_on(&self, begun: Begun) {
        let shared = Arc::clone(&self.shared);
        // Its end is noted where the import is stored.
        drop(self.shared.handle.spawn(async move {
            if let Err(failure) = shared.go_on(begun).await {
                log::info!("an import in the background failed: {failure}");
            }
        }));
    }

    /// [`import`](Self::import) for whoever may block.
    ///
    /// # Errors
    /// The same.
    pub fn import_blocking(&self, request: Request) -> Result<Imported, ImportFailure> {
        self.shared.handle.block_on(self.import(request))
    }

    /// Exchanges the code that a user came back with for a pair of tokens.
    ///
    /// # Errors
    /// As [`exchange_code`].
    pub async fn exchange(&self, service: KaiService, code: Secret) -> Result<TokenPair, ExchangeError> {
        let shared = Arc::clone(&self.shared);
        let exchanging = self.shared.handle.spawn(async move { exchange_code(&shared.services, service, &code).await });
        exchanging.await.unwrap_or(Err(ExchangeError::Unreachable))
    }

    /// Lets imports that are under way come to their end, for a while. What goes on in the background after that is
    /// left for the next process.
    pub fn stop(&self) {
        let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let ended = runtime.block_on(async { timeout(LAST, self.shared.at_once.acquire_many(AT_ONCE)).await });
        if ended.is_err() {
            log::warn!("imports that still fetch are broken off");
        }
        runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Wherever this is dropped, it must not wait.
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// Fetches, then stores.
    async fn go_on(self: &Arc<Self>, begun: Begun) -> Result<Imported, ImportFailure> {
        let _turn = self.at_once.acquire().await.map_err(ImportFailure::internal)?;
        let (begun, fetched) = self.fetch(begun).await?;
        let storing = Arc::clone(&self.storing).acquire_owned().await.map_err(ImportFailure::internal)?;
        let importer = Arc::clone(&self.importer);
        let begin = Instant::now();
        let read = |spool: Spool| spool.into_bytes().map_err(ImportFailure::internal);
        let imported = block(move || importer.end(begun, fetched.and_then(read))).await;
        let rest = begin.elapsed() * REST;
        // Nobody waits for it.
        drop(self.handle.spawn(async move {
            sleep(rest).await;
            drop(storing);
        }));
        imported
    }

    /// Fetches; meanwhile notes how far it is.
    async fn fetch(self: &Arc<Self>, mut begun: Begun) -> Result<(Begun, Transcript), ImportFailure> {
        let mut fetching = self.handle.spawn(Arc::clone(self).transcript(begun.request().clone(), begun.counter()));
        // With one writer, figures stay in memory: only that there is an import is written.
        let is_shared = matches!(self.importer.database().target(), Target::Postgres(_));
        let mut noted = None;
        loop {
            match timeout(TICK, &mut fetching).await {
                Ok(Ok(transcript)) => return Ok((begun, transcript)),
                // Its end releases the lock and notes the failure.
                Ok(Err(error)) => return Ok((begun, Err(ImportFailure::internal(error)))),
                Err(_) => {}
            }
            let now = self.importer.fetched(begun.request().import_id).unwrap_or_default();
            if noted.is_none() || is_shared && noted != Some(now) {
                begun = self.track(begun).await?;
                noted = Some(now);
            }
        }
    }

    async fn track(&self, begun: Begun) -> Result<Begun, ImportFailure> {
        let importer = Arc::clone(&self.importer);
        block(move || {
            if let Err(error) = importer.track(&begun, TRACK_WAIT) {
                log::debug!("how far import {} is was not noted: {error}", begun.request().import_id);
            }
            Ok(begun)
        })
        .await
    }

    /// What the service sends.
    async fn transcript(self: Arc<Self>, request: Request, counter: Counter) -> Transcript {
        let Request { user, import_type, .. } = request;
        let importer = Arc::clone(&self.importer);
        let timestops = block(move || Ok(importer.database().read(|conn| timestops_of_user(conn, user))?)).await?;
        let cursor = timestops.into_iter().find(|(of, _)| *of == import_type).map(|(_, time)| time);
        let links = UserLinks::new(&self.importer, &self.vault, user);
        let progress = |Progress { pages, scores }| counter.set(Fetched { pages, scores });
        let mut spool = Spool::new();
        fetch(&self.services, import_type, &links, &progress, cursor, &mut spool).await?;
        Ok(spool)
    }
}

type Transcript = Result<Spool, ImportFailure>;

/// Runs blocking work away from the runtime's worker.
async fn block<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImportFailure> + Send + 'static,
) -> Result<T, ImportFailure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(ImportFailure::internal(error)))
}
