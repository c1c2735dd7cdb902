//! What CHUNITHM, O.N.G.E.K.I., maimai and maimai DX share.
//! Source: `spec/games/chunithm.md`, `ongeki.md`, `maimai.md`, `maimaidx.md`, `spec/games/README.md` 3, 14.

use crate::game::{Bound, Metric, MetricKind, POSITIVE_INTEGER, Refusal, SessionRating};
use crate::number::{to_fixed, to_text, with_commas};

/// A count of something, at least 0.
pub const COUNT: MetricKind = MetricKind::Integer(Bound::NonNegative(POSITIVE_INTEGER));
/// Mistakes hit early.
pub const FAST: Metric = Metric::optional("fast", COUNT);
/// Mistakes hit late.
pub const SLOW: Metric = Metric::optional("slow", COUNT);
/// The largest combo.
pub const MAX_COMBO: Metric = Metric::optional("maxCombo", COUNT);

/// The grades of CHUNITHM and maimai DX, worst first.
pub const GRADES: &[&str] = &["D", "C", "B", "BB", "BBB", "A", "AA", "AAA", "S", "S+", "SS", "SS+", "SSS", "SSS+"];

/// The largest score of CHUNITHM and the largest Technical Score of O.N.G.E.K.I.
pub const MAX_SCORE: f64 = 1_010_000.0;
/// The bounds of such scores.
pub const SCORE_BOUND: Bound = Bound::Between(0.0, MAX_SCORE);

/// Refuses what is no score out of 1,010,000 on a chart with a level.
///
/// # Errors
/// When the score is out of bounds or the level is negative.
pub fn check_score(score: f64, level: f64) -> Result<(), Refusal> {
    if score > MAX_SCORE {
        return Err(Refusal::new("A score cannot be greater than 1,010,000."));
    }
    if score < 0.0 {
        return Err(Refusal::new("A score cannot be negative."));
    }
    check_level(level)
}

/// Refuses a level below 0.
///
/// # Errors
/// When the level is negative.
pub fn check_level(level: f64) -> Result<(), Refusal> {
    if level < 0.0 { Err(Refusal::new("A chart's level cannot be negative.")) } else { Ok(()) }
}

/// The text of the bound that a value from 0 to a maximum of the chart violates.
#[must_use]
pub fn chart_bound(name: &str, value: f64, max: f64) -> Option<String> {
    if value < 0.0 {
        Some(format!("{name} cannot be negative."))
    } else if value > max {
        Some(format!("{name} cannot be greater than {} for this chart.", to_text(max)))
    } else {
        None
    }
}

/// A session rating that is the mean of the best 10 values of a score rating.
#[must_use]
pub const fn session(
    name: &'static str,
    description: &'static str,
    of: &'static str,
    format: fn(f64) -> String,
) -> SessionRating {
    SessionRating { name, description, of, best: 10, times: 1.0, format }
}

/// `16.25`
#[must_use]
pub fn two_decimals(value: f64) -> String {
    to_fixed(value, 2)
}

/// `19.565`
#[must_use]
pub fn three_decimals(value: f64) -> String {
    to_fixed(value, 3)
}

/// `15250`
#[must_use]
pub fn no_decimals(value: f64) -> String {
    to_fixed(value, 0)
}

/// `Get a score of 1,008,182 on`
#[must_use]
pub fn score_criteria(value: f64) -> String {
    format!("Get a score of {} on", with_commas(value))
}
