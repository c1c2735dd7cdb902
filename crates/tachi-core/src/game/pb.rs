//! How PBs of a game are composed and ranked.

use super::Rules;
use crate::catalogue::{Chart, Song};
use crate::score::{MetricIdx, ScoreData};

/// How PBs are composed and ranked. Source: `spec/pbs.md` 1 and 3.
#[derive(Debug)]
pub struct PbConfig {
    /// What the base score is called; it is the one with the largest default metric.
    pub base: &'static str,
    /// What else is taken from other scores, in order.
    pub mergers: &'static [Merger],
    /// The leaderboard's order: each larger first, absent last.
    pub rank: &'static [RankKey],
    /// Into which bucket of [`ProfileInput`](super::ProfileInput) a chart falls; 0 where there are none.
    /// [`Catalogue::bucket`](crate::catalogue::Catalogue::bucket) knows the arguments.
    pub bucket: fn(&Song, &Chart, &Rules) -> u8,
}

/// What a PB takes from a score other than its base.
#[derive(Debug)]
pub struct Merger {
    /// The name in `composedFrom`.
    pub name: &'static str,
    /// The metric that decides.
    pub metric: MetricIdx,
    /// Whether the largest or the smallest value wins.
    pub pick: Pick,
    /// What is copied; an absent value clears it on the PB.
    pub copies: &'static [MetricIdx],
    /// Which scores may be picked.
    pub eligible: Option<fn(&ScoreData) -> bool>,
}

impl Merger {
    /// Takes the largest value of the first of `copies`, and the others with it.
    #[must_use]
    pub const fn largest(name: &'static str, copies: &'static [MetricIdx]) -> Self {
        Self { name, metric: copies[0], pick: Pick::Largest, copies, eligible: None }
    }

    /// Takes the smallest value of the first of `copies`, and the others with it.
    #[must_use]
    pub const fn smallest(name: &'static str, copies: &'static [MetricIdx]) -> Self {
        Self { name, metric: copies[0], pick: Pick::Smallest, copies, eligible: None }
    }
}

/// Which value of a merger's metric wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The largest.
    Largest,
    /// The smallest.
    Smallest,
}

/// One key of a leaderboard's order.
#[derive(Debug, Clone, Copy)]
pub struct RankKey {
    /// The metric.
    pub metric: MetricIdx,
    /// Whether smaller is better.
    pub ascending: bool,
}

impl RankKey {
    /// Larger is better.
    #[must_use]
    pub const fn largest(metric: MetricIdx) -> Self {
        Self { metric, ascending: false }
    }

    /// Smaller is better.
    #[must_use]
    pub const fn smallest(metric: MetricIdx) -> Self {
        Self { metric, ascending: true }
    }
}
