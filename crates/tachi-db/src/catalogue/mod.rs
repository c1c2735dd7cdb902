//! Songs, charts and what is made of them: loading the catalogue into memory, and replacing the stored one.
//!
//! Each collection is replaced as a whole: the functions named `..._replace` take all documents of it, compare them
//! with what is stored by the hashes of their texts, and write what differs. What is missing in the new load is
//! removed, unless something that belongs to users refers to it; then it is kept. Source: `spec/games/README.md` 12.

mod collections;
mod compare;
mod goals;
mod lists;
mod load;
mod songs;

use diesel::prelude::*;
use diesel::upsert::excluded;
use tachi_core::game::{Game, Gpt, Rules};

use crate::bulk;
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::meta;

pub use collections::*;
pub use goals::*;
pub use lists::*;
pub use load::catalogue_load;
pub use songs::{SongsAndCharts, song_and_chart_insert, song_next_id, songs_and_charts_replace};

/// What a load did to one collection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Documents that were not there.
    pub new: usize,
    /// Documents that were different.
    pub changed: usize,
    /// Documents that were the same.
    pub unchanged: usize,
    /// Documents that are gone.
    pub removed: usize,
    /// Documents that are not in the load but still needed.
    pub kept: usize,
}

impl LoadReport {
    /// Whether the stored collection is another one than before.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        self.new + self.changed + self.removed > 0
    }
}

/// The key of the number below.
const VERSION: &str = "catalogue_version";

/// The number of the stored catalogue; grows with every load that changes anything.
///
/// # Errors
/// Those of the database.
pub fn catalogue_version(conn: &mut Conn) -> Result<i64, DbError> {
    let value: Option<String> = meta::table.find(VERSION).select(meta::value).first(conn).optional()?;
    value.map_or(Ok(0), |value| value.parse().map_err(|error| DbError::data("the catalogue's version", error)))
}

/// Keeps loads from changing the catalogue until the end of the transaction; returns its number.
///
/// # Errors
/// Those of the database.
pub fn catalogue_hold(conn: &mut Conn) -> Result<i64, DbError> {
    bulk::lock_catalogue(conn)?;
    catalogue_version(conn)
}

/// The key of the operator's decisions about ratings; absent as long as they are the default ones.
const HOT_VERSION: &str = "jubeat_hot_version";

/// What the operator decided about ratings. It stands in the database, so that all processes rate alike.
///
/// # Errors
/// Those of the database.
pub fn rules_get(conn: &mut Conn) -> Result<Rules, DbError> {
    let hot: Option<String> = meta::table.find(HOT_VERSION).select(meta::value).first(conn).optional()?;
    Ok(hot.map_or_else(Rules::default, |jubeat_hot_version| Rules { jubeat_hot_version }))
}

/// Stores what the operator decided about ratings: a catalogue with other rules is another catalogue.
///
/// # Errors
/// Those of the database.
pub fn rules_set(conn: &mut Conn, rules: &Rules) -> Result<(), DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = meta, treat_none_as_default_value = false)]
    struct Row<'a> {
        key: &'static str,
        value: &'a str,
    }
    let rows = [Row { key: HOT_VERSION, value: &rules.jubeat_hot_version }];
    insert_rows!(conn, meta::table, rows, |insert| insert
        .on_conflict(meta::key)
        .do_update()
        .set(meta::value.eq(excluded(meta::value))));
    catalogue_changed(conn)
}

fn catalogue_changed(conn: &mut Conn) -> Result<(), DbError> {
    let version = catalogue_version(conn)? + 1;
    diesel::update(meta::table.find(VERSION)).set(meta::value.eq(version.to_string())).execute(conn)?;
    bulk::notify_catalogue(conn)
}

/// The GPT that a document names.
fn gpt_of(game: Game, playtype: &str, what: impl FnOnce() -> String) -> Result<Gpt, DbError> {
    let gpt = game.playtype(playtype);
    gpt.ok_or_else(|| DbError::data(what(), format!("{game} has no playtype {playtype:?}")))
}
