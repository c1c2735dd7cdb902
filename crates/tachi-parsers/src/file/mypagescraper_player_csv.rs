//! `file/mypagescraper-player-csv`: the stage-up rank of a WACCA player, scraped from the game's site.
//!
//! - **Page**: `spec/import-types/file-mypagescraper-player-csv.md`
//! - **Written by**: WaccaMyPageScraper
//! - **Versions**: one
//! - **Encoding**: as [`rfc_csv`]
//! - **Times**: none
//! - **Quirks**: no scores; the rank is `[id,name,grade]` in one cell, of which only the id counts
//! - **Skipped**: nothing
//! - **Invalid**: nothing
//! - **Fatal**: broken CSV, no or several records, no rank, an unknown one

use tachi_core::game::{ClassValue, Game, Gpt};
use tachi_core::import_type::ImportType;

use crate::classes_only::{ClassReader, ClassesOnly};
use crate::error::{FatalError, shown};
use crate::format::{ClassChange, Input, ProvidedClass};
use crate::rfc_csv;

/// The import type.
pub type MypagescraperPlayerCsv = ClassesOnly<PlayerCsv>;

/// Reads the one record.
#[derive(Debug)]
pub struct PlayerCsv;

impl ClassReader for PlayerCsv {
    const IMPORT_TYPE: ImportType = ImportType::FileMypagescraperPlayerCsv;

    fn read(input: &Input<'_>) -> Result<(Game, Vec<ProvidedClass>), FatalError> {
        let csv = rfc_csv::parse(input.bytes)?;
        let [record] = &csv.records[..] else {
            let text = format!("Found {} records instead of exactly 1 in the player CSV.", csv.records.len());
            return Err(FatalError::bad_input(text));
        };
        let column = csv.column("player_stage");
        let column = column.ok_or_else(|| FatalError::bad_input("Malformed CSV: no player_stage column."))?;
        let stage = stage(&record.cells[column])?;
        let class = ProvidedClass { gpt: GPT, set: STAGE_UP, change: ClassChange::Raise(stage.id) };
        Ok((Game::Wacca, vec![class]))
    }
}

const GPT: Gpt = Gpt::WaccaSingle;
const STAGE_UP: &str = "stageUp";

/// The rank of a cell that holds `[<digits>,<text>,<digits>]`.
fn stage(cell: &str) -> Result<&'static ClassValue, FatalError> {
    let (id, name) = cell
        .split('[')
        .skip(1)
        .find_map(entry)
        .ok_or_else(|| FatalError::bad_input("Malformed player_stage entry."))?;
    let stages = GPT.config().class_set(STAGE_UP).map_or(&[][..], |set| set.values);
    let index = id.parse::<usize>().ok().and_then(|id| id.checked_sub(1));
    let stage = index.and_then(|index| stages.get(index));
    let stage = stage.ok_or_else(|| FatalError::bad_input(format!("Unknown stage up id {}.", shown(id))))?;
    if name != format!("ステージ{}", stage.id) {
        log::warn!("stage up id {id} is called {name:?}, not ステージ{}", stage.id);
    }
    Ok(stage)
}

/// Id and name, where a text begins with an entry's inside.
fn entry(text: &str) -> Option<(&str, &str)> {
    let (inner, _) = text.split_once(']')?;
    let (id, rest) = inner.split_once(',')?;
    let (name, grade) = rest.rsplit_once(',')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(id) && digits(grade)).then_some((id, name))
}
