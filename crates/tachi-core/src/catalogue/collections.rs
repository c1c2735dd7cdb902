//! Collections: the JSON files that a catalogue is loaded from. Source: `spec/games/README.md` 12.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use thiserror::Error;

use super::{
    BmsCourseDocument, Catalogue, CatalogueError, ChartDocument, ChartKey, FolderDocument, GoalDocument, QuestDocument,
    QuestlineDocument, SongDocument, TableDocument,
};
use crate::game::Game;

/// What a file of a catalogue holds, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// `songs-<game>.json`
    Songs(Game),
    /// `charts-<game>.json` or `charts-<game>.<word>.json`
    Charts(Game),
    /// `folders.json`
    Folders,
    /// `tables.json`
    Tables,
    /// `goals.json`
    Goals,
    /// `quests.json`
    Quests,
    /// `questlines.json`
    Questlines,
    /// `bms-course-lookup.json`
    BmsCourses,
}

impl FileKind {
    /// The kind of file with that name (without folders); `None` when it is no part of a catalogue.
    ///
    /// ```
    /// use tachi_core::catalogue::FileKind;
    /// use tachi_core::game::Game;
    /// assert_eq!(FileKind::of("charts-pms.synthetic.json"), Some(FileKind::Charts(Game::Pms)));
    /// assert_eq!(FileKind::of("charts-iidx-sp.json"), None);
    /// ```
    #[must_use]
    pub fn of(file_name: &str) -> Option<Self> {
        let name = file_name.strip_suffix(".json")?;
        if let Some(game) = name.strip_prefix("songs-") {
            return game.parse().ok().map(Self::Songs);
        }
        if let Some(charts) = name.strip_prefix("charts-") {
            let (game, word) = charts.split_once('.').unwrap_or((charts, "all"));
            let is_word = !word.is_empty() && !word.contains('.');
            return game.parse().ok().filter(|_| is_word).map(Self::Charts);
        }
        let others = [
            ("folders", Self::Folders),
            ("tables", Self::Tables),
            ("goals", Self::Goals),
            ("quests", Self::Quests),
            ("questlines", Self::Questlines),
            ("bms-course-lookup", Self::BmsCourses),
        ];
        others.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }
}

/// A file that cannot be part of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CollectionError {
    /// A name that no collection has.
    #[error("{file}: no collection has this name")]
    UnknownFile {
        /// The file.
        file: String,
    },
    /// Not one JSON array.
    #[error("{file}: not a JSON array of documents: {problem}")]
    Json {
        /// The file.
        file: String,
        /// What the parser says.
        problem: String,
    },
    /// A document without a member it needs, or with one of the wrong type.
    #[error("{file}[{index}]{}{field}: {problem}", if field.is_empty() { "" } else { ", " })]
    Document {
        /// The file.
        file: String,
        /// The document's position in the file, from 0.
        index: usize,
        /// The member, as a dotted path; empty when the document itself is meant.
        field: String,
        /// What the parser says.
        problem: String,
    },
}

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a str,
    /// The position in the file, from 0.
    pub index: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.file, self.index)
    }
}

/// The documents of one collection, in the order of its files.
#[derive(Debug, Clone)]
pub struct Documents<T> {
    documents: Vec<T>,
    /// The files and the position of the first document of each.
    files: Vec<(usize, String)>,
}

impl<T> Default for Documents<T> {
    fn default() -> Self {
        Self { documents: Vec::new(), files: Vec::new() }
    }
}

impl<T> Deref for Documents<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.documents
    }
}

impl<T> Documents<T> {
    /// Adds the documents of one file.
    pub fn add(&mut self, file: impl Into<String>, documents: Vec<T>) {
        self.files.push((self.documents.len(), file.into()));
        self.documents.extend(documents);
    }

    /// Whether any file of the collection was added, an empty one included.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        !self.files.is_empty()
    }

    /// The documents with their places.
    pub fn located(&self) -> impl Iterator<Item = (Place<'_>, &T)> {
        let ends = self.files.iter().skip(1).map(|(first, _)| *first).chain([self.documents.len()]);
        self.files.iter().zip(ends).flat_map(|((first, file), end)| {
            let documents = self.documents[*first..end].iter().enumerate();
            documents.map(move |(index, document)| (Place { file, index }, document))
        })
    }

    /// The documents alone.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.documents
    }
}

/// All documents of a load. A collection without a file is no part of the load.
#[derive(Debug, Clone, Default)]
pub struct Collections {
    /// Songs, of the games that are part of the load.
    pub songs: BTreeMap<Game, Documents<SongDocument>>,
    /// Charts, of the games that are part of the load.
    pub charts: BTreeMap<Game, Documents<ChartDocument>>,
    /// Folders.
    pub folders: Documents<FolderDocument>,
    /// Tables.
    pub tables: Documents<TableDocument>,
    /// Goals.
    pub goals: Documents<GoalDocument>,
    /// Quests.
    pub quests: Documents<QuestDocument>,
    /// Questlines.
    pub questlines: Documents<QuestlineDocument>,
    /// BMS courses that give classes.
    pub bms_courses: Documents<BmsCourseDocument>,
}

impl Collections {
    /// Reads a file and adds its documents, all or none of them.
    ///
    /// # Errors
    /// When the name is not one of a catalogue's, or the first document that cannot be read.
    pub fn add_file(&mut self, file_name: &str, text: &str) -> Result<FileKind, CollectionError> {
        let kind =
            FileKind::of(file_name).ok_or_else(|| CollectionError::UnknownFile { file: file_name.to_owned() })?;
        match kind {
            FileKind::Songs(game) => {
                let songs = parse(file_name, text)?;
                self.songs.entry(game).or_default().add(file_name, songs);
            }
            FileKind::Charts(game) => {
                let charts = parse(file_name, text)?;
                self.charts.entry(game).or_default().add(file_name, charts);
            }
            FileKind::Folders => self.folders.add(file_name, parse(file_name, text)?),
            FileKind::Tables => self.tables.add(file_name, parse(file_name, text)?),
            FileKind::Goals => self.goals.add(file_name, parse(file_name, text)?),
            FileKind::Quests => self.quests.add(file_name, parse(file_name, text)?),
            FileKind::Questlines => self.questlines.add(file_name, parse(file_name, text)?),
            FileKind::BmsCourses => self.bms_courses.add(file_name, parse(file_name, text)?),
        }
        Ok(kind)
    }

    /// A catalogue of these songs and charts, the charts numbered from 1 in their order.
    ///
    /// # Errors
    /// The first song or chart that cannot be part of a catalogue.
    pub fn catalogue(&self) -> Result<Catalogue, CatalogueError> {
        let mut builder = Catalogue::builder();
        for (game, songs) in &self.songs {
            for song in songs.iter() {
                builder.song(*game, song.clone())?;
            }
        }
        let charts = self.charts.iter().flat_map(|(game, charts)| charts.iter().map(move |chart| (*game, chart)));
        for (key, (game, chart)) in (1..).zip(charts) {
            builder.chart(game, chart, ChartKey(key))?;
        }
        Ok(builder.build())
    }

    /// Applies [`GOAL_CORRECTIONS`].
    pub(super) fn correct_goals(&mut self) {
        for goal in &mut self.goals.documents {
            if let Some(correction) = GOAL_CORRECTIONS.iter().find(|correction| correction.applies_to(goal)) {
                goal.criteria.value = correction.to;
            }
        }
    }
}

/// Goals of the public catalogue that were written before a value was inserted into an enum.
///
/// Their names say which value is meant. They keep their identifiers, which quests refer to.
const GOAL_CORRECTIONS: &[GoalCorrection] = &[
    // MAXXIVE CLEAR came below ULTIMATE CHAIN in 2025.
    GoalCorrection { game: Game::Sdvx, key: "lamp", name: "PERFECT ULTIMATE CHAIN ", from: 4.0, to: 5.0 },
    GoalCorrection { game: Game::Sdvx, key: "lamp", name: "ULTIMATE CHAIN ", from: 3.0, to: 4.0 },
];

struct GoalCorrection {
    game: Game,
    key: &'static str,
    /// How the goal's name starts.
    name: &'static str,
    from: f64,
    to: f64,
}

impl GoalCorrection {
    fn applies_to(&self, goal: &GoalDocument) -> bool {
        goal.game == self.game
            && goal.criteria.key == self.key
            && goal.criteria.value == self.from
            && goal.name.starts_with(self.name)
    }
}

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<T>, CollectionError> {
    serde_json::from_str(text).map_err(|error| locate::<T>(file, text, &error))
}

/// Says where a file could not be read. Keeping track of that takes time, so it is done only now, in a second run.
fn locate<T: DeserializeOwned>(file: &str, text: &str, error: &serde_json::Error) -> CollectionError {
    let file = file.to_owned();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let tracked = serde_path_to_error::deserialize::<_, Vec<T>>(&mut deserializer).err();
    let located = tracked.filter(|_| error.is_data()).and_then(|tracked| {
        let (index, field) = position(tracked.path())?;
        Some((index, field, tracked.into_inner().to_string()))
    });
    match located {
        Some((index, field, problem)) => CollectionError::Document { file, index, field, problem },
        None => CollectionError::Json { file, problem: error.to_string() },
    }
}

/// The position in the array, and the rest of the path.
fn position(path: &Path) -> Option<(usize, String)> {
    let mut segments = path.iter();
    let Some(Segment::Seq { index }) = segments.next() else { return None };
    let field = segments.map(|segment| match segment {
        Segment::Map { key } => key.clone(),
        other => other.to_string(),
    });
    Some((*index, field.collect::<Vec<_>>().join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_say_what_is_inside() {
        for (name, kind) in [
            ("songs-iidx.json", Some(FileKind::Songs(Game::Iidx))),
            ("charts-iidx.json", Some(FileKind::Charts(Game::Iidx))),
            ("charts-iidx.made-up.json", Some(FileKind::Charts(Game::Iidx))),
            ("bms-course-lookup.json", Some(FileKind::BmsCourses)),
            ("questlines.json", Some(FileKind::Questlines)),
            ("charts-iidx..json", None),
            ("charts-iidx.a.b.json", None),
            ("songs-iidx.more.json", None),
            ("songs-nogame.json", None),
            ("charts-.json", None),
            ("folders", None),
            ("README.md", None),
        ] {
            assert_eq!(FileKind::of(name), kind, "{name}");
        }
    }

    #[test]
    fn documents_know_their_places() {
        let mut documents = Documents::default();
        assert!(!documents.is_loaded());
        documents.add("a", vec!['x', 'y']);
        documents.add("b", vec![]);
        documents.add("c", vec!['z']);
        let places: Vec<String> = documents.located().map(|(place, letter)| format!("{place} {letter}")).collect();
        assert_eq!(places, ["a[0] x", "a[1] y", "c[0] z"]);
    }

    #[test]
    fn unreadable_files_are_named_to_the_member_and_add_nothing() {
        let song = r#"{"id":1,"title":"T","artist":"A","searchTerms":[],"altTitles":[],"data":{}}"#;
        for (text, expected) in [
            (
                format!("[{song},{}]", song.replace("\"T\"", "5")),
                "songs-iidx.json[1], title: invalid type: integer `5`",
            ),
            (format!("[{}]", song.replace("[]", "[1]")), "songs-iidx.json[0], searchTerms.[0]: invalid type"),
            (format!("[{}]", song.replace("\"title\":\"T\",", "")), "songs-iidx.json[0]: missing field `title`"),
            (format!("[{song},"), "songs-iidx.json: not a JSON array of documents: EOF while parsing"),
            (format!("[{song}]]"), "songs-iidx.json: not a JSON array of documents: trailing characters"),
            (song.to_owned(), "songs-iidx.json: not a JSON array of documents: invalid type: map"),
        ] {
            let mut collections = Collections::default();
            let error = collections.add_file("songs-iidx.json", &text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(collections.songs.is_empty());
        }
    }
}
