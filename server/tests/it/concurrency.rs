//! Imports at the same time.

use std::time::{Duration, Instant};

use serde_json::Value;
use tachi_core::ids::UserId;
use tachi_db::DbError;
use tachi_db::locks::{Acquired, import_lock_acquire, import_lock_release, import_locks_held};
use tachi_import::failpoints::Fault;
use tachi_import::stage::Stage;
use tachi_server::app::now;

use crate::support::{Answer, Form, NOON, Stored, TestServer, batch, demo_csv, on_both, score};

const WAIT: Duration = Duration::from_secs(30);
const HOLDER: &str = "somebody-else";
const LOCKED: &str = "This user already has an ongoing import.";

/// Takes a user's import lock, as if another process imported since `when`.
fn lock(server: &TestServer, user: UserId, when: i64) {
    let database = server.app.importer.database();
    let taken = database.write(WAIT, |conn| import_lock_acquire(conn, user, HOLDER, "another-process", when));
    assert_eq!(taken.unwrap(), Acquired::Yes);
}

fn release(server: &TestServer, user: UserId) {
    server.app.importer.database().write(WAIT, |conn| import_lock_release(conn, user, HOLDER)).unwrap();
}

fn held(server: &TestServer) -> usize {
    server.app.importer.database().read(|conn| Ok::<_, DbError>(import_locks_held(conn)?.len())).unwrap()
}

#[test]
fn a_second_import_of_a_user_is_told_to_come_back() {
    on_both(|server| {
        let (busy, other) = (server.player(), server.player());
        lock(server, busy.id, now());
        let form = Form::import("file/batch-manual", &batch(&[score("AA", 3000, "CLEAR", NOON)]));
        let answer = busy.caller.upload(&form);
        answer.refused(409, LOCKED);
        assert_eq!(answer.header("Retry-After"), Some("2"));
        assert_eq!(server.stored(busy.id), Stored::default());
        // What is wrong with the request is told first, what is wrong with the file is not.
        busy.caller.upload(&Form::new()).failure(400);
        busy.caller.upload(&Form::import("file/batch-manual", b"{")).refused(409, LOCKED);
        // Nobody else has to wait, and the lock is still the holder's.
        other.caller.upload(&form).body();
        assert_eq!(held(server), 1);
        release(server, busy.id);
        busy.caller.upload(&form).body();
        assert_eq!(held(server), 0);
    });
}

#[test]
fn the_lock_of_a_dead_process_is_taken_over() {
    on_both(|server| {
        let player = server.player();
        lock(server, player.id, now() - 90 * 60_000);
        player.caller.import("file/batch-manual", &batch(&[]));
        assert_eq!(held(server), 0);
    });
}

#[test]
fn a_refused_import_gives_the_lock_back() {
    on_both(|server| {
        let player = server.player();
        player.caller.upload(&Form::import("file/batch-manual", b"{")).failure(400);
        assert_eq!(held(server), 0);
        player.caller.import("file/batch-manual", &batch(&[]));
    });
}

#[test]
fn imports_of_one_user_at_once_store_every_score_once() {
    on_both(|server| {
        let player = server.player();
        let form = Form::import("file/eamusement-iidx-csv", &demo_csv());
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| player.caller.upload(&form))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        let new = |answer: &&Answer| answer.body()["scoreIDs"].as_array().unwrap().len();
        assert_eq!(done.iter().filter(|answer| new(answer) > 0).count(), 1);
        for answer in refused {
            answer.refused(409, LOCKED);
            assert_eq!(answer.header("Retry-After"), Some("2"));
        }
        let stored = server.stored(player.id);
        assert_eq!((stored.imports, stored.scores), (done.len(), done.iter().map(new).sum()));
        assert_eq!(held(server), 0);
    });
}

#[test]
fn imports_of_different_users_never_block_each_other() {
    on_both(|server| {
        let players: Vec<_> = (0..8).map(|_| server.player()).collect();
        let form = Form::import("file/eamusement-iidx-csv", &demo_csv());
        std::thread::scope(|scope| {
            for player in &players {
                scope.spawn(|| player.caller.upload(&form).body());
            }
        });
        let expected = server.stored(players[0].id);
        assert!(expected.scores > 0);
        for player in &players {
            assert_eq!(server.stored(player.id), expected);
        }
    });
}

#[test]
fn of_two_imports_of_a_user_one_is_made() {
    on_both(|server| {
        let player = server.player();
        let armed = server.app.importer.arm(Stage::Parse, Fault::Stall);
        let form = |ex| Form::import("file/batch-manual", &batch(&[score("AA", ex, "CLEAR", NOON)]));
        std::thread::scope(|scope| {
            let first = scope.spawn(|| player.caller.upload(&form(3000)));
            armed.wait();
            let begun = Instant::now();
            player.caller.upload(&form(3001)).refused(409, LOCKED);
            // Who comes second is not kept waiting, and does not take the lock from the first.
            assert!(begun.elapsed() < Duration::from_secs(2));
            assert_eq!(held(server), 1);
            drop(armed);
            assert_eq!(first.join().unwrap().body()["scoreIDs"].as_array().unwrap().len(), 1);
        });
        assert_eq!(held(server), 0);
        assert_eq!((server.stored(player.id).imports, server.stored(player.id).scores), (1, 1));
    });
}

/// A play that a hook sends as it happens.
fn live(ex: i64) -> Value {
    serde_json::from_slice(&batch(&[score("AA", ex, "CLEAR", NOON)])).unwrap()
}

/// The longest that a hook waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

#[test]
fn a_live_score_is_kept_at_once_while_an_import_of_its_user_fetches() {
    on_both(|server| {
        let player = server.player();
        let armed = server.app.importer.arm(Stage::Parse, Fault::Stall);
        let form = Form::import("file/eamusement-iidx-csv", &demo_csv());
        std::thread::scope(|scope| {
            let importing = scope.spawn(|| player.caller.upload(&form));
            armed.wait();
            let begun = Instant::now();
            let answer = player.caller.post("/ir/direct-manual/import", &live(3000));
            assert!(begun.elapsed() < PATIENCE);
            assert_eq!(answer.body()["scoreIDs"].as_array().unwrap().len(), 1);
            assert_eq!(server.stored(player.id).scores, 1);
            drop(armed);
            importing.join().unwrap().body();
        });
    });
}

#[test]
fn a_live_score_waits_its_turn_while_an_import_of_its_user_is_stored() {
    on_both(|server| {
        let player = server.player();
        let armed = server.app.importer.arm(Stage::Profile, Fault::Stall);
        let form = Form::import("file/eamusement-iidx-csv", &demo_csv());
        std::thread::scope(|scope| {
            let importing = scope.spawn(|| player.caller.upload(&form));
            armed.wait();
            let begun = Instant::now();
            let live = scope.spawn(|| player.caller.post("/ir/direct-manual/import", &live(3000)));
            std::thread::sleep(Duration::from_secs(1));
            drop(armed);
            assert_eq!(live.join().unwrap().body()["scoreIDs"].as_array().unwrap().len(), 1);
            assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
            importing.join().unwrap().body();
        });
        assert_eq!(server.stored(player.id).imports, 2);
    });
}

#[test]
fn a_live_score_that_cannot_be_stored_is_answered_in_time() {
    on_both(|server| {
        let player = server.player();
        let armed = server.app.importer.arm(Stage::Profile, Fault::Stall);
        let form = Form::import("file/eamusement-iidx-csv", &demo_csv());
        std::thread::scope(|scope| {
            let importing = scope.spawn(|| player.caller.upload(&form));
            armed.wait();
            let begun = Instant::now();
            let answer: Answer = player.caller.post("/ir/direct-manual/import", &live(3000));
            assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
            answer.refused(409, LOCKED);
            assert_eq!(answer.header("Retry-After"), Some("2"));
            drop(armed);
            importing.join().unwrap().body();
        });
    });
}
