//! `api/myt-chunithm`, `api/myt-maimaidx`, `api/myt-ongeki`, `api/myt-wacca`: play histories of an arcade network.
//!
//! - **Page**: `spec/import-types/api-myt.md`
//! - **Written by**: MYT, whose answers the fetcher writes down as a transcript
//! - **Versions**: one form
//! - **Encoding**: JSON, the form that orphans store: members in lowerCamelCase, enums as numbers
//! - **Times**: UTC unless a zone is stated
//! - **Quirks**: nothing is known of versions, so charts are found by their number and difficulty alone; what MYT
//!   calls ABSOLUTE in CHUNITHM is BRAVE
//! - **Skipped**: Utage of maimai DX; plays of WACCA that tell nothing
//! - **Invalid**: difficulties and lamps that are not known, plays of the other games that tell nothing
//! - **Fatal**: a stage up of WACCA that is not known

mod chunithm;
mod maimaidx;
mod ongeki;
mod wacca;

use std::borrow::Cow;
use std::marker::PhantomData;

use serde_json::Value;
use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::Gpt;
use tachi_core::import_type::ImportType;
use tachi_core::number::to_text;
use tachi_core::score::{DryScore, ScoreData};

pub use self::chunithm::Chunithm;
pub use self::maimaidx::Maimaidx;
pub use self::ongeki::Ongeki;
pub use self::wacca::{MytWacca, classes};
use super::source::{MytTitle, Source};
use crate::charts;
use crate::error::{Failure, FatalError, Place};
use crate::fill::{self, Sum};
use crate::format::{Batch, Fetched, Format, Input, NoContext};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Schema};
use crate::time::parse_iso;

/// `api/myt-chunithm`.
pub type MytChunithm = Playlog<Chunithm>;
/// `api/myt-maimaidx`.
pub type MytMaimaidx = Playlog<Maimaidx>;
/// `api/myt-ongeki`.
pub type MytOngeki = Playlog<Ongeki>;

/// The format of a game whose plays come as `{"playlogApiId", "info", "judge"}`.
#[derive(Debug)]
pub struct Playlog<G>(PhantomData<G>);

/// What tells one game from another.
pub trait PlaylogGame {
    /// The import type.
    const IMPORT_TYPE: ImportType;
    /// The GPT.
    const GPT: Gpt;
    /// The title of MYT.
    const TITLE: MytTitle;
    /// What is read of `info`, beside `musicId` and `userPlayDate`.
    const INFO: Schema;
    /// What is read of `judge`.
    const JUDGE: Schema;
    /// The judgements in `judge`, best first.
    const JUDGEMENTS: &'static [&'static [&'static str]];
    /// The metrics in `judge`.
    const NUMBERS: &'static [Sum];

    /// The difficulty of the chart, where the level is known.
    fn difficulty(info: &Json<'_>) -> Option<&'static str>;

    /// Why a play of that difficulty is not imported.
    fn skipped(_difficulty: &str) -> Option<&'static str> {
        None
    }

    /// Sets what `info` tells of the score.
    ///
    /// # Errors
    /// When a lamp is not known.
    fn score(info: &Json<'_>, data: &mut ScoreData) -> Result<(), Failure>;

    /// The chart with that number and difficulty.
    fn chart(catalogue: &Catalogue, id: f64, difficulty: &str) -> Option<ChartIdx> {
        charts::any_version(catalogue, Self::GPT, id, difficulty)
    }
}

impl<G: PlaylogGame> Fetched for Playlog<G> {
    const SOURCE: Source = Source::Myt(G::TITLE);
}

impl<G: PlaylogGame> Format for Playlog<G> {
    const IMPORT_TYPE: ImportType = G::IMPORT_TYPE;
    type Row<'a> = Json<'a>;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let Transcript { items, .. } = Transcript::read(input.bytes)?;
        let rows = items.into_iter().enumerate().map(|(index, item)| Ok((place(index), item)));
        Ok(Batch { game: G::GPT.config().game, context: NoContext {}, classes: Vec::new(), rows: Box::new(rows) })
    }

    fn convert(row: &Json<'_>, _context: &NoContext, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        let (Some(info), Some(judge)) = (row.get_some("info"), row.get_some("judge")) else {
            return Err(Failure::invalid("Failed to receive score data from MYT API"));
        };
        refuse_nul("playlogApiId", row)?;
        check(&PLAY, "info", info)?;
        check(&G::INFO, "info", info)?;
        check(&G::JUDGE, "judge", judge)?;
        let difficulty = G::difficulty(info).ok_or_else(|| unspecified_difficulty(info))?;
        if let Some(why) = G::skipped(difficulty) {
            return Err(Failure::Skip(why));
        }
        let mut data = ScoreData::new(G::GPT.config());
        G::score(info, &mut data)?;
        let id = music_id(info);
        let chart = G::chart(catalogue, id, difficulty).ok_or_else(|| not_found(id, difficulty))?;
        fill::numbers(&mut data, judge, G::NUMBERS);
        fill::judgements(&mut data, judge, G::JUDGEMENTS)?;
        dry_score(chart, data, info)
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &NoContext) -> Result<Json<'static>, Failure> {
        Ok(Json::from_value(data))
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, row.get_some("info").and_then(G::difficulty))
    }
}

/// What was fetched: `{"profile": <player data of WACCA, or null>, "items": [<item>, ...]}`.
#[derive(Debug)]
struct Transcript<'a> {
    profile: Option<Json<'a>>,
    items: Vec<Json<'a>>,
}

impl<'a> Transcript<'a> {
    /// Reads a transcript. NUL characters, which a database cannot keep, become [`REPLACED`].
    fn read(bytes: &'a [u8]) -> Result<Self, FatalError> {
        let mut document = match json::decode(bytes) {
            Cow::Borrowed(text) => parse(text)?,
            Cow::Owned(text) => parse(&text)?.into_owned(),
        };
        if memchr::memmem::find(bytes, b"\\u0000").is_some() {
            replace_nul(&mut document);
        }
        let profile = document.take("profile");
        match document.take("items") {
            Some(Json::Array(items)) => Ok(Self { profile, items }),
            _ => Err(FatalError::bad_input("Invalid transcript: items | Value was not an array.")),
        }
    }
}

fn parse(text: &str) -> Result<Json<'_>, FatalError> {
    Json::parse(text).map_err(|error| FatalError::bad_input(format!("Invalid JSON. ({error})")))
}

/// What stands where a NUL character stood.
const REPLACED: char = '\u{FFFD}';

fn replace_nul(value: &mut Json<'_>) {
    fn replace(text: &mut Cow<'_, str>) {
        if text.contains('\0') {
            *text = Cow::Owned(text.replace('\0', REPLACED.encode_utf8(&mut [0; 4])));
        }
    }
    match value {
        Json::Text(text) => replace(text),
        Json::Array(items) => items.iter_mut().for_each(replace_nul),
        Json::Object(members) => members.iter_mut().for_each(|(name, value)| {
            replace(name);
            replace_nul(value);
        }),
        _ => {}
    }
}

/// Refuses an item with a text in which a NUL character stood.
fn refuse_nul(member: &str, object: &Json<'_>) -> Result<(), Failure> {
    if object.text_of(member).is_some_and(|text| text.contains(REPLACED)) {
        return Err(Failure::Invalid(format!("Input contains a NUL character ({member}).")));
    }
    Ok(())
}

/// What is read of the `info` of every game.
const PLAY: Schema =
    Schema::open(&[&[Field::required("musicId", Kind::Integer), Field::required("userPlayDate", Kind::Text)]]);

/// Checks a part of an item.
fn check(schema: &Schema, name: &str, part: &Json<'_>) -> Result<(), Failure> {
    schema.check(Some(part)).map_err(|error| Failure::Invalid(error.within(name).to_string()))?;
    refuse_nul("userPlayDate", part)
}

fn place(index: usize) -> Place {
    Place::Element("items", index)
}

fn music_id(info: &Json<'_>) -> f64 {
    info.number_of("musicId").unwrap_or(f64::NAN)
}

fn is_true(object: &Json<'_>, name: &str) -> bool {
    object.get(name) == Some(&Json::Bool(true))
}

/// The entry of a table for an enum's number. Tables begin with 1, because 0 is always UNSPECIFIED.
fn named<T: Copy>(table: &[T], object: &Json<'_>, name: &str) -> Option<T> {
    fill::entry(table, object.number_of(name).map(|number| number - 1.0))
}

fn unspecified_difficulty(info: &Json<'_>) -> Failure {
    let id = to_text(music_id(info));
    Failure::Invalid(format!("Can't process a score with unspecified difficulty (musicId {id})"))
}

/// The failure about a lamp of maimai DX or O.N.G.E.K.I.
fn invalid_lamp() -> Failure {
    Failure::invalid("Can't process a score with an invalid combo status and/or clear status")
}

fn not_found(id: f64, difficulty: &str) -> Failure {
    Failure::NotFound(format!("Can't find chart with id {} and difficulty {difficulty}", to_text(id)))
}

fn dry_score(chart: ChartIdx, data: ScoreData, info: &Json<'_>) -> Result<DryScore, Failure> {
    Ok(DryScore {
        chart,
        data,
        score_meta: serde_json::Map::new(),
        service: "MYT".to_owned(),
        comment: None,
        time_achieved: parse_iso(info.text_of("userPlayDate").unwrap_or_default())?,
    })
}
