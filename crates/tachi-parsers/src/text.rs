//! Texts from outside, before anybody knows what they mean.

use std::borrow::Cow;

use tachi_core::catalogue::trim;

use crate::error::FatalError;

/// The text of a CSV file of any dialect: UTF-8 without its byte order mark.
///
/// # Errors
/// When it is not UTF-8.
pub fn of_csv(bytes: &[u8]) -> Result<&str, FatalError> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_| FatalError::bad_input("CSV is not valid UTF-8."))
}

/// The text without [white space](tachi_core::catalogue::is_space) at its ends; borrowed where it was.
#[must_use]
pub fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
        Cow::Owned(text) => Cow::Owned(trim(&text).to_owned()),
    }
}
