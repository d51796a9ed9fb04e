//! What was not understood, with its place.

use super::beliefs::Gap;
use super::{events, home};
use crate::facts::access_rules::Demand;
use crate::facts::check::{Fact, Facts, GuardKind};
use crate::facts::event::{Access, Event};
use crate::facts::place::Site;
use crate::facts::query::{Filter, Operation};
use crate::facts::walk::{Target, World};
use crate::model::ExprKind;
use crate::project::session::RootWalk;
use crate::project::{File, Linked, Project};
use crate::text::{FileId, Span};

/// Of the file itself: what cannot be read, and imports of files that are not there.
pub(super) fn of_file(project: &Project, world: &Linked<'_>, file: &FileId, known: &File) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut add = |what, detail: String, span| gaps.push(Gap { at: project.line_at(file, span), what, detail });
    for permission in known.said.iter().flat_map(|said| &said.access.areas).flat_map(|area| &area.permissions) {
        if permission.demand.parts().contains(&&Demand::Unknown) {
            add("condition", "not all that this demands is known".to_owned(), permission.span);
        }
    }
    let Some(module) = &known.module else {
        if !known.document.language.is_code() {
            return gaps;
        }
        add("syntax", "the file cannot be read".to_owned(), Span::default());
        return gaps;
    };
    for placed in &module.model.segments {
        if let Some(error) = placed.segment.errors.first() {
            add("syntax", "something here cannot be read".to_owned(), placed.absolute(*error));
        }
    }
    for source in module.imports.iter() {
        if let Target::Missing(name) = world.resolve(file, source) {
            let segment = module
                .model
                .segments
                .iter()
                .find(|placed| placed.segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Str(text) if **text == **source)));
            add("import", format!("{name} is not in the project"), segment.map(|placed| placed.span()).unwrap_or_default());
        }
    }
    gaps
}

/// Of a walk, as far as it concerns this file.
pub(super) fn of_walk(project: &Project, walk: &RootWalk, file: &FileId) -> Vec<Gap> {
    let mut gaps = Vec::new();
    if home(walk) == file
        && let Some(route) = &walk.route
    {
        let mut add = |what, detail: &str| gaps.push(Gap { at: project.at(&route.site), what, detail: detail.to_owned() });
        if route.function().is_none() {
            add("handler", "what answers this route cannot be looked into");
        }
        if route.path.is_none() {
            add("path", "the path of this route is not known");
        }
        if route.adrift {
            add("mount", "the router is mounted nowhere that can be seen: what runs before it is not known");
        }
    }
    if walk.exhausted && home(walk) == file {
        let at = walk.route.as_ref().map(|route| project.at(&route.site)).unwrap_or_else(|| project.line_at(file, Span::default()));
        gaps.push(Gap { at, what: "bound", detail: "too much to look at: what follows was not seen".to_owned() });
    }
    for event in walk.events.iter().filter(|event| events::site(event).item.file == *file) {
        if let Some(facts) = events::facts(event) {
            unsure_guards(project, facts, events::site(event), &mut gaps);
        }
        if let Event::Access(access) = event {
            of_access(project, access, &mut gaps);
        }
    }
    gaps
}

fn of_access(project: &Project, access: &Access, gaps: &mut Vec<Gap>) {
    let query = &access.query;
    let mut add = |what, detail: String| gaps.push(Gap { at: project.at(&access.site), what, detail });
    if query.operation == Operation::Raw {
        add("operation", "what this asks of the database cannot be read".to_owned());
    }
    if query.model.is_empty() {
        add("model", "the model is not known".to_owned());
    } else if project.schema().model(&query.model).is_none() {
        add("model", format!("no schema of the project has {}", query.model));
    }
    if query.guessed {
        add("guess", "only a name suggests that this is a database".to_owned());
    }
    if query.filter.iter().any(has_opaque) {
        add("filter", "part of the filter cannot be read".to_owned());
    }
}

/// What may stop a request, in a way that cannot be seen.
fn unsure_guards(project: &Project, facts: &Facts, site: &Site, gaps: &mut Vec<Gap>) {
    for fact in facts.iter() {
        // A router that is mounted nowhere is told once, with its route.
        if let Fact::Guard(guard) = fact
            && !guard.sure
            && guard.name != "mount"
            && guard.kind != GuardKind::Limit
        {
            let at = project.at(guard.site.as_ref().unwrap_or(site));
            gaps.push(Gap {
                at,
                what: "guard",
                detail: format!("whether {} stops anybody cannot be seen", if guard.name.is_empty() { "this" } else { &guard.name }),
            });
        }
    }
}

fn has_opaque(filter: &Filter) -> bool {
    match filter {
        Filter::Opaque(_) => true,
        Filter::All(inner) | Filter::Any(inner) => inner.iter().any(has_opaque),
        Filter::Not(inner) => has_opaque(inner),
        Filter::Term(_) | Filter::Row(_) => false,
    }
}
