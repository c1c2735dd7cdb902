//! The notation of `spec/documents.md`, made into JSON Schema.
//!
//! `{scores: Score[], name?: string(3..80), desc: string?, data: {*: int}}`: members are required unless `?` follows
//! their name; `T?` may be null, `T[]` is a list; names that begin with a capital are schemas of the document, and `A|B`
//! is either of two.

use serde_json::{Map, Value, json};

/// Reads a type.
///
/// # Errors
/// Says what is wrong with the notation, and where.
pub fn schema(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0 };
    let schema = reader.any_type()?;
    reader.end()?;
    Ok(schema)
}

/// Reads `name: T, other?: T`; returns names, whether they are required, and types, in order.
///
/// # Errors
/// As [`schema`].
pub fn members(text: &str) -> Result<Vec<(String, bool, Value)>, String> {
    let mut reader = Reader { text, at: 0 };
    let mut members = Vec::new();
    while !reader.rest().trim_start().is_empty() {
        if !members.is_empty() {
            reader.expect(',')?;
        }
        members.push(reader.member()?);
    }
    Ok(members)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn wrong(&self, expected: &str) -> String {
        format!("expected {expected} at {:?} of {:?}", self.rest(), self.text)
    }

    /// Whether a character follows, which is then behind us.
    fn eat(&mut self, wanted: char) -> bool {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.eat(wanted) { Ok(()) } else { Err(self.wrong(&wanted.to_string())) }
    }

    fn end(&mut self) -> Result<(), String> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        if self.rest().is_empty() { Ok(()) } else { Err(self.wrong("the end")) }
    }

    /// What stands before the first of some characters.
    fn until(&mut self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        let length = rest.find(ends).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn member(&mut self) -> Result<(String, bool, Value), String> {
        let name = self.until(&[':', '?', ',', '}']).trim().to_owned();
        let required = !self.eat('?');
        self.expect(':')?;
        Ok((name, required, self.any_type()?))
    }

    fn any_type(&mut self) -> Result<Value, String> {
        let mut schema = self.base()?;
        loop {
            if self.eat('?') {
                schema = or_null(schema);
            } else if self.eat('[') {
                self.expect(']')?;
                schema = json!({"type": "array", "items": schema});
            } else {
                return Ok(schema);
            }
        }
    }

    fn base(&mut self) -> Result<Value, String> {
        if self.eat('{') {
            return self.object();
        }
        if self.eat('"') {
            return self.literals();
        }
        let name = self.until(&['[', '?', '(', ',', '}', ' ', ':', '|']).trim();
        if name.starts_with(|first: char| first.is_ascii_uppercase()) {
            let named = json!({"$ref": format!("#/components/schemas/{name}")});
            return if self.eat('|') { Ok(json!({"anyOf": [named, self.base()?]})) } else { Ok(named) };
        }
        let mut schema = primitive(name).ok_or_else(|| self.wrong(&format!("a type, not {name:?},")))?;
        if self.eat('(') {
            self.bounds(&mut schema)?;
        }
        Ok(schema)
    }

    fn object(&mut self) -> Result<Value, String> {
        let (mut properties, mut required, mut others) = (Map::new(), Vec::new(), None);
        let mut first = true;
        while !self.eat('}') {
            if !first {
                self.expect(',')?;
            }
            first = false;
            match self.member()? {
                (name, _, schema) if name == "*" => others = Some(schema),
                (name, is_required, schema) => {
                    if is_required {
                        required.push(Value::from(name.as_str()));
                    }
                    properties.insert(name, schema);
                }
            }
        }
        let mut schema = json!({"type": "object"});
        let parts = [
            ("properties", (!properties.is_empty()).then(|| properties.into())),
            ("required", (!required.is_empty()).then(|| required.into())),
            ("additionalProperties", others),
        ];
        for (name, part) in parts {
            if let Some(part) = part {
                schema[name] = part;
            }
        }
        Ok(schema)
    }

    /// `"a"|"b"`, after the first quotation mark.
    fn literals(&mut self) -> Result<Value, String> {
        let mut values = Vec::new();
        loop {
            values.push(self.until(&['"']));
            self.expect('"')?;
            if !self.eat('|') {
                return Ok(json!({"type": "string", "enum": values}));
            }
            self.expect('"')?;
        }
    }

    /// `3..80)`, `1..)` or `/^pattern$/)`.
    fn bounds(&mut self, schema: &mut Value) -> Result<(), String> {
        if self.eat('/') {
            let length = self.rest().find("/)").ok_or_else(|| self.wrong("a pattern that ends in /)"))?;
            schema["pattern"] = self.rest()[..length].into();
            self.at += length + 2;
            return Ok(());
        }
        let (least, most) = match schema["type"].as_str() {
            Some("string") => ("minLength", "maxLength"),
            _ => ("minimum", "maximum"),
        };
        let range = self.until(&[')']);
        let (from, to) = range.split_once("..").ok_or_else(|| self.wrong("a range before"))?;
        for (name, text) in [(least, from), (most, to)] {
            if !text.is_empty() {
                let bound: i64 = text.parse().map_err(|error| format!("{range:?}: {error}"))?;
                schema[name] = bound.into();
            }
        }
        self.expect(')')
    }
}

fn primitive(name: &str) -> Option<Value> {
    Some(match name {
        "string" => json!({"type": "string"}),
        "int" => json!({"type": "integer"}),
        "ms" => json!({"type": "integer", "description": "UNIX milliseconds"}),
        "num" => json!({"type": "number"}),
        "bool" => json!({"type": "boolean"}),
        "null" => json!({"type": "null"}),
        "object" => json!({"type": "object"}),
        "file" => json!({"type": "string", "format": "binary"}),
        // A parameter that counts when it is there, with any value.
        "presence" => json!({"type": "string", "description": "counts when it is there, with any value or none"}),
        "any" => json!({}),
        _ => return None,
    })
}

fn or_null(mut schema: Value) -> Value {
    match schema["type"].as_str() {
        Some(kind) => {
            schema["type"] = json!([kind, "null"]);
            if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                values.push(Value::Null);
            }
            schema
        }
        None => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notation_of_the_documents_is_json_schema() {
        let cases = [
            ("int", json!({"type": "integer"})),
            ("string?", json!({"type": ["string", "null"]})),
            ("Score[]", json!({"type": "array", "items": {"$ref": "#/components/schemas/Score"}})),
            ("Score?", json!({"anyOf": [{"$ref": "#/components/schemas/Score"}, {"type": "null"}]})),
            (
                "Score|User",
                json!({"anyOf": [{"$ref": "#/components/schemas/Score"}, {"$ref": "#/components/schemas/User"}]}),
            ),
            ("int(1..500)", json!({"type": "integer", "minimum": 1, "maximum": 500})),
            ("string(3..)", json!({"type": "string", "minLength": 3})),
            ("string(/^[0-9]{4}$/)", json!({"type": "string", "pattern": "^[0-9]{4}$"})),
            ("\"a\"|\"b\"?", json!({"type": ["string", "null"], "enum": ["a", "b", null]})),
            ("{*: int}", json!({"type": "object", "additionalProperties": {"type": "integer"}})),
            ("{}", json!({"type": "object"})),
            (
                "{id: int, name?: string}",
                json!({
                    "type": "object", "required": ["id"],
                    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
                }),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(schema(text), Ok(expected), "{text}");
        }
        for wrong in ["", "text", "int(1)", "{a}", "{a: int", "int int", "\"a", "string(/a)"] {
            assert!(schema(wrong).is_err(), "{wrong}");
        }
        let parameters = members("search: string, limit?: int(1..50)").unwrap();
        assert_eq!(
            parameters.iter().map(|(name, required, _)| (&**name, *required)).collect::<Vec<_>>(),
            [("search", true), ("limit", false)]
        );
        assert!(members("search").is_err());
    }
}
