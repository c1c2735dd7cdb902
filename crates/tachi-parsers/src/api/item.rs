//! One element that a service has sent. It is looked at when it is converted: a bad one is invalid, and the others are
//! not touched by it.

use std::borrow::Cow;

use tachi_core::number::{is_safe_integer, to_text};

use crate::error::Failure;
use crate::fill;
use crate::json::Json;
use crate::schema::Schema;
use crate::time::parse_iso;

/// The member that marks an element which held a NUL character, and names the place. One of the databases cannot keep
/// that character, so it is replaced at once; the mark makes the element fail whenever it is converted.
const NUL: &str = "nulCharacter";

/// The element without NUL characters, marked if it had one.
pub(super) fn guarded(item: Json<'_>) -> Json<'_> {
    let Some(path) = item.find_nul() else { return item };
    match without_nul(item) {
        Json::Object(mut members) => {
            members.retain(|(name, _)| name != NUL);
            members.push((Cow::Borrowed(NUL), Json::Text(Cow::Owned(path))));
            Json::Object(members)
        }
        other => other,
    }
}

fn without_nul(value: Json<'_>) -> Json<'_> {
    let replaced = |text: Cow<'_, str>| Cow::Owned(text.replace('\0', "\u{FFFD}"));
    match value {
        Json::Text(text) => Json::Text(replaced(text)),
        Json::Array(items) => Json::Array(items.into_iter().map(without_nul).collect()),
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, value)| (replaced(name), without_nul(value))).collect())
        }
        other => other,
    }
}

/// Refuses an element that is not as its table says.
pub(super) fn check(item: &Json<'_>, schema: &Schema, prefix: &str) -> Result<(), Failure> {
    if let Some(path) = item.text_of(NUL) {
        return Err(Failure::invalid(format!("{prefix}: Input contains a NUL character ({path}).")));
    }
    schema.check(Some(item)).map_err(|error| Failure::Invalid(error.brief(prefix)))
}

/// The time of that name, UNIX milliseconds.
pub(super) fn time(item: &Json<'_>, name: &str) -> Result<Option<i64>, Failure> {
    parse_iso(item.text_of(name).unwrap_or_default())
}

/// The number of that name; what is not there is not found by any look-up.
pub(super) fn number(item: &Json<'_>, name: &str) -> f64 {
    item.number_of(name).unwrap_or(f64::NAN)
}

/// A count or null, which must be there.
pub(super) fn count_or_null(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    at_least(value, 0.0)
}

/// A count, -1 or null, which must be there.
pub(super) fn count_or_unknown(value: Option<&Json<'_>>) -> Result<(), &'static str> {
    at_least(value, -1.0)
}

fn at_least(value: Option<&Json<'_>>, min: f64) -> Result<(), &'static str> {
    match value {
        Some(Json::Null) => Ok(()),
        Some(Json::Number(number)) if is_safe_integer(*number) && *number >= min => Ok(()),
        _ => Err("Expected a positive integer."),
    }
}

/// The difficulty that a number stands for.
pub(super) fn difficulty(item: &Json<'_>, name: &str, table: &[&'static str]) -> Result<&'static str, Failure> {
    named(table, item.number_of(name)).ok_or_else(|| {
        Failure::invalid(format!("Invalid difficulty of {} - Could not convert.", to_text(number(item, name))))
    })
}

/// The version that a number stands for.
pub(super) fn version(item: &Json<'_>, name: &str, table: &[&'static str]) -> Result<&'static str, Failure> {
    named(table, item.number_of(name))
        .ok_or_else(|| Failure::invalid(format!("Unknown Game Version {}.", to_text(number(item, name)))))
}

/// The lamp that a number stands for.
pub(super) fn lamp(item: &Json<'_>, name: &str, table: &[&'static str]) -> Result<&'static str, Failure> {
    named(table, item.number_of(name)).ok_or_else(|| {
        Failure::invalid(format!("Invalid lamp of {} - Could not convert.", to_text(number(item, name))))
    })
}

/// The entry of a table, where an empty one stands for nothing.
fn named(table: &[&'static str], number: Option<f64>) -> Option<&'static str> {
    fill::entry(table, number).filter(|name| !name.is_empty())
}

/// The failure of an element whose chart is unknown.
pub(super) fn not_found(what: &str, id: f64, difficulty: &str, version: &str) -> Failure {
    let id = to_text(id);
    Failure::NotFound(format!("Could not find chart with {what} {id} ({difficulty} - Version {version})"))
}
