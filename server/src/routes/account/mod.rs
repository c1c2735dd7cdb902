//! The routes of accounts. Source: `spec/rest-api.md` 6 and 7.

mod auth;
mod integrations;
mod own;
mod rows;
mod tokens;
mod users;

pub use auth::{log_in, new_password};
pub use tokens::{ApiToken, too_many};

use actix_web::http::Method;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web;

use crate::limits;
use crate::openapi::Access::{Everybody, SelfKey};
use crate::openapi::{Api, row};

const POST: Method = Method::POST;

/// The routes of signing in.
pub fn auth_routes(api: &mut Api) {
    let aggressive = || from_fn(limits::aggressive);
    let hyper_aggressive = || from_fn(limits::hyper_aggressive);
    api.tag("Signing in")
        .route(POST, "/register", web::post().to(auth::register).wrap(aggressive()), rows::REGISTER)
        .route(POST, "/login", web::post().to(auth::login).wrap(aggressive()), rows::LOGIN)
        .post("/logout", auth::logout, row(Everybody, "Logs out", "{}").fails(&[409]))
        .route(POST, "/verify-email", web::post().to(auth::verify_email).wrap(aggressive()), rows::VERIFY_EMAIL)
        .route(
            POST,
            "/resend-verify-email",
            web::post().to(auth::resend_verify_email).wrap(hyper_aggressive()),
            row(Everybody, "Sends the code for an email address again", "{}"),
        )
        .route(
            POST,
            "/forgot-password",
            web::post().to(auth::forgot_password).wrap(hyper_aggressive()),
            row(Everybody, "Sends a code for a new password", "{}").json("{email?: string}").accepted_only(),
        )
        .route(POST, "/reset-password", web::post().to(auth::reset_password).wrap(aggressive()), rows::RESET_PASSWORD);
}

/// The routes of users and of what is theirs alone.
pub fn routes(api: &mut Api) {
    api.with(integrations::routes)
        .tag("API tokens")
        .scope("/users/{user}/api-tokens", token_routes, |scope| {
            scope.wrap(no_store()).default_service(web::to(super::no_such_endpoint))
        })
        .delete("/users/{user}/api-token/{token}", tokens::delete, rows::DELETE_TOKEN)
        .tag("Users")
        .get("/users", users::list, row(Everybody, "Users, latest seen first", "User[]").query(rows::USERS))
        .get("/users/{user}", users::get, row(Everybody, "A user", "User"))
        .patch("/users/{user}", users::patch, row(SelfKey, "Changes what a user says", "User").json(rows::ABOUT))
        .get("/users/{user}/settings", users::get_settings, row(Everybody, "A user's settings", "UserSettings"))
        .patch("/users/{user}/settings", users::patch_settings, rows::SETTINGS)
        .post("/users/{user}/change-password", users::change_password, rows::CHANGE_PASSWORD)
        .get(
            "/users/{user}/is-email-verified",
            own::is_email_verified,
            row(SelfKey, "Whether the email address is known to be the user's", "bool"),
        )
        .get("/users/{user}/email", own::email, row(SelfKey, "The user's email address", "{email: string?}"))
        .post("/users/{user}/change-email", own::change_email, rows::CHANGE_EMAIL)
        .post("/users/{user}/change-username", own::change_username, rows::CHANGE_USERNAME)
        .get("/users/{user}/pfp", own::picture, row(Everybody, "The user's picture", "any").raw("image/png"));
}

fn token_routes(api: &mut Api) {
    api.get("", tokens::list, row(SelfKey, "The user's tokens, each by its short form", "APIToken[]"))
        .post("/create", tokens::create, rows::CREATE_TOKEN)
        .delete("/{token}", tokens::delete, rows::DELETE_TOKEN);
}

/// For answers that no cache may keep.
pub fn no_store() -> DefaultHeaders {
    DefaultHeaders::new().add(("Cache-Control", "no-store"))
}
