//! Imports in the background, and what processes leave that die. Source: `spec/pipeline.md` 2 and 8.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use tachi_core::ids::ImportId;
use tachi_db::background::{
    BackgroundImport, background_claim, background_claims, background_exists, background_insert,
};
use tachi_db::imports::{Tracker, import_by_public_id, tracker_by_id, tracker_put};
use tachi_db::locks::{import_lock_acquire, import_lock_release, import_locks_held};
use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;
use tachi_import::{FailureKind, Healed, Others, Ran, Request};

use crate::support::{WAIT, World, on_both, score};

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

fn request(world: &World) -> Request {
    let meta = json!({"game": "iidx", "playtype": "SP", "service": "test"});
    world.request(&json!({"meta": meta, "scores": [score("ANOTHER", 1000, "CLEAR")]}))
}

fn added(world: &World) -> ImportId {
    let request = request(world);
    world.importer.background_add(&request, WAIT).unwrap();
    request.import_id
}

fn tracker(world: &World, import: ImportId) -> Option<Tracker> {
    world.read(|conn| tracker_by_id(conn, import))
}

fn is_stored(world: &World, import: ImportId) -> bool {
    world.read(|conn| import_by_public_id(conn, import)).is_some()
}

/// Claims what is due, as a process that gave its last sign of life at that time.
fn claim(world: &World, instance: &str, at: i64) -> BackgroundImport {
    let database = world.importer.database();
    let claimed = database.write(WAIT, |conn| {
        let claimed = background_claim(conn, instance, now())?;
        let ids: Vec<ImportId> = claimed.iter().map(|claimed| claimed.import).collect();
        tachi_db::background::background_heartbeat(conn, instance, &ids, at)?;
        Ok::<_, tachi_db::DbError>(claimed)
    });
    claimed.unwrap().expect("something is due")
}

#[test]
fn an_import_in_the_background_is_tracked_until_it_is_stored() {
    on_both(|world| {
        assert!(world.importer.background_run().unwrap().is_none());
        let id = added(world);
        assert_eq!(tracker(world, id).unwrap().error, None);
        let Some(Ran::Made(made)) = world.importer.background_run().unwrap() else { panic!("it was not made") };
        assert_eq!((made.document.import_id, made.document.score_ids.len()), (id, 1));
        assert!(is_stored(world, id) && tracker(world, id).is_none());
        assert!(!world.read(|conn| background_exists(conn, id)));
        assert!(world.importer.background_run().unwrap().is_none());
    });
}

#[test]
fn an_import_in_the_background_that_fails_leaves_its_tracker() {
    on_both(|world| {
        let id = added(world);
        let armed = world.importer.arm(Stage::Document, Fault::Panic);
        let Some(Ran::Failed(failure)) = world.importer.background_run().unwrap() else { panic!("it did not fail") };
        drop(armed);
        assert_eq!(failure.kind, FailureKind::Internal);
        let error = tracker(world, id).unwrap().error.unwrap();
        assert_eq!(error.status, Some(500));
        assert!(!error.message.contains("panic"), "{error:?}");
        assert!(!is_stored(world, id) && !world.read(|conn| background_exists(conn, id)));
        // What is wrong with the input is told.
        let bad = Request { bytes: b"{".to_vec(), ..request(world) };
        world.importer.background_add(&bad, WAIT).unwrap();
        assert!(matches!(world.importer.background_run().unwrap(), Some(Ran::Failed(_))));
        assert_eq!(tracker(world, bad.import_id).unwrap().error.unwrap().status, Some(400));
    });
}

#[test]
fn an_import_in_the_background_waits_while_another_of_its_user_runs() {
    on_both(|world| {
        let database = world.importer.database();
        let id = added(world);
        let _ = database.write(WAIT, |conn| import_lock_acquire(conn, world.user, "x", "elsewhere", now())).unwrap();
        let begun = now();
        assert!(matches!(world.importer.background_run().unwrap(), Some(Ran::PutOff)));
        // Whoever polls it never sees a failure meanwhile.
        assert_eq!(tracker(world, id).unwrap().error, None);
        assert!(world.importer.background_run().unwrap().is_none(), "it is not due yet");
        database.write(WAIT, |conn| import_lock_release(conn, world.user, "x")).unwrap();
        let made = loop {
            match world.importer.background_run().unwrap() {
                Some(made) => break made,
                None => std::thread::sleep(std::time::Duration::from_millis(20)),
            }
        };
        assert!(matches!(made, Ran::Made(_)), "{made:?}");
        assert!((900..5_000).contains(&(now() - begun)), "the first pause is a second, give or take a tenth");
        assert!(is_stored(world, id));
    });
}

#[test]
fn an_import_gives_up_after_twenty_pauses() {
    on_both(|world| {
        let database = world.importer.database();
        let id = added(world);
        let taken = claim(world, "elsewhere", now());
        database.write(WAIT, |conn| tachi_db::background::background_delete(conn, id, Some("elsewhere"))).unwrap();
        database
            .write(WAIT, |conn| background_insert(conn, &BackgroundImport { locked_tries: 20, ..taken.clone() }))
            .unwrap();
        let _ = database.write(WAIT, |conn| import_lock_acquire(conn, world.user, "x", "elsewhere", now())).unwrap();
        assert!(matches!(world.importer.background_run().unwrap(), Some(Ran::Failed(_))));
        let error = tracker(world, id).unwrap().error.unwrap();
        assert_eq!((error.status, &*error.message), (Some(409), "This user already has an ongoing import."));
    });
}

#[test]
fn an_import_is_taken_up_again_three_times() {
    on_both(|world| {
        let id = added(world);
        for crash in 1..=3 {
            claim(world, "dead", now() - 16_000);
            let healed = world.importer.heal(Others::BySignOfLife).unwrap();
            assert_eq!(healed, Healed { locks: 0, failed: 0, resumed: 1 }, "crash {crash}");
            assert_eq!(tracker(world, id).unwrap().error, None);
        }
        // It is still the same import.
        let Some(Ran::Made(made)) = world.importer.background_run().unwrap() else { panic!("it was not made") };
        assert_eq!(made.document.import_id, id);

        let id = added(world);
        for _ in 1..=3 {
            claim(world, "dead", now() - 16_000);
            world.importer.heal(Others::BySignOfLife).unwrap();
        }
        claim(world, "dead", now() - 16_000);
        let healed = world.importer.heal(Others::BySignOfLife).unwrap();
        assert_eq!(healed, Healed { locks: 0, failed: 1, resumed: 0 });
        assert_eq!(tracker(world, id).unwrap().error.unwrap().status, Some(500));
        assert!(world.importer.background_run().unwrap().is_none());
    });
}

#[test]
fn an_import_whose_claim_was_lost_is_not_stored() {
    on_both(|world| {
        let id = added(world);
        let armed = world.importer.arm(Stage::Parse, Fault::Stall);
        std::thread::scope(|scope| {
            let running = scope.spawn(|| world.importer.background_run().unwrap());
            armed.wait();
            // The process was taken for dead, and another one has it.
            let seen = world.read(background_claims).pop().unwrap();
            let database = world.importer.database();
            database.write(WAIT, |conn| tachi_db::background::background_take_away(conn, &seen, now())).unwrap();
            claim(world, "another", now());
            drop(armed);
            assert!(matches!(running.join().unwrap(), Some(Ran::Failed(_))));
        });
        assert!(!is_stored(world, id));
        // It is for the other one to say what became of it.
        assert_eq!(tracker(world, id).unwrap().error, None);
        assert_eq!(world.read(background_claims)[0].instance, "another");
    });
}

#[test]
fn only_what_is_dead_is_cleared_away() {
    on_both(|world| {
        let database = world.importer.database();
        let lock = |name: &str, instance: &str, at: i64| {
            let user = world.add_user(name);
            let taken = database.write(WAIT, |conn| import_lock_acquire(conn, user, name, instance, at)).unwrap();
            assert_eq!(taken, tachi_db::locks::Acquired::Yes);
        };
        let track = |number: u8, instance: &str| {
            let mut tracker = Tracker {
                import: ImportId::from_bytes([number; 20]),
                import_type: tachi_core::import_type::ImportType::FileBatchManual,
                user: world.user,
                user_intent: false,
                time_started: now(),
                stage: None,
                progress: None,
                error: None,
                instance: instance.to_owned(),
            };
            tracker.time_started -= 1;
            database.write(WAIT, |conn| tracker_put(conn, &tracker)).unwrap();
            tracker.import
        };
        lock("live_server", "serve-live", now() - 1_000);
        lock("live_command", "command", now() - 1_000);
        lock("dead_one", "dead", now() - 16_000);
        let (of_server, of_command, of_dead) = (track(1, "serve-live"), track(2, "command"), track(3, "dead"));
        let holders = || world.read(import_locks_held).into_iter().map(|lock| lock.holder).collect::<Vec<_>>();
        let is_failed = |import| tracker(world, import).unwrap().error.is_some();

        // On PostgreSQL a server that gave a sign of life may live elsewhere.
        assert_eq!(world.importer.heal(Others::BySignOfLife).unwrap(), Healed { locks: 1, failed: 1, resumed: 0 });
        assert_eq!(holders(), ["live_server", "live_command"]);
        assert_eq!([of_server, of_command, of_dead].map(is_failed), [false, false, true]);
        assert_eq!(world.importer.heal(Others::BySignOfLife).unwrap(), Healed::default());

        // The only server of a file knows that the one before it is gone; a command beside it lives.
        assert_eq!(world.importer.heal(Others::NoServers).unwrap(), Healed { locks: 1, failed: 1, resumed: 0 });
        assert_eq!(holders(), ["live_command"]);
        assert_eq!([of_server, of_command].map(is_failed), [true, false]);
    });
}

#[test]
fn what_a_process_has_without_knowing_is_given_back_after_a_while() {
    on_both(|world| {
        // The answers to these were lost on their way.
        let (import, own) = (added(world), world.importer.instance());
        let database = world.importer.database();
        for (at, expected) in [(now(), Healed::default()), (now() - 15_500, Healed { locks: 1, failed: 0, resumed: 1 })]
        {
            database.write(WAIT, |conn| import_lock_release(conn, world.user, "lost")).unwrap();
            let taken = database.write(WAIT, |conn| import_lock_acquire(conn, world.user, "lost", own, at)).unwrap();
            assert_eq!(taken, tachi_db::locks::Acquired::Yes);
            if world.read(background_claims).is_empty() {
                claim(world, own, at);
            } else {
                let heartbeat =
                    |conn: &mut tachi_db::Conn| tachi_db::background::background_heartbeat(conn, own, &[import], at);
                database.write(WAIT, heartbeat).unwrap();
            }
            // Only what is worked on gives signs of life.
            assert_eq!(world.importer.background_beat(WAIT).unwrap(), 0);
            assert_eq!(world.importer.heal(Others::BySignOfLife).unwrap(), expected);
        }
        assert!(world.read(import_locks_held).is_empty());
        let Some(Ran::Made(made)) = world.importer.background_run().unwrap() else { panic!("it was not made") };
        assert_eq!(made.document.import_id, import);
    });
}
