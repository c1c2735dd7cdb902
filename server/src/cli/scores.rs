//! `tachi revert` and `tachi orphans`: what takes scores away, and what brings them late.

use anyhow::{Result, bail};
use clap::Subcommand;
use tachi_core::ids::ImportId;
use tachi_db::users::user_by_name;

use super::out;
use super::seeds::bar;
use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub enum Orphans {
    /// Tries orphans again and prints what became of them
    Retry {
        /// Only those of this user
        #[arg(long)]
        user: Option<String>,
    },
}

/// Reverts an import.
///
/// # Errors
/// When there is no such import, or another import of its user is running.
pub fn revert(settings: &Settings, import: ImportId) -> Result<()> {
    if !super::importer(settings)?.revert(import)? {
        bail!("there is no import {import}");
    }
    out::line(format_args!("Reverted {import}."))
}

/// Runs the command.
///
/// # Errors
/// When it fails.
pub fn orphans(settings: &Settings, command: Orphans) -> Result<()> {
    let Orphans::Retry { user } = command;
    let importer = super::importer(settings)?;
    let counts = match user {
        Some(name) => {
            let user = importer.database().read(|conn| user_by_name(conn, &name))?;
            let Some(user) = user else { bail!("there is no user {name:?}") };
            importer.retry_orphans(user.id)?
        }
        None => {
            let bar = bar("trying orphans again")?;
            let counts = importer.retry_all_orphans(|done, all| show(&bar, done, all))?;
            bar.finish_and_clear();
            counts
        }
    };
    out::line(serde_json::to_string(&counts)?)
}

/// Shows how many users are done.
pub fn show(bar: &indicatif::ProgressBar, done: usize, all: usize) {
    bar.set_length(all as u64);
    bar.set_position(done as u64);
}
