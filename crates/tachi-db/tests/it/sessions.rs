//! Sessions.

use tachi_core::game::Gpt;
use tachi_core::ids::{SessionId, UserId};
use tachi_core::session::SessionBest;
use tachi_db::scores::{scores_insert, scores_of_session, scores_session_set};
use tachi_db::sessions::*;
use tachi_db::{DbError, SessionKey};

use crate::support::{WAIT, charts, on_both, score};

pub fn session(user: UserId, number: u8, time_started: i64, time_ended: i64) -> Session {
    Session {
        id: SessionId::from_bytes([number; 20]),
        user,
        gpt: Gpt::IidxSp,
        name: "Quiet Bright River".to_owned(),
        description: None,
        highlight: false,
        time_inserted: 1000,
        time_started,
        time_ended,
        ratings: [Some(7.5), None, None, None].into(),
        next_pos: 3,
        best: SessionBest::of(Gpt::IidxSp.config(), [&[Some(7.25), None, Some(0.1), None][..]]),
    }
}

#[test]
fn a_session_is_read_as_it_was_stored_and_can_be_changed() {
    on_both(|db| {
        let user = db.user("player");
        let sessions = [session(user, 2, 10, 20), session(user, 1, 30, 40)];
        let keys = db.write(|conn| sessions_insert(conn, &sessions));
        let mut stored = db.read(|conn| session_by_public_id(conn, sessions[0].id)).unwrap();
        assert_eq!(stored, StoredSession { key: keys[0], session: sessions[0].clone() });
        assert_eq!(db.read(|conn| sessions_by_keys(conn, &keys)).len(), 2);
        stored.session.time_started = 5;
        stored.session.time_ended = 25;
        stored.session.ratings = [None, Some(1.0), None, None].into();
        stored.session.next_pos = 4;
        stored.session.best = SessionBest::default();
        "ignored".clone_into(&mut stored.session.name);
        db.write(|conn| sessions_update_bounds(conn, std::slice::from_ref(&stored)));
        sessions[0].name.clone_into(&mut stored.session.name);
        assert_eq!(db.read(|conn| sessions_by_keys(conn, &keys[..1])), [stored.clone()]);
        assert!(db.write(|conn| session_edit(conn, keys[0], "New Name", Some("good"), true)));
        let edited = db.read(|conn| session_by_public_id(conn, sessions[0].id)).unwrap().session;
        assert_eq!(
            (edited.name.as_str(), edited.description.as_deref(), edited.highlight),
            ("New Name", Some("good"), true)
        );
        assert_eq!(edited.time_ended, 25);
        assert_eq!(db.read(|conn| sessions_recent(conn, user, Gpt::IidxSp, 1))[0].key, keys[1]);
        let result = db.database.write(WAIT, |conn| sessions_insert(conn, &sessions[..1]));
        assert!(matches!(result, Err(DbError::Conflict { .. })), "{result:?}");
        assert_eq!(db.write(|conn| sessions_delete(conn, &keys)), 2);
    });
}

#[test]
fn overlapping_sessions_are_found_with_their_bounds() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        // (number, begin, end): the one that contains everything is found, too.
        let all = [(1, 100, 200), (2, 300, 400), (3, 0, 1000), (4, 500, 600)];
        let mut sessions: Vec<Session> = all.iter().map(|(n, from, to)| session(user, *n, *from, *to)).collect();
        sessions.push(session(other, 9, 100, 200));
        sessions.push(Session { gpt: Gpt::IidxDp, ..session(user, 8, 100, 200) });
        db.write(|conn| sessions_insert(conn, &sessions));
        let found = |from, to| {
            let found = db.read(|conn| sessions_overlapping(conn, user, Gpt::IidxSp, from, to));
            found.iter().map(|stored| stored.session.time_started).collect::<Vec<_>>()
        };
        assert_eq!(found(200, 300), [0, 100]);
        assert_eq!(found(201, 301), [0, 300]);
        assert_eq!(found(1000, 1001), [0]);
        assert_eq!(found(1001, 2000), Vec::<i64>::new());
        assert_eq!(found(0, 10_000), [0, 100, 300, 500]);
    });
}

#[test]
fn scores_are_put_into_sessions_and_lose_them() {
    on_both(|db| {
        let user = db.user("player");
        let charts = charts(db, 5);
        let sessions = [session(user, 1, 10, 20), session(user, 2, 30, 40)];
        let sessions = db.write(|conn| sessions_insert(conn, &sessions));
        let scores: Vec<_> = charts.iter().map(|chart| score(user, *chart, 5, "CLEAR", None)).collect();
        let keys = db.write(|conn| scores_insert(conn, &scores));
        let keys: Vec<_> = keys.into_iter().map(Option::unwrap).collect();
        let places = [
            (keys[0], Some(sessions[0]), Some(2)),
            (keys[1], Some(sessions[0]), Some(0)),
            (keys[2], Some(sessions[0]), Some(1)),
            (keys[3], Some(sessions[1]), Some(0)),
        ];
        let (statements, ()) = db.count(|db| db.write(|conn| scores_session_set(conn, &places)));
        assert_eq!(statements, 3);
        let members = |session: SessionKey| {
            let scores = db.read(|conn| scores_of_session(conn, session));
            scores.iter().map(|stored| stored.key).collect::<Vec<_>>()
        };
        assert_eq!(members(sessions[0]), [keys[1], keys[2], keys[0]]);
        db.write(|conn| scores_session_set(conn, &[(keys[2], None, None)]));
        assert_eq!(members(sessions[0]), [keys[1], keys[0]]);
        db.write(|conn| sessions_delete(conn, &sessions[..1]));
        assert!(members(sessions[0]).is_empty());
        assert_eq!(members(sessions[1]), [keys[3]]);
        db.write(|conn| scores_session_set(conn, &[]));
    });
}
