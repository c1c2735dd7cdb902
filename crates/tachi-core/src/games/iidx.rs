//! beatmania IIDX, SP and DP. Source: `spec/games/iidx.md`.

use serde_json::Value;

use super::common::{self, two_decimals};
use super::iidx_like::{self, GRADES, LOWEST_BP, MAIN_METRICS, NOTECOUNT};
pub use super::iidx_like::{BP, LAMP, SCORE, notecount};
use crate::catalogue::Chart;
use crate::formula::{Args, Formula, number_or_null};
use crate::game::{
    Best, ClassSet, ClassValue, DataField, DataKind, Difficulty, Edition, Game, GameConfig, Gpt, GptConfig, GraphBound,
    Merger, MetaField, MetaKind, Metric, MetricKind, PbConfig, ProfileRating, Refusal, ScoreRating, SessionRating,
    Version,
};
use crate::match_type::MatchType;
use crate::number::{is_safe_integer, json, round};
use crate::score::{MetricIdx, ScoreData, enum_value, index_in, metric};

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Iidx,
    name: "beatmania IIDX",
    edition: Edition::Arcade,
    gpts: &[Gpt::IidxSp, Gpt::IidxDp],
    song_data: &[
        DataField::required("genre", DataKind::Text),
        DataField::optional("displayVersion", DataKind::Text),
        DataField::optional("eamusementCsvTitle", DataKind::Text),
        DataField::optional("eamusementCsvArtist", DataKind::Text),
        DataField::optional("eamusementCsvGenre", DataKind::Text),
    ],
};

/// Seven keys and one turntable.
pub static SP: GptConfig = GptConfig {
    gpt: Gpt::IidxSp,
    playtype: "SP",
    v3: "iidx-sp",
    name: "beatmania IIDX (SP)",
    difficulties: SP_DIFFICULTIES,
    score_meta: SP_META,
    chart_data: SP_CHART_DATA,
    recalculate_on: &[
        "levelNum",
        "data.notecount",
        "data.kaidenAverage",
        "data.worldRecord",
        "data.bpiCoefficient",
        "data.ncTier",
        "data.hcTier",
        "data.exhcTier",
    ],
    ..SHARED
};

/// Fourteen keys and two turntables.
pub static DP: GptConfig = GptConfig {
    gpt: Gpt::IidxDp,
    playtype: "DP",
    v3: "iidx-dp",
    name: "beatmania IIDX (DP)",
    difficulties: DP_DIFFICULTIES,
    score_meta: DP_META,
    chart_data: DP_CHART_DATA,
    recalculate_on: &[
        "levelNum",
        "data.notecount",
        "data.kaidenAverage",
        "data.worldRecord",
        "data.bpiCoefficient",
        "data.dpTier",
    ],
    ..SHARED
};

/// What both playtypes share.
const SHARED: GptConfig = GptConfig {
    game: Game::Iidx,
    default_difficulty: "ANOTHER",
    versions: VERSIONS,
    match_types: &[MatchType::InGameId, MatchType::TachiSongId, MatchType::SongTitle],
    metrics: METRICS,
    preferences: &[
        MetaField::nullable("display2DXTra", MetaKind::Bool),
        MetaField::nullable("bpiTarget", MetaKind::NumberBetween(-15.0, 100.0)),
    ],
    score_ratings: &[
        kt_rating("ktLampRating", "The level or tier of the clear.", |data, chart| {
            Ok(Some(lamp_ratings(data, chart).lamp))
        }),
        kt_rating("ktLampRatingHC", "The tier of a hard clear.", |data, chart| Ok(Some(lamp_ratings(data, chart).hc))),
        kt_rating("ktLampRatingEXHC", "The tier of an EX hard clear.", |data, chart| {
            Ok(Some(lamp_ratings(data, chart).exhc))
        }),
        BPI,
    ],
    session_ratings: &[
        session("ktLampRating", "The mean of the best 10 ktLampRatings."),
        session("ktLampRatingHC", "The mean of the best 10 ktLampRatingHCs."),
        session("ktLampRatingEXHC", "The mean of the best 10 ktLampRatingEXHCs."),
        session("BPI", "The mean of the best 10 BPIs."),
    ],
    profile_ratings: &[
        profile("ktLampRating", Best::Mean, "The mean of the best 20 ktLampRatings."),
        profile("ktLampRatingHC", Best::Mean, "The mean of the best 20 ktLampRatingHCs."),
        profile("ktLampRatingEXHC", Best::Mean, "The mean of the best 20 ktLampRatingEXHCs."),
        profile("BPI", Best::StrictMean, "The mean of the best 20 BPIs."),
    ],
    default_score_rating: "ktLampRating",
    default_session_rating: "ktLampRating",
    default_profile_rating: "ktLampRating",
    classes: &[ClassSet::provided("dan", DAN)],
    pb: PbConfig {
        mergers: &[
            Merger::largest(
                "Best Lamp",
                &[LAMP, GSM_EASY, GSM_NORMAL, GSM_HARD, GSM_EX_HARD, GAUGE, GAUGE_HISTORY, COMBO_BREAK],
            ),
            LOWEST_BP,
        ],
        ..iidx_like::PB
    },
    chart_numbers: CHART_NUMBERS,
    ..iidx_like::SHARED
};

// --- Metrics ----------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = {
    let [score, lamp, percent, grade, fast, slow, max_combo, bp] = MAIN_METRICS;
    &[
        score,
        lamp,
        percent,
        grade,
        fast,
        slow,
        max_combo,
        bp,
        common::GAUGE,
        Metric::optional("comboBreak", common::COUNT),
        Metric::optional("gaugeHistory", LIFE),
        Metric::optional("scoreHistory", LIFE),
        Metric::optional("gsmEasy", LIFE),
        Metric::optional("gsmNormal", LIFE),
        Metric::optional("gsmHard", LIFE),
        Metric::optional("gsmEXHard", LIFE),
    ]
};

const LIFE: MetricKind = MetricKind::NullableGraph(GraphBound::between(0.0, 100.0));

/// Life at the end, in percent.
pub const GAUGE: MetricIdx = metric(METRICS, "gauge");
const COMBO_BREAK: MetricIdx = metric(METRICS, "comboBreak");
const GAUGE_HISTORY: MetricIdx = metric(METRICS, "gaugeHistory");
const GSM_EASY: MetricIdx = metric(METRICS, "gsmEasy");
const GSM_NORMAL: MetricIdx = metric(METRICS, "gsmNormal");
const GSM_HARD: MetricIdx = metric(METRICS, "gsmHard");
const GSM_EX_HARD: MetricIdx = metric(METRICS, "gsmEXHard");

const EASY_CLEAR: usize = enum_value(METRICS, LAMP, "EASY CLEAR");
const CLEAR: usize = enum_value(METRICS, LAMP, "CLEAR");
const HARD_CLEAR: usize = enum_value(METRICS, LAMP, "HARD CLEAR");
const EX_HARD_CLEAR: usize = enum_value(METRICS, LAMP, "EX HARD CLEAR");

const CHART_NUMBERS: &[&str] = &[
    NOTECOUNT,
    "kaidenAverage",
    "worldRecord",
    "bpiCoefficient",
    "ncTier.value",
    "hcTier.value",
    "exhcTier.value",
    "dpTier.value",
];
const _: () = assert!(index_in(CHART_NUMBERS, NOTECOUNT) == 0, "`notecount` reads the first");
const KAIDEN_AVERAGE: usize = index_in(CHART_NUMBERS, "kaidenAverage");
const WORLD_RECORD: usize = index_in(CHART_NUMBERS, "worldRecord");
const BPI_COEFFICIENT: usize = index_in(CHART_NUMBERS, "bpiCoefficient");
const NC_TIER: usize = index_in(CHART_NUMBERS, "ncTier.value");
const HC_TIER: usize = index_in(CHART_NUMBERS, "hcTier.value");
const EXHC_TIER: usize = index_in(CHART_NUMBERS, "exhcTier.value");
const DP_TIER: usize = index_in(CHART_NUMBERS, "dpTier.value");

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The three lamp ratings of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LampRatings {
    /// `ktLampRating`
    pub lamp: f64,
    /// `ktLampRatingHC`
    pub hc: f64,
    /// `ktLampRatingEXHC`
    pub exhc: f64,
}

/// The lamp ratings of an SP clear; `lamp` is the lamp's index, the tiers are null where the chart has none.
#[must_use]
pub fn sp_lamp_ratings(
    lamp: usize,
    level: f64,
    nc_tier: Option<f64>,
    hc_tier: Option<f64>,
    exhc_tier: Option<f64>,
) -> LampRatings {
    let nc = nc_tier.unwrap_or(level);
    let hc = hc_tier.unwrap_or(0.0).max(nc);
    let exhc = exhc_tier.unwrap_or(0.0).max(hc);
    let (lamp, hc, exhc) = match lamp {
        EX_HARD_CLEAR.. => (exhc, hc, exhc),
        HARD_CLEAR => (hc, hc, 0.0),
        CLEAR => (nc, 0.0, 0.0),
        _ => (0.0, 0.0, 0.0),
    };
    LampRatings { lamp, hc, exhc }
}

/// The lamp ratings of a DP clear, where one tier serves every clear.
#[must_use]
pub fn dp_lamp_ratings(lamp: usize, level: f64, dp_tier: Option<f64>) -> LampRatings {
    let tier = dp_tier.unwrap_or(level);
    let (lamp, hc, exhc) = match lamp {
        EX_HARD_CLEAR.. => (tier, tier, tier),
        HARD_CLEAR => (tier, tier, 0.0),
        EASY_CLEAR..=CLEAR => (tier, 0.0, 0.0),
        _ => (0.0, 0.0, 0.0),
    };
    LampRatings { lamp, hc, exhc }
}

fn lamp_ratings(data: &ScoreData, chart: &Chart) -> LampRatings {
    let (lamp, level) = (data.index(LAMP), chart.level_num);
    if chart.gpt == Gpt::IidxDp {
        return dp_lamp_ratings(lamp, level, chart.number(DP_TIER));
    }
    sp_lamp_ratings(lamp, level, chart.number(NC_TIER), chart.number(HC_TIER), chart.number(EXHC_TIER))
}

const fn kt_rating(
    name: &'static str,
    description: &'static str,
    calculate: fn(&ScoreData, &Chart) -> Result<Option<f64>, Refusal>,
) -> ScoreRating {
    ScoreRating { name, description, calculate, format: two_decimals }
}

const BPI: ScoreRating = ScoreRating {
    name: "BPI",
    description: "Beat Power Indicator: 0 is an average Kaiden's score, 100 the world record.",
    calculate: |data, chart| {
        let (Some(average), Some(record)) = (chart.number(KAIDEN_AVERAGE), chart.number(WORLD_RECORD)) else {
            return Ok(None);
        };
        let reference = BpiReference::new(average, record, 2.0 * notecount(chart), chart.number(BPI_COEFFICIENT))?;
        reference.bpi(data.number(SCORE)).map(Some)
    },
    format: two_decimals,
};

const fn session(name: &'static str, description: &'static str) -> SessionRating {
    SessionRating::best_ten(name, name, description, two_decimals)
}

const fn profile(name: &'static str, how: Best, description: &'static str) -> ProfileRating {
    ProfileRating::best(name, (name, 20, how), description, two_decimals)
}

/// What a chart's BPI is measured against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BpiReference {
    average: f64,
    record: f64,
    max: f64,
    coefficient: f64,
}

impl BpiReference {
    /// The average EX score of Kaiden players, the record, the chart's maximum and its coefficient (1.175 when null
    /// or -1).
    ///
    /// # Errors
    /// When the numbers cannot belong to one chart.
    pub fn new(average: f64, record: f64, max: f64, coefficient: Option<f64>) -> Result<Self, Refusal> {
        let coefficient = coefficient.filter(|value| *value != -1.0).unwrap_or(1.175);
        let integers = [average, record, max].into_iter().all(is_safe_integer);
        let ordered = average > 0.0 && max > 0.0 && average < record && record <= max;
        if !integers || !ordered || coefficient <= 0.0 || coefficient.is_nan() {
            return Err(Refusal::new("The chart's Kaiden average and world record do not fit its notecount."));
        }
        Ok(Self { average, record, max, coefficient })
    }

    /// The "pika-great function" of an EX score.
    fn p(&self, score: f64) -> f64 {
        if score == self.max { self.max * 0.8 } else { 0.5 / (1.0 - score / self.max) }
    }

    /// The BPI of an EX score, at least -15.
    ///
    /// # Errors
    /// When the score is not an integer between 0 and the maximum.
    pub fn bpi(&self, score: f64) -> Result<f64, Refusal> {
        if !is_safe_integer(score) || score < 0.0 || score > self.max {
            return Err(Refusal::new("The EX score is not possible on this chart."));
        }
        let average = self.p(self.average);
        let log = (self.p(score) / average).ln() / (self.p(self.record) / average).ln();
        Ok(if score >= self.average {
            100.0 * log.powf(self.coefficient)
        } else {
            (100.0 * -(-log).powf(self.coefficient)).max(-15.0)
        })
    }

    /// The EX score that a BPI needs.
    ///
    /// # Errors
    /// When the BPI is below -15.
    pub fn ex_score(&self, bpi: f64) -> Result<f64, Refusal> {
        if bpi < -15.0 || bpi.is_nan() {
            return Err(Refusal::new("A BPI is at least -15."));
        }
        let root = 1.0 / self.coefficient;
        let log = if bpi < 0.0 { -(bpi / -100.0).powf(root) } else { (bpi / 100.0).powf(root) };
        let q = (self.p(self.record) / self.p(self.average)).powf(log) * self.p(self.average);
        let score = (q * self.max - 0.5 * self.max) / q;
        Ok(if bpi > 100.0 && score.ceil() == self.max { self.max } else { round(score) })
    }
}

// --- Tables -----------------------------------------------------------------------------------------------------

const SP_DIFFICULTIES: &[Difficulty] = &[
    Difficulty { id: "NORMAL", short: "SPN", long: "SP NORMAL" },
    Difficulty { id: "HYPER", short: "SPH", long: "SP HYPER" },
    Difficulty { id: "ANOTHER", short: "SPA", long: "SP ANOTHER" },
    Difficulty { id: "LEGGENDARIA", short: "SPL", long: "SP LEGGENDARIA" },
    custom("All Scratch NORMAL", "SPN (Scr.)"),
    custom("All Scratch HYPER", "SPH (Scr.)"),
    custom("All Scratch ANOTHER", "SPA (Scr.)"),
    custom("All Scratch LEGGENDARIA", "SPL (Scr.)"),
    custom("Kichiku NORMAL", "SPN (Kc.)"),
    custom("Kichiku HYPER", "SPH (Kc.)"),
    custom("Kichiku ANOTHER", "SPA (Kc.)"),
    custom("Kichiku LEGGENDARIA", "SPL (Kc.)"),
    custom("Kiraku NORMAL", "SPN (Kr.)"),
    custom("Kiraku HYPER", "SPH (Kr.)"),
    custom("Kiraku ANOTHER", "SPA (Kr.)"),
    custom("Kiraku LEGGENDARIA", "SPL (Kr.)"),
];

const DP_DIFFICULTIES: &[Difficulty] = &[
    Difficulty { id: "NORMAL", short: "DPN", long: "DP NORMAL" },
    Difficulty { id: "HYPER", short: "DPH", long: "DP HYPER" },
    Difficulty { id: "ANOTHER", short: "DPA", long: "DP ANOTHER" },
    Difficulty { id: "LEGGENDARIA", short: "DPL", long: "DP LEGGENDARIA" },
    custom("All Scratch NORMAL", "DPN (Scr.)"),
    custom("All Scratch HYPER", "DPH (Scr.)"),
    custom("All Scratch ANOTHER", "DPA (Scr.)"),
    custom("All Scratch LEGGENDARIA", "DPL (Scr.)"),
    custom("Kichiku NORMAL", "DPN (Kc.)"),
    custom("Kichiku HYPER", "DPH (Kc.)"),
    custom("Kichiku ANOTHER", "DPA (Kc.)"),
    custom("Kichiku LEGGENDARIA", "DPL (Kc.)"),
    custom("Kiraku NORMAL", "DPN (Kr.)"),
    custom("Kiraku HYPER", "DPH (Kr.)"),
    custom("Kiraku ANOTHER", "DPA (Kr.)"),
    custom("Kiraku LEGGENDARIA", "DPL (Kr.)"),
];

const fn custom(id: &'static str, short: &'static str) -> Difficulty {
    Difficulty { id, short, long: short }
}

const VERSIONS: &[Version] = &[
    console("3-cs", "3rd Style CS"),
    console("4-cs", "4th Style CS"),
    console("5-cs", "5th Style CS"),
    console("6-cs", "6th Style CS"),
    console("7-cs", "7th Style CS"),
    console("8-cs", "8th Style CS"),
    console("9-cs", "9th Style CS"),
    console("10-cs", "10th Style CS"),
    console("11-cs", "IIDX RED CS"),
    console("12-cs", "HAPPY SKY CS"),
    console("13-cs", "DISTORTED CS"),
    console("14-cs", "GOLD CS"),
    console("15-cs", "DJ TROOPERS CS"),
    console("16-cs", "EMPRESS CS"),
    console("bmus", "BEATMANIA US"),
    Version::new("20", "tricoro"),
    Version::new("21", "SPADA"),
    Version::new("22", "PENDUAL"),
    Version::new("23", "copula"),
    Version::new("24", "SINOBUZ"),
    Version::new("25", "CANNON BALLERS"),
    Version::new("26", "ROOTAGE"),
    Version::new("27", "HEROIC VERSE"),
    Version::new("28", "BISTROVER"),
    Version::new("29", "CastHour"),
    Version::new("30", "Resident"),
    Version::new("31", "Epolis"),
    Version::new("32", "Pinky Crush"),
    Version::new("33", "Sparkle Shower"),
    Version::new("26-omni", "ROOTAGE Omnimix"),
    Version::new("27-omni", "HEROIC VERSE Omnimix"),
    Version::new("28-omni", "BISTROVER Omnimix"),
    Version::new("29-omni", "CastHour Omnimix"),
    Version::new("30-omni", "Resident Omnimix"),
    Version::new("31-omni", "Epolis Omnimix"),
    Version::new("32-omni", "Pinky Crush Omnimix"),
    Version::new("27-2dxtra", "HEROIC VERSE 2dxtra"),
    Version::new("28-2dxtra", "BISTROVER 2dxtra"),
    Version::new("30-2dxtra", "RESIDENT 2dxtra"),
    Version::new("31-2dxtra", "Epolis 2dxtra"),
    Version::new("inf", "INFINITAS"),
];

/// Console charts often differ from the arcade's, so a sole chart never stands in for one.
const fn console(id: &'static str, name: &'static str) -> Version {
    Version { id, name, sole_chart: false }
}

const DAN: &[ClassValue] = &[
    ClassValue::new("KYU_7", "七級", "7th Kyu"),
    ClassValue::new("KYU_6", "六級", "6th Kyu"),
    ClassValue::new("KYU_5", "五級", "5th Kyu"),
    ClassValue::new("KYU_4", "四級", "4th Kyu"),
    ClassValue::new("KYU_3", "三級", "3rd Kyu"),
    ClassValue::new("KYU_2", "二級", "2nd Kyu"),
    ClassValue::new("KYU_1", "一級", "1st Kyu"),
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
    ClassValue::new("CHUUDEN", "中伝", "Chuuden"),
    ClassValue::new("KAIDEN", "皆伝", "Kaiden"),
];

const RANDOM: &[&str] = &["NONRAN", "MIRROR", "R-RANDOM", "RANDOM", "S-RANDOM"];
const ASSIST: MetaField =
    MetaField::new("assist", MetaKind::OneOf(&["AUTO SCRATCH", "LEGACY NOTE", "NO ASSIST", "FULL ASSIST"]));
const RANGE: MetaField =
    MetaField::new("range", MetaKind::OneOf(&["NONE", "HIDDEN+", "SUDDEN+", "LIFT", "LIFT SUD+", "SUD+ HID+"]));
const GAUGE_META: MetaField = MetaField::new(
    "gauge",
    MetaKind::OneOfWithOld(&["ASSISTED EASY", "EASY", "NORMAL", "HARD", "EX-HARD"], &[("EX HARD", "EX-HARD")]),
);
const SP_META: &[MetaField] = &[MetaField::new("random", MetaKind::OneOf(RANDOM)), ASSIST, RANGE, GAUGE_META];
const DP_META: &[MetaField] = &[MetaField::new("random", MetaKind::PairOf(RANDOM)), ASSIST, RANGE, GAUGE_META];

const SP_CHART_DATA: &[DataField] = &[
    DataField::required("notecount", DataKind::Integer),
    DataField::required("inGameID", DataKind::IntegerOrList),
    DataField::optional("hashSHA256", DataKind::Text),
    DataField::optional("2dxtraSet", DataKind::OneOf(&["All Scratch", "Kichiku", "Kiraku"])),
    DataField::optional("kaidenAverage", DataKind::Integer),
    DataField::optional("worldRecord", DataKind::Integer),
    DataField::optional("bpiCoefficient", DataKind::Number),
    DataField::optional("ncTier", DataKind::Tier),
    DataField::optional("hcTier", DataKind::Tier),
    DataField::optional("exhcTier", DataKind::Tier),
];
const DP_CHART_DATA: &[DataField] = &[
    DataField::required("notecount", DataKind::Integer),
    DataField::required("inGameID", DataKind::IntegerOrList),
    DataField::optional("hashSHA256", DataKind::Text),
    DataField::optional("2dxtraSet", DataKind::OneOf(&["All Scratch", "Kichiku", "Kiraku"])),
    DataField::optional("kaidenAverage", DataKind::Integer),
    DataField::optional("worldRecord", DataKind::Integer),
    DataField::optional("bpiCoefficient", DataKind::Number),
    DataField::optional("dpTier", DataKind::Tier),
];

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[
    Formula {
        name: "IIDX.percent",
        calculate: |args| Ok(json(iidx_like::percent(args.number("score")?, args.number("notecount")?))),
    },
    Formula {
        name: "IIDX.grade",
        calculate: |args| Ok(GRADES[iidx_like::grade(args.number("score")?, args.number("notecount")?)].into()),
    },
    Formula {
        name: "IIDX.gradeGoal",
        calculate: |args| {
            let (score, notecount) = (args.number("score")?, args.number("notecount")?);
            let (grade, goal) = (iidx_like::grade(score, notecount), args.index("goal", GRADES)?);
            Ok(iidx_like::grade_delta(score, notecount, grade, goal).into())
        },
    },
    Formula { name: "IIDX.ktLampRating", calculate: |args| lamp_ratings_of(args, |ratings| ratings.lamp) },
    Formula { name: "IIDX.ktLampRatingHC", calculate: |args| lamp_ratings_of(args, |ratings| ratings.hc) },
    Formula { name: "IIDX.ktLampRatingEXHC", calculate: |args| lamp_ratings_of(args, |ratings| ratings.exhc) },
    Formula {
        name: "PoyashiBPI.calculate",
        calculate: |args| Ok(number_or_null(Some(bpi_reference(args)?.bpi(args.number("yourEx")?)?))),
    },
    Formula {
        name: "PoyashiBPI.inverse",
        calculate: |args| Ok(number_or_null(Some(bpi_reference(args)?.ex_score(args.number("bpi")?)?))),
    },
];

fn lamp_ratings_of(args: &Args<'_>, choose: fn(LampRatings) -> f64) -> Result<Value, Refusal> {
    let (lamp, level) = (args.index("lamp", iidx_like::LAMPS)?, args.number("levelNum")?);
    let tier = |name| args.optional_number(name);
    let ratings = if args.text("playtype")? == "SP" {
        sp_lamp_ratings(lamp, level, tier("ncTier"), tier("hcTier"), tier("exhcTier"))
    } else {
        dp_lamp_ratings(lamp, level, tier("dpTier"))
    };
    Ok(json(choose(ratings)))
}

fn bpi_reference(args: &Args<'_>) -> Result<BpiReference, Refusal> {
    let (average, record, max) = (args.number("kaidenAverage")?, args.number("worldRecord")?, args.number("max")?);
    BpiReference::new(average, record, max, args.optional_number("powCoef"))
}
