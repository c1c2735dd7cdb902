//! The table of figures, and what they must be.

use std::fmt::Display;
use std::time::Duration;

/// A line of the table.
#[derive(Debug)]
struct Figure {
    what: String,
    value: String,
    /// What it must reach, where anything is asked, and whether it does.
    bound: Option<(String, bool)>,
}

/// The figures measured so far.
#[derive(Debug, Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// Adds a figure that must not be greater than a bound.
    pub fn at_most<T: PartialOrd + Copy>(
        &mut self,
        what: impl Display,
        value: T,
        bound: T,
        show: impl Fn(T) -> String,
    ) {
        let bound = Some((format!("≤ {}", show(bound)), value <= bound));
        self.add(what, show(value), bound);
    }

    /// Adds a figure of which nothing is asked.
    pub fn note(&mut self, what: impl Display, value: String) {
        self.add(what, value, None);
    }

    fn add(&mut self, what: impl Display, value: String, bound: Option<(String, bool)>) {
        let what = what.to_string();
        println!("  {what}: {value}");
        self.0.push(Figure { what, value, bound });
    }

    /// Prints the table.
    pub fn print(&self) {
        println!("\n| what | figure | must reach | |");
        println!("| --- | --: | --: | --- |");
        for Figure { what, value, bound } in &self.0 {
            let (bound, verdict) = match bound {
                Some((bound, true)) => (bound.as_str(), "reached"),
                Some((bound, false)) => (bound.as_str(), "MISSED"),
                None => ("", ""),
            };
            println!("| {what} | {value} | {bound} | {verdict} |");
        }
        println!();
    }

    /// How many figures are not what they must be.
    pub fn missed(&self) -> usize {
        self.0.iter().filter(|figure| matches!(figure.bound, Some((_, false)))).count()
    }
}

/// The median of what was measured; the upper one of an even number, and nothing at all of nothing.
pub fn median<T: PartialOrd + Copy + Default>(values: Vec<T>) -> T {
    quantile(values, 50)
}

/// The value that so many per cent are below of.
pub fn quantile<T: PartialOrd + Copy + Default>(mut values: Vec<T>, percent: usize) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() * percent / 100).copied().unwrap_or_default()
}

/// `1.23 s`
pub fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// `12.3 ms`
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// `123 MiB`
pub fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// `1.23 ×`
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2} ×")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quantiles() {
        assert_eq!(median(vec![3, 1, 2]), 2);
        assert_eq!(median(Vec::<u64>::new()), 0);
        assert_eq!(quantile((0..100).collect(), 99), 99);
    }
}
