//! Loading a catalogue: the built-in one, broken copies of it, and the public one where it lies beside the project.

use serde_json::json;
use tachi_core::catalogue::{CheckMode, Collections, Existing, FolderDocument, FolderQuery, folder_members};
use tachi_core::game::{Game, Gpt};

use crate::load::{
    ANOTHER, Files, add_folder, add_goal, builtin_files, chart, check, get, lines, public, read, songs, texts, without,
};

#[test]
fn the_builtin_catalogue_passes_the_strict_check() {
    let checked = check(&builtin_files()).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
    assert_eq!(checked.warnings(), []);
    let catalogue = checked.collections().catalogue().unwrap();
    assert!(catalogue.charts().len() >= 165);
    assert_eq!(catalogue.charts()[0].key.0, 1);
    let folders: Vec<FolderQuery> =
        checked.collections().folders.iter().map(|folder| FolderQuery::compile(folder).unwrap()).collect();
    for (folder, members) in checked.collections().folders.iter().zip(folder_members(&catalogue, &folders)) {
        assert!(!members.is_empty(), "{} is empty", folder.title);
        assert!(members.iter().all(|chart| Some(catalogue.chart(*chart).gpt) == folder.gpt()));
    }
}

// --- Broken on purpose -------------------------------------------------------------------------------------------

const COURSES: &str = "bms-course-lookup.json";

/// Changes the built-in catalogue.
type Change = fn(&mut Files);

/// The file and field of a problem.
type FileAndField = (&'static str, &'static str);

/// What is broken, how, and every problem that has to be found.
const BROKEN: &[(&str, Change, &[FileAndField])] = &[
    (
        "two songs with one id",
        |files| songs(files)[1]["id"] = songs(files)[0]["id"].clone(),
        &[("songs-iidx.json", "id"), ("charts-iidx.json", "songID")],
    ),
    (
        "a song without a required member",
        |files| without(&mut songs(files)[0]["data"], "genre"),
        &[("songs-iidx.json", "data.genre")],
    ),
    (
        "a song member of the wrong type",
        |files| songs(files)[0]["data"]["displayVersion"] = json!(1),
        &[("songs-iidx.json", "data.displayVersion")],
    ),
    (
        "an unknown song member",
        |files| songs(files)[0]["data"]["extra"] = json!(1),
        &[("songs-iidx.json", "data.extra")],
    ),
    ("data that is no object", |files| songs(files)[0]["data"] = json!([]), &[("songs-iidx.json", "data")]),
    (
        "two charts with one id",
        |files| {
            let id = chart(files, 227, "DP", "NORMAL", true)["chartID"].clone();
            chart(files, 227, "DP", "HYPER", true)["chartID"] = id;
        },
        &[("charts-iidx.json", "chartID")],
    ),
    (
        "one chart id in two games",
        |files| {
            let id = chart(files, 227, "DP", "HYPER", true)["chartID"].clone();
            get(files, "charts-ddr.json")[0]["chartID"] = id;
        },
        &[("charts-ddr.json", "chartID")],
    ),
    (
        "a chart without its song",
        |files| chart(files, 227, "DP", "HYPER", true)["songID"] = json!(999_999),
        &[("charts-iidx.json", "songID")],
    ),
    (
        "a playtype that does not exist",
        |files| chart(files, 227, "DP", "HYPER", true)["playtype"] = json!("XP"),
        &[("charts-iidx.json", "playtype")],
    ),
    (
        "a difficulty that does not exist",
        |files| chart(files, 227, "DP", "HYPER", true)["difficulty"] = json!("BEGINNER"),
        &[("charts-iidx.json", "difficulty")],
    ),
    (
        "two primary charts of one difficulty, which one ID then finds",
        |files| chart(files, 256, "DP", "HYPER", false)["isPrimary"] = json!(true),
        &[("charts-iidx.json", "isPrimary"), ("charts-iidx.json", "data.inGameID")],
    ),
    (
        "two charts of one difficulty and version",
        |files| {
            let version = chart(files, 256, "DP", "HYPER", true)["versions"][0].clone();
            chart(files, 256, "DP", "HYPER", false)["versions"] = json!([version]);
        },
        &[("charts-iidx.json", "versions")],
    ),
    (
        "an ID that finds two songs",
        |files| chart(files, 227, "DP", "HYPER", true)["data"]["inGameID"] = json!([1000, 1]),
        &[("charts-iidx.json", "data.inGameID")],
    ),
    (
        "an ID that finds two charts of a group of difficulties",
        |files| {
            let charts = get(files, "charts-sdvx.json");
            charts.iter_mut().find(|chart| chart["difficulty"] == "GRV").unwrap()["data"]["inGameID"] = json!(1);
        },
        &[("charts-sdvx.json", "data.inGameID")],
    ),
    (
        "a hash that finds two charts",
        |files| {
            let hash = get(files, "charts-itg.json")[0]["data"]["hashGSv3"].clone();
            get(files, "charts-itg.json")[1]["data"]["hashGSv3"] = hash;
        },
        &[("charts-itg.json", "data.hashGSv3")],
    ),
    (
        "a hash that finds two songs",
        |files| {
            let hash = get(files, "songs-ddr.json")[0]["data"]["ddrSongHash"].clone();
            get(files, "songs-ddr.json")[1]["data"]["ddrSongHash"] = hash;
        },
        &[("songs-ddr.json", "data.ddrSongHash")],
    ),
    (
        "a chart without a required member",
        |files| without(&mut chart(files, 227, "DP", "HYPER", true)["data"], "notecount"),
        &[("charts-iidx.json", "data.notecount")],
    ),
    (
        "a chart member of the wrong type",
        |files| chart(files, 227, "DP", "HYPER", true)["data"]["notecount"] = json!(-1),
        &[("charts-iidx.json", "data.notecount")],
    ),
    (
        "a member of the other playtype",
        |files| chart(files, 227, "DP", "HYPER", true)["data"]["ncTier"] = json!(null),
        &[("charts-iidx.json", "data.ncTier")],
    ),
    (
        "a folder whose id is not its definition's",
        |files| get(files, "folders.json")[0]["folderID"] = json!("F0"),
        &[("folders.json", "folderID"), ("tables.json", "folders")],
    ),
    (
        "two folders with one id",
        |files| {
            let folder = get(files, "folders.json")[0].clone();
            get(files, "folders.json").push(folder);
        },
        &[("folders.json", "folderID")],
    ),
    (
        "a folder of a playtype that does not exist",
        |files| drop(add_folder(files, "charts", "XP", json!({"level": "12"}))),
        &[("folders.json", "playtype")],
    ),
    (
        "a query with an operator that does not exist",
        |files| drop(add_folder(files, "charts", "SP", json!({"level": {"~regex": "1"}}))),
        &[("folders.json", "data")],
    ),
    (
        "a list where a query belongs",
        |files| drop(add_folder(files, "charts", "SP", json!(["x"]))),
        &[("folders.json", "data")],
    ),
    (
        "a query where a list belongs",
        |files| drop(add_folder(files, "static", "SP", json!({"level": "12"}))),
        &[("folders.json", "data")],
    ),
    (
        "a table of a folder that does not exist",
        |files| get(files, "tables.json")[0]["folders"] = json!(["F0"]),
        &[("tables.json", "folders")],
    ),
    (
        "a table of a folder of another playtype",
        |files| {
            let folder = add_folder(files, "charts", "DP", json!({"level": "11"}));
            get(files, "tables.json")[0]["folders"] = json!([folder]);
        },
        &[("tables.json", "folders")],
    ),
    (
        "two tables with one id",
        |files| {
            let mut table = get(files, "tables.json")[0].clone();
            table["default"] = json!(false);
            get(files, "tables.json").push(table);
        },
        &[("tables.json", "tableID")],
    ),
    (
        "two default tables",
        |files| {
            let mut table = get(files, "tables.json")[0].clone();
            table["tableID"] = json!("another");
            get(files, "tables.json").push(table);
        },
        &[("tables.json", "default")],
    ),
    ("no default table", |files| get(files, "tables.json")[0]["default"] = json!(false), &[("tables.json", "default")]),
    (
        "an inactive default table",
        |files| get(files, "tables.json")[0]["inactive"] = json!(true),
        &[("tables.json", "inactive")],
    ),
    (
        "a table of a playtype that does not exist",
        |files| get(files, "tables.json")[0]["playtype"] = json!("XP"),
        &[("tables.json", "playtype")],
    ),
    (
        "a goal whose id is not its definition's",
        |files| get(files, "goals.json")[0]["goalID"] = json!("G0"),
        &[("goals.json", "goalID"), ("quests.json", "questData.0.goals")],
    ),
    (
        "two goals with one id",
        |files| {
            let goal = get(files, "goals.json")[0].clone();
            get(files, "goals.json").push(goal);
        },
        &[("goals.json", "goalID")],
    ),
    (
        "a quest with a goal that does not exist",
        |files| get(files, "quests.json")[0]["questData"][0]["goals"] = json!([{"goalID": "G0"}]),
        &[("quests.json", "questData.0.goals")],
    ),
    (
        "a quest with a goal of another playtype",
        |files| {
            let chart = chart(files, 227, "DP", "HYPER", true)["chartID"].clone();
            let criteria = json!({"mode": "single", "key": "lamp", "value": 5});
            let goal = add_goal(files, Gpt::IidxDp, "", &json!({"type": "single", "data": chart}), &criteria);
            get(files, "quests.json")[0]["questData"][0]["goals"] = json!([{"goalID": goal}]);
        },
        &[("quests.json", "questData.0.goals")],
    ),
    (
        "two quests with one id",
        |files| {
            let quest = get(files, "quests.json")[0].clone();
            get(files, "quests.json").push(quest);
        },
        &[("quests.json", "questID")],
    ),
    (
        "a quest of a playtype that does not exist",
        |files| get(files, "quests.json")[0]["playtype"] = json!("XP"),
        &[("quests.json", "playtype")],
    ),
    (
        "a questline with a quest that does not exist",
        |files| get(files, "questlines.json")[0]["quests"] = json!(["0"]),
        &[("questlines.json", "quests")],
    ),
    (
        "two questlines with one id",
        |files| {
            let questline = get(files, "questlines.json")[0].clone();
            get(files, "questlines.json").push(questline);
        },
        &[("questlines.json", "questlineID")],
    ),
    (
        "a questline of a playtype that does not exist",
        |files| get(files, "questlines.json")[0]["playtype"] = json!("XP"),
        &[("questlines.json", "playtype")],
    ),
    ("sums that are too short", |files| get(files, COURSES)[0]["md5sums"] = json!("00"), &[(COURSES, "md5sums")]),
    ("sums in capitals", |files| get(files, COURSES)[0]["md5sums"] = json!("AB".repeat(64)), &[(COURSES, "md5sums")]),
    (
        "two courses with the same charts",
        |files| get(files, COURSES)[1]["md5sums"] = get(files, COURSES)[0]["md5sums"].clone(),
        &[(COURSES, "md5sums")],
    ),
    (
        "two courses for one class",
        |files| {
            let mut course = get(files, COURSES)[0].clone();
            course["md5sums"] = json!("ab".repeat(64));
            get(files, COURSES).push(course);
        },
        &[(COURSES, "value")],
    ),
    (
        "a playtype that does not exist",
        |files| get(files, COURSES)[0]["playtype"] = json!("9K"),
        &[(COURSES, "playtype")],
    ),
    ("a class set that does not exist", |files| get(files, COURSES)[0]["set"] = json!("dan"), &[(COURSES, "set")]),
    ("a class that does not exist", |files| get(files, COURSES)[0]["value"] = json!("KAIDEN_9"), &[(COURSES, "value")]),
];

#[test]
fn what_is_broken_is_found_and_nothing_else() {
    let builtin = builtin_files();
    for (what, change, expected) in BROKEN {
        let mut files = builtin.clone();
        change(&mut files);
        let problems = check(&files).err().unwrap_or_else(|| panic!("{what}: nothing found"));
        let mut found: Vec<(&str, &str)> =
            problems.iter().map(|problem| (problem.file.as_str(), problem.finding.field.as_str())).collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        found.dedup();
        expected.sort_unstable();
        assert_eq!(found, expected, "{what}: {}", lines(&problems));
    }
}

#[test]
fn problems_say_where_and_what() {
    let mut files = builtin_files();
    songs(&mut files)[1]["data"]["genre"] = json!(7);
    songs(&mut files)[2]["id"] = json!(1);
    let problems = check(&files).unwrap_err();
    let problems = problems.iter().filter(|problem| problem.file == "songs-iidx.json");
    let lines: Vec<String> = problems.map(ToString::to_string).collect();
    assert_eq!(lines[0], "songs-iidx.json[1] (2), data.genre: found 7, expected a text");
    assert_eq!(
        lines[1],
        "songs-iidx.json[2] (1), id: found \"1\", expected a value of its own, but songs-iidx.json[0] has it too"
    );
}

#[test]
fn unknown_members_are_refused_only_in_check_mode() {
    let mut files = builtin_files();
    songs(&mut files)[0]["data"]["extra"] = json!(1);
    chart(&mut files, 227, "DP", "HYPER", true)["data"]["arcChartID"] = json!(null);
    assert_eq!(check(&files).unwrap_err().len(), 2);
    let checked = read(&files).check(CheckMode::Load, Existing::default()).unwrap();
    let song = &checked.collections().songs[&Game::Iidx][0];
    assert!(song.data.get().contains("extra"), "kept");
}

// --- Loads of a part ---------------------------------------------------------------------------------------------

#[test]
fn a_load_of_some_collections_is_checked_against_the_store() {
    let stored = check(&builtin_files()).unwrap().into_collections();
    let catalogue = stored.catalogue().unwrap();
    let existing = Existing {
        catalogue: Some(&catalogue),
        folders: &stored.folders,
        goals: &stored.goals,
        quests: &stored.quests,
    };
    let part = |names: &[&str]| {
        let files = builtin_files().into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
        read(&files)
    };
    for (names, stands_alone) in [
        (&["songs-iidx.json"][..], true),
        (&["folders.json"], true),
        (&["charts-iidx.json"], false),
        (&["tables.json"], false),
        (&["quests.json"], false),
        (&["questlines.json"], false),
        (&["charts-iidx.json", "goals.json"], false),
    ] {
        let checked =
            part(names).check(CheckMode::Strict, existing).unwrap_or_else(|found| panic!("{}", lines(&found)));
        assert_eq!(checked.warnings(), [], "{names:?}");
        assert_eq!(part(names).check(CheckMode::Strict, Existing::default()).is_ok(), stands_alone, "{names:?}");
    }
    // What the store knows is used for the bounds of goals, too.
    let goals = part(&["goals.json"]);
    assert_eq!(goals.check(CheckMode::Strict, existing).unwrap().warnings(), []);
    // A chart of another game keeps its identifier.
    let mut files: Files = builtin_files().into_iter().filter(|(name, _)| name.ends_with("-ddr.json")).collect();
    get(&mut files, "charts-ddr.json")[0]["chartID"] = json!(ANOTHER);
    let problems = read(&files).check(CheckMode::Strict, existing).unwrap_err();
    assert_eq!(problems[0].finding.field, "chartID");
}

// --- Folders -----------------------------------------------------------------------------------------------------

#[test]
fn folders_hold_charts_of_their_own_playtype_only() {
    let mut files = builtin_files();
    let dp_chart = chart(&mut files, 227, "DP", "HYPER", true)["chartID"].clone();
    let catalogue = read(&files).catalogue().unwrap();
    for (kind, data, expected) in [
        ("charts", json!({"data¬notecount": {"~gte": 2000}, "level": "12"}), "925 ANOTHER, 511 ANOTHER"),
        ("charts", json!({"songID": 256, "isPrimary": false}), "256 NORMAL, 256 HYPER, 256 ANOTHER"),
        ("charts", json!({"songID": {"~in": [1, 2]}, "levelNum": {"~gt": 6, "~lte": 10}}), "1 ANOTHER, 2 ANOTHER"),
        ("charts", json!({"chartID": ANOTHER}), "1 ANOTHER"),
        ("charts", json!({"chartID": ANOTHER, "playtype": "DP"}), ""),
        ("charts", json!({"level": "10", "versions": {"~not": {"~in": ["33"]}}, "songID": 347}), ""),
        ("charts", json!({"data": {"2dxtraSet": "Kichiku"}}), "1 Kichiku ANOTHER"),
        ("songs", json!({"artist": "D.J.Amuro", "title": "A"}), "227 NORMAL, 227 HYPER, 227 ANOTHER"),
        (
            "songs",
            json!({"data": {"genre": "PIANO AMBIENT"}, "id": {"~lt": 2}}),
            "1 NORMAL, 1 HYPER, 1 ANOTHER, 1 Kichiku ANOTHER",
        ),
        ("songs", json!({"altTitles": "ピアノ協奏曲第1番”蠍火”"}), "471 NORMAL, 471 HYPER, 471 ANOTHER"),
        ("static", json!([dp_chart, ANOTHER, "gone", ANOTHER]), "1 ANOTHER"),
    ] {
        let id = add_folder(&mut files, kind, "SP", data.clone());
        let folder = get(&mut files, "folders.json").pop().unwrap();
        let folder: FolderDocument = serde_json::from_value(folder).unwrap();
        assert_eq!(folder.folder_id.as_str(), id);
        let members = FolderQuery::compile(&folder).unwrap().members(&catalogue);
        let mut found: Vec<String> = members
            .iter()
            .map(|chart| format!("{} {}", catalogue.chart(*chart).song_id, catalogue.chart(*chart).difficulty))
            .collect();
        let mut expected: Vec<&str> = expected.split(", ").filter(|name| !name.is_empty()).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{data}");
    }
}

// --- The public catalogue ----------------------------------------------------------------------------------------

/// Folders of the specification and the number of their charts.
const FOLDER_SIZES: &[(Game, &str, usize)] = &[
    (Game::Iidx, "Level 12 (CastHour)", 520),
    (Game::Ongeki, "Level 1 (bright MEMORY Act.2 Omnimix)", 20),
    (Game::Ongeki, "Bonus tracks", 584),
    (Game::Ongeki, "LUNATIC-only songs", 19),
];

#[test]
fn the_public_catalogue_loads() {
    let Some(folder) = public() else { return };
    let mut collections = Collections::default();
    for (name, text) in texts(&folder) {
        collections.add_file(&name, &text).unwrap();
    }
    let checked = collections
        .check(CheckMode::Strict, Existing::default())
        .unwrap_or_else(|problems| panic!("{} problems{}", problems.len(), lines(&problems)));
    let goals_without_chart: Vec<&str> =
        checked.warnings().iter().map(|warning| warning.finding.field.as_str()).collect();
    assert_eq!(goals_without_chart, ["charts.data"; 2], "{}", lines(checked.warnings()));

    let collections = checked.collections();
    let catalogue = collections.catalogue().unwrap();
    assert_eq!((catalogue.songs().len(), catalogue.charts().len()), (34_821, 116_252));
    let queries: Vec<FolderQuery> =
        collections.folders.iter().map(|folder| FolderQuery::compile(folder).unwrap()).collect();
    let members = folder_members(&catalogue, &queries);
    for (game, title, expected) in FOLDER_SIZES {
        let sizes = collections.folders.iter().zip(&members).filter(|(folder, _)| {
            let is_first_playtype = folder.playtype == game.config().gpts[0].playtype();
            folder.game == *game && folder.title == *title && is_first_playtype
        });
        assert_eq!(sizes.map(|(_, members)| members.len()).collect::<Vec<_>>(), [*expected], "{title}");
    }
}

#[test]
fn all_ids_of_the_public_catalogue_are_hashes_of_definitions() {
    let Some(folder) = public() else { return };
    let mut collections = Collections::default();
    for name in ["folders.json", "goals.json"] {
        collections.add_file(name, &std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
    }
    assert_eq!((collections.folders.len(), collections.goals.len()), (3864, 231));
    for folder in collections.folders.iter() {
        assert_eq!(folder.derived_id(), folder.folder_id, "{}", folder.title);
    }
    for goal in collections.goals.iter() {
        assert_eq!(goal.derived_id(), goal.goal_id, "{}", goal.name);
    }
}
