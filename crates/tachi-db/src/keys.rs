//! The numbers under which rows refer to one another. They mean something inside one database only; what the outside
//! sees are the public identifiers of [`tachi_core::ids`].

use diesel_derive_newtype::DieselNewType;

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident($number:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DieselNewType)]
        pub struct $name(pub $number);
    )*};
}

keys! {
    /// The number of a score.
    ScoreKey(i64);
    /// The number of a session.
    SessionKey(i64);
    /// The number of an import.
    ImportKey(i64);
    /// The number of an orphan; grows with the time of insertion.
    OrphanKey(i64);
    /// The number of a folder.
    FolderKey(i32);
    /// The number of a goal.
    GoalKey(i32);
}

/// How many bits of an import's number are random.
const RANDOM: u32 = 20;

impl ImportKey {
    /// A number for an import at that time, UNIX milliseconds. Numbers grow with time; of two imports in one
    /// millisecond, one in a million gets a number that is taken, which is refused when it is stored.
    #[must_use]
    pub const fn new(time: i64, random: u32) -> Self {
        Self(time << RANDOM | (random & ((1 << RANDOM) - 1)) as i64)
    }
}
