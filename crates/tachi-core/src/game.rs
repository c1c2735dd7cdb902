//! The general model of a game: what a configuration consists of.
//!
//! A *game* owns songs; its *playtypes* own everything else. Game and playtype together are a [`Gpt`], written
//! `game:playtype` (`iidx:SP`) and called idString in the public documents. Everything about a GPT is reachable from
//! its [`GptConfig`], so that nothing outside [`crate::games`] needs to know one game from another.
//! Source: `spec/games/README.md`.

mod chart;
mod class;
mod goal;
mod metric;
mod pb;
mod rating;
mod rules;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

pub use chart::{DataField, DataKind, Difficulty, DifficultyGroup, DifficultyKind, Version};
pub use class::{Announced, ClassSet, ClassSource, ClassValue};
pub use goal::{GoalCharts, GoalFormat, GoalStyle};
pub use metric::{
    Bound, GraphBound, Group, MetaField, MetaKind, Metric, MetricKind, OldMember, OldMemberRule, POSITIVE_INTEGER,
    POSITIVE_NUMBER,
};
pub use pb::{Merger, PbConfig, Pick, RankKey};
pub use rating::{Best, ProfileInput, ProfileRating, ProfileRule, RatedChart, Refusal, ScoreRating, SessionRating};
pub use rules::Rules;

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
