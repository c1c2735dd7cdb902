//! pop'n music with nine buttons. Source: `spec/games/popn.md`.

use smallvec::smallvec;

use super::common::{self, refuse_negative, refuse_outside, score_goal, two_decimals};
use crate::catalogue::Chart;
use crate::class;
use crate::formula::Formula;
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, Merger, MetaField, MetaKind, Metric, MetricKind, PbConfig, ProfileRating,
    RankKey, Refusal, ScoreRating, SessionRating, Version,
};
use crate::match_type::MatchType;
use crate::number::{compact, json, round};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Popn,
    name: "pop'n music",
    edition: Edition::Arcade,
    gpts: &[Gpt::Popn9b],
    song_data: &[
        DataField::nullable("displayVersion", DataKind::Text),
        DataField::required("genre", DataKind::Text),
        DataField::nullable("genreEN", DataKind::Text),
    ],
};

/// Nine buttons.
pub static P9B: GptConfig = GptConfig {
    gpt: Gpt::Popn9b,
    game: Game::Popn,
    playtype: "9B",
    v3: "popn",
    name: "pop'n music",
    difficulties: &[
        Difficulty::new("Easy", "E"),
        Difficulty::new("Normal", "N"),
        Difficulty::new("Hyper", "H"),
        Difficulty::new("EX", "EX"),
    ],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "EX",
    difficulty_groups: &[],
    versions: &[
        Version::new("peace", "peace"),
        Version::new("kaimei", "Kaimei Riddles"),
        Version::new("unilab", "Unilab"),
        Version::new("jamfizz", "Jam & Fizz"),
    ],
    former_versions: &[],
    match_types: &[MatchType::InGameId, MatchType::TachiSongId, MatchType::PopnChartHash],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    default_metric: SCORE,
    default_enum: LAMP,
    old_members: &[],
    score_meta: &[
        MetaField::nullable("hiSpeed", MetaKind::Number),
        MetaField::nullable("hidden", MetaKind::Number),
        MetaField::nullable("sudden", MetaKind::Number),
        MetaField::nullable("random", MetaKind::OneOf(&["MIRROR", "NONRAN", "RANDOM", "S-RANDOM"])),
        MetaField::nullable("gauge", MetaKind::OneOf(&["EASY", "NORMAL", "HARD", "DANGER"])),
    ],
    preferences: &[],
    derive,
    validators: &[full_combos_are_unbroken, counts_of_medal],
    score_ratings: &[ScoreRating {
        name: "classPoints",
        description: "The chart's level, with a part for the score and the clear.",
        calculate: |data, chart| class_points(data.number(SCORE), data.index(LAMP), chart.level_num).map(Some),
        format: two_decimals,
    }],
    session_ratings: &[SessionRating::best_ten(
        "classPoints",
        "classPoints",
        "The mean of the best 10 classPoints.",
        two_decimals,
    )],
    profile_ratings: &[ProfileRating::best(
        "naiveClassPoints",
        ("classPoints", 20, Best::Mean),
        "The mean of the best 20 classPoints; the game itself looks at recent plays.",
        two_decimals,
    )],
    default_score_rating: "classPoints",
    default_session_rating: "classPoints",
    default_profile_rating: "naiveClassPoints",
    classes: &[CLASS],
    pb: PbConfig {
        base: "Best Score",
        // The grade stays that of the best score, capped or not.
        mergers: &[Merger::largest("Best Clear", &[CLEAR_MEDAL, LAMP])],
        rank: &[RankKey::largest(SCORE), RankKey::largest(CLEAR_MEDAL)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::Any),
        GoalFormat::value(CLEAR_MEDAL),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| grade_delta(data.number(SCORE), data.index(GRADE), goal)),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("inGameID", DataKind::Integer),
        DataField::nullable("hashSHA256", DataKind::TextOrList),
    ],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const MAX_SCORE: f64 = 100_000.0;

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, MAX_SCORE))),
    Metric::provided("clearMedal", MetricKind::Enum { values: MEDALS, relevant_from: "clearCircle" }),
    Metric::derived("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "CLEAR" }),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
    common::GAUGE,
];

const MEDALS: &[&str; 11] = &[
    "failedCircle",
    "failedDiamond",
    "failedStar",
    "easyClear",
    "clearCircle",
    "clearDiamond",
    "clearStar",
    "fullComboCircle",
    "fullComboDiamond",
    "fullComboStar",
    "perfect",
];
/// The lamp of each medal.
const MEDAL_LAMPS: &[usize; 11] =
    &[FAILED, FAILED, FAILED, EASY_CLEAR, CLEAR, CLEAR, CLEAR, FULL_COMBO, FULL_COMBO, FULL_COMBO, PERFECT];
const LAMPS: &[&str] = &["FAILED", "EASY CLEAR", "CLEAR", "FULL COMBO", "PERFECT"];
const JUDGEMENTS: &[&str] = &["cool", "great", "good", "bad"];
const GRADES: &[&str; 8] = &["E", "D", "C", "B", "A", "AA", "AAA", "S"];
/// The lower bound of each grade.
const GRADE_BOUNDS: &[f64; 8] = &[0.0, 50_000.0, 62_000.0, 72_000.0, 82_000.0, 90_000.0, 95_000.0, 98_000.0];

const SCORE: MetricIdx = metric(METRICS, "score");
const CLEAR_MEDAL: MetricIdx = metric(METRICS, "clearMedal");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");

const FAILED: usize = index_in(LAMPS, "FAILED");
const EASY_CLEAR: usize = index_in(LAMPS, "EASY CLEAR");
const CLEAR: usize = index_in(LAMPS, "CLEAR");
const FULL_COMBO: usize = index_in(LAMPS, "FULL COMBO");
const PERFECT: usize = index_in(LAMPS, "PERFECT");
const A: usize = enum_value(METRICS, GRADE, "A");
const GREAT: usize = index_in(JUDGEMENTS, "great");
const GOOD: usize = index_in(JUDGEMENTS, "good");
const BAD: usize = index_in(JUDGEMENTS, "bad");

fn derive(data: &ScoreData, _chart: &Chart) -> Result<Derived, Refusal> {
    let lamp = lamp(data.index(CLEAR_MEDAL));
    let grade = grade(data.number(SCORE), lamp)?;
    Ok(smallvec![MetricValue::Enum(lamp as u8), MetricValue::Enum(grade as u8)])
}

/// The index of a medal's lamp.
#[must_use]
pub fn lamp(medal: usize) -> usize {
    MEDAL_LAMPS.get(medal).copied().unwrap_or(FAILED)
}

/// The index of a score's grade; a failed play gets an A at best.
///
/// # Errors
/// When the score is negative.
pub fn grade(score: f64, lamp: usize) -> Result<usize, Refusal> {
    let grade = crate::grade::grade(GRADE_BOUNDS, score)?;
    Ok(if lamp == FAILED { grade.min(A) } else { grade })
}

fn grade_delta(score: f64, has: usize, goal: usize) -> String {
    crate::grade::delta(GRADES, GRADE_BOUNDS, has, score, goal, compact)
}

// --- Validation -------------------------------------------------------------------------------------------------

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    const ALLOWS: &[(usize, usize)] = &[
        (index_in(MEDALS, "perfect"), GREAT),
        (index_in(MEDALS, "fullComboStar"), GOOD),
        (index_in(MEDALS, "fullComboDiamond"), GOOD),
        (index_in(MEDALS, "fullComboCircle"), GOOD),
    ];
    common::broken_combo(data, CLEAR_MEDAL, ALLOWS, BAD)
}

/// How many of a judgement a medal stands for.
struct MedalCount {
    medal: usize,
    judgement: usize,
    from: i64,
    to: i64,
}

/// The shape of a full combo's medal counts the goods, that of a clear's the bads. Those of failed plays say how full
/// the gauge was, which is not known.
const MEDAL_COUNTS: &[MedalCount] = &[
    MedalCount { medal: index_in(MEDALS, "fullComboStar"), judgement: GOOD, from: 1, to: 5 },
    MedalCount { medal: index_in(MEDALS, "fullComboDiamond"), judgement: GOOD, from: 6, to: 20 },
    MedalCount { medal: index_in(MEDALS, "fullComboCircle"), judgement: GOOD, from: 21, to: i64::MAX },
    MedalCount { medal: index_in(MEDALS, "clearStar"), judgement: BAD, from: 1, to: 5 },
    MedalCount { medal: index_in(MEDALS, "clearDiamond"), judgement: BAD, from: 6, to: 20 },
    MedalCount { medal: index_in(MEDALS, "clearCircle"), judgement: BAD, from: 21, to: i64::MAX },
];

/// Looked at only when goods and bads are both known.
fn counts_of_medal(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let (Some(_), Some(_)) = (data.judgement(GOOD), data.judgement(BAD)) else { return None };
    let medal = data.index(CLEAR_MEDAL);
    let MedalCount { judgement, from, to, .. } = *MEDAL_COUNTS.iter().find(|row| row.medal == medal)?;
    let count = data.judgement(judgement)?;
    let (medal, judgement) = (MEDALS[medal], JUDGEMENTS[judgement]);
    let expected = if to == i64::MAX { format!("at least {from}") } else { format!("{from} to {to}") };
    (count < from || count > to).then(|| format!("A {medal} must have {expected} {judgement}s, got {count}."))
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The class points of a score; `lamp` is the lamp's index. Scores up to 50,000 give none.
///
/// # Errors
/// When the score is below 0 or above 100,000, or the level is below 0.
pub fn class_points(score: f64, lamp: usize, level: f64) -> Result<f64, Refusal> {
    refuse_outside("score", score, MAX_SCORE)?;
    refuse_negative("level", level)?;
    Ok(if score <= 50_000.0 { 0.0 } else { (10_000.0 * level + score - 50_000.0 + bonus(lamp)) / 5440.0 })
}

/// The score that gives so many class points, to the nearest integer. It may be 50,000 or less, even negative, where
/// the clear alone gives more than is asked for.
///
/// # Errors
/// When the level is below 0, or the score would have to be above 100,000.
pub fn score_for_class_points(class_points: f64, lamp: usize, level: f64) -> Result<f64, Refusal> {
    refuse_negative("level", level)?;
    if class_points == 0.0 {
        return Ok(0.0);
    }
    let score = 5440.0 * class_points - 10_000.0 * level + 50_000.0 - bonus(lamp);
    if score > MAX_SCORE {
        return Err(Refusal::new("No score on this level gives that many class points."));
    }
    Ok(round(score))
}

fn bonus(lamp: usize) -> f64 {
    match lamp {
        FULL_COMBO.. => 5000.0,
        EASY_CLEAR..=CLEAR => 3000.0,
        _ => 0.0,
    }
}

// --- Classes ----------------------------------------------------------------------------------------------------

const CLASS: ClassSet = ClassSet::derived(
    "class",
    "naiveClassPoints",
    &[0.0, 21.0, 34.0, 46.0, 59.0, 68.0, 79.0, 91.0],
    &[
        ClassValue::new("KITTY", "にゃんこ", "Kitty"),
        ClassValue::new("STUDENT", "小学生", "Grade School Student"),
        ClassValue::new("DELINQUENT", "番長", "Delinquent"),
        ClassValue::new("DETECTIVE", "刑事", "Detective"),
        ClassValue::new("IDOL", "アイドル", "Idol"),
        ClassValue::new("GENERAL", "将軍", "General"),
        ClassValue::new("HERMIT", "仙人", "Hermit"),
        ClassValue::new("GOD", "神", "God"),
    ],
)
.announced_from("GOD");

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula { name: "POPN.lamp", calculate: |args| Ok(LAMPS[lamp(args.index("clearMedal", MEDALS)?)].into()) },
    Formula {
        name: "POPN.grade",
        calculate: |args| {
            let lamp = lamp(args.index("clearMedal", MEDALS)?);
            Ok(GRADES[grade(args.number("score")?, lamp)?].into())
        },
    },
    Formula { name: "POPN.gradeGoal", calculate: |args| common::grade_goal(args, GRADES, grade_delta) },
    Formula {
        name: "PopnClassPoints.calculate",
        calculate: |args| {
            let lamp = args.index("lamp", LAMPS)?;
            Ok(json(class_points(args.number("score")?, lamp, args.number("level")?)?))
        },
    },
    Formula {
        name: "PopnClassPoints.inverse",
        calculate: |args| {
            let lamp = args.index("lamp", LAMPS)?;
            Ok(json(score_for_class_points(args.number("classPoints")?, lamp, args.number("level")?)?))
        },
    },
    Formula { name: "POPN.class", calculate: |args| Ok(class::derive(&CLASS, args.optional_number("rating")).into()) },
];
