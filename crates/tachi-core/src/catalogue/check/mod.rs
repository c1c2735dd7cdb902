//! The checks of a load: what every document has to satisfy, alone and together with the others.
//! Source: `spec/games/README.md` 10 to 12.
//!
//! All problems are collected, so that an author sees everything at once.

mod charts;
mod data;
mod goal;
mod lists;

use std::collections::hash_map::Entry;
use std::fmt::Display;
use std::hash::Hash;

use rustc_hash::FxHashMap;
use serde_json::Value;
use thiserror::Error;

pub use goal::{GoalFindings, check_goal};

use super::{Catalogue, Collections, FolderDocument, GoalDocument, Place, QuestDocument};
use crate::game::{Game, Gpt};

/// How a load treats members of `data` that its game does not declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckMode {
    /// They are kept, as data of another generation may have them.
    Load,
    /// They are problems.
    Strict,
}

/// What a store holds already: references to a collection that is no part of the load are looked up here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Existing<'a> {
    /// Songs and charts.
    pub catalogue: Option<&'a Catalogue>,
    /// Folders.
    pub folders: &'a [FolderDocument],
    /// Goals.
    pub goals: &'a [GoalDocument],
    /// Quests.
    pub quests: &'a [QuestDocument],
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: found {found}, expected {expected}")]
pub struct Finding {
    /// The member, as a dotted path.
    pub field: String,
    /// What is there.
    pub found: String,
    /// What should be there.
    pub expected: String,
}

impl Finding {
    fn new(field: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field: field.into(), found: found.into(), expected: expected.into() }
    }

    /// A finding about a text, which is shown in quotes.
    fn quoted(field: impl Into<String>, found: impl Display, expected: impl Into<String>) -> Self {
        Self::new(field, shown(&Value::from(found.to_string())), expected)
    }
}

/// A JSON value for people, cut to a readable length.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A [`Finding`] and the document it is about.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}[{index}] ({id}), {finding}")]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The document's position in the file, from 0.
    pub index: usize,
    /// The document's identifier.
    pub id: String,
    /// What is wrong.
    pub finding: Finding,
}

/// Collections that passed the check.
#[derive(Debug)]
pub struct Checked {
    collections: Collections,
    warnings: Vec<Problem>,
}

impl Checked {
    /// The collections, with the known errors of the public catalogue corrected.
    #[must_use]
    pub fn collections(&self) -> &Collections {
        &self.collections
    }

    /// [`collections`](Self::collections) by value.
    #[must_use]
    pub fn into_collections(self) -> Collections {
        self.collections
    }

    /// What an operator should know but need not act on: goals on charts or folders that do not exist.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}

impl Collections {
    /// Checks a load as a whole and corrects the known errors of the public catalogue.
    ///
    /// A collection that is part of the load is taken as complete: references to it are not looked up in `existing`.
    ///
    /// # Errors
    /// Everything that is wrong, by file and position.
    pub fn check(mut self, mode: CheckMode, existing: Existing<'_>) -> Result<Checked, Vec<Problem>> {
        let mut report = Report::default();
        // Before the correction, because corrected goals keep the identifiers of what they were.
        lists::check_goal_ids(&mut report, &self.goals);
        self.correct_goals();
        let mut check = Check { collections: &self, existing, mode, report };
        check.songs();
        check.charts();
        check.folders();
        check.tables();
        check.goals();
        check.quests();
        check.questlines();
        check.bms_courses();
        let Report { mut problems, mut warnings } = check.report;
        for list in [&mut problems, &mut warnings] {
            list.sort_by(|a, b| (&a.file, a.index).cmp(&(&b.file, b.index)));
        }
        if problems.is_empty() { Ok(Checked { collections: self, warnings }) } else { Err(problems) }
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Report {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Report {
    fn problem(&mut self, place: Place<'_>, id: impl Display, finding: Finding) {
        self.problems.push(problem(place, id, finding));
    }

    fn warning(&mut self, place: Place<'_>, id: impl Display, finding: Finding) {
        self.warnings.push(problem(place, id, finding));
    }

    /// Reports a `key` that another document has already; `Unique` remembers it otherwise.
    fn unique<'a, K: Eq + Hash + Clone + Display>(
        &mut self,
        seen: &mut Unique<'a, K>,
        place: Place<'a>,
        id: impl Display,
        field: &str,
        key: K,
    ) {
        if let Some(first) = seen.taken(key.clone(), place) {
            self.duplicate(place, id, field, key, first);
        }
    }

    fn duplicate(&mut self, place: Place<'_>, id: impl Display, field: &str, value: impl Display, first: Place<'_>) {
        self.problem(place, id, Finding::quoted(field, value, format!("a value of its own, but {first} has it too")));
    }
}

fn problem(place: Place<'_>, id: impl Display, finding: Finding) -> Problem {
    Problem { file: place.file.to_owned(), index: place.index, id: id.to_string(), finding }
}

/// Keys that must not occur twice, with the place where each was seen first.
struct Unique<'a, K>(FxHashMap<K, Place<'a>>);

impl<K> Default for Unique<'_, K> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<'a, K: Eq + Hash> Unique<'a, K> {
    /// The place that had the key before; without one, it is this place's from now on.
    fn taken(&mut self, key: K, place: Place<'a>) -> Option<Place<'a>> {
        match self.0.entry(key) {
            Entry::Occupied(entry) => Some(*entry.get()),
            Entry::Vacant(entry) => {
                entry.insert(place);
                None
            }
        }
    }
}

/// A check under way; the modules beside this one each look at some of the collections.
struct Check<'a> {
    collections: &'a Collections,
    existing: Existing<'a>,
    mode: CheckMode,
    report: Report,
}

impl Check<'_> {
    fn is_strict(&self) -> bool {
        self.mode == CheckMode::Strict
    }

    /// The GPT of a document; reports a playtype that does not exist.
    fn gpt(&mut self, place: Place<'_>, id: impl Display, game: Game, playtype: &str) -> Option<Gpt> {
        let gpt = game.playtype(playtype);
        if gpt.is_none() {
            let known = game.config().gpts.iter().map(|gpt| gpt.playtype()).collect::<Vec<_>>().join(", ");
            self.report.problem(place, id, Finding::quoted("playtype", playtype, format!("one of {known}")));
        }
        gpt
    }
}
