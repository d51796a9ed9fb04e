//! `guardline audit`: a project is read, checked, and reported on.

use std::io::{IsTerminal, stderr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use signal_hook::consts::SIGINT;

use super::args::{Audit, Format};
use super::targets::{self, Targets};
use super::{STOPPED, output};
use crate::config;
use crate::engine::{self, Cancel, Snapshot};
use crate::fixes::{Fix, Grade};
use crate::project::Project;
use crate::report::{self, Change, Date, Entry, Redactor, Repair, Report, suppress};
use crate::rules::{self, Finding, Level};
use crate::syntax::{Document, Language};
use crate::text::FileId;
use crate::workspace;
use crate::workspace::walk::{Walk, file_id};

/// Code nests deeply: the engine needs more stack than a main thread has.
pub fn run(audit: &Audit, no_color: bool) -> Result<u8> {
    let thread = std::thread::Builder::new().stack_size(engine::STACK_BYTES);
    std::thread::scope(|scope| {
        let running = thread.spawn_scoped(scope, || run_here(audit, no_color)).context("no thread can be started")?;
        running.join().unwrap_or_else(|_| bail!("the audit failed; this is a mistake in Guardline"))
    })
}

fn run_here(audit: &Audit, no_color: bool) -> Result<u8> {
    let cancel = stopped_by_ctrl_c()?;
    let targets = targets::resolve(audit)?;
    let progress = Progress::new();
    let Some(read) = read(&targets, audit.include_tests, &cancel, &progress)? else { return Ok(stopped(&progress)) };
    progress.say("Checking");
    let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
    let Some(report) = report(&snapshot, &targets, read.notes, &cancel) else { return Ok(stopped(&progress)) };
    progress.clear();
    let style = output::style(no_color);
    let text = match audit.format {
        Format::Text => report::text::render(&report, &here(), report::paint::Style { colour: style.colour && audit.output.is_none(), ..style }),
        Format::Json => report::json::render(&report),
        Format::Sarif => report::sarif::render(&report),
    };
    match &audit.output {
        Some(path) => std::fs::write(path, text).with_context(|| format!("the report cannot be written to {}", path.display()))?,
        None => output::print(&text).context("the report cannot be written")?,
    }
    Ok(u8::from(!report.entries.is_empty()))
}

/// The first Ctrl-C asks for an end, the second is one.
fn stopped_by_ctrl_c() -> Result<Cancel> {
    let flag = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_shutdown(SIGINT, i32::from(STOPPED), Arc::clone(&flag))?;
    signal_hook::flag::register(SIGINT, Arc::clone(&flag))?;
    Ok(Cancel::from(flag))
}

fn stopped(progress: &Progress) -> u8 {
    progress.clear();
    let _ = output::complain("stopped");
    STOPPED
}

struct Read {
    project: Project,
    config: config::Config,
    notes: Vec<String>,
}

/// Reads the projects. `None` if cancelled.
fn read(targets: &Targets, include_tests: bool, cancel: &Cancel, progress: &Progress) -> Result<Option<Read>> {
    let home = std::env::home_dir();
    let mut loaded = targets.projects.first().map(|project| workspace::config::load(project, home.as_deref())).unwrap_or_default();
    loaded.config.include_tests |= include_tests;
    let mut notes: Vec<String> = loaded.problems();
    if targets.projects.iter().skip(1).any(|project| workspace::config::find(project, home.as_deref()) != loaded.path) {
        notes.push("Several projects were named; the configuration of the first holds for all of them.".to_owned());
    }
    if targets.gone > 0 {
        notes.push(format!("{} of the files in the list {} not there any more.", targets.gone, if targets.gone == 1 { "is" } else { "are" }));
    }
    let roots: Vec<FileId> = targets.projects.iter().filter_map(|project| file_id(project)).collect();
    let walk = Walk { roots: &targets.walked, also: &targets.files, config: &loaded.config, config_folder: loaded.folder() };
    let mut documents: Vec<(FileId, Option<Arc<Document>>)> = Vec::new();
    let mut ignored = FxHashSet::default();
    let ended = walk.stream(cancel, &mut |batch| {
        ignored.extend(batch.files.iter().filter(|source| source.ignored).map(|source| source.file.clone()));
        documents.par_extend(batch.files.into_par_iter().filter_map(|source| {
            let document = Document::new(source.file.clone(), Language::of(&source.file)?, 0, &source.text);
            Some((source.file, Some(Arc::new(document))))
        }));
        progress.count(batch.done, batch.total);
    });
    let Some(ended) = ended else { return Ok(None) };
    notes.extend(ended.notes);
    let project = Project::new(roots).with_git_roots(ended.git_roots).with_ignored(ignored).with(documents);
    Ok(Some(Read { project, config: loaded.config, notes }))
}

/// Checks the project. `None` if cancelled.
fn report<'s>(snapshot: &'s Snapshot, targets: &Targets, notes: Vec<String>, cancel: &Cancel) -> Option<Report<'s>> {
    let project = &*snapshot.project;
    let all = engine::check_all(snapshot, cancel)?;
    let redactor = Redactor::new(project, rules::all(), &all);
    let is_shown = |finding: &Finding| {
        let is_loud = finding.level != Level::Hidden || snapshot.config.audience == config::Audience::Auditor;
        is_loud && targets.cover(&finding.place.file)
    };
    let judged = suppress::judge(project, rules::all(), all.into_iter().filter(is_shown).collect(), today());
    let entries = with_repairs(project, judged.kept);
    let audited = project.files().filter(|(file, _)| targets.cover(file)).count();
    let mark_notes = judged.notes.into_iter().filter(|note| targets.cover(&note.place.file)).collect();
    Some(Report {
        project,
        rules: rules::all(),
        base: base(project),
        entries,
        silenced: judged.silenced.len(),
        mark_notes,
        notes,
        audited,
        around: project.files().count() - audited,
        redactor,
    })
}

/// Paths in reports are told from the git work tree, as code hosts do, else from the project.
fn base(project: &Project) -> FileId {
    let Some(root) = project.roots().first() else { return FileId::new("") };
    let around = |git: &&FileId| root == *git || root.as_str().strip_prefix(git.as_str()).is_some_and(|rest| rest.starts_with('/'));
    project.git_roots().iter().find(around).unwrap_or(root).clone()
}

fn with_repairs(project: &Project, findings: Vec<Finding>) -> Vec<Entry> {
    let entry = |finding: Finding| {
        let fixes = engine::offers(project, &finding).into_iter().filter(|fix| !fix.suppresses);
        Entry { repairs: fixes.map(repair).collect(), finding }
    };
    findings.into_iter().map(entry).collect()
}

fn repair(fix: Fix) -> Repair {
    let changes = fix.edits.into_iter().map(|of_file| Change {
        file: of_file.file,
        creates: of_file.create,
        replacements: of_file.edits.into_iter().map(|edit| (edit.span, edit.text)).collect(),
    });
    Repair { title: fix.title, needs_review: fix.grade == Grade::NeedsReview, note: fix.note, changes: changes.collect() }
}

fn here() -> FileId {
    let here = std::env::current_dir().ok();
    here.as_deref().and_then(|here: &Path| file_id(here)).unwrap_or_else(|| FileId::new(""))
}

fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Date::of_unix_days((since.as_secs() / 86_400) as i64)
}

/// A bar on standard error, if somebody watches.
struct Progress(ProgressBar);

impl Progress {
    fn new() -> Progress {
        let bar = ProgressBar::with_draw_target(None, if stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_message("Reading");
        Progress(bar)
    }

    fn count(&self, done: usize, total: usize) {
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
    }

    fn say(&self, what: &'static str) {
        self.0.set_message(what);
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}
