//! `cargo dev facts FILE`: what the engine believes of a file, and what an edit in it costs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use guardline::config::Config;
use guardline::engine::{Cancel, Engine, Snapshot};
use guardline::project::Project;
use guardline::report::paint::Style;
use guardline::report::{Redactor, Texts, beliefs};
use guardline::rules;
use guardline::syntax::{Document, Language};
use guardline::text::{Change, Encoding, FileId, Span, position};

pub fn run(path: &Path, root: Option<&Path>, stats: bool) -> anyhow::Result<()> {
    let path = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
    let root = match root {
        Some(root) => root.canonicalize().with_context(|| format!("cannot find {}", root.display()))?,
        None => path.parent().map(PathBuf::from).unwrap_or_default(),
    };
    let config = Arc::new(Config { include_tests: true, ..Config::default() });
    let project = Arc::new(crate::load(&root, &config)?);
    let file = FileId::new(&path.to_string_lossy());
    let run = move || tell(&Snapshot { project, config }, &file, stats);
    guardline::workspace::deep::deep("dev", run)?
}

fn tell(snapshot: &Snapshot, file: &FileId, stats: bool) -> anyhow::Result<()> {
    let mut engine = Engine::default();
    let findings = engine.check_all(snapshot, &Cancel::default())?;
    let at_first = engine.walks_made();
    let believed = engine.believe(snapshot, &|known| known == file, &Cancel::default())?;
    let redactor = Redactor::new(&Texts::of(&snapshot.project), rules::all(), &findings);
    print!("{}", beliefs::text(&believed, &redactor, Style { colour: false, width: 100 }));
    if stats {
        println!("{at_first} walks for the first state");
        for (name, at) in functions(&snapshot.project, file) {
            let again = after_edit(snapshot, file, at)?;
            println!("{again} walks after an edit in {name}");
        }
    }
    Ok(())
}

/// The functions of a file: their names, and a place inside where a comment may stand.
fn functions(project: &Project, file: &FileId) -> Vec<(String, u32)> {
    let Some(model) = project.file(file).and_then(|known| known.model.as_ref()) else { return Vec::new() };
    let mut found = Vec::new();
    for placed in &model.segments {
        for function in &placed.segment.functions {
            let body = placed.absolute(function.body_span);
            let at = match model.language {
                Language::Python => body.end,
                _ if function.expression_body => body.start,
                _ => body.start + 1,
            };
            found.push((if function.name.is_empty() { "a function without a name".to_owned() } else { function.name.to_string() }, at));
        }
    }
    found
}

/// How many walks are made again when a comment is written at a place.
fn after_edit(snapshot: &Snapshot, file: &FileId, at: u32) -> anyhow::Result<u64> {
    let document = &snapshot.project.file(file).context("the file is gone")?.document;
    let text = if document.language == Language::Python { "  # edited" } else { " /* edited */ " };
    let range = position::range(document.rope(), Span::new(at, at), Encoding::Utf8);
    let edited: Document = document.edited(1, &[Change { range: Some(range), text: text.to_owned() }], Encoding::Utf8).settled();
    let project = snapshot.project.with(vec![(file.clone(), Some(Arc::new(edited)))]);
    let after = Snapshot { project: Arc::new(project), config: Arc::clone(&snapshot.config) };
    let mut engine = Engine::default();
    engine.check_all(snapshot, &Cancel::default())?;
    let before = engine.walks_made();
    engine.check_all(&after, &Cancel::default())?;
    Ok(engine.walks_made() - before)
}
