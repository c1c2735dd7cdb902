//! Score data out of the members of JSON objects, by tables.

use tachi_core::game::Metric;
use tachi_core::number::{is_safe_integer, to_text};
use tachi_core::score::{MetricIdx, MetricValue, ScoreData, enum_value};

use crate::error::{Failure, shown};
use crate::json::Json;
use crate::schema::Meanings;

/// A metric and the members whose sum it is; nearly always one.
#[derive(Debug, Clone, Copy)]
pub struct Sum {
    /// The metric.
    pub metric: MetricIdx,
    /// The members.
    pub of: &'static [&'static str],
}

impl Sum {
    /// The metric of that name; a wrong one does not compile where the result is a constant.
    #[must_use]
    pub const fn new(metrics: &[Metric], metric: &str, of: &'static [&'static str]) -> Self {
        Self { metric: tachi_core::score::metric(metrics, metric), of }
    }
}

/// Sets metrics; one whose members are not all there stays absent.
pub fn numbers(data: &mut ScoreData, object: &Json<'_>, table: &[Sum]) {
    for Sum { metric, of } in table {
        data.set(*metric, sum(object, of).map(MetricValue::Number));
    }
}

/// Sets the judgements, best first; one whose members are not all there stays absent.
///
/// # Errors
/// When a count is negative.
pub fn judgements(data: &mut ScoreData, object: &Json<'_>, table: &[&[&str]]) -> Result<(), Failure> {
    for (index, of) in table.iter().enumerate() {
        let Some(count) = sum(object, of) else { continue };
        if count < 0.0 {
            let name = data.config().judgements.get(index).copied().unwrap_or_default();
            let count = to_text(count);
            return Err(Failure::invalid(format!("Invalid {name} count of {count}. Expected a positive integer.")));
        }
        data.set_judgement(index, count as i64);
    }
    Ok(())
}

fn sum(object: &Json<'_>, names: &[&str]) -> Option<f64> {
    names.iter().map(|name| object.number_of(name)).sum()
}

/// The entry of a table that a number points at.
#[must_use]
pub fn entry<T: Copy>(table: &[T], number: Option<f64>) -> Option<T> {
    let index = number.filter(|number| is_safe_integer(*number) && *number >= 0.0)?;
    table.get(index as usize).copied()
}

/// Sets an ENUM by the name of its value. An unknown name, which [`are_values`] excludes, leaves it absent.
pub fn value(data: &mut ScoreData, metric: MetricIdx, name: Option<&str>) {
    let values = data.config().metrics[metric.get()].values();
    let index = values.iter().position(|value| Some(*value) == name);
    data.set(metric, index.map(|index| MetricValue::Enum(index as u8)));
}

/// Does not compile as a constant where a table means something that is no value of the ENUM.
pub const fn are_values(metrics: &[Metric], metric: MetricIdx, table: Meanings) {
    let mut index = 0;
    while index < table.len() {
        let _ = enum_value(metrics, metric, table[index].1);
        index += 1;
    }
}

/// Sets a graph from an array of numbers and nulls; `each` changes its elements. Null or nothing leaves it absent, and
/// bounds are checked later like those of any metric.
///
/// # Errors
/// When the value, or an element, is something else.
pub fn graph(
    data: &mut ScoreData,
    metric: MetricIdx,
    value: Option<&Json<'_>>,
    each: fn(f64) -> Option<f64>,
) -> Result<(), Failure> {
    let name = data.config().metrics[metric.get()].name;
    let elements = match value {
        None | Some(Json::Null) => return Ok(()),
        Some(Json::Array(elements)) => elements,
        Some(_) => return Err(Failure::invalid(format!("Invalid value for metric {name}, expected an array."))),
    };
    let graph = elements.iter().enumerate().map(|(index, element)| match element {
        Json::Null => Ok(None),
        Json::Number(number) => Ok(each(*number)),
        other => {
            let other = shown(&other.to_value().to_string());
            let text = format!("Invalid value for metric {name}[{index}], Expected number., got {other}.");
            Err(Failure::Invalid(text))
        }
    });
    let graph = graph.collect::<Result<Vec<_>, _>>()?;
    data.set(metric, Some(MetricValue::Graph(Box::new(graph))));
    Ok(())
}
