//! Takes a GPT out of a user's imports.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use rustc_hash::FxHashSet;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use super::Body;
use crate::bulk::KEYS;
use crate::convert::{gpt_to_db, json_from_db, json_to_db};
use crate::error::DbError;
use crate::keys::ImportKey;
use crate::pool::Conn;
use crate::schema::{goals, imports, quests};

/// Takes a GPT out of the documents of a user's imports, and removes the imports that are about nothing else. Their
/// scores are to be removed by the caller.
///
/// # Errors
/// Those of the database.
pub(crate) fn imports_forget_gpt(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<(), DbError> {
    let (game, playtype) = (gpt.game(), gpt.playtype());
    let id_string = format!("{game}:{playtype}");
    let query = imports::table.filter(imports::user_id.eq(user.0)).filter(imports::body.like(format!("%{id_string}%")));
    let rows: Vec<(ImportKey, String)> = query.select((imports::id, imports::body)).load(conn)?;
    let mut bodies = Vec::with_capacity(rows.len());
    for (key, text) in rows {
        let body: Body = json_from_db(&text, "an import")?;
        if body.id_strings.contains(&id_string) {
            bodies.push((key, body));
        }
    }
    let (goals, quests) = targets_of(conn, gpt, &bodies)?;
    let (mut doomed, mut kept) = (Vec::new(), Vec::new());
    for (key, mut body) in bodies {
        body.id_strings.retain(|known| *known != id_string);
        if body.id_strings.is_empty() {
            doomed.push(key);
            continue;
        }
        body.class_deltas.retain(|delta| delta.game != game.id() || delta.playtype != playtype);
        body.goal_info.retain(|info| !goals.contains(info.goal_id.as_str()));
        body.milestone_info.retain(|info| !quests.contains(info.milestone_id.as_str()));
        kept.push((key, json_to_db(&body, "an import")?));
    }
    for chunk in doomed.chunks(KEYS) {
        diesel::delete(imports::table.filter(imports::id.eq_any(chunk))).execute(conn)?;
    }
    write_bodies(conn, &kept)
}

/// The goals and milestones of a GPT that any of the documents names.
fn targets_of(
    conn: &mut Conn,
    gpt: Gpt,
    bodies: &[(ImportKey, Body)],
) -> Result<(FxHashSet<String>, FxHashSet<String>), DbError> {
    let goal_ids: FxHashSet<&str> =
        bodies.iter().flat_map(|(_, body)| &body.goal_info).map(|info| info.goal_id.as_str()).collect();
    let goal_ids: Vec<&str> = goal_ids.into_iter().collect();
    let mut found = FxHashSet::default();
    for chunk in goal_ids.chunks(KEYS) {
        let query = goals::table.filter(goals::goal_id.eq_any(chunk)).filter(goals::gpt.eq(gpt_to_db(gpt)));
        found.extend(query.select(goals::goal_id).load::<String>(conn)?);
    }
    let query = quests::table.filter(quests::gpt.eq(gpt_to_db(gpt))).select(quests::quest_id);
    Ok((found, query.load::<String>(conn)?.into_iter().collect()))
}

/// Replaces what documents hold beside their columns, in one statement.
fn write_bodies(conn: &mut Conn, bodies: &[(ImportKey, String)]) -> Result<(), DbError> {
    if bodies.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Sqlite(conn) => {
            let pairs: Vec<_> = bodies.iter().map(|(key, body)| (key.0, body)).collect();
            diesel::sql_query(
                "UPDATE imports SET body = json_extract(k.value, '$[1]') FROM json_each($1) k \
                 WHERE imports.id = json_extract(k.value, '$[0]')",
            )
            .bind::<Text, _>(json_to_db(&pairs, "imports")?)
            .execute(conn)?
        }
        Conn::Pg(conn) => diesel::sql_query(
            "UPDATE imports SET body = k.body FROM unnest($1::int8[], $2::text[]) AS k(id, body) \
             WHERE imports.id = k.id",
        )
        .bind::<Array<BigInt>, _>(bodies.iter().map(|(key, _)| key.0).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(bodies.iter().map(|(_, body)| body.as_str()).collect::<Vec<_>>())
        .execute(conn)?,
    };
    Ok(())
}
