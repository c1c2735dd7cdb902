//! ddr

pub use super::iidx::GAME;
pub use super::iidx::SP;
pub use super::iidx::SP as DP;
use crate::formula::Formula;

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[];
