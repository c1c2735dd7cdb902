//! What an operator decides about ratings.

/// What an operator decides about ratings. Changing any of it means to rate profiles again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// jubeat: the version whose songs are hot, which is the one that is played now. Source: `spec/games/jubeat.md` 5.
    pub jubeat_hot_version: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self { jubeat_hot_version: "beyond".to_owned() }
    }
}
