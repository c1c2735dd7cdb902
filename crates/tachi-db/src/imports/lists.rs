//! Lists of imports over all users, and counts.

use std::cmp::Reverse;

use diesel::prelude::*;
use tachi_core::ids::UserId;
use tachi_core::import_type::ImportType;

use super::trackers::{self, Tracker, TrackerKind};
use super::{ImportFilter, Row, StoredImport, complete};
use crate::convert::import_type_from_db;
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::imports;

/// The latest imports of anybody, latest first.
///
/// Numbers are given when imports are stored, a moment before they finish, so that the latest are among those with the
/// largest numbers: no index over the times of all imports is needed, which a list of one user's might be misled to.
///
/// # Errors
/// Those of the database.
pub fn imports_latest(conn: &mut Conn, filter: ImportFilter, limit: i64) -> Result<Vec<StoredImport>, DbError> {
    let mut query = imports::table.select(Row::as_select()).into_boxed();
    if let Some(user_intent) = filter.user_intent {
        query = query.filter(imports::user_intent.eq(user_intent));
    }
    let mut rows: Vec<Row> = match filter.import_type {
        Some(import_type) => {
            let query = query.filter(imports::import_type.eq(import_type.as_str()));
            query.order((imports::time_finished.desc(), imports::id.desc())).limit(limit).load(conn)?
        }
        None => query.order(imports::id.desc()).limit(limit.saturating_mul(2)).load(conn)?,
    };
    rows.sort_by_key(|row| Reverse((row.time_finished, row.id)));
    rows.truncate(limit.max(0) as usize);
    complete(conn, rows)
}

/// The latest imports of anybody that are running or failed, latest first.
///
/// # Errors
/// Those of the database.
pub fn trackers_latest(
    conn: &mut Conn,
    kind: TrackerKind,
    filter: ImportFilter,
    limit: i64,
) -> Result<Vec<Tracker>, DbError> {
    trackers::of(conn, None, kind, filter, limit)
}

/// How many imports of each type a user asked for since then, UNIX milliseconds; most first.
///
/// # Errors
/// Those of the database.
pub fn imports_count_by_type(conn: &mut Conn, user: UserId, since: i64) -> Result<Vec<(ImportType, i64)>, DbError> {
    let query = imports::table.filter(imports::user_id.eq(user.0)).filter(imports::time_finished.ge(since));
    let query = query.filter(imports::user_intent.eq(true)).group_by(imports::import_type);
    let rows: Vec<(String, i64)> = query.select((imports::import_type, diesel::dsl::count_star())).load(conn)?;
    let mut counts = Vec::with_capacity(rows.len());
    for (import_type, count) in rows {
        counts.push((import_type_from_db(&import_type)?, count));
    }
    counts.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then(a.as_str().cmp(b.as_str())));
    Ok(counts)
}
