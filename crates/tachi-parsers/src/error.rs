//! The two ways in which an input fails: as a whole, or one element of it. There is no third.

use std::fmt;

use tachi_core::catalogue::ResolveError;
use thiserror::Error;

/// The whole input is refused: nothing of it is imported. The message is shown to the sender as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FatalError {
    /// Whose fault it is.
    pub kind: FatalKind,
    /// What was wrong, where, and what was expected.
    pub message: String,
}

/// Whose fault a [`FatalError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FatalKind {
    /// The input is not what it should be.
    BadInput,
    /// The user has not set something up, or the remote service refused them.
    Unauthorised,
    /// The remote service refused what this instance says on the user's behalf.
    Forbidden,
    /// This instance has not been set up for it.
    Unconfigured,
    /// The remote service failed, or sent nonsense.
    Upstream,
    /// The remote service never came to an end.
    EndlessUpstream,
}

impl FatalError {
    /// An input that is not what it should be.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(FatalKind::BadInput, message)
    }

    /// A refusal of any kind.
    pub fn new(kind: FatalKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A remote service that failed or sent nonsense, in the words that most pages have for it.
    #[must_use]
    pub fn invalid_response() -> Self {
        Self::new(FatalKind::Upstream, "Received invalid response from their API. Are they down?")
    }
}

/// One element of an input cannot become a score; the others are not touched by it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Failure {
    /// Deliberately not a score: an empty cell, a difficulty that is not tracked.
    #[error("{0}")]
    Skip(&'static str),
    /// Well-formed, but song or chart are unknown here; the element is kept as an orphan.
    #[error("{0}")]
    NotFound(String),
    /// Several songs bear the title.
    #[error("{0}")]
    Ambiguous(String),
    /// The data is wrong.
    #[error("{0}")]
    Invalid(String),
    /// A fault of ours; the text is for the log.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// An element whose data is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    /// An element whose title several songs bear to the letter.
    #[must_use]
    pub fn several_titles(title: &str) -> Self {
        Self::Ambiguous(format!(
            "Multiple songs exist with the title {title}. We cannot resolve this. Please try and use a different song \
             resolution method."
        ))
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::NotFound(message) => Self::NotFound(message),
            ResolveError::Ambiguous(message) => Self::Ambiguous(message),
            ResolveError::Invalid(message) => Self::Invalid(message),
        }
    }
}

/// Where in its input an element stands, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of a text file (the first is 1) and what of it is meant.
    Line(usize, &'static str),
    /// An element of a JSON array.
    Element(&'static str, usize),
    /// A member of a JSON document, by its path.
    Path(String),
    /// An item of a page of a remote service (both from 1).
    Item(usize, usize),
    /// The only element there is.
    Whole,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line, "") => write!(f, "line {line}"),
            Self::Line(line, part) => write!(f, "line {line}, {part}"),
            Self::Element(array, index) => write!(f, "{array}[{index}]"),
            Self::Path(path) => f.write_str(path),
            Self::Item(page, item) => write!(f, "page {page}, item {item}"),
            Self::Whole => f.write_str("the score"),
        }
    }
}

/// A value from outside as messages show it: cut to 100 characters.
#[must_use]
pub fn shown(value: &str) -> String {
    match value.char_indices().nth(100) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    }
}
