//! The ways in which BATCH-MANUAL and its kin name a chart. Source: `spec/games/README.md` 11.

use std::fmt;
use std::str::FromStr;

macro_rules! match_types {
    ($($(#[$doc:meta])* $variant:ident $id:literal;)*) => {
        /// A way to name a chart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MatchType {
            $($(#[$doc])* $variant,)*
        }

        impl MatchType {
            /// Every match type, in the order of messages.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in documents.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }
        }
    };
}

match_types! {
    /// Title (or alternative title), optionally artist, and difficulty.
    SongTitle "songTitle";
    /// The catalogue's song ID and difficulty.
    TachiSongId "tachiSongID";
    /// MD5 or SHA-256 of a BMS or PMS file.
    BmsChartHash "bmsChartHash";
    /// The in-game ID of a chart outside the ordinary difficulties.
    GcmInGameIdSpecialChart "gcmInGameIDSpecialChart";
    /// GrooveStats V3 hash.
    ItgChartHash "itgChartHash";
    /// SOUND VOLTEX's in-game ID and difficulty, or `ANY_INF`.
    SdvxInGameId "sdvxInGameID";
    /// The game's number of the song and difficulty.
    InGameId "inGameID";
    /// The game's text identifier of the song and difficulty.
    InGameStrId "inGameStrID";
    /// SHA-1 of an unnamed_sdvx_clone chart.
    UscChartHash "uscChartHash";
    /// SHA-256 of a pop'n music chart.
    PopnChartHash "popnChartHash";
    /// The song's identifier on DDR's site and difficulty.
    DdrSongHash "ddrSongHash";
}

impl fmt::Display for MatchType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for MatchType {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|kind| kind.id() == text).ok_or(())
    }
}
