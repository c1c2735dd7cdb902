//! Arcaea. Source: `spec/games/arcaea.md`.

use smallvec::smallvec;

use super::common::{self, refuse_negative, score_goal, two_decimals};
use crate::catalogue::Chart;
use crate::formula::Formula;
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, Merger, Metric, MetricKind, PbConfig, ProfileRating, RankKey, Refusal,
    ScoreRating, SessionRating, Version,
};
use crate::grade;
use crate::match_type::MatchType;
use crate::number::{compact, json, round, to_text};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Arcaea,
    name: "Arcaea",
    edition: Edition::Home,
    gpts: &[Gpt::ArcaeaTouch],
    song_data: &[
        DataField::required("songPack", DataKind::Text),
        DataField::optional("displayVersion", DataKind::Text),
    ],
};

/// The touch screen.
pub static TOUCH: GptConfig = GptConfig {
    gpt: Gpt::ArcaeaTouch,
    game: Game::Arcaea,
    playtype: "Touch",
    v3: "arcaea",
    name: "Arcaea",
    difficulties: &[
        Difficulty::new("Past", "PST"),
        Difficulty::new("Present", "PRS"),
        Difficulty::new("Future", "FTR"),
        Difficulty::new("Eternal", "ETR"),
        Difficulty::new("Beyond", "BYD"),
    ],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "Future",
    difficulty_groups: &[],
    versions: &[Version::new("mobile", "Mobile"), Version::new("switch", "Nintendo Switch")],
    former_versions: &[],
    match_types: &[MatchType::InGameStrId, MatchType::SongTitle, MatchType::TachiSongId],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    default_metric: SCORE,
    default_enum: GRADE,
    old_members: &[],
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[
        pure_memory_is_ten_million,
        full_recall_is_five_million,
        full_combos_are_unbroken,
        shiny_pures_fit_the_pures,
        judgements_fit_the_chart,
    ],
    score_ratings: &[ScoreRating {
        name: "potential",
        description: "The chart's constant plus up to 2 for the score, as in the game.",
        calculate: |data, chart| {
            // A level of 0 is not known yet: such a chart has a rating, which is worth nothing.
            if chart.level_num <= 0.0 {
                return Ok(Some(0.0));
            }
            potential(data.number(SCORE), chart.level_num).map(Some)
        },
        format: two_decimals,
    }],
    session_ratings: &[SessionRating::best_ten(
        "naivePotential",
        "potential",
        "The mean of the best 10 potentials.",
        two_decimals,
    )],
    profile_ratings: &[ProfileRating::best(
        "naivePotential",
        ("potential", 30, Best::Mean),
        "The mean of the best 30 potentials; unlike in the game, recent scores do not count extra.",
        |value| two_decimals(round(value * 100.0) / 100.0),
    )],
    default_score_rating: "potential",
    default_session_rating: "naivePotential",
    default_profile_rating: "naivePotential",
    classes: &[
        ClassSet::derived("badge", "naivePotential", &[0.0, 3.5, 7.0, 10.0, 11.0, 12.0, 12.5, 13.0], BADGES)
            .announced_from("RED"),
        ClassSet::provided("courseBanner", COURSE_BANNERS),
    ],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[Merger::largest("Best Lamp", &[LAMP])],
        rank: &[RankKey::largest(SCORE), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::SeveralBelow(TEN_MILLION)),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| {
            grade::delta(GRADES, GRADE_BOUNDS, data.index(GRADE), data.number(SCORE), goal, compact)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("inGameStrID", DataKind::Text),
        DataField::optional("notecount", DataKind::Integer),
        DataField::optional("displayVersion", DataKind::Text),
    ],
    chart_numbers: CHART_NUMBERS,
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Chart(score_bound))),
    Metric::provided(
        "lamp",
        MetricKind::Enum {
            values: &["LOST", "EASY CLEAR", "CLEAR", "HARD CLEAR", "FULL RECALL", "PURE MEMORY"],
            relevant_from: "EASY CLEAR",
        },
    ),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "AA" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
];

const SCORE: MetricIdx = metric(METRICS, "score");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");

const FULL_RECALL: usize = enum_value(METRICS, LAMP, "FULL RECALL");
const PURE_MEMORY: usize = enum_value(METRICS, LAMP, "PURE MEMORY");

const GRADES: &[&str] = &["D", "C", "B", "A", "AA", "EX", "EX+"];
const GRADE_BOUNDS: &[f64] = &[0.0, 8_600_000.0, 8_900_000.0, 9_200_000.0, 9_500_000.0, 9_800_000.0, 9_900_000.0];

const JUDGEMENTS: &[&str] = &["pure", "far", "lost"];
const PURE: usize = index_in(JUDGEMENTS, "pure");
const FAR: usize = index_in(JUDGEMENTS, "far");
const LOST: usize = index_in(JUDGEMENTS, "lost");

const CHART_NUMBERS: &[&str] = &["notecount"];
const NOTECOUNT: usize = index_in(CHART_NUMBERS, "notecount");

/// What a chart is worth without the extra point of each shiny PURE.
const TEN_MILLION: f64 = 10_000_000.0;

/// The number of notes, where it is known.
fn notecount(chart: &Chart) -> Option<f64> {
    chart.number(NOTECOUNT).filter(|notecount| *notecount > 0.0)
}

fn score_bound(score: f64, chart: &Chart) -> Option<String> {
    let max = notecount(chart).map(|notecount| TEN_MILLION + notecount);
    match max {
        _ if score < 0.0 => Some("Score must be non-negative.".to_owned()),
        Some(max) if score > max => Some(format!("Score cannot exceed {} for this chart.", to_text(max))),
        _ => None,
    }
}

fn derive(data: &ScoreData, _chart: &Chart) -> Result<Derived, Refusal> {
    let grade = grade::grade(GRADE_BOUNDS, data.number(SCORE))?;
    Ok(smallvec![MetricValue::Enum(grade as u8)])
}

// --- Validation -------------------------------------------------------------------------------------------------

fn pure_memory_is_ten_million(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let score = data.number(SCORE);
    (data.index(LAMP) == PURE_MEMORY && score < TEN_MILLION)
        .then(|| format!("A PURE MEMORY has a score of at least 10 million, but got {}.", to_text(score)))
}

fn full_recall_is_five_million(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let score = data.number(SCORE);
    (data.index(LAMP) == FULL_RECALL && score < 5_000_000.0)
        .then(|| format!("A FULL RECALL has a score of at least 5 million, but got {}.", to_text(score)))
}

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::broken_combo(data, LAMP, &[(PURE_MEMORY, PURE), (FULL_RECALL, FAR)], LOST)
}

/// Every point of a PURE MEMORY beyond 10 million is a shiny PURE.
fn shiny_pures_fit_the_pures(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let (pure, shiny) = (data.judgement(PURE)?, data.number(SCORE) - TEN_MILLION);
    let all_pure = data.judgement_or_zero(FAR) + data.judgement_or_zero(LOST) == 0;
    (data.index(LAMP) == PURE_MEMORY && all_pure && shiny > pure as f64)
        .then(|| format!("A PURE MEMORY with {pure} pures cannot have a score of {}.", to_text(data.number(SCORE))))
}

fn judgements_fit_the_chart(data: &ScoreData, chart: &Chart) -> Option<String> {
    let notecount = notecount(chart)?;
    let count: i64 = [PURE, FAR, LOST].into_iter().map(|judgement| data.judgement_or_zero(judgement)).sum();
    (count as f64 > notecount)
        .then(|| format!("There are {count} judgements, but the chart has only {} notes.", to_text(notecount)))
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The potential of a score on a chart with that constant, never below 0.
///
/// # Errors
/// When the score or the constant is negative.
pub fn potential(score: f64, level: f64) -> Result<f64, Refusal> {
    refuse_negative("score", score)?;
    refuse_negative("level", level)?;
    let value = if score >= TEN_MILLION {
        level + 2.0
    } else if score >= 9_800_000.0 {
        level + 1.0 + (score - 9_800_000.0) / 200_000.0
    } else {
        level + (score - 9_500_000.0) / 300_000.0
    };
    Ok(value.max(0.0))
}

// --- Tables -----------------------------------------------------------------------------------------------------

const BADGES: &[ClassValue] = &[
    ClassValue::new("BLUE", "Blue", "0.00 - 3.49 Potential"),
    ClassValue::new("GREEN", "Green", "3.50 - 6.99 Potential"),
    ClassValue::new("ASH_PURPLE", "Ash Purple", "7.00 - 9.99 Potential"),
    ClassValue::new("PURPLE", "Purple", "10.00 - 10.99 Potential"),
    ClassValue::new("RED", "Red", "11.00 - 11.99 Potential"),
    ClassValue::new("ONE_STAR", "☆", "12.00 - 12.49 Potential"),
    ClassValue::new("TWO_STARS", "☆☆", "12.50 - 12.99 Potential"),
    ClassValue::new("THREE_STARS", "☆☆☆", ">=13.00 Potential"),
];

const COURSE_BANNERS: &[ClassValue] = &[
    ClassValue::new("PHASE_1", "Phase 1", "First Step in a New World"),
    ClassValue::new("PHASE_2", "Phase 2", "Swept up in a Heartbeat"),
    ClassValue::new("PHASE_3", "Phase 3", "Unceasing Spirit"),
    ClassValue::new("PHASE_4", "Phase 4", "The Eternal Realm of Light"),
    ClassValue::new("PHASE_5", "Phase 5", "The Brutality of Glass"),
    ClassValue::new("PHASE_6", "Phase 6", "In Grief and Great Delight"),
    ClassValue::new("PHASE_7", "Phase 7", "On Fate's Approach"),
    ClassValue::new("PHASE_8", "Phase 8", "The Disfigured Flow of Time"),
    ClassValue::new("PHASE_9", "Phase 9", "Ego's Demise"),
    ClassValue::new("PHASE_10", "Phase 10", "A Torrent of Light and Conflict"),
    ClassValue::new("PHASE_11", "Phase 11", "Radiant Genesis"),
    ClassValue::new("PHASE_12", "Phase 12", "Irruption of New Color"),
];

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[Formula {
    name: "Potential.calculate",
    calculate: |args| Ok(json(potential(args.number("score")?, args.number("internalChartLevel")?)?)),
}];
