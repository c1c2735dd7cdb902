//! Ratings of PBs that are ranked: what best-N lists are made of. They stand beside the PBs in a narrow table, whose
//! index has them in order, so that a list costs what it holds and not what the profile holds.

use diesel::prelude::*;
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::bulk::{self, BestPart, KEYS};
use crate::convert::gpt_to_db;
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::pb_ratings;

/// How many buckets the PBs of a profile may fall into:
/// [`PbConfig::bucket`](tachi_core::game::PbConfig::bucket) gives less than this.
pub const BUCKETS: u8 = 4;

/// A rating of a PB on a primary chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PbRating {
    /// The chart.
    pub chart: ChartKey,
    /// The position of the rating among the GPT's score ratings.
    pub rating: usize,
    /// The chart's bucket.
    pub bucket: u8,
    /// The value.
    pub value: f64,
}

/// A list of best values that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BestWanted {
    /// The position of the rating among the GPT's score ratings.
    pub rating: usize,
    /// Only this bucket; `None` takes all.
    pub bucket: Option<u8>,
    /// How many values at most.
    pub limit: usize,
}

#[derive(Insertable)]
#[diesel(table_name = pb_ratings, treat_none_as_default_value = false)]
struct Row {
    user_id: i32,
    chart_key: i32,
    rating: i16,
    gpt: i16,
    bucket: i16,
    value: f64,
}

/// Replaces the ranked ratings of a user's PBs on `charts`.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is no PB on a rating's chart.
pub fn pb_ratings_replace(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    charts: &[ChartKey],
    ratings: &[PbRating],
) -> Result<(), DbError> {
    let mut rows = Vec::with_capacity(ratings.len());
    for rating in ratings {
        if rating.bucket >= BUCKETS || !rating.value.is_finite() {
            return Err(DbError::data("a rating", format!("{rating:?}")));
        }
        rows.push(Row {
            user_id: user.0,
            chart_key: rating.chart.0,
            rating: number(rating.rating)?,
            gpt: gpt_to_db(gpt),
            bucket: i16::from(rating.bucket),
            value: rating.value,
        });
    }
    for chunk in charts.chunks(KEYS) {
        let query = pb_ratings::table.filter(pb_ratings::user_id.eq(user.0));
        let query = query.filter(pb_ratings::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        diesel::delete(query).execute(conn)?;
    }
    insert_rows!(conn, pb_ratings::table, rows);
    Ok(())
}

/// The ranked ratings of a user's PBs on `charts`, by chart and rating.
///
/// # Errors
/// Those of the database.
pub fn pb_ratings_of_charts(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<Vec<PbRating>, DbError> {
    let mut found = Vec::new();
    for chunk in charts.chunks(KEYS) {
        let query = pb_ratings::table.filter(pb_ratings::user_id.eq(user.0));
        let query = query.filter(pb_ratings::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        let query = query.order((pb_ratings::chart_key, pb_ratings::rating));
        let columns = (pb_ratings::chart_key, pb_ratings::rating, pb_ratings::bucket, pb_ratings::value);
        for (chart, rating, bucket, value) in query.select(columns).load::<(i32, i16, i16, f64)>(conn)? {
            let bad = |error| DbError::data("a rating", error);
            found.push(PbRating {
                chart: ChartKey(chart),
                rating: usize::try_from(rating).map_err(bad)?,
                bucket: u8::try_from(bucket).map_err(bad)?,
                value,
            });
        }
    }
    Ok(found)
}

pub(super) fn number(rating: usize) -> Result<i16, DbError> {
    i16::try_from(rating).map_err(|error| DbError::data("a rating", error))
}

/// A user's best ratings on a GPT: one list per entry of `wanted`, each from the largest value down. All lists come
/// with one statement.
///
/// # Errors
/// Those of the database.
pub fn best_ratings(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    wanted: &[BestWanted],
) -> Result<Vec<Vec<(f64, ChartKey)>>, DbError> {
    let mut lists: Vec<Vec<(f64, ChartKey)>> = vec![Vec::new(); wanted.len()];
    if wanted.is_empty() {
        return Ok(lists);
    }
    // A list over all buckets takes the best of each: an index that leads with the bucket has them in order only one
    // by one.
    let mut parts = Vec::new();
    for (list, BestWanted { rating, bucket, limit }) in wanted.iter().enumerate() {
        let buckets = bucket.map_or(0..BUCKETS, |bucket| bucket..bucket + 1);
        parts.extend(buckets.map(|bucket| BestPart { list, rating: *rating, bucket, limit: *limit }));
    }
    for found in bulk::best_parts(conn, user, gpt, &parts)? {
        let list = usize::try_from(found.list).map_err(|error| DbError::data("a rating", error))?;
        if let Some(list) = lists.get_mut(list) {
            list.push((found.value, ChartKey(found.chart_key)));
        }
    }
    for (list, wanted) in lists.iter_mut().zip(wanted) {
        list.sort_by(|(a, a_chart), (b, b_chart)| b.total_cmp(a).then(a_chart.cmp(b_chart)));
        list.truncate(wanted.limit);
    }
    Ok(lists)
}
