//! Checks of a hydrated score. Source: `spec/pipeline.md` 7, `spec/games/README.md` 4.

use crate::catalogue::Chart;
use crate::game::{Bound, GraphBound, Group, Metric, MetricKind};
use crate::number;
use crate::score::{MetricValue, ScoreData};

/// Everything that is wrong with a score, one line each, in the order of declaration; empty when it is valid.
#[must_use]
pub fn problems(data: &ScoreData, chart: &Chart) -> Vec<String> {
    let config = data.config();
    let mut lines = Vec::new();
    for group in [Group::Provided, Group::Derived, Group::Optional] {
        for (index, metric) in config.metrics_of(group) {
            if let Some(value) = data.get(index) {
                check(&mut lines, metric, value, chart);
            }
        }
    }
    lines.extend(config.validators.iter().filter_map(|validator| validator(data, chart)));
    lines
}

/// The first provided or derived metric that lies outside of its bounds, as the text that says so.
///
/// What is stored was valid when it came; if it is not any more, the chart was changed to one on which it cannot be.
#[must_use]
pub fn out_of_bounds(data: &ScoreData, chart: &Chart) -> Option<String> {
    let mut lines = Vec::new();
    for group in [Group::Provided, Group::Derived] {
        for (index, metric) in data.config().metrics_of(group) {
            if let Some(value) = data.get(index) {
                check(&mut lines, metric, value, chart);
            }
        }
    }
    lines.into_iter().next()
}

/// The message of the `InvalidDatapoint` that lists these problems.
#[must_use]
pub fn message(problems: &[String]) -> String {
    let plural = if problems.len() == 1 { "error" } else { "errors" };
    format!("Got {} {plural} when validating score:\n{}", problems.len(), problems.join("\n"))
}

fn check(lines: &mut Vec<String>, metric: &Metric, value: &MetricValue, chart: &Chart) {
    let name = metric.name;
    match (metric.kind, value) {
        (MetricKind::Integer(bound), MetricValue::Number(value)) => {
            let shown = number::to_text(*value);
            if !number::is_safe_integer(*value) {
                lines.push(format!("Invalid value for {name}, got {shown}, but expected an integer."));
            }
            check_bound(lines, name, bound, *value, chart);
        }
        (MetricKind::Decimal(bound), MetricValue::Number(value)) => {
            if value.is_finite() {
                check_bound(lines, name, bound, *value, chart);
            } else {
                let shown = number::to_text(*value);
                lines.push(format!("Invalid value for {name}, got {shown}, but expected a finite number."));
            }
        }
        (MetricKind::Enum { values, .. }, MetricValue::Enum(index)) => {
            if usize::from(*index) >= values.len() {
                let values = values.join(", ");
                lines.push(format!("Invalid value for {name}, got {index}, but expected any of {values}."));
            }
        }
        (MetricKind::Graph(bound), MetricValue::Graph(graph)) => {
            for element in graph.iter() {
                check_element(lines, name, &bound, element.unwrap_or(f64::NAN));
            }
        }
        (MetricKind::NullableGraph(bound), MetricValue::Graph(graph)) => {
            for element in graph.iter().flatten() {
                check_element(lines, name, &bound, *element);
            }
        }
        (MetricKind::Graph(_) | MetricKind::NullableGraph(_), _) => {
            lines.push(format!("Invalid value for metric {name}, expected an array."));
        }
        (MetricKind::Enum { values, .. }, _) => {
            let values = values.join(", ");
            lines.push(format!("Invalid value for {name}, but expected any of {values}."));
        }
        (MetricKind::Integer(_) | MetricKind::Decimal(_), _) => {
            lines.push(format!("Invalid value for {name}, but expected a number."));
        }
    }
}

fn check_bound(lines: &mut Vec<String>, name: &str, bound: Bound, value: f64, chart: &Chart) {
    if let Some(text) = violation(bound, value, Some(chart)) {
        lines.push(format!("Invalid value for {name}, {text} Got {}.", number::to_text(value)));
    }
}

fn check_element(lines: &mut Vec<String>, name: &str, bound: &GraphBound, value: f64) {
    if !bound.holds(value) {
        let shown = if value.is_nan() { "null".to_owned() } else { number::to_text(value) };
        lines.push(format!("Invalid value for metric {name}, {}, got {shown}.", bound.text()));
    }
}

/// The text of the bound that `value` violates. Without a chart only fixed bounds are looked at.
#[must_use]
pub fn violation(bound: Bound, value: f64, chart: Option<&Chart>) -> Option<String> {
    match bound {
        Bound::Between(min, max) => (!(value >= min && value <= max))
            .then(|| format!("Expected a number between {} and {}.", number::to_text(min), number::to_text(max))),
        Bound::NonNegative(text) => (value < 0.0 || value.is_nan()).then(|| text.to_owned()),
        Bound::Chart(check) => chart.and_then(|chart| check(value, chart)),
    }
}
