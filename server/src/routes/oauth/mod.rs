//! Programs of others that act for users. Source: `spec/rest-api.md` 11.

mod clients;
mod codes;

pub use clients::find as find_client;

use actix_web::web::{self, ServiceConfig};

use super::account::no_store;

/// Puts the routes into the scope of the API. Clients have two prefixes, the second that of 2021.
pub fn configure(service: &mut ServiceConfig) {
    service.service(web::scope("/clients").wrap(no_store()).configure(clients::configure)).service(
        web::scope("/oauth")
            .wrap(no_store())
            .route("/create-code", web::post().to(codes::create))
            .route("/token", web::post().to(codes::exchange))
            .service(web::scope("/clients").configure(clients::configure))
            .default_service(web::to(super::no_such_endpoint)),
    );
}
