//! Chores of the workspace: `cargo xtask <command>`.

mod bench;
mod demo;
mod demo_api;
#[expect(dead_code, reason = "shared with the tests of the parsers, which use more of it")]
#[path = "../../crates/tachi-parsers/tests/it/support/kai.rs"]
mod kai;
mod login;
mod new;
mod process;
#[expect(dead_code, reason = "shared with the tests of the parsers, which use more of it")]
#[path = "../../crates/tachi-parsers/tests/it/support/upstream.rs"]
mod upstream;
mod vectors;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Chores of the tachi workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts a server, imports a player's export into it and shows the result
    Demo {
        /// End after printing instead of serving until Ctrl-C
        #[arg(long)]
        exit: bool,
        /// Link a service, and import what it knows instead of an export
        #[arg(long)]
        api: bool,
    },
    /// Measures how fast the release build is, through the real binary over HTTP
    Bench(bench::Options),
    /// Lays down the skeleton of a game or an import type
    New(new::Options),
    /// Checks every vector file of a folder against our formulas
    Vectors {
        /// The folder with the *.json files
        dir: PathBuf,
    },
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Demo { exit, api: false } => demo::run(exit),
        Command::Demo { exit, api: true } => demo_api::run(exit),
        Command::Bench(options) => bench::run(options),
        Command::New(options) => new::run(&options),
        Command::Vectors { dir } => vectors::run(&dir),
    }
}
