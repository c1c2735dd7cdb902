//! The JSON Schema of BATCH-MANUAL and its parser must agree on what a document is.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Game, Gpt, Group, MetricKind, OldMemberRule};
use tachi_core::import_type::ImportType;
use tachi_parsers::file::batch_manual;
use tachi_parsers::format::{Fields, Input, Surroundings};
use tachi_parsers::registry;

use crate::cases;
use crate::json_schema::is_valid;

static SCHEMA: LazyLock<Value> = LazyLock::new(batch_manual::schema);

/// Why the parser refuses a document, if it does.
fn refusal(document: &Value) -> Option<String> {
    let text = document.to_string();
    let input = Input {
        bytes: text.as_bytes(),
        file_name: None,
        fields: &Fields::new(),
        received: 0,
        user: None,
        surroundings: Surroundings { catalogue: &Catalogue::default(), games: Game::ALL, fervidex_min_version: "" },
    };
    let entry = registry::find(ImportType::FileBatchManual).unwrap();
    (entry.parse)(&input).err().map(|error| error.message)
}

fn assert_agreement(document: &Value) {
    let refusal = refusal(document);
    assert_eq!(refusal.is_none(), is_valid(&SCHEMA, document), "{document}: {refusal:?}");
}

#[test]
fn cases_are_valid_if_they_are_read() {
    let types = [ImportType::FileBatchManual, ImportType::IrDirectManual];
    let (cases, _) = cases::read_all();
    let cases: Vec<_> = cases.iter().filter(|case| types.contains(&case.entry.import_type)).collect();
    assert!(!cases.is_empty());
    for case in cases {
        let Ok(document) =
            serde_json::from_slice::<Value>(case.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&case.bytes))
        else {
            continue;
        };
        let valid = is_valid(&SCHEMA, &document);
        match (case.entry.parse)(&case.input()) {
            Ok(_) => assert!(valid, "{} is read but not valid", case.name),
            Err(error) if error.message.starts_with("Invalid BATCH-MANUAL") => {
                assert!(!valid, "{} is valid but refused: {error}", case.name);
            }
            Err(_) => {}
        }
    }
}

/// A document with every member that a score of the GPT can have.
fn full(gpt: Gpt) -> Value {
    let config = gpt.config();
    let members = |group| {
        let metrics = config.metrics_of(group).map(|(_, metric)| {
            let value = match metric.kind {
                MetricKind::Integer(_) | MetricKind::Decimal(_) => json!(0),
                MetricKind::Enum { values, .. } => json!(values[0]),
                MetricKind::Graph(bound) | MetricKind::NullableGraph(bound) => json!([bound.min, bound.max]),
            };
            (metric.name.to_owned(), value)
        });
        metrics.collect::<Map<String, Value>>()
    };
    let mut score = members(Group::Provided);
    let judgements: Map<String, Value> = config.judgements.iter().map(|name| ((*name).to_owned(), json!(1))).collect();
    for (name, value) in [
        ("matchType", json!(config.match_types[0].id())),
        ("identifier", json!("1")),
        ("comment", json!("abc")),
        ("difficulty", json!(config.default_difficulty)),
        ("artist", json!("a")),
        ("timeAchieved", json!(1_700_000_000_000_i64)),
        ("judgements", judgements.into()),
        ("optional", members(Group::Optional).into()),
        ("hitMeta", members(Group::Optional).into()),
        ("scoreMeta", json!({})),
    ] {
        score.insert(name.to_owned(), value);
    }
    json!({
        "meta": {"game": config.game.id(), "playtype": config.playtype, "service": "abc", "version": "1"},
        "scores": [score],
        "classes": {},
    })
}

/// A few values of every type, among them what is nearly right somewhere.
fn values() -> Vec<Value> {
    let numbers = [json!(0), json!(1), json!(-1), json!(0.5), json!(2e6), json!(1e12), json!(1e13), json!(1e16)];
    let texts = ["", "ab", "abc", "CLEAR", "FULL COMBO", "inGameID", "bmsChartHash"].map(Value::from);
    let arrays = [json!([]), json!([null]), json!([0, null]), json!([0.5]), json!([-1e9]), json!(["RANDOM", "MIRROR"])];
    let objects = [json!({}), json!({"x": 1}), json!({"fast": null}), json!({"fast": -1}), json!({"bp": 1.5})];
    let more = [json!({"random": "MIRROR"}), json!({"gauge": "HARD"}), json!({"dan": null}), json!({"dan": "DAN_1"})];
    let rest = [Value::Null, json!(true)];
    numbers.into_iter().chain(texts).chain(arrays).chain(objects).chain(more).chain(rest).collect()
}

#[test]
fn schema_and_parser_agree_on_every_member_of_every_game() {
    for gpt in Gpt::ALL {
        let document = full(*gpt);
        assert_eq!(refusal(&document), None, "{gpt}");
        assert_agreement(&document);
        for (parent, members) in [("", &document), ("/meta", &document["meta"]), ("/scores/0", &document["scores"][0])]
        {
            let names =
                members.as_object().unwrap().keys().map(String::as_str).chain(["x", "lamp", "percent", "playtype"]);
            for name in names {
                let mut changed = document.clone();
                changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
                assert_agreement(&changed);
                for value in values() {
                    changed.pointer_mut(parent).unwrap()[name] = value;
                    assert_agreement(&changed);
                }
            }
        }
        for (member, names) in [
            ("judgements", gpt.config().judgements.to_vec()),
            ("optional", gpt.config().metrics_of(Group::Optional).map(|(_, metric)| metric.name).collect()),
            ("scoreMeta", gpt.config().score_meta.iter().map(|field| field.name).collect()),
        ] {
            for (name, value) in names.iter().flat_map(|name| values().into_iter().map(move |value| (name, value))) {
                let mut changed = document.clone();
                changed["scores"][0][member][*name] = value;
                assert_agreement(&changed);
            }
        }
    }
}

#[test]
fn both_forms_of_naming_a_game_are_valid() {
    for gpt in Gpt::ALL {
        let config = gpt.config();
        let mut document = full(*gpt);
        document["meta"].as_object_mut().unwrap().remove("playtype");
        for name in [config.v3, config.game.id(), "nonsense"] {
            document["meta"]["game"] = json!(name);
            assert_agreement(&document);
        }
        assert!(is_valid(&SCHEMA["oneOf"][gpt.index()], &full(*gpt)), "{gpt}: another branch");
    }
}

#[test]
fn members_of_before_a_rename_are_valid_where_the_new_ones_are_not_there() {
    for gpt in Gpt::ALL {
        for old in gpt.config().old_members.iter().filter(|old| !old.unless.is_empty()) {
            let value = match old.becomes {
                OldMemberRule::Renamed(_) => json!(50),
                OldMemberRule::Mapped { values, .. } => json!(values[0].0),
            };
            let mut document = full(*gpt);
            document["scores"][0][old.name] = value;
            assert_agreement(&document);
            for name in old.unless {
                document["scores"][0].as_object_mut().unwrap().remove(*name);
                assert_agreement(&document);
            }
            assert!(is_valid(&SCHEMA, &document), "{gpt}: {document}");
            document["scores"][0][old.name] = json!("NONSENSE");
            assert_agreement(&document);
        }
    }
}
