//! The configurations as public documents.

use serde_json::{Value, json};
use tachi_core::game::{Game, Gpt};

/// Checks that every member of every object is in camel case.
fn check_members(document: &Value) {
    match document {
        Value::Object(members) => {
            for (name, member) in members {
                assert!(name.starts_with(|first: char| first.is_ascii_lowercase()), "{name}");
                assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric()), "{name}");
                check_members(member);
            }
        }
        Value::Array(elements) => elements.iter().for_each(check_members),
        _ => {}
    }
}

fn names(list: &Value, member: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|element| element[member].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_game_lists_its_playtypes() {
    let expected = json!({
        "game": "ddr",
        "name": "DDR",
        "edition": "kamaitachi",
        "playtypes": ["SP", "DP"],
        "idStrings": ["ddr:SP", "ddr:DP"],
        "v3Games": ["ddr-sp", "ddr-dp"],
        "songData": [
            {"name": "inGameID", "type": "integer", "required": true, "nullable": false},
            {
                "name": "flareCategory", "type": "enum", "values": ["CLASSIC", "WHITE", "GOLD", "NONE"],
                "required": true, "nullable": false,
            },
            {"name": "basename", "type": "string", "required": false, "nullable": true},
            {"name": "ddrSongHash", "type": "string", "required": false, "nullable": true},
        ],
    });
    assert_eq!(Game::Ddr.config().to_json(), expected);
}

/// Checks some members of the document of `usc:Keyboard`.
#[track_caller]
fn check_usc(expected: &Value) {
    let document = Gpt::UscKeyboard.config().to_json();
    for (name, member) in expected.as_object().unwrap() {
        assert_eq!(document[name], *member, "{name}");
    }
}

#[test]
fn a_gpt_says_what_it_is_and_what_charts_it_has() {
    check_usc(&json!({
        "idString": "usc:Keyboard",
        "game": "usc",
        "playtype": "Keyboard",
        "v3Game": "usc-keyboard",
        "name": "USC (Keyboard/Other)",
        "difficulties": [
            {"id": "NOV", "short": "NOV", "long": "Keyboard NOV"},
            {"id": "ADV", "short": "ADV", "long": "Keyboard ADV"},
            {"id": "EXH", "short": "EXH", "long": "Keyboard EXH"},
            {"id": "INF", "short": "INF", "long": "Keyboard INF"},
        ],
        "difficultyKind": "FIXED",
        "defaultDifficulty": "EXH",
        "difficultyGroups": [],
        "versions": [],
        "matchTypes": ["uscChartHash", "tachiSongID"],
        "chartData": [
            {"name": "hashSHA1", "type": "strings", "required": true, "nullable": false},
            {"name": "isOfficial", "type": "boolean", "required": true, "nullable": false},
            {"name": "effector", "type": "string", "required": true, "nullable": false},
            {"name": "tableFolders", "type": "tableFolders", "required": true, "nullable": false},
        ],
    }));
}

#[test]
fn a_gpt_says_what_its_scores_consist_of() {
    let count = |name: &str| {
        json!({
            "name": name, "type": "INTEGER", "partOfScoreID": false, "min": 0, "max": null, "chartDependent": false,
        })
    };
    check_usc(&json!({
        "providedMetrics": [
            {
                "name": "score", "type": "INTEGER", "partOfScoreID": true, "min": 0, "max": 10_000_000,
                "chartDependent": false,
            },
            {
                "name": "lamp", "type": "ENUM", "partOfScoreID": true, "minimumRelevantValue": "CLEAR",
                "values": ["FAILED", "CLEAR", "EXCESSIVE CLEAR", "ULTIMATE CHAIN", "PERFECT ULTIMATE CHAIN"],
            },
        ],
        "derivedMetrics": [{
            "name": "grade", "type": "ENUM", "partOfScoreID": false, "minimumRelevantValue": "A+",
            "values": ["D", "C", "B", "A", "A+", "AA", "AA+", "AAA", "AAA+", "S", "PUC"],
        }],
        "optionalMetrics": [
            count("fast"),
            count("slow"),
            count("maxCombo"),
            {
                "name": "gauge", "type": "DECIMAL", "partOfScoreID": false, "min": 0, "max": 100,
                "chartDependent": false,
            },
        ],
        "defaultMetric": "score",
        "defaultEnum": "grade",
        "judgements": ["critical", "near", "miss"],
        "scoreMeta": [
            {"name": "noteMod", "type": "ENUM", "values": ["NORMAL", "MIRROR", "RANDOM", "MIR-RAN"], "nullable": false},
            {"name": "gaugeMod", "type": "ENUM", "values": ["NORMAL", "HARD", "PERMISSIVE"], "nullable": false},
        ],
        "preferences": [{"name": "vf6Target", "type": "NUMBER", "min": null, "max": null, "nullable": true}],
    }));
}

#[test]
fn a_gpt_says_what_becomes_of_scores() {
    let session = "The mean of the best 10 VF6, as if a profile were made of 50 such scores.";
    check_usc(&json!({
        "scoreRatingAlgs": [
            {"name": "VF6", "description": "VOLFORCE as EXCEED GEAR calculates it."},
            {"name": "VF7", "description": "VOLFORCE as NABLA calculates it."},
        ],
        "sessionRatingAlgs": [
            {"name": "ProfileVF6", "of": "VF6", "description": session},
            {"name": "ProfileVF7", "of": "VF7", "description": session.replace("VF6", "VF7")},
        ],
        "profileRatingAlgs": [
            {"name": "VF6", "description": "The sum of the best 50 VF6."},
            {"name": "VF7", "description": "The sum of the best 50 VF7."},
        ],
        "defaultScoreRatingAlg": "VF7",
        "defaultSessionRatingAlg": "ProfileVF7",
        "defaultProfileRatingAlg": "VF7",
        "pbBase": "Best Score",
        "pbMergers": ["Best Lamp"],
        "goals": [
            {"metric": "score", "charts": "ANY", "below": null},
            {"metric": "lamp", "charts": "ANY", "below": null},
            {"metric": "grade", "charts": "ANY", "below": null},
        ],
    }));
    let classes = Gpt::UscKeyboard.config().to_json()["classes"].take();
    let [set] = classes.as_array().unwrap().as_slice() else { panic!("one class set") };
    assert_eq!((&set["id"], &set["kind"], &set["rating"]), (&json!("vfClass"), &json!("DERIVED"), &json!("VF7")));
    let value = json!({"id": "COBALT_II", "display": "Cobalt II", "hover": "10.5 - 10.999VF", "from": 10.5});
    assert_eq!(set["values"][5], value);
}

#[test]
fn every_gpt_has_the_same_members() {
    let expected = "chartData classes defaultDifficulty defaultEnum defaultMetric defaultProfileRatingAlg \
        defaultScoreRatingAlg defaultSessionRatingAlg derivedMetrics difficulties difficultyGroups difficultyKind game \
        goals idString judgements matchTypes name optionalMetrics pbBase pbMergers playtype preferences \
        profileRatingAlgs providedMetrics scoreMeta scoreRatingAlgs sessionRatingAlgs v3Game versions";
    for gpt in Gpt::ALL {
        let document = gpt.config().to_json();
        let mut members: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members.join(" "), expected, "{gpt}");
    }
}

#[test]
fn what_depends_on_the_chart_or_on_the_player_is_told() {
    let iidx = Gpt::IidxDp.config().to_json();
    let score = json!({
        "name": "score", "type": "INTEGER", "partOfScoreID": true, "min": null, "max": null, "chartDependent": true,
    });
    assert_eq!(iidx["providedMetrics"][0], score);
    assert_eq!((&iidx["scoreMeta"][0]["type"], &iidx["scoreMeta"][3]["type"]), (&json!("ENUM_PAIR"), &json!("ENUM")));
    assert_eq!((&iidx["preferences"][1]["min"], &iidx["preferences"][1]["max"]), (&json!(-15), &json!(100)));
    let dan = json!({"id": "KYU_7", "display": "七級", "hover": "7th Kyu", "from": null});
    assert_eq!((&iidx["classes"][0]["kind"], &iidx["classes"][0]["values"][0]), (&json!("PROVIDED"), &dan));

    let maimai = Gpt::MaimaiSingle.config().to_json();
    assert_eq!(maimai["goals"][0], json!({"metric": "percent", "charts": "SEVERAL_BELOW", "below": 100}));
    assert_eq!(maimai["difficultyKind"], "FIXED_AND_SPECIAL");
    let jubeat = Gpt::JubeatSingle.config().to_json();
    let music_bar = json!({
        "name": "musicBar", "type": "GRAPH", "partOfScoreID": false, "min": 0, "max": 3, "integers": true,
    });
    assert_eq!(jubeat["optionalMetrics"][3], music_bar);
    let itg = Gpt::ItgStamina.config().to_json();
    assert_eq!((&itg["difficultyKind"], &itg["defaultDifficulty"]), (&json!("DYNAMIC"), &json!(null)));
    let sdvx = Gpt::SdvxSingle.config().to_json();
    assert_eq!(sdvx["difficultyGroups"][0]["id"], "ANY_INF");
    assert_eq!(sdvx["difficultyGroups"][0]["matchTypes"], json!(["sdvxInGameID"]));
}

#[test]
fn documents_say_what_the_tables_say_in_their_order() {
    for game in Game::ALL {
        check_members(&game.config().to_json());
    }
    for gpt in Gpt::ALL {
        let (config, document) = (gpt.config(), gpt.config().to_json());
        check_members(&document);
        let metrics = ["providedMetrics", "derivedMetrics", "optionalMetrics"];
        let metrics: Vec<String> = metrics.iter().flat_map(|group| names(&document[group], "name")).collect();
        assert_eq!(metrics, config.metrics.iter().map(|metric| metric.name).collect::<Vec<_>>());
        let difficulties: Vec<&str> = config.difficulties.iter().map(|difficulty| difficulty.id).collect();
        assert_eq!(names(&document["difficulties"], "id"), difficulties);
        let versions: Vec<&str> = config.versions.iter().map(|version| version.id).collect();
        assert_eq!(names(&document["versions"], "id"), versions);
        for (set, written) in config.classes.iter().zip(document["classes"].as_array().unwrap()) {
            let values: Vec<&str> = set.values.iter().map(|value| value.id).collect();
            assert_eq!(names(&written["values"], "id"), values);
        }
    }
}
