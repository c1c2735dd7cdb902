//! What was fetched, as it is handed on.

use serde::Serialize;
use serde_json::Value;

use super::upstream;
use crate::error::{FatalError, FatalKind};

/// `{"profile": <player data, or null>, "items": [<item>, ...]}`, written as the items arrive.
#[derive(Debug)]
pub(super) struct Transcript {
    bytes: Vec<u8>,
    received: usize,
    is_empty: bool,
    limits: Limits,
}

/// More than any player has.
#[derive(Debug, Clone, Copy)]
struct Limits {
    items: usize,
    bytes: usize,
}

const LIMITS: Limits = Limits { items: 1_000_000, bytes: 512 << 20 };

impl Transcript {
    pub(super) fn new(profile: &Value) -> Self {
        let bytes = format!(r#"{{"profile":{profile},"items":["#).into_bytes();
        Self { bytes, received: 0, is_empty: true, limits: LIMITS }
    }

    /// Counts an item, and keeps it if it is wanted. Returns how many there are now.
    ///
    /// # Errors
    /// When there is no end to them.
    pub(super) fn receive<T: Serialize>(&mut self, item: &T, is_wanted: bool) -> Result<usize, FatalError> {
        self.received += 1;
        if is_wanted {
            self.bytes.extend_from_slice(if self.is_empty { b"\n" } else { b",\n" });
            self.is_empty = false;
            let written = serde_json::to_writer(&mut self.bytes, item);
            written.map_err(|_| upstream("Failed to get scores from MYT."))?;
        }
        if self.received > self.limits.items || self.bytes.len() > self.limits.bytes {
            let message = "An infinite loop appears to have occurred while synchronising with this api.".to_owned();
            return Err(FatalError { kind: FatalKind::EndlessUpstream, message });
        }
        Ok(self.received)
    }

    /// How many items were received.
    pub(super) fn received(&self) -> usize {
        self.received
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(b"\n]}\n");
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn limited(items: usize, bytes: usize) -> Transcript {
        Transcript { limits: Limits { items, bytes }, ..Transcript::new(&Value::Null) }
    }

    fn read(transcript: Transcript) -> Value {
        serde_json::from_slice(&transcript.into_bytes()).unwrap()
    }

    #[test]
    fn only_wanted_items_are_kept() {
        let mut transcript = Transcript::new(&json!({"a": 1}));
        for (item, wanted) in [(1, false), (2, true), (3, false), (4, true)] {
            transcript.receive(&item, wanted).unwrap();
        }
        assert_eq!(transcript.received(), 4);
        assert_eq!(read(transcript), json!({"profile": {"a": 1}, "items": [2, 4]}));
        assert_eq!(read(Transcript::new(&Value::Null)), json!({"profile": null, "items": []}));
    }

    #[test]
    fn endless_streams_end_the_import() {
        let mut items = limited(2, 1000);
        assert_eq!(items.receive(&1, true), Ok(1));
        assert_eq!(items.receive(&2, false), Ok(2));
        let error = items.receive(&3, false).unwrap_err();
        assert_eq!(error.kind, FatalKind::EndlessUpstream);
        assert_eq!(error.message, "An infinite loop appears to have occurred while synchronising with this api.");
        let mut bytes = limited(1000, 100);
        assert_eq!(bytes.receive(&"short", true), Ok(1));
        assert_eq!(bytes.receive(&"l".repeat(100), true).unwrap_err().kind, FatalKind::EndlessUpstream);
    }

    #[test]
    fn the_limits_are_those_of_the_page() {
        assert_eq!((LIMITS.items, LIMITS.bytes), (1_000_000, 536_870_912));
    }
}
