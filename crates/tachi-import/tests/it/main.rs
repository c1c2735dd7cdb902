//! One binary for all integration tests of the crate.

#[path = "../../../tachi-db/tests/support/postgres.rs"]
mod postgres;

mod changes;
mod check;
mod cost;
mod examples;
mod goals;
mod model;
mod support;
