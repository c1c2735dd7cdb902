//! maimai DX. Source: `spec/games/maimaidx.md`.

use smallvec::smallvec;

use super::common::{self, no_decimals, refuse_negative, refuse_outside};
use super::maimai::dans;
use crate::catalogue::Chart;
use crate::formula::Formula;
use crate::game::{
    Best, Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, GraphBound, Merger, Metric, MetricKind, PbConfig, ProfileRating, RankKey,
    Refusal, ScoreRating, SessionRating, Version,
};
use crate::grade;
use crate::match_type::MatchType;
use crate::number::{json, round, to_fixed, to_text};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Maimaidx,
    name: "maimai DX",
    edition: Edition::Arcade,
    gpts: &[Gpt::MaimaidxSingle],
    song_data: &[DataField::required("genre", DataKind::Text), DataField::optional("duration", DataKind::Number)],
};

/// The only playtype.
pub static SINGLE: GptConfig = GptConfig {
    gpt: Gpt::MaimaidxSingle,
    game: Game::Maimaidx,
    playtype: "Single",
    v3: "maimaidx",
    name: "maimai DX",
    difficulties: &[
        Difficulty::new("Basic", "BAS"),
        Difficulty::new("Advanced", "ADV"),
        Difficulty::new("Expert", "EXP"),
        Difficulty::new("Master", "MAS"),
        Difficulty::new("Re:Master", "Re:MAS"),
        Difficulty::new("DX Basic", "DX BAS"),
        Difficulty::new("DX Advanced", "DX ADV"),
        Difficulty::new("DX Expert", "DX EXP"),
        Difficulty::new("DX Master", "DX MAS"),
        Difficulty::new("DX Re:Master", "DX Re:MAS"),
    ],
    difficulty_kind: DifficultyKind::FixedAndSpecial,
    default_difficulty: "Master",
    difficulty_groups: &[],
    versions: &[
        Version::new("universeplus", "UNiVERSE PLUS"),
        Version::new("festival", "FESTiVAL"),
        Version::new("festivalplus", "FESTiVAL PLUS"),
        Version::new("buddies", "BUDDiES"),
        Version::new("buddies-omni", "BUDDiES Omnimix"),
        Version::new("buddiesplus", "BUDDiES PLUS"),
        Version::new("buddiesplus-omni", "BUDDiES PLUS Omnimix"),
        Version::new("prism", "PRiSM"),
        Version::new("prism-omni", "PRiSM Omnimix"),
        Version::new("prismplus", "PRiSM PLUS"),
        Version::new("prismplus-omni", "PRiSM PLUS Omnimix"),
        Version::new("circle", "CiRCLE"),
    ],
    former_versions: &[],
    match_types: &[
        MatchType::GcmInGameIdSpecialChart,
        MatchType::SongTitle,
        MatchType::TachiSongId,
        MatchType::InGameId,
    ],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    old_members: &[],
    default_metric: PERCENT,
    default_enum: GRADE,
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[lamp_fits_percent, full_combos_are_unbroken, combo_fits_judgements],
    score_ratings: &[ScoreRating {
        name: "rate",
        description: "The chart's level times the percent and its coefficient, and 1 more for an ALL PERFECT.",
        calculate: |data, chart| rate(data.number(PERCENT), chart.level_num, data.optional_index(LAMP)).map(Some),
        format: no_decimals,
    }],
    session_ratings: &[SessionRating::best_ten("rate", "rate", "The mean of the best 10 rates.", no_decimals)],
    profile_ratings: &[ProfileRating::best(
        "naiveRate",
        ("rate", 50, Best::Sum),
        "The sum of the best 50 rates, whichever version the charts are from.",
        no_decimals,
    )],
    default_score_rating: "rate",
    default_session_rating: "rate",
    default_profile_rating: "naiveRate",
    classes: &[
        ClassSet::derived("colour", "naiveRate", COLOUR_BOUNDS, COLOURS).announced_from("BRONZE"),
        ClassSet::provided("dan", DAN),
        ClassSet::provided("matchingClass", MATCHING_CLASSES),
    ],
    pb: PbConfig {
        base: "Best Percent",
        mergers: &[Merger::largest("Best Lamp", &[LAMP])],
        rank: &[RankKey::largest(PERCENT), RankKey::largest(LAMP)],
        bucket: |_, _, _| 0,
    },
    goals: &[
        GoalFormat::number(PERCENT, |value| format!("Get {} on", percent_text(value)), percent_text, GoalCharts::Any),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| {
            grade::delta(GRADES, GRADE_BOUNDS, data.index(GRADE), data.number(PERCENT), goal, percent_text)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("displayVersion", DataKind::Text),
        DataField::nullable("inGameID", DataKind::Integer),
    ],
    chart_numbers: &[],
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = &[
    Metric::provided("percent", MetricKind::Decimal(Bound::Between(0.0, MAX_PERCENT))),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "CLEAR" }),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "A" }),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
    Metric::optional("percentGraph", MetricKind::NullableGraph(GraphBound::between(0.0, MAX_PERCENT))),
    Metric::optional("lifeGraph", MetricKind::NullableGraph(GraphBound::between(0.0, 999.0))),
];

const MAX_PERCENT: f64 = 101.0;
const LAMPS: &[&str] = &["FAILED", "CLEAR", "FULL COMBO", "FULL COMBO+", "ALL PERFECT", "ALL PERFECT+"];

const GRADES: &[&str] = &["D", "C", "B", "BB", "BBB", "A", "AA", "AAA", "S", "S+", "SS", "SS+", "SSS", "SSS+"];

/// The lower bound of each grade.
const GRADE_BOUNDS: &[f64] = &[0.0, 50.0, 60.0, 70.0, 75.0, 80.0, 90.0, 94.0, 97.0, 98.0, 99.0, 99.5, 100.0, 100.5];

const PERCENT: MetricIdx = metric(METRICS, "percent");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");
const MAX_COMBO: MetricIdx = metric(METRICS, "maxCombo");

const FAILED: usize = index_in(LAMPS, "FAILED");
const CLEAR: usize = index_in(LAMPS, "CLEAR");
const FULL_COMBO: usize = index_in(LAMPS, "FULL COMBO");
const FULL_COMBO_PLUS: usize = index_in(LAMPS, "FULL COMBO+");
const ALL_PERFECT: usize = index_in(LAMPS, "ALL PERFECT");
const ALL_PERFECT_PLUS: usize = index_in(LAMPS, "ALL PERFECT+");

const JUDGEMENTS: &[&str] = &["pcrit", "perfect", "great", "good", "miss"];
const PERFECT: usize = index_in(JUDGEMENTS, "perfect");
const GREAT: usize = index_in(JUDGEMENTS, "great");
const GOOD: usize = index_in(JUDGEMENTS, "good");
const MISS: usize = index_in(JUDGEMENTS, "miss");

fn derive(data: &ScoreData, _chart: &Chart) -> Result<Derived, Refusal> {
    let grade = grade::grade(GRADE_BOUNDS, data.number(PERCENT))?;
    Ok(smallvec![MetricValue::Enum(grade as u8)])
}

// --- Validation -------------------------------------------------------------------------------------------------

fn lamp_fits_percent(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let lamp = (LAMP, ALL_PERFECT_PLUS);
    common::best_lamp_at_maximum(data, lamp, (PERCENT, MAX_PERCENT), to_text).or_else(|| {
        let percent = data.number(PERCENT);
        let shown = to_text(percent);
        match data.index(LAMP) {
            ALL_PERFECT if percent < 100.5 => {
                Some(format!("A percent of {shown} is too low for an ALL PERFECT, which is at least 100.5."))
            }
            CLEAR if percent < 80.0 => {
                Some(format!("A percent of {shown} is too low for a CLEAR, which is at least 80."))
            }
            FAILED if percent >= 80.0 => Some(format!("A FAILED score must have a percent below 80, got {shown}.")),
            _ => None,
        }
    })
}

/// Looked at only when all counts that could break a combo are known.
fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    const ALLOWS: &[(usize, usize)] =
        &[(ALL_PERFECT_PLUS, PERFECT), (ALL_PERFECT, PERFECT), (FULL_COMBO_PLUS, GREAT), (FULL_COMBO, GOOD)];
    let known = (GREAT..=MISS).all(|judgement| data.judgement(judgement).is_some());
    if known { common::broken_combo(data, LAMP, ALLOWS, MISS) } else { None }
}

fn combo_fits_judgements(data: &ScoreData, _chart: &Chart) -> Option<String> {
    common::combo_of_all(data, LAMP, CLEAR, MAX_COMBO)
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The rate of a percent on a chart of that level; `lamp` is the index of the lamp, if known.
///
/// # Errors
/// When the percent is out of bounds, the level is negative, or the lamp does not fit the percent.
pub fn rate(percent: f64, level: f64, lamp: Option<usize>) -> Result<f64, Refusal> {
    refuse_outside("percent", percent, MAX_PERCENT)?;
    refuse_negative("level", level)?;
    match lamp {
        Some(ALL_PERFECT_PLUS) if percent != MAX_PERCENT => {
            return Err(Refusal::new("An ALL PERFECT+ is a percent of 101."));
        }
        Some(FAILED..ALL_PERFECT_PLUS) if percent == MAX_PERCENT => {
            return Err(Refusal::new("A percent of 101 is an ALL PERFECT+."));
        }
        Some(ALL_PERFECT) if percent < 100.0 => {
            return Err(Refusal::new("An ALL PERFECT is a percent of at least 100."));
        }
        Some(FAILED) if percent >= 80.0 => return Err(Refusal::new("A FAILED score has a percent below 80.")),
        Some(CLEAR) if percent < 80.0 => return Err(Refusal::new("A CLEAR is a percent of at least 80.")),
        _ => {}
    }
    // Whole numbers, whose product is exact.
    let percent = (round(percent * 10_000.0) as i64).min(1_005_000);
    let level = round(10.0 * level) as i64;
    let coefficient = COEFFICIENTS.iter().find(|(from, _)| percent >= *from).map_or(0, |(_, coefficient)| *coefficient);
    let bonus = i64::from(matches!(lamp, Some(ALL_PERFECT | ALL_PERFECT_PLUS)));
    Ok((percent * coefficient * level / 100_000_000 + bonus) as f64)
}

/// `98.2300%`
fn percent_text(value: f64) -> String {
    format!("{}%", to_fixed(value, 4))
}

// --- Tables -----------------------------------------------------------------------------------------------------

/// From which percent, in units of 0.0001, which coefficient counts.
const COEFFICIENTS: &[(i64, i64)] = &[
    (1_005_000, 224),
    (1_004_999, 222),
    (1_000_000, 216),
    (999_999, 214),
    (995_000, 211),
    (990_000, 208),
    (989_999, 206),
    (980_000, 203),
    (970_000, 200),
    (969_999, 176),
    (940_000, 168),
    (900_000, 152),
    (800_000, 136),
    (799_999, 128),
    (750_000, 120),
    (700_000, 112),
    (600_000, 96),
    (500_000, 80),
    (400_000, 64),
    (300_000, 48),
    (200_000, 32),
    (100_000, 16),
];

const COLOURS: &[ClassValue] = &[
    ClassValue::new("WHITE", "白", "White: 0 - 999 Rating"),
    ClassValue::new("BLUE", "青", "Blue: 1000 - 1999 Rating"),
    ClassValue::new("GREEN", "緑", "Green: 2000 - 3999 Rating"),
    ClassValue::new("YELLOW", "黄", "Yellow: 4000 - 6999 Rating"),
    ClassValue::new("RED", "赤", "Red: 7000 - 9999 Rating"),
    ClassValue::new("PURPLE", "紫", "Purple: 10000 - 11999 Rating"),
    ClassValue::new("BRONZE", "銅", "Bronze: 12000 - 12999 Rating"),
    ClassValue::new("SILVER", "銀", "Silver: 13000 - 13999 Rating"),
    ClassValue::new("GOLD", "金 ★", "Gold I: 14000 - 14249 Rating"),
    ClassValue::new("GOLD_II", "金 ★★", "Gold II: 14250 - 14499 Rating"),
    ClassValue::new("PLATINUM", "白金 ★", "Platinum I: 14500 - 14749 Rating"),
    ClassValue::new("PLATINUM_II", "白金 ★★", "Platinum II: 14750 - 14999 Rating"),
    ClassValue::new("RAINBOW", "虹 ★", "Rainbow I: 15000 - 15249 Rating"),
    ClassValue::new("RAINBOW_II", "虹 ★★", "Rainbow II: 15250 - 15499 Rating"),
    ClassValue::new("RAINBOW_III", "虹 ★★★", "Rainbow III: 15500 - 15749 Rating"),
    ClassValue::new("RAINBOW_IV", "虹 ★★★★", "Rainbow IV: 15750 - 15999 Rating"),
    ClassValue::new("RAINBOW_EX_I", "虹 (極) ★", "Rainbow Extreme I: 16000 - 16249 Rating"),
    ClassValue::new("RAINBOW_EX_II", "虹 (極) ★★", "Rainbow Extreme II: 16250 - 16499 Rating"),
    ClassValue::new("RAINBOW_EX_III", "虹 (極) ★★★", "Rainbow Extreme III: 16500 - 16749 Rating"),
    ClassValue::new("RAINBOW_EX_IV", "虹 (極) ★★★★", "Rainbow Extreme IV: >=16750 Rating"),
];
const COLOUR_BOUNDS: &[f64] = &[
    0.0, 1000.0, 2000.0, 4000.0, 7000.0, 10_000.0, 12_000.0, 13_000.0, 14_000.0, 14_250.0, 14_500.0, 14_750.0,
    15_000.0, 15_250.0, 15_500.0, 15_750.0, 16_000.0, 16_250.0, 16_500.0, 16_750.0,
];

const DAN: &[ClassValue] = dans!(between: [], after: [ClassValue::new("URAKAIDEN", "裏皆伝", "Urakaiden")]);

const MATCHING_CLASSES: &[ClassValue] = &[
    matching("B5"),
    matching("B4"),
    matching("B3"),
    matching("B2"),
    matching("B1"),
    matching("A5"),
    matching("A4"),
    matching("A3"),
    matching("A2"),
    matching("A1"),
    matching("S5"),
    matching("S4"),
    matching("S3"),
    matching("S2"),
    matching("S1"),
    matching("SS5"),
    matching("SS4"),
    matching("SS3"),
    matching("SS2"),
    matching("SS1"),
    matching("SSS5"),
    matching("SSS4"),
    matching("SSS3"),
    matching("SSS2"),
    matching("SSS1"),
    ClassValue::new("LEGEND", "Legend", ""),
];

const fn matching(id: &'static str) -> ClassValue {
    ClassValue::new(id, id, "")
}

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[Formula {
    name: "MaimaiDXRate.calculate",
    calculate: |args| {
        let lamp = args.optional_text("lamp").map(|_| args.index("lamp", LAMPS)).transpose()?;
        Ok(json(rate(args.number("score")?, args.number("internalChartLevel")?, lamp)?))
    },
}];
