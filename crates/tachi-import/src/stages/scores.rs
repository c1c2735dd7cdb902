//! Stores the new scores and completes the enriched ones.

use tachi_db::scores::{self, NewScore as NewRow, ScoreFill};
use tachi_db::{Conn, DbError, ImportKey, ScoreKey, imports};

use super::enrich::Enriched;
use super::separate::Separated;
use super::sessions::SessionsDone;
use crate::pipeline::Import;
use crate::row::RowStatus;

/// Writes scores; returns the number of each new score, in order. One that the database refuses because its public
/// ID is taken is left out of the import.
pub fn scores(
    conn: &mut Conn,
    import: &Import<'_>,
    key: ImportKey,
    separated: &mut Separated<'_>,
    enriched: &[Enriched],
    sessions: &SessionsDone,
) -> Result<Vec<Option<ScoreKey>>, DbError> {
    let rows: Vec<NewRow<'_>> = separated
        .new
        .iter()
        .enumerate()
        .map(|(index, score)| NewRow {
            score_id: score.id,
            dedup_key: score.candidate.dedup_key,
            user: import.request.user,
            gpt: score.candidate.gpt,
            chart: score.candidate.chart_key,
            import: Some(key),
            session: sessions.of_new.get(&index).copied(),
            time_achieved: score.play.time_achieved,
            time_added: import.now,
            import_type: import.request.import_type,
            service: &score.candidate.dry.service,
            comment: score.candidate.dry.comment.as_deref(),
            data: &score.play.data,
            meta: &score.play.meta,
            ratings: &score.play.ratings,
        })
        .collect();
    let keys = scores::scores_insert(conn, &rows)?;
    for (score, key) in separated.new.iter().zip(&keys) {
        if key.is_none() {
            log::warn!("score {} exists under another de-duplication key", score.id);
            separated.rows[score.row].status = RowStatus::Known;
        }
    }
    let fills: Vec<ScoreFill<'_>> = enriched
        .iter()
        .map(|enriched| ScoreFill {
            key: enriched.before.key,
            session: sessions.of_stored.get(&enriched.before.key).copied().or(enriched.before.session_place()),
            time_achieved: enriched.play.time_achieved,
            data: &enriched.play.data,
            meta: &enriched.play.meta,
            ratings: &enriched.play.ratings,
        })
        .collect();
    scores::scores_fill(conn, &fills)?;
    let filled: Vec<(ScoreKey, &[String])> =
        enriched.iter().map(|enriched| (enriched.before.key, enriched.filled.as_slice())).collect();
    imports::import_fills_insert(conn, key, &filled)?;
    Ok(keys)
}
