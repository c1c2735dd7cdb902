//! Logging in on a page.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::html::{PageError, escape, hidden, page};
use super::{field, visitor};
use crate::app::App;
use crate::body;
use crate::envelope::ApiError;
use crate::login::refuse_foreign;
use crate::routes::account::log_in;

/// The pages that somebody may have to log in for.
const NEXT: [&str; 2] = ["/oauth/request-auth?", "/client-file-flow/"];

/// The form, in place of the page that was asked for.
pub fn form(request: &HttpRequest) -> HttpResponse {
    let next = request.uri().path_and_query().map_or("/", |next| next.as_str());
    // Browsers do not send the cookie with a link on a page of another site; they do with one on ours.
    let body = format!(
        "<p>You have to log in first. If you are logged in already, <a href=\"{}\">go on</a>.</p>\
         <form method=\"post\" action=\"/sign-in\">{}\
         <label>Name <input name=\"username\" autocomplete=\"username\" required></label>\
         <label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label>\
         <button>Log in</button></form>",
        escape(next),
        hidden("next", next)
    );
    page(StatusCode::OK, "Log in", &body, None)
}

/// `POST /sign-in`: goes back to the page.
pub async fn sign_in(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, PageError> {
    let app = App::of(&request)?;
    refuse_foreign(&request, &app.settings)?;
    // Whoever is banned is refused here as everywhere.
    visitor(&request).await?;
    let fields = body::form(&request, payload).await?;
    let given = |name: &str| field(&fields, name).unwrap_or_default().to_owned();
    let next = given("next");
    if !NEXT.iter().any(|page| next.starts_with(page)) || next.contains(|c: char| c.is_control() || c == '\\') {
        return Err(ApiError::bad_request("There is no such page to go on to.").into());
    }
    let (_, login) = log_in(&request, given("username"), given("password")).await?;
    let mut answer = HttpResponse::SeeOther().insert_header((LOCATION, next)).finish();
    answer.add_cookie(&login.cookie(&app.settings)).map_err(ApiError::internal)?;
    Ok(answer)
}
