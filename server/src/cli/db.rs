//! `tachi db`: looking after the database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use tachi_db::backup::backup;
use tachi_db::copy::{Step, copy};
use tachi_import::check::{Severity, check};

use super::out;
use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Checks that everything stored follows from the scores, and prints what does not
    Check,
    /// Copies everything into another database, which has to be empty; all or nothing
    ///
    /// Between SQLite and PostgreSQL in either direction, or between two of a kind. Every row is read back and compared
    /// before the copy counts. Stop the servers of the source first: it is read as it was at the beginning, and what
    /// players send meanwhile is not copied. What players have linked stays encrypted, so that its key has to move along:
    /// TACHI_SECRET_KEY, or the file secret.key in the data folder. A password in a URL shows in the list of processes;
    /// PGPASSWORD and ~/.pgpass do not.
    Copy {
        /// What is copied: postgres://..., sqlite://PATH or PATH
        #[arg(long, value_name = "URL")]
        from: String,
        /// Where to: postgres://..., sqlite://PATH or PATH; a file that does not exist is made
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Saves the SQLite database into a file, also while a server uses it
    ///
    /// The file is a database as it was at one moment, checked before it gets its name. The key of what players have
    /// linked is not in it: save secret.key of the data folder apart. For PostgreSQL there is pg_dump.
    Backup {
        /// The file
        file: PathBuf,
        /// Replaces the file when it exists
        #[arg(long)]
        force: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When it fails, or when something is wrong with the database.
pub fn run(settings: &Settings, command: Command) -> Result<()> {
    match command {
        Command::Check => run_check(settings),
        Command::Copy { from, to } => run_copy(&from, &to),
        Command::Backup { file, force } => run_backup(settings, &file, force),
    }
}

fn run_check(settings: &Settings) -> Result<()> {
    let database = super::open(settings)?;
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    let (mut warnings, mut faults) = (0_usize, 0_usize);
    // The check goes on when nobody reads any more: whether it succeeds is told by the exit status too.
    let mut printed = Ok(());
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
        if printed.is_ok() {
            printed = bar.suspend(|| out::line(format_args!("{kind}: {}: {}", finding.invariant, finding.text)));
        }
    })?;
    bar.finish_and_clear();
    let printed = printed.and_then(|()| out::line(format_args!("{faults} faults, {warnings} warnings.")));
    if faults > 0 {
        bail!("the database is not what it should be");
    }
    printed
}

fn run_copy(from: &str, to: &str) -> Result<()> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent:>3}% {msg}")?);
    let copied = copy(from, to, &mut |progress| {
        bar.set_length(progress.all);
        bar.set_position(progress.done);
        let step = match progress.step {
            Step::Copying => "copying",
            Step::Comparing => "comparing",
        };
        bar.set_message(format!("{step} {}", progress.table));
    });
    bar.finish_and_clear();
    let copied = copied?;
    for table in &copied {
        out::line(format_args!("{:<28} {:>10} rows  {}", table.name, table.rows, table.checksum))?;
    }
    out::line(format_args!("{} rows copied and compared.", copied.iter().map(|table| table.rows).sum::<u64>()))
}

fn run_backup(settings: &Settings, file: &Path, force: bool) -> Result<()> {
    let bar = ProgressBar::new_spinner().with_message("saving and checking");
    bar.enable_steady_tick(Duration::from_millis(100));
    let size = backup(&settings.database_url, file, force);
    bar.finish_and_clear();
    out::line(format_args!("{} bytes saved.", size?))
}
