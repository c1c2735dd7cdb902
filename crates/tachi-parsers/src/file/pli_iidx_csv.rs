//! `file/pli-iidx-csv`: the layout of the official beatmania IIDX site, written by the PLI exporter.
//!
//! - **Page**: `spec/import-types/file-pli-iidx-csv.md`
//! - **Written by**: PLI
//! - **Versions**: 27 or 41 columns, as in [`eamusement_iidx_csv`](super::eamusement_iidx_csv), whose reader this is
//! - **Encoding**: UTF-8 with or without byte order mark; lines end in LF, CRLF or CR
//! - **Times**: Japanese time without zone; one per row
//! - **Quirks**: the service is part of the context, so an unknown row that was uploaded under both types makes two
//!   orphans
//! - **Skipped**: as in the site's own files
//! - **Invalid**: as in the site's own files
//! - **Fatal**: as in the site's own files

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
