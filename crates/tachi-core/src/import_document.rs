//! The answer to an import. Source: the seed's example and `spec/documents.md`.

use serde::{Deserialize, Serialize};

use crate::class::ClassDelta;
use crate::ids::{GoalId, ImportId, OrphanId, ScoreId, SessionId, UserId};
use crate::import_type::ImportType;
use crate::number;

/// What an import did: exactly these 13 members, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportDocument {
    /// How the scores arrived.
    pub import_type: ImportType,
    /// The `game:playtype`s that got at least one new score (none: those of the class deltas), in order of appearance.
    pub id_strings: Vec<String>,
    /// The new scores, in the order of the input.
    #[serde(rename = "scoreIDs")]
    pub score_ids: Vec<ScoreId>,
    /// What could not be imported, in the order of the input.
    pub errors: Vec<ImportError>,
    /// The import's identifier.
    #[serde(rename = "importID")]
    pub import_id: ImportId,
    /// When the import was done, UNIX milliseconds.
    pub time_finished: i64,
    /// When the import began, just before parsing, UNIX milliseconds.
    pub time_started: i64,
    /// Sessions made or extended by the import.
    pub created_sessions: Vec<SessionInfo>,
    /// Whose scores these are.
    #[serde(rename = "userID")]
    pub user_id: UserId,
    /// Classes that changed.
    pub class_deltas: Vec<ClassDelta>,
    /// Goals whose progress changed, by goal ID.
    pub goal_info: Vec<GoalImportInfo>,
    /// Milestones whose progress changed, by milestone ID.
    pub milestone_info: Vec<MilestoneImportInfo>,
    /// Whether a person asked for this import.
    pub user_intent: bool,
}

/// One element of the input that could not be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportError {
    /// What kind of failure it was.
    #[serde(rename = "type")]
    pub kind: ImportErrorKind,
    /// What was wrong, for people.
    pub message: String,
    /// The orphan that keeps the element, where there is one.
    #[serde(rename = "orphanID", skip_serializing_if = "Option::is_none", default)]
    pub orphan_id: Option<OrphanId>,
}

/// The kinds of [`ImportError`], under the names current clients know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportErrorKind {
    /// Song or chart unknown; the element is kept as a new orphan.
    SongOrChartNotFound,
    /// Song or chart unknown, and the identical element was kept before.
    OrphanExists,
    /// The data is wrong.
    InvalidDatapoint,
    /// A fault of ours; the message is vague on purpose.
    InternalError,
    /// Several songs bear the title; nothing is stored.
    AmbiguousTitle,
}

impl ImportErrorKind {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SongOrChartNotFound => "SongOrChartNotFound",
            Self::OrphanExists => "OrphanExists",
            Self::InvalidDatapoint => "InvalidDatapoint",
            Self::InternalError => "InternalError",
            Self::AmbiguousTitle => "AmbiguousTitle",
        }
    }
}

/// A session that an import made or extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The session.
    #[serde(rename = "sessionID")]
    pub session_id: SessionId,
    /// Whether it was made or extended.
    #[serde(rename = "type")]
    pub kind: SessionInfoKind,
}

/// What an import did to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionInfoKind {
    /// The session is new.
    Created,
    /// The session existed and got more scores.
    Appended,
}

/// How a goal's progress changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoalImportInfo {
    /// The goal.
    #[serde(rename = "goalID")]
    pub goal_id: GoalId,
    /// Before the import.
    pub old: GoalState,
    /// After it.
    pub new: GoalState,
}

/// Where a user stands with a goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoalState {
    /// The progress as a number; null when nothing was played.
    #[serde(serialize_with = "number::serialize_option")]
    pub progress: Option<f64>,
    /// The progress as people read it.
    pub progress_human: String,
    /// What is needed.
    #[serde(serialize_with = "number::serialize")]
    pub out_of: f64,
    /// What is needed, as people read it.
    pub out_of_human: String,
    /// Whether the goal is achieved.
    pub achieved: bool,
}

/// How a milestone's progress changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneImportInfo {
    /// The milestone.
    #[serde(rename = "milestoneID")]
    pub milestone_id: String,
    /// Before the import.
    pub old: MilestoneState,
    /// After it.
    pub new: MilestoneState,
}

/// Where a user stands with a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneState {
    /// How many of its goals are achieved.
    pub progress: i64,
    /// Whether that is enough.
    pub achieved: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed's example, without its comment.
    const SEED: &str = r#"{
        "importType": "file/eamusement-iidx-csv",
        "idStrings": ["iidx:SP"],
        "scoreIDs": ["R6fad5f4947454d8238b45d6a1255d63be4da1130bf91fe9d05df29765a148da8"],
        "errors": [],
        "importID": "bea63277b54a5846bab1fd3a6ce54bfd41276857",
        "timeFinished": 1623352263023,
        "timeStarted": 1623352260445,
        "createdSessions": [{"sessionID": "Qb336d6b1cc0930747f161769a13238a41dce0004", "type": "Created"}],
        "userID": 1,
        "classDeltas": [],
        "goalInfo": [],
        "milestoneInfo": [],
        "userIntent": false
    }"#;

    #[test]
    fn kinds_of_errors_are_written_by_their_names() {
        use ImportErrorKind::{AmbiguousTitle, InternalError, InvalidDatapoint, OrphanExists, SongOrChartNotFound};
        for kind in [SongOrChartNotFound, OrphanExists, InvalidDatapoint, InternalError, AmbiguousTitle] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn the_seeds_example_is_written_member_by_member_in_its_order() {
        let document: ImportDocument = serde_json::from_str(SEED).unwrap();
        let compact: String = SEED.split_whitespace().collect();
        assert_eq!(serde_json::to_string(&document).unwrap(), compact);
    }
}
