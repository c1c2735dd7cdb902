//! Charts whose scores have to be calculated anew: noted by the load that changed them, forgotten once it is done, so
//! that a crash in between loses nothing. Source: `spec/pipeline.md` 10.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::upsert::excluded;
use tachi_core::catalogue::ChartKey;
use tachi_core::ids::UserId;

use crate::bulk::{KEYS, lock_catalogue};
use crate::convert::{json_from_db, json_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{meta, pbs};

/// The name under which the charts are noted.
const PENDING: &str = "recalculate";

/// The charts that are noted, by key.
///
/// # Errors
/// Those of the database.
pub fn recalculation_pending(conn: &mut Conn) -> Result<Vec<ChartKey>, DbError> {
    Ok(pending(conn)?.into_iter().map(ChartKey).collect())
}

/// Notes charts.
///
/// # Errors
/// Those of the database.
pub fn recalculation_add(conn: &mut Conn, charts: &[ChartKey]) -> Result<(), DbError> {
    change(conn, |pending| pending.extend(charts.iter().map(|chart| chart.0)))
}

/// Forgets charts.
///
/// # Errors
/// Those of the database.
pub fn recalculation_done(conn: &mut Conn, charts: &[ChartKey]) -> Result<(), DbError> {
    let done: BTreeSet<i32> = charts.iter().map(|chart| chart.0).collect();
    change(conn, |pending| pending.retain(|chart| !done.contains(chart)))
}

fn pending(conn: &mut Conn) -> Result<BTreeSet<i32>, DbError> {
    let text: Option<String> = meta::table.find(PENDING).select(meta::value).first(conn).optional()?;
    text.map_or(Ok(BTreeSet::new()), |text| json_from_db(&text, "charts to recalculate"))
}

fn change(conn: &mut Conn, f: impl FnOnce(&mut BTreeSet<i32>)) -> Result<(), DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = meta, treat_none_as_default_value = false)]
    struct Row {
        key: &'static str,
        value: String,
    }
    lock_catalogue(conn)?;
    let mut charts = pending(conn)?;
    f(&mut charts);
    let rows = [Row { key: PENDING, value: json_to_db(&charts, "charts to recalculate")? }];
    insert_rows!(conn, meta::table, rows, |insert| insert
        .on_conflict(meta::key)
        .do_update()
        .set(meta::value.eq(excluded(meta::value))));
    Ok(())
}

/// The users who have PBs on any of these charts, in order.
///
/// # Errors
/// Those of the database.
pub fn players(conn: &mut Conn, charts: &[ChartKey]) -> Result<Vec<UserId>, DbError> {
    let mut found = BTreeSet::new();
    for chunk in charts.chunks(KEYS) {
        let query = pbs::table.filter(pbs::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        found.extend(query.select(pbs::user_id).distinct().load::<i32>(conn)?);
    }
    Ok(found.into_iter().map(UserId).collect())
}

/// Those of the charts on which a user has a PB, by key.
///
/// # Errors
/// Those of the database.
pub fn played_charts(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<Vec<ChartKey>, DbError> {
    let mut found = Vec::new();
    for chunk in charts.chunks(KEYS) {
        let query = pbs::table.filter(pbs::user_id.eq(user.0));
        let query = query.filter(pbs::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        found.extend(query.order(pbs::chart_key).select(pbs::chart_key).load::<i32>(conn)?);
    }
    Ok(found.into_iter().map(ChartKey).collect())
}
