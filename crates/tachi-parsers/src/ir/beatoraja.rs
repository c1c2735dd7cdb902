//! `ir/beatoraja`: single scores of beatoraja (PMS) and LR2oraja (BMS).
//!
//! - **Page**: `spec/import-types/ir-beatoraja.md`
//! - **Written by**: the games' internet ranking plug-in
//! - **Versions**: plug-in versions 2 to 4 (header `x-tachiir-version`), one form
//! - **Encoding**: JSON
//! - **Times**: the time of receipt
//! - **Quirks**: -1 for unknown life and miss count; `score.lntype` is always 0 and means nothing; an unknown chart
//!   comes with all that is needed to make it
//! - **Skipped**: nothing
//! - **Invalid**: charge notes, charts that draw lots, PMS on MIDI devices
//! - **Fatal**: another plug-in version, any structural error, another game's client, hashes that differ

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::bms;
use tachi_core::ids::UserId;
use tachi_core::import_type::ImportType;
use tachi_core::number::is_safe_integer;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::only;
use crate::error::{Failure, FatalError, shown};
use crate::fill::{self, Sum};
use crate::format::{Batch, Fields, Format, Input};
use crate::json::{self, Json, SchemaError};
use crate::schema::{Field, Kind, Meanings, Schema, meaning};
use crate::unknown_chart::UnknownChart;

/// The import type.
#[derive(Debug)]
pub struct Beatoraja;

impl Format for Beatoraja {
    const IMPORT_TYPE: ImportType = ImportType::IrBeatoraja;
    type Row<'a> = Json<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        check_client(input.fields)?;
        let mut body = json::body(input.bytes)?;
        let score = object(&mut body, "score", &SCORE).map_err(|error| error.fatal(SCORE_PREFIX))?;
        let chart = object(&mut body, "chart", &CHART).map_err(|error| error.fatal(CHART_PREFIX))?;
        let mode = mode(chart.text_of("mode"));
        let mode =
            mode.ok_or_else(|| SchemaError::new("mode", "Unknown mode.", chart.get("mode")).fatal(CHART_PREFIX))?;
        let client = text(body.get("client"));
        if !client.starts_with(mode.client) {
            let text = format!("Unsupported client {} -- Expected a variant of {}.", shown(&client), mode.client);
            return Err(FatalError::bad_input(text));
        }
        if score.get("sha256") != chart.get("sha256") {
            let error = SchemaError::new("sha256", "Expected the chart's sha256.", score.get("sha256"));
            return Err(error.fatal(SCORE_PREFIX));
        }
        let context = Context {
            client: mode.client.to_ascii_lowercase(),
            chart: chart.to_value(),
            user_id: input.user,
            time_received: input.received,
        };
        Ok(Batch { game: mode.game, context, classes: Vec::new(), rows: only(score) })
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

    fn unknown_chart(row: &Json<'_>, context: &Context) -> Option<UnknownChart> {
        let chart = &context.chart;
        let text = |name: &str| chart[name].as_str().map(str::to_owned);
        let md5 = text("md5").filter(|md5| md5.encode_utf16().count() == 32)?;
        Some(UnknownChart {
            gpt: gpt_of(row, context).ok()?,
            sha256: text("sha256")?,
            title: text("title")?,
            artist: text("artist")?,
            song_data: json!({
                "genre": chart["genre"],
                "subtitle": chart["subtitle"],
                "subartist": chart["subartist"],
                "tableString": null,
            }),
            chart_data: json!({
                "hashMD5": md5,
                "hashSHA256": chart["sha256"],
                "notecount": chart["notes"],
                "tableFolders": [],
                "aiLevel": null,
                "sglEC": null,
                "sglHC": null,
            }),
        })
    }
}

/// What an orphan keeps beside the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    client: String,
    chart: Value,
    #[serde(rename = "userID")]
    user_id: Option<UserId>,
    time_received: i64,
}

/// The header that names the plug-in's version.
pub const IR_VERSION: &str = "x-tachiir-version";

/// Refuses versions of the plug-in that are not known.
///
/// # Errors
/// When the header is absent or names another version.
pub fn check_client(fields: &Fields) -> Result<(), FatalError> {
    let version = fields.get(IR_VERSION).map_or("", String::as_str);
    let known = ["v2", "v3", "v4"].iter().any(|known| version.starts_with(known));
    if known { Ok(()) } else { Err(FatalError::bad_input("Invalid X-TachiIR-Version.")) }
}

// --- Structure -------------------------------------------------------------------------------------------------

const SCORE_PREFIX: &str = "Invalid Beatoraja Import - Score";
const CHART_PREFIX: &str = "Invalid Beatoraja Import - Chart";

fn object<'a>(body: &mut Json<'a>, name: &str, schema: &Schema) -> Result<Json<'a>, SchemaError> {
    match body.take(name) {
        Some(object @ Json::Object(_)) => schema.check(Some(&object)).map(|()| object),
        other => Err(SchemaError::new("", "Non-object provided for validation.", other.as_ref())),
    }
}

/// A kind of chart, and the game that plays it.
#[derive(Debug, Clone, Copy)]
struct Mode {
    name: &'static str,
    client: &'static str,
    game: Game,
    /// `None` where the player's device decides.
    gpt: Option<Gpt>,
}

const MODES: [Mode; 3] = [
    Mode { name: "BEAT_7K", client: "LR2oraja", game: Game::Bms, gpt: Some(Gpt::Bms7k) },
    Mode { name: "BEAT_14K", client: "LR2oraja", game: Game::Bms, gpt: Some(Gpt::Bms14k) },
    Mode { name: "POPN_9K", client: "beatoraja", game: Game::Pms, gpt: None },
];

/// The JSON Schema of the body of a `submit-score` request.
#[must_use]
pub fn json_schema() -> Value {
    let mut score = SCORE.json_schema();
    let graph = json!({"type": "array", "items": {"type": "number"}});
    score["properties"]["gaugeHistory"] = json!({
        "type": ["object", "null"], "description": "Looked at after the other members: a graph of another form spoils its score.",
        "properties": {"easy": graph, "groove": graph, "hard": graph, "exhard": graph},
    });
    json!({
        "type": "object", "required": ["score", "chart", "client"],
        "properties": {
            "score": score, "chart": CHART.json_schema(),
            "client": {"type": "string", "description": "Begins with LR2oraja, for POPN_9K with beatoraja."},
        },
    })
}

/// The JSON Schema of the body of a `submit-course` request.
#[must_use]
pub fn course_json_schema() -> Value {
    COURSE_SUBMIT.json_schema()
}

fn mode(name: Option<&str>) -> Option<Mode> {
    MODES.into_iter().find(|mode| Some(mode.name) == name)
}

/// Any value as text.
fn text<'j>(value: Option<&'j Json<'_>>) -> Cow<'j, str> {
    match value {
        None => Cow::Borrowed("undefined"),
        Some(Json::Text(text)) => Cow::Borrowed(text),
        Some(value) => Cow::Owned(value.to_value().to_string()),
    }
}

const SCORE: Schema = Schema::open(&[&[
    Field::required("sha256", SHA256),
    Field::required("exscore", Kind::Count),
    Field::required("passnotes", Kind::Count),
    Field::required("gauge", LIFE_OR_UNKNOWN),
    Field::required("deviceType", Kind::OneOf(&["BM_CONTROLLER", "KEYBOARD", "MIDI"])),
    Field::required("minbp", COUNT_OR_UNKNOWN),
    Field::required("option", Kind::Integer),
    Field::required("lntype", Kind::OneOfNumbers(&[0.0, 1.0])),
    Field::required("clear", Kind::Meaning(CLEARS)),
    Field::required("assist", Kind::OneOfNumbers(&[0.0])),
    Field::required("maxcombo", Kind::Count),
    Field::required("epg", Kind::Count),
    Field::required("lpg", Kind::Count),
    Field::required("egr", Kind::Count),
    Field::required("lgr", Kind::Count),
    Field::required("egd", Kind::Count),
    Field::required("lgd", Kind::Count),
    Field::required("ebd", Kind::Count),
    Field::required("lbd", Kind::Count),
    Field::required("epr", Kind::Count),
    Field::required("lpr", Kind::Count),
    Field::required("ems", Kind::Count),
    Field::required("lms", Kind::Count),
]]);

const CHART: Schema = Schema::open(&[&[
    Field::required("md5", Kind::Text),
    Field::required("sha256", SHA256),
    Field::required("title", Kind::Text),
    Field::required("subtitle", Kind::Text),
    Field::required("genre", Kind::Text),
    Field::required("artist", Kind::Text),
    Field::required("subartist", Kind::Text),
    Field::required("total", Kind::PositiveNumber),
    Field::required("judge", Kind::PositiveNumber),
    Field::required("lntype", Kind::OneOfNumbers(&[-1.0, 0.0, 1.0, 2.0])),
    Field::required("mode", Kind::OneOf(&[MODES[0].name, MODES[1].name, MODES[2].name])),
    Field::required("notes", Kind::Count),
    Field::required("hasUndefinedLN", Kind::Bool),
    Field::required("hasRandom", Kind::Bool),
]]);

const SHA256: Kind = Kind::Described(sha256, || json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}));
const COUNT_OR_UNKNOWN: Kind = Kind::Described(count_or_unknown, || json!({"type": "integer", "minimum": -1}));
const LIFE_OR_UNKNOWN: Kind = Kind::Described(
    life_or_unknown,
    || json!({"anyOf": [{"type": "number", "minimum": 0, "maximum": 100}, {"const": -1}]}),
);

fn sha256(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let sound = value.and_then(Json::text).is_some_and(|text| text.len() == 64 && text.bytes().all(is_digit));
    if sound { Ok(()) } else { Err("Expected 64 lower-case hexadecimal digits.") }
}

fn life_or_unknown(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    let sound = |life: f64| (0.0..=100.0).contains(&life) || life == -1.0;
    if value.and_then(Json::number).is_some_and(sound) {
        Ok(())
    } else {
        Err("Expected a number between 0 and 100, or -1.")
    }
}

fn count_or_unknown(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    let sound = |count: f64| is_safe_integer(count) && count >= -1.0;
    if value.and_then(Json::number).is_some_and(sound) { Ok(()) } else { Err("Expected a positive integer, or -1.") }
}

const CLEARS: Meanings = &[
    ("NoPlay", "NO PLAY"),
    ("Failed", "FAILED"),
    ("AssistEasy", "ASSIST CLEAR"),
    ("LightAssistEasy", "ASSIST CLEAR"),
    ("Easy", "EASY CLEAR"),
    ("Normal", "CLEAR"),
    ("Hard", "HARD CLEAR"),
    ("ExHard", "EX HARD CLEAR"),
    ("FullCombo", "FULL COMBO"),
    ("Perfect", "FULL COMBO"),
    ("Max", "FULL COMBO"),
];

// --- Conversion ------------------------------------------------------------------------------------------------

/// PMS has the same metrics.
const METRICS: &[Metric] = bms::K7.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");
const _: () = fill::are_values(METRICS, LAMP, CLEARS);

/// BADs and worse count as early or late; GOODs do not.
const NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "score", &["exscore"]),
    Sum::new(METRICS, "epg", &["epg"]),
    Sum::new(METRICS, "lpg", &["lpg"]),
    Sum::new(METRICS, "egr", &["egr"]),
    Sum::new(METRICS, "lgr", &["lgr"]),
    Sum::new(METRICS, "egd", &["egd"]),
    Sum::new(METRICS, "lgd", &["lgd"]),
    Sum::new(METRICS, "ebd", &["ebd"]),
    Sum::new(METRICS, "lbd", &["lbd"]),
    Sum::new(METRICS, "epr", &["epr", "ems"]),
    Sum::new(METRICS, "lpr", &["lpr", "lms"]),
    Sum::new(METRICS, "fast", &["ebd", "egr", "epr", "ems"]),
    Sum::new(METRICS, "slow", &["lbd", "lgr", "lpr", "lms"]),
];
const JUDGEMENTS: &[&[&str]] =
    &[&["epg", "lpg"], &["egr", "lgr"], &["egd", "lgd"], &["ebd", "lbd"], &["epr", "lpr", "ems", "lms"]];

/// Where -1 means that the game does not know.
const UNKNOWN_IF_NEGATIVE: [(MetricIdx, &str); 2] =
    [(metric(METRICS, "bp"), "minbp"), (metric(METRICS, "gauge"), "gauge")];

const GRAPHS: [(MetricIdx, &str); 3] = [
    (metric(METRICS, "gaugeHistoryEasy"), "easy"),
    (metric(METRICS, "gaugeHistoryGroove"), "groove"),
    (metric(METRICS, "gaugeHistoryHard"), "hard"),
];

/// By the option's number.
const RANDOMS: [&str; 5] = ["NONRAN", "MIRROR", "RANDOM", "R-RANDOM", "S-RANDOM"];

fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let chart = find_chart(row, context, catalogue)?;
    let gpt = catalogue.chart(chart).gpt;
    let mut data = ScoreData::new(gpt.config());
    fill::numbers(&mut data, row, NUMBERS);
    fill::judgements(&mut data, row, JUDGEMENTS)?;
    fill::value(&mut data, LAMP, meaning(CLEARS, row.text_of("clear")));
    for (metric, name) in UNKNOWN_IF_NEGATIVE {
        if let Some(value) = row.number_of(name).filter(|value| *value >= 0.0) {
            data.set_number(metric, value);
        }
    }
    if let Some(graphs) = row.get_some("gaugeHistory") {
        for (metric, name) in GRAPHS {
            fill::graph(&mut data, metric, graphs.get(name), Some)?;
        }
    }
    Ok(DryScore {
        chart,
        data,
        score_meta: score_meta(row, context, gpt),
        service: "Beatoraja IR".to_owned(),
        comment: None,
        time_achieved: Some(context.time_received),
    })
}

fn find_chart(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<ChartIdx, Failure> {
    let chart = &context.chart;
    if chart["lntype"].as_f64() != Some(0.0) {
        return Err(Failure::invalid("CN or HCN mode is not supported by this IR."));
    }
    if chart["hasRandom"] != Value::Bool(false) {
        return Err(Failure::invalid("Charts with #RANDOM declarations are not supported by this IR."));
    }
    let gpt = gpt_of(row, context)?;
    // A BMS file has one chart, whatever its sender calls the mode; a PMS file has one for each device.
    let gpts = if gpt.game() == Game::Bms { Game::Bms.config().gpts } else { std::slice::from_ref(&gpt) };
    catalogue.chart_by_hash(gpts, chart["sha256"].as_str().unwrap_or_default()).ok_or_else(|| {
        let text = |name: &str| chart[name].as_str().unwrap_or_default();
        Failure::NotFound(format!("This chart ({} - {}) is orphaned.", text("artist"), text("title")))
    })
}

fn gpt_of(row: &Json<'_>, context: &Context) -> Result<Gpt, Failure> {
    let mode = mode(context.chart["mode"].as_str());
    let mode = mode.ok_or_else(|| Failure::Internal("the orphan's chart has no known mode".to_owned()))?;
    match (mode.gpt, row.text_of("deviceType")) {
        (Some(gpt), _) => Ok(gpt),
        (None, Some("BM_CONTROLLER")) => Ok(Gpt::PmsController),
        (None, Some("KEYBOARD")) => Ok(Gpt::PmsKeyboard),
        (None, _) => Err(Failure::invalid("MIDI is not allowed for PMS scores.")),
    }
}

fn score_meta(row: &Json<'_>, context: &Context, gpt: Gpt) -> Map<String, Value> {
    let option = row.number_of("option").filter(|_| gpt != Gpt::Bms14k);
    let mut meta = Map::new();
    meta.insert("client".to_owned(), json!(context.client));
    if gpt.game() == Game::Bms {
        meta.insert("inputDevice".to_owned(), json!(row.text_of("deviceType")));
    }
    meta.insert("random".to_owned(), json!(fill::entry(&RANDOMS, option)));
    meta
}

// --- Courses ---------------------------------------------------------------------------------------------------

const COURSE_SUBMIT: Schema = Schema::open(&[&[
    Field::required(
        "course",
        Kind::Object(Schema::open(&[&[
            Field::required("charts", FOUR_CHARTS),
            Field::required("constraint", Kind::Array(&Kind::Text)),
        ]])),
    ),
    Field::required(
        "score",
        Kind::Object(Schema::open(&[&[
            Field::required("clear", Kind::Meaning(CLEARS)),
            Field::required("option", Kind::Integer),
            Field::required("lntype", Kind::OneOfNumbers(&[0.0, 1.0, 2.0])),
        ]])),
    ),
]]);

const FOUR_CHARTS: Kind = Kind::Described(four_charts, || {
    let chart = json!({"type": "object", "required": ["md5"], "properties": {"md5": {"type": "string"}}});
    json!({"type": "array", "minItems": 4, "maxItems": 4, "items": chart})
});

fn four_charts(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    match value {
        Some(Json::Array(charts)) if charts.len() == 4 && charts.iter().all(|chart| chart.text_of("md5").is_some()) => {
            Ok(())
        }
        _ => Err("Expected an array of 4 objects with MD5 properties."),
    }
}

/// Clears that do not earn a class.
const NOT_CLEARED: [&str; 5] = ["Failed", "NoPlay", "Easy", "LightAssistEasy", "AssistEasy"];

/// The concatenated MD5s of the course that the body of a `submit-course` request tells of; `None` when the course was
/// not cleared.
///
/// # Errors
/// When the body is not such a request's, or the course was not played as classes demand.
pub fn submitted_course(bytes: &[u8]) -> Result<Option<String>, FatalError> {
    let body = json::body(bytes)?;
    COURSE_SUBMIT.check(Some(&body)).map_err(|error| error.bracketed())?;
    let (course, score) = (body.get("course"), body.get("score"));
    if score.and_then(|score| score.text_of("clear")).is_some_and(|clear| NOT_CLEARED.contains(&clear)) {
        return Ok(None);
    }
    let number = |name: &str| score.and_then(|score| score.number_of(name));
    if number("lntype") != Some(0.0) {
        return Err(FatalError::bad_input("LN mode is the only supported mode for dans."));
    }
    let constraints = texts(course.and_then(|course| course.get("constraint")), Json::text);
    if let Some(mode) = ["CN", "HCN"].into_iter().find(|mode| constraints.contains(mode)) {
        return Err(FatalError::bad_input(format!("{mode} mode is not allowed in dans.")));
    }
    if constraints.iter().any(|constraint| constraint.starts_with("GAUGE_") && *constraint != "GAUGE_LR2") {
        return Err(FatalError::bad_input("Dan GAUGE mode must be GAUGE_LR2."));
    }
    if !matches!(number("option"), Some(0.0 | 1.0)) {
        return Err(FatalError::bad_input("RANDOM is not allowed in courses."));
    }
    Ok(Some(texts(course.and_then(|course| course.get("charts")), |chart| chart.text_of("md5")).concat()))
}

fn texts<'j, 'a>(array: Option<&'j Json<'a>>, text: impl Fn(&'j Json<'a>) -> Option<&'j str>) -> Vec<&'j str> {
    match array {
        Some(Json::Array(elements)) => elements.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submitted(change: impl Fn(&mut Value)) -> Result<Option<String>, String> {
        let mut body = json!({
            "course": {
                "charts": [{"md5": "a"}, {"md5": "b"}, {"md5": "c", "foo": 1}, {"md5": "d"}],
                "constraint": ["GAUGE_LR2", "MIRROR"],
            },
            "score": {"clear": "Normal", "option": 0, "lntype": 0},
        });
        change(&mut body);
        submitted_course(body.to_string().as_bytes()).map_err(|error| error.message)
    }

    fn refused(change: impl Fn(&mut Value), expected: &str) {
        assert_eq!(submitted(change), Err(expected.to_owned()));
    }

    #[test]
    fn a_cleared_course_is_its_charts_in_their_order() {
        assert_eq!(submitted(|_| ()), Ok(Some("abcd".to_owned())));
        assert_eq!(submitted(|body| body["score"]["option"] = json!(1)), Ok(Some("abcd".to_owned())));
        assert_eq!(submitted(|body| body["course"]["constraint"] = json!([])), Ok(Some("abcd".to_owned())));
        for clear in ["Hard", "ExHard", "FullCombo", "Perfect", "Max"] {
            assert_eq!(submitted(|body| body["score"]["clear"] = json!(clear)), Ok(Some("abcd".to_owned())), "{clear}");
        }
    }

    #[test]
    fn weak_clears_are_none_whatever_else_is_wrong() {
        for clear in NOT_CLEARED {
            let weak = |body: &mut Value| body["score"] = json!({"clear": clear, "option": 4, "lntype": 1});
            assert_eq!(submitted(weak), Ok(None), "{clear}");
        }
    }

    #[test]
    fn courses_are_played_as_classes_demand() {
        let constraint = |constraint: &str, expected| {
            refused(|body| body["course"]["constraint"] = json!(["GAUGE_LR2", constraint]), expected);
        };
        refused(|body| body["score"]["lntype"] = json!(2), "LN mode is the only supported mode for dans.");
        constraint("CN", "CN mode is not allowed in dans.");
        constraint("HCN", "HCN mode is not allowed in dans.");
        constraint("GAUGE_5KEYS", "Dan GAUGE mode must be GAUGE_LR2.");
        refused(|body| body["score"]["option"] = json!(2), "RANDOM is not allowed in courses.");
        refused(|body| body["score"]["option"] = json!(-1), "RANDOM is not allowed in courses.");
    }

    #[test]
    fn errors_of_structure_name_the_member() {
        let charts = "[course.charts] Expected an array of 4 objects with MD5 properties.";
        refused(|body| body["course"]["charts"] = json!([{"md5": "a"}]), charts);
        refused(|body| body["course"]["charts"][2] = json!({}), charts);
        let text = "[score.lntype] Expected any of 0, 1, 2. (Received null)";
        refused(|body| body["score"]["lntype"] = Value::Null, text);
    }
}
