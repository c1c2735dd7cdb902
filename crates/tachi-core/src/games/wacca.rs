//! WACCA. Source: `spec/games/wacca.md`.

use serde_json::Value;
use smallvec::smallvec;

use super::common::{self, refuse_negative, refuse_outside, score_goal, two_decimals};
use crate::catalogue::Chart;
use crate::formula::{Args, Formula};
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, Merger, MetaField, MetaKind, Metric, MetricKind, PbConfig, ProfileRating,
    RankKey, Refusal, ScoreRating, SessionRating, Version,
};
use crate::match_type::MatchType;
use crate::number::{compact, json, round, with_commas};
use crate::score::{MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Wacca,
    name: "WACCA",
    edition: Edition::Arcade,
    gpts: &[Gpt::WaccaSingle],
    song_data: &[DataField::required("genre", DataKind::Text), DataField::nullable("displayVersion", DataKind::Text)],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::WaccaSingle,
    game: Game::Wacca,
    playtype: "Single",
    v3: "wacca",
    name: "WACCA",
    difficulties: &[
        Difficulty::new("NORMAL", "NRM"),
        Difficulty::new("HARD", "HRD"),
        Difficulty::new("EXPERT", "EXP"),
        Difficulty::new("INFERNO", "INF"),
    ],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "EXPERT",
    difficulty_groups: &[],
    versions: &[Version::new("reverse", "REVERSE"), Version::new("plus", "PLUS")],
    former_versions: &[],
    match_types: &[MatchType::SongTitle, MatchType::TachiSongId, MatchType::InGameId],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    default_metric: SCORE,
    default_enum: GRADE,
    old_members: &[],
    score_meta: &[MetaField::new("mirror", MetaKind::Bool)],
    preferences: &[],
    derive: |data, _| Ok(smallvec![MetricValue::Enum(grade(data.number(SCORE))? as u8)]),
    validators: &[all_marvelous_is_a_million, few_misses, all_marvelous_is_unbroken],
    score_ratings: &[ScoreRating {
        name: "rate",
        description: "The chart's level times what the score is worth.",
        calculate: |data, chart| rate(data.number(SCORE), chart.level_num).map(Some),
        format: two_decimals,
    }],
    session_ratings: &[SessionRating::best_ten("rate", "rate", "The mean of the best 10 rates.", two_decimals)],
    profile_ratings: &[ProfileRating::best(
        "naiveRate",
        ("rate", 50, Best::Sum),
        "The sum of the best 50 rates, old songs and new ones alike.",
        two_decimals,
    )],
    default_score_rating: "rate",
    default_session_rating: "rate",
    default_profile_rating: "naiveRate",
    classes: &[
        ClassSet::derived("colour", "naiveRate", COLOUR_BOUNDS, COLOURS).announced_from("RAINBOW"),
        ClassSet::provided("stageUp", STAGES),
    ],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[Merger::largest("Best Lamp", &[LAMP])],
        rank: &[RankKey::largest(SCORE), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::Any),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| {
            let (score, has) = (data.number(SCORE), data.index(GRADE));
            crate::grade::delta(GRADES, GRADE_BOUNDS, has, score, goal, compact)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[DataField::required("inGameID", DataKind::Integer)],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const MAX_SCORE: f64 = 1_000_000.0;

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, MAX_SCORE))),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "CLEAR" }),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "S" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
];

const LAMPS: &[&str] = &["FAILED", "CLEAR", "MISSLESS", "FULL COMBO", "ALL MARVELOUS"];
const JUDGEMENTS: &[&str] = &["marvelous", "great", "good", "miss"];
const GRADES: &[&str; 13] = &["D", "C", "B", "A", "AA", "AAA", "S", "S+", "SS", "SS+", "SSS", "SSS+", "MASTER"];
/// The lower bound of each grade. B really starts at 300,100.
const GRADE_BOUNDS: &[f64; 13] = &[
    0.0, 1.0, 300_100.0, 700_000.0, 800_000.0, 850_000.0, 900_000.0, 930_000.0, 950_000.0, 970_000.0, 980_000.0,
    990_000.0, MAX_SCORE,
];

const SCORE: MetricIdx = metric(METRICS, "score");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");

const MISSLESS: usize = enum_value(METRICS, LAMP, "MISSLESS");
const FULL_COMBO: usize = enum_value(METRICS, LAMP, "FULL COMBO");
const ALL_MARVELOUS: usize = enum_value(METRICS, LAMP, "ALL MARVELOUS");
const MARVELOUS: usize = index_in(JUDGEMENTS, "marvelous");
const GOOD: usize = index_in(JUDGEMENTS, "good");
const MISS: usize = index_in(JUDGEMENTS, "miss");

/// The index of a score's grade.
///
/// # Errors
/// When the score is negative.
pub fn grade(score: f64) -> Result<usize, Refusal> {
    crate::grade::grade(GRADE_BOUNDS, score)
}

// --- Validation -------------------------------------------------------------------------------------------------

fn all_marvelous_is_a_million(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::best_lamp_at_maximum(data, (LAMP, ALL_MARVELOUS), (SCORE, MAX_SCORE), with_commas)
}

fn few_misses(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let miss = data.judgement_or_zero(MISS);
    if data.index(LAMP) == MISSLESS && miss > 5 {
        return Some(format!("A MISSLESS cannot have more than 5 misses (miss {miss})."));
    }
    common::broken_combo(data, LAMP, &[(FULL_COMBO, GOOD)], MISS)
}

fn all_marvelous_is_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::broken_combo(data, LAMP, &[(ALL_MARVELOUS, MARVELOUS)], MISS)
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The least score of a step, and what a level is multiplied with there.
type Step = (f64, f64);

/// The steps from 950,000 on, best first.
const STEPS: &[Step] = &[(990_000.0, 4.0), (980_000.0, 3.75), (970_000.0, 3.5), (960_000.0, 3.25), (950_000.0, 3.0)];
/// The same of WACCA Plus, which are finer.
const PLUS_STEPS: &[Step] = &[
    (995_000.0, 4.05),
    (994_000.0, 4.04),
    (993_000.0, 4.03),
    (992_000.0, 4.02),
    (991_000.0, 4.01),
    (990_000.0, 4.0),
    (985_000.0, 3.875),
    (980_000.0, 3.75),
    (975_000.0, 3.625),
    (970_000.0, 3.5),
    (965_000.0, 3.375),
    (960_000.0, 3.25),
    (955_000.0, 3.125),
    (950_000.0, 3.0),
];
/// The steps below 950,000 of both.
const LOWER_STEPS: &[Step] = &[(940_000.0, 2.75), (920_000.0, 2.5), (900_000.0, 2.0), (850_000.0, 1.5), (0.0, 1.0)];

/// The rate of a score.
///
/// # Errors
/// When the score is above 1,000,000 or below 0, or the level is below 0.
pub fn rate(score: f64, level: f64) -> Result<f64, Refusal> {
    rate_by(STEPS, score, level)
}

/// The rate of a score as WACCA Plus calculates it.
///
/// # Errors
/// When the score is above 1,000,000 or below 0, or the level is below 0.
pub fn rate_plus(score: f64, level: f64) -> Result<f64, Refusal> {
    rate_by(PLUS_STEPS, score, level)
}

/// The least score for a rate.
///
/// # Errors
/// When the level is below 0 or no score gives that rate.
pub fn score_for_rate(rate: f64, level: f64) -> Result<f64, Refusal> {
    score_by(STEPS, rate, level)
}

/// The least score for a rate of WACCA Plus.
///
/// # Errors
/// When the level is below 0 or no score gives that rate.
pub fn score_for_rate_plus(rate: f64, level: f64) -> Result<f64, Refusal> {
    score_by(PLUS_STEPS, rate, level)
}

fn rate_by(upper: &[Step], score: f64, level: f64) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    refuse_negative("level", level)?;
    let reached = upper.iter().chain(LOWER_STEPS).find(|(from, _)| score >= *from);
    let (_, worth) = reached.ok_or_else(|| Refusal::new("The score is not a number."))?;
    Ok(round(worth * level * 1000.0) / 1000.0)
}

fn score_by(upper: &[Step], rate: f64, level: f64) -> Result<f64, Refusal> {
    refuse_negative("level", level)?;
    let needed = round(rate / level * 10_000.0) / 10_000.0;
    // A rate of 0 on level 0 needs NaN, which the lowest step has to do for.
    if needed.is_nan() {
        return Ok(0.0);
    }
    let enough = LOWER_STEPS.iter().rev().chain(upper.iter().rev()).find(|(_, worth)| *worth >= needed);
    enough.map(|(from, _)| *from).ok_or_else(|| Refusal::new("No score on this level gives that rate."))
}

// --- Classes ----------------------------------------------------------------------------------------------------

const COLOURS: &[ClassValue] = &[
    ClassValue::new("ASH", "Ash", ""),
    ClassValue::new("NAVY", "Navy", ""),
    ClassValue::new("YELLOW", "Yellow", ""),
    ClassValue::new("RED", "Red", ""),
    ClassValue::new("PURPLE", "Purple", ""),
    ClassValue::new("BLUE", "Blue", ""),
    ClassValue::new("SILVER", "Silver", ""),
    ClassValue::new("GOLD", "Gold", ""),
    ClassValue::new("RAINBOW", "Rainbow", ""),
];
const COLOUR_BOUNDS: &[f64] = &[0.0, 300.0, 600.0, 1000.0, 1300.0, 1600.0, 1900.0, 2200.0, 2500.0];

const STAGES: &[ClassValue] = &[
    stage("I"),
    stage("II"),
    stage("III"),
    stage("IV"),
    stage("V"),
    stage("VI"),
    stage("VII"),
    stage("VIII"),
    stage("IX"),
    stage("X"),
    stage("XI"),
    stage("XII"),
    stage("XIII"),
    stage("XIV"),
];

const fn stage(id: &'static str) -> ClassValue {
    ClassValue::new(id, id, "")
}

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula { name: "WACCARate.calculate", calculate: |args| on_level(args, "score", rate) },
    Formula { name: "WACCARate.calculatePlus", calculate: |args| on_level(args, "score", rate_plus) },
    Formula { name: "WACCARate.inverse", calculate: |args| on_level(args, "rate", score_for_rate) },
    Formula { name: "WACCARate.inversePlus", calculate: |args| on_level(args, "rate", score_for_rate_plus) },
];

fn on_level(args: &Args<'_>, name: &str, formula: fn(f64, f64) -> Result<f64, Refusal>) -> Result<Value, Refusal> {
    Ok(json(formula(args.number(name)?, args.number("internalChartLevel")?)?))
}
