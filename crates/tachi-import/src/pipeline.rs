//! The write transaction of an import, from top to bottom: each stage takes what the one before it made.
//!
//! Everything here happens inside one transaction: it commits whole or not at all. Source: `spec/pipeline.md` 1.

use std::time::Duration;

use tachi_core::catalogue::{Catalogue, ChartIdx, ChartKey};
use tachi_core::game::Gpt;
use tachi_core::import_document::ImportDocument;
use tachi_db::catalogue::catalogue_version;
use tachi_db::imports::{NewImport, import_insert};
use tachi_db::locks::{import_lock_release, user_write_lock};
use tachi_db::{Conn, DbError, ImportKey};

use crate::convert::Converted;
use crate::importer::{ImportFailure, Request};
use crate::stage::Stage;
use crate::stages::document::{Report, document};
use crate::stages::enrich::enrich;
use crate::stages::goals::{Evaluation, goals};
use crate::stages::highlight::highlight;
use crate::stages::pbs::pbs;
use crate::stages::profile::profiles;
use crate::stages::scores::scores;
use crate::stages::separate::separate;
use crate::stages::sessions::sessions;

/// What every stage may look at.
#[derive(Debug)]
pub struct Import<'a> {
    /// The request.
    pub request: &'a Request,
    /// The catalogue that the input was converted with.
    pub catalogue: &'a Catalogue,
    /// When the import began, UNIX milliseconds.
    pub started: i64,
    /// The time that everything written bears, UNIX milliseconds.
    pub now: i64,
    /// Whether the import holds the user's import lock.
    pub locked: bool,
    /// How long it waits for the user's other writers.
    pub wait: Duration,
}

/// Stores an import; `None` when the database has a newer catalogue than the import was converted with.
pub fn store(
    conn: &mut Conn,
    import: &Import<'_>,
    converted: &Converted,
) -> Result<Option<ImportDocument>, ImportFailure> {
    user_write_lock(conn, import.request.user, import.wait)?;
    if catalogue_version(conn)? != import.catalogue.version() {
        return Ok(None);
    }
    let key = begin(conn, import)?;
    highlight(conn, import.request.user, &converted.highlights)?;
    let mut separated = Stage::Separate.run(|| separate(conn, import, converted))?;
    let enriched = enrich(conn, import, &mut separated)?;
    let sessions = Stage::Sessions.run(|| sessions(conn, import, &separated, &enriched))?;
    let keys = Stage::Scores.run(|| scores(conn, key, &mut separated, &enriched, &sessions))?;
    let touched = Stage::Pbs.run(|| pbs(conn, import, &separated, &enriched, &keys))?;
    let scored = playtypes(import, &touched);
    let class_deltas =
        Stage::Profile.run(|| profiles(conn, import, converted.game.config().gpts, &scored, &converted.classes))?;
    let evaluated = Stage::Goals.run(|| goals(conn, &evaluation(import, &scored), &chart_keys(import, &touched)))?;
    let report = Report { separated, sessions, class_deltas, evaluated };
    let document = Stage::Document.run(|| document(conn, import, key, converted, report))?;
    unlock(conn, import)?;
    Ok(Some(document))
}

fn begin(conn: &mut Conn, import: &Import<'_>) -> Result<ImportKey, DbError> {
    let request = import.request;
    let new = NewImport {
        id: request.import_id,
        user: request.user,
        import_type: request.import_type,
        user_intent: request.user_intent,
        time_started: import.started,
    };
    import_insert(conn, &new)
}

/// Whose goals are evaluated: the importing user's, on the playtypes with new PBs.
fn evaluation<'a>(import: &'a Import<'_>, gpts: &'a [Gpt]) -> Evaluation<'a> {
    Evaluation { user: import.request.user, catalogue: import.catalogue, gpts, now: import.now }
}

fn chart_keys(import: &Import<'_>, touched: &[ChartIdx]) -> Vec<ChartKey> {
    touched.iter().map(|chart| import.catalogue.chart(*chart).key).collect()
}

/// The playtypes on which PBs changed.
fn playtypes(import: &Import<'_>, touched: &[ChartIdx]) -> Vec<Gpt> {
    let mut playtypes: Vec<Gpt> = touched.iter().map(|chart| import.catalogue.chart(*chart).gpt).collect();
    playtypes.sort_unstable();
    playtypes.dedup();
    playtypes
}

/// Gives the import lock back with the commit. An import whose lock was taken away meanwhile must not commit.
fn unlock(conn: &mut Conn, import: &Import<'_>) -> Result<(), ImportFailure> {
    let request = import.request;
    if import.locked && !import_lock_release(conn, request.user, &request.import_id.to_string())? {
        return Err(ImportFailure::locked());
    }
    Ok(())
}
