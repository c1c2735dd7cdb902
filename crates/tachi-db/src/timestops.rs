//! Up to when a user's scores of a service were fetched. Source: `spec/integrations.md` 7.

use diesel::prelude::*;
use tachi_core::ids::UserId;
use tachi_core::import_type::ImportType;

use crate::convert::import_type_from_db;
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::import_timestop;

/// A user's cursors.
///
/// # Errors
/// Those of the database.
pub fn timestops_of_user(conn: &mut Conn, user: UserId) -> Result<Vec<(ImportType, i64)>, DbError> {
    let query = import_timestop::table.filter(import_timestop::user_id.eq(user.0)).order(import_timestop::import_type);
    let rows: Vec<(String, i64)> =
        query.select((import_timestop::import_type, import_timestop::last_score_time)).load(conn)?;
    rows.into_iter().map(|(import_type, time)| Ok((import_type_from_db(&import_type)?, time))).collect()
}

/// Sets a cursor to a time, UNIX milliseconds; it may go backwards.
///
/// # Errors
/// Those of the database.
pub fn timestop_put(conn: &mut Conn, user: UserId, import_type: ImportType, time: i64) -> Result<(), DbError> {
    let row = (
        import_timestop::user_id.eq(user.0),
        import_timestop::import_type.eq(import_type.as_str()),
        import_timestop::last_score_time.eq(time),
    );
    on_backend!(conn, |inner| diesel::insert_into(import_timestop::table)
        .values(row)
        .on_conflict((import_timestop::user_id, import_timestop::import_type))
        .do_update()
        .set(import_timestop::last_score_time.eq(time))
        .execute(inner))?;
    Ok(())
}

/// Removes a cursor, so that everything is fetched again. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub fn timestop_delete(conn: &mut Conn, user: UserId, import_type: ImportType) -> Result<bool, DbError> {
    Ok(diesel::delete(import_timestop::table.find((user.0, import_type.as_str()))).execute(conn)? > 0)
}
