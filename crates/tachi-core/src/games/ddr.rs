//! Dance Dance Revolution, SP and DP. Source: `spec/games/ddr.md`.

use smallvec::smallvec;

use super::common::{self, broken_combo, score_goal};
use crate::catalogue::{Chart, Song};
use crate::formula::Formula;
use crate::game::{
    Bound, ClassSet, ClassValue, DataField, DataKind, Difficulty, DifficultyKind, Edition, Game, GameConfig,
    GoalCharts, GoalFormat, Gpt, GptConfig, Merger, Metric, MetricKind, PbConfig, ProfileInput, ProfileRating,
    ProfileRule, RankKey, RatedChart, Refusal, Rules, ScoreRating, SessionRating, Version,
};
use crate::grade::{delta_unless_failed, grade_unless_failed};
use crate::match_type::MatchType;
use crate::number::{json, to_text, with_commas};
use crate::score::{Derived, MetricIdx, MetricValue, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Ddr,
    name: "DDR",
    edition: Edition::Arcade,
    gpts: &[Gpt::DdrSp, Gpt::DdrDp],
    song_data: &[
        DataField::required("inGameID", DataKind::Integer),
        DataField::required("flareCategory", DataKind::OneOf(&["CLASSIC", "WHITE", "GOLD", "NONE"])),
        DataField::optional("basename", DataKind::Text),
        DataField::optional("ddrSongHash", DataKind::Text),
    ],
};

/// Four panels.
pub static SP: GptConfig = GptConfig { gpt: Gpt::DdrSp, playtype: "SP", v3: "ddr-sp", name: "DDR (SP)", ..SHARED };

/// Eight panels.
pub static DP: GptConfig = GptConfig { gpt: Gpt::DdrDp, playtype: "DP", v3: "ddr-dp", name: "DDR (DP)", ..SHARED };

/// What both playtypes share.
const SHARED: GptConfig = GptConfig {
    gpt: Gpt::DdrSp,
    game: Game::Ddr,
    playtype: "",
    v3: "",
    name: "",
    difficulties: &[
        Difficulty::new("BEGINNER", "BEG"),
        Difficulty::new("BASIC", "BAS"),
        Difficulty::new("DIFFICULT", "DIF"),
        Difficulty::new("EXPERT", "EXP"),
        Difficulty::new("CHALLENGE", "CHA"),
    ],
    difficulty_kind: DifficultyKind::Fixed,
    default_difficulty: "EXPERT",
    difficulty_groups: &[],
    versions: &[
        Version::new("a", "A"),
        Version::new("a20", "A20"),
        Version::new("a20plus", "A20+"),
        Version::new("a3", "A3"),
        Version::new("konaste", "Konaste"),
        Version::new("world", "World"),
    ],
    former_versions: &[],
    match_types: &[MatchType::InGameId, MatchType::SongTitle, MatchType::TachiSongId, MatchType::DdrSongHash],
    metrics: METRICS,
    judgements: JUDGEMENTS,
    default_metric: SCORE,
    default_enum: LAMP,
    old_members: &[],
    score_meta: &[],
    preferences: &[],
    derive,
    validators: &[score_fits_judgements, full_combos_are_unbroken, ex_score_fits_judgements],
    score_ratings: &[ScoreRating {
        name: "flareSkill",
        description: "What the chart's level and the Flare gauge it was cleared with are worth, as in DDR WORLD.",
        calculate: |data, chart| flare_skill(is_failed(data), data.optional_index(FLARE), chart.level_num).map(Some),
        format: to_text,
    }],
    session_ratings: &[SessionRating::best_ten(
        "flareSkill",
        "flareSkill",
        "The mean of the best 10 flareSkills.",
        to_text,
    )],
    profile_ratings: &[ProfileRating {
        name: "flareSkill",
        description: "The best 30 flareSkills of each of the categories CLASSIC, WHITE and GOLD, all added.",
        rule: ProfileRule::Own { inputs: FLARE_INPUTS, calculate: sum_of_categories },
        format: to_text,
    }],
    default_score_rating: "flareSkill",
    default_session_rating: "flareSkill",
    default_profile_rating: "flareSkill",
    classes: &[ClassSet::derived("flare", "flareSkill", PLANET_BOUNDS, PLANETS).announced_from("URANUS")],
    pb: PbConfig {
        base: "Best Score",
        mergers: &[
            Merger::largest("Best Lamp", &[LAMP]),
            Merger::largest("Best Score", &[SCORE, GRADE]),
            Merger::largest("Best EX Score", &[EX_SCORE]),
            // A Flare gauge that ran out earns nothing, so it must not hide a lower one that was cleared.
            Merger { eligible: Some(|data| !is_failed(data)), ..Merger::largest("Best Flare", &[FLARE]) },
        ],
        rank: &[RankKey::largest(SCORE), RankKey::largest(LAMP)],
        bucket: flare_category,
    },
    goals: &[
        score_goal(SCORE, GoalCharts::Any),
        GoalFormat::value(LAMP),
        GoalFormat::grade(GRADE, |data, _, goal| {
            delta_unless_failed(GRADES, GRADE_BOUNDS, data.index(GRADE), data.number(SCORE), goal, with_commas)
        }),
    ],
    chart_label: common::standard_label,
    chart_data: &[
        DataField::required("inGameID", DataKind::Integer),
        DataField::optional("stepCount", DataKind::Integer),
    ],
    chart_numbers: CHART_NUMBERS,
    chart_arrays: &[],
    recalculate_on: &["levelNum"],
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = &[
    Metric::provided("score", MetricKind::Integer(Bound::Between(0.0, 1_000_000.0))),
    Metric::provided("lamp", MetricKind::Enum { values: LAMPS, relevant_from: "CLEAR" }),
    Metric::derived("grade", MetricKind::Enum { values: GRADES, relevant_from: "D" }),
    Metric::optional("flare", MetricKind::Enum { values: FLARES, relevant_from: "0" }),
    Metric::optional_in_id("exScore", common::COUNT),
    common::FAST,
    common::SLOW,
    common::MAX_COMBO,
];

const SCORE: MetricIdx = metric(METRICS, "score");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GRADE: MetricIdx = metric(METRICS, "grade");
const FLARE: MetricIdx = metric(METRICS, "flare");
const EX_SCORE: MetricIdx = metric(METRICS, "exScore");

const LAMPS: &[&str] = &[
    "FAILED",
    "ASSIST",
    "CLEAR",
    "LIFE4",
    "FULL COMBO",
    "GREAT FULL COMBO",
    "PERFECT FULL COMBO",
    "MARVELOUS FULL COMBO",
];
const FAILED: usize = enum_value(METRICS, LAMP, "FAILED");
const FULL_COMBO: usize = enum_value(METRICS, LAMP, "FULL COMBO");
const GREAT_FULL_COMBO: usize = enum_value(METRICS, LAMP, "GREAT FULL COMBO");
const PERFECT_FULL_COMBO: usize = enum_value(METRICS, LAMP, "PERFECT FULL COMBO");
const MARVELOUS_FULL_COMBO: usize = enum_value(METRICS, LAMP, "MARVELOUS FULL COMBO");

const FLARES: &[&str] = &["0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "EX"];

const GRADES: &[&str] = &["E", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+", "AA-", "AA", "AA+", "AAA"];
/// Lower bounds of the grades above `E` on the score.
const GRADE_BOUNDS: &[f64] = &[
    0.0, 550_000.0, 590_000.0, 600_000.0, 650_000.0, 690_000.0, 700_000.0, 750_000.0, 790_000.0, 800_000.0, 850_000.0,
    890_000.0, 900_000.0, 950_000.0, 990_000.0,
];

const JUDGEMENTS: &[&str] = &["MARVELOUS", "PERFECT", "GREAT", "GOOD", "MISS", "OK"];
const MARVELOUS: usize = index_in(JUDGEMENTS, "MARVELOUS");
const PERFECT: usize = index_in(JUDGEMENTS, "PERFECT");
const GREAT: usize = index_in(JUDGEMENTS, "GREAT");
const GOOD: usize = index_in(JUDGEMENTS, "GOOD");
const MISS: usize = index_in(JUDGEMENTS, "MISS");
const OK: usize = index_in(JUDGEMENTS, "OK");

const CHART_NUMBERS: &[&str] = &["stepCount"];
const STEP_COUNT: usize = index_in(CHART_NUMBERS, "stepCount");

fn is_failed(data: &ScoreData) -> bool {
    data.index(LAMP) == FAILED
}

fn derive(data: &ScoreData, _chart: &Chart) -> Result<Derived, Refusal> {
    let grade = grade_unless_failed(is_failed(data), GRADE_BOUNDS, data.number(SCORE))?;
    Ok(smallvec![MetricValue::Enum(grade as u8)])
}

// --- Validation -------------------------------------------------------------------------------------------------

/// The counts of these judgements, when all of them are known.
fn counts<const N: usize>(data: &ScoreData, judgements: [usize; N]) -> Option<[i64; N]> {
    let counts = judgements.map(|judgement| data.judgement(judgement));
    counts.iter().all(Option::is_some).then(|| counts.map(Option::unwrap_or_default))
}

fn score_fits_judgements(data: &ScoreData, chart: &Chart) -> Option<String> {
    // MISS earns nothing, but without it the counts are not known to be complete.
    let [marvelous, perfect, great, good, ok, _] = counts(data, [MARVELOUS, PERFECT, GREAT, GOOD, OK, MISS])?;
    let step_count = chart.number(STEP_COUNT)?;
    let steps = Steps { marvelous, perfect, great, good, ok };
    // A step count of 0 says as little as none.
    let (score, expected) = (data.number(SCORE), steps.score(step_count as i64).ok()?);
    (!is_failed(data) && score != expected)
        .then(|| format!("The judgements make a score of {}, but got {}.", with_commas(expected), with_commas(score)))
}

fn full_combos_are_unbroken(data: &ScoreData, _chart: &Chart) -> Option<String> {
    const ALLOWS: &[(usize, usize)] = &[
        (FULL_COMBO, GOOD),
        (GREAT_FULL_COMBO, GREAT),
        (PERFECT_FULL_COMBO, PERFECT),
        (MARVELOUS_FULL_COMBO, MARVELOUS),
    ];
    counts(data, [MARVELOUS, PERFECT, GREAT, GOOD, MISS])?;
    broken_combo(data, LAMP, ALLOWS, MISS)
}

fn ex_score_fits_judgements(data: &ScoreData, _chart: &Chart) -> Option<String> {
    let [marvelous, perfect, great, ok] = counts(data, [MARVELOUS, PERFECT, GREAT, OK])?;
    let expected = Steps { marvelous, perfect, great, good: 0, ok }.ex_score();
    let ex_score = data.optional(EX_SCORE)?;
    (ex_score != expected)
        .then(|| format!("The judgements make an EX score of {}, but got {}.", to_text(expected), to_text(ex_score)))
}

/// The judgements of one play that earn points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// MARVELOUS
    pub marvelous: i64,
    /// PERFECT
    pub perfect: i64,
    /// GREAT
    pub great: i64,
    /// GOOD
    pub good: i64,
    /// Freeze arrows held and shock arrows avoided.
    pub ok: i64,
}

impl Steps {
    /// The score that the game gives on a chart with `step_count` judged objects.
    ///
    /// In whole numbers: with doubles some valid scores come out ten points too low.
    ///
    /// # Errors
    /// When the chart has no objects.
    pub fn score(self, step_count: i64) -> Result<f64, Refusal> {
        if step_count <= 0 {
            return Err(Refusal::new("The chart has no steps."));
        }
        let [marvelous, perfect, great, good, ok] =
            [self.marvelous, self.perfect, self.great, self.good, self.ok].map(i128::from);
        let total = 5 * i128::from(step_count);
        let points = 5 * (marvelous + perfect + ok) + 3 * great + good;
        let penalised = 100_000 * points - (perfect + great + good) * total;
        Ok((10 * penalised.div_euclid(total)) as f64)
    }

    /// The EX score.
    #[must_use]
    pub fn ex_score(self) -> f64 {
        3.0 * self.marvelous as f64 + 3.0 * self.ok as f64 + 2.0 * self.perfect as f64 + self.great as f64
    }
}

// --- Ratings ----------------------------------------------------------------------------------------------------

/// What levels 1 to 19 are worth with Flare 0.
const LEVEL_VALUES: [f64; 19] = [
    145.0, 155.0, 170.0, 185.0, 205.0, 230.0, 255.0, 290.0, 335.0, 400.0, 465.0, 510.0, 545.0, 575.0, 600.0, 620.0,
    635.0, 650.0, 665.0,
];

/// What clearing a chart of that level with that Flare gauge, 0 to 10, is worth.
///
/// # Errors
/// When the level is not an integer from 1 to 19 or there is no such gauge.
pub fn flare_value(level: f64, flare: f64) -> Result<f64, Refusal> {
    let known = LEVEL_VALUES.iter().zip(1_u8..).find(|(_, known)| f64::from(*known) == level);
    let (value, _) = known.ok_or_else(|| Refusal::new("Flare knows the levels 1 to 19."))?;
    if !(0.0..=10.0).contains(&flare) {
        return Err(Refusal::new("There are the Flare gauges 0 to 10."));
    }
    Ok((value * (100.0 + 6.0 * flare) / 100.0).floor())
}

/// The flareSkill of a play: nothing for fails, and as with gauge 0 for clears without Flare.
///
/// # Errors
/// Those of [`flare_value`], for clears.
pub fn flare_skill(failed: bool, flare: Option<usize>, level: f64) -> Result<f64, Refusal> {
    if failed { Ok(0.0) } else { flare_value(level, flare.unwrap_or(0) as f64) }
}

const CLASSIC: u8 = 0;
const WHITE: u8 = 1;
const GOLD: u8 = 2;
const NO_CATEGORY: u8 = 3;

/// The era of the song's first appearance.
fn flare_category(song: &Song, _chart: &Chart, _rules: &Rules) -> u8 {
    match song.data_json()["flareCategory"].as_str() {
        Some("CLASSIC") => CLASSIC,
        Some("WHITE") => WHITE,
        Some("GOLD") => GOLD,
        _ => NO_CATEGORY,
    }
}

/// The three categories; and any PB at all, which tells a rating of 0 from none.
const FLARE_INPUTS: &[ProfileInput] = &[
    ProfileInput { of: "flareSkill", bucket: Some(CLASSIC), limit: 30 },
    ProfileInput { of: "flareSkill", bucket: Some(WHITE), limit: 30 },
    ProfileInput { of: "flareSkill", bucket: Some(GOLD), limit: 30 },
    ProfileInput { of: "flareSkill", bucket: None, limit: 1 },
];

fn sum_of_categories(lists: &[Vec<RatedChart<'_>>]) -> Option<f64> {
    let (any, categories) = lists.split_last()?;
    any.first()?;
    Some(categories.iter().flatten().fold(0.0, |sum, rated| sum + rated.value))
}

// --- Tables -----------------------------------------------------------------------------------------------------

/// The class values and their thresholds, four of each per planet.
macro_rules! planets {
    ($($id:literal $display:literal $from:expr;)*) => {
        const PLANETS: &[ClassValue] = &[
            $(
                ClassValue::new($id, $display, ""),
                ClassValue::new(concat!($id, "+"), concat!($display, "+"), ""),
                ClassValue::new(concat!($id, "++"), concat!($display, "++"), ""),
                ClassValue::new(concat!($id, "+++"), concat!($display, "+++"), ""),
            )*
            ClassValue::new("WORLD", "世界 / WORLD", ""),
        ];
        const PLANET_BOUNDS: &[f64] = &[$($from[0], $from[1], $from[2], $from[3],)* 90_000.0];
    };
}

planets! {
    "NONE" "NONE" [0.0, 500.0, 1_000.0, 1_500.0];
    "MERCURY" "水星 / MERCURY" [2_000.0, 3_000.0, 4_000.0, 5_000.0];
    "VENUS" "金星 / VENUS" [6_000.0, 7_000.0, 8_000.0, 9_000.0];
    "EARTH" "地球 / EARTH" [10_000.0, 11_500.0, 13_000.0, 14_500.0];
    "MARS" "火星 / MARS" [16_000.0, 18_000.0, 20_000.0, 22_000.0];
    "JUPITER" "木星 / JUPITER" [24_000.0, 26_500.0, 29_000.0, 31_500.0];
    "SATURN" "土星 / SATURN" [34_000.0, 36_750.0, 39_500.0, 42_250.0];
    "URANUS" "天王星 / URANUS" [45_000.0, 48_750.0, 52_500.0, 56_250.0];
    "NEPTUNE" "海王星 / NEPTUNE" [60_000.0, 63_750.0, 67_500.0, 71_250.0];
    "SUN" "太陽 / SUN" [75_000.0, 78_750.0, 82_500.0, 86_250.0];
}

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula {
        name: "DDR.grade",
        calculate: |args| {
            let failed = args.index("lamp", LAMPS)? == FAILED;
            Ok(GRADES[grade_unless_failed(failed, GRADE_BOUNDS, args.number("score")?)?].into())
        },
    },
    Formula {
        name: "DDR.scoreFromJudgements",
        calculate: |args| {
            let count = |name| args.number(name).map(|count| count as i64);
            let steps = Steps {
                marvelous: count("MARVELOUS")?,
                perfect: count("PERFECT")?,
                great: count("GREAT")?,
                good: count("GOOD")?,
                ok: count("OK")?,
            };
            Ok(json(steps.score(count("stepCount")?)?))
        },
    },
    Formula {
        name: "DDRFlare.calculate",
        calculate: |args| Ok(json(flare_value(args.number("internalChartLevel")?, args.number("flareLevel")?)?)),
    },
    Formula {
        name: "DDR.flareSkill",
        calculate: |args| {
            let failed = args.index("lamp", LAMPS)? == FAILED;
            let flare = args.optional_text("flare").map(|_| args.index("flare", FLARES)).transpose()?;
            Ok(json(flare_skill(failed, flare, args.number("levelNum")?)?))
        },
    },
];
