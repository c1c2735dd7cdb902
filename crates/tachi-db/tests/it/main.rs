//! One binary for all integration tests of the crate: each module covers one room of it, and every test runs on both
//! databases.

#[path = "../support/postgres.rs"]
mod postgres;

#[path = "../support/dump.rs"]
mod dump;

mod accounts;
mod background;
mod backup;
mod catalogue;
mod connection;
mod copy;
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
