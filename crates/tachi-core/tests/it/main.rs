//! One binary for all integration tests of the crate: each module covers one room of it.

mod games_gitadora;
mod games_jubeat;
mod games_sdvx;
mod games_usc;
mod score_kit;
mod vectors;
