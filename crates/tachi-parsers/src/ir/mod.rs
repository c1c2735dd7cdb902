//! Import types whose data is the body of a request that a game client makes.

pub mod barbatos;
pub mod beatoraja;
pub mod chunitachi;
pub mod client;
pub mod direct_manual;
pub mod fervidex;
pub mod fervidex_static;
pub mod kshook_sv3c;
pub mod kshook_sv6c;
pub mod kshook_sv6c_static;
pub mod lr2hook;
pub mod usc;

use serde::{Deserialize, Serialize};

use crate::error::Place;
use crate::format::Rows;

/// The context of types that store nothing but the time of receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// When the request was received, UNIX milliseconds.
    pub time_received: i64,
}

/// The elements of a body that is one score.
fn only<'a, R: 'a>(row: R) -> Rows<'a, R> {
    Box::new(std::iter::once(Ok((Place::Whole, row))))
}
