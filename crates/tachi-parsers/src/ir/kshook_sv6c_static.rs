//! `ir/kshook-sv6c-static`: all personal bests of SOUND VOLTEX EXCEED GEAR Konaste.
//!
//! - **Page**: `spec/import-types/ir-kshook-sv6c-static.md`
//! - **Written by**: the kshook hook
//! - **Versions**: one form
//! - **Encoding**: JSON
//! - **Times**: UNIX seconds
//! - **Quirks**: none
//! - **Skipped**: nothing
//! - **Invalid**: nothing
//! - **Fatal**: another program or game, any structural error

use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::Game;
use tachi_core::import_type::ImportType;
use tachi_core::score::DryScore;

use super::kshook_sv6c::{BEST, best, check_client, find_chart};
use crate::error::{Failure, FatalError, Place};
use crate::format::{Batch, Format, Input, NoContext};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Schema};

/// The import type.
#[derive(Debug)]
pub struct KshookSv6cStatic;

impl Format for KshookSv6cStatic {
    const IMPORT_TYPE: ImportType = ImportType::IrKshookSv6cStatic;
    type Row<'a> = Json<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        check_client(input.fields)?;
        let mut body = json::body(input.bytes)?;
        BODY.check(Some(&body)).map_err(|error| error.fatal("Error"))?;
        let scores = match body.take("scores") {
            Some(Json::Array(scores)) => scores,
            _ => Vec::new(),
        };
        let rows = scores.into_iter().enumerate().map(|(index, score)| Ok((Place::Element("scores", index), score)));
        Ok(Batch { game: Game::Sdvx, context: NoContext {}, classes: Vec::new(), rows: Box::new(rows) })
    }

    fn convert(row: &Json<'_>, _context: &NoContext, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        let chart = find_chart(row, catalogue)?;
        let time = row.number_of("timestamp").map(|seconds| (seconds as i64).saturating_mul(1000));
        Ok(DryScore {
            chart,
            data: best(row),
            score_meta: serde_json::Map::new(),
            service: "kshook SV6C Static".to_owned(),
            comment: None,
            time_achieved: time,
        })
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &NoContext) -> Result<Json<'static>, Failure> {
        SCORE.restore(data)
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

const BODY: Schema = Schema::open(&[&[Field::required("scores", Kind::Array(&Kind::Object(SCORE)))]]);
const SCORE: Schema = Schema::open(&[BEST, &[Field::required("timestamp", Kind::Count)]]);
