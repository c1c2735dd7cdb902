//! Imports that go on after their request was answered. They are kept in the database until they end; a bounded number
//! of threads makes them, whichever process took them. Source: `spec/pipeline.md` 2 and 8.

use std::sync::Arc;
use std::time::Duration;

use tachi_import::{Importer, Others, Ran, Request};

use crate::app::{App, block};
use crate::catalogue_watch;
use crate::envelope::ApiError;
use crate::fetching::Fetching;
use crate::threads::{Signal, Threads};

/// How many imports a process makes in the background at a time.
const WORKERS: usize = 2;
/// How often a process looks for imports that are due again, or that others left.
const POLL: Duration = Duration::from_secs(1);
/// How often a process says that it lives, and looks whether others do.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long a request waits for its turn to write.
const WAIT: Duration = Duration::from_secs(2);

/// The threads that make imports in the background.
#[derive(Debug)]
pub struct Background(Threads);

impl Background {
    /// Starts them.
    pub fn start(importer: &Arc<Importer>, fetching: &Arc<Fetching>) -> Self {
        let threads = Threads::default();
        for number in 1..=WORKERS {
            let (importer, fetching) = (Arc::clone(importer), Arc::clone(fetching));
            threads.spawn(&format!("import-{number}"), move |signal| work(&importer, &fetching, signal));
        }
        let watching = Arc::clone(importer);
        threads.spawn("catalogue", move |signal| catalogue_watch::watch(&watching, signal));
        let importer = Arc::clone(importer);
        threads.spawn("heartbeat", move |signal| beat(&importer, signal));
        Self(threads)
    }

    /// Lets imports that run come to their end; others are left for the next process. Says whether they did in time.
    pub fn stop_within(&self, patience: Duration) -> bool {
        self.0.stop_within(patience)
    }
}

/// Stores an import that goes on in the background.
pub async fn start(app: &App, request: Request) -> Result<(), ApiError> {
    let importer = Arc::clone(&app.importer);
    block(move || importer.background_add(&request, WAIT).map_err(ApiError::from)).await?;
    app.background.0.wake();
    Ok(())
}

fn work(importer: &Importer, fetching: &Fetching, signal: &Signal) {
    while !signal.is_stopped() {
        let wakes = signal.wakes();
        match importer.background_run() {
            Ok(Some(Ran::Made(_) | Ran::PutOff)) => {}
            // It waits elsewhere, so that this thread goes on with others.
            Ok(Some(Ran::ToFetch(begun))) => fetching.go_on(*begun),
            Ok(Some(Ran::Failed(failure))) => log::info!("an import in the background failed: {failure}"),
            Ok(None) => signal.pause(wakes, POLL),
            Err(error) => {
                log::error!("imports in the background wait: {error}");
                signal.pause(wakes, POLL);
            }
        }
    }
}

fn beat(importer: &Importer, signal: &Signal) {
    while !signal.is_stopped() {
        if let Err(error) = importer.background_beat(HEARTBEAT) {
            // On SQLite an import's own transaction may be what keeps the writer busy; nobody else can write then.
            log::debug!("no sign of life was given: {error}");
        }
        if let Err(error) = importer.heal(Others::BySignOfLife) {
            log::warn!("what dead processes left stays: {error}");
        }
        let mut left = HEARTBEAT;
        while !signal.is_stopped() && !left.is_zero() {
            // Being woken is for those who look for work.
            signal.pause(signal.wakes(), POLL);
            left = left.saturating_sub(POLL);
        }
    }
}
