//! What became of each element of an import. Rows are written once and read in pages: several hundred stand in one
//! record, as one JSON array.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use tachi_core::ids::{OrphanId, ScoreId};
use tachi_core::import_document::ImportErrorKind;

use crate::convert::{json_from_db, json_to_db};
use crate::error::DbError;
use crate::keys::ImportKey;
use crate::pool::Conn;
use crate::schema::{import_rows, imports};

/// How many rows stand in one record.
const CHUNK: u32 = 500;

/// What an element was. Source: `spec/pipeline.md` 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowStatus {
    /// Stored as a new score.
    New,
    /// Known before.
    Known,
    /// Known, and filled something in.
    Enriched,
    /// Left out.
    Skipped,
    /// Of no known chart.
    Orphan,
    /// Wrong.
    Invalid,
    /// Of several songs.
    Ambiguous,
    /// A fault of ours.
    Internal,
}

impl RowStatus {
    /// All of them, in the order of the documents.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Known,
        Self::Enriched,
        Self::Skipped,
        Self::Orphan,
        Self::Invalid,
        Self::Ambiguous,
        Self::Internal,
    ];
}

/// How many elements had which status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowCounts {
    new: u32,
    known: u32,
    enriched: u32,
    skipped: u32,
    orphan: u32,
    invalid: u32,
    ambiguous: u32,
    internal: u32,
}

impl RowCounts {
    /// The counts of these rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a ImportRow>) -> Self {
        let mut counts = Self::default();
        for row in rows {
            *counts.slot(row.status) += 1;
        }
        counts
    }

    /// How many had this status.
    #[must_use]
    pub fn get(mut self, status: RowStatus) -> u32 {
        *self.slot(status)
    }

    fn slot(&mut self, status: RowStatus) -> &mut u32 {
        match status {
            RowStatus::New => &mut self.new,
            RowStatus::Known => &mut self.known,
            RowStatus::Enriched => &mut self.enriched,
            RowStatus::Skipped => &mut self.skipped,
            RowStatus::Orphan => &mut self.orphan,
            RowStatus::Invalid => &mut self.invalid,
            RowStatus::Ambiguous => &mut self.ambiguous,
            RowStatus::Internal => &mut self.internal,
        }
    }
}

/// What became of one element, as it is stored: what can be found out later is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// Its position in the input, from 0.
    #[serde(rename = "r")]
    pub row: u32,
    /// Where in the input, for people.
    #[serde(rename = "p")]
    pub place: String,
    /// What it was.
    #[serde(rename = "s")]
    pub status: RowStatus,
    /// The title as sent.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The difficulty as sent.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<String>,
    /// The kind of error.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ImportErrorKind>,
    /// The message of the error, or why it was left out.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The score it became or was.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub score_id: Option<ScoreId>,
    /// The orphan it became or was.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub orphan_id: Option<OrphanId>,
}

/// All rows of an import as records: the first one, which stands beside the import itself, and the others.
pub(super) fn records(rows: &[ImportRow]) -> Result<(String, Vec<String>), DbError> {
    if let Some((position, row)) = (0..).zip(rows).find(|(position, row)| *position != row.row) {
        return Err(DbError::data("rows of an import", format!("row {} stands at {position}", row.row)));
    }
    let record = |rows: &[ImportRow]| json_to_db(&rows, "rows of an import");
    let (first, others) = rows.split_at(rows.len().min(CHUNK as usize));
    Ok((record(first)?, others.chunks(CHUNK as usize).map(record).collect::<Result<_, _>>()?))
}

/// Stores the records but the first.
pub(super) fn records_insert(conn: &mut Conn, import_id: ImportKey, records: Vec<String>) -> Result<(), DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = import_rows, treat_none_as_default_value = false)]
    struct Record {
        import_id: ImportKey,
        chunk: i32,
        rows: String,
    }
    let records: Vec<Record> = (1..).zip(records).map(|(chunk, rows)| Record { import_id, chunk, rows }).collect();
    insert_rows!(conn, import_rows::table, records);
    Ok(())
}

/// Up to `limit` records of an import from one on, with their numbers.
fn records_read(conn: &mut Conn, import: ImportKey, from: i32, limit: i64) -> Result<Vec<(i32, String)>, DbError> {
    let mut found = Vec::new();
    if from == 0 {
        let query = imports::table.filter(imports::id.eq(import)).select(imports::rows);
        found.extend(query.first(conn).optional()?.map(|rows| (0, rows)));
        if limit == 1 || found.is_empty() {
            return Ok(found);
        }
    }
    let query = import_rows::table.filter(import_rows::import_id.eq(import)).filter(import_rows::chunk.ge(from));
    let query = query.order(import_rows::chunk).limit(limit).select((import_rows::chunk, import_rows::rows));
    found.extend(query.load::<(i32, String)>(conn)?);
    Ok(found)
}

/// The first `limit` rows of an import after the one at position `after`, or only those with a status.
///
/// # Errors
/// Those of the database.
pub fn import_rows_read(
    conn: &mut Conn,
    import: ImportKey,
    after: Option<u32>,
    status: Option<RowStatus>,
    limit: usize,
) -> Result<Vec<ImportRow>, DbError> {
    let from = after.map_or(0, |after| after.saturating_add(1));
    let mut chunk = i32::try_from(from / CHUNK).map_err(|error| DbError::data("a position", error))?;
    let mut found: Vec<ImportRow> = Vec::new();
    // A rare status is looked for in several records at a time.
    let records = if status.is_some() { 16 } else { (limit as i64 / i64::from(CHUNK) + 2).min(16) };
    while found.len() < limit {
        let loaded = records_read(conn, import, chunk, records)?;
        for (_, text) in &loaded {
            let rows: Vec<ImportRow> = json_from_db(text, "rows of an import")?;
            found.extend(rows.into_iter().filter(|row| row.row >= from && status.is_none_or(|s| s == row.status)));
        }
        match loaded.last() {
            Some((last, _)) => chunk = last + 1,
            None => break,
        }
    }
    found.truncate(limit);
    Ok(found)
}
