//! Grades by boundaries, and the distance of a score to a grade. Source: `spec/games/README.md` 6.

use crate::game::Refusal;

/// The index of the last grade whose lower bound (inclusive) is reached. `bounds` ascend, worst grade first.
///
/// # Errors
/// When `value` is below the first bound, or NaN.
pub fn grade(bounds: &[f64], value: f64) -> Result<usize, Refusal> {
    let found = bounds.iter().rposition(|bound| value >= *bound);
    found.ok_or_else(|| Refusal::new(format!("{} is below every grade.", crate::number::to_text(value))))
}

/// How far a score is from a goal's grade: `AAA-208`, `(MAX-)+12`.
///
/// `names` and `bounds` are the grades from worst to best, `grade` is the index the score has (which may be capped
/// below its range), `value` what the bounds measure, `goal` the wanted grade, `format` prints a distance.
#[must_use]
pub fn delta(
    names: &[&str],
    bounds: &[f64],
    grade: usize,
    value: f64,
    goal: usize,
    format: impl Fn(f64) -> String,
) -> String {
    let (Some(name), Some(bound)) = (names.get(grade), bounds.get(grade)) else { return String::new() };
    let lower = format!("{}+{}", wrapped(name), format(value - bound));
    let (Some(next), Some(next_bound)) = (names.get(grade + 1), bounds.get(grade + 1)) else { return lower };
    if value >= *next_bound {
        return lower;
    }
    let upper = format!("{}-{}", wrapped(next), format(next_bound - value));
    let lower_is_closer = (value - next_bound) + (value - bound) < 0.0 && !lower.starts_with("(MAX-)+");
    if goal == grade + 1 || !lower_is_closer { upper } else { lower }
}

/// [`grade`] where grade 0 is for failing and `bounds` belong to the grades from 1 on.
///
/// # Errors
/// When a value that was not failed with is below the first bound, or NaN.
pub fn grade_unless_failed(failed: bool, bounds: &[f64], value: f64) -> Result<usize, Refusal> {
    if failed { Ok(0) } else { Ok(grade(bounds, value)? + 1) }
}

/// [`delta`] where grade 0 is for failing and `bounds` belong to the grades from 1 on: just the failing grade for a
/// failed score, which has no range to measure.
#[must_use]
pub fn delta_unless_failed(
    names: &[&str],
    bounds: &[f64],
    has: usize,
    value: f64,
    goal: usize,
    format: impl Fn(f64) -> String,
) -> String {
    match (names.split_first(), has.checked_sub(1)) {
        (Some((_, passes)), Some(has)) => delta(passes, bounds, has, value, goal.saturating_sub(1), format),
        (Some((fail, _)), None) => (*fail).to_owned(),
        (None, _) => String::new(),
    }
}

/// Grades that end in a sign are put in brackets.
fn wrapped(name: &str) -> String {
    if name.ends_with(['+', '-']) { format!("({name})") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::compact;

    const NAMES: &[&str] = &["D", "C", "B", "A", "A+", "AA", "AA+", "AAA", "AAA+", "S", "PUC"];
    const BOUNDS: &[f64] = &[0.0, 7e6, 8e6, 8.7e6, 9e6, 9.3e6, 9.5e6, 9.7e6, 9.8e6, 9.9e6, 1e7];

    #[test]
    fn the_nearer_of_two_grades_is_named_unless_the_next_one_is_the_goal() {
        let delta = |grade, value, goal| delta(NAMES, BOUNDS, grade, value, goal, compact);
        assert_eq!(delta(8, 9_817_342.0, 9), "S-83K");
        assert_eq!(delta(7, 9_712_000.0, 9), "AAA+12K");
        assert_eq!(delta(7, 9_780_000.0, 9), "(AAA+)-20K");
        assert_eq!(delta(10, 1e7, 10), "PUC+0");
        assert_eq!(delta(5, 9_312_345.0, 6), "(AA+)-188K");
    }
}
