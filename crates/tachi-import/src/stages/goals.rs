//! Evaluates the goals and milestones that touched charts may have moved.
//! Source: `spec/goals-milestones.md` 4, 6 and 10.

use rustc_hash::{FxHashMap, FxHashSet};
use tachi_core::catalogue::{Catalogue, ChartKey, GoalChartsDocument, GoalDocument, QuestDocument};
use tachi_core::game::Gpt;
use tachi_core::goal::{self, GoalPb};
use tachi_core::ids::{FolderId, GoalId, UserId};
use tachi_core::import_document::{GoalImportInfo, GoalState, MilestoneImportInfo};
use tachi_db::catalogue::{folder_charts, folders_by_ids, goals_by_ids};
use tachi_db::goals::{
    GoalSubscription, QuestSubscription, goal_subscriptions_of_user, goal_subscriptions_touched,
    goal_subscriptions_upsert, quest_subscriptions_of_user, quest_subscriptions_upsert,
};
use tachi_db::pbs::{StoredPb, pbs_of_charts, pbs_of_folders};
use tachi_db::{Conn, DbError, FolderKey};

use crate::stage::Stage;

/// Whose goals are evaluated, against what, and when.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    /// Whose.
    pub user: UserId,
    /// All songs and charts.
    pub catalogue: &'a Catalogue,
    /// On which playtypes.
    pub gpts: &'a [Gpt],
    /// The time that changes bear, UNIX milliseconds.
    pub now: i64,
}

/// What an evaluation changed.
#[derive(Debug, Default)]
pub struct Evaluated {
    /// Goals whose progress changed, by goal ID.
    pub goals: Vec<GoalImportInfo>,
    /// Milestones whose progress changed, by milestone ID.
    pub milestones: Vec<MilestoneImportInfo>,
}

/// Evaluates the subscribed goals on the touched charts, and the milestones that hold a goal that changed.
pub fn goals(conn: &mut Conn, evaluation: &Evaluation<'_>, touched: &[ChartKey]) -> Result<Evaluated, DbError> {
    if touched.is_empty() {
        return Ok(Evaluated::default());
    }
    let subscribed = goal_subscriptions_touched(conn, evaluation.user, evaluation.gpts, touched)?;
    if subscribed.is_empty() {
        return Ok(Evaluated::default());
    }
    let documents: Vec<&GoalDocument> = subscribed.iter().map(|(_, goal)| goal).collect();
    let played = Played::load(conn, evaluation, &documents)?;
    let mut info = Vec::new();
    let mut changed = Vec::new();
    for (mut subscription, goal) in subscribed {
        let Some(new) = played.evaluate(evaluation.catalogue, &goal) else {
            log::error!("goal {} cannot be evaluated", goal.goal_id);
            continue;
        };
        if new.progress == subscription.state.progress && new.out_of == subscription.state.out_of {
            continue;
        }
        let old = subscription.state.clone();
        advance(&mut subscription, new.clone(), evaluation.now);
        changed.push(subscription);
        info.push(GoalImportInfo { goal_id: goal.goal_id, old, new });
    }
    goal_subscriptions_upsert(conn, &changed)?;
    let milestones = Stage::Milestones.run(|| milestones(conn, evaluation, &info))?;
    Ok(Evaluated { goals: info, milestones })
}

/// Moves a subscription to a new state.
fn advance(subscription: &mut GoalSubscription, new: GoalState, now: i64) {
    let was_achieved = subscription.state.achieved;
    subscription.time_achieved = match (was_achieved, new.achieved) {
        (true, true) => subscription.time_achieved,
        (false, true) => Some(now),
        (_, false) => None,
    };
    if was_achieved && !new.achieved {
        subscription.was_instantly_achieved = false;
    }
    subscription.last_interaction = Some(now);
    subscription.state = new;
}

/// A user's PBs on the charts of goals.
pub struct Played {
    on_charts: FxHashMap<ChartKey, StoredPb>,
    on_folders: FxHashMap<FolderId, Vec<StoredPb>>,
    sizes: FxHashMap<FolderId, usize>,
}

impl Played {
    /// Reads what these goals need, in a fixed number of statements.
    pub fn load(conn: &mut Conn, evaluation: &Evaluation<'_>, goals: &[&GoalDocument]) -> Result<Self, DbError> {
        let mut charts: FxHashSet<ChartKey> = FxHashSet::default();
        let mut folders: FxHashSet<FolderId> = FxHashSet::default();
        for goal in goals {
            match &goal.charts {
                GoalChartsDocument::Folder(folder) => {
                    folders.insert(folder.clone());
                }
                _ => charts.extend(named_charts(evaluation.catalogue, goal)),
            }
        }
        let charts: Vec<ChartKey> = charts.into_iter().collect();
        let on_charts = pbs_of_charts(conn, evaluation.user, &charts)?;
        let folders = folders_by_ids(conn, &folders.into_iter().collect::<Vec<_>>())?;
        let ids: FxHashMap<FolderKey, FolderId> =
            folders.into_iter().map(|(key, folder)| (key, folder.folder_id)).collect();
        let keys: Vec<FolderKey> = ids.keys().copied().collect();
        let mut played = Self {
            on_charts: on_charts.into_iter().map(|pb| (pb.chart, pb)).collect(),
            on_folders: FxHashMap::default(),
            sizes: FxHashMap::default(),
        };
        for (key, _) in folder_charts(conn, &keys)? {
            *played.sizes.entry(ids[&key].clone()).or_default() += 1;
        }
        for (key, pb) in pbs_of_folders(conn, evaluation.user, &keys)? {
            played.on_folders.entry(ids[&key].clone()).or_default().push(pb);
        }
        Ok(played)
    }

    /// Where the user stands with one of the goals this was read for; `None` when the goal makes no sense.
    pub fn evaluate(&self, catalogue: &Catalogue, goal: &GoalDocument) -> Option<GoalState> {
        let gpt = goal.game.playtype(&goal.playtype)?;
        let (count, stored): (usize, Vec<&StoredPb>) = match &goal.charts {
            GoalChartsDocument::Single(_) => (1, self.on_named(catalogue, goal)),
            GoalChartsDocument::Multi(charts) => (charts.len(), self.on_named(catalogue, goal)),
            GoalChartsDocument::Folder(folder) => {
                let pbs = self.on_folders.get(folder).into_iter().flatten().collect();
                (self.sizes.get(folder).copied().unwrap_or(0), pbs)
            }
        };
        let pbs: Vec<GoalPb<'_>> = stored
            .into_iter()
            .filter_map(|pb| Some(GoalPb { chart: catalogue.chart_by_key(pb.chart)?, data: &pb.data }))
            .collect();
        goal::evaluate(gpt.config(), &goal.criteria, count, &pbs)
    }

    fn on_named(&self, catalogue: &Catalogue, goal: &GoalDocument) -> Vec<&StoredPb> {
        named_charts(catalogue, goal).filter_map(|chart| self.on_charts.get(&chart)).collect()
    }
}

/// The charts that a goal names itself; one that does not exist counts as never played.
fn named_charts<'a>(catalogue: &'a Catalogue, goal: &'a GoalDocument) -> impl Iterator<Item = ChartKey> + 'a {
    let ids = match &goal.charts {
        GoalChartsDocument::Single(chart) => std::slice::from_ref(chart),
        GoalChartsDocument::Multi(charts) => charts,
        GoalChartsDocument::Folder(_) => &[],
    };
    ids.iter().filter_map(|id| Some(catalogue.chart(catalogue.chart_by_id(id)?).key))
}

/// Evaluates the subscribed milestones that hold a changed goal, from all the user's subscriptions to its goals.
fn milestones(
    conn: &mut Conn,
    evaluation: &Evaluation<'_>,
    changed: &[GoalImportInfo],
) -> Result<Vec<MilestoneImportInfo>, DbError> {
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let changed: FxHashSet<&GoalId> = changed.iter().map(|info| &info.goal_id).collect();
    let mut subscribed = quest_subscriptions_of_user(conn, evaluation.user, evaluation.gpts)?;
    subscribed.retain(|(_, quest)| goals_of(quest).any(|goal| changed.contains(goal)));
    if subscribed.is_empty() {
        return Ok(Vec::new());
    }
    let achieved = achieved(conn, evaluation, &subscribed)?;
    let mut info = Vec::new();
    let mut moved = Vec::new();
    for (mut subscription, quest) in subscribed {
        let goals: Vec<&GoalId> = goals_of(&quest).collect();
        if let Some(missing) = goals.iter().find(|goal| !achieved.contains_key(**goal)) {
            log::error!("milestone {} has a goal {missing} that does not exist", quest.quest_id);
            continue;
        }
        let done = goals.iter().filter(|goal| achieved[**goal]).count();
        let new = goal::milestone(goals.len(), done);
        if new.progress == subscription.state.progress {
            continue;
        }
        let old = subscription.state.clone();
        subscription.time_achieved = match (old.achieved, new.achieved) {
            (true, true) => subscription.time_achieved,
            (false, true) => Some(evaluation.now),
            (_, false) => None,
        };
        subscription.last_interaction = Some(evaluation.now);
        subscription.state = new.clone();
        info.push(MilestoneImportInfo { milestone_id: quest.quest_id, old, new });
        moved.push(subscription);
    }
    quest_subscriptions_upsert(conn, &moved)?;
    Ok(info)
}

/// The goals that a milestone refers to, as often as it does.
pub fn goals_of(quest: &QuestDocument) -> impl Iterator<Item = &GoalId> {
    quest.quest_data.iter().flat_map(|section| &section.goals).map(|goal| &goal.goal_id)
}

/// Whether the goals of milestones are achieved. A subscriber who lacks one of them is subscribed to it.
fn achieved(
    conn: &mut Conn,
    evaluation: &Evaluation<'_>,
    subscribed: &[(QuestSubscription, QuestDocument)],
) -> Result<FxHashMap<GoalId, bool>, DbError> {
    let mut achieved: FxHashMap<GoalId, bool> = FxHashMap::default();
    for gpt in evaluation.gpts {
        let goals = goal_subscriptions_of_user(conn, evaluation.user, *gpt)?;
        achieved.extend(goals.into_iter().map(|(subscription, goal)| (goal.goal_id, subscription.state.achieved)));
    }
    let wanted: FxHashSet<&GoalId> = subscribed.iter().flat_map(|(_, quest)| goals_of(quest)).collect();
    let missing: Vec<GoalId> = wanted.into_iter().filter(|goal| !achieved.contains_key(*goal)).cloned().collect();
    for (subscription, goal) in subscribe(conn, evaluation, &missing)? {
        achieved.insert(goal, subscription.state.achieved);
    }
    Ok(achieved)
}

/// Subscribes a user to goals through a milestone: goals achieved already count at once.
pub fn subscribe(
    conn: &mut Conn,
    evaluation: &Evaluation<'_>,
    goals: &[GoalId],
) -> Result<Vec<(GoalSubscription, GoalId)>, DbError> {
    let found = goals_by_ids(conn, goals)?;
    let documents: Vec<&GoalDocument> = found.iter().map(|(_, goal)| goal).collect();
    let played = Played::load(conn, evaluation, &documents)?;
    let mut new = Vec::new();
    for (key, goal) in &found {
        let Some(state) = played.evaluate(evaluation.catalogue, goal) else { continue };
        let subscription = GoalSubscription {
            user: evaluation.user,
            goal: *key,
            time_achieved: state.achieved.then_some(evaluation.now),
            last_interaction: None,
            was_instantly_achieved: state.achieved,
            was_assigned_standalone: false,
            state,
        };
        new.push((subscription, goal.goal_id.clone()));
    }
    let rows: Vec<GoalSubscription> = new.iter().map(|(subscription, _)| subscription.clone()).collect();
    goal_subscriptions_upsert(conn, &rows)?;
    Ok(new)
}
