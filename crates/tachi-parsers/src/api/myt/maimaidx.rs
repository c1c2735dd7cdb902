//! maimai DX. Source: `spec/import-types/api-myt.md` 4.2.

use tachi_core::game::{Gpt, Metric};
use tachi_core::games::maimaidx;
use tachi_core::import_type::ImportType;
use tachi_core::score::{MetricIdx, ScoreData, enum_value, metric};

use super::{PlaylogGame, invalid_lamp, is_true, music_id, named};
use crate::api::source::MytTitle;
use crate::error::Failure;
use crate::fill::Sum;
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

/// The game.
#[derive(Debug)]
pub struct Maimaidx;

impl PlaylogGame for Maimaidx {
    const IMPORT_TYPE: ImportType = ImportType::ApiMytMaimaidx;
    const GPT: Gpt = Gpt::MaimaidxSingle;
    const TITLE: MytTitle = MytTitle::Maimaidx;
    const INFO: Schema = Schema::open(&[&[
        Field::required("level", Kind::Integer),
        Field::required("achievement", Kind::Integer),
        Field::required("comboStatus", Kind::Integer),
        Field::required("isClear", Kind::Bool),
    ]]);
    const JUDGE: Schema = Schema::open(&[&[
        Field::required("judgeCriticalPerfect", Kind::Integer),
        Field::required("judgePerfect", Kind::Integer),
        Field::required("judgeGreat", Kind::Integer),
        Field::required("judgeGood", Kind::Integer),
        Field::required("judgeMiss", Kind::Integer),
        Field::required("maxCombo", Kind::Integer),
        Field::required("fastCount", Kind::Integer),
        Field::required("lateCount", Kind::Integer),
    ]]);
    const JUDGEMENTS: &'static [&'static [&'static str]] =
        &[&["judgeCriticalPerfect"], &["judgePerfect"], &["judgeGreat"], &["judgeGood"], &["judgeMiss"]];
    const NUMBERS: &'static [Sum] = &[
        Sum::new(METRICS, "fast", &["fastCount"]),
        Sum::new(METRICS, "slow", &["lateCount"]),
        Sum::new(METRICS, "maxCombo", &["maxCombo"]),
    ];

    fn difficulty(info: &Json<'_>) -> Option<&'static str> {
        let [standard, dx] = named(&DIFFICULTIES, info, "level")?;
        Some(if music_id(info) >= FIRST_DX { dx } else { standard })
    }

    fn skipped(difficulty: &str) -> Option<&'static str> {
        (difficulty == UTAGE).then_some("Utage is not tracked")
    }

    fn score(info: &Json<'_>, data: &mut ScoreData) -> Result<(), Failure> {
        data.set_number(PERCENT, info.number_of("achievement").unwrap_or(f64::NAN) / 10_000.0);
        data.set_enum(LAMP, lamp(info).ok_or_else(invalid_lamp)?);
        Ok(())
    }
}

/// Songs from here on are charted with the notes of maimai DX.
const FIRST_DX: f64 = 10_000.0;
const UTAGE: &str = "Utage";

/// Standard and DX.
const DIFFICULTIES: [[&str; 2]; 6] = [
    ["Basic", "DX Basic"],
    ["Advanced", "DX Advanced"],
    ["Expert", "DX Expert"],
    ["Master", "DX Master"],
    ["Re:Master", "DX Re:Master"],
    [UTAGE, UTAGE],
];

/// The combo counts only of a play that was cleared; a failed one needs to have a combo status, whichever.
fn lamp(info: &Json<'_>) -> Option<usize> {
    if is_true(info, "isClear") {
        return named(&COMBOS, info, "comboStatus");
    }
    (info.number_of("comboStatus") != Some(0.0)).then_some(FAILED)
}

const METRICS: &[Metric] = maimaidx::SINGLE.metrics;
const PERCENT: MetricIdx = metric(METRICS, "percent");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const FAILED: usize = enum_value(METRICS, LAMP, "FAILED");

const COMBOS: [usize; 5] = [
    enum_value(METRICS, LAMP, "CLEAR"),
    enum_value(METRICS, LAMP, "FULL COMBO"),
    enum_value(METRICS, LAMP, "FULL COMBO+"),
    enum_value(METRICS, LAMP, "ALL PERFECT"),
    enum_value(METRICS, LAMP, "ALL PERFECT+"),
];
