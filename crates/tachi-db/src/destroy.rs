//! Removes everything of a user on one GPT. Source: `spec/pipeline.md` 11.

use diesel::dsl::exists;
use diesel::prelude::*;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;

use crate::convert::gpt_to_db;
use crate::error::DbError;
use crate::imports::imports_forget_gpt;
use crate::pool::Conn;
use crate::schema::{
    goal_subscriptions, goals, pbs, profile_snapshots, profiles, quest_subscriptions, quests, rivals, scores, sessions,
    ugpt_settings,
};

/// Removes a profile with its scores, PBs, sessions, snapshots, rivals, settings, subscriptions and imports; an import
/// that covers other GPTs too keeps that part. Classes that were reached, orphans and the blacklist stay. A fixed
/// number of statements. Returns whether there was a profile.
///
/// # Errors
/// Those of the database.
pub fn profile_destroy(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<bool, DbError> {
    let (user_id, number) = (user.0, gpt_to_db(gpt));
    macro_rules! remove {
        ($table:ident) => {
            diesel::delete($table::table.filter($table::user_id.eq(user_id)).filter($table::gpt.eq(number)))
                .execute(conn)?
        };
    }
    // Before what would tell which imports are meant.
    imports_forget_gpt(conn, user, gpt)?;
    let goals = goals::table.filter(goals::key.eq(goal_subscriptions::goal_key)).filter(goals::gpt.eq(number));
    let own = goal_subscriptions::table.filter(goal_subscriptions::user_id.eq(user_id)).filter(exists(goals));
    diesel::delete(own).execute(conn)?;
    let quests = quests::table.filter(quests::quest_id.eq(quest_subscriptions::quest_id));
    let quests = quests.filter(quests::gpt.eq(number));
    let own = quest_subscriptions::table.filter(quest_subscriptions::user_id.eq(user_id)).filter(exists(quests));
    diesel::delete(own).execute(conn)?;
    remove!(scores);
    remove!(pbs);
    remove!(sessions);
    remove!(profile_snapshots);
    remove!(ugpt_settings);
    remove!(rivals);
    // Rivals have played what they are rivals on.
    diesel::delete(rivals::table.filter(rivals::rival_id.eq(user_id)).filter(rivals::gpt.eq(number))).execute(conn)?;
    Ok(remove!(profiles) > 0)
}
