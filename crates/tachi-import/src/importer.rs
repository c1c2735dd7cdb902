//! The importer: the pipeline with what it works on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::Game;
use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_document::ImportDocument;
use tachi_core::import_type::{ImportType, Kind};
use tachi_db::catalogue::{catalogue_load, catalogue_version};
use tachi_db::imports::{RowCounts, Tracker, TrackerError, import_by_public_id, tracker_put};
use tachi_db::{Conn, Database, DbError};
use tachi_parsers::error::{FatalError, FatalKind};
use tachi_parsers::format::{Fields, Input, Surroundings};
use thiserror::Error;

use crate::convert::Converted;
use crate::fetched::Fetches;
use crate::lock::{ImportLock, Locks};
use crate::news::{Listener, News};
use crate::observe;
use crate::pipeline::{self, Import, Scope};
use crate::stage::Stage;
use crate::stages::document::orphans_of_failed;
use crate::unknown_charts::{Queued, Waiting};
use crate::working::Working;

/// How long an import waits for its turn to write.
pub(crate) const WAIT: Duration = Duration::from_secs(30);
/// How long a live submission waits: its sender neither retries nor keeps a refused play.
pub(crate) const LIVE_WAIT: Duration = Duration::from_secs(2);
/// How long what a failed live submission leaves waits to be written: its sender still waits for the answer.
const LIVE_NOTE_WAIT: Duration = Duration::from_millis(250);
/// What a player is told of a fault of ours.
pub(crate) const INTERNAL: &str = "An internal service error has occurred. This has been reported!";
/// How often an import converts again because the catalogue changed meanwhile.
const MAX_RELOADS: usize = 3;

/// What an operator decides about imports.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The games that are offered.
    pub games: Vec<Game>,
    /// The oldest version of the fervidex hook that may send scores.
    pub fervidex_min_version: String,
    /// How many players have to send an unknown chart before it is made.
    pub beatoraja_queue_size: usize,
    /// How many goals of one GPT a user may be subscribed to.
    pub max_goals: usize,
    /// How many milestones of one GPT a user may be subscribed to.
    pub max_quests: usize,
    /// Where the inputs of imports are kept, if they are. Source: `spec/pipeline.md` 1, stage 1.
    pub archive: Option<PathBuf>,
}

/// An import that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Its document.
    pub document: ImportDocument,
    /// What became of its elements.
    pub counts: RowCounts,
    /// The queue of the unknown chart it brought, where there is one.
    pub waiting: Option<Waiting>,
}

/// An import to be made.
#[derive(Debug, Clone)]
pub struct Request {
    /// The import's identifier, made by the caller so that it can be polled.
    pub import_id: ImportId,
    /// How the scores arrive.
    pub import_type: ImportType,
    /// Whose scores they are.
    pub user: UserId,
    /// Whether a person asked for the import.
    pub user_intent: bool,
    /// The file, or the body; nothing where it is still to be fetched from a service.
    pub bytes: Vec<u8>,
    /// The name under which a file was sent.
    pub file_name: Option<String>,
    /// Text fields.
    pub fields: Fields,
    /// When the input was received, UNIX milliseconds.
    pub received: i64,
    /// Whether everything is rolled back at the end.
    pub dry_run: bool,
}

impl Request {
    /// Whether the input still has to be fetched from a service.
    #[must_use]
    pub fn is_to_be_fetched(&self) -> bool {
        self.import_type.kind() == Kind::Api && self.bytes.is_empty()
    }
}

/// Why an import failed as a whole. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ImportFailure {
    /// Whose fault it is.
    pub kind: FailureKind,
    /// For the sender; for the log where the fault is ours.
    pub message: String,
}

/// Whose fault an [`ImportFailure`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The input is not what it should be.
    BadInput,
    /// The user has not set something up, or the remote service refused them.
    Unauthorised,
    /// The remote service refused what this instance says on the user's behalf.
    Forbidden,
    /// Another import of the user is running.
    Locked,
    /// The remote service failed.
    Upstream,
    /// The remote service never came to an end.
    EndlessUpstream,
    /// The database does not answer at the moment.
    Unavailable,
    /// Ours.
    Internal,
}

impl FailureKind {
    /// The status that such a failure is answered with, and that its tracker keeps.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadInput => 400,
            Self::Unauthorised => 401,
            Self::Forbidden => 403,
            Self::Locked => 409,
            Self::Upstream | Self::Internal => 500,
            Self::Unavailable => 503,
            Self::EndlessUpstream => 508,
        }
    }
}

impl ImportFailure {
    /// A failure of ours; the detail is for the log.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        Self { kind: FailureKind::Internal, message: detail.to_string() }
    }

    /// Another import of the user is running.
    pub(crate) fn locked() -> Self {
        Self { kind: FailureKind::Locked, message: "This user already has an ongoing import.".to_owned() }
    }
}

impl From<FatalError> for ImportFailure {
    fn from(error: FatalError) -> Self {
        let kind = match error.kind {
            FatalKind::BadInput => FailureKind::BadInput,
            FatalKind::Unauthorised => FailureKind::Unauthorised,
            FatalKind::Forbidden => FailureKind::Forbidden,
            // The text says what is missing, and is meant for the sender.
            FatalKind::Unconfigured | FatalKind::Upstream => FailureKind::Upstream,
            FatalKind::EndlessUpstream => FailureKind::EndlessUpstream,
        };
        Self { kind, message: error.message }
    }
}

impl From<DbError> for ImportFailure {
    fn from(error: DbError) -> Self {
        if error.is_unreachable() {
            log::error!("an import cannot be stored: {error}");
            let message = "The server is busy. Please try again in a moment.".to_owned();
            return Self { kind: FailureKind::Unavailable, message };
        }
        if error.is_busy() {
            return Self::locked();
        }
        let source = std::error::Error::source(&error).map_or_else(String::new, |source| format!(": {source}"));
        Self::internal(format!("{error}{source}"))
    }
}

/// The pipeline with its database and catalogue. Made once, shared behind an `Arc`.
#[derive(Debug)]
pub struct Importer {
    database: Arc<Database>,
    locks: Arc<Locks>,
    fetches: Fetches,
    catalogue: ArcSwap<Catalogue>,
    /// Held by whoever reads another one, so that several do not at once.
    reading_catalogue: Mutex<()>,
    configuration: Configuration,
    /// Names this process among those that hold locks.
    instance: String,
    working: Arc<Working>,
    listener: Listener,
    #[cfg(feature = "failpoints")]
    failpoints: crate::failpoints::Failpoints,
}

/// What is done last in the transaction of an import.
pub(crate) type LastStep<'a> = &'a dyn Fn(&mut Conn) -> Result<(), ImportFailure>;

impl Importer {
    /// An importer on a database whose catalogue is loaded.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn new(database: Database, configuration: Configuration) -> Result<Self, DbError> {
        let catalogue = database.read(catalogue_load)?;
        let instance = const_hex::encode(rand::random::<[u8; 8]>());
        let (database, working) = (Arc::new(database), Arc::new(Working::default()));
        Ok(Self {
            locks: Arc::new(Locks::new(Arc::clone(&database), Arc::clone(&working))),
            database,
            fetches: Fetches::default(),
            catalogue: ArcSwap::from_pointee(catalogue),
            reading_catalogue: Mutex::default(),
            configuration,
            instance,
            working,
            listener: Listener::default(),
            #[cfg(feature = "failpoints")]
            failpoints: crate::failpoints::Failpoints::default(),
        })
    }

    /// The same importer in a process that serves: the next one to serve the same database knows what this one left.
    #[must_use]
    pub fn serving(mut self) -> Self {
        self.instance.insert_str(0, crate::heal::SERVER);
        self
    }

    /// What this process is at.
    pub(crate) fn working(&self) -> &Arc<Working> {
        &self.working
    }

    pub(crate) fn listener(&self) -> &Listener {
        &self.listener
    }

    #[cfg(feature = "failpoints")]
    pub(crate) fn failpoints(&self) -> &crate::failpoints::Failpoints {
        &self.failpoints
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What the operator decided.
    pub(crate) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The name of this process among those that hold locks and run imports.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// The catalogue in force.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.load_full()
    }

    /// Reads the catalogue again if the database has a newer one; says whether it had. Others go on with the old one
    /// meanwhile.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn refresh_catalogue(&self) -> Result<bool, DbError> {
        let _turn = self.reading_catalogue.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.database.read(catalogue_version)?;
        if version == self.catalogue.load().version() {
            return Ok(false);
        }
        self.catalogue.store(Arc::new(self.database.read(catalogue_load)?));
        Ok(true)
    }

    /// Makes an import and returns its document.
    ///
    /// # Errors
    /// When the input is refused, another import of the user is running, or something of ours fails. Nothing is
    /// stored then but the elements whose chart is unknown, and a note of the failure.
    pub fn import(&self, request: Request) -> Result<ImportDocument, ImportFailure> {
        Ok(self.import_and_queue(request)?.document)
    }

    /// Makes an import as [`import`](Self::import) does, and tells what became of an unknown chart in it.
    ///
    /// # Errors
    /// As [`import`](Self::import).
    pub fn import_and_queue(&self, request: Request) -> Result<Imported, ImportFailure> {
        let started = now();
        let imported = self.import_unnoted(&request, started, &|_| Ok(()));
        imported.inspect_err(|failure| self.note_failure(&request, started, failure))
    }

    /// Makes an import whose failure the caller notes; `last` is done with its commit.
    pub(crate) fn import_unnoted(
        &self,
        request: &Request,
        started: i64,
        last: LastStep<'_>,
    ) -> Result<Imported, ImportFailure> {
        self.archive(request);
        match request.import_type.kind() {
            // A live score neither meets a 409 nor waits while a synchronisation is still fetching.
            Kind::Ir => self.import_now(request, started, last),
            Kind::File | Kind::Api => {
                let lock = caught(|| self.lock(request.user, &request.import_id.to_string()))?;
                self.import_locked(&lock, request, started, last)
            }
        }
    }

    /// Makes an import under the lock that it holds.
    pub(crate) fn import_locked(
        &self,
        lock: &ImportLock,
        request: &Request,
        started: i64,
        last: LastStep<'_>,
    ) -> Result<Imported, ImportFailure> {
        let imported = self.import_now(request, started, last)?;
        if !request.dry_run {
            lock.was_given_back();
        }
        Ok(imported)
    }

    fn import_now(&self, request: &Request, started: i64, last: LastStep<'_>) -> Result<Imported, ImportFailure> {
        #[cfg(feature = "failpoints")]
        let _inside = self.failpoints.enter();
        let work = || self.with_catalogue(|catalogue| self.attempt(request, started, catalogue, last));
        let imported = observe::import(request, || caught(work))?;
        if !request.dry_run {
            self.tell(News::of_import(&imported.document));
        }
        Ok(imported)
    }

    /// Runs work that must not run beside another import of the user, under a name of its own.
    pub(crate) fn with_import_lock<T>(
        &self,
        user: UserId,
        name: &str,
        work: impl FnOnce(&ImportLock) -> Result<T, ImportFailure>,
    ) -> Result<T, ImportFailure> {
        let lock = self.lock(user, name)?;
        #[cfg(feature = "failpoints")]
        let _inside = self.failpoints.enter();
        work(&lock)
    }

    /// Takes a user's import lock under a name of its own.
    pub(crate) fn lock(&self, user: UserId, name: &str) -> Result<ImportLock, ImportFailure> {
        #[cfg(feature = "failpoints")]
        let _inside = self.failpoints.enter();
        self.locks.take(&self.instance, user, name)
    }

    pub(crate) fn fetches(&self) -> &Fetches {
        &self.fetches
    }

    /// Calls a function with the catalogue in force, again as long as it says with `None` that the database has a
    /// newer one.
    pub(crate) fn with_catalogue<T>(
        &self,
        f: impl Fn(&Catalogue) -> Result<Option<T>, ImportFailure>,
    ) -> Result<T, ImportFailure> {
        for _ in 0..MAX_RELOADS {
            match f(&self.catalogue())? {
                Some(value) => return Ok(value),
                None => self.refresh_catalogue()?,
            };
        }
        Err(ImportFailure::internal("the catalogue changes faster than scores can be converted"))
    }

    /// Runs a transaction that is alone among those of its user; `None` when the database has a newer catalogue.
    pub(crate) fn write_with<T>(
        &self,
        catalogue: &Catalogue,
        user: UserId,
        wait: Duration,
        f: impl Fn(&mut Conn, &Scope<'_>) -> Result<T, ImportFailure>,
    ) -> Result<Option<T>, ImportFailure> {
        let scope = Scope { user, catalogue, now: now() };
        self.database.write_of_user(user, wait, |conn| {
            if catalogue_version(conn)? != catalogue.version() {
                return Ok(None);
            }
            f(conn, &scope).map(Some)
        })
    }

    /// Runs a transaction that is alone among those of its user, with the newest catalogue.
    pub(crate) fn write_scoped<T>(
        &self,
        user: UserId,
        wait: Duration,
        f: impl Fn(&mut Conn, &Scope<'_>) -> Result<T, ImportFailure>,
    ) -> Result<T, ImportFailure> {
        self.with_catalogue(|catalogue| self.write_with(catalogue, user, wait, &f))
    }

    /// Keeps a failed import's tracker, which is all that is left of it.
    pub(crate) fn note_failure(&self, request: &Request, started: i64, failure: &ImportFailure) {
        if request.dry_run {
            return;
        }
        let tracker = self.tracker(request, started, Some(failure));
        if let Err(error) = self.database.write(note_wait(request), |conn| tracker_put(conn, &tracker)) {
            log::error!("the failure of import {} is not noted: {error}", request.import_id);
        }
    }

    /// The tracker of an import that runs, or failed.
    pub(crate) fn tracker(&self, request: &Request, started: i64, failure: Option<&ImportFailure>) -> Tracker {
        let error = failure.map(|failure| {
            let message = match failure.kind {
                FailureKind::Internal => {
                    log::error!("import {} failed: {failure}", request.import_id);
                    INTERNAL
                }
                _ => &failure.message,
            };
            TrackerError { message: message.to_owned(), status: Some(i32::from(failure.kind.status())) }
        });
        Tracker {
            import: request.import_id,
            import_type: request.import_type,
            user: request.user,
            user_intent: request.user_intent,
            time_started: started,
            stage: None,
            progress: None,
            error,
            instance: self.instance.clone(),
        }
    }

    /// Converts with the catalogue in force and stores; `None` when the database has a newer catalogue by then.
    fn attempt(
        &self,
        request: &Request,
        started: i64,
        catalogue: &Catalogue,
        last: LastStep<'_>,
    ) -> Result<Option<Imported>, ImportFailure> {
        let converted = Stage::Parse.run(|| self.convert(request, catalogue))?;
        // Scores are hydrated one by one as they are parsed.
        Stage::Hydrate.begin()?;
        let waiting = match self.queue(request, catalogue, &converted.unknown_charts)? {
            Queued::Waiting(waiting) => waiting,
            Queued::Again => return Ok(None),
        };
        let locked = request.import_type.kind() != Kind::Ir;
        let wait = if locked { WAIT } else { LIVE_WAIT };
        let scope = Scope { user: request.user, catalogue, now: now() };
        let import = Import { request, scope, started, locked };
        let store = |conn: &mut Conn| {
            let stored = pipeline::store(conn, &import, &converted)?;
            if stored.is_some() {
                last(conn)?;
            }
            Ok(stored)
        };
        let stored = if request.dry_run {
            self.database.write_of_user_rolled_back(request.user, wait, store)
        } else {
            // A panic is caught here, too: what did not match is kept after any failure.
            let stored = caught(|| self.database.write_of_user(request.user, wait, store))
                .or_else(|failure| self.stored_after(request, failure));
            stored.inspect_err(|_| self.keep_orphans(&import, &converted))
        };
        Ok(stored?.map(|(document, counts)| Imported { document, counts, waiting }))
    }

    /// Finds out whether an import is stored whose failure may be no more than the lost answer to its commit.
    fn stored_after(
        &self,
        request: &Request,
        failure: ImportFailure,
    ) -> Result<Option<(ImportDocument, RowCounts)>, ImportFailure> {
        if failure.kind != FailureKind::Unavailable {
            return Err(failure);
        }
        match self.database.read(|conn| import_by_public_id(conn, request.import_id)) {
            Ok(Some(stored)) => Ok(Some((stored.document, stored.counts))),
            Ok(None) | Err(_) => Err(failure),
        }
    }

    /// What did not match is not lost with an import that fails.
    fn keep_orphans(&self, import: &Import<'_>, converted: &Converted) {
        let wait = note_wait(import.request);
        let kept = self.database.write(wait, |conn| orphans_of_failed(conn, import, converted));
        if let Err(error) = kept {
            log::error!("the orphans of import {} are not kept: {error}", import.request.import_id);
        }
    }

    fn convert(&self, request: &Request, catalogue: &Catalogue) -> Result<Converted, ImportFailure> {
        let input = Input {
            bytes: &request.bytes,
            file_name: request.file_name.as_deref(),
            fields: &request.fields,
            received: request.received,
            user: Some(request.user),
            surroundings: self.surroundings(catalogue),
        };
        Ok(crate::convert::convert(request.import_type, &input, request.user)?)
    }

    /// What parsers may know of this instance.
    #[must_use]
    pub fn surroundings<'a>(&'a self, catalogue: &'a Catalogue) -> Surroundings<'a> {
        Surroundings {
            catalogue,
            games: &self.configuration.games,
            fervidex_min_version: &self.configuration.fervidex_min_version,
        }
    }
}

/// How long what a failed import leaves waits to be written.
fn note_wait(request: &Request) -> Duration {
    if request.import_type.kind() == Kind::Ir { LIVE_NOTE_WAIT } else { WAIT }
}

/// Runs work whose panic is a failure like any other; what it had open is rolled back on the way here.
fn caught<T>(work: impl FnOnce() -> Result<T, ImportFailure>) -> Result<T, ImportFailure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
        Err(ImportFailure::internal(format!("it panicked: {text}")))
    })
}

/// A name for the holder of a lock that is no import.
pub(crate) fn random_name() -> String {
    const_hex::encode(rand::random::<[u8; 20]>())
}

/// The time now, UNIX milliseconds.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
