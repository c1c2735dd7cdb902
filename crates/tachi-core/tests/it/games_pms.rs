//! The rules of `spec/games/pms.md` that differ from those of BMS.

use serde_json::{Value, json};
use tachi_core::catalogue::{Chart, ResolveError};
use tachi_core::game::{Game, Gpt};
use tachi_core::games::pms;
use tachi_core::match_type::MatchType;

use crate::play;

fn song_document() -> Value {
    json!({
        "id": 1, "title": "Annihilate the living", "artist": "Rocky", "altTitles": [], "searchTerms": [],
        "data": {"genre": null, "subartist": null, "subtitle": null, "tableString": "P●1"},
    })
}

fn controller_document() -> Value {
    json!({
        "chartID": "0446f1b54e90d631ff9fe98419ebaea9481fab1f", "songID": 1, "playtype": "Controller",
        "difficulty": "CHART", "level": "?", "levelNum": 0, "isPrimary": true, "versions": [],
        "data": {
            "hashMD5": "d1253dd56bb2087d0b0d474f0d562aae",
            "hashSHA256": "a10193f7ae05ce839292dc716f182fda0b1cc6ac5382c2056f37e22ffba87b7d", "notecount": 1065,
            "tableFolders": [{"table": "P●", "level": "1"}], "sglEC": 46, "sglHC": 46,
        },
    })
}

fn keyboard_document() -> Value {
    let changes = json!({"chartID": "ca553d77cbf8b3e9e7709dad6123ffed1695a1dd", "playtype": "Keyboard"});
    play::with(&controller_document(), &changes)
}

fn annihilate() -> Chart {
    play::chart(Game::Pms, &controller_document())
}

#[test]
fn judgements_are_never_checked() {
    let values = json!({ "score": 5, "lamp": "FAILED", "judgements": { "cool": 100, "great": 1 } });
    assert_eq!(play::problems(&annihilate(), &values), Vec::<String>::new());
}

#[test]
fn scores_are_graded_and_rated_as_in_bms() {
    let chart = annihilate();
    let max = play::play(&chart, &json!({ "score": 2130, "lamp": "FAILED" }));
    assert_eq!(max.to_json()["grade"], "MAX");
    let rate = |lamp| play::rating(&chart, "sieglinde", &json!({ "score": 0, "lamp": lamp }));
    assert_eq!(rate("EASY CLEAR"), Some(46.0));
    assert_eq!(rate("FAILED"), Some(0.0));
}

#[test]
fn sieglinde_is_shown_with_the_marks_of_pms() {
    for config in [&pms::CONTROLLER, &pms::KEYBOARD] {
        assert_eq!((config.score_ratings[0].format)(12.5), "○12.50");
        assert_eq!((config.score_ratings[0].format)(46.0), "●34.00");
    }
}

#[test]
fn the_dan_has_13_values_on_both_playtypes() {
    for config in [&pms::CONTROLLER, &pms::KEYBOARD] {
        let dan = config.class_set("dan").unwrap();
        assert_eq!(dan.values.len(), 13);
        assert_eq!((dan.values[12].id, dan.values[12].display), ("UNDEFINED", "●UNDF"));
    }
}

#[test]
fn labels_have_the_form_of_bms() {
    assert_eq!(play::label(Game::Pms, &song_document(), &controller_document()), "Annihilate the living (P●1)");
}

#[test]
fn a_hash_finds_the_twin_of_the_imports_playtype() {
    let hash = "d1253dd56bb2087d0b0d474f0d562aae";
    let both = play::catalogue(Game::Pms, &[song_document()], &[controller_document(), keyboard_document()]);
    let query = (MatchType::BmsChartHash, hash, None);
    assert_eq!(
        play::resolve(&both, Gpt::PmsController, query),
        Ok("0446f1b54e90d631ff9fe98419ebaea9481fab1f".to_owned())
    );
    assert_eq!(
        play::resolve(&both, Gpt::PmsKeyboard, query),
        Ok("ca553d77cbf8b3e9e7709dad6123ffed1695a1dd".to_owned())
    );
    let one = play::catalogue(Game::Pms, &[song_document()], &[keyboard_document()]);
    assert!(matches!(play::resolve(&one, Gpt::PmsController, query), Err(ResolveError::NotFound(_))));
}
