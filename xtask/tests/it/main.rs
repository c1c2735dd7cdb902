//! The house rules as tests: what a reader of ARCHITECTURE.md is promised.

mod layers;
mod new;
mod paths;
mod sources;
