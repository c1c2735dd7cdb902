//! Scores.

mod read;
mod row;

use std::borrow::Borrow;

use diesel::prelude::*;
use diesel::upsert::excluded;
use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::{ScoreId, UserId};
use tachi_core::score_id::DedupKey;

use crate::bulk::{self, KEYS, ROWS};
use crate::convert::{bytes_from_db, gpt_to_db, text_to_db};
use crate::error::DbError;
use crate::keys::{ImportKey, ScoreKey, SessionKey};
use crate::pool::Conn;
use crate::schema::{pbs, score_blacklist, scores};
use crate::score_data::ratings_from_db;

pub use read::*;
pub use row::{PbScore, Score, StoredScore};
use row::{PbScoreRow, ScoreRow};

/// What de-duplication knows of a stored score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownScore {
    /// Its number.
    pub key: ScoreKey,
    /// Its chart.
    pub chart: ChartKey,
    /// Its key.
    pub dedup_key: DedupKey,
    /// Its public ID.
    pub id: ScoreId,
    /// When it was achieved.
    pub time_achieved: Option<i64>,
    /// The session it is in.
    pub session: Option<SessionKey>,
}

/// What is known about the scores of an import before they are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Those that are stored.
    pub scores: Vec<KnownScore>,
    /// Those that the user does not want.
    pub blacklisted: FxHashSet<DedupKey>,
}

/// Which of these scores of a user are stored already or not wanted. The keys must differ from one another.
///
/// # Errors
/// Those of the database.
pub fn scores_known(conn: &mut Conn, user: UserId, keys: &[(ChartKey, DedupKey)]) -> Result<Known, DbError> {
    let mut known = Known::default();
    if keys.is_empty() {
        return Ok(known);
    }
    for found in bulk::find_scores(conn, user, keys)? {
        let dedup_key = bytes_from_db(&found.dedup_key, "a de-duplication key")?;
        match found.id {
            None => {
                known.blacklisted.insert(dedup_key);
            }
            Some(id) => known.scores.push(KnownScore {
                key: ScoreKey(id),
                chart: ChartKey(found.chart_key),
                dedup_key,
                id: id_from_db(&found.score_id)?,
                time_achieved: found.time_achieved,
                session: found.session_id.map(SessionKey),
            }),
        }
    }
    Ok(known)
}

pub(crate) fn id_from_db(bytes: &[u8]) -> Result<ScoreId, DbError> {
    ScoreId::from_bytes(bytes).map_err(|error| DbError::data("a score ID", error))
}

/// Stores new scores and returns their numbers in the same order; `None` for those that exist already, which stay as
/// they are. The numbers grow with the order of the scores.
///
/// # Errors
/// Those of the database.
pub fn scores_insert<S: Borrow<Score>>(conn: &mut Conn, scores: &[S]) -> Result<Vec<Option<ScoreKey>>, DbError> {
    if let Some(keys) = scores_copy(conn, scores)? {
        return Ok(keys);
    }
    if let Some(keys) = scores_counted(conn, scores)? {
        return Ok(keys);
    }
    let mut keys: FxHashMap<Vec<u8>, i64> = FxHashMap::default();
    // Rows are made as they are needed: those of a large import are large together.
    for chunk in scores.chunks(ROWS) {
        let rows = chunk.iter().map(|score| row::score_to_db(score.borrow())).collect::<Result<Vec<_>, _>>()?;
        let inserted: Vec<(Vec<u8>, i64)> = insert_rows_returning!(conn, scores::table, rows, |insert| insert
            .on_conflict_do_nothing()
            .returning((scores::score_id, scores::id)));
        keys.extend(inserted);
    }
    // Taken out, so that a score that occurs twice is new once.
    Ok(scores.iter().map(|score| keys.remove(score.borrow().id.to_bytes().as_slice()).map(ScoreKey)).collect())
}

/// Stores many scores of one user in half the time, where there is COPY; `None` when there is not, or when one of the
/// scores exists: COPY knows no exceptions. As new scores are told from known ones before, that hardly ever happens.
fn scores_copy<S: Borrow<Score>>(conn: &mut Conn, scores: &[S]) -> Result<Option<Vec<Option<ScoreKey>>>, DbError> {
    let Some(Score { user, .. }) = scores.first().map(Borrow::borrow) else { return Ok(None) };
    if !bulk::copies(conn, scores.len()) || scores.iter().any(|score| score.borrow().user != *user) {
        return Ok(None);
    }
    let rows = scores.iter().map(|score| row::score_to_db(score.borrow())).collect::<Result<Vec<_>, _>>()?;
    match conn.transaction(|conn| Ok(insert_rows!(conn, scores::table, rows))) {
        Ok(_) => {}
        Err(DbError::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error),
    }
    let wanted: Vec<(ChartKey, DedupKey)> =
        scores.iter().map(|score| (score.borrow().chart, score.borrow().dedup_key)).collect();
    let mut keys: FxHashMap<(ChartKey, DedupKey), ScoreKey> = FxHashMap::default();
    for known in scores_known(conn, *user, &wanted)?.scores {
        keys.insert((known.chart, known.dedup_key), known.key);
    }
    Ok(Some(wanted.iter().map(|wanted| keys.get(wanted).copied()).collect()))
}

/// Stores many scores where the rows of a transaction get numbers without a gap: on SQLite, with its one writer. That
/// each row returns its number would take half as long again. `None` on another database.
fn scores_counted<S: Borrow<Score>>(conn: &mut Conn, scores: &[S]) -> Result<Option<Vec<Option<ScoreKey>>>, DbError> {
    if !bulk::counts_rows(conn, scores.len()) {
        return Ok(None);
    }
    let mut count = 0;
    for chunk in scores.chunks(ROWS) {
        let rows = chunk.iter().map(|score| row::score_to_db(score.borrow())).collect::<Result<Vec<_>, _>>()?;
        count += insert_rows!(conn, scores::table, rows, |insert| insert.on_conflict_do_nothing());
    }
    let Some(new) = bulk::last_rows(conn, count)? else { return Ok(Some(vec![None; scores.len()])) };
    if count == scores.len() {
        return Ok(Some(new.map(|key| Some(ScoreKey(key))).collect()));
    }
    let query =
        scores::table.filter(scores::id.between(*new.start(), *new.end())).select((scores::score_id, scores::id));
    let mut keys: FxHashMap<Vec<u8>, ScoreKey> = query.load(conn)?.into_iter().collect();
    Ok(Some(scores.iter().map(|score| keys.remove(score.borrow().id.to_bytes().as_slice())).collect()))
}

fn stored(rows: Vec<ScoreRow>) -> Result<Vec<StoredScore>, DbError> {
    rows.into_iter().map(row::score_from_db).collect()
}

/// The scores with those numbers, by number; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn scores_by_keys(conn: &mut Conn, keys: &[ScoreKey]) -> Result<Vec<StoredScore>, DbError> {
    let mut found = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(KEYS) {
        let query = scores::table.filter(scores::id.eq_any(chunk)).order(scores::id);
        found.extend(stored(query.select(ScoreRow::as_select()).load(conn)?)?);
    }
    Ok(found)
}

/// The score with that public ID.
///
/// # Errors
/// Those of the database.
pub fn score_by_public_id(conn: &mut Conn, id: ScoreId) -> Result<Option<StoredScore>, DbError> {
    let query = scores::table.filter(scores::score_id.eq(id.to_bytes().to_vec()));
    let row = query.select(ScoreRow::as_select()).first(conn).optional()?;
    row.map(row::score_from_db).transpose()
}

/// The public IDs of scores.
///
/// # Errors
/// Those of the database.
pub fn scores_public_ids(conn: &mut Conn, keys: &[ScoreKey]) -> Result<FxHashMap<ScoreKey, ScoreId>, DbError> {
    let mut found = FxHashMap::default();
    for chunk in keys.chunks(KEYS) {
        let query = scores::table.filter(scores::id.eq_any(chunk)).select((scores::id, scores::score_id));
        for (key, id) in query.load::<(ScoreKey, Vec<u8>)>(conn)? {
            found.insert(key, id_from_db(&id)?);
        }
    }
    Ok(found)
}

/// A user's scores on those charts, by number.
///
/// # Errors
/// Those of the database.
pub fn scores_of_charts(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<Vec<StoredScore>, DbError> {
    let mut found = Vec::new();
    for chunk in charts.chunks(KEYS) {
        let query = scores::table.filter(scores::user_id.eq(user.0));
        let query = query.filter(scores::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        found.extend(stored(query.select(ScoreRow::as_select()).load(conn)?)?);
    }
    found.sort_unstable_by_key(|score| score.key);
    Ok(found)
}

/// A user's scores on those charts as PBs are composed of them, by chart and number: all that composition needs, and
/// less to read than [`scores_of_charts`].
///
/// # Errors
/// Those of the database.
pub fn scores_for_pbs(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<Vec<PbScore>, DbError> {
    let mut found = Vec::new();
    for chunk in charts.chunks(KEYS) {
        let query = scores::table.filter(scores::user_id.eq(user.0));
        let query = query.filter(scores::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        for row in query.select(PbScoreRow::as_select()).load(conn)? {
            found.push(row::pb_score_from_db(row)?);
        }
    }
    found.sort_unstable_by_key(|score| (score.chart, score.key));
    Ok(found)
}

/// The same scores, but those only that were achieved before a time, UNIX milliseconds.
///
/// # Errors
/// Those of the database.
pub fn scores_for_pbs_before(
    conn: &mut Conn,
    user: UserId,
    charts: &[ChartKey],
    time: i64,
) -> Result<Vec<PbScore>, DbError> {
    let mut found = Vec::new();
    for chunk in charts.chunks(KEYS) {
        let query = scores::table.filter(scores::user_id.eq(user.0));
        let query = query.filter(scores::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        for row in query.filter(scores::time_achieved.lt(time)).select(PbScoreRow::as_select()).load(conn)? {
            found.push(row::pb_score_from_db(row)?);
        }
    }
    found.sort_unstable_by_key(|score| (score.chart, score.key));
    Ok(found)
}

/// The scores that a user's PBs on those charts are composed of, by chart and number. In one statement, as every import
/// asks for them.
///
/// # Errors
/// Those of the database.
pub fn scores_of_pbs(conn: &mut Conn, user: UserId, charts: &[ChartKey]) -> Result<Vec<PbScore>, DbError> {
    let mut found = Vec::new();
    for chunk in charts.chunks(KEYS) {
        let of_pb = scores::id
            .eq(pbs::part0)
            .or(scores::id.eq(pbs::part1.assume_not_null()))
            .or(scores::id.eq(pbs::part2.assume_not_null()))
            .or(scores::id.eq(pbs::part3.assume_not_null()))
            .or(scores::id.eq(pbs::part4.assume_not_null()));
        let query = pbs::table.inner_join(scores::table.on(of_pb)).filter(pbs::user_id.eq(user.0));
        let query = query.filter(pbs::chart_key.eq_any(chunk.iter().map(|chart| chart.0)));
        for row in query.select(PbScoreRow::as_select()).load(conn)? {
            found.push(row::pb_score_from_db(row)?);
        }
    }
    found.sort_unstable_by_key(|score| (score.chart, score.key));
    Ok(found)
}

/// All scores in pages, by number: the next `limit` after `after`.
///
/// # Errors
/// Those of the database.
pub fn scores_page(conn: &mut Conn, after: Option<ScoreKey>, limit: i64) -> Result<Vec<StoredScore>, DbError> {
    let query = scores::table.filter(scores::id.gt(after.map_or(i64::MIN, |key| key.0)));
    stored(query.order(scores::id).limit(limit).select(ScoreRow::as_select()).load(conn)?)
}

/// The scores of several sessions, by session and its order.
///
/// # Errors
/// Those of the database.
pub fn scores_of_sessions(conn: &mut Conn, sessions: &[SessionKey]) -> Result<Vec<StoredScore>, DbError> {
    let mut found = Vec::new();
    for chunk in sessions.chunks(KEYS) {
        let query = scores::table.filter(scores::session_id.eq_any(chunk));
        let query = query.order((scores::session_id, scores::session_pos, scores::id));
        found.extend(stored(query.select(ScoreRow::as_select()).load(conn)?)?);
    }
    Ok(found)
}

/// The scores of a session, in its order.
///
/// # Errors
/// Those of the database.
pub fn scores_of_session(conn: &mut Conn, session: SessionKey) -> Result<Vec<StoredScore>, DbError> {
    let query = scores::table.filter(scores::session_id.eq(session)).order((scores::session_pos, scores::id));
    stored(query.select(ScoreRow::as_select()).load(conn)?)
}

/// The scores that an import brought, in its order.
///
/// # Errors
/// Those of the database.
pub fn scores_of_import(conn: &mut Conn, import: ImportKey) -> Result<Vec<StoredScore>, DbError> {
    let query = scores::table.filter(scores::import_id.eq(import)).order(scores::id);
    stored(query.select(ScoreRow::as_select()).load(conn)?)
}

/// A user's latest scores on a GPT, latest first; those without a time are left out.
///
/// # Errors
/// Those of the database.
pub fn scores_recent(conn: &mut Conn, user: UserId, gpt: Gpt, limit: i64) -> Result<Vec<StoredScore>, DbError> {
    let query = scores::table.filter(scores::user_id.eq(user.0)).filter(scores::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(scores::time_achieved.is_not_null()).order(scores::time_achieved.desc()).limit(limit);
    stored(query.select(ScoreRow::as_select()).load(conn)?)
}

/// How many scores a user has on a GPT.
///
/// # Errors
/// Those of the database.
pub fn scores_count(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<i64, DbError> {
    let query = scores::table.filter(scores::user_id.eq(user.0)).filter(scores::gpt.eq(gpt_to_db(gpt)));
    Ok(query.count().get_result(conn)?)
}

/// How many scores all users together have on a GPT. Reads as many as there are.
///
/// # Errors
/// Those of the database.
pub fn scores_count_of_all(conn: &mut Conn, gpt: Gpt) -> Result<i64, DbError> {
    Ok(scores::table.filter(scores::gpt.eq(gpt_to_db(gpt))).count().get_result(conn)?)
}

/// Writes what recalculation and enrichment change about stored scores: their data, score meta, ratings and times.
///
/// # Errors
/// Those of the database.
pub fn scores_rewrite(conn: &mut Conn, scores: &[StoredScore]) -> Result<(), DbError> {
    for chunk in scores.chunks(ROWS) {
        let rows =
            chunk.iter().map(|stored| row::keyed_to_db(stored.key, &stored.score)).collect::<Result<Vec<_>, _>>()?;
        insert_rows!(conn, scores::table, rows, |insert| insert.on_conflict(scores::id).do_update().set((
            scores::time_achieved.eq(excluded(scores::time_achieved)),
            scores::score.eq(excluded(scores::score)),
            scores::percent.eq(excluded(scores::percent)),
            scores::lamp.eq(excluded(scores::lamp)),
            scores::grade.eq(excluded(scores::grade)),
            scores::data.eq(excluded(scores::data)),
            scores::ratings.eq(excluded(scores::ratings)),
        )));
    }
    Ok(())
}

/// Puts scores into sessions, each at its position in it, or takes them out.
///
/// # Errors
/// Those of the database.
pub fn scores_session_set(
    conn: &mut Conn,
    places: &[(ScoreKey, Option<SessionKey>, Option<i32>)],
) -> Result<(), DbError> {
    if !places.is_empty() {
        bulk::set_sessions(conn, places)?;
    }
    Ok(())
}

/// Sets what a player says about a score, and whether it is highlighted. Returns whether the score exists.
///
/// # Errors
/// Those of the database.
pub fn score_edit(conn: &mut Conn, key: ScoreKey, comment: Option<&str>, highlight: bool) -> Result<bool, DbError> {
    let query = diesel::update(scores::table.filter(scores::id.eq(key)));
    let set = (scores::comment.eq(comment.map(text_to_db)), scores::highlight.eq(highlight));
    Ok(query.set(set).execute(conn)? > 0)
}

/// Highlights scores.
///
/// # Errors
/// Those of the database.
pub fn scores_highlight(conn: &mut Conn, keys: &[ScoreKey]) -> Result<(), DbError> {
    for chunk in keys.chunks(KEYS) {
        let query = diesel::update(scores::table.filter(scores::id.eq_any(chunk)));
        query.set(scores::highlight.eq(true)).execute(conn)?;
    }
    Ok(())
}

/// Removes scores. Returns how many there were.
///
/// # Errors
/// Those of the database.
pub fn scores_delete(conn: &mut Conn, keys: &[ScoreKey]) -> Result<usize, DbError> {
    let mut removed = 0;
    for chunk in keys.chunks(KEYS) {
        removed += diesel::delete(scores::table.filter(scores::id.eq_any(chunk))).execute(conn)?;
    }
    Ok(removed)
}

/// Puts scores on a user's blacklist, once each: later imports skip them.
///
/// # Errors
/// Those of the database.
pub fn blacklist_insert(conn: &mut Conn, user: UserId, scores: &[(ScoreId, DedupKey)]) -> Result<(), DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = score_blacklist, treat_none_as_default_value = false)]
    struct Row {
        user_id: i32,
        dedup_key: Vec<u8>,
        score_id: Vec<u8>,
    }
    let row = |(id, key): &(ScoreId, DedupKey)| Row {
        user_id: user.0,
        dedup_key: key.to_vec(),
        score_id: id.to_bytes().to_vec(),
    };
    let rows: Vec<Row> = scores.iter().map(row).collect();
    insert_rows!(conn, score_blacklist::table, rows, |insert| insert.on_conflict_do_nothing());
    Ok(())
}

/// A score as its session sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionMember {
    /// The session.
    pub session: SessionKey,
    /// The score.
    pub score: ScoreKey,
    /// Its position in the session.
    pub position: i32,
    /// Its ratings.
    pub ratings: Ratings,
}

/// The scores of sessions, by session and position, without their data.
///
/// # Errors
/// Those of the database.
pub fn session_members(conn: &mut Conn, sessions: &[SessionKey]) -> Result<Vec<SessionMember>, DbError> {
    type Row = (Option<SessionKey>, ScoreKey, Option<i32>, String);
    let mut members = Vec::new();
    for chunk in sessions.chunks(KEYS) {
        let query = scores::table
            .filter(scores::session_id.eq_any(chunk))
            .order((scores::session_id, scores::session_pos, scores::id))
            .select((scores::session_id, scores::id, scores::session_pos, scores::ratings));
        for (session, score, position, ratings) in query.load::<Row>(conn)? {
            let Some(session) = session else { continue };
            let ratings = ratings_from_db(&ratings)?;
            members.push(SessionMember { session, score, position: position.unwrap_or(0), ratings });
        }
    }
    Ok(members)
}
