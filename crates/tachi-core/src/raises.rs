//! What a session raised: charts that reached a better lamp, grade or other ENUM value than before it.
//! Source: `spec/sessions.md` 10.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::catalogue::ChartKey;
use crate::game::{GptConfig, Metric, MetricKind};
use crate::score::{MetricIdx, ScoreData};

/// The best value of each ENUM metric over some scores of one chart, in the order of the GPT's metrics; `None` where no
/// score has the metric.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnumBests(SmallVec<[Option<usize>; 4]>);

/// The same for several charts.
pub type BestsOfCharts = FxHashMap<ChartKey, EnumBests>;

/// What a session raised in a list of charts: they reached a value of an ENUM metric that they were below before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raise {
    /// The metric.
    pub metric: &'static str,
    /// The value.
    pub value: &'static str,
    /// How many charts were at or above the value before.
    pub previous: usize,
    /// The charts that reached it, in the order of the list.
    pub raised: Vec<ChartKey>,
}

impl EnumBests {
    /// Adds a score. The order in which scores are added does not matter.
    pub fn add(&mut self, score: &ScoreData) {
        let config = score.config();
        self.0.resize(enums(config).count(), None);
        for (best, (index, _)) in self.0.iter_mut().zip(enums(config)) {
            let value = score.optional_index(index).filter(|_| counts(config, index, score));
            *best = (*best).max(value);
        }
    }

    fn is_at(&self, metric: usize, value: usize) -> bool {
        self.0.get(metric).copied().flatten().is_some_and(|best| best >= value)
    }
}

/// The ENUM metrics of a GPT.
fn enums(config: &'static GptConfig) -> impl Iterator<Item = (MetricIdx, &'static Metric)> {
    let metrics = config.metrics.iter().enumerate().filter(|(_, metric)| !metric.values().is_empty());
    metrics.map(|(index, metric)| (MetricIdx::new(index), metric))
}

/// Whether a PB could have a score's value of a metric.
fn counts(config: &GptConfig, metric: MetricIdx, score: &ScoreData) -> bool {
    let merger = config.pb.mergers.iter().find(|merger| merger.metric == metric);
    merger.and_then(|merger| merger.eligible).is_none_or(|eligible| eligible(score))
}

/// What a session raised in a list of charts, given the bests before it and those of its scores: one entry for each
/// value worth showing that any chart reached, by metric and value.
#[must_use]
pub fn raises(
    config: &'static GptConfig,
    charts: &[ChartKey],
    before: &BestsOfCharts,
    session: &BestsOfCharts,
) -> Vec<Raise> {
    let mut raises = Vec::new();
    for (index, (_, metric)) in enums(config).enumerate() {
        for (value, name) in metric.values().iter().enumerate().skip(relevant_from(metric)) {
            let is_at = |bests: &BestsOfCharts, chart: &ChartKey| {
                bests.get(chart).is_some_and(|bests| bests.is_at(index, value))
            };
            let reached = charts.iter().filter(|chart| !is_at(before, chart) && is_at(session, chart));
            let raised: Vec<ChartKey> = reached.copied().collect();
            if !raised.is_empty() {
                let previous = charts.iter().filter(|chart| is_at(before, chart)).count();
                raises.push(Raise { metric: metric.name, value: name, previous, raised });
            }
        }
    }
    raises
}

/// The position of the lowest value worth showing.
fn relevant_from(metric: &Metric) -> usize {
    let MetricKind::Enum { values, relevant_from } = metric.kind else { return 0 };
    values.iter().position(|value| *value == relevant_from).unwrap_or_default()
}
