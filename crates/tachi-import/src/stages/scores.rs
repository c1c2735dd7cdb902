//! Stores the new scores and completes the enriched ones.

use tachi_db::imports::{RowStatus, import_fills_insert};
use tachi_db::scores::{Score, StoredScore, scores_insert, scores_rewrite, scores_session_set};
use tachi_db::{Conn, DbError, ImportKey, ScoreKey};

use super::enrich::Enriched;
use super::separate::Separated;
use super::sessions::SessionsDone;

/// Writes scores; returns the number of each new score, in order. One that the database refuses because its public
/// ID is taken is left out of the import.
pub fn scores(
    conn: &mut Conn,
    import: Option<ImportKey>,
    separated: &mut Separated<'_>,
    enriched: &[Enriched],
    sessions: &SessionsDone,
) -> Result<Vec<Option<ScoreKey>>, DbError> {
    for (index, new) in separated.new.iter_mut().enumerate() {
        new.score.import = import;
        if let Some((session, position)) = sessions.of_new.get(&index) {
            (new.score.session, new.score.session_pos) = (Some(*session), Some(*position));
        }
    }
    let rows: Vec<&Score> = separated.new.iter().map(|new| &new.score).collect();
    let keys = scores_insert(conn, &rows)?;
    for (new, key) in separated.new.iter().zip(&keys) {
        if key.is_none() {
            log::warn!("score {} exists under another de-duplication key", new.score.id);
            separated.rows[new.row].status = RowStatus::Known;
        }
    }
    complete(conn, import, enriched, sessions)?;
    Ok(keys)
}

fn complete(
    conn: &mut Conn,
    import: Option<ImportKey>,
    enriched: &[Enriched],
    sessions: &SessionsDone,
) -> Result<(), DbError> {
    let stored: Vec<StoredScore> = enriched.iter().map(|enriched| enriched.stored.clone()).collect();
    scores_rewrite(conn, &stored)?;
    let places: Vec<_> =
        sessions.of_stored.iter().map(|(score, (session, at))| (*score, Some(*session), Some(*at))).collect();
    scores_session_set(conn, &places)?;
    // What no import brought no revert takes out again.
    let Some(import) = import else { return Ok(()) };
    let fills: Vec<(ScoreKey, Vec<String>)> =
        enriched.iter().map(|enriched| (enriched.stored.key, enriched.filled.clone())).collect();
    import_fills_insert(conn, import, &fills)
}
