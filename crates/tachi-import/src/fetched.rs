//! Imports whose input is still to be fetched: they hold their user's import lock meanwhile, but no thread and no
//! transaction. Whoever runs imports fetches between [`Importer::begin`] and [`Importer::end`].
//! Source: `spec/pipeline.md` 2 and 8, `spec/integrations.md` 6.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tachi_core::ids::ImportId;
use tachi_db::DbError;
use tachi_db::imports::{tracker_delete, tracker_progress, tracker_put};

use crate::importer::{ImportFailure, Imported, Importer, Request, now};
use crate::lock::ImportLock;
use crate::stage::Stage;

/// How much was fetched so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Pages.
    pub pages: usize,
    /// Scores on them.
    pub scores: usize,
}

impl Fetched {
    /// The progress of a tracker: what clients show, and the figures.
    #[must_use]
    pub fn progress(self) -> Value {
        let Self { pages, scores } = self;
        let description = match pages {
            0 => "Asking the service for your scores.".to_owned(),
            1 => format!("Fetched 1 page of your scores so far, {scores} in all."),
            _ => format!("Fetched {pages} pages of your scores so far, {scores} in all."),
        };
        json!({"description": description, "pages": pages, "scores": scores})
    }
}

/// How far the fetches of this process are, in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fetches(Arc<Mutex<HashMap<ImportId, Fetched>>>);

impl Fetches {
    fn all(&self) -> MutexGuard<'_, HashMap<ImportId, Fetched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts what one import has fetched.
#[derive(Debug, Clone)]
pub struct Counter {
    fetches: Fetches,
    import: ImportId,
    #[cfg(feature = "failpoints")]
    failpoints: crate::failpoints::Failpoints,
}

impl Counter {
    /// Notes how much it is now.
    pub fn set(&self, fetched: Fetched) {
        #[cfg(feature = "failpoints")]
        self.failpoints.panic(Stage::Fetch);
        if let Some(known) = self.fetches.all().get_mut(&self.import) {
            *known = fetched;
        }
    }
}

/// An import whose input is still to be fetched. It holds the user's import lock; dropped, it releases it.
#[derive(Debug)]
pub struct Begun {
    request: Request,
    started: i64,
    /// How often other imports were in the way of this one, where it goes on in the background.
    background: Option<u32>,
    counter: Counter,
    lock: ImportLock,
}

impl Begun {
    /// The import.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Counts what is fetched for it.
    #[must_use]
    pub fn counter(&self) -> Counter {
        self.counter.clone()
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.counter.fetches.all().remove(&self.counter.import);
    }
}

impl Importer {
    /// Begins an import whose input is still to be fetched: takes the user's import lock.
    ///
    /// # Errors
    /// When another import of the user is running, or something of ours fails; the import's tracker says so.
    pub fn begin(&self, request: Request) -> Result<Begun, ImportFailure> {
        let started = now();
        self.begin_unnoted(&request, started, None).inspect_err(|failure| self.note_failure(&request, started, failure))
    }

    /// Begins an import whose failure the caller notes.
    pub(crate) fn begin_unnoted(
        &self,
        request: &Request,
        started: i64,
        background: Option<u32>,
    ) -> Result<Begun, ImportFailure> {
        let lock = self.lock(request.user, &request.import_id.to_string())?;
        let counter = Counter {
            fetches: self.fetches().clone(),
            import: request.import_id,
            #[cfg(feature = "failpoints")]
            failpoints: self.failpoints().clone(),
        };
        counter.fetches.all().insert(request.import_id, Fetched::default());
        Ok(Begun { request: request.clone(), started, background, counter, lock })
    }

    /// How much an import of this process has fetched; `None` when it does not fetch.
    #[must_use]
    pub fn fetched(&self, import: ImportId) -> Option<Fetched> {
        self.fetches().all().get(&import).copied()
    }

    /// Notes in the database how much was fetched, for those who ask another process. `wait` bounds the waiting for a
    /// turn to write.
    ///
    /// # Errors
    /// Those of the database.
    pub fn track(&self, begun: &Begun, wait: Duration) -> Result<(), DbError> {
        let request = &begun.request;
        if request.dry_run {
            return Ok(());
        }
        let progress = self.fetched(request.import_id).unwrap_or_default().progress();
        self.database().write(wait, |conn| {
            let is_tracked = tracker_progress(conn, request.import_id, Stage::Fetch.name(), Some(&progress))?;
            // One that goes on in the background has its tracker for as long as it is this process's affair.
            if !is_tracked && begun.background.is_none() {
                let mut tracker = self.tracker(request, begun.started, None);
                tracker.stage = Some(Stage::Fetch.name().to_owned());
                tracker.progress = Some(progress.clone());
                tracker_put(conn, &tracker)?;
            }
            Ok(())
        })
    }

    /// Makes an import of what was fetched, or notes why that failed. The lock is released either way.
    ///
    /// # Errors
    /// The failure of the fetch, and those of [`import`](Self::import).
    pub fn end(&self, mut begun: Begun, fetched: Result<Vec<u8>, ImportFailure>) -> Result<Imported, ImportFailure> {
        let made = fetched.and_then(|bytes| {
            begun.request.bytes = bytes;
            self.archive(&begun.request);
            self.import_locked(&begun.lock, &begun.request, begun.started, &|conn| {
                let import = begun.request.import_id;
                match begun.background {
                    Some(_) => self.background_done(conn, import),
                    None => Ok(tracker_delete(conn, import).map(|_| ())?),
                }
            })
        });
        let failure = match made {
            Ok(imported) => return Ok(imported),
            Err(failure) => failure,
        };
        match begun.background {
            None => self.note_failure(&begun.request, begun.started, &failure),
            Some(tries) => {
                if let Err(error) = self.background_failed(&begun.request, tries, begun.started, &failure) {
                    log::error!("what became of import {} is not noted: {error}", begun.request.import_id);
                }
            }
        }
        Err(failure)
    }
}
