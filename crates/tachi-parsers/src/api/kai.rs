//! `api/flo-iidx`, `api/eag-iidx`, `api/flo-sdvx`, `api/eag-sdvx`, `api/min-sdvx`: play histories of three services
//! with one protocol.
//!
//! - **Page**: `spec/import-types/api-kai.md`
//! - **Written by**: the services FLO, EAG and MIN; the transcript by `fetch`
//! - **Versions**: one form for each game
//! - **Encoding**: JSON
//! - **Times**: ISO 8601, UTC unless stated; may be empty
//! - **Quirks**: LEGGENDARIA charts that used to be songs of their own are sent under their old numbers, with any
//!   difficulty
//! - **Skipped**: BEGINNER
//! - **Invalid**: any structural error of an element, game versions and lamps that are not known
//! - **Fatal**: what is no transcript

mod iidx;
mod sdvx;

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::Game;
use tachi_core::import_type::ImportType;
use tachi_core::score::DryScore;

use super::pages::Transcript;
use super::source::{KaiService, Source};
use crate::error::{Failure, FatalError};
use crate::format::{Batch, Fetched, Format, Input, ProvidedClass};
use crate::json::Json;

/// A type of this family.
pub trait KaiType: 'static {
    /// The import type.
    const IMPORT_TYPE: ImportType;
    /// The service.
    const SERVICE: KaiService;
    /// The game's form.
    const GAME: KaiGame;
}

/// The form of one game's elements and profile; the same from every service.
#[derive(Debug, Clone, Copy)]
pub struct KaiGame {
    game: Game,
    history: &'static str,
    profile: &'static str,
    convert: fn(&Json<'_>, &Catalogue) -> Result<DryScore, Failure>,
    difficulty: for<'j> fn(&'j Json<'_>) -> Option<&'j str>,
    classes: fn(&Json<'_>) -> Vec<ProvidedClass>,
}

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident: $import_type:ident, $service:ident, $game:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl KaiType for $name {
                const IMPORT_TYPE: ImportType = ImportType::$import_type;
                const SERVICE: KaiService = KaiService::$service;
                const GAME: KaiGame = $game;
            }
        )*
    };
}

types! {
    /// `api/flo-iidx`
    FloIidx: ApiFloIidx, Flo, iidx::GAME;
    /// `api/eag-iidx`
    EagIidx: ApiEagIidx, Eag, iidx::GAME;
    /// `api/flo-sdvx`
    FloSdvx: ApiFloSdvx, Flo, sdvx::GAME;
    /// `api/eag-sdvx`
    EagSdvx: ApiEagSdvx, Eag, sdvx::GAME;
    /// `api/min-sdvx`
    MinSdvx: ApiMinSdvx, Min, sdvx::GAME;
}

/// The format of a type of this family.
#[derive(Debug)]
pub struct Kai<T>(PhantomData<T>);

/// What an orphan keeps beside the element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    service: String,
}

impl<T: KaiType> Format for Kai<T> {
    const IMPORT_TYPE: ImportType = T::IMPORT_TYPE;
    type Row<'a> = Json<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let transcript = Transcript::read(input.bytes, T::SERVICE.as_str())?;
        let classes = transcript.profile().map_or_else(Vec::new, |profile| (T::GAME.classes)(&profile));
        let context = Context { service: T::SERVICE.as_str().to_owned() };
        Ok(Batch { game: T::GAME.game, context, classes, rows: transcript.rows() })
    }

    fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        let score = (T::GAME.convert)(row, catalogue)?;
        Ok(DryScore { service: context.service.clone(), ..score })
    }

    fn store(row: &Json<'_>) -> Value {
        row.to_value()
    }

    fn restore(data: &Value, _context: &Context) -> Result<Json<'static>, Failure> {
        Ok(Json::from_value(data))
    }

    fn label<'r>(row: &'r Json<'_>) -> (Option<&'r str>, Option<&'r str>) {
        (None, (T::GAME.difficulty)(row))
    }
}

impl<T: KaiType> Fetched for Kai<T> {
    const SOURCE: Source = Source::Kai { service: T::SERVICE, history: T::GAME.history, profile: T::GAME.profile };
}

/// What messages about an element begin with.
const PREFIX: &str = "Error";
