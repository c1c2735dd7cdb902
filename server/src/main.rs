//! `tachi`: a score import server for rhythm games.

use std::process::ExitCode;

use clap::Parser;
use tachi_server::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
