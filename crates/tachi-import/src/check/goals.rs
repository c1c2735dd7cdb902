//! Goals and milestones.

use rustc_hash::FxHashMap;
use tachi_core::catalogue::GoalDocument;
use tachi_core::game::Gpt;
use tachi_core::goal;
use tachi_core::ids::{GoalId, UserId};
use tachi_core::import_document::GoalState;
use tachi_db::goals::{GoalSubscription, QuestSubscription, goal_subscriptions_of_user, quest_subscriptions_of_user};
use tachi_db::{Conn, DbError};

use super::{Check, Invariant, each_user};
use crate::stages::goals::{Evaluation, Played, goals_of};

/// A subscribed goal, and where the user stands by their PBs.
type Evaluated = (GoalSubscription, GoalDocument, Option<GoalState>);

/// Checks the goals and milestones of everybody.
pub fn goals(check: &mut Check<'_>) -> Result<(), DbError> {
    each_user(check, |check, user| {
        for gpt in Gpt::ALL {
            of_gpt(check, user, *gpt)?;
        }
        Ok(())
    })
}

fn of_gpt(check: &mut Check<'_>, user: UserId, gpt: Gpt) -> Result<(), DbError> {
    let (goals, quests) = check.read(|conn| {
        let goals = evaluated(conn, check, user, gpt)?;
        Ok((goals, quest_subscriptions_of_user(conn, user, &[gpt])?))
    })?;
    let mut achieved: FxHashMap<&GoalId, bool> = FxHashMap::default();
    for (subscription, document, expected) in &goals {
        achieved.insert(&document.goal_id, subscription.state.achieved);
        let state = &subscription.state;
        let is_dated = subscription.time_achieved.is_some() == state.achieved;
        check.expect(
            is_dated && expected.as_ref().is_none_or(|expected| same(expected, state)),
            Invariant::Goals,
            || format!("goal {} of user {user}: it stands at {state:?}, its PBs give {expected:?}", document.goal_id),
        );
    }
    for (QuestSubscription { state, quest, .. }, document) in &quests {
        let goals: Vec<&GoalId> = goals_of(document).collect();
        // Goals that were added since are subscribed to by the next evaluation.
        let Some(done) = goals.iter().map(|goal| achieved.get(*goal)).collect::<Option<Vec<_>>>() else { continue };
        let expected = goal::milestone(goals.len(), done.into_iter().filter(|done| **done).count());
        check.expect(expected == *state, Invariant::Milestones, || {
            format!("milestone {quest} of user {user}: it stands at {state:?}, its goals give {expected:?}")
        });
    }
    Ok(())
}

/// Texts may be worded anew by a newer version.
fn same(a: &GoalState, b: &GoalState) -> bool {
    (a.progress, a.out_of, a.achieved) == (b.progress, b.out_of, b.achieved)
}

fn evaluated(conn: &mut Conn, check: &Check<'_>, user: UserId, gpt: Gpt) -> Result<Vec<Evaluated>, DbError> {
    let subscribed = goal_subscriptions_of_user(conn, user, gpt)?;
    let evaluation = Evaluation { user, catalogue: &check.catalogue, gpts: &[gpt], now: 0 };
    let documents: Vec<&GoalDocument> = subscribed.iter().map(|(_, goal)| goal).collect();
    let played = Played::load(conn, &evaluation, &documents)?;
    let with_state = subscribed.into_iter().map(|(subscription, goal)| {
        let state = played.evaluate(&check.catalogue, &goal);
        (subscription, goal, state)
    });
    Ok(with_state.collect())
}
