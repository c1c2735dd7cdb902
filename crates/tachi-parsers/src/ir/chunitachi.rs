//! `ir/chunitachi`: scores of CHUNITHM from an early hook.
//!
//! - **Page**: `spec/import-types/ir-chunitachi.md`
//! - **Written by**: the Chunitachi hook of 2021, which later sent `ir/direct-manual`
//! - **Versions**: two spellings of the hook's name
//! - **Encoding**: JSON
//! - **Times**: UNIX milliseconds, 0 meaning none
//! - **Quirks**: as in [`batch_manual`](crate::file::batch_manual), whose reader this is; one lamp for both of today's
//! - **Skipped**: nothing
//! - **Invalid**: as in files of that format
//! - **Fatal**: another game, another sender, any structural error

use tachi_core::game::Game;
use tachi_core::import_type::ImportType;

use crate::error::FatalError;
use crate::file::batch_manual::{Dialect, Manual};
use crate::json::{self, Json};

/// The import type.
pub type Chunitachi = Manual<Hook>;

/// The hook.
#[derive(Debug)]
pub struct Hook;

/// How the hook called itself over time.
const NAMES: [&str; 2] = ["Chunitachi", "ChunItachi"];

impl Dialect for Hook {
    const IMPORT_TYPE: ImportType = ImportType::IrChunitachi;

    fn read(bytes: &[u8]) -> Result<Json<'_>, FatalError> {
        let document = json::body(bytes)?;
        let meta = document.get("meta");
        if meta.and_then(|meta| meta.text_of("game")) != Some(Game::Chunithm.id()) {
            return Err(FatalError::bad_input("Invalid Game."));
        }
        let service = meta.and_then(|meta| meta.get("service"));
        if !service.and_then(Json::text).is_some_and(|service| NAMES.contains(&service)) {
            let service = service.map_or_else(|| "undefined".to_owned(), Json::shown);
            let text = format!("Unexpected service {service} -- expected 'Chunitachi'");
            return Err(FatalError::bad_input(text));
        }
        Ok(document)
    }

    fn service(sender: &str) -> String {
        sender.to_owned()
    }
}
