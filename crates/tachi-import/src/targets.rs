//! Subscribing to goals and milestones, which are also called quests. Source: `spec/goals-milestones.md` 3, 5 and 9.

use rustc_hash::FxHashSet;
use tachi_core::catalogue::{GoalChartsDocument, GoalCriteria, GoalDocument, QuestDocument, check_goal};
use tachi_core::game::Gpt;
use tachi_core::goal;
use tachi_core::ids::{GoalId, UserId};
use tachi_db::catalogue::{folder_charts, folders_by_ids, goal_by_id, goal_insert, goals_by_ids, quest_by_id};
use tachi_db::goals::{
    GoalSubscription, QuestSubscription, goal_subscriptions_delete, goal_subscriptions_of_user,
    goal_subscriptions_upsert, quest_subscription_delete, quest_subscriptions_of_user, quest_subscriptions_upsert,
};
use tachi_db::{Conn, DbError, GoalKey};
use thiserror::Error;

use crate::importer::{ImportFailure, Importer, LIVE_WAIT};
use crate::pipeline::Scope;
use crate::stages::goals::{Played, goals_of, subscribe};

/// Why a subscription was not made or removed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TargetError {
    /// What was asked for makes no sense, or is not to be had like this.
    #[error("{0}")]
    Refused(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// It is so already.
    #[error("{0}")]
    Conflict(String),
    /// The database is busy or failed.
    #[error(transparent)]
    Failed(#[from] ImportFailure),
}

/// A subscription with its goal.
pub type Subscribed = (GoalSubscription, GoalDocument);

impl Importer {
    /// Subscribes a user to a goal that they define.
    ///
    /// # Errors
    /// When the goal makes no sense, is achieved already, is one too many, or the user is subscribed to it.
    pub fn subscribe_to_goal(
        &self,
        user: UserId,
        gpt: Gpt,
        charts: &GoalChartsDocument,
        criteria: &GoalCriteria,
    ) -> Result<Subscribed, TargetError> {
        let max = self.configuration().max_goals;
        self.write_scoped(user, LIVE_WAIT, |conn, scope| {
            Ok(subscribe_to_goal(conn, scope, gpt, (charts, criteria), max)?)
        })?
    }

    /// Takes a user's subscription to a goal away.
    ///
    /// # Errors
    /// When there is none, or a milestone that the user is subscribed to needs it.
    pub fn unsubscribe_from_goal(&self, user: UserId, gpt: Gpt, goal: &GoalId) -> Result<(), TargetError> {
        self.write_scoped(user, LIVE_WAIT, |conn, _| Ok(unsubscribe_from_goal(conn, user, gpt, goal)?))?
    }

    /// Subscribes a user to a milestone and to all its goals.
    ///
    /// # Errors
    /// When there is none, it is one too many, or the user is subscribed to it.
    pub fn subscribe_to_quest(
        &self,
        user: UserId,
        gpt: Gpt,
        quest: &str,
    ) -> Result<(QuestSubscription, QuestDocument), TargetError> {
        let max = self.configuration().max_quests;
        self.write_scoped(user, LIVE_WAIT, |conn, scope| Ok(subscribe_to_quest(conn, scope, gpt, quest, max)?))?
    }

    /// Takes a user's subscription to a milestone away, and those to goals that nothing else needs.
    ///
    /// # Errors
    /// When the user is not subscribed to it.
    pub fn unsubscribe_from_quest(&self, user: UserId, gpt: Gpt, quest: &str) -> Result<(), TargetError> {
        self.write_scoped(user, LIVE_WAIT, |conn, _| Ok(unsubscribe_from_quest(conn, user, gpt, quest)?))?
    }
}

fn subscribe_to_goal(
    conn: &mut Conn,
    scope: &Scope<'_>,
    gpt: Gpt,
    (charts, criteria): (&GoalChartsDocument, &GoalCriteria),
    max: usize,
) -> Result<Result<Subscribed, TargetError>, DbError> {
    let goal = match define(conn, scope, gpt, charts, criteria)? {
        Ok(goal) => goal,
        Err(error) => return Ok(Err(error)),
    };
    let known = goal_subscriptions_of_user(conn, scope.user, gpt)?;
    let count = known.len();
    if let Some((mut subscription, goal)) = known.into_iter().find(|(_, known)| known.goal_id == goal.goal_id) {
        if subscription.was_assigned_standalone {
            return Ok(Err(TargetError::Conflict("You are already subscribed to this goal.".to_owned())));
        }
        subscription.was_assigned_standalone = true;
        goal_subscriptions_upsert(conn, std::slice::from_ref(&subscription))?;
        return Ok(Ok((subscription, goal)));
    }
    if count >= max {
        let text = format!("You cannot be subscribed to more than {max} goals on {}.", gpt.config().name);
        return Ok(Err(TargetError::Refused(text)));
    }
    let played = Played::load(conn, &scope.evaluation(&[gpt]), &[&goal])?;
    let Some(state) = played.evaluate(scope.catalogue, &goal) else {
        return Ok(Err(TargetError::Refused("This goal cannot be evaluated.".to_owned())));
    };
    if state.achieved {
        let text = "You can't directly assign goals that you would immediately achieve.";
        return Ok(Err(TargetError::Refused(text.to_owned())));
    }
    let subscription = GoalSubscription {
        user: scope.user,
        goal: goal_insert(conn, &goal)?,
        state,
        time_achieved: None,
        last_interaction: None,
        was_instantly_achieved: false,
        was_assigned_standalone: true,
    };
    goal_subscriptions_upsert(conn, std::slice::from_ref(&subscription))?;
    Ok(Ok((subscription, goal)))
}

/// The goal with that definition, if it is a proper one.
fn define(
    conn: &mut Conn,
    scope: &Scope<'_>,
    gpt: Gpt,
    charts: &GoalChartsDocument,
    criteria: &GoalCriteria,
) -> Result<Result<GoalDocument, TargetError>, DbError> {
    let mut folder = None;
    if let GoalChartsDocument::Folder(id) = charts
        && let Some((key, document)) = folders_by_ids(conn, std::slice::from_ref(id))?.pop()
    {
        let count = folder_charts(conn, &[key])?.len();
        folder = Some((document, count));
    }
    let size = |_: &_| folder.as_ref().and_then(|(document, count)| Some((document.gpt()?, *count)));
    let findings = check_goal(gpt, charts, criteria, scope.catalogue, size);
    if let Some(finding) = findings.invalid.iter().chain(&findings.missing).next() {
        return Ok(Err(TargetError::Refused(finding.to_string())));
    }
    let labels: Vec<String> = chart_labels(scope, charts);
    let folder = folder.map(|(document, _)| document.title);
    let name = goal::title(gpt.config(), criteria, &labels, folder.as_deref()).unwrap_or_default();
    let mut goal = GoalDocument {
        goal_id: GoalId::new(""),
        game: gpt.game(),
        playtype: gpt.playtype().to_owned(),
        name,
        charts: charts.clone(),
        criteria: criteria.clone(),
    };
    goal.goal_id = goal.derived_id();
    Ok(Ok(goal))
}

fn chart_labels(scope: &Scope<'_>, charts: &GoalChartsDocument) -> Vec<String> {
    let ids = match charts {
        GoalChartsDocument::Single(chart) => std::slice::from_ref(chart),
        GoalChartsDocument::Multi(charts) => charts,
        GoalChartsDocument::Folder(_) => &[],
    };
    let found = ids.iter().filter_map(|id| scope.catalogue.chart_by_id(id));
    found.map(|chart| scope.catalogue.label(scope.catalogue.chart(chart))).collect()
}

fn unsubscribe_from_goal(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    goal: &GoalId,
) -> Result<Result<(), TargetError>, DbError> {
    let key = goal_by_id(conn, goal)?.filter(|(_, document)| document.gpt() == Some(gpt)).map(|(key, _)| key);
    let subscribed = goal_subscriptions_of_user(conn, user, gpt)?;
    let Some(key) = key.filter(|key| subscribed.iter().any(|(subscription, _)| subscription.goal == *key)) else {
        return Ok(Err(TargetError::NotFound(format!("You are not subscribed to the goal {goal}."))));
    };
    let quests = quest_subscriptions_of_user(conn, user, &[gpt])?;
    let needing = quests.iter().filter(|(_, quest)| goals_of(quest).any(|needed| needed == goal));
    let needing: Vec<&str> = needing.map(|(_, quest)| quest.name.as_str()).collect();
    if !needing.is_empty() {
        let text = format!("This goal is part of quests that you are subscribed to: {}.", needing.join(", "));
        return Ok(Err(TargetError::Refused(text)));
    }
    goal_subscriptions_delete(conn, user, &[key])?;
    Ok(Ok(()))
}

fn subscribe_to_quest(
    conn: &mut Conn,
    scope: &Scope<'_>,
    gpt: Gpt,
    id: &str,
    max: usize,
) -> Result<Result<(QuestSubscription, QuestDocument), TargetError>, DbError> {
    let Some(quest) = quest_by_id(conn, id)?.filter(|quest| quest.gpt() == Some(gpt)) else {
        return Ok(Err(TargetError::NotFound(format!("The quest {id} does not exist."))));
    };
    let subscribed = quest_subscriptions_of_user(conn, scope.user, &[gpt])?;
    if subscribed.iter().any(|(subscription, _)| subscription.quest == id) {
        return Ok(Err(TargetError::Conflict("You are already subscribed to this quest.".to_owned())));
    }
    if subscribed.len() >= max {
        let text = format!("You cannot be subscribed to more than {max} quests on {}.", gpt.config().name);
        return Ok(Err(TargetError::Refused(text)));
    }
    let known = goal_subscriptions_of_user(conn, scope.user, gpt)?;
    let mut achieved: FxHashSet<GoalId> = FxHashSet::default();
    let mut have: FxHashSet<GoalId> = FxHashSet::default();
    for (subscription, goal) in known {
        if subscription.state.achieved {
            achieved.insert(goal.goal_id.clone());
        }
        have.insert(goal.goal_id);
    }
    let wanted: FxHashSet<&GoalId> = goals_of(&quest).collect();
    let missing: Vec<GoalId> = wanted.into_iter().filter(|goal| !have.contains(*goal)).cloned().collect();
    for (subscription, goal) in subscribe(conn, &scope.evaluation(&[gpt]), &missing)? {
        if subscription.state.achieved {
            achieved.insert(goal);
        }
    }
    let goals: Vec<&GoalId> = goals_of(&quest).collect();
    let state = goal::milestone(goals.len(), goals.iter().filter(|goal| achieved.contains(**goal)).count());
    let subscription = QuestSubscription {
        user: scope.user,
        quest: quest.quest_id.clone(),
        time_achieved: state.achieved.then_some(scope.now),
        last_interaction: None,
        was_instantly_achieved: state.achieved,
        state,
    };
    quest_subscriptions_upsert(conn, std::slice::from_ref(&subscription))?;
    Ok(Ok((subscription, quest)))
}

fn unsubscribe_from_quest(
    conn: &mut Conn,
    user: UserId,
    gpt: Gpt,
    id: &str,
) -> Result<Result<(), TargetError>, DbError> {
    let subscribed = quest_subscriptions_of_user(conn, user, &[gpt])?;
    let Some((_, quest)) = subscribed.iter().find(|(subscription, _)| subscription.quest == id) else {
        return Ok(Err(TargetError::Conflict(format!("You are not subscribed to the quest {id}."))));
    };
    let others = subscribed.iter().filter(|(subscription, _)| subscription.quest != id);
    let needed: FxHashSet<&GoalId> = others.flat_map(|(_, quest)| goals_of(quest)).collect();
    let stranded: Vec<GoalId> = goals_of(quest).filter(|goal| !needed.contains(goal)).cloned().collect();
    let stranded: FxHashSet<GoalKey> = goals_by_ids(conn, &stranded)?.into_iter().map(|(key, _)| key).collect();
    let own = goal_subscriptions_of_user(conn, user, gpt)?;
    let own = own.iter().map(|(subscription, _)| subscription);
    let doomed = own.filter(|own| !own.was_assigned_standalone && stranded.contains(&own.goal));
    let doomed: Vec<GoalKey> = doomed.map(|subscription| subscription.goal).collect();
    goal_subscriptions_delete(conn, user, &doomed)?;
    quest_subscription_delete(conn, user, id)?;
    Ok(Ok(()))
}
