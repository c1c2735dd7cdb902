//! Folders, tables and quests as visitors look for them, hidden ones included where they ask for them.

use diesel::prelude::*;
use tachi_core::catalogue::{ChartKey, FolderDocument, QuestDocument, TableDocument};
use tachi_core::game::Gpt;

use crate::bulk::KEYS;
use crate::convert::{gpt_to_db, json_from_db};
use crate::error::DbError;
use crate::keys::FolderKey;
use crate::pool::Conn;
use crate::schema::{chart_tables, folder_charts, folders, quests};

fn folders_read(rows: Vec<(i32, String)>) -> Result<Vec<(FolderKey, FolderDocument)>, DbError> {
    rows.into_iter().map(|(key, text)| Ok((FolderKey(key), json_from_db(&text, "a folder")?))).collect()
}

/// All folders of a GPT by title, hidden ones included.
///
/// # Errors
/// Those of the database.
pub fn folders_all_of_gpt(conn: &mut Conn, gpt: Gpt) -> Result<Vec<(FolderKey, FolderDocument)>, DbError> {
    let query = folders::table.filter(folders::gpt.eq(gpt_to_db(gpt))).order((folders::title, folders::folder_id));
    folders_read(query.select((folders::key, folders::document)).load(conn)?)
}

/// The folders that hold a chart, by title, hidden ones included.
///
/// # Errors
/// Those of the database.
pub fn folders_of_chart(conn: &mut Conn, chart: ChartKey) -> Result<Vec<FolderDocument>, DbError> {
    let keys: Vec<i32> = folder_charts::table
        .filter(folder_charts::chart_key.eq(chart.0))
        .select(folder_charts::folder_key)
        .load(conn)?;
    let query = folders::table.filter(folders::key.eq_any(keys)).order((folders::title, folders::folder_id));
    let found = folders_read(query.select((folders::key, folders::document)).load(conn)?)?;
    Ok(found.into_iter().map(|(_, folder)| folder).collect())
}

/// The folders that hold any of those charts, by title, those that are hidden from lists left out.
///
/// # Errors
/// Those of the database.
pub fn folders_of_charts(conn: &mut Conn, charts: &[ChartKey]) -> Result<Vec<(FolderKey, FolderDocument)>, DbError> {
    let mut keys: Vec<i32> = Vec::new();
    for chunk in charts.chunks(KEYS) {
        let query = folder_charts::table.filter(folder_charts::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        keys.extend(query.select(folder_charts::folder_key).distinct().load::<i32>(conn)?);
    }
    keys.sort_unstable();
    keys.dedup();
    let query = folders::table.filter(folders::key.eq_any(keys)).filter(folders::inactive.eq(false));
    folders_read(
        query.select((folders::key, folders::document)).order((folders::title, folders::folder_id)).load(conn)?,
    )
}

/// All tables of a GPT, the default one first, then by identifier; hidden ones included.
///
/// # Errors
/// Those of the database.
pub fn tables_all_of_gpt(conn: &mut Conn, gpt: Gpt) -> Result<Vec<TableDocument>, DbError> {
    let query = chart_tables::table.filter(chart_tables::gpt.eq(gpt_to_db(gpt))).select(chart_tables::document);
    let texts: Vec<String> = query.order((chart_tables::is_default.desc(), chart_tables::table_id)).load(conn)?;
    texts.iter().map(|text| json_from_db(text, "a table")).collect()
}

/// The quest with that identifier.
///
/// # Errors
/// Those of the database.
pub fn quest_by_id(conn: &mut Conn, id: &str) -> Result<Option<QuestDocument>, DbError> {
    let text: Option<String> = quests::table.find(id).select(quests::document).first(conn).optional()?;
    text.map(|text| json_from_db(&text, "a quest")).transpose()
}
