//! Folder queries: which charts a folder holds. Source: `spec/games/README.md` 12.

use serde_json::{Map, Value};
use thiserror::Error;

use super::{Catalogue, ChartIdx, FolderDocument, FolderKind};
use crate::game::Gpt;
use crate::ids::ChartId;

/// A folder whose query cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {problem}")]
pub struct QueryError {
    /// Where in the query.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

/// The charts of a folder, in the order of the catalogue.
pub type FolderMembers = Vec<ChartIdx>;
