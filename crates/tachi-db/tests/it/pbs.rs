//! Personal bests, their ratings and their ranks.

use std::collections::BTreeMap;

use serde_json::json;
use tachi_core::catalogue::ChartKey;
use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_db::catalogue::{folder_charts_replace, folders_all, folders_replace};
use tachi_db::pbs::*;
use tachi_db::profiles::{Profile, profile_upsert};
use tachi_db::{DbError, ScoreKey};

use crate::support::{TestDatabase, WAIT, charts, on_both, pb};

#[test]
fn a_pb_replaces_the_one_before() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let charts = charts(db, 3);
        let first = pb(user, charts[0], 100, "CLEAR", Some(5));
        db.write(|conn| pbs_upsert(conn, &[first.clone(), pb(other, charts[0], 50, "CLEAR", None)]));
        assert_eq!(db.read(|conn| pbs_of_charts(conn, user, &charts)), std::slice::from_ref(&first));
        let mut second = pb(user, charts[0], 200, "HARD CLEAR", None);
        second.highlight = true;
        second.is_primary = false;
        second.composed = vec![("Best Score".to_owned(), ScoreKey(7)), ("Best Lamp".to_owned(), ScoreKey(9))];
        second.ratings = [None, Some(1.5), None, None].into();
        second.data.set_json("gaugeHistory", &json!([1, null])).unwrap();
        let third = pb(user, charts[2], 1, "FAILED", None);
        db.write(|conn| pbs_upsert(conn, &[second.clone(), third.clone()]));
        let found = db.read(|conn| pbs_of_charts(conn, user, &[charts[2], charts[1], charts[0]]));
        assert_eq!(found, [second, third.clone()]);
        assert_eq!(db.read(|conn| pbs_of_user(conn, user, Gpt::IidxSp)), [third]);
        assert_eq!(db.write(|conn| pbs_delete(conn, user, &charts)), 2);
        assert!(db.read(|conn| pbs_of_charts(conn, user, &charts)).is_empty());
        assert_eq!(db.read(|conn| pb_count_on_chart(conn, charts[0])), 1);
    });
}

#[test]
fn a_large_batch_goes_in_twice() {
    on_both(|db| {
        let user = db.user("player");
        let charts = charts(db, 2500);
        for ex_score in [100, 200] {
            let pbs: Vec<StoredPb> = charts.iter().map(|chart| pb(user, *chart, ex_score, "CLEAR", None)).collect();
            let (statements, ()) = db.count(|db| db.write(|conn| pbs_upsert(conn, &pbs)));
            assert_eq!(statements, 2 + 3);
            assert_eq!(db.read(|conn| pbs_of_charts(conn, user, &charts)), pbs);
        }
    });
}

#[test]
fn a_pb_needs_its_chart() {
    on_both(|db| {
        let user = db.user("player");
        let result = db.database.write(WAIT, |conn| pbs_upsert(conn, &[pb(user, ChartKey(9), 1, "CLEAR", None)]));
        assert!(matches!(result, Err(DbError::Conflict { .. })), "{result:?}");
    });
}

fn rank(db: &TestDatabase, user: UserId, chart: ChartKey) -> (i64, i64) {
    let ranks = db.read(|conn| pb_ranks(conn, user, &[chart]));
    assert_eq!(ranks.len(), 1);
    (ranks[0].1.rank, ranks[0].1.out_of)
}

#[test]
fn ranks_follow_score_lamp_misses_and_time() {
    on_both(|db| {
        let chart = charts(db, 2)[0];
        let misses = |pb: StoredPb, misses: Option<u32>| {
            let mut pb = pb;
            pb.data.set_json("bp", &json!(misses)).unwrap();
            pb
        };
        // In the order of the leaderboard; the third and the fourth are equal.
        let rows = [
            (1600, "FAILED", Some(9), Some(500)),
            (1500, "CLEAR", Some(2), Some(500)),
            (1500, "CLEAR", Some(3), Some(90)),
            (1500, "CLEAR", Some(3), Some(90)),
            (1500, "CLEAR", Some(3), Some(100)),
            (1500, "CLEAR", Some(3), None),
            (1500, "CLEAR", None, Some(1)),
            (1500, "EASY CLEAR", Some(0), Some(1)),
        ];
        let users: Vec<UserId> = (0..rows.len()).map(|n| db.user(&format!("player{n}"))).collect();
        let pbs: Vec<StoredPb> = rows
            .iter()
            .zip(&users)
            .map(|((ex_score, lamp, bp, time), user)| misses(pb(*user, chart, *ex_score, lamp, *time), *bp))
            .collect();
        let shuffled: Vec<StoredPb> = [5, 2, 7, 0, 3, 6, 1, 4].map(|index: usize| pbs[index].clone()).into();
        db.write(|conn| pbs_upsert(conn, &shuffled));
        let ranks: Vec<(i64, i64)> = users.iter().map(|user| rank(db, *user, chart)).collect();
        let expected = [1, 2, 3, 3, 5, 6, 7, 8];
        assert_eq!(ranks, expected.map(|rank| (rank, 8)));
        let board = db.read(|conn| pb_leaderboard(conn, chart, 1, 100));
        assert_eq!(board.iter().map(|(rank, _)| *rank).collect::<Vec<_>>(), expected);
        assert_eq!(board.iter().map(|(_, pb)| pb.user).collect::<Vec<_>>(), users);
        let page = db.read(|conn| pb_leaderboard(conn, chart, 3, 2));
        assert_eq!(page, [(3, pbs[2].clone()), (3, pbs[3].clone())]);
    });
}

#[test]
fn ranks_of_many_charts_come_with_two_statements() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let charts = charts(db, 50);
        let mut pbs: Vec<StoredPb> = charts.iter().map(|chart| pb(user, *chart, 100, "CLEAR", None)).collect();
        pbs.extend(charts.iter().take(10).map(|chart| pb(other, *chart, 200, "CLEAR", None)));
        db.write(|conn| pbs_upsert(conn, &pbs));
        let (statements, ranks) = db.count(|db| db.read(|conn| pb_ranks(conn, user, &charts)));
        assert_eq!((statements, ranks.len()), (2, 50));
        assert_eq!(ranks[9].1, PbRank { rank: 2, out_of: 2, rival_rank: None });
        assert_eq!(ranks[10], (charts[10], PbRank { rank: 1, out_of: 1, rival_rank: None }));
    });
}

#[test]
fn best_ratings_come_from_pbs_on_primary_charts() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let charts = charts(db, 40);
        let rated = |user, index: usize, rating: [Option<f64>; 4]| StoredPb {
            ratings: rating.into(),
            ..pb(user, charts[index], 1, "CLEAR", None)
        };
        let value = |index: usize| index as f64;
        let last = |index: usize| (index < 5).then(|| -value(index));
        let pbs: Vec<StoredPb> =
            (0..40).map(|index| rated(user, index, [Some(value(index)), None, None, last(index)])).collect();
        db.write(|conn| pbs_upsert(conn, &pbs));
        db.write(|conn| pbs_upsert(conn, &[rated(other, 0, [Some(1000.0), None, None, None])]));
        let wanted = |rating, bucket, limit| BestWanted { rating, bucket, limit };
        let wanted = [wanted(0, None, 3), wanted(0, Some(1), 2), wanted(3, None, 20), wanted(1, None, 20)];
        let best = |wanted: &[BestWanted]| db.read(|conn| best_ratings(conn, user, Gpt::IidxSp, wanted));
        let (statements, lists) = db.count(|_| best(&wanted));
        assert_eq!(statements, 1);
        assert_eq!(lists[0], [(39.0, charts[39]), (38.0, charts[38]), (37.0, charts[37])]);
        assert!(lists[1].is_empty());
        assert_eq!(lists[2].iter().map(|(value, _)| *value).collect::<Vec<_>>(), [-0.0, -1.0, -2.0, -3.0, -4.0]);
        assert!(lists[3].is_empty());
        assert!(best(&[]).is_empty());

        // A PB takes its old ratings along, and one on another chart than the song's current one has none.
        let secondary = StoredPb { is_primary: false, ..rated(user, 39, [Some(39.0), None, None, None]) };
        let replaced = [secondary, rated(user, 38, [Some(1.5), None, None, None])];
        db.write(|conn| pbs_upsert(conn, &replaced));
        assert_eq!(best(&wanted[..1])[0][0], (37.0, charts[37]));
        db.write(|conn| pbs_delete(conn, user, &charts[37..38]));
        assert_eq!(best(&wanted[..1])[0][0], (36.0, charts[36]));
    });
}

#[test]
fn a_list_is_of_one_part_of_a_profile_or_of_all() {
    on_both(|db| {
        let user = db.user("player");
        let charts = charts(db, 6);
        let in_part = |index: usize| {
            let mut data = tachi_core::score::ScoreData::new(Gpt::DdrSp.config());
            for (name, value) in [("score", json!(900_000)), ("lamp", json!("CLEAR")), ("grade", json!("AA+"))] {
                data.set_json(name, &value).unwrap();
            }
            let of_iidx = pb(user, charts[index], 1, "CLEAR", None);
            StoredPb { data, ratings: [Some(index as f64)].into(), bucket: (index % 3) as u8, ..of_iidx }
        };
        db.write(|conn| pbs_upsert(conn, &(0..6).map(in_part).collect::<Vec<_>>()));
        let wanted = [None, Some(0), Some(2)].map(|bucket| BestWanted { rating: 0, bucket, limit: 4 });
        let lists = db.read(|conn| best_ratings(conn, user, Gpt::DdrSp, &wanted));
        let values = |list: &[(f64, ChartKey)]| list.iter().map(|(value, _)| *value).collect::<Vec<_>>();
        assert_eq!(values(&lists[0]), [5.0, 4.0, 3.0, 2.0]);
        assert_eq!(values(&lists[1]), [3.0, 0.0]);
        assert_eq!(values(&lists[2]), [5.0, 2.0]);
    });
}

#[test]
fn a_rating_is_finite_and_in_a_part() {
    on_both(|db| {
        let user = db.user("player");
        let charts = charts(db, 1);
        let good = pb(user, charts[0], 1, "CLEAR", None);
        for bad in [
            StoredPb { ratings: [Some(f64::NAN), None, None, None].into(), ..good.clone() },
            StoredPb { ratings: [None, None, None, Some(f64::INFINITY)].into(), ..good.clone() },
            StoredPb { bucket: BUCKETS, ..good.clone() },
            StoredPb { composed: vec![], ..good.clone() },
            StoredPb { composed: vec![("Best Score of all".to_owned(), ScoreKey(1))], ..good.clone() },
        ] {
            let result = db.database.write(WAIT, |conn| pbs_upsert(conn, std::slice::from_ref(&bad)));
            assert!(matches!(result, Err(DbError::Data { .. })), "{bad:?}: {result:?}");
        }
    });
}

#[test]
fn pbs_are_found_by_folder() {
    on_both(|db| {
        let user = db.user("player");
        let charts = charts(db, 4);
        let folders = ["a", "b"].map(|title| {
            let document = json!({
                "folderID": title, "title": title, "game": "iidx", "playtype": "SP", "inactive": false,
                "searchTerms": [], "type": "charts", "data": {},
            });
            serde_json::from_value(document).unwrap()
        });
        db.write(|conn| folders_replace(conn, &folders));
        let folders: Vec<_> = db.read(folders_all).into_iter().map(|(key, _)| key).collect();
        let members = [(folders[0], vec![charts[0], charts[1]]), (folders[1], vec![charts[1], charts[2], charts[3]])];
        db.write(|conn| folder_charts_replace(conn, &members));
        let pbs: Vec<StoredPb> = charts[..3].iter().map(|chart| pb(user, *chart, 5, "CLEAR", None)).collect();
        db.write(|conn| pbs_upsert(conn, &pbs));
        let found = db.read(|conn| pbs_of_folders(conn, user, &folders));
        let found: Vec<_> = found.iter().map(|(folder, pb)| (*folder, pb.chart)).collect();
        let expected =
            [(folders[0], charts[0]), (folders[0], charts[1]), (folders[1], charts[1]), (folders[1], charts[2])];
        assert_eq!(found, expected);
    });
}

#[test]
fn best_pbs_are_ordered_by_rating_then_time_and_those_without_a_rating_are_last() {
    on_both(|db| {
        let (user, charts) = (db.user("a"), charts(db, 7));
        // Rating and time; the fifth is on a chart that is not primary.
        let values = [
            (Some(1.0), Some(5)),
            (Some(2.0), None),
            (Some(2.0), Some(3)),
            (Some(2.0), Some(4)),
            (Some(9.0), Some(9)),
            (None, Some(7)),
            (None, Some(8)),
        ];
        let pbs: Vec<StoredPb> = charts
            .iter()
            .zip(values)
            .map(|(chart, (rating, time))| StoredPb {
                ratings: [rating, None, None, None].into(),
                is_primary: rating != Some(9.0),
                ..pb(user, *chart, 50, "CLEAR", time)
            })
            .collect();
        db.write(|conn| pbs_upsert(conn, &pbs));
        let best = |limit: usize| -> Vec<usize> {
            let best = db.read(|conn| pbs_best(conn, user, Gpt::IidxSp, 0, limit));
            best.iter().map(|pb| charts.iter().position(|chart| *chart == pb.chart).unwrap()).collect()
        };
        assert_eq!(best(100), [3, 2, 1, 0, 6, 5]);
        assert_eq!(best(4), [3, 2, 1, 0]);
        assert_eq!(best(2), [3, 2], "the latest of those that share the last place");
        assert_eq!(best(5), [3, 2, 1, 0, 6]);
        let (statements, _) = db.count(|_| best(2));
        assert!(statements <= 3, "{statements}");
        let played = db.read(|conn| pbs_played(conn, user, Gpt::IidxSp));
        let times: Vec<Option<i64>> = played.into_iter().map(|(_, time)| time).collect();
        assert_eq!(times, [Some(9), Some(8), Some(7), Some(5), Some(4), Some(3), None]);
    });
}

#[test]
fn the_best_pbs_of_all_are_found_among_the_users_with_the_best() {
    on_both(|db| {
        let charts = charts(db, 20);
        let users: Vec<UserId> = (0..6).map(|number| db.user(&format!("u{number}"))).collect();
        let value = |user: usize, chart: usize| f64::from(u32::try_from((user * 7 + chart * 13) % 101).unwrap());
        let mut all: Vec<(f64, UserId, ChartKey)> = Vec::new();
        for (number, user) in users.iter().enumerate() {
            let rated = |(at, chart): (usize, &ChartKey)| StoredPb {
                ratings: [None, Some(value(number, at)), None, None].into(),
                ..pb(*user, *chart, 50, "CLEAR", None)
            };
            let pbs: Vec<StoredPb> = charts.iter().enumerate().map(rated).collect();
            all.extend(pbs.iter().map(|pb| (pb.ratings[1].unwrap(), *user, pb.chart)));
            let profile = Profile { user: *user, gpt: Gpt::IidxSp, ratings: [None].into(), classes: BTreeMap::new() };
            db.write(|conn| {
                profile_upsert(conn, &profile)?;
                pbs_upsert(conn, &pbs)
            });
        }
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for limit in [1, 3, 6, 50, 200] {
            let best = db.read(|conn| pbs_best_of_all(conn, Gpt::IidxSp, 1, limit));
            let best: Vec<(UserId, ChartKey)> = best.iter().map(|pb| (pb.user, pb.chart)).collect();
            let expected = all.iter().map(|(_, user, chart)| (*user, *chart));
            assert_eq!(best, expected.take(usize::try_from(limit).unwrap()).collect::<Vec<_>>(), "{limit}");
        }
    });
}
