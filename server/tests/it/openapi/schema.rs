//! Whether a value is what a schema says, and holds nothing that the schema does not name.

use serde_json::Value;

/// Says what is not as the schema of an OpenAPI document says.
pub fn check(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    at(document, schema, value, "body")
}

fn at(document: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        let named = document.pointer(pointer).ok_or_else(|| format!("{reference} leads nowhere"))?;
        return at(document, named, value, place);
    }
    if let Some(either) = schema["anyOf"].as_array() {
        let results: Vec<_> = either.iter().map(|one| at(document, one, value, place)).collect();
        return if results.iter().any(Result::is_ok) { Ok(()) } else { results.into_iter().next().unwrap() };
    }
    let wrong = |expected: &str| Err(format!("{place}: expected {expected}, not {value}"));
    if let Some(kind) = schema.get("type") {
        let kinds = kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]);
        if !kinds.iter().any(|kind| is(value, kind.as_str().unwrap())) {
            return wrong(&kind.to_string());
        }
    }
    if schema["enum"].as_array().is_some_and(|values| !values.contains(value)) {
        return wrong(&schema["enum"].to_string());
    }
    if schema.get("const").is_some_and(|constant| constant != value) {
        return wrong(&schema["const"].to_string());
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let number = value.as_f64();
    if number.is_some_and(|number| bound("minimum").is_some_and(|least| number < least))
        || number.is_some_and(|number| bound("maximum").is_some_and(|most| number > most))
    {
        return wrong("a number inside the bounds");
    }
    match value {
        Value::Array(elements) => {
            let mut each = elements.iter().enumerate();
            each.try_for_each(|(i, element)| at(document, &schema["items"], element, &format!("{place}[{i}]")))
        }
        Value::Object(members) => object(document, schema, members, place),
        _ => Ok(()),
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("the type {other}"),
    }
}

fn object(
    document: &Value,
    schema: &Value,
    members: &serde_json::Map<String, Value>,
    place: &str,
) -> Result<(), String> {
    for name in schema["required"].as_array().into_iter().flatten() {
        if !members.contains_key(name.as_str().unwrap()) {
            return Err(format!("{place}: the member {name} is missing"));
        }
    }
    for (name, member) in members {
        let place = format!("{place}.{name}");
        let others = schema.get("additionalProperties");
        match schema["properties"].get(name).or(others) {
            Some(schema) => at(document, schema, member, &place)?,
            None if schema.get("properties").is_none() => {}
            None => return Err(format!("{place} is not documented")),
        }
    }
    Ok(())
}
