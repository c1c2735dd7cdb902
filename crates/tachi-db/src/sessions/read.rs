//! Sessions as players and visitors look at them. Source: `spec/sessions.md` 10.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, SmallInt};
use rustc_hash::FxHashMap;
use tachi_core::game::Gpt;
use tachi_core::ids::{SessionId, UserId};

use super::{SessionRow, StoredSession, stored};
use crate::bulk::KEYS;
use crate::convert::gpt_to_db;
use crate::error::DbError;
use crate::keys::SessionKey;
use crate::pool::Conn;
use crate::schema::sessions;
use crate::score_data::ratings_from_db;

/// A user's best sessions on a GPT by one of its session ratings, given by position: the largest first, those without
/// the rating last; of equal ones the latest first.
///
/// # Errors
/// Those of the database.
pub fn sessions_best(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    rating: usize,
    limit: usize,
) -> Result<Vec<StoredSession>, DbError> {
    let query = sessions::table.filter(sessions::user_id.eq(user.0)).filter(sessions::gpt.eq(gpt_to_db(gpt)));
    let query = query.order((sessions::time_ended.desc(), sessions::session_id.desc()));
    let rows: Vec<(SessionKey, String)> = query.select((sessions::id, sessions::ratings)).load(conn)?;
    let mut rated = Vec::with_capacity(rows.len());
    for (key, ratings) in rows {
        rated.push((ratings_from_db(&ratings)?.get(rating).copied().flatten(), key));
    }
    let value = |rating: Option<f64>| rating.unwrap_or(f64::MIN);
    rated.sort_by(|(a, _), (b, _)| b.is_some().cmp(&a.is_some()).then(value(*b).total_cmp(&value(*a))));
    rated.truncate(limit);
    let order: Vec<SessionKey> = rated.into_iter().map(|(_, key)| key).collect();
    sessions_in_order(conn, &order)
}

/// The sessions with those numbers in that order; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn sessions_in_order(conn: &mut Conn, order: &[SessionKey]) -> Result<Vec<StoredSession>, DbError> {
    let mut found = super::sessions_by_keys(conn, order)?;
    let places: FxHashMap<SessionKey, usize> = order.iter().copied().zip(0..).collect();
    found.sort_by_key(|stored| places.get(&stored.key).copied());
    Ok(found)
}

/// A user's highlighted sessions on a GPT, latest first.
///
/// # Errors
/// Those of the database.
pub fn sessions_highlighted(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    limit: i64,
) -> Result<Vec<StoredSession>, DbError> {
    let query = sessions::table.filter(sessions::user_id.eq(user.0)).filter(sessions::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(sessions::highlight);
    let query = query.order((sessions::time_ended.desc(), sessions::session_id.desc())).limit(limit);
    stored(query.select(SessionRow::as_select()).load(conn)?)
}

/// The names of a user's sessions on a GPT, latest first.
///
/// # Errors
/// Those of the database.
pub fn sessions_names(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Vec<(SessionKey, String)>, DbError> {
    let query = sessions::table.filter(sessions::user_id.eq(user.0)).filter(sessions::gpt.eq(gpt_to_db(gpt)));
    let query = query.order((sessions::time_ended.desc(), sessions::session_id.desc()));
    Ok(query.select((sessions::id, sessions::name)).load(conn)?)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How long a user's sessions on a GPT took together, in milliseconds. Reads an index only.
///
/// # Errors
/// Those of the database.
pub fn sessions_playtime(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<i64, DbError> {
    let sql = "SELECT CAST(COALESCE(sum(time_ended - time_started), 0) AS BIGINT) AS number FROM sessions \
               WHERE user_id = $1 AND gpt = $2";
    let query = diesel::sql_query(sql).bind::<Integer, _>(user.0).bind::<SmallInt, _>(gpt_to_db(gpt));
    Ok(query.get_result::<Number>(conn)?.number)
}

/// How many sessions a user has.
///
/// # Errors
/// Those of the database.
pub fn sessions_count_of_user(conn: &mut Conn, user: UserId) -> Result<i64, DbError> {
    Ok(sessions::table.filter(sessions::user_id.eq(user.0)).count().get_result(conn)?)
}

/// The place of a session among its user's on its GPT, by time of ending and ID: 1 for the first.
///
/// # Errors
/// Those of the database.
pub fn session_index(conn: &mut Conn, of: &StoredSession) -> Result<i64, DbError> {
    let session = &of.session;
    let own = sessions::table.filter(sessions::user_id.eq(session.user.0));
    let own = own.filter(sessions::gpt.eq(gpt_to_db(session.gpt)));
    let earlier: i64 = own.filter(sessions::time_ended.lt(session.time_ended)).count().get_result(conn)?;
    let same = own.filter(sessions::time_ended.eq(session.time_ended));
    let same: i64 = same.filter(sessions::session_id.le(session.id.to_string())).count().get_result(conn)?;
    Ok(earlier + same)
}

/// The sessions before and after one, in the order of [`session_index`].
///
/// # Errors
/// Those of the database.
pub fn session_neighbours(
    conn: &mut Conn,
    of: &StoredSession,
) -> Result<(Option<StoredSession>, Option<StoredSession>), DbError> {
    let session = &of.session;
    let (ended, id) = (session.time_ended, session.id.to_string());
    let own = sessions::table.filter(sessions::user_id.eq(session.user.0));
    let own = own.filter(sessions::gpt.eq(gpt_to_db(session.gpt)));
    let before = own.filter(sessions::time_ended.le(ended));
    let before = before.filter(sessions::time_ended.lt(ended).or(sessions::session_id.lt(&id)));
    let before = before.order((sessions::time_ended.desc(), sessions::session_id.desc()));
    let before = before.select(SessionRow::as_select()).first(conn).optional()?;
    let after = own.filter(sessions::time_ended.ge(ended));
    let after = after.filter(sessions::time_ended.gt(ended).or(sessions::session_id.gt(&id)));
    let after = after.order((sessions::time_ended, sessions::session_id));
    let after = after.select(SessionRow::as_select()).first(conn).optional()?;
    Ok((before.map(SessionRow::into_stored).transpose()?, after.map(SessionRow::into_stored).transpose()?))
}

/// All sessions of a user on a GPT, latest first.
///
/// # Errors
/// Those of the database.
pub fn sessions_of_user(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Vec<StoredSession>, DbError> {
    super::sessions_recent(conn, user, gpt, i64::MAX)
}

/// The sessions with those public IDs, in that order; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn sessions_by_public_ids(conn: &mut Conn, ids: &[SessionId]) -> Result<Vec<StoredSession>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(KEYS) {
        let query = sessions::table.filter(sessions::session_id.eq_any(chunk.iter().map(ToString::to_string)));
        found.extend(stored(query.select(SessionRow::as_select()).load(conn)?)?);
    }
    let places: FxHashMap<SessionId, usize> = ids.iter().copied().zip(0..).collect();
    found.sort_by_key(|stored| places.get(&stored.session.id).copied());
    Ok(found)
}
