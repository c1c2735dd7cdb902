//! pms

pub use super::iidx::GAME;
pub use super::iidx::SP as CONTROLLER;
pub use super::iidx::SP as KEYBOARD;
use crate::formula::Formula;

/// The game's formulas.
pub static FORMULAS: &[Formula] = &[];
