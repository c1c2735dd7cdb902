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
use serde_json::Value;

use crate::error::Place;
use crate::format::Rows;

/// The context of types that store nothing but the time of receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// When the request was received, UNIX milliseconds.
    pub time_received: i64,
}

/// The bodies of the requests of game clients as JSON Schema, by a name for each. They say what is looked at, so that a
/// body which is not like that is refused.
#[must_use]
pub fn body_schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("BarbatosScore", barbatos::json_schema()),
        ("BeatorajaScore", beatoraja::json_schema()),
        ("BeatorajaCourse", beatoraja::course_json_schema()),
        ("FervidexScore", fervidex::json_schema()),
        ("FervidexProfile", fervidex_static::json_schema()),
        ("FervidexClass", fervidex::class_json_schema()),
        ("KshookScore", kshook_sv6c::json_schema()),
        ("KshookExport", kshook_sv6c_static::json_schema()),
        ("KshookSv3cScore", kshook_sv3c::json_schema()),
        ("Lr2hookScore", lr2hook::json_schema()),
        ("UscSubmission", usc::json_schema()),
    ]
}

/// The elements of a body that is one score.
fn only<'a, R: 'a>(row: R) -> Rows<'a, R> {
    Box::new(std::iter::once(Ok((Place::Whole, row))))
}
