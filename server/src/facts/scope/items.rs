//! The names of a file's items, and where each of them stands.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::FileModel;

/// A segment's hash, and which of several equal ones it is.
type Key = (u64, u32);

#[derive(Debug)]
pub(super) struct Items {
    /// One for each segment.
    pub keys: Vec<Key>,
    /// Where they stood when all of them were last looked at; an item is there only if `keys` says so too.
    positions: Arc<FxHashMap<Key, u32>>,
    /// Where those stand that came since.
    changed: FxHashMap<Key, u32>,
}

/// Past this many all of them are looked at again.
const MOST_CHANGED: usize = 64;

impl Items {
    pub fn of(model: &FileModel) -> Items {
        let mut seen: FxHashMap<u64, u32> = FxHashMap::with_capacity_and_hasher(model.segments.len(), Default::default());
        let key = |hash: u64| {
            let ordinal = seen.entry(hash).or_default();
            *ordinal += 1;
            (hash, *ordinal - 1)
        };
        let keys: Vec<Key> = model.segments.iter().map(|placed| placed.segment.hash).map(key).collect();
        let positions = keys.iter().zip(0..).map(|(key, at)| (*key, at)).collect();
        Items { keys, positions: Arc::new(positions), changed: FxHashMap::default() }
    }

    /// The items after those at some places were replaced by as many others. `None` if all of them must be looked at for that.
    pub fn edited(&self, model: &FileModel, places: Range<usize>) -> Option<Items> {
        let mut items = Items { keys: self.keys.clone(), positions: Arc::clone(&self.positions), changed: self.changed.clone() };
        for at in places {
            let (hash, key) = (model.segments.get(at)?.segment.hash, items.keys.get_mut(at)?);
            let before = std::mem::replace(key, (hash, 0));
            // Where several are equal, one more or less of them changes which one each is.
            if before.1 > 0 || items.position((before.0, 1)).is_some() || items.position((hash, 0)).is_some_and(|other| other != at) {
                return None;
            }
            items.changed.insert((hash, 0), at as u32);
        }
        (items.changed.len() <= MOST_CHANGED).then_some(items)
    }

    pub fn position(&self, key: Key) -> Option<usize> {
        let holds = |at: &&u32| self.keys.get(**at as usize) == Some(&key);
        let at = self.changed.get(&key).filter(holds).or_else(|| self.positions.get(&key).filter(holds))?;
        Some(*at as usize)
    }
}
