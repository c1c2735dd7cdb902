//! Fetching what the `api/` types convert, from the services that hold it.

pub mod myt;
