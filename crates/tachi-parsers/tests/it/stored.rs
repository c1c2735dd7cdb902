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
