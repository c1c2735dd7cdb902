//! Goals and milestones of a user.

use super::*;
use crate::support::{keys, on_both};
use tachi_db::users::AuthLevel;

/// HARD CLEAR 5.1.1. (SPA 10)
const GOAL: &str = "G7fa03918a2d4ced59c367b1c0b6a78c083a6a8b0f6edf227ef8584a6c27bb105";
/// Of three goals, the one above among them.
const QUEST: &str = "1cbb09d81a42f0cc35885e974b6e1c5d49e82fb9";

const GOAL_SUB: [&str; 13] = [
    "achieved",
    "game",
    "goalID",
    "lastInteraction",
    "outOf",
    "outOfHuman",
    "playtype",
    "progress",
    "progressHuman",
    "timeAchieved",
    "userID",
    "wasAssignedStandalone",
    "wasInstantlyAchieved",
];

fn hard_clear(chart: &str) -> Value {
    json!({
        "charts": {"type": "single", "data": chart},
        "criteria": {"mode": "single", "key": "lamp", "value": 5},
    })
}

fn owner(server: &TestServer) -> Player<'_> {
    let owner = server.user(AuthLevel::User, &["submit_score", "manage_targets"]);
    play(&owner);
    owner
}

#[test]
fn a_goal_is_taken_up_reached_and_given_up() {
    on_both(|server| {
        let owner = owner(server);
        let add = of(&owner, "/targets/goals/add-goal");
        let added = owner.caller.post(&add, &hard_clear(FIVE)).body();
        assert_eq!(keys(&added), ["goal", "goalSub"]);
        assert_eq!(added["goal"]["goalID"], GOAL);
        assert_eq!(added["goal"]["name"], "HARD CLEAR 5.1.1. (SPA 10)");
        let own = &added["goalSub"];
        assert_eq!(keys(own), GOAL_SUB);
        assert_eq!((&own["progress"], &own["outOf"], &own["achieved"]), (&json!(4), &json!(5), &json!(false)));
        assert_eq!((&own["outOfHuman"], &own["timeAchieved"]), (&json!("HARD CLEAR"), &json!(null)));
        assert_eq!(own["wasAssignedStandalone"], true);
        owner.caller.post(&add, &hard_clear(FIVE)).refused(409, "You are already subscribed to this goal.");
        let text = "You can't directly assign goals that you would immediately achieve.";
        owner.caller.post(&add, &hard_clear(AA)).refused(400, text);
        for body in [json!({}), hard_clear("x"), json!({"charts": 1, "criteria": 2})] {
            owner.caller.post(&add, &body).failure(400);
        }
        let one = of(&owner, &format!("/targets/goals/{GOAL}"));
        assert_eq!(server.guest().get(&one).body(), added);
        let listed = server.guest().get(&of(&owner, "/goals")).body();
        assert_eq!(listed, json!({"userGoals": [own], "goals": [added["goal"]]}));
        let listed = server.guest().get(&of(&owner, "/targets/goals")).body();
        assert_eq!((&listed["goalSubs"], &listed["goals"]), (&json!([own]), &json!([added["goal"]])));

        owner.caller.import("file/batch-manual", &batch(&[score("5.1.1.", 1000, "EX HARD CLEAR", NOON + 1)]));
        let reached = server.guest().get(&one).body();
        assert_eq!((&reached["goalSub"]["progress"], &reached["goalSub"]["achieved"]), (&json!(6), &json!(true)));
        let open = server.guest().get(&of(&owner, "/goals?unachieved")).body();
        assert_eq!(open, json!({"userGoals": [], "goals": []}));

        send(&server.guest(), Method::DELETE, &one, &json!({})).refused(401, GUEST);
        let stranger = self::owner(server);
        send(&stranger.caller, Method::DELETE, &one, &json!({})).failure(403);
        let without = player(server);
        let text = "You are missing the following permissions necessary for this request: manage_targets";
        without.caller.post(&of(&without, "/targets/goals/add-goal"), &hard_clear(FIVE)).refused(403, text);
        assert_eq!(send(&owner.caller, Method::DELETE, &one, &json!({})).body(), json!({}));
        send(&owner.caller, Method::DELETE, &one, &json!({})).failure(404);
        server.guest().get(&one).failure(404);
        server.guest().get(&of(&owner, "/targets/goals/Gx")).refused(404, "The goal Gx does not exist.");
    });
}

#[test]
fn a_milestone_brings_its_goals() {
    on_both(|server| {
        let owner = owner(server);
        for name in ["quests", "milestones"] {
            let path = of(&owner, &format!("/targets/{name}/{QUEST}"));
            server.guest().get(&path).failure(404);
            let added = send(&owner.caller, Method::PUT, &path, &json!({})).body();
            assert_eq!(keys(&added), ["quest", "questSub"]);
            let members = [
                "achieved",
                "game",
                "lastInteraction",
                "playtype",
                "progress",
                "questID",
                "timeAchieved",
                "userID",
                "wasInstantlyAchieved",
            ];
            assert_eq!(keys(&added["questSub"]), members);
            assert_eq!((&added["questSub"]["progress"], &added["questSub"]["achieved"]), (&json!(0), &json!(false)));
            send(&owner.caller, Method::PUT, &path, &json!({})).failure(409);
            let one = server.guest().get(&path).body();
            assert_eq!((one["goals"].as_array().unwrap().len(), &one["questSub"]), (3, &added["questSub"]));
            let goals = server.guest().get(&of(&owner, "/targets/goals")).body();
            assert_eq!(each(&goals["goalSubs"], "wasAssignedStandalone"), [false, false, false]);
            let listed = server.guest().get(&of(&owner, "/milestones")).body();
            assert_eq!(keys(&listed), ["milestones", "userMilestones"]);
            assert_eq!(listed["userMilestones"][0]["milestoneID"], QUEST);
            let milestone = &listed["milestones"][0];
            let members = ["criteria", "desc", "game", "milestoneData", "milestoneID", "name", "playtype"];
            assert_eq!((keys(milestone), &milestone["criteria"]), (members.to_vec(), &json!({"type": "all"})));

            send(&owner.caller, Method::DELETE, &path, &json!({})).body();
        }
    });
}

#[test]
fn a_goal_of_a_milestone_goes_with_it_unless_it_is_wanted_alone() {
    on_both(|server| {
        let owner = owner(server);
        for name in ["quests", "milestones"] {
            let path = of(&owner, &format!("/targets/{name}/{QUEST}"));
            send(&owner.caller, Method::PUT, &path, &json!({})).body();
            let needed =
                send(&owner.caller, Method::DELETE, &of(&owner, &format!("/targets/goals/{GOAL}")), &json!({}));
            assert!(needed.failure(400).contains("First Steps"), "{}", needed.text);
            // A goal that the user also wants without the milestone stays.
            owner.caller.post(&of(&owner, "/targets/goals/add-goal"), &hard_clear(FIVE)).body();
            assert_eq!(send(&owner.caller, Method::DELETE, &path, &json!({})).body(), json!({}));
            send(&owner.caller, Method::DELETE, &path, &json!({})).failure(409);
            let left = server.guest().get(&of(&owner, "/targets/goals")).body();
            assert_eq!(each(&left["goalSubs"], "goalID"), [GOAL]);
            send(&owner.caller, Method::DELETE, &of(&owner, &format!("/targets/goals/{GOAL}")), &json!({})).body();
        }
        let unknown = of(&owner, "/targets/quests/x");
        send(&owner.caller, Method::PUT, &unknown, &json!({})).refused(404, "The quest x does not exist.");
    });
}
