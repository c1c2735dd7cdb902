//! One binary for all integration tests of the crate.

#[path = "../../../tachi-db/tests/support/postgres.rs"]
#[expect(dead_code, reason = "others restart their server, too")]
mod postgres;

#[path = "../../../tachi-db/tests/support/dump.rs"]
mod dump;

mod background;
mod changes;
mod check;
mod copy;
mod cost;
mod destroy;
mod examples;
mod failures;
mod games;
mod goals;
mod model;
mod support;
