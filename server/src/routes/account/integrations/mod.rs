//! What users link with us. Source: `spec/integrations.md` 3, 4 and 7.
//!
//! Everything here is for the user alone, logged in with a browser.

mod arc;
mod cards;
mod hooks;
mod kai;
mod timestops;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use tachi_core::game::Edition;

use crate::app::App;
use crate::envelope::ApiError;
use crate::openapi::Access::SelfKey;
use crate::openapi::{Api, Row, row};
use crate::routes::no_such_endpoint;

/// The routes.
pub fn routes(api: &mut Api) {
    api.tag("Integrations")
        .scope("/users/{user}/integrations", linked, |scope| {
            scope.wrap(super::no_store()).default_service(web::to(no_such_endpoint))
        })
        .scope("/users/{user}/import-timestops", timestops, |scope| {
            scope.wrap(super::no_store()).default_service(web::to(no_such_endpoint))
        });
}

fn linked(api: &mut Api) {
    // A service that is not named is a wrong one.
    let unnamed = |summary| row(SelfKey, summary, "{}").never();
    api.get("/kai", kai::get, unnamed("Refuses, because no service is named"))
        .delete("/kai", kai::delete, unnamed("Refuses, because no service is named"))
        .get("/kai/{kai}", kai::get, row(SelfKey, "Whether an account is linked", "{authStatus: bool}"))
        .delete("/kai/{kai}", kai::delete, row(SelfKey, "Forgets an account", "{}").fails(&[409]))
        .post("/kai/{kai}/oauth2callback", kai::callback, row(SelfKey, "Links an account", "{}").json("{code: string}"))
        .get("/cg/{cg}", cards::get_cg, row(SelfKey, "The card of a CG service", "CGCard?"))
        .put("/cg/{cg}", cards::put_cg, row(SelfKey, "Sets the card of a CG service", "{}").json(CG_CARD))
        .delete("/cg/{cg}", cards::delete_cg, row(SelfKey, "Forgets the card of a CG service", "{}"))
        .get("/myt", cards::get_myt, row(SelfKey, "The MYT card", "MytCard?").fails(&[404]))
        .put("/myt", cards::put_myt, row(SelfKey, "Sets the MYT card", "{}").json(MYT_CARD))
        .delete("/myt", cards::delete_myt, row(SelfKey, "Forgets the MYT card", "{}"))
        .get("/arc", arc::get, row(SelfKey, "The ARC accounts", ARC))
        .patch("/arc", arc::patch, row(SelfKey, "Links ARC accounts", ARC).json("{iidx?: string?, sdvx?: string?}"))
        .get("/fervidex/settings", hooks::get_fervidex, row(SelfKey, "The settings of fervidex", "FervidexSettings"))
        .patch("/fervidex/settings", hooks::patch_fervidex, FERVIDEX)
        .put("/fervidex/settings", hooks::patch_fervidex, FERVIDEX)
        .get("/kshook-sv6c/settings", hooks::get_kshook, row(SelfKey, "The settings of kshook", "KsHookSettings?"))
        .patch("/kshook-sv6c/settings", hooks::patch_kshook, KSHOOK);
}

fn timestops(api: &mut Api) {
    const LIST: &str = "{timestops: {importType: string, lastScoreTime: ms?}[]}";
    let set = row(SelfKey, "Sets up to when scores were fetched", "{}").json("{importType: string, lastScoreTime: ms}");
    api.get("", timestops::get, row(SelfKey, "Up to when scores were fetched", LIST))
        .put("", timestops::put, set)
        .delete("", timestops::delete, row(SelfKey, "Fetches everything again", "{}").json("{importType: string}"));
}

const CG_CARD: &str = "{cardID: string(/^[a-zA-Z0-9]{16}$/), pin: string(/^[0-9]{4}$/)}";
const MYT_CARD: &str = "{cardAccessCode: string(/^[0-9]{20}$/)}";
const ARC: &str = "{iidx: ArcProfile?, sdvx: ArcProfile?}";
const FERVIDEX: Row = row(SelfKey, "Changes the settings of fervidex; what is absent stays", "FervidexSettings")
    .json("{cards?: string[]?, forceStaticImport?: bool}");
const KSHOOK: Row = row(SelfKey, "Changes the settings of kshook", "KsHookSettings").json("{forceStaticImport: bool}");

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
