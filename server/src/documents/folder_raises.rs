//! What a session raised in folders. Source: `spec/sessions.md` 10.

use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use tachi_core::catalogue::{Catalogue, ChartKey};
use tachi_core::ids::SessionId;
use tachi_core::raises::{BestsOfCharts, Raise, raises};
use tachi_db::catalogue::{folder_charts, folders_of_charts};
use tachi_db::scores::{scores_each_before, scores_of_session};
use tachi_db::sessions::session_by_public_id;
use tachi_db::{Conn, DbError, FolderKey};

use super::{chart_of, each_once};

/// `GET /sessions/:sessionID/folder-raises`: the folders in which the session raised anything, by title; `None` when
/// there is no such session.
///
/// Before the session is what `scoreInfo` compares with: the user's scores with a time, before its first. A folder
/// lists no chart that left the catalogue.
pub fn folder_raises(conn: &mut Conn, catalogue: &Catalogue, id: SessionId) -> Result<Option<Vec<Value>>, DbError> {
    let Some(stored) = session_by_public_id(conn, id)? else { return Ok(None) };
    let session = stored.session;
    let mut now = BestsOfCharts::default();
    for member in scores_of_session(conn, stored.key)? {
        now.entry(member.score.chart).or_default().add(&member.score.data);
    }
    let played: Vec<ChartKey> = now.keys().copied().collect();
    let folders = folders_of_charts(conn, &played)?;
    let keys: Vec<FolderKey> = folders.iter().map(|(key, _)| *key).collect();
    let mut members: FxHashMap<FolderKey, Vec<ChartKey>> = FxHashMap::default();
    for (folder, chart) in folder_charts(conn, &keys)? {
        members.entry(folder).or_default().push(chart);
    }
    let charts = each_once(members.values().flatten().copied());
    let mut before = BestsOfCharts::default();
    scores_each_before(conn, session.user, &charts, session.time_started, |score| {
        before.entry(score.chart).or_default().add(&score.data);
        Ok(())
    })?;
    let mut found = Vec::new();
    for (key, folder) in folders {
        let charts = members.remove(&key).unwrap_or_default();
        let raises = raises(session.gpt.config(), &charts, &before, &now);
        if !raises.is_empty() {
            let raises = raises.iter().map(|one| raise(catalogue, one)).collect::<Result<Vec<_>, _>>()?;
            found.push(json!({"folder": folder, "totalCharts": charts.len(), "raises": raises}));
        }
    }
    Ok(Some(found))
}

fn raise(catalogue: &Catalogue, raise: &Raise) -> Result<Value, DbError> {
    let id = |key: &ChartKey| Ok(chart_of(catalogue, *key)?.id.to_string());
    let raised = raise.raised.iter().map(id).collect::<Result<Vec<_>, DbError>>()?;
    Ok(json!({
        "metric": raise.metric, "value": raise.value, "previousCount": raise.previous,
        "count": raise.previous + raised.len(), "raisedCharts": raised,
    }))
}
