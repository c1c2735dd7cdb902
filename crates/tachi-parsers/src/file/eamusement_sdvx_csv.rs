//! `file/eamusement-sdvx-csv`: personal bests exported by the official SOUND VOLTEX site.
//!
//! - **Page**: `spec/import-types/file-eamusement-sdvx-csv.md`
//! - **Written by**: the site, and spreadsheets that saved such a file again
//! - **Versions**: one layout of 11 columns from Vivid Wave to nabla
//! - **Encoding**: as [`naive_csv`]
//! - **Times**: none
//! - **Quirks**: nothing is escaped; titles come in the site's letters; the level only tells songs of one title apart,
//!   because exports of different game versions carry different levels
//! - **Skipped**: nothing, also not score 0: rows exist for played charts only
//! - **Invalid**: unknown difficulties and clear ranks, scores that are no integers or too large
//! - **Fatal**: a wrong number of columns or cells

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tachi_core::catalogue::{Catalogue, SongIdx, SongMatch, text_integer};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::sdvx;
use tachi_core::import_type::ImportType;
use tachi_core::number::with_commas;
use tachi_core::score::{DryScore, MetricIdx, ScoreData, enum_value, metric};

use crate::error::{Failure, FatalError, Place, shown};
use crate::format::{Batch, Format, Input, NoContext};
use crate::naive_csv::{self, unquote};

/// The import type.
#[derive(Debug)]
pub struct EamusementSdvxCsv;

impl Format for EamusementSdvxCsv {
    const IMPORT_TYPE: ImportType = ImportType::FileEamusementSdvxCsv;
    type Row<'a> = Row<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let csv = naive_csv::parse(input.bytes)?;
        if csv.columns != COLUMNS {
            return Err(FatalError::bad_input(
                "Invalid CSV provided. CSV does not have the correct number of headers.",
            ));
        }
        let rows = Box::new(csv.rows().map(|line| line.map(row)));
        Ok(Batch { game: Game::Sdvx, context: NoContext {}, classes: Vec::new(), rows })
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
        (Some(&row.title), Some(&row.difficulty))
    }
}

/// One chart's best, all texts as in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row<'a> {
    title: Cow<'a, str>,
    difficulty: Cow<'a, str>,
    level: Cow<'a, str>,
    lamp: Cow<'a, str>,
    score: Cow<'a, str>,
    exscore: Cow<'a, str>,
}

const COLUMNS: usize = 11;

const GPT: Gpt = Gpt::SdvxSingle;
const METRICS: &[Metric] = sdvx::SINGLE.metrics;
const SCORE: MetricIdx = metric(METRICS, "score");
const LAMP: MetricIdx = metric(METRICS, "lamp");
const EX_SCORE: MetricIdx = metric(METRICS, "exScore");

const MAX_SCORE: i64 = 10_000_000;

/// The site's names of the difficulties, and the game's.
const DIFFICULTIES: [(&str, &str); 11] = [
    ("NOVICE", "NOV"),
    ("ADVANCED", "ADV"),
    ("EXHAUST", "EXH"),
    ("MAXIMUM", "MXM"),
    ("INFINITE", "INF"),
    ("GRAVITY", "GRV"),
    ("HEAVENLY", "HVN"),
    ("VIVID", "VVD"),
    ("EXCEED", "XCD"),
    ("NABLA", "NBL"),
    ("ULTIMATE", "ULT"),
];

/// The site's clear ranks, and the lamps.
const CLEAR_RANKS: [(&str, usize); 6] = [
    ("PLAYED", enum_value(METRICS, LAMP, "FAILED")),
    ("COMPLETE", enum_value(METRICS, LAMP, "CLEAR")),
    ("EXCESSIVE COMPLETE", enum_value(METRICS, LAMP, "EXCESSIVE CLEAR")),
    ("MAXXIVE COMPLETE", enum_value(METRICS, LAMP, "MAXXIVE CLEAR")),
    ("ULTIMATE CHAIN", enum_value(METRICS, LAMP, "ULTIMATE CHAIN")),
    ("PERFECT", enum_value(METRICS, LAMP, "PERFECT ULTIMATE CHAIN")),
];

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The row of a line.
fn row<'a>(line: naive_csv::Row<'a>) -> (Place, Row<'a>) {
    let mut cells = [""; COLUMNS];
    for (cell, raw) in cells.iter_mut().zip(line.raw_cells()) {
        *cell = raw;
    }
    let cell = |column: usize| unquote(cells[column]);
    let row =
        Row { title: cell(0), difficulty: cell(1), level: cell(2), lamp: cell(3), score: cell(5), exscore: cell(6) };
    (Place::Line(line.line + 1, ""), row)
}

fn convert(row: &Row<'_>, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let difficulty = find(&DIFFICULTIES, &row.difficulty);
    let song = find_song(row, difficulty, catalogue)?;
    let difficulty = difficulty.ok_or_else(|| {
        Failure::invalid(format!("{} - Invalid difficulty of {}.", row.title, shown(&row.difficulty)))
    })?;
    let label = format!("{} [{difficulty}]", catalogue.song(song).title);
    let chart = catalogue
        .chart_of_song(GPT, song, difficulty, None)
        .ok_or_else(|| Failure::NotFound(format!("Could not find chart for {label}.")))?;
    Ok(DryScore {
        chart,
        data: score_data(row, &label)?,
        score_meta: serde_json::Map::new(),
        service: "e-amusement".to_owned(),
        comment: None,
        time_achieved: None,
    })
}

/// Several songs may bear one title to the letter: then the difficulty's level decides, where it can.
fn find_song(row: &Row<'_>, difficulty: Option<&str>, catalogue: &Catalogue) -> Result<SongIdx, Failure> {
    let title = &*row.title;
    let songs = match catalogue.song_by_title_csv(Game::Sdvx, title) {
        SongMatch::None => return Err(Failure::NotFound(format!("Could not find song for {title}."))),
        SongMatch::One(song) => return Ok(song),
        SongMatch::Several(songs) => songs,
    };
    let has_level = |song: &SongIdx| {
        let chart = difficulty.and_then(|difficulty| catalogue.chart_of_song(GPT, *song, difficulty, None));
        chart.is_some_and(|chart| *catalogue.chart(chart).level == *row.level)
    };
    let mut songs = songs.into_iter().filter(has_level);
    match (songs.next(), songs.next()) {
        (Some(song), None) => Ok(song),
        _ => Err(Failure::several_titles(title)),
    }
}

fn score_data(row: &Row<'_>, label: &str) -> Result<ScoreData, Failure> {
    let integer = |text: &str, what: &str| {
        text_integer(text)
            .map_err(|error| Failure::invalid(format!("{label} - Invalid {what} of {}. {error}", shown(text))))
    };
    let score = integer(&row.score, "score")?;
    if score > MAX_SCORE {
        let max = with_commas(MAX_SCORE as f64);
        return Err(Failure::invalid(format!("{label} - Invalid score of {score} (was greater than {max}).")));
    }
    let ex_score = integer(&row.exscore, "EX score")?;
    let lamp = find(&CLEAR_RANKS, &row.lamp)
        .ok_or_else(|| Failure::invalid(format!("{label} - Invalid lamp of {}.", shown(&row.lamp))))?;
    let mut data = ScoreData::new(GPT.config());
    data.set_number(SCORE, score as f64);
    data.set_enum(LAMP, lamp);
    // 0 means that the chart was never played with EX scores shown.
    if ex_score > 0 {
        data.set_number(EX_SCORE, ex_score as f64);
    }
    Ok(data)
}
