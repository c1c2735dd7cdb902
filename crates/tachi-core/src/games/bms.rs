//! BMS, 7K and 14K. Source: `spec/games/bms.md`.

use super::common::{self, table_levels};
use super::iidx_like::{self, LAMP, LAMPS, LOWEST_BP, MAIN_METRICS, NOTECOUNT};
use crate::catalogue::{Chart, Song};
use crate::formula::Formula;
use crate::game::{
    Best, ClassSet, ClassValue, DataField, DataKind, Difficulty, Edition, Game, GameConfig, Gpt, GptConfig, GraphBound,
    Merger, MetaField, MetaKind, Metric, MetricKind, PbConfig, ProfileRating, ScoreRating, SessionRating,
};
use crate::match_type::MatchType;
use crate::number::{json, to_fixed};
use crate::score::{MetricIdx, enum_value, index_in, metric};
use serde_json::Value;

/// The game.
pub static GAME: GameConfig = GameConfig {
    game: Game::Bms,
    name: "BMS",
    edition: Edition::Home,
    gpts: &[Gpt::Bms7k, Gpt::Bms14k],
    song_data: SONG_DATA,
};

/// Seven keys and one turntable.
pub static K7: GptConfig = GptConfig {
    gpt: Gpt::Bms7k,
    playtype: "7K",
    v3: "bms-7k",
    name: "BMS (7K)",
    score_meta: &[MetaField::nullable("random", MetaKind::OneOf(RANDOM)), INPUT_DEVICE, CLIENT, GAUGE_META],
    classes: &[
        ClassSet::provided("genocideDan", GENOCIDE),
        ClassSet::provided("stslDan", SATELLITE_AND_STELLA),
        ClassSet::provided("newGenerationDan", NEW_GENERATION),
        ClassSet::provided("lnDan", LN),
        ClassSet::provided("scratchDan", SCRATCH),
    ],
    ..BMS
};

/// Fourteen keys and two turntables.
pub static K14: GptConfig = GptConfig {
    gpt: Gpt::Bms14k,
    playtype: "14K",
    v3: "bms-14k",
    name: "BMS (14K)",
    score_meta: &[MetaField::nullable("random", MetaKind::PairOf(RANDOM)), INPUT_DEVICE, CLIENT, GAUGE_META],
    classes: &[
        ClassSet::provided("genocideDan", GENOCIDE),
        // There are no Stella courses for fourteen keys.
        ClassSet::provided("stslDan", SATELLITE_AND_STELLA.split_at(13).0),
    ],
    ..BMS
};

/// What 7K and 14K share.
const BMS: GptConfig = GptConfig {
    preferences: &[MetaField::nullable("displayTables", MetaKind::Texts)],
    score_ratings: &[score_rating(sieglinde_text)],
    session_ratings: &[session_rating(sieglinde_text)],
    profile_ratings: &[profile_rating(sieglinde_text)],
    ..SHARED
};

/// What BMS and PMS share.
pub(super) const SHARED: GptConfig = GptConfig {
    game: Game::Bms,
    difficulties: &[Difficulty::new("CHART", "CHART")],
    default_difficulty: "CHART",
    match_types: &[MatchType::BmsChartHash, MatchType::TachiSongId],
    metrics: METRICS,
    default_score_rating: "sieglinde",
    default_session_rating: "sieglinde",
    default_profile_rating: "sieglinde",
    pb: PbConfig {
        mergers: &[
            Merger::largest(
                "Best Lamp",
                &[LAMP, GAUGE, GAUGE_HISTORY, GAUGE_HISTORY_EASY, GAUGE_HISTORY_GROOVE, GAUGE_HISTORY_HARD],
            ),
            LOWEST_BP,
        ],
        ..iidx_like::PB
    },
    chart_label: label,
    chart_data: &[
        DataField::required("notecount", DataKind::Integer),
        DataField::required("hashMD5", DataKind::Text),
        DataField::required("hashSHA256", DataKind::Text),
        DataField::required("tableFolders", DataKind::TableFolders),
        DataField::optional("sglEC", DataKind::Number),
        DataField::optional("sglHC", DataKind::Number),
        // PMS has no such level, but charts made at run time carry the null.
        DataField::optional("aiLevel", DataKind::Text),
    ],
    chart_numbers: CHART_NUMBERS,
    recalculate_on: &["data.notecount", "data.sglEC", "data.sglHC"],
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
        Metric::optional("epg", common::COUNT),
        Metric::optional("egr", common::COUNT),
        Metric::optional("egd", common::COUNT),
        Metric::optional("ebd", common::COUNT),
        Metric::optional("epr", common::COUNT),
        Metric::optional("lpg", common::COUNT),
        Metric::optional("lgr", common::COUNT),
        Metric::optional("lgd", common::COUNT),
        Metric::optional("lbd", common::COUNT),
        Metric::optional("lpr", common::COUNT),
        common::GAUGE,
        Metric::optional("gaugeHistory", LIFE),
        Metric::optional("gaugeHistoryEasy", LIFE),
        Metric::optional("gaugeHistoryGroove", LIFE),
        Metric::optional("gaugeHistoryHard", LIFE),
    ]
};

const LIFE: MetricKind = MetricKind::Graph(GraphBound::between(0.0, 100.0));

const GAUGE: MetricIdx = metric(METRICS, "gauge");
const GAUGE_HISTORY: MetricIdx = metric(METRICS, "gaugeHistory");
const GAUGE_HISTORY_EASY: MetricIdx = metric(METRICS, "gaugeHistoryEasy");
const GAUGE_HISTORY_GROOVE: MetricIdx = metric(METRICS, "gaugeHistoryGroove");
const GAUGE_HISTORY_HARD: MetricIdx = metric(METRICS, "gaugeHistoryHard");

const EASY_CLEAR: usize = enum_value(METRICS, LAMP, "EASY CLEAR");
const CLEAR: usize = enum_value(METRICS, LAMP, "CLEAR");
const HARD_CLEAR: usize = enum_value(METRICS, LAMP, "HARD CLEAR");

const CHART_NUMBERS: &[&str] = &[NOTECOUNT, "sglEC", "sglHC"];
const _: () = assert!(index_in(CHART_NUMBERS, NOTECOUNT) == 0, "`notecount` reads the first");
const SGL_EC: usize = index_in(CHART_NUMBERS, "sglEC");
const SGL_HC: usize = index_in(CHART_NUMBERS, "sglHC");

// --- Ratings ----------------------------------------------------------------------------------------------------

/// The sieglinde of a clear; `lamp` is the lamp's index, `ec` and `hc` say how hard an easy and a hard clear of the
/// chart are. A chart without them is worth 0.
#[must_use]
pub fn sieglinde(lamp: usize, ec: Option<f64>, hc: Option<f64>) -> f64 {
    let (ec, hc) = (ec.unwrap_or(0.0), hc.unwrap_or(0.0));
    match lamp {
        HARD_CLEAR.. => hc.max(ec),
        EASY_CLEAR..=CLEAR => ec,
        _ => 0.0,
    }
}

/// A sieglinde as a level of the normal tables below 13, and of the insane ones from there on: `☆12.99`, `★1.00`.
#[must_use]
pub(super) fn level_text(value: f64, normal: &str, insane: &str) -> String {
    if value < 13.0 {
        format!("{normal}{}", to_fixed(value, 2))
    } else {
        format!("{insane}{}", to_fixed(value - 12.0, 2))
    }
}

fn sieglinde_text(value: f64) -> String {
    level_text(value, "☆", "★")
}

/// `sieglinde` of a score, shown as `format` says.
pub(super) const fn score_rating(format: fn(f64) -> String) -> ScoreRating {
    ScoreRating {
        name: "sieglinde",
        description: "How hard the chart is to clear like this.",
        calculate: |data, chart| Ok(Some(sieglinde(data.index(LAMP), chart.number(SGL_EC), chart.number(SGL_HC)))),
        format,
    }
}

/// `sieglinde` of a session, shown as `format` says.
pub(super) const fn session_rating(format: fn(f64) -> String) -> SessionRating {
    SessionRating::best_ten("sieglinde", "sieglinde", "The mean of the best 10 sieglindes.", format)
}

/// `sieglinde` of a profile, shown as `format` says.
pub(super) const fn profile_rating(format: fn(f64) -> String) -> ProfileRating {
    let best = ("sieglinde", 20, Best::Mean);
    ProfileRating::best("sieglinde", best, "The mean of the best 20 sieglindes.", format)
}

// --- Chart labels -----------------------------------------------------------------------------------------------

/// `gazer [MANIAQ] [ELECTRANCE] (★17)`: the difficulty is the same for all charts, so the tables stand in its place.
#[must_use]
pub fn label(song: &Song, chart: &Chart) -> String {
    let data = song.data_json();
    let mut label = song.title.to_string();
    let parts =
        [(" - ", text(&data["subtitle"]), ""), (" [", text(&data["genre"]), "]"), (" (", &table_levels(chart), ")")];
    for (before, part, after) in parts {
        if !part.is_empty() {
            label.extend([before, part, after]);
        }
    }
    label
}

/// What is shown as a chart's difficulty: its levels on tables, or `Unrated`.
#[must_use]
pub fn difficulty_text(chart: &Chart) -> String {
    let tables = table_levels(chart);
    if tables.is_empty() { "Unrated".to_owned() } else { tables }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

// --- Tables -----------------------------------------------------------------------------------------------------

/// The members of `song.data`, from the file's header.
pub(super) const SONG_DATA: &[DataField] = &[
    DataField::nullable("genre", DataKind::Text),
    DataField::nullable("subtitle", DataKind::Text),
    DataField::nullable("subartist", DataKind::Text),
    DataField::nullable("tableString", DataKind::Text),
];

/// The arrangements of the keys.
pub(super) const RANDOM: &[&str] = &["MIRROR", "NONRAN", "R-RANDOM", "RANDOM", "S-RANDOM"];
/// What was played with.
pub(super) const INPUT_DEVICE: MetaField =
    MetaField::nullable("inputDevice", MetaKind::OneOf(&["BM_CONTROLLER", "KEYBOARD", "MIDI"]));
/// The gauge.
pub(super) const GAUGE_META: MetaField =
    MetaField::nullable("gauge", MetaKind::OneOf(&["EASY", "NORMAL", "HARD", "EX-HARD"]));
const CLIENT: MetaField = MetaField::nullable("client", MetaKind::OneOf(&["lr2oraja", "LR2"]));

const GENOCIDE: &[ClassValue] = &[
    ClassValue::new("NORMAL_1", "☆1", "Normal 1st Dan"),
    ClassValue::new("NORMAL_2", "☆2", "Normal 2nd Dan"),
    ClassValue::new("NORMAL_3", "☆3", "Normal 3rd Dan"),
    ClassValue::new("NORMAL_4", "☆4", "Normal 4th Dan"),
    ClassValue::new("NORMAL_5", "☆5", "Normal 5th Dan"),
    ClassValue::new("NORMAL_6", "☆6", "Normal 6th Dan"),
    ClassValue::new("NORMAL_7", "☆7", "Normal 7th Dan"),
    ClassValue::new("NORMAL_8", "☆8", "Normal 8th Dan"),
    ClassValue::new("NORMAL_9", "☆9", "Normal 9th Dan"),
    ClassValue::new("NORMAL_10", "☆10", "Normal 10th Dan"),
    ClassValue::new("INSANE_1", "★1", "Insane 1st Dan"),
    ClassValue::new("INSANE_2", "★2", "Insane 2nd Dan"),
    ClassValue::new("INSANE_3", "★3", "Insane 3rd Dan"),
    ClassValue::new("INSANE_4", "★4", "Insane 4th Dan"),
    ClassValue::new("INSANE_5", "★5", "Insane 5th Dan"),
    ClassValue::new("INSANE_6", "★6", "Insane 6th Dan"),
    ClassValue::new("INSANE_7", "★7", "Insane 7th Dan"),
    ClassValue::new("INSANE_8", "★8", "Insane 8th Dan"),
    ClassValue::new("INSANE_9", "★9", "Insane 9th Dan"),
    ClassValue::new("INSANE_10", "★10", "Insane 10th Dan"),
    ClassValue::new("INSANE_KAIDEN", "★★", "Insane Kaiden"),
    ClassValue::new("OVERJOY", "(^^)", "Overjoy"),
];

const SATELLITE_AND_STELLA: &[ClassValue] = &[
    ClassValue::new("SL0", "sl0", "Satellite 0"),
    ClassValue::new("SL1", "sl1", "Satellite 1"),
    ClassValue::new("SL2", "sl2", "Satellite 2"),
    ClassValue::new("SL3", "sl3", "Satellite 3"),
    ClassValue::new("SL4", "sl4", "Satellite 4"),
    ClassValue::new("SL5", "sl5", "Satellite 5"),
    ClassValue::new("SL6", "sl6", "Satellite 6"),
    ClassValue::new("SL7", "sl7", "Satellite 7"),
    ClassValue::new("SL8", "sl8", "Satellite 8"),
    ClassValue::new("SL9", "sl9", "Satellite 9"),
    ClassValue::new("SL10", "sl10", "Satellite 10"),
    ClassValue::new("SL11", "sl11", "Satellite 11"),
    ClassValue::new("SL12", "sl12", "Satellite 12"),
    ClassValue::new("ST0", "st0", "Stella 0"),
    ClassValue::new("ST1", "st1", "Stella 1"),
    ClassValue::new("ST2", "st2", "Stella 2"),
    ClassValue::new("ST3", "st3", "Stella 3"),
    ClassValue::new("ST4", "st4", "Stella 4"),
    ClassValue::new("ST5", "st5", "Stella 5"),
    ClassValue::new("ST6", "st6", "Stella 6"),
    ClassValue::new("ST7", "st7", "Stella 7"),
    ClassValue::new("ST8", "st8", "Stella 8"),
    ClassValue::new("ST9", "st9", "Stella 9"),
    ClassValue::new("ST10", "st10", "Stella 10"),
    ClassValue::new("ST11", "st11", "Stella 11"),
    ClassValue::new("ST12", "st12", "Stella 12"),
];

const NEW_GENERATION: &[ClassValue] = &[
    ClassValue::new("NORMAL_1", "▽1", "Normal 1st Dan"),
    ClassValue::new("NORMAL_2", "▽2", "Normal 2nd Dan"),
    ClassValue::new("NORMAL_3", "▽3", "Normal 3rd Dan"),
    ClassValue::new("NORMAL_4", "▽4", "Normal 4th Dan"),
    ClassValue::new("NORMAL_5", "▽5", "Normal 5th Dan"),
    ClassValue::new("NORMAL_6", "▽6", "Normal 6th Dan"),
    ClassValue::new("NORMAL_7", "▽7", "Normal 7th Dan"),
    ClassValue::new("NORMAL_8", "▽8", "Normal 8th Dan"),
    ClassValue::new("NORMAL_9", "▽9", "Normal 9th Dan"),
    ClassValue::new("NORMAL_10", "▽10", "Normal 10th Dan"),
    ClassValue::new("INSANE_0", "▼0", "Insane 0th Dan"),
    ClassValue::new("INSANE_1", "▼1", "Insane 1st Dan"),
    ClassValue::new("INSANE_2", "▼2", "Insane 2nd Dan"),
    ClassValue::new("INSANE_3", "▼3", "Insane 3rd Dan"),
    ClassValue::new("INSANE_4", "▼4", "Insane 4th Dan"),
    ClassValue::new("INSANE_5", "▼5", "Insane 5th Dan"),
    ClassValue::new("INSANE_6", "▼6", "Insane 6th Dan"),
    ClassValue::new("INSANE_7", "▼7", "Insane 7th Dan"),
    ClassValue::new("INSANE_8", "▼8", "Insane 8th Dan"),
    ClassValue::new("INSANE_9", "▼9", "Insane 9th Dan"),
    ClassValue::new("INSANE_10", "▼10", "Insane 10th Dan"),
    ClassValue::new("INSANE_KAIDEN", "▼皆伝", "Insane Kaiden"),
];

const LN: &[ClassValue] = &[
    ClassValue::new("DAN_1", "◆1", "LN 1st Dan"),
    ClassValue::new("DAN_2", "◆2", "LN 2nd Dan"),
    ClassValue::new("DAN_3", "◆3", "LN 3rd Dan"),
    ClassValue::new("DAN_4", "◆4", "LN 4th Dan"),
    ClassValue::new("DAN_5", "◆5", "LN 5th Dan"),
    ClassValue::new("DAN_6", "◆6", "LN 6th Dan"),
    ClassValue::new("DAN_7", "◆7", "LN 7th Dan"),
    ClassValue::new("DAN_8", "◆8", "LN 8th Dan"),
    ClassValue::new("DAN_9", "◆9", "LN 9th Dan"),
    ClassValue::new("DAN_10", "◆10", "LN 10th Dan"),
    ClassValue::new("KAIDEN", "◆◆", "LN Kaiden"),
    ClassValue::new("OVERJOY", "◆(^^)", "LN Overjoy"),
    ClassValue::new("UDON", "◆うどん", "LN Udon"),
];

const SCRATCH: &[ClassValue] = &[
    ClassValue::new("KYU_7", "七級", "Scratch 7th Kyu"),
    ClassValue::new("KYU_6", "六級", "Scratch 6th Kyu"),
    ClassValue::new("KYU_5", "五級", "Scratch 5th Kyu"),
    ClassValue::new("KYU_4", "四級", "Scratch 4th Kyu"),
    ClassValue::new("KYU_3", "三級", "Scratch 3rd Kyu"),
    ClassValue::new("KYU_2", "二級", "Scratch 2nd Kyu"),
    ClassValue::new("KYU_1", "一級", "Scratch 1st Kyu"),
    ClassValue::new("DAN_1", "初段", "Scratch 1st Dan"),
    ClassValue::new("DAN_2", "二段", "Scratch 2nd Dan"),
    ClassValue::new("DAN_3", "三段", "Scratch 3rd Dan"),
    ClassValue::new("DAN_4", "四段", "Scratch 4th Dan"),
    ClassValue::new("DAN_5", "五段", "Scratch 5th Dan"),
    ClassValue::new("DAN_6", "六段", "Scratch 6th Dan"),
    ClassValue::new("DAN_7", "七段", "Scratch 7th Dan"),
    ClassValue::new("DAN_8", "八段", "Scratch 8th Dan"),
    ClassValue::new("DAN_9", "九段", "Scratch 9th Dan"),
    ClassValue::new("DAN_10", "十段", "Scratch 10th Dan"),
    ClassValue::new("KAIDEN", "皆伝", "Scratch Kaiden"),
];

// --- Formulas under their published names -----------------------------------------------------------------------

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[Formula {
    name: "Sieglinde.score",
    calculate: |args| {
        let (ec, hc) = (args.optional_number("sglEC"), args.optional_number("sglHC"));
        Ok(json(sieglinde(args.index("lamp", LAMPS)?, ec, hc)))
    },
}];
