//! `guardline audit`: a project is read, checked, and reported on.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use super::args::{Audit, Format};
use super::built;
use super::output;
use super::reading::{self, Progress};
use super::targets::{self, Targets};
use crate::config;
use crate::engine::{self, Snapshot};
use crate::fixes::{Fix, Grade};
use crate::project::Project;
use crate::report::{self, Change, Date, Entry, Redactor, Repair, Report, Texts, suppress};
use crate::rules::evidence::Evidence;
use crate::rules::own::Known;
use crate::rules::{Finding, Level, RuleMeta};
use crate::text::FileId;
use crate::workspace::walk::file_id;

pub fn run(audit: &Audit, no_color: bool) -> Result<u8> {
    reading::deep(|| run_here(audit, no_color))
}

fn run_here(audit: &Audit, no_color: bool) -> Result<u8> {
    let cancel = reading::stopped_by_ctrl_c()?;
    let targets = targets::resolve(&audit.paths, audit.files_from.as_deref())?;
    let progress = Progress::new();
    let Some(read) = reading::read(&targets, audit.include_tests, &cancel, &progress)? else { return Ok(reading::stopped(&progress)) };
    progress.say("Checking");
    let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
    let known = Known::of(&snapshot.config);
    let rules = known.all();
    let Some((mut found, evidence)) = engine::survey(&snapshot, &|file| targets.cover(file), &cancel) else {
        if cancel.is_cancelled() {
            return Ok(reading::stopped(&progress));
        }
        bail!("the analysis failed; this is a mistake in Guardline");
    };
    let (mut texts, mut notes) = (Texts::of(&snapshot.project), read.notes);
    let mut served = built::Served::default();
    if let Some(folder) = &audit.built {
        progress.say("Reading what is served");
        served = built::served(folder.as_deref(), &snapshot.project, &targets)?;
        let Some((all, beside)) = served.check(&snapshot, &rules, found, &cancel) else { return Ok(reading::stopped(&progress)) };
        (found, texts) = (all, texts.and(beside));
        notes.push(served.told());
    }
    let mut report = report(&snapshot, &rules, &targets, &served, found, texts, notes);
    report.evidence = evidence;
    progress.clear();
    let style = output::style(no_color);
    let text = match audit.format {
        Format::Text => report::text::render(&report, &here(), report::paint::Style { colour: style.colour && audit.output.is_none(), ..style }),
        Format::Markdown => report::markdown::render(&report),
        Format::Html => report::html::render(&report),
        Format::Json => report::json::render(&report),
        Format::Sarif => report::sarif::render(&report),
        Format::Junit => report::junit::render(&report),
        Format::Github => report::github::render(&report),
    };
    match &audit.output {
        Some(path) => std::fs::write(path, text).with_context(|| format!("the report cannot be written to {}", path.display()))?,
        None => output::print(&text).context("the report cannot be written")?,
    }
    Ok(u8::from(!report.entries.is_empty()))
}

/// What is told of these findings.
fn report<'s>(
    snapshot: &'s Snapshot,
    rules: &'s [&'s RuleMeta<'s>],
    targets: &Targets,
    served: &built::Served,
    all: Vec<Finding>,
    texts: Texts<'s>,
    notes: Vec<String>,
) -> Report<'s> {
    let project = &*snapshot.project;
    let redactor = Redactor::new(&texts, rules, &all);
    let is_shown = |finding: &Finding| {
        let is_loud = finding.level != Level::Hidden || snapshot.config.audience == config::Audience::Auditor;
        is_loud && (targets.cover(&finding.place.file) || served.covers(&finding.place.file))
    };
    let judged = suppress::judge(project, rules, all.into_iter().filter(is_shown).collect(), today());
    let entries = with_repairs(project, judged.kept);
    let audited = project.files().filter(|(file, _)| targets.cover(file)).count();
    let mark_notes = judged.notes.into_iter().filter(|note| targets.cover(&note.place.file)).collect();
    Report {
        texts,
        rules,
        base: base(project),
        entries,
        silenced: judged.silenced.len(),
        mark_notes,
        notes,
        audited,
        around: project.files().count() - audited,
        redactor,
        evidence: Evidence::default(),
    }
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
