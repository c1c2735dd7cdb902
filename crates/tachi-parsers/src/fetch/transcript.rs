//! Writing the transcript of a service that answers in pages; `api` tells what it looks like.

use serde_json::value::RawValue;

use crate::error::{FatalError, FatalKind};

/// A transcript in the making. Pages are added as they come, so that there is one copy of them.
#[derive(Debug)]
pub(super) struct Transcript {
    bytes: Vec<u8>,
    limit: usize,
    is_empty: bool,
}

impl Transcript {
    /// A transcript without pages. A profile that is not JSON is none.
    pub(super) fn new(service: &str, profile: Option<&str>, limit: usize) -> Self {
        let profile = profile.filter(|profile| serde_json::from_str::<&RawValue>(profile).is_ok()).unwrap_or("null");
        let bytes = format!(r#"{{"service":"{service}","profile":{profile},"pages":["#).into_bytes();
        Self { bytes, limit, is_empty: true }
    }

    /// Adds the elements of a page, a JSON array.
    pub(super) fn add(&mut self, page: &str) -> Result<(), FatalError> {
        if self.bytes.len() + page.len() > self.limit {
            let text = format!("Received more than {} bytes of scores from their API.", self.limit);
            return Err(FatalError::new(FatalKind::Upstream, text));
        }
        if !self.is_empty {
            self.bytes.push(b',');
        }
        self.is_empty = false;
        self.bytes.extend_from_slice(page.as_bytes());
        Ok(())
    }

    /// The whole.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(b"]}");
        self.bytes
    }
}
