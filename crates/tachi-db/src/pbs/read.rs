//! PBs as players and visitors look at them. Source: `spec/pbs.md` 3 and 5.

use std::cmp::Reverse;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Integer};
use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use super::ratings::buckets;
use super::{BestWanted, PbRow, StoredPb, best_ratings, stored};
use crate::bulk::{KEYS, LAST, NEVER};
use crate::convert::{gpt_to_db, rating_column};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::pbs;

/// The charts of a GPT that a user has PBs on, with the PBs' times: latest first, those without a time last. Reads an
/// index only.
///
/// # Errors
/// Those of the database.
pub fn pbs_played(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Vec<(ChartKey, Option<i64>)>, DbError> {
    let query = pbs::table.filter(pbs::user_id.eq(user.0)).filter(pbs::gpt.eq(gpt_to_db(gpt)));
    let mut rows: Vec<(i32, Option<i64>)> = query.select((pbs::chart_key, pbs::time_achieved)).load(conn)?;
    rows.sort_unstable_by_key(|(chart, time)| Reverse((*time, *chart)));
    Ok(rows.into_iter().map(|(chart, time)| (ChartKey(chart), time)).collect())
}

/// A user's best PBs on primary charts of a GPT by one of its score ratings, given by position: the largest first,
/// those without the rating last; of equal ones the latest first.
///
/// # Errors
/// Those of the database.
pub fn pbs_best(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    rating: usize,
    limit: usize,
) -> Result<Vec<StoredPb>, DbError> {
    let wanted = BestWanted { rating, bucket: None, limit };
    let mut rated = best_ratings(conn, user, gpt, &[wanted])?.pop().unwrap_or_default();
    if let Some(least) = rated.last().map(|(value, _)| *value).filter(|_| rated.len() == limit) {
        // Which of those that share the last place are in is for their times to say.
        rated.retain(|(value, _)| *value > least);
        let ties = charts_rated(conn, user, gpt, rating, least)?;
        rated.extend(ties.into_iter().take(limit - rated.len()).map(|chart| (least, chart)));
    }
    let charts: Vec<ChartKey> = rated.iter().map(|(_, chart)| *chart).collect();
    let mut found = super::pbs_of_charts(conn, user, &charts)?;
    let value = |pb: &StoredPb| pb.ratings.get(rating).copied().flatten().unwrap_or(f64::MIN);
    found.sort_by(|a, b| value(b).total_cmp(&value(a)).then(b.time_achieved.cmp(&a.time_achieved)));
    if found.len() < limit {
        let missing = (limit - found.len()) as i64;
        let query = pbs::table.filter(pbs::user_id.eq(user.0)).filter(pbs::gpt.eq(gpt_to_db(gpt)));
        let query = query.filter(pbs::is_primary.eq(true));
        let query = query.filter(pbs::chart_key.ne_all(charts.iter().map(|chart| chart.0)));
        let query = query.order((pbs::time_achieved.is_null(), pbs::time_achieved.desc(), pbs::chart_key));
        found.extend(stored(query.limit(missing).select(PbRow::as_select()).load(conn)?)?);
    }
    Ok(found)
}

/// The charts whose PBs have exactly that rating, latest PB first.
fn charts_rated(conn: &mut Conn, user: UserId, gpt: Gpt, rating: usize, value: f64) -> Result<Vec<ChartKey>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        chart_key: i32,
    }
    let (column, buckets) = (rating_column(rating)?, in_any_bucket(gpt));
    let sql = format!(
        "SELECT chart_key FROM pbs WHERE user_id = $1 AND gpt = {} AND {buckets} AND {column} = $2 \
         ORDER BY time_achieved IS NULL, time_achieved DESC, chart_key",
        gpt_to_db(gpt)
    );
    let rows: Vec<Row> = diesel::sql_query(sql).bind::<Integer, _>(user.0).bind::<Double, _>(value).load(conn)?;
    Ok(rows.into_iter().map(|row| ChartKey(row.chart_key)).collect())
}

/// That a PB is in any bucket: an index that leads with the bucket has the ratings in order only one by one.
fn in_any_bucket(gpt: Gpt) -> String {
    let buckets: Vec<String> = (0..buckets(gpt)).map(|bucket| bucket.to_string()).collect();
    format!("bucket IN ({})", buckets.join(", "))
}

/// How many players have a PB on each of those charts; charts without any are left out.
///
/// # Errors
/// Those of the database.
pub fn pb_players(conn: &mut Conn, charts: &[ChartKey]) -> Result<FxHashMap<ChartKey, i64>, DbError> {
    let mut found = FxHashMap::default();
    for chunk in charts.chunks(KEYS) {
        let query = pbs::table.filter(pbs::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        let query = query.group_by(pbs::chart_key).select((pbs::chart_key, diesel::dsl::count_star()));
        found.extend(query.load::<(i32, i64)>(conn)?.into_iter().map(|(chart, count)| (ChartKey(chart), count)));
    }
    Ok(found)
}

/// How many players have a PB on each chart of any game. Reads a whole index: the caller keeps the answer for a while.
///
/// # Errors
/// Those of the database.
pub fn pb_players_of_all(conn: &mut Conn) -> Result<FxHashMap<ChartKey, i64>, DbError> {
    let query = pbs::table.group_by(pbs::chart_key).select((pbs::chart_key, diesel::dsl::count_star()));
    Ok(query.load::<(i32, i64)>(conn)?.into_iter().map(|(chart, count)| (ChartKey(chart), count)).collect())
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Integer)]
    user_id: i32,
    #[diesel(sql_type = BigInt)]
    place: i64,
}

/// The PBs around a user's on a chart, with their ranks: up to `each` directly above and below it, and itself between
/// them; best first. Empty when the user has none.
///
/// # Errors
/// Those of the database.
pub fn pb_neighbours(
    conn: &mut Conn,
    chart: ChartKey,
    user: UserId,
    each: i64,
) -> Result<Vec<(i64, StoredPb)>, DbError> {
    let order = format!(
        "ORDER BY rank0 DESC, COALESCE(rank1, {LAST}) DESC, COALESCE(rank2, {LAST}) DESC, \
         COALESCE(rank3, {LAST}) DESC, COALESCE(rank4, {LAST}) DESC, COALESCE(time_achieved, {NEVER})"
    );
    let sql = format!(
        "WITH ranked AS (\
             SELECT user_id, rank() OVER ({order}) AS place, row_number() OVER ({order}, user_id) AS line \
             FROM pbs WHERE chart_key = $1\
         ), mine AS (SELECT line FROM ranked WHERE user_id = $2) \
         SELECT user_id, place FROM ranked \
         WHERE line >= (SELECT line FROM mine) - $3 AND line <= (SELECT line FROM mine) + $3 ORDER BY line"
    );
    let places: Vec<Place> = diesel::sql_query(sql)
        .bind::<Integer, _>(chart.0)
        .bind::<Integer, _>(user.0)
        .bind::<BigInt, _>(each)
        .load(conn)?;
    let users: Vec<UserId> = places.iter().map(|place| UserId(place.user_id)).collect();
    let mut found: FxHashMap<i32, StoredPb> =
        pbs_on_chart(conn, chart, &users)?.into_iter().map(|pb| (pb.user.0, pb)).collect();
    Ok(places.into_iter().filter_map(|place| Some((place.place, found.remove(&place.user_id)?))).collect())
}

/// The PBs of those users on a chart, by user.
///
/// # Errors
/// Those of the database.
pub fn pbs_on_chart(conn: &mut Conn, chart: ChartKey, users: &[UserId]) -> Result<Vec<StoredPb>, DbError> {
    let mut found = Vec::with_capacity(users.len());
    for chunk in users.chunks(KEYS) {
        let query = pbs::table.filter(pbs::user_id.eq_any(chunk.iter().map(|user| user.0)));
        let query = query.filter(pbs::chart_key.eq(chart.0)).order(pbs::user_id);
        found.extend(stored(query.select(PbRow::as_select()).load(conn)?)?);
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Best {
    #[diesel(sql_type = Integer)]
    user_id: i32,
    #[diesel(sql_type = Double)]
    value: f64,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Integer)]
    user_id: i32,
    #[diesel(sql_type = Integer)]
    chart_key: i32,
}

/// The best PBs of anybody on primary charts of a GPT by one of its score ratings, given by position: the largest
/// first, ties by user and chart.
///
/// No index has them in order over all users. But each of the best is a PB of one of the `limit` users whose own best
/// is largest, and at least as large as the last of these; so it takes one look per user, and few rows after that.
///
/// # Errors
/// Those of the database.
pub fn pbs_best_of_all(conn: &mut Conn, gpt: Gpt, rating: usize, limit: i64) -> Result<Vec<StoredPb>, DbError> {
    let (column, number, any_bucket) = (rating_column(rating)?, gpt_to_db(gpt), in_any_bucket(gpt));
    let largest = |bucket: u8| {
        format!(
            "SELECT p.user_id, (SELECT max({column}) FROM pbs b WHERE b.user_id = p.user_id AND b.gpt = {number} \
             AND b.bucket = {bucket} AND b.{column} IS NOT NULL) AS value FROM profiles p WHERE p.gpt = {number}"
        )
    };
    let lists: Vec<String> = (0..buckets(gpt)).map(largest).collect();
    let sql = format!(
        "SELECT user_id, max(value) AS value FROM ({}) best WHERE value IS NOT NULL GROUP BY user_id \
         ORDER BY max(value) DESC, user_id LIMIT {limit}",
        lists.join(" UNION ALL ")
    );
    let users: Vec<Best> = diesel::sql_query(sql).load(conn)?;
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let few = (users.len() as i64) < limit;
    let least = users.last().map(|best| best.value).filter(|_| !few).unwrap_or(f64::MIN);
    let users: Vec<String> = users.into_iter().map(|best| best.user_id.to_string()).collect();
    let sql = format!(
        "SELECT user_id, chart_key FROM pbs WHERE user_id IN ({}) AND gpt = {number} AND {any_bucket} \
         AND {column} >= $1 ORDER BY {column} DESC, user_id, chart_key LIMIT {limit}",
        users.join(", ")
    );
    let order: Vec<Key> = diesel::sql_query(sql).bind::<Double, _>(least).load(conn)?;
    in_order(conn, &order)
}

/// The best PBs of a few users on primary charts of a GPT by one of its score ratings, given by position: the largest
/// first, ties by user and chart. One statement, which reads as much of an index for each of them as it may return.
///
/// # Errors
/// Those of the database.
pub fn pbs_best_of_users(
    conn: &mut Conn,
    users: &[UserId],
    gpt: Gpt,
    rating: usize,
    limit: i64,
) -> Result<Vec<StoredPb>, DbError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let (column, gpt_number) = (rating_column(rating)?, gpt_to_db(gpt));
    let part = |(user, bucket): (UserId, u8)| {
        format!(
            "SELECT * FROM (SELECT user_id, chart_key, {column} AS value FROM pbs WHERE user_id = {user} \
             AND gpt = {gpt_number} AND bucket = {bucket} AND {column} IS NOT NULL \
             ORDER BY {column} DESC LIMIT {limit}) AS best"
        )
    };
    let parts = users.iter().flat_map(|user| (0..buckets(gpt)).map(|bucket| (*user, bucket)));
    let sql = format!(
        "SELECT user_id, chart_key FROM ({}) mine ORDER BY value DESC, user_id, chart_key LIMIT {limit}",
        parts.map(part).collect::<Vec<_>>().join(" UNION ALL ")
    );
    let order: Vec<Key> = diesel::sql_query(sql).load(conn)?;
    in_order(conn, &order)
}

/// PBs in a given order.
fn in_order(conn: &mut Conn, order: &[Key]) -> Result<Vec<StoredPb>, DbError> {
    let order: Vec<(i32, i32)> = order.iter().map(|key| (key.user_id, key.chart_key)).collect();
    let users: FxHashSet<i32> = order.iter().map(|(user, _)| *user).collect();
    let charts: FxHashSet<i32> = order.iter().map(|(_, chart)| *chart).collect();
    let query = pbs::table.filter(pbs::user_id.eq_any(users)).filter(pbs::chart_key.eq_any(charts));
    let found = stored(query.select(PbRow::as_select()).load(conn)?)?;
    let mut found: FxHashMap<(i32, i32), StoredPb> =
        found.into_iter().map(|pb| ((pb.user.0, pb.chart.0), pb)).collect();
    Ok(order.iter().filter_map(|key| found.remove(key)).collect())
}

/// Sets whether a user's PB on a chart is highlighted.
///
/// # Errors
/// Those of the database.
pub fn pb_highlight_set(conn: &mut Conn, user: UserId, chart: ChartKey, highlight: bool) -> Result<(), DbError> {
    let query = pbs::table.filter(pbs::user_id.eq(user.0)).filter(pbs::chart_key.eq(chart.0));
    diesel::update(query).set(pbs::highlight.eq(highlight)).execute(conn)?;
    Ok(())
}
