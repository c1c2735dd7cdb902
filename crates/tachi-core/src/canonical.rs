//! Canonical JSON: the one spelling of a value that score, orphan, goal and folder IDs hash.
//!
//! UTF-8, object keys sorted by UTF-16 code units, no white space, strings as ECMAScript's `JSON.stringify` writes
//! them, numbers in their shortest round-trip form. Source: `spec/pipeline.md` 4.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::number;

/// The canonical text of a JSON value.
///
/// ```
/// use tachi_core::canonical;
/// let value = serde_json::json!({"b": 1.0, "a": ["é", null]});
/// assert_eq!(canonical::to_string(&value), r#"{"a":["é",null],"b":1}"#);
/// ```
#[must_use]
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    push_value(&mut out, value);
    out
}

/// The SHA-256 of `value`'s canonical text.
#[must_use]
pub fn digest(value: &Value) -> [u8; 32] {
    Sha256::digest(to_string(value)).into()
}

/// `prefix` followed by the 64 hexadecimal digits of `value`'s [`digest`].
///
/// This is the form of orphan (`O`), goal (`G`) and folder (`F`) IDs.
#[must_use]
pub fn hashed_id(prefix: char, value: &Value) -> String {
    let mut id = String::with_capacity(65);
    id.push(prefix);
    id.push_str(&const_hex::encode(digest(value)));
    id
}

fn push_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => number::push_text(out, number.as_f64().unwrap_or_default()),
        Value::String(text) => push_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_string(out, name);
                out.push(':');
                push_value(out, member);
            }
            out.push('}');
        }
    }
}

/// Appends `text` as a JSON string: only `"`, `\` and control characters are escaped.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape: &str = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        if escape.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(escape);
        }
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_sort_by_utf16_units_not_by_code_points() {
        // U+10000 is the surrogate pair D800 DC00, which sorts before U+FFFF.
        let value = json!({"\u{ffff}": 1, "\u{10000}": 2});
        assert_eq!(to_string(&value), "{\"\u{10000}\":2,\"\u{ffff}\":1}");
    }

    #[test]
    fn numbers_and_strings_follow_ecmascript() {
        let value = json!({"a": 95.0, "b": 1e21, "c": 1e-7, "d": "\"\\\n\u{1}é\u{7f}"});
        assert_eq!(to_string(&value), "{\"a\":95,\"b\":1e+21,\"c\":1e-7,\"d\":\"\\\"\\\\\\n\\u0001é\u{7f}\"}");
    }

    #[test]
    fn orphan_vector_of_the_page() {
        let value = json!({
            "importType": "ir/direct-manual", "userID": 1,
            "context": {"game": "iidx", "playtype": "SP", "service": "foo", "version": null},
            "data": {"difficulty": "ANOTHER", "identifier": "TITLE NOBODY WILL USE", "lamp": "HARD CLEAR",
                     "matchType": "songTitle", "score": 500},
        });
        assert_eq!(hashed_id('O', &value), "Oe103191e7fef5556ecef9eccee742435783843991824774749de165c089042c5");
    }

    #[test]
    fn goal_vector_of_the_page() {
        let value = json!({
            "charts": {"data": "c2311194e3897ddb5745b1760d2c0141f933e683", "type": "single"},
            "criteria": {"key": "lamp", "mode": "single", "value": 5}, "game": "iidx", "playtype": "SP",
        });
        assert_eq!(hashed_id('G', &value), "G7fa03918a2d4ced59c367b1c0b6a78c083a6a8b0f6edf227ef8584a6c27bb105");
    }
}
