//! What ships, also by who imports it: what browser code uses of other files ships with it.
//!
//! Followed by item and name, not by file: `getServerSideProps` keeps what only it uses on the server, an import that is used as
//! a type vanishes, and of a module of words a page takes the words it uses. The way that is told is the shortest.

mod graph;
mod nodes;
mod published;

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

pub use published::Published;

use super::surface::Surface;
use super::{File, Project, Resolver, Stacks};
use crate::facts::exposure::{FileExposure, ServerLibrary};
use crate::model::{ExprKind, Placed};
use crate::text::{FileId, Name, Place, Span};
use graph::{Graph, Origin};
use nodes::Nodes;

/// Where a file runs, in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Side {
    Client,
    Server,
    /// Server code uses it, and code that ships too.
    Shared,
    #[default]
    Unknown,
}

impl Side {
    pub fn word(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Server => "server",
            Side::Shared => "shared",
            Side::Unknown => "unknown",
        }
    }
}

/// An import on the way from code that ships.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub file: FileId,
    /// Which of the file's imports.
    import: u32,
}

/// How a place comes to be shipped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    pub surface: Surface,
    /// From the file that ships by itself; empty if that is the place's own.
    pub steps: Vec<Step>,
}

/// What code that ships brings along and a browser cannot have.
#[derive(Clone, Debug)]
pub struct Intrusion {
    pub what: Needed,
    /// Where it stands.
    pub file: FileId,
    pub item: u32,
    pub way: Way,
}

#[derive(Clone, Debug)]
pub enum Needed {
    /// A secret variable, which is empty there.
    Variable(Name),
    Library {
        library: &'static ServerLibrary,
        package: Name,
        /// Which of the file's imports.
        import: u32,
    },
}

/// What is remembered of a project from one state to the next. Answers are those of a fresh one.
#[derive(Default)]
pub struct Reach {
    resolver: Option<Arc<Resolver>>,
    stacks: Option<Arc<Stacks>>,
    entered: Option<Arc<BTreeSet<FileId>>>,
    gathered: Option<Arc<FxHashMap<FileId, File>>>,
    /// The files that were among its changes: a project that does not have them among its own is an earlier one.
    changed: FxHashSet<FileId>,
    /// The files as they were: as long as what one says is this, all the rest is as it was.
    seen: FxHashMap<FileId, Arc<FileExposure>>,
    nodes: Nodes,
    graph: Graph,
    published: Published,
    /// How often what reaches what was worked out: what a test of reuse counts.
    pub made: u64,
}

impl Reach {
    pub fn of(project: &Project) -> Reach {
        let mut reach = Reach::default();
        reach.update(project);
        reach
    }

    /// Brings it up to a new state. What reaches what is worked out anew only if an edge or a beginning changed.
    pub fn update(&mut self, project: &Project) {
        let entered = project.setup().entered();
        if !is_same(&self.resolver, project.resolver()) || !is_same(&self.stacks, project.stacks()) || !is_same(&self.entered, entered) {
            let (resolver, stacks, entered) = (Arc::clone(project.resolver()), Arc::clone(project.stacks()), Arc::clone(entered));
            *self = Reach { resolver: Some(resolver), stacks: Some(stacks), entered: Some(entered), made: self.made, ..Reach::default() };
        }
        let is_later = self.changed.iter().all(|file| project.changed.contains_key(file));
        self.changed = project.changed.keys().cloned().collect();
        if is_later && self.gathered.as_ref().is_some_and(|gathered| Arc::ptr_eq(gathered, &project.files)) {
            project.changed.iter().for_each(|(file, known)| self.look(project, file, known.as_ref()));
        } else {
            project.files().for_each(|(file, known)| self.look(project, file, Some(known)));
            let gone: Vec<FileId> = self.seen.keys().filter(|file| project.file(file).is_none()).cloned().collect();
            gone.iter().for_each(|file| self.look(project, file, None));
            self.gathered = Some(Arc::clone(&project.files));
        }
        if self.nodes.settle(project) {
            self.made += 1;
            self.graph = Graph::of(&self.nodes);
        }
    }

    fn look(&mut self, project: &Project, file: &FileId, known: Option<&File>) {
        let Some(known) = known.filter(|known| !known.exposure.is_empty()) else {
            self.published.set(file, &Arc::from([]));
            self.nodes.remove(file);
            self.seen.remove(file);
            return;
        };
        let exposure = &known.exposure;
        let before = self.seen.get(file);
        if before.is_some_and(|before| Arc::ptr_eq(before, exposure)) {
            return;
        }
        if before.is_none_or(|before| before.published != exposure.published) {
            self.published.set(file, &exposure.published);
        }
        self.nodes.set(project, file, exposure);
        self.seen.insert(file.clone(), Arc::clone(exposure));
    }

    /// How the place comes to be shipped; `None` if it does not. Of a file that is no code: how the file does.
    pub fn way(&self, project: &Project, file: &FileId, offset: u32) -> Option<Way> {
        let known = project.file(file)?;
        let own = |surface: Surface| surface.is_exposed().then(|| Way { surface, steps: Vec::new() });
        let Some(model) = known.model.as_ref().filter(|_| !known.exposure.items.is_empty()) else { return own(project.surface(file)) };
        let at = model.segments.partition_point(|placed| placed.start <= offset).checked_sub(1);
        let is_inside = |at: &usize| model.segments.get(*at).is_some_and(|placed| offset < placed.span().end);
        let Some(at) = at.filter(is_inside) else {
            // Markup, or a comment: it goes where the file goes.
            return own(project.surface(file));
        };
        let (placed, facts) = (model.segments.get(at)?, known.exposure.items.get(at)?);
        if facts.keeps(offset - placed.start) {
            return None;
        }
        self.graph.way(&self.nodes, file, at as u32)
    }

    /// How an item of a file comes to be shipped.
    pub fn way_of_item(&self, file: &FileId, item: usize) -> Option<Way> {
        self.graph.way(&self.nodes, file, item as u32)
    }

    /// What the imports of this file, or its own code, bring along that a browser cannot have.
    pub fn intrusions(&self, file: &FileId) -> &[Intrusion] {
        self.graph.intrusions.get(file).map_or(&[], Vec::as_slice)
    }

    /// Others import this file, and none of them comes near a browser: it neither ships nor shows a page.
    pub fn is_used_by_server_only(&self, project: &Project, file: &FileId) -> bool {
        let mut users = self.nodes.users(file).filter(|user| !project.is_test_path(user)).peekable();
        let is_of_server = |user: &FileId| {
            !shows_markup(project, user)
                && !project.surface(user).is_exposed()
                && !matches!(self.graph.origin(&self.nodes, user), Origin::Client | Origin::Both)
        };
        users.peek().is_some() && users.all(is_of_server)
    }

    pub fn published(&self) -> &Published {
        &self.published
    }

    pub fn side(&self, project: &Project, file: &FileId) -> Side {
        match (project.surface(file), self.graph.origin(&self.nodes, file)) {
            (Surface::Browser | Surface::Native | Surface::Static, _) => Side::Client,
            (Surface::Server | Surface::Build, Origin::Nothing) | (Surface::Unknown, Origin::Server) => Side::Server,
            (_, Origin::Client) => Side::Client,
            (_, Origin::Both) => Side::Shared,
            (_, Origin::Server) => Side::Server,
            _ => Side::Unknown,
        }
    }
}

fn is_same<T>(known: &Option<Arc<T>>, now: &Arc<T>) -> bool {
    known.as_ref().is_some_and(|known| Arc::ptr_eq(known, now))
}

fn shows_markup(project: &Project, file: &FileId) -> bool {
    let Some(known) = project.file(file) else { return true };
    let is_element = |placed: &Placed| placed.segment.exprs.iter().any(|expr| matches!(expr.kind, ExprKind::Jsx { .. }));
    known.document.language.is_page() || known.model.as_ref().is_none_or(|model| model.segments.iter().any(is_element))
}

/// The place of an import in its file.
pub fn place_of(project: &Project, step: &Step) -> Option<Place> {
    place_of_import(project, &step.file, step.import)
}

pub fn place_of_import(project: &Project, file: &FileId, import: u32) -> Option<Place> {
    let known = project.file(file)?;
    let shape = known.exposure.shape.imports.get(import as usize)?;
    let imported = known.exposure.items.get(shape.item as usize)?.imports.get(shape.nth as usize)?;
    // What a page's markup asks for has no place of its own.
    let segments = known.model.as_ref().map(|model| model.segments.as_slice()).unwrap_or_default();
    let span = segments.get(shape.item as usize).map_or(Span::default(), |placed| placed.absolute(imported.span));
    Some(Place { file: file.clone(), span })
}

impl Project {
    /// Where each file of code runs.
    pub fn sides(&self) -> FxHashMap<FileId, Side> {
        let reach = Reach::of(self);
        self.files().filter(|(_, known)| known.module.is_some()).map(|(file, _)| (file.clone(), reach.side(self, file))).collect()
    }
}

#[cfg(test)]
mod tests;
