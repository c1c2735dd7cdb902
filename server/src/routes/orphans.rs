//! A user's orphans. Source: `spec/orphans.md` 4.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use tachi_core::ids::OrphanId;
use tachi_db::OrphanKey;
use tachi_db::orphans::{Orphan, StoredOrphan, orphan_by_id, orphans_delete, orphans_of_user};

use super::reading::{Params, answer};
use super::shown;
use crate::app::App;
use crate::auth::{Permission as _, Permitted, SubmitScore};
use crate::envelope::{ApiError, Nothing, success};
use crate::openapi::Access::Permission;
use crate::openapi::{Api, row};

/// The routes.
pub fn routes(api: &mut Api) {
    let listed =
        row(Permission(SubmitScore::NAME), "One's orphans, newest first", "{orphans: Orphan[], hasMore: bool}");
    api.tag("Orphans")
        .get("/import/orphans", list, listed.query("after?: string, limit?: int(1..100)"))
        .get("/import/orphans/{orphan}", one, row(Permission(SubmitScore::NAME), "One of one's orphans", "Orphan"))
        .delete("/import/orphans/{orphan}", remove, row(Permission(SubmitScore::NAME), "Deletes an orphan", "{}"));
}

/// `GET /import/orphans`: the caller's orphans in pages, newest first.
async fn list(request: HttpRequest, caller: Permitted<SubmitScore>) -> Result<HttpResponse, ApiError> {
    let params = Params::of(&request);
    let limit = params.integer("limit", 1..=100, 50)?;
    let after = match params.get("after") {
        None => None,
        Some(text) => Some(text.parse().map(OrphanKey).map_err(|_| unknown(text))?),
    };
    let given = params.get("after").unwrap_or_default().to_owned();
    answer(&App::of(&request)?, "Returned orphans.", move |conn, _| {
        // One more than wanted tells whether there are more.
        let found = orphans_of_user(conn, caller.user, after, limit + 1)?;
        let mut found = found.ok_or_else(|| unknown(&given))?;
        let limit = usize::try_from(limit).unwrap_or(0);
        let has_more = found.len() > limit;
        found.truncate(limit);
        Ok(json!({"orphans": found.iter().map(entry).collect::<Vec<_>>(), "hasMore": has_more}))
    })
    .await
}

fn unknown(after: &str) -> ApiError {
    ApiError::bad_request(format!("[after] Expected the rowID of one of your orphans. (Received {})", shown(after)))
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("The orphan {} does not exist.", shown(id)))
}

/// An orphan as lists show it.
fn entry(stored: &StoredOrphan) -> Value {
    let orphan = &stored.orphan;
    let message = orphan.message.as_deref().map(str::trim).filter(|message| !message.is_empty());
    json!({
        "orphanID": orphan.id, "rowID": stored.key.0, "importType": orphan.import_type, "gameGroup": orphan.game,
        "timeInserted": orphan.time_inserted, "message": message, "summary": summary(orphan),
    })
}

/// `GET /import/orphans/:orphanID`: one of the caller's orphans with all that is known of it.
async fn one(
    request: HttpRequest,
    caller: Permitted<SubmitScore>,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = path.into_inner();
    answer(&App::of(&request)?, "Returned orphan.", move |conn, _| {
        let found = orphan_by_id(conn, caller.user, &OrphanId::new(id.as_str()))?;
        let stored = found.ok_or_else(|| missing(&id))?;
        let mut document = entry(&stored);
        document["data"] = value(stored.orphan.data.get());
        document["context"] = value(stored.orphan.context.get());
        Ok(document)
    })
    .await
}

/// `DELETE /import/orphans/:orphanID`.
async fn remove(
    request: HttpRequest,
    caller: Permitted<SubmitScore>,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = OrphanId::new(path.as_str());
    let removed = App::of(&request)?
        .write(move |conn| match orphan_by_id(conn, caller.user, &id)? {
            Some(stored) => orphans_delete(conn, &[stored.key]),
            None => Ok(0),
        })
        .await?;
    if removed == 0 {
        return Err(missing(&path));
    }
    Ok(success("Deleted orphan.", Nothing {}))
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// What an orphan is, for people; `None` when nothing in it says so.
fn summary(orphan: &Orphan) -> Option<String> {
    summarise(&value(orphan.data.get()), &value(orphan.context.get()))
}

fn summarise(data: &Value, context: &Value) -> Option<String> {
    let named = ["identifier", "title", "songTitle", "hashSHA256", "sha256"].map(|name| &data[name]);
    let named = named.into_iter().chain([&context["title"], &context["identifier"]]);
    let named = named.filter_map(Value::as_str).find(|text| !text.is_empty()).map(str::to_owned);
    let hash = || {
        let hash = context["chart"]["sha256"].as_str().filter(|hash| !hash.is_empty())?;
        Some(format!("sha256:{}...", hash.chars().take(16).collect::<String>()))
    };
    let primary = named.or_else(hash)?;
    let artist = data["artist"].as_str().or_else(|| context["chart"]["artist"].as_str());
    let extras: Vec<&str> =
        artist.into_iter().chain(data["difficulty"].as_str()).filter(|text| !text.is_empty()).collect();
    if extras.is_empty() {
        return Some(cut(primary, 120));
    }
    Some(cut(format!("{} ({})", cut(primary, 80), extras.join(" \u{b7} ")), 120))
}

/// A text that is not longer than so many characters: the last three are dots when it was.
fn cut(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 3).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_the_sender_named() {
        let (long, none) = ("x".repeat(121), json!({}));
        for (data, context, expected) in [
            (json!({"identifier": "AA", "title": "B"}), none.clone(), Some("AA".to_owned())),
            (
                json!({"identifier": "", "title": "B", "artist": 1, "difficulty": null}),
                none.clone(),
                Some("B".to_owned()),
            ),
            (json!({"title": "B", "artist": "C", "difficulty": "D"}), none.clone(), Some("B (C \u{b7} D)".to_owned())),
            (json!({"identifier": 5}), json!({"identifier": "E"}), Some("E".to_owned())),
            (
                json!({}),
                json!({"chart": {"sha256": "0123456789abcdef0", "artist": "F"}}),
                Some("sha256:0123456789abcdef... (F)".to_owned()),
            ),
            (json!({"title": long.as_str()}), none.clone(), Some(format!("{}...", "x".repeat(117)))),
            (
                json!({"title": long.as_str(), "difficulty": "D"}),
                none.clone(),
                Some(format!("{}... (D)", "x".repeat(77))),
            ),
            (
                json!({"title": "B", "difficulty": long.as_str()}),
                none.clone(),
                Some(format!("B ({}...", "x".repeat(114))),
            ),
            (json!({}), none.clone(), None),
            (json!([1]), json!(null), None),
        ] {
            assert_eq!(summarise(&data, &context), expected, "{data} {context}");
        }
    }
}
