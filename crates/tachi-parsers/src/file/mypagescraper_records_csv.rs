//! `file/mypagescraper-records-csv`: personal bests of WACCA, scraped from the game's site before it closed.
//!
//! - **Page**: `spec/import-types/file-mypagescraper-records-csv.md`
//! - **Written by**: WaccaMyPageScraper
//! - **Versions**: one
//! - **Encoding**: as [`rfc_csv`]
//! - **Times**: none
//! - **Quirks**: a record is a song, its cells are lists with one item for each difficulty; `music_id` is not used
//! - **Skipped**: charts that do not exist or were never played; records whose lists cannot be read
//! - **Invalid**: a level that is not the chart's, unknown lamps, scores that are no numbers
//! - **Fatal**: broken CSV, a missing column

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tachi_core::catalogue::{Catalogue, SongMatch};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::wacca;
use tachi_core::import_type::ImportType;
use tachi_core::number::{self, to_text};
use tachi_core::score::{DryScore, MetricIdx, ScoreData, enum_value, metric};

use crate::error::{Failure, FatalError, Place};
use crate::format::{Batch, Format, Input, NoContext};
use crate::rfc_csv::{self, RfcCsv};

/// The import type.
#[derive(Debug)]
pub struct MypagescraperRecordsCsv;

impl Format for MypagescraperRecordsCsv {
    const IMPORT_TYPE: ImportType = ImportType::FileMypagescraperRecordsCsv;
    type Row<'a> = Row<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let csv = rfc_csv::parse(input.bytes)?;
        let rows: Box<dyn Iterator<Item = _> + 'a> = if csv.records.is_empty() {
            Box::new(std::iter::empty())
        } else {
            let columns = Columns::of(&csv)?;
            Box::new(csv.records.into_iter().flat_map(move |record| rows(record, &columns)).map(Ok))
        };
        Ok(Batch { game: Game::Wacca, context: NoContext {}, classes: Vec::new(), rows })
    }

    fn convert(row: &Row<'_>, _context: &NoContext, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, catalogue)
    }

    fn store(row: &Row<'_>) -> Value {
        serde_json::to_value(row).unwrap_or_default()
    }

    fn restore(data: &Value, _context: &NoContext) -> Result<Row<'static>, Failure> {
        Row::deserialize(data).map_err(|error| Failure::invalid(format!("The stored row is damaged: {error}")))
    }

    fn label<'r>(row: &'r Row<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (Some(&row.song_title), row.difficulty())
    }
}

/// One chart's best.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row<'a> {
    #[serde(serialize_with = "number::serialize_option")]
    song_id: Option<f64>,
    song_title: Cow<'a, str>,
    diff_index: usize,
    level: Cow<'a, str>,
    #[serde(serialize_with = "number::serialize_option")]
    score: Option<f64>,
    #[serde(serialize_with = "number::serialize_option")]
    lamp: Option<f64>,
}

impl Row<'_> {
    fn difficulty(&self) -> Option<&'static str> {
        DIFFICULTIES.get(self.diff_index).copied()
    }
}

/// In the order of the lists.
const DIFFICULTIES: [&str; 4] = ["NORMAL", "HARD", "EXPERT", "INFERNO"];

const GPT: Gpt = Gpt::WaccaSingle;
const METRICS: &[Metric] = wacca::SINGLE.metrics;
const SCORE: MetricIdx = metric(METRICS, "score");
const LAMP: MetricIdx = metric(METRICS, "lamp");

/// By the number that the site gives them.
const LAMPS: [usize; 5] = [
    enum_value(METRICS, LAMP, "FAILED"),
    enum_value(METRICS, LAMP, "CLEAR"),
    enum_value(METRICS, LAMP, "MISSLESS"),
    enum_value(METRICS, LAMP, "FULL COMBO"),
    enum_value(METRICS, LAMP, "ALL MARVELOUS"),
];

/// Where the needed columns stand.
#[derive(Debug, Clone, Copy)]
struct Columns {
    id: usize,
    title: usize,
    levels: usize,
    scores: usize,
    achieves: usize,
}

impl Columns {
    fn of(csv: &RfcCsv<'_>) -> Result<Self, FatalError> {
        let column = |name: &str| {
            let missing = || format!("Malformed CSV, invalid column(s) ({name}: undefined): Expected string.");
            csv.column(name).ok_or_else(|| FatalError::bad_input(missing()))
        };
        Ok(Self {
            id: column("music_id")?,
            title: column("music_title")?,
            levels: column("music_levels")?,
            scores: column("music_scores")?,
            achieves: column("music_achieves")?,
        })
    }
}

/// The played charts of a record, easiest first.
fn rows<'a>(record: rfc_csv::Record<'a>, columns: &Columns) -> Vec<(Place, Row<'a>)> {
    let rfc_csv::Record { line, mut cells } = record;
    let song_id = decimal(&cells[columns.id]);
    let title = std::mem::take(&mut cells[columns.title]);
    let [levels, scores, achieves] =
        [columns.levels, columns.scores, columns.achieves].map(|column| list(std::mem::take(&mut cells[column])));
    let mut rows = Vec::new();
    for (diff_index, level) in levels.into_iter().enumerate() {
        let (Some(score), Some(achieve)) = (scores.get(diff_index), achieves.get(diff_index)) else { continue };
        let score = decimal(score);
        if level == "0" || score == Some(0.0) {
            continue;
        }
        let place = Place::Line(line, DIFFICULTIES.get(diff_index).copied().unwrap_or_default());
        let lamp = decimal(achieve);
        rows.push((place, Row { song_id, song_title: title.clone(), diff_index, level, score, lamp }));
    }
    rows
}

/// The items of `[a,b,c]` or `[a,b,c,d]`; none where the cell is something else.
fn list(cell: Cow<'_, str>) -> Vec<Cow<'_, str>> {
    match cell {
        Cow::Borrowed(cell) => items(cell).map(|items| items.map(Cow::Borrowed).collect()),
        Cow::Owned(cell) => items(&cell).map(|items| items.map(|item| Cow::Owned(item.to_owned())).collect()),
    }
    .unwrap_or_default()
}

fn items(cell: &str) -> Option<impl Iterator<Item = &str>> {
    let (_, rest) = cell.split_once('[')?;
    let (inner, _) = rest.split_once(']')?;
    let items = inner.split(',');
    let fits = (3..=DIFFICULTIES.len()).contains(&items.clone().count()) && items.clone().all(|item| !item.is_empty());
    fits.then_some(items)
}

/// Digits, perhaps with a sign and a fraction.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = text.parse().ok().filter(|_| plain);
    number.filter(|number: &f64| number.is_finite())
}

fn convert(row: &Row<'_>, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let title = &*row.song_title;
    let song = match catalogue.song_by_title_exact(Game::Wacca, title) {
        SongMatch::None => return Err(Failure::NotFound(format!("Could not find song for {title}."))),
        SongMatch::One(song) => song,
        SongMatch::Several(_) => return Err(Failure::several_titles(title)),
    };
    let difficulty = row.difficulty().ok_or_else(|| {
        Failure::invalid(format!(
            "Invalid difficulty index of {}. This corresponds to some unknown difficulty. Invalid input?",
            row.diff_index
        ))
    })?;
    let label = format!("{title} [{difficulty}]");
    let chart = catalogue
        .chart_of_song(GPT, song, difficulty, None)
        .ok_or_else(|| Failure::NotFound(format!("Could not find chart for {label}.")))?;
    let level = &catalogue.chart(chart).level;
    if **level != *row.level {
        let found = &row.level;
        return Err(Failure::invalid(format!("{label} - Should be level {level}, but found level {found}.")));
    }
    let invalid = |what: &str, value: Option<f64>| {
        let value = value.map_or_else(|| "null".to_owned(), to_text);
        Failure::invalid(format!("{label} - Invalid {what} of {value}."))
    };
    let lamp = row.lamp.filter(|lamp| lamp.fract() == 0.0 && *lamp >= 0.0);
    let lamp = lamp.and_then(|lamp| LAMPS.get(lamp as usize)).ok_or_else(|| invalid("lamp", row.lamp))?;
    let mut data = ScoreData::new(GPT.config());
    data.set_number(SCORE, row.score.ok_or_else(|| invalid("score", None))?);
    data.set_enum(LAMP, *lamp);
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: "mypage-scraper".to_owned(),
        comment: None,
        time_achieved: None,
    })
}
