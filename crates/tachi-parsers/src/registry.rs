//! The registry: one row for each import type that is read here. **The row is the dispatch**: what it does not hold
//! does not run, and nothing else has to be told of a new type.

use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::import_type::ImportType;
use tachi_core::score::DryScore;

use crate::api::arc::{self, Arc};
use crate::api::cg::{self, Cg};
use crate::api::kai::{self, Kai};
use crate::api::source::Source;
use crate::error::{Failure, FatalError};
use crate::format::{Fetched, Format, Input, Parsed, StoredRows, convert_erased, parse_erased, store_erased};
use crate::{file, ir};

/// How an import type is read.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The type.
    pub import_type: ImportType,
    /// Parses an input; its elements are converted as they are asked for.
    pub parse: for<'a> fn(&Input<'a>) -> Result<Parsed<'a>, FatalError>,
    /// Parses an input and yields every element as an orphan would store it, also those that are converted well:
    /// what comes out of [`convert`](Self::convert) is the same for both forms.
    pub store: for<'a> fn(&Input<'a>) -> Result<StoredRows<'a>, FatalError>,
    /// Converts a stored element: data, context, catalogue.
    pub convert: fn(&Value, &Value, &Catalogue) -> Result<DryScore, Failure>,
    /// Where the input comes from, for types whose input is fetched.
    pub source: Option<Source>,
}

const fn entry<F: Format + 'static>() -> Entry {
    Entry {
        import_type: F::IMPORT_TYPE,
        parse: parse_erased::<F>,
        store: store_erased::<F>,
        convert: convert_erased::<F>,
        source: None,
    }
}

const fn fetched<F: Fetched + 'static>() -> Entry {
    Entry { source: Some(F::SOURCE), ..entry::<F>() }
}

/// Every import type that is read here.
pub static REGISTRY: &[Entry] = &[
    entry::<file::eamusement_iidx_csv::EamusementIidxCsv>(),
    entry::<file::pli_iidx_csv::PliIidxCsv>(),
    entry::<file::batch_manual::BatchManual>(),
    entry::<file::solid_state_squad::SolidStateSquad>(),
    entry::<file::mer_iidx::MerIidx>(),
    entry::<file::eamusement_sdvx_csv::EamusementSdvxCsv>(),
    entry::<file::mypagescraper_records_csv::MypagescraperRecordsCsv>(),
    entry::<file::mypagescraper_player_csv::MypagescraperPlayerCsv>(),
    entry::<file::import_class::ImportClass>(),
    entry::<ir::direct_manual::DirectManual>(),
    entry::<ir::barbatos::Barbatos>(),
    entry::<ir::fervidex::Fervidex>(),
    entry::<ir::fervidex_static::FervidexStatic>(),
    entry::<ir::usc::Usc>(),
    entry::<ir::beatoraja::Beatoraja>(),
    entry::<ir::kshook_sv6c::KshookSv6c>(),
    entry::<ir::kshook_sv6c_static::KshookSv6cStatic>(),
    entry::<ir::lr2hook::Lr2hook>(),
    entry::<ir::chunitachi::Chunitachi>(),
    entry::<ir::kshook_sv3c::KshookSv3c>(),
    fetched::<Kai<kai::FloIidx>>(),
    fetched::<Kai<kai::EagIidx>>(),
    fetched::<Kai<kai::FloSdvx>>(),
    fetched::<Kai<kai::EagSdvx>>(),
    fetched::<Kai<kai::MinSdvx>>(),
    fetched::<Arc<arc::ArcIidx>>(),
    fetched::<Arc<arc::ArcSdvx>>(),
    fetched::<Cg<cg::ApiCgDevSdvx>>(),
    fetched::<Cg<cg::ApiCgDevPopn>>(),
    fetched::<Cg<cg::ApiCgDevMuseca>>(),
    fetched::<Cg<cg::ApiCgDevJubeat>>(),
    fetched::<Cg<cg::ApiCgNagSdvx>>(),
    fetched::<Cg<cg::ApiCgNagPopn>>(),
    fetched::<Cg<cg::ApiCgNagMuseca>>(),
    fetched::<Cg<cg::ApiCgNagJubeat>>(),
    fetched::<Cg<cg::ApiCgGanSdvx>>(),
    fetched::<Cg<cg::ApiCgGanPopn>>(),
    fetched::<Cg<cg::ApiCgGanMuseca>>(),
    fetched::<Cg<cg::ApiCgGanJubeat>>(),
];

/// The entry of a type; `None` while it is not read here.
#[must_use]
pub fn find(import_type: ImportType) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.import_type == import_type)
}
