//! `ir/barbatos`: single scores of SOUND VOLTEX Vivid Wave and Exceed Gear.
//!
//! - **Page**: `spec/import-types/ir-barbatos.md`
//! - **Written by**: the Barbatos hook
//! - **Versions**: Vivid Wave, or Exceed Gear where the body has an `ex_score`
//! - **Encoding**: JSON
//! - **Times**: the time of receipt
//! - **Quirks**: the game does not tell its six "fourth" difficulties apart
//! - **Skipped**: nothing
//! - **Invalid**: judgements that add up to less than nothing
//! - **Fatal**: any structural error, other members included

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::sdvx;
use tachi_core::import_type::ImportType;
use tachi_core::number::to_text;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::only;
use crate::charts;
use crate::error::{Failure, FatalError};
use crate::fill::{self, Sum};
use crate::format::{Batch, Format, Input};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Schema};

/// The import type.
#[derive(Debug)]
pub struct Barbatos;

impl Format for Barbatos {
    const IMPORT_TYPE: ImportType = ImportType::IrBarbatos;
    type Row<'a> = Json<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let body = json::body(input.bytes)?;
        let form = if body.get("ex_score").is_some() { &EXCEED } else { &VIVID };
        form.schema.check(Some(&body)).map_err(|error| error.fatal("Invalid Barbatos Request"))?;
        let context = Context { time_received: input.received, version: form.version.to_owned() };
        Ok(Batch { game: Game::Sdvx, context, classes: Vec::new(), rows: only(body) })
    }

    fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, form(context)?, context.time_received, catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, context: &Context) -> Result<Json<'static>, Failure> {
        form(context)?.schema.restore(data)
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, fill::entry(&DIFFICULTIES, row.number_of("difficulty")))
    }
}

/// What an orphan keeps beside the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    time_received: i64,
    version: String,
}

/// One of the two forms of a body.
struct Form {
    version: &'static str,
    schema: Schema,
    judgements: &'static [&'static [&'static str]],
    numbers: &'static [Sum],
}

static VIVID: Form = Form {
    version: "vivid",
    schema: Schema::strict(&[
        COMMON,
        &[
            Field::required("critical", Kind::Count),
            Field::required("near_total", Kind::Count),
            Field::required("near_fast", Kind::Count),
            Field::required("near_slow", Kind::Count),
            Field::required("error", Kind::Count),
            Field::required("did_fail", Kind::Bool),
            Field::required("is_skill_analyzer", Kind::Bool),
        ],
    ]),
    judgements: &[&["critical"], &["near_total"], &["error"]],
    numbers: &[
        Sum::new(METRICS, "score", &["score"]),
        Sum::new(METRICS, "fast", &["near_fast"]),
        Sum::new(METRICS, "slow", &["near_slow"]),
        Sum::new(METRICS, "gauge", &["percent"]),
        Sum::new(METRICS, "maxCombo", &["max_chain"]),
    ],
};

static EXCEED: Form = Form {
    version: "exceed",
    schema: Schema::strict(&[
        COMMON,
        &[
            Field::required("ex_score", Kind::Integer),
            Field::optional("grade", Kind::Any),
            Field::required("early_error", Kind::Integer),
            Field::required("early_near", Kind::Integer),
            Field::required("early_crit", Kind::Integer),
            Field::required("s_crit", Kind::Integer),
            Field::required("late_crit", Kind::Integer),
            Field::required("late_near", Kind::Integer),
            Field::required("late_error", Kind::Integer),
            Field::required("chip_s_crit", Kind::Integer),
            Field::required("chip_crit", Kind::Integer),
            Field::required("chip_near", Kind::Integer),
            Field::required("chip_error", Kind::Integer),
            Field::required("long_crit", Kind::Integer),
            Field::required("long_error", Kind::Integer),
            Field::required("vol_crit", Kind::Integer),
            Field::required("vol_error", Kind::Integer),
        ],
    ]),
    judgements: &[&["early_crit", "s_crit", "late_crit"], &["chip_near"], &["early_error", "late_error"]],
    numbers: &[
        Sum::new(METRICS, "score", &["score"]),
        Sum::new(METRICS, "fast", &["early_near"]),
        Sum::new(METRICS, "slow", &["late_near"]),
        Sum::new(METRICS, "gauge", &["percent"]),
        Sum::new(METRICS, "maxCombo", &["max_chain"]),
        Sum::new(METRICS, "exScore", &["ex_score"]),
    ],
};

/// The JSON Schema of a body.
#[must_use]
pub fn json_schema() -> Value {
    json!({"anyOf": [EXCEED.schema.json_schema(), VIVID.schema.json_schema()]})
}

/// The members of both forms.
const COMMON: &[Field] = &[
    Field::required("difficulty", Kind::OneOfNumbers(&[0.0, 1.0, 2.0, 3.0, 4.0])),
    Field::required("level", Kind::IntegerBetween(1.0, 20.0)),
    Field::required("song_id", Kind::Count),
    Field::required("score", Kind::IntegerBetween(0.0, 10_000_000.0)),
    Field::required("clear_type", Kind::OneOfNumbers(&[1.0, 2.0, 3.0, 4.0, 5.0])),
    Field::required("gauge_type", Kind::OneOfNumbers(&[0.0, 1.0, 2.0, 3.0])),
    Field::required("percent", Kind::NumberBetween(0.0, 100.0)),
    Field::required("max_chain", Kind::Count),
];

const METRICS: &[Metric] = sdvx::SINGLE.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");

/// By number.
const DIFFICULTIES: [&str; 5] = ["NOV", "ADV", "EXH", "ANY_INF", "MXM"];

/// By clear type; there is no 0.
const LAMPS: [&str; 6] = ["", "FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN"];

fn form(context: &Context) -> Result<&'static Form, Failure> {
    let form = [&VIVID, &EXCEED].into_iter().find(|form| form.version == context.version);
    form.ok_or_else(|| Failure::Internal(format!("Barbatos knows no version {:?}", context.version)))
}

fn convert(row: &Json<'_>, form: &Form, time_received: i64, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let id = row.number_of("song_id").unwrap_or(f64::NAN);
    let difficulty = fill::entry(&DIFFICULTIES, row.number_of("difficulty")).unwrap_or_default();
    let chart = charts::sdvx_id(catalogue, id, difficulty, Some(form.version))
        .ok_or_else(|| Failure::NotFound(format!("Could not find chart with songID {} ({difficulty})", to_text(id))))?;
    let mut data = ScoreData::new(Gpt::SdvxSingle.config());
    fill::numbers(&mut data, row, form.numbers);
    fill::judgements(&mut data, row, form.judgements)?;
    fill::value(&mut data, LAMP, fill::entry(&LAMPS, row.number_of("clear_type")));
    let in_skill_analyser = row.get("is_skill_analyzer").map_or(Value::Null, Json::to_value);
    Ok(DryScore {
        chart,
        data,
        score_meta: [("inSkillAnalyser".to_owned(), in_skill_analyser)].into_iter().collect(),
        service: format!("Barbatos ({})", form.version),
        comment: None,
        time_achieved: Some(time_received),
    })
}
