//! The moment a database is asked, and what it gives.

use std::sync::Arc;

use super::Walker;
use super::single_table::kind_of_rows;
use crate::facts::catalogue::Returns;
use crate::facts::check::{Fact, GuardKind, Root, Symbol};
use crate::facts::event::{Access, AccessId, Event};
use crate::facts::place::ItemKey;
use crate::facts::query::{Filter, Operation, Query, Term, TermOp};
use crate::facts::schema::{OwnerKind, guess_owner};
use crate::facts::taint::{Origin, Part, Taint};
use crate::facts::value::{Kind, Library, Object, Piece, Row, Value};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// The database is asked.
    pub(super) fn ask(&mut self, query: Query, gives: Returns, span: Span) -> Value {
        let (site, key) = self.asked_at(&query, span);
        let model = if query.model.is_empty() && query.client == "dynamodb" { kind_of_rows(&query).unwrap_or_default() } else { query.model.clone() };
        let query = Query { key, model, ..query };
        let id = self.next_access();
        let gives = if gives == Returns::Query { query.gives } else { gives };
        let query = Arc::new(query);
        let facts = self.facts.clone();
        let delegated = facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if !guard.sure && guard.kind != GuardKind::Limit));
        let callers = if self.handler_seen { self.callers() } else { Vec::new() };
        self.events.push(Event::Access(Access { id, query: query.clone(), site, facts, delegated, callers }));
        self.answer(id, &query, gives)
    }

    fn answer(&mut self, id: AccessId, query: &Query, gives: Returns) -> Value {
        let row = Row { access: id, model: query.model.clone() };
        let symbol = self.row_symbol(id, query);
        let stored = Taint::of(Origin { part: Part::Stored, name: query.model.clone(), site: None, clean: Default::default() });
        let one = Value::new(Kind::Row(row.clone())).with_symbol(symbol.clone()).with_taint(stored.clone()).with_nullable(true);
        let many = Value::new(Kind::Rows(row)).with_symbol(symbol.clone()).with_taint(stored);
        // Where these rows are the caller, there is one only if somebody is there.
        let counted = if symbol.root == Root::Principal && !query.operation.is_write() { symbol.clone() } else { super::condition::count_symbol(id) };
        let count = Value::number().with_symbol(counted);
        let mut object = Object::default();
        match gives {
            Returns::Row => one,
            Returns::Rows => many,
            Returns::Count => count,
            Returns::Data => {
                let data = if query.operation == Operation::ReadMany { many } else { one };
                object.set("data".into(), data);
                object.set("error".into(), Value::unknown().with_symbol(symbol.member(&Name::new_static("error"))));
                object.set("count".into(), count);
                object.set("status".into(), Value::number());
                Value::new(Kind::Object(Arc::new(object)))
            }
            Returns::RowsObject => {
                object.set("rows".into(), many);
                object.set("rowCount".into(), count.clone());
                object.set("rowsAffected".into(), count.clone());
                object.set("results".into(), object.get("rows").0.cloned().unwrap_or_else(Value::unknown));
                object.set("meta".into(), Value::unknown());
                Value::new(Kind::Object(Arc::new(object)))
            }
            Returns::Items => {
                for name in ["Item", "Attributes"] {
                    object.set(Name::new_static(name), one.clone());
                }
                object.set("Items".into(), many);
                object.set("Count".into(), count);
                object.set("LastEvaluatedKey".into(), Value::unknown());
                Value::new(Kind::Object(Arc::new(object)))
            }
            Returns::Accounts => {
                for name in ["users", "data"] {
                    object.set(Name::new_static(name), many.clone());
                }
                object.spread(Value::unknown());
                Value::new(Kind::Object(Arc::new(object)))
            }
            Returns::RowsPair => Value::seq(vec![many, Value::unknown()]),
            Returns::Affected => {
                let mut object = Object::default();
                for name in [
                    "count",
                    "affectedRows",
                    "affected",
                    "changes",
                    "rowCount",
                    "deletedCount",
                    "modifiedCount",
                    "matchedCount",
                    "numDeletedRows",
                    "numUpdatedRows",
                    "rowsAffected",
                    "length",
                    "rowcount",
                ] {
                    object.set(Name::new_static(name), count.clone());
                }
                Value::new(Kind::Object(Arc::new(object))).with_symbol(super::condition::count_symbol(id))
            }
            Returns::Nothing | Returns::Query | Returns::Given => Value::unknown(),
        }
    }

    /// A row of a principal model that was found through a verified identity *is* the principal, and so is any row whose own key is
    /// the id of whoever is signed in, whatever people are called there; so is the row of a session found by its secret.
    fn row_symbol(&mut self, id: AccessId, query: &Query) -> Symbol {
        let conjuncts = query.conjuncts();
        // Of mine in the team that was asked for: a membership, whatever else the table is.
        let is_in_group = conjuncts.iter().any(|filter| matches!(filter, Filter::Term(term) if names_group(term)));
        let principal = !is_in_group && self.world.is_principal_model(&query.model);
        self.reads.models.insert(query.model.clone());
        if conjuncts.into_iter().any(|filter| says_who(filter, &query.model, principal)) { Symbol::new(Root::Principal) } else { Symbol::new(Root::Row(id)) }
    }

    /// Asks what was built and not asked yet.
    pub(super) fn fired(&mut self, value: &Value) -> Value {
        match value.kind() {
            Kind::Library(library) => match &library.query {
                Some(query) if query.lazy => {
                    let query = (**query).clone();
                    let span = query.site.as_ref().map(|site| site.span).unwrap_or_default();
                    self.ask_at(query, span)
                }
                _ => value.clone(),
            },
            Kind::Union(_) => value.map(|value| self.fired(value)),
            Kind::Seq(seq) if seq.items.iter().any(is_lazy) => {
                let items = seq.items.clone();
                let items = items.iter().map(|item| self.fired(item).awaited()).collect();
                Value::seq(items)
            }
            Kind::Object(object) if object.fields.iter().any(|(_, value)| is_lazy(value)) => {
                let mut object = (**object).clone();
                for (_, value) in &mut object.fields {
                    *value = self.fired(&value.clone());
                }
                value.with_kind(Kind::Object(Arc::new(object)))
            }
            _ => value.clone(),
        }
    }

    fn ask_at(&mut self, query: Query, span: Span) -> Value {
        let site = query.site.clone();
        let value = self.ask(query, Returns::Query, span);
        // The question stands where it was built, not where it was awaited.
        self.look_at_events(self.events.len().saturating_sub(1));
        if let (Some(Event::Access(access)), Some(site)) = (self.events.last_mut(), site) {
            access.site = site;
        }
        value
    }

    /// The value of a statement, or what is returned: questions in it are asked; what is returned leaves the function.
    pub(super) fn settle(&mut self, value: &Value, returned: bool) {
        if returned {
            return;
        }
        if let Kind::Library(library) = value.kind()
            && library.query.as_ref().is_some_and(|query| query.lazy && query.operation.is_write())
        {
            self.fired(value);
        }
    }

    /// The same for what a root gives.
    pub(super) fn fired_outside(&mut self, value: &Value) -> Value {
        let awaited = value.awaited();
        let needs = is_lazy(&awaited) || matches!(awaited.kind(), Kind::Union(_) | Kind::Seq(_) | Kind::Object(_));
        if !needs {
            return awaited;
        }
        let Some(site) = first_site(&awaited) else { return awaited };
        self.inside(&site, None, None, |walker| walker.fired(&awaited)).unwrap_or(awaited)
    }

    pub(super) fn finishes_lazily(&self, library: &Library, name: &Name) -> bool {
        let Some(query) = &library.query else { return false };
        if !query.lazy {
            return false;
        }
        let catalogue = self.world.catalogue();
        // `filter` of a list, or of a query?
        catalogue.member(&library.states, name).is_empty()
            && catalogue.step(&query.client, name).is_none()
            && matches!(
                name.as_str(),
                "map" | "filter" | "forEach" | "reduce" | "find" | "some" | "every" | "flatMap" | "then" | "catch" | "finally" | "sort" | "slice"
            )
    }
}

/// `team_id = request.params.team`
fn names_group(term: &Term) -> bool {
    let is_group = term.path.last().is_some_and(|column| guess_owner(column) == Some(OwnerKind::Tenant));
    is_group && term.op == TermOp::Eq && term.value.taint().iter().any(|origin| origin.part.is_request() || origin.part == Part::Stored)
}

fn is_lazy(value: &Value) -> bool {
    match value.kind() {
        Kind::Library(library) => library.query.as_ref().is_some_and(|query| query.lazy),
        Kind::Promise(inner) => is_lazy(inner),
        _ => false,
    }
}

fn first_site(value: &Value) -> Option<ItemKey> {
    match value.kind() {
        Kind::Library(library) => library.query.as_ref().and_then(|query| query.site.as_ref()).map(|site| site.item.clone()),
        Kind::Union(alternatives) => alternatives.iter().find_map(|alternative| first_site(&alternative.value)),
        Kind::Seq(seq) => seq.items.iter().find_map(first_site),
        Kind::Object(object) => object.fields.iter().find_map(|(_, value)| first_site(value)),
        Kind::Promise(inner) => first_site(inner),
        _ => None,
    }
}

/// What a call gave that could not be followed, or that written out as text: the bytes of a digest in hexadecimal.
fn is_worked_out(value: &Value) -> bool {
    let is_of_call = |value: &Value| value.taint().is_empty() && value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Call(_)));
    match value.kind() {
        Kind::Text(text) => text.pieces.iter().all(|piece| matches!(piece, Piece::Hole { value, .. } if is_of_call(value))),
        _ => is_of_call(value),
    }
}

/// Was it worked out from a cookie or a header: the hash of a token, say?
fn stems_from_headers(value: &Value, depth: u32) -> bool {
    if value.taint().iter().any(|origin| matches!(origin.part, Part::Cookies | Part::Headers)) {
        return true;
    }
    match value.kind() {
        Kind::Library(library) if depth < 5 && library.query.is_none() => {
            library.receiver.iter().chain(library.args.iter().map(|arg| &arg.value)).any(|inner| stems_from_headers(inner, depth + 1))
        }
        Kind::Promise(inner) if depth < 5 => stems_from_headers(inner, depth + 1),
        _ => false,
    }
}

/// Is this the id of whoever is signed in, asked for as the key of a row? Not that of a group they belong to.
fn is_key_of(symbol: Option<&Symbol>, column: &Name, model: &Name) -> bool {
    let names_key = |name: &Name| matches!(name.as_str(), "id" | "_id" | "pk" | "uid" | "uuid" | "sub");
    let names_model = |name: &Name| {
        let words = super::super::names::words(name);
        words.split_last().is_some_and(|(last, before)| last == "id" && before == super::super::names::words(model))
    };
    let is_group = |name: &Name| guess_owner(name) == Some(OwnerKind::Tenant);
    let Some(symbol) = symbol else { return false };
    let names_person = symbol.path.last().is_none_or(|name| names_key(name) || guess_owner(name) == Some(OwnerKind::Owner) || names_model(name));
    let is_people = !is_group(&Name::from(format!("{model}_id")));
    (names_key(column) || names_model(column)) && names_person && is_people && !symbol.path.iter().any(is_group)
}

/// Is a row that fits this whoever is asking? Where several keys may find it, each has to say so. `principal`: the rows are people.
fn says_who(filter: &Filter, model: &Name, principal: bool) -> bool {
    let Filter::Term(Term { path, op: TermOp::Eq, value, .. }) = filter else {
        return match filter {
            Filter::Any(arms) => !arms.is_empty() && arms.iter().all(|arm| says_who(arm, model, principal)),
            Filter::All(all) => all.iter().any(|one| says_who(one, model, principal)),
            _ => false,
        };
    };
    // `id ?? null`, `id || 0`: the row is that of whoever is signed in, or there is none.
    let all = value.alternatives();
    let is_nobody = |one: &Value| match one.kind() {
        Kind::Null => true,
        Kind::Number(text) => matches!(text.as_str(), "0" | "-1"),
        Kind::Str(text) => text.is_empty(),
        _ => false,
    };
    let mut given = all.iter().filter(|one| !is_nobody(one)).peekable();
    let verified = given.peek().is_some() && given.all(|one| one.symbol().is_some_and(|symbol| symbol.root == Root::Principal));
    let is_own = || path.len() == 1 && value.alternatives().iter().filter(|one| !is_nobody(one)).all(|one| is_key_of(one.symbol(), &path[0], model));
    if verified && (principal || is_own()) {
        return true;
    }
    let names_a_secret = |name: &str| {
        super::super::names::words(name)
            .iter()
            .any(|word| matches!(word.as_str(), "token" | "tokens" | "session" | "sessions" | "sid" | "secret" | "hash" | "key" | "fingerprint" | "digest"))
    };
    // The key of a session is its secret, also when it is kept as a hash. Of other rows that are found by the hash of a token it is
    // not known yet what they may be used for.
    let of_session = super::super::names::words(model).iter().any(|word| matches!(word.as_str(), "session" | "sessions"));
    let column = path.last().map(Name::as_str).unwrap_or_default();
    let is_secret = names_a_secret(column) || of_session && matches!(column, "id" | "_id");
    let from_headers = value.taint().iter().any(|origin| matches!(origin.part, Part::Cookies | Part::Headers));
    // What was worked out to look a session up is a digest of what came with the request.
    is_secret && (from_headers || of_session && (is_worked_out(value) || stems_from_headers(value, 0)))
}
