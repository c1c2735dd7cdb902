//! `ir/direct-manual`: BATCH-MANUAL as a request's body.
//!
//! - **Page**: `spec/import-types/ir-direct-manual.md`
//! - **Written by**: hooks, scripts and bots of all kinds
//! - **Versions**: as in [`batch_manual`](crate::file::batch_manual), whose reader this is
//! - **Encoding**: JSON
//! - **Times**: UNIX milliseconds; the header `X-Infer-Score-TimeAchieved: true` gives a single score without time the
//!   time of receipt
//! - **Quirks**: no body, and one that is no object, counts as an empty object
//! - **Skipped**: nothing
//! - **Invalid**: as in files
//! - **Fatal**: any structural error; that header with several scores, or with one that has a time

use std::borrow::Cow;

use tachi_core::import_type::ImportType;

use crate::error::FatalError;
use crate::file::batch_manual::{Dialect, Document, Manual};
use crate::format::Input;
use crate::json::{self, Json};

/// The import type.
pub type DirectManual = Manual<AsBody>;

/// The header that asks for the time of receipt.
pub const INFER_TIME: &str = "x-infer-score-timeachieved";

/// A request's body.
#[derive(Debug)]
pub struct AsBody;

impl Dialect for AsBody {
    const IMPORT_TYPE: ImportType = ImportType::IrDirectManual;

    fn read(bytes: &[u8]) -> Result<Json<'_>, FatalError> {
        json::body(bytes)
    }

    fn service(sender: &str) -> String {
        format!("{sender} (DIRECT-MANUAL)")
    }

    fn finish(document: &mut Document<'_>, input: &Input<'_>) -> Result<(), FatalError> {
        if !input.fields.get(INFER_TIME).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(());
        }
        match &mut document.scores[..] {
            [] => Ok(()),
            [score] => set_time(score, input.received),
            _ => {
                Err(FatalError::bad_input("Cannot use X-Infer-Score-TimeAchieved with multiple scores in your import."))
            }
        }
    }
}

/// Writes the time into the element, so that it is part of an orphan too.
fn set_time(score: &mut Json<'_>, time: i64) -> Result<(), FatalError> {
    const NAME: &str = "timeAchieved";
    if score.number_of(NAME).is_some_and(|time| time != 0.0) {
        return Err(FatalError::bad_input(
            "Cannot use X-Infer-Score-Timestamp if the importing score already has a timeAchieved set.",
        ));
    }
    score.take(NAME);
    if let Json::Object(members) = score {
        members.push((Cow::Borrowed(NAME), Json::Number(time as f64)));
    }
    Ok(())
}
