//! Elements that another version stored.

use serde_json::{Value, json};
use tachi_core::import_type::ImportType;
use tachi_parsers::error::Failure;
use tachi_parsers::registry;

use crate::catalogue;

fn convert(import_type: ImportType, data: &Value, context: &Value) -> Result<Value, Failure> {
    let catalogue = catalogue::build(catalogue::Documents::default());
    let score = (registry::find(import_type).unwrap().convert)(data, context, &catalogue)?;
    Ok(score.to_json(&catalogue))
}

fn batch_manual(context: &Value) -> Result<Value, Failure> {
    let data = json!({
        "score": 500, "lamp": "CLEAR", "matchType": "songTitle", "identifier": "5.1.1.", "difficulty": "ANOTHER",
    });
    convert(ImportType::FileBatchManual, &data, context)
}

#[test]
fn batch_manual_reads_the_contexts_of_all_generations() {
    let two_members = json!({"game": "iidx", "playtype": "DP", "service": "foo", "version": null});
    let one_member = json!({"game": "iidx-dp", "service": "foo", "version": null});
    let without_version = json!({"game": "iidx-dp", "service": "foo"});
    let score = batch_manual(&two_members).unwrap();
    assert_eq!(score["chartID"], "92599eae8169756eb64f11af0c7781185a3aa8ed");
    assert_eq!(batch_manual(&one_member), Ok(score.clone()));
    assert_eq!(batch_manual(&without_version), Ok(score));
}

#[test]
fn a_context_of_no_game_is_a_fault_of_ours() {
    for game in ["iidx-xp", "iidx"] {
        let failure = batch_manual(&json!({"game": game, "service": "foo"})).unwrap_err();
        assert!(matches!(failure, Failure::Internal(_)), "{failure:?}");
    }
}

#[test]
fn an_element_that_is_none_is_invalid() {
    let context = json!({"game": "iidx", "playtype": "SP", "service": "foo", "version": null});
    let failure = convert(ImportType::FileBatchManual, &json!({"score": 500}), &context).unwrap_err();
    assert!(matches!(failure, Failure::Invalid(_)), "{failure:?}");
    let context = json!({"playtype": "SP", "importVersion": null, "hasBeginnerAndLegg": true, "service": "PLI"});
    let failure = convert(ImportType::FilePliIidxCsv, &json!({"title": "5.1.1."}), &context).unwrap_err();
    assert!(matches!(failure, Failure::Invalid(_)), "{failure:?}");
}

/// Older versions took texts that look like numbers for numbers.
#[test]
fn solid_state_squad_reads_numbers_as_texts() {
    let element = |diff: Value, title: Value| {
        json!({
            "id": 1, "diff": diff, "songname": title, "styles": "10th", "exscore": 100, "mods": {}, "cleartype": "played",
            "date": "2011-04-02 01:57:43", "comment": 5, "alternateentry": "no",
        })
    };
    let convert = |element| convert(ImportType::FileSolidStateSquad, &element, &json!({}));
    let score = convert(element(json!(7), json!("5.1.1."))).unwrap();
    assert_eq!(score["chartID"], "c641238220d73faf82659513ba03bde71b0b45f0");
    assert_eq!(score["comment"], "5");
    let failure = convert(element(json!("7"), json!(2002))).unwrap_err();
    assert_eq!(failure, Failure::NotFound("Could not find song with title 2002".to_owned()));
    let failure = convert(element(json!(8), json!("5.1.1."))).unwrap_err();
    assert!(matches!(failure, Failure::Invalid(_)), "{failure:?}");
}

#[test]
fn types_without_elements_have_no_orphans() {
    for import_type in [ImportType::FileImportClass, ImportType::FileMypagescraperPlayerCsv] {
        let failure = convert(import_type, &json!({}), &json!({})).unwrap_err();
        assert!(matches!(failure, Failure::Internal(_)), "{failure:?}");
    }
}

#[test]
fn bodies_of_every_generation_are_read_like_files() {
    let data = json!({"score": 0, "lamp": "CLEAR", "matchType": "inGameID", "identifier": "1", "difficulty": "ADV"});
    let context = json!({"game": "sdvx", "service": "foo", "version": null});
    let score = convert(ImportType::IrDirectManual, &data, &context).unwrap();
    assert_eq!(score["chartID"], "5088a4d0e1ee9d0cc2f625934306e45b1a60699b");
    assert_eq!(score["service"], "foo (DIRECT-MANUAL)");
}

#[test]
fn orphans_of_myt_hold_what_was_fetched_and_of_wacca_the_info_only() {
    let play = json!({
        "playlogApiId": "a1",
        "info": {
            "musicId": 678, "level": 4, "techScore": 1_003_385, "battleScore": 4_987_905, "overDamage": 13151,
            "platinumScore": 893, "techScoreRank": 12, "battleScoreRank": 4, "comboStatus": 1, "clearStatus": 3,
            "isFullBell": true, "isTechNewRecord": false, "isBattleNewRecord": false, "isOverDamageNewRecord": false,
            "userPlayDate": "2022-09-28T12:04:21.400Z",
        },
        "judge": {
            "judgeCriticalBreak": 967, "judgeBreak": 19, "judgeHit": 0, "judgeMiss": 5, "maxCombo": 525,
            "bellCount": 174, "totalBellCount": 174, "damageCount": 0,
        },
    });
    let score = convert(ImportType::ApiMytOngeki, &play, &json!({})).unwrap();
    assert_eq!(score["chartID"], "e5e4ee3d4feb233c399751b3ba3daf8ba149c9e6");
    assert_eq!(score["timeAchieved"], 1_664_366_661_400_i64);
    let info = json!({
        "musicId": 2085, "musicDifficulty": 3, "score": 996_827, "grade": 12,
        "judge": {"marvelous": 909, "great": 4, "good": 1, "miss": 1},
        "clearStatus": {
            "isClear": true, "isMissless": true, "isFullCombo": false, "isAllMarvelous": false, "isGiveUp": false,
        },
        "isNewRecord": false, "combo": 408, "skillPoints": 0, "fast": 4, "late": 1, "userPlayMode": 1, "track": 1,
        "userPlayDate": "2024-03-23T19:34:10.350+00:00",
    });
    let score = convert(ImportType::ApiMytWacca, &info, &json!({})).unwrap();
    assert_eq!(score["chartID"], "2abcf2da86f3d968dbe07695ab7ebf6b79cb0841");
    let unplayed = convert(ImportType::ApiMytWacca, &json!({"playlogApiId": "w1", "info": info}), &json!({}));
    assert!(matches!(unplayed, Err(Failure::Invalid(_))), "{unplayed:?}");
}
