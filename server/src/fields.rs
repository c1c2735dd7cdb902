//! The members of a JSON body, and how they are refused. Source: `spec/rest-api.md` 1.

use serde_json::{Map, Value};

use crate::envelope::ApiError;
use crate::routes::shown;

/// Refuses a member: `[path] reason (Received value)`. What its name calls secret is not repeated.
#[must_use]
pub fn refuse(name: &str, reason: &str, received: Option<&Value>) -> ApiError {
    let received = match received {
        None => "nothing (undefined)".to_owned(),
        Some(_) if name.starts_with('!') => "****".to_owned(),
        Some(Value::String(text)) => shown(text),
        Some(other) => shown(&other.to_string()),
    };
    ApiError::bad_request(format!("[{name}] {reason} (Received {received})"))
}

/// A text, if the member is there.
pub fn text_opt<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, ApiError> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        other => Err(refuse(name, "Expected a string.", other)),
    }
}

/// A text.
pub fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, ApiError> {
    text_opt(body, name)?.ok_or_else(|| refuse(name, "Expected a string.", None))
}

/// A text that goes by two names: with and without the mark of what is secret.
pub fn secret<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, ApiError> {
    let plain = name.trim_start_matches('!');
    let received = body.get(name).or_else(|| body.get(plain));
    received.and_then(Value::as_str).ok_or_else(|| refuse(name, "Expected a string.", received))
}

/// A boolean, if the member is there; null is none.
pub fn flag_opt(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        other => Err(refuse(name, "Expected a boolean.", other)),
    }
}

/// Refuses members that nobody knows.
pub fn only(body: &Map<String, Value>, names: &[&str]) -> Result<(), ApiError> {
    match body.keys().find(|key| !names.contains(&key.as_str())) {
        // The value may be something secret under a wrong name.
        Some(key) => {
            let known = names.join(", ");
            Err(ApiError::bad_request(format!("[{}] Unknown member. Expected {known}.", shown(key))))
        }
        None => Ok(()),
    }
}
