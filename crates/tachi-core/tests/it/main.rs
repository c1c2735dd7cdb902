//! One binary for all integration tests of the crate: each module covers one room of it.

mod games_chunithm;
mod games_maimai;
mod games_maimaidx;
mod games_ongeki;
mod play;
mod vectors;
