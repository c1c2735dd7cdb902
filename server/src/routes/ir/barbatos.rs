//! The Barbatos hook. Source: `spec/import-types/ir-barbatos.md` 1.

use tachi_core::import_type::ImportType;

use super::access::{Check, GUEST, Protocol};
use crate::envelope::ApiError;

/// The protocol: nothing but a body.
#[derive(Debug)]
pub struct Barbatos;

impl Protocol for Barbatos {
    type Failure = ApiError;
    const IMPORT_TYPE: ImportType = ImportType::IrBarbatos;
    const CHECKS: &'static [Check] = &[Check::Offered, Check::SignedIn(GUEST), Check::Permitted];
}
