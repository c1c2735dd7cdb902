//! The kshook hook for the Konaste versions of SOUND VOLTEX. Source: `spec/import-types/ir-kshook-sv6c.md`,
//! `ir-kshook-sv6c-static.md`, `ir-kshook-sv3c.md`.

use actix_web::{HttpRequest, HttpResponse, web};
use tachi_core::import_type::ImportType;
use tachi_db::hook_settings::{kshook_force_get, kshook_force_take};
use tachi_parsers::ir::client::{SOFTWARE_MODEL, USER_AGENT};
use tachi_parsers::ir::kshook_sv6c::check_client;

use super::access::{Check, GUEST, HookFailure, Protocol, Sender};
use crate::envelope::{Nothing, success};

const HEADERS: &[&str] = &[USER_AGENT, SOFTWARE_MODEL];
const CHECKS: &[Check] =
    &[Check::Offered, Check::SignedIn(GUEST), Check::Permitted, Check::Client(|_, fields| check_client(fields))];

macro_rules! protocols {
    ($($(#[$doc:meta])* $name:ident $import_type:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Protocol for $name {
            type Failure = HookFailure;
            const IMPORT_TYPE: ImportType = ImportType::$import_type;
            const HEADERS: &'static [&'static str] = HEADERS;
            const CHECKS: &'static [Check] = CHECKS;
        }
    )*};
}

protocols! {
    /// EXCEED GEAR, one score.
    KshookSv6c IrKshookSv6c;
    /// EXCEED GEAR, all personal bests.
    KshookSv6cStatic IrKshookSv6cStatic;
    /// SOUND VOLTEX III, one score.
    KshookSv3c IrKshookSv3c;
}

/// `POST /ir/kshook/sv6c/score/export`: only for those who asked for it, once each time.
pub async fn export(
    sender: Sender<KshookSv6cStatic>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HookFailure> {
    let (app, user) = (sender.app.clone(), sender.user.id);
    // Exports nobody asked for come at every start of the game, so they must not wait for a turn to write.
    let is_wanted = app.read(move |conn| kshook_force_get(conn, user)).await? == Some(true);
    if !is_wanted || !app.write(move |conn| kshook_force_take(conn, user)).await? {
        return Ok(success("Static importing is disabled. Ignoring static import request.", Nothing {}));
    }
    super::import(sender, request, payload).await
}
