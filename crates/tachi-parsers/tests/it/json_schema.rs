//! Whether values are valid against the JSON Schemas of formats.

use serde_json::{Map, Value};

/// Whether a value is valid against a schema. Knows the keywords that the schema uses, and no others.
pub fn is_valid(schema: &Value, value: &Value) -> bool {
    match schema {
        Value::Bool(anything) => *anything,
        Value::Object(keywords) => keywords.iter().all(|(name, rule)| holds(keywords, name, rule, value)),
        _ => panic!("{schema} is no schema"),
    }
}

fn holds(keywords: &Map<String, Value>, name: &str, rule: &Value, value: &Value) -> bool {
    let (number, limit) = (value.as_f64(), rule.as_f64());
    let rules = || rule.as_array().unwrap().iter();
    let object = value.as_object();
    match name {
        "$schema" | "title" | "description" | "deprecated" => true,
        "type" => match rule {
            Value::Array(kinds) => kinds.iter().any(|kind| has_type(kind.as_str().unwrap(), value)),
            kind => has_type(kind.as_str().unwrap(), value),
        },
        "const" => rule == value || rule.is_number() && limit == number,
        "enum" => rules().any(|known| known == value || known.is_number() && known.as_f64() == number),
        "minimum" => number.is_none_or(|number| number >= limit.unwrap()),
        "maximum" => number.is_none_or(|number| number <= limit.unwrap()),
        "exclusiveMinimum" => number.is_none_or(|number| number > limit.unwrap()),
        "minLength" => value.as_str().is_none_or(|text| length(text) >= limit.unwrap()),
        "maxLength" => value.as_str().is_none_or(|text| length(text) <= limit.unwrap()),
        "minItems" => value.as_array().is_none_or(|items| items.len() as f64 >= limit.unwrap()),
        "maxItems" => value.as_array().is_none_or(|items| items.len() as f64 <= limit.unwrap()),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| is_valid(rule, item))),
        "required" => object.is_none_or(|object| rules().all(|name| object.contains_key(name.as_str().unwrap()))),
        "properties" => object.is_none_or(|object| {
            let properties = rule.as_object().unwrap().iter();
            let mut present = properties.filter_map(|(name, schema)| Some((schema, object.get(name)?)));
            present.all(|(schema, value)| is_valid(schema, value))
        }),
        "additionalProperties" => object.is_none_or(|object| {
            let is_other =
                |name: &str| keywords.get("properties").is_none_or(|properties| properties.get(name).is_none());
            object.iter().filter(|(name, _)| is_other(name)).all(|(_, value)| is_valid(rule, value))
        }),
        "pattern" => {
            assert_eq!(rule, "^[0-9a-f]{64}$");
            let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            value.as_str().is_none_or(|text| text.len() == 64 && text.bytes().all(is_digit))
        }
        "anyOf" => rules().any(|schema| is_valid(schema, value)),
        "allOf" => rules().all(|schema| is_valid(schema, value)),
        "oneOf" => rules().filter(|schema| is_valid(schema, value)).count() == 1,
        other => panic!("the keyword {other} is not known here"),
    }
}

/// As the format counts it; JSON Schema counts code points.
fn length(text: &str) -> f64 {
    text.encode_utf16().count() as f64
}

fn has_type(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("there is no type {other}"),
    }
}
