//! Whom users compare themselves with.

use diesel::prelude::*;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::convert::gpt_to_db;
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::rivals;

/// A user's rivals on any of these GPTs, each once, by number.
///
/// # Errors
/// Those of the database.
pub fn rivals_of_user(conn: &mut Conn, user: UserId, gpts: &[Gpt]) -> Result<Vec<UserId>, DbError> {
    let query = rivals::table.filter(rivals::user_id.eq(user.0));
    let query = query.filter(rivals::gpt.eq_any(gpts.iter().map(|gpt| gpt_to_db(*gpt))));
    let found: Vec<i32> = query.select(rivals::rival_id).distinct().order(rivals::rival_id).load(conn)?;
    Ok(found.into_iter().map(UserId).collect())
}

/// Replaces a user's rivals on a GPT, in the user's order.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when one occurs twice or does not exist.
pub fn rivals_replace(conn: &mut Conn, user: UserId, gpt: Gpt, wanted: &[UserId]) -> Result<(), DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = rivals, treat_none_as_default_value = false)]
    struct Row {
        user_id: i32,
        gpt: i16,
        rival_id: i32,
        position: i32,
    }
    let old = rivals::table.filter(rivals::user_id.eq(user.0)).filter(rivals::gpt.eq(gpt_to_db(gpt)));
    diesel::delete(old).execute(conn)?;
    let row =
        |(position, rival): (i32, &UserId)| Row { user_id: user.0, gpt: gpt_to_db(gpt), rival_id: rival.0, position };
    let rows: Vec<Row> = (0..).zip(wanted).map(row).collect();
    insert_rows!(conn, rivals::table, rows);
    Ok(())
}

/// A user's rivals on a GPT, in the user's order.
///
/// # Errors
/// Those of the database.
pub fn rivals_in_order(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Vec<UserId>, DbError> {
    let query = rivals::table.filter(rivals::user_id.eq(user.0)).filter(rivals::gpt.eq(gpt_to_db(gpt)));
    let found: Vec<i32> = query.order(rivals::position).select(rivals::rival_id).load(conn)?;
    Ok(found.into_iter().map(UserId).collect())
}

/// The users who have a user as their rival on a GPT, by number.
///
/// # Errors
/// Those of the database.
pub fn challengers(conn: &mut Conn, user: UserId, gpt: Gpt, limit: i64) -> Result<Vec<UserId>, DbError> {
    let query = rivals::table.filter(rivals::rival_id.eq(user.0)).filter(rivals::gpt.eq(gpt_to_db(gpt)));
    let found: Vec<i32> = query.order(rivals::user_id).limit(limit).select(rivals::user_id).load(conn)?;
    Ok(found.into_iter().map(UserId).collect())
}
