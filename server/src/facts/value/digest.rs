//! Two values that were put together alike are one: they are told apart by a digest of all that is in them, which is made when it is first
//! asked for and kept.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Captured, Value};
use crate::facts::ways::{Met, met};

/// Kept with what it is the digest of; what is changed has none yet. The second is which forks are spoken of in it.
#[derive(Debug, Default)]
pub(super) struct Digest(AtomicU64, AtomicU64);

impl Clone for Digest {
    fn clone(&self) -> Digest {
        Digest::default()
    }
}

impl Digest {
    fn of(&self, hash: impl FnOnce(&mut DefaultHasher)) -> u64 {
        let known = self.0.load(Ordering::Acquire);
        if known != 0 {
            Met::unpack(self.1.load(Ordering::Relaxed)).add();
            return known;
        }
        let mut hasher = DefaultHasher::new();
        let ((), met) = met(|| hash(&mut hasher));
        met.add();
        let digest = hasher.finish().max(1);
        self.1.store(met.pack(), Ordering::Relaxed);
        self.0.store(digest, Ordering::Release);
        digest
    }
}

impl Value {
    pub fn digest(&self) -> u64 {
        let inner = &*self.0;
        inner.digest.of(|hasher| {
            inner.kind.hash(hasher);
            inner.taint.hash(hasher);
            inner.symbol.hash(hasher);
            inner.truth.hash(hasher);
            inner.nullable.hash(hasher);
        })
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest());
    }
}

impl Hash for Captured {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest.of(|hasher| {
            self.variables.hash(hasher);
            self.parent.hash(hasher);
        }));
    }
}
