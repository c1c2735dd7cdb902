//! Logins, invites, limits, preferences and links.

use tachi_core::import_type::ImportType;
use tachi_db::email_codes::{
    EmailCode, Purpose, email_code_delete, email_code_delete_of_user, email_code_find, email_code_put,
    email_codes_delete_until,
};
use tachi_db::invites::{invite_consume, invite_consumer_set, invite_insert};
use tachi_db::links::{Link, Sealed, link_delete, link_get, link_put};
use tachi_db::logins::{
    login_delete, login_find, login_insert, logins_delete_expired, logins_delete_of_user, logins_delete_others,
};
use tachi_db::rate_limits::{Window, rate_limit_hit, rate_limits_delete_expired};
use tachi_db::timestops::{timestop_delete, timestop_put, timestops_of_user};
use tachi_db::user_settings::{Preferences, preferences_get, preferences_put};
use tachi_db::users::{
    user_by_email, user_by_id, user_credentials_by_id, user_email_set, user_email_verify, user_seen_unless_invisible,
    users_recent, users_search,
};

use crate::support::{WAIT, on_both};

#[test]
fn a_login_holds_until_its_time_is_over() {
    on_both(|db| {
        let user = db.user("player");
        db.write(|conn| login_insert(conn, &[1; 32], user, 0, 100));
        let find = |now| db.read(|conn| login_find(conn, &[1; 32], now)).map(|user| user.id);
        assert_eq!((find(99), find(100)), (Some(user), None));
        assert_eq!(db.read(|conn| login_find(conn, &[2; 32], 0)), None);
        assert_eq!(db.write(|conn| logins_delete_expired(conn, 99)), 0);
        assert_eq!(db.write(|conn| logins_delete_expired(conn, 100)), 1);
        assert!(!db.write(|conn| login_delete(conn, &[1; 32])));
    });
}

#[test]
fn other_logins_of_a_user_can_be_ended() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        for (hash, of) in [(1, user), (2, user), (3, other)] {
            db.write(|conn| login_insert(conn, &[hash; 32], of, 0, 100));
        }
        assert_eq!(db.write(|conn| logins_delete_others(conn, user, &[2; 32])), 1);
        let left = [1, 2, 3].map(|hash| db.read(|conn| login_find(conn, &[hash; 32], 0)).is_some());
        assert_eq!(left, [false, true, true]);
        db.remove_user(user);
        assert_eq!(db.read(|conn| login_find(conn, &[2; 32], 0)), None);
    });
}

#[test]
fn all_logins_of_a_user_can_be_ended() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        for (hash, of) in [(1, user), (2, user), (3, other)] {
            db.write(|conn| login_insert(conn, &[hash; 32], of, 0, 100));
        }
        assert_eq!(db.write(|conn| logins_delete_of_user(conn, user)), 2);
        assert!(db.read(|conn| login_find(conn, &[3; 32], 0)).is_some());
    });
}

#[test]
fn a_code_is_good_for_one_purpose_and_replaces_the_one_before() {
    on_both(|db| {
        let user = db.user("player");
        db.write(|conn| user_email_set(conn, user, "p@example.com"));
        let code = |expires_at| EmailCode { user, email: "p@example.com".to_owned(), expires_at };
        let find = |purpose, hash: u8| db.read(|conn| email_code_find(conn, purpose, &[hash; 32]));
        db.write(|conn| email_code_put(conn, Purpose::Reset, &[1; 32], &code(100)));
        assert_eq!(find(Purpose::Reset, 1), Some(code(100)));
        assert_eq!((find(Purpose::Verify, 1), find(Purpose::Reset, 2)), (None, None));

        db.write(|conn| email_code_put(conn, Purpose::Verify, &[2; 32], &code(300)));
        db.write(|conn| email_code_put(conn, Purpose::Reset, &[3; 32], &code(200)));
        assert_eq!((find(Purpose::Reset, 1), find(Purpose::Reset, 3)), (None, Some(code(200))));
        assert_eq!(find(Purpose::Verify, 2), Some(code(300)));

        assert!(db.write(|conn| email_code_delete(conn, &[3; 32])));
        assert!(!db.write(|conn| email_code_delete(conn, &[3; 32])));
        assert!(!db.write(|conn| email_code_delete_of_user(conn, user, Purpose::Reset)));
        assert!(db.write(|conn| email_code_delete_of_user(conn, user, Purpose::Verify)));

        db.write(|conn| email_code_put(conn, Purpose::Reset, &[4; 32], &code(100)));
        db.write(|conn| email_code_put(conn, Purpose::Verify, &[5; 32], &code(101)));
        assert_eq!(db.write(|conn| email_codes_delete_until(conn, 100)), 1);
        assert_eq!((find(Purpose::Reset, 4), find(Purpose::Verify, 5)), (None, Some(code(101))));
        db.remove_user(user);
        assert_eq!(find(Purpose::Verify, 5), None);
    });
}

#[test]
fn a_code_is_good_while_its_address_is_the_users() {
    on_both(|db| {
        let user = db.user("player");
        db.write(|conn| user_email_set(conn, user, "old@example.com"));
        let code = EmailCode { user, email: "old@example.com".to_owned(), expires_at: 100 };
        db.write(|conn| email_code_put(conn, Purpose::Verify, &[1; 32], &code));
        db.write(|conn| user_email_set(conn, user, "new@example.com"));
        assert_eq!(db.read(|conn| email_code_find(conn, Purpose::Verify, &[1; 32])), None);
        assert_eq!(db.read(|conn| user_by_email(conn, "old@example.com")), None);
        assert_eq!(db.read(|conn| user_by_email(conn, "new@example.com")).unwrap().id, user);
    });
}

#[test]
fn another_address_has_to_be_verified_again() {
    on_both(|db| {
        let user = db.user("player");
        let is_verified = || db.read(|conn| user_credentials_by_id(conn, user)).unwrap().is_email_verified;
        let set = |email: &str| db.write(|conn| user_email_set(conn, user, email));
        let verify = |email: &str| db.write(|conn| user_email_verify(conn, user, email, 5));
        assert!(set("a@example.com") && !set("a@example.com") && !is_verified());
        assert!(!verify("b@example.com") && !is_verified());
        assert!(verify("a@example.com") && is_verified());
        assert!(!set("a@example.com") && is_verified());
        assert!(set("b@example.com") && !is_verified());
    });
}

#[test]
fn an_invite_is_used_once_and_comes_back_with_a_rollback() {
    on_both(|db| {
        let user = db.user("player");
        db.write(|conn| invite_insert(conn, &[1; 32], None, true, 5));
        let rolled_back = db.database.write_rolled_back(WAIT, |conn| invite_consume(conn, &[1; 32], 6));
        assert_eq!(rolled_back.unwrap(), Some(true));
        assert_eq!(db.write(|conn| invite_consume(conn, &[1; 32], 6)), Some(true));
        db.write(|conn| invite_consumer_set(conn, &[1; 32], user));
        assert_eq!(db.write(|conn| invite_consume(conn, &[1; 32], 7)), None);
        assert_eq!(db.write(|conn| invite_consume(conn, &[2; 32], 7)), None);
    });
}

#[test]
fn a_window_begins_with_the_first_hit_and_is_counted_in_one_statement() {
    on_both(|db| {
        let hit = |subject: &str, now| {
            db.database.write_alone(WAIT, |conn| rate_limit_hit(conn, "login", subject, 100, now)).unwrap()
        };
        assert_eq!(db.count(|_| hit("a", 10)), (1, Window { hits: 1, resets_at: 110 }));
        assert_eq!(hit("a", 109), Window { hits: 2, resets_at: 110 });
        assert_eq!(hit("b", 109), Window { hits: 1, resets_at: 209 });
        assert_eq!(hit("a", 110), Window { hits: 1, resets_at: 210 });
        assert_eq!(db.write(|conn| rate_limits_delete_expired(conn, 209)), 1);
        assert_eq!(hit("a", 111).hits, 2);
    });
}

#[test]
fn who_is_invisible_is_not_seen() {
    on_both(|db| {
        let user = db.user("player");
        let seen = |now| {
            db.write(|conn| user_seen_unless_invisible(conn, user, now));
            db.read(|conn| user_by_id(conn, user)).unwrap().last_seen
        };
        assert_eq!(db.read(|conn| preferences_get(conn, user)), Preferences::default());
        assert_eq!((seen(5), seen(4)), (5, 5));
        let invisible = Preferences { invisible: true, ..Preferences::default() };
        db.write(|conn| preferences_put(conn, user, invisible));
        assert_eq!(db.read(|conn| preferences_get(conn, user)), invisible);
        assert_eq!(seen(9), 5);
        db.write(|conn| preferences_put(conn, user, Preferences::default()));
        assert_eq!(seen(9), 9);
    });
}

#[test]
fn users_are_listed_by_when_they_were_seen_and_searched_literally() {
    on_both(|db| {
        let [first, second, third] = ["Alpha_1", "alphax1", "BETA"].map(|name| db.user(name));
        db.write(|conn| user_seen_unless_invisible(conn, second, 50));
        db.write(|conn| user_seen_unless_invisible(conn, first, 70));
        let recent = |since, limit| -> Vec<_> {
            db.read(|conn| users_recent(conn, since, limit)).iter().map(|user| user.id).collect()
        };
        assert_eq!(recent(None, 100), [first, second, third]);
        assert_eq!(recent(None, 2), [first, second]);
        assert_eq!(recent(Some(50), 100), [first]);
        let search = |text: &str| -> Vec<_> {
            db.read(|conn| users_search(conn, text, None, 25)).iter().map(|user| user.id).collect()
        };
        assert_eq!(search("ALPHA"), [first, second]);
        assert_eq!(search("a_1"), [first]);
        assert_eq!((search("%"), search("\\")), (vec![], vec![]));
        assert_eq!(search("eta"), [third]);
        assert_eq!(db.read(|conn| users_search(conn, "alpha", Some(60), 25)).len(), 1);
    });
}

#[test]
fn links_are_told_apart_by_user_and_service() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let sealed = |at: usize, version: u8| Sealed {
            key_id: format!("key{version}"),
            values: vec![vec![at as u8, version]; Link::ALL[at].place().columns.len()],
        };
        for (at, link) in Link::ALL.into_iter().enumerate() {
            assert_eq!(db.read(|conn| link_get(conn, user, link)), None);
            for version in [1, 2] {
                db.write(|conn| link_put(conn, user, link, &sealed(at, version)));
            }
        }
        for (at, link) in Link::ALL.into_iter().enumerate() {
            assert_eq!(db.read(|conn| link_get(conn, user, link)), Some(sealed(at, 2)));
            assert_eq!(db.read(|conn| link_get(conn, other, link)), None);
            assert!(!db.write(|conn| link_delete(conn, other, link)));
        }
        assert!(db.write(|conn| link_delete(conn, user, Link::Myt)));
        assert!(!db.write(|conn| link_delete(conn, user, Link::Myt)));
        assert!(db.read(|conn| link_get(conn, user, Link::CgDev)).is_some());
        db.remove_user(user);
        assert!(Link::ALL.iter().all(|link| db.read(|conn| link_get(conn, user, *link)).is_none()));
    });
}

#[test]
fn cursors_go_where_they_are_put() {
    on_both(|db| {
        let user = db.user("player");
        for time in [10, 5] {
            db.write(|conn| timestop_put(conn, user, ImportType::ApiFloIidx, time));
        }
        assert_eq!(db.read(|conn| timestops_of_user(conn, user)), [(ImportType::ApiFloIidx, 5)]);
        assert!(!db.write(|conn| timestop_delete(conn, user, ImportType::ApiFloSdvx)));
        assert!(db.write(|conn| timestop_delete(conn, user, ImportType::ApiFloIidx)));
        assert!(db.read(|conn| timestops_of_user(conn, user)).is_empty());
    });
}
