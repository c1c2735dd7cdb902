//! `ir/fervidex`: single scores of beatmania IIDX, arcade and INFINITAS.
//!
//! - **Page**: `spec/import-types/ir-fervidex.md`
//! - **Written by**: the fervidex hook
//! - **Versions**: one form; the game's version follows from the software model in the headers
//! - **Encoding**: JSON
//! - **Times**: the time of receipt
//! - **Quirks**: values above 200 in gauge graphs mean that the player has died; a score is sent again to be
//!   highlighted
//! - **Skipped**: BEGINNER
//! - **Invalid**: custom charts without hash, a final gauge above 100, a ghost that is no graph
//! - **Fatal**: another program, an old version of it, an unknown software model, any structural error

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::iidx;
use tachi_core::ids::UserId;
use tachi_core::import_type::ImportType;
use tachi_core::number::to_text;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, metric};

use super::client::{SoftwareModel, user_agent};
use super::only;
use crate::charts;
use crate::error::{Failure, FatalError, shown};
use crate::fill::{self, Sum};
use crate::format::{Batch, Fields, Format, Input, ProvidedClass};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Meanings, Schema, meaning};

/// The import type.
#[derive(Debug)]
pub struct Fervidex;

impl Format for Fervidex {
    const IMPORT_TYPE: ImportType = ImportType::IrFervidex;
    type Row<'a> = Json<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let version = client_version(input.fields, input.surroundings.fervidex_min_version)?;
        let body = json::body(input.bytes)?;
        SCHEMA.check(Some(&body)).map_err(|error| error.fatal("Invalid Fervidex Request?"))?;
        let context = Context { version: version.to_owned(), time_received: input.received, user_id: input.user };
        Ok(Batch { game: Game::Iidx, context, classes: Vec::new(), rows: only(body) })
    }

    fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, context, catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &Context) -> Result<Json<'static>, Failure> {
        SCHEMA.restore(data)
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, row.text_of("chart"))
    }

    fn highlights(row: &Json<'_>) -> bool {
        row.get("highlight") == Some(&Json::Bool(true))
    }
}

/// What an orphan keeps beside the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    version: String,
    time_received: i64,
    #[serde(rename = "userID")]
    user_id: Option<UserId>,
}

// --- The client ------------------------------------------------------------------------------------------------

/// The header that names the card in use.
pub const ACCOUNT_ID: &str = "x-account-id";

/// The version of the game that a request comes from, by its headers `user-agent` and `x-software-model`.
///
/// # Errors
/// When another program sends it, one older than `min_version`, or one in a game that is not known.
pub fn client_version(fields: &Fields, min_version: &str) -> Result<&'static str, FatalError> {
    let text = user_agent(fields, "fervidex/", "fervidex")?;
    let version = numbers(text).filter(|numbers| numbers.len() >= 3);
    let version = version.ok_or_else(|| FatalError::bad_input(format!("Invalid version {}.", shown(text))))?;
    if numbers(min_version).is_some_and(|least| version < least) {
        return Err(FatalError::bad_input(format!("Versions of fervidex < {min_version} are not supported.")));
    }
    let model = SoftwareModel::read(fields)?;
    if model.revision == "Z" {
        return Err(FatalError::bad_input("2DX_BMS is not supported."));
    }
    // The stray bracket is part of the published text.
    game_version(&model).ok_or_else(|| FatalError::bad_input(format!("Invalid software model {})", model.text)))
}

/// The numbers of a dotted version; an empty part is 0.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| if part.is_empty() { Some(0) } else { part.parse().ok().filter(|_| digits(part)) };
    version.split('.').map(number).collect()
}

/// Refuses cards that a user does not want to be imported; no cards are no filter.
///
/// # Errors
/// When the request names another card than these, or none.
pub fn check_card<S: AsRef<str>>(cards: &[S], fields: &Fields) -> Result<(), FatalError> {
    if cards.is_empty() {
        return Ok(());
    }
    match fields.get(ACCOUNT_ID).map_or("", String::as_str) {
        "" => Err(FatalError::bad_input("Fervidex did not provide a card ID.")),
        card if cards.iter().any(|known| known.as_ref() == card) => Ok(()),
        card => {
            let card = shown(card);
            Err(FatalError::bad_input(format!("The card ID {card} is not in your list of filters. Ignoring.")))
        }
    }
}

/// INFINITAS, which has one version only.
pub(super) const INFINITAS: &str = "P2D";
/// The arcade game, on its old and its lightning cabinet.
const ARCADE: [&str; 2] = ["LDJ", "TDJ"];
/// The kinds of data: as published, with restored charts, with custom charts.
const REVISIONS: [&str; 3] = ["A", "X", "E"];

/// Builds of the arcade game, and the version that they are with each kind of data.
const BUILDS: &[(&[&str], [Option<&str>; 3])] = &[
    (&["2018091900"], [Some("25"), None, None]),
    (&["2019090200", "2019100700"], [Some("26"), Some("26-omni"), None]),
    (&["2020092900"], [Some("27"), Some("27-omni"), Some("27-2dxtra")]),
    (&["2021091500"], [Some("28"), Some("28-omni"), Some("28-2dxtra")]),
    (&["2022082400"], [Some("29"), Some("29-omni"), None]),
    (
        &["2022103100", "2022120800", "2023022000", "2023040400", "2023090500"],
        [Some("30"), Some("30-omni"), Some("30-2dxtra")],
    ),
    (
        &["2023101800", "2023103000", "2023121800", "2024021300", "2024082600"],
        [Some("31"), Some("31-omni"), Some("31-2dxtra")],
    ),
    (&["2025011400", "2025032500", "2025041500", "2025072900", "2025082500"], [Some("32"), Some("32-omni"), None]),
];

fn game_version(model: &SoftwareModel<'_>) -> Option<&'static str> {
    if model.model == INFINITAS {
        return Some("inf");
    }
    if !ARCADE.contains(&model.model) {
        return None;
    }
    let revision = REVISIONS.iter().position(|revision| *revision == model.revision)?;
    let (_, versions) = BUILDS.iter().find(|(extensions, _)| extensions.contains(&model.extension))?;
    versions[revision]
}

// --- Structure -------------------------------------------------------------------------------------------------

/// A chart as the hook names it; without difficulty it is not tracked.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChartCode {
    pub code: &'static str,
    pub gpt: Gpt,
    pub difficulty: Option<&'static str>,
}

const fn code(code: &'static str, gpt: Gpt, difficulty: Option<&'static str>) -> ChartCode {
    ChartCode { code, gpt, difficulty }
}

const CHARTS: &[ChartCode] = &[
    code("spb", Gpt::IidxSp, None),
    code("spn", Gpt::IidxSp, Some("NORMAL")),
    code("dpn", Gpt::IidxDp, Some("NORMAL")),
    code("sph", Gpt::IidxSp, Some("HYPER")),
    code("dph", Gpt::IidxDp, Some("HYPER")),
    code("spa", Gpt::IidxSp, Some("ANOTHER")),
    code("dpa", Gpt::IidxDp, Some("ANOTHER")),
    code("spl", Gpt::IidxSp, Some("LEGGENDARIA")),
    code("dpl", Gpt::IidxDp, Some("LEGGENDARIA")),
];

pub(super) const CODES: [&str; CHARTS.len()] = {
    let mut codes = [""; CHARTS.len()];
    let mut index = 0;
    while index < CHARTS.len() {
        codes[index] = CHARTS[index].code;
        index += 1;
    }
    codes
};

/// The chart of that name.
pub(super) fn chart_code(code: &str) -> Option<ChartCode> {
    CHARTS.iter().copied().find(|chart| chart.code == code)
}

const GRAPH: Kind = Kind::Array(&Kind::IntegerBetween(0.0, 255.0));

const SCHEMA: Schema = Schema::open(&[&[
    Field::required("chart", Kind::OneOf(&CODES)),
    Field::required("entry_id", Kind::Count),
    Field::optional("chart_sha256", Kind::Text),
    Field::optional("custom", Kind::Bool),
    Field::required("pgreat", Kind::Count),
    Field::required("great", Kind::Count),
    Field::required("good", Kind::Count),
    Field::required("bad", Kind::Count),
    Field::required("poor", Kind::Count),
    Field::required("slow", Kind::Count),
    Field::required("fast", Kind::Count),
    Field::optional("max_combo", Kind::Count),
    Field::required("combo_break", Kind::Count),
    Field::required("ex_score", Kind::Count),
    Field::required("clear_type", Kind::IntegerBetween(0.0, 7.0)),
    Field::required("gauge", GRAPH),
    Field::nullable("dead", Kind::Object(Schema::open(&[DEAD]))),
    Field::nullable("option", Kind::Object(Schema::open(&[OPTION]))),
    Field::nullable("2dx-gsm", Kind::Object(Schema::open(&[GSM]))),
    Field::optional("highlight", Kind::Bool),
    Field::optional("duplicate", Kind::Bool),
]]);

/// The JSON Schema of the body of a `score/submit` request.
#[must_use]
pub fn json_schema() -> Value {
    SCHEMA.json_schema()
}

const DEAD: &[Field] = &[Field::nullable("measure", Kind::Count), Field::nullable("note", Kind::Count)];

const OPTION: &[Field] = &[
    Field::nullable("gauge", Kind::Meaning(GAUGES)),
    Field::nullable("range", Kind::Meaning(RANGES)),
    Field::nullable("style", Kind::Meaning(RANDOMS)),
    Field::nullable("style_2p", Kind::Meaning(RANDOMS)),
    Field::nullable("assist", Kind::Meaning(ASSISTS)),
];

const GSM: &[Field] = &[
    Field::optional("EASY", GRAPH),
    Field::optional("NORMAL", GRAPH),
    Field::optional("HARD", GRAPH),
    Field::optional("EX_HARD", GRAPH),
];

const GAUGES: Meanings = &[
    ("ASSISTED_EASY", "ASSISTED EASY"),
    ("EASY", "EASY"),
    ("HARD", "HARD"),
    ("EX_HARD", "EX-HARD"),
    ("EROSION_LV1", "NORMAL"),
    ("EROSION_LV2", "NORMAL"),
    ("EROSION_LV3", "NORMAL"),
    ("EROSION_LV4", "NORMAL"),
    ("EROSION_LV5", "NORMAL"),
];
const RANGES: Meanings = &[
    ("SUDDEN_PLUS", "SUDDEN+"),
    ("HIDDEN_PLUS", "HIDDEN+"),
    ("SUD_PLUS_HID_PLUS", "SUD+ HID+"),
    ("LIFT", "LIFT"),
    ("LIFT_SUD_PLUS", "LIFT SUD+"),
];
const RANDOMS: Meanings =
    &[("RANDOM", "RANDOM"), ("R_RANDOM", "R-RANDOM"), ("S_RANDOM", "S-RANDOM"), ("MIRROR", "MIRROR")];
const ASSISTS: Meanings = &[
    ("AUTO_SCRATCH", "AUTO SCRATCH"),
    ("LEGACY_NOTE", "LEGACY NOTE"),
    ("ASCR_LEGACY", "FULL ASSIST"),
    ("FULL_ASSIST", "FULL ASSIST"),
];

// --- Conversion ------------------------------------------------------------------------------------------------

const METRICS: &[Metric] = iidx::SP.metrics;
const GAUGE_HISTORY: MetricIdx = metric(METRICS, "gaugeHistory");
const SCORE_HISTORY: MetricIdx = metric(METRICS, "scoreHistory");

const NUMBERS: &[Sum] = &[
    Sum::new(METRICS, "score", &["ex_score"]),
    Sum::new(METRICS, "fast", &["fast"]),
    Sum::new(METRICS, "slow", &["slow"]),
    Sum::new(METRICS, "comboBreak", &["combo_break"]),
    Sum::new(METRICS, "bp", &["bad", "poor"]),
];
const JUDGEMENTS: &[&[&str]] = &[&["pgreat"], &["great"], &["good"], &["bad"], &["poor"]];

/// What each gauge would have shown.
const GAUGE_SHIFTS: [(MetricIdx, &str); 4] = [
    (metric(METRICS, "gsmEasy"), "EASY"),
    (metric(METRICS, "gsmNormal"), "NORMAL"),
    (metric(METRICS, "gsmHard"), "HARD"),
    (metric(METRICS, "gsmEXHard"), "EX_HARD"),
];

fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let code = row.text_of("chart").and_then(chart_code);
    let ChartCode { gpt, difficulty, .. } = code.ok_or_else(|| Failure::Internal("no such chart code".to_owned()))?;
    let Some(difficulty) = difficulty else { return Err(Failure::Skip("BEGINNER is not tracked")) };
    let chart = find_chart(row, gpt, difficulty, &context.version, catalogue)?;
    let mut data = ScoreData::new(gpt.config());
    fill::numbers(&mut data, row, NUMBERS);
    fill::judgements(&mut data, row, JUDGEMENTS)?;
    if let Some(clear_type) = row.number_of("clear_type") {
        data.set_enum(iidx::LAMP, clear_type as usize);
    }
    if row.get_some("dead").is_some() {
        // Misses of a song that was not played to its end say little.
        data.set(iidx::BP, None);
    }
    fill::graph(&mut data, GAUGE_HISTORY, row.get("gauge"), until_death)?;
    if let Some(gauge) = final_gauge(row)? {
        data.set_number(iidx::GAUGE, gauge);
    }
    fill::graph(&mut data, SCORE_HISTORY, row.get("ghost"), Some)?;
    if let Some(graphs) = row.get_some("2dx-gsm") {
        for (metric, name) in GAUGE_SHIFTS {
            fill::graph(&mut data, metric, graphs.get(name), until_death)?;
        }
    }
    Ok(DryScore {
        chart,
        data,
        score_meta: score_meta(row.get_some("option"), gpt),
        service: "Fervidex".to_owned(),
        comment: None,
        time_achieved: Some(context.time_received),
    })
}

fn find_chart(
    row: &Json<'_>,
    gpt: Gpt,
    difficulty: &str,
    version: &str,
    catalogue: &Catalogue,
) -> Result<ChartIdx, Failure> {
    let id = row.number_of("entry_id").unwrap_or(f64::NAN);
    let found = if row.get("custom") == Some(&Json::Bool(true)) {
        let hash = row.text_of("chart_sha256").filter(|hash| !hash.is_empty());
        let hash = hash.ok_or_else(|| Failure::invalid("Score has no chart_sha256 but is a custom?"))?;
        catalogue.chart_by_hash(&[gpt], hash)
    } else {
        find_ordinary(catalogue, gpt, id, difficulty, version)
    };
    found.ok_or_else(|| {
        let (id, playtype) = (to_text(id), gpt.playtype());
        Failure::NotFound(format!("Could not find chart with songID {id} ({playtype} {difficulty} [{version}])"))
    })
}

/// A chart as old versions of Omnimix number it, and its number now.
const RENUMBERED: ((f64, &str), (f64, &str)) = ((21201.0, "ANOTHER"), (12250.0, "LEGGENDARIA"));

/// The chart with that number and difficulty.
pub(super) fn find_ordinary(
    catalogue: &Catalogue,
    gpt: Gpt,
    id: f64,
    difficulty: &str,
    version: &str,
) -> Option<ChartIdx> {
    let (old, (new_id, new_difficulty)) = RENUMBERED;
    let renumbered = (id, difficulty) == old;
    let new = renumbered.then(|| charts::iidx_id(catalogue, gpt, new_id, new_difficulty, version)).flatten();
    new.or_else(|| charts::iidx_id(catalogue, gpt, id, difficulty, version))
}

/// Life in percent; the game writes larger values once the player has died.
fn until_death(life: f64) -> Option<f64> {
    Some(life).filter(|life| *life <= 200.0)
}

fn final_gauge(row: &Json<'_>) -> Result<Option<f64>, Failure> {
    let Some(Json::Array(gauge)) = row.get("gauge") else { return Ok(None) };
    match gauge.last().and_then(Json::number).and_then(until_death) {
        Some(gauge) if gauge > 100.0 => Err(Failure::invalid(format!("Invalid value of gauge {}.", to_text(gauge)))),
        gauge => Ok(gauge),
    }
}

fn score_meta(option: Option<&Json<'_>>, gpt: Gpt) -> Map<String, Value> {
    let chosen = |name: &str, table: Meanings, absent: &'static str| {
        meaning(table, option.and_then(|option| option.text_of(name))).unwrap_or(absent)
    };
    let random = |name: &str| chosen(name, RANDOMS, "NONRAN");
    let random = match gpt {
        Gpt::IidxDp => json!([random("style"), random("style_2p")]),
        _ => json!(random("style")),
    };
    [
        ("assist", json!(chosen("assist", ASSISTS, "NO ASSIST"))),
        ("gauge", json!(chosen("gauge", GAUGES, "NORMAL"))),
        ("random", random),
        ("range", json!(chosen("range", RANGES, "NONE"))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}

// --- Classes ---------------------------------------------------------------------------------------------------

/// The dan with that number in the game; `None` where there is no such dan.
pub(super) fn dan(gpt: Gpt, number: f64) -> Option<ProvidedClass> {
    ProvidedClass::at(gpt, "dan", number)
}

const CLASS_SUBMIT: Schema = Schema::open(&[&[
    Field::required("cleared", Kind::Bool),
    Field::required("course_id", Kind::IntegerBetween(0.0, 18.0)),
    Field::required("play_style", Kind::OneOfNumbers(&[0.0, 1.0])),
]]);

/// The JSON Schema of the body of a `class/submit` request.
#[must_use]
pub fn class_json_schema() -> Value {
    CLASS_SUBMIT.json_schema()
}

/// The dan that the body of a `class/submit` request tells of; `None` when the course was not cleared.
///
/// # Errors
/// When the body is not such a request's.
pub fn submitted_class(bytes: &[u8]) -> Result<Option<ProvidedClass>, FatalError> {
    let body = json::body(bytes)?;
    CLASS_SUBMIT.check(Some(&body)).map_err(|error| error.bracketed())?;
    if body.get("cleared") == Some(&Json::Bool(false)) {
        return Ok(None);
    }
    let gpt = fill::entry(&[Gpt::IidxSp, Gpt::IidxDp], body.number_of("play_style"));
    Ok(gpt.zip(body.number_of("course_id")).and_then(|(gpt, number)| dan(gpt, number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ClassChange;

    fn fields(agent: &str, model: &str) -> Fields {
        [("user-agent", agent), ("x-software-model", model)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect()
    }

    #[test]
    fn every_build_of_the_table_is_a_version() {
        let version = |model: &str| client_version(&fields("fervidex/1.3.0", model), "1.3.0");
        for (model, expected) in [
            ("P2D:J:B:A:0000000000", "inf"),
            ("LDJ:J:B:A:2018091900", "25"),
            ("LDJ:J:B:A:2019090200", "26"),
            ("LDJ:J:B:A:2019100700", "26"),
            ("LDJ:J:B:A:2020092900", "27"),
            ("LDJ:J:B:E:2020092900", "27-2dxtra"),
            ("LDJ:J:B:A:2021091500", "28"),
            ("LDJ:J:B:A:2022082400", "29"),
            ("LDJ:J:B:X:2022082400", "29-omni"),
            ("LDJ:J:B:X:2023090500", "30-omni"),
            ("TDJ:A:C:E:2024082600", "31-2dxtra"),
            ("TDJ:J:B:X:2025082500", "32-omni"),
        ] {
            assert_eq!(version(model), Ok(expected), "{model}");
        }
        for model in ["LDJ:J:B:X:2018091900", "LDJ:J:B:E:2019100700", "LDJ:J:B:E:2025011400", "LDJ:J:B:B:2020092900"] {
            assert_eq!(version(model).unwrap_err().message, format!("Invalid software model {model})"));
        }
    }

    #[test]
    fn every_version_is_one_of_the_games() {
        let known = |version: &str| iidx::SP.versions.iter().any(|known| known.id == version);
        for (extensions, versions) in BUILDS {
            assert!(versions.iter().flatten().all(|version| known(version)), "{extensions:?}");
        }
    }

    #[test]
    fn the_card_filter_wants_exactly_one_of_its_cards() {
        let card = |card: &str| Fields::from([(ACCOUNT_ID.to_owned(), card.to_owned())]);
        assert_eq!(check_card::<&str>(&[], &Fields::new()), Ok(()));
        assert_eq!(check_card(&["foo", "bar"], &card("bar")), Ok(()));
        let error = |fields: &Fields| check_card(&["foo"], fields).unwrap_err().message;
        assert_eq!(error(&Fields::new()), "Fervidex did not provide a card ID.");
        assert_eq!(error(&card("")), "Fervidex did not provide a card ID.");
        assert_eq!(error(&card("bar")), "The card ID bar is not in your list of filters. Ignoring.");
        assert_eq!(error(&card("FOO")), "The card ID FOO is not in your list of filters. Ignoring.");
    }

    #[test]
    fn a_cleared_course_is_a_dan() {
        let submitted = |text: &str| submitted_class(text.as_bytes());
        let dan = |gpt, dan| Ok(Some(ProvidedClass { gpt, set: "dan", change: ClassChange::Raise(dan) }));
        let text = r#"{"cleared":true,"course_id":18,"play_style":0,"foo":1}"#;
        assert_eq!(submitted(text), dan(Gpt::IidxSp, "KAIDEN"));
        let text = r#"{"cleared":true,"course_id":17,"play_style":1}"#;
        assert_eq!(submitted(text), dan(Gpt::IidxDp, "CHUUDEN"));
        assert_eq!(submitted(r#"{"cleared":false,"course_id":0,"play_style":0}"#), Ok(None));

        let error = |text: &str| submitted(text).unwrap_err().message;
        let bounds = "[course_id] Expected an integer between 0 and 18. (Received";
        let with_course = |id: &str| format!(r#"{{"cleared":true,"course_id":{id},"play_style":0}}"#);
        assert_eq!(error(&with_course("20")), format!("{bounds} 20)"));
        assert_eq!(error(&with_course("-1")), format!("{bounds} -1)"));
        assert_eq!(error(&with_course("null")), format!("{bounds} null)"));
        let text = r#"{"cleared":true,"course_id":1,"play_style":null}"#;
        assert_eq!(error(text), "[play_style] Expected any of 0, 1. (Received null)");
        assert_eq!(error("{}"), "[cleared] Expected boolean. (Received undefined)");
    }
}
