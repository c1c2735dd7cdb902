//! How goals of a game are worded.

use super::GptConfig;
use crate::catalogue::Chart;
use crate::score::{MetricIdx, ScoreData};

/// How goals on one metric are worded. Source: `spec/goals-milestones.md` 4 and 7.
#[derive(Debug)]
pub struct GoalFormat {
    /// The metric.
    pub metric: MetricIdx,
    /// The wording.
    pub style: GoalStyle,
    /// On which charts such a goal may be set.
    pub charts: GoalCharts,
}

/// The wording of goals on one metric.
#[derive(Debug)]
pub enum GoalStyle {
    /// The name of an ENUM metric's value.
    Value {
        /// How a PB's value is shown, where that is not its name alone.
        progress: Option<fn(&ScoreData) -> String>,
    },
    /// A grade.
    Grade {
        /// A PB's distance to the grade with that index.
        progress: fn(&ScoreData, &Chart, usize) -> String,
    },
    /// A number.
    Number {
        /// `Get a score of 1,234 on`
        criteria: fn(f64) -> String,
        /// The value, wanted or reached.
        text: fn(f64) -> String,
        /// How a PB's value is shown, where that is not its text alone.
        progress: Option<fn(&ScoreData) -> String>,
    },
}

/// On which charts a goal on a number may be set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GoalCharts {
    /// Any.
    Any,
    /// One chart only, because the maximum depends on it.
    SingleOnly,
    /// Several charts only for values below this.
    SeveralBelow(f64),
}

impl GoalFormat {
    /// An ENUM metric whose values are shown as they are.
    #[must_use]
    pub const fn value(metric: MetricIdx) -> Self {
        Self { metric, style: GoalStyle::Value { progress: None }, charts: GoalCharts::Any }
    }

    /// A grade, whose progress is a distance.
    #[must_use]
    pub const fn grade(metric: MetricIdx, progress: fn(&ScoreData, &Chart, usize) -> String) -> Self {
        Self { metric, style: GoalStyle::Grade { progress }, charts: GoalCharts::Any }
    }

    /// A number with what is asked for and how a value is shown.
    #[must_use]
    pub const fn number(
        metric: MetricIdx,
        criteria: fn(f64) -> String,
        text: fn(f64) -> String,
        charts: GoalCharts,
    ) -> Self {
        Self { metric, style: GoalStyle::Number { criteria, text, progress: None }, charts }
    }

    /// What a goal asks for, before the names of its charts: `HARD CLEAR`, `Get 95.00% on`.
    #[must_use]
    pub fn criteria(&self, config: &GptConfig, wanted: f64) -> String {
        match self.style {
            GoalStyle::Number { criteria, .. } => criteria(wanted),
            GoalStyle::Value { .. } | GoalStyle::Grade { .. } => self.out_of(config, wanted),
        }
    }

    /// The wanted value: `HARD CLEAR`, `95.00%`. Empty for an index that the metric does not have.
    #[must_use]
    pub fn out_of(&self, config: &GptConfig, wanted: f64) -> String {
        match self.style {
            GoalStyle::Number { text, .. } => text(wanted),
            GoalStyle::Value { .. } | GoalStyle::Grade { .. } => {
                let values = config.metrics[self.metric.get()].values();
                values.get(wanted as usize).copied().unwrap_or_default().to_owned()
            }
        }
    }

    /// How far a PB is: `HARD CLEAR (BP: 2)`, `92.18%`, `AAA-208`. Empty when it has no value.
    #[must_use]
    pub fn progress(&self, pb: &ScoreData, chart: &Chart, wanted: f64) -> String {
        match self.style {
            GoalStyle::Value { progress: Some(progress) } | GoalStyle::Number { progress: Some(progress), .. } => {
                progress(pb)
            }
            GoalStyle::Value { progress: None } => pb.value(self.metric).to_owned(),
            GoalStyle::Number { text, progress: None, .. } => pb.rank(self.metric).map(text).unwrap_or_default(),
            GoalStyle::Grade { progress } => progress(pb, chart, wanted as usize),
        }
    }
}
