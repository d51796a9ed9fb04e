//! `guardline routes`: the map of the application, one route after the other.

use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::args::{MapFormat, Routes};
use super::reading::{self, Progress};
use super::{output, targets};
use crate::engine::{Engine, Snapshot};
use crate::report::{self, Redactor, Texts, paint};
use crate::rules;

pub fn run(routes: &Routes, no_color: bool) -> Result<u8> {
    reading::deep(|| run_here(routes, no_color))
}

fn run_here(routes: &Routes, no_color: bool) -> Result<u8> {
    let cancel = reading::stopped_by_ctrl_c()?;
    let targets = targets::resolve(&routes.paths, None)?;
    let progress = Progress::new();
    let Some(read) = reading::read(&targets, routes.include_tests, &cancel, &progress)? else { return Ok(reading::stopped(&progress)) };
    progress.say("Looking");
    let snapshot = Snapshot { project: Arc::new(read.project), config: Arc::new(read.config) };
    let mut engine = Engine::default();
    // The findings are asked for their secrets only, which must not be shown.
    let Some(findings) = engine.check_all(&snapshot, &cancel) else { return Ok(reading::stopped(&progress)) };
    let Some(map) = engine.routes(&snapshot, &|file| targets.cover(file), &cancel) else {
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
    let text = match routes.format {
        MapFormat::Table => {
            report::routes::table(&snapshot.project, &map, &redactor, paint::Style { colour: style.colour && routes.output.is_none(), ..style })
        }
        MapFormat::Json => report::routes::json(&snapshot.project, &map, &redactor),
    };
    match &routes.output {
        Some(path) => std::fs::write(path, text).with_context(|| format!("the map cannot be written to {}", path.display()))?,
        None => output::print(&text).context("the map cannot be written")?,
    }
    Ok(0)
}
