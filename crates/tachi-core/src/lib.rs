//! Games, charts and scores of rhythm games: the rules of a score tracker as pure functions and data tables.
#![deny(missing_docs)]

pub mod canonical;
pub mod catalogue;
pub mod class;
mod config_json;
pub mod formula;
pub mod game;
pub mod games;
pub mod goal;
pub mod grade;
pub mod hydrate;
pub mod ids;
pub mod import_document;
pub mod import_type;
pub mod match_type;
pub mod number;
pub mod pb;
pub mod raises;
pub mod rating;
pub mod score;
pub mod score_id;
pub mod session;
pub mod validate;
