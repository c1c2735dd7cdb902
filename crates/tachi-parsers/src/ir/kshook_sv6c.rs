//! `ir/kshook-sv6c`: single scores of SOUND VOLTEX EXCEED GEAR Konaste.
//!
//! - **Page**: `spec/import-types/ir-kshook-sv6c.md`
//! - **Written by**: the kshook hook
//! - **Versions**: one form
//! - **Encoding**: JSON
//! - **Times**: the time of receipt
//! - **Quirks**: life in hundredths of a percent
//! - **Skipped**: nothing
//! - **Invalid**: nothing
//! - **Fatal**: another program or game, any structural error

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::sdvx;
use tachi_core::import_type::ImportType;
use tachi_core::number::to_text;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::client::{SoftwareModel, user_agent};
use super::{Received, only};
use crate::charts;
use crate::error::{Failure, FatalError};
use crate::fill::{self, Sum};
use crate::format::{Batch, Fields, Format, Input};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Meanings, Schema, meaning};

/// The import type.
#[derive(Debug)]
pub struct KshookSv6c;

impl Format for KshookSv6c {
    const IMPORT_TYPE: ImportType = ImportType::IrKshookSv6c;
    type Row<'a> = Json<'a>;
    type Context = Received;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        check_client(input.fields)?;
        let body = json::body(input.bytes)?;
        SCHEMA.check(Some(&body)).map_err(|error| error.fatal("Error"))?;
        let context = Received { time_received: input.received };
        Ok(Batch { game: Game::Sdvx, context, classes: Vec::new(), rows: only(body) })
    }

    fn convert(row: &Json<'_>, context: &Received, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        let chart = find_chart(row, catalogue)?;
        let mut data = best(row);
        fill::judgements(&mut data, row, &[&["critical"], &["near"], &["error"]])?;
        if let Some(gauge) = row.number_of("gauge") {
            data.set_number(GAUGE, gauge / 100.0);
        }
        Ok(DryScore {
            chart,
            data,
            score_meta: serde_json::Map::new(),
            service: "kshook SV6C".to_owned(),
            comment: None,
            time_achieved: Some(context.time_received),
        })
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &Received) -> Result<Json<'static>, Failure> {
        SCHEMA.restore(data)
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, row.text_of("difficulty"))
    }
}

/// Refuses requests that another program, or the hook in another game, has made.
///
/// # Errors
/// Says which header it is.
pub fn check_client(fields: &Fields) -> Result<(), FatalError> {
    user_agent(fields, "kshook/", "KsHook")?;
    let model = SoftwareModel::read(fields)?;
    if model.model == "QCV" { Ok(()) } else { Err(FatalError::bad_input(format!("Invalid softID {}.", model.text))) }
}

/// The JSON Schema of a body.
#[must_use]
pub fn json_schema() -> Value {
    SCHEMA.json_schema()
}

const SCHEMA: Schema = Schema::open(&[
    BEST,
    &[
        Field::required("gauge", Kind::NumberBetween(0.0, 10_000.0)),
        Field::required("critical", Kind::Count),
        Field::required("near", Kind::Count),
        Field::required("error", Kind::Count),
        Field::required(
            "rate",
            Kind::OneOf(&["RATE_EFFECTIVE", "RATE_PERMISSIVE", "RATE_EXCESSIVE", "RATE_BLASTIVE", "RATE_MAXXIVE"]),
        ),
        Field::required("track_no", Kind::Count),
    ],
]);

/// The members that a personal best has too.
pub(super) const BEST: &[Field] = &[
    Field::required("clear", Kind::Meaning(CLEARS)),
    Field::required("difficulty", Kind::Meaning(DIFFICULTIES)),
    Field::required("grade", Kind::OneOf(GRADES)),
    Field::required("max_chain", Kind::Count),
    Field::required("music_id", Kind::Count),
    Field::required("score", Kind::IntegerBetween(0.0, 10_000_000.0)),
    Field::required("ex_score", Kind::Count),
];

pub(super) const GRADES: &[&str] = &[
    "GRADE_D",
    "GRADE_C",
    "GRADE_B",
    "GRADE_A",
    "GRADE_A_PLUS",
    "GRADE_AA",
    "GRADE_AA_PLUS",
    "GRADE_AAA",
    "GRADE_AAA_PLUS",
    "GRADE_S",
];

const CLEARS: Meanings = &[
    ("CLEAR_PLAYED", "FAILED"),
    ("CLEAR_EFFECTIVE", "CLEAR"),
    ("CLEAR_EXCESSIVE", "EXCESSIVE CLEAR"),
    ("CLEAR_ULTIMATE_CHAIN", "ULTIMATE CHAIN"),
    ("CLEAR_MAXXIVE", "MAXXIVE CLEAR"),
    ("CLEAR_PERFECT", "PERFECT ULTIMATE CHAIN"),
];
pub(super) const DIFFICULTIES: Meanings = &[
    ("DIFFICULTY_NOVICE", "NOV"),
    ("DIFFICULTY_ADVANCED", "ADV"),
    ("DIFFICULTY_EXHAUST", "EXH"),
    ("DIFFICULTY_INFINITE", "ANY_INF"),
    ("DIFFICULTY_MAXIMUM", "MXM"),
];

const METRICS: &[Metric] = sdvx::SINGLE.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");
const GAUGE: MetricIdx = metric(METRICS, "gauge");
const _: () = fill::are_values(METRICS, LAMP, CLEARS);

const NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "score", &["score"]),
    Sum::new(METRICS, "exScore", &["ex_score"]),
    Sum::new(METRICS, "maxCombo", &["max_chain"]),
];

/// The version of the game that the hook runs in.
const VERSION: &str = "konaste";

/// The chart that a score, or a personal best, names.
pub(super) fn find_chart(row: &Json<'_>, catalogue: &Catalogue) -> Result<ChartIdx, Failure> {
    let id = row.number_of("music_id").unwrap_or(f64::NAN);
    let difficulty = meaning(DIFFICULTIES, row.text_of("difficulty")).unwrap_or_default();
    charts::sdvx_id(catalogue, id, difficulty, Some(VERSION)).ok_or_else(|| {
        Failure::NotFound(format!("Could not find chart with songID {} ({difficulty} for Konaste).", to_text(id)))
    })
}

/// What a personal best tells of a score.
pub(super) fn best(row: &Json<'_>) -> ScoreData {
    let mut data = ScoreData::new(Gpt::SdvxSingle.config());
    fill::numbers(&mut data, row, NUMBERS);
    fill::value(&mut data, LAMP, meaning(CLEARS, row.text_of("clear")));
    data
}
