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
    /// Look at a project, write a guardline.json with words in it, and offer to set up editor, assistant, commits and CI
    Init(Init),
    /// Watch an assistant write code, and Guardline repair it
    Demo(Demo),
}

#[derive(Args, Debug)]
#[command(after_help = AUDIT_HELP)]
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
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub threshold: Threshold,
    #[command(flatten)]
    pub known: KnownFindings,
    #[command(flatten)]
    pub repair: Repairing,
    /// Stay, and check again whatever changes; Ctrl-C ends it
    #[arg(long, conflicts_with_all = ["fix", "staged", "output", "built", "write_baseline", "prune_baseline"])]
    pub watch: bool,
}

/// Which files are reported on, as git knows them.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Only some files")]
pub struct Which {
    /// Report on files that differ from where REF and HEAD parted (`origin/main`), files that git does not know yet included; without
    /// REF, on those that differ from the last commit. The whole project is read, and every finding in such a file is told, also on
    /// lines that did not change
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "HEAD", conflicts_with_all = ["staged", "files_from"])]
    pub changed: Option<String>,
    /// Report on what is about to be committed: the staged text of the staged files, whatever lies on disk
    #[arg(long, conflicts_with_all = ["files_from", "fix"])]
    pub staged: bool,
}

/// What is worth telling.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Thresholds")]
pub struct Threshold {
    /// Leave out findings below this level
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub min_level: Option<AtLeast>,
    /// Leave out findings that are less sure than this; `possible` also shows what is otherwise for auditors only
    #[arg(long, value_enum, value_name = "CONFIDENCE")]
    pub min_confidence: Option<Sure>,
    /// Exit with 1 only for findings of this level or above, or with `launch` for those to be repaired before launch; all that are
    /// told count otherwise
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
}

/// Findings that are known and not to be told again.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Known findings")]
pub struct KnownFindings {
    /// Leave out the findings that FILE knows, so that only new ones are told
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings there are now into the baseline, and exit with 0
    #[arg(long, requires = "baseline", conflicts_with = "prune_baseline")]
    pub write_baseline: bool,
    /// Take out of the baseline what is not found any more
    #[arg(long, requires = "baseline")]
    pub prune_baseline: bool,
}

/// What is done about findings.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Repairs")]
pub struct Repairing {
    /// Carry out the fixes that can be applied unseen, each checked first, and report on what remains
    #[arg(long, conflicts_with_all = ["built", "write_baseline", "prune_baseline"])]
    pub fix: bool,
    /// Show each fix as a diff and ask, also those that change who may do what
    #[arg(long, requires = "fix")]
    pub review: bool,
    /// Show what would be changed, and change nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Also change files where git could not take it back
    #[arg(long, requires = "fix")]
    pub allow_dirty: bool,
}

const AUDIT_HELP: &str = "\
Exit code: 0 nothing found, 1 something found (with --fail-on: something of that kind), 2 it could not be done, 130 stopped by Ctrl-C.

Two scales: a level (error, warning, information, hint) says how bad a finding is and how sure; the report says what that means for you, \
\"before launch\" or \"can wait\". Errors are before launch, and so are warnings that let strangers at what is not theirs; hints never are. \
`--fail-on launch` fails exactly where the report says that something is to be repaired first.

In code, `guardline-ignore-next-line RULE: reason` silences a finding, `guardline-ignore-line` on its own line and \
`guardline-ignore-file` in the whole file; `RULE until 2027-01-31: reason` for a time.";

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
#[command(after_help = "Without a flag, a person at the terminal is asked about each. What is there already is added to where that is safe, \
and never written anew without a question.")]
pub struct Init {
    /// The project's folder; the current one if none is named
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Set up an editor
    #[arg(long, value_enum, value_name = "EDITOR")]
    pub editor: Vec<SetUpEditor>,
    /// Let an assistant be told of mistakes right after it made them
    #[arg(long, value_enum, value_name = "ASSISTANT")]
    pub hook: Vec<HookClient>,
    /// Check what is about to be committed (by husky if the project has it, else by pre-commit)
    #[arg(long)]
    pub pre_commit: bool,
    /// Check what is pushed
    #[arg(long, value_enum, value_name = "HOST")]
    pub ci: Vec<CiHost>,
    /// Ask nothing: accept what is offered. Nothing that is there already is lost
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetUpEditor {
    /// VS Code, Cursor, Windsurf and VSCodium
    Vscode,
    Helix,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum HookClient {
    ClaudeCode,
    Codex,
    Copilot,
    Cursor,
    Windsurf,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CiHost {
    Github,
    Gitlab,
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
    /// For editors and pipes: one finding a line, each as soon as its file is done
    Lines,
    /// For your AI assistant: one text that asks it to repair everything
    Prompt,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AtLeast {
    /// Serious: fix before anybody uses it
    Error,
    /// To be fixed soon
    Warning,
    /// Worth a look
    Information,
    Hint,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailOn {
    /// What the report calls "before launch", at whatever level
    Launch,
    Error,
    Warning,
    Information,
    Hint,
    /// Exit with 0 whatever was found
    Never,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sure {
    /// Known
    Proven,
    Likely,
    /// It depends on what cannot be seen
    Possible,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum MapFormat {
    /// For people
    Table,
    /// For programs
    Json,
    /// A script that calls every route that reads, without signing in, and shows what was answered
    Curl,
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
        for wrong in [&["--review"][..], &["--write-baseline"], &["--changed", "--staged"], &["--staged", "--fix"], &["--watch", "--fix"]] {
            assert!(Program::try_parse_from([&["guardline", "audit"], wrong].concat()).is_err(), "{wrong:?}");
        }
        assert!(Program::try_parse_from(["guardline", "demo", "--speed", "0"]).is_err());
        assert!(Program::try_parse_from(["guardline", "demo", "--speed", "2.5"]).is_ok());
    }
}
