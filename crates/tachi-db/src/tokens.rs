//! API tokens. Only their hashes are stored; the hashing is the caller's.

use diesel::prelude::*;
use tachi_core::ids::UserId;

use crate::convert::{bytes_from_db, text_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{api_tokens, users};
use crate::users::{User, UserRow};

/// The SHA-256 of a token's text.
pub type TokenHash = [u8; 32];

/// A token to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// The hash of its text.
    pub hash: TokenHash,
    /// Whose it is.
    pub user: UserId,
    /// What it is called.
    pub identifier: &'a str,
    /// What may be done with it.
    pub permissions: &'a [String],
    /// The client it was made for.
    pub client_id: Option<&'a str>,
    /// When it was made, UNIX milliseconds.
    pub created_at: i64,
}

/// A token, without its text, which nobody knows any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// The hash of its text.
    pub hash: TokenHash,
    /// Whose it is.
    pub user: UserId,
    /// What it is called.
    pub identifier: String,
    /// What may be done with it.
    pub permissions: Vec<String>,
    /// The client it was made for.
    pub client_id: Option<String>,
    /// When it was made, UNIX milliseconds.
    pub created_at: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
struct TokenRow {
    id: i64,
    token_hash: Vec<u8>,
    user_id: i32,
    identifier: String,
    permissions: String,
    client_id: Option<String>,
    created_at: i64,
}

impl TokenRow {
    fn into_token(self) -> Result<Token, DbError> {
        let permissions = self.permissions.split(',').filter(|permission| !permission.is_empty());
        Ok(Token {
            id: self.id,
            hash: bytes_from_db(&self.token_hash, "a token's hash")?,
            user: UserId(self.user_id),
            identifier: self.identifier,
            permissions: permissions.map(str::to_owned).collect(),
            client_id: self.client_id,
            created_at: self.created_at,
        })
    }
}

/// Stores a token and returns its number.
///
/// # Errors
/// [`DbError::Conflict`] when there is a token with that hash, or no such user.
pub fn token_insert(conn: &mut Conn, token: &NewToken<'_>) -> Result<i64, DbError> {
    let id = diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::token_hash.eq(token.hash.as_slice()),
            api_tokens::user_id.eq(token.user.0),
            api_tokens::identifier.eq(text_to_db(token.identifier)),
            api_tokens::permissions.eq(token.permissions.join(",")),
            api_tokens::client_id.eq(token.client_id),
            api_tokens::created_at.eq(token.created_at),
        ))
        .returning(api_tokens::id)
        .get_result(conn)?;
    Ok(id)
}

/// The token with that hash, and its owner.
///
/// # Errors
/// Those of the database.
pub fn token_find(conn: &mut Conn, hash: &TokenHash) -> Result<Option<(User, Token)>, DbError> {
    let row: Option<(UserRow, TokenRow)> = api_tokens::table
        .inner_join(users::table)
        .filter(api_tokens::token_hash.eq(hash.as_slice()))
        .select((UserRow::as_select(), TokenRow::as_select()))
        .first(conn)
        .optional()?;
    row.map(|(user, token)| Ok((user.into_user()?, token.into_token()?))).transpose()
}

/// The tokens of a user, oldest first.
///
/// # Errors
/// Those of the database.
pub fn tokens_of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Token>, DbError> {
    let query = api_tokens::table.filter(api_tokens::user_id.eq(user.0)).order(api_tokens::id);
    query.select(TokenRow::as_select()).load(conn)?.into_iter().map(TokenRow::into_token).collect()
}

/// Removes a user's token. Returns whether the user had it.
///
/// # Errors
/// Those of the database.
pub fn token_delete(conn: &mut Conn, user: UserId, token: i64) -> Result<bool, DbError> {
    let query = api_tokens::table.filter(api_tokens::id.eq(token)).filter(api_tokens::user_id.eq(user.0));
    Ok(diesel::delete(query).execute(conn)? > 0)
}

/// Removes the tokens that a client has of a user, but for the newest `keep`. Returns how many.
///
/// # Errors
/// Those of the database.
pub fn tokens_delete_of_client(conn: &mut Conn, user: UserId, client: &str, keep: i64) -> Result<usize, DbError> {
    let query = api_tokens::table.filter(api_tokens::client_id.eq(client)).filter(api_tokens::user_id.eq(user.0));
    let kept: Vec<i64> = query.order(api_tokens::id.desc()).limit(keep).select(api_tokens::id).load(conn)?;
    let query = api_tokens::table.filter(api_tokens::client_id.eq(client)).filter(api_tokens::user_id.eq(user.0));
    Ok(diesel::delete(query.filter(api_tokens::id.ne_all(kept))).execute(conn)?)
}
