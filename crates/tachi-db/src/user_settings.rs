//! What users want of the instance. Source: `spec/documents.md`, user settings.

use diesel::prelude::*;
use diesel::upsert::excluded;
use serde::{Deserialize, Serialize};
use tachi_core::ids::UserId;

use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::user_settings;

/// A user's preferences, as documents have them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable)]
#[diesel(table_name = user_settings)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// Others are not told when the user was seen last.
    pub invisible: bool,
    /// Shows what is of use to developers.
    pub developer_mode: bool,
    /// Shows what not everybody likes.
    pub contentious_content: bool,
    /// Shows more of everything.
    pub advanced_mode: bool,
    /// Offers to delete scores.
    pub deletable_scores: bool,
}

/// A user's preferences; the default where nothing is stored.
///
/// # Errors
/// Those of the database.
pub fn preferences_get(conn: &mut Conn, user: UserId) -> Result<Preferences, DbError> {
    let row = user_settings::table.find(user.0).select(Preferences::as_select()).first(conn).optional()?;
    Ok(row.unwrap_or_default())
}

/// Stores a user's preferences, over those there may be.
///
/// # Errors
/// Those of the database.
pub fn preferences_put(conn: &mut Conn, user: UserId, preferences: Preferences) -> Result<(), DbError> {
    let row = (
        user_settings::user_id.eq(user.0),
        user_settings::invisible.eq(preferences.invisible),
        user_settings::developer_mode.eq(preferences.developer_mode),
        user_settings::contentious_content.eq(preferences.contentious_content),
        user_settings::advanced_mode.eq(preferences.advanced_mode),
        user_settings::deletable_scores.eq(preferences.deletable_scores),
    );
    on_backend!(conn, |inner| diesel::insert_into(user_settings::table)
        .values(row)
        .on_conflict(user_settings::user_id)
        .do_update()
        .set((
            user_settings::invisible.eq(excluded(user_settings::invisible)),
            user_settings::developer_mode.eq(excluded(user_settings::developer_mode)),
            user_settings::contentious_content.eq(excluded(user_settings::contentious_content)),
            user_settings::advanced_mode.eq(excluded(user_settings::advanced_mode)),
            user_settings::deletable_scores.eq(excluded(user_settings::deletable_scores)),
        ))
        .execute(inner))?;
    Ok(())
}
