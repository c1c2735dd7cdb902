//! Deleting scores. Source: `spec/pipeline.md` 11.

use tachi_core::ids::{SessionId, UserId};
use tachi_db::scores::{StoredScore, blacklist_insert, scores_by_keys, scores_delete, scores_of_session};
use tachi_db::sessions::session_by_public_id;
use tachi_db::{Conn, DbError, ScoreKey};

use crate::importer::{ImportFailure, Importer, WAIT};
use crate::pipeline::Scope;
use crate::stages::settle::{Affected, settle};

impl Importer {
    /// Deletes scores of a user and brings everything that followed from them up to date; scores of others are left
    /// alone. With `blacklist`, later imports skip them. Returns how many there were.
    ///
    /// # Errors
    /// When the database is busy or fails. Nothing is deleted then.
    pub fn delete_scores(&self, user: UserId, keys: &[ScoreKey], blacklist: bool) -> Result<usize, ImportFailure> {
        self.write_scoped(user, WAIT, |conn, scope| {
            let mut doomed = scores_by_keys(conn, keys)?;
            doomed.retain(|stored| stored.score.user == user);
            Ok(delete(conn, scope, &doomed, blacklist)?)
        })
    }

    /// Deletes a session: its scores, as [`delete_scores`](Self::delete_scores) does, and it goes with them. Returns how
    /// many there were; `None` when there is no such session.
    ///
    /// # Errors
    /// When the database is busy or fails. Nothing is deleted then.
    pub fn delete_session(&self, id: SessionId, blacklist: bool) -> Result<Option<usize>, ImportFailure> {
        let Some(stored) = self.database().read(|conn| session_by_public_id(conn, id))? else { return Ok(None) };
        self.write_scoped(stored.session.user, WAIT, |conn, scope| {
            let doomed = scores_of_session(conn, stored.key)?;
            let deleted = delete(conn, scope, &doomed, blacklist)?;
            // One without scores was deleted meanwhile.
            Ok(Some(deleted).filter(|deleted| *deleted > 0))
        })
    }
}

fn delete(conn: &mut Conn, scope: &Scope<'_>, doomed: &[StoredScore], blacklist: bool) -> Result<usize, DbError> {
    if blacklist {
        let ids: Vec<_> = doomed.iter().map(|stored| (stored.score.id, stored.score.dedup_key)).collect();
        blacklist_insert(conn, scope.user, &ids)?;
    }
    let affected = remove(conn, doomed)?;
    settle(conn, scope, &affected)?;
    Ok(doomed.len())
}

/// Removes scores; returns what has to be settled. Documents of imports lose them by themselves.
pub fn remove(conn: &mut Conn, doomed: &[StoredScore]) -> Result<Affected, DbError> {
    let mut affected = Affected::default();
    for stored in doomed {
        affected.add(stored);
    }
    scores_delete(conn, &doomed.iter().map(|stored| stored.key).collect::<Vec<ScoreKey>>())?;
    Ok(affected)
}
