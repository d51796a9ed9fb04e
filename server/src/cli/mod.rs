//! FLOOR 9. The terminal: audit, routes, facts, explain, rules, init, demo.

pub mod args;
mod audit;
mod built;
mod deadline;
mod demo;
mod explain;
mod facts;
mod init;
mod looking;
mod output;
mod reading;
mod routes;
mod rules;
mod targets;

use std::process::ExitCode;

use args::Command;

use crate::config::Config;
use crate::workspace;

/// It could not be done: bad arguments, a path that cannot be read.
pub const FAILED: u8 = 2;
/// Stopped by Ctrl-C, as shells count it.
const STOPPED: u8 = 130;

/// The configuration of the project around the working directory, with its own rules.
fn config_here() -> Config {
    let here = std::env::current_dir().unwrap_or_default();
    workspace::config::load(&here, std::env::home_dir().as_deref()).config
}

/// Carries out a command and says how it went.
pub fn run(command: Command, no_color: bool) -> ExitCode {
    let done = match command {
        Command::Audit(audit) => audit::run(&audit, no_color),
        Command::Facts(facts) => facts::run(&facts, no_color),
        Command::Routes(routes) => routes::run(&routes, no_color),
        Command::Explain { rule, examples } => explain::run(&rule, examples, no_color),
        Command::Rules { format } => rules::run(format, no_color),
        Command::Init(init) => init::run(&init),
        Command::Demo(demo) => demo::run(&demo, no_color),
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
