//! Imports, their rows and their trackers.

use serde_json::json;
use tachi_core::class::ClassDelta;
use tachi_core::ids::{GoalId, ImportId, OrphanId, ScoreId, SessionId, UserId};
use tachi_core::import_document::*;
use tachi_core::import_type::ImportType;
use tachi_db::imports::*;
use tachi_db::scores::{Score, scores_delete, scores_insert, scores_of_import};
use tachi_db::sessions::{sessions_delete, sessions_insert};
use tachi_db::{DbError, ImportKey};

use crate::sessions::session;
use crate::support::{TestDatabase, WAIT, charts, on_both, score};

const SECOND: ImportKey = ImportKey(2);

/// An import that brought scores and sessions.
pub fn document(user: UserId, number: u8, scores: Vec<ScoreId>, sessions: Vec<SessionInfo>) -> ImportDocument {
    let state = |progress: Option<f64>, achieved| GoalState {
        progress,
        progress_human: "NO DATA".to_owned(),
        out_of: 5.0,
        out_of_human: "HARD CLEAR".to_owned(),
        achieved,
    };
    ImportDocument {
        import_type: ImportType::FileBatchManual,
        id_strings: vec!["iidx:SP".to_owned()],
        score_ids: scores,
        errors: vec![ImportError {
            kind: ImportErrorKind::SongOrChartNotFound,
            message: "no such song: \"a\0b\"".to_owned(),
            orphan_id: Some(OrphanId::new("O1")),
        }],
        import_id: ImportId::from_bytes([number; 20]),
        time_finished: 1500 + i64::from(number),
        time_started: 1000 + i64::from(number),
        created_sessions: sessions,
        user_id: user,
        class_deltas: vec![ClassDelta {
            game: "iidx".to_owned(),
            set: "dan".to_owned(),
            playtype: "SP".to_owned(),
            old: None,
            new: Some("KAIDEN".to_owned()),
        }],
        goal_info: vec![GoalImportInfo {
            goal_id: GoalId::new("G1"),
            old: state(None, false),
            new: state(Some(6.0), true),
        }],
        milestone_info: vec![MilestoneImportInfo {
            milestone_id: "m".to_owned(),
            old: MilestoneState { progress: 3, achieved: false },
            new: MilestoneState { progress: 4, achieved: true },
        }],
        user_intent: true,
    }
}

/// An import with two scores and two sessions.
fn store(db: &TestDatabase, user: UserId) -> (ImportKey, ImportDocument) {
    let charts = charts(db, 2);
    let key = ImportKey::new(1_700_000_000_000, u32::MAX);
    db.write(|conn| {
        let scores = [(charts[1], 100), (charts[0], 101)]
            .map(|(chart, ex_score)| Score { import: Some(key), ..score(user, chart, ex_score, "CLEAR", None) });
        scores_insert(conn, &scores)?;
        sessions_insert(conn, &[session(user, 7, 1, 2), session(user, 3, 3, 4)])?;
        let kinds = [SessionInfoKind::Appended, SessionInfoKind::Created];
        let infos = [7, 3].map(|number| SessionId::from_bytes([number; 20])).into_iter().zip(kinds);
        let infos = infos.map(|(session_id, kind)| SessionInfo { session_id, kind }).collect();
        let document = document(user, 1, scores.iter().map(|score| score.id).collect(), infos);
        let rows = [row(0, RowStatus::New), row(1, RowStatus::New), row(2, RowStatus::Orphan)];
        import_insert(conn, key, &document, &rows)?;
        Ok((key, document))
    })
}

#[test]
fn an_imports_number_grows_with_time_and_is_never_negative() {
    let numbers =
        [(0, 0), (0, u32::MAX), (1, 0), (1_700_000_000_000, 5), (1_700_000_000_000, 6), ((1 << 43) - 1, u32::MAX)];
    let keys = numbers.map(|(time, random)| ImportKey::new(time, random));
    assert!(keys.is_sorted() && keys[0].0 >= 0, "{keys:?}");
}

fn row(number: u32, status: RowStatus) -> ImportRow {
    ImportRow {
        row: number,
        place: format!("line {number}"),
        status,
        title: Some("冥".to_owned()),
        difficulty: None,
        error: (status == RowStatus::Orphan).then_some(ImportErrorKind::SongOrChartNotFound),
        message: None,
        score_id: None,
        orphan_id: None,
    }
}

#[test]
fn the_document_is_read_as_it_was_answered() {
    on_both(|db| {
        let user = db.user("player");
        let (key, document) = store(db, user);
        let stored = db.read(|conn| import_by_public_id(conn, document.import_id)).unwrap();
        assert_eq!((stored.key, &stored.document), (key, &document));
        let counts = RowStatus::ALL.map(|status| stored.counts.get(status));
        assert_eq!(counts, [2, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(db.read(|conn| import_by_public_id(conn, ImportId::from_bytes([9; 20]))), None);
        for key in [key, SECOND] {
            let again = db.database.write(WAIT, |conn| import_insert(conn, key, &document, &[]));
            assert!(matches!(again, Err(DbError::Conflict { .. })), "{again:?}");
        }
    });
}

#[test]
fn removed_scores_and_sessions_leave_the_document() {
    on_both(|db| {
        let user = db.user("player");
        let (key, document) = store(db, user);
        let scores = db.read(|conn| scores_of_import(conn, key));
        assert_eq!(scores.iter().map(|stored| stored.score.id).collect::<Vec<_>>(), document.score_ids);
        db.write(|conn| import_fills_insert(conn, key, &[(scores[0].key, vec!["optional.bp".to_owned()])]));
        assert_eq!(db.read(|conn| import_fills(conn, key)), [(scores[0].key, vec!["optional.bp".to_owned()])]);
        db.write(|conn| scores_delete(conn, &[scores[0].key]));
        let sessions = document.created_sessions[0].session_id;
        let session = db.read(|conn| tachi_db::sessions::session_by_public_id(conn, sessions)).unwrap();
        db.write(|conn| sessions_delete(conn, &[session.key]));
        let stored = db.read(|conn| import_by_public_id(conn, document.import_id)).unwrap().document;
        assert_eq!(stored.score_ids, document.score_ids[1..]);
        assert_eq!(stored.created_sessions, document.created_sessions[1..]);
        assert!(db.read(|conn| import_fills(conn, key)).is_empty());
        assert!(db.write(|conn| import_delete(conn, key)));
        assert!(!db.write(|conn| import_delete(conn, key)));
        assert!(db.read(|conn| import_rows_read(conn, key, None, None, 10)).is_empty());
        // The other score is still there, of no import.
        let left = db.read(|conn| tachi_db::scores::scores_by_keys(conn, &[scores[1].key]));
        assert_eq!(left[0].score.import, None);
    });
}

#[test]
fn imports_of_a_user_come_latest_first_and_filtered() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let mut imports: Vec<ImportDocument> = (1..=4).map(|number| document(user, number, vec![], vec![])).collect();
        imports[1].user_intent = false;
        imports[2].import_type = ImportType::IrDirectManual;
        imports[3].user_id = other;
        for (number, document) in (1..).zip(&imports) {
            db.write(|conn| import_insert(conn, ImportKey(number), document, &[]));
        }
        let found = |filter, limit| {
            let found = db.read(|conn| imports_of_user(conn, user, filter, limit));
            found.iter().map(|stored| stored.document.import_id).collect::<Vec<_>>()
        };
        let ids: Vec<ImportId> = imports.iter().map(|document| document.import_id).collect();
        assert_eq!(found(ImportFilter::default(), 10), [ids[2], ids[1], ids[0]]);
        assert_eq!(found(ImportFilter::default(), 1), [ids[2]]);
        let filter = ImportFilter { import_type: Some(ImportType::FileBatchManual), user_intent: None };
        assert_eq!(found(filter, 10), [ids[1], ids[0]]);
        assert_eq!(found(ImportFilter { user_intent: Some(true), ..filter }, 10), [ids[0]]);
    });
}

#[test]
fn rows_are_read_in_pages_and_by_status() {
    on_both(|db| {
        let user = db.user("player");
        let (key, document) = (ImportKey(1), document(user, 1, vec![], vec![]));
        let status = |number| if number % 700 == 3 { RowStatus::Invalid } else { RowStatus::Known };
        let rows: Vec<ImportRow> = (0..12_345).map(|number| row(number, status(number))).collect();
        let (statements, ()) = db.count(|db| db.write(|conn| import_insert(conn, key, &document, &rows)));
        assert_eq!(statements, 2 + 2);
        let read = |after, status, limit| db.read(|conn| import_rows_read(conn, key, after, status, limit));
        assert_eq!(read(None, None, 3), rows[..3]);
        assert_eq!(read(Some(498), None, 4), rows[499..503]);
        assert_eq!(read(Some(12_000), None, 1000), rows[12_001..]);
        assert_eq!(read(Some(12_344), None, 1000), []);
        assert_eq!(read(None, None, 20_000), rows);
        let invalid: Vec<ImportRow> = rows.iter().filter(|row| row.status == RowStatus::Invalid).cloned().collect();
        assert_eq!(read(None, Some(RowStatus::Invalid), 1000), invalid);
        assert_eq!(read(Some(3), Some(RowStatus::Invalid), 2), invalid[1..3]);
        assert_eq!(read(None, Some(RowStatus::Orphan), 1000), []);
        let gap = [row(0, RowStatus::New), row(2, RowStatus::New)];
        let gap = db.database.write(WAIT, |conn| import_insert(conn, SECOND, &document, &gap));
        assert!(matches!(gap, Err(DbError::Data { .. })), "{gap:?}");
    });
}

#[test]
fn trackers_from_the_beginning_to_the_end() {
    on_both(|db| {
        let user = db.user("player");
        let tracker = |number: u8, instance: &str| Tracker {
            import: ImportId::from_bytes([number; 20]),
            import_type: ImportType::ApiFloIidx,
            user,
            user_intent: number.is_multiple_of(2),
            time_started: i64::from(number),
            stage: None,
            progress: None,
            error: None,
            instance: instance.to_owned(),
        };
        let all = [tracker(1, "a"), tracker(2, "a"), tracker(3, "b")];
        for tracker in &all {
            db.write(|conn| tracker_put(conn, tracker));
        }
        assert_eq!(db.read(trackers_ongoing), all);
        let progress = json!({"description": "page 2", "pages": 2});
        let id = all[0].import;
        assert!(db.write(|conn| tracker_progress(conn, id, "parse", Some(&progress))));
        let running = db.read(|conn| tracker_by_id(conn, id)).unwrap();
        assert_eq!((running.stage.as_deref(), &running.progress), (Some("parse"), &Some(progress)));
        let error = |status| TrackerError { message: "it went\0wrong".to_owned(), status };
        assert!(db.write(|conn| tracker_fail(conn, id, &error(Some(409)))));
        let failed = db.read(|conn| tracker_by_id(conn, id)).unwrap();
        assert_eq!(failed.kind(), TrackerKind::Failed);
        let shown = TrackerError { message: "it went\u{fffd}wrong".to_owned(), status: Some(409) };
        assert_eq!(failed.error, Some(shown));
        assert!(!db.write(|conn| tracker_progress(conn, id, "late", None)));
        // The dead process had one more; the other one lives.
        assert_eq!(db.write(|conn| trackers_fail_instance(conn, "a", &error(None))), 1);
        assert_eq!(db.read(trackers_ongoing), all[2..]);
        let of_user = |filter| db.read(|conn| trackers_of_user(conn, user, TrackerKind::Failed, filter, 10));
        let ids = |trackers: Vec<Tracker>| trackers.iter().map(|tracker| tracker.import).collect::<Vec<_>>();
        assert_eq!(ids(of_user(ImportFilter::default())), [all[1].import, all[0].import]);
        let filter = ImportFilter { user_intent: Some(true), import_type: Some(ImportType::ApiFloIidx) };
        assert_eq!(ids(of_user(filter)), [all[1].import]);
        // Begun again, it is running again.
        db.write(|conn| tracker_put(conn, &all[0]));
        assert_eq!(db.read(|conn| tracker_by_id(conn, id)), Some(all[0].clone()));
        assert!(db.write(|conn| tracker_delete(conn, id)));
        assert!(!db.write(|conn| tracker_delete(conn, id)));
    });
}
