//! `file/pli-iidx-csv`: the layout of the official beatmania IIDX site, written by the PLI exporter.
//!
//! - **Page**: `spec/import-types/file-pli-iidx-csv.md`
//! - **Written by**: PLI
//! - **Versions, encoding, times, quirks, skipped, invalid, fatal**: as [`eamusement_iidx_csv`](super::eamusement_iidx_csv)
//!
//! Only the service differs; so an unknown row uploaded under both types makes two orphans.

use tachi_core::import_type::ImportType;

use super::eamusement_iidx_csv::{Exporter, IidxCsv};

/// The import type.
pub type PliIidxCsv = IidxCsv<Pli>;

/// PLI.
#[derive(Debug)]
pub struct Pli;

impl Exporter for Pli {
    const IMPORT_TYPE: ImportType = ImportType::FilePliIidxCsv;
    const SERVICE: &'static str = "PLI";
}
