//! What was shown before: rows and values that are the caller's because the code compared them.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use super::memo::Asked;
use super::signed_in::Answer;
use super::signed_in::{is_callers, is_error, is_principal};
use super::{Choice, Judge, Tie};
use crate::facts::catalogue::BUILT_IN;
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::event::{Access, AccessId};
use crate::facts::names;
use crate::facts::query::{Filter, Operation, Query, TermOp};
use crate::facts::role_words::{names_above, names_post, names_right};
use crate::facts::schema::{OwnerKind, guess_owner};
use crate::facts::value::{Kind, Value};
use crate::text::Name;

impl Judge<'_> {
    /// Was a row compared with the caller?
    pub fn row_is_owned(&self, id: AccessId, facts: &Facts) -> bool {
        self.memo.owned(id, facts, || self.was_shown_to_be_owned(id, facts))
    }

    fn was_shown_to_be_owned(&self, id: AccessId, facts: &Facts) -> bool {
        facts.iter().any(|fact| self.owns_row(fact, id) || self.is_of_group_like_callers(fact, id, facts)) || self.is_of_callers_group(id, facts)
    }

    /// The group that it is of was compared with that of a row that is the caller's (`job.companyId === seat.companyId`), or with the group
    /// itself, which was found for the caller: `job.companyId === company.id`.
    fn is_of_group_like_callers(&self, fact: &Fact, id: AccessId, facts: &Facts) -> bool {
        let Fact::Same(a, b) = fact else { return false };
        let names_group = |symbol: &Symbol| symbol.path.last().is_some_and(|column| guess_owner(column) == Some(OwnerKind::Tenant));
        [(a, b), (b, a)].into_iter().any(|(row, other)| {
            let Root::Row(callers) = other.root else { return false };
            let is_group = || matches!((&*other.path, self.accesses.get(&callers)), ([key], Some(group)) if self.is_primary(&group.query, key));
            let is_pair = row.root == Root::Row(id) && callers != id && names_group(row) && (names_group(other) || is_group());
            is_pair && self.accesses.get(&callers).is_some_and(|callers| self.names_caller(callers) && self.found(callers, facts))
        })
    }

    /// What the row belongs to was looked up together with the caller, and there was something: a membership in the row's project.
    fn is_of_callers_group(&self, id: AccessId, facts: &Facts) -> bool {
        self.callers_group_column(id, facts).is_some()
    }

    /// The same: the column by which it belongs there.
    pub fn callers_group_column(&self, id: AccessId, facts: &Facts) -> Option<Name> {
        let row = self.accesses.get(&id)?;
        let belongs_by = |column: &str| {
            self.model_of(&row.query)
                .is_none_or(|model| model.owners().iter().any(|path| path.steps.first().map_or(&path.column, |step| &step.column) == column))
        };
        self.accesses.values().filter(|other| other.id > id && self.names_caller(other) && self.found(other, facts)).find_map(|other| {
            let conjuncts = other.query.conjuncts();
            conjuncts.iter().find_map(|filter| {
                let Filter::Term(term) = filter else { return None };
                let symbol = term.value.symbol().filter(|symbol| symbol.root == Root::Row(id))?;
                match &*symbol.path {
                    [column] if belongs_by(column) => Some(column.clone()),
                    _ => None,
                }
            })
        })
    }

    fn owns_row(&self, fact: &Fact, id: AccessId) -> bool {
        let of_row = |symbol: &Symbol| symbol.root == Root::Row(id);
        match fact {
            Fact::Same(a, b) | Fact::Contains(a, b) => {
                let is_caller = |symbol: &Symbol| is_callers(symbol) || self.stands_for_caller(symbol);
                of_row(a) && is_caller(b) || of_row(b) && is_caller(a)
            }
            // Owner or elevated: each arm says one or the other.
            Fact::Any(arms) => arms.iter().all(|arm| {
                arm.iter().any(|fact| self.owns_row(fact, id))
                    || self.is_elevated(arm)
                    || arm.iter().any(|fact| matches!(fact, Fact::Absent(symbol) if of_row(symbol) && symbol.path.is_empty()))
            }),
            // What came along only for the caller is there: their membership of the row's team.
            Fact::Present(symbol) | Fact::Is(symbol, _) | Fact::Among(symbol) if self.comes_along_for_caller(symbol, id) => true,
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
        depth <= 4 && self.memo.verified(symbol, before, facts, depth, || self.was_verified(symbol, before, facts, depth))
    }

    fn was_verified(&self, symbol: &Symbol, before: AccessId, facts: &Facts, depth: u32) -> bool {
        let certain = OnceCell::new();
        let and = |arm: &Facts| certain.get_or_init(|| self::certain(facts)).and(arm);
        for fact in facts.iter() {
            match fact {
                Fact::Same(a, b) if (a == symbol && is_callers(b)) || (b == symbol && is_callers(a)) => return true,
                Fact::Contains(list, item) if item == symbol && is_callers(list) => return true,
                // On whichever way one comes here, it was shown.
                Fact::Any(arms) if !arms.is_empty() && arms.iter().all(|arm| self.is_verified(symbol, before, &and(arm), depth + 1)) => {
                    return true;
                }
                _ => {}
            }
        }
        if let Root::Row(id) = symbol.root
            && let Some(found) = self.accesses.get(&id)
        {
            // A member of a row of the caller's, or of one that was looked up in a way that cannot be read.
            return self.row_is_owned(id, facts) || matches!(self.tie_within(found, facts, depth + 1), Tie::Owned | Tie::Opaque);
        }
        // The same id was the key of an earlier access that found something of the caller's; or of one that was asked for with it
        // (`Promise.all([trip.get(), pupil.get()])`), where what it found was shown to be the caller's meanwhile.
        self.accesses
            .values()
            .filter(|other| other.id < before || other.id != before && self.row_is_owned(other.id, facts))
            .map(|other| (other, self.memo.asked(other)))
            .filter(|(_, asked)| asked.keys.contains(symbol) || depth > 0 && asked.names_caller && asked.has_unknown || asked.is_dark)
            .filter(|(other, _)| self.found(other, facts))
            .any(|(other, asked)| {
                asked.is_dark
                    || self.row_is_owned(other.id, facts)
                    || self.names_caller(other)
                    || self.is_below_caller(other, facts, depth)
                    || self.stands_in_verified(other, symbol, before, facts, depth)
                    || self.stands_below_callers(other, before, facts, depth)
            })
    }

    /// Is it known that an access found something?
    pub fn found(&self, access: &Access, facts: &Facts) -> bool {
        let of_row = |symbol: &Symbol| symbol.root == Root::Row(access.id);
        facts.iter().any(|fact| match fact {
            Fact::Present(known) => of_row(known) || known.root == Root::Count(access.id),
            Fact::Absent(known) => of_row(known) && is_error(known),
            // `count === ids.length`: as many of the caller's as were asked for.
            Fact::Same(a, b) => of_row(a) || of_row(b) || [a, b].iter().any(|symbol| symbol.root == Root::Count(access.id)),
            _ => false,
        }) || finds_or_fails(access)
    }

    fn names_caller(&self, access: &Access) -> bool {
        self.memo.asked(access).names_caller || self.signed_in(&access.facts) == Answer::Yes && asks_for_caller_or_null(&access.query, true)
    }

    /// It was looked up together with something that was shown to be the caller's: the issue of a project of mine.
    fn stands_in_verified(&self, access: &Access, symbol: &Symbol, before: AccessId, facts: &Facts, depth: u32) -> bool {
        depth < 3
            && self
                .memo
                .asked(access)
                .keys
                .iter()
                .any(|key| key != symbol && matches!(key.root, Root::Request(_)) && self.is_verified(key, before, facts, depth + 2))
    }

    /// It was looked up by something of a row of the caller's: the account among whose colleagues mine is.
    fn is_below_caller(&self, access: &Access, facts: &Facts, depth: u32) -> bool {
        let conjuncts = access.query.conjuncts();
        conjuncts.iter().any(|filter| {
            let Filter::Term(term) = filter else { return false };
            let Some(Root::Row(id)) = term.value.symbol().map(|symbol| &symbol.root) else { return false };
            let found = self.accesses.get(id).filter(|found| found.id < access.id);
            found.is_some_and(|found| self.found(found, facts) && self.tie_within(found, facts, depth + 1) == Tie::Owned)
        })
    }

    /// Was what the caller chose compared with what stands in a row that is theirs, in whatever way?
    pub fn was_matched(&self, access: &Access, choice: &Choice) -> bool {
        self.walk.matched.iter().any(|matched| {
            matched.access < access.id
                && matched.part == choice.part
                && matched.name == choice.input
                && self.accesses.get(&matched.access).is_some_and(|row| matches!(self.tie(row), Tie::Owned | Tie::Opaque))
        })
    }

    /// One of what another question finds for the caller: `workspace_id__in=Member.objects.filter(user=me).values(..)`.
    pub(super) fn is_of_callers_rows(&self, value: &Value, access: &Access, facts: &Facts, depth: u32) -> bool {
        match value.kind() {
            Kind::Library(library) => library.query.as_ref().is_some_and(|query| names_caller(query)),
            Kind::Rows(row) | Kind::Row(row) if depth < 4 && row.access < access.id => {
                self.accesses.get(&row.access).is_some_and(|found| self.tie_within(found, facts, depth + 1) == Tie::Owned)
            }
            _ => false,
        }
    }

    /// A row that was found for the caller says that they are more than a user: `InstanceAdmin` of mine, a profile of mine whose
    /// role is this one. One that was found below something that the caller names says so of that only.
    pub(super) fn is_role_of_caller(&self, symbol: &Symbol) -> bool {
        let id = match symbol.root {
            Root::Row(id) if symbol.path.is_empty() => id,
            Root::Count(id) => id,
            _ => return false,
        };
        let Some(access) = self.accesses.get(&id).filter(|access| self.names_caller(access)) else { return false };
        let conjuncts = access.query.conjuncts();
        let terms = || conjuncts.iter().filter_map(|filter| if let Filter::Term(term) = filter { Some(term) } else { None });
        let is_limited = conjuncts.iter().any(|filter| !matches!(filter, Filter::Term(_)))
            || terms().any(|term| term.value.taint().iter().any(|origin| origin.part.is_request()));
        let names_role = terms().any(|term| !term.value.symbol().is_some_and(is_principal) && term.path.iter().any(|name| names_right(name)));
        !is_limited && (names_role || names_above(&access.query.model) || names_post(&access.query.model))
    }

    /// The column of a row by which it was found for the caller: `rower.clerkId`, of the rower whose `clerkId` is the caller's.
    fn stands_for_caller(&self, symbol: &Symbol) -> bool {
        let (Root::Row(id), [column]) = (&symbol.root, &*symbol.path) else { return false };
        let conjuncts = self.accesses.get(id).map(|access| access.query.conjuncts()).unwrap_or_default();
        conjuncts.iter().any(
            |filter| matches!(filter, Filter::Term(term) if term.op == TermOp::Eq && term.path.as_slice() == [column.clone()] && is_caller(&term.value, false)),
        )
    }

    /// The row of people that is the caller's own: the one whose column is who is signed in, and of which there is only one.
    pub(super) fn is_own_account(&self, symbol: &Symbol) -> bool {
        let Root::Row(id) = symbol.root else { return false };
        let Some(access) = self.accesses.get(&id).filter(|access| access.query.operation != Operation::Create) else { return false };
        let Some(model) = self.model_of(&access.query) else { return false };
        let is_one = |name: &Name| model.is_principal || model.column(name).is_some_and(|column| column.unique || column.primary);
        access.query.conjuncts().iter().any(|filter| match filter {
            Filter::Term(term) => term.op == TermOp::Eq && is_caller(&term.value, false) && matches!(term.path.as_slice(), [name] if is_one(name)),
            _ => false,
        })
    }

    /// A row by which something else was looked up, for the caller: the note's folder, which has to be one of mine. What cannot be
    /// read of that look-up may say so.
    fn stands_below_callers(&self, row: &Access, before: AccessId, facts: &Facts, depth: u32) -> bool {
        let is_of_row = |value: &Value| value.symbol().is_some_and(|symbol| symbol.root == Root::Row(row.id));
        self.accesses.values().any(|other| {
            other.id > row.id
                && other.id < before
                && self.found(other, facts)
                && other.query.filter.iter().any(|filter| any_value(filter, &is_of_row, 0) || is_unreadable(filter, 0))
                && other.query.filter.iter().any(|filter| any_value(filter, &|value| self.is_of_caller(value, depth + 1), 0) || is_unreadable(filter, 0))
        })
    }

    /// The caller's id, or something of a row that was looked up by it.
    fn is_of_caller(&self, value: &Value, depth: u32) -> bool {
        let Some(symbol) = value.symbol() else { return false };
        match symbol.root {
            _ if is_principal(symbol) => true,
            Root::Row(id) if depth < 4 => self
                .accesses
                .get(&id)
                .is_some_and(|access| access.query.filter.iter().any(|filter| any_value(filter, &|value| self.is_of_caller(value, depth + 1), 0))),
            _ => false,
        }
    }
}

pub(super) fn asked(query: &Query) -> Asked {
    Asked { keys: keys(query), names_caller: names_caller(query), is_dark: is_dark(query), has_unknown: has_unknown(query) }
}

/// What holds on every way.
fn certain(facts: &Facts) -> Facts {
    let mut certain = Facts::none();
    facts.iter().filter(|fact| !matches!(fact, Fact::Any(_))).for_each(|fact| certain.add(fact.clone()));
    certain
}

/// A question that nothing answers to if nobody is signed in: `user?.id ?? null` where what is null equals nothing.
fn names_caller(query: &Query) -> bool {
    asks_for_caller_or_null(query, !query.fails_open)
}

fn asks_for_caller_or_null(query: &Query, with_null: bool) -> bool {
    query.filter.iter().any(|filter| asks_for_caller(filter, with_null, 0))
}

/// In whichever of its arms.
pub(super) fn asks_for_caller(filter: &Filter, with_null: bool, depth: u32) -> bool {
    match filter {
        Filter::Term(term) => is_caller(&term.value, with_null),
        Filter::All(all) if depth < 6 => all.iter().any(|one| asks_for_caller(one, with_null, depth + 1)),
        Filter::Any(arms) if depth < 6 => !arms.is_empty() && arms.iter().all(|one| asks_for_caller(one, with_null, depth + 1)),
        _ => false,
    }
}

/// The caller, or else a text that is nobody's id: `user?.id ?? ""`.
fn is_caller(value: &Value, with_null: bool) -> bool {
    let all = value.alternatives();
    let is_nobody = |one: &Value| {
        matches!(one.kind(), Kind::Str(text) if text.is_empty())
            || matches!(one.kind(), Kind::Number(number) if is_nobodys_number(number))
            || with_null && matches!(one.kind(), Kind::Null)
    };
    let mut somebody = all.iter().filter(|one| !is_nobody(one)).peekable();
    somebody.peek().is_some() && somebody.all(|one| one.symbol().is_some_and(is_principal))
}

/// `user?.id ?? 0`: no row has that key.
pub(super) fn is_nobodys_number(number: &str) -> bool {
    matches!(number, "0" | "-1")
}

/// Does a filter, in whichever of its arms, compare with such a value?
fn any_value(filter: &Filter, is_such: &dyn Fn(&Value) -> bool, depth: u32) -> bool {
    match filter {
        Filter::Term(term) => term.value.alternatives().iter().any(is_such),
        Filter::Any(filters) | Filter::All(filters) if depth < 8 => filters.iter().any(|filter| any_value(filter, is_such, depth + 1)),
        _ => false,
    }
}

/// Is there a part of a filter that could not be read?
fn is_unreadable(filter: &Filter, depth: u32) -> bool {
    match filter {
        Filter::Opaque(_) => true,
        Filter::Any(filters) | Filter::All(filters) if depth < 8 => filters.iter().any(|filter| is_unreadable(filter, depth + 1)),
        _ => false,
    }
}

/// The call itself fails if it finds nothing.
fn finds_or_fails(access: &Access) -> bool {
    access.query.operation == Operation::ReadOne && BUILT_IN.client(&access.query.client).is_some_and(|client| client.one_or_fails)
}

/// The symbols an access is keyed by.
fn keys(query: &Query) -> FxHashSet<Symbol> {
    keys_of(&query.filter, 0)
}

/// Of several arms, what is asked for in each.
fn keys_of(filters: &[Filter], depth: u32) -> FxHashSet<Symbol> {
    let mut found = FxHashSet::default();
    for filter in filters {
        match filter {
            Filter::Term(term) => found.extend(key(&term.value)),
            Filter::All(all) if depth < 6 => found.extend(keys_of(all, depth + 1)),
            Filter::Any(arms) if depth < 6 => {
                let mut each = arms.iter().map(|arm| keys_of(std::slice::from_ref(arm), depth + 1));
                let first = each.next().unwrap_or_default();
                found.extend(each.fold(first, |known, next| known.intersection(&next).cloned().collect()));
            }
            _ => {}
        }
    }
    found
}

/// Nothing of what it asks for could be read: `where: await whereForMember(id, user)`.
fn is_dark(query: &Query) -> bool {
    let conjuncts = query.conjuncts();
    !conjuncts.is_empty() && conjuncts.iter().all(|filter| matches!(filter, Filter::Opaque(_)))
}

/// Is it not known what something is compared with? Then it may be the very thing.
fn has_unknown(query: &Query) -> bool {
    let conjuncts = query.conjuncts();
    conjuncts.iter().any(|filter| match filter {
        Filter::Term(term) => matches!(term.value.kind(), Kind::Unknown) && term.value.symbol().is_none() && term.value.taint().is_empty(),
        Filter::Opaque(_) => true,
        _ => false,
    })
}

/// `kwargs.get("project_id")`: the one thing it is, if it is there.
fn key(value: &Value) -> Option<Symbol> {
    if let Some(symbol) = value.symbol() {
        return Some(symbol.clone());
    }
    let all = value.alternatives();
    let mut given = all.iter().filter(|one| !matches!(one.kind(), Kind::Null));
    match (given.next(), given.next()) {
        (Some(one), None) => one.symbol().cloned(),
        _ => None,
    }
}

/// A flag that is set to keep a row from being seen.
pub(super) fn is_hidden_flag(name: &str) -> bool {
    let words = names::words(name);
    words.last().is_some_and(|word| matches!(word.as_str(), "hidden" | "private" | "draft" | "unlisted" | "unpublished"))
}

pub(super) fn is_public_flag(name: &str) -> bool {
    let words = names::words(name);
    words.iter().any(|word| matches!(word.as_str(), "public" | "published" | "visibility")) || words.last().is_some_and(|word| word == "shared")
}
