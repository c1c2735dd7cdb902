//! Who is subscribed to which goals and quests, and where they stand. What goals and quests are:
//! [`crate::catalogue`]. Source: `spec/goals-milestones.md`.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tachi_core::catalogue::{ChartKey, GoalDocument, QuestDocument};
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_core::import_document::{GoalState, MilestoneState};

use crate::bulk::KEYS;
use crate::convert::{gpt_to_db, json_from_db, text_to_db};
use crate::error::DbError;
use crate::keys::GoalKey;
use crate::pool::Conn;
use crate::schema::{folder_charts, goal_charts, goal_subscriptions, goals, quest_subscriptions, quests};

/// A user's subscription to a goal.
#[derive(Debug, Clone, PartialEq)]
pub struct GoalSubscription {
    /// Who.
    pub user: UserId,
    /// To what.
    pub goal: GoalKey,
    /// Where the user stands.
    pub state: GoalState,
    /// When it was achieved; `None` exactly when it is not.
    pub time_achieved: Option<i64>,
    /// When an import last changed anything.
    pub last_interaction: Option<i64>,
    /// Whether it was achieved when the user subscribed.
    pub was_instantly_achieved: bool,
    /// Whether the user chose it, rather than a quest that contains it.
    pub was_assigned_standalone: bool,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = goal_subscriptions, treat_none_as_default_value = false)]
struct GoalRow {
    user_id: i32,
    goal_key: i32,
    achieved: bool,
    time_achieved: Option<i64>,
    last_interaction: Option<i64>,
    progress: Option<f64>,
    progress_human: String,
    out_of: f64,
    out_of_human: String,
    was_instantly_achieved: bool,
    was_assigned_standalone: bool,
}

impl From<&GoalSubscription> for GoalRow {
    fn from(subscription: &GoalSubscription) -> Self {
        let state = &subscription.state;
        Self {
            user_id: subscription.user.0,
            goal_key: subscription.goal.0,
            achieved: state.achieved,
            time_achieved: subscription.time_achieved,
            last_interaction: subscription.last_interaction,
            progress: state.progress,
            progress_human: text_to_db(&state.progress_human).into_owned(),
            out_of: state.out_of,
            out_of_human: text_to_db(&state.out_of_human).into_owned(),
            was_instantly_achieved: subscription.was_instantly_achieved,
            was_assigned_standalone: subscription.was_assigned_standalone,
        }
    }
}

impl From<GoalRow> for GoalSubscription {
    fn from(row: GoalRow) -> Self {
        Self {
            user: UserId(row.user_id),
            goal: GoalKey(row.goal_key),
            state: GoalState {
                progress: row.progress,
                progress_human: row.progress_human,
                out_of: row.out_of,
                out_of_human: row.out_of_human,
                achieved: row.achieved,
            },
            time_achieved: row.time_achieved,
            last_interaction: row.last_interaction,
            was_instantly_achieved: row.was_instantly_achieved,
            was_assigned_standalone: row.was_assigned_standalone,
        }
    }
}

/// A subscription with its goal.
type GoalAndSubscription = (GoalSubscription, GoalDocument);

fn with_goals(rows: Vec<(GoalRow, String)>) -> Result<Vec<GoalAndSubscription>, DbError> {
    rows.into_iter().map(|(row, text)| Ok((row.into(), json_from_db(&text, "a goal")?))).collect()
}

/// Stores subscriptions to goals, over those there may be.
///
/// # Errors
/// Those of the database.
pub fn goal_subscriptions_upsert(conn: &mut Conn, subscriptions: &[GoalSubscription]) -> Result<(), DbError> {
    let rows: Vec<GoalRow> = subscriptions.iter().map(GoalRow::from).collect();
    insert_rows!(conn, goal_subscriptions::table, rows, |insert| insert
        .on_conflict((goal_subscriptions::user_id, goal_subscriptions::goal_key))
        .do_update()
        .set((
            goal_subscriptions::achieved.eq(excluded(goal_subscriptions::achieved)),
            goal_subscriptions::time_achieved.eq(excluded(goal_subscriptions::time_achieved)),
            goal_subscriptions::last_interaction.eq(excluded(goal_subscriptions::last_interaction)),
            goal_subscriptions::progress.eq(excluded(goal_subscriptions::progress)),
            goal_subscriptions::progress_human.eq(excluded(goal_subscriptions::progress_human)),
            goal_subscriptions::out_of.eq(excluded(goal_subscriptions::out_of)),
            goal_subscriptions::out_of_human.eq(excluded(goal_subscriptions::out_of_human)),
            goal_subscriptions::was_instantly_achieved.eq(excluded(goal_subscriptions::was_instantly_achieved)),
            goal_subscriptions::was_assigned_standalone.eq(excluded(goal_subscriptions::was_assigned_standalone)),
        )));
    Ok(())
}

/// A user's subscriptions to goals of a GPT, by goal ID.
///
/// # Errors
/// Those of the database.
pub fn goal_subscriptions_of_user(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
) -> Result<Vec<GoalAndSubscription>, DbError> {
    let query = goal_subscriptions::table.inner_join(goals::table).filter(goal_subscriptions::user_id.eq(user.0));
    let query = query.filter(goals::gpt.eq(gpt_to_db(gpt))).order(goals::goal_id);
    with_goals(query.select((GoalRow::as_select(), goals::document)).load(conn)?)
}

/// A user's subscriptions to goals of these GPTs that any of the charts may have moved, by goal ID: goals on one of
/// them, or on a folder that holds one of them.
///
/// # Errors
/// Those of the database.
pub fn goal_subscriptions_touched(
    conn: &mut Conn,
    user: UserId,
    gpts: &[Gpt],
    charts: &[ChartKey],
) -> Result<Vec<GoalAndSubscription>, DbError> {
    let mut found = Vec::new();
    // The charts are bound twice.
    for chunk in charts.chunks(KEYS) {
        let chunk: Vec<i32> = chunk.iter().map(|chart| chart.0).collect();
        let named = goal_charts::table.filter(goal_charts::chart_key.eq_any(&chunk)).select(goal_charts::goal_key);
        let folders = folder_charts::table.filter(folder_charts::chart_key.eq_any(&chunk));
        let folders = folders.select(folder_charts::folder_key.nullable());
        let query = goal_subscriptions::table.inner_join(goals::table).filter(goal_subscriptions::user_id.eq(user.0));
        let query = query.filter(goals::gpt.eq_any(gpts.iter().map(|gpt| gpt_to_db(*gpt))));
        let query = query.filter(goals::key.eq_any(named).or(goals::folder_key.eq_any(folders).assume_not_null()));
        found.extend(with_goals(query.select((GoalRow::as_select(), goals::document)).load(conn)?)?);
    }
    found.sort_unstable_by(|(_, a), (_, b)| a.goal_id.cmp(&b.goal_id));
    found.dedup_by(|(a, _), (b, _)| a.goal == b.goal);
    Ok(found)
}

/// Removes a user's subscriptions to goals. Returns how many there were.
///
/// # Errors
/// Those of the database.
pub fn goal_subscriptions_delete(conn: &mut Conn, user: UserId, goals: &[GoalKey]) -> Result<usize, DbError> {
    let mut removed = 0;
    for chunk in goals.chunks(KEYS) {
        let query = goal_subscriptions::table.filter(goal_subscriptions::user_id.eq(user.0));
        removed += diesel::delete(query.filter(goal_subscriptions::goal_key.eq_any(chunk))).execute(conn)?;
    }
    Ok(removed)
}

/// A user's subscription to a quest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestSubscription {
    /// Who.
    pub user: UserId,
    /// To what.
    pub quest: String,
    /// Where the user stands.
    pub state: MilestoneState,
    /// When it was achieved; `None` exactly when it is not.
    pub time_achieved: Option<i64>,
    /// When an import last changed anything.
    pub last_interaction: Option<i64>,
    /// Whether it was achieved when the user subscribed.
    pub was_instantly_achieved: bool,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = quest_subscriptions, treat_none_as_default_value = false)]
struct QuestRow {
    user_id: i32,
    quest_id: String,
    achieved: bool,
    time_achieved: Option<i64>,
    last_interaction: Option<i64>,
    progress: i32,
    was_instantly_achieved: bool,
}

impl QuestRow {
    fn new(subscription: &QuestSubscription) -> Result<Self, DbError> {
        let progress = subscription.state.progress;
        Ok(Self {
            user_id: subscription.user.0,
            quest_id: subscription.quest.clone(),
            achieved: subscription.state.achieved,
            time_achieved: subscription.time_achieved,
            last_interaction: subscription.last_interaction,
            progress: i32::try_from(progress).map_err(|error| DbError::data("a quest's progress", error))?,
            was_instantly_achieved: subscription.was_instantly_achieved,
        })
    }
}

impl From<QuestRow> for QuestSubscription {
    fn from(row: QuestRow) -> Self {
        Self {
            user: UserId(row.user_id),
            quest: row.quest_id,
            state: MilestoneState { progress: i64::from(row.progress), achieved: row.achieved },
            time_achieved: row.time_achieved,
            last_interaction: row.last_interaction,
            was_instantly_achieved: row.was_instantly_achieved,
        }
    }
}

/// Stores subscriptions to quests, over those there may be.
///
/// # Errors
/// Those of the database; [`DbError::Conflict`] when there is no such quest.
pub fn quest_subscriptions_upsert(conn: &mut Conn, subscriptions: &[QuestSubscription]) -> Result<(), DbError> {
    let rows = subscriptions.iter().map(QuestRow::new).collect::<Result<Vec<_>, _>>()?;
    insert_rows!(conn, quest_subscriptions::table, rows, |insert| insert
        .on_conflict((quest_subscriptions::user_id, quest_subscriptions::quest_id))
        .do_update()
        .set((
            quest_subscriptions::achieved.eq(excluded(quest_subscriptions::achieved)),
            quest_subscriptions::time_achieved.eq(excluded(quest_subscriptions::time_achieved)),
            quest_subscriptions::last_interaction.eq(excluded(quest_subscriptions::last_interaction)),
            quest_subscriptions::progress.eq(excluded(quest_subscriptions::progress)),
            quest_subscriptions::was_instantly_achieved.eq(excluded(quest_subscriptions::was_instantly_achieved)),
        )));
    Ok(())
}

/// A user's subscriptions to quests of these GPTs, by quest ID.
///
/// # Errors
/// Those of the database.
pub fn quest_subscriptions_of_user(
    conn: &mut Conn,
    user: UserId,
    gpts: &[Gpt],
) -> Result<Vec<(QuestSubscription, QuestDocument)>, DbError> {
    let query = quest_subscriptions::table.inner_join(quests::table).filter(quest_subscriptions::user_id.eq(user.0));
    let query = query.filter(quests::gpt.eq_any(gpts.iter().map(|gpt| gpt_to_db(*gpt)))).order(quests::quest_id);
    let rows: Vec<(QuestRow, String)> = query.select((QuestRow::as_select(), quests::document)).load(conn)?;
    rows.into_iter().map(|(row, text)| Ok((row.into(), json_from_db(&text, "a quest")?))).collect()
}

/// Removes a user's subscription to a quest. Returns whether there was one.
///
/// # Errors
/// Those of the database.
pub fn quest_subscription_delete(conn: &mut Conn, user: UserId, quest: &str) -> Result<bool, DbError> {
    let query = quest_subscriptions::table.filter(quest_subscriptions::user_id.eq(user.0));
    Ok(diesel::delete(query.filter(quest_subscriptions::quest_id.eq(quest))).execute(conn)? > 0)
}
