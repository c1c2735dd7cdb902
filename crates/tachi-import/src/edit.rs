//! What players say about their scores and sessions. Source: `spec/rest-api.md` 8.

use tachi_core::ids::{SessionId, UserId};
use tachi_db::ScoreKey;
use tachi_db::pbs::pb_highlight_set;
use tachi_db::scores::{StoredScore, score_edit, scores_by_keys};
use tachi_db::sessions::{StoredSession, session_by_public_id, session_edit};

use crate::importer::{ImportFailure, Importer, LIVE_WAIT};

/// What is to be changed about a score; `None` keeps what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScoreEdit {
    /// The player's comment, or none.
    pub comment: Option<Option<String>>,
    /// Whether it is highlighted.
    pub highlight: Option<bool>,
}

/// What is to be changed about a session; `None` keeps what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionEdit {
    /// The name.
    pub name: Option<String>,
    /// What the player says about it, or nothing.
    pub description: Option<Option<String>>,
    /// Whether it is highlighted.
    pub highlight: Option<bool>,
}

impl Importer {
    /// Changes a score of a user, and copies its highlight to the user's PB on the chart. Returns the score as it is
    /// then; `None` when the user has no such score.
    ///
    /// # Errors
    /// When the database is busy or fails. Nothing is changed then.
    pub fn edit_score(
        &self,
        user: UserId,
        key: ScoreKey,
        edit: ScoreEdit,
    ) -> Result<Option<StoredScore>, ImportFailure> {
        self.write_scoped(user, LIVE_WAIT, |conn, _| {
            let found = scores_by_keys(conn, &[key])?.pop().filter(|stored| stored.score.user == user);
            let Some(mut stored) = found else { return Ok(None) };
            let score = &mut stored.score;
            if let Some(comment) = &edit.comment {
                score.comment.clone_from(comment);
            }
            score.highlight = edit.highlight.unwrap_or(score.highlight);
            score_edit(conn, key, score.comment.as_deref(), score.highlight)?;
            if let Some(highlight) = edit.highlight {
                pb_highlight_set(conn, user, score.chart, highlight)?;
            }
            Ok(Some(stored))
        })
    }

    /// Changes a session of a user. Returns the session as it is then; `None` when the user has no such session.
    ///
    /// # Errors
    /// When the database is busy or fails. Nothing is changed then.
    pub fn edit_session(
        &self,
        user: UserId,
        id: SessionId,
        edit: SessionEdit,
    ) -> Result<Option<StoredSession>, ImportFailure> {
        self.write_scoped(user, LIVE_WAIT, |conn, _| {
            let found = session_by_public_id(conn, id)?.filter(|stored| stored.session.user == user);
            let Some(mut stored) = found else { return Ok(None) };
            let session = &mut stored.session;
            if let Some(name) = &edit.name {
                session.name.clone_from(name);
            }
            if let Some(description) = &edit.description {
                session.description.clone_from(description);
            }
            session.highlight = edit.highlight.unwrap_or(session.highlight);
            session_edit(conn, stored.key, &session.name, session.description.as_deref(), session.highlight)?;
            Ok(Some(stored))
        })
    }
}
