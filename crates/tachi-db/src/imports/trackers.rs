//! Imports that are running or failed: what somebody who polls is told.

use diesel::prelude::*;
use diesel::upsert::excluded;
use serde_json::Value;
use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_type::ImportType;

use super::ImportFilter;
use crate::convert::{id_from_db, import_type_from_db, json_from_db, json_to_db, text_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::import_trackers;

/// Whether an import is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackerKind {
    /// It is.
    Ongoing,
    /// It failed.
    Failed,
}

impl TrackerKind {
    const fn to_db(self) -> i16 {
        self as i16
    }
}

/// Why an import failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackerError {
    /// The message, for people.
    pub message: String,
    /// The status it was or would have been answered with.
    pub status: Option<i32>,
}

/// An import that is running or failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracker {
    /// The import's public ID.
    pub import: ImportId,
    /// How the scores arrive.
    pub import_type: ImportType,
    /// Whose they are.
    pub user: UserId,
    /// Whether a person asked for it.
    pub user_intent: bool,
    /// When it began, UNIX milliseconds.
    pub time_started: i64,
    /// What it is doing.
    pub stage: Option<String>,
    /// How far it is.
    pub progress: Option<Value>,
    /// Why it failed; `None` while it is running.
    pub error: Option<TrackerError>,
    /// The process that runs it.
    pub instance: String,
}

impl Tracker {
    /// Whether it is running.
    #[must_use]
    pub const fn kind(&self) -> TrackerKind {
        if self.error.is_some() { TrackerKind::Failed } else { TrackerKind::Ongoing }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = import_trackers, treat_none_as_default_value = false)]
struct Row {
    import_id: String,
    kind: i16,
    import_type: String,
    user_id: i32,
    user_intent: bool,
    time_started: i64,
    stage: Option<String>,
    progress: Option<String>,
    error_message: Option<String>,
    error_status: Option<i32>,
    instance: String,
}

impl Row {
    fn new(tracker: &Tracker) -> Result<Self, DbError> {
        let text = |text: &String| text_to_db(text).into_owned();
        Ok(Self {
            import_id: tracker.import.to_string(),
            kind: tracker.kind().to_db(),
            import_type: tracker.import_type.as_str().to_owned(),
            user_id: tracker.user.0,
            user_intent: tracker.user_intent,
            time_started: tracker.time_started,
            stage: tracker.stage.as_ref().map(text),
            progress: tracker.progress.as_ref().map(|progress| json_to_db(progress, "progress")).transpose()?,
            error_message: tracker.error.as_ref().map(|error| text(&error.message)),
            error_status: tracker.error.as_ref().and_then(|error| error.status),
            instance: tracker.instance.clone(),
        })
    }

    fn into_tracker(self) -> Result<Tracker, DbError> {
        let failed = self.kind == TrackerKind::Failed.to_db();
        let status = self.error_status;
        Ok(Tracker {
            import: id_from_db(&self.import_id, "an import ID")?,
            import_type: import_type_from_db(&self.import_type)?,
            user: UserId(self.user_id),
            user_intent: self.user_intent,
            time_started: self.time_started,
            stage: self.stage,
            progress: self.progress.map(|progress| json_from_db(&progress, "progress")).transpose()?,
            error: failed.then(|| TrackerError { message: self.error_message.unwrap_or_default(), status }),
            instance: self.instance,
        })
    }
}

fn trackers(rows: Vec<Row>) -> Result<Vec<Tracker>, DbError> {
    rows.into_iter().map(Row::into_tracker).collect()
}

/// Stores a tracker, over the one the import may have.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is no such user.
pub fn tracker_put(conn: &mut Conn, tracker: &Tracker) -> Result<(), DbError> {
    insert_rows!(conn, import_trackers::table, [Row::new(tracker)?], |insert| insert
        .on_conflict(import_trackers::import_id)
        .do_update()
        .set((
            import_trackers::kind.eq(excluded(import_trackers::kind)),
            import_trackers::import_type.eq(excluded(import_trackers::import_type)),
            import_trackers::user_id.eq(excluded(import_trackers::user_id)),
            import_trackers::user_intent.eq(excluded(import_trackers::user_intent)),
            import_trackers::time_started.eq(excluded(import_trackers::time_started)),
            import_trackers::stage.eq(excluded(import_trackers::stage)),
            import_trackers::progress.eq(excluded(import_trackers::progress)),
            import_trackers::error_message.eq(excluded(import_trackers::error_message)),
            import_trackers::error_status.eq(excluded(import_trackers::error_status)),
            import_trackers::instance.eq(excluded(import_trackers::instance)),
        )));
    Ok(())
}

/// Notes what a running import is doing. Returns whether it is tracked and running.
///
/// # Errors
/// Those of the database.
pub fn tracker_progress(
    conn: &mut Conn,
    import: ImportId,
    stage: &str,
    progress: Option<&Value>,
) -> Result<bool, DbError> {
    let progress = progress.map(|progress| json_to_db(progress, "progress")).transpose()?;
    let query = import_trackers::table.filter(import_trackers::import_id.eq(import.to_string()));
    let query = query.filter(import_trackers::kind.eq(TrackerKind::Ongoing.to_db()));
    let set = (import_trackers::stage.eq(text_to_db(stage)), import_trackers::progress.eq(progress));
    Ok(diesel::update(query).set(set).execute(conn)? > 0)
}

/// Notes that an import failed. Returns whether it is tracked.
///
/// # Errors
/// Those of the database.
pub fn tracker_fail(conn: &mut Conn, import: ImportId, error: &TrackerError) -> Result<bool, DbError> {
    let query = import_trackers::table.filter(import_trackers::import_id.eq(import.to_string()));
    Ok(diesel::update(query).set(failure(error)).execute(conn)? > 0)
}

/// Notes that all running imports of a process failed, because it is dead. Returns how many there were.
///
/// # Errors
/// Those of the database.
pub fn trackers_fail_instance(conn: &mut Conn, instance: &str, error: &TrackerError) -> Result<usize, DbError> {
    let query = import_trackers::table.filter(import_trackers::instance.eq(instance));
    let query = query.filter(import_trackers::kind.eq(TrackerKind::Ongoing.to_db()));
    Ok(diesel::update(query).set(failure(error)).execute(conn)?)
}

/// What a failure changes.
#[derive(AsChangeset)]
#[diesel(table_name = import_trackers, treat_none_as_null = true)]
struct Failure {
    kind: i16,
    error_message: Option<String>,
    error_status: Option<i32>,
}

fn failure(error: &TrackerError) -> Failure {
    Failure {
        kind: TrackerKind::Failed.to_db(),
        error_message: Some(text_to_db(&error.message).into_owned()),
        error_status: error.status,
    }
}

/// Removes an import's tracker. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub fn tracker_delete(conn: &mut Conn, import: ImportId) -> Result<bool, DbError> {
    Ok(diesel::delete(import_trackers::table.find(import.to_string())).execute(conn)? > 0)
}

/// An import's tracker.
///
/// # Errors
/// Those of the database.
pub fn tracker_by_id(conn: &mut Conn, import: ImportId) -> Result<Option<Tracker>, DbError> {
    let query = import_trackers::table.find(import.to_string());
    let row = query.select(Row::as_select()).first(conn).optional()?;
    row.map(Row::into_tracker).transpose()
}

/// A user's latest imports that are running or failed, latest first.
///
/// # Errors
/// Those of the database.
pub fn trackers_of_user(
    conn: &mut Conn,
    user: UserId,
    kind: TrackerKind,
    filter: ImportFilter,
    limit: i64,
) -> Result<Vec<Tracker>, DbError> {
    of(conn, Some(user), kind, filter, limit)
}

/// The latest of a user or of anybody.
pub(super) fn of(
    conn: &mut Conn,
    user: Option<UserId>,
    kind: TrackerKind,
    filter: ImportFilter,
    limit: i64,
) -> Result<Vec<Tracker>, DbError> {
    let query = import_trackers::table.filter(import_trackers::kind.eq(kind.to_db()));
    let mut query = query.select(Row::as_select()).into_boxed();
    if let Some(user) = user {
        query = query.filter(import_trackers::user_id.eq(user.0));
    }
    if let Some(import_type) = filter.import_type {
        query = query.filter(import_trackers::import_type.eq(import_type.as_str()));
    }
    if let Some(user_intent) = filter.user_intent {
        query = query.filter(import_trackers::user_intent.eq(user_intent));
    }
    let query = query.order((import_trackers::time_started.desc(), import_trackers::import_id)).limit(limit);
    trackers(query.load(conn)?)
}

/// All imports that are running, by time of beginning.
///
/// # Errors
/// Those of the database.
pub fn trackers_ongoing(conn: &mut Conn) -> Result<Vec<Tracker>, DbError> {
    let query = import_trackers::table.filter(import_trackers::kind.eq(TrackerKind::Ongoing.to_db()));
    let query = query.order((import_trackers::time_started, import_trackers::import_id));
    trackers(query.select(Row::as_select()).load(conn)?)
}
