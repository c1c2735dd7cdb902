//! What users decide about the hooks of their games. Source: `spec/integrations.md` 4.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tachi_core::ids::UserId;

use crate::convert::{json_from_db, json_to_db};
use crate::error::DbError;
use crate::pool::Conn;
use crate::schema::{fervidex_settings, kshook_sv6c_settings};

/// A user's settings for fervidex.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FervidexSettings {
    /// The cards whose scores are wanted, in the user's order; empty for all cards.
    pub cards: Vec<String>,
    /// Whether the next profile's scores are imported, whatever the game.
    pub force_static_import: bool,
}

/// A user's settings for fervidex; the default where nothing is stored.
///
/// # Errors
/// Those of the database.
pub fn fervidex_settings_get(conn: &mut Conn, user: UserId) -> Result<FervidexSettings, DbError> {
    let query = fervidex_settings::table.find(user.0);
    let row: Option<(Option<String>, bool)> =
        query.select((fervidex_settings::cards, fervidex_settings::force_static_import)).first(conn).optional()?;
    let Some((cards, force_static_import)) = row else { return Ok(FervidexSettings::default()) };
    let cards = cards.map(|cards| json_from_db(&cards, "cards")).transpose()?.unwrap_or_default();
    Ok(FervidexSettings { cards, force_static_import })
}

/// Stores a user's settings for fervidex, over those there may be.
///
/// # Errors
/// Those of the database.
pub fn fervidex_settings_put(conn: &mut Conn, user: UserId, settings: &FervidexSettings) -> Result<(), DbError> {
    let cards = Some(&settings.cards).filter(|cards| !cards.is_empty());
    let cards = cards.map(|cards| json_to_db(cards, "cards")).transpose()?;
    let row = (
        fervidex_settings::user_id.eq(user.0),
        fervidex_settings::cards.eq(cards),
        fervidex_settings::force_static_import.eq(settings.force_static_import),
    );
    on_backend!(conn, |inner| diesel::insert_into(fervidex_settings::table)
        .values(&row)
        .on_conflict(fervidex_settings::user_id)
        .do_update()
        .set((
            fervidex_settings::cards.eq(excluded(fervidex_settings::cards)),
            fervidex_settings::force_static_import.eq(excluded(fervidex_settings::force_static_import)),
        ))
        .execute(inner))?;
    Ok(())
}

/// Resets the wish for a fervidex profile's scores; says whether there was one. Of two requests, one gets it.
///
/// # Errors
/// Those of the database.
pub fn fervidex_force_take(conn: &mut Conn, user: UserId) -> Result<bool, DbError> {
    let query = fervidex_settings::table.filter(fervidex_settings::user_id.eq(user.0));
    let query = diesel::update(query.filter(fervidex_settings::force_static_import.eq(true)));
    Ok(query.set(fervidex_settings::force_static_import.eq(false)).execute(conn)? > 0)
}

/// Whether a user wants the next export of kshook; `None` where nothing is stored.
///
/// # Errors
/// Those of the database.
pub fn kshook_force_get(conn: &mut Conn, user: UserId) -> Result<Option<bool>, DbError> {
    let query = kshook_sv6c_settings::table.find(user.0).select(kshook_sv6c_settings::force_static_import);
    Ok(query.first(conn).optional()?)
}

/// Stores whether a user wants the next export of kshook.
///
/// # Errors
/// Those of the database.
pub fn kshook_force_put(conn: &mut Conn, user: UserId, force: bool) -> Result<(), DbError> {
    let row = (kshook_sv6c_settings::user_id.eq(user.0), kshook_sv6c_settings::force_static_import.eq(force));
    on_backend!(conn, |inner| diesel::insert_into(kshook_sv6c_settings::table)
        .values(&row)
        .on_conflict(kshook_sv6c_settings::user_id)
        .do_update()
        .set(kshook_sv6c_settings::force_static_import.eq(force))
        .execute(inner))?;
    Ok(())
}

/// Resets the wish for an export of kshook; says whether there was one. Of two requests, one gets it.
///
/// # Errors
/// Those of the database.
pub fn kshook_force_take(conn: &mut Conn, user: UserId) -> Result<bool, DbError> {
    let query = kshook_sv6c_settings::table.filter(kshook_sv6c_settings::user_id.eq(user.0));
    let query = diesel::update(query.filter(kshook_sv6c_settings::force_static_import.eq(true)));
    Ok(query.set(kshook_sv6c_settings::force_static_import.eq(false)).execute(conn)? > 0)
}
