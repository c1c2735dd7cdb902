//! chunithm

pub use super::iidx::GAME;
pub use super::iidx::SP as SINGLE;
use crate::formula::Formula;

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[];
