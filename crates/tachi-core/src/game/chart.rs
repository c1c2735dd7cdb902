//! What charts and songs of a game look like: difficulties, versions, the members of their `data`.

use crate::match_type::MatchType;

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
