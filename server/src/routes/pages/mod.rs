//! Pages for people: agreeing that a program acts for them. Plain HTML without scripts, from no other host.
//! Source: `spec/rest-api.md` 14.

mod file_flow;
mod html;
mod request_auth;
mod sign_in;

use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::from_fn;
use actix_web::web;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use tachi_db::clients::Client;

use self::html::{PageError, escape};
use crate::auth::Caller;
use crate::envelope::{ApiError, Kind};
use crate::limits;
use crate::openapi::{Access, Api, browser_page, redirect, row};
use crate::self_key::LoggedIn;

const REQUEST_AUTH: &str = "/oauth/request-auth";

/// The pages.
pub fn routes(api: &mut Api) {
    let ask = browser_page(Access::Everybody, "Asks a user whether a program may act for them");
    let agree =
        redirect(Access::LoggedIn, "The user agreed: goes to the program with a code").fields(AGREEMENT).fails(&[404]);
    let make =
        browser_page(Access::LoggedIn, "Makes a token for a program: a page that shows it, or the program's file");
    let make = make.media(&["text/html", "application/octet-stream"]).fields("{seal: string}");
    let log_in =
        redirect(Access::Everybody, "Logs in on a page, and goes back to it").fields(SIGN_IN).fails(&[403, 404, 429]);
    api.tag("Pages")
        .get(REQUEST_AUTH, request_auth::ask, ask.query("clientID: string, context?: string").fails(&[404]))
        .post(REQUEST_AUTH, request_auth::agree, agree)
        .get(
            "/client-file-flow/{client}",
            file_flow::ask,
            browser_page(Access::Everybody, "Offers a token for a program"),
        )
        .post("/client-file-flow/{client}", file_flow::agree, make)
        .route(Method::POST, "/sign-in", web::post().to(sign_in::sign_in).wrap(from_fn(limits::aggressive)), log_in)
        .get("/pages.css", style, row(Access::Unasked, "How pages look", "any").raw("text/css"));
}

const AGREEMENT: &str = "{clientID: string, seal: string, context?: string}";
const SIGN_IN: &str = "{username: string, password: string, next: string}";

/// Whether a path is that of a page which reads its query.
#[must_use]
pub fn is_page(path: &str) -> bool {
    path == REQUEST_AUTH
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/css; charset=utf-8")).body(include_str!("pages.css"))
}

/// Who looks at a page, if they are logged in; a token is no login.
async fn visitor(request: &HttpRequest) -> Result<Option<LoggedIn>, ApiError> {
    Ok(LoggedIn::of(&Caller::extract(request).await?))
}

/// What a form holds that only a page of ours can know: it is of one login and one client.
fn seal(me: &LoggedIn, client: &Client) -> String {
    let digest = Sha256::new().chain_update(b"tachi form\0").chain_update(me.login).chain_update(&client.client_id);
    const_hex::encode(digest.finalize())
}

/// Refuses a form that no page of ours made for this login and client.
fn check_seal(fields: &[(String, String)], me: &LoggedIn, client: &Client) -> Result<(), PageError> {
    if field(fields, "seal") == Some(&seal(me, client)) {
        return Ok(());
    }
    Err(ApiError::new(Kind::Forbidden, "This form is too old. Go back, and load the page again.").into())
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Whoever sends a form and has to be logged in.
async fn signed_in(request: &HttpRequest) -> Result<LoggedIn, PageError> {
    let me = visitor(request).await?;
    Ok(me.ok_or_else(|| ApiError::new(Kind::Unauthorised, "You are not logged in any more. Load the page again."))?)
}

/// What a client would be allowed, as a list.
fn permissions(client: &Client) -> String {
    let items = client.permissions.iter().map(|permission| format!("<li><code>{}</code></li>", escape(permission)));
    format!("<ul>{}</ul>", items.collect::<String>())
}
