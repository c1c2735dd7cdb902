//! Import types that tell of classes and have no elements: nothing to convert, no orphans.

use std::convert::Infallible;
use std::marker::PhantomData;

use serde_json::Value;
use tachi_core::catalogue::Catalogue;
use tachi_core::game::Game;
use tachi_core::import_type::ImportType;
use tachi_core::score::DryScore;

use crate::error::{Failure, FatalError};
use crate::format::{Batch, Format, Input, NoContext, ProvidedClass};

/// What such a type reads.
pub trait ClassReader {
    /// The import type.
    const IMPORT_TYPE: ImportType;

    /// The game and the classes that an input tells of.
    ///
    /// # Errors
    /// When the input is not what it should be.
    fn read(input: &Input<'_>) -> Result<(Game, Vec<ProvidedClass>), FatalError>;
}

/// The format of a reader.
#[derive(Debug)]
pub struct ClassesOnly<R>(PhantomData<R>);

impl<R: ClassReader> Format for ClassesOnly<R> {
    const IMPORT_TYPE: ImportType = R::IMPORT_TYPE;
    type Row<'a> = Infallible;
    type Context = NoContext;

    fn parse<'a>(input: &Input<'a>) -> Result<Batch<'a, Self>, FatalError> {
        let (game, classes) = R::read(input)?;
        Ok(Batch { game, context: NoContext {}, classes, rows: Box::new(std::iter::empty()) })
    }

    fn convert(row: &Infallible, _context: &NoContext, _catalogue: &Catalogue) -> Result<DryScore, Failure> {
        match *row {}
    }

    fn store(row: &Infallible) -> Value {
        match *row {}
    }

    fn restore(_data: &Value, _context: &NoContext) -> Result<Infallible, Failure> {
        Err(Failure::Internal(format!("{} has no elements", R::IMPORT_TYPE)))
    }

    fn label(row: &Infallible) -> (Option<&str>, Option<&str>) {
        match *row {}
    }
}
