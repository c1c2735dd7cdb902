//! From page to page, to the end. Source: `spec/import-types/api-kai.md` 3.

use std::collections::{BTreeMap, HashSet};

use reqwest::Url;
use serde_json::value::RawValue;

use super::http::Get;
use super::secret::Secret;
use super::transcript::Transcript;
use super::{Import, Progress};
use crate::error::{FatalError, FatalKind};
use crate::json::{self, Json};
use crate::time::parse_iso;

/// The token that pages are asked for with.
pub(super) trait Bearer: Send {
    /// The token as it is now.
    fn token(&self) -> &Secret;

    /// Gets another one; `false` where there is no way to.
    fn renew(&mut self) -> impl Future<Output = Result<bool, FatalError>> + Send;
}

/// The members of an object; of a repeated one the last.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Adds every page of a history to a transcript.
pub(super) async fn traverse(
    import: &Import<'_>,
    base: &str,
    first: &str,
    bearer: &mut impl Bearer,
    transcript: &mut Transcript<'_>,
) -> Result<(), FatalError> {
    let mut next = Some(format!("{base}{first}"));
    let (mut fetched, mut progress, mut renewed) = (HashSet::new(), Progress::default(), false);
    while let Some(address) = next {
        let url = of_origin(base, &address)?;
        if fetched.contains(&url) {
            return Err(endless());
        }
        let body = page(import, base, &url, bearer, &mut renewed).await?;
        fetched.insert(url);
        let text = json::decode(&body);
        let members = object(&text).ok_or_else(FatalError::invalid_response)?;
        let links = members.get("_links").and_then(|links| object(links.get()));
        let links = links.ok_or_else(|| no_links(&import.services.instance))?;
        progress.pages += 1;
        if progress.pages > import.services.http.limits.pages {
            return Err(endless());
        }
        let link = links.get("_next").and_then(|next| serde_json::from_str::<Option<String>>(next.get()).ok());
        let link = link.ok_or_else(|| upstream("Received invalid _links._next prop from their API."))?;
        let items = members.get("_items").and_then(|items| Some((items, elements(items)?)));
        let (raw, items) = items.ok_or_else(|| upstream("Received invalid _items from their API."))?;
        let wanted = import.cursor.map_or(items.len(), |cursor| newer_than(&items, cursor));
        if wanted == items.len() {
            transcript.add(raw.get())?;
            next = link;
        } else {
            let texts: Vec<&str> = items[..wanted].iter().map(|item| item.get()).collect();
            transcript.add(&format!("[{}]", texts.join(",")))?;
            next = None;
        }
        progress.scores += wanted;
        (import.progress)(progress);
    }
    Ok(())
}

/// One page's body, with a new token if the service no longer likes the old one.
async fn page(
    import: &Import<'_>,
    base: &str,
    url: &Url,
    bearer: &mut impl Bearer,
    renewed: &mut bool,
) -> Result<Vec<u8>, FatalError> {
    loop {
        let get = Get { service: base, url, token: Some(bearer.token()), wants: |status| (200..300).contains(&status) };
        let answer = import.get(get).await.map_err(|_| FatalError::invalid_response())?;
        match answer.status {
            401 | 403 if *renewed => {
                return Err(upstream(format!(
                    "Attempted to reauthenticate with {base} more than 1 times. The problem is likely not on our end."
                )));
            }
            status @ (401 | 403) => {
                if !bearer.renew().await? {
                    let kind = if status == 401 { FatalKind::Unauthorised } else { FatalKind::Forbidden };
                    let text = format!("Unable to authenticate with {base} and reauthentication was not possible.");
                    return Err(FatalError::new(kind, text));
                }
                *renewed = true;
            }
            200..300 => return Ok(answer.body),
            _ => return Err(FatalError::invalid_response()),
        }
    }
}

/// An address, if it belongs to the service: tokens go nowhere else.
fn of_origin(base: &str, address: &str) -> Result<Url, FatalError> {
    let url = Url::parse(address).ok().filter(|url| {
        let is_same = Url::parse(base).is_ok_and(|base| base.origin() == url.origin());
        is_same && url.username().is_empty() && url.password().is_none()
    });
    url.ok_or_else(|| upstream(format!("{base} returned invalid data.")))
}

fn object(text: &str) -> Option<Members<'_>> {
    serde_json::from_str(text).ok()
}

fn elements(array: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(array.get()).ok()
}

/// How many elements come before the first that is not newer.
fn newer_than(items: &[&RawValue], cursor: i64) -> usize {
    let is_old = |item: &&RawValue| time_of(item, "timestamp").is_some_and(|time| time <= cursor);
    items.iter().position(is_old).unwrap_or(items.len())
}

/// The time of an element, where it has one that can be read.
pub(super) fn time_of(item: &RawValue, name: &str) -> Option<i64> {
    let item = Json::parse(item.get()).ok()?;
    parse_iso(item.text_of(name)?).ok().flatten()
}

fn upstream(text: impl Into<String>) -> FatalError {
    FatalError::new(FatalKind::Upstream, text)
}

fn no_links(instance: &str) -> FatalError {
    upstream(format!("Received no _links prop from their API. This is not an error with {instance}."))
}

fn endless() -> FatalError {
    let text = "An infinite loop appears to have occurred while synchronising with this api.";
    FatalError::new(FatalKind::EndlessUpstream, text)
}
