//! Replacing and loading the catalogue.

use serde_json::{Value, json};
use tachi_core::catalogue::{
    BmsCourseDocument, ChartDocument, ChartKey, FolderDocument, GoalDocument, QuestDocument, QuestlineDocument,
    SongDocument, TableDocument,
};
use tachi_core::game::{Game, Gpt};
use tachi_core::ids::{ChartId, FolderId};
use tachi_db::catalogue::*;
use tachi_db::{DbError, FolderKey};

use crate::support::{TestDatabase, WAIT, on_both};

pub fn song(id: i32) -> SongDocument {
    let document = json!({
        "id": id, "title": format!("song {id}"), "artist": "someone", "searchTerms": [], "altTitles": [],
        "data": {"genre": "GENRE", "displayVersion": null},
    });
    serde_json::from_value(document).unwrap()
}

pub fn chart(id: &str, song: i32, versions: &[&str]) -> ChartDocument {
    let document = json!({
        "chartID": id, "songID": song, "difficulty": "ANOTHER", "level": "10", "levelNum": 10, "isPrimary": true,
        "playtype": "SP", "versions": versions, "data": {"notecount": 786, "inGameID": 1000 + song},
    });
    serde_json::from_value(document).unwrap()
}

fn replace(db: &TestDatabase, songs: &[SongDocument], charts: &[ChartDocument]) -> SongsAndCharts {
    db.write(|conn| songs_and_charts_replace(conn, Game::Iidx, Some(songs), Some(charts)))
}

fn report(new: usize, changed: usize, unchanged: usize, removed: usize, kept: usize) -> LoadReport {
    LoadReport { new, changed, unchanged, removed, kept }
}

fn version(db: &TestDatabase) -> i64 {
    db.read(catalogue_version)
}

fn key(db: &TestDatabase, id: &str) -> ChartKey {
    let catalogue = db.read(catalogue_load);
    let index = catalogue.chart_by_id(&ChartId::new(id)).unwrap();
    catalogue.chart(index).key
}

#[test]
fn what_is_loaded_is_what_was_stored() {
    on_both(|db| {
        assert_eq!(version(db), 0);
        let songs = [song(1), song(2)];
        let charts = [chart("a", 1, &["26", "27"]), chart("b\"\"", 2, &[])];
        let loaded = replace(db, &songs, &charts);
        assert_eq!(loaded.songs, report(2, 0, 0, 0, 0));
        assert_eq!(loaded.charts, report(2, 0, 0, 0, 0));
        assert!(loaded.recalculate.is_empty());
        let catalogue = db.read(catalogue_load);
        assert_eq!(catalogue.version(), version(db));
        assert_eq!((catalogue.songs().len(), catalogue.charts().len()), (2, 2));
        let found = catalogue.chart(catalogue.chart_by_id(&ChartId::new("b\"\"")).unwrap());
        assert_eq!((found.gpt, found.level_num, found.is_primary), (Gpt::IidxSp, 10.0, true));
        assert_eq!(found.data_json(), json!({"notecount": 786, "inGameID": 1002}));
        assert_eq!(catalogue.song_of(found).data_json()["genre"], "GENRE");
    });
}

#[test]
fn a_second_identical_load_writes_nothing() {
    on_both(|db| {
        let songs: Vec<_> = (1..=50).map(song).collect();
        let charts: Vec<_> = (1..=50).map(|id| chart(&format!("chart{id}"), id, &["27"])).collect();
        replace(db, &songs, &charts);
        let before = version(db);
        let (statements, again) = db.count(|db| replace(db, &songs, &charts));
        assert_eq!(again.songs, report(0, 0, 50, 0, 0));
        assert_eq!(again.charts, report(0, 0, 50, 0, 0));
        assert_eq!(version(db), before);
        // Begin, commit, one look at each table; on PostgreSQL the lock, too.
        assert!(statements <= 5, "{statements}");
        // The layout of the text makes no difference.
        let spaced: Vec<ChartDocument> = charts
            .iter()
            .map(|chart| {
                let text = serde_json::to_string_pretty(&serde_json::to_value(chart).unwrap()).unwrap();
                serde_json::from_str(&text).unwrap()
            })
            .collect();
        assert_eq!(replace(db, &songs, &spaced).charts.unchanged, 50);
    });
}

#[test]
fn a_load_larger_than_the_limit_of_bound_values_goes_in() {
    on_both(|db| {
        let songs: Vec<_> = (1..=9000).map(song).collect();
        let charts: Vec<_> = (1..=9000).map(|id| chart(&format!("chart{id}"), id, &["27"])).collect();
        let (statements, loaded) = db.count(|db| replace(db, &songs, &charts));
        assert_eq!(loaded.charts.new, 9000);
        assert!(statements <= 26, "{statements}");
        let removed = replace(db, &songs[..1], &charts[..1]);
        assert_eq!((removed.songs.removed, removed.charts.removed), (8999, 8999));
    });
}

#[test]
fn only_changes_of_what_scoring_depends_on_recalculate() {
    on_both(|db| {
        let songs = [song(1), song(2), song(3), song(4)];
        let mut charts =
            [chart("a", 1, &["27"]), chart("b", 2, &["27"]), chart("c", 3, &["27"]), chart("d", 4, &["27"])];
        replace(db, &songs, &charts);
        let data = |notecount: i32| serde_json::from_value(json!({"notecount": notecount, "inGameID": 1})).unwrap();
        // Another in-game ID, another note count, another version, no longer primary.
        charts[0].data = data(786);
        charts[1].data = data(1000);
        charts[2].versions.push("28".to_owned());
        charts[3].is_primary = false;
        let loaded = replace(db, &songs, &charts);
        assert_eq!(loaded.charts, report(0, 4, 0, 0, 0));
        assert_eq!(loaded.recalculate, [key(db, "b"), key(db, "d")]);
        let catalogue = db.read(catalogue_load);
        let changed = catalogue.chart(catalogue.chart_by_id(&ChartId::new("c")).unwrap());
        assert!(changed.in_version("28"));
    });
}

#[test]
fn bad_data_is_refused_as_a_whole() {
    on_both(|db| {
        replace(db, &[song(1)], &[chart("a", 1, &[])]);
        let before = version(db);
        let mut strange = chart("c", 1, &[]);
        strange.playtype = "TP".to_owned();
        for (songs, charts) in [
            (vec![song(1), song(2), song(2)], vec![chart("a", 1, &[])]),
            (vec![song(1)], vec![chart("a", 1, &[]), chart("b", 1, &[]), chart("b", 1, &["27"])]),
            (vec![song(1)], vec![chart("a", 1, &[]), chart("b", 7, &[])]),
            (vec![song(1)], vec![strange]),
        ] {
            let result =
                db.database.write(WAIT, |conn| songs_and_charts_replace(conn, Game::Iidx, Some(&songs), Some(&charts)));
            assert!(matches!(result, Err(DbError::Conflict { .. } | DbError::Data { .. })), "{result:?}");
        }
        assert_eq!(version(db), before);
        assert_eq!(db.read(catalogue_load).charts().len(), 1);
    });
}

#[test]
fn a_collection_can_be_loaded_alone() {
    on_both(|db| {
        replace(db, &[song(1), song(2)], &[chart("a", 1, &[])]);
        let songs = [song(3)];
        let loaded = db.write(|conn| songs_and_charts_replace(conn, Game::Iidx, Some(&songs), None));
        // Song 1 has a chart, song 2 has none.
        assert_eq!(loaded.songs, report(1, 0, 0, 1, 1));
        let charts = [chart("a", 1, &["27"]), chart("b", 3, &[])];
        let loaded = db.write(|conn| songs_and_charts_replace(conn, Game::Iidx, None, Some(&charts)));
        assert_eq!((loaded.songs, loaded.charts), (report(0, 0, 0, 0, 0), report(1, 1, 0, 0, 0)));
        assert_eq!(db.read(catalogue_load).songs().len(), 2);
    });
}

#[test]
fn a_kept_chart_gives_way_to_those_of_the_load() {
    on_both(|db| {
        let songs = [song(1), song(2), song(3)];
        replace(db, &songs, &[chart("old", 1, &["26", "27"]), chart("alone", 2, &["27"]), chart("gone", 3, &[])]);
        for id in ["old", "alone"] {
            db.write(|conn| goals_replace(conn, &[goal(&json!({"type": "multi", "data": ["old", "alone"]}))]));
            assert!(db.read(catalogue_load).chart_by_id(&ChartId::new(id)).is_some());
        }
        let (old, alone) = (key(db, "old"), key(db, "alone"));
        let new = [chart("new", 1, &["27", "28"])];
        let loaded = replace(db, &songs[..1], &new);
        assert_eq!(loaded.charts, report(1, 0, 0, 1, 2));
        // Song 2 is kept for its chart, song 3 has none any more.
        assert_eq!(loaded.songs, report(0, 0, 1, 1, 1));
        assert_eq!(loaded.recalculate, [old]);
        let catalogue = db.read(catalogue_load);
        let kept = catalogue.chart_by_key(old).unwrap();
        assert!(!kept.is_primary);
        assert_eq!(kept.to_document().versions, ["26"]);
        let kept = catalogue.chart_by_key(alone).unwrap();
        assert!(kept.is_primary);
        assert_eq!(kept.to_document().versions, ["27"]);
        // Again: nothing to do.
        let before = version(db);
        let again = replace(db, &songs[..1], &new);
        assert_eq!((again.charts, again.recalculate), (report(0, 0, 1, 0, 2), vec![]));
        assert_eq!(version(db), before);
        // Back in a load, it is what the load says.
        let back = replace(db, &songs, &[chart("old", 1, &["26", "27"])]);
        assert_eq!((back.charts.changed, back.recalculate), (1, vec![old]));
        assert!(db.read(catalogue_load).chart_by_key(old).unwrap().is_primary);
    });
}

#[test]
fn identifiers_are_unique_over_all_games() {
    on_both(|db| {
        replace(db, &[song(1)], &[chart("a", 1, &[])]);
        let (songs, mut charts) = ([song(1)], [chart("a", 1, &[])]);
        charts[0].playtype = "7K".to_owned();
        let result =
            db.database.write(WAIT, |conn| songs_and_charts_replace(conn, Game::Bms, Some(&songs), Some(&charts)));
        assert!(result.unwrap_err().is_conflict_on("chart_id"));
    });
}

fn folder(title: &str, data: &Value) -> FolderDocument {
    let document = json!({
        "folderID": FolderId::of(data).as_str(), "title": title, "game": "iidx", "playtype": "SP", "inactive": false,
        "searchTerms": [], "type": "charts", "data": data,
    });
    serde_json::from_value(document).unwrap()
}

fn goal(charts: &Value) -> GoalDocument {
    let document = json!({
        "goalID": format!("G{}", charts["type"].as_str().unwrap()), "game": "iidx", "playtype": "SP", "name": "a goal",
        "charts": charts, "criteria": {"mode": "single", "key": "lamp", "value": 5},
    });
    serde_json::from_value(document).unwrap()
}

#[test]
fn folders_and_their_charts() {
    on_both(|db| {
        replace(db, &[song(1), song(2)], &[chart("a", 1, &[]), chart("b", 2, &[])]);
        let (a, b) = (key(db, "a"), key(db, "b"));
        let mut folders = [folder("Level 10", &json!({"level": "10"})), folder("Level 9", &json!({"level": "9"}))];
        assert_eq!(db.write(|conn| folders_replace(conn, &folders)), report(2, 0, 0, 0, 0));
        let stored = db.read(folders_all);
        assert_eq!(stored.iter().map(|(_, folder)| folder).collect::<Vec<_>>(), folders.iter().collect::<Vec<_>>());
        let keys: Vec<FolderKey> = stored.iter().map(|(key, _)| *key).collect();
        let members = [(keys[0], vec![b, a, b]), (keys[1], vec![])];
        assert_eq!(db.write(|conn| folder_charts_replace(conn, &members)), 2);
        assert_eq!(db.read(|conn| folder_charts(conn, &keys)), [(keys[0], a), (keys[0], b)]);
        let before = version(db);
        assert_eq!(db.write(|conn| folder_charts_replace(conn, &members)), 0);
        assert_eq!(db.write(|conn| folders_replace(conn, &folders)), report(0, 0, 2, 0, 0));
        assert_eq!(version(db), before);
        assert_eq!(db.write(|conn| folder_charts_replace(conn, &[(keys[0], vec![b])])), 1);
        assert_eq!(db.read(|conn| folder_charts(conn, &keys)), [(keys[0], b)]);

        // A chart that goes leaves its folders.
        db.write(|conn| folder_charts_replace(conn, &[(keys[0], vec![a, b])]));
        replace(db, &[song(1)], &[chart("a", 1, &[])]);
        assert_eq!(db.read(|conn| folder_charts(conn, &keys)), [(keys[0], a)]);

        // A folder of a goal stays, another one goes with what it held.
        db.write(|conn| folder_charts_replace(conn, &[(keys[1], vec![a])]));
        let goals = [goal(&json!({"type": "folder", "data": folders[0].folder_id.as_str()}))];
        db.write(|conn| goals_replace(conn, &goals));
        assert_eq!(db.write(|conn| folders_replace(conn, &[])), report(0, 0, 0, 1, 1));
        assert_eq!(db.read(|conn| folder_charts(conn, &keys)), [(keys[0], a)]);
        folders[0].inactive = true;
        assert_eq!(db.write(|conn| folders_replace(conn, &folders)), report(1, 1, 0, 0, 0));
        let listed = db.read(|conn| folders_of_gpt(conn, Gpt::IidxSp));
        assert_eq!(listed.iter().map(|(_, folder)| folder.title.as_str()).collect::<Vec<_>>(), ["Level 9"]);
        let found = db.read(|conn| folders_by_ids(conn, &[folders[0].folder_id.clone()]));
        assert_eq!(found[0].0, keys[0]);
    });
}

#[test]
fn goals_get_their_charts_when_these_come() {
    on_both(|db| {
        let goals = [
            goal(&json!({"type": "single", "data": "a"})),
            goal(&json!({"type": "multi", "data": ["a", "b"]})),
            goal(&json!({"type": "folder", "data": FolderId::of(&json!({"level": "10"})).as_str()})),
        ];
        assert_eq!(db.write(|conn| goals_replace(conn, &goals)), report(3, 0, 0, 0, 0));
        let ids: Vec<_> = goals.iter().map(|goal| goal.goal_id.clone()).collect();
        let stored = db.read(|conn| goals_by_ids(conn, &ids));
        let keys: Vec<_> = stored.iter().map(|(key, _)| *key).collect();
        assert!(db.read(|conn| goal_charts(conn, &keys)).is_empty());
        replace(db, &[song(1)], &[chart("a", 1, &[])]);
        db.write(|conn| folders_replace(conn, &[folder("Level 10", &json!({"level": "10"}))]));
        assert_eq!(db.write(|conn| goals_replace(conn, &goals)), report(0, 3, 0, 0, 0));
        assert_eq!(db.write(|conn| goals_replace(conn, &goals)), report(0, 0, 3, 0, 0));
        let a = key(db, "a");
        let single = db.read(|conn| goal_by_id(conn, &ids[0])).unwrap().0;
        let multi = db.read(|conn| goal_by_id(conn, &ids[1])).unwrap().0;
        assert_eq!(db.read(|conn| goal_charts(conn, &[single, multi])), [(single, a), (multi, a)]);
        // A goal made by hand is stored once.
        assert_eq!(db.write(|conn| goal_insert(conn, &goals[0])), single);
        let other: GoalDocument = {
            let mut other = goals[0].clone();
            other.goal_id = tachi_core::ids::GoalId::new("Gother");
            other
        };
        let key = db.write(|conn| goal_insert(conn, &other));
        assert_eq!(db.read(|conn| goal_charts(conn, &[key])), [(key, a)]);
        assert_eq!(db.write(|conn| goals_replace(conn, &[])), report(0, 0, 0, 4, 0));
    });
}

#[test]
fn tables_quests_questlines_and_courses() {
    on_both(|db| {
        let table = |id: &str, default: bool| -> TableDocument {
            let document = json!({
                "tableID": id, "game": "iidx", "playtype": "SP", "title": id, "description": "d", "folders": [],
                "inactive": false, "default": default,
            });
            serde_json::from_value(document).unwrap()
        };
        let tables = [table("a", false), table("b", true)];
        assert_eq!(db.write(|conn| tables_replace(conn, &tables)), report(2, 0, 0, 0, 0));
        let found = db.read(|conn| tables_of_gpt(conn, Gpt::IidxSp));
        assert_eq!(found, [tables[1].clone(), tables[0].clone()]);
        assert_eq!(db.write(|conn| tables_replace(conn, &[table("a", true)])), report(0, 1, 0, 1, 0));
        assert!(db.read(|conn| table_by_id(conn, "a")).unwrap().default);
        assert_eq!(db.read(|conn| table_by_id(conn, "b")), None);

        let quest = |id: &str, name: &str| -> QuestDocument {
            let document =
                json!({"questID": id, "game": "iidx", "playtype": "SP", "name": name, "desc": "d", "questData": []});
            serde_json::from_value(document).unwrap()
        };
        let quests = [quest("a", "A"), quest("b", "B")];
        assert_eq!(db.write(|conn| quests_replace(conn, &quests)).counts, report(2, 0, 0, 0, 0));
        let changed = db.write(|conn| quests_replace(conn, &[quest("a", "AA")]));
        assert_eq!((changed.counts, changed.changed), (report(0, 1, 0, 1, 0), vec!["a".to_owned()]));
        assert_eq!(db.read(quests_all), [quest("a", "AA")]);

        let lines: Vec<QuestlineDocument> = vec![
            serde_json::from_value(json!({
                "questlineID": "l", "game": "iidx", "playtype": "SP", "name": "n", "desc": "d", "quests": ["a"],
            }))
            .unwrap(),
        ];
        assert_eq!(db.write(|conn| questlines_replace(conn, &lines)), report(1, 0, 0, 0, 0));
        assert_eq!(db.write(|conn| questlines_replace(conn, &lines)), report(0, 0, 1, 0, 0));

        let playtype = Game::Bms.config().gpts[0].playtype();
        let mut course: BmsCourseDocument = serde_json::from_value(json!({
            "md5sums": "aabb", "title": "GENOCIDE", "playtype": playtype, "set": "genocideDan", "value": "INSANE_1",
        }))
        .unwrap();
        assert_eq!(db.write(|conn| bms_courses_replace(conn, &[course.clone()])), report(1, 0, 0, 0, 0));
        assert_eq!(db.write(|conn| bms_courses_replace(conn, &[course.clone()])), report(0, 0, 1, 0, 0));
        "INSANE_2".clone_into(&mut course.value);
        assert_eq!(db.write(|conn| bms_courses_replace(conn, &[course.clone()])), report(0, 1, 0, 0, 0));
        let found = db.read(|conn| bms_course_find(conn, "aabb")).unwrap();
        assert_eq!((found.class_set.as_str(), found.value.as_str()), ("genocideDan", "INSANE_2"));
        assert_eq!(db.write(|conn| bms_courses_replace(conn, &[])), report(0, 0, 0, 1, 0));
        assert_eq!(db.read(|conn| bms_course_find(conn, "aabb")), None);
    });
}
