//! Places on leaderboards: counted when they are read, never stored.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::ChartKey;
use tachi_core::ids::UserId;

use super::{PbRow, StoredPb};
use crate::bulk::{self, KEYS, LAST, NEVER, RankedPb};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{pbs, rivals};

/// A PB's place on its chart's leaderboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PbRank {
    /// 1 and how many PBs are better; PBs that are equal in everything share a rank.
    pub rank: i64,
    /// How many PBs there are on the chart.
    pub out_of: i64,
    /// 1 and how many PBs of the user's rivals are better; `None` for a user without rivals.
    pub rival_rank: Option<i64>,
}

/// The places of a user's PBs on those charts, by chart; charts without one are left out.
///
/// # Errors
/// Those of the database.
pub fn pb_ranks(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<Vec<(ChartKey, PbRank)>, DbError> {
    let ranks = pb_ranks_of(conn, &[user], charts)?;
    let mut ranks: Vec<_> = ranks.into_iter().map(|((_, chart), rank)| (chart, rank)).collect();
    ranks.sort_unstable_by_key(|(chart, _)| *chart);
    Ok(ranks)
}

/// The places of all PBs that any of these users has on any of these charts, in no particular order.
///
/// # Errors
/// Those of the database.
pub fn pb_ranks_of(
    conn: &mut Conn,
    users: &[UserId],
    charts: &[ChartKey],
) -> Result<FxHashMap<(UserId, ChartKey), PbRank>, DbError> {
    let with_rivals = with_rivals(conn, users)?;
    let rows = bulk::rank_pbs(conn, users, charts, !with_rivals.is_empty())?;
    let rank = |row: RankedPb| {
        let rank = PbRank {
            rank: row.above + row.tied_above + 1,
            out_of: row.above + row.not_above,
            rival_rank: with_rivals.contains(&(row.user_id, row.gpt)).then_some(row.better_rivals + 1),
        };
        ((UserId(row.user_id), ChartKey(row.chart_key)), rank)
    };
    Ok(rows.into_iter().map(rank).collect())
}

/// Which of these users have rivals, and on what.
fn with_rivals(conn: &mut Conn, users: &[UserId]) -> Result<FxHashSet<(i32, i16)>, DbError> {
    let mut found = FxHashSet::default();
    for chunk in users.chunks(KEYS) {
        let query = rivals::table.filter(rivals::user_id.eq_any(chunk.iter().map(|user| user.0)));
        found.extend(query.select((rivals::user_id, rivals::gpt)).distinct().load::<(i32, i16)>(conn)?);
    }
    Ok(found)
}

/// How many PBs there are on a chart.
///
/// # Errors
/// Those of the database.
pub fn pb_count_on_chart(conn: &mut Conn, chart: ChartKey) -> Result<i64, DbError> {
    Ok(pbs::table.filter(pbs::chart_key.eq(chart.0)).count().get_result(conn)?)
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Integer)]
    user_id: i32,
    #[diesel(sql_type = BigInt)]
    place: i64,
}

/// A chart's leaderboard from a rank on: PBs with their ranks, best first; a shared rank is ordered by user.
///
/// # Errors
/// Those of the database.
pub fn pb_leaderboard(
    conn: &mut Conn,
    chart: ChartKey,
    from_rank: i64,
    limit: i64,
) -> Result<Vec<(i64, StoredPb)>, DbError> {
    let sql = format!(
        "SELECT user_id, place FROM (\
             SELECT user_id, rank() OVER (ORDER BY rank0 DESC, COALESCE(rank1, {LAST}) DESC, \
                 COALESCE(rank2, {LAST}) DESC, COALESCE(rank3, {LAST}) DESC, COALESCE(rank4, {LAST}) DESC, \
                 COALESCE(time_achieved, {NEVER})) AS place \
             FROM pbs WHERE chart_key = $1\
         ) ranked WHERE place >= $2 ORDER BY place, user_id LIMIT $3"
    );
    let places: Vec<Place> = diesel::sql_query(sql)
        .bind::<Integer, _>(chart.0)
        .bind::<BigInt, _>(from_rank)
        .bind::<BigInt, _>(limit)
        .load(conn)?;
    let mut rows: Vec<PbRow> = Vec::with_capacity(places.len());
    for chunk in places.chunks(KEYS) {
        let query = pbs::table.filter(pbs::chart_key.eq(chart.0));
        let query = query.filter(pbs::user_id.eq_any(chunk.iter().map(|place| place.user_id)));
        rows.extend(query.select(PbRow::as_select()).load(conn)?);
    }
    rows.sort_unstable_by_key(|row| row.user_id);
    let mut ranked = Vec::with_capacity(rows.len());
    for row in rows {
        let place = places.iter().find(|place| place.user_id == row.user_id).map_or(0, |place| place.place);
        ranked.push((place, row.into_stored()?));
    }
    ranked.sort_by_key(|(place, _)| *place);
    Ok(ranked)
}
