//! Programs of others that act for users. Source: `spec/documents.md` (APIClient), `spec/rest-api.md` 11.

use diesel::prelude::*;
use tachi_core::ids::UserId;

use crate::convert::{json_from_db, json_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::oauth_clients;

/// A program of somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// Its ID: `CI` and 40 hexadecimal digits.
    pub client_id: String,
    /// Its secret: `CS` and 40 hexadecimal digits. As it is, because the server shows itself with it to the program.
    pub client_secret: String,
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

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = oauth_clients, treat_none_as_default_value = false)]
struct Row {
    client_id: String,
    client_secret: String,
    name: String,
    author: i32,
    permissions: String,
    redirect_uri: Option<String>,
    webhook_uri: Option<String>,
    api_key_template: Option<String>,
    api_key_filename: Option<String>,
}

impl Row {
    fn into_client(self) -> Result<Client, DbError> {
        Ok(Client {
            client_id: self.client_id,
            client_secret: self.client_secret,
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
    let client = client.clone();
    let row = Row {
        permissions: json_to_db(&client.permissions, "the permissions of a client")?,
        client_id: client.client_id,
        client_secret: client.client_secret,
        name: client.name,
        author: client.author.0,
        redirect_uri: client.redirect_uri,
        webhook_uri: client.webhook_uri,
        api_key_template: client.api_key_template,
        api_key_filename: client.api_key_filename,
    };
    diesel::insert_into(oauth_clients::table).values(row).execute(conn)?;
    Ok(())
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
