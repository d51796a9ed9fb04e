//! The `guardline` program: dispatches to a door, nothing more.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use guardline::engine::STACK_BYTES;
use guardline::{cli, hook, lsp, mcp};

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
    /// Start the language server on standard input and output (for editors)
    Lsp(cli::args::Server),
    /// Answer the hook of an AI assistant: check what it just wrote (for Claude Code, Cursor, Windsurf, Copilot, Codex)
    Hook(cli::args::Hook),
    /// Start the MCP server on standard input and output: the audit as tools for AI assistants
    Mcp(cli::args::Mcp),
}

fn main() -> ExitCode {
    let program = Program::parse();
    // Code nests deeply, and files are read on all cores. Should the pool exist already, its stacks have to do.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global();
    match program.door {
        Door::Terminal(command) => cli::run(command, program.no_color),
        Door::Hook(args) => hook::run(&hook_options(args)),
        Door::Mcp(args) => mcp::run(&mcp::Options { roots: args.roots, read_only: args.read_only }),
        Door::Lsp(server) => lsp::run(&lsp::Options {
            log: server.log,
            log_level: server.log_level.as_deref().and_then(lsp::Level::named),
            client_process: server.client_process_id,
        }),
    }
}

fn hook_options(args: cli::args::Hook) -> hook::Options {
    let task = match args.keep {
        Some(root) => hook::Task::Keep { root, idle: Duration::from_secs(args.idle) },
        None if args.end => hook::Task::End,
        None => hook::Task::Answer,
    };
    hook::Options { client: args.client.as_deref().and_then(hook::Client::named), event: args.event, alone: args.alone, task }
}
