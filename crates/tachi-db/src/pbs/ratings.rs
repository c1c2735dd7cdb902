//! Ratings of PBs that are ranked: what best-N lists are made of. Indexes have them in order, so that a list costs what
//! it holds and not what the profile holds.

use tachi_core::catalogue::ChartKey;
use tachi_core::game::{Gpt, ProfileRule};
use tachi_core::ids::UserId;

use super::{BUCKETS, RATINGS};
use crate::bulk::{self, BestPart};
use crate::error::DbError;
use crate::pool::Conn;

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
    let buckets = if has_buckets(gpt) { BUCKETS } else { 1 };
    let mut parts = Vec::new();
    for (list, BestWanted { rating, bucket, limit }) in wanted.iter().enumerate() {
        if *rating >= RATINGS {
            return Err(DbError::data("a rating", format!("there is no column for number {rating}")));
        }
        let buckets = bucket.map_or(0..buckets, |bucket| bucket..bucket + 1);
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

/// Whether the PBs of a GPT fall into more than one bucket.
fn has_buckets(gpt: Gpt) -> bool {
    gpt.config().profile_ratings.iter().any(|rating| match &rating.rule {
        ProfileRule::Best { .. } => false,
        ProfileRule::Own { inputs, .. } => inputs.iter().any(|input| input.bucket.is_some()),
    })
}
