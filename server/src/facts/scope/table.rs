//! What names stand for. A text shares most of its table with the text before.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::text::Name;

/// What each name stands for, in the order of the items that say so; an item is named by its place.
#[derive(Debug)]
pub struct Table<T> {
    all: Arc<FxHashMap<Name, Meanings<T>>>,
    /// The names that were said otherwise since; an empty list for those that are gone.
    changed: FxHashMap<Name, Meanings<T>>,
}

type Meanings<T> = SmallVec<[(u32, T); 1]>;

/// Past this many the table is made anew.
const MOST_CHANGED: usize = 64;

impl<T: Clone> Table<T> {
    pub(super) fn of(said: Vec<(Name, u32, T)>) -> Table<T> {
        let mut all: FxHashMap<Name, Meanings<T>> = FxHashMap::with_capacity_and_hasher(said.len(), Default::default());
        for (name, item, meaning) in said {
            all.entry(name).or_default().push((item, meaning));
        }
        Table { all: Arc::new(all), changed: FxHashMap::default() }
    }

    /// The table after the items at some places said `come` and no longer `gone`. `None` once too much has changed.
    pub(super) fn edited(&self, places: &Range<usize>, gone: &[(Name, u32, T)], come: &[(Name, u32, T)]) -> Option<Table<T>> {
        let mut table = Table { all: Arc::clone(&self.all), changed: self.changed.clone() };
        for (name, _, _) in gone.iter().chain(come) {
            let before = self.get(name);
            let first = before.partition_point(|(item, _)| (*item as usize) < places.start);
            let behind = before.partition_point(|(item, _)| (*item as usize) < places.end);
            let new = come.iter().filter(|(other, _, _)| other == name).map(|(_, item, meaning)| (*item, meaning.clone()));
            let kept = |range: Option<&[(u32, T)]>| range.unwrap_or_default().to_vec();
            let meanings: Meanings<T> = kept(before.get(..first)).into_iter().chain(new).chain(kept(before.get(behind..))).collect();
            table.changed.insert(name.clone(), meanings);
        }
        (table.changed.len() <= MOST_CHANGED).then_some(table)
    }

    pub fn get(&self, name: &str) -> &[(u32, T)] {
        self.changed.get(name).or_else(|| self.all.get(name)).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// The last meaning, which hides those before it.
    pub fn last(&self, name: &str) -> Option<&T> {
        self.get(name).last().map(|(_, meaning)| meaning)
    }

    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    pub fn is_empty(&self) -> bool {
        self.names().next().is_none()
    }

    /// Every name, in no order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.iter().map(|(name, _)| name)
    }

    /// Every name with what it stands for, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &[(u32, T)])> {
        let kept = self.all.iter().filter(|(name, _)| self.changed.is_empty() || !self.changed.contains_key(*name));
        kept.chain(&self.changed).filter(|(_, meanings)| !meanings.is_empty()).map(|(name, meanings)| (name, meanings.as_slice()))
    }

    /// Every name that may stand for something else than in an earlier table. `None` if the two share nothing.
    pub(super) fn changed_since<'t>(&'t self, before: &'t Table<T>) -> Option<impl Iterator<Item = &'t Name>> {
        Arc::ptr_eq(&self.all, &before.all).then(|| self.changed.keys().chain(before.changed.keys()))
    }
}
