//! Scores whose charts are not known, kept until they are. Source: `spec/orphans.md`.

use diesel::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::value::RawValue;
use tachi_core::game::Game;
use tachi_core::ids::{OrphanId, UserId};
use tachi_core::import_type::ImportType;

use crate::bulk::KEYS;
use crate::convert::{game_from_db, game_to_db, import_type_from_db, json_from_db, text_to_db};
use crate::error::DbError;
use crate::keys::{ImportKey, OrphanKey};
use crate::pool::Conn;
use crate::schema::orphans;

/// An orphan.
#[derive(Debug, Clone)]
pub struct Orphan {
    /// The public ID, which says everything about its content.
    pub id: OrphanId,
    /// Whose score it is.
    pub user: UserId,
    /// How it arrived, and so what converts it.
    pub import_type: ImportType,
    /// The game.
    pub game: Game,
    /// The element of the input.
    pub data: Box<RawValue>,
    /// What the whole input said.
    pub context: Box<RawValue>,
    /// Why no chart was found.
    pub message: Option<String>,
    /// When it was stored, UNIX milliseconds.
    pub time_inserted: i64,
    /// The import that brought it.
    pub import: Option<ImportKey>,
}

/// An orphan that is stored.
#[derive(Debug, Clone)]
pub struct StoredOrphan {
    /// Its number.
    pub key: OrphanKey,
    /// The orphan.
    pub orphan: Orphan,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = orphans, treat_none_as_default_value = false)]
struct NewRow {
    orphan_id: String,
    user_id: i32,
    import_type: String,
    game: i16,
    data: String,
    context: String,
    message: Option<String>,
    time_inserted: i64,
    import_id: Option<ImportKey>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = orphans)]
struct Row {
    id: OrphanKey,
    #[diesel(embed)]
    row: NewRow,
}

impl NewRow {
    fn new(orphan: &Orphan) -> Self {
        Self {
            orphan_id: orphan.id.as_str().to_owned(),
            user_id: orphan.user.0,
            import_type: orphan.import_type.as_str().to_owned(),
            game: game_to_db(orphan.game),
            data: orphan.data.get().to_owned(),
            context: orphan.context.get().to_owned(),
            message: orphan.message.as_deref().map(|message| text_to_db(message).into_owned()),
            time_inserted: orphan.time_inserted,
            import_id: orphan.import,
        }
    }
}

impl Row {
    fn into_stored(self) -> Result<StoredOrphan, DbError> {
        let Self { id, row } = self;
        let orphan = Orphan {
            id: OrphanId::new(row.orphan_id),
            user: UserId(row.user_id),
            import_type: import_type_from_db(&row.import_type)?,
            game: game_from_db(row.game)?,
            data: json_from_db(&row.data, "an orphan")?,
            context: json_from_db(&row.context, "an orphan")?,
            message: row.message,
            time_inserted: row.time_inserted,
            import: row.import_id,
        };
        Ok(StoredOrphan { key: id, orphan })
    }
}

fn stored(rows: Vec<Row>) -> Result<Vec<StoredOrphan>, DbError> {
    rows.into_iter().map(Row::into_stored).collect()
}

/// Stores orphans, unless they are there. Returns which of them are new.
///
/// # Errors
/// Those of the database.
pub fn orphans_insert(conn: &mut Conn, orphans: &[Orphan]) -> Result<FxHashSet<OrphanId>, DbError> {
    let rows: Vec<NewRow> = orphans.iter().map(NewRow::new).collect();
    let new: Vec<String> = insert_rows_returning!(conn, orphans::table, rows, |insert| insert
        .on_conflict_do_nothing()
        .returning(orphans::orphan_id));
    Ok(new.into_iter().map(OrphanId::new).collect())
}

/// A user's latest orphans, latest first: those that come after the one with the number `after`. `None` when there is
/// no such orphan of the user.
///
/// # Errors
/// Those of the database.
pub fn orphans_of_user(
    conn: &mut Conn,
    user: UserId,
    after: Option<OrphanKey>,
    limit: i64,
) -> Result<Option<Vec<StoredOrphan>>, DbError> {
    let mut query = orphans::table.filter(orphans::user_id.eq(user.0)).select(Row::as_select()).into_boxed();
    if let Some(after) = after {
        let row = orphans::table.filter(orphans::id.eq(after)).filter(orphans::user_id.eq(user.0));
        let time: Option<i64> = row.select(orphans::time_inserted).first(conn).optional()?;
        let Some(time) = time else { return Ok(None) };
        let earlier = orphans::time_inserted.eq(time).and(orphans::id.lt(after));
        query = query.filter(orphans::time_inserted.lt(time).or(earlier));
    }
    let rows = query.order((orphans::time_inserted.desc(), orphans::id.desc())).limit(limit).load(conn)?;
    stored(rows).map(Some)
}

/// A user's orphans in the order in which they are tried again, oldest first: those that come after the one with this
/// time and ID.
///
/// # Errors
/// Those of the database.
pub fn orphans_to_retry(
    conn: &mut Conn,
    user: UserId,
    after: Option<(i64, &OrphanId)>,
    limit: i64,
) -> Result<Vec<StoredOrphan>, DbError> {
    let mut query = orphans::table.filter(orphans::user_id.eq(user.0)).select(Row::as_select()).into_boxed();
    if let Some((time, id)) = after {
        let later = orphans::time_inserted.eq(time).and(orphans::orphan_id.gt(id.as_str()));
        query = query.filter(orphans::time_inserted.gt(time).or(later));
    }
    stored(query.order((orphans::time_inserted, orphans::orphan_id)).limit(limit).load(conn)?)
}

/// The users who have orphans, in order.
///
/// # Errors
/// Those of the database.
pub fn orphans_users(conn: &mut Conn) -> Result<Vec<UserId>, DbError> {
    let users: Vec<i32> = orphans::table.select(orphans::user_id).distinct().order(orphans::user_id).load(conn)?;
    Ok(users.into_iter().map(UserId).collect())
}

/// A user's orphan with that ID.
///
/// # Errors
/// Those of the database.
pub fn orphan_by_id(conn: &mut Conn, user: UserId, id: &OrphanId) -> Result<Option<StoredOrphan>, DbError> {
    let query = orphans::table.filter(orphans::orphan_id.eq(id.as_str())).filter(orphans::user_id.eq(user.0));
    query.select(Row::as_select()).first(conn).optional()?.map(Row::into_stored).transpose()
}

/// The games of orphans; those that are gone are left out.
///
/// # Errors
/// Those of the database.
pub fn orphans_games(conn: &mut Conn, ids: &[OrphanId]) -> Result<FxHashMap<OrphanId, Game>, DbError> {
    let mut found = FxHashMap::default();
    for chunk in ids.chunks(KEYS) {
        let query = orphans::table.filter(orphans::orphan_id.eq_any(chunk.iter().map(OrphanId::as_str)));
        for (id, game) in query.select((orphans::orphan_id, orphans::game)).load::<(String, i16)>(conn)? {
            found.insert(OrphanId::new(id), game_from_db(game)?);
        }
    }
    Ok(found)
}

/// Removes orphans. Returns how many there were.
///
/// # Errors
/// Those of the database.
pub fn orphans_delete(conn: &mut Conn, keys: &[OrphanKey]) -> Result<usize, DbError> {
    let mut removed = 0;
    for chunk in keys.chunks(KEYS) {
        removed += diesel::delete(orphans::table.filter(orphans::id.eq_any(chunk))).execute(conn)?;
    }
    Ok(removed)
}

/// Removes the orphans that an import brought. Returns how many there were.
///
/// # Errors
/// Those of the database.
pub fn orphans_delete_of_import(conn: &mut Conn, import: ImportKey) -> Result<usize, DbError> {
    Ok(diesel::delete(orphans::table.filter(orphans::import_id.eq(import))).execute(conn)?)
}
