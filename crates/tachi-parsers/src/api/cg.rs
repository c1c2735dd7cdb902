//! `api/cg-dev-*`, `api/cg-nag-*`, `api/cg-gan-*`: play histories of three services with one protocol.
//!
//! - **Page**: `spec/import-types/api-cg.md`
//! - **Written by**: the CG services; their answer is the transcript
//! - **Versions**: one form for each game
//! - **Encoding**: JSON
//! - **Times**: `YYYY-MM-DD HH:MM:SS`, UTC; may be empty
//! - **Quirks**: wrong cards are reported in the body, whatever the status; one mistyped score fails the whole import
//! - **Skipped**: pop'n music's battle mode
//! - **Invalid**: numbers that stand for nothing known, times that are none
//! - **Fatal**: any structural error, also of a score; what the service reports

mod jubeat;
mod museca;
mod popn;
mod sdvx;

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tachi_core::catalogue::{Catalogue, ChartIdx};
use tachi_core::game::Game;
use tachi_core::ids::UserId;
use tachi_core::import_type::ImportType;
use tachi_core::score::{DryScore, ScoreData};

use super::item;
use super::source::{CgService, Source};
use crate::error::{Failure, FatalError, Place};
use crate::format::{Batch, Fetched, Format, Input};
use crate::json::{self, Json};
use crate::schema::{Field, Kind, Schema};

/// A type of this family.
pub trait CgType: 'static {
    /// The import type.
    const IMPORT_TYPE: ImportType;
    /// The service.
    const SERVICE: CgService;
    /// The game's form.
    const GAME: CgGame;
}

/// The form of one game's scores; the same from every service.
#[derive(Debug, Clone, Copy)]
pub struct CgGame {
    game: Game,
    /// The services' name of it.
    upstream: &'static str,
    schema: Schema,
    convert: Convert,
    difficulty: fn(&Json<'_>) -> Option<&'static str>,
}

/// Makes a score of an element: its chart and its data.
type Convert = fn(&Json<'_>, &Catalogue) -> Result<(ChartIdx, ScoreData), Failure>;

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident: $service:ident, $game:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl CgType for $name {
                const IMPORT_TYPE: ImportType = ImportType::$name;
                const SERVICE: CgService = CgService::$service;
                const GAME: CgGame = $game::GAME;
            }
        )*
    };
}

types! {
    /// `api/cg-dev-sdvx`
    ApiCgDevSdvx: Dev, sdvx;
    /// `api/cg-dev-popn`
    ApiCgDevPopn: Dev, popn;
    /// `api/cg-dev-museca`
    ApiCgDevMuseca: Dev, museca;
    /// `api/cg-dev-jubeat`
    ApiCgDevJubeat: Dev, jubeat;
    /// `api/cg-nag-sdvx`
    ApiCgNagSdvx: Nag, sdvx;
    /// `api/cg-nag-popn`
    ApiCgNagPopn: Nag, popn;
    /// `api/cg-nag-museca`
    ApiCgNagMuseca: Nag, museca;
    /// `api/cg-nag-jubeat`
    ApiCgNagJubeat: Nag, jubeat;
    /// `api/cg-gan-sdvx`
    ApiCgGanSdvx: Gan, sdvx;
    /// `api/cg-gan-popn`
    ApiCgGanPopn: Gan, popn;
    /// `api/cg-gan-museca`
    ApiCgGanMuseca: Gan, museca;
    /// `api/cg-gan-jubeat`
    ApiCgGanJubeat: Gan, jubeat;
}

/// The format of a type of this family.
#[derive(Debug)]
pub struct Cg<T>(PhantomData<T>);

/// What an orphan keeps beside the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    service: String,
    #[serde(rename = "userID")]
    user_id: Option<UserId>,
}

impl<T: CgType> Format for Cg<T> {
    const IMPORT_TYPE: ImportType = T::IMPORT_TYPE;
    type Row<'a> = Json<'a>;
    type Context = Context;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let scores = scores(input.bytes)?;
        for (index, score) in scores.iter().enumerate() {
            T::GAME.schema.check(Some(score)).map_err(|error| {
                let prefix = format!("Invalid CG {} Score.", T::GAME.upstream);
                FatalError::bad_input(error.within(&format!("data[{index}]")).brief(&prefix))
            })?;
        }
        let rows = scores.into_iter().enumerate();
        let rows = rows.map(|(index, score)| Ok((Place::Element("data.scores", index), item::guarded(score))));
        let context = Context { service: T::SERVICE.as_str().to_owned(), user_id: input.user };
        Ok(Batch { game: T::GAME.game, context, classes: Vec::new(), rows: Box::new(rows) })
    }

    fn convert(row: &Json<'_>, context: &Context, catalogue: &Catalogue) -> Result<DryScore, Failure> {
        item::check(row, &T::GAME.schema, "Error")?;
        let (chart, data) = (T::GAME.convert)(row, catalogue)?;
        let is_dev = context.service == CgService::Dev.as_str();
        Ok(DryScore {
            chart,
            data,
            score_meta: serde_json::Map::new(),
            service: if is_dev { "CG Dev" } else { "CG" }.to_owned(),
            comment: None,
            time_achieved: item::time(row, "dateTime")?,
        })
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

impl<T: CgType> Fetched for Cg<T> {
    const SOURCE: Source = Source::Cg { service: T::SERVICE, game: T::GAME.upstream };
}

const REPORT: Schema =
    Schema::open(&[&[Field::required("success", Kind::Bool), Field::required("message", Kind::Text)]]);
const ANSWER: Schema =
    Schema::open(&[&[Field::required("success", Kind::Bool), Field::required("data", Kind::Object(DATA))]]);
const DATA: Schema = Schema::open(&[&[
    Field::required("profile", Kind::Object(PROFILE)),
    Field::required("scores", Kind::Array(&Kind::Any)),
]]);
const PROFILE: Schema = Schema::open(&[&[Field::required("id", Kind::Text), Field::required("name", Kind::Text)]]);

/// The scores of an answer.
fn scores(bytes: &[u8]) -> Result<Vec<Json<'_>>, FatalError> {
    let mut answer = json::parse(bytes).map_err(|_| FatalError::invalid_response())?;
    let success = answer.get("success") == Some(&Json::Bool(true));
    if !success && REPORT.check(Some(&answer)).is_ok() {
        let message = presentable(answer.text_of("message").unwrap_or_default());
        return Err(FatalError::bad_input(format!("Failed to fetch data from CG. Error Message: {message}.")));
    }
    if !success || ANSWER.check(Some(&answer)).is_err() {
        return Err(FatalError::invalid_response());
    }
    match answer.take("data").and_then(|mut data| data.take("scores")) {
        Some(Json::Array(scores)) => Ok(scores),
        _ => Err(FatalError::invalid_response()),
    }
}

/// A service's message as users see it: at most 500 characters, none of them a control character.
fn presentable(message: &str) -> String {
    message.chars().filter(|character| !character.is_control()).take(500).collect()
}
