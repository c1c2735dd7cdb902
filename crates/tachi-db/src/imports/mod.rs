//! Imports: the documents they were answered with, what became of each element, and those still running.

mod forget;
mod lists;
mod rows;
mod trackers;

use diesel::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use tachi_core::class::ClassDelta;
use tachi_core::ids::{ImportId, SessionId, UserId};
use tachi_core::import_document::{GoalImportInfo, ImportDocument, ImportError, MilestoneImportInfo, SessionInfo};
use tachi_core::import_type::ImportType;

use crate::bulk::KEYS;
use crate::convert::{id_from_db, import_type_from_db, json_from_db, json_to_db};
use crate::error::DbError;
use crate::keys::{ImportKey, ScoreKey};
use crate::pool::Conn;
use crate::schema::{import_fills, imports, scores, sessions};

pub(crate) use forget::imports_forget_gpt;
pub use lists::{imports_count_by_type, imports_latest, trackers_latest};
pub use rows::{ImportRow, RowCounts, RowStatus, import_rows_read};
pub use trackers::{
    Tracker, TrackerError, TrackerKind, tracker_by_id, tracker_delete, tracker_fail, tracker_progress, tracker_put,
    trackers_fail_instance, trackers_of_user, trackers_ongoing,
};

/// An import that is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredImport {
    /// Its number.
    pub key: ImportKey,
    /// The document it was answered with, less the scores and sessions that were removed since.
    pub document: ImportDocument,
    /// What became of its elements.
    pub counts: RowCounts,
}

/// Which imports of a user are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportFilter {
    /// Only those of this type.
    pub import_type: Option<ImportType>,
    /// Only those that a person asked for, or did not.
    pub user_intent: Option<bool>,
}

/// What of a document has no column or table of its own.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    id_strings: Vec<String>,
    errors: Vec<ImportError>,
    created_sessions: Vec<SessionInfo>,
    class_deltas: Vec<ClassDelta>,
    goal_info: Vec<GoalImportInfo>,
    milestone_info: Vec<MilestoneImportInfo>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = imports)]
struct Row {
    id: ImportKey,
    import_id: String,
    user_id: i32,
    import_type: String,
    user_intent: bool,
    time_started: i64,
    time_finished: i64,
    body: String,
    counts: String,
}

/// Stores an import: the document it is answered with, and what became of its elements.
///
/// Scores, orphans and fills may refer to it before, in the same transaction. The document's scores are not stored
/// here; they are those that refer to the import.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is an import with the same number or ID;
/// [`DbError::Data`] when the rows do not stand at 0, 1, 2...
pub fn import_insert(
    conn: &mut Conn,
    import: ImportKey,
    document: &ImportDocument,
    rows: &[ImportRow],
) -> Result<(), DbError> {
    let body = Body {
        id_strings: document.id_strings.clone(),
        errors: document.errors.clone(),
        created_sessions: document.created_sessions.clone(),
        class_deltas: document.class_deltas.clone(),
        goal_info: document.goal_info.clone(),
        milestone_info: document.milestone_info.clone(),
    };
    let (first, others) = rows::records(rows)?;
    diesel::insert_into(imports::table)
        .values((
            imports::id.eq(import),
            imports::import_id.eq(document.import_id.to_string()),
            imports::user_id.eq(document.user_id.0),
            imports::import_type.eq(document.import_type.as_str()),
            imports::user_intent.eq(document.user_intent),
            imports::time_started.eq(document.time_started),
            imports::time_finished.eq(document.time_finished),
            imports::body.eq(json_to_db(&body, "an import")?),
            imports::counts.eq(json_to_db(&RowCounts::of(rows), "an import")?),
            imports::rows.eq(first),
        ))
        .execute(conn)?;
    rows::records_insert(conn, import, others)
}

/// The import with that public ID.
///
/// # Errors
/// Those of the database.
pub fn import_by_public_id(conn: &mut Conn, id: ImportId) -> Result<Option<StoredImport>, DbError> {
    let query = imports::table.filter(imports::import_id.eq(id.to_string()));
    let rows = query.select(Row::as_select()).load(conn)?;
    Ok(complete(conn, rows)?.pop())
}

/// The numbers of all imports in pages, with their public IDs: the next `limit` after `after`.
///
/// # Errors
/// Those of the database.
pub fn imports_page(
    conn: &mut Conn,
    after: Option<ImportKey>,
    limit: i64,
) -> Result<Vec<(ImportKey, ImportId)>, DbError> {
    let query = imports::table.filter(imports::id.gt(after.map_or(i64::MIN, |key| key.0)));
    let query = query.order(imports::id).limit(limit).select((imports::id, imports::import_id));
    let rows: Vec<(ImportKey, String)> = query.load(conn)?;
    rows.into_iter().map(|(key, id)| Ok((key, id_from_db(&id, "an import ID")?))).collect()
}

/// A user's latest imports, latest first.
///
/// # Errors
/// Those of the database.
pub fn imports_of_user(
    conn: &mut Conn,
    user: UserId,
    filter: ImportFilter,
    limit: i64,
) -> Result<Vec<StoredImport>, DbError> {
    let mut query = imports::table.filter(imports::user_id.eq(user.0)).select(Row::as_select()).into_boxed();
    if let Some(import_type) = filter.import_type {
        query = query.filter(imports::import_type.eq(import_type.as_str()));
    }
    if let Some(user_intent) = filter.user_intent {
        query = query.filter(imports::user_intent.eq(user_intent));
    }
    let rows = query.order((imports::time_finished.desc(), imports::id.desc())).limit(limit).load(conn)?;
    complete(conn, rows)
}

/// Those of the sessions that still exist.
fn existing<'a>(
    conn: &mut Conn,
    sessions: impl Iterator<Item = &'a SessionInfo>,
) -> Result<FxHashSet<SessionId>, DbError> {
    let ids: Vec<String> = sessions.map(|info| info.session_id.to_string()).collect();
    let mut found = FxHashSet::default();
    for chunk in ids.chunks(KEYS) {
        let query = sessions::table.filter(sessions::session_id.eq_any(chunk)).select(sessions::session_id);
        for id in query.load::<String>(conn)? {
            found.insert(id_from_db(&id, "a session ID")?);
        }
    }
    Ok(found)
}

/// Adds scores to the documents, and takes out the sessions that are gone.
fn complete(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<StoredImport>, DbError> {
    let keys: Vec<ImportKey> = rows.iter().map(|row| row.id).collect();
    let mut score_ids: FxHashMap<ImportKey, Vec<_>> = FxHashMap::default();
    for chunk in keys.chunks(KEYS) {
        let query = scores::table.filter(scores::import_id.eq_any(chunk)).order(scores::id);
        let query = query.select((scores::import_id.assume_not_null(), scores::score_id));
        for (import, id) in query.load::<(ImportKey, Vec<u8>)>(conn)? {
            score_ids.entry(import).or_default().push(crate::scores::id_from_db(&id)?);
        }
    }
    let bodies = rows.iter().map(|row| json_from_db(&row.body, "an import")).collect::<Result<Vec<Body>, _>>()?;
    let sessions = existing(conn, bodies.iter().flat_map(|body| &body.created_sessions))?;
    let mut imports = Vec::with_capacity(rows.len());
    for (row, mut body) in rows.into_iter().zip(bodies) {
        body.created_sessions.retain(|info| sessions.contains(&info.session_id));
        let document = ImportDocument {
            import_type: import_type_from_db(&row.import_type)?,
            id_strings: body.id_strings,
            score_ids: score_ids.remove(&row.id).unwrap_or_default(),
            errors: body.errors,
            import_id: id_from_db(&row.import_id, "an import ID")?,
            time_finished: row.time_finished,
            time_started: row.time_started,
            created_sessions: body.created_sessions,
            user_id: UserId(row.user_id),
            class_deltas: body.class_deltas,
            goal_info: body.goal_info,
            milestone_info: body.milestone_info,
            user_intent: row.user_intent,
        };
        let counts = json_from_db(&row.counts, "an import")?;
        imports.push(StoredImport { key: row.id, document, counts });
    }
    Ok(imports)
}

/// Removes an import and what became of its elements. Scores and orphans that came with it stay, without an import.
/// Returns whether it existed.
///
/// # Errors
/// Those of the database.
pub fn import_delete(conn: &mut Conn, import: ImportKey) -> Result<bool, DbError> {
    Ok(diesel::delete(imports::table.filter(imports::id.eq(import))).execute(conn)? > 0)
}

/// Notes which members of known scores an import filled in, as dotted paths.
///
/// # Errors
/// Those of the database.
pub fn import_fills_insert(
    conn: &mut Conn,
    import: ImportKey,
    fills: &[(ScoreKey, Vec<String>)],
) -> Result<(), DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = import_fills, treat_none_as_default_value = false)]
    struct FillRow {
        import_id: ImportKey,
        score_id: ScoreKey,
        members: String,
    }
    let mut rows = Vec::with_capacity(fills.len());
    for (score_id, members) in fills {
        let members = json_to_db(members, "what an import filled in")?;
        rows.push(FillRow { import_id: import, score_id: *score_id, members });
    }
    insert_rows!(conn, import_fills::table, rows);
    Ok(())
}

/// Which members of known scores an import filled in, in the order in which it did.
///
/// # Errors
/// Those of the database.
pub fn import_fills(conn: &mut Conn, import: ImportKey) -> Result<Vec<(ScoreKey, Vec<String>)>, DbError> {
    let query = import_fills::table.filter(import_fills::import_id.eq(import)).order(import_fills::id);
    let rows: Vec<(ScoreKey, String)> = query.select((import_fills::score_id, import_fills::members)).load(conn)?;
    rows.into_iter().map(|(key, members)| Ok((key, json_from_db(&members, "what an import filled in")?))).collect()
}
