//! Stores the import itself, its rows and its orphans, and makes the ImportDocument.

use serde_json::value::to_raw_value;
use tachi_core::class::ClassDelta;
use tachi_core::import_document::{ImportDocument, ImportError, ImportErrorKind};
use tachi_db::imports::{ImportRow, RowCounts, RowStatus, import_insert};
use tachi_db::orphans::{Orphan, orphans_insert};
use tachi_db::{Conn, DbError, ImportKey};

use super::goals::Evaluated;
use super::separate::Separated;
use super::sessions::SessionsDone;
use crate::convert::{Converted, ElementOutcome, NewOrphan};
use crate::importer::now;
use crate::pipeline::Import;

/// What the stages before have to report.
#[derive(Debug)]
pub struct Report<'a> {
    /// New scores and rows.
    pub separated: Separated<'a>,
    /// Sessions.
    pub sessions: SessionsDone,
    /// Classes.
    pub class_deltas: Vec<ClassDelta>,
    /// Goals and milestones.
    pub evaluated: Evaluated,
}

/// Stores an import and returns its document, and what became of its elements.
pub fn document(
    conn: &mut Conn,
    import: &Import<'_>,
    key: ImportKey,
    converted: &Converted,
    report: Report<'_>,
) -> Result<(ImportDocument, RowCounts), DbError> {
    let Report { mut separated, sessions, class_deltas, evaluated } = report;
    keep_orphans(conn, import, key, converted, &mut separated.rows)?;
    let is_new = |row: usize| separated.rows[row].status == RowStatus::New;
    let new: Vec<_> = separated.new.iter().filter(|score| is_new(score.row)).collect();
    let request = import.request;
    let document = ImportDocument {
        import_type: request.import_type,
        id_strings: id_strings(new.iter().map(|score| score.candidate.gpt.to_string()), &class_deltas),
        score_ids: new.iter().map(|new| new.score.id).collect(),
        errors: separated.rows.iter().filter_map(as_error).collect(),
        import_id: request.import_id,
        time_started: import.started,
        time_finished: now().max(import.started),
        created_sessions: sessions.touched,
        user_id: request.user,
        class_deltas,
        goal_info: evaluated.goals,
        milestone_info: evaluated.milestones,
        user_intent: request.user_intent,
    };
    import_insert(conn, key, &document, &separated.rows)?;
    Ok((document, RowCounts::of(&separated.rows)))
}

/// GPTs in the order of appearance: of new scores, or of classes where there are none.
fn id_strings(scored: impl Iterator<Item = String>, deltas: &[ClassDelta]) -> Vec<String> {
    let ids = unique(scored);
    if ids.is_empty() { unique(deltas.iter().map(|delta| format!("{}:{}", delta.game, delta.playtype))) } else { ids }
}

fn unique(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

/// A row as an entry of the document's `errors`, if it is one.
fn as_error(row: &ImportRow) -> Option<ImportError> {
    let kind = row.error?;
    Some(ImportError { kind, message: row.message.clone().unwrap_or_default(), orphan_id: row.orphan_id.clone() })
}

/// Keeps the elements whose chart is unknown; rows whose element is kept already say so.
fn keep_orphans(
    conn: &mut Conn,
    import: &Import<'_>,
    key: ImportKey,
    converted: &Converted,
    rows: &mut [ImportRow],
) -> Result<(), DbError> {
    let mut new = orphans_insert(conn, &orphans(import, Some(key), converted)?)?;
    for (row, orphan) in new_orphans(converted) {
        if !new.remove(&orphan.id) {
            rows[row].error = Some(ImportErrorKind::OrphanExists);
        }
    }
    Ok(())
}

/// Keeps the elements of an import that failed, after its transaction was rolled back.
pub fn orphans_of_failed(conn: &mut Conn, import: &Import<'_>, converted: &Converted) -> Result<(), DbError> {
    orphans_insert(conn, &orphans(import, None, converted)?)?;
    Ok(())
}

/// The elements to be kept, with their positions.
fn new_orphans(converted: &Converted) -> impl Iterator<Item = (usize, &NewOrphan)> {
    converted.elements.iter().enumerate().filter_map(|(row, element)| match &element.outcome {
        ElementOutcome::Orphan(orphan) => Some((row, orphan)),
        _ => None,
    })
}

fn orphans(import: &Import<'_>, key: Option<ImportKey>, converted: &Converted) -> Result<Vec<Orphan>, DbError> {
    let context = to_raw_value(&converted.context).map_err(|error| DbError::data("an orphan's context", error))?;
    let orphan = |(_, orphan): (usize, &NewOrphan)| {
        Ok(Orphan {
            id: orphan.id.clone(),
            user: import.request.user,
            import_type: import.request.import_type,
            game: converted.game,
            data: to_raw_value(&orphan.data).map_err(|error| DbError::data("an orphan", error))?,
            context: context.clone(),
            message: Some(orphan.message.clone()),
            time_inserted: import.scope.now,
            import: key,
        })
    };
    new_orphans(converted).map(orphan).collect()
}
