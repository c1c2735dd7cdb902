//! One binary for all integration tests of the crate: each module covers one room of it, and every test runs on both
//! databases.

#[path = "../support/postgres.rs"]
mod postgres;

mod accounts;
mod background;
mod catalogue;
mod connection;
mod goals;
mod hooks;
mod imports;
mod locks;
mod lost;
mod orphans;
mod pbs;
mod plans;
mod profiles;
mod schema;
mod scores;
mod sessions;
mod support;
mod target;
mod users;
