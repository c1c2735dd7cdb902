//! arcaea

pub use super::iidx::GAME;
pub use super::iidx::SP as TOUCH;
use crate::formula::Formula;

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[];
