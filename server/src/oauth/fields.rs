//! What a client may say about itself. Source: `spec/rest-api.md` 11, `spec/documents.md` (APIClient).

use reqwest::Url;
use serde_json::{Map, Value};
use tachi_db::clients::Client;

use super::PLACEHOLDER;
use crate::auth::PERMISSIONS;
use crate::envelope::ApiError;
use crate::fields::{refuse, text};
use crate::webhooks;

/// How long an address may be, in bytes.
const MAX_URL: usize = 2000;
/// How long a template may be, in bytes.
const MAX_TEMPLATE: usize = 20_000;

/// What is said about a client; a member that is absent is `None`, one that is null `Some(None)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    name: Option<String>,
    redirect_uri: Option<Option<String>>,
    webhook_uri: Option<Option<String>>,
    api_key_template: Option<Option<String>>,
    api_key_filename: Option<Option<String>>,
}

impl Changes {
    /// Reads a body. `to_loopback` is for tests: it allows webhooks on this machine.
    pub fn read(body: &Map<String, Value>, to_loopback: bool) -> Result<Self, ApiError> {
        let name = match body.get("name") {
            None => None,
            Some(_) => Some(sized(body, "name", text(body, "name")?)?.to_owned()),
        };
        Ok(Self {
            name,
            redirect_uri: nullable(body, "redirectUri", redirect_uri)?,
            webhook_uri: nullable(body, "webhookUri", |body, name, url| webhook_uri(body, name, url, to_loopback))?,
            api_key_template: nullable(body, "apiKeyTemplate", template)?,
            api_key_filename: nullable(body, "apiKeyFilename", file_name)?,
        })
    }

    /// Whether a name was given.
    #[must_use]
    pub fn has_name(&self) -> bool {
        self.name.is_some()
    }

    /// Puts them into a client.
    pub fn apply(&self, client: &mut Client) {
        if let Some(name) = &self.name {
            client.name.clone_from(name);
        }
        let texts = [
            (&self.redirect_uri, &mut client.redirect_uri),
            (&self.webhook_uri, &mut client.webhook_uri),
            (&self.api_key_template, &mut client.api_key_template),
            (&self.api_key_filename, &mut client.api_key_filename),
        ];
        for (change, place) in texts {
            if let Some(change) = change {
                place.clone_from(change);
            }
        }
    }
}

/// A text or null, if the member is there, that a check lets pass.
fn nullable(
    body: &Map<String, Value>,
    name: &str,
    check: impl Fn(&Map<String, Value>, &str, &str) -> Result<(), ApiError>,
) -> Result<Option<Option<String>>, ApiError> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) => {
            check(body, name, text)?;
            Ok(Some(Some(text.clone())))
        }
        other => Err(refuse(name, "Expected a string or null.", other)),
    }
}

fn sized<'a>(body: &Map<String, Value>, name: &str, text: &'a str) -> Result<&'a str, ApiError> {
    if (3..=80).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(refuse(name, "Expected 3 to 80 characters.", body.get(name)))
}

fn redirect_uri(body: &Map<String, Value>, name: &str, text: &str) -> Result<(), ApiError> {
    if is_web_address(text) {
        return Ok(());
    }
    Err(refuse(name, "Expected an http or https URL.", body.get(name)))
}

/// Whether a text is the address of a page, and says so in a form that every browser reads alike.
fn is_web_address(text: &str) -> bool {
    let is_plain = text.len() <= MAX_URL && text.bytes().all(|byte| byte.is_ascii_graphic());
    let has_scheme = text.starts_with("http://") || text.starts_with("https://");
    is_plain && has_scheme && Url::parse(text).is_ok_and(|url| url.has_host() && url.username().is_empty())
}

fn webhook_uri(body: &Map<String, Value>, name: &str, text: &str, to_loopback: bool) -> Result<(), ApiError> {
    match webhooks::check_target(text, to_loopback) {
        Ok(()) if text.len() <= MAX_URL => Ok(()),
        Ok(()) => Err(refuse(name, "Expected a shorter URL.", body.get(name))),
        Err(why) => Err(refuse(name, &format!("Expected an https URL of a public host, but {why}."), body.get(name))),
    }
}

fn template(body: &Map<String, Value>, name: &str, text: &str) -> Result<(), ApiError> {
    if text.contains(PLACEHOLDER) && text.len() <= MAX_TEMPLATE {
        return Ok(());
    }
    let reason = format!("Expected a text of at most {MAX_TEMPLATE} bytes that contains {PLACEHOLDER}.");
    Err(refuse(name, &reason, body.get(name)))
}

fn file_name(body: &Map<String, Value>, name: &str, text: &str) -> Result<(), ApiError> {
    sized(body, name, text)?;
    if text.chars().any(|c| c.is_control() || matches!(c, '/' | '\\')) {
        return Err(refuse(name, "Expected a file's name without a folder.", body.get(name)));
    }
    Ok(())
}

/// The permissions of a list, each once.
pub fn permissions(given: Option<&Value>) -> Result<Vec<String>, ApiError> {
    let refused = || {
        let reason = format!("Expected an array of any of {}.", PERMISSIONS.join(", "));
        refuse("permissions", &reason, given)
    };
    let known = |value: &Value| value.as_str().filter(|name| PERMISSIONS.contains(name)).map(str::to_owned);
    let names = given.and_then(Value::as_array).and_then(|names| names.iter().map(known).collect());
    let mut names: Vec<String> = names.ok_or_else(refused)?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::is_web_address;

    #[test]
    fn users_are_sent_to_web_addresses_only() {
        for url in ["http://localhost:3000/callback", "https://example.com/a?b=c"] {
            assert!(is_web_address(url), "{url}");
        }
        for url in [
            "",
            "example.com",
            "javascript:alert(1)",
            "ftp://example.com/",
            "https://",
            "https://a b/",
            "https://u@x.y/",
        ] {
            assert!(!is_web_address(url), "{url}");
        }
    }
}
