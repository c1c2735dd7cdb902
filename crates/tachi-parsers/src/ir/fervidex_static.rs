//! `ir/fervidex-static`: the personal bests and dans of a beatmania IIDX profile.
//!
//! - **Page**: `spec/import-types/ir-fervidex-static.md`
//! - **Written by**: the fervidex hook, when the game starts
//! - **Versions**: one form; the game's version follows from the software model in the headers
//! - **Encoding**: JSON
//! - **Times**: none
//! - **Quirks**: scores are imported from INFINITAS only, and from the arcade when the user has asked for it (field
//!   `forceStaticImport`); else nothing but the dans counts and the scores are not even looked at
//! - **Skipped**: BEGINNER
//! - **Invalid**: EX scores above the chart's maximum
//! - **Fatal**: another program, an old version of it, an unknown software model, any structural error in the scores

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::{Catalogue, text_integer};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::iidx;
use tachi_core::import_type::ImportType;
use tachi_core::number::{self, to_text};
use tachi_core::score::{DryScore, ScoreData};

use super::client::SoftwareModel;
use super::fervidex::{CODES, INFINITAS, chart_code, client_version, dan, find_ordinary};
use crate::error::{Failure, FatalError, Place, shown};
use crate::format::{Batch, Format, Input, ProvidedClass};
use crate::json::{self, Json, Members};
use crate::schema::{Field, Kind, Schema};

/// The import type.
#[derive(Debug)]
pub struct FervidexStatic;

impl Format for FervidexStatic {
    const IMPORT_TYPE: ImportType = ImportType::IrFervidexStatic;
    type Row<'a> = Row;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let version = client_version(input.fields, input.surroundings.fervidex_min_version)?;
        let body = json::body(input.bytes)?;
        let rows = if imports_scores(input)? { read_scores(body.get("scores"))? } else { Vec::new() };
        let context = Context { version: version.to_owned() };
        let rows = rows.into_iter().map(|row| Ok((Place::Path(row.path()), row)));
        Ok(Batch { game: Game::Iidx, context, classes: classes(&body), rows: Box::new(rows) })
    }

    fn convert(row: &Row, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, context, catalogue)
    }

    fn store(row: &Row) -> Value {
        serde_json::to_value(row).unwrap_or_default()
    }

    fn restore(data: &Value, _context: &Context) -> Result<Row, Failure> {
        Row::deserialize(data).map_err(|error| Failure::invalid(format!("The stored score is damaged: {error}")))
    }

    fn label(row: &Row) -> (Option<&str>, Option<&str>) {
        (None, Some(&row.chart))
    }
}

/// A personal best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    #[serde(serialize_with = "number::serialize")]
    song_id: f64,
    chart: Cow<'static, str>,
    #[serde(serialize_with = "number::serialize")]
    clear_type: f64,
    #[serde(serialize_with = "number::serialize")]
    ex_score: f64,
    #[serde(serialize_with = "number::serialize_option")]
    miss_count: Option<f64>,
}

impl Row {
    fn path(&self) -> String {
        format!("scores.{}.{}", to_text(self.song_id), self.chart)
    }
}

/// What all elements of a body share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    version: String,
}

/// The field that says that the user wants the scores of this body.
pub const FORCE: &str = "forceStaticImport";

fn imports_scores(input: &Input<'_>) -> Result<bool, FatalError> {
    let forced = input.fields.get(FORCE).is_some_and(|value| value == "true");
    Ok(forced || SoftwareModel::read(input.fields)?.model == INFINITAS)
}

const SCORE: Schema = Schema::strict(&[&[
    Field::required("ex_score", Kind::Count),
    Field::nullable("miss_count", MISS_COUNT),
    Field::required("clear_type", Kind::IntegerBetween(0.0, 7.0)),
]]);

/// The JSON Schema of a body whose scores are wanted.
#[must_use]
pub fn json_schema() -> Value {
    let codes: Map<String, Value> = CODES.iter().map(|code| ((*code).to_owned(), SCORE.json_schema())).collect();
    let song = json!({"type": "object", "properties": codes, "additionalProperties": false});
    let dan = json!({"description": "The number of a dan, 0 to 18; anything else is no dan."});
    json!({
        "type": "object", "required": ["scores"],
        "properties": {
            "scores": {"type": "object", "description": "By the song's number.", "additionalProperties": song},
            "sp_dan": dan, "dp_dan": dan,
        },
    })
}

const MISS_COUNT: Kind = Kind::Described(miss_count_or_unknown, || json!({"type": "integer", "minimum": -1}));

fn miss_count_or_unknown(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    let known = value.and_then(Json::number).is_some_and(|number| number::is_safe_integer(number) && number >= -1.0);
    if known { Ok(()) } else { Err("Expected a positive integer.") }
}

fn read_scores(scores: Option<&Json<'_>>) -> Result<Vec<Row>, FatalError> {
    let Some(Json::Object(songs)) = scores else { return Err(FatalError::bad_input("Invalid body.scores.")) };
    let mut numbered = Vec::with_capacity(songs.len());
    for (key, charts) in songs {
        let text = |error| format!("Invalid songID {}. {error}", shown(key));
        let id = text_integer(key).map_err(|error| FatalError::bad_input(text(error)))?;
        let Json::Object(charts) = charts else {
            return Err(FatalError::bad_input(format!("Invalid score with songID {}.", shown(key))));
        };
        numbered.push((id, charts));
    }
    numbered.sort_by_key(|(id, _)| *id);
    let mut rows = Vec::new();
    for (id, charts) in numbered {
        read_charts(id, charts, &mut rows)?;
    }
    Ok(rows)
}

fn read_charts(song: i64, charts: &Members<'_>, rows: &mut Vec<Row>) -> Result<(), FatalError> {
    for (name, score) in charts {
        let invalid = || format!("score with songID {song} at chart {}", shown(name));
        if !matches!(score, Json::Object(_)) {
            return Err(FatalError::bad_input(format!("Invalid {}.", invalid())));
        }
        let code = chart_code(name);
        let code = code.ok_or_else(|| FatalError::bad_input(format!("Invalid chart {}.", shown(name))))?;
        SCORE
            .check(Some(score))
            .map_err(|error| error.fatal(&format!("Invalid Score with songID {song} at chart {name}")))?;
        let number = |name: &str| score.number_of(name);
        rows.push(Row {
            song_id: song as f64,
            chart: Cow::Borrowed(code.code),
            clear_type: number("clear_type").unwrap_or(f64::NAN),
            ex_score: number("ex_score").unwrap_or(f64::NAN),
            miss_count: number("miss_count"),
        });
    }
    Ok(())
}

/// The dans of the profile; nothing where a number is none.
fn classes(body: &Json<'_>) -> Vec<ProvidedClass> {
    let dans = [("sp_dan", Gpt::IidxSp), ("dp_dan", Gpt::IidxDp)].into_iter().filter_map(|(name, gpt)| {
        let class = body.number_of(name).and_then(|number| dan(gpt, number));
        if class.is_none() {
            log::debug!("{name} of a fervidex profile is no dan");
        }
        class
    });
    dans.collect()
}

fn convert(row: &Row, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let code = chart_code(&row.chart).ok_or_else(|| Failure::Internal(format!("no chart code {:?}", row.chart)))?;
    let Some(difficulty) = code.difficulty else { return Err(Failure::Skip("BEGINNER is not tracked")) };
    let chart = find_ordinary(catalogue, code.gpt, row.song_id, difficulty, &context.version).ok_or_else(|| {
        let (id, playtype, version) = (to_text(row.song_id), code.gpt.playtype(), &context.version);
        Failure::NotFound(format!("Could not find chart with songID {id} ({playtype} {difficulty} Version {version})"))
    })?;
    let mut data = ScoreData::new(code.gpt.config());
    data.set_number(iidx::SCORE, row.ex_score);
    data.set_enum(iidx::LAMP, row.clear_type as usize);
    if let Some(misses) = row.miss_count.filter(|misses| *misses >= 0.0) {
        data.set_number(iidx::BP, misses);
    }
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: "Fervidex Static".to_owned(),
        comment: None,
        time_achieved: None,
    })
}
