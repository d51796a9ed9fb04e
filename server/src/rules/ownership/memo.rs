//! What was asked of a walk before. Most rules ask the same of the same access, each answer takes others, and where ways meet the same is
//! asked once for every arm. Answers depend on what is known (`Facts::digest`) and on nothing that changes while a walk is judged.

use std::cell::RefCell;
use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::signed_in::Answer;
use super::{Tie, proof};
use crate::facts::check::{Facts, Symbol};
use crate::facts::event::{Access, AccessId};

/// What is known, and how deep the question lies in others.
type At = (u64, u32);

#[derive(Default)]
pub(super) struct Memo {
    ties: Answers<(usize, At), Tie>,
    verified: Answers<(Symbol, AccessId, At), bool>,
    owned: Answers<(AccessId, u64), bool>,
    signed_in: Answers<u64, Answer>,
    elevated: Answers<u64, bool>,
    asked: Answers<usize, Rc<Asked>>,
}

type Answers<K, V> = RefCell<FxHashMap<K, V>>;

/// What an access asks for.
pub(super) struct Asked {
    pub keys: FxHashSet<Symbol>,
    pub names_caller: bool,
    pub is_dark: bool,
    pub has_unknown: bool,
}

/// Answers ask for others meanwhile: nothing is held while one is worked out.
fn once<K: Eq + Hash, V: Clone>(known: &Answers<K, V>, key: K, answer: impl FnOnce() -> V) -> V {
    if let Some(known) = known.borrow().get(&key) {
        return known.clone();
    }
    let answer = answer();
    known.borrow_mut().insert(key, answer.clone());
    answer
}

/// The events of a walk stay where they are while it is judged.
fn name(access: &Access) -> usize {
    std::ptr::from_ref(access).addr()
}

impl Memo {
    pub fn tie(&self, access: &Access, facts: &Facts, depth: u32, answer: impl FnOnce() -> Tie) -> Tie {
        once(&self.ties, (name(access), (facts.digest(), depth)), answer)
    }

    pub fn verified(&self, symbol: &Symbol, before: AccessId, facts: &Facts, depth: u32, answer: impl FnOnce() -> bool) -> bool {
        once(&self.verified, (symbol.clone(), before, (facts.digest(), depth)), answer)
    }

    pub fn owned(&self, id: AccessId, facts: &Facts, answer: impl FnOnce() -> bool) -> bool {
        once(&self.owned, (id, facts.digest()), answer)
    }

    pub fn signed_in(&self, facts: &Facts, answer: impl FnOnce() -> Answer) -> Answer {
        once(&self.signed_in, facts.digest(), answer)
    }

    pub fn elevated(&self, facts: &Facts, answer: impl FnOnce() -> bool) -> bool {
        once(&self.elevated, facts.digest(), answer)
    }

    pub fn asked(&self, access: &Access) -> Rc<Asked> {
        once(&self.asked, name(access), || Rc::new(proof::asked(&access.query)))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::facts::check::{Fact, Root};

    #[test]
    fn what_was_asked_is_known_and_others_may_be_asked_meanwhile() {
        let (memo, asked) = (Memo::default(), Cell::new(0));
        let somebody = Facts::one(Fact::Present(Symbol::new(Root::Principal)));
        let ask = |facts: &Facts| {
            memo.signed_in(facts, || {
                asked.set(asked.get() + 1);
                memo.signed_in(&Facts::none(), || Answer::No).max(Answer::Yes)
            })
        };
        assert_eq!((ask(&somebody), ask(&somebody.clone()), asked.get()), (Answer::Yes, Answer::Yes, 1));
        assert_eq!(ask(&Facts::none()), Answer::No, "it was asked meanwhile");
        assert_eq!((ask(&Facts::one(Fact::Absent(Symbol::new(Root::Principal)))), asked.get()), (Answer::Yes, 2), "what is known is another");
    }
}
