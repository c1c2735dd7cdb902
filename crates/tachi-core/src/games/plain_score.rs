//! What MÚSECA, pop'n music and WACCA share: one score from 0 to a round maximum, written with commas.
//! Source: `spec/games/README.md` 4, 7 and 14.

use crate::game::{Bound, MetricKind, POSITIVE_INTEGER, Refusal};
use crate::number::{to_fixed, to_text, with_commas};

/// Of fast, slow and maxCombo.
pub const COUNT: MetricKind = MetricKind::Integer(Bound::NonNegative(POSITIVE_INTEGER));

/// Refuses what no play can be: a score outside 0..`max`, a level below 0.
///
/// # Errors
/// Says which of these it is.
pub fn check_play(score: f64, max: f64, level: f64) -> Result<(), Refusal> {
    if score > max {
        return Err(Refusal::new(format!("A score is at most {}, got {}.", with_commas(max), to_text(score))));
    }
    if score < 0.0 {
        return Err(Refusal::new(format!("A score is at least 0, got {}.", to_text(score))));
    }
    check_level(level)
}

/// Refuses a level below 0.
///
/// # Errors
/// When it is.
pub fn check_level(level: f64) -> Result<(), Refusal> {
    if level < 0.0 {
        return Err(Refusal::new(format!("A level is at least 0, got {}.", to_text(level))));
    }
    Ok(())
}

/// `Get a score of 908,182 on`
#[must_use]
pub fn score_criteria(value: f64) -> String {
    format!("Get a score of {} on", with_commas(value))
}

/// `41.10`
#[must_use]
pub fn two_decimals(value: f64) -> String {
    to_fixed(value, 2)
}
