//! `tachi db`: looking after the database.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Subcommand;
use indicatif::ProgressBar;
use tachi_import::check::{Severity, check};

use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Checks that everything stored follows from the scores, and prints what does not
    Check,
}

/// Runs the command.
///
/// # Errors
/// When something is wrong.
pub fn run(settings: &Settings, command: Command) -> Result<()> {
    let Command::Check = command;
    let database = super::open(settings)?;
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    let (mut warnings, mut faults) = (0_usize, 0_usize);
    check(&database, |part| bar.set_message(format!("{part:?}")), &mut |finding| {
        let kind = match finding.invariant.severity() {
            Severity::Warning => {
                warnings += 1;
                "warning"
            }
            Severity::Fault => {
                faults += 1;
                "fault"
            }
        };
        bar.suspend(|| println!("{kind}: {}: {}", finding.invariant, finding.text));
    })?;
    bar.finish_and_clear();
    println!("{faults} faults, {warnings} warnings.");
    if faults > 0 {
        bail!("the database is not what it should be");
    }
    Ok(())
}
