//! Whose row is it? The decision over one access that the authorization rules share (`missing-ownership` and its kin).
//!
//! Everything answers with three values: a constraint is there, it is not, or it cannot be told. What cannot be told never
//! accuses.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::check::{Fact, Facts, GuardKind, Root, Symbol};
use crate::facts::event::{Access, AccessId, Event, UseKind};
use crate::facts::names;
use crate::facts::query::{Filter, Operation, Query, Term, TermOp};
use crate::facts::schema::{Caller, Privacy, Reach, Schema};
use crate::facts::taint::{Part, Taint};
use crate::facts::value::{Kind, Value};
use crate::model::sql::PolicyCommand;
use crate::project::RootWalk;
use crate::text::Name;

/// Is somebody signed in where this holds?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Answer {
    No,
    Unknown,
    Yes,
}

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
    /// Roles that stand above ownership, besides the usual names.
    elevated: &'w [Name],
}

impl<'w> Judge<'w> {
    pub fn new(walk: &'w RootWalk, schema: &'w Schema, elevated: &'w [Name]) -> Self {
        let accesses = walk
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Access(access) => Some((access.id, access)),
                _ => None,
            })
            .collect();
        Judge { walk, schema, accesses, elevated }
    }

    /// Every access of the walk, in order.
    pub fn accesses(&self) -> impl Iterator<Item = &'w Access> {
        self.walk.events.iter().filter_map(|event| match event {
            Event::Access(access) => Some(access),
            _ => None,
        })
    }

    pub fn signed_in(&self, facts: &Facts) -> Answer {
        let mut answer = Answer::No;
        for fact in facts.iter() {
            answer = answer.max(self.signed_in_by(fact));
        }
        answer
    }

    fn signed_in_by(&self, fact: &Fact) -> Answer {
        match fact {
            Fact::Present(symbol) if is_principal(symbol) && !is_error(symbol) => Answer::Yes,
            Fact::Absent(symbol) if is_principal(symbol) && is_error(symbol) => Answer::Yes,
            Fact::Same(a, b) if is_principal(a) || is_principal(b) => Answer::Yes,
            Fact::Is(symbol, _) | Fact::Among(symbol) if is_principal(symbol) => Answer::Yes,
            Fact::Contains(a, b) if is_principal(a) || is_principal(b) => Answer::Yes,
            Fact::Guard(guard) => match (guard.kind, guard.sure) {
                (GuardKind::Identity | GuardKind::Role | GuardKind::Object, true) => Answer::Yes,
                (GuardKind::Limit, _) => Answer::No,
                _ => Answer::Unknown,
            },
            Fact::Any(arms) => arms.iter().map(|arm| self.signed_in(arm)).min().unwrap_or(Answer::No),
            _ => Answer::No,
        }
    }

    /// A machine proved itself: a signature or a shared secret was checked.
    pub fn is_machine(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| match fact {
            Fact::Guard(guard) => guard.kind == GuardKind::Machine,
            Fact::Any(arms) => arms.iter().all(|arm| self.is_machine(arm)),
            _ => false,
        })
    }

    /// Does the caller stand above ownership here?
    pub fn is_elevated(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| match fact {
            Fact::Guard(guard) => guard.kind == GuardKind::Role,
            Fact::Is(symbol, text) => is_principal(symbol) && is_role(symbol) && self.is_elevated_role(text),
            Fact::Among(symbol) => is_principal(symbol) && is_role(symbol),
            Fact::Present(symbol) => is_principal(symbol) && symbol.path.last().is_some_and(|name| is_flag(name)),
            Fact::Contains(list, _) => is_principal(list) && is_role(list),
            Fact::Any(arms) => arms.iter().all(|arm| self.is_elevated(arm)),
            _ => false,
        })
    }

    fn is_elevated_role(&self, role: &str) -> bool {
        if self.elevated.iter().any(|known| known.eq_ignore_ascii_case(role)) {
            return true;
        }
        !matches!(
            role.to_ascii_lowercase().as_str(),
            "customer"
                | "user"
                | "member"
                | "student"
                | "patient"
                | "client"
                | "guest"
                | "subscriber"
                | "basic"
                | "free"
                | "authenticated"
                | "buyer"
                | "reader"
        )
    }

    /// Something that cannot be looked into was given the caller, or decides by its name.
    pub fn is_delegated(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Object))
    }

    pub fn privacy(&self, query: &Query) -> Privacy {
        self.schema.privacy_of(&query.model)
    }

    /// What ties an access to the caller, with what holds at it.
    pub fn tie(&self, access: &Access) -> Tie {
        self.tie_within(access, &access.facts, 0)
    }

    fn tie_within(&self, access: &Access, facts: &Facts, depth: u32) -> Tie {
        let mut conjuncts = Vec::new();
        Filter::conjuncts(&access.query.filter, &mut conjuncts);
        if conjuncts.is_empty() {
            return Tie::List;
        }
        let mut worst = Tie::Fixed;
        let mut spoofed = None;
        for filter in &conjuncts {
            match self.conjunct(filter, access, facts, depth) {
                Tie::Owned => return Tie::Owned,
                Tie::Nullable => worst = Tie::Nullable,
                Tie::Spoofed => spoofed = Some(Tie::Spoofed),
                Tie::Client(choice) if !matches!(worst, Tie::Nullable | Tie::Client(_)) => worst = Tie::Client(choice),
                Tie::Opaque if worst == Tie::Fixed => worst = Tie::Opaque,
                _ => {}
            }
        }
        // A part that could not be read may hold the tie.
        if conjuncts.iter().any(|filter| matches!(filter, Filter::Opaque(_) | Filter::Not(_))) && worst != Tie::Nullable {
            return Tie::Opaque;
        }
        spoofed.unwrap_or(worst)
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

    /// Was a row compared with the caller?
    pub fn row_is_owned(&self, id: AccessId, facts: &Facts) -> bool {
        facts.iter().any(|fact| self.owns_row(fact, id))
    }

    fn owns_row(&self, fact: &Fact, id: AccessId) -> bool {
        let of_row = |symbol: &Symbol| symbol.root == Root::Row(id);
        match fact {
            Fact::Same(a, b) | Fact::Contains(a, b) => of_row(a) && self.is_trusted(b) || of_row(b) && self.is_trusted(a),
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

    fn is_trusted(&self, symbol: &Symbol) -> bool {
        is_principal(symbol)
    }

    fn term(&self, term: &Term, access: &Access, facts: &Facts, depth: u32) -> Tie {
        let column = term.path.last().cloned().unwrap_or_default();
        let by_caller = matches!(term.op, TermOp::Eq | TermOp::In);
        if !by_caller {
            return Tie::Fixed;
        }
        for value in term.value.alternatives() {
            if let Some(tie) = self.value_tie(&value, &column, access, facts, depth)
                && tie != Tie::Owned
            {
                return tie;
            }
        }
        let all_owned = term.value.alternatives().iter().all(|value| self.value_tie(value, &column, access, facts, depth) == Some(Tie::Owned));
        if all_owned {
            return Tie::Owned;
        }
        if is_public_flag(&column) && !access.query.operation.is_write() && matches!(term.value.kind(), Kind::Bool(true) | Kind::Str(_)) {
            return Tie::Owned;
        }
        Tie::Fixed
    }

    fn value_tie(&self, value: &Value, column: &Name, access: &Access, facts: &Facts, depth: u32) -> Option<Tie> {
        if let Some(symbol) = value.symbol() {
            if is_principal(symbol) {
                let present = facts.iter().any(|fact| self.signed_in_by(fact) == Answer::Yes) || !value.nullable() && symbol.path.is_empty();
                if present || self.signed_in(facts) != Answer::No {
                    return Some(Tie::Owned);
                }
                return Some(if access.query.fails_open { Tie::Nullable } else { Tie::Owned });
            }
            if self.is_verified(symbol, access.id, facts, depth) {
                return Some(Tie::Owned);
            }
        }
        let request: Option<(Part, Name)> = value.taint().iter().find(|origin| origin.part.is_request()).map(|origin| (origin.part, origin.name.clone()));
        if let Some((part, input)) = request {
            // An unguessable value is its own permission, for reading.
            if self.is_capability(column) && !access.query.operation.is_write() {
                return Some(Tie::Owned);
            }
            if facts.iter().any(|fact| matches!(fact, Fact::Among(symbol) if value.symbol() == Some(symbol))) {
                return Some(Tie::Fixed);
            }
            if crate::facts::schema::guess_owner(column) == Some(crate::facts::schema::OwnerKind::Owner) && !self.is_primary(&access.query, column) {
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
            Kind::Library(_) if value.taint().is_empty() => Some(Tie::Opaque),
            _ => None,
        }
    }

    fn is_primary(&self, query: &Query, column: &Name) -> bool {
        matches!(column.as_str(), "id" | "_id" | "uuid" | "pk")
            || self.schema.model(&query.model).and_then(|model| model.column(column)).is_some_and(|column| column.primary)
    }

    fn is_capability(&self, column: &Name) -> bool {
        crate::facts::schema::column_classes(column).has(crate::facts::schema::NameClass::Capability)
    }

    /// A value that was shown to belong to the caller: compared with the caller, taken from a row that is the caller's, or
    /// used as the key of an access that was constrained to the caller and found something.
    fn is_verified(&self, symbol: &Symbol, before: AccessId, facts: &Facts, depth: u32) -> bool {
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

    /// Does what a read found leave the handler without having been compared with the caller? `None` if it never leaves.
    pub fn leaves_unchecked(&self, access: &Access) -> Option<bool> {
        let mut leaves = None;
        for event in &self.walk.events {
            let (value, facts) = match event {
                Event::Use(used) if used.kind != UseKind::Handed => (&used.value, &used.facts),
                Event::Use(used) if holds_row(&used.value, access.id, &|symbol| !is_harmless(symbol), 0) => (&used.value, &used.facts),
                _ => continue,
            };
            if !contains_row(value, access.id, 0) {
                continue;
            }
            let checked =
                self.row_is_owned(access.id, facts) || self.is_elevated(facts) || self.is_delegated(facts) || self.tie_within(access, facts, 0) == Tie::Owned;
            leaves = Some(leaves.unwrap_or(false) | !checked);
        }
        leaves
    }

    /// Rows that the database itself checks for the caller: `Some(true)` if its policies tie them to the owner, `Some(false)`
    /// if they let everybody through, `None` if they do not apply or are not known.
    pub fn row_security(&self, query: &Query) -> Option<bool> {
        if !query.row_security {
            return Some(false);
        }
        match credential(query.handle.as_ref()) {
            Credential::Privileged => Some(false),
            Credential::Caller | Credential::Unknown => {
                let command = match query.operation {
                    Operation::Create => PolicyCommand::Insert,
                    Operation::Update | Operation::Upsert => PolicyCommand::Update,
                    Operation::Delete => PolicyCommand::Delete,
                    _ => PolicyCommand::Select,
                };
                let security = match self.schema.model(&query.model) {
                    Some(model) => &model.row_security,
                    None => return None,
                };
                if security.enabled == Some(false) {
                    return Some(false);
                }
                match security.reach(command, Caller::SignedIn) {
                    Reach::SignedIn | Reach::Everybody => Some(false),
                    _ => Some(true),
                }
            }
        }
    }
}

/// With what rights a database client asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Credential {
    /// The caller's own: policies apply.
    Caller,
    /// A key that stands above all policies.
    Privileged,
    Unknown,
}

/// Told by the key the client was made with.
pub fn credential(handle: Option<&Value>) -> Credential {
    let Some(handle) = handle else { return Credential::Unknown };
    let Some(library) = handle.as_library() else { return Credential::Unknown };
    let mut seen = Credential::Unknown;
    for arg in &library.args {
        for origin in arg.value.taint().iter().filter(|origin| origin.part == Part::Env) {
            let words = names::words(&origin.name);
            if words.iter().any(|word| matches!(word.as_str(), "service" | "secret" | "admin")) {
                return Credential::Privileged;
            }
            if words.iter().any(|word| matches!(word.as_str(), "anon" | "publishable" | "public")) {
                seen = Credential::Caller;
            }
        }
        if let Some(text) = arg.value.as_str()
            && text.starts_with("sb_secret_")
        {
            return Credential::Privileged;
        }
    }
    if seen == Credential::Unknown && library.guessed && names::words(&library.step).iter().any(|word| matches!(word.as_str(), "admin" | "service")) {
        return Credential::Privileged;
    }
    seen
}

pub fn is_principal(symbol: &Symbol) -> bool {
    symbol.root == Root::Principal
}

fn is_error(symbol: &Symbol) -> bool {
    symbol.path.last().is_some_and(|name| name == "error")
}

fn is_role(symbol: &Symbol) -> bool {
    symbol.path.iter().any(|name| {
        let words = names::words(name);
        words.iter().any(|word| matches!(word.as_str(), "role" | "roles" | "permissions" | "permission" | "scopes" | "groups" | "type" | "kind"))
    })
        // The user can write these, so they prove nothing.
        && !symbol.path.iter().any(|name| matches!(name.as_str(), "user_metadata" | "unsafeMetadata" | "raw_user_meta_data"))
}

fn is_flag(name: &str) -> bool {
    let words = names::words(name);
    words.first().is_some_and(|word| matches!(word.as_str(), "is" | "has" | "can"))
        && words.iter().any(|word| matches!(word.as_str(), "admin" | "staff" | "superuser" | "moderator" | "owner"))
        || matches!(name, "admin" | "superuser")
}

fn is_public_flag(name: &str) -> bool {
    let words = names::words(name);
    words.iter().any(|word| matches!(word.as_str(), "public" | "published" | "visibility"))
}

/// The call itself fails if it finds nothing.
fn finds_or_fails(access: &Access) -> bool {
    access.query.client == "django" && access.query.operation == Operation::ReadOne
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
            crate::facts::value::Piece::Hole { value, .. } => holds_row(value, id, counts, depth + 1),
            crate::facts::value::Piece::Literal(_) => false,
        }),
        _ => false,
    }
}

/// Handing on a key or a hash tells nobody anything.
fn is_harmless(symbol: &Symbol) -> bool {
    symbol.path.last().is_some_and(|name| matches!(name.as_str(), "id" | "pk" | "_id" | "passwordHash" | "password_hash" | "hashed_password" | "password"))
}

/// True if anything of the request is in it.
pub fn from_request(taint: &Taint) -> bool {
    taint.iter().any(|origin| origin.part.is_request())
}
