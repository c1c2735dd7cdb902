//! What was fetched, as it is handed on.

use serde::Serialize;
use serde_json::Value;

use super::upstream;
use crate::error::{FatalError, FatalKind};
use crate::fetch::Limits;
use crate::fetch::transcript::{Out, unwritten};

/// `{"profile": <player data, or null>, "items": [<item>, ...]}`, written as the items arrive.
pub(super) struct Transcript<'a> {
    out: Out<'a>,
    /// What is not yet written, because items are small.
    waiting: Vec<u8>,
    written: usize,
    received: usize,
    is_empty: bool,
    max_items: usize,
    max_bytes: usize,
}

/// How much is written at a time.
const PART: usize = 64 << 10;

impl<'a> Transcript<'a> {
    pub(super) fn new(profile: &Value, limits: &Limits, out: Out<'a>) -> Self {
        Self {
            out,
            waiting: format!(r#"{{"profile":{profile},"items":["#).into_bytes(),
            written: 0,
            received: 0,
            is_empty: true,
            max_items: limits.items,
            max_bytes: limits.stream,
        }
    }

    /// Counts an item, and keeps it if it is wanted. Returns how many there are now.
    ///
    /// # Errors
    /// When there is no end to them, or nothing can be written.
    pub(super) fn receive<T: Serialize>(&mut self, item: &T, is_wanted: bool) -> Result<usize, FatalError> {
        self.received += 1;
        if is_wanted {
            self.waiting.extend_from_slice(if self.is_empty { b"\n" } else { b",\n" });
            self.is_empty = false;
            let written = serde_json::to_writer(&mut self.waiting, item);
            written.map_err(|_| upstream("Failed to get scores from MYT."))?;
        }
        if self.received > self.max_items || self.written + self.waiting.len() > self.max_bytes {
            let message = "An infinite loop appears to have occurred while synchronising with this api.".to_owned();
            return Err(FatalError { kind: FatalKind::EndlessUpstream, message });
        }
        if self.waiting.len() >= PART {
            self.write()?;
        }
        Ok(self.received)
    }

    /// How many items were received.
    pub(super) fn received(&self) -> usize {
        self.received
    }

    /// The end of it.
    pub(super) fn finish(mut self) -> Result<(), FatalError> {
        self.waiting.extend_from_slice(b"\n]}\n");
        self.write()
    }

    fn write(&mut self) -> Result<(), FatalError> {
        self.out.write_all(&self.waiting).map_err(unwritten)?;
        self.written += self.waiting.len();
        self.waiting.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn only_wanted_items_are_kept() {
        let mut out = Vec::new();
        let mut transcript = Transcript::new(&json!({"a": 1}), &Limits::default(), &mut out);
        for (item, wanted) in [(1, false), (2, true), (3, false), (4, true)] {
            transcript.receive(&item, wanted).unwrap();
        }
        assert_eq!(transcript.received(), 4);
        transcript.finish().unwrap();
        assert_eq!(read(&out), json!({"profile": {"a": 1}, "items": [2, 4]}));
        let mut out = Vec::new();
        Transcript::new(&Value::Null, &Limits::default(), &mut out).finish().unwrap();
        assert_eq!(read(&out), json!({"profile": null, "items": []}));
    }

    #[test]
    fn endless_streams_end_the_import() {
        let mut out = Vec::new();
        let mut items = Transcript::new(&Value::Null, &Limits { items: 2, ..Limits::default() }, &mut out);
        assert_eq!(items.receive(&1, true), Ok(1));
        assert_eq!(items.receive(&2, false), Ok(2));
        let error = items.receive(&3, false).unwrap_err();
        assert_eq!(error.kind, FatalKind::EndlessUpstream);
        assert_eq!(error.message, "An infinite loop appears to have occurred while synchronising with this api.");
        let mut out = Vec::new();
        let mut bytes = Transcript::new(&Value::Null, &Limits { stream: 200_000, ..Limits::default() }, &mut out);
        // What is written already counts.
        for received in 1..=3 {
            assert_eq!(bytes.receive(&"l".repeat(65_000), true), Ok(received));
        }
        assert_eq!(bytes.receive(&"l".repeat(10_000), true).unwrap_err().kind, FatalKind::EndlessUpstream);
    }

    #[test]
    fn no_more_than_a_part_waits_to_be_written() {
        let mut out = Vec::new();
        let mut transcript = Transcript::new(&Value::Null, &Limits::default(), &mut out);
        for _ in 0..10_000 {
            transcript.receive(&"l".repeat(100), true).unwrap();
            assert!(transcript.waiting.len() < PART);
        }
        transcript.finish().unwrap();
        assert_eq!(read(&out)["items"].as_array().unwrap().len(), 10_000);
    }

    #[test]
    fn the_limits_are_those_of_the_page() {
        let limits = Limits::default();
        assert_eq!((limits.items, limits.stream, limits.call.as_secs()), (1_000_000, 536_870_912, 600));
    }
}
