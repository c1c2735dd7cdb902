//! `file/solid-state-squad`: scores of the beatmania IIDX console games, dumped from the site of that name.
//!
//! - **Page**: `spec/import-types/file-solid-state-squad.md`
//! - **Written by**: Solid State Squad, which ran until 2016
//! - **Versions**: one
//! - **Encoding**: XML in UTF-8
//! - **Times**: UTC without saying so
//! - **Quirks**: titles are spelt freely and filtered; one file holds both playtypes; a chart's note count tells which of
//!   several charts of a title was played
//! - **Skipped**: 5-key charts
//! - **Invalid**: unknown game versions, times that cannot be read
//! - **Fatal**: broken XML, no songs, a song that is not as described

use std::borrow::Cow;

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, Chart, ChartIdx, SongIdx, SongMatch, trim};
use tachi_core::game::{Game, Gpt, Metric};
use tachi_core::games::iidx;
use tachi_core::import_type::ImportType;
use tachi_core::score::{DryScore, ScoreData, enum_value};

use crate::error::{Failure, FatalError, Place, shown};
use crate::fill;
use crate::format::{Batch, Format, Input, NoContext};
use crate::json::{Json, Members, SchemaError, member};
use crate::schema::{Field, Kind, Schema};
use crate::text::trimmed;
use crate::time::{UTC, parse_local};
use crate::xml::{Part, Xml};

/// The import type.
#[derive(Debug)]
pub struct SolidStateSquad;

impl Format for SolidStateSquad {
    const IMPORT_TYPE: ImportType = ImportType::FileSolidStateSquad;
    type Row<'a> = Json<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let songs = read(input.bytes)?;
        let rows = songs.into_iter().enumerate().map(|(index, song)| Ok((Place::Element("song", index), song)));
        Ok(Batch { game: Game::Iidx, context: NoContext {}, classes: Vec::new(), rows: Box::new(rows) })
    }

    fn convert(row: &Json<'_>, _context: &NoContext, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        convert(row, catalogue)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &NoContext) -> Result<Json<'static>, Failure> {
        restore(data)
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (row.text_of("songname"), row.text_of("diff"))
    }
}

// --- Structure -------------------------------------------------------------------------------------------------

const PREFIX: &str = "Invalid S3 XML.";

const USERDATA: Schema = Schema::open(&[&[
    Field::required("id", Kind::Count),
    Field::required("login", Kind::Text),
    Field::required("djname", Kind::Text),
]]);

const SONG: Schema = Schema::open(&[&[
    Field::required("id", Kind::Count),
    Field::required("diff", Kind::OneOf(&["L7", "7", "A", "B", "5", "L14", "14", "A14", "B14"])),
    Field::required("songname", Kind::Text),
    Field::required("styles", Kind::Text),
    Field::required("exscore", Kind::Count),
    Field::optional("scorebreakdown", Kind::Object(BREAKDOWN)),
    Field::required("mods", Kind::Object(MODS)),
    Field::required("cleartype", Kind::OneOf(&["played", "cleared", "combo", "comboed", "perfect", "perfected"])),
    Field::required("date", Kind::Text),
    Field::optional("comment", Kind::Text),
    Field::optional("notes", Kind::Text),
    Field::optional("artist", Kind::Text),
]]);

const BREAKDOWN: Schema = Schema::open(&[&[
    Field::required("justgreats", Kind::Count),
    Field::required("greats", Kind::Count),
    Field::required("good", Kind::Count),
    Field::required("bad", Kind::Count),
    Field::required("poor", Kind::Count),
]]);

const MODS: Schema = Schema::open(&[&[Field::optional("hardeasy", Kind::OneOf(&["H", "E"]))]]);

/// The members of the breakdown in the order of the judgements.
const JUDGEMENTS: &[&[&str]] = &[&["justgreats"], &["greats"], &["good"], &["bad"], &["poor"]];

/// Reads and checks `s3data > userdata` and `s3data > scoredata > song*`.
fn read(bytes: &[u8]) -> Result<Vec<Json<'_>>, FatalError> {
    let (mut xml, root) = Xml::open(bytes)?;
    if root != "s3data" {
        return Err(no_songs());
    }
    let mut userdata = None;
    let mut songs = None;
    loop {
        match xml.read()? {
            Part::End => break,
            Part::Text(_) => {}
            Part::Child(name) => match &*name {
                "userdata" if userdata.is_none() => userdata = Some(value(&mut xml, &Kind::Object(USERDATA))?),
                "scoredata" if songs.is_none() => songs = Some(read_songs(&mut xml)?),
                _ => xml.skip()?,
            },
        }
    }
    xml.close()?;
    let songs = songs.filter(|songs| !songs.is_empty()).ok_or_else(no_songs)?;
    USERDATA.check(userdata.as_ref()).map_err(|error| error.within("s3data.userdata").fatal(PREFIX))?;
    for (index, song) in songs.iter().enumerate() {
        let within = |error: SchemaError| error.within(&format!("s3data.scoredata.song[{index}]"));
        SONG.check(Some(song)).map_err(|error| within(error).fatal(PREFIX))?;
    }
    Ok(songs)
}

fn no_songs() -> FatalError {
    FatalError::bad_input("Invalid S3 XML, no s3data -> scoredata -> song?")
}

fn read_songs<'a>(xml: &mut Xml<'a>) -> Result<Vec<Json<'a>>, FatalError> {
    let mut songs = Vec::new();
    loop {
        match xml.read()? {
            Part::End => return Ok(songs),
            Part::Text(_) => {}
            Part::Child(name) if name == "song" => songs.push(value(xml, &Kind::Object(SONG))?),
            Part::Child(_) => xml.skip()?,
        }
    }
}

/// An element as the value that its table describes. What does not fit, such as text in place of children, becomes a
/// value that the table refuses.
fn value<'a>(xml: &mut Xml<'a>, kind: &Kind) -> Result<Json<'a>, FatalError> {
    const NOTHING: Schema = Schema::open(&[]);
    let Content { members, text, has_children } = match kind {
        Kind::Object(schema) => content(xml, schema)?,
        _ => content(xml, &NOTHING)?,
    };
    Ok(match kind {
        _ if has_children => Json::Object(members),
        Kind::Object(_) if text.is_empty() => Json::Object(members),
        Kind::Object(_) | Kind::Count => number_or_text(text),
        _ => Json::Text(text),
    })
}

/// What an element holds.
struct Content<'a> {
    /// The children that a table names, the first of each name.
    members: Members<'a>,
    text: Cow<'a, str>,
    has_children: bool,
}

fn content<'a>(xml: &mut Xml<'a>, schema: &Schema) -> Result<Content<'a>, FatalError> {
    let mut content = Content { members: Vec::new(), text: Cow::Borrowed(""), has_children: false };
    loop {
        match xml.read()? {
            Part::End => break,
            Part::Text(part) if content.text.is_empty() => content.text = part,
            Part::Text(part) => content.text.to_mut().push_str(&part),
            Part::Child(name) => {
                content.has_children = true;
                let kind = schema.kind_of(&name).filter(|_| member(&content.members, &name).is_none());
                match kind {
                    Some(kind) => {
                        let value = value(xml, kind)?;
                        content.members.push((Cow::Owned(name), value));
                    }
                    None => xml.skip()?,
                }
            }
        }
    }
    content.text = trimmed(content.text);
    Ok(content)
}

fn number_or_text(text: Cow<'_, str>) -> Json<'_> {
    match integer(&text) {
        Some(number) => Json::Number(number),
        None => Json::Text(text),
    }
}

fn integer(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// An element of an orphan. Older ones hold numbers where a text happened to look like one.
fn restore(data: &Value) -> Result<Json<'static>, Failure> {
    let texts = ["diff", "songname", "styles", "date", "comment", "notes", "artist"];
    let mut data = data.clone();
    for name in texts {
        if let Some(value) = data.get_mut(name).filter(|value| value.is_number()) {
            *value = Value::String(value.to_string());
        }
    }
    SONG.restore(&data)
}

// --- Conversion ------------------------------------------------------------------------------------------------

/// The site's names of the charts.
const CHARTS: [(&str, Gpt, &str); 8] = [
    ("L7", Gpt::IidxSp, "NORMAL"),
    ("7", Gpt::IidxSp, "HYPER"),
    ("A", Gpt::IidxSp, "ANOTHER"),
    ("B", Gpt::IidxSp, "LEGGENDARIA"),
    ("L14", Gpt::IidxDp, "NORMAL"),
    ("14", Gpt::IidxDp, "HYPER"),
    ("A14", Gpt::IidxDp, "ANOTHER"),
    ("B14", Gpt::IidxDp, "LEGGENDARIA"),
];

/// The site's names of the games, and the versions they are.
const STYLES: [(&str, &str); 16] = [
    ("3rd", "3-cs"),
    ("4th", "4-cs"),
    ("5th", "5-cs"),
    ("6th", "6-cs"),
    ("7th", "7-cs"),
    ("8th", "8-cs"),
    ("9th", "9-cs"),
    ("10th", "10-cs"),
    ("red", "11-cs"),
    ("hs", "12-cs"),
    ("dd", "13-cs"),
    ("gold", "14-cs"),
    ("djt", "15-cs"),
    ("emp", "16-cs"),
    ("pb", "16-cs"),
    ("us", "bmus"),
];

const METRICS: &[Metric] = iidx::SP.metrics;

const fn lamp(name: &str) -> usize {
    enum_value(METRICS, iidx::LAMP, name)
}

/// Lamps by what the site says of the clear.
const LAMPS: [(&str, usize); 5] = [
    ("played", lamp("FAILED")),
    ("combo", lamp("FULL COMBO")),
    ("comboed", lamp("FULL COMBO")),
    ("perfect", lamp("FULL COMBO")),
    ("perfected", lamp("FULL COMBO")),
];

/// Lamps of cleared scores by their gauge.
const CLEARED: [(Option<&str>, usize); 3] =
    [(None, lamp("CLEAR")), (Some("E"), lamp("EASY CLEAR")), (Some("H"), lamp("HARD CLEAR"))];

fn convert(row: &Json<'_>, catalogue: &Catalogue) -> Result<DryScore, Failure> {
    let text = |name: &str| row.text_of(name).unwrap_or_default();
    let chart = find_chart(&Wanted::of(row)?, catalogue)?;
    let mut data = ScoreData::new(catalogue.chart(chart).config());
    data.set_number(iidx::SCORE, row.number_of("exscore").unwrap_or(f64::NAN));
    data.set_enum(iidx::LAMP, lamp_of(row)?);
    if let Some(breakdown) = row.get("scorebreakdown") {
        fill::judgements(&mut data, breakdown, JUDGEMENTS)?;
    }
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: "Solid State Squad".to_owned(),
        comment: Some(text("comment").to_owned()).filter(|comment| !comment.is_empty()),
        time_achieved: parse_local(text("date"), UTC)?,
    })
}

fn lamp_of(row: &Json<'_>) -> Result<usize, Failure> {
    let clear = row.text_of("cleartype").unwrap_or_default();
    if clear != "cleared" {
        let lamp = LAMPS.iter().find(|(known, _)| *known == clear).map(|(_, lamp)| *lamp);
        return lamp.ok_or_else(|| Failure::invalid(format!("Invalid cleartype of {}.", shown(clear))));
    }
    let gauge = row.get("mods").and_then(|mods| mods.text_of("hardeasy"));
    let lamp = CLEARED.iter().find(|(known, _)| *known == gauge).map(|(_, lamp)| *lamp);
    lamp.ok_or_else(|| {
        let gauge = shown(gauge.unwrap_or_default());
        Failure::invalid(format!("Invalid hardeasy of {gauge} while evaluating a 'cleared' score?"))
    })
}

/// The chart that a row tells of.
struct Wanted<'r> {
    title: &'r str,
    artist: Option<&'r str>,
    gpt: Gpt,
    difficulty: &'static str,
    version: &'static str,
    /// How many notes it has, where that is known.
    notes: Option<f64>,
}

impl<'r> Wanted<'r> {
    fn of(row: &'r Json<'_>) -> Result<Self, Failure> {
        let text = |name: &str| row.text_of(name).unwrap_or_default();
        let diff = text("diff");
        if diff == "5" {
            return Err(Failure::Skip("5-key charts are not tracked"));
        }
        let (_, gpt, difficulty) = CHARTS
            .iter()
            .find(|(known, ..)| *known == diff)
            .ok_or_else(|| Failure::invalid(format!("Invalid difficulty {}.", shown(diff))))?;
        let style = trim(text("styles").rsplit(',').next().unwrap_or_default());
        if style.is_empty() {
            return Err(Failure::invalid("Song has invalid style -- Score has no styles?"));
        }
        let (_, version) = STYLES
            .iter()
            .find(|(known, _)| *known == style)
            .ok_or_else(|| Failure::invalid(format!("Song has invalid style {}.", shown(style))))?;
        let notes = row.text_of("notes").filter(|notes| !notes.starts_with('-')).and_then(integer);
        Ok(Self {
            title: text("songname"),
            artist: row.text_of("artist"),
            gpt: *gpt,
            difficulty,
            version,
            notes: notes.filter(|notes| *notes > 0.0),
        })
    }

    /// The charts of a song that have the wanted difficulty and number of notes, primary or not.
    fn fitting<'c>(
        &self,
        catalogue: &'c Catalogue,
        song: SongIdx,
        difficulty: &'c str,
    ) -> impl Iterator<Item = ChartIdx> + 'c {
        let notes = self.notes;
        catalogue.charts_of_song(self.gpt, song).filter(move |chart| {
            let chart = catalogue.chart(*chart);
            &*chart.difficulty == difficulty && Some(iidx::notecount(chart)) == notes
        })
    }

    fn is_listed(&self, chart: &Chart) -> bool {
        chart.in_version(self.version)
    }

    fn not_found(&self) -> Failure {
        let (title, difficulty, version) = (self.title, self.difficulty, self.version);
        let playtype = self.gpt.playtype();
        Failure::NotFound(format!("Could not find chart {title} ({playtype} {difficulty} version ({version}))"))
    }

    fn ambiguous(&self) -> Failure {
        Failure::Ambiguous(format!(
            "Multiple songs exist with the case-insensitive title {}. We cannot resolve this. Please try adding an \
             artist field.",
            self.title
        ))
    }
}

fn find_chart(wanted: &Wanted<'_>, catalogue: &Catalogue) -> Result<ChartIdx, Failure> {
    let steps = title_steps(wanted.title, catalogue);
    let found = match wanted.notes {
        None => by_version(wanted, &steps, catalogue),
        Some(_) => by_notes(wanted, &steps, catalogue),
    };
    let no_song = steps.iter().all(|step| step.songs().is_empty());
    found?.ok_or_else(|| {
        if no_song {
            Failure::NotFound(format!("Could not find song with title {}", wanted.title))
        } else {
            wanted.not_found()
        }
    })
}

/// The songs of a title, spelt more and more freely.
fn title_steps(title: &str, catalogue: &Catalogue) -> [SongMatch; 4] {
    let base = base_title(title);
    [
        catalogue.song_by_title_folded(Game::Iidx, title, None),
        catalogue.song_by_title_letters(Game::Iidx, title),
        catalogue.song_by_title_folded(Game::Iidx, base, None),
        catalogue.song_by_title_letters(Game::Iidx, base),
    ]
}

/// Without a note count: the chart of the one song that bears the title, if it was in that game.
fn by_version(wanted: &Wanted<'_>, steps: &[SongMatch], catalogue: &Catalogue) -> Result<Option<ChartIdx>, Failure> {
    let song = match steps.iter().find(|step| !step.songs().is_empty()) {
        None | Some(SongMatch::None) => return Ok(None),
        Some(SongMatch::One(song)) => *song,
        Some(SongMatch::Several(_)) => return Err(wanted.ambiguous()),
    };
    let mut charts = catalogue.charts_of_song(wanted.gpt, song);
    Ok(charts.find(|chart| {
        let chart = catalogue.chart(*chart);
        &*chart.difficulty == wanted.difficulty && wanted.is_listed(chart)
    }))
}

/// With a note count, which tells more than the title's spelling and the list of versions.
fn by_notes(wanted: &Wanted<'_>, steps: &[SongMatch], catalogue: &Catalogue) -> Result<Option<ChartIdx>, Failure> {
    // The consoles' black charts that became ANOTHER in the arcade.
    let instead = (wanted.difficulty == "LEGGENDARIA").then_some("ANOTHER");
    for difficulty in [Some(wanted.difficulty), instead].into_iter().flatten() {
        for step in steps {
            let songs = step.songs().iter();
            let charts: Vec<_> = songs.flat_map(|song| wanted.fitting(catalogue, *song, difficulty)).collect();
            if !charts.is_empty() {
                return the_one(wanted, charts, catalogue);
            }
        }
    }
    Ok(by_artist(wanted, catalogue))
}

/// Of several fitting charts the one that was in that game.
fn the_one(wanted: &Wanted<'_>, mut charts: Vec<ChartIdx>, catalogue: &Catalogue) -> Result<Option<ChartIdx>, Failure> {
    let is_listed = |chart: &ChartIdx| wanted.is_listed(catalogue.chart(*chart));
    if charts.iter().any(is_listed) {
        charts.retain(is_listed);
    }
    match charts[..] {
        [chart] => Ok(Some(chart)),
        [first, ref others @ ..] => {
            let song = |chart: ChartIdx| catalogue.chart(chart).song;
            let one_song = others.iter().all(|other| song(*other) == song(first));
            if one_song { Ok(None) } else { Err(wanted.ambiguous()) }
        }
        [] => Ok(None),
    }
}

/// Where no title fits: the one chart of that game with these notes by that artist.
fn by_artist(wanted: &Wanted<'_>, catalogue: &Catalogue) -> Option<ChartIdx> {
    let artist = wanted.artist.filter(|artist| !artist.is_empty())?;
    let songs = catalogue.songs_by_artist_letters(Game::Iidx, artist).iter();
    let charts = songs.flat_map(|song| wanted.fitting(catalogue, *song, wanted.difficulty));
    let mut charts = charts.filter(|chart| wanted.is_listed(catalogue.chart(*chart)));
    charts.next().filter(|_| charts.next().is_none())
}

/// A title without one group at its end by which the site marks variants: `(US)`, `[10th+]`, ` -New Ver.-`.
fn base_title(title: &str) -> &str {
    let base = match title.chars().next_back() {
        Some(')') => opening(title, '(', ')').map(|at| &title[..at]),
        Some(']') => opening(title, '[', ']').map(|at| &title[..at]),
        Some('-') => opening_dash(title).map(|at| &title[..at]),
        _ => None,
    };
    base.map(trim).filter(|base| !base.is_empty()).unwrap_or(title)
}

/// Where the bracket opens that the last letter closes.
fn opening(title: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in title.char_indices().rev() {
        if letter == close {
            depth += 1;
        } else if letter == open {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Where the dash stands, after white space, that the last one closes.
fn opening_dash(title: &str) -> Option<usize> {
    let inner = title.strip_suffix('-')?;
    let at = inner.rfind('-')?;
    let after_space = inner[..at].ends_with(tachi_core::catalogue::is_space);
    (after_space && at + 1 < inner.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_a_title_has_no_final_group() {
        for (title, base) in [
            ("5.1.1 (10th+)", "5.1.1"),
            ("SWITCH(US)", "SWITCH"),
            ("A [B (C)]", "A"),
            ("quell ~the seventh slave~", "quell ~the seventh slave~"),
            ("A -New Ver.-", "A"),
            ("A-New Ver.-", "A-New Ver.-"),
            ("A --", "A --"),
            ("(US)", "(US)"),
            ("A (B", "A (B"),
            ("A)", "A)"),
            ("A (B) (C)", "A (B)"),
            ("", ""),
        ] {
            assert_eq!(base_title(title), base, "{title}");
        }
    }
}
