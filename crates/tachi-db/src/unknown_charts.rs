//! Charts that the catalogue does not hold, waiting for enough players. Source: `spec/orphans.md` 5.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::bulk::lock_catalogue;
use crate::catalogue::catalogue_version;
use crate::convert::{gpt_to_db, json_from_db, json_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{unknown_chart_players, unknown_charts};

/// Notes that a user has played an unknown chart, and returns all users who have, by number. The first sender's document stays.
/// Until the transaction ends, nobody else can join and the catalogue does not change.
///
/// `None` when the catalogue is another one than `version`: the chart may be known by now.
///
/// # Errors
/// Those of the database.
pub fn unknown_chart_join(
    conn: &mut Conn,
    version: i64,
    (gpt, sha256): (Gpt, &str),
    document: &impl Serialize,
    user: UserId,
) -> Result<Option<Vec<UserId>>, DbError> {
    lock_catalogue(conn)?;
    if catalogue_version(conn)? != version {
        return Ok(None);
    }
    let document = json_to_db(document, "an unknown chart")?;
    let chart = (
        unknown_charts::gpt.eq(gpt_to_db(gpt)),
        unknown_charts::sha256.eq(sha256),
        unknown_charts::document.eq(document),
    );
    on_backend!(conn, |inner| diesel::insert_into(unknown_charts::table)
        .values(&chart)
        .on_conflict_do_nothing()
        .execute(inner))?;
    let player = (
        unknown_chart_players::gpt.eq(gpt_to_db(gpt)),
        unknown_chart_players::sha256.eq(sha256),
        unknown_chart_players::user_id.eq(user.0),
    );
    on_backend!(conn, |inner| diesel::insert_into(unknown_chart_players::table)
        .values(&player)
        .on_conflict_do_nothing()
        .execute(inner))?;
    let players = unknown_chart_players::table.filter(unknown_chart_players::gpt.eq(gpt_to_db(gpt)));
    let players = players.filter(unknown_chart_players::sha256.eq(sha256)).order(unknown_chart_players::user_id);
    let players: Vec<i32> = players.select(unknown_chart_players::user_id).load(conn)?;
    Ok(Some(players.into_iter().map(UserId).collect()))
}

/// Takes a chart out of the queue; `None` when it is not in it.
///
/// # Errors
/// Those of the database.
pub fn unknown_chart_take<T: DeserializeOwned>(
    conn: &mut Conn,
    (gpt, sha256): (Gpt, &str),
) -> Result<Option<T>, DbError> {
    let query = unknown_charts::table.find((gpt_to_db(gpt), sha256));
    let document: Option<String> = query.select(unknown_charts::document).first(conn).optional()?;
    diesel::delete(query).execute(conn)?;
    document.map(|document| json_from_db(&document, "an unknown chart")).transpose()
}
