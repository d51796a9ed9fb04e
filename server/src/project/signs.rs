//! What a walk read, in a few bits: most walks are seen to have read nothing of a change without looking further.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::facts::walk::Reads;

/// Two bits for everything that a walk read: what has not both of its bits here was not read.
#[derive(Clone, Copy, Default)]
pub(super) struct Signs([u128; 2]);

impl Signs {
    pub fn of(reads: &Reads) -> Signs {
        let mut signs = Signs::default();
        reads.items.iter().for_each(|item| signs.add(Sign::of(item)));
        reads.names.iter().for_each(|name| signs.add(Sign::of(name)));
        signs
    }

    fn add(&mut self, Sign(first, second): Sign) {
        self.0[0] |= first;
        self.0[1] |= second;
    }

    pub fn may_have(&self, Sign(first, second): Sign) -> bool {
        self.0[0] & first != 0 && self.0[1] & second != 0
    }
}

/// The bits of one thing that walks read.
#[derive(Clone, Copy)]
pub(super) struct Sign(u128, u128);

impl Sign {
    pub fn of(thing: &impl Hash) -> Sign {
        let mut hasher = FxHasher::default();
        thing.hash(&mut hasher);
        let hash = hasher.finish();
        Sign(1 << (hash >> 57), 1 << (hash >> 50 & 127))
    }
}
