//! Scores.

use std::collections::BTreeMap;

use serde_json::json;
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_db::dangling::dangling_references;
use tachi_db::open::open;
use tachi_db::pbs::pbs_upsert;
use tachi_db::profiles::{Profile, profile_upsert};
use tachi_db::scores::*;
use tachi_db::sessions::sessions_insert;
use tachi_db::{DbError, ScoreKey};

use crate::sessions::session;
use crate::support::{TestDatabase, WAIT, charts, on_both, pb, score};

fn insert(db: &TestDatabase, scores: &[Score]) -> Vec<Option<ScoreKey>> {
    db.write(|conn| scores_insert(conn, scores))
}

fn keys(scores: &[Score]) -> Vec<(ChartKey, [u8; 32])> {
    scores.iter().map(|score| (score.chart, score.dedup_key)).collect()
}

#[test]
fn a_score_is_read_as_it_was_stored() {
    on_both(|db| {
        let user = db.user("player");
        let chart = charts(db, 1)[0];
        let mut score = score(user, chart, 1479, "EX HARD CLEAR", Some(1_619_454_485_988));
        score.comment = Some("a\u{1f3b5}\"b".to_owned());
        score.highlight = true;
        score.score_meta = json!({"random": "MIRROR", "assist": "NO ASSIST"}).as_object().unwrap().clone();
        score.data.set_json("gaugeHistory", &json!([100, null, 0.1])).unwrap();
        score.ratings = [Some(0.1 + 0.2), None, Some(-15.0), Some(1e300)].into();
        let stored = insert(db, std::slice::from_ref(&score))[0].unwrap();
        let found = db.read(|conn| score_by_public_id(conn, score.id)).unwrap();
        assert_eq!(found, StoredScore { key: stored, score });
        assert_eq!(db.read(|conn| scores_by_keys(conn, &[stored, ScoreKey(99)])), [found]);
    });
}

#[test]
fn known_scores_are_left_as_they_are() {
    on_both(|db| {
        let user = db.user("player");
        let charts = charts(db, 3);
        let first = score(user, charts[0], 100, "FAILED", Some(5));
        let key = insert(db, std::slice::from_ref(&first))[0].unwrap();
        let again = Score { time_achieved: Some(6), ..first.clone() };
        let new = score(user, charts[1], 100, "FAILED", None);
        // Once more in the same batch, too.
        let inserted = insert(db, &[again, new.clone(), new.clone()]);
        assert_eq!(inserted[0], None);
        assert!(inserted[1].is_some());
        assert_eq!(inserted[2], None);
        assert_eq!(db.read(|conn| scores_by_keys(conn, &[key]))[0].score, first);
        assert_eq!(db.read(|conn| scores_count(conn, user, Gpt::IidxSp)), 2);

        // A large batch is no exception.
        let many: Vec<Score> = (0..500).map(|n| score(user, charts[0], 100 + n, "FAILED", Some(7))).collect();
        let inserted = insert(db, &many);
        assert_eq!(inserted.iter().filter(|key| key.is_none()).count(), 1);
        assert_eq!(inserted[0], None);
        assert_eq!(db.read(|conn| scores_by_keys(conn, &[key]))[0].score, first);
        assert_eq!(db.read(|conn| scores_count(conn, user, Gpt::IidxSp)), 501);
    });
}

#[test]
fn a_large_batch_goes_in_with_few_statements_and_in_order() {
    on_both(|db| {
        let user = db.user("player");
        let charts = charts(db, 10);
        let scores: Vec<Score> =
            (0..4500).map(|n| score(user, charts[n % 10], 1 + n as u32 / 10, "CLEAR", Some(n as i64))).collect();
        let (statements, inserted) = db.count(|db| insert(db, &scores));
        // BEGIN and COMMIT, and what the numbers are.
        assert!(statements <= 2 + 5 + 1, "{statements}");
        let inserted: Vec<ScoreKey> = inserted.into_iter().map(Option::unwrap).collect();
        assert!(inserted.is_sorted());
        let (statements, found) = db.count(|db| db.read(|conn| scores_known(conn, user, &keys(&scores))));
        assert_eq!((statements, found.scores.len()), (1, 4500));
        let (statements, found) = db.count(|db| db.read(|conn| scores_by_keys(conn, &inserted)));
        assert_eq!((statements, found.len()), (1, 4500));
        assert_eq!(db.write(|conn| scores_delete(conn, &inserted)), 4500);
    });
}

#[test]
fn what_is_known_is_found_by_its_keys_however_much_there_is() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let charts = charts(db, 20);
        let mine = score(user, charts[0], 100, "CLEAR", Some(7));
        let theirs = score(other, charts[0], 100, "CLEAR", Some(7));
        insert(db, &[mine.clone(), theirs]);
        let unknown = score(user, charts[1], 100, "CLEAR", None);
        let unwanted = score(user, charts[2], 100, "CLEAR", None);
        db.write(|conn| blacklist_insert(conn, user, &[(unwanted.id, unwanted.dedup_key)]));
        db.write(|conn| blacklist_insert(conn, user, &[(unwanted.id, unwanted.dedup_key)]));
        let wanted = keys(&[mine.clone(), unknown.clone(), unwanted.clone()]);
        let (before, known) = db.count(|db| db.read(|conn| scores_known(conn, user, &wanted)));
        assert_eq!(known.scores.len(), 1);
        let found = &known.scores[0];
        assert_eq!((found.id, found.chart, found.dedup_key), (mine.id, mine.chart, mine.dedup_key));
        assert_eq!((found.time_achieved, found.session), (Some(7), None));
        assert_eq!(known.blacklisted.into_iter().collect::<Vec<_>>(), [unwanted.dedup_key]);
        assert_eq!(db.read(|conn| scores_known(conn, other, &wanted)), Known::default());
        assert_eq!(db.read(|conn| scores_known(conn, user, &[])), Known::default());

        let many: Vec<Score> =
            (0..3000).map(|n| score(user, charts[n % 20], 200 + n as u32 / 20, "CLEAR", None)).collect();
        insert(db, &many);
        let (after, known) = db.count(|db| db.read(|conn| scores_known(conn, user, &wanted)));
        assert_eq!((before, after, known.scores.len()), (1, 1, 1));
    });
}

#[test]
fn scores_of_charts_of_a_user_and_of_everybody() {
    on_both(|db| {
        let users = [db.user("first"), db.user("second"), db.user("third")];
        let charts = charts(db, 3);
        let mut scores = Vec::new();
        for user in users {
            for (chart, ex_score) in [(charts[0], 100), (charts[0], 101), (charts[1], 102), (charts[2], 103)] {
                scores.push(score(user, chart, ex_score, "CLEAR", None));
            }
        }
        insert(db, &scores);
        let found = db.read(|conn| scores_of_charts(conn, users[1], &[charts[1], charts[0]]));
        let found: Vec<_> = found.into_iter().map(|stored| stored.score).collect();
        assert_eq!(found, scores[4..7]);
        let found = db.read(|conn| scores_for_pbs(conn, users[1], &[charts[1], charts[0]]));
        assert_eq!(found.iter().map(|score| score.id).collect::<Vec<_>>(), [4, 5, 6].map(|at: usize| scores[at].id));
        assert_eq!(found[2].data, scores[6].data);
    });
}

#[test]
fn recent_scores_come_latest_first_and_only_with_a_time() {
    on_both(|db| {
        let user = db.user("player");
        let chart = charts(db, 1)[0];
        let times = [Some(5), None, Some(9), Some(7)];
        let scores: Vec<Score> =
            (1..).zip(times).map(|(ex_score, time)| score(user, chart, ex_score, "CLEAR", time)).collect();
        insert(db, &scores);
        let recent = db.read(|conn| scores_recent(conn, user, Gpt::IidxSp, 2));
        assert_eq!(recent.iter().map(|stored| stored.score.time_achieved).collect::<Vec<_>>(), [Some(9), Some(7)]);
    });
}

#[test]
fn rewriting_changes_data_ratings_and_time_and_nothing_else() {
    on_both(|db| {
        let user = db.user("player");
        let chart = charts(db, 1)[0];
        let original = score(user, chart, 100, "CLEAR", None);
        let key = insert(db, std::slice::from_ref(&original))[0].unwrap();
        let mut changed = original.clone();
        changed.data.set_json("grade", &json!("AAA")).unwrap();
        changed.data.set_json("fast", &json!(12)).unwrap();
        changed.score_meta.insert("random".to_owned(), json!("RANDOM"));
        changed.ratings = [None, None, None, Some(1.0)].into();
        changed.time_achieved = Some(8);
        let ignored = Score { comment: Some("ignored".to_owned()), service: "ignored".to_owned(), ..changed.clone() };
        db.write(|conn| scores_rewrite(conn, &[StoredScore { key, score: ignored.clone() }]));
        assert_eq!(db.read(|conn| scores_by_keys(conn, &[key])), [StoredScore { key, score: changed.clone() }]);
        assert!(db.write(|conn| score_edit(conn, key, Some("nul\0here"), true)));
        assert!(!db.write(|conn| score_edit(conn, ScoreKey(99), None, true)));
        let edited = Score { comment: Some("nul\u{fffd}here".to_owned()), highlight: true, ..changed };
        assert_eq!(db.read(|conn| scores_by_keys(conn, &[key]))[0].score, edited);
    });
}

#[test]
fn what_no_database_can_store_is_refused_on_both() {
    on_both(|db| {
        let user = db.user("player");
        let chart = charts(db, 1)[0];
        let mut nan = score(user, chart, 100, "CLEAR", None);
        let metric = nan.data.config().metric("percent").unwrap().0;
        nan.data.set_number(metric, f64::NAN);
        let result = db.database.write(WAIT, |conn| scores_insert(conn, std::slice::from_ref(&nan)));
        assert!(matches!(result, Err(DbError::Data { .. })), "{result:?}");
        // An import opens before it writes.
        let result =
            db.database.write_of_user(UserId(99), WAIT, |conn| open(conn, UserId(99), &[Gpt::IidxSp], &[chart]));
        assert!(matches!(result, Err(DbError::Data { .. })), "{result:?}");
    });
}

#[test]
fn a_user_takes_everything_along() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let chart = charts(db, 1)[0];
        insert(db, &[score(user, chart, 100, "CLEAR", None), score(other, chart, 100, "CLEAR", None)]);
        let pbs = [pb(user, chart, 100, "CLEAR", None), pb(other, chart, 100, "CLEAR", None)];
        db.write(|conn| pbs_upsert(conn, &pbs));
        let profile = Profile { user, gpt: Gpt::IidxSp, ratings: [None].into(), classes: BTreeMap::new() };
        db.write(|conn| profile_upsert(conn, &profile));
        let others = Profile { user: other, ..profile };
        db.write(|conn| profile_upsert(conn, &others));
        db.write(|conn| sessions_insert(conn, &[session(user, 1, 5, 9)]));
        db.remove_user(user);
        assert_eq!(db.read(dangling_references), []);
        assert_eq!(db.read(|conn| scores_count(conn, user, Gpt::IidxSp)), 0);
        assert_eq!(db.read(|conn| scores_count(conn, other, Gpt::IidxSp)), 1);
    });
}

#[test]
fn the_latest_scores_on_charts_are_the_same_however_they_are_found() {
    on_both(|db| {
        let (user, charts) = (db.user("a"), charts(db, 400));
        let time = |number: i64| (number % 5 != 0).then_some(number);
        let scores: Vec<Score> =
            charts.iter().zip(0..).map(|(chart, number)| score(user, *chart, 50, "CLEAR", time(number))).collect();
        db.write(|conn| scores_insert(conn, &scores));
        let latest = |charts: &[ChartKey], limit: usize| -> Vec<Option<i64>> {
            let found = db.read(|conn| scores_latest_on(conn, user, Gpt::IidxSp, charts, limit));
            found.into_iter().map(|stored| stored.score.time_achieved).collect()
        };
        let expected = |count: i64| -> Vec<Option<i64>> {
            let timed = (0..count).rev().filter_map(time).map(Some);
            timed.chain((0..count).filter(|number| time(*number).is_none()).map(|_| None)).collect()
        };
        // Few charts are looked up, many are found by going back in time.
        assert_eq!(latest(&charts[..10], 30), expected(10));
        assert_eq!(latest(&charts, 30), expected(400)[..30]);
        assert_eq!(latest(&charts[..350], 1000), expected(350));
        let mut seen = Vec::new();
        db.read(|conn| {
            scores_each(conn, user, Gpt::IidxSp, |stored| {
                seen.push(stored.score.time_achieved);
                Ok(())
            })
        });
        assert_eq!(seen, expected(400));
    });
}
