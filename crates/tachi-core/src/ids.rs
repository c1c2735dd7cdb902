//! Identifiers as types, so that a chart cannot be passed where a score is meant. Formats: `spec/documents.md`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is not {expected}")]
pub struct IdError {
    /// What was given, cut to 100 characters.
    pub text: String,
    /// What an identifier of this kind looks like.
    pub expected: &'static str,
}

fn id_error(text: &str, expected: &'static str) -> IdError {
    IdError { text: text.chars().take(100).collect(), expected }
}

/// A user's number: at least 1, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i32);

/// A song's number, unique within its game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SongId(pub i32);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SongId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A chart's identifier: opaque text, usually 40 hexadecimal digits, hashed into score IDs as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChartId(Box<str>);

impl ChartId {
    /// Takes any text: two published charts have IDs that are not hexadecimal.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A score's public identifier: `R` or `T` and a SHA-256 in hexadecimal; never changed once stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScoreId {
    form: u8,
    digest: [u8; 32],
}

impl ScoreId {
    pub(crate) fn new(form: ScoreIdForm, digest: [u8; 32]) -> Self {
        let form = match form {
            ScoreIdForm::R => b'R',
            ScoreIdForm::T => b'T',
        };
        Self { form, digest }
    }

    /// What was hashed.
    #[must_use]
    pub const fn form(self) -> ScoreIdForm {
        if self.form == b'R' { ScoreIdForm::R } else { ScoreIdForm::T }
    }

    /// The 33 bytes a database keeps: the form's letter, then the digest.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 33] {
        let mut bytes = [self.form; 33];
        bytes[1..].copy_from_slice(&self.digest);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// When the length or the form's letter is not one this type writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IdError> {
        match bytes {
            [form @ (b'R' | b'T'), digest @ ..] if digest.len() == 32 => {
                let mut id = Self { form: *form, digest: [0; 32] };
                id.digest.copy_from_slice(digest);
                Ok(id)
            }
            _ => Err(id_error(&const_hex::encode(bytes), "the 33 bytes of a score ID")),
        }
    }
}

/// The two published ways to make a score ID; see [`crate::score_id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreIdForm {
    /// Hash of user, chart, lamp, grade, score and percent.
    R,
    /// Hash of user, chart and all provided metrics.
    T,
}

impl fmt::Display for ScoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 65];
        buffer[0] = self.form;
        const_hex::encode_to_slice(self.digest, &mut buffer[1..]).map_err(|_| fmt::Error)?;
        f.write_str(std::str::from_utf8(&buffer).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for ScoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScoreId({self})")
    }
}

impl FromStr for ScoreId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = || id_error(text, "a score ID (R or T and 64 lower-case hexadecimal digits)");
        let (form, hex) = match text.as_bytes() {
            [form @ (b'R' | b'T'), hex @ ..] if hex.len() == 64 && is_lower_hex(hex) => (*form, hex),
            _ => return Err(error()),
        };
        let mut digest = [0; 32];
        const_hex::decode_to_slice(hex, &mut digest).map_err(|_| error())?;
        Ok(Self { form, digest })
    }
}

fn is_lower_hex(text: &[u8]) -> bool {
    text.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl Serialize for ScoreId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ScoreId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Identifiers of 20 random bytes, written as an optional letter and 40 hexadecimal digits.
macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 20]);

        impl $name {
            /// An identifier from 20 random bytes; the caller brings the randomness.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 20]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), const_hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = || id_error(text, $expected);
                let hex = text.strip_prefix($prefix).ok_or_else(error)?.as_bytes();
                if hex.len() != 40 || !is_lower_hex(hex) {
                    return Err(error());
                }
                let mut bytes = [0; 20];
                const_hex::decode_to_slice(hex, &mut bytes).map_err(|_| error())?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

random_id! {
    /// An import's identifier, made before the import starts so that it can be polled.
    ImportId, "", "an import ID (40 lower-case hexadecimal digits)"
}
random_id! {
    /// A session's identifier.
    SessionId, "Q", "a session ID (Q and 40 lower-case hexadecimal digits)"
}

/// Identifiers that are a letter and the SHA-256 of a canonical JSON text, in hexadecimal.
macro_rules! hashed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier of a definition: the hash of its canonical JSON.
            #[must_use]
            pub fn of(definition: &serde_json::Value) -> Self {
                Self(crate::canonical::hashed_id($prefix, definition))
            }

            /// An identifier as it is stored.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

hashed_id! {
    /// An orphan's identifier: the hash of import type, row, context and user.
    OrphanId, 'O'
}
hashed_id! {
    /// A goal's identifier: the hash of its charts, criteria, game and playtype.
    GoalId, 'G'
}
hashed_id! {
    /// A folder's identifier: the hash of game, playtype and its query.
    FolderId, 'F'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_printing_and_parsing() {
        let score = "R6fad5f4947454d8238b45d6a1255d63be4da1130bf91fe9d05df29765a148da8";
        assert_eq!(score.parse::<ScoreId>().unwrap().to_string(), score);
        assert_eq!(ScoreId::from_bytes(&score.parse::<ScoreId>().unwrap().to_bytes()).unwrap().to_string(), score);
        let session = "Qb336d6b1cc0930747f161769a13238a41dce0004";
        assert_eq!(session.parse::<SessionId>().unwrap().to_string(), session);
        let import = "bea63277b54a5846bab1fd3a6ce54bfd41276857";
        assert_eq!(import.parse::<ImportId>().unwrap().to_string(), import);
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in [
            "",
            "R",
            "X6fad5f4947454d8238b45d6a1255d63be4da1130bf91fe9d05df29765a148da8",
            "R6FAD5F4947454D8238B45D6A1255D63BE4DA1130BF91FE9D05DF29765A148DA8",
        ] {
            assert!(text.parse::<ScoreId>().is_err(), "{text}");
        }
        assert!("Qb336".parse::<SessionId>().is_err());
        assert!("bea63277b54a5846bab1fd3a6ce54bfd4127685".parse::<ImportId>().is_err());
    }
}
