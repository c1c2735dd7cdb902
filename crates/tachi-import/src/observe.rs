//! Watching over imports: for logs and figures of the program that makes them.

use std::any::Any;
use std::sync::OnceLock;
use std::time::Duration;

use tachi_core::import_type::ImportType;
use tachi_db::imports::RowCounts;

use crate::importer::{FailureKind, ImportFailure, Imported, Request};
use crate::stage::Stage;

/// Whoever watches. Everything is called on the thread of the import and must not take long.
pub trait Observer: Sync {
    /// An import begins; what is returned is dropped when it ended.
    fn enter(&self, request: &Request) -> Box<dyn Any>;
    /// A stage came to its end, well or not.
    fn stage(&self, stage: Stage, took: Duration);
    /// An import that is no dry run came to its end: what became of its elements, or whose fault it is.
    fn ended(&self, import_type: ImportType, outcome: Result<&RowCounts, FailureKind>);
}

static OBSERVER: OnceLock<&'static dyn Observer> = OnceLock::new();

/// Has somebody watch all imports of the process. Only the first one that is given counts.
pub fn observe(observer: &'static dyn Observer) {
    // A second server in one process, as in tests, brings the same one.
    let _ = OBSERVER.set(observer);
}

pub(crate) fn stage(stage: Stage, took: Duration) {
    if let Some(observer) = OBSERVER.get() {
        observer.stage(stage, took);
    }
}

pub(crate) fn import(
    request: &Request,
    work: impl FnOnce() -> Result<Imported, ImportFailure>,
) -> Result<Imported, ImportFailure> {
    let Some(observer) = OBSERVER.get() else { return work() };
    let _inside = observer.enter(request);
    let made = work();
    if !request.dry_run {
        let outcome = made.as_ref().map(|imported| &imported.counts).map_err(|failure| failure.kind);
        observer.ended(request.import_type, outcome);
    }
    made
}
