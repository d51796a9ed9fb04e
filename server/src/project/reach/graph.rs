//! Which items reach the browser, from which file and over which imports.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Intrusion, Needed, Step, Way};
use crate::facts::browser::Stack;
use crate::facts::exposure::{EXPOSURE, ExportShape, Shape};
use crate::facts::walk::Target;
use crate::project::Project;
use crate::project::surface::Surface;
use crate::text::{FileId, Name};

/// No way is longer.
const LONGEST: u32 = 50;

#[derive(Default)]
pub(super) struct Graph {
    reached: FxHashMap<FileId, Vec<Option<Way>>>,
    origins: FxHashMap<FileId, Origin>,
    pub(super) intrusions: FxHashMap<FileId, Vec<Intrusion>>,
}

/// Who uses a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Origin {
    #[default]
    Nothing,
    Client,
    Server,
    Both,
}

struct Node<'g> {
    file: &'g FileId,
    shape: &'g Shape,
    surface: Surface,
    is_barrier: bool,
    /// Where each import leads.
    targets: Vec<Goal>,
    reached: Vec<Option<Via>>,
}

enum Goal {
    File(usize),
    Library(Name),
    Nowhere,
}

/// How an item was reached first.
#[derive(Clone, Copy)]
enum Via {
    Root,
    /// An item of the same file uses it.
    Item(u32),
    /// An import of a file, which an item of it uses.
    Import {
        node: usize,
        item: u32,
        import: u32,
    },
}

impl Graph {
    pub(super) fn of(project: &Project, mut files: Vec<(&FileId, &Shape, Surface, bool)>) -> Graph {
        files.retain(|(_, shape, ..)| !shape.items.is_empty());
        // Ties are decided by name.
        files.sort_by_key(|(file, ..)| *file);
        let index: FxHashMap<&FileId, usize> = files.iter().enumerate().map(|(at, (file, ..))| (*file, at)).collect();
        let resolver = project.resolver();
        let nodes = files.iter().map(|(file, shape, surface, is_barrier)| {
            let goal = |source: &Name| match resolver.resolve(file, source) {
                Target::File(target) => index.get(&target).map_or(Goal::Nowhere, |at| Goal::File(*at)),
                Target::Library(package) => Goal::Library(package),
                Target::Missing(_) => Goal::Nowhere,
            };
            let targets = shape.imports.iter().map(|import| goal(&import.source)).collect();
            Node { file, shape, surface: *surface, is_barrier: *is_barrier, targets, reached: vec![None; shape.items.len()] }
        });
        let mut walk = Walk { nodes: nodes.collect(), level: Vec::new(), next: Vec::new(), handed_on: Vec::new(), entered: FxHashSet::default() };
        walk.begin(project);
        walk.run();
        let served = walk.served();
        walk.finish(&served)
    }

    pub(super) fn way(&self, file: &FileId, item: u32) -> Option<Way> {
        self.reached.get(file)?.get(item as usize)?.clone()
    }

    pub(super) fn origin(&self, file: &FileId) -> Origin {
        self.origins.get(file).copied().unwrap_or_default()
    }
}

struct Walk<'g> {
    nodes: Vec<Node<'g>>,
    level: Vec<(usize, u32)>,
    next: Vec<(usize, u32)>,
    /// What files hand on: each is a step of its own.
    handed_on: Vec<(usize, u32, u32, Name)>,
    entered: FxHashSet<(usize, Name)>,
}

impl Walk<'_> {
    /// Everything that ships by itself.
    fn begin(&mut self, project: &Project) {
        for at in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(at) else { continue };
            if !node.surface.is_exposed() || node.is_barrier {
                continue;
            }
            let split = project.stacks().of(node.file).and_then(|(folder, stack)| {
                let path = node.file.as_str().strip_prefix(folder)?.trim_start_matches('/');
                stack.filter(|stack| stack.splits(path))
            });
            for item in beginnings(node.shape, split) {
                self.reach(at, item, Via::Root);
            }
        }
    }

    fn run(&mut self) {
        for _ in 0..LONGEST {
            self.level = std::mem::take(&mut self.next);
            let handed_on = std::mem::take(&mut self.handed_on);
            if self.level.is_empty() && handed_on.is_empty() {
                return;
            }
            self.level.sort_unstable();
            for (node, says, import, name) in handed_on {
                self.enter(node, says, import, &name);
            }
            // What is of the same file is no further away, so the level grows while it is read.
            let mut at = 0;
            while let Some((node, item)) = self.level.get(at).copied() {
                at += 1;
                self.expand(node, item);
            }
        }
    }

    fn reach(&mut self, node: usize, item: u32, via: Via) {
        let Some(known) = self.nodes.get_mut(node) else { return };
        let first = !known.reached.iter().any(Option::is_some);
        match known.reached.get_mut(item as usize) {
            Some(slot @ None) => *slot = Some(via),
            _ => return,
        }
        match via {
            Via::Item(_) => self.level.push((node, item)),
            Via::Root | Via::Import { .. } => self.next.push((node, item)),
        }
        if first && !matches!(via, Via::Root) {
            let shape = self.nodes.get(node).map(|known| known.shape);
            let runs = shape.into_iter().flat_map(|shape| (0u32..).zip(&shape.items)).filter(|(_, item)| item.runs && !item.is_server);
            for (other, _) in runs {
                self.reach(node, other, via);
            }
        }
    }

    fn expand(&mut self, node: usize, item: u32) {
        let Some(shape) = self.nodes.get(node).map(|known| known.shape) else { return };
        let Some(facts) = shape.items.get(item as usize) else { return };
        for other in &facts.local {
            self.reach(node, *other, Via::Item(item));
        }
        for (import, name) in &facts.outside {
            self.enter(node, item, *import, name);
        }
    }

    /// An item uses a name of another file.
    fn enter(&mut self, node: usize, item: u32, import: u32, name: &Name) {
        let Some(Goal::File(target)) = self.nodes.get(node).and_then(|known| known.targets.get(import as usize)) else { return };
        let target = *target;
        let Some(goal) = self.nodes.get(target) else { return };
        // Tests and what the build runs are not part of what ships, whatever the import says.
        let ends = goal.is_barrier || matches!(goal.surface, Surface::Test | Surface::Build);
        if ends || !self.entered.insert((target, name.clone())) {
            return;
        }
        let (shape, via) = (goal.shape, Via::Import { node, item, import });
        match shape.exports.get(name) {
            Some(ExportShape::Items(items)) => items.iter().for_each(|item| self.reach(target, *item, via)),
            Some(ExportShape::From(import, name, says)) => self.hand_on(target, *says, *import, name, via),
            None if name == "*" || shape.opaque || shape.exports.is_empty() && shape.stars.is_empty() => {
                let all = (0u32..).zip(&shape.items).filter(|(_, item)| !item.is_server);
                all.for_each(|(item, _)| self.reach(target, item, via));
                let handed: Vec<(u32, u32)> = shape.stars.iter().filter_map(|star| Some((*star, shape.imports.get(*star as usize)?.item))).collect();
                handed.into_iter().for_each(|(star, says)| self.hand_on(target, says, star, name, via));
                for export in shape.exports.values() {
                    if let ExportShape::From(import, name, says) = export {
                        self.hand_on(target, *says, *import, name, via);
                    }
                }
            }
            None => {
                let star = shape.stars.iter().find(|star| self.has(target, **star, name, 0));
                if let Some((star, says)) = star.and_then(|star| Some((*star, shape.imports.get(*star as usize)?.item))) {
                    self.hand_on(target, says, star, name, via);
                }
            }
        }
    }

    fn hand_on(&mut self, node: usize, says: u32, import: u32, name: &Name, via: Via) {
        self.reach(node, says, via);
        self.handed_on.push((node, says, import, name.clone()));
    }

    /// Does a file that everything is re-exported from export this?
    fn has(&self, node: usize, import: u32, name: &Name, depth: u32) -> bool {
        let Some(Goal::File(target)) = self.nodes.get(node).and_then(|known| known.targets.get(import as usize)) else { return false };
        let Some(goal) = self.nodes.get(*target) else { return false };
        goal.shape.exports.contains_key(name) || depth < 8 && goal.shape.stars.iter().any(|star| self.has(*target, *star, name, depth + 1))
    }

    /// The files that code on a server uses.
    fn served(&self) -> FxHashSet<usize> {
        let is_start = |node: &Node<'_>| matches!(node.surface, Surface::Server) && (node.is_barrier || !node.reached.iter().any(Option::is_some));
        let mut open: Vec<usize> = self.nodes.iter().enumerate().filter(|(_, node)| is_start(node)).map(|(at, _)| at).collect();
        let mut seen: FxHashSet<usize> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            for goal in self.nodes.get(at).into_iter().flat_map(|node| &node.targets) {
                if let Goal::File(target) = goal
                    && self.nodes.get(*target).is_some_and(|node| !node.surface.is_exposed())
                    && seen.insert(*target)
                {
                    open.push(*target);
                }
            }
        }
        seen
    }

    fn finish(&self, served: &FxHashSet<usize>) -> Graph {
        let mut graph = Graph::default();
        for (at, node) in self.nodes.iter().enumerate() {
            let is_shipped = node.reached.iter().any(Option::is_some);
            let origin = match (is_shipped, served.contains(&at)) {
                (true, true) => Origin::Both,
                (true, false) => Origin::Client,
                (false, true) => Origin::Server,
                (false, false) => Origin::Nothing,
            };
            graph.origins.insert(node.file.clone(), origin);
            if !is_shipped {
                continue;
            }
            let ways: Vec<Option<Way>> = (0u32..).zip(&node.reached).map(|(item, via)| via.map(|_| self.way(at, item))).collect();
            for (item, way) in (0u32..).zip(&ways) {
                if let (Some(way), Some(shape)) = (way, node.shape.items.get(item as usize)) {
                    let needed = shape
                        .secrets
                        .iter()
                        .cloned()
                        .map(Needed::Variable)
                        .chain(shape.outside.iter().filter_map(|(import, name)| library(node, *import, name)));
                    let reported = way.steps.first().map_or(node.file, |step| &step.file);
                    let found = needed.map(|what| Intrusion { what, file: node.file.clone(), item, way: way.clone() });
                    graph.intrusions.entry(reported.clone()).or_default().extend(found);
                }
            }
            graph.reached.insert(node.file.clone(), ways);
        }
        graph.intrusions.retain(|_, found| !found.is_empty());
        graph
    }

    fn way(&self, node: usize, item: u32) -> Way {
        let (mut node, mut item, mut steps) = (node, item, Vec::new());
        let mut surface = Surface::Unknown;
        // An item leads to an earlier one, so this ends; the bound is for the reader.
        for _ in 0..10_000 {
            let Some(known) = self.nodes.get(node) else { break };
            match known.reached.get(item as usize).copied().flatten() {
                Some(Via::Item(by)) => item = by,
                Some(Via::Import { node: from, item: by, import }) => {
                    if let Some(from) = self.nodes.get(from) {
                        steps.push(Step { file: from.file.clone(), import });
                    }
                    (node, item) = (from, by);
                }
                Some(Via::Root) | None => {
                    surface = known.surface;
                    break;
                }
            }
        }
        steps.reverse();
        Way { surface, steps }
    }
}

fn library(node: &Node<'_>, import: u32, name: &str) -> Option<Needed> {
    let Goal::Library(package) = node.targets.get(import as usize)? else { return None };
    let library = EXPOSURE.library(package, name)?;
    Some(Needed::Library { library, package: package.clone(), import })
}

/// The items of a file that ship because the file does. What only functions use that the build takes out is not among them.
fn beginnings(shape: &Shape, split: Option<&Stack>) -> Vec<u32> {
    let is_taken_out = |names: &[Name]| split.is_some_and(|stack| !names.is_empty() && names.iter().all(|name| stack.keeps_on_server(name)));
    let from = |item: u32| {
        shape.exports.iter().filter(move |(_, export)| matches!(export, ExportShape::From(_, _, says) if *says == item)).map(|(name, _)| name.clone())
    };
    let is_beginning = |(at, item): &(u32, &crate::facts::exposure::ItemShape)| {
        let names: Vec<Name> = item.exported.iter().cloned().chain(from(*at)).collect();
        !item.is_server && !is_taken_out(&names) && (!names.is_empty() || item.runs || !item.used)
    };
    (0u32..).zip(&shape.items).filter(is_beginning).map(|(at, _)| at).collect()
}
