//! What became of every element of an input. Source: `spec/documents.md`, ImportRow.

use serde::{Deserialize, Serialize};
use tachi_core::ids::{OrphanId, ScoreId};
use tachi_core::import_document::{ImportError, ImportErrorKind};

/// One element of an input and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportRow {
    /// Its position, from 0.
    pub row: usize,
    /// Where it stood in the input, for people.
    pub place: String,
    /// What became of it.
    pub status: RowStatus,
    /// Its title as sent.
    pub title: Option<String>,
    /// Its difficulty as sent.
    pub difficulty: Option<String>,
    /// The kind of the error, where there is one.
    #[serde(rename = "type")]
    pub error: Option<ImportErrorKind>,
    /// The reason, where there is one.
    pub message: Option<String>,
    /// The score it is, or was known as.
    #[serde(rename = "scoreID")]
    pub score_id: Option<ScoreId>,
    /// The orphan that keeps it.
    #[serde(rename = "orphanID")]
    pub orphan_id: Option<OrphanId>,
}

/// What became of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowStatus {
    /// Stored as a new score.
    New,
    /// Dropped: stored before, or earlier in this import.
    Known,
    /// Known, and it filled something in.
    Enriched,
    /// Deliberately no score, or on the blacklist.
    Skipped,
    /// Song or chart unknown: kept as an orphan.
    Orphan,
    /// The data is wrong.
    Invalid,
    /// Several songs match.
    Ambiguous,
    /// A fault of ours.
    Internal,
}

impl RowStatus {
    /// Every status, in the documents' order.
    pub const ALL: &[Self] = &[
        Self::New,
        Self::Known,
        Self::Enriched,
        Self::Skipped,
        Self::Orphan,
        Self::Invalid,
        Self::Ambiguous,
        Self::Internal,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Enriched => "enriched",
            Self::Skipped => "skipped",
            Self::Orphan => "orphan",
            Self::Invalid => "invalid",
            Self::Ambiguous => "ambiguous",
            Self::Internal => "internal",
        }
    }
}

impl ImportRow {
    /// The row as an entry of the ImportDocument's `errors`, if it is one.
    #[must_use]
    pub fn as_error(&self) -> Option<ImportError> {
        let kind = self.error?;
        let message = self.message.clone().unwrap_or_default();
        Some(ImportError { kind, message, orphan_id: self.orphan_id.clone() })
    }
}
