//! `ir/kshook-sv3c`: single scores of SOUND VOLTEX III Konaste.
//!
//! - **Page**: `spec/import-types/ir-kshook-sv3c.md`
//! - **Written by**: KsHook, until it moved to the next game
//! - **Versions**: one
//! - **Encoding**: JSON
//! - **Times**: the time of receipt
//! - **Quirks**: the game does not tell its "fourth" difficulties apart; the player's dan comes with every score
//! - **Skipped**: nothing
//! - **Invalid**: nothing
//! - **Fatal**: another program or game, any structural error

use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::sdvx;
use tachi_core::import_type::ImportType;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::kshook_sv6c::{DIFFICULTIES, GRADES, check_client, find_chart};
use super::{Received, only};
use crate::error::{Failure, FatalError};
use crate::fill::{self, Sum};
use crate::format::{Batch, ClassChange, Format, Input, ProvidedClass};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Meanings, Schema, meaning};

/// The import type.
#[derive(Debug)]
pub struct KshookSv3c;

impl Format for KshookSv3c {
    const IMPORT_TYPE: ImportType = ImportType::IrKshookSv3c;
    type Row<'a> = Json<'a>;
    type Context = Received;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        check_client(input.fields)?;
        let body = json::body(input.bytes)?;
        BODY.check(Some(&body)).map_err(|error| error.fatal("Error"))?;
        let context = Received { time_received: input.received };
        Ok(Batch { game: Game::Sdvx, context, classes: dan(&body).into_iter().collect(), rows: only(body) })
    }

    fn convert(row: &Json<'_>, context: &Received, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, context, catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &Received) -> Result<Json<'static>, Failure> {
        BODY.restore(data)
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, row.text_of("difficulty"))
    }
}

/// The JSON Schema of a body.
#[must_use]
pub fn json_schema() -> Value {
    BODY.json_schema()
}

const BODY: Schema = Schema::open(&[&[
    Field::required("clear", Kind::Meaning(LAMPS)),
    Field::required("difficulty", Kind::Meaning(DIFFICULTIES)),
    Field::required("gauge", Kind::NumberBetween(0.0, 100.0)),
    Field::required("grade", Kind::OneOf(GRADES)),
    Field::required("max_chain", Kind::Count),
    Field::required("music_id", Kind::Count),
    Field::required("score", Kind::IntegerBetween(0.0, 10_000_000.0)),
    Field::required("critical", Kind::Count),
    Field::required("near", Kind::Count),
    Field::required("error", Kind::Count),
    Field::required("early", Kind::Count),
    Field::required("late", Kind::Count),
    Field::required("appeal_id", Kind::Count),
    Field::required("btn_rate", RATE),
    Field::required("long_rate", RATE),
    Field::required("vol_rate", RATE),
    Field::required("player_name", Kind::Text),
    Field::required("rate", Kind::OneOf(&["RATE_EFFECTIVE", "RATE_PERMISSIVE", "RATE_EXCESSIVE", "RATE_BLASTIVE"])),
    Field::required(
        "skill_frame",
        Kind::OneOf(&["SKILL_FRAME_NONE", "SKILL_FRAME_SILVER", "SKILL_FRAME_GOLD", "SKILL_FRAME_GOLD_HALO"]),
    ),
    Field::required("skill_level", Kind::OneOf(&SKILL_LEVELS)),
    Field::required("track_no", Kind::Count),
]]);

/// How much of one kind of notes was hit, in percent of what the chart has.
const RATE: Kind = Kind::NumberBetween(0.0, 200.0);

const METRICS: &[Metric] = sdvx::SINGLE.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");

const LAMPS: Meanings = &[
    ("CLEAR_PLAYED", "FAILED"),
    ("CLEAR_EFFECTIVE", "CLEAR"),
    ("CLEAR_EXCESSIVE", "EXCESSIVE CLEAR"),
    ("CLEAR_ULTIMATE_CHAIN", "ULTIMATE CHAIN"),
    ("CLEAR_PERFECT", "PERFECT ULTIMATE CHAIN"),
];
const _: () = fill::are_values(METRICS, LAMP, LAMPS);

/// No dan, then the dans in their order.
const SKILL_LEVELS: [&str; 13] = [
    "SKILL_LEVEL_NONE",
    "SKILL_LEVEL_01",
    "SKILL_LEVEL_02",
    "SKILL_LEVEL_03",
    "SKILL_LEVEL_04",
    "SKILL_LEVEL_05",
    "SKILL_LEVEL_06",
    "SKILL_LEVEL_07",
    "SKILL_LEVEL_08",
    "SKILL_LEVEL_09",
    "SKILL_LEVEL_10",
    "SKILL_LEVEL_11",
    "SKILL_LEVEL_12",
];

const NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "score", &["score"]),
    Sum::new(METRICS, "fast", &["early"]),
    Sum::new(METRICS, "slow", &["late"]),
    Sum::new(METRICS, "gauge", &["gauge"]),
    Sum::new(METRICS, "maxCombo", &["max_chain"]),
];
const JUDGEMENTS: &[&[&str]] = &[&["critical"], &["near"], &["error"]];

fn dan(body: &Json<'_>) -> Option<ProvidedClass> {
    let gpt = Gpt::SdvxSingle;
    let set = gpt.config().class_set("dan")?;
    let level = SKILL_LEVELS.iter().position(|level| body.text_of("skill_level") == Some(level))?;
    let dan = set.values.get(level.checked_sub(1)?)?;
    Some(ProvidedClass { gpt, set: set.id, change: ClassChange::Raise(dan.id) })
}

fn convert(row: &Json<'_>, context: &Received, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let chart = find_chart(row, catalogue)?;
    let mut data = ScoreData::new(Gpt::SdvxSingle.config());
    fill::numbers(&mut data, row, NUMBERS);
    fill::judgements(&mut data, row, JUDGEMENTS)?;
    fill::value(&mut data, LAMP, meaning(LAMPS, row.text_of("clear")));
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: "kshook SV3C".to_owned(),
        comment: None,
        time_achieved: Some(context.time_received),
    })
}
