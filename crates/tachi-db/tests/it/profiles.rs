//! Profiles and classes.

use tachi_core::game::Gpt;
use tachi_core::ids::UserId;
use tachi_db::leaderboards::profile_ranks;
use tachi_db::profiles::*;

use crate::support::on_both;

fn profile(user: UserId, ratings: [Option<f64>; 4]) -> Profile {
    let classes = [("dan".to_owned(), "KAIDEN".to_owned())].into();
    Profile { user, gpt: Gpt::IidxSp, ratings: ratings.into(), classes }
}

#[test]
fn a_profile_replaces_the_one_before() {
    on_both(|db| {
        let user = db.user("player");
        assert_eq!(db.read(|conn| profile_get(conn, user, Gpt::IidxSp)), None);
        let first = profile(user, [Some(12.5), Some(1.0), None, Some(-15.0)]);
        db.write(|conn| profile_upsert(conn, &first));
        assert_eq!(db.read(|conn| profile_get(conn, user, Gpt::IidxSp)), Some(first.clone()));
        let mut second = profile(user, [None, Some(2.0), Some(0.0), None]);
        second.classes.clear();
        db.write(|conn| profile_upsert(conn, &second));
        assert_eq!(db.read(|conn| profiles_of_user(conn, user)), [second]);
        assert!(db.read(|conn| profile_leaderboard(conn, Gpt::IidxSp, 0, 10)).is_empty());
        assert_eq!(db.read(|conn| profile_leaderboard(conn, Gpt::IidxSp, 1, 10)), [(user, 2.0)]);
    });
}

#[test]
fn no_rating_counts_as_nothing() {
    on_both(|db| {
        let ratings = [Some(12.0), Some(12.0), Some(3.0), None, Some(-1.0), Some(-2.0)];
        let users: Vec<UserId> = (0..ratings.len()).map(|n| db.user(&format!("player{n}"))).collect();
        for (user, rating) in users.iter().zip(ratings) {
            db.write(|conn| profile_upsert(conn, &profile(*user, [rating, None, None, None])));
        }
        let place = |user: &UserId| db.read(|conn| profile_ranks(conn, *user, &[Gpt::IidxSp]))[0].1[0];
        let expected = [1, 1, 3, 4, 5, 6].map(|ranking| ProfileRank { ranking, out_of: 6 });
        assert_eq!(users.iter().map(place).collect::<Vec<_>>(), expected);
        let board = db.read(|conn| profile_leaderboard(conn, Gpt::IidxSp, 0, 3));
        assert_eq!(board, [(users[0], 12.0), (users[1], 12.0), (users[2], 3.0)]);
    });
}

#[test]
fn achievements_come_latest_first() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let achievement = |user, value: &str, time_achieved| ClassAchievement {
            is_manual: value == "KAIDEN",
            user,
            gpt: Gpt::IidxSp,
            class_set: "dan".to_owned(),
            old_value: (value == "KAIDEN").then(|| "DAN_10".to_owned()),
            value: value.to_owned(),
            time_achieved,
        };
        let all = [achievement(user, "DAN_10", 5), achievement(user, "KAIDEN", 5), achievement(other, "DAN_1", 3)];
        db.write(|conn| class_achievements_insert(conn, &all));
        let of_user = db.read(|conn| class_achievements_of_user(conn, user, 10));
        assert_eq!(of_user, [all[1].clone(), all[0].clone()]);
        let of_gpt = db.read(|conn| class_achievements_of_gpt(conn, Gpt::IidxSp, 10));
        assert_eq!(of_gpt, [all[1].clone(), all[0].clone(), all[2].clone()]);
        assert!(db.read(|conn| class_achievements_of_gpt(conn, Gpt::IidxDp, 10)).is_empty());
    });
}
