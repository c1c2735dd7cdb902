//! The write transaction of an import, from top to bottom: each stage takes what the one before it made.
//!
//! Everything here happens inside one transaction: it commits whole or not at all. Source: `spec/pipeline.md` 1.

use std::collections::BTreeSet;

use tachi_core::catalogue::{Catalogue, Chart, ChartIdx, ChartKey};
use tachi_core::class::ClassDelta;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_core::import_document::ImportDocument;
use tachi_db::imports::RowCounts;
use tachi_db::locks::import_lock_release;
use tachi_db::open::{Opened, open};
use tachi_db::{Conn, DbError, ImportKey};
use tachi_parsers::format::ProvidedClass;

use crate::convert::{Converted, Element, ElementOutcome};
use crate::importer::{ImportFailure, Request};
use crate::stage::Stage;
use crate::stages::document::{Report, document};
use crate::stages::enrich::enrich;
use crate::stages::goals::{Evaluated, Evaluation, goals};
use crate::stages::highlight::highlight;
use crate::stages::pbs::pbs;
use crate::stages::profile::profiles;
use crate::stages::scores::scores;
use crate::stages::separate::{Separated, separate};
use crate::stages::sessions::{SessionsDone, sessions};

/// What every stage may look at, whatever brought the scores.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Whose scores they are.
    pub user: UserId,
    /// The catalogue that they were converted with.
    pub catalogue: &'a Catalogue,
    /// The time that everything written bears, UNIX milliseconds.
    pub now: i64,
}

impl<'a> Scope<'a> {
    /// What the evaluation of goals looks at: those of the user on playtypes with new PBs.
    pub fn evaluation<'b>(&'b self, gpts: &'b [Gpt]) -> Evaluation<'b> {
        Evaluation { user: self.user, catalogue: self.catalogue, gpts, now: self.now }
    }

    /// The chart that a stored row refers to.
    ///
    /// # Errors
    /// When the catalogue has none: charts with scores are never removed.
    pub fn chart(&self, key: ChartKey) -> Result<&'a Chart, DbError> {
        let chart = self.catalogue.chart_by_key(key);
        chart.ok_or_else(|| DbError::data("a stored score", format!("no chart has the key {}", key.0)))
    }
}

/// An import that is about to be stored.
#[derive(Debug)]
pub struct Import<'a> {
    /// The request.
    pub request: &'a Request,
    /// What every stage may look at.
    pub scope: Scope<'a>,
    /// When the import began, UNIX milliseconds.
    pub started: i64,
    /// Whether the import holds the user's import lock.
    pub locked: bool,
}

/// What scores brought about.
#[derive(Debug)]
pub struct Applied<'a> {
    /// The elements, told apart.
    pub separated: Separated<'a>,
    /// Sessions.
    pub sessions: SessionsDone,
    /// Classes.
    pub class_deltas: Vec<ClassDelta>,
    /// Goals and milestones.
    pub evaluated: Evaluated,
}

/// What brings scores.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// What there was before.
    pub opened: &'a Opened,
    /// The import; orphans have none.
    pub import: Option<ImportKey>,
    /// The playtypes that are brought up to date; those without a change stay as they are.
    pub playtypes: &'a [Gpt],
    /// Classes that come with the scores.
    pub classes: &'a [ProvidedClass],
}

/// Stores an import; `None` when the database has a newer catalogue than the import was converted with.
pub fn store(
    conn: &mut Conn,
    import: &Import<'_>,
    converted: &Converted,
) -> Result<Option<(ImportDocument, RowCounts)>, ImportFailure> {
    let playtypes = converted.game.config().gpts;
    let opened = open(conn, import.request.user, playtypes, &charts(&converted.elements))?;
    if opened.catalogue_version != import.scope.catalogue.version() {
        return Ok(None);
    }
    highlight(conn, import.request.user, &converted.highlights)?;
    let key = ImportKey::new(import.scope.now, rand::random());
    let origin = Origin { opened: &opened, import: Some(key), playtypes, classes: &converted.classes };
    let Applied { separated, sessions, class_deltas, evaluated } =
        apply(conn, &import.scope, &converted.elements, origin)?;
    let report = Report { separated, sessions, class_deltas, evaluated };
    let stored = Stage::Document.run(|| document(conn, import, key, converted, report))?;
    unlock(conn, import)?;
    Ok(Some(stored))
}

/// Stores scores and everything that follows from them, whatever brings them.
pub fn apply<'a>(
    conn: &mut Conn,
    scope: &Scope<'_>,
    elements: &'a [Element],
    origin: Origin<'_>,
) -> Result<Applied<'a>, DbError> {
    let mut separated = Stage::Separate.run(|| separate(conn, scope, elements))?;
    let enriched = Stage::Separate.run(|| enrich(conn, scope, &mut separated))?;
    let sessions = Stage::Sessions.run(|| sessions(conn, scope, &separated, &enriched))?;
    let keys = Stage::Scores.run(|| scores(conn, origin.import, &mut separated, &enriched, &sessions))?;
    let touched = Stage::Pbs.run(|| pbs(conn, scope, &separated, &enriched, &keys))?;
    let scored = playtypes(scope.catalogue, &touched);
    let Origin { opened, playtypes, classes, .. } = origin;
    let class_deltas = Stage::Profile.run(|| profiles(conn, scope, &opened.profiles, playtypes, &scored, classes))?;
    let charts: Vec<ChartKey> = touched.iter().map(|chart| scope.catalogue.chart(*chart).key).collect();
    let evaluated = Stage::Goals.run(|| match opened.has_goals {
        true => goals(conn, &scope.evaluation(&scored), &charts),
        false => Ok(Evaluated::default()),
    })?;
    Ok(Applied { separated, sessions, class_deltas, evaluated })
}

/// The charts of elements.
pub fn charts(elements: &[Element]) -> Vec<ChartKey> {
    let charts = elements.iter().filter_map(|element| match &element.outcome {
        ElementOutcome::Score(candidate) => Some(candidate.chart_key),
        ElementOutcome::Orphan(_) | ElementOutcome::Nothing => None,
    });
    charts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The playtypes on which PBs changed.
fn playtypes(catalogue: &Catalogue, touched: &[ChartIdx]) -> Vec<Gpt> {
    let mut playtypes: Vec<Gpt> = touched.iter().map(|chart| catalogue.chart(*chart).gpt).collect();
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
