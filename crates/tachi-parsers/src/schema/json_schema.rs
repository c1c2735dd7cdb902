//! The tables as JSON Schema, for whoever writes a program that sends such objects.

use serde_json::{Map, Value, json};
use tachi_core::number;

use super::{Field, Kind, Presence, Schema};

impl Schema {
    /// The JSON Schema of the objects that [`check`](Self::check) lets pass.
    #[must_use]
    pub fn json_schema(&self) -> Value {
        let fields = || self.fields.iter().copied().flatten();
        let required: Vec<&str> = fields().filter(|field| field.is_needed()).map(|field| field.name).collect();
        let properties: Map<String, Value> =
            fields().map(|field| (field.name.to_owned(), field.json_schema())).collect();
        let mut schema = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        if self.strict {
            schema["additionalProperties"] = false.into();
        }
        schema
    }
}

impl Field {
    /// Whether an object without it is refused.
    fn is_needed(&self) -> bool {
        self.presence == Presence::Required && !matches!(self.kind, Kind::Any)
    }

    fn json_schema(&self) -> Value {
        let schema = self.kind.json_schema();
        match (self.presence, schema["type"].as_str()) {
            (Presence::Nullable, Some(kind)) => or_null(&schema, kind),
            (Presence::Nullable, None) => json!({"anyOf": [schema, {"type": "null"}]}),
            _ => schema,
        }
    }
}

fn or_null(schema: &Value, kind: &str) -> Value {
    let mut schema = schema.clone();
    schema["type"] = json!([kind, "null"]);
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
    schema
}

impl Kind {
    fn json_schema(&self) -> Value {
        match *self {
            Self::Any | Self::Own(_) => json!({}),
            Self::Text => json!({"type": "string"}),
            Self::Bool => json!({"type": "boolean"}),
            Self::PositiveNumber => json!({"type": "number", "minimum": 0}),
            Self::NumberBetween(min, max) => between("number", min, max),
            Self::Integer => json!({"type": "integer"}),
            Self::Count => json!({"type": "integer", "minimum": 0}),
            Self::IntegerBetween(min, max) => between("integer", min, max),
            Self::OneOf(texts) => json!({"type": "string", "enum": texts}),
            Self::Meaning(table) => {
                let texts: Vec<&str> = table.iter().map(|(sent, _)| *sent).collect();
                json!({"type": "string", "enum": texts})
            }
            Self::OneOfNumbers(numbers) => {
                let numbers: Vec<Value> = numbers.iter().copied().map(number::json).collect();
                json!({"type": "number", "enum": numbers})
            }
            Self::Array(of) => json!({"type": "array", "items": of.json_schema()}),
            Self::Object(schema) => schema.json_schema(),
            Self::Described(_, describe) => describe(),
        }
    }
}

fn between(kind: &str, min: f64, max: f64) -> Value {
    json!({"type": kind, "minimum": number::json(min), "maximum": number::json(max)})
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &[Field] = &[Field::optional("list", Kind::Array(&Kind::IntegerBetween(0.0, 9.0)))];

    const MORE: &[Field] = &[
        Field::required("percent", Kind::NumberBetween(0.0, 0.5)),
        Field::optional("kind", Kind::OneOfNumbers(&[0.0, 2.0])),
        Field::nullable("even", Kind::Described(|_| Ok(()), || json!({"multipleOf": 2}))),
    ];
    const TABLE: Schema = Schema::strict(&[
        &[
            Field::required("count", Kind::Count),
            Field::required("anything", Kind::Any),
            Field::nullable("inner", Kind::Object(Schema::open(&[INNER]))),
            Field::nullable("name", Kind::Meaning(&[("A", "a"), ("B", "b")])),
        ],
        MORE,
    ]);

    #[test]
    fn the_tables_are_json_schema() {
        let expected = json!({
            "type": "object",
            "required": ["count", "percent"],
            "properties": {
                "count": {"type": "integer", "minimum": 0},
                "anything": {},
                "inner": {
                    "type": ["object", "null"],
                    "properties": {
                        "list": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}},
                    },
                },
                "name": {"type": ["string", "null"], "enum": ["A", "B", null]},
                "percent": {"type": "number", "minimum": 0, "maximum": 0.5},
                "kind": {"type": "number", "enum": [0, 2]},
                "even": {"anyOf": [{"multipleOf": 2}, {"type": "null"}]},
            },
            "additionalProperties": false,
        });
        assert_eq!(TABLE.json_schema(), expected);
    }
}
