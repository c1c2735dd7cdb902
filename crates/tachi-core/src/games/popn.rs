//! popn

pub use super::iidx::GAME;
pub use super::iidx::SP as P9B;
use crate::formula::Formula;

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[];
