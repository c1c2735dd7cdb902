//! The routes of accounts. Source: `spec/rest-api.md` 6 and 7.

mod auth;
mod integrations;
mod own;
mod tokens;
mod users;

pub use auth::{log_in, new_password};
pub use tokens::{ApiToken, too_many};

use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, ServiceConfig};

use crate::limits;

/// Puts the routes of signing in into a service.
pub fn configure_auth(service: &mut ServiceConfig) {
    service.service(
        web::scope("/api/v1/auth")
            .wrap(no_store())
            .route("/register", web::post().to(auth::register).wrap(from_fn(limits::aggressive)))
            .route("/login", web::post().to(auth::login).wrap(from_fn(limits::aggressive)))
            .route("/logout", web::post().to(auth::logout))
            .route("/verify-email", web::post().to(auth::verify_email).wrap(from_fn(limits::aggressive)))
            .route(
                "/resend-verify-email",
                web::post().to(auth::resend_verify_email).wrap(from_fn(limits::hyper_aggressive)),
            )
            .route("/forgot-password", web::post().to(auth::forgot_password).wrap(from_fn(limits::hyper_aggressive)))
            .route("/reset-password", web::post().to(auth::reset_password).wrap(from_fn(limits::aggressive)))
            .default_service(web::to(super::no_such_endpoint)),
    );
}

/// Puts the routes of a user's own things into the scope of the API.
pub fn configure(service: &mut ServiceConfig) {
    service
        .configure(integrations::configure)
        .service(
            web::scope("/users/{user}/api-tokens")
                .wrap(no_store())
                .route("", web::get().to(tokens::list))
                .route("/create", web::post().to(tokens::create))
                .route("/{token}", web::delete().to(tokens::delete))
                .default_service(web::to(super::no_such_endpoint)),
        )
        .route("/users/{user}/api-token/{token}", web::delete().to(tokens::delete))
        .route("/users", web::get().to(users::list))
        .route("/users/{user}", web::get().to(users::get))
        .route("/users/{user}", web::patch().to(users::patch))
        .route("/users/{user}/settings", web::get().to(users::get_settings))
        .route("/users/{user}/settings", web::patch().to(users::patch_settings))
        .route("/users/{user}/is-email-verified", web::get().to(own::is_email_verified))
        .route("/users/{user}/email", web::get().to(own::email))
        .route("/users/{user}/change-email", web::post().to(own::change_email))
        .route("/users/{user}/change-username", web::post().to(own::change_username))
        .route("/users/{user}/pfp", web::get().to(own::picture))
        .route("/users/{user}/change-password", web::post().to(users::change_password));
}

/// For answers that no cache may keep.
fn no_store() -> DefaultHeaders {
    DefaultHeaders::new().add(("Cache-Control", "no-store"))
}
