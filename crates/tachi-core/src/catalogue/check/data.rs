//! Checks of `data`, the members that each game declares for its songs and charts.

use serde_json::{Map, Value};

use super::{Finding, shown};
use crate::game::{DataField, DataKind};
use crate::number::as_integer;

/// Everything in `data` that the fields do not allow. Members that are no field are found only in a `strict` check.
pub(super) fn findings(fields: &[DataField], data: &Value, strict: bool) -> Vec<Finding> {
    let Value::Object(members) = data else {
        return vec![Finding::new("data", shown(data), "an object")];
    };
    let mut found: Vec<Finding> = fields.iter().filter_map(|field| finding(field, members)).collect();
    if strict {
        let unknown = members.keys().filter(|name| fields.iter().all(|field| field.name != **name));
        found.extend(unknown.map(|name| Finding::new(format!("data.{name}"), "a member", "none of that name")));
    }
    found
}

fn finding(field: &DataField, members: &Map<String, Value>) -> Option<Finding> {
    let found = match members.get(field.name) {
        None if field.required => "nothing".to_owned(),
        Some(Value::Null) if !field.nullable => "null".to_owned(),
        None | Some(Value::Null) => return None,
        Some(value) if fits(field.kind, value) => return None,
        Some(value) => shown(value),
    };
    let or_null = if field.nullable { ", or null" } else { "" };
    Some(Finding::new(format!("data.{}", field.name), found, format!("{}{or_null}", description(field.kind))))
}

fn fits(kind: DataKind, value: &Value) -> bool {
    match kind {
        DataKind::Text => value.is_string(),
        DataKind::Bool => value.is_boolean(),
        DataKind::Integer => as_integer(value).is_some_and(|integer| integer >= 0),
        DataKind::Number => value.is_number(),
        DataKind::IntegerOrList => fits(DataKind::Integer, value) || each(value, |item| fits(DataKind::Integer, item)),
        DataKind::TextOrList => value.is_string() || each(value, Value::is_string),
        DataKind::Texts => each(value, Value::is_string),
        DataKind::Numbers => each(value, Value::is_number),
        DataKind::Tier => {
            value["value"].is_number() && value["text"].is_string() && value["individualDifference"].is_boolean()
        }
        DataKind::TableFolders => match value {
            Value::Object(levels) => levels.values().all(Value::is_string),
            list => each(list, |folder| folder["table"].is_string() && folder["level"].is_string()),
        },
        DataKind::Object => value.is_object(),
        DataKind::OneOf(texts) => value.as_str().is_some_and(|text| texts.contains(&text)),
    }
}

fn each(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(fits))
}

fn description(kind: DataKind) -> String {
    match kind {
        DataKind::Text => "a text",
        DataKind::Bool => "true or false",
        DataKind::Integer => "an integer of at least 0",
        DataKind::Number => "a number",
        DataKind::IntegerOrList => "an integer of at least 0 or a list of them",
        DataKind::TextOrList => "a text or a list of them",
        DataKind::Texts => "a list of texts",
        DataKind::Numbers => "a list of numbers",
        DataKind::Tier => "{value: number, text: text, individualDifference: true or false}",
        DataKind::TableFolders => "a list of {table: text, level: text}, or an object of table and level",
        DataKind::Object => "an object",
        DataKind::OneOf(texts) => return format!("one of {}", texts.join(", ")),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_takes_its_own_and_nothing_else() {
        let tier = json!({"value": 10.5, "text": "A", "individualDifference": false});
        for (kind, good, bad) in [
            (DataKind::Text, vec![json!("x"), json!("")], vec![json!(1), json!([])]),
            (DataKind::Bool, vec![json!(true)], vec![json!("true"), json!(1)]),
            (DataKind::Integer, vec![json!(0), json!(5.0)], vec![json!(-1), json!(1.5), json!("1"), json!(1e17)]),
            (DataKind::Number, vec![json!(-1.5)], vec![json!("1")]),
            (DataKind::IntegerOrList, vec![json!(1), json!([1, 2]), json!([])], vec![json!([1, -2]), json!("1")]),
            (DataKind::TextOrList, vec![json!("x"), json!(["x"])], vec![json!([1]), json!(1)]),
            (DataKind::Texts, vec![json!([]), json!(["x"])], vec![json!("x"), json!([null])]),
            (DataKind::Numbers, vec![json!([1.5, 0])], vec![json!(["1"]), json!(1)]),
            (DataKind::Tier, vec![tier], vec![json!({"value": "1"}), json!(1)]),
            (
                DataKind::TableFolders,
                vec![json!([]), json!([{"table": "★", "level": "1"}]), json!({"★": "1"})],
                vec![json!([{"table": "★"}]), json!({"★": 1}), json!("★1")],
            ),
            (DataKind::Object, vec![json!({})], vec![json!([])]),
            (DataKind::OneOf(&["a", "b"]), vec![json!("b")], vec![json!("c"), json!(0)]),
        ] {
            for value in good {
                assert!(fits(kind, &value), "{kind:?}: {value}");
            }
            for value in bad {
                assert!(!fits(kind, &value), "{kind:?}: {value}");
            }
        }
    }

    #[test]
    fn required_nullable_and_unknown_members() {
        let fields = [
            DataField::required("a", DataKind::Text),
            DataField::nullable("b", DataKind::Text),
            DataField::optional("c", DataKind::Text),
        ];
        let fields_found = |data: Value, strict| -> Vec<String> {
            findings(&fields, &data, strict).into_iter().map(|finding| finding.field).collect()
        };
        assert_eq!(fields_found(json!({"a": "", "b": null}), true), [""; 0]);
        assert_eq!(fields_found(json!({"a": null, "c": null}), true), ["data.a", "data.b"]);
        assert_eq!(fields_found(json!({"a": "", "b": "", "c": 1, "d": 1}), false), ["data.c"]);
        assert_eq!(fields_found(json!({"a": "", "b": "", "c": "", "d": 1}), true), ["data.d"]);
        assert_eq!(fields_found(json!([]), false), ["data"]);
    }
}
