//! What was shown before: rows and values that are the caller's because the code compared them.

use rustc_hash::FxHashSet;

use super::signed_in::{is_error, is_principal};
use super::{Judge, Tie};
use crate::facts::catalogue::BUILT_IN;
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::event::{Access, AccessId};
use crate::facts::names;
use crate::facts::query::{Filter, Operation, Query};

impl Judge<'_> {
    /// Was a row compared with the caller?
    pub fn row_is_owned(&self, id: AccessId, facts: &Facts) -> bool {
        facts.iter().any(|fact| self.owns_row(fact, id))
    }

    fn owns_row(&self, fact: &Fact, id: AccessId) -> bool {
        let of_row = |symbol: &Symbol| symbol.root == Root::Row(id);
        match fact {
            Fact::Same(a, b) | Fact::Contains(a, b) => of_row(a) && is_principal(b) || of_row(b) && is_principal(a),
            // Owner or elevated: each arm says one or the other.
            Fact::Any(arms) => arms.iter().all(|arm| {
                arm.iter().any(|fact| self.owns_row(fact, id))
                    || self.is_elevated(arm)
                    || arm.iter().any(|fact| matches!(fact, Fact::Absent(symbol) if of_row(symbol) && symbol.path.is_empty()))
            }),
            // Public rows: `row.isPublic`.
            Fact::Present(symbol) => of_row(symbol) && symbol.path.last().is_some_and(|name| is_public_flag(name)),
            Fact::Is(symbol, text) => {
                of_row(symbol)
                    && (symbol.path.last().is_some_and(|name| is_public_flag(name)) || matches!(&**text, "public" | "PUBLIC" | "published" | "PUBLISHED"))
            }
            _ => false,
        }
    }

    /// A value that was shown to belong to the caller: compared with the caller, taken from a row that is the caller's, or
    /// used as the key of an access that was constrained to the caller and found something.
    pub(super) fn is_verified(&self, symbol: &Symbol, before: AccessId, facts: &Facts, depth: u32) -> bool {
        if depth > 4 {
            return false;
        }
        for fact in facts.iter() {
            match fact {
                Fact::Same(a, b) if (a == symbol && is_principal(b)) || (b == symbol && is_principal(a)) => return true,
                Fact::Contains(list, item) if item == symbol && is_principal(list) => return true,
                _ => {}
            }
        }
        if let Root::Row(id) = symbol.root
            && let Some(found) = self.accesses.get(&id)
        {
            // A member of a row of the caller's, or of a row that is not private and was not chosen by the caller.
            return self.row_is_owned(id, facts) || self.tie_within(found, facts, depth + 1) == Tie::Owned;
        }
        // The same id was the key of an earlier access that found something of the caller's.
        self.accesses.values().filter(|other| other.id < before).any(|other| {
            let found = facts.iter().any(|fact| match fact {
                Fact::Present(known) => {
                    known.root == Root::Row(other.id) && known.path.is_empty()
                        || known.root == Root::Count(other.id)
                        || matches!(known.root, Root::Row(id) if id == other.id)
                }
                Fact::Absent(known) => known.root == Root::Row(other.id) && is_error(known),
                Fact::Same(a, b) => [a, b].iter().any(|known| known.root == Root::Row(other.id)),
                _ => false,
            }) || finds_or_fails(other);
            if !found || !keys(&other.query).contains(symbol) {
                return false;
            }
            self.row_is_owned(other.id, facts) || {
                let mut conjuncts = Vec::new();
                Filter::conjuncts(&other.query.filter, &mut conjuncts);
                conjuncts.iter().any(|filter| match filter {
                    Filter::Term(term) => term.value.symbol().is_some_and(is_principal),
                    _ => false,
                })
            }
        })
    }
}

/// The call itself fails if it finds nothing.
fn finds_or_fails(access: &Access) -> bool {
    access.query.operation == Operation::ReadOne && BUILT_IN.client(&access.query.client).is_some_and(|client| client.one_or_fails)
}

/// The symbols an access is keyed by.
fn keys(query: &Query) -> FxHashSet<Symbol> {
    let mut conjuncts = Vec::new();
    Filter::conjuncts(&query.filter, &mut conjuncts);
    conjuncts
        .into_iter()
        .filter_map(|filter| match filter {
            Filter::Term(term) => term.value.symbol().cloned(),
            _ => None,
        })
        .collect()
}

pub(super) fn is_public_flag(name: &str) -> bool {
    let words = names::words(name);
    words.iter().any(|word| matches!(word.as_str(), "public" | "published" | "visibility"))
}
