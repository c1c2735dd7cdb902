//! Writing the transcript of a service that answers in pages; `api` tells what it looks like.

use std::io::{self, Write};

use serde_json::value::RawValue;

use crate::error::{FatalError, FatalKind};

/// Where a transcript goes. It is written as its parts arrive, so that a fetch keeps no more than one part in memory.
pub(super) type Out<'a> = &'a mut (dyn Write + Send);

/// A transcript in the making.
pub(super) struct Transcript<'a> {
    out: Out<'a>,
    written: usize,
    limit: usize,
    is_empty: bool,
}

impl<'a> Transcript<'a> {
    /// A transcript without pages. A profile that is not JSON is none.
    pub(super) fn new(service: &str, profile: Option<&str>, limit: usize, out: Out<'a>) -> Result<Self, FatalError> {
        let profile = profile.filter(|profile| serde_json::from_str::<&RawValue>(profile).is_ok()).unwrap_or("null");
        let head = format!(r#"{{"service":"{service}","profile":{profile},"pages":["#);
        let mut transcript = Self { out, written: 0, limit, is_empty: true };
        transcript.write(&head)?;
        Ok(transcript)
    }

    /// Adds the elements of a page, a JSON array.
    pub(super) fn add(&mut self, page: &str) -> Result<(), FatalError> {
        if self.written + page.len() > self.limit {
            let text = format!("Received more than {} bytes of scores from their API.", self.limit);
            return Err(FatalError::new(FatalKind::Upstream, text));
        }
        if !self.is_empty {
            self.write(",")?;
        }
        self.is_empty = false;
        self.write(page)
    }

    /// The end of it.
    pub(super) fn finish(mut self) -> Result<(), FatalError> {
        self.write("]}")
    }

    fn write(&mut self, text: &str) -> Result<(), FatalError> {
        self.written += text.len();
        self.out.write_all(text.as_bytes()).map_err(unwritten)
    }
}

/// A fault of ours; the detail is for the log.
pub(super) fn unwritten(error: io::Error) -> FatalError {
    log::error!("what was fetched cannot be written: {error}");
    let text = "An internal service error has occurred. This has been reported!";
    FatalError::new(FatalKind::Unconfigured, text)
}
