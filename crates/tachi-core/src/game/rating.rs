//! How scores, sessions and profiles of a game are rated.

use thiserror::Error;

use crate::catalogue::Chart;
use crate::score::ScoreData;

/// Why a formula gives no value for an input. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    /// A refusal with that reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// A rating of one score.
#[derive(Debug)]
pub struct ScoreRating {
    /// The algorithm's name.
    pub name: &'static str,
    /// What it says, for people.
    pub description: &'static str,
    /// The formula; `None` means that it does not apply.
    pub calculate: fn(&ScoreData, &Chart) -> Result<Option<f64>, Refusal>,
    /// How the value is shown.
    pub format: fn(f64) -> String,
}

/// A rating of a session: the mean of its best scores.
#[derive(Debug)]
pub struct SessionRating {
    /// The algorithm's name.
    pub name: &'static str,
    /// What it says, for people.
    pub description: &'static str,
    /// The score rating it is made of.
    pub of: &'static str,
    /// How many scores count; fewer give no rating.
    pub best: usize,
    /// What the mean is multiplied with.
    pub times: f64,
    /// How the value is shown.
    pub format: fn(f64) -> String,
}

impl SessionRating {
    /// The mean of the best ten values of a score rating.
    #[must_use]
    pub const fn best_ten(
        name: &'static str,
        of: &'static str,
        description: &'static str,
        format: fn(f64) -> String,
    ) -> Self {
        Self { name, description, of, best: 10, times: 1.0, format }
    }
}

/// A rating of a profile.
#[derive(Debug)]
pub struct ProfileRating {
    /// The algorithm's name.
    pub name: &'static str,
    /// What it says, for people.
    pub description: &'static str,
    /// How it is made of the PBs.
    pub rule: ProfileRule,
    /// How the value is shown.
    pub format: fn(f64) -> String,
}

impl ProfileRating {
    /// The best values of one score rating: which, how many, and what becomes of them.
    #[must_use]
    pub const fn best(
        name: &'static str,
        (of, best, how): (&'static str, usize, Best),
        description: &'static str,
        format: fn(f64) -> String,
    ) -> Self {
        Self { name, description, rule: ProfileRule::Best { of, best, how }, format }
    }
}

/// How a profile rating is made of ratings of PBs on primary charts.
#[derive(Debug)]
pub enum ProfileRule {
    /// The best `best` values of one score rating.
    Best {
        /// The score rating.
        of: &'static str,
        /// How many count.
        best: usize,
        /// What becomes of them.
        how: Best,
    },
    /// A formula of its own over several lists of best values.
    Own {
        /// What it needs.
        inputs: &'static [ProfileInput],
        /// The formula; one list per input, each sorted from the largest value down.
        calculate: fn(&[Vec<RatedChart<'_>>]) -> Option<f64>,
    },
}

/// How the best values become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Best {
    /// Their sum; no values give no rating.
    Sum,
    /// Their sum divided by the number wanted, even when there are fewer; no values give no rating.
    Mean,
    /// As `Mean`, but fewer values than wanted give no rating.
    StrictMean,
    /// As `Mean` in whole units of `1 / scale`: each value rounded, the mean floored.
    IntegralMean(f64),
}

/// A list of best values that a [`ProfileRule::Own`] needs.
#[derive(Debug)]
pub struct ProfileInput {
    /// The score rating.
    pub of: &'static str,
    /// Only charts in this bucket, as the GPT's [`PbConfig::bucket`](super::PbConfig::bucket) says; `None` takes all.
    pub bucket: Option<u8>,
    /// How many values at most.
    pub limit: usize,
}

/// A rating and the chart it was made on.
#[derive(Debug, Clone, Copy)]
pub struct RatedChart<'a> {
    /// The rating.
    pub value: f64,
    /// The chart.
    pub chart: &'a Chart,
}
