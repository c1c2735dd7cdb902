//! Imports that go on after their request was answered: with their input, until they end. Each is worked on by one
//! process at a time. Source: `spec/pipeline.md` 2 and 8.

use std::collections::BTreeMap;

use diesel::prelude::*;
use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_type::ImportType;

use crate::convert::{id_from_db, import_type_from_db, json_from_db, json_to_db, text_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::background_imports;

/// An import in the background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackgroundImport {
    /// The import's public ID.
    pub import: ImportId,
    /// Whose scores they are.
    pub user: UserId,
    /// How the scores arrive.
    pub import_type: ImportType,
    /// Whether a person asked for it.
    pub user_intent: bool,
    /// The name under which a file was sent.
    pub file_name: Option<String>,
    /// Text fields.
    pub fields: BTreeMap<String, String>,
    /// The file, or the body.
    pub body: Vec<u8>,
    /// When the input was received, UNIX milliseconds.
    pub received: i64,
    /// When it may be worked on, UNIX milliseconds.
    pub due_at: i64,
    /// How often another import of the user was in the way.
    pub locked_tries: u32,
    /// How often the process that worked on it died.
    pub crashes: u32,
}

/// Who works on an import, and since when nothing was heard of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The import.
    pub import: ImportId,
    /// The process.
    pub instance: String,
    /// Its last sign of life, UNIX milliseconds.
    pub heartbeat_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = background_imports, treat_none_as_default_value = false)]
struct Row {
    import_id: String,
    user_id: i32,
    import_type: String,
    user_intent: bool,
    file_name: Option<String>,
    fields: String,
    body: Vec<u8>,
    received: i64,
    due_at: i64,
    locked_tries: i32,
    crashes: i32,
}

impl Row {
    fn into_import(self) -> Result<BackgroundImport, DbError> {
        Ok(BackgroundImport {
            import: id_from_db(&self.import_id, "an import ID")?,
            user: UserId(self.user_id),
            import_type: import_type_from_db(&self.import_type)?,
            user_intent: self.user_intent,
            file_name: self.file_name,
            fields: json_from_db(&self.fields, "the fields of an import")?,
            body: self.body,
            received: self.received,
            due_at: self.due_at,
            locked_tries: count_from_db(self.locked_tries)?,
            crashes: count_from_db(self.crashes)?,
        })
    }
}

fn count_from_db(count: i32) -> Result<u32, DbError> {
    u32::try_from(count).map_err(|error| DbError::data("a count of tries", error))
}

/// Stores an import that nobody works on yet.
///
/// # Errors
/// [`DbError::Conflict`] when there is one with that ID, or no such user.
pub fn background_insert(conn: &mut Conn, import: &BackgroundImport) -> Result<(), DbError> {
    let count = |count: u32| i32::try_from(count).map_err(|error| DbError::data("a count of tries", error));
    let row = Row {
        import_id: import.import.to_string(),
        user_id: import.user.0,
        import_type: import.import_type.as_str().to_owned(),
        user_intent: import.user_intent,
        file_name: import.file_name.as_deref().map(|name| text_to_db(name).into_owned()),
        fields: json_to_db(&import.fields, "the fields of an import")?,
        body: import.body.clone(),
        received: import.received,
        due_at: import.due_at,
        locked_tries: count(import.locked_tries)?,
        crashes: count(import.crashes)?,
    };
    diesel::insert_into(background_imports::table).values(row).execute(conn)?;
    Ok(())
}

/// Whether an import is due that nobody works on.
///
/// # Errors
/// Those of the database.
pub fn background_is_due(conn: &mut Conn, now: i64) -> Result<bool, DbError> {
    Ok(next_due(conn, now)?.is_some())
}

fn next_due(conn: &mut Conn, now: i64) -> Result<Option<String>, DbError> {
    let query = background_imports::table.filter(background_imports::due_at.le(now));
    let query = query.filter(background_imports::instance.is_null());
    let query = query.order((background_imports::due_at, background_imports::import_id));
    Ok(query.select(background_imports::import_id).first(conn).optional()?)
}

/// Takes the import that is due first for the process `instance`. Of two processes, one gets it; the other is told
/// that there is none.
///
/// # Errors
/// Those of the database.
pub fn background_claim(conn: &mut Conn, instance: &str, now: i64) -> Result<Option<BackgroundImport>, DbError> {
    let Some(id) = next_due(conn, now)? else { return Ok(None) };
    let query = background_imports::table.filter(background_imports::import_id.eq(&id));
    // This statement alone decides.
    let claimed = diesel::update(query.filter(background_imports::instance.is_null()))
        .set((background_imports::instance.eq(instance), background_imports::heartbeat_at.eq(now)))
        .execute(conn)?;
    if claimed == 0 {
        return Ok(None);
    }
    background_imports::table.find(&id).select(Row::as_select()).first(conn)?.into_import().map(Some)
}

/// Gives a sign of life for imports that a process works on. Returns how many of them it still has.
///
/// # Errors
/// Those of the database.
pub fn background_heartbeat(conn: &mut Conn, instance: &str, imports: &[ImportId], now: i64) -> Result<usize, DbError> {
    let ids: Vec<String> = imports.iter().map(ToString::to_string).collect();
    let query = background_imports::table.filter(background_imports::import_id.eq_any(ids));
    let query = query.filter(background_imports::instance.eq(instance));
    Ok(diesel::update(query).set(background_imports::heartbeat_at.eq(now)).execute(conn)?)
}

/// Puts an import off because another one of its user is in the way. Returns whether the process still had it.
///
/// # Errors
/// Those of the database.
pub fn background_put_off(conn: &mut Conn, import: ImportId, instance: &str, due_at: i64) -> Result<bool, DbError> {
    let query = background_imports::table.filter(background_imports::import_id.eq(import.to_string()));
    let put_off = diesel::update(query.filter(background_imports::instance.eq(instance)))
        .set((
            background_imports::instance.eq(None::<String>),
            background_imports::heartbeat_at.eq(None::<i64>),
            background_imports::due_at.eq(due_at),
            background_imports::locked_tries.eq(background_imports::locked_tries + 1),
        ))
        .execute(conn)?;
    Ok(put_off > 0)
}

/// What processes work on, by import.
///
/// # Errors
/// Those of the database.
pub fn background_claims(conn: &mut Conn) -> Result<Vec<Claim>, DbError> {
    let query = background_imports::table.filter(background_imports::instance.is_not_null());
    let columns = (background_imports::import_id, background_imports::instance, background_imports::heartbeat_at);
    let rows: Vec<(String, Option<String>, Option<i64>)> =
        query.order(background_imports::import_id).select(columns).load(conn)?;
    let claim = |(import, instance, heartbeat): (String, Option<String>, Option<i64>)| {
        Ok(Claim {
            import: id_from_db(&import, "an import ID")?,
            instance: instance.unwrap_or_default(),
            heartbeat_at: heartbeat.unwrap_or_default(),
        })
    };
    rows.into_iter().map(claim).collect()
}

/// Takes an import away from a process that died; it is due at once. Returns how often that happened to it, or `None`
/// when it is not as `claim` says any more.
///
/// # Errors
/// Those of the database.
pub fn background_take_away(conn: &mut Conn, claim: &Claim, now: i64) -> Result<Option<u32>, DbError> {
    let id = claim.import.to_string();
    let query = background_imports::table.filter(background_imports::import_id.eq(&id));
    let query = query.filter(background_imports::instance.eq(&claim.instance));
    let taken = diesel::update(query.filter(background_imports::heartbeat_at.eq(claim.heartbeat_at)))
        .set((
            background_imports::instance.eq(None::<String>),
            background_imports::heartbeat_at.eq(None::<i64>),
            background_imports::due_at.eq(now),
            background_imports::crashes.eq(background_imports::crashes + 1),
        ))
        .execute(conn)?;
    if taken == 0 {
        return Ok(None);
    }
    let crashes = background_imports::table.find(&id).select(background_imports::crashes).first(conn)?;
    count_from_db(crashes).map(Some)
}

/// Removes an import that ended, if `instance` works on it, or nobody where that is `None`. Returns whether it was
/// there: as the last step of a transaction that is also the check that nobody else has it by now.
///
/// # Errors
/// Those of the database.
pub fn background_delete(conn: &mut Conn, import: ImportId, instance: Option<&str>) -> Result<bool, DbError> {
    let query = background_imports::table.filter(background_imports::import_id.eq(import.to_string()));
    let deleted = match instance {
        Some(instance) => diesel::delete(query.filter(background_imports::instance.eq(instance))).execute(conn)?,
        None => diesel::delete(query.filter(background_imports::instance.is_null())).execute(conn)?,
    };
    Ok(deleted > 0)
}

/// How many imports wait or are worked on.
///
/// # Errors
/// Those of the database.
pub fn background_count(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(background_imports::table.count().get_result(conn)?)
}

/// Whether an import goes on in the background.
///
/// # Errors
/// Those of the database.
pub fn background_exists(conn: &mut Conn, import: ImportId) -> Result<bool, DbError> {
    let query = background_imports::table.filter(background_imports::import_id.eq(import.to_string()));
    Ok(query.count().get_result::<i64>(conn)? > 0)
}
