//! What a user decides about a profile. Source: `spec/documents.md`, settings per GPT.

use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};
use tachi_core::catalogue::Catalogue;
use tachi_core::game::{Gpt, MetricKind};
use tachi_core::ids::{ChartId, FolderId, UserId};
use tachi_db::catalogue::{folders_by_ids, table_by_id};
use tachi_db::rivals::rivals_in_order;
use tachi_db::ugpt_settings::{ugpt_settings_get, ugpt_settings_put};
use tachi_db::{Conn, DbError};

use crate::auth::Permission;
use crate::body;
use crate::envelope::{ApiError, success};
use crate::fields::refuse;
use crate::routes::reading::Ugpt;

/// How many statistics a profile shows at most.
const MAX_STATS: usize = 6;
/// How many folders one of them may be about.
const MAX_FOLDERS: usize = 20;
/// How long what a game's own preferences may be, in bytes.
const MAX_SPECIFIC: usize = 4_000;

/// The members.
const MEMBERS: [&str; 8] = [
    "preferredScoreAlg",
    "preferredSessionAlg",
    "preferredProfileAlg",
    "stats",
    "defaultTable",
    "preferredRanking",
    "preferredDefaultEnum",
    "gameSpecific",
];

/// What stands for a member that is not decided.
fn undecided(name: &str) -> Value {
    match name {
        "stats" => json!([]),
        "gameSpecific" => json!({}),
        _ => Value::Null,
    }
}

/// May change a profile.
#[derive(Debug)]
pub struct CustomiseProfile;

impl Permission for CustomiseProfile {
    const NAME: &'static str = "customise_profile";
}

fn document(conn: &mut Conn, user: UserId, gpt: Gpt) -> Result<Value, DbError> {
    let mut stored = ugpt_settings_get(conn, user, gpt)?;
    let members = MEMBERS.map(|name| (name.to_owned(), stored.remove(name).unwrap_or_else(|| undecided(name))));
    let rivals = rivals_in_order(conn, user, gpt)?;
    let config = gpt.config();
    Ok(json!({
        "userID": user, "game": config.game.id(), "playtype": config.playtype,
        "preferences": Map::from_iter(members), "rivals": rivals,
    }))
}

/// `GET /settings`.
pub async fn get(ugpt: Ugpt) -> Result<HttpResponse, ApiError> {
    ugpt.answer("Returned settings.", |conn, reading, profile| Ok(document(conn, profile.user, reading.gpt)?)).await
}

/// `PATCH /settings`: what is absent stays, null takes a decision back.
pub async fn patch(ugpt: Ugpt, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let user = ugpt.owner::<CustomiseProfile>().await?;
    let body = body::object(ugpt.on.request(), payload).await?;
    let (app, gpt) = (ugpt.on.app.clone(), ugpt.on.gpt);
    let given = MEMBERS.iter().filter_map(|name| Some((*name, body.get(*name)?.clone())));
    let changes: Vec<(&'static str, Value)> = given.collect();
    if changes.is_empty() {
        return Err(ApiError::bad_request("Expected something to change."));
    }
    let catalogue = app.catalogue();
    for (name, value) in changes.iter().filter(|(_, value)| !value.is_null()) {
        check(gpt, &catalogue, name, value).map_err(|expected| refuse(name, &expected, Some(value)))?;
    }
    let (table, folders) = named(&changes);
    let answer = app.write(move |conn| {
        if let Some(missing) = missing(conn, gpt, table.as_deref(), &folders)? {
            return Ok(Err(missing));
        }
        let mut stored = ugpt_settings_get(conn, user, gpt)?;
        for (name, value) in &changes {
            match value {
                Value::Null => stored.remove(*name),
                value => stored.insert((*name).to_owned(), value.clone()),
            };
        }
        ugpt_settings_put(conn, user, gpt, &stored)?;
        document(conn, user, gpt).map(Ok)
    });
    let settings = answer.await?.map_err(ApiError::bad_request)?;
    Ok(success("Updated settings.", settings))
}

/// Whether a value may be decided on; otherwise what was expected.
fn check(gpt: Gpt, catalogue: &Catalogue, name: &str, value: &Value) -> Result<(), String> {
    let config = gpt.config();
    let one_of = |names: Vec<&str>| match value.as_str() {
        Some(text) if names.contains(&text) => Ok(()),
        _ => Err(format!("Expected any of {}, or null.", names.join(", "))),
    };
    match name {
        "preferredScoreAlg" => one_of(config.score_ratings.iter().map(|rating| rating.name).collect()),
        "preferredSessionAlg" => one_of(config.session_ratings.iter().map(|rating| rating.name).collect()),
        "preferredProfileAlg" => one_of(config.profile_ratings.iter().map(|rating| rating.name).collect()),
        "preferredRanking" => one_of(vec!["global", "rival"]),
        "preferredDefaultEnum" => one_of(enums(gpt)),
        "defaultTable" => value.is_string().then_some(()).ok_or_else(|| "Expected a table, or null.".to_owned()),
        "gameSpecific" => match value.is_object() && value.to_string().len() <= MAX_SPECIFIC {
            true => Ok(()),
            false => Err(format!("Expected an object of at most {MAX_SPECIFIC} bytes, or null.")),
        },
        _ => {
            let stats = value.as_array().filter(|stats| stats.len() <= MAX_STATS);
            let stats = stats.ok_or_else(|| format!("Expected an array of at most {MAX_STATS}, or null."))?;
            stats.iter().try_for_each(|stat| check_stat(gpt, catalogue, stat))
        }
    }
}

/// The metrics that have named values.
fn enums(gpt: Gpt) -> Vec<&'static str> {
    let metrics = gpt.config().metrics.iter();
    metrics.filter(|metric| matches!(metric.kind, MetricKind::Enum { .. })).map(|metric| metric.name).collect()
}

fn check_stat(gpt: Gpt, catalogue: &Catalogue, stat: &Value) -> Result<(), String> {
    let property = stat["property"].as_str().unwrap_or_default();
    match stat["mode"].as_str() {
        Some("chart") => {
            let chart = stat["chartID"].as_str().and_then(|id| catalogue.chart_by_id(&ChartId::new(id)));
            if chart.is_none_or(|chart| catalogue.chart(chart).gpt != gpt) {
                return Err("Expected a chartID of this game and playtype.".to_owned());
            }
            let is_known = property == "playcount" || gpt.config().metrics.iter().any(|metric| metric.name == property);
            is_known.then_some(()).ok_or_else(|| "Expected a property that scores have.".to_owned())
        }
        Some("folder") => {
            let count = folders_of(stat).len();
            if !(1..=MAX_FOLDERS).contains(&count) || !stat["gte"].is_number() {
                return Err(format!("Expected 1 to {MAX_FOLDERS} folderIDs and a number gte."));
            }
            let enums = enums(gpt);
            enums
                .contains(&property)
                .then_some(())
                .ok_or_else(|| format!("Expected a property of {}.", enums.join(", ")))
        }
        _ => Err("Expected the mode chart or folder.".to_owned()),
    }
}

/// The folders that a statistic is about; none when it names them in a wrong way.
fn folders_of(stat: &Value) -> Vec<FolderId> {
    match &stat["folderID"] {
        Value::String(id) => vec![FolderId::new(id.as_str())],
        Value::Array(ids) => {
            let ids: Option<Vec<FolderId>> = ids.iter().map(|id| id.as_str().map(FolderId::new)).collect();
            ids.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The table and the folders that changes name.
fn named(changes: &[(&'static str, Value)]) -> (Option<String>, Vec<FolderId>) {
    let value = |wanted: &str| changes.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    let stats = value("stats").and_then(Value::as_array).into_iter().flatten();
    let mut folders: Vec<FolderId> = stats.filter(|stat| stat["mode"] == "folder").flat_map(folders_of).collect();
    folders.sort_unstable();
    folders.dedup();
    (value("defaultTable").and_then(Value::as_str).map(str::to_owned), folders)
}

/// What does not exist on a GPT.
fn missing(conn: &mut Conn, gpt: Gpt, table: Option<&str>, folders: &[FolderId]) -> Result<Option<String>, DbError> {
    let config = gpt.config();
    if let Some(id) = table {
        let found = table_by_id(conn, id)?;
        if !found.is_some_and(|table| table.game == config.game && table.playtype == config.playtype) {
            return Ok(Some(format!("[defaultTable] {} has no such table.", config.name)));
        }
    }
    let found = folders_by_ids(conn, folders)?;
    let known = found.iter().filter(|(_, folder)| folder.gpt() == Some(gpt)).count();
    Ok((known < folders.len()).then(|| format!("[stats] {} has no such folder.", config.name)))
}
