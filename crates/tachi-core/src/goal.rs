//! Goals and milestones: how far a player is. Source: `spec/goals-milestones.md` 4, 7 and 8.

use crate::catalogue::{Chart, GoalCriteria, GoalMode};
use crate::game::{GoalFormat, GoalStyle, GptConfig};
use crate::import_document::{GoalState, MilestoneState};
use crate::number;
use crate::score::{MetricIdx, ScoreData};

/// A PB on one of a goal's charts.
#[derive(Debug, Clone, Copy)]
pub struct GoalPb<'a> {
    /// The chart.
    pub chart: &'a Chart,
    /// The PB's data.
    pub data: &'a ScoreData,
}

/// What is shown where nothing was played.
pub const NO_DATA: &str = "NO DATA";

/// Where a player stands with a goal.
///
/// `charts` is the number of the goal's charts, `pbs` are the player's PBs on them. `None` when the goal is on a
/// metric that the GPT does not have or that cannot be a goal.
#[must_use]
pub fn evaluate(config: &GptConfig, criteria: &GoalCriteria, charts: usize, pbs: &[GoalPb<'_>]) -> Option<GoalState> {
    let (metric, _) = config.metric(&criteria.key)?;
    let format = config.goals.iter().find(|format| format.metric == metric)?;
    let needed = match criteria.mode {
        GoalMode::Single => return Some(evaluate_single(config, format, criteria.value, pbs)),
        GoalMode::Absolute => criteria.count?,
        GoalMode::Proportion => (criteria.count? * charts as f64).floor(),
    };
    let qualifying = pbs.iter().filter(|pb| pb.data.rank(metric).is_some_and(|value| value >= criteria.value));
    let count = qualifying.count() as f64;
    Some(GoalState {
        progress: Some(count),
        progress_human: number::to_text(count),
        out_of: needed,
        out_of_human: number::to_text(needed),
        achieved: count >= needed,
    })
}

fn evaluate_single(config: &GptConfig, format: &GoalFormat, value: f64, pbs: &[GoalPb<'_>]) -> GoalState {
    let valued = pbs.iter().filter_map(|pb| Some((pb.data.rank(format.metric)?, pb)));
    // Of equal values the chart with the smallest identifier speaks, so that the wording does not depend on order.
    let best = valued.max_by(|(a, a_pb), (b, b_pb)| a.total_cmp(b).then_with(|| b_pb.chart.id.cmp(&a_pb.chart.id)));
    GoalState {
        progress: best.map(|(progress, _)| progress),
        progress_human: best.map_or_else(|| NO_DATA.to_owned(), |(_, pb)| progress_text(format, pb, value)),
        out_of: value,
        out_of_human: value_text(config, format, value),
        achieved: best.is_some_and(|(progress, _)| progress >= value),
    }
}

fn progress_text(format: &GoalFormat, pb: &GoalPb<'_>, goal: f64) -> String {
    match &format.style {
        GoalStyle::Value { progress: Some(progress) } | GoalStyle::Number { progress: Some(progress), .. } => {
            progress(pb.data)
        }
        GoalStyle::Value { progress: None } => pb.data.value(format.metric).to_owned(),
        GoalStyle::Grade { progress } => progress(pb.data, pb.chart, goal as usize),
        GoalStyle::Number { progress: None, text, .. } => text(pb.data.rank(format.metric).unwrap_or(f64::NAN)),
    }
}

fn value_text(config: &GptConfig, format: &GoalFormat, value: f64) -> String {
    match &format.style {
        GoalStyle::Value { .. } | GoalStyle::Grade { .. } => enum_name(config, format.metric, value),
        GoalStyle::Number { text, .. } => text(value),
    }
}

fn enum_name(config: &GptConfig, metric: MetricIdx, value: f64) -> String {
    let values = config.metrics[metric.get()].values();
    values.get(value as usize).map_or_else(|| number::to_text(value), |name| (*name).to_owned())
}

/// The first part of a goal's title: `Get a score of 1234 on`, `HARD CLEAR`.
#[must_use]
pub fn criteria_text(config: &GptConfig, criteria: &GoalCriteria) -> Option<String> {
    let (metric, _) = config.metric(&criteria.key)?;
    let format = config.goals.iter().find(|format| format.metric == metric)?;
    Some(match &format.style {
        GoalStyle::Number { criteria: text, .. } => text(criteria.value),
        _ => value_text(config, format, criteria.value),
    })
}

/// Where a player stands with a milestone, of whose `goals` so many are `achieved`: all are needed.
#[must_use]
pub const fn milestone(goals: usize, achieved: usize) -> MilestoneState {
    MilestoneState { progress: achieved as i64, achieved: achieved >= goals }
}

/// A goal's title: what is asked for, and on which charts. `charts` are the labels of the charts that the goal names
/// itself, `folder` is the title of its folder. Source: `spec/goals-milestones.md` 7.
#[must_use]
pub fn title(config: &GptConfig, criteria: &GoalCriteria, charts: &[String], folder: Option<&str>) -> Option<String> {
    let text = criteria_text(config, criteria)?;
    let count = criteria.count.unwrap_or(0.0);
    Some(match (criteria.mode, folder, charts) {
        (GoalMode::Single, Some(folder), _) => format!("{text} any chart in the {folder} folder"),
        (GoalMode::Absolute, Some(folder), _) => {
            format!("{text} {} charts in the {folder} folder", number::to_text(count))
        }
        (GoalMode::Proportion, Some(folder), _) => {
            format!("{text} {}% of the charts in the {folder} folder", percent(count))
        }
        (GoalMode::Single, None, [one]) => format!("{text} {one}"),
        (GoalMode::Single, None, [one, other]) => format!("{text} either {one} or {other}"),
        (GoalMode::Single, None, several) => format!("{text} any one of {}", listed(several, "or")),
        (_, None, all) if count >= all.len() as f64 => format!("{text} {}", listed(all, "and")),
        (_, None, some) => format!("{text} any {} of {}", number::to_text(count), listed(some, "or")),
    })
}

/// A part as a percentage without needless decimals: 0.25 is `25`, 0.07 is `7`.
fn percent(part: f64) -> String {
    let text = number::to_fixed(part * 100.0, 2);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `X, Y and Z`.
fn listed(texts: &[String], word: &str) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
