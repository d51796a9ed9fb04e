//! `guardline facts`: what the engine believes of files, to be checked by whoever knows better.

use anyhow::{Context, Result};

use super::args::{Facts, TableFormat};
use super::looking::{Looked, look};
use super::{STOPPED, output, reading};
use crate::report::{beliefs, paint};

pub fn run(facts: &Facts, no_color: bool) -> Result<u8> {
    reading::deep(|| run_here(facts, no_color))
}

fn run_here(facts: &Facts, no_color: bool) -> Result<u8> {
    let looked = look(&facts.paths, true, |engine, snapshot, targets, cancel| engine.believe(snapshot, &|file| targets.cover(file), cancel))?;
    let Some(Looked { told: believed, redactor, .. }) = looked else { return Ok(STOPPED) };
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
