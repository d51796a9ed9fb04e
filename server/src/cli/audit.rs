//! `guardline audit`: a project is read, checked, and reported on.

mod caused;
mod fix;
mod judging;
mod presence;
mod review;
mod trying;
mod watch;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::args::{Audit, Format};
use super::built;
use super::output;
use super::reading::{self, Progress};
use super::targets;
use crate::engine::{Engine, Heard, NoAnswer, Snapshot};
use crate::report::baseline::Baseline;
use crate::report::{self, Report, Texts};
use crate::rules::evidence::Evidence;
use crate::rules::own::Known;
use crate::text::FileId;
use crate::workspace::walk::file_id;

use caused::Caused;
use judging::{Found, Judging};

pub fn run(audit: &Audit, no_color: bool) -> Result<u8> {
    reading::deep(|| run_here(audit, no_color))
}

fn run_here(audit: &Audit, no_color: bool) -> Result<u8> {
    let cancel = reading::stopped_by_ctrl_c()?;
    let mut targets = targets::resolve(&audit.paths, audit.files_from.as_deref())?;
    targets.narrow(&audit.which)?;
    let judging = Judging::of(audit, &targets)?;
    if audit.repair.fix {
        return fix::run(&judging, &cancel, no_color);
    }
    if audit.watch {
        return watch::run(&judging, &cancel, no_color);
    }
    let progress = Progress::new();
    let Some(read) = reading::read(&targets, audit.include_tests, &cancel, &progress)? else { return Ok(reading::stopped(&progress)) };
    let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
    let known = Known::of(&snapshot.config);
    let rules = known.all();
    progress.say("Checking");
    let files = snapshot.project.files().count();
    let streams = audit.format == Format::Lines && audit.output.is_none() && audit.built.is_none() && !targets.are_narrowed();
    let mut streamed = Ok(());
    let mut tell = |heard: Heard<'_>| match heard {
        Heard::Step(step, findings) => progress.found(step.done, step.total, findings),
        Heard::Done(_, found) if streams && !found.is_empty() && streamed.is_ok() => {
            let found = Found { findings: found.to_vec(), ..Found::nothing(&snapshot, &rules, Evidence::default()) };
            let lines = report::lines::render(&judging.told(found));
            progress.aside(|| streamed = output::print(&lines));
        }
        Heard::Done(..) => {}
    };
    let (mut engine, stays) = if targets.are_narrowed() { (Engine::staying(), true) } else { trying::engine(files) };
    let surveyed = engine.survey(&snapshot, &|file| targets.cover(file), &mut tell, &cancel).and_then(|(findings, evidence)| {
        let caused = Caused::by_changes(&mut engine, &snapshot, read.config_folder.as_deref(), &targets, &findings, &cancel)?;
        Ok((findings, evidence, caused))
    });
    let (mut findings, evidence, caused) = match surveyed {
        Err(NoAnswer::Cancelled) => return Ok(reading::stopped(&progress)),
        surveyed => surveyed?,
    };
    let (mut texts, mut notes) = (Texts::of(&snapshot.project), read.notes);
    let mut served = built::Served::default();
    if let Some(folder) = &audit.built {
        progress.say("Reading what is served");
        served = built::served(folder.as_deref(), &snapshot.project, &targets)?;
        let Some((all, beside)) = served.check(&snapshot, &rules, findings, &cancel) else { return Ok(reading::stopped(&progress)) };
        (findings, texts) = (all, texts.and(beside));
        notes.push(served.told());
    }
    let found = Found { snapshot: &snapshot, rules: &rules, findings, evidence, texts, notes, served: Some(&served), caused };
    if audit.known.write_baseline || audit.known.prune_baseline {
        progress.clear();
        return renew_baseline(&judging, found);
    }
    let report = judging.told(found);
    let report = if audit.format == Format::Lines {
        // Nothing is said of fixes on a line.
        report
    } else {
        progress.say("Trying out fixes");
        trying::with_repairs(&snapshot, report, stays.then_some(&mut engine), trying::PATIENCE, &cancel)
    };
    progress.clear();
    streamed.context("the report cannot be written")?;
    if !streams {
        write(audit, &report, no_color)?;
    }
    aside(audit.format, &report).iter().try_for_each(|note| output::complain(note))?;
    Ok(judging.exit_code(&report))
}

/// The report in the format that was asked for.
fn rendered(audit: &Audit, report: &Report<'_>, no_color: bool) -> String {
    let style = output::style(no_color);
    let style = report::paint::Style { colour: style.colour && audit.output.is_none(), ..style };
    match audit.format {
        // Somebody waits to commit.
        Format::Text if audit.which.staged => report::text::render_short(report, &here(), style),
        Format::Text => report::text::render(report, &here(), style),
        Format::Markdown => report::markdown::render(report),
        Format::Html => report::html::render(report),
        Format::Json => report::json::render(report),
        Format::Sarif => report::sarif::render(report),
        Format::Junit => report::junit::render(report),
        Format::Github => report::github::render(report),
        Format::Lines => report::lines::render(report),
        Format::Prompt => report::prompt::render(report),
    }
}

/// What the format has no room for: settings that have no effect must not go unseen.
fn aside(format: Format, report: &Report<'_>) -> Vec<String> {
    match format {
        Format::Text | Format::Markdown | Format::Html | Format::Json | Format::Sarif => Vec::new(),
        Format::Junit | Format::Github | Format::Lines | Format::Prompt => report::lines::notes(report),
    }
}

/// The report to where it was asked for.
fn write(audit: &Audit, report: &Report<'_>, no_color: bool) -> Result<()> {
    let text = rendered(audit, report, no_color);
    match &audit.output {
        Some(path) => std::fs::write(path, text).with_context(|| format!("the report cannot be written to {}", path.display())),
        None => output::print(&text).context("the report cannot be written"),
    }
}

/// Writes the baseline: what is found now, or what it knew of that.
fn renew_baseline(judging: &Judging<'_>, found: Found<'_>) -> Result<u8> {
    let Some(path) = &judging.audit.known.baseline else { return Ok(0) };
    let report = judging.all(found);
    let now = Baseline::of(&report);
    let is_asked = |file: &FileId| judging.targets.cover(file);
    let before = judging.baseline.clone().unwrap_or_default();
    let (baseline, told) = if judging.audit.known.prune_baseline {
        let (baseline, gone) = before.pruned(&now, &report.base, &is_asked);
        let told = format!("{} taken out of the baseline, {} left.", counted(gone, "finding was", "findings were"), baseline.len());
        (baseline, told)
    } else {
        let baseline = before.renewed(now, &report.base, &is_asked);
        let told = format!("The baseline knows {} now.", counted(baseline.len(), "finding", "findings"));
        (baseline, told)
    };
    std::fs::write(path, baseline.text()).with_context(|| format!("the baseline cannot be written to {}", path.display()))?;
    output::print(&format!("{told}\n")).context("the result cannot be told")?;
    Ok(0)
}

fn counted(n: usize, one: &str, several: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {several}") }
}

fn here() -> FileId {
    let here = std::env::current_dir().ok();
    here.as_deref().and_then(|here: &Path| file_id(here)).unwrap_or_else(|| FileId::new(""))
}
