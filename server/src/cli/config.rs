//! `tachi config`: the settings as a file.

use std::any::TypeId;

use anyhow::Result;
use clap::{Arg, CommandFactory, Subcommand};

use super::{Cli, out};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints a tachi.toml with every setting, its default and what it means; nothing in it is in force yet
    Default,
}

/// Runs the command.
///
/// # Errors
/// When it cannot print.
pub fn run(command: &Command) -> Result<()> {
    let Command::Default = command;
    out::all(default().as_bytes())
}

/// A `tachi.toml` in which every setting stands as a comment. It is made from the definition of the command line, so
/// that it cannot lack one.
#[must_use]
pub fn default() -> String {
    let mut text = String::from(
        "# The settings of tachi. A line counts once its # is removed; flags and variables of the environment win over\n\
         # this file.\n",
    );
    for arg in Cli::command().get_arguments().filter(|arg| is_setting(arg)) {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        text.push('\n');
        for line in wrapped(&help) {
            text.push_str(&format!("# {line}\n"));
        }
        let name = arg.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        text.push_str(&format!("# ({name})\n#{} = {}\n", arg.get_id(), value(arg, &help)));
    }
    text
}

/// Whether an argument is a key of the file. Which file that is cannot stand in it.
fn is_setting(arg: &Arg) -> bool {
    arg.get_env().is_some() && arg.get_id() != "config"
}

/// The value that a key has without being set, or an empty text where that depends on others.
fn value(arg: &Arg, help: &str) -> String {
    let default = help.rsplit_once("[default: ").and_then(|(_, rest)| rest.strip_suffix(']'));
    let default = default.filter(|default| !default.contains([' ', '<', ';'])).unwrap_or_default();
    let kind = arg.get_value_parser().type_id();
    let is_text = kind == TypeId::of::<String>() || kind == TypeId::of::<std::path::PathBuf>();
    if is_text { toml::Value::from(default).to_string() } else { default.to_owned() }
}

/// The longest line of a comment.
const WIDTH: usize = 100;

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
