//! Programs of others that act for users: what they may be, and how they get tokens. Source: `spec/rest-api.md` 11.

pub mod fields;

use tachi_core::ids::UserId;
use tachi_db::clients::{Client, client_by_id, client_insert, clients_of_user};
use tachi_db::oauth_codes::{oauth_code_consume, oauth_code_insert, oauth_codes_delete_until};
use tachi_db::tokens::{NewToken, Token, TokenHash, token_insert, tokens_delete_of_client, tokens_of_user};
use tachi_db::{Conn, DbError};

use crate::auth::hash_token;
use crate::secret::Secret;
use crate::vault::{Vault, VaultError};

/// How long a code is good for, in milliseconds.
pub const CODE_AGE: i64 = 30 * 60 * 1000;
/// How many tokens a user has at most.
pub const MAX_TOKENS: usize = 500;
/// How many tokens a client keeps of one user who signs in with it again and again; the oldest go.
const MAX_OF_CLIENT: i64 = 20;
/// What stands for the token in a client's template.
pub const PLACEHOLDER: &str = "%%TACHI_KEY%%";

/// 40 random hexadecimal digits.
#[must_use]
pub fn random_hex() -> String {
    const_hex::encode(rand::random::<[u8; 20]>())
}

/// A new client's ID.
#[must_use]
pub fn new_client_id() -> String {
    format!("CI{}", random_hex())
}

/// A new secret of a client.
#[must_use]
pub fn new_client_secret() -> Secret {
    Secret::new(format!("CS{}", random_hex()))
}

/// Stores a new client, unless its author has as many as `cap` says. Returns whether it is stored.
///
/// # Errors
/// Those of the database.
pub fn create(conn: &mut Conn, client: &Client, cap: Option<usize>) -> Result<bool, DbError> {
    if let Some(cap) = cap
        && clients_of_user(conn, client.author)?.len() >= cap
    {
        return Ok(false);
    }
    client_insert(conn, client)?;
    Ok(true)
}

/// Makes a code for a user, and forgets those that are over.
///
/// # Errors
/// Those of the database.
pub fn make_code(conn: &mut Conn, code: &str, user: UserId, client: Option<&str>, now: i64) -> Result<(), DbError> {
    oauth_codes_delete_until(conn, now - CODE_AGE)?;
    oauth_code_insert(conn, &hash_token(code), user, client, now)
}

/// What a program sends to get a token.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Which client it says it is.
    pub client_id: String,
    /// What proves it.
    pub client_secret: Secret,
    /// Where its users go.
    pub redirect_uri: String,
    /// The code.
    pub code: String,
}

/// Why a program gets no token.
#[derive(Debug)]
pub enum Refusal {
    /// There is no such client.
    Client,
    /// Its secret cannot be read.
    Unreadable(VaultError),
    /// The secret is another.
    Secret,
    /// The address is another.
    RedirectUri,
    /// The code is unknown, used, too old, or another client's.
    Code,
    /// The user has too many tokens.
    TooMany,
}

/// Exchanges a code for a token with the text `token`; the checks come in the order of [`Refusal`].
///
/// # Errors
/// Those of the database.
pub fn exchange(
    conn: &mut Conn,
    vault: &Vault,
    sent: &Exchange,
    token: &str,
    now: i64,
) -> Result<Result<Token, Refusal>, DbError> {
    let Some(client) = client_by_id(conn, &sent.client_id)? else { return Ok(Err(Refusal::Client)) };
    match vault.open_client(&client) {
        Ok(secret) if is_same(&secret, &sent.client_secret) => {}
        Ok(_) => return Ok(Err(Refusal::Secret)),
        Err(error) => return Ok(Err(Refusal::Unreadable(error))),
    }
    if client.redirect_uri.as_deref() != Some(&sent.redirect_uri) {
        return Ok(Err(Refusal::RedirectUri));
    }
    let hash = hash_token(&sent.code);
    let Some(user) = oauth_code_consume(conn, &hash, &client.client_id, now - CODE_AGE)? else {
        return Ok(Err(Refusal::Code));
    };
    tokens_delete_of_client(conn, user, &client.client_id, MAX_OF_CLIENT - 1)?;
    let identifier = format!("{} Token", client.name);
    Ok(insert_token(conn, token, user, &identifier, &client, now)?.ok_or(Refusal::TooMany))
}

/// Gives a client a token of a user, in place of those it had: they are stored as hashes, so that an old one cannot be
/// told again. `None` when the user has too many tokens.
///
/// # Errors
/// Those of the database.
pub fn replace_token(
    conn: &mut Conn,
    token: &str,
    user: UserId,
    client: &Client,
    now: i64,
) -> Result<Option<Token>, DbError> {
    tokens_delete_of_client(conn, user, &client.client_id, 0)?;
    insert_token(conn, token, user, &client.name, client, now)
}

fn insert_token(
    conn: &mut Conn,
    token: &str,
    user: UserId,
    identifier: &str,
    client: &Client,
    now: i64,
) -> Result<Option<Token>, DbError> {
    let new = NewToken {
        hash: hash_token(token),
        user,
        identifier,
        permissions: &client.permissions,
        client_id: Some(&client.client_id),
        created_at: now,
    };
    store_token(conn, &new)
}

/// Stores a token; `None` when the user has too many.
///
/// # Errors
/// Those of the database.
pub fn store_token(conn: &mut Conn, new: &NewToken<'_>) -> Result<Option<Token>, DbError> {
    if tokens_of_user(conn, new.user)?.len() >= MAX_TOKENS {
        return Ok(None);
    }
    let id = token_insert(conn, new)?;
    let &NewToken { hash, user, identifier, permissions, client_id, created_at } = new;
    let (identifier, permissions) = (identifier.to_owned(), permissions.to_vec());
    Ok(Some(Token { id, hash, user, identifier, permissions, client_id: client_id.map(str::to_owned), created_at }))
}

/// Whether two secrets are the same; how long it takes says nothing about where they differ.
fn is_same(one: &Secret, other: &Secret) -> bool {
    let differences = |one: TokenHash, other: TokenHash| one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    differences(hash_token(one.expose()), hash_token(other.expose())) == 0
}
