//! `tachi`: a score import server for rhythm games.

mod app;
mod auth;
mod background;
mod builtin;
mod cli;
mod config;
mod documents;
mod envelope;
mod logging;
mod password;
mod routes;
mod upload;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
