//! MÚSECA. Source: `spec/games/museca.md`.

use smallvec::smallvec;

use super::common::{self, no_decimals, refuse_negative, refuse_outside, score_goal};
use crate::catalogue::Chart;
use crate::formula::{Args, Formula};
use crate::game::{
    Best, Bound, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig, GoalCharts, GoalFormat,
    Gpt, GptConfig, Merger, Metric, MetricKind, PbConfig, ProfileRating, RankKey, Refusal, ScoreRating, SessionRating,
    Version,
};
use crate::match_type::MatchType;
use crate::number::{compact, json, with_commas};
use crate::score::{MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Museca,
    name: "MÚSECA",
    edition: Edition::Arcade,
    gpts: &[Gpt::MusecaSingle],
    song_data: &[
        DataField::required("titleJP", DataKind::Text),
        DataField::required("artistJP", DataKind::Text),
        DataField::required("displayVersion", DataKind::Text),
    ],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::MusecaSingle,
    game: Game::Museca,
    playtype: "Single",
    v3: "museca",
    name: "MÚSECA",
    difficulties: &[Difficulty::new("Green", "G"), Difficulty::new("Yellow", "Y"), Difficulty::new("Red", "R")],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "Red",
    difficulty_groups: &[],
    versions: &[Version::new("1.5", "1 + 1/2"), Version::new("1.5-b", "1 + 1/2 Rev. B")],
    former_versions: &[],
    match_types: &[MatchType::SongTitle, MatchType::TachiSongId, MatchType::InGameId],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    default_metric: SCORE,
    default_enum: GRADE,
    old_members: &[],
    score_meta: &[],
    preferences: &[],
    derive: |data, _| Ok(smallvec![MetricValue::Enum(grade(data.number(SCORE))? as u8)]),
    validators: &[perfect_connect_all_is_a_million, full_combos_are_unbroken, clear_from_800k],
    score_ratings: &[ScoreRating {
        name: "curatorSkill",
        description: "The chart's level times the score.",
        calculate: |data, chart| curator_skill(data.number(SCORE), chart.level_num).map(Some),
        format: no_decimals,
    }],
    session_ratings: &[SessionRating::best_ten(
        "curatorSkill",
        "curatorSkill",
        "The mean of the best 10 curatorSkills.",
        no_decimals,
    )],
    profile_ratings: &[ProfileRating::best(
        "curatorSkill",
        ("curatorSkill", 20, Best::Sum),
        "The sum of the best 20 curatorSkills, as in the game.",
        no_decimals,
    )],
    default_score_rating: "curatorSkill",
    default_session_rating: "curatorSkill",
    default_profile_rating: "curatorSkill",
    classes: &[],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[Merger::largest("Best Lamp", &[LAMP])],
        rank: &[RankKey::largest(SCORE), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::Any),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| grade_delta(data.number(SCORE), data.index(GRADE), goal)),
    ],
    chart_label: common::standard_label,
    chart_data: &[DataField::required("inGameID", DataKind::Integer)],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

/// Enough for a clear.
const CLEAR_SCORE: f64 = 800_000.0;
const MAX_SCORE: f64 = 1_000_000.0;

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, MAX_SCORE))),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "CLEAR" }),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "優" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
];

const LAMPS: &[&str] = &["FAILED", "CLEAR", "CONNECT ALL", "PERFECT CONNECT ALL"];
const JUDGEMENTS: &[&str] = &["critical", "near", "miss"];
const GRADES: &[&str; 9] = &["没", "拙", "凡", "佳", "良", "優", "秀", "傑", "傑G"];
/// The lower bound of each grade.
const GRADE_BOUNDS: &[f64; 9] =
    &[0.0, 600_000.0, 700_000.0, CLEAR_SCORE, 850_000.0, 900_000.0, 950_000.0, 975_000.0, MAX_SCORE];

const SCORE: MetricIdx = metric(METRICS, "score");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");

const FAILED: usize = enum_value(METRICS, LAMP, "FAILED");
const CONNECT_ALL: usize = enum_value(METRICS, LAMP, "CONNECT ALL");
const PERFECT_CONNECT_ALL: usize = enum_value(METRICS, LAMP, "PERFECT CONNECT ALL");
const CRITICAL: usize = index_in(JUDGEMENTS, "critical");
const NEAR: usize = index_in(JUDGEMENTS, "near");
const MISS: usize = index_in(JUDGEMENTS, "miss");

/// The index of a score's grade.
///
/// # Errors
/// When the score is negative.
pub fn grade(score: f64) -> Result<usize, Refusal> {
    crate::grade::grade(GRADE_BOUNDS, score)
}

fn grade_delta(score: f64, has: usize, goal: usize) -> String {
    crate::grade::delta(GRADES, GRADE_BOUNDS, has, score, goal, compact)
}

// --- Validation -------------------------------------------------------------------------------------------------

fn perfect_connect_all_is_a_million(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::best_lamp_at_maximum(data, (LAMP, PERFECT_CONNECT_ALL), (SCORE, MAX_SCORE), with_commas)
}

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::broken_combo(data, LAMP, &[(PERFECT_CONNECT_ALL, CRITICAL), (CONNECT_ALL, NEAR)], MISS)
}

/// The lamp follows the score only: the conditions of the game's story mode are not looked at.
fn clear_from_800k(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::clear_from(data, (LAMP, FAILED), (SCORE, CLEAR_SCORE))
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The curatorSkill of a score: an integer, whatever the lamp.
///
/// # Errors
/// When the score is above 1,000,000 or below 0, or the level is below 0.
pub fn curator_skill(score: f64, level: f64) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    refuse_negative("level", level)?;
    Ok((level * (score / 10_000.0)).floor())
}

/// The least score for a curatorSkill.
///
/// # Errors
/// When it would have to be 1,000,000 or more: the skill of a perfect score is refused too.
pub fn score_for_curator_skill(skill: f64, level: f64) -> Result<f64, Refusal> {
    let score = (skill / level) * 10_000.0;
    if score < MAX_SCORE {
        Ok(score.ceil())
    } else {
        Err(Refusal::new("No score on this level gives that much skill."))
    }
}

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula { name: "MUSECA.grade", calculate: |args| Ok(GRADES[grade(args.number("score")?)?].into()) },
    Formula { name: "MUSECA.gradeGoal", calculate: |args| common::grade_goal(args, GRADES, grade_delta) },
    Formula {
        name: "CuratorSkill.calculate",
        calculate: |args| Ok(json(curator_skill(args.number("score")?, level(args)?)?)),
    },
    Formula {
        name: "CuratorSkill.inverse",
        calculate: |args| Ok(json(score_for_curator_skill(args.number("skill")?, level(args)?)?)),
    },
];

fn level(args: &Args<'_>) -> Result<f64, Refusal> {
    args.number("chartLevel")
}
