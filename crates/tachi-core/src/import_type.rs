//! The import types: every way in which scores can arrive, in one table.
//!
//! Source: `spec/import-types/README.md` 5 and 6. A row says what a type *is*; how its data is parsed and converted
//! stands in the registry of `tachi-parsers`, which has one row for each row here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::game::{Edition, Game};

/// How data of a type arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An uploaded file: `POST /api/v1/import/file`.
    File,
    /// The body of a request that a game client or script makes under `/ir`.
    Ir,
    /// Fetched by the server from a service the user has linked: `POST /api/v1/import/from-api`.
    Api,
}

/// Who decides whether an import was asked for by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserIntent {
    /// The `X-User-Intent` header: present means yes, whatever its value.
    Header,
    /// The header, but the literal `false` (in any case) counts as absent, because clients in the field send it so.
    HeaderUnlessFalse,
    /// Nobody: imports of this type are always automatic.
    Never,
}

impl UserIntent {
    /// Whether an import that came with this header value (`None`: no header) was asked for by a person.
    #[must_use]
    pub fn decide(self, header: Option<&str>) -> bool {
        match self {
            Self::Header => header.is_some(),
            Self::HeaderUnlessFalse => header.is_some_and(|value| !value.trim().eq_ignore_ascii_case("false")),
            Self::Never => false,
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The type itself.
    pub import_type: ImportType,
    /// Its name on the wire and in the database, `<kind>/<name>`.
    pub id: &'static str,
    /// How its data arrives.
    pub kind: Kind,
    /// The games it can carry; empty means every game.
    pub games: &'static [Game],
    /// The editions that offer it.
    pub edition: Edition,
    /// Who decides about user intent.
    pub user_intent: UserIntent,
}

macro_rules! import_types {
    ($($(#[$doc:meta])* $variant:ident $id:literal $kind:ident [$($game:ident),*] $edition:ident $intent:ident;)*) => {
        /// A way in which scores can arrive.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum ImportType {
            $($(#[$doc])* $variant,)*
        }

        /// Every import type, in the order of the documents.
        pub static TABLE: &[Row] = &[
            $(Row {
                import_type: ImportType::$variant,
                id: $id,
                kind: Kind::$kind,
                games: &[$(Game::$game),*],
                edition: Edition::$edition,
                user_intent: UserIntent::$intent,
            },)*
        ];
    };
}

import_types! {
    /// Personal bests exported by the official beatmania IIDX site.
    FileEamusementIidxCsv "file/eamusement-iidx-csv" File [Iidx] Arcade Header;
    /// The same layout written by the PLI exporter.
    FilePliIidxCsv "file/pli-iidx-csv" File [Iidx] Arcade Header;
    /// The generic JSON format, for every game.
    FileBatchManual "file/batch-manual" File [] Both Header;
    /// XML of the Solid State Squad site.
    FileSolidStateSquad "file/solid-state-squad" File [Iidx] Arcade Header;
    /// JSON of the MER score manager.
    FileMerIidx "file/mer-iidx" File [Iidx] Arcade Header;
    /// Personal bests exported by the official SOUND VOLTEX site.
    FileEamusementSdvxCsv "file/eamusement-sdvx-csv" File [Sdvx] Arcade Header;
    /// Score records scraped from the WACCA player's page.
    FileMypagescraperRecordsCsv "file/mypagescraper-records-csv" File [Wacca] Arcade Header;
    /// The player line scraped from the WACCA player's page: a class, no scores.
    FileMypagescraperPlayerCsv "file/mypagescraper-player-csv" File [Wacca] Arcade Header;
    /// Classes set by hand, no scores: `POST /api/v1/import/class`.
    FileImportClass "file/import-class" File [] Both Header;
    /// BATCH-MANUAL as a request body.
    IrDirectManual "ir/direct-manual" Ir [] Both HeaderUnlessFalse;
    /// The Barbatos hook for SOUND VOLTEX.
    IrBarbatos "ir/barbatos" Ir [Sdvx] Arcade Never;
    /// Live scores of the Fervidex hook for beatmania IIDX.
    IrFervidex "ir/fervidex" Ir [Iidx] Arcade Never;
    /// The whole profile sent by the Fervidex hook.
    IrFervidexStatic "ir/fervidex-static" Ir [Iidx] Arcade Never;
    /// unnamed_sdvx_clone's internet ranking.
    IrUsc "ir/usc" Ir [Usc] Home Never;
    /// beatoraja's internet ranking.
    IrBeatoraja "ir/beatoraja" Ir [Bms, Pms] Home Never;
    /// Live scores of KsHook for SOUND VOLTEX EXCEED GEAR.
    IrKshookSv6c "ir/kshook-sv6c" Ir [Sdvx] Arcade Never;
    /// The whole score list sent by KsHook.
    IrKshookSv6cStatic "ir/kshook-sv6c-static" Ir [Sdvx] Arcade Never;
    /// LR2's hook.
    IrLr2hook "ir/lr2hook" Ir [Bms] Home Never;
    /// An early CHUNITHM hook.
    IrChunitachi "ir/chunitachi" Ir [Chunithm] Arcade Never;
    /// KsHook for SOUND VOLTEX III.
    IrKshookSv3c "ir/kshook-sv3c" Ir [Sdvx] Arcade Never;
    /// beatmania IIDX scores of FLO.
    ApiFloIidx "api/flo-iidx" Api [Iidx] Arcade Header;
    /// beatmania IIDX scores of EAG.
    ApiEagIidx "api/eag-iidx" Api [Iidx] Arcade Header;
    /// SOUND VOLTEX scores of FLO.
    ApiFloSdvx "api/flo-sdvx" Api [Sdvx] Arcade Header;
    /// SOUND VOLTEX scores of EAG.
    ApiEagSdvx "api/eag-sdvx" Api [Sdvx] Arcade Header;
    /// SOUND VOLTEX scores of MIN.
    ApiMinSdvx "api/min-sdvx" Api [Sdvx] Arcade Header;
    /// beatmania IIDX scores of ARC.
    ApiArcIidx "api/arc-iidx" Api [Iidx] Arcade Header;
    /// SOUND VOLTEX scores of ARC.
    ApiArcSdvx "api/arc-sdvx" Api [Sdvx] Arcade Header;
    /// SOUND VOLTEX scores of CG's DEV service.
    ApiCgDevSdvx "api/cg-dev-sdvx" Api [Sdvx] Both Header;
    /// pop'n music scores of CG's DEV service.
    ApiCgDevPopn "api/cg-dev-popn" Api [Popn] Both Header;
    /// MÚSECA scores of CG's DEV service.
    ApiCgDevMuseca "api/cg-dev-museca" Api [Museca] Both Header;
    /// jubeat scores of CG's DEV service.
    ApiCgDevJubeat "api/cg-dev-jubeat" Api [Jubeat] Both Header;
    /// SOUND VOLTEX scores of CG's NAG service.
    ApiCgNagSdvx "api/cg-nag-sdvx" Api [Sdvx] Both Header;
    /// pop'n music scores of CG's NAG service.
    ApiCgNagPopn "api/cg-nag-popn" Api [Popn] Both Header;
    /// MÚSECA scores of CG's NAG service.
    ApiCgNagMuseca "api/cg-nag-museca" Api [Museca] Both Header;
    /// jubeat scores of CG's NAG service.
    ApiCgNagJubeat "api/cg-nag-jubeat" Api [Jubeat] Both Header;
    /// SOUND VOLTEX scores of CG's GAN service.
    ApiCgGanSdvx "api/cg-gan-sdvx" Api [Sdvx] Both Header;
    /// pop'n music scores of CG's GAN service.
    ApiCgGanPopn "api/cg-gan-popn" Api [Popn] Both Header;
    /// MÚSECA scores of CG's GAN service.
    ApiCgGanMuseca "api/cg-gan-museca" Api [Museca] Both Header;
    /// jubeat scores of CG's GAN service.
    ApiCgGanJubeat "api/cg-gan-jubeat" Api [Jubeat] Both Header;
    /// CHUNITHM scores of MYT.
    ApiMytChunithm "api/myt-chunithm" Api [Chunithm] Arcade Header;
    /// maimai DX scores of MYT.
    ApiMytMaimaidx "api/myt-maimaidx" Api [Maimaidx] Arcade Header;
    /// O.N.G.E.K.I. scores of MYT.
    ApiMytOngeki "api/myt-ongeki" Api [Ongeki] Arcade Header;
    /// WACCA scores of MYT.
    ApiMytWacca "api/myt-wacca" Api [Wacca] Arcade Header;
}

impl ImportType {
    /// The type's row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The name on the wire, `<kind>/<name>`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().id
    }

    /// How data of this type arrives.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.row().kind
    }
}

impl fmt::Display for ImportType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no import type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no import type {0:?}")]
pub struct UnknownImportType(pub String);

impl FromStr for ImportType {
    type Err = UnknownImportType;

    fn from_str(text: &str) -> Result<Self, UnknownImportType> {
        let row = TABLE.iter().find(|row| row.id == text);
        row.map(|row| row.import_type).ok_or_else(|| UnknownImportType(text.chars().take(100).collect()))
    }
}

impl Serialize for ImportType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ImportType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_under_its_own_type_and_name() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.import_type as usize, index);
            assert_eq!(row.id.parse::<ImportType>(), Ok(row.import_type));
            let prefix = match row.kind {
                Kind::File => "file/",
                Kind::Ir => "ir/",
                Kind::Api => "api/",
            };
            assert!(row.id.starts_with(prefix), "{}", row.id);
        }
    }

    #[test]
    fn user_intent_is_the_presence_of_the_header() {
        assert!(UserIntent::Header.decide(Some("")));
        assert!(UserIntent::Header.decide(Some("false")));
        assert!(!UserIntent::Header.decide(None));
        assert!(!UserIntent::HeaderUnlessFalse.decide(Some("False")));
        assert!(UserIntent::HeaderUnlessFalse.decide(Some("0")));
        assert!(!UserIntent::Never.decide(Some("true")));
    }
}
