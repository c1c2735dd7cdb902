//! One binary for all integration tests of the crate.

mod games;
mod goals;
mod support;
