//! Sessions. Which scores belong to one: [`scores_session_set`](crate::scores::scores_session_set). Source:
//! `spec/sessions.md`.

use diesel::prelude::*;
use diesel::upsert::excluded;
use rustc_hash::FxHashMap;
use tachi_core::game::Gpt;
use tachi_core::hydrate::Ratings;
use tachi_core::ids::{SessionId, UserId};
use tachi_core::session::SessionBest;

use crate::bulk::KEYS;
use crate::convert::{gpt_from_db, gpt_to_db, id_from_db, json_from_db, json_to_db, text_to_db};
use crate::error::DbError;
use crate::keys::SessionKey;
use crate::pool::Conn;
use crate::schema::sessions;
use crate::score_data::{ratings_from_db, ratings_to_db};

/// A session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The public ID.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What was played.
    pub gpt: Gpt,
    /// Its name.
    pub name: String,
    /// What the player says about it.
    pub description: Option<String>,
    /// Whether the player highlighted it.
    pub highlight: bool,
    /// When it was stored, UNIX milliseconds.
    pub time_inserted: i64,
    /// The time of its first score, UNIX milliseconds.
    pub time_started: i64,
    /// The time of its last score, UNIX milliseconds.
    pub time_ended: i64,
    /// Ratings, in the order of the GPT's configuration.
    pub ratings: Ratings,
    /// The position of the next score that joins it.
    pub next_pos: i32,
    /// What its ratings are made of.
    pub best: SessionBest,
}

/// A session that is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSession {
    /// Its number.
    pub key: SessionKey,
    /// The session.
    pub session: Session,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct NewSessionRow {
    session_id: String,
    user_id: i32,
    gpt: i16,
    name: String,
    description: Option<String>,
    highlight: bool,
    time_inserted: i64,
    time_started: i64,
    time_ended: i64,
    ratings: String,
    next_pos: i32,
    best: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct SessionRow {
    id: SessionKey,
    #[diesel(embed)]
    row: NewSessionRow,
}

impl NewSessionRow {
    fn new(session: &Session) -> Result<Self, DbError> {
        Ok(Self {
            session_id: session.id.to_string(),
            user_id: session.user.0,
            gpt: gpt_to_db(session.gpt),
            name: text_to_db(&session.name).into_owned(),
            description: session.description.as_deref().map(|text| text_to_db(text).into_owned()),
            highlight: session.highlight,
            time_inserted: session.time_inserted,
            time_started: session.time_started,
            time_ended: session.time_ended,
            ratings: ratings_to_db(&session.ratings)?,
            next_pos: session.next_pos,
            best: json_to_db(&session.best, "a session's best values")?,
        })
    }
}

impl SessionRow {
    fn into_stored(self) -> Result<StoredSession, DbError> {
        let Self { id, row } = self;
        let session = Session {
            id: id_from_db(&row.session_id, "a session ID")?,
            user: UserId(row.user_id),
            gpt: gpt_from_db(row.gpt)?,
            name: row.name,
            description: row.description,
            highlight: row.highlight,
            time_inserted: row.time_inserted,
            time_started: row.time_started,
            time_ended: row.time_ended,
            ratings: ratings_from_db(&row.ratings)?,
            next_pos: row.next_pos,
            best: json_from_db(&row.best, "a session's best values")?,
        };
        Ok(StoredSession { key: id, session })
    }
}

fn stored(rows: Vec<SessionRow>) -> Result<Vec<StoredSession>, DbError> {
    rows.into_iter().map(SessionRow::into_stored).collect()
}

/// Stores new sessions and returns their numbers in the same order.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is a session with the same ID.
pub fn sessions_insert(conn: &mut Conn, sessions: &[Session]) -> Result<Vec<SessionKey>, DbError> {
    let rows = sessions.iter().map(NewSessionRow::new).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<(String, SessionKey)> = insert_rows_returning!(conn, sessions::table, rows, |insert| insert
        .returning((sessions::session_id, sessions::id)));
    let keys: FxHashMap<String, SessionKey> = keys.into_iter().collect();
    let key = |row: &NewSessionRow| keys.get(&row.session_id).copied();
    let keys: Option<Vec<SessionKey>> = rows.iter().map(key).collect();
    keys.ok_or_else(|| DbError::data("a session", "it was not stored"))
}

/// A user's sessions on a GPT that end at or after `from` and begin before `to`, by time of beginning.
///
/// # Errors
/// Those of the database.
pub fn sessions_overlapping(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    from: i64,
    to: i64,
) -> Result<Vec<StoredSession>, DbError> {
    let query = sessions::table.filter(sessions::user_id.eq(user.0)).filter(sessions::gpt.eq(gpt_to_db(gpt)));
    let query = query.filter(sessions::time_ended.ge(from)).filter(sessions::time_started.lt(to));
    stored(query.order((sessions::time_started, sessions::id)).select(SessionRow::as_select()).load(conn)?)
}

/// The session with that public ID.
///
/// # Errors
/// Those of the database.
pub fn session_by_public_id(conn: &mut Conn, id: SessionId) -> Result<Option<StoredSession>, DbError> {
    let query = sessions::table.filter(sessions::session_id.eq(id.to_string()));
    let row = query.select(SessionRow::as_select()).first(conn).optional()?;
    row.map(SessionRow::into_stored).transpose()
}

/// The sessions with those numbers, by number; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub fn sessions_by_keys(conn: &mut Conn, keys: &[SessionKey]) -> Result<Vec<StoredSession>, DbError> {
    let mut found = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(KEYS) {
        let query = sessions::table.filter(sessions::id.eq_any(chunk)).order(sessions::id);
        found.extend(stored(query.select(SessionRow::as_select()).load(conn)?)?);
    }
    Ok(found)
}

/// All sessions in pages, by number: the next `limit` after `after`.
///
/// # Errors
/// Those of the database.
pub fn sessions_page(conn: &mut Conn, after: Option<SessionKey>, limit: i64) -> Result<Vec<StoredSession>, DbError> {
    let query = sessions::table.filter(sessions::id.gt(after.map_or(i64::MIN, |key| key.0)));
    stored(query.order(sessions::id).limit(limit).select(SessionRow::as_select()).load(conn)?)
}

/// A user's latest sessions on a GPT, latest first.
///
/// # Errors
/// Those of the database.
pub fn sessions_recent(conn: &mut Conn, user: UserId, gpt: Gpt, limit: i64) -> Result<Vec<StoredSession>, DbError> {
    let query = sessions::table.filter(sessions::user_id.eq(user.0)).filter(sessions::gpt.eq(gpt_to_db(gpt)));
    let query = query.order((sessions::time_ended.desc(), sessions::session_id.desc())).limit(limit);
    stored(query.select(SessionRow::as_select()).load(conn)?)
}

/// Writes what scores change about their sessions: bounds and ratings.
///
/// # Errors
/// Those of the database.
pub fn sessions_update_bounds(conn: &mut Conn, sessions: &[StoredSession]) -> Result<(), DbError> {
    let row = |stored: &StoredSession| Ok(SessionRow { id: stored.key, row: NewSessionRow::new(&stored.session)? });
    let rows = sessions.iter().map(row).collect::<Result<Vec<_>, DbError>>()?;
    insert_rows!(conn, sessions::table, rows, |insert| insert.on_conflict(sessions::id).do_update().set((
        sessions::time_started.eq(excluded(sessions::time_started)),
        sessions::time_ended.eq(excluded(sessions::time_ended)),
        sessions::ratings.eq(excluded(sessions::ratings)),
        sessions::next_pos.eq(excluded(sessions::next_pos)),
        sessions::best.eq(excluded(sessions::best)),
    )));
    Ok(())
}

/// Sets what a player may change about a session. Returns whether it exists.
///
/// # Errors
/// Those of the database.
pub fn session_edit(
    conn: &mut Conn,
    key: SessionKey,
    name: &str,
    description: Option<&str>,
    highlight: bool,
) -> Result<bool, DbError> {
    let set = (
        sessions::name.eq(text_to_db(name)),
        sessions::description.eq(description.map(text_to_db)),
        sessions::highlight.eq(highlight),
    );
    Ok(diesel::update(sessions::table.filter(sessions::id.eq(key))).set(set).execute(conn)? > 0)
}

/// Removes sessions. Scores that are still in one lose it. Returns how many there were.
///
/// # Errors
/// Those of the database.
pub fn sessions_delete(conn: &mut Conn, keys: &[SessionKey]) -> Result<usize, DbError> {
    let mut removed = 0;
    for chunk in keys.chunks(KEYS) {
        removed += diesel::delete(sessions::table.filter(sessions::id.eq_any(chunk))).execute(conn)?;
    }
    Ok(removed)
}
