//! Programs of others that act for users. Source: `spec/rest-api.md` 11.

mod clients;
mod codes;

pub use clients::find as find_client;

use actix_web::web;

use super::account::no_store;
use super::no_such_endpoint;
use crate::openapi::Access::{Everybody, LoggedIn};
use crate::openapi::{Api, row};

/// The routes. Clients have two prefixes, the second that of 2021.
pub fn routes(api: &mut Api) {
    api.tag("Programs of others")
        .scope("/clients", clients::routes, |scope| scope.wrap(no_store()).default_service(web::to(no_such_endpoint)))
        .scope("/oauth", code_routes, |scope| scope.wrap(no_store()).default_service(web::to(no_such_endpoint)));
}

fn code_routes(api: &mut Api) {
    const CODE: &str = "{code: string, userID: int, createdOn: ms}";
    const EXCHANGE: &str = "{client_id: string, client_secret: string, grant_type: \"authorization_code\", \
                            redirect_uri: string, code: string}";
    let exchange = row(Everybody, "Exchanges a code for a token", "APIToken").json_or_fields(EXCHANGE);
    api.post("/create-code", codes::create, row(LoggedIn, "Makes a code for any client", CODE))
        .post("/token", codes::exchange, exchange.fails(&[403, 404]))
        .scope("/clients", clients::routes, |scope| scope.default_service(web::to(no_such_endpoint)));
}
