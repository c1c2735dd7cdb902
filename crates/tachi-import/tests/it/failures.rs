//! Imports that fail in the middle: everything is as before. Source: `spec/pipeline.md` 8.

use serde_json::json;
use tachi_core::ids::{OrphanId, UserId};
use tachi_core::import_document::{ImportDocument, ImportErrorKind, SessionInfoKind};
use tachi_db::imports::{Tracker, tracker_by_id};
use tachi_db::locks::import_locks_held;
use tachi_db::orphans::{StoredOrphan, orphans_to_retry};
use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;
use tachi_import::{FailureKind, Request};

use crate::dump::dump;
use crate::goals::{HARD_CLEAR, no_data, subscribe_of, subscribe_to_first_steps_of};
use crate::support::{World, on_both, score, with};

const T0: i64 = 1_619_454_485_988;

/// An import that every stage has something to do for.
fn request(world: &World, user: UserId) -> Request {
    let unknown = with(score("ANOTHER", 500, "CLEAR"), &json!({"identifier": "999999"}));
    let scores = [
        with(score("ANOTHER", 1000, "HARD CLEAR"), &json!({"timeAchieved": T0})),
        with(score("HYPER", 900, "CLEAR"), &json!({"timeAchieved": T0 + 60_000})),
        unknown,
    ];
    let meta = json!({"game": "iidx", "playtype": "SP", "service": "test"});
    let document = json!({"meta": meta, "scores": scores, "classes": {"dan": "DAN_9"}});
    Request { user, ..world.request(&document) }
}

/// A user with a goal and a milestone to achieve.
fn player(world: &World, name: &str) -> UserId {
    let user = world.add_user(name);
    subscribe_of(world, user, HARD_CLEAR, no_data());
    subscribe_to_first_steps_of(world, user);
    user
}

/// What is stored, but for what an import that failed may leave.
fn state(world: &World) -> Vec<String> {
    world.read(|conn| dump(conn, &["import_trackers", "orphans", "user_locks"]))
}

fn tracker(world: &World, request: &Request) -> Option<Tracker> {
    world.read(|conn| tracker_by_id(conn, request.import_id))
}

fn orphans(world: &World, user: UserId) -> Vec<StoredOrphan> {
    world.read(|conn| orphans_to_retry(conn, user, None, 9))
}

/// A document without what differs between equal imports: IDs that are random or those of the user, and times.
fn outcome(document: &ImportDocument) -> (usize, Vec<(ImportErrorKind, &str)>, Vec<SessionInfoKind>, String) {
    let errors = document.errors.iter().map(|error| (error.kind, error.message.as_str())).collect();
    let sessions = document.created_sessions.iter().map(|session| session.kind).collect();
    let rest = json!([document.id_strings, document.class_deltas, document.goal_info, document.milestone_info]);
    (document.score_ids.len(), errors, sessions, rest.to_string())
}

/// Whether an import that fails in a stage knows its orphans by then.
fn is_converted(stage: Stage) -> bool {
    stage > Stage::Hydrate
}

fn fails_everywhere(world: &World, fault: Fault) {
    let unharmed = world.importer.import(request(world, player(world, "unharmed"))).unwrap();
    assert!(unharmed.score_ids.len() == 2 && unharmed.errors.len() == 1 && unharmed.created_sessions.len() == 1);
    assert!(unharmed.class_deltas.len() == 1 && unharmed.goal_info.len() == 1 && unharmed.milestone_info.len() == 1);
    for stage in Stage::ALL {
        let user = player(world, &format!("p_{stage}"));
        let request = request(world, user);
        let before = state(world);
        let armed = world.importer.arm(*stage, fault);
        let failure = world.importer.import(request.clone()).unwrap_err();
        assert!(armed.is_reached(), "{stage}");
        assert_eq!(failure.kind, FailureKind::Internal, "{stage}: {failure}");
        assert!(failure.message.contains(&format!("the stage {stage} was told to")), "{failure}");

        assert_eq!(state(world), before, "{stage}");
        assert_eq!(world.read(import_locks_held), [], "{stage}");
        let error = tracker(world, &request).unwrap().error.unwrap();
        let text = "An internal service error has occurred. This has been reported!";
        assert_eq!((error.message.as_str(), error.status), (text, Some(500)), "{stage}");
        let kept = orphans(world, user);
        assert_eq!(kept.len(), usize::from(is_converted(*stage)), "{stage}");
        assert!(kept.iter().all(|orphan| orphan.orphan.import.is_none()), "{stage}");

        let document = world.importer.import(request.clone()).unwrap();
        let mut expected = unharmed.clone();
        if is_converted(*stage) {
            expected.errors[0].kind = ImportErrorKind::OrphanExists;
        }
        assert_eq!(outcome(&document), outcome(&expected), "{stage}");
        assert_eq!(orphans(world, user).len(), 1, "{stage}");
    }
    assert_eq!(world.findings(), []);
}

#[test]
fn an_import_that_fails_in_any_stage_leaves_everything_as_before() {
    on_both(|world| fails_everywhere(world, Fault::Error));
}

#[test]
fn an_import_that_panics_in_any_stage_leaves_everything_as_before() {
    on_both(|world| fails_everywhere(world, Fault::Panic));
}

#[test]
fn a_dry_run_that_fails_leaves_nothing_at_all() {
    on_both(|world| {
        let everything = |world: &World| world.read(|conn| dump(conn, &["user_locks"]));
        let user = player(world, "dry");
        let before = everything(world);
        for stage in Stage::ALL {
            let _armed = world.importer.arm(*stage, Fault::Error);
            world.importer.import(Request { dry_run: true, ..request(world, user) }).unwrap_err();
            assert_eq!(everything(world), before, "{stage}");
        }
        assert_eq!(world.read(import_locks_held), []);
    });
}

#[test]
fn orphans_that_fail_in_any_stage_wait_for_the_next_time() {
    on_both(|world| {
        world.importer.import(request(world, world.user)).unwrap();
        let ids = |world: &World| -> Vec<OrphanId> {
            orphans(world, world.user).into_iter().map(|stored| stored.orphan.id).collect()
        };
        crate::changes::load_song(world, 999_999);
        let before = (state(world), ids(world));
        for stage in [Stage::Separate, Stage::Sessions, Stage::Scores, Stage::Pbs, Stage::Profile, Stage::Goals] {
            let _armed = world.importer.arm(stage, Fault::Error);
            world.importer.retry_orphans(world.user).unwrap_err();
            assert_eq!((state(world), ids(world)), before, "{stage}");
            assert_eq!(world.read(import_locks_held), [], "{stage}");
        }
        assert_eq!(world.importer.retry_orphans(world.user).unwrap().success, 1);
        assert_eq!(world.findings(), []);
    });
}
