//! ServerScore: a PB as the game shows it. Source: `spec/import-types/ir-usc.md` 2 and 4.

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::Value;
use tachi_core::ids::{ImportId, ScoreId, UserId};
use tachi_db::imports::{import_by_public_id, import_rows_read};
use tachi_db::pbs::{StoredPb, pb_leaderboard, pb_ranks, pbs_of_charts};
use tachi_db::scores::{score_by_public_id, scores_by_keys};
use tachi_db::users::users_by_ids;
use tachi_db::{Conn, DbError, ScoreKey};

/// A PB as the game shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerScore {
    score: Value,
    lamp: i64,
    timestamp: i64,
    crit: Value,
    near: Value,
    error: Value,
    ranking: i64,
    note_mod: Value,
    gauge_mod: Value,
    username: String,
}

/// Lamps as the game numbers them.
const LAMPS: &[(&str, i64)] =
    &[("FAILED", 1), ("CLEAR", 2), ("EXCESSIVE CLEAR", 3), ("ULTIMATE CHAIN", 4), ("PERFECT ULTIMATE CHAIN", 5)];

/// The mods of a PB whose scores tell none.
const NO_MOD: &str = "NORMAL";

/// Ranked PBs in the form of the game.
pub fn server_scores(conn: &mut Conn, ranked: &[(i64, StoredPb)]) -> Result<Vec<ServerScore>, DbError> {
    let users: Vec<UserId> = ranked.iter().map(|(_, pb)| pb.user).collect();
    let names: FxHashMap<UserId, String> =
        users_by_ids(conn, &users)?.into_iter().map(|user| (user.id, user.username)).collect();
    let bases: Vec<ScoreKey> = ranked.iter().filter_map(|(_, pb)| pb.composed.first()).map(|(_, key)| *key).collect();
    let bases = scores_by_keys(conn, &bases)?;
    let score = |(rank, pb): &(i64, StoredPb)| {
        let base = bases.iter().find(|base| pb.composed.first().is_some_and(|(_, key)| *key == base.key));
        let option = |name: &str| {
            let known = base.and_then(|base| base.score.score_meta.get(name)).filter(|option| !option.is_null());
            known.cloned().unwrap_or_else(|| Value::from(NO_MOD))
        };
        server_score(*rank, pb, (option("noteMod"), option("gaugeMod")), names.get(&pb.user))
    };
    Ok(ranked.iter().map(score).collect())
}

fn server_score(
    ranking: i64,
    pb: &StoredPb,
    (note_mod, gauge_mod): (Value, Value),
    username: Option<&String>,
) -> ServerScore {
    let mut data = pb.data.to_json();
    let lamp = LAMPS.iter().find(|(lamp, _)| data["lamp"] == **lamp).map_or(0, |(_, number)| *number);
    let mut count = |name: &str| match data["judgements"][name].take() {
        Value::Null => Value::from(0),
        count => count,
    };
    let (crit, near, error) = (count("critical"), count("near"), count("miss"));
    ServerScore {
        score: data["score"].take(),
        lamp,
        timestamp: pb.time_achieved.unwrap_or(0).div_euclid(1000),
        crit,
        near,
        error,
        ranking,
        note_mod,
        gauge_mod,
        username: username.cloned().unwrap_or_default(),
    }
}

/// What a player is told of a score that was sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Submitted {
    score: ServerScore,
    server_record: ServerScore,
    is_server_record: bool,
    #[serde(rename = "isPB")]
    is_pb: bool,
    send_replay: ScoreId,
    adjacent_above: Vec<ServerScore>,
    adjacent_below: Vec<ServerScore>,
}

/// How many neighbours a player is shown on each side.
const NEIGHBOURS: i64 = 3;
/// Enough for the neighbours on both sides, and for players who share the ranks.
const WINDOW: i64 = 32;

/// What the sender of an import's only score is told; `None` when the score is not there.
pub fn submitted(conn: &mut Conn, import: ImportId) -> Result<Option<Submitted>, DbError> {
    let Some(import) = import_by_public_id(conn, import)? else { return Ok(None) };
    let row = import_rows_read(conn, import.key, None, None, 1)?.pop();
    // A score that was known before is named by its row, too.
    let Some(id) = row.and_then(|row| row.score_id) else { return Ok(None) };
    let Some(sent) = score_by_public_id(conn, id)? else { return Ok(None) };
    let (user, chart) = (sent.score.user, sent.score.chart);
    let rank = pb_ranks(conn, user, &[chart])?.pop().map(|(_, rank)| rank.rank);
    let (Some(rank), Some(pb)) = (rank, pbs_of_charts(conn, user, &[chart])?.pop()) else { return Ok(None) };
    let Some(record) = pb_leaderboard(conn, chart, 1, 1)?.pop() else { return Ok(None) };
    let near = pb_leaderboard(conn, chart, (rank - NEIGHBOURS).max(1), WINDOW)?;
    let (above, below) = neighbours(&near, user, record.1.user);
    let is_pb = pb.data.to_json()["score"] == sent.score.data.to_json()["score"];
    let is_server_record = record.1.user == user;
    let (above, below) = (server_scores(conn, above.as_slice())?, server_scores(conn, below.as_slice())?);
    let mut own = server_scores(conn, &[(rank, pb), record])?;
    let (Some(server_record), Some(score)) = (own.pop(), own.pop()) else { return Ok(None) };
    Ok(Some(Submitted {
        score,
        server_record,
        is_server_record,
        is_pb,
        send_replay: id,
        adjacent_above: above,
        adjacent_below: below,
    }))
}

type Ranked = Vec<(i64, StoredPb)>;

/// The PBs next to a user's, best first; the server record is shown elsewhere.
fn neighbours(near: &[(i64, StoredPb)], user: UserId, record: UserId) -> (Ranked, Ranked) {
    let position = near.iter().position(|(_, pb)| pb.user == user).unwrap_or(near.len());
    let (above, below) = near.split_at(position);
    let above: Ranked = above.iter().filter(|(_, pb)| pb.user != record).cloned().collect();
    let extra = above.len().saturating_sub(NEIGHBOURS as usize);
    (above.into_iter().skip(extra).collect(), below.iter().skip(1).take(NEIGHBOURS as usize).cloned().collect())
}
