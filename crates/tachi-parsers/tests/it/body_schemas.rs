//! The JSON Schemas of the bodies that game clients send, and the parsers, must agree on what a body is.

use serde_json::{Value, json};
use tachi_core::import_type::ImportType;
use tachi_parsers::ir::body_schemas;

use crate::cases::{self, Case};
use crate::json_schema::is_valid;

/// The schema of each type's body.
const SCHEMAS: [(ImportType, &str); 8] = [
    (ImportType::IrBarbatos, "BarbatosScore"),
    (ImportType::IrBeatoraja, "BeatorajaScore"),
    (ImportType::IrFervidex, "FervidexScore"),
    (ImportType::IrKshookSv6c, "KshookScore"),
    (ImportType::IrKshookSv6cStatic, "KshookExport"),
    (ImportType::IrKshookSv3c, "KshookSv3cScore"),
    (ImportType::IrLr2hook, "Lr2hookScore"),
    (ImportType::IrUsc, "UscSubmission"),
];

fn schema(name: &str) -> Value {
    body_schemas().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn schema_of(case: &Case) -> Option<Value> {
    let found = SCHEMAS.iter().find(|(import_type, _)| *import_type == case.entry.import_type);
    found.map(|(_, name)| schema(name))
}

/// Every path to a value in a value.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                paths(member, &format!("{at}/{name}"), found);
            }
        }
        // What holds of the first holds of all.
        Value::Array(elements) => {
            if let Some(first) = elements.first() {
                paths(first, &format!("{at}/0"), found);
            }
        }
        _ => {}
    }
}

fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(7),
        json!(-1),
        json!(-2),
        json!(0.5),
        json!(100.5),
        json!(256),
        json!(2e7),
        json!(""),
        json!("0"),
        json!("HARD"),
        json!([]),
        json!([0]),
        json!(["0"]),
        json!({}),
        json!({"x": 1}),
    ]
}

fn without(body: &Value, path: &str) -> Option<Value> {
    let (parent, name) = path.rsplit_once('/')?;
    let mut changed = body.clone();
    changed.pointer_mut(parent)?.as_object_mut()?.remove(name)?;
    Some(changed)
}

/// Refusals that are not about the form of a body.
const OTHERWISE: [&str; 2] = ["Unsupported client", "score.sha256"];

#[test]
fn schemas_and_parsers_agree_on_every_member() {
    let (cases, _) = cases::read_all();
    let plain: Vec<&Case> = cases.iter().filter(|case| case.name.ends_with("/plain")).collect();
    let vivid = cases.iter().filter(|case| case.name == "ir/barbatos/vivid-wave");
    let mut compared = 0;
    for case in plain.into_iter().chain(vivid) {
        let Some(schema) = schema_of(case) else { continue };
        let body: Value = serde_json::from_slice(&case.bytes).unwrap();
        let mut all = Vec::new();
        paths(&body, "", &mut all);
        let mut bodies: Vec<Value> = all.iter().filter_map(|path| without(&body, path)).collect();
        for path in all.iter().filter(|path| !path.is_empty()) {
            for value in values() {
                let mut changed = body.clone();
                *changed.pointer_mut(path).unwrap() = value;
                bodies.push(changed);
            }
        }
        bodies.push(body);
        for body in bodies {
            let text = body.to_string();
            let refusal = (case.entry.parse)(&case.input_of(text.as_bytes())).err().map(|error| error.message);
            if refusal.as_ref().is_some_and(|text| OTHERWISE.iter().any(|other| text.contains(other))) {
                continue;
            }
            assert_eq!(refusal.is_none(), is_valid(&schema, &body), "{}: {refusal:?}: {body}", case.name);
            compared += 1;
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn cases_that_are_read_are_valid() {
    let (cases, _) = cases::read_all();
    // A graph of another form spoils its score, not the body.
    for case in cases.iter().filter(|case| !case.name.ends_with("graph-is-no-array")) {
        let (Some(schema), Ok(body)) = (schema_of(case), serde_json::from_slice::<Value>(&case.bytes)) else {
            continue;
        };
        if body.is_object() && (case.entry.parse)(&case.input()).is_ok() {
            assert!(is_valid(&schema, &body), "{} is read but not valid", case.name);
        }
    }
}

#[test]
fn profiles_and_courses_are_valid_as_their_pages_show_them() {
    let profile = json!({
        "scores": {"1000": {"spa": {"clear_type": 4, "ex_score": 1180, "miss_count": 40}}, "999999": {}}, "sp_dan": 15,
    });
    let class = json!({"cleared": true, "course_id": 18, "play_style": 0});
    let chart = json!({"md5": "0"});
    let course = json!({
        "course": {"charts": [chart, chart, chart, chart], "constraint": ["MIRROR"]},
        "score": {"clear": "Hard", "option": 0, "lntype": 0},
    });
    for (name, body, wrong) in [
        ("FervidexProfile", &profile, &["/scores", "/scores/1000/spa/ex_score", "/scores/1000/spa/clear_type"][..]),
        ("FervidexClass", &class, &["/cleared", "/course_id", "/play_style"]),
        (
            "BeatorajaCourse",
            &course,
            &["/course/charts", "/course/charts/3/md5", "/course/constraint", "/score/lntype"],
        ),
    ] {
        let schema = schema(name);
        assert!(is_valid(&schema, body), "{name}");
        for path in wrong {
            assert!(!is_valid(&schema, &without(body, path).unwrap()), "{name} without {path}");
            let mut changed = body.clone();
            *changed.pointer_mut(path).unwrap() = json!(null);
            assert!(!is_valid(&schema, &changed), "{name} with null at {path}");
        }
    }
}
