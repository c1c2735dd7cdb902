//! The general model of a game: what a configuration consists of.
//!
//! A *game* owns songs; its *playtypes* own everything else. Game and playtype together are a [`Gpt`], written
//! `game:playtype` (`iidx:SP`) and called idString in the public documents. Everything about a GPT is reachable from
//! its [`GptConfig`], so that nothing outside [`crate::games`] needs to know one game from another.
//! Source: `spec/games/README.md`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::catalogue::{Chart, Song};
use crate::games;
use crate::match_type::MatchType;
use crate::score::{Derived, MetricIdx, ScoreData};

macro_rules! games {
    ($($(#[$doc:meta])* $variant:ident $id:literal;)*) => {
        /// A game: owner of a list of songs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Game {
            $($(#[$doc])* $variant,)*
        }

        impl Game {
            /// Every game, in the documents' order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name used everywhere, e.g. `iidx`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }
        }
    };
}

games! {
    /// beatmania IIDX
    Iidx "iidx";
    /// MÚSECA
    Museca "museca";
    /// CHUNITHM
    Chunithm "chunithm";
    /// BMS
    Bms "bms";
    /// GITADORA
    Gitadora "gitadora";
    /// jubeat
    Jubeat "jubeat";
    /// maimai, up to FiNALE
    Maimai "maimai";
    /// maimai DX
    Maimaidx "maimaidx";
    /// pop'n music
    Popn "popn";
    /// SOUND VOLTEX
    Sdvx "sdvx";
    /// unnamed_sdvx_clone
    Usc "usc";
    /// WACCA
    Wacca "wacca";
    /// PMS, the nine-button variant of BMS
    Pms "pms";
    /// In The Groove / StepMania stamina charts
    Itg "itg";
    /// Arcaea
    Arcaea "arcaea";
    /// O.N.G.E.K.I.
    Ongeki "ongeki";
    /// Dance Dance Revolution
    Ddr "ddr";
}

macro_rules! gpts {
    ($($(#[$doc:meta])* $variant:ident $id:literal $game:ident;)*) => {
        /// A game and one of its playtypes: the unit of configuration.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Gpt {
            $($(#[$doc])* $variant,)*
        }

        impl Gpt {
            /// Every GPT, in the documents' order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The idString of the public documents, e.g. `iidx:SP`.
            #[must_use]
            pub const fn id_string(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }

            /// The game it belongs to.
            #[must_use]
            pub const fn game(self) -> Game {
                match self {
                    $(Self::$variant => Game::$game,)*
                }
            }
        }
    };
}

gpts! {
    /// beatmania IIDX, seven keys and one turntable.
    IidxSp "iidx:SP" Iidx;
    /// beatmania IIDX, fourteen keys and two turntables.
    IidxDp "iidx:DP" Iidx;
    /// MÚSECA.
    MusecaSingle "museca:Single" Museca;
    /// CHUNITHM.
    ChunithmSingle "chunithm:Single" Chunithm;
    /// BMS with seven keys.
    Bms7k "bms:7K" Bms;
    /// BMS with fourteen keys.
    Bms14k "bms:14K" Bms;
    /// GITADORA, guitar and bass.
    GitadoraGita "gitadora:Gita" Gitadora;
    /// GITADORA, drums.
    GitadoraDora "gitadora:Dora" Gitadora;
    /// jubeat.
    JubeatSingle "jubeat:Single" Jubeat;
    /// maimai.
    MaimaiSingle "maimai:Single" Maimai;
    /// maimai DX.
    MaimaidxSingle "maimaidx:Single" Maimaidx;
    /// pop'n music with nine buttons.
    Popn9b "popn:9B" Popn;
    /// SOUND VOLTEX.
    SdvxSingle "sdvx:Single" Sdvx;
    /// unnamed_sdvx_clone on a controller.
    UscController "usc:Controller" Usc;
    /// unnamed_sdvx_clone on a keyboard or anything else.
    UscKeyboard "usc:Keyboard" Usc;
    /// WACCA.
    WaccaSingle "wacca:Single" Wacca;
    /// PMS on a controller.
    PmsController "pms:Controller" Pms;
    /// PMS on a keyboard.
    PmsKeyboard "pms:Keyboard" Pms;
    /// ITG stamina.
    ItgStamina "itg:Stamina" Itg;
    /// Arcaea on a touch screen.
    ArcaeaTouch "arcaea:Touch" Arcaea;
    /// O.N.G.E.K.I.
    OngekiSingle "ongeki:Single" Ongeki;
    /// DDR with four panels.
    DdrSp "ddr:SP" Ddr;
    /// DDR with eight panels.
    DdrDp "ddr:DP" Ddr;
}

impl Game {
    /// The game's configuration.
    #[must_use]
    pub fn config(self) -> &'static GameConfig {
        games::game(self)
    }

    /// The playtype of this game with that name (case-sensitive).
    #[must_use]
    pub fn playtype(self, playtype: &str) -> Option<Gpt> {
        self.config().gpts.iter().copied().find(|gpt| gpt.config().playtype == playtype)
    }

    /// Its number in [`Game::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl Gpt {
    /// The GPT's configuration.
    #[must_use]
    pub fn config(self) -> &'static GptConfig {
        games::gpt(self)
    }

    /// The playtype, e.g. `SP`.
    #[must_use]
    pub fn playtype(self) -> &'static str {
        self.config().playtype
    }

    /// Its number in [`Gpt::ALL`]: never changes, stored in databases.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The GPT with that number.
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The GPT that a v3 game string names by itself (`iidx-sp`, `sdvx`).
    #[must_use]
    pub fn from_v3(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|gpt| gpt.config().v3 == text)
    }
}

impl fmt::Display for Game {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Gpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id_string())
    }
}

/// A text that names no game, or no GPT.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no game {0:?}")]
pub struct UnknownGame(pub String);

impl FromStr for Game {
    type Err = UnknownGame;

    fn from_str(text: &str) -> Result<Self, UnknownGame> {
        let game = Self::ALL.iter().copied().find(|game| game.id() == text);
        game.ok_or_else(|| UnknownGame(text.chars().take(100).collect()))
    }
}

impl FromStr for Gpt {
    type Err = UnknownGame;

    fn from_str(text: &str) -> Result<Self, UnknownGame> {
        let gpt = Self::ALL.iter().copied().find(|gpt| gpt.id_string() == text);
        gpt.ok_or_else(|| UnknownGame(text.chars().take(100).collect()))
    }
}

macro_rules! serde_as_text {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(Game, Gpt);

/// Which editions of the server offer something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edition {
    /// Kamaitachi: arcade games.
    Arcade,
    /// Bokutachi: games played at home.
    Home,
    /// Every edition.
    Both,
}

/// Which edition a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// Arcade games.
    Kamaitachi,
    /// Games played at home.
    Bokutachi,
    /// Everything.
    Omni,
}

impl Flavour {
    /// Whether this flavour offers what is marked with `edition`.
    #[must_use]
    pub const fn offers(self, edition: Edition) -> bool {
        matches!(
            (self, edition),
            (Self::Omni, _)
                | (_, Edition::Both)
                | (Self::Kamaitachi, Edition::Arcade)
                | (Self::Bokutachi, Edition::Home)
        )
    }

    /// The short name of `GET /config`: `kamai`, `boku` or `omni`.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::Kamaitachi => "kamai",
            Self::Bokutachi => "boku",
            Self::Omni => "omni",
        }
    }
}

impl FromStr for Flavour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "kamaitachi" | "kamai" | "ktchi" => Ok(Self::Kamaitachi),
            "bokutachi" | "boku" | "btchi" => Ok(Self::Bokutachi),
            "omni" => Ok(Self::Omni),
            _ => Err(format!("unknown flavour {text:?}: expected kamaitachi, bokutachi or omni")),
        }
    }
}

/// A game: what its playtypes share.
#[derive(Debug)]
pub struct GameConfig {
    /// The game.
    pub game: Game,
    /// Its display name, e.g. `beatmania IIDX`.
    pub name: &'static str,
    /// The editions that offer it.
    pub edition: Edition,
    /// Its GPTs, in order.
    pub gpts: &'static [Gpt],
    /// The members of `song.data`.
    pub song_data: &'static [DataField],
}

/// A GPT: everything that is particular to one playtype of one game.
#[derive(Debug)]
pub struct GptConfig {
    /// The GPT.
    pub gpt: Gpt,
    /// The game.
    pub game: Game,
    /// The playtype, e.g. `SP`.
    pub playtype: &'static str,
    /// The game string of v3 of the public API, e.g. `iidx-sp`.
    pub v3: &'static str,
    /// The display name, with the playtype where the game has several: `beatmania IIDX (SP)`.
    pub name: &'static str,

    /// The difficulties, in order.
    pub difficulties: &'static [Difficulty],
    /// Whether charts may have other difficulties than those listed.
    pub difficulty_kind: DifficultyKind,
    /// The difficulty shown first; empty where there is none.
    pub default_difficulty: &'static str,
    /// Names that an importer may send for one of several difficulties.
    pub difficulty_groups: &'static [DifficultyGroup],
    /// Versions of the game, in order of appearance.
    pub versions: &'static [Version],
    /// Versions that no chart lists any more but that old senders still name; they find a song's sole chart.
    pub former_versions: &'static [&'static str],
    /// The ways in which BATCH-MANUAL may name a chart, in the order of messages.
    pub match_types: &'static [MatchType],

    /// All metrics in order of declaration: provided, derived, optional.
    pub metrics: &'static [Metric],
    /// The judgements, best first.
    pub judgements: &'static [&'static str],
    /// The metric that decides PBs and leaderboards.
    pub default_metric: MetricIdx,
    /// The enum metric preselected for folders and goals.
    pub default_enum: MetricIdx,
    /// Members under which senders of before a rename or split still send metrics.
    pub old_members: &'static [OldMember],
    /// Options of one play.
    pub score_meta: &'static [MetaField],
    /// Preferences of a user for this GPT.
    pub preferences: &'static [MetaField],

    /// Computes the derived metrics, in order of declaration.
    pub derive: fn(&ScoreData, &Chart) -> Result<Derived, Refusal>,
    /// Checks over the whole score; each returns at most one message.
    pub validators: &'static [fn(&ScoreData, &Chart) -> Option<String>],

    /// Ratings of one score, in order.
    pub score_ratings: &'static [ScoreRating],
    /// Ratings of a session, in order.
    pub session_ratings: &'static [SessionRating],
    /// Ratings of a profile, in order.
    pub profile_ratings: &'static [ProfileRating],
    /// The default score rating.
    pub default_score_rating: &'static str,
    /// The default session rating.
    pub default_session_rating: &'static str,
    /// The default profile rating.
    pub default_profile_rating: &'static str,

    /// The class sets.
    pub classes: &'static [ClassSet],
    /// How PBs are composed and ranked.
    pub pb: PbConfig,
    /// How goals are worded, per metric that can be a goal.
    pub goals: &'static [GoalFormat],
    /// A chart's name for people: `5.1.1. (SPA 10)`.
    pub chart_label: fn(&Song, &Chart) -> String,

    /// The members of `chart.data`.
    pub chart_data: &'static [DataField],
    /// Numbers of `chart.data` that the functions above read, as dotted paths; see [`Chart::number`].
    pub chart_numbers: &'static [&'static str],
    /// Lists of numbers of `chart.data` that the functions above read; see [`Chart::numbers`].
    pub chart_arrays: &'static [&'static str],
    /// Chart members whose change recalculates scores, as dotted paths of the chart document.
    pub recalculate_on: &'static [&'static str],
}

impl GptConfig {
    /// The metric of that name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<(MetricIdx, &'static Metric)> {
        let index = self.metrics.iter().position(|metric| metric.name == name)?;
        Some((MetricIdx::new(index), &self.metrics[index]))
    }

    /// The metrics of one group with their indexes, in order.
    pub fn metrics_of(&self, group: Group) -> impl Iterator<Item = (MetricIdx, &'static Metric)> + use<> {
        let metrics = self.metrics.iter().enumerate();
        metrics.filter(move |(_, metric)| metric.group == group).map(|(index, metric)| (MetricIdx::new(index), metric))
    }

    /// The index of the score rating of that name.
    #[must_use]
    pub fn score_rating(&self, name: &str) -> Option<usize> {
        self.score_ratings.iter().position(|rating| rating.name == name)
    }

    /// The class set of that name.
    #[must_use]
    pub fn class_set(&self, id: &str) -> Option<&'static ClassSet> {
        self.classes.iter().find(|set| set.id == id)
    }

    /// How goals on a metric are worded; `None` when there can be none.
    #[must_use]
    pub fn goal(&self, metric: MetricIdx) -> Option<&'static GoalFormat> {
        self.goals.iter().find(|goal| goal.metric == metric)
    }

    /// The difficulty of that name.
    #[must_use]
    pub fn difficulty(&self, id: &str) -> Option<&'static Difficulty> {
        self.difficulties.iter().find(|difficulty| difficulty.id == id)
    }
}

/// Why a formula gives no value for an input. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    /// A refusal with that reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// A difficulty of a GPT.
#[derive(Debug)]
pub struct Difficulty {
    /// The name in documents, e.g. `ANOTHER`.
    pub id: &'static str,
    /// The short form, e.g. `SPA`.
    pub short: &'static str,
    /// The long form, e.g. `SP ANOTHER`.
    pub long: &'static str,
}

impl Difficulty {
    /// A difficulty whose long form is its name.
    #[must_use]
    pub const fn new(id: &'static str, short: &'static str) -> Self {
        Self { id, short, long: id }
    }
}

/// Whether charts outside the list of difficulties may exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifficultyKind {
    /// Nothing else exists.
    Fixed,
    /// Charts with other names may exist; they are reached by their own in-game ID only.
    FixedAndSpecial,
    /// Any text.
    Dynamic,
}

/// A name that stands for one of several difficulties of a song.
#[derive(Debug)]
pub struct DifficultyGroup {
    /// The name an importer sends, e.g. `ANY_INF`.
    pub id: &'static str,
    /// The difficulties it may mean.
    pub members: &'static [&'static str],
    /// The match types that accept it.
    pub match_types: &'static [MatchType],
    /// Whether the found chart need not be primary.
    pub any_primary: bool,
}

/// A version of a game.
#[derive(Debug)]
pub struct Version {
    /// The identifier in `chart.versions`.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Whether a chart that lacks this version may stand in for it when it is the song's only one; false for
    /// console versions, whose charts often differ.
    pub sole_chart: bool,
}

impl Version {
    /// A version for which a song's sole chart may stand in.
    #[must_use]
    pub const fn new(id: &'static str, name: &'static str) -> Self {
        Self { id, name, sole_chart: true }
    }
}

/// Who sets a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The importer, always.
    Provided,
    /// A function of the provided metrics and the chart.
    Derived,
    /// The importer, if it knows.
    Optional,
}

/// A named value of a score.
#[derive(Debug)]
pub struct Metric {
    /// The name in documents.
    pub name: &'static str,
    /// Who sets it.
    pub group: Group,
    /// Its type and bounds.
    pub kind: MetricKind,
    /// Whether an optional metric is part of the score ID (provided ones always are).
    pub part_of_id: bool,
}

impl Metric {
    /// A provided metric.
    #[must_use]
    pub const fn provided(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Provided, kind, part_of_id: true }
    }

    /// A derived metric.
    #[must_use]
    pub const fn derived(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Derived, kind, part_of_id: false }
    }

    /// An optional metric that is no part of the score ID.
    #[must_use]
    pub const fn optional(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Optional, kind, part_of_id: false }
    }

    /// An optional metric that is part of the score ID.
    #[must_use]
    pub const fn optional_in_id(name: &'static str, kind: MetricKind) -> Self {
        Self { name, group: Group::Optional, kind, part_of_id: true }
    }

    /// The values of an ENUM metric, worst first; empty for the other types.
    #[must_use]
    pub const fn values(&self) -> &'static [&'static str] {
        match self.kind {
            MetricKind::Enum { values, .. } => values,
            _ => &[],
        }
    }
}

/// The type of a metric's values.
#[derive(Debug, Clone, Copy)]
pub enum MetricKind {
    /// A safe integer.
    Integer(Bound),
    /// A finite number.
    Decimal(Bound),
    /// One of a list, worst first.
    Enum {
        /// The values.
        values: &'static [&'static str],
        /// The lowest value worth showing in summaries.
        relevant_from: &'static str,
    },
    /// A list of numbers.
    Graph(GraphBound),
    /// A list of numbers and nulls.
    NullableGraph(GraphBound),
}

/// The bounds of a number, inclusive.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// Fixed at both ends.
    Between(f64, f64),
    /// At least zero; the text says it.
    NonNegative(&'static str),
    /// Depends on the chart; returns the text of the violated bound. Checked per score, after hydration.
    Chart(fn(f64, &Chart) -> Option<String>),
}

/// The text for the counts that every game has: fast, slow, maxCombo.
pub const POSITIVE_INTEGER: &str = "Expected a positive integer.";
/// The text for other numbers that must not be negative.
pub const POSITIVE_NUMBER: &str = "Expected a positive number.";

/// The bounds of a graph's elements, inclusive.
#[derive(Debug, Clone, Copy)]
pub struct GraphBound {
    /// Smallest element.
    pub min: f64,
    /// Largest element.
    pub max: f64,
    /// Whether the elements must be integers.
    pub integers: bool,
}

impl GraphBound {
    /// Elements between two numbers.
    #[must_use]
    pub const fn between(min: f64, max: f64) -> Self {
        Self { min, max, integers: false }
    }

    /// The text of a violation.
    #[must_use]
    pub fn text(&self) -> String {
        let kind = if self.integers { "an integer" } else { "a number" };
        let (min, max) = (crate::number::to_text(self.min), crate::number::to_text(self.max));
        format!("Expected {kind} between {min} and {max}.")
    }

    /// Whether an element is inside the bounds.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        value >= self.min && value <= self.max && (!self.integers || value.fract() == 0.0)
    }
}

/// A member of a BATCH-MANUAL score that later documents have under other names.
/// Source: `spec/import-types/file-batch-manual.md` 4.
#[derive(Debug)]
pub struct OldMember {
    /// The old name.
    pub name: &'static str,
    /// It is read as the old member only where none of these is there.
    pub unless: &'static [&'static str],
    /// What it is now.
    pub becomes: OldMemberRule,
}

/// What an [`OldMember`] is now.
#[derive(Debug)]
pub enum OldMemberRule {
    /// The same value under another name.
    Renamed(&'static str),
    /// Other members, depending on the value: old value → names and values.
    Mapped {
        /// The values that are mapped.
        values: &'static [(&'static str, &'static [(&'static str, &'static str)])],
        /// Whether any other value is an error; else it stays as it is.
        others_refused: bool,
    },
}

/// An option of a play, or a preference.
#[derive(Debug)]
pub struct MetaField {
    /// The member's name.
    pub name: &'static str,
    /// What it may hold.
    pub kind: MetaKind,
    /// Whether null is accepted (and means absent).
    pub null_ok: bool,
}

impl MetaField {
    /// A member that may be absent, but not null.
    #[must_use]
    pub const fn new(name: &'static str, kind: MetaKind) -> Self {
        Self { name, kind, null_ok: false }
    }

    /// A member that may be absent or null.
    #[must_use]
    pub const fn nullable(name: &'static str, kind: MetaKind) -> Self {
        Self { name, kind, null_ok: true }
    }
}

/// What a [`MetaField`] may hold.
#[derive(Debug)]
pub enum MetaKind {
    /// One of a list.
    OneOf(&'static [&'static str]),
    /// One of a list; the pairs map spellings of older senders to it.
    OneOfWithOld(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// Exactly two of a list: left, right.
    PairOf(&'static [&'static str]),
    /// True or false.
    Bool,
    /// A finite number.
    Number,
    /// A number between two bounds, inclusive.
    NumberBetween(f64, f64),
    /// A list of texts.
    Texts,
}

/// A member of `song.data` or `chart.data`.
#[derive(Debug)]
pub struct DataField {
    /// The member's name.
    pub name: &'static str,
    /// What it may hold.
    pub kind: DataKind,
    /// Whether it must be there.
    pub required: bool,
    /// Whether null is accepted.
    pub nullable: bool,
}

impl DataField {
    /// A member that must be there and not be null.
    #[must_use]
    pub const fn required(name: &'static str, kind: DataKind) -> Self {
        Self { name, kind, required: true, nullable: false }
    }

    /// A member that must be there and may be null.
    #[must_use]
    pub const fn nullable(name: &'static str, kind: DataKind) -> Self {
        Self { name, kind, required: true, nullable: true }
    }

    /// A member that may be absent or null.
    #[must_use]
    pub const fn optional(name: &'static str, kind: DataKind) -> Self {
        Self { name, kind, required: false, nullable: true }
    }
}

/// What a [`DataField`] may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataKind {
    /// A text.
    Text,
    /// True or false.
    Bool,
    /// An integer of at least 0.
    Integer,
    /// A number.
    Number,
    /// An integer, or a list of them.
    IntegerOrList,
    /// A text, or a list of them.
    TextOrList,
    /// A list of texts.
    Texts,
    /// A list of numbers.
    Numbers,
    /// Tier data: `{value, text, individualDifference}`.
    Tier,
    /// Table levels: `[{table, level}]`, or an object of table → level.
    TableFolders,
    /// An object of another shape.
    Object,
    /// One of a list of texts.
    OneOf(&'static [&'static str]),
}

/// A rating of one score.
#[derive(Debug)]
pub struct ScoreRating {
    /// The algorithm's name.
    pub name: &'static str,
    /// What it says, for people.
    pub description: &'static str,
    /// The formula; `None` means that it does not apply.
    pub calculate: fn(&ScoreData, &Chart) -> Result<Option<f64>, Refusal>,
    /// How the value is shown.
    pub format: fn(f64) -> String,
}

/// A rating of a session: the mean of its best scores.
#[derive(Debug)]
pub struct SessionRating {
    /// The algorithm's name.
    pub name: &'static str,
    /// What it says, for people.
    pub description: &'static str,
    /// The score rating it is made of.
    pub of: &'static str,
    /// How many scores count; fewer give no rating.
    pub best: usize,
    /// What the mean is multiplied with.
    pub times: f64,
    /// How the value is shown.
    pub format: fn(f64) -> String,
}

impl SessionRating {
    /// The mean of the best ten values of a score rating.
    #[must_use]
    pub const fn best_ten(
        name: &'static str,
        of: &'static str,
        description: &'static str,
        format: fn(f64) -> String,
    ) -> Self {
        Self { name, description, of, best: 10, times: 1.0, format }
    }
}

/// A rating of a profile.
#[derive(Debug)]
pub struct ProfileRating {
    /// The algorithm's name.
    pub name: &'static str,
    /// What it says, for people.
    pub description: &'static str,
    /// How it is made of the PBs.
    pub rule: ProfileRule,
    /// How the value is shown.
    pub format: fn(f64) -> String,
}

impl ProfileRating {
    /// The best values of one score rating: which, how many, and what becomes of them.
    #[must_use]
    pub const fn best(
        name: &'static str,
        (of, best, how): (&'static str, usize, Best),
        description: &'static str,
        format: fn(f64) -> String,
    ) -> Self {
        Self { name, description, rule: ProfileRule::Best { of, best, how }, format }
    }
}

/// How a profile rating is made of ratings of PBs on primary charts.
#[derive(Debug)]
pub enum ProfileRule {
    /// The best `best` values of one score rating.
    Best {
        /// The score rating.
        of: &'static str,
        /// How many count.
        best: usize,
        /// What becomes of them.
        how: Best,
    },
    /// A formula of its own over several lists of best values.
    Own {
        /// What it needs.
        inputs: &'static [ProfileInput],
        /// The formula; one list per input, each sorted from the largest value down.
        calculate: fn(&[Vec<RatedChart<'_>>]) -> Option<f64>,
    },
}

/// How the best values become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Best {
    /// Their sum; no values give no rating.
    Sum,
    /// Their sum divided by the number wanted, even when there are fewer; no values give no rating.
    Mean,
    /// As `Mean`, but fewer values than wanted give no rating.
    StrictMean,
    /// As `Mean` in whole units of `1 / scale`: each value rounded, the mean floored.
    IntegralMean(f64),
}

/// A list of best values that a [`ProfileRule::Own`] needs.
#[derive(Debug)]
pub struct ProfileInput {
    /// The score rating.
    pub of: &'static str,
    /// Only charts in this bucket, as the GPT's [`PbConfig::bucket`] says; `None` takes all.
    pub bucket: Option<u8>,
    /// How many values at most.
    pub limit: usize,
}

/// A rating and the chart it was made on.
#[derive(Debug, Clone, Copy)]
pub struct RatedChart<'a> {
    /// The rating.
    pub value: f64,
    /// The chart.
    pub chart: &'a Chart,
}

/// A set of classes, ascending.
#[derive(Debug)]
pub struct ClassSet {
    /// The set's name, e.g. `dan`.
    pub id: &'static str,
    /// Where its values come from.
    pub source: ClassSource,
    /// The values, worst first.
    pub values: &'static [ClassValue],
}

impl ClassSet {
    /// A set whose values imports tell.
    #[must_use]
    pub const fn provided(id: &'static str, values: &'static [ClassValue]) -> Self {
        Self { id, source: ClassSource::Provided, values }
    }

    /// A set whose values follow from a profile rating, with the inclusive lower bound of each value.
    #[must_use]
    pub const fn derived(
        id: &'static str,
        rating: &'static str,
        from: &'static [f64],
        values: &'static [ClassValue],
    ) -> Self {
        Self { id, source: ClassSource::Derived { rating, from }, values }
    }

    /// The position of a value.
    #[must_use]
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.values.iter().position(|value| value.id == id)
    }
}

/// Where the values of a class set come from.
#[derive(Debug)]
pub enum ClassSource {
    /// Told by an import.
    Provided,
    /// A function of a profile rating.
    Derived {
        /// The profile rating.
        rating: &'static str,
        /// The inclusive lower bound of each value; the first value also covers everything below.
        from: &'static [f64],
    },
}

/// A value of a class set.
#[derive(Debug)]
pub struct ClassValue {
    /// The name in documents, e.g. `DAN_10`.
    pub id: &'static str,
    /// What is shown, e.g. `十段`.
    pub display: &'static str,
    /// What is shown on hovering; may be empty.
    pub hover: &'static str,
}

impl ClassValue {
    /// A class value.
    #[must_use]
    pub const fn new(id: &'static str, display: &'static str, hover: &'static str) -> Self {
        Self { id, display, hover }
    }
}

/// How PBs are composed and ranked. Source: `spec/pbs.md` 1 and 3.
#[derive(Debug)]
pub struct PbConfig {
    /// What the base score is called; it is the one with the largest default metric.
    pub base: &'static str,
    /// What else is taken from other scores, in order.
    pub mergers: &'static [Merger],
    /// The leaderboard's order: each larger first, absent last.
    pub rank: &'static [RankKey],
    /// Into which bucket of [`ProfileInput`] a chart falls; 0 where there are none.
    pub bucket: fn(&Song, &Chart) -> u8,
}

/// What a PB takes from a score other than its base.
#[derive(Debug)]
pub struct Merger {
    /// The name in `composedFrom`.
    pub name: &'static str,
    /// The metric that decides.
    pub metric: MetricIdx,
    /// Whether the largest or the smallest value wins.
    pub pick: Pick,
    /// What is copied; an absent value clears it on the PB.
    pub copies: &'static [MetricIdx],
    /// Which scores may be picked.
    pub eligible: Option<fn(&ScoreData) -> bool>,
}

impl Merger {
    /// Takes the largest value of the first of `copies`, and the others with it.
    #[must_use]
    pub const fn largest(name: &'static str, copies: &'static [MetricIdx]) -> Self {
        Self { name, metric: copies[0], pick: Pick::Largest, copies, eligible: None }
    }

    /// Takes the smallest value of the first of `copies`, and the others with it.
    #[must_use]
    pub const fn smallest(name: &'static str, copies: &'static [MetricIdx]) -> Self {
        Self { name, metric: copies[0], pick: Pick::Smallest, copies, eligible: None }
    }
}

/// Which value of a merger's metric wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The largest.
    Largest,
    /// The smallest.
    Smallest,
}

/// One key of a leaderboard's order.
#[derive(Debug, Clone, Copy)]
pub struct RankKey {
    /// The metric.
    pub metric: MetricIdx,
    /// Whether smaller is better.
    pub ascending: bool,
}

impl RankKey {
    /// Larger is better.
    #[must_use]
    pub const fn largest(metric: MetricIdx) -> Self {
        Self { metric, ascending: false }
    }

    /// Smaller is better.
    #[must_use]
    pub const fn smallest(metric: MetricIdx) -> Self {
        Self { metric, ascending: true }
    }
}

/// How goals on one metric are worded. Source: `spec/goals-milestones.md` 4 and 7.
#[derive(Debug)]
pub struct GoalFormat {
    /// The metric.
    pub metric: MetricIdx,
    /// The wording.
    pub style: GoalStyle,
    /// On which charts such a goal may be set.
    pub charts: GoalCharts,
}

/// The wording of goals on one metric.
#[derive(Debug)]
pub enum GoalStyle {
    /// The name of an ENUM metric's value.
    Value {
        /// How a PB's value is shown, where that is not its name alone.
        progress: Option<fn(&ScoreData) -> String>,
    },
    /// A grade.
    Grade {
        /// A PB's distance to the grade with that index.
        progress: fn(&ScoreData, &Chart, usize) -> String,
    },
    /// A number.
    Number {
        /// `Get a score of 1,234 on`
        criteria: fn(f64) -> String,
        /// The value, wanted or reached.
        text: fn(f64) -> String,
        /// How a PB's value is shown, where that is not its text alone.
        progress: Option<fn(&ScoreData) -> String>,
    },
}

/// On which charts a goal on a number may be set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GoalCharts {
    /// Any.
    Any,
    /// One chart only, because the maximum depends on it.
    SingleOnly,
    /// Several charts only for values below this.
    SeveralBelow(f64),
}

impl GoalFormat {
    /// An ENUM metric whose values are shown as they are.
    #[must_use]
    pub const fn value(metric: MetricIdx) -> Self {
        Self { metric, style: GoalStyle::Value { progress: None }, charts: GoalCharts::Any }
    }

    /// A grade, whose progress is a distance.
    #[must_use]
    pub const fn grade(metric: MetricIdx, progress: fn(&ScoreData, &Chart, usize) -> String) -> Self {
        Self { metric, style: GoalStyle::Grade { progress }, charts: GoalCharts::Any }
    }

    /// A number with what is asked for and how a value is shown.
    #[must_use]
    pub const fn number(
        metric: MetricIdx,
        criteria: fn(f64) -> String,
        text: fn(f64) -> String,
        charts: GoalCharts,
    ) -> Self {
        Self { metric, style: GoalStyle::Number { criteria, text, progress: None }, charts }
    }

    /// What a goal asks for, before the names of its charts: `HARD CLEAR`, `Get 95.00% on`.
    #[must_use]
    pub fn criteria(&self, config: &GptConfig, wanted: f64) -> String {
        match self.style {
            GoalStyle::Number { criteria, .. } => criteria(wanted),
            GoalStyle::Value { .. } | GoalStyle::Grade { .. } => self.out_of(config, wanted),
        }
    }

    /// The wanted value: `HARD CLEAR`, `95.00%`. Empty for an index that the metric does not have.
    #[must_use]
    pub fn out_of(&self, config: &GptConfig, wanted: f64) -> String {
        match self.style {
            GoalStyle::Number { text, .. } => text(wanted),
            GoalStyle::Value { .. } | GoalStyle::Grade { .. } => {
                let values = config.metrics[self.metric.get()].values();
                values.get(wanted as usize).copied().unwrap_or_default().to_owned()
            }
        }
    }

    /// How far a PB is: `HARD CLEAR (BP: 2)`, `92.18%`, `AAA-208`. Empty when it has no value.
    #[must_use]
    pub fn progress(&self, pb: &ScoreData, chart: &Chart, wanted: f64) -> String {
        match self.style {
            GoalStyle::Value { progress: Some(progress) } | GoalStyle::Number { progress: Some(progress), .. } => {
                progress(pb)
            }
            GoalStyle::Value { progress: None } => pb.value(self.metric).to_owned(),
            GoalStyle::Number { text, progress: None, .. } => pb.rank(self.metric).map(text).unwrap_or_default(),
            GoalStyle::Grade { progress } => progress(pb, chart, wanted as usize),
        }
    }
}
