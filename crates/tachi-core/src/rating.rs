//! How ratings of scores become ratings of sessions and profiles. Source: `spec/games/README.md` 7.

use crate::game::Best;
use crate::number::round;

/// The mean of the best `n` values; fewer than `n` give no rating.
///
/// ```
/// let values = [12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0];
/// assert_eq!(tachi_core::rating::session_best(&values, 10), Some(7.5));
/// ```
#[must_use]
pub fn session_best(values: &[f64], n: usize) -> Option<f64> {
    let best = descending(values, n);
    (best.len() == n && n > 0).then(|| best.iter().sum::<f64>() / n as f64)
}

/// The best `n` values made into one, as `how` says.
#[must_use]
pub fn profile_best(values: &[f64], n: usize, how: Best) -> Option<f64> {
    let best = descending(values, n);
    if best.is_empty() {
        return None;
    }
    let sum = || best.iter().fold(0.0, |sum, value| sum + value);
    match how {
        Best::Sum => Some(sum()),
        Best::Mean => Some(sum() / n as f64),
        Best::StrictMean => (best.len() == n).then(|| sum() / n as f64),
        Best::IntegralMean(scale) => {
            let whole = best.iter().fold(0.0, |sum, value| sum + round(value * scale));
            Some((whole / n as f64).floor() / scale)
        }
    }
}

/// The `n` largest values, largest first.
fn descending(values: &[f64], n: usize) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted.truncate(n);
    sorted
}
