//! The `guardline` program: dispatches to a door, nothing more.

use std::process::ExitCode;

use clap::Parser;
use guardline::cli::args::{Cli, Command};
use guardline::{cli, lsp};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Command::Lsp(server) => lsp::run(&lsp::Options {
            log: server.log,
            log_level: server.log_level.as_deref().and_then(lsp::Level::named),
            client_process: server.client_process_id,
        }),
        _ => cli::run(cli),
    }
}
