//! What is known to hold at a point of the program.

use std::sync::Arc;

use super::event::AccessId;
use super::place::Site;
use crate::text::Name;

/// What a symbol starts from. Two values with the same symbol are the same value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Root {
    /// The signed-in user. All principals of a request are one.
    Principal,
    /// The request object, by the catalogue's name of what was read from it.
    Request(Name),
    /// The row an access found.
    Row(AccessId),
    /// How many rows an access touched.
    Count(AccessId),
    /// Whatever a call gave, numbered in the order of the walk.
    Call(u32),
    /// A parameter of the function being walked that no caller gave.
    Parameter(u32),
    /// A variable from outside: an environment variable, a global.
    Global(Name),
}

/// A value's identity: a root and the members followed from it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Symbol {
    pub root: Root,
    pub path: Arc<[Name]>,
}

impl Symbol {
    pub fn new(root: Root) -> Symbol {
        Symbol { root, path: Arc::from([]) }
    }

    pub fn member(&self, name: &Name) -> Symbol {
        let path = self.path.iter().cloned().chain([name.clone()]).take(MAX_PATH).collect();
        Symbol { root: self.root.clone(), path }
    }

    /// True if `self` is `other` or something inside it.
    pub fn is_within(&self, other: &Symbol) -> bool {
        self.root == other.root && self.path.starts_with(&other.path)
    }
}

const MAX_PATH: usize = 8;

/// One thing that is known.
#[derive(Clone, PartialEq, Debug)]
pub enum Fact {
    /// Not null, not empty, not false.
    Present(Symbol),
    Absent(Symbol),
    Same(Symbol, Symbol),
    Differ(Symbol, Symbol),
    /// It equals this constant (`role == "admin"`).
    Is(Symbol, Arc<str>),
    IsNot(Symbol, Arc<str>),
    /// It is one of a fixed set, or matches a fixed pattern.
    Among(Symbol),
    /// A membership test: the second is an element of the first (`project.members.includes(user.id)`).
    Contains(Symbol, Symbol),
    /// Something that cannot be looked into said yes: a library's guard, or a function without a body.
    Guard(Guard),
    /// At least one of these sets holds.
    Any(Arc<[Facts]>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Guard {
    pub kind: GuardKind,
    /// How sure it is that it stops the request.
    pub sure: bool,
    pub name: Name,
    pub site: Option<Site>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuardKind {
    /// Somebody is signed in.
    Identity,
    /// Somebody with an elevated role.
    Role,
    /// The caller may touch this object.
    Object,
    /// A machine proved itself: a signature, a shared secret.
    Machine,
    /// The caller knows the password of a row.
    Password,
    /// A limit on how often.
    Limit,
}

/// Facts that hold together. Cheap to clone; equal facts are kept once.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts(Option<Arc<Vec<Fact>>>);

impl Facts {
    const MOST: usize = 96;

    pub fn none() -> Facts {
        Facts(None)
    }

    pub fn one(fact: Fact) -> Facts {
        Facts(Some(Arc::new(vec![fact])))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter().flat_map(|facts| facts.iter())
    }

    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|facts| facts.is_empty())
    }

    pub fn has(&self, fact: &Fact) -> bool {
        self.iter().any(|known| known == fact)
    }

    pub fn add(&mut self, fact: Fact) {
        if self.has(&fact) {
            return;
        }
        match &mut self.0 {
            Some(facts) if facts.len() < Self::MOST => Arc::make_mut(facts).push(fact),
            Some(_) => {}
            None => self.0 = Some(Arc::new(vec![fact])),
        }
    }

    pub fn add_all(&mut self, other: &Facts) {
        if self.0.is_none() {
            *self = other.clone();
            return;
        }
        for fact in other.iter() {
            self.add(fact.clone());
        }
    }

    pub fn and(&self, other: &Facts) -> Facts {
        let mut all = self.clone();
        all.add_all(other);
        all
    }

    /// What holds whichever of the two holds: the common facts, and "one of the two rests".
    pub fn or(&self, other: &Facts) -> Facts {
        if self == other {
            return self.clone();
        }
        let mut common = Facts::none();
        let mut rest = [Facts::none(), Facts::none()];
        for fact in self.iter() {
            if other.has(fact) { common.add(fact.clone()) } else { rest[0].add(fact.clone()) }
        }
        for fact in other.iter().filter(|fact| !self.has(fact)) {
            rest[1].add(fact.clone());
        }
        if rest.iter().all(|facts| !facts.is_empty() && facts.iter().count() <= 6) {
            common.add(Fact::Any(Arc::from(rest)));
        }
        common
    }

    /// The facts here that `before` did not have.
    pub fn since(&self, before: &Facts) -> Facts {
        match (&self.0, &before.0) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => Facts::none(),
            _ => {
                let new: Vec<Fact> = self.iter().filter(|fact| !before.has(fact)).cloned().collect();
                if new.is_empty() { Facts::none() } else { Facts(Some(Arc::new(new))) }
            }
        }
    }
}
