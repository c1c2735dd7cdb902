//! `/oauth/request-auth`: asks a user whether a program may act for them.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use reqwest::Url;
use tachi_db::clients::Client;

use super::html::{PageError, escape, hidden, page};
use super::{check_seal, field, permissions, seal, sign_in, signed_in, visitor};
use crate::app::{App, now};
use crate::body;
use crate::envelope::ApiError;
use crate::http::check_keys;
use crate::oauth::{make_code, random_hex};
use crate::routes::oauth::find_client;
use crate::routes::reading::Params;

/// How long a context may be, in bytes.
const MAX_CONTEXT: usize = 4000;

/// Where a client's users go after they agreed.
fn destination(client: &Client) -> Result<Url, PageError> {
    let url = client.redirect_uri.as_deref().and_then(|text| Url::parse(text).ok());
    Ok(url.ok_or_else(|| ApiError::bad_request("This client has no redirectUri to go to."))?)
}

fn check_context(context: Option<&str>) -> Result<(), PageError> {
    if context.is_some_and(|context| context.len() > MAX_CONTEXT) {
        return Err(ApiError::bad_request(format!("[context] Expected at most {MAX_CONTEXT} bytes.")).into());
    }
    Ok(())
}

/// `GET`: the question, or first a form to log in.
pub async fn ask(request: HttpRequest) -> Result<HttpResponse, PageError> {
    check_keys(request.query_string())?;
    let (app, params) = (App::of(&request)?, Params::of(&request));
    let client = find_client(&app, params.required("clientID")?).await?;
    let destination = destination(&client)?;
    check_context(params.get("context"))?;
    let Some(me) = visitor(&request).await? else { return Ok(sign_in::form(&request)) };
    let context = params.get("context").map(|context| hidden("context", context)).unwrap_or_default();
    let body = format!(
        "<p>You are logged in as {}. <strong>{}</strong> wants to act for you, with these permissions:</p>{}\
         <p>You will go on to <code>{}</code>. To refuse, close this page.</p>\
         <form method=\"post\" action=\"/oauth/request-auth\">{}{}{context}<button>Agree</button></form>",
        escape(&me.user.username),
        escape(&client.name),
        permissions(&client),
        escape(destination.host_str().unwrap_or_default()),
        hidden("clientID", &client.client_id),
        hidden("seal", &seal(&me, &client)),
    );
    let title = format!("{} wants to act for you", client.name);
    Ok(page(StatusCode::OK, &title, &body, Some(&destination.origin().ascii_serialization())))
}

/// `POST`: the user agreed; goes to the client with a code.
pub async fn agree(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, PageError> {
    let (app, me) = (App::of(&request)?, signed_in(&request).await?);
    let fields = body::form(&request, payload).await?;
    let client = find_client(&app, field(&fields, "clientID").unwrap_or_default()).await?;
    check_seal(&fields, &me, &client)?;
    let mut destination = destination(&client)?;
    let context = field(&fields, "context");
    check_context(context)?;
    let (code, user) = (random_hex(), me.user.id);
    destination.query_pairs_mut().append_pair("code", &code).extend_pairs(context.map(|value| ("context", value)));
    app.write(move |conn| make_code(conn, &code, user, Some(&client.client_id), now())).await?;
    let location = (LOCATION, destination.as_str());
    Ok(HttpResponse::SeeOther().insert_header(location).insert_header((CACHE_CONTROL, "no-store")).finish())
}
