//! Goals as definitions. Who is subscribed to them: [`crate::goals`].

use diesel::prelude::*;
use diesel::upsert::excluded;
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};
use tachi_core::catalogue::{ChartKey, GoalChartsDocument, GoalDocument};
use tachi_core::ids::{ChartId, FolderId, GoalId};

use super::collections::finish;
use super::compare::{Written, compare_with};
use super::{LoadReport, gpt_of};
use crate::bulk::{KEYS, lock_catalogue};
use crate::convert::{gpt_to_db, json_from_db};
use crate::error::DbError;
use crate::keys::GoalKey;
use crate::pool::Conn;
use crate::schema::{charts, folders, goal_charts, goal_subscriptions, goals};

#[derive(Insertable)]
#[diesel(table_name = goals, treat_none_as_default_value = false)]
struct GoalRow<'a> {
    goal_id: &'a str,
    gpt: i16,
    folder_key: Option<i32>,
    document: &'a str,
    content_hash: &'a [u8],
}

#[derive(Insertable)]
#[diesel(table_name = goal_charts, treat_none_as_default_value = false)]
struct GoalChartRow {
    goal_key: i32,
    chart_key: i32,
}

/// Replaces all goals. One whose chart or folder does not exist is stored without it, and gets it with the first load
/// after which it does exist. A goal that is missing in the load stays when somebody is subscribed to it.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a document occurs twice.
pub fn goals_replace(conn: &mut Conn, documents: &[GoalDocument]) -> Result<LoadReport, DbError> {
    lock_catalogue(conn)?;
    let references = References::load(conn, documents)?;
    let stored: Vec<(String, Vec<u8>, i32)> =
        goals::table.select((goals::goal_id, goals::content_hash, goals::key)).load(conn)?;
    let stored = stored.into_iter().map(|(id, hash, key)| (id, (hash, key))).collect();
    let changes = compare_with(
        stored,
        documents,
        |goal| goal.goal_id.as_str().to_owned(),
        |goal, text| references.hash(goal, text),
    )?;
    let new: Vec<&Written<'_, GoalDocument>> = changes.new.iter().collect();
    goals_write(conn, &references, &new, false)?;
    let changed: Vec<&Written<'_, GoalDocument>> = changes.changed.iter().map(|(written, _)| written).collect();
    goals_write(conn, &references, &changed, true)?;
    let mut report = changes.report();
    for chunk in changes.missing.chunks(KEYS) {
        let keys: Vec<i32> = chunk.iter().map(|(_, key)| *key).collect();
        let needed = goal_subscriptions::table.filter(goal_subscriptions::goal_key.eq_any(&keys));
        let needed: FxHashSet<i32> =
            needed.select(goal_subscriptions::goal_key).distinct().load(conn)?.into_iter().collect();
        let gone = keys.iter().copied().filter(|key| !needed.contains(key));
        report.removed += diesel::delete(goals::table.filter(goals::key.eq_any(gone))).execute(conn)?;
        report.kept += needed.len();
    }
    finish(conn, report)
}

/// Stores a goal that somebody made, unless it is there, and returns its key.
///
/// # Errors
/// Those of the database.
pub fn goal_insert(conn: &mut Conn, goal: &GoalDocument) -> Result<GoalKey, DbError> {
    if let Some((key, _)) = goal_by_id(conn, &goal.goal_id)? {
        return Ok(key);
    }
    let references = References::load(conn, std::slice::from_ref(goal))?;
    let changes = compare_with(
        FxHashMap::<String, (Vec<u8>, ())>::default(),
        std::slice::from_ref(goal),
        |goal| goal.goal_id.as_str().to_owned(),
        |goal, text| references.hash(goal, text),
    )?;
    let new: Vec<&Written<'_, GoalDocument>> = changes.new.iter().collect();
    // Somebody else may be making the same goal.
    let keys = goals_write(conn, &references, &new, true)?;
    keys.first().copied().ok_or_else(|| DbError::data("a goal", "it was not stored"))
}

/// What goals refer to, by identifier.
struct References {
    charts: FxHashMap<String, i32>,
    folders: FxHashMap<String, i32>,
}

impl References {
    fn load(conn: &mut Conn, documents: &[GoalDocument]) -> Result<Self, DbError> {
        let mut charts = FxHashMap::default();
        let ids: Vec<&str> = documents.iter().flat_map(chart_ids).map(ChartId::as_str).collect();
        for chunk in ids.chunks(KEYS) {
            let query = charts::table.filter(charts::chart_id.eq_any(chunk));
            charts.extend(query.select((charts::chart_id, charts::key)).load::<(String, i32)>(conn)?);
        }
        let mut folders = FxHashMap::default();
        let ids: Vec<&str> = documents.iter().filter_map(folder_id).map(FolderId::as_str).collect();
        for chunk in ids.chunks(KEYS) {
            let query = folders::table.filter(folders::folder_id.eq_any(chunk));
            folders.extend(query.select((folders::folder_id, folders::key)).load::<(String, i32)>(conn)?);
        }
        Ok(Self { charts, folders })
    }

    fn charts(&self, goal: &GoalDocument) -> Vec<i32> {
        let mut keys: Vec<i32> =
            chart_ids(goal).iter().filter_map(|id| self.charts.get(id.as_str()).copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn folder(&self, goal: &GoalDocument) -> Option<i32> {
        folder_id(goal).and_then(|id| self.folders.get(id.as_str()).copied())
    }

    /// A goal is another one when it refers to something else, though its text be the same.
    fn hash(&self, goal: &GoalDocument, text: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(text);
        for key in self.charts(goal).into_iter().chain(self.folder(goal)) {
            hash.update(key.to_le_bytes());
        }
        hash.finalize().into()
    }
}

fn chart_ids(goal: &GoalDocument) -> &[ChartId] {
    match &goal.charts {
        GoalChartsDocument::Single(chart) => std::slice::from_ref(chart),
        GoalChartsDocument::Multi(charts) => charts,
        GoalChartsDocument::Folder(_) => &[],
    }
}

fn folder_id(goal: &GoalDocument) -> Option<&FolderId> {
    match &goal.charts {
        GoalChartsDocument::Folder(folder) => Some(folder),
        GoalChartsDocument::Single(_) | GoalChartsDocument::Multi(_) => None,
    }
}

/// Writes goals and which charts they are about, over stored ones if `over` is set.
fn goals_write(
    conn: &mut Conn,
    references: &References,
    written: &[&Written<'_, GoalDocument>],
    over: bool,
) -> Result<Vec<GoalKey>, DbError> {
    let mut rows = Vec::with_capacity(written.len());
    for written in written {
        let goal = written.document;
        rows.push(GoalRow {
            goal_id: goal.goal_id.as_str(),
            gpt: gpt_to_db(gpt_of(goal.game, &goal.playtype, || format!("goal {}", goal.goal_id))?),
            folder_key: references.folder(goal),
            document: &written.text,
            content_hash: &written.hash,
        });
    }
    let keys: Vec<(String, i32)> = if over {
        insert_rows_returning!(conn, goals::table, rows, |insert| insert
            .on_conflict(goals::goal_id)
            .do_update()
            .set((
                goals::gpt.eq(excluded(goals::gpt)),
                goals::folder_key.eq(excluded(goals::folder_key)),
                goals::document.eq(excluded(goals::document)),
                goals::content_hash.eq(excluded(goals::content_hash)),
            ))
            .returning((goals::goal_id, goals::key)))
    } else {
        insert_rows_returning!(conn, goals::table, rows, |insert| insert.returning((goals::goal_id, goals::key)))
    };
    let keys: FxHashMap<String, i32> = keys.into_iter().collect();
    for chunk in rows.chunks(KEYS) {
        let chunk = chunk.iter().filter_map(|row| keys.get(row.goal_id));
        diesel::delete(goal_charts::table.filter(goal_charts::goal_key.eq_any(chunk))).execute(conn)?;
    }
    let mut links = Vec::new();
    for written in written {
        if let Some(goal_key) = keys.get(written.document.goal_id.as_str()).copied() {
            let charts = references.charts(written.document).into_iter();
            links.extend(charts.map(|chart_key| GoalChartRow { goal_key, chart_key }));
        }
    }
    insert_rows!(conn, goal_charts::table, links);
    let key = |written: &&Written<'_, GoalDocument>| keys.get(written.document.goal_id.as_str()).copied().map(GoalKey);
    Ok(written.iter().filter_map(key).collect())
}

/// The goal with that identifier.
///
/// # Errors
/// Those of the database.
pub fn goal_by_id(conn: &mut Conn, id: &GoalId) -> Result<Option<(GoalKey, GoalDocument)>, DbError> {
    let query = goals::table.filter(goals::goal_id.eq(id.as_str())).select((goals::key, goals::document));
    let row: Option<(i32, String)> = query.first(conn).optional()?;
    row.map(|(key, text)| Ok((GoalKey(key), json_from_db(&text, "a goal")?))).transpose()
}

/// All goals, by key.
///
/// # Errors
/// Those of the database.
pub fn goals_all(conn: &mut Conn) -> Result<Vec<(GoalKey, GoalDocument)>, DbError> {
    let rows: Vec<(i32, String)> = goals::table.select((goals::key, goals::document)).order(goals::key).load(conn)?;
    rows.into_iter().map(|(key, text)| Ok((GoalKey(key), json_from_db(&text, "a goal")?))).collect()
}

/// The goals with those identifiers; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn goals_by_ids(conn: &mut Conn, ids: &[GoalId]) -> Result<Vec<(GoalKey, GoalDocument)>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(KEYS) {
        let query = goals::table.filter(goals::goal_id.eq_any(chunk.iter().map(GoalId::as_str)));
        for (key, text) in query.select((goals::key, goals::document)).load::<(i32, String)>(conn)? {
            found.push((GoalKey(key), json_from_db(&text, "a goal")?));
        }
    }
    Ok(found)
}

/// The charts that goals name themselves, by goal and chart; those of folders are the folders'.
///
/// # Errors
/// Those of the database.
pub fn goal_charts(conn: &mut Conn, goals: &[GoalKey]) -> Result<Vec<(GoalKey, ChartKey)>, DbError> {
    let mut found = Vec::new();
    for chunk in goals.chunks(KEYS) {
        let query = goal_charts::table.filter(goal_charts::goal_key.eq_any(chunk.iter().map(|key| key.0)));
        let query = query.order((goal_charts::goal_key, goal_charts::chart_key));
        let rows: Vec<(i32, i32)> = query.load(conn)?;
        found.extend(rows.into_iter().map(|(goal, chart)| (GoalKey(goal), ChartKey(chart))));
    }
    Ok(found)
}
