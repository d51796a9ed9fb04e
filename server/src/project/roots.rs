//! The functions of a file that no route and no top level comes through: each of them is walked on its own, outer before inner
//! and earlier before later, unless one before it came through it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::handler;
use super::makers::registered;
use super::routers::Table;
use super::routes::Route;
use super::walks::{Fresh, RootKey, RootWalk, Walks};
use super::workers::Worker;
use crate::facts::place::{FunctionKey, ItemKey};
use crate::facts::scope::Module;
use crate::facts::value::Kind;
use crate::facts::walk::Walker;
use crate::model::{FunctionId, Segment};
use crate::text::{Span, common_ends};

/// What the walks of a file are made with.
pub(super) struct Ground<'a, 'p> {
    worker: &'a mut Worker<'p>,
    walks: &'a Walks,
    fresh: Fresh,
}

impl<'a, 'p> Ground<'a, 'p> {
    /// `walks`: those that are remembered.
    pub fn new(worker: &'a mut Worker<'p>, walks: &'a Walks) -> Ground<'a, 'p> {
        Ground { worker, walks, fresh: Fresh::default() }
    }

    /// What came and went.
    pub fn fresh(self) -> Fresh {
        self.fresh
    }
}

/// The roots of a file that is being worked on: an edit costs what it changes.
pub(super) struct Roots {
    module: Arc<Module>,
    /// The walks of the functions of each item.
    items: Vec<SmallVec<[Arc<RootWalk>; 1]>>,
    /// The items whose walks come through a function of the file.
    through: FxHashMap<FunctionKey, SmallVec<[u32; 2]>>,
    is_new: bool,
}

impl Roots {
    pub fn new(module: &Arc<Module>) -> Roots {
        Roots { module: Arc::clone(module), items: vec![SmallVec::new(); module.keys().len()], through: FxHashMap::default(), is_new: true }
    }

    /// Walks all that are needed, and forgets the walks of the others. `None` if cancelled.
    pub fn all(ground: &mut Ground<'_, '_>, module: &Arc<Module>, cancelled: &(dyn Fn() -> bool + Sync)) -> Option<Roots> {
        let mut roots = Roots::new(module);
        roots.walk(ground, cancelled, (0..module.keys().len()).collect())?;
        let live: FxHashSet<&RootKey> = roots.items.iter().flatten().map(|walk| &walk.key).collect();
        for function in ground.walks.functions_of(&module.model.file).into_iter().map(RootKey::Function) {
            if !live.contains(&function) {
                ground.fresh.forget(&function);
            }
        }
        Some(roots)
    }

    /// Walks what has changed; `followed` are the functions that others have begun or ceased to come through. False if all of it must
    /// be looked at again.
    pub fn follow(&mut self, ground: &mut Ground<'_, '_>, module: &Arc<Module>, followed: &[FunctionKey]) -> bool {
        let before = std::mem::replace(&mut self.module, Arc::clone(module));
        let (old, new) = (before.keys(), module.keys());
        if self.is_new {
            return false;
        }
        let (first, last) = common_ends(old, new, PartialEq::eq, PartialEq::eq);
        let mut due: BTreeSet<usize> = (first..new.len() - last).collect();
        if old.len() != new.len() {
            self.make_room(ground, first..old.len() - last, first..new.len() - last, &mut due);
        }
        due.extend(followed.iter().filter_map(|function| module.segment_of(&function.item)));
        self.walk(ground, &|| false, due).is_some()
    }

    /// Other items stand where these stood, more of them or fewer: what stands behind them is known by another number from now on.
    fn make_room(&mut self, ground: &mut Ground<'_, '_>, gone: Range<usize>, come: Range<usize>, due: &mut BTreeSet<usize>) {
        let module = Arc::clone(&self.module);
        let mut concerned: FxHashSet<FunctionKey> = FxHashSet::default();
        let walks: Vec<Arc<RootWalk>> = self.items.splice(gone.clone(), come.clone().map(|_| SmallVec::new())).flatten().collect();
        for walk in &walks {
            // Where in the gap it stood makes no difference: all of that goes.
            concerned.extend(walk.visited.iter().filter(|function| function.item.file == module.model.file).cloned());
            ground.fresh.forget(&walk.key);
        }
        let moved = |at: u32| if (at as usize) < gone.end { at } else { at - gone.end as u32 + come.end as u32 };
        self.through.retain(|_, items| {
            items.retain(|at| !gone.contains(&(*at as usize)));
            items.iter_mut().for_each(|at| *at = moved(*at));
            !items.is_empty()
        });
        due.extend(concerned.iter().filter_map(|function| module.segment_of(&function.item)).filter(|at| *at >= come.start));
    }

    /// Walks these items, and those that this makes a difference to.
    fn walk(&mut self, ground: &mut Ground<'_, '_>, cancelled: &(dyn Fn() -> bool + Sync), mut due: BTreeSet<usize>) -> Option<()> {
        let module = Arc::clone(&self.module);
        while let Some(at) = due.pop_first() {
            if cancelled() {
                return None;
            }
            let (Some(item), Some(placed)) = (module.item(at), module.model.segments.get(at)) else { continue };
            let Some(before) = self.items.get_mut(at).map(std::mem::take) else { continue };
            let mut concerned: FxHashSet<FunctionKey> = FxHashSet::default();
            for walk in &before {
                self.count(walk, at, false, &mut concerned);
            }
            let now = self.walk_item(ground, at, &item, &placed.segment, &mut concerned);
            for walk in before.iter().filter(|walk| !now.iter().any(|other| other.key == walk.key)) {
                ground.fresh.forget(&walk.key);
            }
            if let Some(roots) = self.items.get_mut(at) {
                *roots = now;
            }
            due.extend(concerned.iter().filter_map(|function| module.segment_of(&function.item)).filter(|other| !self.is_new && *other > at));
        }
        self.is_new = false;
        Some(())
    }

    fn walk_item(
        &mut self,
        ground: &mut Ground<'_, '_>,
        at: usize,
        item: &ItemKey,
        segment: &Segment,
        concerned: &mut FxHashSet<FunctionKey>,
    ) -> SmallVec<[Arc<RootWalk>; 1]> {
        let mut roots = SmallVec::new();
        let mut routes: FxHashMap<FunctionKey, (Route, Arc<RootWalk>)> = FxHashMap::default();
        for function in outer_first(segment) {
            let key = FunctionKey { item: item.clone(), function };
            // Later items come later: they make no difference here.
            let is_come_through = self.through.get(&key).is_some_and(|items| items.iter().any(|other| *other as usize <= at));
            if is_come_through || ground.walks.is_visited(&key) {
                continue;
            }
            let route = routes.remove(&key);
            let root = RootKey::Function(key);
            let walk = match ground.fresh.get(ground.walks, &root) {
                Some(walk) => walk,
                None => {
                    let mut walker = Walker::new(&ground.worker.world, &mut ground.worker.cache);
                    walker.recall_as(&(&item.file, at, function, segment.functions.get(function.0 as usize).map(|function| &function.name)));
                    let walk = match route {
                        Some((route, outer)) => {
                            walker.reads.add(&outer.reads);
                            handler::walk(&mut walker, &route);
                            RootWalk::of(root, Some(Arc::new(route)), walker)
                        }
                        None => {
                            match walker.as_method(item, function) {
                                Some(method) => drop(walker.root(&method, Vec::new())),
                                None => walker.alone(item, function),
                            }
                            RootWalk::of(root, None, walker)
                        }
                    };
                    ground.fresh.keep(Arc::clone(&walk));
                    walk
                }
            };
            routes.extend(inner_routes(&walk, item, at));
            self.count(&walk, at, true, concerned);
            roots.push(walk);
        }
        roots
    }

    /// A walk of this item comes through its functions, or no longer does.
    fn count(&mut self, walk: &RootWalk, at: usize, comes: bool, concerned: &mut FxHashSet<FunctionKey>) {
        for function in walk.visited.iter().filter(|function| function.item.file == self.module.model.file) {
            if comes {
                self.through.entry(function.clone()).or_default().push(at as u32);
            } else if let Some(items) = self.through.get_mut(function) {
                if let Some(place) = items.iter().position(|other| *other as usize == at) {
                    items.swap_remove(place);
                }
                if items.is_empty() {
                    self.through.remove(function);
                }
            }
            concerned.insert(function.clone());
        }
    }
}

/// The handlers inside a function that nobody is seen to call: `def create_app()`, `def add_routes(app)`. What else stands before
/// them is not known.
fn inner_routes(walk: &Arc<RootWalk>, item: &ItemKey, at: usize) -> Vec<(FunctionKey, (Route, Arc<RootWalk>))> {
    let all = registered(walk);
    if all.is_empty() {
        return Vec::new();
    }
    let place = (&item.file, at as u32, &all);
    let routes = Table::new(std::iter::once(place), Vec::new()).routes(&item.file, at as u32, &all);
    let named = routes.into_iter().filter_map(|route| match route.handler.kind() {
        Kind::Function(closure) if closure.item == *item => {
            Some((FunctionKey { item: item.clone(), function: closure.function }, (Route { adrift: true, ..route.clone() }, Arc::clone(walk))))
        }
        _ => None,
    });
    named.collect()
}

/// What an outer function comes through is not walked again.
fn outer_first(segment: &Segment) -> SmallVec<[FunctionId; 4]> {
    let mut functions: SmallVec<[(Span, FunctionId); 4]> = segment.functions.iter().zip(0..).map(|(function, id)| (function.span, FunctionId(id))).collect();
    functions.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    functions.into_iter().map(|(_, function)| function).collect()
}
