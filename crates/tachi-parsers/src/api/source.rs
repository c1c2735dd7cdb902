//! Where the data of a fetched type comes from: which service, and what of it is asked for.

use std::fmt;

/// What is fetched for an import type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Pages of a play history, with a token of the user's that is refreshed. Source: `spec/import-types/api-kai.md`.
    Kai {
        /// The service.
        service: KaiService,
        /// The path of the history's first page.
        history: &'static str,
        /// The path of the profile, which tells the classes.
        profile: &'static str,
    },
    /// Pages of personal bests, with a token of the operator's. Source: `spec/import-types/api-arc.md`.
    Arc(ArcGame),
    /// All scores in one answer, with the user's card. Source: `spec/import-types/api-cg.md`.
    Cg {
        /// The service.
        service: CgService,
        /// The service's name of the game.
        game: &'static str,
    },
}

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in documents, texts and the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

names! {
    /// A service of the kai family.
    KaiService {
        /// FLO
        Flo "FLO",
        /// EAG
        Eag "EAG",
        /// MIN
        Min "MIN",
    }
}

names! {
    /// A game of the ARC service; the user has an account of its own in each.
    ArcGame {
        /// beatmania IIDX
        Iidx "iidx",
        /// SOUND VOLTEX
        Sdvx "sdvx",
    }
}

names! {
    /// A service of the CG family.
    CgService {
        /// CG's development service
        Dev "dev",
        /// NAG
        Nag "nag",
        /// GAN
        Gan "gan",
    }
}
