//! What is known to hold at a point of the program.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::event::AccessId;
use super::place::Site;
use super::ways::Ways;
use crate::text::Name;

/// What a symbol starts from. Two values with the same symbol are the same value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Root {
    /// The signed-in user. All principals of a request are one.
    Principal,
    /// What the server keeps for this visitor between requests, whoever that is.
    Session,
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

    /// Something that whoever runs the program keeps for it: a variable, a setting, what a vault hands out.
    pub fn is_of_environment(&self) -> bool {
        matches!(&self.root, Root::Request(part) if matches!(part.as_str(), "env" | "settings" | "vault"))
    }
}

const MAX_PATH: usize = 8;

/// The member of a symbol that stands for what kind of value it is: `typeof x`.
pub const TYPE_OF: Name = Name::new_static("*typeof*");

/// One thing that is known.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
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
    /// A regular expression, as written, found something in it.
    Matches(Symbol, Name),
    /// A membership test: the second is an element of the first (`project.members.includes(user.id)`).
    Contains(Symbol, Symbol),
    /// What a test of its text said: `next.startsWith("/")`, `".." in name`.
    Tested(Symbol, Arc<Tested>),
    /// Something that cannot be looked into had a say in whether it is fit to be used: `isSafeUrl(x)`.
    Fit(Symbol),
    /// Something that cannot be looked into said yes: a library's guard, or a function without a body.
    Guard(Guard),
    /// At least one of these sets holds.
    Any(Arc<[Facts]>),
}

impl AsRef<Fact> for Fact {
    fn as_ref(&self) -> &Fact {
        self
    }
}

/// A test of a text and how it came out.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Tested {
    pub test: Test,
    /// What was looked for; nothing if the program computes it.
    pub text: Option<Arc<str>>,
    pub holds: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Test {
    Begins,
    Ends,
    Holds,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Guard {
    pub kind: GuardKind,
    /// How sure it is that it stops the request.
    pub sure: bool,
    pub name: Name,
    pub site: Option<Site>,
}

impl Guard {
    /// What holds behind it: where somebody had to be signed in, somebody is known.
    pub fn passed(self) -> Facts {
        let knows = matches!(self.kind, GuardKind::Identity | GuardKind::Role);
        let mut facts = Facts::one(Fact::Guard(self));
        if knows {
            facts.add(Fact::Present(Symbol::new(Root::Principal)));
        }
        facts
    }
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
    /// None: a check that the framework makes for every route was switched off for this one.
    Exempt,
    /// None: a check ran of which nobody waits for the answer.
    Unawaited,
}

/// Facts that hold together, and the ways on which they do. Cheap to clone; equal facts are kept once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    known: Option<Arc<Known>>,
    ways: Ways,
}

/// Facts in the order in which they were learned. Their digests tell most of them apart without a look at them. Most of what
/// holds at a point held at the one before: the facts are shared.
#[derive(PartialEq, Eq, Debug, Default)]
struct Known {
    digests: Vec<u64>,
    facts: Vec<Arc<Fact>>,
}

impl Known {
    /// The same, with room for what is learned next: events keep what held, so that more would be empty for good.
    fn with_room(known: Option<&Known>) -> Known {
        let (digests, facts) = known.map_or((&[][..], &[][..]), |known| (&known.digests, &known.facts));
        let mut copy = Known { digests: Vec::with_capacity(digests.len() + 2), facts: Vec::with_capacity(facts.len() + 2) };
        copy.digests.extend_from_slice(digests);
        copy.facts.extend_from_slice(facts);
        copy
    }

    fn has(&self, digest: u64, fact: &Fact) -> bool {
        self.digests.iter().zip(&self.facts).any(|(known, other)| *known == digest && **other == *fact)
    }

    fn push(&mut self, digest: u64, fact: Arc<Fact>) {
        self.digests.push(digest);
        self.facts.push(fact);
    }

    fn iter(&self) -> impl Iterator<Item = (u64, &Arc<Fact>)> {
        self.digests.iter().copied().zip(&self.facts)
    }
}

impl Hash for Facts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.known.iter().for_each(|known| known.digests.hash(state));
        self.ways.hash(state);
    }
}

impl Facts {
    const MOST: usize = 96;

    pub fn none() -> Facts {
        Facts::default()
    }

    pub fn one(fact: Fact) -> Facts {
        let mut facts = Facts::none();
        facts.add(fact);
        facts
    }

    /// What holds on these ways.
    pub fn on(ways: Ways) -> Facts {
        Facts { known: None, ways }
    }

    /// What holds where nothing can be.
    pub fn impossible() -> Facts {
        Facts::on(Ways::none())
    }

    /// The same, without a word on the ways.
    pub fn anywhere(&self) -> Facts {
        Facts { known: self.known.clone(), ways: Ways::any() }
    }

    pub fn ways(&self) -> &Ways {
        &self.ways
    }

    pub fn is_impossible(&self) -> bool {
        self.ways.is_none()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.known.iter().flat_map(|known| known.facts.iter().map(|fact| &**fact))
    }

    /// A number for what is known, in its order, without the ways.
    pub fn digest(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.known.iter().for_each(|known| known.digests.hash(&mut hasher));
        hasher.finish()
    }

    fn digested(&self) -> impl Iterator<Item = (u64, &Arc<Fact>)> {
        self.known.iter().flat_map(|known| known.iter())
    }

    pub fn is_empty(&self) -> bool {
        self.known.as_ref().is_none_or(|known| known.facts.is_empty())
    }

    fn len(&self) -> usize {
        self.known.as_ref().map_or(0, |known| known.facts.len())
    }

    fn has(&self, digest: u64, fact: &Fact) -> bool {
        self.known.as_ref().is_some_and(|known| known.has(digest, fact))
    }

    pub fn contains(&self, fact: &Fact) -> bool {
        self.has(digest(fact), fact)
    }

    pub fn add(&mut self, fact: Fact) {
        self.insert(digest(&fact), fact);
    }

    fn insert(&mut self, digest: u64, fact: impl AsRef<Fact> + Into<Arc<Fact>>) {
        if self.len() >= Self::MOST || self.has(digest, fact.as_ref()) {
            return;
        }
        match self.known.as_mut().and_then(Arc::get_mut) {
            Some(known) => known.push(digest, fact.into()),
            None => {
                let mut known = Known::with_room(self.known.as_deref());
                known.push(digest, fact.into());
                self.known = Some(Arc::new(known));
            }
        }
    }

    pub fn add_all(&mut self, other: &Facts) {
        self.ways = self.ways.and(&other.ways);
        match (&self.known, &other.known) {
            (None, _) => self.known = other.known.clone(),
            (Some(a), Some(b)) if !Arc::ptr_eq(a, b) => b.iter().for_each(|(digest, fact)| self.insert(digest, Arc::clone(fact))),
            _ => {}
        }
    }

    pub fn and(&self, other: &Facts) -> Facts {
        let mut all = self.clone();
        all.add_all(other);
        all
    }

    /// What holds whichever of the two holds: the common facts, and "one of the two rests".
    pub fn or(&self, other: &Facts) -> Facts {
        if other.is_impossible() || self == other {
            return self.clone();
        }
        if self.is_impossible() {
            return other.clone();
        }
        let mut common = Facts::on(self.ways.or(&other.ways));
        let mut rest = [Facts::none(), Facts::none()];
        for (digest, fact) in self.digested() {
            let to = if other.has(digest, fact) { &mut common } else { &mut rest[0] };
            to.insert(digest, Arc::clone(fact));
        }
        for (digest, fact) in other.digested().filter(|(digest, fact)| !self.has(*digest, fact)) {
            rest[1].insert(digest, Arc::clone(fact));
        }
        if rest.iter().all(|facts| !facts.is_empty() && facts.len() <= 6) && !covers_all(&rest) {
            common.add(Fact::Any(Arc::from(rest)));
        }
        common
    }

    /// The facts here that `before` did not have.
    pub fn since(&self, before: &Facts) -> Facts {
        let mut new = Facts::on(self.ways.since(&before.ways));
        match (&self.known, &before.known) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => {}
            (_, None) => new.known = self.known.clone(),
            _ => self.digested().filter(|(digest, fact)| !before.has(*digest, fact)).for_each(|(digest, fact)| new.insert(digest, Arc::clone(fact))),
        }
        new
    }
}

/// "There, or not there" says nothing; but of who is calling it says that somebody looked, and let both go on.
fn covers_all([a, b]: &[Facts; 2]) -> bool {
    let mut pair = a.iter().zip(b.iter());
    let (Some(facts), None) = (pair.next(), pair.next()) else { return false };
    if a.len() != 1 || b.len() != 1 {
        return false;
    }
    match facts {
        (Fact::Present(x), Fact::Absent(y)) | (Fact::Absent(x), Fact::Present(y)) => x == y && x.root != Root::Principal,
        (Fact::Is(x, text), Fact::IsNot(y, other)) | (Fact::IsNot(x, text), Fact::Is(y, other)) => x == y && text == other,
        (Fact::Tested(x, one), Fact::Tested(y, other)) => x == y && one.test == other.test && one.text == other.text && one.holds != other.holds,
        (Fact::Same(x, y), Fact::Differ(z, w)) | (Fact::Differ(x, y), Fact::Same(z, w)) => x == z && y == w,
        _ => false,
    }
}

fn digest(fact: &Fact) -> u64 {
    let mut hasher = FxHasher::default();
    fact.hash(&mut hasher);
    hasher.finish()
}
