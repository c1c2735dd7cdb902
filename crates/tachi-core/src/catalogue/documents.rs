//! The documents of the public catalogue format (v2 layout). Source: `spec/documents.md`, `spec/games/README.md` 12.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::game::{Game, Gpt};
use crate::ids::{ChartId, FolderId, GoalId, SongId};
use crate::number;

/// A song.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SongDocument {
    /// Unique within the game.
    pub id: SongId,
    /// The title, exactly as the game writes it.
    pub title: String,
    /// The artist.
    pub artist: String,
    /// Further terms for searching, never for matching.
    pub search_terms: Vec<String>,
    /// Other titles under which the song is matched.
    pub alt_titles: Vec<String>,
    /// Members of the game.
    pub data: Box<RawValue>,
}

/// A chart.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartDocument {
    /// Unique over all games.
    #[serde(rename = "chartID")]
    pub chart_id: ChartId,
    /// The song, of the chart's game.
    #[serde(rename = "songID")]
    pub song_id: SongId,
    /// The difficulty.
    pub difficulty: String,
    /// The level as shown.
    pub level: String,
    /// The level as ratings use it.
    #[serde(serialize_with = "number::serialize")]
    pub level_num: f64,
    /// Whether this is the song's current chart of the difficulty.
    pub is_primary: bool,
    /// The playtype.
    pub playtype: String,
    /// The versions that contain the chart.
    pub versions: Vec<String>,
    /// Members of the game.
    pub data: Box<RawValue>,
}

/// A folder: a named set of charts, usually given by a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderDocument {
    /// The hash of game, playtype and query.
    #[serde(rename = "folderID")]
    pub folder_id: FolderId,
    /// The name.
    pub title: String,
    /// The game.
    pub game: Game,
    /// The playtype.
    pub playtype: String,
    /// Hidden from lists, but works when addressed.
    pub inactive: bool,
    /// Further terms for searching.
    pub search_terms: Vec<String>,
    /// What `data` means.
    #[serde(rename = "type")]
    pub kind: FolderKind,
    /// A list of chart IDs, or a query with escaped member names.
    pub data: Value,
}

/// What a folder's `data` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FolderKind {
    /// A query over chart members.
    Charts,
    /// A query over song members: all charts of the matching songs.
    Songs,
    /// A list of chart IDs.
    Static,
}

/// A table: an ordered list of folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableDocument {
    /// The identifier.
    #[serde(rename = "tableID")]
    pub table_id: String,
    /// The game.
    pub game: Game,
    /// The playtype.
    pub playtype: String,
    /// The name.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// The folders, in the order shown.
    pub folders: Vec<FolderId>,
    /// Hidden from lists, but works when addressed.
    pub inactive: bool,
    /// Whether it is the GPT's default table.
    pub default: bool,
}

/// A goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoalDocument {
    /// The hash of the definition.
    #[serde(rename = "goalID")]
    pub goal_id: GoalId,
    /// The game.
    pub game: Game,
    /// The playtype.
    pub playtype: String,
    /// The generated title.
    pub name: String,
    /// On which charts.
    pub charts: GoalChartsDocument,
    /// What has to be reached.
    pub criteria: GoalCriteria,
}

/// The charts of a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub enum GoalChartsDocument {
    /// One chart.
    Single(ChartId),
    /// Several charts.
    Multi(Vec<ChartId>),
    /// The charts of a folder.
    Folder(FolderId),
}

/// What a goal asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoalCriteria {
    /// How many charts have to reach it.
    pub mode: GoalMode,
    /// The metric.
    pub key: String,
    /// The value to reach; for ENUM metrics the index.
    #[serde(serialize_with = "number::serialize")]
    pub value: f64,
    /// How many charts, or which part of them.
    #[serde(rename = "countNum", default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "number::serialize_option")]
    pub count: Option<f64>,
}

/// How many charts of a goal have to reach its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GoalMode {
    /// One.
    Single,
    /// A number of them.
    #[serde(alias = "abs")]
    Absolute,
    /// A part of them.
    Proportion,
}

/// A quest; `milestone` on the seed's wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuestDocument {
    /// The identifier.
    #[serde(rename = "questID")]
    pub quest_id: String,
    /// The game.
    pub game: Game,
    /// The playtype.
    pub playtype: String,
    /// The name.
    pub name: String,
    /// What it is about.
    pub desc: String,
    /// Its sections.
    pub quest_data: Vec<QuestSection>,
}

/// A section of a quest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestSection {
    /// The heading.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub desc: Option<String>,
    /// Its goals.
    pub goals: Vec<QuestGoal>,
}

/// A goal of a quest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestGoal {
    /// The goal.
    #[serde(rename = "goalID")]
    pub goal_id: GoalId,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A list of quests; purely presentational.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestlineDocument {
    /// The identifier.
    #[serde(rename = "questlineID")]
    pub questline_id: String,
    /// The game.
    pub game: Game,
    /// The playtype.
    pub playtype: String,
    /// The name.
    pub name: String,
    /// What it is about.
    pub desc: String,
    /// The quests, in order.
    pub quests: Vec<String>,
}

/// A BMS course that gives a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BmsCourseDocument {
    /// The four charts' MD5s in play order, concatenated.
    pub md5sums: String,
    /// The course's name.
    pub title: String,
    /// The playtype.
    pub playtype: String,
    /// The class set.
    pub set: String,
    /// The class.
    pub value: String,
}

macro_rules! of_gpt {
    ($($name:ident),*) => {$(
        impl $name {
            /// The GPT; `None` when the game has no such playtype.
            #[must_use]
            pub fn gpt(&self) -> Option<Gpt> {
                self.game.playtype(&self.playtype)
            }
        }
    )*};
}

of_gpt!(FolderDocument, TableDocument, GoalDocument, QuestDocument, QuestlineDocument);

impl FolderDocument {
    /// The identifier that the folder's definition has: the hash of game, playtype and the members of the query, or
    /// of the list as `data`.
    #[must_use]
    pub fn derived_id(&self) -> FolderId {
        let mut definition = match (self.kind, &self.data) {
            (FolderKind::Charts | FolderKind::Songs, Value::Object(query)) => query.clone(),
            (_, data) => Map::from_iter([("data".to_owned(), data.clone())]),
        };
        definition.insert("game".to_owned(), self.game.id().into());
        definition.insert("playtype".to_owned(), self.playtype.as_str().into());
        FolderId::of(&Value::Object(definition))
    }
}

impl GoalDocument {
    /// The identifier that the goal's definition has: the hash of charts, criteria, game and playtype.
    #[must_use]
    pub fn derived_id(&self) -> GoalId {
        GoalId::of(&json!({
            "charts": self.charts, "criteria": self.criteria, "game": self.game, "playtype": self.playtype,
        }))
    }
}

impl GoalMode {
    /// The name in documents.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Absolute => "absolute",
            Self::Proportion => "proportion",
        }
    }
}

impl GoalChartsDocument {
    /// The name of the kind in documents.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Single(_) => "single",
            Self::Multi(_) => "multi",
            Self::Folder(_) => "folder",
        }
    }
}

/// Members of `data` as an object.
pub type DataMap = Map<String, Value>;
