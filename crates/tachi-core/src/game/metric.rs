//! What a score of a game consists of: metrics, options of the play, members of former times.

use crate::catalogue::Chart;

/// Who sets a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The importer, always.
    Provided,
    /// A function of the provided metrics and the chart.
    Derived,
    /// The importer, if it knows.
    Optional,
}

/// A named value of a score.
#[derive(Debug)]
pub struct Metric {
    /// The name in documents.
    pub name: &'static str,
    /// Who sets it.
    pub group: Group,
    /// Its type and bounds.
    pub kind: MetricKind,
    /// Whether an optional metric is part of the score ID (provided ones always are).
    pub part_of_id: bool,
}

impl Metric {
    /// A provided metric.
    #[must_use]
    pub const fn provided(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Provided, kind, part_of_id: true }
    }

    /// A derived metric.
    #[must_use]
    pub const fn derived(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Derived, kind, part_of_id: false }
    }

    /// An optional metric that is no part of the score ID.
    #[must_use]
    pub const fn optional(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Optional, kind, part_of_id: false }
    }

    /// An optional metric that is part of the score ID.
    #[must_use]
    pub const fn optional_in_id(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Optional, kind, part_of_id: true }
    }

    /// The values of an ENUM metric, worst first; empty for the other types.
    #[must_use]
    pub const fn values(&self) -> &'static [&'static str] {
        match self.kind {
            MetricKind::Enum { values, .. } => values,
            _ => &[],
        }
    }
}

/// The type of a metric's values.
#[derive(Debug, Clone, Copy)]
pub enum MetricKind {
    /// A safe integer.
    Integer(Bound),
    /// A finite number.
    Decimal(Bound),
    /// One of a list, worst first.
    Enum {
        /// The values.
        values: &'static [&'static str],
        /// The lowest value worth showing in summaries.
        relevant_from: &'static str,
    },
    /// A list of numbers.
    Graph(GraphBound),
    /// A list of numbers and nulls.
    NullableGraph(GraphBound),
}

/// The bounds of a number, inclusive.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// Fixed at both ends.
    Between(f64, f64),
    /// At least zero; the text says it.
    NonNegative(&'static str),
    /// Depends on the chart; returns the text of the violated bound. Checked per score, after hydration.
    Chart(fn(f64, &Chart) -> Option<String>),
}

/// The text for the counts that every game has: fast, slow, maxCombo.
pub const POSITIVE_INTEGER: &str = "Expected a positive integer.";
/// The text for other numbers that must not be negative.
pub const POSITIVE_NUMBER: &str = "Expected a positive number.";

/// The bounds of a graph's elements, inclusive.
#[derive(Debug, Clone, Copy)]
pub struct GraphBound {
    /// Smallest element.
    pub min: f64,
    /// Largest element.
    pub max: f64,
    /// Whether the elements must be integers.
    pub integers: bool,
}

impl GraphBound {
    /// Elements between two numbers.
    #[must_use]
    pub const fn between(min: f64, max: f64) -> Self {
        Self { min, max, integers: false }
    }

    /// The text of a violation.
    #[must_use]
    pub fn text(&self) -> String {
        let kind = if self.integers { "an integer" } else { "a number" };
        let (min, max) = (crate::number::to_text(self.min), crate::number::to_text(self.max));
        format!("Expected {kind} between {min} and {max}.")
    }

    /// Whether an element is inside the bounds.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        value >= self.min && value <= self.max && (!self.integers || value.fract() == 0.0)
    }
}

/// A member of a BATCH-MANUAL score that later documents have under other names.
/// Source: `spec/import-types/file-batch-manual.md` 4.
#[derive(Debug)]
pub struct OldMember {
    /// The old name.
    pub name: &'static str,
    /// It is read as the old member only where none of these is there.
    pub unless: &'static [&'static str],
    /// What it is now.
    pub becomes: OldMemberRule,
}

/// What an [`OldMember`] is now.
#[derive(Debug)]
pub enum OldMemberRule {
    /// The same value under another name.
    Renamed(&'static str),
    /// Other members, depending on the value: old value → names and values.
    Mapped {
        /// The values that are mapped.
        values: &'static [(&'static str, &'static [(&'static str, &'static str)])],
        /// Whether any other value is an error; else it stays as it is.
        others_refused: bool,
    },
}

/// An option of a play, or a preference.
#[derive(Debug)]
pub struct MetaField {
    /// The member's name.
    pub name: &'static str,
    /// What it may hold.
    pub kind: MetaKind,
    /// Whether null is accepted (and means absent).
    pub null_ok: bool,
}

impl MetaField {
    /// A member that may be absent, but not null.
    #[must_use]
    pub const fn new(name: &'static str, kind: MetaKind) -> Self {
        Self { name, kind, null_ok: false }
    }

    /// A member that may be absent or null.
    #[must_use]
    pub const fn nullable(name: &'static str, kind: MetaKind) -> Self {
        Self { name, kind, null_ok: true }
    }
}

/// What a [`MetaField`] may hold.
#[derive(Debug)]
pub enum MetaKind {
    /// One of a list.
    OneOf(&'static [&'static str]),
    /// One of a list; the pairs map spellings of older senders to it.
    OneOfWithOld(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// Exactly two of a list: left, right.
    PairOf(&'static [&'static str]),
    /// True or false.
    Bool,
    /// A finite number.
    Number,
    /// A number between two bounds, inclusive.
    NumberBetween(f64, f64),
    /// A list of texts.
    Texts,
}
