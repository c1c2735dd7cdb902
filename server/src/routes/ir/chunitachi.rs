//! An early CHUNITHM hook. Source: `spec/import-types/ir-chunitachi.md`.

use tachi_core::import_type::ImportType;

use super::access::{Check, GUEST, Protocol};
use crate::envelope::ApiError;

/// The protocol: nothing but a body.
#[derive(Debug)]
pub struct Chunitachi;

impl Protocol for Chunitachi {
    type Failure = ApiError;
    const IMPORT_TYPE: ImportType = ImportType::IrChunitachi;
    const CHECKS: &'static [Check] = &[Check::Offered, Check::SignedIn(GUEST), Check::Permitted];
}
