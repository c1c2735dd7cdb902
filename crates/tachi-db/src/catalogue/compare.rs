//! Which documents of a load are new, changed, the same or missing.

use std::hash::Hash;

use rustc_hash::FxHashMap;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::LoadReport;
use crate::convert::json_to_db;
use crate::error::DbError;

/// A SHA-256.
pub(super) type ContentHash = [u8; 32];

/// A document with the text that is stored.
pub(super) struct Written<'a, D> {
    pub(super) document: &'a D,
    pub(super) text: String,
    pub(super) hash: ContentHash,
}

/// What a load means for a collection whose stored documents have the keys `K`, and `V` beside their hashes.
pub(super) struct Changes<'a, D, K, V> {
    /// Not stored yet. A document that occurs twice stands here a second time; the database refuses it.
    pub(super) new: Vec<Written<'a, D>>,
    /// Stored with another text.
    pub(super) changed: Vec<(Written<'a, D>, V)>,
    /// Stored, and not in the load.
    pub(super) missing: Vec<(K, V)>,
    pub(super) unchanged: usize,
}

impl<'a, D, K, V> Changes<'a, D, K, V> {
    /// The report, before anything is known about the missing ones.
    pub(super) fn report(&self) -> LoadReport {
        LoadReport {
            new: self.new.len(),
            changed: self.changed.len(),
            unchanged: self.unchanged,
            ..LoadReport::default()
        }
    }

    /// What has to be written.
    pub(super) fn to_write(&self) -> impl Iterator<Item = &Written<'a, D>> {
        self.new.iter().chain(self.changed.iter().map(|(written, _)| written))
    }
}

/// Compares a load with what is stored.
pub(super) fn compare<'a, D: Serialize, K: Eq + Hash, V>(
    stored: FxHashMap<K, (Vec<u8>, V)>,
    documents: &'a [D],
    key: impl Fn(&D) -> K,
) -> Result<Changes<'a, D, K, V>, DbError> {
    compare_with(stored, documents, key, |_, text| Sha256::digest(text).into())
}

/// Compares a load with what is stored, where more than a document's text makes it a different one.
pub(super) fn compare_with<'a, D: Serialize, K: Eq + Hash, V>(
    mut stored: FxHashMap<K, (Vec<u8>, V)>,
    documents: &'a [D],
    key: impl Fn(&D) -> K,
    hash: impl Fn(&D, &str) -> ContentHash,
) -> Result<Changes<'a, D, K, V>, DbError> {
    let mut changes = Changes { new: Vec::new(), changed: Vec::new(), missing: Vec::new(), unchanged: 0 };
    for document in documents {
        let text = compact(json_to_db(document, "a document of the catalogue")?);
        let hash = hash(document, &text);
        let written = Written { document, text, hash };
        match stored.remove(&key(document)) {
            None => changes.new.push(written),
            Some((known, _)) if known == hash => changes.unchanged += 1,
            Some((_, value)) => changes.changed.push((written, value)),
        }
    }
    changes.missing = stored.into_iter().map(|(key, (_, value))| (key, value)).collect();
    Ok(changes)
}

/// A JSON text without the white space between its tokens: members that are kept as they were read have the layout of
/// their file, which must not count as a difference.
pub(super) fn compact(json: String) -> String {
    let mut out = String::new();
    let (mut start, mut in_string, mut escaped) = (0, false, false);
    for (at, byte) in json.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
        } else if byte == b'"' {
            in_string = true;
        } else if byte.is_ascii_whitespace() {
            out.push_str(&json[start..at]);
            start = at + 1;
        }
    }
    if start == 0 {
        return json;
    }
    out.push_str(&json[start..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_between_tokens_goes() {
        for (json, expected) in [
            ("{\n\t\"a b\": [1, \" \\\" \"],\r\n \"c\\\\\": null }", r#"{"a b":[1," \" "],"c\\":null}"#),
            (r#"{"a":1}"#, r#"{"a":1}"#),
            (" 1", "1"),
            (r#"["\\\\" , "x y"]"#, r#"["\\\\","x y"]"#),
        ] {
            assert_eq!(compact(json.to_owned()), expected);
        }
    }
}
