//! `file/mer-iidx`: personal bests of beatmania IIDX, dumped by the MER score manager.
//!
//! - **Page**: `spec/import-types/file-mer-iidx.md`
//! - **Written by**: MER
//! - **Versions**: one
//! - **Encoding**: JSON
//! - **Times**: Japanese time without zone
//! - **Quirks**: scores of charts that were replaced since stand beside the others; only the note count tells, and it
//!   may be stale
//! - **Skipped**: BEGINNER
//! - **Invalid**: times that cannot be read
//! - **Fatal**: anything but an array of elements as described

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, Chart, ChartIdx};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::iidx;
use tachi_core::import_type::ImportType;
use tachi_core::number::{is_safe_integer, to_text};
use tachi_core::score::{DryScore, ScoreData};

use crate::error::{Failure, FatalError, Place};
use crate::format::{Batch, Format, Input, NoContext};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Schema};
use crate::time::{JST, parse_required};

/// The import type.
#[derive(Debug)]
pub struct MerIidx;

impl Format for MerIidx {
    const IMPORT_TYPE: ImportType = ImportType::FileMerIidx;
    type Row<'a> = Json<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let Json::Array(scores) = json::document(input.bytes)? else {
            return Err(FatalError::bad_input("Invalid MER-IIDX JSON: Expected Top-Level Array."));
        };
        for (index, score) in scores.iter().enumerate() {
            SCORE
                .check(Some(score))
                .map_err(|error| FatalError::bad_input(format!("Error: {error} [Index {index}]")))?;
        }
        let rows = scores.into_iter().enumerate().map(|(index, score)| Ok((Place::Element("", index), score)));
        Ok(Batch { game: Game::Iidx, context: NoContext {}, classes: Vec::new(), rows: Box::new(rows) })
    }

    fn convert(row: &Json<'_>, _context: &NoContext, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &NoContext) -> Result<Json<'static>, Failure> {
        SCORE.restore(data)
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (row.text_of("music_name"), row.text_of("diff_type"))
    }
}

const SCORE: Schema = Schema::open(&[&[
    Field::required("music_id", Kind::Count),
    Field::required("play_type", Kind::OneOf(&["SINGLE", "DOUBLE"])),
    Field::required("diff_type", Kind::OneOf(&["NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA", "BEGINNER"])),
    Field::required("score", Kind::Count),
    Field::required("miss_count", Kind::Own(check_miss_count)),
    Field::required("clear_type", Kind::OneOf(&LAMPS)),
    Field::required("update_time", Kind::Text),
]]);

/// MER's names of the lamps, in the order of the game's own lamps.
const LAMPS: [&str; 8] =
    ["NO PLAY", "FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR", "FULLCOMBO CLEAR"];

/// What `miss_count` says where there is none.
const NO_MISS_COUNT: f64 = -1.0;

fn check_miss_count(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    let count = value.and_then(Json::number).filter(|count| is_safe_integer(*count));
    if count.is_some_and(|count| count >= 0.0 || count == NO_MISS_COUNT) {
        Ok(())
    } else {
        Err("The input was invalid, but no error message is available.")
    }
}

fn convert(row: &Json<'_>, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let text = |name: &str| row.text_of(name).unwrap_or_default();
    let number = |name: &str| row.number_of(name).unwrap_or(f64::NAN);
    if text("diff_type") == "BEGINNER" {
        return Err(Failure::Skip("BEGINNER is not tracked"));
    }
    let chart = find_chart(row, catalogue)?;
    let mut data = ScoreData::new(catalogue.chart(chart).config());
    data.set_number(iidx::SCORE, number("score"));
    if let Some(lamp) = LAMPS.iter().position(|lamp| *lamp == text("clear_type")) {
        data.set_enum(iidx::LAMP, lamp);
    }
    if number("miss_count") != NO_MISS_COUNT {
        data.set_number(iidx::BP, number("miss_count"));
    }
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: "MER".to_owned(),
        comment: None,
        time_achieved: parse_required(text("update_time"), JST)?,
    })
}

/// The chart with the note count that the row tells of, if exactly one has it; else the primary one.
fn find_chart(row: &Json<'_>, catalogue: &Catalogue) -> Result<ChartIdx, Failure> {
    let number = |name: &str| row.number_of(name).unwrap_or(f64::NAN);
    let (id, difficulty) = (number("music_id"), row.text_of("diff_type").unwrap_or_default());
    let gpt = if row.text_of("play_type") == Some("DOUBLE") { Gpt::IidxDp } else { Gpt::IidxSp };
    let is_ordinary = |chart: &Chart| !chart.is_custom && &*chart.difficulty == difficulty;
    let note = number("note");
    // A note count that the score does not fit into is an old chart's, and the score is not.
    if is_safe_integer(note) && note > 0.0 && number("score") <= 2.0 * note {
        let mut fitting = catalogue.charts_with_in_game_id(gpt, id as i64).filter(|chart| {
            let chart = catalogue.chart(*chart);
            is_ordinary(chart) && iidx::notecount(chart) == note
        });
        if let (Some(chart), None) = (fitting.next(), fitting.next()) {
            return Ok(chart);
        }
    }
    let primary = catalogue.chart_by_in_game_id(gpt, id as i64, &[difficulty], None);
    primary.filter(|chart| is_ordinary(catalogue.chart(*chart))).ok_or_else(|| {
        let id = to_text(id);
        Failure::NotFound(format!("Could not find chart with musicID {id} ({} {difficulty}.)", gpt.playtype()))
    })
}
