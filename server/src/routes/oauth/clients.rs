//! The clients themselves.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde_json::{Value, json};
use tachi_db::clients::{Client, client_by_id, client_delete, client_update, clients_of_user};
use tachi_db::links::Sealed;
use tachi_db::users::AuthLevel;

use crate::app::{App, block};
use crate::auth::Caller;
use crate::body;
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::fields::refuse;
use crate::oauth::fields::{Changes, permissions};
use crate::oauth::{create as store, new_client_id, new_client_secret};
use crate::openapi::{Access, Api, row};
use crate::routes::shown;
use crate::secret::Secret;
use crate::self_key::LoggedIn;
use crate::vault::VaultError;

/// The routes below a prefix.
pub fn routes(api: &mut Api) {
    const NEW: &str = "{name: string(3..80), permissions: string[], redirectUri?: string?, webhookUri?: string?, \
                       apiKeyTemplate?: string?, apiKeyFilename?: string(3..80)?}";
    const CHANGES: &str = "{name?: string(3..80), redirectUri?: string?, webhookUri?: string?, \
                           apiKeyTemplate?: string?, apiKeyFilename?: string(3..80)?}";
    let own = |summary| row(Access::Author, summary, "OwnAPIClient");
    api.get("", list, row(Access::LoggedIn, "One's own clients, with their secrets", "OwnAPIClient[]"))
        .post("/create", create, row(Access::LoggedIn, "Makes a client", "OwnAPIClient").json(NEW))
        .get("/{client}", get, row(Access::Everybody, "A client", "APIClient"))
        .patch("/{client}", patch, own("Changes a client, but not its permissions").json(CHANGES))
        .delete("/{client}", delete, row(Access::Author, "Deletes a client and its tokens", "{}"))
        .post("/{client}/reset-secret", reset_secret, own("Makes a new secret; tokens stay valid"));
}

/// APIClient as everybody may see it.
fn public(client: &Client) -> Value {
    json!({
        "clientID": client.client_id, "name": client.name, "author": client.author,
        "requestedPermissions": client.permissions, "redirectUri": client.redirect_uri,
        "webhookUri": client.webhook_uri, "apiKeyTemplate": client.api_key_template,
        "apiKeyFilename": client.api_key_filename,
    })
}

/// APIClient for its author.
fn with_secret(client: &Client, secret: &Secret) -> Value {
    let mut document = public(client);
    document["clientSecret"] = json!(secret.expose());
    document
}

/// The secret of a client for its author; nothing where it cannot be read any more, so that the author sees the client
/// and can make a new one.
fn secret_if_readable(app: &App, client: &Client) -> Result<Secret, ApiError> {
    match app.vault.open_client(client) {
        Err(error @ (VaultError::KeyChanged | VaultError::Damaged)) => {
            log::error!("client {}: {error}", client.client_id);
            Ok(Secret::new(""))
        }
        opened => Ok(opened?),
    }
}

/// A new secret for a client, and what is stored of it.
async fn new_secret(app: &App, client_id: &str) -> Result<(Secret, Sealed), ApiError> {
    let (vault, id, secret) = (Arc::clone(&app.vault), client_id.to_owned(), new_client_secret());
    // The key may have to be made first.
    block(move || Ok((secret.clone(), vault.seal_client(&id, &secret)?))).await
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("The client {} does not exist.", shown(id)))
}

/// The client with that ID.
pub async fn find(app: &App, id: &str) -> Result<Client, ApiError> {
    let wanted = id.to_owned();
    app.read(move |conn| client_by_id(conn, &wanted)).await?.ok_or_else(|| missing(id))
}

/// The client that a path names, for its author, logged in with a browser. The checks come in this order: somebody is
/// logged in, it exists, it is theirs.
struct Own {
    app: App,
    client: Client,
}

impl FromRequest for Own {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let me = LoggedIn::extract(&request).await?;
            let app = App::of(&request)?;
            let client = find(&app, request.match_info().get("client").unwrap_or_default()).await?;
            if client.author != me.user.id {
                return Err(ApiError::new(Kind::Forbidden, "This client belongs to somebody else."));
            }
            Ok(Self { app, client })
        })
    }
}

impl Own {
    /// Stores the client as it is now.
    async fn store(self, secret: &Secret, description: &str) -> Result<HttpResponse, ApiError> {
        let Self { app, client } = self;
        let document = with_secret(&client, secret);
        if !app.write(move |conn| client_update(conn, &client)).await? {
            return Err(ApiError::not_found("This client does not exist any more."));
        }
        Ok(success(description, document))
    }
}

/// `GET /clients`: one's own, with those of their secrets that can be read.
async fn list(request: HttpRequest, me: LoggedIn) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let clients = app.read(move |conn| clients_of_user(conn, me.user.id)).await?;
    let document = |client: &Client| Ok(with_secret(client, &secret_if_readable(&app, client)?));
    Ok(success("Returned clients.", clients.iter().map(document).collect::<Result<Vec<_>, ApiError>>()?))
}

/// `POST /clients/create`.
async fn create(request: HttpRequest, me: LoggedIn, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let app = App::of(&request)?;
    let body = body::object(&request, payload).await?;
    let changes = Changes::read(&body, app.settings.webhooks_to_loopback)?;
    if !changes.has_name() {
        return Err(refuse("name", "Expected 3 to 80 characters.", None));
    }
    let permissions = permissions(body.get("permissions"))?;
    if permissions.is_empty() {
        return Err(refuse("permissions", "Expected at least one permission.", body.get("permissions")));
    }
    let client_id = new_client_id();
    let (secret, sealed) = new_secret(&app, &client_id).await?;
    let mut client = Client {
        client_id,
        secret: sealed,
        name: String::new(),
        author: me.user.id,
        permissions,
        redirect_uri: None,
        webhook_uri: None,
        api_key_template: None,
        api_key_filename: None,
    };
    changes.apply(&mut client);
    let cap = app.settings.access.oauth_client_cap;
    let limit = (me.user.auth_level != AuthLevel::Admin).then_some(cap);
    let document = with_secret(&client, &secret);
    if !app.write(move |conn| store(conn, &client, limit)).await? {
        return Err(ApiError::bad_request(format!("You have {cap} clients. Delete one first.")));
    }
    Ok(success("Created client.", document))
}

/// `GET /clients/:clientID`: without its secret.
async fn get(request: HttpRequest, _caller: Caller, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let client = find(&App::of(&request)?, &path).await?;
    Ok(success("Returned client.", public(&client)))
}

/// `PATCH /clients/:clientID`: everything but permissions.
async fn patch(request: HttpRequest, own: Own, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let body = body::object(&request, payload).await?;
    let changes = Changes::read(&body, own.app.settings.webhooks_to_loopback)?;
    if changes == Changes::default() {
        return Err(ApiError::bad_request("Expected something to change."));
    }
    let mut own = own;
    let secret = secret_if_readable(&own.app, &own.client)?;
    changes.apply(&mut own.client);
    own.store(&secret, "Updated client.").await
}

/// `POST /clients/:clientID/reset-secret`: its tokens stay valid. The old secret need not be readable.
async fn reset_secret(mut own: Own) -> Result<HttpResponse, ApiError> {
    let (secret, sealed) = new_secret(&own.app, &own.client.client_id).await?;
    own.client.secret = sealed;
    own.store(&secret, "Reset secret.").await
}

/// `DELETE /clients/:clientID`: its tokens end with it.
async fn delete(own: Own) -> Result<HttpResponse, ApiError> {
    let id = own.client.client_id;
    own.app.write(move |conn| client_delete(conn, &id)).await?;
    Ok(success("Deleted client.", Nothing {}))
}
