//! FLOOR 9. The terminal: audit, explain, rules, demo.

pub mod args;
mod audit;
mod demo;
mod explain;
mod output;
mod rules;
mod targets;

use std::process::ExitCode;

use args::{Cli, Command};

/// It could not be done: bad arguments, a path that cannot be read.
pub const FAILED: u8 = 2;
/// Stopped by Ctrl-C, as shells count it.
const STOPPED: u8 = 130;

/// Carries out every command but the language server, which is a door of its own.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Audit(audit) => audit::run(&audit, cli.no_color),
        Command::Explain { rule } => explain::run(&rule, cli.no_color),
        Command::Rules { format } => rules::run(format, cli.no_color),
        Command::Demo(demo) => demo::run(&demo, cli.no_color),
        // Not reached: the program has taken that door already.
        Command::Lsp(_) => Ok(FAILED),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // If even standard error is closed there is nobody to tell.
            let _ = output::complain(&format!("{error:#}"));
            ExitCode::from(FAILED)
        }
    }
}
