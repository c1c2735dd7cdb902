//! Scores as players and visitors look at them.

use diesel::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::ids::{ScoreId, UserId};

use super::row::{self, PbScoreRow, ScoreRow};
use super::{PbScore, StoredScore, scores_by_keys};
use crate::bulk::KEYS;
use crate::convert::gpt_to_db;
use crate::error::DbError;
use crate::keys::{ScoreKey, SessionKey};
use crate::pool::Conn;
use crate::schema::scores;

/// Up to how many charts their scores are read directly; beyond it, a user's scores are gone through from the latest.
const FEW: usize = 300;
/// How many scores one step of going through reads.
const STEP: i64 = 2000;

/// A user's first score on a GPT by time; those without a time do not count.
///
/// # Errors
/// Those of the database.
pub fn score_first(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Option<StoredScore>, DbError> {
    let query = scores::table.filter(scores::user_id.eq(user.0)).filter(scores::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(scores::time_achieved.is_not_null()).order((scores::time_achieved, scores::id));
    let row = query.select(ScoreRow::as_select()).first(conn).optional()?;
    row.map(row::score_from_db).transpose()
}

/// A user's latest scores on those charts of a GPT, latest first, those without a time last. The charts should be ones
/// that the user has played.
///
/// # Errors
/// Those of the database.
pub fn scores_latest_on(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    charts: &[ChartKey],
    limit: usize,
) -> Result<Vec<StoredScore>, DbError> {
    let keys = if charts.len() <= FEW {
        let query = scores::table.filter(scores::user_id.eq(user.0));
        let query = query.filter(scores::chart_key.eq_any(charts.iter().map(|chart| chart.0)));
        let query = query.order((scores::time_achieved.is_null(), scores::time_achieved.desc(), scores::id.desc()));
        query.limit(limit as i64).select(scores::id).load(conn)?
    } else {
        going_back(conn, user, gpt, &charts.iter().map(|chart| chart.0).collect(), limit)?
    };
    in_order(conn, &keys)
}

/// Goes through a user's scores from the latest until enough are on the wanted charts.
fn going_back(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    charts: &FxHashSet<i32>,
    limit: usize,
) -> Result<Vec<ScoreKey>, DbError> {
    type Row = (ScoreKey, i32, Option<i64>);
    let mut found = Vec::new();
    let own = scores::table.filter(scores::user_id.eq(user.0)).filter(scores::gpt.eq(gpt_to_db(gpt)));
    let own = own.select((scores::id, scores::chart_key, scores::time_achieved));
    let mut last: Option<(i64, ScoreKey)> = None;
    while found.len() < limit {
        let (time, key) = last.unwrap_or((i64::MAX, ScoreKey(i64::MAX)));
        let query = own.filter(scores::time_achieved.le(time));
        let query = query.filter(scores::time_achieved.lt(time).or(scores::id.lt(key)));
        let query = query.order((scores::time_achieved.desc(), scores::id.desc())).limit(STEP);
        let step: Vec<Row> = query.load(conn)?;
        let Some((key, _, Some(time))) = step.last() else { break };
        last = Some((*time, *key));
        found.extend(step.iter().filter(|(_, chart, _)| charts.contains(chart)).map(|(key, ..)| *key));
    }
    if found.len() < limit {
        let step: Vec<Row> = own.filter(scores::time_achieved.is_null()).order(scores::id.desc()).load(conn)?;
        found.extend(step.iter().filter(|(_, chart, _)| charts.contains(chart)).map(|(key, ..)| *key));
    }
    found.truncate(limit);
    Ok(found)
}

fn in_order(conn: &mut Conn, order: &[ScoreKey]) -> Result<Vec<StoredScore>, DbError> {
    let mut found = scores_by_keys(conn, order)?;
    found.sort_by_key(|score| order.iter().position(|key| *key == score.key));
    Ok(found)
}

/// Calls a function with every score of a user on a GPT as it is read: latest first, those without a time last. They
/// never stand in memory together.
///
/// # Errors
/// Those of the database and of the function.
pub fn scores_each(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    mut each: impl FnMut(StoredScore) -> Result<(), DbError>,
) -> Result<(), DbError> {
    let own = scores::table.filter(scores::user_id.eq(user.0)).filter(scores::gpt.eq(gpt_to_db(gpt)));
    let timed = own.filter(scores::time_achieved.is_not_null());
    let timed = timed.order((scores::time_achieved.desc(), scores::id.desc()));
    for_each_row!(conn, timed.select(ScoreRow::as_select()), ScoreRow, |row| row::score_from_db(row)
        .and_then(&mut each));
    let timeless = own.filter(scores::time_achieved.is_null()).order(scores::id.desc());
    for_each_row!(conn, timeless.select(ScoreRow::as_select()), ScoreRow, |row| row::score_from_db(row)
        .and_then(&mut each));
    Ok(())
}

/// Calls a function with each score that a user achieved on those charts before a time; scores
/// without a time are left out. They never stand in memory together.
///
/// # Errors
/// Those of the database and of the function.
pub fn scores_each_before(
    conn: &mut Conn,
    user: UserId,
    charts: &[ChartKey],
    before: i64,
    mut each: impl FnMut(PbScore) -> Result<(), DbError>,
) -> Result<(), DbError> {
    for chunk in charts.chunks(KEYS) {
        let query = scores::table.filter(scores::user_id.eq(user.0)).filter(scores::time_achieved.lt(before));
        let query = query.filter(scores::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        for_each_row!(conn, query.select(PbScoreRow::as_select()), PbScoreRow, |row| row::pb_score_from_db(row)
            .and_then(&mut each));
    }
    Ok(())
}

/// How many scores a user has on each chart, of any game. Reads an index only.
///
/// # Errors
/// Those of the database.
pub fn scores_counts_by_chart(conn: &mut Conn, user: UserId) -> Result<Vec<(ChartKey, i64)>, DbError> {
    let query = scores::table.filter(scores::user_id.eq(user.0)).group_by(scores::chart_key);
    let rows: Vec<(i32, i64)> = query.select((scores::chart_key, diesel::dsl::count_star())).load(conn)?;
    Ok(rows.into_iter().map(|(chart, count)| (ChartKey(chart), count)).collect())
}

/// How many scores a user has, on anything.
///
/// # Errors
/// Those of the database.
pub fn scores_count_of_user(conn: &mut Conn, user: UserId) -> Result<i64, DbError> {
    Ok(scores::table.filter(scores::user_id.eq(user.0)).count().get_result(conn)?)
}

/// The public IDs of the scores of sessions, in each session's order.
///
/// # Errors
/// Those of the database.
pub fn session_score_ids(
    conn: &mut Conn,
    sessions: &[SessionKey],
) -> Result<FxHashMap<SessionKey, Vec<ScoreId>>, DbError> {
    let mut found: FxHashMap<SessionKey, Vec<ScoreId>> = FxHashMap::default();
    for chunk in sessions.chunks(KEYS) {
        type Row = (SessionKey, Option<i32>, ScoreKey, Vec<u8>);
        let query = scores::table.filter(scores::session_id.eq_any(chunk));
        let query =
            query.select((scores::session_id.assume_not_null(), scores::session_pos, scores::id, scores::score_id));
        // There are thousands of them, which the database would take longer to sort.
        let mut rows: Vec<Row> = query.load(conn)?;
        rows.sort_unstable_by_key(|(session, position, key, _)| (*session, *position, *key));
        for (session, .., id) in rows {
            found.entry(session).or_default().push(super::id_from_db(&id)?);
        }
    }
    Ok(found)
}
