//! The fervidex hook for beatmania IIDX. Source: `spec/import-types/ir-fervidex.md`, `ir-fervidex-static.md`.

use actix_web::{HttpRequest, HttpResponse, web};
use tachi_core::import_type::ImportType;
use tachi_db::hook_settings::{FervidexSettings, fervidex_force_take, fervidex_settings_get};
use tachi_parsers::error::FatalError;
use tachi_parsers::format::Fields;
use tachi_parsers::ir::client::{SOFTWARE_MODEL, USER_AGENT};
use tachi_parsers::ir::fervidex::{ACCOUNT_ID, check_card, client_version, submitted_class};
use tachi_parsers::ir::fervidex_static::FORCE;

use super::access::{Check, HookFailure, NEEDS_AUTHENTICATION, Protocol, Sender};
use crate::background;
use crate::body;
use crate::config::Settings;
use crate::envelope::{ApiError, Nothing, accepted, success};

const HEADERS: &[&str] = &[USER_AGENT, SOFTWARE_MODEL, ACCOUNT_ID];
const CHECKS: &[Check] =
    &[Check::SignedIn(NEEDS_AUTHENTICATION), Check::Offered, Check::Permitted, Check::Client(check_client)];

/// Single scores, and courses.
#[derive(Debug)]
pub struct Fervidex;

impl Protocol for Fervidex {
    type Failure = HookFailure;
    const IMPORT_TYPE: ImportType = ImportType::IrFervidex;
    const HEADERS: &'static [&'static str] = HEADERS;
    const CHECKS: &'static [Check] = CHECKS;
}

/// Whole profiles.
#[derive(Debug)]
pub struct FervidexStatic;

impl Protocol for FervidexStatic {
    type Failure = HookFailure;
    const IMPORT_TYPE: ImportType = ImportType::IrFervidexStatic;
    const HEADERS: &'static [&'static str] = HEADERS;
    const CHECKS: &'static [Check] = CHECKS;
}

fn check_client(settings: &Settings, fields: &Fields) -> Result<(), FatalError> {
    client_version(fields, &settings.fervidex_min_version).map(|_| ())
}

/// The last of the checks before the body: the card. Returns the user's settings, which say which one is wanted.
async fn check_settings<P: Protocol>(sender: &Sender<P>) -> Result<FervidexSettings, ApiError> {
    let user = sender.user.id;
    let settings = sender.app.read(move |conn| fervidex_settings_get(conn, user)).await?;
    check_card(&settings.cards, &sender.fields)?;
    Ok(settings)
}

/// `POST /ir/fervidex/score/submit`.
pub async fn score(
    sender: Sender<Fervidex>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HookFailure> {
    check_settings(&sender).await?;
    super::import(sender, request, payload).await
}

/// `POST /ir/fervidex/profile/submit`: answered at once, because the hook sends again what takes long.
pub async fn profile(
    mut sender: Sender<FervidexStatic>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HookFailure> {
    let settings = check_settings(&sender).await?;
    let (app, user) = (sender.app.clone(), sender.user.id);
    if settings.force_static_import && app.write(move |conn| fervidex_force_take(conn, user)).await? {
        sender.fields.insert(FORCE.to_owned(), "true".to_owned());
    }
    let bytes = body::json_bytes(&request, payload).await?;
    background::start(&app, sender.request(bytes)).await?;
    Ok(accepted("Your import has been loaded for further processing.", Nothing {}))
}

/// `POST /ir/fervidex/class/submit`: no import, only a dan.
pub async fn class(
    sender: Sender<Fervidex>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HookFailure> {
    check_settings(&sender).await?;
    let app = &sender.app;
    let bytes = body::json_bytes(&request, payload).await?;
    let submitted = submitted_class(&bytes).map_err(ApiError::from)?;
    let Some((class, value)) = submitted.and_then(|class| Some((class, class.raised()?))) else {
        return Ok(success("No Update Made.", Nothing {}));
    };
    let changed = super::set_class(app, sender.user.id, class.gpt, class.set.to_owned(), value.to_owned()).await?;
    let text = match changed {
        Some(_) => "Dan changed!",
        None => "Dan unchanged, was worse than your current dan.",
    };
    Ok(success(text, Nothing {}))
}
