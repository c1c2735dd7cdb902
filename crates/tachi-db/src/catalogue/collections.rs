//! Folders, tables, quests, questlines and BMS courses.

use diesel::prelude::*;
use diesel::upsert::excluded;
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};
use tachi_core::catalogue::{
    BmsCourseDocument, ChartKey, FolderDocument, QuestDocument, QuestlineDocument, TableDocument,
};
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::FolderId;

use super::compare::{ContentHash, compare};
use super::{LoadReport, catalogue_changed, gpt_of};
use crate::bulk::{KEYS, lock_catalogue};
use crate::convert::{gpt_from_db, gpt_to_db, json_from_db, text_to_db};
use crate::error::DbError;
use crate::keys::FolderKey;
use crate::pool::Conn;
use crate::schema::{
    bms_courses, chart_tables, folder_charts, folder_members, folders, goals, quest_subscriptions, questlines, quests,
};

// Folders ----------------------------------------------------------------------------------------------------------

#[derive(Insertable)]
#[diesel(table_name = folders, treat_none_as_default_value = false)]
struct FolderRow<'a> {
    folder_id: &'a str,
    gpt: i16,
    title: String,
    inactive: bool,
    document: &'a str,
    content_hash: &'a [u8],
}

/// Replaces all folders. Their charts follow with [`folder_charts_replace`].
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a document occurs twice.
pub fn folders_replace(conn: &mut Conn, documents: &[FolderDocument]) -> Result<LoadReport, DbError> {
    lock_catalogue(conn)?;
    let stored: Vec<(String, Vec<u8>, i32)> =
        folders::table.select((folders::folder_id, folders::content_hash, folders::key)).load(conn)?;
    let stored = stored.into_iter().map(|(id, hash, key)| (id, (hash, key))).collect();
    let changes = compare(stored, documents, |folder| folder.folder_id.as_str().to_owned())?;
    let mut rows = Vec::new();
    for written in changes.to_write() {
        let folder = written.document;
        rows.push(FolderRow {
            folder_id: folder.folder_id.as_str(),
            gpt: gpt_to_db(gpt_of(folder.game, &folder.playtype, || format!("folder {}", folder.folder_id))?),
            title: text_to_db(&folder.title).into_owned(),
            inactive: folder.inactive,
            document: &written.text,
            content_hash: &written.hash,
        });
    }
    let (new, changed) = rows.split_at(changes.new.len());
    insert_rows!(conn, folders::table, new);
    insert_rows!(conn, folders::table, changed, |insert| insert.on_conflict(folders::folder_id).do_update().set((
        folders::gpt.eq(excluded(folders::gpt)),
        folders::title.eq(excluded(folders::title)),
        folders::inactive.eq(excluded(folders::inactive)),
        folders::document.eq(excluded(folders::document)),
        folders::content_hash.eq(excluded(folders::content_hash)),
    )));
    let mut report = changes.report();
    for chunk in changes.missing.chunks(KEYS) {
        let keys: Vec<i32> = chunk.iter().map(|(_, key)| *key).collect();
        let needed = goals::table.filter(goals::folder_key.eq_any(&keys)).select(goals::folder_key).distinct();
        let needed: FxHashSet<i32> = needed.load::<Option<i32>>(conn)?.into_iter().flatten().collect();
        let gone: Vec<i32> = keys.into_iter().filter(|key| !needed.contains(key)).collect();
        diesel::delete(folder_charts::table.filter(folder_charts::folder_key.eq_any(&gone))).execute(conn)?;
        report.removed += diesel::delete(folders::table.filter(folders::key.eq_any(&gone))).execute(conn)?;
        report.kept += needed.len();
    }
    finish(conn, report)
}

/// Sets which charts the given folders hold; the others stay as they are. Returns how many folders changed.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a folder or chart does not exist.
pub fn folder_charts_replace(conn: &mut Conn, members: &[(FolderKey, Vec<ChartKey>)]) -> Result<usize, DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = folder_charts, treat_none_as_default_value = false)]
    struct Row {
        folder_key: i32,
        chart_key: i32,
    }
    #[derive(Insertable)]
    #[diesel(table_name = folder_members, treat_none_as_default_value = false)]
    struct Members {
        folder_key: i32,
        content_hash: Vec<u8>,
    }

    lock_catalogue(conn)?;
    let stored = folder_members::table.select((folder_members::folder_key, folder_members::content_hash));
    let stored: FxHashMap<i32, Vec<u8>> = stored.load(conn)?.into_iter().collect();
    let (mut changed, mut rows) = (Vec::new(), Vec::new());
    for (folder, charts) in members {
        let mut charts: Vec<i32> = charts.iter().map(|chart| chart.0).collect();
        charts.sort_unstable();
        charts.dedup();
        let hash = members_hash(&charts);
        if stored.get(&folder.0).is_none_or(|known| *known != hash) {
            changed.push(Members { folder_key: folder.0, content_hash: hash.to_vec() });
            rows.extend(charts.into_iter().map(|chart_key| Row { folder_key: folder.0, chart_key }));
        }
    }
    for chunk in changed.chunks(KEYS) {
        let folders = chunk.iter().map(|members| members.folder_key);
        diesel::delete(folder_charts::table.filter(folder_charts::folder_key.eq_any(folders))).execute(conn)?;
    }
    insert_rows!(conn, folder_charts::table, rows);
    insert_rows!(conn, folder_members::table, changed, |insert| insert
        .on_conflict(folder_members::folder_key)
        .do_update()
        .set(folder_members::content_hash.eq(excluded(folder_members::content_hash))));
    if !changed.is_empty() {
        catalogue_changed(conn)?;
    }
    Ok(changed.len())
}

fn members_hash(charts: &[i32]) -> ContentHash {
    let mut hash = Sha256::new();
    for chart in charts {
        hash.update(chart.to_le_bytes());
    }
    hash.finalize().into()
}

/// All folders, by key.
///
/// # Errors
/// Those of the database.
pub fn folders_all(conn: &mut Conn) -> Result<Vec<(FolderKey, FolderDocument)>, DbError> {
    let rows = folders::table.select((folders::key, folders::document)).order(folders::key).load(conn)?;
    folders_read(rows)
}

/// The folders of a GPT by title, those that are hidden from lists left out.
///
/// # Errors
/// Those of the database.
pub fn folders_of_gpt(conn: &mut Conn, gpt: Gpt) -> Result<Vec<(FolderKey, FolderDocument)>, DbError> {
    let query = folders::table.filter(folders::gpt.eq(gpt_to_db(gpt))).filter(folders::inactive.eq(false));
    let rows =
        query.select((folders::key, folders::document)).order((folders::title, folders::folder_id)).load(conn)?;
    folders_read(rows)
}

/// The folders with those identifiers; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn folders_by_ids(conn: &mut Conn, ids: &[FolderId]) -> Result<Vec<(FolderKey, FolderDocument)>, DbError> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(KEYS) {
        let query = folders::table.filter(folders::folder_id.eq_any(chunk.iter().map(FolderId::as_str)));
        rows.extend(query.select((folders::key, folders::document)).load(conn)?);
    }
    folders_read(rows)
}

fn folders_read(rows: Vec<(i32, String)>) -> Result<Vec<(FolderKey, FolderDocument)>, DbError> {
    rows.into_iter().map(|(key, text)| Ok((FolderKey(key), json_from_db(&text, "a folder")?))).collect()
}

/// The charts of folders, by folder and chart.
///
/// # Errors
/// Those of the database.
pub fn folder_charts(conn: &mut Conn, folders: &[FolderKey]) -> Result<Vec<(FolderKey, ChartKey)>, DbError> {
    let mut found = Vec::new();
    for chunk in folders.chunks(KEYS) {
        let query = folder_charts::table.filter(folder_charts::folder_key.eq_any(chunk.iter().map(|key| key.0)));
        let query = query.order((folder_charts::folder_key, folder_charts::chart_key));
        let rows: Vec<(i32, i32)> = query.load(conn)?;
        found.extend(rows.into_iter().map(|(folder, chart)| (FolderKey(folder), ChartKey(chart))));
    }
    Ok(found)
}

// Tables -----------------------------------------------------------------------------------------------------------

#[derive(Insertable)]
#[diesel(table_name = chart_tables, treat_none_as_default_value = false)]
struct TableRow<'a> {
    table_id: &'a str,
    gpt: i16,
    is_default: bool,
    inactive: bool,
    document: &'a str,
    content_hash: &'a [u8],
}

/// Replaces all tables.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a document occurs twice.
pub fn tables_replace(conn: &mut Conn, documents: &[TableDocument]) -> Result<LoadReport, DbError> {
    lock_catalogue(conn)?;
    let stored: Vec<(String, Vec<u8>)> =
        chart_tables::table.select((chart_tables::table_id, chart_tables::content_hash)).load(conn)?;
    let stored = stored.into_iter().map(|(id, hash)| (id, (hash, ()))).collect();
    let changes = compare(stored, documents, |table| table.table_id.clone())?;
    let mut rows = Vec::new();
    for written in changes.to_write() {
        let table = written.document;
        rows.push(TableRow {
            table_id: &table.table_id,
            gpt: gpt_to_db(gpt_of(table.game, &table.playtype, || format!("table {}", table.table_id))?),
            is_default: table.default,
            inactive: table.inactive,
            document: &written.text,
            content_hash: &written.hash,
        });
    }
    let (new, changed) = rows.split_at(changes.new.len());
    insert_rows!(conn, chart_tables::table, new);
    insert_rows!(conn, chart_tables::table, changed, |insert| insert
        .on_conflict(chart_tables::table_id)
        .do_update()
        .set((
            chart_tables::gpt.eq(excluded(chart_tables::gpt)),
            chart_tables::is_default.eq(excluded(chart_tables::is_default)),
            chart_tables::inactive.eq(excluded(chart_tables::inactive)),
            chart_tables::document.eq(excluded(chart_tables::document)),
            chart_tables::content_hash.eq(excluded(chart_tables::content_hash)),
        )));
    let mut report = changes.report();
    let gone = changes.missing.iter().map(|(id, ())| id);
    report.removed = diesel::delete(chart_tables::table.filter(chart_tables::table_id.eq_any(gone))).execute(conn)?;
    finish(conn, report)
}

/// The tables of a GPT, the default one first, then by identifier; those that are hidden from lists left out.
///
/// # Errors
/// Those of the database.
pub fn tables_of_gpt(conn: &mut Conn, gpt: Gpt) -> Result<Vec<TableDocument>, DbError> {
    let query = chart_tables::table.filter(chart_tables::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(chart_tables::inactive.eq(false)).select(chart_tables::document);
    let texts: Vec<String> = query.order((chart_tables::is_default.desc(), chart_tables::table_id)).load(conn)?;
    texts.iter().map(|text| json_from_db(text, "a table")).collect()
}

/// The table with that identifier.
///
/// # Errors
/// Those of the database.
pub fn table_by_id(conn: &mut Conn, id: &str) -> Result<Option<TableDocument>, DbError> {
    let text: Option<String> = chart_tables::table.find(id).select(chart_tables::document).first(conn).optional()?;
    text.map(|text| json_from_db(&text, "a table")).transpose()
}

// Quests -----------------------------------------------------------------------------------------------------------

/// What a load did to the quests. What becomes of those who are subscribed to them is not decided here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestReport {
    /// How many.
    pub counts: LoadReport,
    /// Quests that are different from what they were.
    pub changed: Vec<String>,
    /// Quests that are not in the load but have subscribers.
    pub kept: Vec<String>,
}

#[derive(Insertable)]
#[diesel(table_name = quests, treat_none_as_default_value = false)]
struct QuestRow<'a> {
    quest_id: &'a str,
    gpt: i16,
    document: &'a str,
    content_hash: &'a [u8],
}

/// Replaces all quests.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a document occurs twice.
pub fn quests_replace(conn: &mut Conn, documents: &[QuestDocument]) -> Result<QuestReport, DbError> {
    lock_catalogue(conn)?;
    let stored: Vec<(String, Vec<u8>)> = quests::table.select((quests::quest_id, quests::content_hash)).load(conn)?;
    let stored = stored.into_iter().map(|(id, hash)| (id, (hash, ()))).collect();
    let changes = compare(stored, documents, |quest| quest.quest_id.clone())?;
    let mut rows = Vec::new();
    for written in changes.to_write() {
        let quest = written.document;
        rows.push(QuestRow {
            quest_id: &quest.quest_id,
            gpt: gpt_to_db(gpt_of(quest.game, &quest.playtype, || format!("quest {}", quest.quest_id))?),
            document: &written.text,
            content_hash: &written.hash,
        });
    }
    let (new, changed) = rows.split_at(changes.new.len());
    insert_rows!(conn, quests::table, new);
    insert_rows!(conn, quests::table, changed, |insert| insert.on_conflict(quests::quest_id).do_update().set((
        quests::gpt.eq(excluded(quests::gpt)),
        quests::document.eq(excluded(quests::document)),
        quests::content_hash.eq(excluded(quests::content_hash)),
    )));
    let missing: Vec<String> = changes.missing.iter().map(|(id, ())| id.clone()).collect();
    let kept = quest_subscriptions::table.filter(quest_subscriptions::quest_id.eq_any(&missing));
    let kept: Vec<String> = kept.select(quest_subscriptions::quest_id).distinct().load(conn)?;
    let gone: Vec<String> = missing.into_iter().filter(|id| !kept.contains(id)).collect();
    let removed = diesel::delete(quests::table.filter(quests::quest_id.eq_any(gone))).execute(conn)?;
    let counts = finish(conn, LoadReport { removed, kept: kept.len(), ..changes.report() })?;
    let changed = changed.iter().map(|row| row.quest_id.to_owned()).collect();
    Ok(QuestReport { counts, changed, kept })
}

/// All quests, by identifier.
///
/// # Errors
/// Those of the database.
pub fn quests_all(conn: &mut Conn) -> Result<Vec<QuestDocument>, DbError> {
    let texts: Vec<String> = quests::table.order(quests::quest_id).select(quests::document).load(conn)?;
    texts.iter().map(|text| json_from_db(text, "a quest")).collect()
}

#[derive(Insertable)]
#[diesel(table_name = questlines, treat_none_as_default_value = false)]
struct QuestlineRow<'a> {
    questline_id: &'a str,
    gpt: i16,
    document: &'a str,
    content_hash: &'a [u8],
}

/// Replaces all questlines.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a document occurs twice.
pub fn questlines_replace(conn: &mut Conn, documents: &[QuestlineDocument]) -> Result<LoadReport, DbError> {
    lock_catalogue(conn)?;
    let stored: Vec<(String, Vec<u8>)> =
        questlines::table.select((questlines::questline_id, questlines::content_hash)).load(conn)?;
    let stored = stored.into_iter().map(|(id, hash)| (id, (hash, ()))).collect();
    let changes = compare(stored, documents, |line| line.questline_id.clone())?;
    let mut rows = Vec::new();
    for written in changes.to_write() {
        let line = written.document;
        rows.push(QuestlineRow {
            questline_id: &line.questline_id,
            gpt: gpt_to_db(gpt_of(line.game, &line.playtype, || format!("questline {}", line.questline_id))?),
            document: &written.text,
            content_hash: &written.hash,
        });
    }
    let (new, changed) = rows.split_at(changes.new.len());
    insert_rows!(conn, questlines::table, new);
    insert_rows!(conn, questlines::table, changed, |insert| insert
        .on_conflict(questlines::questline_id)
        .do_update()
        .set((
            questlines::gpt.eq(excluded(questlines::gpt)),
            questlines::document.eq(excluded(questlines::document)),
            questlines::content_hash.eq(excluded(questlines::content_hash)),
        )));
    let mut report = changes.report();
    let gone = changes.missing.iter().map(|(id, ())| id);
    report.removed = diesel::delete(questlines::table.filter(questlines::questline_id.eq_any(gone))).execute(conn)?;
    finish(conn, report)
}

// BMS courses ------------------------------------------------------------------------------------------------------

/// A BMS course, and the class it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BmsCourse {
    /// Whose class it is.
    pub gpt: Gpt,
    /// The class set.
    pub class_set: String,
    /// The class.
    pub value: String,
    /// The course's name.
    pub title: String,
}

#[derive(Insertable, Queryable, Selectable, PartialEq, Eq)]
#[diesel(table_name = bms_courses, treat_none_as_default_value = false)]
struct CourseRow {
    md5sums: String,
    gpt: i16,
    class_set: String,
    value: String,
    title: String,
}

/// Replaces all BMS courses.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when a document occurs twice.
pub fn bms_courses_replace(conn: &mut Conn, documents: &[BmsCourseDocument]) -> Result<LoadReport, DbError> {
    lock_catalogue(conn)?;
    let stored = bms_courses::table.select(CourseRow::as_select()).load(conn)?;
    let mut stored: FxHashMap<String, CourseRow> =
        stored.into_iter().map(|course| (course.md5sums.clone(), course)).collect();
    let mut report = LoadReport::default();
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for course in documents {
        let row = CourseRow {
            md5sums: text_to_db(&course.md5sums).into_owned(),
            gpt: gpt_to_db(gpt_of(Game::Bms, &course.playtype, || format!("course {:?}", course.title))?),
            class_set: text_to_db(&course.set).into_owned(),
            value: text_to_db(&course.value).into_owned(),
            title: text_to_db(&course.title).into_owned(),
        };
        match stored.remove(&row.md5sums) {
            None => new.push(row),
            Some(known) if known == row => report.unchanged += 1,
            Some(_) => changed.push(row),
        }
    }
    insert_rows!(conn, bms_courses::table, new);
    insert_rows!(conn, bms_courses::table, changed, |insert| insert.on_conflict(bms_courses::md5sums).do_update().set(
        (
            bms_courses::gpt.eq(excluded(bms_courses::gpt)),
            bms_courses::class_set.eq(excluded(bms_courses::class_set)),
            bms_courses::value.eq(excluded(bms_courses::value)),
            bms_courses::title.eq(excluded(bms_courses::title)),
        )
    ));
    let gone = diesel::delete(bms_courses::table.filter(bms_courses::md5sums.eq_any(stored.keys())));
    report.removed = gone.execute(conn)?;
    finish(conn, LoadReport { new: new.len(), changed: changed.len(), ..report })
}

/// The course of those charts, given as their MD5s in play order, concatenated.
///
/// # Errors
/// Those of the database.
pub fn bms_course_find(conn: &mut Conn, md5sums: &str) -> Result<Option<BmsCourse>, DbError> {
    let row = bms_courses::table.find(text_to_db(md5sums)).select(CourseRow::as_select()).first(conn).optional()?;
    let course = |row: CourseRow| {
        Ok(BmsCourse { gpt: gpt_from_db(row.gpt)?, class_set: row.class_set, value: row.value, title: row.title })
    };
    row.map(course).transpose()
}

/// Notes a change of the catalogue, if there was one.
pub(super) fn finish(conn: &mut Conn, report: LoadReport) -> Result<LoadReport, DbError> {
    if report.is_change() {
        catalogue_changed(conn)?;
    }
    Ok(report)
}
