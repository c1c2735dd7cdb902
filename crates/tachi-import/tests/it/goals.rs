//! Goals and milestones in an import. Expected values: `spec/goals-milestones.md` 4, 6, 10.

use serde_json::json;
use tachi_core::ids::{GoalId, UserId};
use tachi_core::import_document::{GoalState, MilestoneState};
use tachi_db::catalogue::{goal_by_id, quests_all};
use tachi_db::goals::{
    GoalSubscription, QuestSubscription, goal_subscriptions_of_user, goal_subscriptions_upsert,
    quest_subscriptions_upsert,
};

use crate::support::{WAIT, World, score, with};

/// HARD CLEAR 5.1.1. (SPA 10): the goal of the page's vector.
pub const HARD_CLEAR: &str = "G7fa03918a2d4ced59c367b1c0b6a78c083a6a8b0f6edf227ef8584a6c27bb105";
/// CLEAR 3 charts in the folder of level 10.
const CLEAR_3_OF_LEVEL_10: &str = "Gecce06cc49943b04530e81977002c76d3dd9fe29add6531beb1528e9c8eee4f4";
/// The quest that holds both.
const FIRST_STEPS: &str = "1cbb09d81a42f0cc35885e974b6e1c5d49e82fb9";

fn state(progress: Option<f64>, human: &str, out_of: f64, out_of_human: &str, achieved: bool) -> GoalState {
    GoalState { progress, progress_human: human.to_owned(), out_of, out_of_human: out_of_human.to_owned(), achieved }
}

pub fn subscribe(world: &World, goal: &str, state: GoalState) {
    subscribe_of(world, world.user, goal, state);
}

pub fn subscribe_of(world: &World, user: UserId, goal: &str, state: GoalState) {
    let goal = GoalId::new(goal);
    world
        .importer
        .database()
        .write(WAIT, |conn| {
            let (key, _) = goal_by_id(conn, &goal)?.expect("the goal exists");
            let subscription = GoalSubscription {
                user,
                goal: key,
                state: state.clone(),
                time_achieved: None,
                last_interaction: None,
                was_instantly_achieved: false,
                was_assigned_standalone: true,
            };
            goal_subscriptions_upsert(conn, &[subscription])
        })
        .unwrap();
}

pub fn no_data() -> GoalState {
    state(None, "NO DATA", 5.0, "HARD CLEAR", false)
}

#[test]
fn a_goal_shows_what_it_was_and_what_it_is() {
    let world = World::new();
    subscribe(&world, HARD_CLEAR, no_data());
    let bp = json!({"optional": {"bp": 2}});

    let document = world.import(&[with(score("ANOTHER", 1000, "CLEAR"), &bp)]);
    assert_eq!(document.goal_info.len(), 1);
    assert_eq!(document.goal_info[0].old, no_data());
    assert_eq!(document.goal_info[0].new, state(Some(4.0), "CLEAR (BP: 2)", 5.0, "HARD CLEAR", false));

    let document = world.import(&[with(score("ANOTHER", 1001, "EX HARD CLEAR"), &bp)]);
    assert_eq!(document.goal_info[0].new, state(Some(6.0), "EX HARD CLEAR (BP: 2)", 5.0, "HARD CLEAR", true));
    let stored = world
        .importer
        .database()
        .read(|conn| goal_subscriptions_of_user(conn, world.user, tachi_core::game::Gpt::IidxSp));
    let (subscription, _) = stored.unwrap().pop().unwrap();
    assert!(subscription.time_achieved.is_some() && subscription.last_interaction.is_some());
}

#[test]
fn a_goal_whose_progress_stays_is_not_told() {
    let world = World::new();
    subscribe(&world, HARD_CLEAR, no_data());
    world.import(&[score("ANOTHER", 1000, "HARD CLEAR")]);
    assert!(world.import(&[score("ANOTHER", 1001, "CLEAR")]).goal_info.is_empty());
    assert!(world.import(&[score("HYPER", 1000, "FULL COMBO")]).goal_info.is_empty());
}

#[test]
fn goals_without_a_subscription_are_not_told() {
    assert!(World::new().import(&[score("ANOTHER", 1000, "HARD CLEAR")]).goal_info.is_empty());
}

#[test]
fn a_folder_goal_counts_the_charts_that_qualify() {
    let world = World::new();
    subscribe(&world, CLEAR_3_OF_LEVEL_10, state(Some(0.0), "0", 3.0, "3", false));
    let document = world.import(&[score("ANOTHER", 1000, "CLEAR"), score("HYPER", 900, "CLEAR")]);
    assert_eq!(document.goal_info.len(), 1);
    assert_eq!(document.goal_info[0].new, state(Some(1.0), "1", 3.0, "3", false));
}

/// Subscribes to a quest; returns how many goals it has.
pub fn subscribe_to_first_steps(world: &World) -> usize {
    subscribe_to_first_steps_of(world, world.user)
}

pub fn subscribe_to_first_steps_of(world: &World, user: UserId) -> usize {
    let quest = world.importer.database().read(quests_all).unwrap();
    let quest = quest.into_iter().find(|quest| quest.quest_id == FIRST_STEPS).unwrap();
    let goals = quest.quest_data.iter().flat_map(|section| &section.goals).count();
    let subscription = QuestSubscription {
        user,
        quest: quest.quest_id,
        state: MilestoneState { progress: 0, achieved: false },
        time_achieved: None,
        last_interaction: None,
        was_instantly_achieved: false,
    };
    let database = world.importer.database();
    database.write(WAIT, |conn| quest_subscriptions_upsert(conn, std::slice::from_ref(&subscription))).unwrap();
    goals
}

#[test]
fn a_milestone_counts_its_achieved_goals_and_subscribes_to_those_that_lack() {
    let world = World::new();
    subscribe(&world, HARD_CLEAR, no_data());
    let goals = subscribe_to_first_steps(&world);
    let database = world.importer.database();

    let document = world.import(&[score("ANOTHER", 1000, "HARD CLEAR")]);
    assert_eq!(document.milestone_info.len(), 1);
    let info = &document.milestone_info[0];
    assert_eq!(info.milestone_id, FIRST_STEPS);
    assert_eq!(info.old, MilestoneState { progress: 0, achieved: false });
    assert_eq!(info.new, MilestoneState { progress: 1, achieved: false });
    let subscribed =
        database.read(|conn| goal_subscriptions_of_user(conn, world.user, tachi_core::game::Gpt::IidxSp)).unwrap();
    assert_eq!(subscribed.len(), goals);
}
