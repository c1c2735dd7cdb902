//! `tachi`: a score import server for rhythm games.

use std::process::ExitCode;

use clap::Parser;
use tachi_server::cli::{Cli, out};

/// Large imports are made of many small pieces, on any thread. The allocator of the C library keeps what they leave
/// behind, once for each thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<out::Closed>() => ExitCode::SUCCESS,
        Err(error) => {
            out::complain(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
