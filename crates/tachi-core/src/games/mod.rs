//! The games: one module each, and the tables that list them.

pub mod arcaea;
pub mod bms;
pub mod chunithm;
mod common;
pub mod ddr;
pub mod gitadora;
pub mod iidx;
pub mod iidx_like;
pub mod itg;
pub mod jubeat;
pub mod maimai;
pub mod maimaidx;
pub mod museca;
pub mod ongeki;
pub mod pms;
pub mod popn;
pub mod sdvx;
pub mod usc;
pub mod volforce;
pub mod wacca;

use crate::formula::Formula;
use crate::game::{Game, GameConfig, Gpt, GptConfig};

/// Every game's configuration, in the order of [`Game::ALL`].
static GAMES: &[&GameConfig] = &[
    &iidx::GAME,
    &museca::GAME,
    &chunithm::GAME,
    &bms::GAME,
    &gitadora::GAME,
    &jubeat::GAME,
    &maimai::GAME,
    &maimaidx::GAME,
    &popn::GAME,
    &sdvx::GAME,
    &usc::GAME,
    &wacca::GAME,
    &pms::GAME,
    &itg::GAME,
    &arcaea::GAME,
    &ongeki::GAME,
    &ddr::GAME,
];

/// Every GPT's configuration, in the order of [`Gpt::ALL`].
static GPTS: &[&GptConfig] = &[
    &iidx::SP,
    &iidx::DP,
    &museca::SINGLE,
    &chunithm::SINGLE,
    &bms::K7,
    &bms::K14,
    &gitadora::GITA,
    &gitadora::DORA,
    &jubeat::SINGLE,
    &maimai::SINGLE,
    &maimaidx::SINGLE,
    &popn::P9B,
    &sdvx::SINGLE,
    &usc::CONTROLLER,
    &usc::KEYBOARD,
    &wacca::SINGLE,
    &pms::CONTROLLER,
    &pms::KEYBOARD,
    &itg::STAMINA,
    &arcaea::TOUCH,
    &ongeki::SINGLE,
    &ddr::SP,
    &ddr::DP,
];

/// Every game's formulas under their published names.
pub(crate) static FORMULAS: &[&[Formula]] = &[
    iidx::FORMULAS,
    museca::FORMULAS,
    chunithm::FORMULAS,
    bms::FORMULAS,
    gitadora::FORMULAS,
    jubeat::FORMULAS,
    maimai::FORMULAS,
    maimaidx::FORMULAS,
    popn::FORMULAS,
    sdvx::FORMULAS,
    usc::FORMULAS,
    wacca::FORMULAS,
    pms::FORMULAS,
    itg::FORMULAS,
    arcaea::FORMULAS,
    ongeki::FORMULAS,
    ddr::FORMULAS,
];

pub(crate) fn game(game: Game) -> &'static GameConfig {
    GAMES[game.index()]
}

pub(crate) fn gpt(gpt: Gpt) -> &'static GptConfig {
    GPTS[gpt.index()]
}
