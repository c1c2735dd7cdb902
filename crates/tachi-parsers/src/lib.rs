//! Score formats: from the bytes that players and programs send to *dry scores*.
#![deny(missing_docs)]

pub mod api;
pub mod charts;
pub mod classes_only;
pub mod error;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod file;
pub mod fill;
pub mod format;
pub mod gpt_name;
pub mod ir;
pub mod json;
pub mod naive_csv;
pub mod registry;
pub mod rfc_csv;
pub mod schema;
pub mod text;
pub mod time;
pub mod unknown_chart;
pub mod xml;
