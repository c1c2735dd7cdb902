//! The worked examples of the pages on sessions, PBs and datapoints.

use serde_json::{Value, json};
use tachi_core::game::Gpt;
use tachi_core::import_document::SessionInfoKind;
use tachi_db::pbs::{StoredPb, pbs_of_user};
use tachi_db::scores::{scores_of_session, scores_public_ids};
use tachi_db::sessions::session_by_public_id;

use crate::support::{World, score, with};

const T0: i64 = 1_619_454_485_988;

/// A score whose EX score is its number, at an offset from [`T0`]; `None` has no time.
fn timed(number: i64, offset: Option<i64>) -> Value {
    with(score("ANOTHER", number, "CLEAR"), &json!({ "timeAchieved": offset.map(|offset| T0 + offset) }))
}

/// The EX scores of a session in its order, and its bounds as offsets.
fn session(world: &World, id: tachi_core::ids::SessionId) -> (Vec<f64>, i64, i64) {
    let (stored, scores) = world.read(|conn| {
        let stored = session_by_public_id(conn, id)?.expect("the session exists");
        let scores = scores_of_session(conn, stored.key)?;
        Ok((stored.session, scores))
    });
    let number = |stored: &tachi_db::scores::StoredScore| {
        let data = &stored.score.data;
        data.number(data.config().metric("score").unwrap().0)
    };
    (scores.iter().map(number).collect(), stored.time_started - T0, stored.time_ended - T0)
}

#[test]
fn two_sessions_of_the_worked_example() {
    let world = World::new();
    let offsets = [None, Some(0), Some(1000), Some(2000), Some(7_204_000), Some(7_205_000), Some(7_206_000)];
    let scores: Vec<Value> = (0..).zip(offsets).map(|(number, offset)| timed(number, offset)).collect();
    let document = world.import(&scores);
    assert_eq!(document.created_sessions.len(), 2);
    assert!(document.created_sessions.iter().all(|info| info.kind == SessionInfoKind::Created));
    let of = |index: usize| session(&world, document.created_sessions[index].session_id);
    assert_eq!(of(0), (vec![1.0, 2.0, 3.0], 0, 2000));
    assert_eq!(of(1), (vec![4.0, 5.0, 6.0], 7_204_000, 7_206_000));
}

#[test]
fn unsorted_scores_of_the_worked_example() {
    let world = World::new();
    let offsets = [None, Some(0), Some(-4000), Some(2000), Some(-3000), None, Some(1000)];
    let scores: Vec<Value> = (0..).zip(offsets).map(|(number, offset)| timed(number, offset)).collect();
    let document = world.import(&scores);
    assert_eq!(document.created_sessions.len(), 1);
    let id = document.created_sessions[0].session_id;
    assert_eq!(session(&world, id), (vec![2.0, 4.0, 1.0, 6.0, 3.0], -4000, 2000));
}

#[test]
fn earlier_scores_are_appended_behind_the_stored_one() {
    let world = World::new();
    let first = world.import(&[timed(0, Some(0))]);
    let second = world.import(&[timed(1, Some(-1000)), timed(2, Some(-2000))]);
    assert_eq!(second.created_sessions.len(), 1);
    assert_eq!(second.created_sessions[0].kind, SessionInfoKind::Appended);
    assert_eq!(second.created_sessions[0].session_id, first.created_sessions[0].session_id);
    assert_eq!(session(&world, first.created_sessions[0].session_id), (vec![0.0, 2.0, 1.0], -2000, 0));
}

fn pb(world: &World) -> StoredPb {
    world.read(|conn| pbs_of_user(conn, world.user, Gpt::IidxSp)).pop().unwrap()
}

fn value(pb: &StoredPb, metric: &str) -> Value {
    pb.data.value_json(pb.data.config().metric(metric).unwrap().0).unwrap_or(Value::Null)
}

fn played(ex: i64, lamp: &str, bp: i64) -> Value {
    with(score("ANOTHER", ex, lamp), &json!({"optional": {"bp": bp}}))
}

#[test]
fn one_score_that_is_best_in_everything_is_referred_to_once() {
    let world = World::new();
    world.import(&[played(1500, "EX HARD CLEAR", 3), played(1039, "ASSIST CLEAR", 38)]);
    let pb = pb(&world);
    assert_eq!(
        (value(&pb, "score"), value(&pb, "lamp"), value(&pb, "bp")),
        (json!(1500), json!("EX HARD CLEAR"), json!(3))
    );
    assert_eq!(pb.composed.len(), 1);
}

#[test]
fn a_pb_is_composed_of_the_best_of_each() {
    let world = World::new();
    let document = world.import(&[played(1400, "HARD CLEAR", 2), played(1500, "EASY CLEAR", 20)]);
    let pb = pb(&world);
    assert_eq!(
        (value(&pb, "score"), value(&pb, "lamp"), value(&pb, "bp")),
        (json!(1500), json!("HARD CLEAR"), json!(2))
    );
    let ids = world.read(|conn| scores_public_ids(conn, &pb.composed.iter().map(|part| part.1).collect::<Vec<_>>()));
    let parts: Vec<_> = pb.composed.iter().map(|(name, key)| (name.as_str(), ids[key])).collect();
    assert_eq!(parts, [("Best Score", document.score_ids[1]), ("Best Lamp", document.score_ids[0])]);
}

#[test]
fn a_payload_that_comes_again_changes_nothing() {
    let world = World::new();
    let scores = [timed(5, Some(0)), timed(5, Some(0)), timed(6, None)];
    let first = world.import(&scores);
    assert_eq!((first.score_ids.len(), first.errors.len()), (2, 0));
    let again = world.import(&scores);
    assert!(again.score_ids.is_empty() && again.errors.is_empty() && again.created_sessions.is_empty());
    let none = world.import(&[]);
    assert!(none.score_ids.is_empty() && none.errors.is_empty());
}

#[test]
fn an_unknown_song_among_valid_scores_is_one_error() {
    let world = World::new();
    let unknown = with(score("ANOTHER", 500, "CLEAR"), &json!({"identifier": "900001"}));
    let document = world.import(&[timed(5, None), unknown, timed(6, None)]);
    assert_eq!((document.score_ids.len(), document.errors.len()), (2, 1));
}
