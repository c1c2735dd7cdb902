//! The catalogue: all songs and charts in memory, immutable, with every look-up that matching needs.
//!
//! A catalogue is built once from documents and then shared; a change of the data makes a new one. Look-ups are hash
//! look-ups, and texts that repeat over thousands of charts are kept once.

mod check;
mod collections;
mod documents;
mod hash;
mod lookup;
mod query;
mod resolve;
mod search;
mod title;

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;
use serde_json::value::RawValue;
use smallvec::SmallVec;
use thiserror::Error;

pub use check::{CheckMode, Checked, Existing, Finding, GoalFindings, Problem, check_goal};
pub use collections::{CollectionError, Collections, Documents, FileKind, Place};
pub use documents::*;
pub use hash::{content_hash, derive_hash};
pub use lookup::{NearTitles, SongMatch};
pub use query::{FolderMembers, FolderQuery, QueryError, QueryProblem, folder_members};
pub use resolve::{ChartQuery, ResolveError, TextIntegerError, text_integer};
pub use search::{SearchText, search_form};
pub use title::{fold, is_space, letters_form, loose_form, site_form, trim};

use crate::game::{Game, Gpt, GptConfig, Rules};
use crate::ids::{ChartId, SongId};
use crate::number;

/// A chart's position in one catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChartIdx(u32);

/// A song's position in one catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SongIdx(u32);

/// The number under which a store refers to a chart; stays the same from catalogue to catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChartKey(pub i32);

/// A song.
#[derive(Debug)]
pub struct Song {
    /// Unique within the game.
    pub id: SongId,
    /// The game.
    pub game: Game,
    /// The title.
    pub title: Box<str>,
    /// The artist.
    pub artist: Box<str>,
    /// Other titles under which the song is matched.
    pub alt_titles: Box<[Box<str>]>,
    /// Terms for searching.
    pub search_terms: Box<[Box<str>]>,
    /// `data`, as its JSON text.
    pub data: Box<RawValue>,
}

/// A chart.
#[derive(Debug)]
pub struct Chart {
    /// The number under which a store refers to it.
    pub key: ChartKey,
    /// Unique over all games.
    pub id: ChartId,
    /// The GPT.
    pub gpt: Gpt,
    /// The song's position in the catalogue.
    pub song: SongIdx,
    /// The song's identifier.
    pub song_id: SongId,
    /// The difficulty.
    pub difficulty: Arc<str>,
    /// The level as shown.
    pub level: Arc<str>,
    /// The level as ratings use it.
    pub level_num: f64,
    /// Whether this is the song's current chart of the difficulty.
    pub is_primary: bool,
    /// Whether it is a custom chart (beatmania IIDX 2dxtra), which only its own version or hash finds.
    pub is_custom: bool,
    /// The versions that contain it.
    pub versions: Arc<[Arc<str>]>,
    /// `data`, as its JSON text.
    pub data: Box<RawValue>,
    numbers: Box<[f64]>,
    arrays: Box<[Box<[f64]>]>,
}

impl Chart {
    /// The configuration of the chart's GPT.
    #[must_use]
    pub fn config(&self) -> &'static GptConfig {
        self.gpt.config()
    }

    /// A number of `data`, by its position in [`GptConfig::chart_numbers`]; `None` when null or absent.
    #[must_use]
    pub fn number(&self, index: usize) -> Option<f64> {
        self.numbers.get(index).copied().filter(|number| !number.is_nan())
    }

    /// A list of numbers of `data`, by its position in [`GptConfig::chart_arrays`]; empty when null or absent.
    #[must_use]
    pub fn numbers(&self, index: usize) -> &[f64] {
        self.arrays.get(index).map_or(&[], |array| array)
    }

    /// `data` as JSON.
    #[must_use]
    pub fn data_json(&self) -> Value {
        serde_json::from_str(self.data.get()).unwrap_or_default()
    }

    /// Whether the chart is in that version of the game.
    #[must_use]
    pub fn in_version(&self, version: &str) -> bool {
        self.versions.iter().any(|listed| &**listed == version)
    }

    /// The chart as a public document.
    #[must_use]
    pub fn to_document(&self) -> ChartDocument {
        ChartDocument {
            chart_id: self.id.clone(),
            song_id: self.song_id,
            difficulty: self.difficulty.to_string(),
            level: self.level.to_string(),
            level_num: self.level_num,
            is_primary: self.is_primary,
            playtype: self.gpt.playtype().to_owned(),
            versions: self.versions.iter().map(ToString::to_string).collect(),
            data: self.data.clone(),
        }
    }

    /// A chart outside any catalogue, for calculations.
    ///
    /// # Errors
    /// When the document does not fit its game.
    pub fn from_document(game: Game, document: &ChartDocument) -> Result<Self, CatalogueError> {
        Interner::default().chart(game, document, ChartKey(0), SongIdx(0)).map(|(chart, _)| chart)
    }
}

impl Song {
    /// `data` as JSON.
    #[must_use]
    pub fn data_json(&self) -> Value {
        serde_json::from_str(self.data.get()).unwrap_or_default()
    }

    /// The song as a public document.
    #[must_use]
    pub fn to_document(&self) -> SongDocument {
        SongDocument {
            id: self.id,
            title: self.title.to_string(),
            artist: self.artist.to_string(),
            search_terms: self.search_terms.iter().map(ToString::to_string).collect(),
            alt_titles: self.alt_titles.iter().map(ToString::to_string).collect(),
            data: self.data.clone(),
        }
    }

    /// Title and alternative titles.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.title).chain(self.alt_titles.iter().map(|title| &**title))
    }
}

/// A document that cannot be part of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogueError {
    /// A playtype that the game does not have.
    #[error("chart {chart}: {game} has no playtype {playtype:?}")]
    Playtype {
        /// The chart.
        chart: ChartId,
        /// The game.
        game: Game,
        /// What it says.
        playtype: String,
    },
    /// `data` that is no JSON object.
    #[error("{what}: data is not an object")]
    Data {
        /// The song or chart.
        what: String,
    },
    /// A chart of a song that is not there.
    #[error("chart {chart}: there is no {game} song {song}")]
    NoSong {
        /// The chart.
        chart: ChartId,
        /// The game.
        game: Game,
        /// The song.
        song: SongId,
    },
    /// Two charts or songs with one identifier.
    #[error("{what} occurs twice")]
    Duplicate {
        /// The song or chart.
        what: String,
    },
}

/// Positions of charts that share a key; nearly always one.
type Charts = SmallVec<[ChartIdx; 2]>;
/// Positions of songs that share a title; nearly always one.
type Songs = SmallVec<[SongIdx; 2]>;

/// Songs of one game by the forms of their titles.
#[derive(Debug, Default)]
struct Titles {
    exact: FxHashMap<Box<str>, Songs>,
    trimmed: FxHashMap<Box<str>, Songs>,
    site: FxHashMap<Box<str>, Songs>,
    folded: FxHashMap<Box<str>, Songs>,
    /// Made when first asked for: one format of one game needs it.
    letters: OnceLock<Letters>,
}

/// Songs of one game by the letters of their titles and artists.
#[derive(Debug, Default)]
struct Letters {
    titles: FxHashMap<Box<str>, Songs>,
    artists: FxHashMap<Box<str>, Songs>,
}

/// All songs and charts, with look-ups. Cheap to share, never changed.
#[derive(Debug, Default)]
pub struct Catalogue {
    version: i64,
    rules: Rules,
    songs: Vec<Song>,
    charts: Vec<Chart>,
    songs_by_id: FxHashMap<(Game, SongId), SongIdx>,
    charts_by_id: FxHashMap<ChartId, ChartIdx>,
    charts_by_key: FxHashMap<ChartKey, ChartIdx>,
    charts_by_song: FxHashMap<(Gpt, SongIdx), Charts>,
    charts_by_in_game_id: FxHashMap<(Gpt, i64), SmallVec<[ChartIdx; 4]>>,
    charts_by_text: FxHashMap<Box<str>, Charts>,
    charts_by_arc_id: FxHashMap<Box<str>, Charts>,
    songs_by_ddr_hash: FxHashMap<Box<str>, SongIdx>,
    titles: Vec<Titles>,
    versions: FxHashSet<(Gpt, Arc<str>)>,
    chart_counts: FxHashMap<Gpt, usize>,
    /// What each song is searched by; made when first asked for.
    search: OnceLock<Vec<search::Searched>>,
}

impl Catalogue {
    /// A catalogue under construction.
    #[must_use]
    pub fn builder() -> CatalogueBuilder {
        let titles = Game::ALL.iter().map(|_| Titles::default()).collect();
        CatalogueBuilder { catalogue: Self { titles, ..Self::default() }, interner: Interner::default() }
    }

    /// The number of the data this was built from; grows with every load.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// What the operator decided about ratings.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The bucket of [`ProfileInput`](crate::game::ProfileInput) that a chart falls into.
    #[must_use]
    pub fn bucket(&self, chart: &Chart) -> u8 {
        (chart.config().pb.bucket)(self.song_of(chart), chart, &self.rules)
    }

    /// All songs.
    #[must_use]
    pub fn songs(&self) -> &[Song] {
        &self.songs
    }

    /// All charts.
    #[must_use]
    pub fn charts(&self) -> &[Chart] {
        &self.charts
    }

    /// How many charts a GPT has.
    #[must_use]
    pub fn chart_count(&self, gpt: Gpt) -> usize {
        self.chart_counts.get(&gpt).copied().unwrap_or(0)
    }

    /// The chart at that position.
    #[must_use]
    pub fn chart(&self, index: ChartIdx) -> &Chart {
        &self.charts[index.0 as usize]
    }

    /// The song at that position.
    #[must_use]
    pub fn song(&self, index: SongIdx) -> &Song {
        &self.songs[index.0 as usize]
    }

    /// The song of a chart.
    #[must_use]
    pub fn song_of(&self, chart: &Chart) -> &Song {
        self.song(chart.song)
    }

    /// A chart's name for people.
    #[must_use]
    pub fn label(&self, chart: &Chart) -> String {
        (chart.config().chart_label)(self.song_of(chart), chart)
    }
}

/// Takes documents and makes a [`Catalogue`] of them: all songs first, then the charts.
#[derive(Debug)]
pub struct CatalogueBuilder {
    catalogue: Catalogue,
    interner: Interner,
}

impl CatalogueBuilder {
    /// Sets the number of the data.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.catalogue.version = version;
        self
    }

    /// Sets what the operator decided about ratings.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.catalogue.rules = rules;
        self
    }

    /// Adds a song.
    ///
    /// # Errors
    /// When the game has a song of that number already.
    pub fn song(&mut self, game: Game, document: SongDocument) -> Result<(), CatalogueError> {
        let catalogue = &mut self.catalogue;
        let index = SongIdx(catalogue.songs.len() as u32);
        if catalogue.songs_by_id.insert((game, document.id), index).is_some() {
            return Err(CatalogueError::Duplicate { what: format!("{game} song {}", document.id) });
        }
        let song = Song {
            id: document.id,
            game,
            title: document.title.into(),
            artist: document.artist.into(),
            alt_titles: document.alt_titles.into_iter().map(Into::into).collect(),
            search_terms: document.search_terms.into_iter().map(Into::into).collect(),
            data: document.data.clone(),
        };
        let titles = &mut catalogue.titles[game.index()];
        for title in song.titles() {
            for (map, form) in [
                (&mut titles.exact, title.to_owned()),
                (&mut titles.trimmed, trim(title).to_owned()),
                (&mut titles.site, site_form(title)),
                (&mut titles.folded, fold(title)),
            ] {
                let songs = map.entry(form.into()).or_default();
                if !songs.contains(&index) {
                    songs.push(index);
                }
            }
        }
        if let Some(hash) = ddr_hash(&song) {
            catalogue.songs_by_ddr_hash.insert(hash, index);
        }
        catalogue.songs.push(song);
        Ok(())
    }

    /// Adds a chart under the number a store refers to it by.
    ///
    /// # Errors
    /// When its song is not there, it occurs twice, or it does not fit its game.
    pub fn chart(&mut self, game: Game, document: &ChartDocument, key: ChartKey) -> Result<(), CatalogueError> {
        let catalogue = &mut self.catalogue;
        let song = catalogue.songs_by_id.get(&(game, document.song_id)).copied();
        let song = song.ok_or_else(|| CatalogueError::NoSong {
            chart: document.chart_id.clone(),
            game,
            song: document.song_id,
        })?;
        let (chart, keys) = self.interner.chart(game, document, key, song)?;
        let index = ChartIdx(catalogue.charts.len() as u32);
        if catalogue.charts_by_id.insert(chart.id.clone(), index).is_some() {
            return Err(CatalogueError::Duplicate { what: format!("chart {}", chart.id) });
        }
        catalogue.charts_by_key.insert(key, index);
        *catalogue.chart_counts.entry(chart.gpt).or_default() += 1;
        catalogue.charts_by_song.entry((chart.gpt, song)).or_default().push(index);
        for id in keys.in_game_ids {
            catalogue.charts_by_in_game_id.entry((chart.gpt, id)).or_default().push(index);
        }
        for text in keys.texts {
            let charts = catalogue.charts_by_text.entry(text.into()).or_default();
            if !charts.contains(&index) {
                charts.push(index);
            }
        }
        if let Some(id) = keys.arc_id {
            catalogue.charts_by_arc_id.entry(id).or_default().push(index);
        }
        for version in chart.versions.iter() {
            catalogue.versions.insert((chart.gpt, Arc::clone(version)));
        }
        catalogue.charts.push(chart);
        Ok(())
    }

    /// The finished catalogue.
    #[must_use]
    pub fn build(mut self) -> Catalogue {
        self.catalogue.songs.shrink_to_fit();
        self.catalogue.charts.shrink_to_fit();
        self.catalogue
    }
}

fn ddr_hash(song: &Song) -> Option<Box<str>> {
    (song.game == Game::Ddr).then(|| song.data_json()["ddrSongHash"].as_str().map(Into::into)).flatten()
}

/// What a chart is found by, beside its song.
struct Keys {
    in_game_ids: Vec<i64>,
    /// Hashes in lower case, and in-game texts as they are.
    texts: Vec<String>,
    /// The ID that the ARC service has for the chart.
    arc_id: Option<Box<str>>,
}

/// The members of `chart.data` that hold file hashes.
const HASHES: [&str; 4] = ["hashMD5", "hashSHA256", "hashSHA1", "hashGSv3"];

/// Texts that many charts share, kept once.
#[derive(Debug, Default)]
struct Interner {
    texts: FxHashSet<Arc<str>>,
    lists: FxHashSet<Arc<[Arc<str>]>>,
}

impl Interner {
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }

    fn list(&mut self, texts: &[String]) -> Arc<[Arc<str>]> {
        let list: Vec<Arc<str>> = texts.iter().map(|text| self.text(text)).collect();
        if let Some(known) = self.lists.get(list.as_slice()) {
            return Arc::clone(known);
        }
        let new: Arc<[Arc<str>]> = list.into();
        self.lists.insert(Arc::clone(&new));
        new
    }

    fn chart(
        &mut self,
        game: Game,
        document: &ChartDocument,
        key: ChartKey,
        song: SongIdx,
    ) -> Result<(Chart, Keys), CatalogueError> {
        let gpt = game.playtype(&document.playtype).ok_or_else(|| CatalogueError::Playtype {
            chart: document.chart_id.clone(),
            game,
            playtype: document.playtype.clone(),
        })?;
        let config = gpt.config();
        let data: Value = serde_json::from_str(document.data.get()).unwrap_or_default();
        if !data.is_object() {
            return Err(CatalogueError::Data { what: format!("chart {}", document.chart_id) });
        }
        let numbers = config.chart_numbers.iter().map(|path| dotted(&data, path).as_f64().unwrap_or(f64::NAN));
        let arrays = config.chart_arrays.iter().map(|name| {
            let elements = data[*name].as_array().map_or(&[][..], Vec::as_slice);
            elements.iter().map(|element| element.as_f64().unwrap_or(f64::NAN)).collect()
        });
        let mut texts: Vec<String> = HASHES
            .iter()
            .flat_map(|member| one_or_many(&data[*member]))
            .filter_map(|hash| hash.as_str().filter(|hash| !hash.is_empty()).map(str::to_ascii_lowercase))
            .collect();
        texts.extend(data["inGameStrID"].as_str().map(str::to_owned));
        let keys = Keys {
            in_game_ids: one_or_many(&data["inGameID"]).iter().filter_map(number::as_integer).collect(),
            texts,
            arc_id: data["arcChartID"].as_str().map(Into::into),
        };
        let chart = Chart {
            key,
            id: document.chart_id.clone(),
            gpt,
            song,
            song_id: document.song_id,
            difficulty: self.text(&document.difficulty),
            level: self.text(&document.level),
            level_num: document.level_num,
            is_primary: document.is_primary,
            is_custom: data["2dxtraSet"].is_string(),
            versions: self.list(&document.versions),
            data: document.data.clone(),
            numbers: numbers.collect(),
            arrays: arrays.collect(),
        };
        Ok((chart, keys))
    }
}

/// The value at a dotted path; null when there is none.
fn dotted<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// The elements of an array, or the value itself.
fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        value => std::slice::from_ref(value),
    }
}
