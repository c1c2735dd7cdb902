//! What imports made is moved, and goes on elsewhere.

use serde_json::json;
use tachi_core::game::Gpt;
use tachi_db::catalogue::catalogue_version;
use tachi_db::copy::{CopiedTable, CopyError, copy};
use tachi_db::hook_settings::{FervidexSettings, fervidex_settings_put, kshook_force_put};
use tachi_db::rivals::rivals_replace;
use tachi_db::scores::score_by_public_id;
use tachi_db::unknown_charts::unknown_chart_join;
use tachi_db::{Database, DbError, Options};
use tachi_import::Request;

use crate::dump::dump;
use crate::goals::{HARD_CLEAR, no_data, subscribe, subscribe_to_first_steps};
use crate::postgres::empty_postgres_database;
use crate::support::{WAIT, World, on_both, score, with};

const T0: i64 = 1_619_454_485_988;

/// The tables that a test fills; an empty one would prove nothing.
const FILLED: &[&str] = &[
    "background_imports",
    "charts",
    "class_achievements",
    "fervidex_settings",
    "folder_charts",
    "goal_charts",
    "goal_subscriptions",
    "goals",
    "import_fills",
    "import_trackers",
    "imports",
    "kshook_sv6c_settings",
    "orphans",
    "pbs",
    "profiles",
    "quest_subscriptions",
    "rivals",
    "score_blacklist",
    "scores",
    "sessions",
    "songs",
    "unknown_chart_players",
    "unknown_charts",
    "user_locks",
    "users",
];

/// Something of everything.
fn fill(world: &World) {
    subscribe(world, HARD_CLEAR, no_data());
    subscribe_to_first_steps(world);
    let rival = world.add_user("rival");
    let at = |difficulty: &str, ex: i64, lamp: &str, time: i64| {
        with(score(difficulty, ex, lamp), &json!({ "timeAchieved": time }))
    };
    let unknown = with(score("ANOTHER", 500, "CLEAR"), &json!({"identifier": "900001", "comment": "ü🎵 'quoted'"}));
    let meta = json!({"game": "iidx", "playtype": "SP", "service": "test"});
    let scores = [at("ANOTHER", 1000, "CLEAR", T0), at("HYPER", 900, "HARD CLEAR", T0 + 60_000), unknown];
    let document = json!({"meta": meta, "scores": scores, "classes": {"dan": "DAN_9"}});
    world.importer.import(world.request(&document)).unwrap();
    world.import(&[score("ANOTHER", 700, "CLEAR")]);
    // The same score with more known about it fills it in; another one is deleted for good.
    world.import(&[with(score("ANOTHER", 700, "CLEAR"), &json!({"optional": {"bp": 2}}))]);
    let doomed = world.import(&[score("ANOTHER", 3, "FAILED")]);
    let bad = Request { bytes: b"{".to_vec(), ..world.request(&json!({})) };
    assert!(world.importer.import(bad).is_err());
    let waiting = world.request(&json!({"meta": meta, "scores": [score("ANOTHER", 1, "FAILED")]}));
    world.importer.background_add(&waiting, WAIT).unwrap();
    let database = world.importer.database();
    let doomed = database.read(|conn| score_by_public_id(conn, doomed.score_ids[0])).unwrap().unwrap();
    assert_eq!(world.importer.delete_scores(world.user, &[doomed.key], true).unwrap(), 1);
    let others = database.write(WAIT, |conn| -> Result<(), DbError> {
        let cards = FervidexSettings { cards: vec!["card".to_owned()], force_static_import: true };
        fervidex_settings_put(conn, world.user, &cards)?;
        kshook_force_put(conn, world.user, true)?;
        rivals_replace(conn, world.user, Gpt::IidxSp, &[rival])?;
        let version = catalogue_version(conn)?;
        unknown_chart_join(conn, version, (Gpt::Bms7k, "hash"), &json!({"title": "?"}), rival).map(drop)
    });
    others.unwrap();
    assert_eq!(world.findings(), []);
}

/// The world in which a database goes on, and the whole of it as text.
fn open(url: &str, original: &World) -> World {
    let database = Database::open(url, &Options::default()).unwrap();
    World::on(database, url.to_owned(), original.user)
}

fn everything(world: &World) -> Vec<String> {
    world.read(|conn| dump(conn, &[]))
}

#[test]
fn a_database_goes_to_postgres_and_back_and_is_the_same() {
    let Some(postgres) = empty_postgres_database() else { return };
    let world = World::new();
    fill(&world);
    let by_name = |mut tables: Vec<CopiedTable>| {
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        tables
    };
    let there = by_name(copy(&world.url, &postgres.url, &mut |_| {}).unwrap());
    let empty = |name: &&&str| !there.iter().any(|table| table.name == **name && table.rows > 0);
    assert_eq!(FILLED.iter().filter(empty).collect::<Vec<_>>(), [&""; 0]);
    assert_eq!(open(&postgres.url, &world).findings(), []);

    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("back.db").display().to_string();
    assert_eq!(by_name(copy(&postgres.url, &url, &mut |_| {}).unwrap()), there);
    let back = open(&url, &world);
    assert_eq!(back.findings(), []);
    assert_eq!(everything(&back), everything(&world));
}

#[test]
fn an_import_goes_on_where_a_database_was_moved_to() {
    on_both(|world| {
        fill(world);
        let folder = tempfile::tempdir().unwrap();
        let mut urls = vec![folder.path().join("copy.db").display().to_string()];
        let postgres = empty_postgres_database();
        urls.extend(postgres.as_ref().map(|postgres| postgres.url.clone()));
        for url in urls {
            copy(&world.url, &url, &mut |_| {}).unwrap();
            let moved = open(&url, world);
            // What is known is known there too, and what was deleted for good stays away.
            let known = with(score("ANOTHER", 1000, "CLEAR"), &json!({ "timeAchieved": T0 }));
            assert!(moved.import(&[known, score("ANOTHER", 3, "FAILED")]).score_ids.is_empty());
            let new = |ex: i64, time: i64| with(score("ANOTHER", ex, "EX HARD CLEAR"), &json!({"timeAchieved": time}));
            let document = moved.import(&[new(1300, T0 + 120_000), new(1301, T0 + 999_999_999)]);
            assert_eq!((document.score_ids.len(), document.created_sessions.len()), (2, 2), "{document:?}");
            let unknown = with(score("ANOTHER", 1, "FAILED"), &json!({"identifier": "900002"}));
            assert_eq!(moved.import(&[unknown]).errors.len(), 1);
            assert_ne!(moved.add_user("newcomer"), moved.user);
            // The import that waited is made there.
            assert!(moved.importer.background_run().unwrap().is_some());
            assert_eq!(moved.findings(), []);
        }
    });
}

#[test]
fn a_database_that_was_used_is_no_target() {
    on_both(|world| {
        fill(world);
        let other = World::new();
        let before = everything(&other);
        let error = copy(&world.url, &other.url, &mut |_| {}).unwrap_err();
        assert!(matches!(error, CopyError::NotEmpty { .. }), "{error}");
        assert_eq!(everything(&other), before);
    });
}
