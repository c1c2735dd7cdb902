//! One binary for all integration tests of the crate: each module covers one room of it.

mod games_arcaea;
mod games_ddr;
mod games_itg;
mod play;
mod vectors;
