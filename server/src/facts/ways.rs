//! On which ways through the code something holds. Where two paths meet, and where a function came back in several ways,
//! the walk makes a *fork*: each side of it is a way. Values that were told apart by the same fork belong together side by
//! side, so a check of one of them tells which of the others are left: `const { data, error } = read()`, `if (error) return`.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

/// A place where the walk told paths apart, as it came by once.
#[derive(Debug)]
pub struct Fork {
    /// Counted by the walk, for an order.
    number: u32,
    /// What may run again (a loop, a function called for each element) can take another side the next time: its forks are
    /// closed when it has ended, and their sides no longer exclude each other.
    open: AtomicBool,
}

impl Fork {
    pub fn new(number: u32) -> Arc<Fork> {
        Arc::new(Fork { number, open: AtomicBool::new(true) })
    }

    pub fn close(&self) {
        self.open.store(false, Ordering::Relaxed);
    }

    pub fn set_open(&self, is_open: bool) {
        self.open.store(is_open, Ordering::Relaxed);
    }

    pub fn number(&self) -> u32 {
        self.number
    }

    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }
}

/// One side of a fork.
#[derive(Clone, Debug)]
struct Turn {
    fork: Arc<Fork>,
    side: u32,
}

impl Turn {
    fn is_at(&self, other: &Turn) -> bool {
        Arc::ptr_eq(&self.fork, &other.fork)
    }
}

impl Eq for Turn {}

impl Hash for Turn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Met { first: self.fork.number, last: self.fork.number }.add();
        (self.fork.number, self.side).hash(state);
    }
}

/// The first and the last fork, by number, that were spoken of in what was made a hash of.
#[derive(Clone, Copy)]
pub struct Met {
    first: u32,
    last: u32,
}

thread_local! {
    static MET: Cell<Met> = const { Cell::new(Met::NONE) };
}

impl Met {
    const NONE: Met = Met { first: u32::MAX, last: 0 };

    /// They were spoken of around here, too.
    pub fn add(self) {
        MET.with(|met| {
            let known = met.get();
            met.set(Met { first: known.first.min(self.first), last: known.last.max(self.last) });
        });
    }

    pub fn may_have(self, fork: &Fork) -> bool {
        (self.first..=self.last).contains(&fork.number)
    }

    pub fn pack(self) -> u64 {
        u64::from(self.first) << 32 | u64::from(self.last)
    }

    pub fn unpack(packed: u64) -> Met {
        Met { first: (packed >> 32) as u32, last: packed as u32 }
    }
}

/// Makes hashes, and tells which forks were spoken of.
pub fn met<T>(run: impl FnOnce() -> T) -> (T, Met) {
    let before = MET.with(|met| met.replace(Met::NONE));
    let result = run();
    let met = MET.with(|met| met.replace(before));
    (result, met)
}

impl PartialEq for Turn {
    fn eq(&self, other: &Turn) -> bool {
        self.is_at(other) && self.side == other.side
    }
}

/// Turns that were all taken, in the order of their forks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Way(SmallVec<[Turn; 2]>);

/// The ways on which something may hold. What holds elsewhere too is never left out; what cannot hold may be left in.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Ways(Option<Arc<[Way]>>);

impl Ways {
    /// More ways than this are any way.
    const MOST: usize = 8;
    /// Of more turns than this the first are forgotten.
    const LONGEST: usize = 12;

    /// Any way at all.
    pub fn any() -> Ways {
        Ways(None)
    }

    /// Nowhere.
    pub fn none() -> Ways {
        thread_local! {
            static NONE: Ways = Ways(Some(Arc::from([])));
        }
        NONE.with(Clone::clone)
    }

    /// One side of a fork. Sides 0 and 1 are those of a fork that has no others.
    pub fn turn(fork: &Arc<Fork>, side: u32) -> Ways {
        if !fork.is_open() {
            return Ways::any();
        }
        Ways(Some(Arc::from([Way(smallvec::smallvec![Turn { fork: Arc::clone(fork), side }])])))
    }

    pub fn is_any(&self) -> bool {
        self.0.is_none()
    }

    /// No way leads here.
    pub fn is_none(&self) -> bool {
        self.0.as_ref().is_some_and(|ways| ways.is_empty())
    }

    /// Whether there is a way on which both hold.
    pub fn meets(&self, other: &Ways) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => a.iter().any(|a| b.iter().any(|b| a.meets(b))),
            _ => !self.is_none() && !other.is_none(),
        }
    }

    pub fn and(&self, other: &Ways) -> Ways {
        let (a, b) = match (&self.0, &other.0) {
            (None, _) => return other.clone(),
            (_, None) => return self.clone(),
            (Some(a), Some(b)) => (a, b),
        };
        if Arc::ptr_eq(a, b) {
            return self.clone();
        }
        let mut ways = Gathered::default();
        for a in a.iter() {
            for b in b.iter().filter(|b| a.meets(b)) {
                ways.add(a.and(b));
            }
        }
        match ways.finish() {
            // Too many: what each of the two says is true as well.
            Ways(None) => {
                if a.len() <= b.len() {
                    self.clone()
                } else {
                    other.clone()
                }
            }
            both => both,
        }
    }

    pub fn or(&self, other: &Ways) -> Ways {
        let (Some(a), Some(b)) = (&self.0, &other.0) else { return Ways::any() };
        if Arc::ptr_eq(a, b) {
            return self.clone();
        }
        let mut ways = Gathered::default();
        a.iter().chain(b.iter()).for_each(|way| ways.add(way.clone()));
        ways.finish()
    }

    /// Without what is known since `before` anyway.
    pub fn since(&self, before: &Ways) -> Ways {
        match (&self.0, &before.0) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => Ways::any(),
            (Some(a), Some(b)) => match &b[..] {
                [before] => {
                    let mut ways = Gathered::default();
                    a.iter().for_each(|way| ways.add(Way(way.0.iter().filter(|turn| !before.0.contains(turn)).cloned().collect())));
                    ways.finish()
                }
                _ => self.clone(),
            },
            _ => self.clone(),
        }
    }
}

impl Way {
    fn meets(&self, other: &Way) -> bool {
        !self.0.iter().any(|turn| other.0.iter().any(|taken| turn.is_at(taken) && turn.side != taken.side && turn.fork.is_open()))
    }

    fn and(&self, other: &Way) -> Way {
        let mut way = self.clone();
        for turn in &other.0 {
            if !way.0.iter().any(|taken| taken.is_at(turn)) {
                let at = way.0.partition_point(|taken| taken.fork.number < turn.fork.number);
                way.0.insert(at, turn.clone());
            }
        }
        let over = way.0.len().saturating_sub(Ways::LONGEST);
        way.0.drain(..over);
        way
    }

    /// Every way like `other` is a way like this one.
    fn covers(&self, other: &Way) -> bool {
        self.0.iter().all(|turn| other.0.contains(turn))
    }

    /// Two ways that differ in the side of one fork of two sides only are one way that does not ask for it.
    fn joined(&self, other: &Way) -> Option<Way> {
        if self.0.len() != other.0.len() {
            return None;
        }
        let mut differing = self.0.iter().zip(&other.0).enumerate().filter(|(_, (a, b))| a != b);
        let (at, (a, b)) = differing.next()?;
        let two_sided = a.is_at(b) && matches!((a.side, b.side), (0, 1) | (1, 0));
        if !two_sided || differing.next().is_some() {
            return None;
        }
        let mut way = self.clone();
        way.0.remove(at);
        Some(way)
    }
}

/// Ways being put together: none of them covers another.
#[derive(Default)]
struct Gathered(Vec<Way>);

impl Gathered {
    fn add(&mut self, mut way: Way) {
        loop {
            if self.0.iter().any(|known| known.covers(&way)) {
                return;
            }
            self.0.retain(|known| !way.covers(known));
            let Some((at, joined)) = self.0.iter().enumerate().find_map(|(at, known)| Some((at, known.joined(&way)?))) else { break };
            self.0.remove(at);
            way = joined;
        }
        self.0.push(way);
    }

    fn finish(self) -> Ways {
        if self.0.len() > Ways::MOST || self.0.iter().any(|way| way.0.is_empty()) { Ways::any() } else { Ways(Some(self.0.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fork, Ways};
    use std::sync::Arc;

    fn forks() -> [Arc<Fork>; 3] {
        [1, 2, 3].map(Fork::new)
    }

    #[test]
    fn the_sides_of_a_fork_exclude_each_other_and_are_all() {
        let [f, g, _] = forks();
        let (left, right) = (Ways::turn(&f, 0), Ways::turn(&f, 1));
        assert!(!left.meets(&right) && left.meets(&left) && left.meets(&Ways::turn(&g, 1)));
        assert!(left.and(&right).is_none());
        assert!(left.or(&right).is_any());
        let (under, over) = (left.and(&Ways::turn(&g, 0)), left.and(&Ways::turn(&g, 1)));
        assert_eq!(under.or(&over), left);
        assert!(!under.or(&right).meets(&over));
    }

    #[test]
    fn a_fork_of_many_sides_is_not_closed_by_two() {
        let [f, ..] = forks();
        let sides = [2, 3, 4].map(|side| Ways::turn(&f, side));
        let two = sides[0].or(&sides[1]);
        assert!(!two.is_any() && !two.meets(&sides[2]) && two.meets(&sides[1]));
    }

    #[test]
    fn what_is_known_before_is_not_said_again() {
        let [f, g, _] = forks();
        let before = Ways::turn(&f, 0);
        assert_eq!(before.and(&Ways::turn(&g, 1)).since(&before), Ways::turn(&g, 1));
        assert!(before.since(&before).is_any());
        assert_eq!(Ways::turn(&g, 1).since(&Ways::any()), Ways::turn(&g, 1));
    }

    #[test]
    fn a_closed_fork_excludes_nothing() {
        let [f, g, _] = forks();
        let (left, right) = (Ways::turn(&f, 0), Ways::turn(&f, 1).and(&Ways::turn(&g, 0)));
        f.close();
        assert!(left.meets(&right) && !left.and(&right).is_none());
        assert!(!right.meets(&Ways::turn(&g, 1)));
        assert!(Ways::turn(&f, 0).is_any());
    }

    #[test]
    fn nowhere_and_anywhere() {
        let [f, ..] = forks();
        assert!(Ways::none().is_none() && !Ways::none().meets(&Ways::any()) && !Ways::any().is_none());
        assert!(Ways::turn(&f, 0).and(&Ways::none()).is_none());
        assert_eq!(Ways::none().or(&Ways::turn(&f, 0)), Ways::turn(&f, 0));
    }

    #[test]
    fn too_many_ways_are_any_way_and_what_is_said_stays_true() {
        let forks: Vec<Arc<Fork>> = (0..40).map(Fork::new).collect();
        let mut long = Ways::any();
        forks.iter().for_each(|fork| long = long.and(&Ways::turn(fork, 1)));
        assert!(long.meets(&Ways::turn(&forks[0], 0)), "the first are forgotten");
        assert!(!long.meets(&Ways::turn(&forks[39], 0)));
        let mut wide = Ways::none();
        forks.iter().for_each(|fork| wide = wide.or(&Ways::turn(fork, 1)));
        assert!(wide.is_any());
        let pairs = |at: usize| Ways::turn(&forks[at], 0).or(&Ways::turn(&forks[at + 1], 0)).or(&Ways::turn(&forks[at + 2], 0));
        let both = pairs(0).and(&pairs(3));
        assert!(both.is_any() || both == pairs(0), "nine ways are too many");
    }
}
