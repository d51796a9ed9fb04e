//! What the engine believes about a file, for people.

use std::fmt::Write;
use std::sync::Arc;

use super::Project;
use super::session::{RootWalk, Session};
use crate::config::Config;
use crate::facts::event::Event;
use crate::facts::place::Site;
use crate::facts::show;
use crate::text::{Encoding, FileId, Place, position};

impl Project {
    /// Where a site stands now; `None` if its item is gone.
    pub fn place(&self, site: &Site) -> Option<Place> {
        let module = self.file(&site.item.file)?.module.as_ref()?;
        let placed = module.model.segments.get(module.segment_of(&site.item)?)?;
        Some(Place { file: site.item.file.clone(), span: placed.absolute(site.span) })
    }

    /// `file:line` of a site.
    pub fn line_of(&self, site: &Site) -> String {
        let Some(place) = self.place(site) else { return "?".into() };
        let line = self.file(&place.file).map_or(0, |file| position::position(file.document.rope(), place.span.start, Encoding::Utf8).line + 1);
        format!("{}:{line}", self.relative(&place.file))
    }
}

/// The routes, accesses, sinks and what holds at them, of everything that reaches into a file.
pub fn describe(session: &mut Session, project: &Project, config: &Arc<Config>, file: &FileId) -> String {
    session.update(project, config);
    let mut out = String::new();
    let _ = session.all(project, config, &|| false);
    let Some(walks) = session.file(project, config, file, &|| false) else { return out };
    for walk in walks {
        describe_walk(project, &walk, &mut out);
    }
    out
}

fn describe_walk(project: &Project, walk: &RootWalk, out: &mut String) {
    let _ = match &walk.route {
        Some(route) => {
            let mut line = format!("route {} [{}] at {}", route.title(), route.framework, project.line_of(&route.site));
            if route.adrift {
                line.push_str(" (mounted nowhere)");
            }
            for link in &route.chain {
                let _ = write!(line, "\n  before: {}", show::value(&link.value));
            }
            writeln!(out, "{line}")
        }
        None => writeln!(out, "walk {}", walk.visited.len()),
    };
    if walk.exhausted {
        let _ = writeln!(out, "  (the bound was reached)");
    }
    for event in &walk.events {
        let _ = match event {
            Event::Access(access) => {
                let query = &access.query;
                let filters: Vec<String> = query.filter.iter().map(show::filter).collect();
                let data: Vec<String> = query.data.iter().map(show::value).collect();
                writeln!(
                    out,
                    "  {:?} {}{} at {}\n    client {}{}\n    where {}{}\n    holds {}",
                    query.operation,
                    query.model,
                    if query.guessed { "?" } else { "" },
                    project.line_of(&access.site),
                    query.client,
                    query.handle.as_ref().map(|handle| format!(" on {}", show::value(handle))).unwrap_or_default(),
                    if filters.is_empty() { "-".to_owned() } else { filters.join(" and ") },
                    if data.is_empty() { String::new() } else { format!("\n    data {}", data.join(" ; ")) },
                    show::facts(&access.facts),
                )
            }
            Event::Sink(sink) => writeln!(
                out,
                "  sink {:?} {} at {}\n    value {}\n    holds {}",
                sink.kind,
                sink.client,
                project.line_of(&sink.site),
                show::value(&sink.value),
                show::facts(&sink.facts)
            ),
            Event::Use(used) => {
                writeln!(out, "  {:?} {} at {} holds {}", used.kind, show::value(&used.value), project.line_of(&used.site), show::facts(&used.facts))
            }
            Event::Registration(registration) => writeln!(
                out,
                "  registers {:?} {:?} on {} at {}",
                registration.kind,
                registration.path.as_deref().unwrap_or("-"),
                show::value(&registration.on),
                project.line_of(&registration.site)
            ),
            Event::Effect(effect) => writeln!(out, "  effect {} at {}", effect.kind, project.line_of(&effect.site)),
        };
    }
}
