//! Subscriptions to goals and quests.

use serde_json::{Value, json};
use tachi_core::catalogue::{FolderDocument, GoalDocument, QuestDocument};
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_core::import_document::{GoalState, MilestoneState};
use tachi_db::catalogue::*;
use tachi_db::goals::*;
use tachi_db::{DbError, GoalKey};

use crate::support::{TestDatabase, WAIT, charts, on_both};

fn goals(db: &TestDatabase, charts: &[Value]) -> Vec<GoalKey> {
    let goals: Vec<GoalDocument> = charts
        .iter()
        .enumerate()
        .map(|(number, charts)| {
            let document = json!({
                "goalID": format!("G{number}"), "game": "iidx", "playtype": "SP", "name": "a goal", "charts": charts,
                "criteria": {"mode": "single", "key": "lamp", "value": 5},
            });
            serde_json::from_value(document).unwrap()
        })
        .collect();
    db.write(|conn| goals_replace(conn, &goals));
    goals.iter().map(|goal| db.read(|conn| goal_by_id(conn, &goal.goal_id)).unwrap().0).collect()
}

fn subscription(user: UserId, goal: GoalKey, progress: Option<f64>) -> GoalSubscription {
    GoalSubscription {
        user,
        goal,
        state: GoalState {
            progress,
            progress_human: "CLEAR (BP: 2)".to_owned(),
            out_of: 5.0,
            out_of_human: "HARD CLEAR".to_owned(),
            achieved: progress.is_some_and(|progress| progress >= 5.0),
        },
        time_achieved: progress.filter(|progress| *progress >= 5.0).map(|_| 77),
        last_interaction: None,
        was_instantly_achieved: false,
        was_assigned_standalone: true,
    }
}

#[test]
fn a_subscription_replaces_the_one_before() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        charts(db, 1);
        let goals = goals(db, &[json!({"type": "single", "data": "chart000001"})]);
        let first = subscription(user, goals[0], None);
        db.write(|conn| goal_subscriptions_upsert(conn, std::slice::from_ref(&first)));
        let of_user = || {
            let found = db.read(|conn| goal_subscriptions_of_user(conn, user, Gpt::IidxSp));
            found.into_iter().map(|(subscription, _)| subscription).collect::<Vec<_>>()
        };
        assert_eq!(of_user(), [first]);
        let second = subscription(user, goals[0], Some(6.0));
        db.write(|conn| goal_subscriptions_upsert(conn, std::slice::from_ref(&second)));
        assert_eq!(of_user(), [second]);
        assert!(db.read(|conn| goal_subscriptions_of_user(conn, user, Gpt::IidxDp)).is_empty());
        // A goal with subscribers is kept.
        assert_eq!(db.write(|conn| goals_replace(conn, &[])).kept, 1);
        assert_eq!(db.write(|conn| goal_subscriptions_delete(conn, other, &goals)), 0);
        assert_eq!(db.write(|conn| goal_subscriptions_delete(conn, user, &goals)), 1);
        assert_eq!(db.write(|conn| goals_replace(conn, &[])).removed, 1);
        let result =
            db.database.write(WAIT, |conn| goal_subscriptions_upsert(conn, &[subscription(user, goals[0], None)]));
        assert!(matches!(result, Err(DbError::Conflict { .. })), "{result:?}");
    });
}

#[test]
fn goals_are_touched_by_their_charts_and_folders() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let charts = charts(db, 6);
        let folder: FolderDocument = serde_json::from_value(json!({
            "folderID": "Ffolder", "title": "t", "game": "iidx", "playtype": "SP", "inactive": true,
            "searchTerms": [], "type": "static", "data": [],
        }))
        .unwrap();
        db.write(|conn| folders_replace(conn, std::slice::from_ref(&folder)));
        let key = db.read(folders_all)[0].0;
        db.write(|conn| folder_charts_replace(conn, &[(key, vec![charts[2], charts[3]])]));
        let goals = goals(
            db,
            &[
                json!({"type": "single", "data": "chart000001"}),
                json!({"type": "multi", "data": ["chart000001", "chart000002"]}),
                json!({"type": "folder", "data": "Ffolder"}),
                json!({"type": "single", "data": "chart000005"}),
            ],
        );
        // The last goal is somebody else's.
        let mine: Vec<_> = goals[..3].iter().map(|goal| subscription(user, *goal, None)).collect();
        db.write(|conn| goal_subscriptions_upsert(conn, &mine));
        db.write(|conn| goal_subscriptions_upsert(conn, &[subscription(other, goals[3], None)]));
        let touched = |charts: &[_]| {
            let found = db.read(|conn| goal_subscriptions_touched(conn, user, &[Gpt::IidxSp, Gpt::IidxDp], charts));
            found.iter().map(|(subscription, _)| subscription.goal).collect::<Vec<_>>()
        };
        assert_eq!(touched(&charts[..1]), [goals[0], goals[1]]);
        assert_eq!(touched(&charts[1..2]), [goals[1]]);
        assert_eq!(touched(&charts[2..4]), [goals[2]]);
        assert_eq!(touched(&charts), [goals[0], goals[1], goals[2]]);
        assert!(touched(&charts[4..]).is_empty());
        assert!(touched(&[]).is_empty());
        let found = db.read(|conn| goal_subscriptions_touched(conn, user, &[Gpt::IidxDp], &charts));
        assert!(found.is_empty());
    });
}

#[test]
fn quests_and_their_subscribers() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let quest = |id: &str| -> QuestDocument {
            let document =
                json!({"questID": id, "game": "iidx", "playtype": "SP", "name": id, "desc": "d", "questData": []});
            serde_json::from_value(document).unwrap()
        };
        db.write(|conn| quests_replace(conn, &[quest("a"), quest("b")]));
        let subscription = |user, progress| QuestSubscription {
            user,
            quest: "a".to_owned(),
            state: MilestoneState { progress, achieved: progress == 4 },
            time_achieved: (progress == 4).then_some(9),
            last_interaction: Some(8),
            was_instantly_achieved: false,
        };
        let both = [subscription(user, 3), subscription(other, 0)];
        db.write(|conn| quest_subscriptions_upsert(conn, &both));
        db.write(|conn| quest_subscriptions_upsert(conn, &[subscription(user, 4)]));
        let found = db.read(|conn| quest_subscriptions_of_user(conn, user, &[Gpt::IidxSp]));
        assert_eq!(found, [(subscription(user, 4), quest("a"))]);
        assert!(db.read(|conn| quest_subscriptions_of_user(conn, user, &[Gpt::IidxDp])).is_empty());
        // What has subscribers stays until they are gone.
        let report = db.write(|conn| quests_replace(conn, &[]));
        assert_eq!((report.counts.removed, report.counts.kept, report.kept), (1, 1, vec!["a".to_owned()]));
        for user in [user, other] {
            assert!(db.write(|conn| quest_subscription_delete(conn, user, "a")));
            assert!(!db.write(|conn| quest_subscription_delete(conn, user, "a")));
        }
        assert_eq!(db.write(|conn| quests_replace(conn, &[])).counts.removed, 1);
    });
}
