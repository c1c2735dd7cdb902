//! What users link with us. Source: `spec/integrations.md` 3, 4 and 7.
//!
//! Everything here is for the user alone, logged in with a browser.

mod arc;
mod cards;
mod hooks;
mod kai;
mod timestops;

use actix_web::dev::Payload;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpRequest};
use tachi_core::game::Edition;

use crate::app::App;
use crate::envelope::ApiError;

/// Puts the routes into the scope of the API.
pub fn configure(service: &mut ServiceConfig) {
    service
        .service(
            web::scope("/users/{user}/integrations")
                .wrap(super::no_store())
                // A service that is not named is a wrong one.
                .route("/kai", web::get().to(kai::get))
                .route("/kai", web::delete().to(kai::delete))
                .route("/kai/{kind}", web::get().to(kai::get))
                .route("/kai/{kind}", web::delete().to(kai::delete))
                .route("/kai/{kind}/oauth2callback", web::post().to(kai::callback))
                .route("/cg/{kind}", web::get().to(cards::get_cg))
                .route("/cg/{kind}", web::put().to(cards::put_cg))
                .route("/cg/{kind}", web::delete().to(cards::delete_cg))
                .route("/myt", web::get().to(cards::get_myt))
                .route("/myt", web::put().to(cards::put_myt))
                .route("/myt", web::delete().to(cards::delete_myt))
                .route("/arc", web::get().to(arc::get))
                .route("/arc", web::patch().to(arc::patch))
                .route("/fervidex/settings", web::get().to(hooks::get_fervidex))
                .route("/fervidex/settings", web::patch().to(hooks::patch_fervidex))
                .route("/fervidex/settings", web::put().to(hooks::patch_fervidex))
                .route("/kshook-sv6c/settings", web::get().to(hooks::get_kshook))
                .route("/kshook-sv6c/settings", web::patch().to(hooks::patch_kshook))
                .default_service(web::to(crate::routes::no_such_endpoint)),
        )
        .service(
            web::scope("/users/{user}/import-timestops")
                .wrap(super::no_store())
                .route("", web::get().to(timestops::get))
                .route("", web::put().to(timestops::put))
                .route("", web::delete().to(timestops::delete))
                .default_service(web::to(crate::routes::no_such_endpoint)),
        );
}

/// Only where arcade games are played; extracted before anything else.
#[derive(Debug)]
pub struct ArcadeOnly(());

impl FromRequest for ArcadeOnly {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        std::future::ready(App::of(request).and_then(|app| {
            if app.settings.flavour.offers(Edition::Arcade) {
                return Ok(Self(()));
            }
            Err(ApiError::not_found("This integration is not available on this instance: it has no arcade games."))
        }))
    }
}
