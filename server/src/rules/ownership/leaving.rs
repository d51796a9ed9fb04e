//! Whether what was read gets out, and whether it was checked on the way.

use super::signed_in::is_error;
use super::{Answer, Judge, Tie};
use crate::facts::check::{Facts, Root, Symbol};
use crate::facts::event::{Access, AccessId, Event, UseKind};
use crate::facts::names;
use crate::facts::query::{Filter, Operation, TermOp};
use crate::facts::schema::{NameClass, model_classes};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Piece, Value};
use crate::text::Name;

impl Judge<'_> {
    /// Does what a read found leave the handler without having been compared with the caller? `None` if it never leaves.
    pub fn leaves_unchecked(&self, access: &Access) -> Option<bool> {
        let mut leaves = None;
        for (value, facts) in self.leavings(access) {
            let checked = self.is_checked(access, facts) || self.is_checked_within(value, access, facts, 0);
            leaves = Some(leaves.unwrap_or(false) | !checked);
        }
        leaves.or_else(|| self.leaves_by_key(access)).or_else(|| self.leaves_as_text(access))
    }

    /// Does a file leave unchecked that lies under a key which stands in the row?
    fn leaves_by_key(&self, access: &Access) -> Option<bool> {
        let is_of_row = |filter: &&Filter| matches!(filter, Filter::Term(term) if contains_row(&term.value, access.id, 0));
        let files = self.accesses().filter(|file| matches!(file.query.client.as_str(), "bucket" | "kv") && !file.query.operation.is_write());
        let named = files.filter(|file| file.query.conjuncts().iter().any(is_of_row));
        let left = named.flat_map(|file| self.leavings(file).map(|(_, facts)| facts));
        left.map(|facts| !self.is_checked(access, facts)).reduce(|some, other| some | other)
    }

    /// Is somebody signed in wherever what a read found leaves? It may be asked for at once with who is asking: `Promise.all([whoAsks(), find(id)])`.
    pub fn signed_in_where_it_leaves(&self, access: &Access) -> Answer {
        let shown = self.walk.events.iter().filter_map(|event| match event {
            Event::Use(used) if used.kind != UseKind::Handed && contains_row(&used.value, access.id, 0) => Some(&used.facts),
            _ => None,
        });
        shown.map(|facts| self.signed_in(facts)).min().unwrap_or(Answer::No)
    }

    /// What holds content of the row that an access found and goes out of the handler, with what is known there.
    fn leavings<'s>(&'s self, access: &'s Access) -> impl Iterator<Item = (&'s Value, &'s Facts)> {
        let says_more = |symbol: &Symbol| !is_harmless(symbol) && !is_asked_by(access, symbol);
        self.walk.events.iter().filter_map(move |event| match event {
            Event::Use(used) if used.kind != UseKind::Handed || holds_row(&used.value, access.id, &says_more, 0) => {
                contains_row(&used.value, access.id, 0).then_some((&used.value, &used.facts))
            }
            _ => None,
        })
    }

    /// Does what was made of it leave unchecked: the lines of a table that is downloaded? Whose it is can be told where nothing else was read.
    fn leaves_as_text(&self, access: &Access) -> Option<bool> {
        // By a session it is found out who is asking.
        let recognises = |other: &Access| model_classes(&other.query.model).has(NameClass::Session);
        let is_read = |other: &&Access| matches!(other.query.operation, Operation::ReadMany | Operation::ReadOne) && !recognises(other);
        let mut read = self.accesses().filter(is_read);
        if read.next()?.id != access.id || read.next().is_some() {
            return None;
        }
        // A row that was put in, and is given back, is what was put in.
        let is_of_another = |value: &Value| matches!(value.kind(), Kind::Row(row) | Kind::Rows(row) if row.access != access.id);
        let is_stored = |value: &Value| value.taint().iter().any(|origin| origin.part == Part::Stored) && !is_of_another(value);
        let sent = self.walk.events.iter().filter_map(|event| match event {
            Event::Use(used) if matches!(used.kind, UseKind::Respond | UseKind::Return) && is_stored(&used.value) => Some(&used.facts),
            _ => None,
        });
        sent.map(|facts| !self.is_checked(access, facts)).reduce(|some, other| some | other)
    }

    fn is_checked(&self, access: &Access, facts: &Facts) -> bool {
        self.row_is_owned(access.id, facts) || self.is_elevated(facts) || self.is_delegated(facts) || self.tie_within(access, facts, 0) == Tie::Owned
    }

    /// Wherever the row is in the value, it came there on a way on which it was checked: `note if is_mine(note) else None`.
    fn is_checked_within(&self, value: &Value, access: &Access, facts: &Facts, depth: u32) -> bool {
        if depth > 5 || !contains_row(value, access.id, depth) {
            return depth <= 5;
        }
        let inside = |value: &Value| self.is_checked_within(value, access, facts, depth + 1);
        match value.kind() {
            Kind::Union(alternatives) => alternatives.iter().filter(|alternative| contains_row(&alternative.value, access.id, depth + 1)).all(|alternative| {
                let facts = facts.and(&alternative.facts);
                self.is_checked(access, &facts) || self.is_checked_within(&alternative.value, access, &facts, depth + 1)
            }),
            Kind::Object(object) => object.fields.iter().all(|(_, value)| inside(value)) && object.rest.iter().all(inside),
            Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).all(inside),
            Kind::Promise(inner) => inside(inner),
            Kind::Instance(instance) => instance.fields.iter().all(|(_, value)| inside(value)),
            Kind::Library(library) => library.args.iter().all(|arg| inside(&arg.value)),
            Kind::Text(text) => text.pieces.iter().all(|piece| match piece {
                Piece::Hole { value, .. } => inside(value),
                Piece::Literal(_) => true,
            }),
            _ => false,
        }
    }
}

/// Whether a value holds content of the row that an access found.
pub fn contains_row(value: &Value, id: AccessId, depth: u32) -> bool {
    holds_row(value, id, &|_| true, depth)
}

/// The same, of those of its columns that count.
fn holds_row(value: &Value, id: AccessId, counts: &dyn Fn(&Symbol) -> bool, depth: u32) -> bool {
    if depth > 5 {
        return false;
    }
    if let Some(symbol) = value.symbol().filter(|symbol| symbol.root == Root::Row(id) && !is_error(symbol)) {
        return counts(symbol);
    }
    match value.kind() {
        Kind::Row(row) | Kind::Rows(row) => row.access == id,
        Kind::Object(object) => {
            object.fields.iter().any(|(_, value)| holds_row(value, id, counts, depth + 1))
                || object.rest.as_ref().is_some_and(|rest| holds_row(rest, id, counts, depth + 1))
        }
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).any(|value| holds_row(value, id, counts, depth + 1)),
        Kind::Union(alternatives) => alternatives.iter().any(|alternative| holds_row(&alternative.value, id, counts, depth + 1)),
        Kind::Promise(inner) => holds_row(inner, id, counts, depth + 1),
        Kind::Instance(instance) => instance.fields.iter().any(|(_, value)| holds_row(value, id, counts, depth + 1)),
        Kind::Library(library) => library.args.iter().any(|arg| holds_row(&arg.value, id, counts, depth + 1)),
        Kind::Text(text) => text.pieces.iter().any(|piece| match piece {
            Piece::Hole { value, .. } => holds_row(value, id, counts, depth + 1),
            Piece::Literal(_) => false,
        }),
        _ => false,
    }
}

/// The column that the row was found by: whoever asked knows what is in it.
fn is_asked_by(access: &Access, symbol: &Symbol) -> bool {
    let is_it = |filter: &Filter| match filter {
        Filter::Term(term) => term.op == TermOp::Eq && *term.path == *symbol.path && term.value.taint().iter().any(|origin| origin.part.is_request()),
        _ => false,
    };
    access.query.conjuncts().into_iter().any(is_it)
}

/// Handing on a key, of the row or of what it belongs to, or a hash tells nobody anything.
fn is_harmless(symbol: &Symbol) -> bool {
    let is_key = |name: &Name| matches!(name.as_str(), "pk" | "_id") || names::words(name).last().is_some_and(|word| word == "id");
    symbol.path.last().is_some_and(|name| is_key(name) || matches!(name.as_str(), "passwordHash" | "password_hash" | "hashed_password" | "password"))
}
