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
