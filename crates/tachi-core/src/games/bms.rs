//! bms

pub use super::iidx::GAME;
pub use super::iidx::SP as K7;
pub use super::iidx::SP as K14;
use crate::formula::Formula;

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[];
