//! One binary for all integration tests of the crate: each module covers one room of it.

#![expect(clippy::disallowed_methods, reason = "tests read files and the environment")]

mod api;
mod batch_manual_schema;
mod body_schemas;
mod cases;
mod catalogue;
mod fetch;
mod fetch_myt;
mod fixtures;
mod ir;
mod json_schema;
mod linear;
mod properties;
mod stored;
mod support;
mod table;
