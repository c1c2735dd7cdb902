//! A user's goals and milestones, which are also called quests. Source: `spec/goals-milestones.md`.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use tachi_core::catalogue::{GoalChartsDocument, GoalCriteria, GoalDocument, QuestDocument};
use tachi_core::ids::GoalId;
use tachi_core::number;
use tachi_db::catalogue::{goal_by_id, goals_by_ids, quest_by_id};
use tachi_db::goals::{GoalSubscription, QuestSubscription, goal_subscriptions_of_user, quest_subscriptions_of_user};
use tachi_import::TargetError;

use crate::app::block;
use crate::auth::Permission;
use crate::body;
use crate::envelope::{ApiError, Kind, Nothing, success};
use crate::routes::reading::Ugpt;
use crate::routes::resolve::refused;
use crate::routes::shown;

/// May subscribe to goals and milestones.
#[derive(Debug)]
pub struct ManageTargets;

impl Permission for ManageTargets {
    const NAME: &'static str = "manage_targets";
}

impl From<TargetError> for ApiError {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Refused(text) => Self::bad_request(text),
            TargetError::NotFound(text) => Self::not_found(text),
            TargetError::Conflict(text) => Self::new(Kind::Conflict, text),
            TargetError::Failed(failure) => failure.into(),
        }
    }
}

/// GoalSubscription.
fn goal_subscription(subscription: &GoalSubscription, goal: &GoalDocument) -> Value {
    let state = &subscription.state;
    json!({
        "goalID": goal.goal_id, "userID": subscription.user, "game": goal.game, "playtype": goal.playtype,
        "achieved": state.achieved, "timeAchieved": subscription.time_achieved,
        "lastInteraction": subscription.last_interaction,
        "progress": state.progress.map(number::json), "progressHuman": state.progress_human,
        "outOf": number::json(state.out_of), "outOfHuman": state.out_of_human,
        "wasInstantlyAchieved": subscription.was_instantly_achieved,
        "wasAssignedStandalone": subscription.was_assigned_standalone,
    })
}

/// QuestSubscription or MilestoneSubscription, by the name of its identifier.
fn quest_subscription(subscription: &QuestSubscription, quest: &QuestDocument, id: &str) -> Value {
    let mut document = json!({
        "userID": subscription.user, "game": quest.game, "playtype": quest.playtype,
        "progress": subscription.state.progress, "achieved": subscription.state.achieved,
        "timeAchieved": subscription.time_achieved, "lastInteraction": subscription.last_interaction,
        "wasInstantlyAchieved": subscription.was_instantly_achieved,
    });
    document[id] = json!(subscription.quest);
    document
}

/// The milestone that a quest is on the older wire.
fn milestone(quest: &QuestDocument) -> Value {
    json!({
        "milestoneID": quest.quest_id, "game": quest.game, "playtype": quest.playtype, "name": quest.name,
        "desc": quest.desc, "milestoneData": quest.quest_data, "criteria": {"type": "all"},
    })
}

/// `GET /goals`: the user's goals; `unachieved` shows those only that are not achieved.
pub async fn user_goals(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Returned goals.", |conn, reading, profile| {
        let mut subscribed = goal_subscriptions_of_user(conn, profile.user, reading.gpt)?;
        subscribed.retain(|(own, _)| !own.state.achieved || !reading.params.has("unachieved"));
        let own: Vec<Value> = subscribed.iter().map(|(own, goal)| goal_subscription(own, goal)).collect();
        let goals: Vec<&GoalDocument> = subscribed.iter().map(|(_, goal)| goal).collect();
        Ok(json!({"userGoals": own, "goals": goals}))
    })
    .await
}

/// `GET /milestones`: the user's milestones; `unachieved` as for goals.
pub async fn user_milestones(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Returned milestones.", |conn, reading, profile| {
        let mut subscribed = quest_subscriptions_of_user(conn, profile.user, &[reading.gpt])?;
        subscribed.retain(|(own, _)| !own.state.achieved || !reading.params.has("unachieved"));
        let own = subscribed.iter().map(|(own, quest)| quest_subscription(own, quest, "milestoneID"));
        let own: Vec<Value> = own.collect();
        let milestones: Vec<Value> = subscribed.iter().map(|(_, quest)| milestone(quest)).collect();
        Ok(json!({"userMilestones": own, "milestones": milestones}))
    })
    .await
}

/// `GET /targets/goals`: the user's goals, and the quests that may contain them.
pub async fn goals(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Returned goals.", |conn, reading, profile| {
        let subscribed = goal_subscriptions_of_user(conn, profile.user, reading.gpt)?;
        let quests = quest_subscriptions_of_user(conn, profile.user, &[reading.gpt])?;
        let own: Vec<Value> = subscribed.iter().map(|(own, goal)| goal_subscription(own, goal)).collect();
        let goals: Vec<&GoalDocument> = subscribed.iter().map(|(_, goal)| goal).collect();
        let quest_subs = quests.iter().map(|(own, quest)| quest_subscription(own, quest, "questID"));
        let quest_subs: Vec<Value> = quest_subs.collect();
        let quests: Vec<&QuestDocument> = quests.iter().map(|(_, quest)| quest).collect();
        Ok(json!({"goalSubs": own, "goals": goals, "questSubs": quest_subs, "quests": quests}))
    })
    .await
}

/// `GET /targets/goals/:goalID`: one of the user's goals.
pub async fn goal(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let id = GoalId::new(ugpt.on.segment("goal"));
    ugpt.answer("Returned goal.", move |conn, reading, profile| {
        let text = shown(id.as_str());
        let found = goal_by_id(conn, &id)?.filter(|(_, goal)| goal.gpt() == Some(reading.gpt));
        let (key, goal) = found.ok_or_else(|| ApiError::not_found(format!("The goal {text} does not exist.")))?;
        let subscribed = goal_subscriptions_of_user(conn, profile.user, reading.gpt)?;
        let own = subscribed.iter().find(|(own, _)| own.goal == key);
        let (own, _) =
            own.ok_or_else(|| ApiError::not_found(format!("This user is not subscribed to the goal {text}.")))?;
        Ok(json!({"goal": goal, "goalSub": goal_subscription(own, &goal)}))
    })
    .await
}

/// Reads a member of a body.
fn member<T: for<'de> Deserialize<'de>>(body: &serde_json::Map<String, Value>, name: &str) -> Result<T, ApiError> {
    let value = body.get(name).ok_or_else(|| refused(name, "an object", None))?;
    T::deserialize(value).map_err(|error| refused(name, &format!("an object of the right form ({error})"), Some(value)))
}

/// `POST /targets/goals/add-goal`: subscribes the user to a goal that the body defines.
pub async fn add_goal(ugpt: Ugpt, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let user = ugpt.owner::<ManageTargets>().await?;
    let body = body::object(ugpt.on.request(), payload).await?;
    let (charts, criteria): (GoalChartsDocument, GoalCriteria) = (member(&body, "charts")?, member(&body, "criteria")?);
    let (importer, gpt) = (Arc::clone(&ugpt.on.app.importer), ugpt.on.gpt);
    let subscribed = block(move || importer.subscribe_to_goal(user, gpt, &charts, &criteria).map_err(ApiError::from));
    let (own, goal) = subscribed.await?;
    Ok(success("Subscribed to goal.", json!({"goal": goal, "goalSub": goal_subscription(&own, &goal)})))
}

/// `DELETE /targets/goals/:goalID`: takes the subscription away.
pub async fn remove_goal(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let user = ugpt.owner::<ManageTargets>().await?;
    let id = GoalId::new(ugpt.on.segment("goal").chars().take(100).collect::<String>());
    let (importer, gpt) = (Arc::clone(&ugpt.on.app.importer), ugpt.on.gpt);
    block(move || importer.unsubscribe_from_goal(user, gpt, &id).map_err(ApiError::from)).await?;
    Ok(success("Unsubscribed from goal.", Nothing {}))
}

/// `GET /targets/quests`: the user's quests.
pub async fn quests(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Returned quests.", |conn, reading, profile| {
        let quests = quest_subscriptions_of_user(conn, profile.user, &[reading.gpt])?;
        let own = quests.iter().map(|(own, quest)| quest_subscription(own, quest, "questID"));
        let own: Vec<Value> = own.collect();
        let quests: Vec<&QuestDocument> = quests.iter().map(|(_, quest)| quest).collect();
        Ok(json!({"questSubs": own, "quests": quests}))
    })
    .await
}

/// `GET /targets/quests/:questID`: one of the user's quests, with its goals.
pub async fn quest(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let id = ugpt.on.segment("quest");
    ugpt.answer("Returned quest.", move |conn, reading, profile| {
        let text = shown(&id);
        let found = quest_by_id(conn, &id)?.filter(|quest| quest.gpt() == Some(reading.gpt));
        let quest = found.ok_or_else(|| ApiError::not_found(format!("The quest {text} does not exist.")))?;
        let subscribed = quest_subscriptions_of_user(conn, profile.user, &[reading.gpt])?;
        let own = subscribed.iter().find(|(own, _)| own.quest == id);
        let (own, _) =
            own.ok_or_else(|| ApiError::not_found(format!("This user is not subscribed to the quest {text}.")))?;
        let wanted: Vec<GoalId> =
            quest.quest_data.iter().flat_map(|section| &section.goals).map(|goal| goal.goal_id.clone()).collect();
        let goals: Vec<GoalDocument> = goals_by_ids(conn, &wanted)?.into_iter().map(|(_, goal)| goal).collect();
        let own_goals = goal_subscriptions_of_user(conn, profile.user, reading.gpt)?;
        let own_goals = own_goals.iter().filter(|(_, goal)| wanted.contains(&goal.goal_id));
        let own_goals: Vec<Value> = own_goals.map(|(own, goal)| goal_subscription(own, goal)).collect();
        let own = quest_subscription(own, &quest, "questID");
        Ok(json!({"quest": quest, "questSub": own, "goals": goals, "goalSubs": own_goals}))
    })
    .await
}

/// `PUT /targets/quests/:questID`: subscribes the user to a quest.
pub async fn add_quest(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let user = ugpt.owner::<ManageTargets>().await?;
    let id = shown(&ugpt.on.segment("quest"));
    let (importer, gpt) = (Arc::clone(&ugpt.on.app.importer), ugpt.on.gpt);
    let (own, quest) = block(move || importer.subscribe_to_quest(user, gpt, &id).map_err(ApiError::from)).await?;
    let own = quest_subscription(&own, &quest, "questID");
    Ok(success("Subscribed to quest.", json!({"quest": quest, "questSub": own})))
}

/// `DELETE /targets/quests/:questID`: takes the subscription away.
pub async fn remove_quest(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    let user = ugpt.owner::<ManageTargets>().await?;
    let id = shown(&ugpt.on.segment("quest"));
    let (importer, gpt) = (Arc::clone(&ugpt.on.app.importer), ugpt.on.gpt);
    block(move || importer.unsubscribe_from_quest(user, gpt, &id).map_err(ApiError::from)).await?;
    Ok(success("Unsubscribed from quest.", Nothing {}))
}
