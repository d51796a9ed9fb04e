//! Which items reach the browser, from which file and over which imports.

use rustc_hash::{FxHashMap, FxHashSet};

use super::nodes::{Goal, Node, Nodes};
use super::{Intrusion, Needed, Step, Way};
use crate::facts::exposure::{EXPOSURE, ExportShape};
use crate::project::surface::Surface;
use crate::text::{FileId, Name};

/// No way is longer.
const LONGEST: u32 = 50;

#[derive(Default)]
pub(super) struct Graph {
    /// By file and item.
    reached: Vec<Vec<Option<Via>>>,
    /// The files that code on a server uses.
    served: Vec<bool>,
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

/// How an item was reached first.
#[derive(Clone, Copy)]
enum Via {
    Root,
    /// An item of the same file uses it.
    Item(u32),
    /// An import of a file, which an item of it uses.
    Import {
        node: u32,
        item: u32,
        import: u32,
    },
}

impl Graph {
    pub(super) fn of(nodes: &Nodes) -> Graph {
        let nodes = nodes.all();
        let reached = nodes.iter().map(|node| vec![None; node.shape.items.len()]).collect();
        let is_open = vec![false; nodes.len()];
        let mut walk = Walk { nodes, reached, is_open, level: Vec::new(), next: Vec::new(), handed_on: Vec::new(), entered: FxHashSet::default() };
        walk.begin();
        walk.run();
        let mut graph = Graph { served: served(nodes, &walk.is_open), reached: walk.reached, intrusions: FxHashMap::default() };
        graph.intrude(nodes);
        graph
    }

    /// How an item of a file comes to be shipped.
    pub(super) fn way(&self, nodes: &Nodes, file: &FileId, item: u32) -> Option<Way> {
        let node = nodes.number(file)?;
        self.via(node, item)?;
        Some(self.way_to(nodes.all(), node, item))
    }

    pub(super) fn origin(&self, nodes: &Nodes, file: &FileId) -> Origin {
        let Some(node) = nodes.number(file) else { return Origin::Nothing };
        let is_shipped = self.reached.get(node).is_some_and(|items| items.iter().any(Option::is_some));
        match (is_shipped, self.served.get(node).copied().unwrap_or_default()) {
            (true, true) => Origin::Both,
            (true, false) => Origin::Client,
            (false, true) => Origin::Server,
            (false, false) => Origin::Nothing,
        }
    }

    fn via(&self, node: usize, item: u32) -> Option<Via> {
        self.reached.get(node)?.get(item as usize).copied().flatten()
    }

    /// Finds what a browser cannot have among what ships.
    fn intrude(&mut self, nodes: &[Node]) {
        let mut found: FxHashMap<FileId, Vec<Intrusion>> = FxHashMap::default();
        for (at, (node, items)) in nodes.iter().zip(&self.reached).enumerate() {
            for (item, (shape, _)) in (0u32..).zip(node.shape.items.iter().zip(items)).filter(|(_, (_, via))| via.is_some()) {
                let libraries = shape.outside.iter().filter_map(|(import, name)| library(node, *import, name));
                for what in shape.secrets.iter().cloned().map(Needed::Variable).chain(libraries) {
                    let way = self.way_to(nodes, at, item);
                    let reported = way.steps.first().map_or(&node.file, |step| &step.file);
                    found.entry(reported.clone()).or_default().push(Intrusion { what, file: node.file.clone(), item, way });
                }
            }
        }
        self.intrusions = found;
    }

    fn way_to(&self, nodes: &[Node], node: usize, item: u32) -> Way {
        let (mut node, mut item, mut steps) = (node, item, Vec::new());
        let mut surface = Surface::Unknown;
        // An item leads to an earlier one, so this ends; the bound is for the reader.
        for _ in 0..10_000 {
            match self.via(node, item) {
                Some(Via::Item(by)) => item = by,
                Some(Via::Import { node: from, item: by, import }) => {
                    if let Some(from) = nodes.get(from as usize) {
                        steps.push(Step { file: from.file.clone(), import });
                    }
                    (node, item) = (from as usize, by);
                }
                Some(Via::Root) | None => {
                    surface = nodes.get(node).map(|node| if node.offers.is_empty() { node.surface } else { Surface::Browser }).unwrap_or_default();
                    break;
                }
            }
        }
        steps.reverse();
        Way { surface, steps }
    }
}

struct Walk<'g> {
    nodes: &'g [Node],
    reached: Vec<Vec<Option<Via>>>,
    /// Something in the file is reached.
    is_open: Vec<bool>,
    level: Vec<(u32, u32)>,
    next: Vec<(u32, u32)>,
    /// What files hand on: each is a step of its own.
    handed_on: Vec<(u32, u32, u32, &'g Name)>,
    entered: FxHashSet<(u32, &'g Name)>,
}

impl<'g> Walk<'g> {
    /// Everything that ships by itself.
    fn begin(&mut self) {
        for (at, node) in (0u32..).zip(self.nodes) {
            node.begins.iter().for_each(|item| self.reach(at, *item, Via::Root));
        }
        let nodes = self.nodes;
        if nodes.iter().all(|node| node.offers.is_empty()) {
            return;
        }
        let imported: FxHashSet<u32> =
            nodes.iter().flat_map(|node| &node.goals).filter_map(|goal| if let Goal::File(target) = goal { Some(*target) } else { None }).collect();
        for (at, node) in (0u32..).zip(nodes).filter(|(at, _)| !imported.contains(at)) {
            node.offers.iter().for_each(|item| self.reach(at, *item, Via::Root));
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
                self.enter(node, says, import, name);
            }
            // What is of the same file is no further away, so the level grows while it is read.
            let mut at = 0;
            while let Some((node, item)) = self.level.get(at).copied() {
                at += 1;
                self.expand(node, item);
            }
        }
    }

    fn goal(&self, node: u32, import: u32) -> Option<(u32, &'g Node)> {
        let Goal::File(target) = self.nodes.get(node as usize)?.goals.get(import as usize)? else { return None };
        Some((*target, self.nodes.get(*target as usize)?))
    }

    fn reach(&mut self, node: u32, item: u32, via: Via) {
        match self.reached.get_mut(node as usize).and_then(|items| items.get_mut(item as usize)) {
            Some(slot @ None) => *slot = Some(via),
            _ => return,
        }
        match via {
            Via::Item(_) => self.level.push((node, item)),
            Via::Root | Via::Import { .. } => self.next.push((node, item)),
        }
        let first = self.is_open.get_mut(node as usize).is_some_and(|is_open| !std::mem::replace(is_open, true));
        if first && !matches!(via, Via::Root) {
            let shape = self.nodes.get(node as usize).map(|known| &known.shape);
            let runs = shape.into_iter().flat_map(|shape| (0u32..).zip(&shape.items)).filter(|(_, item)| item.runs && !item.is_server);
            for (other, _) in runs {
                self.reach(node, other, via);
            }
        }
    }

    fn expand(&mut self, node: u32, item: u32) {
        let Some(facts) = self.nodes.get(node as usize).and_then(|known| known.shape.items.get(item as usize)) else { return };
        for other in &facts.local {
            self.reach(node, *other, Via::Item(item));
        }
        for (import, name) in &facts.outside {
            self.enter(node, item, *import, name);
        }
    }

    /// An item uses a name of another file.
    fn enter(&mut self, node: u32, item: u32, import: u32, name: &'g Name) {
        let Some((target, goal)) = self.goal(node, import) else { return };
        // Tests and what the build runs are not part of what ships, whatever the import says.
        let ends = goal.is_barrier || matches!(goal.surface, Surface::Test | Surface::Build);
        if ends || !self.entered.insert((target, name)) {
            return;
        }
        let (shape, via) = (&*goal.shape, Via::Import { node, item, import });
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

    fn hand_on(&mut self, node: u32, says: u32, import: u32, name: &'g Name, via: Via) {
        self.reach(node, says, via);
        self.handed_on.push((node, says, import, name));
    }

    /// Does a file that everything is re-exported from export this?
    fn has(&self, node: u32, import: u32, name: &Name, depth: u32) -> bool {
        let Some((target, goal)) = self.goal(node, import) else { return false };
        goal.shape.exports.contains_key(name) || depth < 8 && goal.shape.stars.iter().any(|star| self.has(target, *star, name, depth + 1))
    }
}

/// The files that code on a server uses. `shipped`: of these something ships.
fn served(nodes: &[Node], shipped: &[bool]) -> Vec<bool> {
    let is_start = |(node, is_shipped): (&Node, &bool)| matches!(node.surface, Surface::Server) && (node.is_barrier || !is_shipped);
    let mut seen: Vec<bool> = nodes.iter().zip(shipped).map(is_start).collect();
    let mut open: Vec<usize> = seen.iter().enumerate().filter(|(_, seen)| **seen).map(|(at, _)| at).collect();
    while let Some(at) = open.pop() {
        for goal in nodes.get(at).into_iter().flat_map(|node| &node.goals) {
            let Goal::File(target) = goal else { continue };
            let target = *target as usize;
            let is_new = seen.get(target) == Some(&false) && nodes.get(target).is_some_and(|node| !node.surface.is_exposed());
            if let Some(seen) = seen.get_mut(target).filter(|_| is_new) {
                *seen = true;
                open.push(target);
            }
        }
    }
    seen
}

fn library(node: &Node, import: u32, name: &str) -> Option<Needed> {
    let Goal::Library(package) = node.goals.get(import as usize)? else { return None };
    let library = EXPOSURE.library(package, name)?;
    Some(Needed::Library { library, package: package.clone(), import })
}
