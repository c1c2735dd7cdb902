//! Imports in the background, scheduled work and clients. Source: `spec/pipeline.md` 8 and 13, `spec/documents.md`.

use std::collections::BTreeMap;

use tachi_core::ids::{ImportId, UserId};
use tachi_core::import_type::ImportType;
use tachi_db::background::*;
use tachi_db::clients::*;
use tachi_db::jobs::*;
use tachi_db::links::Sealed;
use tachi_db::locks::{Acquired, import_lock_acquire, import_lock_clear, import_locks_held};

use crate::support::on_both;

const T: i64 = 1_700_000_000_000;

fn import(user: UserId, number: u8, due_at: i64) -> BackgroundImport {
    BackgroundImport {
        import: ImportId::from_bytes([number; 20]),
        user,
        import_type: ImportType::FileBatchManual,
        user_intent: true,
        file_name: Some("scores.json".to_owned()),
        fields: BTreeMap::from([("service".to_owned(), "test".to_owned())]),
        body: vec![0, 255, 10],
        received: T - 5,
        due_at,
        locked_tries: 0,
        crashes: 0,
    }
}

#[test]
fn an_import_is_claimed_by_one_process_once_it_is_due() {
    on_both(|db| {
        let user = db.user("player");
        let (first, second) = (import(user, 1, T), import(user, 2, T - 1));
        db.write(|conn| background_insert(conn, &first));
        db.write(|conn| background_insert(conn, &second));
        let claim = |instance: &str, now| db.write(|conn| background_claim(conn, instance, now));
        assert_eq!(claim("a", T - 2), None);
        assert!(!db.read(|conn| background_is_due(conn, T - 2)) && db.read(|conn| background_is_due(conn, T - 1)));
        assert_eq!(claim("a", T), Some(second.clone()));
        assert_eq!(claim("b", T), Some(first.clone()));
        assert_eq!(claim("a", T), None);
        // Only whoever has it may put it off or end it.
        assert!(!db.write(|conn| background_put_off(conn, first.import, "a", T + 9)));
        assert!(!db.write(|conn| background_delete(conn, first.import, Some("a"))));
        assert!(!db.write(|conn| background_delete(conn, first.import, None)));
        assert!(db.write(|conn| background_put_off(conn, first.import, "b", T + 9)));
        assert_eq!(claim("a", T + 8), None);
        assert_eq!(claim("a", T + 9), Some(BackgroundImport { due_at: T + 9, locked_tries: 1, ..first.clone() }));
        assert!(db.write(|conn| background_delete(conn, first.import, Some("a"))));
        assert!(!db.read(|conn| background_exists(conn, first.import)));
        assert!(db.read(|conn| background_exists(conn, second.import)));
    });
}

#[test]
fn an_import_is_taken_away_from_a_process_that_gave_no_sign_of_life() {
    on_both(|db| {
        let user = db.user("player");
        let one = import(user, 1, T);
        db.write(|conn| background_insert(conn, &one));
        db.write(|conn| background_claim(conn, "dead", T)).unwrap();
        let seen = db.read(background_claims).pop().unwrap();
        assert_eq!(seen, Claim { import: one.import, instance: "dead".to_owned(), heartbeat_at: T });
        // It lives after all.
        assert_eq!(db.write(|conn| background_heartbeat(conn, "dead", &[], T + 5)), 0);
        assert_eq!(db.write(|conn| background_heartbeat(conn, "dead", &[one.import], T + 5)), 1);
        assert_eq!(db.write(|conn| background_take_away(conn, &seen, T + 9)), None);
        let seen = db.read(background_claims).pop().unwrap();
        assert_eq!(db.write(|conn| background_take_away(conn, &seen, T + 9)), Some(1));
        assert_eq!(db.write(|conn| background_take_away(conn, &seen, T + 9)), None);
        assert_eq!(db.write(|conn| background_claim(conn, "b", T + 9)).unwrap().crashes, 1);
    });
}

#[test]
fn a_lock_is_cleared_only_as_it_was_seen() {
    on_both(|db| {
        let user = db.user("player");
        let acquire = |holder: &str, now| db.write(|conn| import_lock_acquire(conn, user, holder, "dead", now));
        assert_eq!(acquire("first", T), Acquired::Yes);
        let seen = db.read(import_locks_held).pop().unwrap();
        assert!(db.write(|conn| import_lock_clear(conn, &seen)));
        assert_eq!(acquire("second", T), Acquired::Yes);
        assert!(!db.write(|conn| import_lock_clear(conn, &seen)));
        assert_eq!(db.read(import_locks_held).len(), 1);
    });
}

#[test]
fn a_run_of_a_job_is_done_once() {
    on_both(|db| {
        let claim = |job: &str, due: i64, instance: &str| db.write(|conn| job_claim(conn, job, due, instance, due + 1));
        assert!(claim("orphans", T, "a") && !claim("orphans", T, "b"));
        assert!(claim("snapshots", T, "b"));
        // What was missed before a run that is done is not made up for.
        assert!(!claim("orphans", T - 1, "b"));
        assert_eq!(db.read(|conn| job_last_run(conn, "orphans")), Some(T));
        for day in 1..100 {
            assert!(claim("orphans", T + day, "a"));
        }
        assert_eq!(db.read(|conn| job_last_run(conn, "orphans")), Some(T + 99));
        assert_eq!(db.read(|conn| job_last_run(conn, "snapshots")), Some(T));
        assert_eq!(db.read(|conn| job_last_run(conn, "nothing")), None);
    });
}

#[test]
fn clients_are_found_by_id_author_and_webhook() {
    on_both(|db| {
        let (author, other) = (db.user("author"), db.user("other"));
        let client = |number: u8, author, webhook: Option<&str>| Client {
            client_id: format!("CI{number}"),
            secret: Sealed { key_id: "a".to_owned(), values: vec![vec![number; 66]] },
            name: "A program".to_owned(),
            author,
            permissions: vec!["submit_score".to_owned()],
            redirect_uri: None,
            webhook_uri: webhook.map(str::to_owned),
            api_key_template: Some("key=%%TACHI_KEY%%".to_owned()),
            api_key_filename: None,
        };
        let all = [client(1, author, Some("https://a.example/hook")), client(2, author, None), client(3, other, None)];
        for client in &all {
            db.write(|conn| client_insert(conn, client));
        }
        assert_eq!(db.read(|conn| client_by_id(conn, "CI2")).as_ref(), Some(&all[1]));
        assert_eq!(db.read(|conn| client_by_id(conn, "CI9")), None);
        assert_eq!(db.read(|conn| clients_of_user(conn, author)), all[..2]);
        assert_eq!(db.read(|conn| clients_with_webhook(conn, 9)), all[..1]);
        let reset = Sealed { key_id: "b".to_owned(), values: vec![vec![9; 66]] };
        let changed = Client { secret: reset, ..all[1].clone() };
        assert!(db.write(|conn| client_update(conn, &changed)));
        assert_eq!(db.read(|conn| client_by_id(conn, "CI2")), Some(changed));
    });
}
