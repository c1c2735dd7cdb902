//! The importer: the pipeline with what it works on.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::Game;
use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_document::ImportDocument;
use tachi_core::import_type::{ImportType, Kind};
use tachi_db::catalogue::{catalogue_load, catalogue_version};
use tachi_db::locks::{Acquired, import_lock_acquire, import_lock_held_by, import_lock_release};
use tachi_db::{Database, DbError};
use tachi_parsers::error::{FatalError, FatalKind};
use tachi_parsers::format::{Fields, Input, Surroundings};
use tachi_parsers::unknown_chart::UnknownChart;
use thiserror::Error;

use crate::pipeline::{self, Import};
use crate::unknown_charts::{Joined, Waiting, join};

/// How long an import waits for its turn to write.
const WAIT: Duration = Duration::from_secs(30);
/// How long a live submission waits: its sender neither retries nor keeps a refused play.
pub(crate) const LIVE_WAIT: Duration = Duration::from_secs(2);
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
    pub beatoraja_queue_size: i64,
}

/// An import that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Its document.
    pub document: ImportDocument,
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
    /// The file, or the body.
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
    /// Another import of the user is running.
    Locked,
    /// The remote service failed.
    Upstream,
    /// The remote service never came to an end.
    EndlessUpstream,
    /// Ours.
    Internal,
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
            FatalKind::Upstream => FailureKind::Upstream,
            FatalKind::EndlessUpstream => FailureKind::EndlessUpstream,
        };
        Self { kind, message: error.message }
    }
}

impl From<DbError> for ImportFailure {
    fn from(error: DbError) -> Self {
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
    database: Database,
    catalogue: ArcSwap<Catalogue>,
    configuration: Configuration,
    /// Names this process among those that hold locks.
    instance: String,
}

impl Importer {
    /// An importer on a database whose catalogue is loaded.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn new(database: Database, configuration: Configuration) -> Result<Self, DbError> {
        let catalogue = database.read(catalogue_load)?;
        let instance = const_hex::encode(rand::random::<[u8; 8]>());
        Ok(Self { database, catalogue: ArcSwap::from_pointee(catalogue), configuration, instance })
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
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

    /// Reads the catalogue again if the database has a newer one; says whether it had.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn refresh_catalogue(&self) -> Result<bool, DbError> {
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
    /// stored then.
    pub fn import(&self, request: Request) -> Result<ImportDocument, ImportFailure> {
        Ok(self.import_and_queue(request)?.document)
    }

    /// Makes an import as [`import`](Self::import) does, and tells what became of an unknown chart in it.
    ///
    /// # Errors
    /// As [`import`](Self::import).
    pub fn import_and_queue(&self, request: Request) -> Result<Imported, ImportFailure> {
        let _lock = match request.import_type.kind() {
            // A live score neither meets a 409 nor waits while a synchronisation is still fetching.
            Kind::Ir => None,
            Kind::File | Kind::Api => Some(ImportLock::take(self, request.user, request.import_id)?),
        };
        let started = now();
        for _ in 0..MAX_RELOADS {
            match self.attempt(&request, started)? {
                Some(imported) => return Ok(imported),
                None => self.refresh_catalogue()?,
            };
        }
        Err(ImportFailure::internal("the catalogue changes faster than an import can be converted"))
    }

    /// Converts with the catalogue in force and stores; `None` when the database has a newer catalogue by then.
    fn attempt(&self, request: &Request, started: i64) -> Result<Option<Imported>, ImportFailure> {
        let catalogue = self.catalogue();
        let converted = self.convert(request, &catalogue)?;
        let mut waiting = None;
        if !request.dry_run {
            for unknown in &converted.unknown_charts {
                match self.queue(request.user, &catalogue, unknown)? {
                    Joined::Waiting(queue) => waiting = Some(queue),
                    Joined::Created | Joined::Stale => return Ok(None),
                }
            }
        }
        let locked = request.import_type.kind() != Kind::Ir;
        let wait = if locked { WAIT } else { LIVE_WAIT };
        let import = Import { request, catalogue: &catalogue, started, now: now(), locked, wait };
        let document = if request.dry_run {
            self.database.write_rolled_back(wait, |conn| pipeline::store(conn, &import, &converted))
        } else {
            self.database.write(wait, |conn| pipeline::store(conn, &import, &converted))
        };
        Ok(document?.map(|document| Imported { document, waiting }))
    }

    /// Counts a player for an unknown chart, in a transaction of its own: what follows needs the new catalogue.
    fn queue(&self, user: UserId, catalogue: &Catalogue, unknown: &UnknownChart) -> Result<Joined, ImportFailure> {
        let needed = self.configuration.beatoraja_queue_size;
        Ok(self.database.write(LIVE_WAIT, |conn| join(conn, catalogue, unknown, user, needed))?)
    }

    fn convert(&self, request: &Request, catalogue: &Catalogue) -> Result<crate::convert::Converted, ImportFailure> {
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

/// A user's import lock; given back when dropped.
struct ImportLock<'a> {
    importer: &'a Importer,
    user: UserId,
    holder: String,
}

impl<'a> ImportLock<'a> {
    fn take(importer: &'a Importer, user: UserId, import: ImportId) -> Result<Self, ImportFailure> {
        let holder = import.to_string();
        let taken = importer
            .database
            .write(WAIT, |conn| import_lock_acquire(conn, user, &holder, &importer.instance, now()))?;
        match taken {
            Acquired::Yes => Ok(Self { importer, user, holder }),
            Acquired::Held => Err(ImportFailure::locked()),
        }
    }
}

impl Drop for ImportLock<'_> {
    fn drop(&mut self) {
        let database = &self.importer.database;
        // A stored import gave the lock back with its commit.
        let is_held = database.read(|conn| import_lock_held_by(conn, self.user, &self.holder));
        let released = is_held.and_then(|is_held| match is_held {
            true => database.write(WAIT, |conn| import_lock_release(conn, self.user, &self.holder)),
            false => Ok(false),
        });
        if let Err(error) = released {
            // It expires by itself once nothing renews it any more.
            log::error!("the import lock of user {} stays: {error}", self.user);
        }
    }
}

/// The time now, UNIX milliseconds.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
