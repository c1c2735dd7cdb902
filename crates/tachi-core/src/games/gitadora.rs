//! GITADORA, guitar and drums. Source: `spec/games/gitadora.md`.

use smallvec::smallvec;

use super::common::{self, percent as percent_text, percent_goal, refuse_negative, refuse_outside, two_decimals};
use crate::formula::Formula;
use crate::game::{
    Best, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig, GoalCharts,
    GoalFormat, Gpt, GptConfig, Merger, Metric, MetricKind, PbConfig, ProfileRating, RankKey, Refusal, ScoreRating,
    SessionRating, Version,
};
use crate::grade;
use crate::match_type::MatchType;
use crate::number::json;
use crate::score::{MetricIdx, MetricValue, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Gitadora,
    name: "GITADORA",
    edition: Edition::Arcade,
    gpts: &[Gpt::GitadoraGita, Gpt::GitadoraDora],
    song_data: &[],
};

/// Guitar and bass.
pub static GITA: GptConfig = GptConfig {
    gpt: Gpt::GitadoraGita,
    playtype: "Gita",
    v3: "gitadora-gita",
    name: "GITADORA (Gita)",
    difficulties: &[
        Difficulty { id: "BASIC", short: "G-BSC", long: "Gita BASIC" },
        Difficulty { id: "ADVANCED", short: "G-ADV", long: "Gita ADVANCED" },
        Difficulty { id: "EXTREME", short: "G-EXT", long: "Gita EXTREME" },
        Difficulty { id: "MASTER", short: "G-MAS", long: "Gita MASTER" },
        Difficulty { id: "BASS BASIC", short: "B-BSC", long: "Gita BASS BASIC" },
        Difficulty { id: "BASS ADVANCED", short: "B-ADV", long: "Gita BASS ADVANCED" },
        Difficulty { id: "BASS EXTREME", short: "B-EXT", long: "Gita BASS EXTREME" },
        Difficulty { id: "BASS MASTER", short: "B-MAS", long: "Gita BASS MASTER" },
    ],
    ..SHARED
};

/// Drums.
pub static DORA: GptConfig = GptConfig {
    gpt: Gpt::GitadoraDora,
    playtype: "Dora",
    v3: "gitadora-dora",
    name: "GITADORA (Dora)",
    difficulties: &[
        Difficulty { id: "BASIC", short: "D-BSC", long: "Dora BASIC" },
        Difficulty { id: "ADVANCED", short: "D-ADV", long: "Dora ADVANCED" },
        Difficulty { id: "EXTREME", short: "D-EXT", long: "Dora EXTREME" },
        Difficulty { id: "MASTER", short: "D-MAS", long: "Dora MASTER" },
    ],
    ..SHARED
};

/// What both playtypes share.
const SHARED: GptConfig = GptConfig {
    gpt: Gpt::GitadoraGita,
    game: Game::Gitadora,
    playtype: "",
    v3: "",
    name: "",
    difficulties: &[],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "EXTREME",
    difficulty_groups: &[],
    versions: &[
        Version::new("konaste", "Konaste"),
        Version::new("fuzzUp", "FUZZ-UP"),
        Version::new("highVoltage", "HIGH-VOLTAGE"),
        Version::new("nextage", "NEX+AGE"),
        Version::new("exchain", "EXCHAIN"),
        Version::new("matixx", "Matixx"),
    ],
    former_versions: &[],
    match_types: &[MatchType::InGameId, MatchType::SongTitle, MatchType::TachiSongId],
    metrics: METRICS,
    judgements: &["perfect", "great", "good", "ok", "miss"],
    old_members: &[],
    default_metric: PERCENT,
    default_enum: GRADE,
    score_meta: &[],
    preferences: &[],
    derive: |data, _| Ok(smallvec![MetricValue::Enum(grade(data.number(PERCENT))? as u8)]),
    validators: &[],
    score_ratings: &[ScoreRating {
        name: "skill",
        description: "A fifth of the achievement rate times the level.",
        calculate: |data, chart| skill(data.number(PERCENT), chart.level_num).map(Some),
        format: two_decimals,
    }],
    session_ratings: &[SessionRating::best_ten("skill", "skill", "The mean of the best 10 skills.", two_decimals)],
    profile_ratings: &[ProfileRating::best(
        "naiveSkill",
        ("skill", 50, Best::Sum),
        "The sum of the best 50 skills, hot songs or not.",
        two_decimals,
    )],
    default_score_rating: "skill",
    default_session_rating: "skill",
    default_profile_rating: "naiveSkill",
    classes: &[ClassSet::derived("colour", "naiveSkill", COLOUR_BOUNDS, COLOURS).announced_with(50)],
    pb: PbConfig {
        base: "Best Percent",
        mergers: &[Merger::largest("Best Lamp", &[LAMP])],
        rank: &[RankKey::largest(PERCENT), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        percent_goal(PERCENT, GoalCharts::Any),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| {
            grade::delta(GRADES, GRADE_BOUNDS, data.index(GRADE), data.number(PERCENT), goal, percent_text)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[DataField::required("inGameID", DataKind::Integer)],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

/// The lamps, worst first.
const LAMPS: &[&str] = &["FAILED", "CLEAR", "FULL COMBO", "EXCELLENT"];

/// The grades, worst first.
const GRADES: &[&str] = &["C", "B", "A", "S", "SS", "MAX"];

/// The lower bound of each grade.
const GRADE_BOUNDS: &[f64] = &[0.0, 63.0, 73.0, 80.0, 95.0, 100.0];

const METRICS: &[Metric] = &[
    Metric::provided("percent", common::PERCENT),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "CLEAR" }),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
];

const PERCENT: MetricIdx = metric(METRICS, "percent");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");

/// The index of an achievement rate's grade.
///
/// # Errors
/// When the rate is negative.
pub fn grade(percent: f64) -> Result<usize, Refusal> {
    grade::grade(GRADE_BOUNDS, percent)
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The skill of an achievement rate, in hundredths: whatever double arithmetic loses is lost.
///
/// ```
/// use tachi_core::games::gitadora::skill;
/// assert_eq!(skill(100.0, 9.95), Ok(198.99));
/// ```
///
/// # Errors
/// When the rate is above 100 or negative, or the level is negative.
pub fn skill(percent: f64, level: f64) -> Result<f64, Refusal> {
    refuse_outside("achievement rate", percent, 100.0)?;
    refuse_negative("level", level)?;
    Ok(((percent * level) * 20.0).floor() / 100.0)
}

/// The achievement rate that a skill needs, unrounded.
///
/// # Errors
/// When the skill or the level is negative, or no achievement rate on that level reaches the skill.
pub fn inverse_skill(skill: f64, level: f64) -> Result<f64, Refusal> {
    refuse_negative("skill", skill)?;
    refuse_negative("level", level)?;
    let percent = (100.0 * skill) / (20.0 * level);
    // Level 0 with skill 0 gives NaN: every achievement rate makes that skill there, so none is the one needed.
    if percent <= 100.0 { Ok(percent) } else { Err(Refusal::new("No achievement rate on that level reaches it.")) }
}

// --- Classes ----------------------------------------------------------------------------------------------------

const COLOUR_BOUNDS: &[f64] = &[
    0.0, 1000.0, 1500.0, 2000.0, 2500.0, 3000.0, 3500.0, 4000.0, 4500.0, 5000.0, 5500.0, 6000.0, 6500.0, 7000.0,
    7500.0, 8000.0, 8500.0,
];
const COLOURS: &[ClassValue] = &[
    ClassValue::new("WHITE", "白", "White"),
    ClassValue::new("ORANGE", "橙", "Orange"),
    ClassValue::new("ORANGE_GRD", "橙グラ", "Orange Gradient"),
    ClassValue::new("YELLOW", "黄", "Yellow"),
    ClassValue::new("YELLOW_GRD", "黄グラ", "Yellow Gradient"),
    ClassValue::new("GREEN", "緑", "Green"),
    ClassValue::new("GREEN_GRD", "緑グラ", "Green Gradient"),
    ClassValue::new("BLUE", "青", "Blue"),
    ClassValue::new("BLUE_GRD", "青グラ", "Blue Gradient"),
    ClassValue::new("PURPLE", "紫", "Purple"),
    ClassValue::new("PURPLE_GRD", "紫グラ", "Purple Gradient"),
    ClassValue::new("RED", "赤", "Red"),
    ClassValue::new("RED_GRD", "赤グラ", "Red Gradient"),
    ClassValue::new("BRONZE", "銅", "Bronze"),
    ClassValue::new("SILVER", "銀", "Silver"),
    ClassValue::new("GOLD", "金", "Gold"),
    ClassValue::new("RAINBOW", "虹", "Rainbow"),
];

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula { name: "GITADORA.grade", calculate: |args| Ok(GRADES[grade(args.number("percent")?)?].into()) },
    Formula {
        name: "GITADORASkill.calculate",
        calculate: |args| Ok(json(skill(args.number("scorePercent")?, args.number("level")?)?)),
    },
    Formula {
        name: "GITADORASkill.inverse",
        calculate: |args| Ok(json(inverse_skill(args.number("skill")?, args.number("level")?)?)),
    },
];
