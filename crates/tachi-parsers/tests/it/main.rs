//! One binary for all integration tests of the crate: each module covers one room of it.

#![expect(clippy::disallowed_methods, reason = "tests read files and the environment")]

mod batch_manual_schema;
mod cases;
mod catalogue;
#[cfg(feature = "fetch")]
mod fetch_myt;
mod fixtures;
mod ir;
mod properties;
mod stored;
#[cfg(feature = "fetch")]
mod support;
mod table;
