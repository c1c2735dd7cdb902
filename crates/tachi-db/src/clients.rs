//! Programs of others that act for users. Source: `spec/documents.md` (APIClient), `spec/rest-api.md` 11.

use diesel::prelude::*;
use tachi_core::ids::UserId;

use crate::convert::{json_from_db, json_to_db, text_to_db};
use crate::error::DbError;
use crate::links::Sealed;
use crate::pool::Conn;
use crate::schema::{api_tokens, oauth_clients};

/// A program of somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Its ID: `CI` and 40 hexadecimal digits.
    pub client_id: String,
    /// Its secret, one encrypted value. Not hashed, because the server shows itself with it to the program.
    pub secret: Sealed,
    /// What it is called.
    pub name: String,
    /// Who made it.
    pub author: UserId,
    /// What it may do for its users.
    pub permissions: Vec<String>,
    /// Where users go after they agreed.
    pub redirect_uri: Option<String>,
    /// Where events are sent.
    pub webhook_uri: Option<String>,
    /// A file with a token in place of `%%TACHI_KEY%%`.
    pub api_key_template: Option<String>,
    /// The name of that file.
    pub api_key_filename: Option<String>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { client_id, name, author, webhook_uri, .. } = self;
        let mut shown = f.debug_struct("Client");
        shown.field("client_id", client_id).field("name", name).field("author", author);
        shown.field("webhook_uri", webhook_uri).finish_non_exhaustive()
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = oauth_clients, primary_key(client_id), treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    client_id: String,
    key_id: String,
    client_secret: Vec<u8>,
    name: String,
    author: i32,
    permissions: String,
    redirect_uri: Option<String>,
    webhook_uri: Option<String>,
    api_key_template: Option<String>,
    api_key_filename: Option<String>,
}

impl Row {
    fn new(client: &Client) -> Result<Self, DbError> {
        let client = client.clone();
        let [secret] = <[Vec<u8>; 1]>::try_from(client.secret.values)
            .map_err(|values| DbError::data("the secret of a client", format!("it has {} values", values.len())))?;
        Ok(Self {
            permissions: json_to_db(&client.permissions, "the permissions of a client")?,
            client_id: client.client_id,
            key_id: client.secret.key_id,
            client_secret: secret,
            name: text_to_db(&client.name).into_owned(),
            author: client.author.0,
            redirect_uri: client.redirect_uri,
            webhook_uri: client.webhook_uri,
            api_key_template: client.api_key_template.map(|text| text_to_db(&text).into_owned()),
            api_key_filename: client.api_key_filename.map(|text| text_to_db(&text).into_owned()),
        })
    }

    fn into_client(self) -> Result<Client, DbError> {
        Ok(Client {
            client_id: self.client_id,
            secret: Sealed { key_id: self.key_id, values: vec![self.client_secret] },
            name: self.name,
            author: UserId(self.author),
            permissions: json_from_db(&self.permissions, "the permissions of a client")?,
            redirect_uri: self.redirect_uri,
            webhook_uri: self.webhook_uri,
            api_key_template: self.api_key_template,
            api_key_filename: self.api_key_filename,
        })
    }
}

/// Stores a new client.
///
/// # Errors
/// [`DbError::Conflict`] when there is one with that ID, or no such author.
pub fn client_insert(conn: &mut Conn, client: &Client) -> Result<(), DbError> {
    diesel::insert_into(oauth_clients::table).values(Row::new(client)?).execute(conn)?;
    Ok(())
}

/// Stores a client over the one with its ID. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub fn client_update(conn: &mut Conn, client: &Client) -> Result<bool, DbError> {
    let row = Row::new(client)?;
    let query = diesel::update(oauth_clients::table.find(&client.client_id)).set(&row);
    Ok(query.execute(conn)? > 0)
}

/// Removes a client, the codes that were made for it, and the tokens it has. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub fn client_delete(conn: &mut Conn, client_id: &str) -> Result<bool, DbError> {
    diesel::delete(api_tokens::table.filter(api_tokens::client_id.eq(client_id))).execute(conn)?;
    Ok(diesel::delete(oauth_clients::table.find(client_id)).execute(conn)? > 0)
}

/// The client with that ID.
///
/// # Errors
/// Those of the database.
pub fn client_by_id(conn: &mut Conn, client_id: &str) -> Result<Option<Client>, DbError> {
    let row = oauth_clients::table.find(client_id).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::into_client).transpose()
}

/// The clients that somebody made, by ID.
///
/// # Errors
/// Those of the database.
pub fn clients_of_user(conn: &mut Conn, author: UserId) -> Result<Vec<Client>, DbError> {
    let query = oauth_clients::table.filter(oauth_clients::author.eq(author.0)).order(oauth_clients::client_id);
    query.select(Row::as_select()).load(conn)?.into_iter().map(Row::into_client).collect()
}

/// The first `limit` clients that want to hear of events, by ID.
///
/// # Errors
/// Those of the database.
pub fn clients_with_webhook(conn: &mut Conn, limit: i64) -> Result<Vec<Client>, DbError> {
    let query = oauth_clients::table.filter(oauth_clients::webhook_uri.is_not_null());
    let query = query.order(oauth_clients::client_id).limit(limit);
    query.select(Row::as_select()).load(conn)?.into_iter().map(Row::into_client).collect()
}
