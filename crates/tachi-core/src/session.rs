//! Sessions: runs of scores without a long pause. Source: `spec/sessions.md`.

use crate::game::GptConfig;
use crate::rating::session_best;

/// The pause that ends a session, in milliseconds.
pub const TWO_HOURS: i64 = 7_200_000;

/// Splits times, sorted ascending, into groups: a time joins the group of its predecessor when less than
/// [`TWO_HOURS`] lie between them. Returns ranges of positions.
///
/// ```
/// use tachi_core::session::{TWO_HOURS, group};
/// assert_eq!(group(&[0, TWO_HOURS - 1, 2 * TWO_HOURS - 1]), vec![0..2, 2..3]);
/// ```
#[must_use]
pub fn group(times: &[i64]) -> Vec<std::ops::Range<usize>> {
    let mut groups = Vec::new();
    let mut start = 0;
    for at in 1..=times.len() {
        if at == times.len() || times[at] - times[at - 1] >= TWO_HOURS {
            groups.push(start..at);
            start = at;
        }
    }
    groups
}

/// Whether a group from `start` to `end` belongs to a stored session. The bound before it is inclusive, the one after
/// it is not.
#[must_use]
pub const fn attaches(session_start: i64, session_end: i64, start: i64, end: i64) -> bool {
    session_end >= start.saturating_sub(TWO_HOURS) && session_start < end.saturating_add(TWO_HOURS)
}

/// A session's ratings from the ratings of its scores.
#[must_use]
pub fn ratings<'a>(config: &GptConfig, scores: impl Iterator<Item = &'a [Option<f64>]> + Clone) -> Vec<Option<f64>> {
    let rate = |rating: &crate::game::SessionRating| {
        let of = config.score_rating(rating.of)?;
        let values: Vec<f64> = scores.clone().filter_map(|ratings| ratings.get(of).copied().flatten()).collect();
        session_best(&values, rating.best).map(|mean| mean * rating.times)
    };
    config.session_ratings.iter().map(rate).collect()
}
