//! A session with everything that belongs to it. Source: `spec/sessions.md` 7 and 10.

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::{Map, Value};
use tachi_core::catalogue::{Catalogue, ChartKey};
use tachi_core::ids::{ScoreId, SessionId};
use tachi_core::pb::{Pb, PbCandidate};
use tachi_core::session::{deltas, pb_before};
use tachi_db::scores::{PbScore, StoredScore, scores_for_pbs_before, scores_of_pbs, scores_of_session};
use tachi_db::sessions::{StoredSession, session_by_public_id, session_index};
use tachi_db::users::users_by_ids;
use tachi_db::{Conn, DbError};

use super::{
    ScoreDocument, SessionDocument, SongsAndCharts, UserDocument, chart_of, each_once, scores, session,
    songs_and_charts, user,
};

/// A session with everything that belongs to it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OneSession {
    session: SessionDocument,
    scores: Vec<ScoreDocument>,
    #[serde(flatten)]
    related: SongsAndCharts,
    user: Option<UserDocument>,
    score_info: Vec<SessionScoreInfo>,
    index: i64,
}

/// SessionScoreInfo.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionScoreInfo {
    #[serde(rename = "scoreID")]
    score_id: ScoreId,
    is_new_score: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    deltas: Option<Map<String, Value>>,
}

/// `GET /sessions/:sessionID`; `None` when there is none.
pub fn one_session(conn: &mut Conn, catalogue: &Catalogue, id: SessionId) -> Result<Option<OneSession>, DbError> {
    let Some(stored) = session_by_public_id(conn, id)? else { return Ok(None) };
    let members = scores_of_session(conn, stored.key)?;
    let related = songs_and_charts(catalogue, members.iter().map(|member| member.score.chart));
    let owner = users_by_ids(conn, &[stored.session.user])?.pop().map(user);
    let ids = members.iter().map(|member| member.score.id).collect();
    let index = session_index(conn, &stored)?;
    let score_info = score_info(conn, catalogue, &stored, &members)?;
    let scores = scores(catalogue, &members)?;
    Ok(Some(OneSession { session: session(stored, ids), scores, related, user: owner, score_info, index }))
}

/// Compares the scores of a session with the PBs that its user had before it. Source: `spec/sessions.md` 7.
pub fn score_info(
    conn: &mut Conn,
    catalogue: &Catalogue,
    stored: &StoredSession,
    members: &[StoredScore],
) -> Result<Vec<SessionScoreInfo>, DbError> {
    let charts = each_once(members.iter().map(|member| member.score.chart));
    let mut before: FxHashMap<ChartKey, Option<Pb>> = FxHashMap::default();
    for (key, scores) in scores_before(conn, stored, &charts)? {
        let candidates: Vec<PbCandidate<'_>> = scores.iter().map(PbScore::as_candidate).collect();
        before.insert(key, pb_before(&candidates, stored.session.time_started, chart_of(catalogue, key)?));
    }
    let info = |member: &StoredScore| {
        let score = &member.score;
        let deltas = before.get(&score.chart).and_then(Option::as_ref).map(|pb| deltas(&score.data, &pb.data));
        SessionScoreInfo { score_id: score.id, is_new_score: deltas.is_none(), deltas }
    };
    Ok(members.iter().map(info).collect())
}

/// The scores that the PBs before a session were composed of, and maybe more, by chart.
///
/// A PB of which every part is older than the session was the same before it: what is best of all scores is best of the
/// older ones. Of the other charts all older scores are read.
fn scores_before(
    conn: &mut Conn,
    stored: &StoredSession,
    charts: &[ChartKey],
) -> Result<FxHashMap<ChartKey, Vec<PbScore>>, DbError> {
    let (user, started) = (stored.session.user, stored.session.time_started);
    let mut of_chart: FxHashMap<ChartKey, Vec<PbScore>> = FxHashMap::default();
    for score in scores_of_pbs(conn, user, charts)? {
        of_chart.entry(score.chart).or_default().push(score);
    }
    of_chart.retain(|_, parts| parts.iter().all(|part| part.time_achieved.is_some_and(|time| time < started)));
    let changed: Vec<ChartKey> = charts.iter().copied().filter(|chart| !of_chart.contains_key(chart)).collect();
    for score in scores_for_pbs_before(conn, user, &changed, started)? {
        of_chart.entry(score.chart).or_default().push(score);
    }
    Ok(of_chart)
}
