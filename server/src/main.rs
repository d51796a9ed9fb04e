//! The `guardline` program: dispatches to a door, nothing more.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "guardline", version, about)]
struct Arguments {
    #[command(subcommand)]
    door: Door,
}

#[derive(Subcommand)]
enum Door {
    /// Run the language server
    Lsp(guardline::lsp::Options),
}

fn main() -> ExitCode {
    match Arguments::parse().door {
        Door::Lsp(options) => guardline::lsp::run(&options),
    }
}
