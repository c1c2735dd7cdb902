//! A session with everything that belongs to it. Source: `spec/sessions.md` 7 and 10.

use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use tachi_core::catalogue::{Catalogue, ChartKey};
use tachi_core::ids::SessionId;
use tachi_core::pb::{Pb, PbCandidate};
use tachi_core::session::{deltas, pb_before};
use tachi_db::scores::{PbScore, StoredScore, scores_for_pbs, scores_of_session};
use tachi_db::sessions::{StoredSession, session_by_public_id, session_index};
use tachi_db::users::users_by_ids;
use tachi_db::{Conn, DbError};

use super::{chart_of, each_once, scores, session, songs_and_charts, user};

/// `GET /sessions/:sessionID`; `None` when there is none.
pub fn one_session(conn: &mut Conn, catalogue: &Catalogue, id: SessionId) -> Result<Option<Value>, DbError> {
    let Some(stored) = session_by_public_id(conn, id)? else { return Ok(None) };
    let members = scores_of_session(conn, stored.key)?;
    let related = songs_and_charts(catalogue, members.iter().map(|member| member.score.chart));
    let owner = users_by_ids(conn, &[stored.session.user])?.pop().map(user);
    let ids = members.iter().map(|member| member.score.id).collect();
    let index = session_index(conn, &stored)?;
    let info = score_info(conn, catalogue, &stored, &members)?;
    Ok(Some(json!({
        "session": session(stored, ids),
        "scores": scores(catalogue, &members)?,
        "songs": related.songs, "charts": related.charts, "user": owner, "scoreInfo": info, "index": index,
    })))
}

/// Compares the scores of a session with the PBs that its user had before it. Source: `spec/sessions.md` 7.
pub fn score_info(
    conn: &mut Conn,
    catalogue: &Catalogue,
    stored: &StoredSession,
    members: &[StoredScore],
) -> Result<Vec<Value>, DbError> {
    let started = stored.session.time_started;
    let charts = each_once(members.iter().map(|member| member.score.chart));
    let mut of_chart: FxHashMap<ChartKey, Vec<PbScore>> = FxHashMap::default();
    for score in scores_for_pbs(conn, stored.session.user, &charts)? {
        of_chart.entry(score.chart).or_default().push(score);
    }
    let mut before: FxHashMap<ChartKey, Option<Pb>> = FxHashMap::default();
    for (key, scores) in &of_chart {
        let candidates: Vec<PbCandidate<'_>> = scores
            .iter()
            .map(|PbScore { id, data, time_achieved, highlight, .. }| PbCandidate {
                id: *id,
                data,
                time_achieved: *time_achieved,
                highlight: *highlight,
            })
            .collect();
        before.insert(*key, pb_before(&candidates, started, chart_of(catalogue, *key)?));
    }
    let entry = |member: &StoredScore| match before.get(&member.score.chart).and_then(Option::as_ref) {
        None => json!({"scoreID": member.score.id, "isNewScore": true}),
        Some(pb) => {
            json!({"scoreID": member.score.id, "isNewScore": false, "deltas": deltas(&member.score.data, &pb.data)})
        }
    };
    Ok(members.iter().map(entry).collect())
}
