//! The contract of an import type: *parse* once, then *convert* element by element.
//!
//! Parsing looks at the input's structure and may refuse it as a whole; conversion looks at one element and finds its
//! chart. They are apart because an orphan is an element that is converted again later, without its input. So an
//! element and its context have a JSON form that conversion can start from, and conversion depends on nothing else:
//! no clock, no user, no request. Source: `spec/import-types/README.md` 2.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::UserId;
use tachi_core::import_type::ImportType;
use tachi_core::score::DryScore;

use crate::api::source::Source;
use crate::error::{Failure, FatalError, Place};
use crate::unknown_chart::UnknownChart;

/// Everything that a parser may look at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The file, or the request's body.
    pub bytes: &'a [u8],
    /// The name under which a file was sent.
    pub file_name: Option<&'a str>,
    /// Form fields; request headers and path parameters where a type says so, under their lower-case names.
    pub fields: &'a Fields,
    /// When the input was received, UNIX milliseconds.
    pub received: i64,
    /// Who sent it; `None` where nobody is asked (trying out a file).
    pub user: Option<UserId>,
    /// What is known where the import runs.
    pub surroundings: Surroundings<'a>,
}

/// Text fields by name.
pub type Fields = BTreeMap<String, String>;

/// What is known where an import runs, whoever sends it.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// All songs and charts.
    pub catalogue: &'a Catalogue,
    /// The games that this instance offers.
    pub games: &'a [Game],
    /// The oldest version of the fervidex hook that may send scores.
    pub fervidex_min_version: &'a str,
}

/// What a parser made of an input.
pub struct Batch<'a, F: Format + ?Sized> {
    /// The game of the whole import.
    pub game: Game,
    /// What all elements share.
    pub context: F::Context,
    /// Classes that the input tells of.
    pub classes: Vec<ProvidedClass>,
    /// The elements in their order.
    pub rows: Rows<'a, F::Row<'a>>,
}

/// Elements in their order, and where each stood. An error ends the import as a whole.
pub type Rows<'a, R> = Box<dyn Iterator<Item = Result<(Place, R), FatalError>> + 'a>;

/// A class that an import tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvidedClass {
    /// For which GPT.
    pub gpt: Gpt,
    /// The class set.
    pub set: &'static str,
    /// What becomes of the class held.
    pub change: ClassChange,
}

impl ProvidedClass {
    /// The class at that position of a set, from 0; `None` where the set has no such position.
    #[must_use]
    pub fn at(gpt: Gpt, set: &str, position: f64) -> Option<Self> {
        let set = gpt.config().class_set(set)?;
        let position = Some(position).filter(|position| position.fract() == 0.0 && *position >= 0.0)?;
        let value = set.values.get(position as usize)?;
        Some(Self { gpt, set: set.id, change: ClassChange::Raise(value.id) })
    }

    /// The class that the one held rises to, where that is what is told.
    #[must_use]
    pub const fn raised(&self) -> Option<&'static str> {
        match self.change {
            ClassChange::Raise(class) => Some(class),
            ClassChange::Replace(_) | ClassChange::Clear => None,
        }
    }
}

/// What becomes of the class that a profile holds. Classes are those of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassChange {
    /// It rises to this one, and stays where it is already as high: what games and services tell.
    Raise(&'static str),
    /// It becomes this one, also a lower one: what the player states.
    Replace(&'static str),
    /// It is taken away: what the player states.
    Clear,
}

/// The context of types whose elements share nothing: `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoContext {}

/// An import type.
pub trait Format {
    /// Its name.
    const IMPORT_TYPE: ImportType;

    /// One element, borrowing from the input where it can.
    type Row<'a>;

    /// What all elements of an input share; stored in orphans.
    type Context: Serialize + DeserializeOwned + 'static;

    /// Checks the input's structure and yields its elements.
    ///
    /// # Errors
    /// When the input as a whole is not what it should be.
    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError>;

    /// Makes a dry score of an element.
    ///
    /// # Errors
    /// Says why this element cannot become one.
    fn convert(row: &Self::Row<'_>, context: &Self::Context, catalogue: &Catalogue) -> Result<DryScore, Failure>;

    /// The element as an orphan stores it.
    fn store(row: &Self::Row<'_>) -> Value;

    /// An element from what [`store`](Self::store) made, also of older versions.
    ///
    /// # Errors
    /// When the stored element is not one of this type.
    fn restore(data: &Value, context: &Self::Context) -> Result<Self::Row<'static>, Failure>;

    /// Title and difficulty of an element as sent, where it has them.
    fn label<'r>(row: &'r Self::Row<'_>) -> (Option<&'r str>, Option<&'r str>);

    /// Whether the player asks for a score that is stored already to be highlighted; a new one is not. Not asked of
    /// orphans: the wish belongs to the moment it was made.
    fn highlights(_row: &Self::Row<'_>) -> bool {
        false
    }

    /// The chart of an element that was not found, where the element tells enough to make it once more players have
    /// sent it. Not asked of orphans.
    fn unknown_chart(_row: &Self::Row<'_>, _context: &Self::Context) -> Option<UnknownChart> {
        None
    }
}

/// An import type whose input is a transcript of what a service sent.
pub trait Fetched: Format {
    /// Where that comes from.
    const SOURCE: Source;
}

/// What became of one element.
#[derive(Debug)]
pub struct Outcome {
    /// Where it stood in the input.
    pub place: Place,
    /// Its title as sent.
    pub title: Option<String>,
    /// Its difficulty as sent.
    pub difficulty: Option<String>,
    /// The dry score, or why there is none.
    pub result: Result<DryScore, Failure>,
    /// The element as an orphan stores it; only where the chart was not found.
    pub orphan: Option<Value>,
    /// Whether the score is to be highlighted if it is stored already.
    pub highlight: bool,
    /// The chart to be queued; only where the chart was not found.
    pub unknown_chart: Option<Box<UnknownChart>>,
}

/// A parsed input whose type is known to the registry only.
pub struct Parsed<'a> {
    /// The game of the whole import.
    pub game: Game,
    /// What all elements share, as orphans store it.
    pub context: Value,
    /// Classes that the input tells of.
    pub classes: Vec<ProvidedClass>,
    rows: Box<dyn Iterator<Item = Result<Outcome, FatalError>> + 'a>,
}

impl std::fmt::Debug for Parsed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parsed").field("game", &self.game).field("context", &self.context).finish_non_exhaustive()
    }
}

/// Yields the elements, each converted when it is asked for.
impl Iterator for Parsed<'_> {
    type Item = Result<Outcome, FatalError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

/// Parses with a format and forgets its type: the adaptor behind each row of the registry.
pub(crate) fn parse_erased<'a, F: Format + 'static>(input: &Input<'a>) -> Result<Parsed<'a>, FatalError> {
    let catalogue = input.surroundings.catalogue;
    let Batch { game, context, classes, rows } = F::parse(input)?;
    let stored = serde_json::to_value(&context)
        .map_err(|error| FatalError::bad_input(format!("The context of this import cannot be stored: {error}")))?;
    let rows = rows.map(move |row| {
        let (place, row) = row?;
        let result = F::convert(&row, &context, catalogue);
        let not_found = matches!(result, Err(Failure::NotFound(_)));
        let orphan = not_found.then(|| F::store(&row));
        let unknown_chart = not_found.then(|| F::unknown_chart(&row, &context)).flatten().map(Box::new);
        let (title, difficulty) = F::label(&row);
        let (title, difficulty) = (title.map(str::to_owned), difficulty.map(str::to_owned));
        Ok(Outcome { place, title, difficulty, result, orphan, highlight: F::highlights(&row), unknown_chart })
    });
    Ok(Parsed { game, context: stored, classes, rows: Box::new(rows) })
}

/// Elements in the form that orphans store.
pub type StoredRows<'a> = Box<dyn Iterator<Item = Result<Value, FatalError>> + 'a>;

/// Parses with a format and stores every element, whatever conversion would make of it.
pub(crate) fn store_erased<'a, F: Format + 'static>(input: &Input<'a>) -> Result<StoredRows<'a>, FatalError> {
    let rows = F::parse(input)?.rows;
    Ok(Box::new(rows.map(|row| row.map(|(_, row)| F::store(&row)))))
}

/// Converts a stored element with a format.
pub(crate) fn convert_erased<F: Format>(
    data: &Value,
    context: &Value,
    catalogue: &Catalogue,
) -> Result<DryScore, Failure> {
    let context = F::Context::deserialize(context)
        .map_err(|error| Failure::Internal(format!("the orphan's context cannot be read: {error}")))?;
    let row = F::restore(data, &context)?;
    F::convert(&row, &context, catalogue)
}
