//! What the engine believes about the files of a project: gathered from what the walks left, for whoever wants to see it.

pub mod beliefs;
mod events;
mod gaps;
mod models;
mod said;
pub mod setup;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use beliefs::Beliefs;
use beliefs::{At, OfEvent, OfFile, OfWalk, VERSION};

use super::session::{RootKey, RootWalk, Session};
use super::{Linked, Project};
use crate::config::Config;
use crate::facts::event::Event;
use crate::facts::place::{FunctionKey, ItemKey, Site};
use crate::model::Placed;
use crate::text::{Encoding, FileId, Name, Place, Span, position};

impl Project {
    /// Where a site stands now; `None` if its item is gone.
    pub fn place(&self, site: &Site) -> Option<Place> {
        let placed = self.placed(&site.item)?;
        Some(Place { file: site.item.file.clone(), span: placed.absolute(site.span) })
    }

    /// The item as it stands now; `None` if it is gone.
    pub fn placed(&self, item: &ItemKey) -> Option<&Placed> {
        let module = self.file(&item.file)?.module.as_ref()?;
        module.model.segments.get(module.segment_of(item)?)
    }

    /// The file and the line of a site, as people and programs are told.
    pub fn at(&self, site: &Site) -> At {
        match self.place(site) {
            Some(place) => self.line_at(&place.file, place.span),
            None => self.line_at(&site.item.file, Span::default()),
        }
    }

    fn line_at(&self, file: &FileId, span: Span) -> At {
        let line = self.file(file).map_or(1, |known| position::position(known.document.rope(), span.start, Encoding::Utf8).line + 1);
        At { file: self.relative(file).to_owned(), line }
    }

    fn place_of_function(&self, key: &FunctionKey) -> Option<At> {
        let placed = self.placed(&key.item)?;
        let function = placed.segment.functions.get(key.function.0 as usize)?;
        Some(self.line_at(&key.item.file, placed.absolute(function.span)))
    }
}

/// What is believed of the wanted files, and of the models that they touch. `None` if cancelled.
pub fn believe(
    session: &mut Session,
    project: &Project,
    config: &Arc<Config>,
    wanted: &dyn Fn(&FileId) -> bool,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Option<Beliefs> {
    session.update(project, config);
    session.all(project, config, &mut |_, _| {}, cancelled)?;
    let walks = session.sorted_walks();
    let sides = project.sides();
    let mut touched: BTreeSet<Name> = BTreeSet::new();
    let mut files = Vec::new();
    let world = Linked::new(project, config);
    for (file, known) in project.sorted_files() {
        if !wanted(file) || known.module.is_none() && known.said.is_none() && !known.document.language.is_code() {
            continue;
        }
        let here: Vec<&Arc<RootWalk>> = walks.iter().filter(|walk| walk.files.contains(file) || home(walk) == file).collect();
        let mut of_file = OfFile {
            file: project.relative(file).to_owned(),
            surface: sides.get(file).copied().unwrap_or_default().word(),
            walks: Vec::new(),
            access: said::access(project, file, known),
            unescaped: said::unescaped(project, file, known),
            not_understood: gaps::of_file(project, &world, file, known),
        };
        for walk in here {
            let is_home = home(walk) == file;
            let events = walk.events.iter().filter(|event| is_home || events::site(event).item.file == *file);
            let told: Vec<OfEvent> = events.clone().map(|event| events::tell(project, event)).collect();
            // The top level of a file that does nothing, and walks that only come through, need no word.
            if told.is_empty() && (!is_home || walk.route.is_none()) {
                continue;
            }
            touched.extend(events.filter_map(|event| match event {
                Event::Access(access) if !access.query.model.is_empty() => Some(access.query.model.clone()),
                _ => None,
            }));
            of_file.not_understood.extend(gaps::of_walk(project, walk, file));
            of_file.walks.push(of_walk(project, walk, told));
        }
        of_file.walks.sort_by(|a, b| (&a.at, &a.route.as_ref().map(|route| &route.methods)).cmp(&(&b.at, &b.route.as_ref().map(|route| &route.methods))));
        of_file.not_understood.sort();
        of_file.not_understood.dedup();
        files.push(of_file);
    }
    Some(Beliefs {
        version: VERSION,
        files,
        models: models::all(project, &touched),
        setup: setup::of(project, wanted),
        packages: setup::packages(project, wanted),
    })
}

/// The file that a walk stands under.
fn home(walk: &RootWalk) -> &FileId {
    match &walk.route {
        Some(route) => &route.site.item.file,
        None => walk.key.file(),
    }
}

fn of_walk(project: &Project, walk: &RootWalk, events: Vec<OfEvent>) -> OfWalk {
    let (kind, at) = match (&walk.key, &walk.route) {
        (_, Some(route)) => ("route", Some(project.at(&route.site))),
        (RootKey::Function(function), _) => ("function", project.place_of_function(function)),
        (RootKey::Item(item), _) => ("top-level", Some(project.at(&Site { item: item.clone(), span: Span::default() }))),
        (RootKey::Route(site, _), None) => ("route", Some(project.at(site))),
    };
    OfWalk {
        kind,
        at,
        route: walk.route.as_ref().map(|route| events::route(project, route)),
        always: events::always(project, walk),
        events,
        complete: !walk.exhausted,
    }
}
