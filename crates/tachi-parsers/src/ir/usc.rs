//! `ir/usc`: single scores of unnamed_sdvx_clone.
//!
//! - **Page**: `spec/import-types/ir-usc.md`
//! - **Written by**: the game
//! - **Versions**: one form; the playtype is part of the request's path (field `playtype`)
//! - **Encoding**: JSON
//! - **Times**: the time of receipt; the game's own is not trusted
//! - **Quirks**: life between 0 and 1
//! - **Skipped**: nothing
//! - **Invalid**: changed hit windows, autoplay
//! - **Fatal**: an unknown playtype, any structural error in the chart or the score

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::usc;
use tachi_core::import_type::ImportType;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, enum_value, metric};

use super::only;
use crate::error::{Failure, FatalError};
use crate::fill::{self, Sum};
use crate::format::{Batch, Format, Input};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Schema};

/// The import type.
#[derive(Debug)]
pub struct Usc;

impl Format for Usc {
    const IMPORT_TYPE: ImportType = ImportType::IrUsc;
    type Row<'a> = Json<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let playtype = input.fields.get(PLAYTYPE).and_then(|playtype| Game::Usc.playtype(playtype));
        let playtype =
            playtype.ok_or_else(|| FatalError::bad_input("Invalid playtype. Expected Keyboard or Controller."))?;
        let mut body = json::body(input.bytes)?;
        let chart = body.get("chart");
        CHART.check(chart).map_err(|error| error.fatal("Invalid chart."))?;
        let hash = chart.and_then(|chart| chart.text_of("chartHash")).unwrap_or_default();
        let context = Context {
            chart_hash: hash.to_owned(),
            playtype: playtype.playtype().to_owned(),
            time_received: input.received,
        };
        let mut score = body.take("score");
        SCORE.check(score.as_ref()).map_err(|error| error.fatal("Invalid USC Score."))?;
        if let Some(Json::Object(members)) = &mut score {
            for name in ADDED_LATER {
                if !members.iter().any(|(known, _)| known == name) {
                    members.push((Cow::Borrowed(name), Json::Null));
                }
            }
        }
        let score = score.unwrap_or(Json::Null);
        Ok(Batch { game: Game::Usc, context, classes: Vec::new(), rows: only(score) })
    }

    fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, context, catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &Context) -> Result<Json<'static>, Failure> {
        SCORE.restore(data)
    }

    fn label<'r>(_row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, None)
    }
}

/// The field that names the playtype.
pub const PLAYTYPE: &str = "playtype";

/// What an orphan keeps beside the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    chart_hash: String,
    playtype: String,
    time_received: i64,
}

/// The JSON Schema of a body.
#[must_use]
pub fn json_schema() -> Value {
    json!({
        "type": "object", "required": ["chart", "score"],
        "properties": {"chart": CHART.json_schema(), "score": SCORE.json_schema()},
    })
}

const CHART: Schema = Schema::open(&[&[
    Field::required("chartHash", Kind::Text),
    Field::required("artist", Kind::Text),
    Field::required("title", Kind::Text),
    Field::required("level", Kind::IntegerBetween(1.0, 20.0)),
    Field::required("difficulty", Kind::IntegerBetween(0.0, 3.0)),
    Field::required("effector", Kind::Text),
    Field::required("illustrator", Kind::Text),
    Field::required("bpm", Kind::Text),
]]);

/// Members that older versions of the game do not send; orphans have them as null then.
const ADDED_LATER: [&str; 3] = ["early", "late", "combo"];

const SCORE: Schema = Schema::open(&[&[
    Field::required("score", Kind::IntegerBetween(0.0, PERFECT)),
    Field::required("gauge", Kind::NumberBetween(0.0, 1.0)),
    Field::required("timestamp", Kind::Count),
    Field::required("crit", Kind::Count),
    Field::required("near", Kind::Count),
    Field::required("error", Kind::Count),
    Field::nullable("early", Kind::Count),
    Field::nullable("late", Kind::Count),
    Field::nullable("combo", Kind::Count),
    Field::required("options", Kind::Object(Schema::open(&[OPTIONS]))),
    Field::required("windows", Kind::Object(Schema::open(&[WINDOWS]))),
]]);

const OPTIONS: &[Field] = &[
    Field::required("gaugeType", Kind::OneOfNumbers(&[0.0, 1.0, 2.0])),
    Field::required("mirror", Kind::Bool),
    Field::required("random", Kind::Bool),
    Field::required("autoFlags", Kind::Integer),
];

const WINDOWS: &[Field] = &[
    Field::required("perfect", Kind::PositiveNumber),
    Field::required("good", Kind::PositiveNumber),
    Field::required("hold", Kind::PositiveNumber),
    Field::required("miss", Kind::PositiveNumber),
    Field::required("slam", Kind::PositiveNumber),
];

/// The game's own hit windows in milliseconds.
const FAIR_WINDOWS: [(&str, f64); 5] =
    [("perfect", 46.0), ("good", 150.0), ("hold", 150.0), ("miss", 300.0), ("slam", 84.0)];

const PERFECT: f64 = 10_000_000.0;

const METRICS: &[Metric] = usc::CONTROLLER.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");
const FAILED: usize = enum_value(METRICS, LAMP, "FAILED");
const CLEAR: usize = enum_value(METRICS, LAMP, "CLEAR");
const EXCESSIVE_CLEAR: usize = enum_value(METRICS, LAMP, "EXCESSIVE CLEAR");
const ULTIMATE_CHAIN: usize = enum_value(METRICS, LAMP, "ULTIMATE CHAIN");
const PERFECT_ULTIMATE_CHAIN: usize = enum_value(METRICS, LAMP, "PERFECT ULTIMATE CHAIN");

const NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "score", &["score"]),
    Sum::new(METRICS, "gauge", &["gauge"]),
    Sum::new(METRICS, "fast", &["early"]),
    Sum::new(METRICS, "slow", &["late"]),
    Sum::new(METRICS, "maxCombo", &["combo"]),
];
const JUDGEMENTS: &[&[&str]] = &[&["crit"], &["near"], &["error"]];

/// By the gauge's type.
const GAUGE_MODS: [&str; 3] = ["NORMAL", "HARD", "PERMISSIVE"];

fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let gpt = Game::Usc.playtype(&context.playtype);
    let gpt = gpt.ok_or_else(|| Failure::Internal(format!("usc has no playtype {:?}", context.playtype)))?;
    let member = |object: &str, name: &str| row.get(object).and_then(|object| object.number_of(name));
    if FAIR_WINDOWS.iter().any(|(name, fair)| member("windows", name) != Some(*fair)) {
        return Err(Failure::invalid("HitWindows have been modified - Score is invalid."));
    }
    if member("options", "autoFlags") != Some(0.0) {
        return Err(Failure::invalid("Autoplay was enabled - Score is invalid."));
    }
    let chart = find_chart(gpt, &context.chart_hash, catalogue)?;
    let mut data = ScoreData::new(gpt.config());
    fill::numbers(&mut data, row, NUMBERS);
    fill::judgements(&mut data, row, JUDGEMENTS)?;
    data.set_enum(LAMP, lamp(row, member("options", "gaugeType")));
    Ok(DryScore {
        chart,
        data,
        score_meta: score_meta(row),
        service: "USC-IR".to_owned(),
        comment: None,
        time_achieved: Some(context.time_received),
    })
}

fn find_chart(gpt: Gpt, hash: &str, catalogue: &Catalogue) -> Result<ChartIdx, Failure> {
    let chart = catalogue.chart_by_hash(&[gpt], hash);
    chart.ok_or_else(|| Failure::NotFound(format!("Chart {hash} is not on the IR.")))
}

/// The lamp. A permissive gauge never ends a song, so it clears none.
fn lamp(row: &Json<'_>, gauge_type: Option<f64>) -> usize {
    let number = |name: &str| row.number_of(name).unwrap_or(f64::NAN);
    let (cleared, lamp) = match gauge_type {
        Some(0.0) => (number("gauge") >= 0.7, CLEAR),
        Some(1.0) => (number("gauge") > 0.0, EXCESSIVE_CLEAR),
        _ => (false, FAILED),
    };
    if number("score") == PERFECT {
        PERFECT_ULTIMATE_CHAIN
    } else if number("error") == 0.0 {
        ULTIMATE_CHAIN
    } else if cleared {
        lamp
    } else {
        FAILED
    }
}

fn score_meta(row: &Json<'_>) -> Map<String, Value> {
    let options = row.get("options");
    let gauge_type = options.and_then(|options| options.number_of("gaugeType"));
    let on = |name: &str| options.and_then(|options| options.get(name)) == Some(&Json::Bool(true));
    let note_mod = match (on("mirror"), on("random")) {
        (true, true) => "MIR-RAN",
        (true, false) => "MIRROR",
        (false, true) => "RANDOM",
        (false, false) => "NORMAL",
    };
    [("gaugeMod", json!(fill::entry(&GAUGE_MODS, gauge_type))), ("noteMod", json!(note_mod))]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}
