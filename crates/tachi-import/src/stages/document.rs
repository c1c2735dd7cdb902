//! Stores the import itself, its rows and its orphans, and makes the ImportDocument.

use rustc_hash::FxHashSet;
use tachi_core::class::ClassDelta;
use tachi_core::import_document::{GoalImportInfo, ImportDocument, ImportErrorKind, MilestoneImportInfo};
use tachi_db::imports::{self, ImportBody};
use tachi_db::orphans::{self, NewOrphan};
use tachi_db::{Conn, DbError, ImportKey, SessionKey};

use super::separate::Separated;
use super::sessions::SessionsDone;
use crate::convert::{Converted, ElementOutcome};
use crate::importer::now;
use crate::pipeline::Import;
use crate::row::{ImportRow, RowStatus};

/// How many rows are stored together.
const ROWS: usize = 500;

/// What the stages before have to report.
#[derive(Debug)]
pub struct Report<'a> {
    /// New scores and rows.
    pub separated: Separated<'a>,
    /// Sessions.
    pub sessions: SessionsDone,
    /// Classes.
    pub class_deltas: Vec<ClassDelta>,
    /// Goals.
    pub goal_info: Vec<GoalImportInfo>,
    /// Milestones.
    pub milestone_info: Vec<MilestoneImportInfo>,
}

/// Stores an import and returns its document.
pub fn document(
    conn: &mut Conn,
    import: &Import<'_>,
    key: ImportKey,
    converted: &Converted,
    report: Report<'_>,
) -> Result<ImportDocument, DbError> {
    let Report { mut separated, sessions, class_deltas, goal_info, milestone_info } = report;
    keep_orphans(conn, import, key, converted, &mut separated.rows)?;
    let is_new = |row: usize| separated.rows[row].status == RowStatus::New;
    let new: Vec<_> = separated.new.iter().filter(|score| is_new(score.row)).collect();
    let request = import.request;
    let document = ImportDocument {
        import_type: request.import_type,
        id_strings: id_strings(new.iter().map(|score| score.candidate.gpt.to_string()), &class_deltas),
        score_ids: new.iter().map(|score| score.id).collect(),
        errors: separated.rows.iter().filter_map(ImportRow::as_error).collect(),
        import_id: request.import_id,
        time_started: import.started,
        time_finished: now().max(import.started),
        created_sessions: sessions.touched.iter().map(|(_, info)| *info).collect(),
        user_id: request.user,
        class_deltas,
        goal_info,
        milestone_info,
        user_intent: request.user_intent,
    };
    let touched: Vec<(SessionKey, bool)> = sessions
        .touched
        .iter()
        .map(|(key, info)| (*key, info.kind == tachi_core::import_document::SessionInfoKind::Created))
        .collect();
    imports::import_sessions_insert(conn, key, &touched)?;
    let chunks: Result<Vec<String>, _> = separated.rows.chunks(ROWS).map(serde_json::to_string).collect();
    imports::import_rows_insert(conn, key, &chunks.map_err(|error| DbError::data("import rows", error))?)?;
    imports::import_finish(conn, key, document.time_finished, &ImportBody::of(&document), &counts(&separated.rows))?;
    Ok(document)
}

/// GPTs in the order of appearance: of new scores, or of classes where there are none.
fn id_strings(scored: impl Iterator<Item = String>, deltas: &[ClassDelta]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut add = |id: String| {
        if !ids.contains(&id) {
            ids.push(id);
        }
    };
    scored.for_each(&mut add);
    if ids.is_empty() {
        deltas.iter().for_each(|delta| {
            let id = format!("{}:{}", delta.game, delta.playtype);
            if !ids.contains(&id) {
                ids.push(id);
            }
        });
    }
    ids
}

/// How many rows have each status.
fn counts(rows: &[ImportRow]) -> Vec<(&'static str, usize)> {
    let count = |status: &RowStatus| rows.iter().filter(|row| row.status == *status).count();
    RowStatus::ALL.iter().map(|status| (status.name(), count(status))).collect()
}

/// Keeps the elements whose chart is unknown; those that are kept already say so.
fn keep_orphans(
    conn: &mut Conn,
    import: &Import<'_>,
    key: ImportKey,
    converted: &Converted,
    rows: &mut [ImportRow],
) -> Result<(), DbError> {
    let orphans: Vec<(usize, &crate::convert::NewOrphan)> = converted
        .elements
        .iter()
        .enumerate()
        .filter_map(|(row, element)| match &element.outcome {
            ElementOutcome::Orphan(orphan) => Some((row, orphan)),
            _ => None,
        })
        .collect();
    let stored: Vec<NewOrphan<'_>> = orphans
        .iter()
        .map(|(_, orphan)| NewOrphan {
            id: &orphan.id,
            user: import.request.user,
            import_type: import.request.import_type,
            game: converted.game,
            data: &orphan.data,
            context: &converted.context,
            message: Some(&orphan.message),
            time_inserted: import.now,
            import: Some(key),
        })
        .collect();
    let mut new: FxHashSet<_> = orphans::orphans_insert(conn, &stored)?.into_iter().collect();
    for (row, orphan) in orphans {
        if !new.remove(&orphan.id) {
            rows[row].error = Some(ImportErrorKind::OrphanExists);
        }
    }
    Ok(())
}
