//! Classes: a player's ranks (dan, colour...) and how an import moves them. Source: `spec/classes.md`.

use serde::{Deserialize, Serialize};

use crate::game::{ClassSet, ClassSource, GptConfig};

/// A class that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassDelta {
    /// The game, e.g. `iidx`.
    pub game: String,
    /// The class set, e.g. `dan`.
    pub set: String,
    /// The playtype, e.g. `SP`.
    pub playtype: String,
    /// The value held before; null when there was none.
    pub old: Option<String>,
    /// The value held now; null when it was taken away, which only players do by hand.
    pub new: Option<String>,
}

/// Whether a provided value raises what a profile holds.
///
/// A held value that the set does not know (a leftover of an older list) counts as lower than any known one.
#[must_use]
pub fn raises(set: &ClassSet, old: Option<&str>, new: &str) -> bool {
    match (old.and_then(|old| set.index_of(old)), set.index_of(new)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => new > old,
    }
}

/// The value of a derived set at a rating: the last value whose lower bound is reached, the first one below them all.
///
/// `None` for a null rating and for sets that are provided.
#[must_use]
pub fn derive(set: &ClassSet, rating: Option<f64>) -> Option<&'static str> {
    let ClassSource::Derived { from, .. } = set.source else { return None };
    let rating = rating?;
    let index = from.iter().rposition(|bound| rating >= *bound).unwrap_or(0);
    set.values.get(index).map(|value| value.id)
}

/// How a set's value moves when an import calculates `new`; `None` when nothing is to be reported or stored.
///
/// Provided classes never go down, derived ones follow the rating both ways.
#[must_use]
pub fn delta(config: &GptConfig, set: &ClassSet, old: Option<&str>, new: &str) -> Option<ClassDelta> {
    let moved = match set.source {
        ClassSource::Provided => raises(set, old, new),
        ClassSource::Derived { .. } => set.index_of(new).is_some() && old != Some(new),
    };
    moved.then(|| moved_to(config, set, old, Some(new)))
}

/// How a set's value moves when a player states `new` by hand, where `None` takes it away: also downwards; `None` when
/// it is the one held.
#[must_use]
pub fn stated(config: &GptConfig, set: &ClassSet, old: Option<&str>, new: Option<&str>) -> Option<ClassDelta> {
    let known = new.is_none_or(|new| set.index_of(new).is_some());
    (known && old != new).then(|| moved_to(config, set, old, new))
}

fn moved_to(config: &GptConfig, set: &ClassSet, old: Option<&str>, new: Option<&str>) -> ClassDelta {
    ClassDelta {
        game: config.game.id().to_owned(),
        set: set.id.to_owned(),
        playtype: config.playtype.to_owned(),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    }
}
