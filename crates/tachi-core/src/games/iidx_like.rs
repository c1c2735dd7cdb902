//! What beatmania IIDX, BMS and PMS share: EX scores, their grades and the wording of goals.
//! Source: `spec/games/iidx.md` 3, 4, 13, `spec/games/bms.md` 3, 4, 14.

use crate::catalogue::Chart;
use crate::grade;
use crate::number::{round, to_fixed, to_text};
use crate::score::{MetricIdx, ScoreData};

/// The lamps, worst first; the index is the games' own clear type number.
pub const LAMPS: &[&str] =
    &["NO PLAY", "FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR", "FULL COMBO"];

/// The judgements, best first.
pub const JUDGEMENTS: &[&str] = &["pgreat", "great", "good", "bad", "poor"];

/// The grades, worst first.
pub const GRADES: &[&str] = &["F", "E", "D", "C", "B", "A", "AA", "AAA", "MAX-", "MAX"];

const MAX_MINUS: usize = 8;
const MAX: usize = 9;

/// EX score in percent of the maximum, unrounded. Not finite when the chart has no notes.
#[must_use]
pub fn percent(score: f64, notecount: f64) -> f64 {
    (100.0 * score) / (notecount * 2.0)
}

/// The index of an EX score's grade: ninths of the maximum, MAX- from 17/18 on.
#[must_use]
pub fn grade(score: f64, notecount: f64) -> usize {
    let max = 2.0 * notecount;
    if score == max {
        return MAX;
    }
    if 18.0 * score >= 17.0 * max {
        return MAX_MINUS;
    }
    (1..MAX_MINUS).rev().find(|grade| 9.0 * score >= (*grade as f64 + 1.0) * max).unwrap_or(0)
}

/// The text of the bound that an EX score violates.
#[must_use]
pub fn ex_score_bound(score: f64, notecount: f64) -> Option<String> {
    if score < 0.0 {
        Some("EX Score cannot be negative.".to_owned())
    } else if score > 2.0 * notecount {
        Some(format!("EX Score cannot be greater than {} for this chart.", to_text(2.0 * notecount)))
    } else {
        None
    }
}

/// Two PGREATs make as much as the EX score says, where both counts are known.
#[must_use]
pub fn judgements_add_up(data: &ScoreData, _chart: &Chart) -> Option<String> {
    const PGREAT: usize = 0;
    const GREAT: usize = 1;
    let (pgreat, great) = (data.judgement(PGREAT)?, data.judgement(GREAT)?);
    let score = data.number(data.config().metric("score")?.0);
    let sum = 2.0 * pgreat as f64 + great as f64;
    (sum != score)
        .then(|| format!("Expected PGreat*2 + Great to equal EX score ({pgreat}*2 + {great} != {}).", to_text(score)))
}

/// `Get a score of 1234 on`
#[must_use]
pub fn score_criteria(value: f64) -> String {
    format!("Get a score of {} on", plain(value))
}

/// `Get 94.43% on`
#[must_use]
pub fn percent_criteria(value: f64) -> String {
    format!("Get {} on", percent_text(value))
}

/// `94.43%`
#[must_use]
pub fn percent_text(value: f64) -> String {
    format!("{}%", to_fixed(value, 2))
}

/// Digits without commas.
#[must_use]
pub fn plain(value: f64) -> String {
    to_text(value)
}

/// `HARD CLEAR (BP: 2)`, or just the lamp when the miss count is unknown.
#[must_use]
pub fn lamp_with_bp(data: &ScoreData, lamp: MetricIdx, bp: MetricIdx) -> String {
    let lamp = data.value(lamp);
    data.optional(bp).map_or_else(|| lamp.to_owned(), |bp| format!("{lamp} (BP: {})", to_text(bp)))
}

/// How far an EX score is from a goal's grade, in whole EX.
///
/// The distance is taken in percent and turned back through the maximum that score and percent imply, which double
/// arithmetic makes one too small for some scores. The published numbers have it so.
#[must_use]
pub fn grade_delta(score: f64, notecount: f64, has: usize, goal: usize) -> String {
    let bounds: Vec<f64> = (0..GRADES.len())
        .map(|grade| match grade {
            0 => 0.0,
            MAX_MINUS => (100.0 * 17.0) / 18.0,
            MAX => 100.0,
            ninths => (100.0 * (ninths as f64 + 1.0)) / 9.0,
        })
        .collect();
    let percent = percent(score, notecount);
    let max = if score == 0.0 { 2.0 * notecount } else { (score / (percent / 100.0)).floor() };
    grade::delta(GRADES, &bounds, has, percent, goal, |distance| to_text(round((distance / 100.0) * max)))
}
