//! `tachi secret`: keys.

use anyhow::Result;
use clap::Subcommand;

use super::out;
use crate::vault::Key;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints a new key for TACHI_SECRET_KEY, under which what users link is stored
    New,
}

/// Runs the command.
///
/// # Errors
/// When it cannot print.
pub fn run(command: &Command) -> Result<()> {
    let Command::New = command;
    out::line(Key::random().hex())
}
