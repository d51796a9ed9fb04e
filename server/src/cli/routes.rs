//! `guardline routes`: the map of the application, one route after the other.

use anyhow::{Context, Result};

use super::args::{MapFormat, Routes};
use super::looking::{Looked, look};
use super::{STOPPED, output, reading};
use crate::report::{self, paint};

pub fn run(routes: &Routes, no_color: bool) -> Result<u8> {
    reading::deep(|| run_here(routes, no_color))
}

fn run_here(routes: &Routes, no_color: bool) -> Result<u8> {
    let looked = look(&routes.paths, routes.include_tests, |engine, snapshot, targets, cancel| engine.routes(snapshot, &|file| targets.cover(file), cancel))?;
    let Some(Looked { snapshot, told: map, redactor }) = looked else { return Ok(STOPPED) };
    let style = output::style(no_color);
    let text = match routes.format {
        MapFormat::Table => {
            report::routes::table(&snapshot.project, &map, &redactor, paint::Style { colour: style.colour && routes.output.is_none(), ..style })
        }
        MapFormat::Json => report::routes::json(&snapshot.project, &map, &redactor),
        MapFormat::Curl => report::knock::script(&map, &redactor),
    };
    match &routes.output {
        Some(path) => std::fs::write(path, text).with_context(|| format!("the map cannot be written to {}", path.display()))?,
        None => output::print(&text).context("the map cannot be written")?,
    }
    Ok(0)
}
