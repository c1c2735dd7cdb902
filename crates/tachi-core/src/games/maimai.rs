//! maimai, up to FiNALE. Source: `spec/games/maimai.md`.

use smallvec::smallvec;

use super::common::{
    self, chart_bound, percent as percent_text, percent_goal, refuse_negative, refuse_outside, two_decimals,
};
use crate::catalogue::Chart;
use crate::formula::Formula;
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, Merger, Metric, MetricKind, PbConfig, ProfileRating, RankKey, Refusal,
    ScoreRating, SessionRating, Version,
};
use crate::grade;
use crate::match_type::MatchType;
use crate::number::{json, round, to_text};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Maimai,
    name: "maimai",
    edition: Edition::Arcade,
    gpts: &[Gpt::MaimaiSingle],
    song_data: &[
        DataField::required("titleJP", DataKind::Text),
        DataField::required("artistJP", DataKind::Text),
        DataField::required("displayVersion", DataKind::Text),
    ],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::MaimaiSingle,
    game: Game::Maimai,
    playtype: "Single",
    v3: "maimai",
    name: "maimai",
    difficulties: &[
        Difficulty::new("Easy", "ESY"),
        Difficulty::new("Basic", "BAS"),
        Difficulty::new("Advanced", "ADV"),
        Difficulty::new("Expert", "EXP"),
        Difficulty::new("Master", "MAS"),
        Difficulty::new("Re:Master", "Re:MAS"),
    ],
    difficulty_kind: DifficultyKind::FixedAndSpecial,
    default_difficulty: "Master",
    difficulty_groups: &[],
    versions: &[Version::new("finale", "FiNALE")],
    former_versions: &[],
    match_types: &[
        MatchType::GcmInGameIdSpecialChart,
        MatchType::SongTitle,
        MatchType::TachiSongId,
        MatchType::InGameId,
        MatchType::InGameStrId,
    ],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    old_members: &[],
    default_metric: PERCENT,
    default_enum: GRADE,
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[percent_is_possible, lamp_fits_grade, full_combos_are_unbroken],
    score_ratings: &[ScoreRating {
        name: "rate",
        description: "The value of the percent on the curve of the chart's level.",
        calculate: |data, chart| rate(data.number(PERCENT), max_percent(chart), chart.level_num).map(Some),
        format: two_decimals,
    }],
    session_ratings: &[SessionRating::best_ten("rate", "rate", "The mean of the best 10 rates.", two_decimals)],
    profile_ratings: &[ProfileRating::best(
        "naiveRate",
        ("rate", 30, Best::Mean),
        "The mean of the best 30 rates, without the recent plays that the game adds.",
        two_decimals,
    )],
    default_score_rating: "rate",
    default_session_rating: "rate",
    default_profile_rating: "naiveRate",
    classes: &[
        ClassSet::derived("colour", "naiveRate", COLOUR_BOUNDS, COLOURS).announced_with(30),
        ClassSet::provided("dan", DAN),
    ],
    pb: PbConfig {
        base: "Best Percent",
        mergers: &[Merger::largest("Best Lamp", &[LAMP])],
        rank: &[RankKey::largest(PERCENT), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        // Every chart allows 100 %; how much more depends on the chart.
        percent_goal(PERCENT, GoalCharts::SeveralBelow(100.0)),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| grade_delta(data.number(PERCENT), data.index(GRADE), goal)),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("inGameID", DataKind::Number),
        DataField::required("inGameStrID", DataKind::Text),
        DataField::required("maxPercent", DataKind::Number),
    ],
    chart_numbers: CHART_NUMBERS,
    chart_arrays: &[],
    recalculate_on: &["levelNum", "data.maxPercent"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = &[
    Metric::provided(
        "percent",
        MetricKind::Decimal(Bound::Chart(|value, chart| chart_bound("Percent", value, max_percent(chart)))),
    ),
    Metric::provided(
        "lamp",
        MetricKind::Enum {
            values: &["FAILED", "CLEAR", "FULL COMBO", "ALL PERFECT", "ALL PERFECT+"],
            relevant_from: "CLEAR",
        },
    ),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
];

const GRADES: &[&str] = &["F", "E", "D", "C", "B", "A", "AA", "AAA", "S", "S+", "SS", "SS+", "SSS", "SSS+"];

/// The lower bound of each grade. That of SSS+ only serves to measure distances: the grade itself is the maximum of
/// the chart.
const GRADE_BOUNDS: &[f64] =
    &[0.0, 10.0, 20.0, 40.0, 60.0, 80.0, 90.0, 94.0, 97.0, 98.0, 99.0, 99.5, 100.0, HIGHEST_PERCENT];

/// No chart allows more.
const HIGHEST_PERCENT: f64 = 104.0;

const PERCENT: MetricIdx = metric(METRICS, "percent");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");

const FULL_COMBO: usize = enum_value(METRICS, LAMP, "FULL COMBO");
const ALL_PERFECT: usize = enum_value(METRICS, LAMP, "ALL PERFECT");
const ALL_PERFECT_PLUS: usize = enum_value(METRICS, LAMP, "ALL PERFECT+");
const SSS: usize = index_in(GRADES, "SSS");
const SSS_PLUS: usize = index_in(GRADES, "SSS+");

const JUDGEMENTS: &[&str] = &["perfect", "great", "good", "miss"];
const PERFECT: usize = index_in(JUDGEMENTS, "perfect");
const GOOD: usize = index_in(JUDGEMENTS, "good");
const MISS: usize = index_in(JUDGEMENTS, "miss");

const CHART_NUMBERS: &[&str] = &["maxPercent"];
const MAX_PERCENT: usize = index_in(CHART_NUMBERS, "maxPercent");

fn max_percent(chart: &Chart) -> f64 {
    chart.number(MAX_PERCENT).unwrap_or(0.0)
}

fn derive(data: &ScoreData, chart: &Chart) -> Result<Derived, Refusal> {
    let grade = grade(data.number(PERCENT), max_percent(chart))?;
    Ok(smallvec![MetricValue::Enum(grade as u8)])
}

/// The index of the grade of a percent on a chart with that maximum.
///
/// # Errors
/// When the percent is negative.
pub fn grade(percent: f64, max: f64) -> Result<usize, Refusal> {
    if percent == max { Ok(SSS_PLUS) } else { grade::grade(&GRADE_BOUNDS[..SSS_PLUS], percent) }
}

// --- Validation -------------------------------------------------------------------------------------------------

fn percent_is_possible(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let percent = data.number(PERCENT);
    (percent > HIGHEST_PERCENT).then(|| format!("Percent cannot be greater than 104, got {}.", to_text(percent)))
}

fn lamp_fits_grade(data: &ScoreData, _chart: &Chart) -> Option<String> {
    match (data.index(LAMP), data.optional_index(GRADE)?) {
        (ALL_PERFECT_PLUS, SSS_PLUS) => None,
        (ALL_PERFECT_PLUS, _) => Some(format!("An ALL PERFECT+ must have the grade SSS+, got {}.", data.value(GRADE))),
        (_, SSS_PLUS) => {
            Some(format!("A score with the grade SSS+ must have the lamp ALL PERFECT+, got {}.", data.value(LAMP)))
        }
        _ => None,
    }
}

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::broken_combo(data, LAMP, &[(ALL_PERFECT, PERFECT), (FULL_COMBO, GOOD)], MISS)
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The rate of a percent on a chart with that maximum and level.
///
/// # Errors
/// When the percent is not possible on the chart, or the chart itself is not.
pub fn rate(percent: f64, max: f64, level: f64) -> Result<f64, Refusal> {
    refuse_outside("maximum", max, HIGHEST_PERCENT)?;
    refuse_outside("percent", percent, max)?;
    refuse_negative("level", level)?;

    let (percent, max, level) = (round(100.0 * percent), round(100.0 * max), round(10.0 * level));
    if percent <= 1000.0 {
        return Ok(0.0);
    }
    if percent == max {
        return Ok(curve(level, LAST) / 100.0);
    }
    // The last boundary is out of reach, and that of 0 is always reached.
    let from = RATE_FROM.iter().rposition(|from| percent >= *from).unwrap_or(0).min(LAST - 1);
    let percent = if from == LAST - 1 {
        // Between SSS and the maximum, the way to the chart's own maximum counts.
        (((percent - 10_000.0) / (max - 10_000.0)) * 10_000.0 + 10_000.0).floor()
    } else {
        percent
    };
    let (low, high) = (curve(level, from), curve(level, from + 1));
    if percent == RATE_FROM[from] {
        return Ok(low / 100.0);
    }
    let value = low + (high - low) * ((percent - RATE_FROM[from]) / (RATE_FROM[from + 1] - RATE_FROM[from]));
    Ok(value.floor() / 100.0)
}

/// The value of a level, in tenths, at a boundary: on the line through the values of the whole levels around it.
/// Levels above 15 continue the last line.
fn curve(level: f64, boundary: usize) -> f64 {
    let row = ((level / 10.0).floor() as usize).min(CURVES.len() - 2);
    let (low, high) = (f64::from(CURVES[row][boundary]), f64::from(CURVES[row + 1][boundary]));
    low + ((high - low) * (level - row as f64 * 10.0)) / 10.0
}

/// How far a percent is from a goal's grade.
///
/// A chart's way from SSS to SSS+ is its own, so with SSS+ as the goal an SSS says how much of that way is gone:
/// `SSS+0.20%` is SSS and 0.20 %.
#[must_use]
pub fn grade_delta(percent: f64, has: usize, goal: usize) -> String {
    match (has, goal) {
        (SSS_PLUS, _) => "SSS+".to_owned(),
        (SSS, SSS_PLUS) => format!("SSS+{}", percent_text(percent - 100.0)),
        _ => grade::delta(GRADES, GRADE_BOUNDS, has, percent, goal, percent_text),
    }
}

// --- Tables -----------------------------------------------------------------------------------------------------

/// The last boundary: the maximum.
const LAST: usize = RATE_FROM.len() - 1;

/// The boundaries between which a rate runs, in hundredths of a percent: F to AAA, then S, SS and SSS each after the
/// last percent below, then the maximum.
const RATE_FROM: [f64; 15] = [
    0.0, 1000.0, 2000.0, 4000.0, 6000.0, 8000.0, 9000.0, 9400.0, 9699.0, 9700.0, 9899.0, 9900.0, 9999.0, 10_000.0,
    20_000.0,
];

/// A hundred times the rate at each boundary, for the levels 0 to 15.
const CURVES: [[u16; 15]; 16] = [
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 10, 20, 40, 100, 150, 250, 400, 400, 500, 550, 650, 700, 800],
    [0, 0, 20, 40, 80, 200, 250, 300, 450, 450, 550, 600, 700, 750, 850],
    [0, 0, 30, 60, 120, 300, 350, 400, 500, 500, 600, 650, 750, 800, 900],
    [0, 0, 40, 80, 160, 350, 400, 450, 550, 550, 650, 700, 800, 850, 950],
    [0, 0, 50, 100, 200, 400, 500, 550, 600, 600, 700, 750, 850, 900, 1000],
    [0, 0, 60, 120, 240, 450, 550, 600, 650, 650, 750, 800, 900, 950, 1050],
    [0, 0, 70, 140, 280, 500, 600, 700, 725, 750, 875, 900, 975, 1000, 1100],
    [0, 0, 80, 160, 320, 550, 650, 725, 750, 800, 925, 950, 1025, 1050, 1150],
    [0, 0, 90, 180, 360, 600, 700, 750, 800, 900, 1025, 1050, 1125, 1150, 1250],
    [0, 0, 100, 200, 400, 700, 800, 850, 900, 1000, 1125, 1150, 1225, 1250, 1350],
    [0, 0, 110, 220, 440, 800, 900, 950, 1000, 1100, 1175, 1200, 1275, 1300, 1400],
    [0, 0, 120, 240, 480, 900, 1000, 1050, 1100, 1200, 1275, 1300, 1375, 1400, 1500],
    [0, 0, 130, 260, 520, 1000, 1100, 1150, 1250, 1350, 1475, 1500, 1575, 1600, 1700],
    [0, 0, 140, 280, 560, 1100, 1200, 1250, 1400, 1500, 1675, 1700, 1775, 1800, 1900],
    [0, 0, 150, 300, 600, 1200, 1300, 1350, 1550, 1650, 1875, 1900, 1975, 2000, 2100],
];

const COLOURS: &[ClassValue] = &[
    ClassValue::new("WHITE", "White", "0 - 1.99 Rating"),
    ClassValue::new("BLUE", "Blue", "2 - 3.99 Rating"),
    ClassValue::new("GREEN", "Green", "4 - 6.99 Rating"),
    ClassValue::new("YELLOW", "Yellow", "7 - 9.99 Rating"),
    ClassValue::new("RED", "Red", "10 - 11.99 Rating"),
    ClassValue::new("PURPLE", "Purple", "12 - 12.99 Rating"),
    ClassValue::new("BRONZE", "Bronze", "13 - 13.99 Rating"),
    ClassValue::new("SILVER", "Silver", "14 - 14.49 Rating"),
    ClassValue::new("GOLD", "Gold", "14.5 - 14.99 Rating"),
    ClassValue::new("RAINBOW", "Rainbow", ">=15 Rating"),
];
const COLOUR_BOUNDS: &[f64] = &[0.0, 2.0, 4.0, 7.0, 10.0, 12.0, 13.0, 14.0, 14.5, 15.0];

/// The dans of maimai and maimai DX: those both have, and what each has between and after them.
macro_rules! dans {
    (between: [$($between:expr),*], after: [$($after:expr),*]) => {
        &[
            ClassValue::new("DAN_1", "初段", "1st Dan"),
            ClassValue::new("DAN_2", "二段", "2nd Dan"),
            ClassValue::new("DAN_3", "三段", "3rd Dan"),
            ClassValue::new("DAN_4", "四段", "4th Dan"),
            ClassValue::new("DAN_5", "五段", "5th Dan"),
            ClassValue::new("DAN_6", "六段", "6th Dan"),
            ClassValue::new("DAN_7", "七段", "7th Dan"),
            ClassValue::new("DAN_8", "八段", "8th Dan"),
            ClassValue::new("DAN_9", "九段", "9th Dan"),
            ClassValue::new("DAN_10", "十段", "10th Dan"),
            $($between,)*
            ClassValue::new("SHINDAN_1", "真初段", "1st Shindan"),
            ClassValue::new("SHINDAN_2", "真二段", "2nd Shindan"),
            ClassValue::new("SHINDAN_3", "真三段", "3rd Shindan"),
            ClassValue::new("SHINDAN_4", "真四段", "4th Shindan"),
            ClassValue::new("SHINDAN_5", "真五段", "5th Shindan"),
            ClassValue::new("SHINDAN_6", "真六段", "6th Shindan"),
            ClassValue::new("SHINDAN_7", "真七段", "7th Shindan"),
            ClassValue::new("SHINDAN_8", "真八段", "8th Shindan"),
            ClassValue::new("SHINDAN_9", "真九段", "9th Shindan"),
            ClassValue::new("SHINDAN_10", "真十段", "10th Shindan"),
            ClassValue::new("SHINKAIDEN", "真皆伝", "Shinkaiden"),
            $($after,)*
        ]
    };
}
pub(super) use dans;

const DAN: &[ClassValue] = dans!(between: [ClassValue::new("KAIDEN", "皆伝", "Kaiden")], after: []);

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[Formula {
    name: "MaimaiRate.calculate",
    calculate: |args| {
        let (percent, max) = (args.number("score")?, args.number("maxScore")?);
        Ok(json(rate(percent, max, args.number("internalChartLevel")?)?))
    },
}];
