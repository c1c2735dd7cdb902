//! Texts that nobody may see by accident.

pub use tachi_parsers::fetch::Secret;
