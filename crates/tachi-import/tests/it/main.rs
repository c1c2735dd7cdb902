//! One binary for all integration tests of the crate.

#[path = "../../../tachi-db/tests/support/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests of the database, which use more of it")]
mod postgres;

#[path = "../../../tachi-db/tests/support/dump.rs"]
mod dump;

mod background;
mod changes;
mod check;
mod cost;
mod destroy;
mod examples;
mod failures;
mod games;
mod goals;
mod model;
mod support;
