//! What SOUND VOLTEX and USC share: grades, VOLFORCE with its classes, and the configuration around them.
//! Source: `spec/games/sdvx.md`, `spec/games/usc.md`.

use smallvec::smallvec;

use super::common::{self, refuse_outside, three_decimals};
use crate::catalogue::Chart;
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DifficultyKind, Game, GoalCharts, GoalFormat, Gpt, GptConfig, Merger, MetaField,
    MetaKind, Metric, MetricKind, PbConfig, ProfileRating, RankKey, Refusal, ScoreRating, SessionRating,
};
use crate::grade;
use crate::number::{compact, round, with_commas};
use crate::score::{MetricIdx, MetricValue, ScoreData, index_in, metric};

/// The judgements, best first.
pub const JUDGEMENTS: &[&str] = &["critical", "near", "miss"];

/// The grades, worst first.
pub const GRADES: &[&str] = &["D", "C", "B", "A", "A+", "AA", "AA+", "AAA", "AAA+", "S", "PUC"];

/// The lower bound of each grade.
pub const GRADE_BOUNDS: &[f64] = &[0.0, 7e6, 8e6, 8.7e6, 9e6, 9.3e6, 9.5e6, 9.7e6, 9.8e6, 9.9e6, MAX_SCORE];

const MAX_SCORE: f64 = 1e7;
const ULTIMATE_CHAIN: &str = "ULTIMATE CHAIN";
const PERFECT_ULTIMATE_CHAIN: &str = "PERFECT ULTIMATE CHAIN";

/// What both games' configurations have in common; games and playtypes fill in the rest.
pub(super) const SHARED: GptConfig = GptConfig {
    gpt: Gpt::SdvxSingle,
    game: Game::Sdvx,
    playtype: "",
    v3: "",
    name: "",
    difficulties: &[],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "EXH",
    difficulty_groups: &[],
    versions: &[],
    former_versions: &[],
    match_types: &[],
    metrics: &[],
    judgements: JUDGEMENTS,
    old_members: &[],
    default_metric: SCORE,
    default_enum: GRADE,
    score_meta: &[],
    preferences: &[MetaField::nullable("vf6Target", MetaKind::Number)],
    derive: |data, _| Ok(smallvec![MetricValue::Enum(grade(data.number(SCORE))? as u8)]),
    validators: &[perfect_chains_are_perfect, chains_are_unbroken, chains_have_half_the_score],
    score_ratings: &[
        ScoreRating {
            name: "VF6",
            description: "VOLFORCE as EXCEED GEAR calculates it.",
            calculate: |data, chart| vf6(data.number(SCORE), data.value(LAMP), chart.level_num).map(Some),
            format: three_decimals,
        },
        ScoreRating {
            name: "VF7",
            description: "VOLFORCE as NABLA calculates it.",
            calculate: |data, chart| vf7(data.number(SCORE), data.value(LAMP), chart.level_num).map(Some),
            format: three_decimals,
        },
    ],
    session_ratings: &[
        session("ProfileVF6", "VF6", "The mean of the best 10 VF6, as if a profile were made of 50 such scores."),
        session("ProfileVF7", "VF7", "The mean of the best 10 VF7, as if a profile were made of 50 such scores."),
    ],
    profile_ratings: &[profile("VF6", "The sum of the best 50 VF6."), profile("VF7", "The sum of the best 50 VF7.")],
    default_score_rating: "VF7",
    default_session_rating: "ProfileVF7",
    default_profile_rating: "VF7",
    classes: &[VF_CLASS],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[BEST_LAMP],
        rank: &[RankKey::largest(SCORE), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        common::score_goal(SCORE, GoalCharts::Any),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| grade_delta(data.number(SCORE), data.index(GRADE), goal)),
    ],
    chart_label: common::standard_label,
    chart_data: &[],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

/// The first three metrics of both games; only the lamps differ.
pub(super) const fn main_metrics(lamps: &'static [&'static str]) -> [Metric; 3] {
    [
        Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, MAX_SCORE))),
        Metric::provided("lamp", MetricKind::Enum { values: lamps, relevant_from: "CLEAR" }),
        Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A+" }),
    ]
}

// For the positions only, which do not depend on the lamps.
const MAIN_METRICS: &[Metric] = &main_metrics(&[]);
pub(super) const SCORE: MetricIdx = metric(MAIN_METRICS, "score");
pub(super) const LAMP: MetricIdx = metric(MAIN_METRICS, "lamp");
const GRADE: MetricIdx = metric(MAIN_METRICS, "grade");

const CRITICAL: usize = index_in(JUDGEMENTS, "critical");
const NEAR: usize = index_in(JUDGEMENTS, "near");
const MISS: usize = index_in(JUDGEMENTS, "miss");

pub(super) const BEST_LAMP: Merger = Merger::largest("Best Lamp", &[LAMP]);

// --- Validation -------------------------------------------------------------------------------------------------

fn perfect_chains_are_perfect(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let score = data.number(SCORE);
    (data.value(LAMP) == PERFECT_ULTIMATE_CHAIN && score != MAX_SCORE)
        .then(|| format!("A PERFECT ULTIMATE CHAIN must have a score of 10,000,000, not {}.", with_commas(score)))
}

fn chains_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let lamps = data.config().metrics[LAMP.get()].values();
    let lamp = |name| lamps.iter().position(|lamp| *lamp == name).unwrap_or(lamps.len());
    let allows = [(lamp(PERFECT_ULTIMATE_CHAIN), CRITICAL), (lamp(ULTIMATE_CHAIN), NEAR)];
    common::broken_combo(data, LAMP, &allows, MISS)
}

/// A near is worth half a critical, so nothing but nears still makes half the score.
fn chains_have_half_the_score(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let score = data.number(SCORE);
    (data.value(LAMP) == ULTIMATE_CHAIN && score < 5e6)
        .then(|| format!("An ULTIMATE CHAIN cannot have a score below 5,000,000 (got {}).", with_commas(score)))
}

// --- Grades -----------------------------------------------------------------------------------------------------

/// The index of a score's grade.
///
/// # Errors
/// When the score is negative.
pub fn grade(score: f64) -> Result<usize, Refusal> {
    grade::grade(GRADE_BOUNDS, score)
}

/// How far a score with a grade is from a goal's grade: `S-83K`.
#[must_use]
pub fn grade_delta(score: f64, has: usize, goal: usize) -> String {
    grade::delta(GRADES, GRADE_BOUNDS, has, score, goal, compact)
}

// --- VOLFORCE ---------------------------------------------------------------------------------------------------

/// The grades' coefficients from VF5 on.
const GRADE_COEFFICIENTS: &[f64] = &[80.0, 82.0, 85.0, 88.0, 91.0, 94.0, 97.0, 100.0, 102.0, 105.0, 105.0];

/// The grades' coefficients in VF4.
const VF4_GRADE_COEFFICIENTS: &[f64] = &[0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1.0, 1.0];

/// The lamps with their coefficients in VF5 and VF6, and in VF7.
const LAMP_COEFFICIENTS: &[(&str, f64, f64)] = &[
    ("FAILED", 50.0, 50.0),
    ("CLEAR", 100.0, 100.0),
    ("EXCESSIVE CLEAR", 102.0, 102.0),
    ("MAXXIVE CLEAR", 104.0, 104.0),
    (ULTIMATE_CHAIN, 105.0, 106.0),
    (PERFECT_ULTIMATE_CHAIN, 110.0, 110.0),
];

fn lamp_coefficients(lamp: &str) -> Result<(f64, f64), Refusal> {
    let known = LAMP_COEFFICIENTS.iter().find(|(name, ..)| *name == lamp);
    known.map(|(_, vf6, vf7)| (*vf6, *vf7)).ok_or_else(|| Refusal::new("There is no such lamp."))
}

fn grade_coefficient(score: f64, coefficients: &[f64]) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    Ok(coefficients[grade(score)?])
}

/// VOLFORCE from VF5 on, in millionths. The order of the factors is part of the published numbers.
fn millionths(score: f64, lamp: f64, level: f64) -> Result<f64, Refusal> {
    let grade = grade_coefficient(score, GRADE_COEFFICIENTS)?;
    Ok(level * 2.0 * (score / MAX_SCORE) * grade * lamp)
}

/// VF4, the VOLFORCE of HEAVENLY HAVEN: an integer, blind to lamps.
///
/// # Errors
/// When the score is above 10,000,000 or negative.
pub fn vf4(score: f64, level: f64) -> Result<f64, Refusal> {
    let grade = grade_coefficient(score, VF4_GRADE_COEFFICIENTS)?;
    Ok((25.0 * (level + 1.0) * (score / MAX_SCORE) * grade).floor())
}

/// VF5, the VOLFORCE of VIVID WAVE, in hundredths.
///
/// # Errors
/// When the score is above 10,000,000 or negative, or there is no such lamp.
pub fn vf5(score: f64, lamp: &str, level: f64) -> Result<f64, Refusal> {
    let (lamp, _) = lamp_coefficients(lamp)?;
    Ok((millionths(score, lamp, level)? / 10_000.0).floor() / 100.0)
}

/// VF6, the VOLFORCE of EXCEED GEAR, in thousandths. Decimals of the level do not count.
///
/// ```
/// use tachi_core::games::volforce::vf6;
/// assert_eq!(vf6(9_723_456.0, "CLEAR", 18.4), Ok(0.35));
/// ```
///
/// # Errors
/// When the score is above 10,000,000 or negative, or there is no such lamp.
pub fn vf6(score: f64, lamp: &str, level: f64) -> Result<f64, Refusal> {
    let (lamp, _) = lamp_coefficients(lamp)?;
    Ok((millionths(score, lamp, level.floor())? / 1000.0).floor() / 1000.0)
}

/// VF7, the VOLFORCE of NABLA, in thousandths.
///
/// ```
/// use tachi_core::games::volforce::vf7;
/// assert_eq!(vf7(9_723_456.0, "CLEAR", 18.4), Ok(0.357));
/// ```
///
/// # Errors
/// When the score is above 10,000,000 or negative, or there is no such lamp.
pub fn vf7(score: f64, lamp: &str, level: f64) -> Result<f64, Refusal> {
    let (_, lamp) = lamp_coefficients(lamp)?;
    Ok((millionths(score, lamp, level)? / 1000.0).floor() / 1000.0)
}

/// The score that a VF4 needs.
///
/// # Errors
/// When no score on that level reaches it.
pub fn inverse_vf4(vf: f64, level: f64) -> Result<f64, Refusal> {
    needed_score((MAX_SCORE * vf) / (25.0 * (level + 1.0)), VF4_GRADE_COEFFICIENTS)
}

/// The score that a VF5 or VF6 needs.
///
/// # Errors
/// When no score on that level with that lamp reaches it, or the lamp leaves no choice of score or does not exist.
pub fn inverse_vf6(vf: f64, lamp: &str, level: f64) -> Result<f64, Refusal> {
    inverse(vf, lamp, lamp_coefficients(lamp)?.0, level)
}

/// The score that a VF7 needs.
///
/// # Errors
/// When no score on that level with that lamp reaches it, or the lamp leaves no choice of score or does not exist.
pub fn inverse_vf7(vf: f64, lamp: &str, level: f64) -> Result<f64, Refusal> {
    inverse(vf, lamp, lamp_coefficients(lamp)?.1, level)
}

fn inverse(vf: f64, lamp: &str, coefficient: f64, level: f64) -> Result<f64, Refusal> {
    if lamp == PERFECT_ULTIMATE_CHAIN {
        return Err(Refusal::new("A PERFECT ULTIMATE CHAIN has but one score."));
    }
    needed_score((1_000_000.0 * MAX_SCORE * vf) / (2.0 * level * coefficient), GRADE_COEFFICIENTS)
}

/// The smallest score whose product with its grade's coefficient reaches `product`: the grades are tried upwards, and
/// a grade whose every score is too good gives its lowest.
fn needed_score(product: f64, coefficients: &[f64]) -> Result<f64, Refusal> {
    for (range, coefficient) in GRADE_BOUNDS.windows(2).zip(coefficients) {
        let (low, high, score) = (range[0], range[1], product / coefficient);
        if score <= low {
            return Ok(low);
        }
        if score < high || (score == high && high == MAX_SCORE) {
            return Ok(round(score));
        }
    }
    Err(Refusal::new("No score on that level reaches it."))
}

// --- Ratings ----------------------------------------------------------------------------------------------------

const fn session(name: &'static str, of: &'static str, description: &'static str) -> SessionRating {
    SessionRating { times: 50.0, ..SessionRating::best_ten(name, of, description, three_decimals) }
}

const fn profile(name: &'static str, description: &'static str) -> ProfileRating {
    ProfileRating::best(name, (name, 50, Best::Sum), description, three_decimals)
}

// --- Classes ----------------------------------------------------------------------------------------------------

/// The classes of a profile's VOLFORCE.
pub const VF_CLASS: ClassSet =
    ClassSet::derived("vfClass", "VF7", VF_CLASS_BOUNDS, VF_CLASSES).announced_from("IMPERIAL_I");

const VF_CLASS_BOUNDS: &[f64] = &[
    0.0, 2.5, 5.0, 7.5, // SIENNA
    10.0, 10.5, 11.0, 11.5, // COBALT
    12.0, 12.5, 13.0, 13.5, // DANDELION
    14.0, 14.25, 14.5, 14.75, // CYAN
    15.0, 15.25, 15.5, 15.75, // SCARLET
    16.0, 16.25, 16.5, 16.75, // CORAL
    17.0, 17.25, 17.5, 17.75, // ARGENTO
    18.0, 18.25, 18.5, 18.75, // ELDORA
    19.0, 19.25, 19.5, 19.75, // CRIMSON
    20.0, 21.0, 22.0, 23.0, // IMPERIAL
];

const VF_CLASSES: &[ClassValue] = &[
    ClassValue::new("SIENNA_I", "Sienna I", "0 - 2.499VF"),
    ClassValue::new("SIENNA_II", "Sienna II", "2.5 - 4.999VF"),
    ClassValue::new("SIENNA_III", "Sienna III", "5.0 - 7.499VF"),
    ClassValue::new("SIENNA_IV", "Sienna IV", "7.5 - 9.999VF"),
    ClassValue::new("COBALT_I", "Cobalt I", "10 - 10.499VF"),
    ClassValue::new("COBALT_II", "Cobalt II", "10.5 - 10.999VF"),
    ClassValue::new("COBALT_III", "Cobalt III", "11 - 11.499VF"),
    ClassValue::new("COBALT_IV", "Cobalt IV", "11.5 - 11.999VF"),
    ClassValue::new("DANDELION_I", "Dandelion I", "12 - 12.499VF"),
    ClassValue::new("DANDELION_II", "Dandelion II", "12.5 - 12.999VF"),
    ClassValue::new("DANDELION_III", "Dandelion III", "13 - 13.499VF"),
    ClassValue::new("DANDELION_IV", "Dandelion IV", "13.5 - 13.999VF"),
    ClassValue::new("CYAN_I", "Cyan I", "14 - 14.249VF"),
    ClassValue::new("CYAN_II", "Cyan II", "14.25 - 14.499VF"),
    ClassValue::new("CYAN_III", "Cyan III", "14.5 - 14.749VF"),
    ClassValue::new("CYAN_IV", "Cyan IV", "14.75 - 14.999VF"),
    ClassValue::new("SCARLET_I", "Scarlet I", "15 - 15.249VF"),
    ClassValue::new("SCARLET_II", "Scarlet II", "15.25 - 15.499VF"),
    ClassValue::new("SCARLET_III", "Scarlet III", "15.5 - 15.749VF"),
    ClassValue::new("SCARLET_IV", "Scarlet IV", "15.75 - 15.999VF"),
    ClassValue::new("CORAL_I", "Coral I", "16 - 16.249VF"),
    ClassValue::new("CORAL_II", "Coral II", "16.25 - 16.499VF"),
    ClassValue::new("CORAL_III", "Coral III", "16.5 - 16.749VF"),
    ClassValue::new("CORAL_IV", "Coral IV", "16.75 - 16.999VF"),
    ClassValue::new("ARGENTO_I", "Argento I", "17 - 17.249VF"),
    ClassValue::new("ARGENTO_II", "Argento II", "17.25 - 17.499VF"),
    ClassValue::new("ARGENTO_III", "Argento III", "17.5 - 17.749VF"),
    ClassValue::new("ARGENTO_IV", "Argento IV", "17.75 - 17.999VF"),
    ClassValue::new("ELDORA_I", "Eldora I", "18 - 18.249VF"),
    ClassValue::new("ELDORA_II", "Eldora II", "18.25 - 18.499VF"),
    ClassValue::new("ELDORA_III", "Eldora III", "18.5 - 18.749VF"),
    ClassValue::new("ELDORA_IV", "Eldora IV", "18.75 - 18.999VF"),
    ClassValue::new("CRIMSON_I", "Crimson I", "19 - 19.249VF"),
    ClassValue::new("CRIMSON_II", "Crimson II", "19.25 - 19.499VF"),
    ClassValue::new("CRIMSON_III", "Crimson III", "19.5 - 19.749VF"),
    ClassValue::new("CRIMSON_IV", "Crimson IV", "19.75 - 19.999VF"),
    ClassValue::new("IMPERIAL_I", "Imperial I", "20 - 20.999VF"),
    ClassValue::new("IMPERIAL_II", "Imperial II", "21 - 21.999VF"),
    ClassValue::new("IMPERIAL_III", "Imperial III", "22 - 22.999VF"),
    ClassValue::new("IMPERIAL_IV", "Imperial IV", ">23VF"),
];
