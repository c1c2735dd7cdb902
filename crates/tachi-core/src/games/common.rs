//! What games share beyond the model: metrics that nearly all have, the wording of goals and refusals, and the rules
//! that tie a lamp to a score and to judgements. Source: `spec/games/README.md` 3, 4, 7, 14.

use serde_json::Value;

use crate::catalogue::{Chart, Song};
use crate::formula::Args;
use crate::game::{Bound, GoalCharts, GoalFormat, Metric, MetricKind, POSITIVE_INTEGER, POSITIVE_NUMBER, Refusal};
use crate::number::{to_fixed, to_text, with_commas};
use crate::score::{MetricIdx, ScoreData};

// --- Metrics ----------------------------------------------------------------------------------------------------

/// A count of anything but the three that follow.
pub const COUNT: MetricKind = MetricKind::Integer(Bound::NonNegative(POSITIVE_NUMBER));

const POSITIVE_COUNT: MetricKind = MetricKind::Integer(Bound::NonNegative(POSITIVE_INTEGER));
/// Mistakes hit early.
pub const FAST: Metric = Metric::optional("fast", POSITIVE_COUNT);
/// Mistakes hit late.
pub const SLOW: Metric = Metric::optional("slow", POSITIVE_COUNT);
/// The largest combo.
pub const MAX_COMBO: Metric = Metric::optional("maxCombo", POSITIVE_COUNT);

/// A number from 0 to 100.
pub const PERCENT: MetricKind = MetricKind::Decimal(Bound::Between(0.0, 100.0));
/// Life at the end, in percent.
pub const GAUGE: Metric = Metric::optional("gauge", PERCENT);

/// The text of the bound that a value from 0 to a maximum of the chart violates.
#[must_use]
pub fn chart_bound(what: &str, value: f64, max: f64) -> Option<String> {
    if value < 0.0 {
        Some(format!("{what} cannot be negative."))
    } else if value > max {
        Some(format!("{what} cannot be greater than {} for this chart.", to_text(max)))
    } else {
        None
    }
}

// --- Numbers as text --------------------------------------------------------------------------------------------

/// `15250`
#[must_use]
pub fn no_decimals(value: f64) -> String {
    to_fixed(value, 0)
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

/// `94.43%`
#[must_use]
pub fn percent(value: f64) -> String {
    format!("{}%", to_fixed(value, 2))
}

// --- Goals ------------------------------------------------------------------------------------------------------

/// Goals on a score, written with commas.
#[must_use]
pub const fn score_goal(metric: MetricIdx, charts: GoalCharts) -> GoalFormat {
    GoalFormat::number(metric, |value| format!("Get a score of {} on", with_commas(value)), with_commas, charts)
}

/// Goals on a percentage with two decimals.
#[must_use]
pub const fn percent_goal(metric: MetricIdx, charts: GoalCharts) -> GoalFormat {
    GoalFormat::number(metric, |value| format!("Get {} on", percent(value)), percent, charts)
}

// --- Refusals of formulas ---------------------------------------------------------------------------------------

/// Refuses a value below 0, and NaN.
///
/// # Errors
/// When the value is one of these.
pub fn refuse_negative(what: &str, value: f64) -> Result<(), Refusal> {
    if value >= 0.0 {
        return Ok(());
    }
    Err(Refusal::new(format!("{} cannot be negative, got {}.", with_article(what), to_text(value))))
}

/// Refuses a value that is not from 0 to a maximum, and NaN.
///
/// # Errors
/// When the value is one of these.
pub fn refuse_outside(what: &str, value: f64, max: f64) -> Result<(), Refusal> {
    refuse_negative(what, value)?;
    if value <= max {
        return Ok(());
    }
    let (max, value) = (with_commas(max), to_text(value));
    Err(Refusal::new(format!("{} cannot be greater than {max}, got {value}.", with_article(what))))
}

// --- Rules between lamp, score and judgements -------------------------------------------------------------------

/// The complaint about a full combo with judgements worse than it allows; unknown counts are taken as 0.
///
/// `allows` gives the worst judgement that each kind of full combo allows; all from the next one to `worst` break it.
#[must_use]
pub fn broken_combo(data: &ScoreData, lamp: MetricIdx, allows: &[(usize, usize)], worst: usize) -> Option<String> {
    let (_, allowed) = *allows.iter().find(|(combo, _)| *combo == data.index(lamp))?;
    let count: i64 = (allowed + 1..=worst).map(|judgement| data.judgement_or_zero(judgement)).sum();
    let (lamp, allowed) = (with_article(data.value(lamp)), data.config().judgements[allowed]);
    (count > 0).then(|| format!("{lamp} has no judgements worse than {allowed}, but got {count}."))
}

/// The complaint about a largest combo that is not all of the judgements although the lamp is above `broken`, the
/// best one that allows breaks. Looked at only when all counts are known.
#[must_use]
pub fn combo_of_all(data: &ScoreData, lamp: MetricIdx, broken: usize, max_combo: MetricIdx) -> Option<String> {
    let max_combo = data.optional(max_combo)?;
    let judgements = 0..data.config().judgements.len();
    let sum = judgements.map(|judgement| data.judgement(judgement)).sum::<Option<i64>>()?;
    (data.index(lamp) > broken && sum as f64 != max_combo).then(|| {
        let (lamp, max_combo) = (data.value(lamp), to_text(max_combo));
        format!("The maxCombo of a score with {lamp} must equal the sum of its judgements ({max_combo} != {sum}).")
    })
}

/// The complaint about the best lamp without the maximum of a metric, or the maximum without the best lamp.
#[must_use]
pub fn best_lamp_at_maximum(
    data: &ScoreData,
    (lamp, best): (MetricIdx, usize),
    (metric, max): (MetricIdx, f64),
    format: fn(f64) -> String,
) -> Option<String> {
    let config = data.config();
    let (value, has) = (data.number(metric), data.value(lamp));
    let (metric, lamp_name) = (config.metrics[metric.get()].name, config.metrics[lamp.get()].name);
    match (data.index(lamp) == best, value == max) {
        (true, false) => {
            let (lamp, max, value) = (with_article(has), format(max), format(value));
            Some(format!("{lamp} must have a {metric} of {max}, not {value}."))
        }
        (false, true) => {
            let (max, best) = (format(max), config.metrics[lamp.get()].values()[best]);
            Some(format!("A {metric} of {max} must have the {lamp_name} {best}, not {has}."))
        }
        (true, true) | (false, false) => None,
    }
}

/// The complaint about a clear below the score that a clear takes, or a fail from there on.
#[must_use]
pub fn clear_from(
    data: &ScoreData,
    (lamp, failed): (MetricIdx, usize),
    (metric, needed): (MetricIdx, f64),
) -> Option<String> {
    let (score, has) = (data.number(metric), data.value(lamp));
    let (shown, bound) = (with_commas(score), with_commas(needed));
    match (data.index(lamp) == failed, score < needed) {
        (false, true) => {
            let failed = data.config().metrics[lamp.get()].values()[failed];
            Some(format!("A score below {bound} must be {failed}, not {has} (got {shown})."))
        }
        (true, false) => Some(format!("A score of {bound} or more cannot be {has} (got {shown}).")),
        (true, true) | (false, false) => None,
    }
}

/// `A CLEAR`, `An ALL JUSTICE`.
fn with_article(name: &str) -> String {
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    format!("{article} {name}")
}

// --- Names of charts --------------------------------------------------------------------------------------------

/// The usual chart label: `5.1.1. (SPA 10)`, with the first version when the chart is not primary.
#[must_use]
pub fn standard_label(song: &Song, chart: &Chart) -> String {
    let difficulty = chart.config().difficulty(&chart.difficulty).map_or(&*chart.difficulty, |known| known.short);
    match chart.versions.first() {
        Some(version) if !chart.is_primary => format!("{} ({difficulty} {} {version})", song.title, chart.level),
        _ => format!("{} ({difficulty} {})", song.title, chart.level),
    }
}

/// The levels of a chart on tables, each behind its table's prefix: `★17, sl3`; empty when it is on none. Reads both
/// layouts of the catalogue.
#[must_use]
pub fn table_levels(chart: &Chart) -> String {
    let level = |table: &str, level: &Value| match level {
        Value::String(level) => format!("{table}{level}"),
        Value::Null => table.to_owned(),
        level => format!("{table}{level}"),
    };
    let levels: Vec<String> = match &chart.data_json()["tableFolders"] {
        Value::Array(folders) => {
            folders.iter().map(|folder| level(folder["table"].as_str().unwrap_or_default(), &folder["level"])).collect()
        }
        Value::Object(folders) => folders.iter().map(|(table, of)| level(table, of)).collect(),
        _ => Vec::new(),
    };
    levels.join(", ")
}

// --- Formulas under their published names -----------------------------------------------------------------------

/// The result of a `gradeGoal`: the distance of a score with a grade to a goal's grade.
///
/// # Errors
/// When the score or one of the grades is missing.
pub fn grade_goal(args: &Args<'_>, grades: &[&str], delta: fn(f64, usize, usize) -> String) -> Result<Value, Refusal> {
    let (score, has) = (args.number("score")?, args.index("grade", grades)?);
    Ok(delta(score, has, args.index("goal", grades)?).into())
}
