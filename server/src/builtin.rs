//! The small catalogue that is compiled in, so that a fresh start has something to match scores against.

use anyhow::Result;
use tachi_core::catalogue::Collections;
use tachi_db::{Database, catalogue};
use tachi_import::seeds;

/// File names and texts.
static FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Loads the built-in catalogue into a database that has none; says whether it did.
pub fn load_if_empty(database: &Database) -> Result<bool> {
    if database.read(catalogue::catalogue_version)? > 0 {
        return Ok(false);
    }
    let mut collections = Collections::default();
    for (name, text) in FILES {
        collections.add_file(name, text)?;
    }
    seeds::load(database, collections, |_| {})?;
    Ok(true)
}
