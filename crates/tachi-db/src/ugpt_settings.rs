//! What users decide about their profiles. Source: `spec/documents.md`, settings per GPT.

use diesel::prelude::*;
use diesel::upsert::excluded;
use serde_json::{Map, Value};
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::convert::{gpt_to_db, json_from_db, json_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::ugpt_settings;

/// What a user decided about a profile; nothing where nothing is stored.
///
/// # Errors
/// Those of the database.
pub fn ugpt_settings_get(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Map<String, Value>, DbError> {
    let query = ugpt_settings::table.find((user.0, gpt_to_db(gpt))).select(ugpt_settings::preferences);
    let text: Option<String> = query.first(conn).optional()?;
    text.map_or_else(|| Ok(Map::new()), |text| json_from_db(&text, "preferences"))
}

/// Stores what a user decided about a profile, over what there may be.
///
/// # Errors
/// Those of the database.
pub fn ugpt_settings_put(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    preferences: &Map<String, Value>,
) -> Result<(), DbError> {
    let row = (
        ugpt_settings::user_id.eq(user.0),
        ugpt_settings::gpt.eq(gpt_to_db(gpt)),
        ugpt_settings::preferences.eq(json_to_db(preferences, "preferences")?),
    );
    on_backend!(conn, |inner| diesel::insert_into(ugpt_settings::table)
        .values(&row)
        .on_conflict((ugpt_settings::user_id, ugpt_settings::gpt))
        .do_update()
        .set(ugpt_settings::preferences.eq(excluded(ugpt_settings::preferences)))
        .execute(inner))?;
    Ok(())
}
