//! One binary for all integration tests of the crate: each module covers one room of it.

#![expect(clippy::disallowed_methods, reason = "tests read files")]

mod collections;
mod collections_goals;
mod config_json;
mod games_arcaea;
mod games_bms;
mod games_chunithm;
mod games_ddr;
mod games_gitadora;
mod games_iidx;
mod games_itg;
mod games_jubeat;
mod games_maimai;
mod games_maimaidx;
mod games_museca;
mod games_ongeki;
mod games_pms;
mod games_popn;
mod games_sdvx;
mod games_usc;
mod games_wacca;
mod load;
mod play;
mod properties;
mod raises;
mod tables;
mod vectors;
