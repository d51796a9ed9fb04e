//! The files of code as what reaches what depends on them, in the order of their names.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::facts::browser::Stack;
use crate::facts::exposure::{ExportShape, FileExposure, ItemShape, Shape};
use crate::facts::walk::Target;
use crate::project::Project;
use crate::project::surface::Surface;
use crate::text::{FileId, Name};

/// A file of code.
pub(super) struct Node {
    pub file: FileId,
    pub shape: Arc<Shape>,
    pub surface: Surface,
    pub is_barrier: bool,
    /// The items that ship because the file does.
    pub begins: Vec<u32>,
    /// Code that ships may use it without importing it. Then these ship, if nobody imports it.
    pub offers: Vec<u32>,
    /// Where each import leads.
    pub goals: Vec<Goal>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Goal {
    /// The file with this number.
    File(u32),
    Library(Name),
    Nowhere,
}

/// Numbers follow the names of the files, which decide ties. Files seldom come or go: then all are numbered anew.
#[derive(Default)]
pub(super) struct Nodes {
    all: Vec<Node>,
    numbers: FxHashMap<FileId, u32>,
    /// What was said of files that have no number yet.
    come: FxHashMap<FileId, Arc<FileExposure>>,
    gone: Vec<FileId>,
    differs: bool,
}

impl Nodes {
    pub fn number(&self, file: &FileId) -> Option<usize> {
        self.numbers.get(file).map(|number| *number as usize)
    }

    pub fn all(&self) -> &[Node] {
        &self.all
    }

    /// The files that import this one.
    pub fn users(&self, file: &FileId) -> impl Iterator<Item = &FileId> {
        let number = self.numbers.get(file).copied();
        let uses = move |node: &&Node| number.is_some_and(|number| node.goals.contains(&Goal::File(number)));
        self.all.iter().filter(uses).map(|node| &node.file)
    }

    /// This is what a file says now.
    pub fn set(&mut self, project: &Project, file: &FileId, exposure: &Arc<FileExposure>) {
        if exposure.items.is_empty() {
            return self.remove(file);
        }
        let Some(at) = self.number(file) else {
            self.come.insert(file.clone(), Arc::clone(exposure));
            return;
        };
        let (surface, is_barrier) = (project.surface(file), project.is_barrier(file));
        let is_same = |known: &Node| {
            (known.surface, known.is_barrier) == (surface, is_barrier) && (Arc::ptr_eq(&known.shape, &exposure.shape) || known.shape == exposure.shape)
        };
        if self.all.get(at).is_some_and(is_same) {
            return;
        }
        let node = self.node(project, file, &exposure.shape);
        if let Some(known) = self.all.get_mut(at) {
            *known = node;
            self.differs = true;
        }
    }

    pub fn remove(&mut self, file: &FileId) {
        self.come.remove(file);
        if self.numbers.contains_key(file) {
            self.gone.push(file.clone());
        }
    }

    /// Takes in what came and went. True if it may change what reaches what.
    pub fn settle(&mut self, project: &Project) -> bool {
        if !self.come.is_empty() || !self.gone.is_empty() {
            let gone = std::mem::take(&mut self.gone);
            let mut shapes: Vec<(FileId, Arc<Shape>)> =
                std::mem::take(&mut self.all).into_iter().map(|node| (node.file, node.shape)).filter(|(file, _)| !gone.contains(file)).collect();
            shapes.extend(self.come.drain().map(|(file, exposure)| (file, Arc::clone(&exposure.shape))));
            shapes.sort_by(|a, b| a.0.cmp(&b.0));
            self.numbers = shapes.iter().zip(0..).map(|((file, _), number)| (file.clone(), number)).collect();
            self.all = shapes.iter().map(|(file, shape)| self.node(project, file, shape)).collect();
            self.differs = true;
        }
        std::mem::take(&mut self.differs)
    }

    fn node(&self, project: &Project, file: &FileId, shape: &Arc<Shape>) -> Node {
        let resolver = project.resolver();
        let goal = |source: &Name| match resolver.resolve(file, source) {
            Target::File(target) => self.numbers.get(&target).map_or(Goal::Nowhere, |number| Goal::File(*number)),
            Target::Library(package) => Goal::Library(package),
            Target::Missing(_) => Goal::Nowhere,
        };
        let (surface, is_barrier) = (project.surface(file), project.is_barrier(file));
        let begins = if surface.is_exposed() && !is_barrier { beginnings(shape, split_by(project, file)) } else { Vec::new() };
        let is_offered = surface == Surface::Unknown && !is_barrier && is_offered(project, file);
        let offers = if is_offered { beginnings(shape, None) } else { Vec::new() };
        let goals = shape.imports.iter().map(|import| goal(&import.source)).collect();
        Node { file: file.clone(), shape: Arc::clone(shape), surface, is_barrier, begins, offers, goals }
    }
}

/// What splits the file into what ships and what stays on the server.
fn split_by<'p>(project: &'p Project, file: &FileId) -> Option<&'p Stack> {
    let (folder, stack) = project.stacks().of(file)?;
    let path = file.as_str().strip_prefix(folder)?.trim_start_matches('/');
    stack.filter(|stack| stack.splits(path))
}

/// Its exports need no import in code that ships.
fn is_offered(project: &Project, file: &FileId) -> bool {
    let Some((folder, Some(stack))) = project.stacks().of(file) else { return false };
    let path = file.as_str().strip_prefix(folder).unwrap_or_default().trim_start_matches('/');
    stack.offered.iter().any(|glob| glob.fits(path))
}

/// The items of a file that ship because the file does. What only functions use that the build takes out is not among them.
fn beginnings(shape: &Shape, split: Option<&Stack>) -> Vec<u32> {
    let is_taken_out = |names: &[Name]| split.is_some_and(|stack| !names.is_empty() && names.iter().all(|name| stack.keeps_on_server(name)));
    let from = |item: u32| {
        shape.exports.iter().filter(move |(_, export)| matches!(export, ExportShape::From(_, _, says) if *says == item)).map(|(name, _)| name.clone())
    };
    let is_beginning = |(at, item): &(u32, &ItemShape)| {
        let names: Vec<Name> = item.exported.iter().cloned().chain(from(*at)).collect();
        !item.is_server && !is_taken_out(&names) && (!names.is_empty() || item.runs || !item.used)
    };
    (0u32..).zip(&shape.items).filter(is_beginning).map(|(at, _)| at).collect()
}
