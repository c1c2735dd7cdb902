//! O.N.G.E.K.I. Source: `spec/import-types/api-myt.md` 4.3.

use tachi_core::game::{Gpt, Metric};
use tachi_core::games::ongeki;
use tachi_core::import_type::ImportType;
use tachi_core::score::{MetricIdx, ScoreData, enum_value, metric};

use super::{PlaylogGame, invalid_lamp, is_true, named};
use crate::api::source::MytTitle;
use crate::error::Failure;
use crate::fill::{self, Sum};
use crate::json::Json;
use crate::schema::{Field, Kind, Schema};

/// The game.
#[derive(Debug)]
pub struct Ongeki;

impl PlaylogGame for Ongeki {
    const IMPORT_TYPE: ImportType = ImportType::ApiMytOngeki;
    const GPT: Gpt = Gpt::OngekiSingle;
    const TITLE: MytTitle = MytTitle::Ongeki;
    const INFO: Schema = Schema::open(&[&[
        Field::required("level", Kind::Integer),
        Field::required("techScore", Kind::Integer),
        Field::required("platinumScore", Kind::Integer),
        Field::required("comboStatus", Kind::Integer),
        Field::required("clearStatus", Kind::Integer),
        Field::required("isFullBell", Kind::Bool),
    ]]);
    const JUDGE: Schema = Schema::open(&[&[
        Field::required("judgeCriticalBreak", Kind::Integer),
        Field::required("judgeBreak", Kind::Integer),
        Field::required("judgeHit", Kind::Integer),
        Field::required("judgeMiss", Kind::Integer),
        Field::required("bellCount", Kind::Integer),
        Field::required("totalBellCount", Kind::Integer),
        Field::required("damageCount", Kind::Integer),
    ]]);
    const JUDGEMENTS: &'static [&'static [&'static str]] =
        &[&["judgeCriticalBreak"], &["judgeBreak"], &["judgeHit"], &["judgeMiss"]];
    const NUMBERS: &'static [Sum] = &[
        Sum::new(METRICS, "damage", &["damageCount"]),
        Sum::new(METRICS, "bellCount", &["bellCount"]),
        Sum::new(METRICS, "totalBellCount", &["totalBellCount"]),
    ];

    fn difficulty(info: &Json<'_>) -> Option<&'static str> {
        named(&["BASIC", "ADVANCED", "EXPERT", "MASTER", "LUNATIC"], info, "level")
    }

    fn score(info: &Json<'_>, data: &mut ScoreData) -> Result<(), Failure> {
        data.set_enum(NOTE_LAMP, note_lamp(info).ok_or_else(invalid_lamp)?);
        data.set_enum(BELL_LAMP, if is_true(info, "isFullBell") { FULL_BELL } else { NO_BELLS });
        fill::numbers(
            data,
            info,
            &[Sum::new(METRICS, "score", &["techScore"]), Sum::new(METRICS, "platinumScore", &["platinumScore"])],
        );
        Ok(())
    }
}

/// The best that applies; a failed play can be an ALL BREAK.
fn note_lamp(info: &Json<'_>) -> Option<usize> {
    let [combo, clear, score] = ["comboStatus", "clearStatus", "techScore"].map(|name| info.number_of(name));
    if combo == Some(0.0) || clear == Some(0.0) {
        return None;
    }
    if score == Some(MAX_SCORE) {
        return Some(ALL_BREAK_PLUS);
    }
    let by_combo = named(&[None, Some(FULL_COMBO), Some(ALL_BREAK)], info, "comboStatus").flatten();
    by_combo.or_else(|| named(&[LOSS, CLEAR, CLEAR], info, "clearStatus"))
}

const MAX_SCORE: f64 = 1_010_000.0;

const METRICS: &[Metric] = ongeki::SINGLE.metrics;
const NOTE_LAMP: MetricIdx = metric(METRICS, "noteLamp");
const BELL_LAMP: MetricIdx = metric(METRICS, "bellLamp");

const LOSS: usize = enum_value(METRICS, NOTE_LAMP, "LOSS");
const CLEAR: usize = enum_value(METRICS, NOTE_LAMP, "CLEAR");
const FULL_COMBO: usize = enum_value(METRICS, NOTE_LAMP, "FULL COMBO");
const ALL_BREAK: usize = enum_value(METRICS, NOTE_LAMP, "ALL BREAK");
const ALL_BREAK_PLUS: usize = enum_value(METRICS, NOTE_LAMP, "ALL BREAK+");
const NO_BELLS: usize = enum_value(METRICS, BELL_LAMP, "NONE");
const FULL_BELL: usize = enum_value(METRICS, BELL_LAMP, "FULL BELL");
