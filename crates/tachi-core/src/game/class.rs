//! The classes of a game.

/// A set of classes, ascending.
#[derive(Debug)]
pub struct ClassSet {
    /// The set's name, e.g. `dan`.
    pub id: &'static str,
    /// Where its values come from.
    pub source: ClassSource,
    /// The values, worst first.
    pub values: &'static [ClassValue],
    /// Which of its classes are worth telling others about. It limits announcements only, never the class itself.
    pub announced: Announced,
}

/// When reaching a class is announced to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// The lowest value that is; `None` for all.
    pub from: Option<&'static str>,
    /// How many scores a profile needs at least.
    pub scores: u32,
}

impl ClassSet {
    /// A set whose values imports tell.
    #[must_use]
    pub const fn provided(id: &'static str, values: &'static [ClassValue]) -> Self {
        Self { id, source: ClassSource::Provided, values, announced: Announced { from: None, scores: 0 } }
    }

    /// A set whose values follow from a profile rating, with the inclusive lower bound of each value.
    #[must_use]
    pub const fn derived(
        id: &'static str,
        rating: &'static str,
        from: &'static [f64],
        values: &'static [ClassValue],
    ) -> Self {
        let announced = Announced { from: None, scores: 0 };
        Self { id, source: ClassSource::Derived { rating, from }, values, announced }
    }

    /// Announces only this value and better ones.
    #[must_use]
    pub const fn announced_from(mut self, value: &'static str) -> Self {
        self.announced.from = Some(value);
        self
    }

    /// Announces only what profiles with at least that many scores reach.
    #[must_use]
    pub const fn announced_with(mut self, scores: u32) -> Self {
        self.announced.scores = scores;
        self
    }

    /// Whether reaching `value` is announced for a profile with `scores` scores.
    ///
    /// ```
    /// use tachi_core::game::Gpt;
    /// let colour = Gpt::ChunithmSingle.config().class_set("colour").unwrap();
    /// assert!(colour.announces("RAINBOW", 50) && colour.announces("RAINBOW_EX_I", 50));
    /// assert!(!colour.announces("RAINBOW", 49) && !colour.announces("PLATINUM_III", 50));
    /// ```
    #[must_use]
    pub fn announces(&self, value: &str, scores: i64) -> bool {
        let from = self.announced.from.map_or(Some(0), |from| self.index_of(from));
        let reached = self.index_of(value).is_some_and(|index| from.is_some_and(|from| index >= from));
        reached && scores >= i64::from(self.announced.scores)
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
