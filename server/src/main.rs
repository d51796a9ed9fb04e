//! The `guardline` program: dispatches to a door, nothing more.

use std::process::ExitCode;

use clap::Parser;
use guardline::cli;
use guardline::cli::args::Cli;

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
