//! What ITG and DDR share: a lowest grade that stands for failing, and full combos that rule out what is worse than a judgement.
//! Source: `spec/games/itg.md` 3, 4, 12, `spec/games/ddr.md` 3, 4, 12.

use crate::game::Refusal;
use crate::grade;
use crate::score::{MetricIdx, ScoreData};

/// The index of a grade where grade 0 is for failing and `bounds` belong to the grades from 1 on.
///
/// # Errors
/// When a value that was not failed with is below the first bound, or NaN.
pub fn grade(failed: bool, bounds: &[f64], value: f64) -> Result<usize, Refusal> {
    if failed { Ok(0) } else { Ok(grade::grade(bounds, value)? + 1) }
}

/// How far a score is from a goal's grade; just the failing grade for failed scores, which has no range to measure.
#[must_use]
pub fn delta(
    names: &[&str],
    bounds: &[f64],
    has: usize,
    value: f64,
    goal: usize,
    format: impl Fn(f64) -> String,
) -> String {
    match (names.split_first(), has.checked_sub(1)) {
        (Some((_, passes)), Some(has)) => grade::delta(passes, bounds, has, value, goal.saturating_sub(1), format),
        (Some((fail, _)), None) => (*fail).to_owned(),
        (None, _) => String::new(),
    }
}

/// The complaint about a full combo with judgements worse than it allows; unknown counts are taken as 0.
///
/// `allows` gives the worst judgement that each kind of full combo allows; all from the next one to `worst` break it.
#[must_use]
pub fn broken_combo(data: &ScoreData, lamp: MetricIdx, allows: &[(usize, usize)], worst: usize) -> Option<String> {
    let (_, allowed) = *allows.iter().find(|(combo, _)| *combo == data.index(lamp))?;
    let count: i64 = (allowed + 1..=worst).map(|judgement| data.judgement_or_zero(judgement)).sum();
    let (lamp, allowed) = (data.value(lamp), data.config().judgements[allowed]);
    (count > 0).then(|| format!("A {lamp} has no judgements worse than {allowed}, but got {count}."))
}
