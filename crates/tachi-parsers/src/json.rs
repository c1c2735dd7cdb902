//! JSON from outside: values that borrow from the text, and the checks that make its errors readable.
//!
//! Messages have the form of `spec/import-types/README.md` 7: `<prefix>: <path> | <reason> | Received <value>
//! [type: <type>].`

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use tachi_core::number;

use crate::error::{FatalError, shown};

/// A JSON value that borrows its texts. Of repeated members the last one counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number; integers up to 2^53 are exact.
    Number(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, in the order of the text.
    Object(Members<'a>),
}

/// The members of an object.
pub type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl<'a> Json<'a> {
    /// Parses a text; nesting is limited to 128.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = Tree(&mut Scratch::default()).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }

    /// The member of that name; `None` when absent or when this is no object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => member(members, name),
            _ => None,
        }
    }

    /// The member of that name unless it is null.
    #[must_use]
    pub fn get_some(&self, name: &str) -> Option<&Self> {
        self.get(name).filter(|value| !matches!(value, Self::Null))
    }

    /// The number of that name; `None` where there is something else.
    #[must_use]
    pub fn number_of(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Self::number)
    }

    /// The text of that name; `None` where there is something else.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Self::text)
    }

    /// Takes the member of that name out.
    pub fn take(&mut self, name: &str) -> Option<Self> {
        match self {
            Self::Object(members) => {
                let position = members.iter().position(|(known, _)| known == name)?;
                Some(members.remove(position).1)
            }
            _ => None,
        }
    }

    /// The text, if this is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The value as messages show it: a text as it is, everything else as JSON, cut.
    #[must_use]
    pub fn shown(&self) -> String {
        self.text().map_or_else(|| shown(&self.to_value().to_string()), shown)
    }

    /// The name of the value's type as messages give it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// The value as an owned `serde_json` value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(value) => number::json(*value),
            Self::Text(text) => Value::String(text.clone().into_owned()),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(members) => {
                members.iter().map(|(name, value)| (name.clone().into_owned(), value.to_value())).collect()
            }
        }
    }

    /// The same value with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(value) => Json::Number(value),
            Self::Text(text) => Json::Text(owned(text)),
            Self::Array(items) => Json::Array(items.into_iter().map(Json::into_owned).collect()),
            Self::Object(members) => {
                Json::Object(members.into_iter().map(|(name, value)| (owned(name), value.into_owned())).collect())
            }
        }
    }

    /// A `serde_json` value as an owned value of this type.
    #[must_use]
    pub fn from_value(value: &Value) -> Json<'static> {
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Json::Text(Cow::Owned(text.clone())),
            Value::Array(items) => Json::Array(items.iter().map(Json::from_value).collect()),
            Value::Object(members) => Json::Object(
                members.iter().map(|(name, value)| (Cow::Owned(name.clone()), Json::from_value(value))).collect(),
            ),
        }
    }

    /// The path of the first text or member name that holds a NUL character, which one of the databases cannot keep.
    #[must_use]
    pub fn find_nul(&self) -> Option<String> {
        // The path is put together on the way back, so that it costs nothing where there is no such character.
        match self {
            Self::Text(text) => text.contains('\0').then(String::new),
            Self::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
                let inner = item.find_nul()?;
                Some(followed_by(&format!("[{index}]"), &inner))
            }),
            Self::Object(members) => members.iter().find_map(|(name, value)| {
                let inner = if name.contains('\0') { String::new() } else { value.find_nul()? };
                Some(followed_by(&shown(&name.replace('\0', "\u{FFFD}")), &inner))
            }),
            _ => None,
        }
    }
}

/// A path and what follows in it: a member, an element, or nothing.
fn followed_by(path: &str, inner: &str) -> String {
    let separator = if inner.is_empty() || inner.starts_with('[') { "" } else { "." };
    format!("{path}{separator}{inner}")
}

/// `path.name`, or just the name at the top.
#[must_use]
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The member of that name.
#[must_use]
pub fn member<'j, 'a>(members: &'j Members<'a>, name: &str) -> Option<&'j Json<'a>> {
    members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// What has been read of the arrays and objects that are not complete yet: each gets a list of just its size.
#[derive(Default)]
struct Scratch<'a> {
    items: Vec<Json<'a>>,
    members: Members<'a>,
}

/// Reads one value.
struct Tree<'s, 'a>(&'s mut Scratch<'a>);

impl<'de> DeserializeSeed<'de> for Tree<'_, 'de> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_, 'de> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Json::Number(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let start = self.0.items.len();
        while let Some(item) = access.next_element_seed(Tree(self.0))? {
            self.0.items.push(item);
        }
        Ok(Json::Array(self.0.items.drain(start..).collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let start = self.0.members.len();
        while let Some(name) = access.next_key_seed(Name)? {
            let value = access.next_value_seed(Tree(self.0))?;
            self.0.members.push((name, value));
        }
        let mut members: Members<'de> = self.0.members.drain(start..).collect();
        keep_last(&mut members);
        Ok(Json::Object(members))
    }
}

/// Reads a member's name; borrowed where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Of members with one name only the last is kept.
fn keep_last(members: &mut Members<'_>) {
    const FEW: usize = 24;
    let repeated = if members.len() <= FEW {
        (1..members.len()).any(|at| members[..at].iter().any(|(name, _)| *name == members[at].0))
    } else {
        let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    if repeated {
        members.reverse();
        members.sort_by(|a, b| a.0.cmp(&b.0));
        members.dedup_by(|a, b| a.0 == b.0);
    }
}

/// A structural error of a JSON document: where, why, and what stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    path: String,
    reason: String,
    /// The value and its type.
    received: Option<(String, &'static str)>,
}

impl SchemaError {
    /// An error about the value at `path` (`None`: absent).
    #[must_use]
    pub fn new(path: impl Into<String>, reason: impl Into<String>, received: Option<&Json<'_>>) -> Self {
        let received = match received {
            None => Some(("undefined".to_owned(), "undefined")),
            Some(Json::Array(_) | Json::Object(_)) => None,
            Some(value) => {
                let text = match value {
                    Json::Text(text) => shown(text),
                    Json::Number(number) => number::to_text(*number),
                    Json::Bool(value) => value.to_string(),
                    _ => "null".to_owned(),
                };
                Some((text, value.type_name()))
            }
        };
        Self { path: path.into(), reason: reason.into(), received }
    }

    /// The error about something that is no object.
    #[must_use]
    pub fn not_an_object(path: impl Into<String>, received: Option<&Json<'_>>) -> Self {
        let reason = "Object does not match structure of schema, expected this location to have an object.";
        Self::new(path, reason, received)
    }

    /// An error that shows no value.
    #[must_use]
    pub fn plain(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into(), received: None }
    }

    /// The error about members that must not be there.
    #[must_use]
    pub fn unexpected(path: impl Into<String>, names: &[&str]) -> Self {
        let names = names.iter().take(10).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        Self::plain(path, format!("Unexpected properties inside object: {names}."))
    }

    /// The same error seen from the value that holds the erroneous one under the name (or `[index]`) `parent`.
    #[must_use]
    pub fn within(self, parent: &str) -> Self {
        let dot = if parent.is_empty() || self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { path: format!("{parent}{dot}{}", self.path), ..self }
    }

    /// The refusal of a request that is no import: `[<path>] <reason> (Received <value>)`.
    #[must_use]
    pub fn bracketed(&self) -> FatalError {
        let received = self.received.as_ref().map_or_else(String::new, |(value, _)| format!(" (Received {value})"));
        FatalError::bad_input(format!("[{}] {}{received}", self.path, self.reason))
    }

    /// The error as the pages of fetched types have it: `<prefix>: <path> | <reason> | Received <value> [<type>].`
    #[must_use]
    pub fn brief(&self, prefix: &str) -> String {
        let path = if self.path.is_empty() { "null" } else { &self.path };
        match &self.received {
            Some((value, kind)) => format!("{prefix}: {path} | {} | Received {value} [{kind}].", self.reason),
            None => format!("{prefix}: {path} | {}.", self.reason),
        }
    }

    /// The refusal of the whole document.
    #[must_use]
    pub fn fatal(&self, prefix: &str) -> FatalError {
        FatalError::bad_input(format!("{prefix}: {self}"))
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "null" } else { &self.path };
        match &self.received {
            Some((value, kind)) => write!(f, "{path} | {} | Received {value} [type: {kind}].", self.reason),
            None => write!(f, "{path} | {}.", self.reason),
        }
    }
}

/// Checks of single values; each returns the reason of the documents.
pub mod expect {
    use super::{Json, SchemaError};
    use tachi_core::number::{is_safe_integer, to_text};

    /// A text.
    ///
    /// # Errors
    /// When the value is not one.
    pub fn text<'j>(path: &str, value: Option<&'j Json<'_>>) -> Result<&'j str, SchemaError> {
        let found = value.and_then(Json::text);
        found.ok_or_else(|| SchemaError::new(path, "Expected string.", value))
    }

    /// A text, null or nothing.
    ///
    /// # Errors
    /// When the value is something else.
    pub fn optional_text<'j>(path: &str, value: Option<&'j Json<'_>>) -> Result<Option<&'j str>, SchemaError> {
        match value {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            value => Err(SchemaError::new(path, "Expected *?string, null or no value.", value)),
        }
    }

    /// A text whose length in UTF-16 code units lies between two bounds.
    ///
    /// # Errors
    /// When the value is not such a text.
    pub fn text_of_length<'j>(
        path: &str,
        value: Option<&'j Json<'_>>,
        min: usize,
        max: usize,
    ) -> Result<&'j str, SchemaError> {
        let found = value.and_then(Json::text).filter(|text| (min..=max).contains(&text.encode_utf16().count()));
        let reason = || format!("Expected a string with length between {min} and {max}.");
        found.ok_or_else(|| SchemaError::new(path, reason(), value))
    }

    /// A safe integer.
    ///
    /// # Errors
    /// When the value is not one.
    pub fn integer(path: &str, value: Option<&Json<'_>>) -> Result<f64, SchemaError> {
        let found = value.and_then(Json::number).filter(|number| is_safe_integer(*number));
        found.ok_or_else(|| SchemaError::new(path, "Expected an integer.", value))
    }

    /// A finite number.
    ///
    /// # Errors
    /// When the value is not one.
    pub fn number(path: &str, value: Option<&Json<'_>>) -> Result<f64, SchemaError> {
        let found = value.and_then(Json::number).filter(|number| number.is_finite());
        found.ok_or_else(|| SchemaError::new(path, "Expected number.", value))
    }

    /// A safe integer of at least 0.
    ///
    /// # Errors
    /// When the value is not one.
    pub fn positive_integer(path: &str, value: Option<&Json<'_>>) -> Result<f64, SchemaError> {
        let found = value.and_then(Json::number).filter(|number| is_safe_integer(*number) && *number >= 0.0);
        found.ok_or_else(|| SchemaError::new(path, "Expected a positive integer.", value))
    }

    /// A finite number of at least 0.
    ///
    /// # Errors
    /// When the value is not one.
    pub fn positive_number(path: &str, value: Option<&Json<'_>>) -> Result<f64, SchemaError> {
        let found = value.and_then(Json::number).filter(|number| number.is_finite() && *number >= 0.0);
        found.ok_or_else(|| SchemaError::new(path, "Expected a positive number.", value))
    }

    /// A number between two bounds.
    ///
    /// # Errors
    /// When the value is not one.
    pub fn number_between(path: &str, value: Option<&Json<'_>>, min: f64, max: f64) -> Result<f64, SchemaError> {
        let found = value.and_then(Json::number).filter(|number| (min..=max).contains(number));
        let reason = || format!("Expected a number between {} and {}.", to_text(min), to_text(max));
        found.ok_or_else(|| SchemaError::new(path, reason(), value))
    }

    /// A safe integer between two bounds.
    ///
    /// # Errors
    /// When the value is not one.
    pub fn integer_between(path: &str, value: Option<&Json<'_>>, min: f64, max: f64) -> Result<f64, SchemaError> {
        let found = value.and_then(Json::number);
        let found = found.filter(|number| is_safe_integer(*number) && (min..=max).contains(number));
        let reason = || format!("Expected an integer between {} and {}.", to_text(min), to_text(max));
        found.ok_or_else(|| SchemaError::new(path, reason(), value))
    }

    /// True or false.
    ///
    /// # Errors
    /// When the value is neither.
    pub fn boolean(path: &str, value: Option<&Json<'_>>) -> Result<bool, SchemaError> {
        match value {
            Some(Json::Bool(value)) => Ok(*value),
            value => Err(SchemaError::new(path, "Expected boolean.", value)),
        }
    }

    /// One of a list of texts, as its position.
    ///
    /// # Errors
    /// When the value is not in the list.
    pub fn any_of(path: &str, value: Option<&Json<'_>>, texts: &[&str]) -> Result<usize, SchemaError> {
        let found = value.and_then(Json::text).and_then(|text| texts.iter().position(|known| *known == text));
        found.ok_or_else(|| SchemaError::new(path, format!("Expected any of {}.", texts.join(", ")), value))
    }
}

/// The text of a JSON document: UTF-8 without its byte order mark, invalid bytes replaced.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    // Much faster for the texts that are valid, which nearly all are.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Reads a document that may hold NUL characters.
///
/// # Errors
/// When it is not JSON.
pub fn parse(bytes: &[u8]) -> Result<Json<'_>, serde_json::Error> {
    match decode(bytes) {
        Cow::Borrowed(text) => Json::parse(text),
        Cow::Owned(text) => Json::parse(&text).map(Json::into_owned),
    }
}

/// Reads a document.
///
/// # Errors
/// When it is not JSON, or holds a NUL character.
pub fn document(bytes: &[u8]) -> Result<Json<'_>, FatalError> {
    fn read(text: &str) -> Result<Json<'_>, FatalError> {
        let document = Json::parse(text).map_err(|error| FatalError::bad_input(format!("Invalid JSON. ({error})")))?;
        refuse_nul(text, &document)?;
        Ok(document)
    }
    match decode(bytes) {
        Cow::Borrowed(text) => read(text),
        Cow::Owned(text) => read(&text).map(Json::into_owned),
    }
}

/// Reads the body of a request. None at all, and one that is no object, is an object without members.
///
/// # Errors
/// When it is not JSON, or holds a NUL character.
pub fn body(bytes: &[u8]) -> Result<Json<'_>, FatalError> {
    let document = if bytes.trim_ascii().is_empty() { Json::Null } else { document(bytes)? };
    Ok(if matches!(document, Json::Object(_)) { document } else { Json::Object(Vec::new()) })
}

/// Refuses a document that holds a NUL character, naming the place.
///
/// # Errors
/// When there is one.
pub fn refuse_nul(text: &str, value: &Json<'_>) -> Result<(), FatalError> {
    if memchr::memmem::find(text.as_bytes(), b"\\u0000").is_none() {
        return Ok(());
    }
    match value.find_nul() {
        Some(path) => Err(FatalError::bad_input(format!("Input contains a NUL character ({path})."))),
        None => Ok(()),
    }
}
