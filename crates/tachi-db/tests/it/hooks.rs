//! What the routes of game clients store: unknown charts, settings and rivals.

use serde_json::{Value, json};
use tachi_core::catalogue::{ChartDocument, SongDocument};
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::SongId;
use tachi_db::catalogue::{catalogue_load, catalogue_version, song_and_chart_insert, song_next_id};
use tachi_db::hook_settings::*;
use tachi_db::rivals::*;
use tachi_db::unknown_charts::*;

use crate::support::{charts, on_both, pb, score};

const HASH: &str = "a";

#[test]
fn players_of_an_unknown_chart_are_counted_once_each() {
    on_both(|db| {
        let (first, second) = (db.user("first"), db.user("second"));
        let join = |gpt, user, document: &str| {
            db.write(|conn| unknown_chart_join(conn, 0, (gpt, HASH), &json!(document), user))
        };
        assert_eq!(join(Gpt::Bms7k, first, "the first"), Some(vec![first]));
        assert_eq!(join(Gpt::Bms7k, first, "the first again"), Some(vec![first]));
        assert_eq!(join(Gpt::PmsKeyboard, second, "another game"), Some(vec![second]));
        assert_eq!(join(Gpt::Bms7k, second, "the second"), Some(vec![first, second]));
        let take = || db.write(|conn| unknown_chart_take::<Value>(conn, (Gpt::Bms7k, HASH)));
        assert_eq!(take(), Some(json!("the first")));
        assert_eq!(take(), None);
        // What was taken begins anew.
        assert_eq!(join(Gpt::Bms7k, second, "later"), Some(vec![second]));
        let stale = db.write(|conn| unknown_chart_join(conn, 1, (Gpt::Bms7k, HASH), &json!("stale"), first));
        assert_eq!(stale, None);
        assert_eq!(join(Gpt::Bms7k, first, "later still"), Some(vec![first, second]));
    });
}

#[test]
fn a_song_and_its_chart_join_the_catalogue() {
    on_both(|db| {
        charts(db, 3);
        let (song, version) = db.read(|conn| Ok((song_next_id(conn, Game::Iidx)?, catalogue_version(conn)?)));
        assert_eq!(song, SongId(4));
        assert_eq!(db.read(|conn| song_next_id(conn, Game::Bms)), SongId(1));
        let document: SongDocument = crate::catalogue::song(song.0);
        let chart: ChartDocument = crate::catalogue::chart("a new chart", song.0, &["27"]);
        db.write(|conn| song_and_chart_insert(conn, Gpt::IidxSp, &document, &chart));
        let catalogue = db.read(catalogue_load);
        assert!(catalogue.chart_by_id(&chart.chart_id).is_some());
        assert_eq!(catalogue.version(), version + 1);
    });
}

#[test]
fn settings_of_fervidex_are_the_default_until_they_are_set() {
    on_both(|db| {
        let (user, other) = (db.user("player"), db.user("other"));
        let get = || db.read(|conn| fervidex_settings_get(conn, user));
        assert_eq!(get(), FervidexSettings::default());
        assert!(!db.write(|conn| fervidex_force_take(conn, user)));
        let cards = FervidexSettings { cards: vec!["b".to_owned(), "a".to_owned()], force_static_import: true };
        let none = FervidexSettings::default();
        for settings in [&cards, &none, &cards] {
            db.write(|conn| fervidex_settings_put(conn, user, settings));
            assert_eq!(&get(), settings);
        }
        assert!(!db.write(|conn| fervidex_force_take(conn, other)));
        assert!(db.write(|conn| fervidex_force_take(conn, user)));
        assert!(!db.write(|conn| fervidex_force_take(conn, user)));
        assert_eq!(get(), FervidexSettings { force_static_import: false, ..cards });
    });
}

#[test]
fn settings_of_kshook_are_nothing_until_they_are_set() {
    on_both(|db| {
        let user = db.user("player");
        let get = || db.read(|conn| kshook_force_get(conn, user));
        assert_eq!(get(), None);
        assert!(!db.write(|conn| kshook_force_take(conn, user)));
        for force in [false, true] {
            db.write(|conn| kshook_force_put(conn, user, force));
            assert_eq!(get(), Some(force));
        }
        assert!(db.write(|conn| kshook_force_take(conn, user)));
        assert!(!db.write(|conn| kshook_force_take(conn, user)));
        assert_eq!(get(), Some(false));
    });
}

#[test]
fn rivals_are_replaced_and_told_once_over_several_playtypes() {
    on_both(|db| {
        let (user, first, second) = (db.user("player"), db.user("first"), db.user("second"));
        db.write(|conn| rivals_replace(conn, user, Gpt::Bms7k, &[second, first]));
        db.write(|conn| rivals_replace(conn, user, Gpt::Bms14k, &[second]));
        let rivals = |gpts: &[Gpt]| db.read(|conn| rivals_of_user(conn, user, gpts));
        assert_eq!(rivals(&[Gpt::Bms7k, Gpt::Bms14k]), [first, second]);
        assert_eq!(rivals(&[Gpt::Bms14k]), [second]);
        db.write(|conn| rivals_replace(conn, user, Gpt::Bms7k, &[]));
        assert_eq!(rivals(&[Gpt::Bms7k, Gpt::Bms14k]), [second]);
        assert_eq!(rivals(&[]), []);
    });
}

#[test]
fn scores_and_pbs_are_highlighted() {
    use tachi_db::pbs::{pbs_highlight, pbs_of_charts, pbs_upsert};
    use tachi_db::scores::{scores_by_keys, scores_highlight, scores_insert};
    on_both(|db| {
        let (user, charts) = (db.user("player"), charts(db, 2));
        let scores = [score(user, charts[0], 1000, "CLEAR", None), score(user, charts[1], 1000, "CLEAR", None)];
        let keys: Vec<_> = db.write(|conn| scores_insert(conn, &scores)).into_iter().flatten().collect();
        let pbs = [pb(user, charts[0], 1000, "CLEAR", None), pb(user, charts[1], 1000, "CLEAR", None)];
        db.write(|conn| pbs_upsert(conn, &pbs));
        db.write(|conn| scores_highlight(conn, &keys[..1]));
        db.write(|conn| pbs_highlight(conn, user, &charts[..1]));
        let scores: Vec<bool> =
            db.read(|conn| scores_by_keys(conn, &keys)).iter().map(|stored| stored.score.highlight).collect();
        let pbs: Vec<bool> = db.read(|conn| pbs_of_charts(conn, user, &charts)).iter().map(|pb| pb.highlight).collect();
        assert_eq!((scores, pbs), (vec![true, false], vec![true, false]));
    });
}
