//! gitadora

pub use super::iidx::GAME;
pub use super::iidx::SP as GITA;
pub use super::iidx::SP as DORA;
use crate::formula::Formula;

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[];
