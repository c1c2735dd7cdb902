//! Invites: who has one may register. Only their hashes are stored; the hashing is the caller's.

use diesel::prelude::*;
use tachi_core::ids::UserId;

use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::invites;
use crate::tokens::TokenHash;

/// Stores an invite. One of the command line has no creator.
///
/// # Errors
/// [`DbError::Conflict`] when there is one with that hash, or no such user.
pub fn invite_insert(
    conn: &mut Conn,
    hash: &TokenHash,
    created_by: Option<UserId>,
    makes_admin: bool,
    now: i64,
) -> Result<(), DbError> {
    let row = (
        invites::code_hash.eq(hash.as_slice()),
        invites::makes_admin.eq(makes_admin),
        invites::created_by.eq(created_by.map(|user| user.0)),
        invites::created_at.eq(now),
    );
    diesel::insert_into(invites::table).values(row).execute(conn)?;
    Ok(())
}

/// Uses up an invite; `Some` says whether it makes its user an admin, `None` that it is unknown or used already. Of two
/// who try at once, one gets it. The transaction that does this also makes the user, and tells who it was with
/// [`invite_consumer_set`].
///
/// # Errors
/// Those of the database.
pub fn invite_consume(conn: &mut Conn, hash: &TokenHash, now: i64) -> Result<Option<bool>, DbError> {
    let query = invites::table.filter(invites::code_hash.eq(hash.as_slice())).filter(invites::consumed_at.is_null());
    let query = diesel::update(query).set(invites::consumed_at.eq(now));
    Ok(query.returning(invites::makes_admin).get_result(conn).optional()?)
}

/// Notes who used an invite.
///
/// # Errors
/// Those of the database.
pub fn invite_consumer_set(conn: &mut Conn, hash: &TokenHash, user: UserId) -> Result<(), DbError> {
    let query = diesel::update(invites::table.find(hash.as_slice()));
    query.set(invites::consumed_by.eq(user.0)).execute(conn)?;
    Ok(())
}
