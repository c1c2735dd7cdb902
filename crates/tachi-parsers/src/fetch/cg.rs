//! The CG family. The address holds three secrets. Source: `spec/import-types/api-cg.md` 2 and 3.

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::Value;
use serde_json::value::RawValue;

use super::http::Get;
use super::pages::time_of;
use super::transcript::{Out, unwritten};
use super::{Import, Progress};
use crate::api::source::CgService;
use crate::error::{FatalError, FatalKind};
use crate::json;

/// Fetches the only answer, whatever its status: what it says is read from the transcript, which it is.
pub(super) async fn fetch(import: &Import<'_>, service: CgService, game: &str, out: Out<'_>) -> Result<(), FatalError> {
    let card = import.links.cg(service).await?.ok_or_else(|| {
        FatalError::new(FatalKind::Unauthorised, "This user has no card info set up for this service.")
    })?;
    let cg = import.services.cg(service).ok_or_else(|| {
        log::error!("a card for CG {service} is stored, but the service is not configured");
        let text = format!("Tried to get {service} CG conf, yet was not defined?");
        FatalError::new(FatalKind::Unconfigured, text)
    })?;
    let url = Url::parse(&format!("{}/{game}-scores", cg.url));
    let mut url = url.map_err(|_| FatalError::invalid_response())?;
    url.query_pairs_mut()
        .append_pair("api_key", cg.api_key.expose())
        .append_pair("card_id", card.card_id.expose())
        .append_pair("pin", card.pin.expose());
    let get = Get { service: "CG", url: &url, token: None, wants: |status| !(300..400).contains(&status) };
    let answer = import.get(get).await.map_err(|_| FatalError::invalid_response())?;
    if (300..400).contains(&answer.status) {
        return Err(FatalError::invalid_response());
    }
    let cut = {
        let text = json::decode(&answer.body);
        let parts = Parts::read(&text);
        let scores = parts.as_ref().map_or(0, |parts| parts.scores.len());
        (import.progress)(Progress { pages: 1, scores });
        parts.zip(import.cursor).map(|(parts, cursor)| parts.newer_than(cursor))
    };
    out.write_all(&cut.unwrap_or(answer.body)).map_err(unwritten)
}

/// The members of an object; of a repeated one the last.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// An answer that holds scores.
struct Parts<'a> {
    answer: Members<'a>,
    data: Members<'a>,
    scores: Vec<&'a RawValue>,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let answer: Members<'a> = serde_json::from_str(text).ok()?;
        let data: Members<'a> = serde_json::from_str(answer.get("data")?.get()).ok()?;
        let scores = serde_json::from_str(data.get("scores")?.get()).ok()?;
        Some(Self { answer, data, scores })
    }

    /// The answer with those scores only whose time is later, or cannot be read.
    fn newer_than(&self, cursor: i64) -> Vec<u8> {
        let is_newer = |score: &&&RawValue| time_of(score, "dateTime").is_none_or(|time| time > cursor);
        let scores: Vec<&str> = self.scores.iter().filter(is_newer).map(|score| score.get()).collect();
        let data = with(&self.data, "scores", &format!("[{}]", scores.join(",")));
        with(&self.answer, "data", &data).into_bytes()
    }
}

/// An object in which one member has another value.
fn with(members: &Members<'_>, name: &str, value: &str) -> String {
    let member = |(known, old): (&String, &&RawValue)| {
        let value = if known == name { value } else { old.get() };
        format!("{}:{value}", Value::from(known.as_str()))
    };
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}
