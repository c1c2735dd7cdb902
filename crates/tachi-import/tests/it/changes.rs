//! What takes scores away or changes them. Source: `spec/pipeline.md` 10 and 11, `spec/orphans.md` 2 and 3.

use serde_json::{Value, json};
use tachi_core::game::{Gpt, Rules};
use tachi_core::ids::{ImportId, ScoreId};
use tachi_core::import_document::ImportErrorKind;
use tachi_db::ScoreKey;
use tachi_db::imports::import_by_public_id;
use tachi_db::locks::import_lock_acquire;
use tachi_db::orphans::orphans_to_retry;
use tachi_db::pbs::{StoredPb, pbs_of_user};
use tachi_db::profiles::profile_get;
use tachi_db::recalculation::recalculation_pending;
use tachi_db::scores::{StoredScore, score_by_public_id};
use tachi_db::sessions::{StoredSession, session_by_public_id};
use tachi_import::{FailureKind, OrphanCounts, seeds};

use crate::support::{WAIT, World, edited_catalogue, on_both, score, with};

const T0: i64 = 1_619_454_485_988;

fn at(score: Value, time: i64) -> Value {
    with(score, &json!({ "timeAchieved": time }))
}

fn stored(world: &World, id: ScoreId) -> Option<StoredScore> {
    world.read(|conn| score_by_public_id(conn, id))
}

fn key(world: &World, id: ScoreId) -> ScoreKey {
    stored(world, id).unwrap().key
}

fn pbs(world: &World) -> Vec<StoredPb> {
    world.read(|conn| pbs_of_user(conn, world.user, Gpt::IidxSp))
}

fn session(world: &World, id: tachi_core::ids::SessionId) -> Option<StoredSession> {
    world.read(|conn| session_by_public_id(conn, id))
}

fn number(score: &StoredScore, metric: &str) -> Value {
    let data = &score.score.data;
    data.value_json(data.config().metric(metric).unwrap().0).unwrap_or(Value::Null)
}

fn clean(world: &World) {
    assert_eq!(world.findings(), []);
}

#[test]
fn a_deleted_score_leaves_everything_to_those_that_are_left() {
    on_both(|world| {
        let best =
            world.import(&[at(score("ANOTHER", 1400, "CLEAR"), T0), at(score("ANOTHER", 1000, "HARD CLEAR"), T0 + 9)]);
        let [top, other] = best.score_ids[..] else { panic!("{best:?}") };
        let session_id = best.created_sessions[0].session_id;
        assert_eq!(world.importer.delete_scores(world.user, &[key(world, top)], false), Ok(1));
        clean(world);
        assert_eq!(stored(world, top), None);
        let left = pbs(world).pop().unwrap();
        assert_eq!(left.composed, [("Best Score".to_owned(), key(world, other))]);
        // The bounds of a session tell when was played.
        let kept = session(world, session_id).unwrap().session;
        assert_eq!((kept.time_started, kept.time_ended), (T0, T0 + 9));
        let document = world.read(|conn| import_by_public_id(conn, best.import_id)).unwrap().document;
        assert_eq!(document.score_ids, [other]);

        assert_eq!(world.importer.delete_scores(world.user, &[key(world, other)], false), Ok(1));
        clean(world);
        assert!(pbs(world).is_empty() && session(world, session_id).is_none());
        let document = world.read(|conn| import_by_public_id(conn, best.import_id)).unwrap().document;
        assert!(document.score_ids.is_empty() && document.created_sessions.is_empty());
        let profile = world.read(|conn| profile_get(conn, world.user, Gpt::IidxSp)).unwrap();
        assert!(profile.ratings.iter().all(Option::is_none));
    });
}

#[test]
fn a_score_on_the_blacklist_never_comes_back() {
    on_both(|world| {
        let play = [score("ANOTHER", 1400, "CLEAR")];
        let first = world.import(&play);
        world.importer.delete_scores(world.user, &[key(world, first.score_ids[0])], true).unwrap();
        assert!(world.import(&play).score_ids.is_empty());
        clean(world);
    });
}

#[test]
fn scores_of_others_are_left_alone() {
    let world = World::new();
    let other = world.add_user("other");
    let document = world.import(&[score("ANOTHER", 1400, "CLEAR")]);
    let keys = [key(&world, document.score_ids[0])];
    assert_eq!(world.importer.delete_scores(other, &keys, true), Ok(0));
    assert!(stored(&world, document.score_ids[0]).is_some());
}

#[test]
fn a_revert_leaves_what_other_imports_brought() {
    on_both(|world| {
        let first = world.import(&[at(score("ANOTHER", 1000, "HARD CLEAR"), T0)]);
        let before = (pbs(world), stored(world, first.score_ids[0]));
        let again = [at(score("ANOTHER", 1400, "CLEAR"), T0 + 5), at(score("HYPER", 500, "CLEAR"), T0 + 6)];
        let second = world.import(&again);
        assert_eq!(world.importer.revert(second.import_id), Ok(true));
        clean(world);
        assert_eq!((pbs(world), stored(world, first.score_ids[0])), before);
        assert_eq!(world.read(|conn| import_by_public_id(conn, second.import_id)), None);
        assert_eq!(world.importer.revert(second.import_id), Ok(false));
        // The same scores come back under the same IDs.
        assert_eq!(world.import(&again).score_ids, second.score_ids);
        clean(world);
    });
}

#[test]
fn a_revert_takes_out_what_it_filled_in() {
    on_both(|world| {
        let play = score("ANOTHER", 1000, "HARD CLEAR");
        let first = world.import(std::slice::from_ref(&play));
        let id = first.score_ids[0];
        let before = stored(world, id);
        let more = json!({
            "timeAchieved": T0, "judgements": {"pgreat": 400, "great": 200}, "optional": {"bp": 7},
            "scoreMeta": {"random": "MIRROR"},
        });
        let second = world.import(&[with(play, &more)]);
        assert!(second.score_ids.is_empty());
        let filled = stored(world, id).unwrap();
        assert_eq!((filled.score.time_achieved, number(&filled, "bp")), (Some(T0), json!(7)));
        let session_id = second.created_sessions[0].session_id;
        clean(world);
        world.importer.revert(second.import_id).unwrap();
        clean(world);
        assert_eq!(stored(world, id), before);
        // A score without a time is in no session.
        assert_eq!(session(world, session_id), None);
    });
}

#[test]
fn only_one_import_or_revert_of_a_user_runs_at_a_time() {
    let world = World::new();
    let document = world.import(&[score("ANOTHER", 1000, "CLEAR")]);
    let database = world.importer.database();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let _ = database.write(WAIT, |conn| import_lock_acquire(conn, world.user, "other", "elsewhere", now)).unwrap();
    let refused = world.importer.revert(document.import_id).unwrap_err();
    assert_eq!(refused.kind, FailureKind::Locked);
    assert_eq!(refused.message, "You already have an import or a revert ongoing.");
    assert_eq!(world.importer.retry_orphans(world.user).unwrap_err().kind, FailureKind::Locked);
    assert_eq!(world.importer.retry_all_orphans(|_, _| {}), Ok(OrphanCounts::default()));
    assert!(stored(&world, document.score_ids[0]).is_some());
}

#[test]
fn an_import_that_never_was_cannot_be_reverted() {
    let world = World::new();
    assert_eq!(world.importer.revert(ImportId::from_bytes([7; 20])), Ok(false));
}

#[test]
fn a_revert_of_an_import_without_scores_removes_it_and_its_orphans() {
    let world = World::new();
    let unknown = with(score("ANOTHER", 500, "CLEAR"), &json!({"identifier": "999999"}));
    let document = world.import(&[unknown]);
    assert_eq!(document.errors[0].kind, ImportErrorKind::SongOrChartNotFound);
    assert_eq!(world.importer.revert(document.import_id), Ok(true));
    assert!(world.read(|conn| orphans_to_retry(conn, world.user, None, 9)).is_empty());
    clean(&world);
}

/// Loads the catalogue with song 1 under another number as well.
fn load_song(world: &World, id: i64) {
    let collections = edited_catalogue(|name, documents| {
        let list = documents.as_array_mut().unwrap();
        let number = |document: &Value, member: &str| document[member].as_i64();
        if name == "songs-iidx.json" {
            let mut song = list.iter().find(|song| number(song, "id") == Some(1)).unwrap().clone();
            (song["id"], song["title"]) = (json!(id), json!("Made up"));
            list.push(song);
        }
        if name == "charts-iidx.json" {
            let of_song = |chart: &&Value| number(chart, "songID") == Some(1) && chart["difficulty"] == "ANOTHER";
            let mut chart = list.iter().find(|chart| of_song(chart) && chart["playtype"] == "SP").unwrap().clone();
            (chart["songID"], chart["chartID"]) = (json!(id), json!("made-up-chart"));
            chart["data"]["inGameID"] = json!(999_999);
            chart["data"]["hashSHA256"] = Value::Null;
            list.push(chart);
        }
    });
    seeds::load(world.importer.database(), collections, |_| {}).unwrap();
}

#[test]
fn an_orphan_becomes_a_score_once_its_chart_is_known() {
    on_both(|world| {
        let of = |song: &str, ex| with(at(score("ANOTHER", ex, "CLEAR"), T0), &json!({"identifier": song}));
        let document = world.import(&[of("900001", 500), of("900002", 500)]);
        assert_eq!(document.errors.len(), 2);
        let none = OrphanCounts { processed: 2, failed: 2, success: 0, removed: 0 };
        assert_eq!(world.importer.retry_orphans(world.user), Ok(none));

        load_song(world, 900_001);
        let one = OrphanCounts { processed: 2, failed: 1, success: 1, removed: 0 };
        assert_eq!(world.importer.retry_all_orphans(|_, _| {}), Ok(one));
        clean(world);
        assert_eq!(world.read(|conn| orphans_to_retry(conn, world.user, None, 9)).len(), 1);
        assert_eq!(pbs(world).len(), 1);
        let key = pbs(world)[0].composed[0].1;
        let score = world.read(|conn| tachi_db::scores::scores_by_keys(conn, &[key])).pop().unwrap().score;
        assert_eq!((score.import, score.time_achieved), (None, Some(T0)));
        assert!(score.session.is_some());
        // What is no score is gone without becoming one; what is stored comes only once.
        let document = world.import(&[of("900001", 500)]);
        assert!(document.score_ids.is_empty() && document.errors.is_empty());
    });
}

#[test]
fn orphans_that_cannot_become_scores_are_removed() {
    let world = World::new();
    let of = |ex: i64| with(score("ANOTHER", ex, "CLEAR"), &json!({"identifier": "900001"}));
    world.import(&[of(500), of(99_999)]);
    load_song(&world, 900_001);
    let counts = OrphanCounts { processed: 2, failed: 0, success: 1, removed: 1 };
    assert_eq!(world.importer.retry_orphans(world.user), Ok(counts));
    assert!(world.read(|conn| orphans_to_retry(conn, world.user, None, 9)).is_empty());
    clean(&world);
}

/// Loads the catalogue with one member of the ANOTHER chart of song 1 replaced.
fn correct(world: &World, pointer: &str, value: &Value) {
    let collections = edited_catalogue(|name, documents| {
        for chart in documents.as_array_mut().unwrap().iter_mut().filter(|_| name == "charts-iidx.json") {
            if chart["songID"] == 1 && chart["difficulty"] == "ANOTHER" && chart["playtype"] == "SP" {
                *chart.pointer_mut(pointer).unwrap() = value.clone();
            }
        }
    });
    seeds::load(world.importer.database(), collections, |_| {}).unwrap();
}

#[test]
fn a_corrected_level_reaches_ratings() {
    on_both(|world| {
        let document = world.import(&[at(score("ANOTHER", 1000, "CLEAR"), T0)]);
        let id = document.score_ids[0];
        assert!(stored(world, id).unwrap().score.ratings.contains(&Some(10.0)));
        correct(world, "/levelNum", &json!(12));
        assert_eq!(world.read(recalculation_pending).len(), 1);
        let done = world.importer.rederive(|_, _| {}).unwrap();
        assert_eq!((done.scores, done.changed, done.refused), (1, 1, 0));
        assert!(stored(world, id).unwrap().score.ratings.contains(&Some(12.0)));
        assert!(pbs(world)[0].ratings.contains(&Some(12.0)));
        clean(world);
        assert_eq!(world.read(recalculation_pending), []);
        assert_eq!(world.importer.rederive(|_, _| {}).unwrap().scores, 0);
    });
}

#[test]
fn a_corrected_notecount_changes_what_is_derived_but_not_who_a_score_is() {
    on_both(|world| {
        correct(world, "/data/notecount", &json!(1000));
        let play = [score("ANOTHER", 1000, "CLEAR")];
        let document = world.import(&play);
        let id = document.score_ids[0];
        assert_eq!(number(&stored(world, id).unwrap(), "percent"), json!(50));
        correct(world, "/data/notecount", &json!(500));
        world.importer.rederive(|_, _| {}).unwrap();
        let corrected = stored(world, id).unwrap();
        assert_eq!(number(&corrected, "percent"), json!(100));
        assert_eq!((number(&corrected, "grade"), number(&corrected, "score")), (json!("MAX"), json!(1000)));
        assert!(world.import(&play).score_ids.is_empty());
        // The public ID hashes what the chart gave when the score came.
        let findings = world.findings();
        assert!(
            findings.iter().all(|finding| finding.invariant.name() == "score id of corrected chart"),
            "{findings:?}"
        );
    });
}

#[test]
fn a_chart_that_refuses_a_score_leaves_it_as_it_was() {
    let world = World::new();
    let document = world.import(&[score("ANOTHER", 1500, "CLEAR")]);
    let before = stored(&world, document.score_ids[0]);
    correct(&world, "/data/notecount", &json!(500));
    let done = world.importer.rederive(|_, _| {}).unwrap();
    assert_eq!((done.changed, done.refused), (0, 1));
    assert_eq!(stored(&world, document.score_ids[0]), before);
    let named: Vec<&str> = world.findings().iter().map(|finding| finding.invariant.name()).collect();
    assert_eq!(named, ["derived values"]);
}

#[test]
fn a_chart_that_is_no_longer_primary_leaves_the_profile() {
    on_both(|world| {
        world.import(&[score("ANOTHER", 1000, "CLEAR")]);
        let rated = |world: &World| {
            let profile = world.read(|conn| profile_get(conn, world.user, Gpt::IidxSp)).unwrap();
            profile.ratings.iter().flatten().count()
        };
        assert!(rated(world) > 0);
        correct(world, "/isPrimary", &json!(false));
        world.importer.rederive(|_, _| {}).unwrap();
        clean(world);
        assert_eq!(rated(world), 0);
    });
}

#[test]
fn a_song_that_moves_between_parts_of_a_profile_is_noted() {
    let world = World::new();
    let collections = edited_catalogue(|name, documents| {
        for song in documents.as_array_mut().unwrap().iter_mut().filter(|_| name == "songs-ddr.json") {
            song["data"]["flareCategory"] = json!("GOLD");
        }
    });
    let report = seeds::load(world.importer.database(), collections, |_| {}).unwrap();
    assert!(!report.recalculate.is_empty());
    assert_eq!(world.read(recalculation_pending), report.recalculate);
}

#[test]
fn another_hot_version_rates_jubeat_profiles_anew() {
    on_both(|world| {
        let play = json!({
            "matchType": "tachiSongID", "identifier": "70", "difficulty": "EXT", "score": 950_000, "lamp": "CLEAR",
            "musicRate": 90.5,
        });
        let meta = json!({"game": "jubeat", "playtype": "Single", "service": "test"});
        let document = world.importer.import(world.request(&json!({"meta": meta, "scores": [play]}))).unwrap();
        assert_eq!(document.score_ids.len(), 1, "{:?}", document.errors);
        let rules = |version: &str| Rules { jubeat_hot_version: version.to_owned() };
        let database = world.importer.database();

        seeds::apply_rules(database, &rules("knit")).unwrap();
        assert!(world.importer.refresh_catalogue().unwrap());
        assert_eq!(world.findings().len(), 1, "the PB counts for the wrong part of the profile");
        assert_eq!(world.importer.rederive(|_, _| {}).unwrap().scores, 1);
        clean(world);

        seeds::apply_rules(database, &rules("knit")).unwrap();
        assert!(!world.importer.refresh_catalogue().unwrap(), "the same rules change nothing");
    });
}
