//! The catalogue in memory.

use diesel::prelude::*;
use tachi_core::catalogue::{Catalogue, ChartDocument, ChartKey, SongDocument};

use super::{catalogue_version, rules_get};
use crate::connection::snapshot;
use crate::convert::{game_from_db, json_from_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{charts, songs};

/// Reads all songs and charts, row by row: only one stands in memory beside the catalogue.
///
/// # Errors
/// Those of the database, and [`DbError::Data`] when what is stored makes no catalogue.
pub fn catalogue_load(conn: &mut Conn) -> Result<Catalogue, DbError> {
    snapshot(conn, |conn| {
        let mut builder = Catalogue::builder().version(catalogue_version(conn)?).rules(rules_get(conn)?);
        let query = songs::table.select((songs::game, songs::document)).order((songs::game, songs::id));
        for_each_row!(conn, query, (i16, String), |(game, text): (i16, String)| {
            let document: SongDocument = json_from_db(&text, "a song")?;
            builder.song(game_from_db(game)?, document).map_err(|error| DbError::data("the catalogue", error))
        });
        let query = charts::table.select((charts::key, charts::game, charts::document)).order(charts::key);
        for_each_row!(conn, query, (i32, i16, String), |(key, game, text): (i32, i16, String)| {
            let document: ChartDocument = json_from_db(&text, "a chart")?;
            let added = builder.chart(game_from_db(game)?, &document, ChartKey(key));
            added.map_err(|error| DbError::data("the catalogue", error))
        });
        Ok(builder.build())
    })
}
