//! The wording of goals that most games share. Source: `spec/games/README.md` 14.

use crate::number::with_commas;

/// `Get a score of 990,000 on`
#[must_use]
pub fn score_criteria(value: f64) -> String {
    format!("Get a score of {} on", with_commas(value))
}
