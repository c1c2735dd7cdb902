//! `tachi secret`: keys.

use clap::Subcommand;

use crate::vault::Key;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints a new key for TACHI_SECRET_KEY, under which what users link is stored
    New,
}

/// Runs the command.
pub fn run(command: &Command) {
    let Command::New = command;
    println!("{}", Key::random().hex());
}
