//! `guardline facts`: what the engine believes of files, to be checked by whoever knows better.

use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::args::{Facts, TableFormat};
use super::reading::{self, Progress};
use super::{output, targets};
use crate::engine::{Engine, Snapshot};
use crate::report::{Redactor, Texts, beliefs, paint};
use crate::rules;

pub fn run(facts: &Facts, no_color: bool) -> Result<u8> {
    reading::deep(|| run_here(facts, no_color))
}

fn run_here(facts: &Facts, no_color: bool) -> Result<u8> {
    let cancel = reading::stopped_by_ctrl_c()?;
    let targets = targets::resolve(&facts.paths, None)?;
    let progress = Progress::new();
    let Some(read) = reading::read(&targets, true, &cancel, &progress)? else { return Ok(reading::stopped(&progress)) };
    progress.say("Looking");
    let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
    let mut engine = Engine::default();
    // The findings are asked for their secrets only, which must not be shown.
    let Some(findings) = engine.check_all(&snapshot, &cancel) else { return Ok(reading::stopped(&progress)) };
    let Some(believed) = engine.believe(&snapshot, &|file| targets.cover(file), &cancel) else {
        if cancel.is_cancelled() {
            return Ok(reading::stopped(&progress));
        }
        bail!("the analysis failed; this is a mistake in Guardline");
    };
    progress.clear();
    for note in &read.notes {
        let _ = output::complain(note);
    }
    let redactor = Redactor::new(&Texts::of(&snapshot.project), rules::all(), &findings);
    let style = output::style(no_color);
    let text = match facts.format {
        TableFormat::Text => beliefs::text(&believed, &redactor, paint::Style { colour: style.colour && facts.output.is_none(), ..style }),
        TableFormat::Json => beliefs::json(&believed, &redactor),
    };
    match &facts.output {
        Some(path) => std::fs::write(path, text).with_context(|| format!("the facts cannot be written to {}", path.display()))?,
        None => output::print(&text).context("the facts cannot be written")?,
    }
    Ok(u8::from(believed.files.iter().any(|file| !file.not_understood.is_empty())))
}
