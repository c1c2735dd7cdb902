//! Sessions: runs of scores without a long pause. Source: `spec/sessions.md`.

use serde::{Deserialize, Serialize};

use crate::game::{GptConfig, SessionRating};
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

/// What is kept of the ratings of a session's scores: as many of the best values as each session rating is made of. A
/// score can join without a look at those that are there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SessionBest(Vec<Vec<f64>>);

impl SessionBest {
    /// That of these scores, given by their ratings.
    pub fn of<'a>(config: &GptConfig, scores: impl IntoIterator<Item = &'a [Option<f64>]>) -> Self {
        let mut best = Self::default();
        for ratings in scores {
            best.add(config, ratings);
        }
        best
    }

    /// Adds a score, given by its ratings. The order in which scores are added does not matter.
    pub fn add(&mut self, config: &GptConfig, ratings: &[Option<f64>]) {
        self.0.resize(config.session_ratings.len(), Vec::new());
        for (best, rating) in self.0.iter_mut().zip(config.session_ratings) {
            let value = config.score_rating(rating.of).and_then(|of| ratings.get(of).copied().flatten());
            let Some(value) = value else { continue };
            let place = best.partition_point(|other| *other >= value);
            if place < rating.best {
                best.insert(place, value);
                best.truncate(rating.best);
            }
        }
    }

    /// The session's ratings.
    #[must_use]
    pub fn ratings(&self, config: &GptConfig) -> Vec<Option<f64>> {
        let best = |index: usize| self.0.get(index).map_or(&[][..], Vec::as_slice);
        let rate = |(index, rating): (usize, &SessionRating)| {
            session_best(best(index), rating.best).map(|mean| mean * rating.times)
        };
        config.session_ratings.iter().enumerate().map(rate).collect()
    }
}

/// A session's ratings from the ratings of its scores.
#[must_use]
pub fn ratings<'a>(config: &GptConfig, scores: impl IntoIterator<Item = &'a [Option<f64>]>) -> Vec<Option<f64>> {
    SessionBest::of(config, scores).ratings(config)
}
