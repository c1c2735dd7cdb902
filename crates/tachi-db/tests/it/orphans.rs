//! Orphans.

use serde_json::value::RawValue;
use tachi_core::game::Game;
use tachi_core::ids::{OrphanId, UserId};
use tachi_core::import_type::ImportType;
use tachi_db::imports::{import_delete, import_insert};
use tachi_db::orphans::*;
use tachi_db::{ImportKey, OrphanKey};

use crate::imports::document;
use crate::support::on_both;

fn orphan(user: UserId, id: &str, time_inserted: i64) -> Orphan {
    let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    Orphan {
        id: OrphanId::new(id),
        user,
        import_type: ImportType::FileBatchManual,
        game: Game::Iidx,
        data: raw(r#"{"identifier": "a\u0000b",  "score": 500}"#),
        context: raw("{}"),
        message: Some("no such song: a\0b".to_owned()),
        time_inserted,
        import: None,
    }
}

fn ids(orphans: &[StoredOrphan]) -> Vec<&str> {
    orphans.iter().map(|stored| stored.orphan.id.as_str()).collect()
}

#[test]
fn an_orphan_is_stored_once_and_verbatim() {
    on_both(|db| {
        let user = db.user("player");
        let first = db.write(|conn| orphans_insert(conn, &[orphan(user, "O1", 5), orphan(user, "O2", 5)]));
        assert_eq!(first.len(), 2);
        let second = [orphan(user, "O2", 9), orphan(user, "O3", 9), orphan(user, "O3", 9)];
        let second = db.write(|conn| orphans_insert(conn, &second));
        assert_eq!(second.into_iter().collect::<Vec<_>>(), [OrphanId::new("O3")]);
        let stored = db.read(|conn| orphan_by_id(conn, user, &OrphanId::new("O2"))).unwrap();
        assert_eq!(stored.orphan.time_inserted, 5);
        assert_eq!(stored.orphan.data.get(), r#"{"identifier": "a\u0000b",  "score": 500}"#);
        assert_eq!(stored.orphan.message.as_deref(), Some("no such song: a\u{fffd}b"));
        assert!(db.read(|conn| orphan_by_id(conn, UserId(99), &OrphanId::new("O2"))).is_none());
        assert_eq!(db.write(|conn| orphans_delete(conn, &[stored.key])), 1);
        assert_eq!(db.write(|conn| orphans_delete(conn, &[stored.key])), 0);
    });
}

#[test]
fn a_large_batch_goes_in() {
    on_both(|db| {
        let user = db.user("player");
        let orphans: Vec<Orphan> = (0..4500).map(|number| orphan(user, &format!("O{number}"), number)).collect();
        let (statements, new) = db.count(|db| db.write(|conn| orphans_insert(conn, &orphans)));
        assert_eq!((statements, new.len()), (2 + 5, 4500));
    });
}

#[test]
fn pages_of_orphans_in_both_directions() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let all = [("Oc", 1), ("Oa", 2), ("Ob", 2), ("OB", 2), ("Od", 3)];
        let all: Vec<Orphan> = all.iter().map(|(id, time)| orphan(user, id, *time)).collect();
        db.write(|conn| orphans_insert(conn, &all));
        db.write(|conn| orphans_insert(conn, &[orphan(other, "Oz", 1)]));
        assert_eq!(db.read(orphans_users), [user, other]);

        // By time and ID, as bytes.
        let first = db.read(|conn| orphans_to_retry(conn, user, None, 3));
        assert_eq!(ids(&first), ["Oc", "OB", "Oa"]);
        let last = &first[2].orphan;
        let second = db.read(|conn| orphans_to_retry(conn, user, Some((last.time_inserted, &last.id)), 3));
        assert_eq!(ids(&second), ["Ob", "Od"]);

        // By time and number, latest first.
        let page = |after, limit| db.read(|conn| orphans_of_user(conn, user, after, limit));
        let first = page(None, 3).unwrap();
        assert_eq!(ids(&first), ["Od", "OB", "Ob"]);
        assert_eq!(ids(&page(Some(first[2].key), 3).unwrap()), ["Oa", "Oc"]);
        assert!(page(Some(OrphanKey(999)), 3).is_none());
        let theirs = db.read(|conn| orphans_of_user(conn, other, None, 1)).unwrap();
        assert!(page(Some(theirs[0].key), 3).is_none());
    });
}

#[test]
fn orphans_outlive_their_import_unless_they_are_removed_with_it() {
    on_both(|db| {
        let user = db.user("player");
        let (first, second) = (ImportKey(1), ImportKey(2));
        let all = [
            Orphan { import: Some(first), ..orphan(user, "O1", 1) },
            Orphan { import: Some(second), ..orphan(user, "O2", 2) },
        ];
        db.write(|conn| {
            orphans_insert(conn, &all)?;
            import_insert(conn, first, &document(user, 1, vec![], vec![]), &[])?;
            import_insert(conn, second, &document(user, 2, vec![], vec![]), &[])
        });
        assert_eq!(db.write(|conn| orphans_delete_of_import(conn, first)), 1);
        assert!(db.write(|conn| import_delete(conn, second)));
        let left = db.read(|conn| orphans_of_user(conn, user, None, 10)).unwrap();
        assert_eq!((ids(&left), left[0].orphan.import), (vec!["O2"], None));
    });
}
