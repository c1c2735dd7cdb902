//! The transcript of a service that answers in pages.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::item;
use crate::error::{FatalError, Place};
use crate::format::Rows;
use crate::json::Json;

/// What was fetched: see the table of [`api`](crate::api).
#[derive(Debug, Deserialize)]
pub(super) struct Transcript<'a> {
    #[serde(borrow)]
    service: Cow<'a, str>,
    #[serde(borrow)]
    profile: Option<&'a RawValue>,
    #[serde(borrow)]
    pages: Vec<&'a RawValue>,
}

impl<'a> Transcript<'a> {
    /// Reads the transcript of a service. Pages are not looked into yet.
    pub(super) fn read(bytes: &'a [u8], service: &str) -> Result<Self, FatalError> {
        let refuse = |reason: String| FatalError::bad_input(format!("Invalid transcript: {reason}"));
        let transcript: Self = serde_json::from_slice(bytes).map_err(|error| refuse(error.to_string()))?;
        if transcript.service != service {
            return Err(refuse(format!("it is not one of {service}.")));
        }
        Ok(transcript)
    }

    /// The profile; `None` where there is none that could be read. A bad one never fails an import.
    pub(super) fn profile(&self) -> Option<Json<'a>> {
        self.profile.and_then(|profile| Json::parse(profile.get()).ok())
    }

    /// The elements of all pages, each read when it is asked for.
    pub(super) fn rows(self) -> Rows<'a, Json<'a>> {
        let pages = self.pages.into_iter().enumerate();
        Box::new(pages.flat_map(|(page, raw)| {
            let items = match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
                Ok(items) => items.into_iter().map(Ok).collect(),
                Err(_) => vec![Err(FatalError::invalid_response())],
            };
            items.into_iter().enumerate().map(move |(index, raw)| {
                let item = Json::parse(raw?.get()).map_err(|_| FatalError::invalid_response())?;
                Ok((Place::Item(page + 1, index + 1), item::guarded(item)))
            })
        }))
    }
}
