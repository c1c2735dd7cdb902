//! Scores: the values of one play, from what a converter makes to what is stored.
//!
//! A *dry score* is what an import type makes of one element of its input: provided metrics and whatever else the
//! source knows. [`hydrate`](crate::hydrate) adds what follows from it. Source: `spec/documents.md`, ScoreDocument.

use serde_json::{Map, Value, json};
use smallvec::SmallVec;
use thiserror::Error;

use crate::catalogue::{Catalogue, ChartIdx};
use crate::game::{GptConfig, Group, MetricKind};
use crate::number;

/// A metric of a GPT: its position in [`GptConfig::metrics`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricIdx(u8);

impl MetricIdx {
    /// The metric at that position.
    #[must_use]
    pub const fn new(index: usize) -> Self {
        Self(index as u8)
    }

    /// The position.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// The metric of that name; for constants, where a wrong name does not compile.
#[must_use]
pub const fn metric(metrics: &[crate::game::Metric], name: &str) -> MetricIdx {
    let mut index = 0;
    while index < metrics.len() {
        if const_eq(metrics[index].name, name) {
            return MetricIdx::new(index);
        }
        index += 1;
    }
    panic!("no metric of that name")
}

/// The index of an ENUM value; for constants, where a wrong name does not compile.
#[must_use]
pub const fn enum_value(metrics: &[crate::game::Metric], metric: MetricIdx, value: &str) -> usize {
    index_in(metrics[metric.get()].values(), value)
}

/// The position of a name in a list; for constants, where a wrong name does not compile.
#[must_use]
pub const fn index_in(names: &[&str], name: &str) -> usize {
    let mut index = 0;
    while index < names.len() {
        if const_eq(names[index], name) {
            return index;
        }
        index += 1;
    }
    panic!("no such name in the list")
}

const fn const_eq(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricValue {
    /// An INTEGER or DECIMAL.
    Number(f64),
    /// An ENUM, as the index of its value.
    Enum(u8),
    /// A GRAPH or NULLABLE_GRAPH.
    Graph(Box<Graph>),
}

impl MetricValue {
    /// The value as comparisons see it: the number, or the index. Graphs have none.
    #[must_use]
    pub fn rank(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Enum(index) => Some(f64::from(*index)),
            Self::Graph(_) => None,
        }
    }
}

/// The elements of a graph.
pub type Graph = Vec<Option<f64>>;

/// The derived metrics of a score, in order of declaration.
pub type Derived = SmallVec<[MetricValue; 2]>;

/// The metrics and judgements of one score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreData {
    config: &'static GptConfig,
    metrics: Box<[Option<MetricValue>]>,
    judgements: Vec<Option<i64>>,
}

impl PartialEq for GptConfig {
    fn eq(&self, other: &Self) -> bool {
        self.gpt == other.gpt
    }
}

impl ScoreData {
    /// Data without any value yet.
    #[must_use]
    pub fn new(config: &'static GptConfig) -> Self {
        Self { config, metrics: vec![None; config.metrics.len()].into(), judgements: Vec::new() }
    }

    /// The GPT the data belongs to.
    #[must_use]
    pub fn config(&self) -> &'static GptConfig {
        self.config
    }

    /// Sets or clears a metric.
    pub fn set(&mut self, metric: MetricIdx, value: Option<MetricValue>) {
        self.metrics[metric.get()] = value;
    }

    /// Sets a number.
    pub fn set_number(&mut self, metric: MetricIdx, value: f64) {
        self.set(metric, Some(MetricValue::Number(value)));
    }

    /// Sets an ENUM by index.
    pub fn set_enum(&mut self, metric: MetricIdx, index: usize) {
        self.set(metric, Some(MetricValue::Enum(index as u8)));
    }

    /// A metric's value.
    #[must_use]
    pub fn get(&self, metric: MetricIdx) -> Option<&MetricValue> {
        self.metrics.get(metric.get()).and_then(Option::as_ref)
    }

    /// A metric as comparisons see it: number or enum index.
    #[must_use]
    pub fn rank(&self, metric: MetricIdx) -> Option<f64> {
        self.get(metric).and_then(MetricValue::rank)
    }

    /// An optional number.
    #[must_use]
    pub fn optional(&self, metric: MetricIdx) -> Option<f64> {
        match self.get(metric) {
            Some(MetricValue::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A number that every score of the GPT has. NaN, which no bound accepts, should it be missing.
    #[must_use]
    pub fn number(&self, metric: MetricIdx) -> f64 {
        self.optional(metric).unwrap_or(f64::NAN)
    }

    /// The index of an ENUM that every score of the GPT has.
    #[must_use]
    pub fn index(&self, metric: MetricIdx) -> usize {
        self.optional_index(metric).unwrap_or(0)
    }

    /// The index of an optional ENUM.
    #[must_use]
    pub fn optional_index(&self, metric: MetricIdx) -> Option<usize> {
        match self.get(metric) {
            Some(MetricValue::Enum(index)) => Some(usize::from(*index)),
            _ => None,
        }
    }

    /// The name of an ENUM's value; empty when it is absent.
    #[must_use]
    pub fn value(&self, metric: MetricIdx) -> &'static str {
        let values = self.config.metrics[metric.get()].values();
        self.optional_index(metric).and_then(|index| values.get(index)).copied().unwrap_or("")
    }

    /// Sets a judgement by its position in [`GptConfig::judgements`].
    pub fn set_judgement(&mut self, judgement: usize, count: i64) {
        if self.judgements.is_empty() {
            self.judgements = vec![None; self.config.judgements.len()];
        }
        if let Some(slot) = self.judgements.get_mut(judgement) {
            *slot = Some(count);
        }
    }

    /// A judgement's count, if known.
    #[must_use]
    pub fn judgement(&self, judgement: usize) -> Option<i64> {
        self.judgements.get(judgement).copied().flatten()
    }

    /// A judgement's count, 0 when unknown.
    #[must_use]
    pub fn judgement_or_zero(&self, judgement: usize) -> i64 {
        self.judgement(judgement).unwrap_or(0)
    }

    /// The first provided metric that has no value, if any.
    #[must_use]
    pub fn missing_metric(&self) -> Option<&'static str> {
        let mut provided = self.config.metrics_of(Group::Provided);
        provided.find(|(index, _)| self.get(*index).is_none()).map(|(_, metric)| metric.name)
    }

    /// Fills what is absent here and present in `other`: optional metrics and judgements. Returns their names, as
    /// dotted paths below `scoreData`.
    pub fn enrich(&mut self, other: &Self) -> Vec<String> {
        let mut filled = Vec::new();
        for (index, metric) in self.config.metrics_of(Group::Optional) {
            if let (None, Some(value)) = (self.get(index), other.get(index)) {
                self.set(index, Some(value.clone()));
                filled.push(format!("optional.{}", metric.name));
            }
        }
        for (index, name) in self.config.judgements.iter().enumerate() {
            if let (None, Some(count)) = (self.judgement(index), other.judgement(index)) {
                self.set_judgement(index, count);
                filled.push(format!("judgements.{name}"));
            }
        }
        filled
    }

    /// Takes out what [`enrich`](Self::enrich) filled in.
    pub fn impoverish(&mut self, filled: &str) {
        let optional = filled.strip_prefix("optional.").and_then(|name| self.config.metric(name));
        if let Some((index, _)) = optional {
            self.set(index, None);
        }
        let judgement = filled.strip_prefix("judgements.");
        let position = judgement.and_then(|name| self.config.judgements.iter().position(|known| *known == name));
        if let Some(slot) = position.and_then(|position| self.judgements.get_mut(position)) {
            *slot = None;
        }
    }

    /// The judgements as a JSON object of those that are known.
    #[must_use]
    pub fn judgements_json(&self) -> Map<String, Value> {
        let known = self.config.judgements.iter().zip(&self.judgements);
        known.filter_map(|(name, count)| count.map(|count| ((*name).to_owned(), json!(count)))).collect()
    }

    /// The metrics of one group as a JSON object of those that are present; ENUMs by name.
    #[must_use]
    pub fn metrics_json(&self, group: Group) -> Map<String, Value> {
        let metrics = self.config.metrics_of(group);
        metrics.filter_map(|(index, metric)| Some((metric.name.to_owned(), self.value_json(index)?))).collect()
    }

    /// A metric as JSON; ENUMs by name.
    #[must_use]
    pub fn value_json(&self, metric: MetricIdx) -> Option<Value> {
        Some(match self.get(metric)? {
            MetricValue::Number(value) => number::json(*value),
            MetricValue::Enum(_) => json!(self.value(metric)),
            MetricValue::Graph(graph) => {
                graph.iter().map(|element| element.map_or(Value::Null, number::json)).collect()
            }
        })
    }

    /// The `scoreData` of the public documents.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let indexes = |groups: &[Group]| -> Map<String, Value> {
            let metrics = groups.iter().flat_map(|group| self.config.metrics_of(*group));
            metrics
                .filter_map(|(index, metric)| Some((metric.name.to_owned(), json!(self.optional_index(index)?))))
                .collect()
        };
        let mut data = self.metrics_json(Group::Provided);
        data.append(&mut self.metrics_json(Group::Derived));
        data.insert("judgements".to_owned(), Value::Object(self.judgements_json()));
        let mut optional = self.metrics_json(Group::Optional);
        optional.insert("enumIndexes".to_owned(), Value::Object(indexes(&[Group::Optional])));
        data.insert("optional".to_owned(), Value::Object(optional));
        data.insert("enumIndexes".to_owned(), Value::Object(indexes(&[Group::Provided, Group::Derived])));
        Value::Object(data)
    }

    /// Sets a metric from JSON as [`value_json`](Self::value_json) writes it; null clears it.
    ///
    /// # Errors
    /// When the metric does not exist or the value is not of its type.
    pub fn set_json(&mut self, name: &str, value: &Value) -> Result<(), DataError> {
        let (index, metric) = self.config.metric(name).ok_or_else(|| DataError::unknown(name))?;
        let value = match (value, metric.kind) {
            (Value::Null, _) => None,
            (Value::Number(value), MetricKind::Integer(_) | MetricKind::Decimal(_)) => {
                value.as_f64().map(MetricValue::Number)
            }
            (Value::String(text), MetricKind::Enum { values, .. }) => {
                let position = values.iter().position(|value| value == text);
                Some(MetricValue::Enum(position.ok_or_else(|| DataError::value(name, value))? as u8))
            }
            (Value::Array(elements), MetricKind::Graph(_) | MetricKind::NullableGraph(_)) => {
                let graph = elements.iter().map(Value::as_f64).collect();
                Some(MetricValue::Graph(Box::new(graph)))
            }
            _ => return Err(DataError::value(name, value)),
        };
        self.set(index, value);
        Ok(())
    }

    /// Sets judgements from a JSON object of counts.
    ///
    /// # Errors
    /// When a judgement does not exist or its value is no integer.
    pub fn set_judgements_json(&mut self, judgements: &Map<String, Value>) -> Result<(), DataError> {
        for (name, count) in judgements {
            let position = self.config.judgements.iter().position(|judgement| judgement == name);
            let position = position.ok_or_else(|| DataError::unknown(name))?;
            if !count.is_null() {
                let count = count.as_i64().ok_or_else(|| DataError::value(name, count))?;
                self.set_judgement(position, count);
            }
        }
        Ok(())
    }
}

/// Stored score data that does not fit its GPT.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{member}: {problem}")]
pub struct DataError {
    /// The member.
    pub member: String,
    /// What is wrong with it.
    pub problem: String,
}

impl DataError {
    fn unknown(member: &str) -> Self {
        Self { member: member.to_owned(), problem: "there is no such metric or judgement".to_owned() }
    }

    fn value(member: &str, value: &Value) -> Self {
        Self { member: member.to_owned(), problem: format!("{value} is not a value of it") }
    }
}

/// A score as an import type makes it, before anything is derived.
#[derive(Debug, Clone, PartialEq)]
pub struct DryScore {
    /// The chart, in the catalogue the score was converted against.
    pub chart: ChartIdx,
    /// Metrics (derived ones absent) and judgements.
    pub data: ScoreData,
    /// Options of the play; members of [`GptConfig::score_meta`] only.
    pub score_meta: Map<String, Value>,
    /// Where the score comes from, for people.
    pub service: String,
    /// What the player wrote about it.
    pub comment: Option<String>,
    /// When it was achieved, UNIX milliseconds.
    pub time_achieved: Option<i64>,
}

impl DryScore {
    /// The dry score as JSON, in the form of `spec/import-types/README.md` 3.
    #[must_use]
    pub fn to_json(&self, catalogue: &Catalogue) -> Value {
        let mut data = self.data.metrics_json(Group::Provided);
        data.insert("judgements".to_owned(), Value::Object(self.data.judgements_json()));
        data.insert("optional".to_owned(), Value::Object(self.data.metrics_json(Group::Optional)));
        json!({
            "chartID": catalogue.chart(self.chart).id, "service": self.service, "comment": self.comment,
            "timeAchieved": self.time_achieved, "scoreData": data, "scoreMeta": self.score_meta,
        })
    }
}
