//! A command is put together from what a caller sends.

use super::holes::{Hole, holes, worst};
use super::input::Input;
use super::raw::{Raw, RuleCx};
use super::standing_place::{standing_place, tell_places};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Piece, Value};
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("command-injection"),
    title: "A command is put together from what a caller sends",
    risk: Risk::Input,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[78, 88],
    page: include_str!("../../../queries/rules/command-injection.md"),
};

/// Programs that read their first argument as a command.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "ksh", "ash", "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"];
/// Programs with options that run others, read files or write them.
const OBEDIENT: &[&str] = &["git", "ssh", "scp", "rsync", "tar", "find", "curl", "wget", "zip", "man", "hg", "svn"];

/// What a visitor gets to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Say {
    /// A part of a line that a shell reads.
    Line,
    /// Which program runs.
    Program,
    /// What may be an option of a program that does much for the asking.
    Option,
}

struct Found {
    input: Input,
    site: Option<Site>,
    say: Say,
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind != SinkKind::Shell || cx.runs_in_browser(&sink.site.item.file) {
            continue;
        }
        let found = found(sink);
        let Some(worst) = worst(&found, |found| &found.input) else { continue };
        let mut raw = Raw::new(&META, standing_place(cx, sink, worst.site.as_ref()), worst.input.confidence);
        raw.message = message(worst);
        if worst.say == Say::Option {
            raw.impact = Some(Impact::Medium);
        }
        tell_places(&mut raw, sink, worst.site.as_ref().map(|site| (site, worst.input.name.as_str())), "the command is run here");
        for other in found.iter().filter(|other| other.site != worst.site && other.input.confidence > Confidence::Possible) {
            if let Some(site) = &other.site {
                raw.also(site.clone(), format!("`{}` is put into it too", other.input.name));
            }
        }
        if let Some(source) = &worst.input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if worst.say == Say::Line
            && let (Some(call), Some(text)) = (cx.project.place(&sink.call), cx.project.place(&sink.site))
        {
            raw.plans.push(FixPlan::RunWithoutShell { call, text, client: sink.client.clone() });
        }
        out.push(raw);
    }
}

fn found(sink: &Sink) -> Vec<Found> {
    let mut found = Vec::new();
    if sink.client == "shell" || has_shell(sink) {
        match sink.value.kind() {
            // With a shell the list is a line all the same; its first element is what the shell reads.
            Kind::Seq(seq) => seq.items.iter().for_each(|item| read(item, sink, Say::Line, &mut found)),
            _ => read(&sink.value, sink, Say::Line, &mut found),
        }
        if found.is_empty() {
            found.extend(kept(&sink.value, sink));
        }
        return found;
    }
    // A template that becomes words: what stands first is the program, all others are its arguments.
    if sink.client == "argv-text" {
        if let Kind::Text(text) = sink.value.kind()
            && let Some(Piece::Hole { value, .. }) = text.pieces.iter().find(|piece| !matches!(piece, Piece::Literal(literal) if literal.trim().is_empty()))
        {
            read(value, sink, Say::Program, &mut found);
        }
        return found;
    }
    let argv = argv(sink);
    let Some((program, rest)) = argv.split_first() else { return found };
    if let Some(read_by_program) = read_by(program, rest) {
        if let ReadBy::Program(line) = read_by_program {
            read(line, sink, Say::Line, &mut found);
        }
        return found;
    }
    match called(program) {
        None => read(program, sink, Say::Program, &mut found),
        Some(name) if OBEDIENT.contains(&name.as_str()) => {
            for (at, arg) in rest.iter().enumerate() {
                if arg.as_str().is_some_and(|text| &**text == "--") {
                    break;
                }
                let follows_option = at > 0 && rest[at - 1].as_str().is_some_and(|before| before.starts_with('-'));
                if !follows_option {
                    read(arg, sink, Say::Option, &mut found);
                }
            }
        }
        Some(_) => {}
    }
    found
}

/// What a program reads as a program of its own.
enum ReadBy<'s> {
    Program(&'s Value),
    /// It would, but gets nothing to read.
    Nothing,
}

/// `sh -c line`, `node -e script`. `spawn(shell(), ["-c", line])`: whichever program it is, it reads that as one.
fn read_by<'s>(program: &Value, rest: &[&'s Value]) -> Option<ReadBy<'s>> {
    let says = |arg: &Value, is: fn(&str) -> bool| arg.as_str().is_some_and(|flag| is(flag));
    let at = match called(program) {
        None if rest.first().is_some_and(|flag| says(flag, is_command_flag) || says(flag, |flag| matches!(flag, "-e" | "--eval"))) => Some(0),
        None => return None,
        Some(name) if SHELLS.contains(&name.as_str()) => rest.iter().position(|arg| says(arg, is_command_flag)),
        Some(name) if is_interpreter(&name) => rest.iter().position(|arg| says(arg, is_script_flag)),
        Some(_) => return None,
    };
    Some(at.and_then(|at| rest.get(at + 1)).map_or(ReadBy::Nothing, |line| ReadBy::Program(line)))
}

/// Of a call without a shell: what the program that it starts reads as a program.
pub(super) fn read_as_program(sink: &Sink) -> Option<&Value> {
    let argv = argv(sink);
    let (program, rest) = argv.split_first()?;
    match read_by(program, rest)? {
        ReadBy::Program(line) => Some(line),
        ReadBy::Nothing => None,
    }
}

fn called(program: &Value) -> Option<String> {
    program.as_str().map(|text| text.rsplit(['/', '\\']).next().unwrap_or(text).to_owned())
}

/// `python3.12`, `node.exe`.
fn is_interpreter(program: &str) -> bool {
    let name = program.trim_end_matches(".exe").trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '.');
    matches!(name, "python" | "pypy" | "node" | "nodejs" | "deno" | "bun" | "ruby" | "perl" | "php" | "lua" | "Rscript" | "osascript")
}

fn is_script_flag(flag: &str) -> bool {
    matches!(flag, "-c" | "-e" | "-E" | "-p" | "-r" | "--eval" | "--print" | "eval")
}

fn is_command_flag(flag: &str) -> bool {
    matches!(flag, "-c" | "-lc" | "-ic" | "-ec" | "-euc" | "/c" | "/C" | "/k" | "-Command" | "-command" | "-EncodedCommand")
}

/// The program and its arguments, in whichever way they were given.
fn argv(sink: &Sink) -> Vec<&Value> {
    let mut argv: Vec<&Value> = Vec::new();
    for arg in sink.args.iter().filter(|arg| arg.name.is_empty() || arg.name == "args") {
        match arg.value.kind() {
            Kind::Seq(seq) => argv.extend(seq.items.iter()),
            Kind::Object(object) => {
                if let Some(Kind::Seq(seq)) = object.get("args").0.map(Value::kind) {
                    argv.extend(seq.items.iter());
                }
            }
            Kind::Function(_) => {}
            // `os.spawnlp(os.P_WAIT, program, ...)`: how to wait for it.
            Kind::Library(library) if argv.is_empty() && library.step.starts_with("P_") => {}
            _ => argv.push(&arg.value),
        }
    }
    argv
}

/// `{ shell: true }`, `shell=True`.
fn has_shell(sink: &Sink) -> bool {
    let is_on = |value: &Value| match value.kind() {
        Kind::Bool(is) => *is,
        Kind::Str(text) => !text.is_empty(),
        _ => false,
    };
    sink.args.iter().any(|arg| match arg.value.kind() {
        Kind::Object(object) => object.get("shell").0.is_some_and(is_on),
        _ => arg.name == "shell" && is_on(&arg.value),
    })
}

fn read(value: &Value, sink: &Sink, say: Say, out: &mut Vec<Found>) {
    for hole in holes(value, Cleanings::SHELL) {
        let Some(mut input) = hole.input(Cleanings::SHELL, sink, Some(Confidence::Possible)) else { continue };
        // Something has a say in the program, but a folder or a table of programs is around it.
        if say == Say::Program && !hole.whole || say == Say::Option && (!hole.before.is_empty() || is_no_option(&hole, sink)) {
            continue;
        }
        if is_known(&hole, sink) {
            continue;
        }
        if sink.guessed || say == Say::Option {
            input.confidence = input.confidence.min(Confidence::Likely);
        }
        let site = hole.site.cloned();
        if !out.iter().any(|known| known.site == site && known.input.name == input.name) {
            out.push(Found { input, site, say });
        }
    }
}

/// What people may have typed at another time, and was kept: the title of an invoice in a line that a shell reads.
fn kept(value: &Value, sink: &Sink) -> Option<Found> {
    holes(value, Cleanings::SHELL).into_iter().find_map(|hole| {
        let input = Input::of_stored(hole.value, Cleanings::SHELL, &sink.facts)?;
        let column = hole.value.symbol().and_then(|symbol| symbol.path.last())?;
        let is_open = !sink.guessed && is_free_text(column) && !is_known(&hole, sink);
        is_open.then(|| Found { input, site: hole.site.cloned(), say: Say::Line })
    })
}

/// A column in which anything may stand: no key, no number, nothing that the program draws or chooses.
fn is_free_text(column: &str) -> bool {
    const FREE: &[&str] = &[
        "name",
        "title",
        "number",
        "label",
        "subject",
        "text",
        "comment",
        "note",
        "notes",
        "description",
        "filename",
        "caption",
        "message",
        "author",
        "recipient",
        "address",
        "street",
        "company",
        "reason",
        "location",
    ];
    crate::facts::names::words(column).last().is_some_and(|last| FREE.contains(&last.as_str()))
}

fn is_known(hole: &Hole<'_>, sink: &Sink) -> bool {
    hole.is_checked(&sink.facts, &|_, found| match found {
        super::holes::Found::Known => true,
        super::holes::Found::Pattern(pattern) => super::holes::is_whole_pattern(pattern),
        _ => false,
    })
}

fn is_no_option(hole: &Hole<'_>, sink: &Sink) -> bool {
    hole.is_checked(&sink.facts, &|_, found| match found.begins() {
        Some((text, holds)) => holds || text.is_some_and(|text| text.starts_with('-')),
        None => false,
    })
}

fn message(found: &Found) -> String {
    let name: &Name = &found.input.name;
    let from = found.input.from();
    match found.say {
        Say::Line => format!(
            "`{name}`, {from}, becomes part of a command line: whoever controls it can make your server run any program, for example by adding `; curl ...`."
        ),
        Say::Program => format!("`{name}`, {from}, decides which program your server runs: whoever controls it can run any of them."),
        Say::Option => {
            format!("`{name}`, {from}, stands where the program takes options: a value that begins with `-` can make it read, write or run something else.")
        }
    }
}
