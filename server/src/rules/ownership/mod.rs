//! Whose row is it? The decision over one access that the authorization rules share (`missing-ownership` and its kin).
//!
//! Everything answers with three values: a constraint is there, it is not, or it cannot be told. What cannot be told never
//! accuses.

mod along;
mod credential;
mod leaving;
mod memo;
mod peers;
mod proof;
mod signed_in;

use rustc_hash::FxHashMap;

use crate::config::Config;
use crate::facts::check::{Fact, Facts, Root};
use crate::facts::event::{Access, AccessId, Event};
use crate::facts::query::{Filter, Query, Term, TermOp};
use crate::facts::schema::{Model, NameClass, OwnerKind, Privacy, Schema, column_classes, guess_owner};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Value};
use crate::project::RootWalk;
use crate::text::Name;

use memo::Memo;
use proof::{is_hidden_flag, is_nobodys_number, is_public_flag};

pub use credential::{Credential, credential};
pub use leaving::contains_row;
pub use signed_in::{Answer, CHOSEN, is_flag, is_principal};

/// What ties the rows of an access to the caller.
#[derive(Clone, PartialEq, Debug)]
pub enum Tie {
    /// They are the caller's, or the caller was shown to be allowed.
    Owned,
    /// The caller's identity is part of the filter, and may be missing there.
    Nullable,
    /// The owner is named by the caller.
    Spoofed,
    /// Which rows is the caller's choice.
    Client(Choice),
    /// All rows.
    List,
    /// Rows that the code itself chose.
    Fixed,
    /// Cannot be read.
    Opaque,
}

/// What the caller chooses rows by.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    /// The name of the input: `id`.
    pub input: Name,
    pub part: Part,
}

pub struct Judge<'w> {
    walk: &'w RootWalk,
    schema: &'w Schema,
    accesses: FxHashMap<AccessId, &'w Access>,
    /// What the project says of its roles and columns, besides the usual names.
    config: &'w Config,
    memo: Memo,
}

impl<'w> Judge<'w> {
    pub fn new(walk: &'w RootWalk, schema: &'w Schema, config: &'w Config) -> Self {
        let accesses = walk
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Access(access) => Some((access.id, access)),
                _ => None,
            })
            .collect();
        Judge { walk, schema, accesses, config, memo: Memo::default() }
    }

    /// Every access of the walk, in order.
    pub fn accesses(&self) -> impl Iterator<Item = &'w Access> {
        self.walk.events.iter().filter_map(|event| match event {
            Event::Access(access) => Some(access),
            _ => None,
        })
    }

    pub fn model_of(&self, query: &Query) -> Option<&'w Model> {
        self.schema.model(&query.model)
    }

    pub fn privacy(&self, query: &Query) -> Privacy {
        self.schema.privacy_of(&query.model)
    }

    /// What ties an access to the caller, with what holds at it.
    pub fn tie(&self, access: &Access) -> Tie {
        self.tie_within(access, &access.facts, 0)
    }

    pub(super) fn tie_within(&self, access: &Access, facts: &Facts, depth: u32) -> Tie {
        self.memo.tie(access, facts, depth, || self.tied(access, facts, depth))
    }

    fn tied(&self, access: &Access, facts: &Facts, depth: u32) -> Tie {
        let conjuncts = access.query.conjuncts();
        if conjuncts.is_empty() {
            return Tie::List;
        }
        if conjuncts.iter().any(|filter| self.asks_for_unclaimed(filter, access)) {
            return Tie::Opaque;
        }
        let mut worst = Tie::Fixed;
        let mut spoofed = None;
        let mut is_unreadable = false;
        for filter in &conjuncts {
            let tie = self.conjunct(filter, access, facts, depth);
            is_unreadable |= matches!(filter, Filter::Opaque(_) | Filter::Not(_)) || matches!(filter, Filter::Any(_)) && tie == Tie::Opaque;
            match tie {
                Tie::Owned => return Tie::Owned,
                Tie::Nullable => worst = Tie::Nullable,
                Tie::Spoofed => spoofed = Some(Tie::Spoofed),
                Tie::Client(choice) if !matches!(worst, Tie::Nullable | Tie::Client(_)) => worst = Tie::Client(choice),
                Tie::Opaque if worst == Tie::Fixed => worst = Tie::Opaque,
                _ => {}
            }
        }
        // All drafts, all private rows: the code names what nobody but their owners should see.
        if worst == Tie::Fixed && conjuncts.iter().any(|filter| asks_for_hidden(filter)) {
            return Tie::List;
        }
        // A part that could not be read may hold the tie.
        if is_unreadable && worst != Tie::Nullable {
            return Tie::Opaque;
        }
        spoofed.unwrap_or(worst)
    }

    /// `campaign__isnull=True`, `{ ownerId: null }`: what is nobody's yet is there to be taken.
    fn asks_for_unclaimed(&self, filter: &Filter, access: &Access) -> bool {
        let Filter::Term(Term { path, op: TermOp::Eq, value, .. }) = filter else { return false };
        let (Some(column), Kind::Null, Some(model)) = (path.last(), value.kind(), self.model_of(&access.query)) else { return false };
        path.len() == 1 && model.owners().iter().any(|owner| owner.is_called(column) || owner.begins_with(column))
    }

    /// Does a question ask for what only its owners should see?
    pub fn asks_for_hidden(&self, query: &Query) -> bool {
        let conjuncts = query.conjuncts();
        conjuncts.iter().any(|filter| asks_for_hidden(filter))
    }

    fn conjunct(&self, filter: &Filter, access: &Access, facts: &Facts, depth: u32) -> Tie {
        match filter {
            Filter::Term(term) => self.term(term, access, facts, depth),
            Filter::Any(arms) => {
                // Evidence only if every arm is.
                let ties: Vec<Tie> = arms.iter().map(|arm| self.conjunct(arm, access, facts, depth)).collect();
                match ties.as_slice() {
                    [] => Tie::Owned,
                    all if all.iter().all(|tie| *tie == Tie::Owned) => Tie::Owned,
                    all if all.contains(&Tie::Opaque) => Tie::Opaque,
                    // Whichever it is, the caller chooses by it.
                    [first @ Tie::Client(_), others @ ..] if others.iter().all(|tie| matches!(tie, Tie::Client(_))) => first.clone(),
                    _ => Tie::Fixed,
                }
            }
            Filter::All(all) => {
                let ties: Vec<Tie> = all.iter().map(|filter| self.conjunct(filter, access, facts, depth)).collect();
                if ties.contains(&Tie::Owned) {
                    return Tie::Owned;
                }
                ties.into_iter().find(|tie| !matches!(tie, Tie::Fixed)).unwrap_or(Tie::Fixed)
            }
            Filter::Not(_) | Filter::Opaque(_) => Tie::Opaque,
            Filter::Row(value) => self.row(value, facts, depth),
        }
    }

    /// An access on a row that was found before: as good as the way it was found.
    fn row(&self, value: &Value, facts: &Facts, depth: u32) -> Tie {
        if value.symbol().is_some_and(is_principal) {
            return Tie::Owned;
        }
        let Kind::Row(row) = value.kind() else { return Tie::Opaque };
        let Some(found) = self.accesses.get(&row.access) else { return Tie::Opaque };
        if self.row_is_owned(row.access, facts) {
            return Tie::Owned;
        }
        if depth > 4 { Tie::Opaque } else { self.tie_within(found, facts, depth + 1) }
    }

    /// Was the caller shown to be allowed what this part of a filter asks for?
    pub fn is_allowed(&self, term: &Term, access: &Access) -> bool {
        self.term(term, access, &access.facts, 0) == Tie::Owned
    }

    fn term(&self, term: &Term, access: &Access, facts: &Facts, depth: u32) -> Tie {
        let column = term.path.last().cloned().unwrap_or_default();
        let by_caller = matches!(term.op, TermOp::Eq | TermOp::In);
        if !by_caller {
            return Tie::Fixed;
        }
        if self.is_chosen_by_code(term, &column, access, facts, depth) {
            return Tie::Owned;
        }
        for value in term.value.alternatives() {
            if let Some(tie) = self.value_tie(&value, &column, access, facts, depth)
                && tie != Tie::Owned
            {
                return tie;
            }
        }
        // Nobody's rows belong to nobody, where a missing value is not left out of the question: `user?.id ?? ""`.
        let is_nobodys = |value: &Value| match value.kind() {
            Kind::Null => !access.query.fails_open,
            Kind::Str(text) => text.is_empty(),
            Kind::Number(number) => is_nobodys_number(number),
            _ => false,
        };
        let all = term.value.alternatives();
        let mut somebodys = all.iter().filter(|value| !is_nobodys(value)).peekable();
        if somebodys.peek().is_some() && somebodys.all(|value| self.value_tie(value, &column, access, facts, depth) == Some(Tie::Owned)) {
            return Tie::Owned;
        }
        if is_public_flag(&column) && !access.query.operation.is_write() && matches!(term.value.kind(), Kind::Bool(true) | Kind::Str(_)) {
            return Tie::Owned;
        }
        // `hidden: false`: what nobody hid is there to be seen.
        if is_hidden_flag(&column) && !access.query.operation.is_write() && matches!(term.value.kind(), Kind::Bool(false)) {
            return Tie::Owned;
        }
        Tie::Fixed
    }

    /// The owner is the caller, or somebody whom the code looked up in the caller's place (who lent them something, say): it is
    /// the code that says whose rows these are, not the caller.
    fn is_chosen_by_code(&self, term: &Term, column: &Name, access: &Access, facts: &Facts, depth: u32) -> bool {
        let is_owner = guess_owner(column) == Some(OwnerKind::Owner) || self.config.is_owner_column(column);
        let all = term.value.alternatives();
        let is_looked_up = |value: &Value| matches!(value.kind(), Kind::Null) || value.taint().iter().any(|origin| origin.part == Part::Stored);
        let is_callers = |value: &Value| self.value_tie(value, column, access, facts, depth) == Some(Tie::Owned);
        is_owner
            && all.len() > 1
            && all.iter().all(|value| !value.taint().iter().any(|origin| origin.part.is_request()))
            && all.iter().any(is_callers)
            && all.iter().all(|value| is_looked_up(value) || is_callers(value))
    }

    fn value_tie(&self, value: &Value, column: &Name, access: &Access, facts: &Facts, depth: u32) -> Option<Tie> {
        if let Some(symbol) = value.symbol() {
            if is_principal(symbol) {
                let present = self.signed_in(facts) == Answer::Yes || !value.nullable();
                if present || self.may_be_signed_in(facts) {
                    return Some(Tie::Owned);
                }
                return Some(if access.query.fails_open { Tie::Nullable } else { Tie::Owned });
            }
            if symbol.root == Root::Session || self.is_verified(symbol, access.id, facts, depth) {
                return Some(Tie::Owned);
            }
        }
        if self.is_of_callers_rows(value, access, facts, depth) {
            return Some(Tie::Owned);
        }
        if let Some(tie) = self.found_before(value, column, access, facts, depth) {
            return Some(tie);
        }
        // A model that is told what the caller writes asks for what the caller wants.
        let is_chosen = |part: Part| part.is_request() || part == Part::Model;
        let request: Option<(Part, Name)> = value.taint().iter().find(|origin| is_chosen(origin.part)).map(|origin| (origin.part, origin.name.clone()));
        if let Some((part, input)) = request {
            // An unguessable value is its own permission, for reading.
            if self.is_capability(&access.query, column) && !access.query.operation.is_write() {
                return Some(Tie::Owned);
            }
            if facts.iter().any(|fact| matches!(fact, Fact::Among(symbol) if value.symbol() == Some(symbol))) {
                return Some(Tie::Fixed);
            }
            let is_owner = guess_owner(column) == Some(OwnerKind::Owner) || self.config.is_owner_column(column);
            if is_owner && !self.is_primary(&access.query, column) {
                return Some(Tie::Spoofed);
            }
            return Some(Tie::Client(Choice { input, part }));
        }
        if value.taint().iter().any(|origin| origin.part == Part::Parameter) {
            return Some(Tie::Opaque);
        }
        match value.kind() {
            Kind::Seq(seq) => seq.items.first().or(seq.rest.as_ref()).and_then(|item| self.value_tie(item, column, access, facts, depth)),
            Kind::Unknown if value.symbol().is_none() && value.taint().is_empty() => Some(Tie::Opaque),
            // `userId: visitor.id`, where nobody can look into what gave the visitor.
            Kind::Unknown
                if guess_owner(column).is_some() && value.taint().is_empty() && value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Call(_))) =>
            {
                Some(Tie::Opaque)
            }
            Kind::Library(_) if value.taint().is_empty() => Some(Tie::Opaque),
            // A placeholder of which it was not seen what is bound to it.
            Kind::Column(column) if column.model == ":" => Some(Tie::Opaque),
            _ => None,
        }
    }

    /// The row of another table by whose key these rows are found: a project, and its notes.
    pub fn found_above(&self, access: &Access) -> Option<&'w Access> {
        let conjuncts = access.query.conjuncts();
        conjuncts.iter().find_map(|filter| match filter {
            Filter::Term(Term { op: TermOp::Eq, value, .. }) => {
                let (id, key) = key_of_row(value)?;
                let found = *self.accesses.get(&id)?;
                let is_its_key = key.is_none_or(|key| self.is_primary(&found.query, key));
                (found.id < access.id && found.query.model != access.query.model && is_its_key).then_some(found)
            }
            _ => None,
        })
    }

    /// The key of a row that was found before, of the same table or of one above: as good as the way it was found.
    fn found_before(&self, value: &Value, column: &Name, access: &Access, facts: &Facts, depth: u32) -> Option<Tie> {
        let (id, key) = key_of_row(value)?;
        let found = self.accesses.get(&id).filter(|found| found.id < access.id)?;
        // What was found by a code or a name may be found by whoever was given that.
        let by_key = |filter: &&Filter| matches!(filter, Filter::Term(term) if term.path.last().is_some_and(|asked| self.is_primary(&found.query, asked)));
        let conjuncts = found.query.conjuncts();
        let is_by_key = conjuncts.iter().any(by_key);
        let is_same = found.query.model == access.query.model && key == Some(column) && self.is_primary(&access.query, column) && is_by_key;
        let is_its_key = key.is_none_or(|key| self.is_primary(&found.query, key));
        let is_above = found.query.model != access.query.model && is_its_key && !self.row_is_owned(id, facts);
        if depth > 4 || !is_same && !is_above {
            return None;
        }
        Some(self.tie_within(found, facts, depth + 1)).filter(|tie| matches!(tie, Tie::Client(_) | Tie::Spoofed))
    }

    /// What ties a value that is written into this column to the caller, if anything is known of it.
    pub fn chosen(&self, value: &Value, column: &Name, access: &Access) -> Option<Tie> {
        value.alternatives().iter().find_map(|one| self.value_tie(one, column, access, &access.facts, 0))
    }

    pub(super) fn is_primary(&self, query: &Query, column: &Name) -> bool {
        matches!(column.as_str(), "id" | "_id" | "uuid" | "pk")
            || self.schema.model(&query.model).and_then(|model| model.column(column)).is_some_and(|column| column.primary)
    }

    fn is_capability(&self, query: &Query, column: &Name) -> bool {
        let is_drawn = || self.schema.model(&query.model).and_then(|model| model.column(column)).is_some_and(|column| column.drawn);
        column_classes(column).has(NameClass::Capability) || is_drawn()
    }
}

/// A column of a row, or the row itself, which stands for its key: `filter(project=project)`.
fn key_of_row(value: &Value) -> Option<(AccessId, Option<&Name>)> {
    let symbol = value.symbol()?;
    match (&symbol.root, &*symbol.path, value.kind()) {
        (Root::Row(id), [key], _) => Some((*id, Some(key))),
        (Root::Row(id), [], Kind::Row(row)) if row.access == *id => Some((*id, None)),
        _ => None,
    }
}

/// `published = false`, `is_draft = true`, `visibility = "private"`.
fn asks_for_hidden(filter: &Filter) -> bool {
    let Filter::Term(Term { path, op: TermOp::Eq, value, .. }) = filter else { return false };
    let Some(column) = path.last() else { return false };
    let is_draft = crate::facts::names::words(column).iter().any(|word| matches!(word.as_str(), "draft" | "private" | "hidden"));
    match value.kind() {
        Kind::Bool(is) => *is && is_draft || !*is && !is_draft && is_public_flag(column),
        Kind::Str(text) => is_public_flag(column) && matches!(text.to_ascii_lowercase().as_str(), "private" | "draft" | "unpublished"),
        _ => false,
    }
}

/// `invoices` and `invoice` as `Invoice`.
pub fn title(model: &str) -> String {
    let singular = crate::facts::schema::names::singular(&crate::facts::schema::names::snake(model));
    singular
        .split('_')
        .map(|word| word.chars().next().map(|first| first.to_uppercase().chain(word.chars().skip(1)).collect::<String>()).unwrap_or_default())
        .collect()
}
