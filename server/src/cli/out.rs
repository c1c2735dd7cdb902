//! What commands print. Nothing else writes to the standard output.
//!
//! Whoever reads may have had enough (`tachi import ... | head -1`). That is no failure of the command: it ends without
//! a word, and what it was to do is done. So commands print after they have stored, and never panic because of it.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Context, Result};
use thiserror::Error;

/// Nobody reads what is printed any more.
#[derive(Debug, Error)]
#[error("nobody reads the output")]
pub struct Closed;

/// Prints a line.
///
/// # Errors
/// [`Closed`] when nobody reads it, else what keeps it from being written, such as a full disk.
pub fn line(text: impl Display) -> Result<()> {
    all(format!("{text}\n").as_bytes())
}

/// Prints bytes as they are.
///
/// # Errors
/// As [`line`].
pub fn all(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Closed.into()),
        written => written.context("cannot print"),
    }
}

/// Says what is wrong, to whoever typed the command. There is nobody to tell when that fails.
pub fn complain(text: impl Display) {
    drop(io::stderr().write_all(format!("{text}\n").as_bytes()));
}
