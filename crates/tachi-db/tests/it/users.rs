//! Users and their tokens.

use tachi_core::ids::UserId;
use tachi_db::tokens::{NewToken, token_delete, token_find, token_insert, tokens_of_user};
use tachi_db::users::{
    AuthLevel, NewUser, user_by_id, user_by_name, user_credentials, user_insert, user_password_set,
    user_seen_unless_invisible, user_update, users_by_ids,
};
use tachi_db::{Conn, DbError};

use crate::support::{WAIT, on_both};

#[test]
fn a_user_is_found_by_number_and_by_name_in_any_case() {
    on_both(|db| {
        let new = NewUser {
            username: "Zkrising",
            password_hash: Some("hash"),
            email: Some("z@example.org"),
            about: "hello",
            join_date: 5,
            auth_level: AuthLevel::Admin,
        };
        let id = db.write(|conn| user_insert(conn, &new));
        let user = db.read(|conn| user_by_name(conn, "zKRISING")).unwrap();
        assert_eq!(user, db.read(|conn| user_by_id(conn, id)).unwrap());
        assert_eq!((user.id, user.username.as_str(), user.auth_level), (id, "Zkrising", AuthLevel::Admin));
        assert_eq!((user.about.as_str(), user.join_date, user.last_seen), ("hello", 5, 5));
        assert_eq!(db.read(|conn| user_by_name(conn, "someone")), None);
        let credentials = db.read(|conn| user_credentials(conn, "ZKRISING")).unwrap();
        assert_eq!(credentials.password_hash.as_deref(), Some("hash"));
    });
}

#[test]
fn names_and_addresses_are_taken_once() {
    on_both(|db| {
        let new = NewUser { username: "Player", email: Some("p@example.org"), ..NewUser::default() };
        db.write(|conn| user_insert(conn, &new));
        for (username, email, column) in [("pLAYER", None, "username"), ("other", Some("p@example.org"), "email")] {
            let new = NewUser { username, email, ..NewUser::default() };
            let error = db.database.write(WAIT, |conn| user_insert(conn, &new)).unwrap_err();
            assert!(error.is_conflict_on(column), "{error}");
        }
        // Users without an address are not in each other's way.
        db.user("third");
        db.user("fourth");
    });
}

#[test]
fn numbers_are_never_used_again() {
    on_both(|db| {
        let first = db.user("first");
        db.remove_user(first);
        assert_ne!(db.user("second"), first);
    });
}

#[test]
fn a_user_can_be_changed() {
    on_both(|db| {
        let id = db.user("player");
        let mut user = db.read(|conn| user_by_id(conn, id)).unwrap();
        user.status = Some("with\0nul".to_owned());
        user.badges = vec!["beta".to_owned()];
        user.social_media.insert("github".to_owned(), "player".into());
        assert!(db.write(|conn| user_update(conn, &user)));
        db.write(|conn| user_seen_unless_invisible(conn, id, 10));
        db.write(|conn| user_seen_unless_invisible(conn, id, 9));
        assert!(db.write(|conn| user_password_set(conn, id, "new")));
        user.status = Some("with\u{fffd}nul".to_owned());
        user.last_seen = 10;
        assert_eq!(db.read(|conn| user_by_id(conn, id)), Some(user));
        assert_eq!(db.read(|conn| user_credentials(conn, "player")).unwrap().password_hash.as_deref(), Some("new"));
    });
}

#[test]
fn many_users_are_found_at_once_and_in_order() {
    on_both(|db| {
        let ids: Vec<UserId> = ["a", "b", "c"].iter().map(|name| db.user(name)).collect();
        let wanted = [ids[2], UserId(4000), ids[0]];
        let found = db.read(|conn| users_by_ids(conn, &wanted));
        assert_eq!(found.iter().map(|user| user.id).collect::<Vec<_>>(), [ids[0], ids[2]]);
    });
}

#[test]
fn tokens_are_found_by_their_hashes() {
    on_both(|db| {
        let user = db.user("player");
        let permissions = ["submit_score".to_owned(), "customise_score".to_owned()];
        let insert = |conn: &mut Conn, hash: u8| {
            let token = NewToken {
                hash: [hash; 32],
                user,
                identifier: "Custom Token",
                permissions: if hash == 1 { &permissions } else { &[] },
                client_id: None,
                created_at: 7,
            };
            token_insert(conn, &token)
        };
        let first = db.write(|conn| insert(conn, 1));
        let second = db.write(|conn| insert(conn, 2));
        assert!(matches!(db.database.write(WAIT, |conn| insert(conn, 1)), Err(DbError::Conflict { .. })));
        let (owner, token) = db.read(|conn| token_find(conn, &[1; 32])).unwrap();
        assert_eq!((owner.id, token.id, token.permissions.as_slice()), (user, first, permissions.as_slice()));
        assert_eq!(db.read(|conn| token_find(conn, &[3; 32])), None);
        let tokens = db.read(|conn| tokens_of_user(conn, user));
        assert_eq!(tokens.iter().map(|token| token.id).collect::<Vec<_>>(), [first, second]);
        assert_eq!(tokens[1].permissions, Vec::<String>::new());
        assert!(!db.write(|conn| token_delete(conn, UserId(999), first)));
        assert!(db.write(|conn| token_delete(conn, user, first)));
        assert!(db.write(|conn| token_delete(conn, user, second)));
        assert!(db.read(|conn| tokens_of_user(conn, user)).is_empty());
        db.write(|conn| insert(conn, 1));
        db.remove_user(user);
        assert_eq!(db.read(|conn| token_find(conn, &[1; 32])), None);
    });
}
