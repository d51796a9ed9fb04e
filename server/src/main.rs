//! The `guardline` program: dispatches to a door, nothing more.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use guardline::cli;

/// Finds the security mistakes that AI assistants make, and says how to repair them.
#[derive(Parser)]
#[command(name = "guardline", version, arg_required_else_help = true, disable_help_subcommand = true)]
struct Program {
    #[command(subcommand)]
    door: Door,
    /// No colours. The environment variable NO_COLOR does the same
    #[arg(long, global = true)]
    no_color: bool,
}

#[derive(Subcommand)]
enum Door {
    #[command(flatten)]
    Terminal(cli::args::Command),
}

fn main() -> ExitCode {
    let program = Program::parse();
    match program.door {
        Door::Terminal(command) => cli::run(command, program.no_color),
    }
}
