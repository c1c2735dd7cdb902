//! One binary for all integration tests of the crate.

#[expect(dead_code, reason = "shared with the tests of the database, which use more of it")]
#[path = "../../../tachi-db/tests/support/postgres.rs"]
mod postgres;

mod changes;
mod check;
mod cost;
mod examples;
mod games;
mod goals;
mod model;
mod support;
