//! What can be typed after `guardline`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Check a project and report what was found
    Audit(Audit),
    /// Map the application: every route, who may call it, whose data it touches, and what care it takes
    Routes(Routes),
    /// Say what is believed of files: routes, guards, data accesses, owners, and what was not understood
    Facts(Facts),
    /// Say what a rule is about, what can happen, and how to fix it
    Explain {
        /// The rule's id, such as missing-auth
        rule: String,
        /// Also show the code that is flagged and the code that is not
        #[arg(long)]
        examples: bool,
    },
    /// List all rules
    Rules {
        #[arg(long, value_enum, default_value_t = TableFormat::Text)]
        format: TableFormat,
    },
    /// Watch an assistant write code, and Guardline repair it
    Demo(Demo),
}

#[derive(Args, Debug)]
#[command(after_help = "Exit code: 0 nothing found, 1 something found, 2 it could not be done.")]
pub struct Audit {
    /// Files and folders to check; the project around them is read to understand them
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Report on tests, fixtures and examples as on other code
    #[arg(long)]
    pub include_tests: bool,
    /// Check exactly the files named in LIST (or on standard input for `-`), one per line or separated by NUL
    #[arg(long, value_name = "LIST", conflicts_with = "paths")]
    pub files_from: Option<PathBuf>,
    /// Also look at what the last build serves: secrets and source maps in DIR, or in the usual folders (.next/static, dist, build, out, ...)
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub built: Option<Option<PathBuf>>,
    /// Write the report to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Exit code: 0 everything was understood, 1 something was not, 2 it could not be done.")]
pub struct Facts {
    /// Files and folders to tell of; the project around them is read to understand them
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    pub format: TableFormat,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Exit code: 0 the map was drawn, 2 it could not be done.")]
pub struct Routes {
    /// Files and folders whose routes are told; the project around them is read to understand them
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = MapFormat::Table)]
    pub format: MapFormat,
    /// Tell of routes of tests, fixtures and examples as of others
    #[arg(long)]
    pub include_tests: bool,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Server {
    /// The only way there is; accepted because editors pass it
    #[arg(long, hide = true)]
    pub stdio: bool,
    /// The editor's process: when it is gone, so is the server
    #[arg(long = "clientProcessId", hide = true)]
    pub client_process_id: Option<u32>,
    /// Write a log to FILE, or to standard error for `stderr`; without it, warnings go to the editor's own log
    #[arg(long, value_name = "FILE")]
    pub log: Option<String>,
    /// How much is logged
    #[arg(long, value_name = "LEVEL", value_parser = ["off", "error", "warn", "info", "debug"])]
    pub log_level: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Reads the hook's JSON from standard input and answers in the assistant's own form. Whatever goes wrong, the assistant goes on: \
the exit code is then 0. A process that keeps the project read is started in the background and ends by itself.")]
pub struct Hook {
    /// Whose hook it is; known by its JSON if not said
    #[arg(long, value_name = "NAME", value_parser = ["claude-code", "codex", "copilot", "cursor", "vscode", "windsurf"])]
    pub client: Option<String>,
    /// The event, where the assistant's JSON does not name it
    #[arg(long, value_name = "NAME")]
    pub event: Option<String>,
    /// Read the project each time; no process in the background
    #[arg(long)]
    pub alone: bool,
    /// End the process that keeps the project around the current folder
    #[arg(long, conflicts_with_all = ["client", "event", "alone"])]
    pub end: bool,
    #[arg(long, value_name = "DIR", hide = true, conflicts_with_all = ["client", "event", "alone", "end"])]
    pub keep: Option<PathBuf>,
    /// After so many seconds without a question the process in the background ends
    #[arg(long, value_name = "SECONDS", hide = true, default_value_t = 900)]
    pub idle: u64,
}

#[derive(Args, Debug)]
#[command(after_help = "Speaks the Model Context Protocol on standard input and output. Nothing outside of the roots is read or written.")]
pub struct Mcp {
    /// The projects that may be looked at and repaired; the current folder if none is named
    #[arg(value_name = "ROOT")]
    pub roots: Vec<PathBuf>,
    /// Never write: without the tool that applies a repair
    #[arg(long)]
    pub read_only: bool,
}

#[derive(Args, Debug)]
pub struct Demo {
    /// A plain log instead of the animation; also what there is without a terminal
    #[arg(long)]
    pub plain: bool,
    /// How fast the assistant writes: 2 is twice as fast
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people, in a terminal
    Text,
    /// For people, in a pull request or a wiki
    Markdown,
    /// For people, as one page for the browser
    Html,
    /// For programs
    Json,
    /// For code hosts
    Sarif,
    /// For CI services, as tests
    Junit,
    /// For GitHub, as annotations
    Github,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum MapFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableFormat {
    Text,
    Json,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.1..=1000.0).contains(&speed) { Ok(speed) } else { Err("must lie between 0.1 and 1000".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    struct Program {
        #[command(subcommand)]
        _command: Command,
    }

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Program::command().debug_assert();
        assert!(Program::try_parse_from(["guardline", "audit", "a", "--files-from", "b"]).is_err());
        assert!(Program::try_parse_from(["guardline", "demo", "--speed", "0"]).is_err());
        assert!(Program::try_parse_from(["guardline", "demo", "--speed", "2.5"]).is_ok());
    }
}
