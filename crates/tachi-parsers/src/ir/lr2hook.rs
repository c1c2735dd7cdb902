//! `ir/lr2hook`: single scores of Lunatic Rave 2.
//!
//! - **Page**: `spec/import-types/ir-lr2hook.md`
//! - **Written by**: the LR2 hook
//! - **Versions**: one form; judgements split into early and late, and the graphs of all gauges, may be missing
//! - **Encoding**: JSON
//! - **Times**: UNIX seconds, else the time of receipt
//! - **Quirks**: the plain number of notes played can be wrong after a restart
//! - **Skipped**: nothing
//! - **Invalid**: a miss count below nothing
//! - **Fatal**: any structural error, assists and random modes that LR2 itself does not rank included

use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::bms;
use tachi_core::import_type::ImportType;
use tachi_core::number::is_safe_integer;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::{Received, only};
use crate::error::{Failure, FatalError, shown};
use crate::fill::{self, Sum};
use crate::format::{Batch, Format, Input};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Meanings, Schema, meaning};

/// The import type.
#[derive(Debug)]
pub struct Lr2hook;

impl Format for Lr2hook {
    const IMPORT_TYPE: ImportType = ImportType::IrLr2hook;
    type Row<'a> = Json<'a>;
    type Context = Received;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let body = json::body(input.bytes)?;
        SCHEMA.check(Some(&body)).map_err(|error| error.fatal("Error"))?;
        let context = Received { time_received: input.received };
        Ok(Batch { game: Game::Bms, context, classes: Vec::new(), rows: only(body) })
    }

    fn convert(row: &Json<'_>, context: &Received, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        let chart = find_chart(row, catalogue)?;
        let gpt = catalogue.chart(chart).gpt;
        let time = row.number_of("unixTimestamp").map(|seconds| (seconds as i64).saturating_mul(1000));
        Ok(DryScore {
            chart,
            data: score_data(row, gpt)?,
            score_meta: score_meta(row, gpt),
            service: "LR2Hook".to_owned(),
            comment: None,
            time_achieved: Some(time.unwrap_or(context.time_received)),
        })
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &Received) -> Result<Json<'static>, Failure> {
        SCHEMA.restore(data)
    }

    fn label<'r>(_row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, None)
    }
}

// --- Structure -------------------------------------------------------------------------------------------------

/// The JSON Schema of a body.
#[must_use]
pub fn json_schema() -> Value {
    SCHEMA.json_schema()
}

const SCHEMA: Schema = Schema::open(&[&[
    Field::required("md5", Kind::Text),
    Field::required("playerData", Kind::Object(Schema::open(&[PLAYER]))),
    Field::required("scoreData", Kind::Object(Schema::open(&[SCORE]))),
    Field::optional("unixTimestamp", Kind::Count),
]]);

const PLAYER: &[Field] = &[
    Field::required("autoScr", NO_AUTO_SCRATCH),
    Field::required("random", RANKED_RANDOM),
    Field::required("gauge", Kind::Meaning(GAUGES)),
    Field::optional("rseed", Kind::IntegerBetween(0.0, 32_766.0)),
];

const SCORE: &[Field] = &[
    Field::required("pgreat", Kind::Count),
    Field::required("great", Kind::Count),
    Field::required("good", Kind::Count),
    Field::required("bad", Kind::Count),
    Field::required("poor", Kind::Count),
    Field::required("maxCombo", Kind::Count),
    Field::required("exScore", Kind::Count),
    Field::required("moneyScore", Kind::Count),
    Field::required("notesTotal", Kind::Count),
    Field::required("notesPlayed", Kind::Count),
    Field::required("lamp", Kind::Meaning(LAMPS)),
    Field::required("hpGraph", HP_GRAPH),
    Field::nullable("extendedJudgements", Kind::Object(Schema::open(&[EXTENDED_JUDGEMENTS]))),
    Field::nullable("extendedHpGraphs", Kind::Object(Schema::open(&[EXTENDED_HP_GRAPHS]))),
];

const EXTENDED_JUDGEMENTS: &[Field] = &[
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
    Field::required("cb", Kind::Count),
    Field::required("fast", Kind::Count),
    Field::required("slow", Kind::Count),
    Field::required("notesPlayed", Kind::Count),
];

const EXTENDED_HP_GRAPHS: &[Field] = &[
    Field::required("groove", HP_GRAPH),
    Field::required("hard", HP_GRAPH),
    Field::required("hazard", HP_GRAPH),
    Field::required("easy", HP_GRAPH),
    Field::required("pattack", HP_GRAPH),
    Field::required("gattack", HP_GRAPH),
];

const NO_AUTO_SCRATCH: Kind = Kind::Described(no_auto_scratch, || json!({"const": 0}));
const RANKED_RANDOM: Kind = Kind::Described(ranked_random, || {
    let names: Vec<&str> = RANDOMS.iter().map(|(sent, _)| *sent).collect();
    json!({"type": "string", "enum": names})
});
const HP_GRAPH: Kind = Kind::Described(hp_graph, || {
    let life = json!({"type": "integer", "minimum": 0, "maximum": 100});
    json!({"type": "array", "minItems": 1000, "maxItems": 1000, "items": life})
});

fn hp_graph(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    let Some(Json::Array(elements)) = value else { return Err("Expected an array") };
    if elements.len() != 1000 {
        return Err("Expected an array with length 1000.");
    }
    let is_life = |life: f64| is_safe_integer(life) && (0.0..=100.0).contains(&life);
    let sound = elements.iter().all(|element| element.number().is_some_and(is_life));
    if sound { Ok(()) } else { Err("Expected an array of 1000 integers between 0 and 100.") }
}

fn no_auto_scratch(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    match value {
        Some(Json::Number(0.0)) => Ok(()),
        _ => Err("Auto Scratch cannot be turned on, as it is treated as an EASY CLEAR by LR2."),
    }
}

fn ranked_random(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    match meaning(RANDOMS, value.and_then(Json::text)) {
        Some(_) => Ok(()),
        None => Err("Expected any of NORAN, MIRROR, RAN, S-RAN. Note that ALLSCR and H-RAN are not supported!"),
    }
}

const RANDOMS: Meanings = &[("NORAN", "NONRAN"), ("MIRROR", "MIRROR"), ("RAN", "RANDOM"), ("S-RAN", "S-RANDOM")];
const GAUGES: Meanings = &[
    ("GROOVE", "NORMAL"),
    ("HARD", "HARD"),
    ("HAZARD", "HARD"),
    ("EASY", "EASY"),
    ("P-ATTACK", "HARD"),
    ("G-ATTACK", "HARD"),
];
const LAMPS: Meanings = &[
    ("NO PLAY", "NO PLAY"),
    ("FAIL", "FAILED"),
    ("EASY", "EASY CLEAR"),
    ("NORMAL", "CLEAR"),
    ("HARD", "HARD CLEAR"),
    ("FULL COMBO", "FULL COMBO"),
];

// --- Conversion ------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = bms::K7.metrics;
const LAMP: MetricIdx = metric(METRICS, "lamp");
const BP: MetricIdx = metric(METRICS, "bp");
const GAUGE: MetricIdx = metric(METRICS, "gauge");
const _: () = fill::are_values(METRICS, LAMP, LAMPS);

const NUMBERS: &[Sum] = &[Sum::new(METRICS, "score", &["exScore"]), Sum::new(METRICS, "maxCombo", &["maxCombo"])];
const JUDGEMENTS: &[&[&str]] = &[&["pgreat"], &["great"], &["good"], &["bad"], &["poor"]];

const EXTENDED_NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "epg", &["epg"]),
    Sum::new(METRICS, "lpg", &["lpg"]),
    Sum::new(METRICS, "egr", &["egr"]),
    Sum::new(METRICS, "lgr", &["lgr"]),
    Sum::new(METRICS, "egd", &["egd"]),
    Sum::new(METRICS, "lgd", &["lgd"]),
    Sum::new(METRICS, "ebd", &["ebd"]),
    Sum::new(METRICS, "lbd", &["lbd"]),
    Sum::new(METRICS, "epr", &["epr"]),
    Sum::new(METRICS, "lpr", &["lpr"]),
    Sum::new(METRICS, "fast", &["fast"]),
    Sum::new(METRICS, "slow", &["slow"]),
];

const GAUGE_HISTORY: MetricIdx = metric(METRICS, "gaugeHistory");
const EXTENDED_GRAPHS: [(MetricIdx, &str); 3] = [
    (metric(METRICS, "gaugeHistoryEasy"), "easy"),
    (metric(METRICS, "gaugeHistoryGroove"), "groove"),
    (metric(METRICS, "gaugeHistoryHard"), "hard"),
];

fn find_chart(row: &Json<'_>, catalogue: &Catalogue) -> Result<ChartIdx, Failure> {
    let hash = row.text_of("md5").unwrap_or_default();
    let chart = catalogue.chart_by_hash(Game::Bms.config().gpts, hash);
    chart.ok_or_else(|| Failure::NotFound(format!("Could not find chart with md5 {}.", shown(hash))))
}

fn score_data(row: &Json<'_>, gpt: Gpt) -> Result<ScoreData, Failure> {
    let score = row.get("scoreData").ok_or_else(|| Failure::Internal("the element has no scoreData".to_owned()))?;
    let extended = score.get_some("extendedJudgements");
    let mut data = ScoreData::new(gpt.config());
    fill::numbers(&mut data, score, NUMBERS);
    fill::judgements(&mut data, score, JUDGEMENTS)?;
    fill::value(&mut data, LAMP, meaning(LAMPS, score.text_of("lamp")));
    if let Some(bp) = bp(score, extended) {
        data.set_number(BP, bp);
    }
    fill::graph(&mut data, GAUGE_HISTORY, score.get("hpGraph"), Some)?;
    if let Some(Json::Array(graph)) = score.get("hpGraph")
        && let Some(Json::Number(last)) = graph.last()
    {
        data.set_number(GAUGE, *last);
    }
    if let Some(extended) = extended {
        fill::numbers(&mut data, extended, EXTENDED_NUMBERS);
    }
    if let Some(graphs) = score.get_some("extendedHpGraphs") {
        for (metric, name) in EXTENDED_GRAPHS {
            fill::graph(&mut data, metric, graphs.get(name), Some)?;
        }
    }
    Ok(data)
}

/// Bads, poors and the notes that were never reached. How many those are is certain only where the hook counted them
/// itself, or where there are none.
fn bp(score: &Json<'_>, extended: Option<&Json<'_>>) -> Option<f64> {
    let number = |name: &str| score.number_of(name);
    let missed = number("bad")? + number("poor")?;
    let total = number("notesTotal")?;
    match extended.and_then(|extended| extended.number_of("notesPlayed")) {
        Some(played) => Some(missed + total - played),
        None => (number("notesPlayed") == Some(total)).then_some(missed),
    }
}

fn score_meta(row: &Json<'_>, gpt: Gpt) -> Map<String, Value> {
    let option =
        |name: &str, table: Meanings| meaning(table, row.get("playerData").and_then(|player| player.text_of(name)));
    // Of two players' sides LR2 tells only one.
    let random = if gpt == Gpt::Bms14k { None } else { option("random", RANDOMS) };
    [("client", json!("LR2")), ("gauge", json!(option("gauge", GAUGES))), ("random", json!(random))]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

// --- Courses ---------------------------------------------------------------------------------------------------

/// A played course.
#[derive(Debug, Clone, PartialEq)]
pub enum SubmittedCourse {
    /// Played to its end: the concatenated MD5s of its charts.
    Cleared(String),
    /// Not played to its end.
    Failed {
        /// How many notes were played.
        notes_played: i64,
        /// How many the course has.
        notes_total: i64,
    },
}

/// The course that the body of an `import/course` request tells of.
///
/// # Errors
/// When the body is not such a request's.
pub fn submitted_course(bytes: &[u8]) -> Result<SubmittedCourse, FatalError> {
    let body = json::body(bytes)?;
    SCHEMA.check(Some(&body)).map_err(|error| error.bracketed())?;
    let number = |name: &str| body.get("scoreData").and_then(|score| score.number_of(name)).unwrap_or(0.0) as i64;
    let (notes_played, notes_total) = (number("notesPlayed"), number("notesTotal"));
    Ok(if notes_played == notes_total {
        SubmittedCourse::Cleared(body.text_of("md5").unwrap_or_default().to_owned())
    } else {
        SubmittedCourse::Failed { notes_played, notes_total }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(notes_played: i64) -> Value {
        json!({
            "md5": "abcd",
            "playerData": {"autoScr": 0, "gameMode": "7K", "random": "NORAN", "gauge": "GROOVE"},
            "scoreData": {
                "pgreat": 0, "great": 0, "good": 0, "bad": 0, "poor": 0, "exScore": 0, "maxCombo": 0, "moneyScore": 0,
                "notesTotal": 4000, "notesPlayed": notes_played, "lamp": "FAIL", "hpGraph": vec![0; 1000],
            },
        })
    }

    #[test]
    fn a_course_is_cleared_when_all_its_notes_were_played() {
        let submitted = |notes_played| submitted_course(course(notes_played).to_string().as_bytes()).unwrap();
        assert_eq!(submitted(4000), SubmittedCourse::Cleared("abcd".to_owned()));
        assert_eq!(submitted(3999), SubmittedCourse::Failed { notes_played: 3999, notes_total: 4000 });
    }

    #[test]
    fn a_course_has_the_body_of_a_score() {
        let mut body = course(4000);
        body["scoreData"]["lamp"] = Value::Null;
        let error = submitted_course(body.to_string().as_bytes()).unwrap_err().message;
        let expected =
            "[scoreData.lamp] Expected any of NO PLAY, FAIL, EASY, NORMAL, HARD, FULL COMBO. (Received null)";
        assert_eq!(error, expected);
    }
}
