//! Log lines on standard error.

use std::io::IsTerminal as _;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogFormat, Settings};

/// Starts logging as the settings say.
///
/// # Errors
/// When the filter cannot be read.
pub fn start(settings: &Settings) -> Result<()> {
    let filter = EnvFilter::try_new(&settings.log).with_context(|| format!("log: {:?} is no filter", settings.log))?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for people who look on, not for files.
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    match settings.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
