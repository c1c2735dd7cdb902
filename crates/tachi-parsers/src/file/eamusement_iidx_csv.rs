//! `file/eamusement-iidx-csv`: personal bests exported by the official beatmania IIDX site.
//!
//! - **Page**: `spec/import-types/file-eamusement-iidx-csv.md`
//! - **Written by**: the site, and spreadsheets that saved such a file again
//! - **Versions**: 27 columns (until Rootage) or 41 (since HEROIC VERSE), told apart by their number alone
//! - **Encoding**: UTF-8 with or without byte order mark; lines end in LF, CRLF or CR
//! - **Times**: Japanese time without zone; one per row, shared by all difficulties
//! - **Quirks**: nothing is escaped; letters outside the site's character set are replaced; the playtype is not in
//!   the file
//! - **Skipped**: cells with EX score 0, charts without level, BEGINNER
//! - **Invalid**: EX scores above the chart's maximum or not matching the judgements, unknown lamps, odd miss counts
//! - **Fatal**: a wrong number of columns or cells, no known version name, a file name that contradicts the playtype

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tachi_core::catalogue::{Catalogue, Chart, ChartIdx, Song, SongMatch, text_integer, trim};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::iidx;
use tachi_core::import_type::ImportType;
use tachi_core::score::{DryScore, ScoreData};

use crate::error::{Failure, FatalError, Place, shown};
use crate::format::{Batch, Format, Input};
use crate::naive_csv::{self, NaiveCsv, unquote};
use crate::text::trimmed;
use crate::time::{JST, parse_local};

/// The import type.
pub type EamusementIidxCsv = IidxCsv<Eamusement>;

/// A program that writes this layout.
pub trait Exporter {
    /// The import type of its files.
    const IMPORT_TYPE: ImportType;
    /// The service that its scores name.
    const SERVICE: &'static str;
}

/// The official site.
#[derive(Debug)]
pub struct Eamusement;

impl Exporter for Eamusement {
    const IMPORT_TYPE: ImportType = ImportType::FileEamusementIidxCsv;
    const SERVICE: &'static str = "e-amusement";
}

/// Files in the site's layout, whoever wrote them.
#[derive(Debug)]
pub struct IidxCsv<E>(PhantomData<E>);

impl<E: Exporter> Format for IidxCsv<E> {
    const IMPORT_TYPE: ImportType = E::IMPORT_TYPE;
    type Row<'a> = Row<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let gpt = playtype(input)?;
        check_file_name(input, gpt)?;
        let csv = naive_csv::parse(input.bytes)?;
        let layout = LAYOUTS.iter().find(|layout| layout.columns == csv.columns).ok_or_else(|| {
            FatalError::bad_input("Invalid CSV provided. CSV does not have the correct amount of headers.")
        })?;
        let context = Context {
            playtype: gpt.playtype().to_owned(),
            import_version: version(&csv, gpt, input.surroundings.catalogue)?,
            has_beginner_and_legg: layout.difficulties.len() == 5,
            service: E::SERVICE.to_owned(),
        };
        let elements =
            Elements { rows: csv.rows(), layout, line: 0, cells: Vec::new(), given: layout.difficulties.len() };
        Ok(Batch { game: Game::Iidx, context, classes: Vec::new(), rows: Box::new(elements) })
    }

    fn convert(row: &Row<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, context, catalogue)
    }

    fn store(row: &Row<'_>) -> Value {
        serde_json::to_value(row).unwrap_or_default()
    }

    fn restore(data: &Value, _context: &Context) -> Result<Row<'static>, Failure> {
        Row::deserialize(data).map_err(|error| Failure::invalid(format!("The stored row is damaged: {error}")))
    }

    fn label<'r>(row: &'r Row<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (Some(&row.title), Some(&row.score.difficulty))
    }
}

/// One difficulty of one row, all texts as in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row<'a> {
    title: Cow<'a, str>,
    timestamp: Cow<'a, str>,
    score: Cells<'a>,
}

/// The cells of one difficulty.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cells<'a> {
    difficulty: Cow<'a, str>,
    level: Cow<'a, str>,
    exscore: Cow<'a, str>,
    pgreat: Cow<'a, str>,
    great: Cow<'a, str>,
    bp: Cow<'a, str>,
    lamp: Cow<'a, str>,
}

/// What all rows of a file share.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    playtype: String,
    import_version: Option<String>,
    has_beginner_and_legg: bool,
    service: String,
}

/// A file's layout, which its number of columns tells.
struct Layout {
    columns: usize,
    difficulties: &'static [&'static str],
}

const LAYOUTS: [Layout; 2] = [
    Layout { columns: 27, difficulties: &["NORMAL", "HYPER", "ANOTHER"] },
    Layout { columns: 41, difficulties: &["BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA"] },
];

/// The title's cell.
const TITLE: usize = 1;
/// Where the first difficulty's cells begin, and how many each has.
const FIRST_BLOCK: usize = 5;
const BLOCK: usize = 7;

/// The names by which rows say in which version their song appeared, oldest first: the first is version 1.
const VERSION_NAMES: [&str; 33] = [
    "1st&substream",
    "2nd style",
    "3rd style",
    "4th style",
    "5th style",
    "6th style",
    "7th style",
    "8th style",
    "9th style",
    "10th style",
    "IIDX RED",
    "HAPPY SKY",
    "DistorteD",
    "GOLD",
    "DJ TROOPERS",
    "EMPRESS",
    "SIRIUS",
    "Resort Anthem",
    "Lincle",
    "tricoro",
    "SPADA",
    "PENDUAL",
    "copula",
    "SINOBUZ",
    "CANNON BALLERS",
    "Rootage",
    "HEROIC VERSE",
    "BISTROVER",
    "CastHour",
    "RESIDENT",
    "EPOLIS",
    "Pinky Crush",
    "Sparkle Shower",
];

/// Charts know the arcade versions from this one on.
const FIRST_CHARTED_VERSION: usize = 20;

/// The site's names of the lamps, in the order of the game's own lamps.
const LAMPS: [&str; 8] =
    ["NO PLAY", "FAILED", "ASSIST CLEAR", "EASY CLEAR", "CLEAR", "HARD CLEAR", "EX HARD CLEAR", "FULLCOMBO CLEAR"];

/// The playtype that the sender names; the seed's request names none and means SP.
fn playtype(input: &Input<'_>) -> Result<Gpt, FatalError> {
    match input.fields.get("playtype").map(String::as_str) {
        None => Ok(Gpt::IidxSp),
        Some(playtype) => Game::Iidx
            .playtype(playtype)
            .ok_or_else(|| FatalError::bad_input(format!("Invalid playtype of {} given.", shown(playtype)))),
    }
}

/// The site names its files `..._sp_score.csv` and `..._dp_score.csv`: a name of the other playtype is a mistake that
/// would put hundreds of scores on the wrong charts.
fn check_file_name(input: &Input<'_>, gpt: Gpt) -> Result<(), FatalError> {
    let Some(name) = input.file_name else { return Ok(()) };
    if input.fields.contains_key("assertPlaytypeCorrect") {
        return Ok(());
    }
    let other = if gpt == Gpt::IidxSp { Gpt::IidxDp } else { Gpt::IidxSp }.playtype();
    if !name.to_lowercase().contains(&other.to_lowercase()) {
        return Ok(());
    }
    let mut text = format!(
        "Safety Triggered: Filename contained '{other}', but was marked as a {} import. Are you *absolutely* sure \
         this is right?",
        gpt.playtype()
    );
    if !input.fields.contains_key("playtype") {
        text.push_str(&format!(" To import it as {other}, send playtype={other}."));
    }
    Err(FatalError::bad_input(text))
}

/// The game version of the export: the newest version that any row names. `None` means that charts are looked up
/// without a version.
fn version(csv: &NaiveCsv<'_>, gpt: Gpt, catalogue: &Catalogue) -> Result<Option<String>, FatalError> {
    let mut newest = 0;
    let mut unknown = None;
    for row in csv.rows() {
        let Some(name) = row?.cells().next() else { continue };
        match VERSION_NAMES.iter().position(|known| *known == name) {
            Some(index) => newest = newest.max(index + 1),
            None => unknown = unknown.or(Some(name)),
        }
    }
    match unknown {
        None if newest == 0 => Err(FatalError::bad_input("Unsupported version '0'. Is your CSV properly filled out?")),
        Some(name) if newest == 0 => {
            Err(FatalError::bad_input(format!("Invalid/Unsupported Eamusement Version Name {}.", shown(&name))))
        }
        // A name beside known ones is a version newer than this table.
        Some(_) => Ok(None),
        None => {
            let version = newest.to_string();
            let charted = newest >= FIRST_CHARTED_VERSION && catalogue.has_version(gpt, &version);
            Ok(charted.then_some(version))
        }
    }
}

/// The elements of a file: one per row and difficulty, the empty ones too.
struct Elements<'a> {
    rows: naive_csv::Rows<'a>,
    layout: &'static Layout,
    /// Of the current row: its line, its cells, and how many of its difficulties have been given out.
    line: usize,
    cells: Vec<&'a str>,
    given: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<(Place, Row<'a>), FatalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.given == self.layout.difficulties.len() {
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err(error) => return Some(Err(error)),
            };
            self.line = row.line;
            self.cells.clear();
            self.cells.extend(row.raw_cells());
            self.given = 0;
        }
        let number = self.given;
        self.given += 1;
        let difficulty = self.layout.difficulties[number];
        let block = |offset: usize| unquote(self.cells[FIRST_BLOCK + BLOCK * number + offset]);
        let score = Cells {
            difficulty: Cow::Borrowed(difficulty),
            level: block(0),
            exscore: block(1),
            pgreat: block(2),
            great: block(3),
            bp: block(4),
            lamp: block(5),
        };
        let cell = |column: usize| trimmed(unquote(self.cells[column]));
        let (title, timestamp) = (cell(TITLE), cell(self.layout.columns - 1));
        Some(Ok((Place::Line(self.line + 1, difficulty), Row { title, timestamp, score })))
    }
}

/// Converts one difficulty of one row.
fn convert(row: &Row<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let cells = &row.score;
    if cells.exscore == "0" {
        return Err(Failure::Skip("not played"));
    }
    if cells.level.is_empty() || cells.level == "0" {
        return Err(Failure::Skip("the chart does not exist"));
    }
    if cells.difficulty == "BEGINNER" {
        return Err(Failure::Skip("BEGINNER is not tracked"));
    }
    let gpt = Game::Iidx
        .playtype(&context.playtype)
        .ok_or_else(|| Failure::Internal(format!("iidx has no playtype {:?}", context.playtype)))?;
    let (song, index) = find_chart(row, context, gpt, catalogue)?;
    let label = Label { song, gpt, difficulty: &cells.difficulty, version: context.import_version.as_deref() };
    let mut data = score_data(cells, catalogue.chart(index), label)?;
    let time_achieved = parse_local(&row.timestamp, JST)?;
    if let Some(bp) = miss_count(&cells.bp, label)? {
        data.set_number(iidx::BP, bp);
    }
    Ok(DryScore {
        chart: index,
        data,
        score_meta: serde_json::Map::new(),
        service: context.service.clone(),
        comment: None,
        time_achieved,
    })
}

/// A chart's name in messages.
#[derive(Clone, Copy)]
struct Label<'a> {
    song: &'a Song,
    gpt: Gpt,
    /// The column's, also where a mark makes it another.
    difficulty: &'a str,
    version: Option<&'a str>,
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {}", self.song.title, self.gpt.playtype(), self.difficulty)?;
        match self.version {
            Some(version) => write!(f, " [v{version}])"),
            None => f.write_str(")"),
        }
    }
}

fn find_chart<'c>(
    row: &Row<'_>,
    context: &Context,
    gpt: Gpt,
    catalogue: &'c Catalogue,
) -> Result<(&'c Song, ChartIdx), Failure> {
    let column = &*row.score.difficulty;
    let (title, difficulty) = if context.has_beginner_and_legg {
        (&*row.title, column)
    } else {
        without_leggendaria_mark(&row.title).map_or((&*row.title, column), |title| (title, "LEGGENDARIA"))
    };
    let index = match catalogue.song_by_title_csv(Game::Iidx, title) {
        SongMatch::None => return Err(Failure::NotFound(format!("Could not find song for {title}."))),
        SongMatch::One(index) => index,
        SongMatch::Several(_) => return Err(Failure::several_titles(title)),
    };
    let version = context.import_version.as_deref();
    let label = Label { song: catalogue.song(index), gpt, difficulty: column, version };
    let chart = catalogue
        .chart_of_song(gpt, index, difficulty, version)
        .ok_or_else(|| Failure::NotFound(format!("Could not find chart for {label}")))?;
    Ok((catalogue.song(index), chart))
}

/// Files of 27 columns list LEGGENDARIA charts as songs of their own, whose titles end in a mark.
fn without_leggendaria_mark(title: &str) -> Option<&str> {
    let title = title.strip_suffix("†LEGGENDARIA").or_else(|| title.strip_suffix('†'))?;
    Some(title.trim_end_matches(tachi_core::catalogue::is_space))
}

fn score_data(cells: &Cells<'_>, chart: &Chart, label: Label<'_>) -> Result<ScoreData, Failure> {
    let integer = |text: &str, what: &str| {
        text_integer(text)
            .map_err(|error| Failure::invalid(format!("{label} - Invalid {what} of {} {error}", shown(text))))
    };
    let max = 2 * iidx::notecount(chart) as i64;
    let exscore = integer(&cells.exscore, "EX score")?;
    if exscore > max {
        return Err(Failure::invalid(format!(
            "{label} - Invalid EX Score of {exscore} (Was greater than max chart ex of {max})."
        )));
    }
    let (pgreat, great) = (integer(&cells.pgreat, "PGreats")?, integer(&cells.great, "Greats")?);
    if pgreat.checked_mul(2).and_then(|double| double.checked_add(great)) != Some(exscore) {
        return Err(Failure::invalid(format!(
            "{label} - PGreats * 2 + Greats did not equal EXScore ({pgreat} * 2 + {great} != {exscore})."
        )));
    }
    let lamp = LAMPS.iter().position(|site| *site == cells.lamp);
    let lamp = lamp.ok_or_else(|| Failure::invalid(format!("{label} - Invalid Lamp of {}.", shown(&cells.lamp))))?;

    let mut data = ScoreData::new(chart.config());
    data.set_number(iidx::SCORE, exscore as f64);
    data.set_enum(iidx::LAMP, lamp);
    data.set_judgement(0, pgreat);
    data.set_judgement(1, great);
    Ok(data)
}

/// The miss count: `---` and an empty cell mean that it is not known.
fn miss_count(cell: &str, label: Label<'_>) -> Result<Option<f64>, Failure> {
    let text = trim(cell);
    // "inf" and "nan" are numbers to Rust only.
    let number = text.parse::<f64>().ok().filter(|_| text.ends_with(|last: char| last.is_ascii_digit() || last == '.'));
    match number {
        None if matches!(text, "" | "---") => Ok(None),
        None => {
            log::debug!("{label} - a miss count of {} is not known", shown(text));
            Ok(None)
        }
        Some(number) if number.fract() == 0.0 && (0.0..=9999.0).contains(&number) => Ok(Some(number)),
        Some(_) => Err(Failure::invalid(format!("{label} - Invalid BP of {}.", shown(text)))),
    }
}
