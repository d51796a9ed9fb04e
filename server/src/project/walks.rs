//! The walks that are remembered, and what is counted over them.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::changes::Changes;
use super::readers::Readers;
use super::routes::Route;
use super::signs::Signs;
use crate::facts::check::Facts;
use crate::facts::event::Event;
use crate::facts::place::{FunctionKey, ItemKey, Site};
use crate::facts::value::ClassValue;
use crate::facts::walk::{Matched, Reads, Walker};
use crate::text::{FileId, Name};

/// One walk and what came of it.
#[derive(Debug)]
pub struct RootWalk {
    pub key: RootKey,
    /// Set for routes.
    pub route: Option<Arc<Route>>,
    pub events: Vec<Event>,
    pub reads: Reads,
    pub visited: FxHashSet<FunctionKey>,
    /// Files in which something happened.
    pub files: FxHashSet<FileId>,
    /// The bound was reached: what is not there may only not have been seen.
    pub exhausted: bool,
    /// How many steps it took, without those that were taken over.
    pub steps: u32,
    /// So many events were before the handler began.
    pub before_handler: usize,
    /// What held when it began.
    pub begun: Facts,
    /// What of the request was compared with something of a row.
    pub matched: Vec<Matched>,
    /// The classes of the project's that say what is sent.
    pub sent: Vec<Arc<ClassValue>>,
}

impl Became {
    pub fn made(&self) -> Option<&RootWalk> {
        match self {
            Became::Made(walk) => Some(walk),
            Became::Gone | Became::Due => None,
        }
    }
}

impl RootWalk {
    /// What a walker found.
    pub(super) fn of(key: RootKey, route: Option<Arc<Route>>, walker: Walker<'_>) -> Arc<RootWalk> {
        let (exhausted, steps) = (walker.is_exhausted(), walker.steps_made());
        let mut files: FxHashSet<FileId> = walker.visited.iter().map(|function| function.item.file.clone()).collect();
        files.insert(key.file().clone());
        files.extend(walker.home.iter().map(|home| home.item.file.clone()));
        let mut events = walker.events;
        events.shrink_to_fit();
        Arc::new(RootWalk {
            key,
            route,
            events,
            reads: walker.reads,
            visited: walker.visited,
            files,
            exhausted,
            steps,
            before_handler: walker.before_handler,
            begun: walker.begun,
            matched: walker.matched,
            sent: walker.sent,
        })
    }

    fn only_that_it_was(key: RootKey) -> RootWalk {
        RootWalk {
            key,
            route: None,
            events: Vec::new(),
            reads: Reads::default(),
            visited: FxHashSet::default(),
            files: FxHashSet::default(),
            exhausted: false,
            steps: 0,
            before_handler: 0,
            begun: Facts::none(),
            matched: Vec::new(),
            sent: Vec::new(),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RootKey {
    /// A top-level item.
    Item(ItemKey),
    /// A handler, with all that runs before it folded into a number.
    Route(Site, u64),
    Function(FunctionKey),
}

impl RootKey {
    pub fn file(&self) -> &FileId {
        match self {
            RootKey::Item(item) => &item.file,
            RootKey::Route(site, _) => &site.item.file,
            RootKey::Function(function) => &function.item.file,
        }
    }
}

#[derive(Default)]
pub(super) struct Walks {
    all: FxHashMap<RootKey, Kept>,
    readers: Readers,
    /// What routes and top levels come through, by file.
    visits: FxHashMap<FileId, Visits>,
    /// The walks of functions, by file.
    functions: FxHashMap<FileId, FxHashSet<FunctionKey>>,
    /// Walks of routes that no longer hold and have not been made again: what they came through counts until then.
    past: FxHashMap<RootKey, Arc<RootWalk>>,
    /// What came and went since somebody asked.
    pub news: News,
    /// Walks made since the beginning: what a test of reuse counts.
    pub made: u64,
    /// The steps of these.
    pub steps: u64,
    /// How many data accesses and SQL texts they saw.
    pub accesses: usize,
    pub queries: usize,
    /// Nothing will change any more: what a walk found is told once and not kept.
    pub is_once: bool,
}

/// Walks that were made, and given up, while others only looked at what is remembered.
#[derive(Default)]
pub(super) struct Fresh {
    after: FxHashMap<RootKey, Option<Arc<RootWalk>>>,
    order: Vec<RootKey>,
}

impl Fresh {
    /// The walk of this root as it is now; `before` are those that are remembered.
    pub fn get(&self, before: &Walks, key: &RootKey) -> Option<Arc<RootWalk>> {
        match self.after.get(key) {
            Some(after) => after.clone(),
            None => before.get(key).cloned(),
        }
    }

    pub fn keep(&mut self, walk: Arc<RootWalk>) {
        self.put(walk.key.clone(), Some(walk));
    }

    pub fn forget(&mut self, key: &RootKey) {
        self.put(key.clone(), None);
    }

    fn put(&mut self, key: RootKey, walk: Option<Arc<RootWalk>>) {
        if self.after.insert(key.clone(), walk).is_none() {
            self.order.push(key);
        }
    }
}

struct Kept {
    walk: Arc<RootWalk>,
    signs: Signs,
    /// Among those who read.
    number: Option<u32>,
}

/// What came and went, in order.
#[derive(Default)]
pub struct News {
    /// Nothing that was there before is any more.
    pub is_anew: bool,
    pub walks: Vec<(RootKey, Became)>,
}

/// What became of a walk.
pub enum Became {
    Made(Arc<RootWalk>),
    Gone,
    /// It no longer holds, and is to be made again.
    Due,
}

#[derive(Default)]
struct Visits {
    /// How many walks come through a function. A top level counts in its own file only.
    counts: FxHashMap<FunctionKey, u32>,
    /// Functions that have become visited or unvisited, or whose own walk is gone; only for files that are followed.
    changed: Vec<FunctionKey>,
    is_followed: bool,
}

impl Walks {
    /// Of a session that is asked once.
    pub fn once() -> Walks {
        Walks { is_once: true, ..Walks::default() }
    }

    /// Nothing is remembered but how much was done.
    pub fn begun_anew(&self) -> Walks {
        Walks { made: self.made, steps: self.steps, is_once: self.is_once, news: News { is_anew: true, walks: Vec::new() }, ..Walks::default() }
    }

    pub fn get(&self, key: &RootKey) -> Option<&Arc<RootWalk>> {
        self.all.get(key).map(|kept| &kept.walk)
    }

    pub fn values(&self) -> impl Iterator<Item = &Arc<RootWalk>> {
        self.all.values().map(|kept| &kept.walk)
    }

    /// All of them, by name.
    pub fn sorted(&self) -> Vec<Arc<RootWalk>> {
        let mut walks: Vec<(&RootKey, &Kept)> = self.all.iter().collect();
        walks.sort_by(|a, b| a.0.cmp(b.0));
        walks.into_iter().map(|(_, kept)| Arc::clone(&kept.walk)).collect()
    }

    /// Keeps a walk that was just made.
    pub fn keep(&mut self, walk: Arc<RootWalk>) {
        self.made += 1;
        self.steps += u64::from(walk.steps);
        let key = walk.key.clone();
        self.count(&walk, true);
        if let Some(before) = self.past.remove(&key) {
            self.count(&before, false);
        }
        self.news.walks.push((key.clone(), Became::Made(Arc::clone(&walk))));
        let kept = match self.is_once {
            false => Kept { signs: Signs::of(&walk.reads), number: Some(self.readers.add(&walk)), walk },
            true => Kept { signs: Signs::default(), number: None, walk: Arc::new(RootWalk::only_that_it_was(key.clone())) },
        };
        if let Some(number) = self.all.insert(key, kept).and_then(|before| before.number) {
            self.readers.remove(number);
        }
    }

    /// Takes over what was made and what was given up while these walks were looked at.
    pub fn learn(&mut self, mut fresh: Fresh) {
        for key in fresh.order {
            let Some(after) = fresh.after.remove(&key) else { continue };
            self.forget(&key);
            if let Some(walk) = after {
                self.keep(walk);
            }
        }
    }

    pub fn forget(&mut self, key: &RootKey) {
        if let Some(kept) = self.all.remove(key) {
            kept.number.into_iter().for_each(|number| self.readers.remove(number));
            self.count(&kept.walk, false);
            self.news.walks.push((key.clone(), Became::Gone));
        } else if let Some(before) = self.past.remove(key) {
            self.count(&before, false);
            self.news.walks.push((key.clone(), Became::Gone));
        }
    }

    /// The walk of a route does not hold any more, and will be made again.
    fn put_off(&mut self, key: &RootKey) {
        if let Some(kept) = self.all.remove(key) {
            kept.number.into_iter().for_each(|number| self.readers.remove(number));
            self.news.walks.push((key.clone(), Became::Due));
            self.past.insert(key.clone(), kept.walk);
        }
    }

    /// The walk of a route as it was, which is to be made again.
    pub fn past(&self, key: &RootKey) -> Option<&Arc<RootWalk>> {
        self.past.get(key)
    }

    /// Forgets those that read something that changed, and gives them back. `is_due`: it will be made again.
    pub fn forget_changed(&mut self, changes: &Changes, people: &FxHashSet<Name>, is_due: &dyn Fn(&RootKey) -> bool) -> Vec<Arc<RootWalk>> {
        let signs = changes.signs();
        let may_touch = |kept: &Kept| signs.as_ref().is_none_or(|signs| signs.iter().any(|sign| kept.signs.may_have(*sign)));
        let is_touched = |walk: &&Arc<RootWalk>| self.all.get(&walk.key).is_some_and(|kept| may_touch(kept) && changes.touch(&walk.reads));
        let asks_of_people = |walk: &&Arc<RootWalk>| !walk.reads.models.is_disjoint(people);
        let mut gone: Vec<Arc<RootWalk>> = self.readers.of(&changes.files).into_iter().filter(is_touched).cloned().collect();
        if !people.is_empty() {
            gone.extend(self.values().filter(asks_of_people).filter(|walk| !is_touched(walk)).cloned());
        }
        self.give_up(gone, is_due)
    }

    /// Forgets those that read something of these files, and gives them back.
    pub fn forget_readers(&mut self, files: &FxHashSet<FileId>, is_due: &dyn Fn(&RootKey) -> bool) -> Vec<Arc<RootWalk>> {
        let gone: Vec<Arc<RootWalk>> = self.readers.of(files).into_iter().cloned().collect();
        self.give_up(gone, is_due)
    }

    fn give_up(&mut self, gone: Vec<Arc<RootWalk>>, is_due: &dyn Fn(&RootKey) -> bool) -> Vec<Arc<RootWalk>> {
        for walk in &gone {
            if is_due(&walk.key) { self.put_off(&walk.key) } else { self.forget(&walk.key) }
        }
        gone
    }

    fn count(&mut self, walk: &RootWalk, comes: bool) {
        let accesses = walk.events.iter().filter(|event| matches!(event, Event::Access(_))).count();
        let queries = walk.events.iter().filter(|event| matches!(event, Event::Sink(_))).count();
        let counted = |before: usize, more: usize| if comes { before + more } else { before.saturating_sub(more) };
        (self.accesses, self.queries) = (counted(self.accesses, accesses), counted(self.queries, queries));
        let only = match &walk.key {
            RootKey::Function(function) => {
                let functions = self.functions.entry(function.item.file.clone()).or_default();
                if comes {
                    functions.insert(function.clone());
                } else {
                    functions.remove(function);
                    self.visits.entry(function.item.file.clone()).or_default().note(function);
                }
                return;
            }
            RootKey::Item(item) => Some(&item.file),
            RootKey::Route(..) => None,
        };
        for function in walk.visited.iter().filter(|function| only.is_none_or(|only| *only == function.item.file)) {
            let visits = self.visits.entry(function.item.file.clone()).or_default();
            if comes {
                let count = visits.counts.entry(function.clone()).or_default();
                *count += 1;
                if *count > 1 {
                    continue;
                }
            } else if let Some(count) = visits.counts.get_mut(function) {
                *count -= 1;
                if *count > 0 {
                    continue;
                }
                visits.counts.remove(function);
            }
            visits.note(function);
        }
    }

    /// Does a route, or the top level of its own file, come through the function?
    pub fn is_visited(&self, function: &FunctionKey) -> bool {
        self.visits.get(&function.item.file).is_some_and(|visits| visits.counts.contains_key(function))
    }

    /// The functions of a file that have walks of their own.
    pub fn functions_of(&self, file: &FileId) -> Vec<FunctionKey> {
        self.functions.get(file).into_iter().flatten().cloned().collect()
    }

    /// From now on it is noted what changes for the functions of a file.
    pub fn follow(&mut self, file: &FileId, is_followed: bool) {
        let visits = self.visits.entry(file.clone()).or_default();
        visits.is_followed = is_followed;
        visits.changed.clear();
    }

    /// What changed for the functions of a file since this was last asked.
    pub fn followed(&mut self, file: &FileId) -> Vec<FunctionKey> {
        self.visits.get_mut(file).map(|visits| std::mem::take(&mut visits.changed)).unwrap_or_default()
    }
}

impl Visits {
    fn note(&mut self, function: &FunctionKey) {
        if self.is_followed {
            self.changed.push(function.clone());
        }
    }
}
