//! Whether a goal makes sense. Source: `spec/goals-milestones.md` 3.

use super::Finding;
use crate::catalogue::{Catalogue, Chart, GoalChartsDocument, GoalCriteria, GoalMode};
use crate::game::{GoalCharts, GoalFormat, Gpt, Metric, MetricKind};
use crate::ids::{ChartId, FolderId};
use crate::number::{is_safe_integer, to_text};
use crate::validate;

/// What is wrong with a goal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoalFindings {
    /// What makes it no goal at all.
    pub invalid: Vec<Finding>,
    /// Charts and folders that do not exist. A catalogue may hold such a goal, but nobody can make one.
    pub missing: Vec<Finding>,
}

/// Checks a goal. `folder` tells the GPT of a folder and how many charts it holds.
pub fn check_goal(
    gpt: Gpt,
    charts: &GoalChartsDocument,
    criteria: &GoalCriteria,
    catalogue: &Catalogue,
    folder: impl FnOnce(&FolderId) -> Option<(Gpt, usize)>,
) -> GoalFindings {
    let mut findings = GoalFindings::default();
    let mut chart = None;
    let count = match charts {
        GoalChartsDocument::Single(id) => {
            chart = find_chart(&mut findings, gpt, id, catalogue);
            Some(1)
        }
        GoalChartsDocument::Multi(ids) => {
            if !(2..=10).contains(&ids.len()) {
                findings.invalid.push(Finding::new("charts.data", format!("{} charts", ids.len()), "2 to 10 charts"));
            }
            for id in ids {
                find_chart(&mut findings, gpt, id, catalogue);
            }
            Some(ids.len())
        }
        GoalChartsDocument::Folder(id) => match folder(id) {
            None => {
                findings.missing.push(Finding::quoted("charts.data", id, "a folder that exists"));
                None
            }
            Some((other, _)) if other != gpt => {
                findings.invalid.push(Finding::new(
                    "charts.data",
                    format!("a folder of {other}"),
                    of_gpt("folder", gpt),
                ));
                None
            }
            Some((_, count)) => Some(count),
        },
    };
    findings.invalid.extend(check_mode(charts, criteria.mode));
    findings.invalid.extend(check_count(criteria, count));
    findings.invalid.extend(check_value(gpt, charts, criteria, chart));
    findings
}

fn find_chart<'a>(findings: &mut GoalFindings, gpt: Gpt, id: &ChartId, catalogue: &'a Catalogue) -> Option<&'a Chart> {
    let Some(chart) = catalogue.chart_by_id(id).map(|index| catalogue.chart(index)) else {
        findings.missing.push(Finding::quoted("charts.data", id, "a chart that exists"));
        return None;
    };
    if chart.gpt != gpt {
        let found = format!("a chart of {} ({id})", chart.gpt);
        findings.invalid.push(Finding::new("charts.data", found, of_gpt("chart", gpt)));
        return None;
    }
    Some(chart)
}

fn of_gpt(what: &str, gpt: Gpt) -> String {
    format!("a {what} of {gpt}")
}

fn check_mode(charts: &GoalChartsDocument, mode: GoalMode) -> Option<Finding> {
    let allowed: &[GoalMode] = match charts {
        GoalChartsDocument::Single(_) => &[GoalMode::Single],
        GoalChartsDocument::Multi(_) => &[GoalMode::Single, GoalMode::Absolute],
        GoalChartsDocument::Folder(_) => &[GoalMode::Single, GoalMode::Absolute, GoalMode::Proportion],
    };
    (!allowed.contains(&mode)).then(|| {
        let names = allowed.iter().map(|mode| mode.id()).collect::<Vec<_>>().join(" or ");
        Finding::new("criteria.mode", mode.id(), format!("{names} with charts of type {}", charts.kind()))
    })
}

/// `charts` is the number of charts, where it is known.
fn check_count(criteria: &GoalCriteria, charts: Option<usize>) -> Option<Finding> {
    let most = charts.map_or(f64::INFINITY, |charts| charts as f64);
    let (fits, expected) = match (criteria.mode, criteria.count) {
        (GoalMode::Single, count) => (count.is_none(), "nothing with mode single"),
        (GoalMode::Absolute, count) => {
            let fits = count.is_some_and(|count| is_safe_integer(count) && count >= 2.0 && count <= most);
            (fits, "at least two charts, and no more than there are")
        }
        (GoalMode::Proportion, count) => {
            let fits = count.is_some_and(|count| count > 0.0 && count <= 1.0 && (count * most).floor() >= 1.0);
            (fits, "a part, up to 1, that is at least one chart")
        }
    };
    let found = criteria.count.map_or_else(|| "nothing".to_owned(), to_text);
    let of_charts = charts.map(|charts| format!(" (of {charts})")).unwrap_or_default();
    (!fits).then(|| Finding::new("criteria.countNum", found + &of_charts, expected))
}

/// The metric and its value; `chart` is the goal's one chart, if it has one that exists.
fn check_value(
    gpt: Gpt,
    charts: &GoalChartsDocument,
    criteria: &GoalCriteria,
    chart: Option<&Chart>,
) -> Option<Finding> {
    let config = gpt.config();
    let metric_of = |format: &GoalFormat| -> &'static Metric { &config.metrics[format.metric.get()] };
    let Some(format) = config.goals.iter().find(|format| metric_of(format).name == criteria.key) else {
        let names = config.goals.iter().map(|format| metric_of(format).name).collect::<Vec<_>>().join(", ");
        return Some(Finding::quoted("criteria.key", &criteria.key, format!("one of {names}")));
    };
    let metric = metric_of(format);
    let value = criteria.value;
    let several = !matches!(charts, GoalChartsDocument::Single(_));
    let unfit = |expected: String| Some(Finding::new("criteria.value", to_text(value), expected));
    match format.charts {
        GoalCharts::SingleOnly if several => {
            let expected = format!("single, because {} depends on the chart", metric.name);
            return Some(Finding::new("charts.type", charts.kind(), expected));
        }
        GoalCharts::SeveralBelow(limit) if several && value >= limit => {
            return unfit(format!("less than {} for several charts", to_text(limit)));
        }
        _ => {}
    }
    match metric.kind {
        MetricKind::Enum { values, .. } => {
            let fits = is_safe_integer(value) && value >= 0.0 && value < values.len() as f64;
            if fits { None } else { unfit(format!("the index of one of {}", values.join(", "))) }
        }
        MetricKind::Integer(_) if !is_safe_integer(value) => unfit("an integer".to_owned()),
        MetricKind::Integer(bound) | MetricKind::Decimal(bound) => {
            let violated = validate::violation(bound, value, chart)?;
            unfit(format!("a {} that is possible ({violated})", metric.name))
        }
        MetricKind::Graph(_) | MetricKind::NullableGraph(_) => {
            Some(Finding::quoted("criteria.key", &criteria.key, "a metric with one value"))
        }
    }
}
