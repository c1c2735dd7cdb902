//! `/client-file-flow/:clientID`: makes a token for a program and shows it, or the file that the program reads it from.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};

use super::html::{PageError, escape, hidden, page};
use super::{check_seal, permissions, seal, sign_in, signed_in, visitor};
use crate::app::{App, now};
use crate::body;
use crate::oauth::{PLACEHOLDER, random_hex, replace_token};
use crate::routes::account::too_many;
use crate::routes::oauth::find_client;

/// The name of a file whose client gives none.
const FILE_NAME: &str = "tachi-key.txt";

/// `GET`: the question, or first a form to log in.
pub async fn ask(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, PageError> {
    let client = find_client(&App::of(&request)?, &path).await?;
    let Some(me) = visitor(&request).await? else { return Ok(sign_in::form(&request)) };
    let offer = match (&client.api_key_template, &client.api_key_filename) {
        (Some(_), name) => format!("Download {}", name.as_deref().unwrap_or(FILE_NAME)),
        (None, _) => "Make a key".to_owned(),
    };
    let body = format!(
        "<p>You are logged in as {}. <strong>{}</strong> needs a key with these permissions:</p>{}\
         <p>A key that you made for it before becomes invalid.</p>\
         <form method=\"post\">{}<button>{}</button></form>",
        escape(&me.user.username),
        escape(&client.name),
        permissions(&client),
        hidden("seal", &seal(&me, &client)),
        escape(&offer),
    );
    Ok(page(StatusCode::OK, &format!("A key for {}", client.name), &body, None))
}

/// `POST`: makes the token.
pub async fn agree(
    request: HttpRequest,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, PageError> {
    let (app, me) = (App::of(&request)?, signed_in(&request).await?);
    let client = find_client(&app, &path).await?;
    check_seal(&body::form(&request, payload).await?, &me, &client)?;
    let (token, user) = (random_hex(), me.user.id);
    let (made, of) = (token.clone(), client.clone());
    app.write(move |conn| replace_token(conn, &made, user, &of, now())).await?.ok_or_else(too_many)?;
    if let Some(template) = &client.api_key_template {
        let name = client.api_key_filename.as_deref().unwrap_or(FILE_NAME);
        return Ok(HttpResponse::Ok()
            .content_type("application/octet-stream")
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", percent(name))))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(template.replace(PLACEHOLDER, &token)));
    }
    let body = format!("<p>Copy it now: it is shown this once.</p><pre>{token}</pre>");
    Ok(page(StatusCode::OK, &format!("Your key for {}", client.name), &body, None))
}

/// A file's name as headers have it.
fn percent(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
