//! Deleting a whole profile. Source: `spec/pipeline.md` 11.

use serde_json::json;
use tachi_core::game::Gpt;
use tachi_core::import_type::ImportType;
use tachi_db::goals::{goal_subscriptions_of_user, quest_subscriptions_of_user};
use tachi_db::imports::{ImportFilter, imports_of_user};
use tachi_db::pbs::{pb_ranks, pbs_of_user};
use tachi_db::profiles::profile_get;
use tachi_db::rivals::{challengers, rivals_in_order, rivals_replace};
use tachi_db::scores::scores_count;
use tachi_db::sessions::sessions_of_user;
use tachi_db::snapshots::{snapshots_since, snapshots_take};
use tachi_db::ugpt_settings::{ugpt_settings_get, ugpt_settings_put};
use tachi_import::Request;

use crate::goals::{HARD_CLEAR, no_data, subscribe, subscribe_to_first_steps};
use crate::support::{WAIT, World, on_both, score, with};

const T0: i64 = 1_619_454_485_988;

/// Imports a play on both playtypes of beatmania IIDX at once.
fn import_both(world: &World) {
    let play = |play_type: &str| {
        json!({
            "music_id": 1000, "play_type": play_type, "diff_type": "ANOTHER", "score": 1000, "miss_count": 21,
            "clear_type": "CLEAR", "update_time": "2021-03-24 07:15:22",
        })
    };
    let request = world.request(&json!([play("SINGLE"), play("DOUBLE")]));
    let document =
        world.importer.import(Request { import_type: ImportType::FileMerIidx, ..request }).expect("both are known");
    assert_eq!(document.id_strings, ["iidx:SP", "iidx:DP"]);
}

#[test]
fn a_deleted_profile_takes_everything_of_its_gpt_along_and_nothing_else() {
    on_both(|world| {
        let (user, sp, dp) = (world.user, Gpt::IidxSp, Gpt::IidxDp);
        import_both(world);
        subscribe(world, HARD_CLEAR, no_data());
        subscribe_to_first_steps(world);
        world.import(&[with(score("ANOTHER", 1200, "HARD CLEAR"), &json!({ "timeAchieved": T0 }))]);
        let other = world.add_user("other");
        let worse = json!({
            "meta": {"game": "iidx", "playtype": "SP", "service": "test"}, "scores": [score("ANOTHER", 900, "CLEAR")],
        });
        world.importer.import(Request { user: other, ..world.request(&worse) }).unwrap();
        let database = world.importer.database();
        database
            .write(WAIT, |conn| {
                rivals_replace(conn, user, sp, &[other])?;
                rivals_replace(conn, other, sp, &[user])?;
                ugpt_settings_put(conn, user, sp, json!({"preferredRanking": "rival"}).as_object().unwrap())?;
                snapshots_take(conn, sp, T0)?;
                snapshots_take(conn, dp, T0)
            })
            .unwrap();
        let chart = world.read(|conn| pbs_of_user(conn, other, sp))[0].chart;
        assert_eq!(world.read(|conn| pb_ranks(conn, other, &[chart]))[0].1.rank, 2);

        assert!(world.importer.destroy_profile(user, sp).unwrap());

        world.read(|conn| {
            assert_eq!(profile_get(conn, user, sp)?, None);
            assert_eq!(scores_count(conn, user, sp)?, 0);
            assert_eq!((pbs_of_user(conn, user, sp)?.len(), sessions_of_user(conn, user, sp)?.len()), (0, 0));
            assert_eq!(goal_subscriptions_of_user(conn, user, sp)?.len(), 0);
            assert_eq!(quest_subscriptions_of_user(conn, user, &[sp])?.len(), 0);
            assert_eq!((rivals_in_order(conn, user, sp)?, challengers(conn, user, sp, 10)?), (vec![], vec![]));
            assert!(ugpt_settings_get(conn, user, sp)?.is_empty());
            assert_eq!(snapshots_since(conn, user, sp, 0, 10)?.len(), 0);
            // What is about something else is whole.
            assert_eq!((scores_count(conn, user, dp)?, pbs_of_user(conn, user, dp)?.len()), (1, 1));
            assert_eq!(snapshots_since(conn, user, dp, 0, 10)?.len(), 1);
            let imports = imports_of_user(conn, user, ImportFilter::default(), 10)?;
            assert_eq!(imports.len(), 1, "the import of both is left");
            assert_eq!(imports[0].document.id_strings, ["iidx:DP"]);
            assert_eq!(imports[0].document.score_ids.len(), 1);
            assert_eq!(pb_ranks(conn, other, &[chart])?[0].1.rank, 1);
            let then = snapshots_since(conn, other, sp, 0, 10)?.remove(0);
            // By ktLampRatingHC: the other has none.
            assert_eq!((then.rankings[1], then.out_of, then.playcount), (2, 2, 1), "so it was at that time");
            Ok(())
        });
        assert_eq!(world.findings(), []);
        assert!(!world.importer.destroy_profile(user, sp).unwrap(), "there is none any more");

        // Nothing is remembered that would keep the scores from coming back.
        let again = world.import(&[with(score("ANOTHER", 1200, "HARD CLEAR"), &json!({ "timeAchieved": T0 }))]);
        assert_eq!(again.score_ids.len(), 1);
        assert_eq!(world.findings(), []);
    });
}
