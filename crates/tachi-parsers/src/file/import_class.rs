//! `file/import-class`: classes that a player states by hand.
//!
//! - **Page**: `spec/import-types/file-import-class.md`
//! - **Written by**: the site's own forms; the body of `POST /api/v1/import/class`, no file in spite of its name
//! - **Versions**: a v3 game string, or game and playtype
//! - **Encoding**: JSON
//! - **Times**: none
//! - **Quirks**: a class may go down, and null takes it away
//! - **Skipped**: nothing
//! - **Invalid**: nothing
//! - **Fatal**: a game or class that does not exist, a class that is calculated

use tachi_core::game::{ClassSet, ClassSource, Game, Gpt};
use tachi_core::import_type::ImportType;

use crate::classes_only::{ClassReader, ClassesOnly};
use crate::error::{FatalError, shown};
use crate::format::{ClassChange, Input, ProvidedClass};
use crate::gpt_name::{self, Part, UnknownGpt};
use crate::json::{self, Json};

/// The import type.
pub type ImportClass = ClassesOnly<StatedClasses>;

/// Reads the body. Whether the type is on offer here, and the player may use it and has a profile, is not known here.
#[derive(Debug)]
pub struct StatedClasses;

impl ClassReader for StatedClasses {
    const IMPORT_TYPE: ImportType = ImportType::FileImportClass;

    fn read(input: &Input<'_>) -> Result<(Game, Vec<ProvidedClass>), FatalError> {
        let body = json::body(input.bytes)?;
        let gpt = named(&body, input.surroundings.games)?;
        Ok((gpt.game(), classes(gpt, body.get("classes")).map_err(FatalError::bad_input)?))
    }
}

/// The GPT that a body names: whether the player may state classes there is asked before anything else of it is read.
///
/// # Errors
/// When the body is no JSON, or names no GPT of `games`.
pub fn gpt(body: &[u8], games: &[Game]) -> Result<Gpt, FatalError> {
    named(&json::body(body)?, games)
}

fn named(body: &Json<'_>, games: &[Game]) -> Result<Gpt, FatalError> {
    let gpt = gpt_name::read(body.get("game"), body.get("playtype"), games);
    gpt.map_err(|UnknownGpt { part, given, expected }| {
        let what = if part == Part::Playtype { "playtype" } else { "game" };
        FatalError::bad_input(format!("Invalid {what} {given}. Expected any of {expected}."))
    })
}

fn classes(gpt: Gpt, classes: Option<&Json<'_>>) -> Result<Vec<ProvidedClass>, String> {
    let Some(Json::Object(classes)) = classes else { return Err("Invalid classes object.".to_owned()) };
    let name = gpt.config().v3;
    let provided = || gpt.config().classes.iter().filter(|set| matches!(set.source, ClassSource::Provided));
    if provided().next().is_none() {
        return Err(format!("{name} does not support manual class imports."));
    }
    if classes.is_empty() {
        return Err("At least one class must be provided.".to_owned());
    }
    let classes = classes.iter().map(|(id, value)| {
        let set = gpt.config().class_set(id).ok_or_else(|| {
            let known = provided().map(|set| set.id).collect::<Vec<_>>().join(", ");
            format!("Invalid class set \"{}\" for {name}. Expected any of {known}.", shown(id))
        })?;
        Ok(ProvidedClass { gpt, set: set.id, change: change(set, value)? })
    });
    classes.collect()
}

fn change(set: &'static ClassSet, value: &Json<'_>) -> Result<ClassChange, String> {
    if let ClassSource::Derived { .. } = set.source {
        return Err(format!("Class set \"{}\" is derived and cannot be set manually.", set.id));
    }
    if let Json::Null = value {
        return Ok(ClassChange::Clear);
    }
    let index = value.text().and_then(|value| set.index_of(value)).ok_or_else(|| {
        let known = set.values.iter().map(|value| value.id).collect::<Vec<_>>().join(", ");
        format!("Invalid class of {} for set {}. Expected any of {known}", value.shown(), set.id)
    })?;
    Ok(ClassChange::Replace(set.values[index].id))
}
