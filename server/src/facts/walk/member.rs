//! Members and elements.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Walker;
use super::expression::either;
use crate::facts::catalogue::{Entry, Returns, Root as CatalogueRoot, State};
use crate::facts::check::{Fact, Root, Symbol};
use crate::facts::private::is_private_variable;
use crate::facts::query::{Filter, Operation, Query};
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::{Kind, Library, Value};
use crate::model::{ExprKind, PatternKind};
use crate::text::{Name, Span};

impl Walker<'_> {
    pub(super) fn member(&mut self, base: &Value, name: &Name) -> Value {
        if self.python()
            && base.symbol().is_some_and(|symbol| symbol.root == Root::Principal && symbol.path.is_empty())
            && let Some(own) = self.own_rows(base, name)
        {
            return own;
        }
        // `new URL(req.url).pathname`, while the request is on its way: the path of the route.
        if name == "pathname"
            && self.asked.is_some()
            && base
                .symbol()
                .is_some_and(|symbol| matches!(&symbol.root, Root::Request(part) if part == "path") && symbol.path.last().is_some_and(|last| last == "*url*"))
            && let Some(path) = self.asked_path()
        {
            return path;
        }
        // `settings.__dict__`: everything in it.
        if name == "__dict__" && self.python() && base.symbol().is_some_and(|symbol| matches!(&symbol.root, Root::Request(part) if part == "settings")) {
            return base.clone();
        }
        match base.kind() {
            Kind::Union(_) => {
                let mapped = base.map(|value| self.member(value, name));
                match base.symbol() {
                    Some(symbol) if mapped.symbol().is_none() => mapped.with_symbol(symbol.member(name)),
                    _ => mapped,
                }
            }
            Kind::Null => Value::null(),
            Kind::Object(object) => {
                let (own, open) = object.get(name);
                let own = own.cloned();
                let rest = if open { object.rest.clone() } else { None };
                let value = match (own, rest) {
                    (Some(own), Some(rest)) => {
                        let other = self.member(&rest, name);
                        either(own, other)
                    }
                    (Some(own), None) => own,
                    (None, Some(rest)) => self.member(&rest, name),
                    (None, None) if self.python() => Value::unknown().with_taint(base.taint().member(name)),
                    (None, None) => Value::null(),
                };
                match base.symbol() {
                    Some(symbol) if value.symbol().is_none() && matches!(value.kind(), Kind::Unknown) => value.with_symbol(symbol.member(name)),
                    _ => value,
                }
            }
            Kind::Library(library) => self.library_member(base, library, name),
            Kind::Instance(instance) => self.instance_member(base, instance, name),
            Kind::Class(class) => match self.class_member(base, class, name, None) {
                // `Note.name`
                value if name == "name" && matches!(value.kind(), Kind::Unknown) && value.symbol().is_none() && !self.python() => {
                    Value::str(class.name.as_str())
                }
                value => value,
            },
            Kind::Module(file) => match self.exported(file, name) {
                Some(value) => value,
                None => match self.module_default_member(file, name) {
                    // Put into what the file exports by something that cannot be followed.
                    value if matches!(value.kind(), Kind::Null | Kind::Unknown) && value.taint().is_empty() && !self.python() => {
                        let file = file.clone();
                        let guess = if matches!(value.kind(), Kind::Null) { self.guessed(name) } else { None };
                        guess.or_else(|| self.model_of_folder(&file, name)).unwrap_or(value)
                    }
                    value => value,
                },
            },
            Kind::Row(row) => self.row_member(base, row, name),
            Kind::Rows(row) if matches!(name.as_str(), "length" | "size") => {
                let caller = base.symbol().filter(|symbol| symbol.root == Root::Principal).cloned();
                Value::number().with_symbol(caller.unwrap_or_else(|| super::condition::count_symbol(row.access)))
            }
            Kind::Seq(seq) if name == "length" && seq.rest.is_none() => Value::new(Kind::Number(Name::from(seq.items.len().to_string()))),
            Kind::Seq(_) | Kind::Str(_) | Kind::Text(_) if name == "length" => Value::number(),
            // No text has one, but the member of an enumeration that it is.
            Kind::Str(_) if name == "value" && self.python() => base.clone(),
            Kind::Promise(inner) if self.python() => {
                // A member of something that was not awaited is a mistake of the code; what it means is still clear.
                self.member(inner, name)
            }
            Kind::Function(closure) => self.member_of_function(&closure.clone(), name),
            // `window.location` is `location`.
            Kind::Unknown if self.is_global_object(base) && !self.world.catalogue().root(&CatalogueRoot::Global(name.clone())).is_empty() => self.global(name),
            Kind::Unknown if self.is_global_object(base) && !self.of_window(name).is_empty() => {
                let library = Library { step: name.clone(), states: self.of_window(name), ..Library::default() };
                self.known(Value::new(Kind::Library(Arc::new(library))))
            }
            Kind::Unknown if self.is_global_object(base) && self.resolving.len() < 16 => self.put_globally(name).unwrap_or_else(|| {
                let value = Value::unknown().with_taint(base.taint().member(name));
                base.symbol().map_or_else(|| value.clone(), |symbol| value.clone().with_symbol(symbol.member(name)))
            }),
            Kind::Unknown if self.is_told_by_name(base, name) => self.named_part(base, name),
            _ => {
                let mut value = Value::unknown().with_taint(base.taint().member(name));
                if let Some(symbol) = base.symbol() {
                    value = value.with_symbol(symbol.member(name));
                }
                if value.taint().iter().all(|origin| origin.part == Part::Parameter)
                    && let Some(guess) = self.guessed(name)
                {
                    return guess;
                }
                value
            }
        }
    }

    /// `globalThis.db`: a place where something is kept between two loads of the code, of which nothing else is known.
    pub(super) fn is_kept_globally(&self, value: &Value) -> bool {
        let is_global = |symbol: &Symbol| !symbol.path.is_empty() && matches!(&symbol.root, Root::Global(name) if name == "globalThis");
        matches!(value.kind(), Kind::Unknown) && value.symbol().is_some_and(is_global)
    }

    /// A member of something unknown that only one kind of thing has: `event.clipboardData`. What was sent is read by its own names.
    fn is_told_by_name(&self, base: &Value, name: &Name) -> bool {
        !self.python() && base.taint().iter().all(|origin| !origin.part.is_request()) && !self.parts_of(name).is_empty()
    }

    /// `window.name`: what no code calls without saying whose it is.
    fn of_window(&self, name: &Name) -> SmallVec<[State; 2]> {
        let catalogue = self.world.catalogue();
        catalogue.member(&catalogue.root(&CatalogueRoot::Global(Name::new_static("window"))), name)
    }

    fn parts_of(&self, name: &Name) -> SmallVec<[State; 2]> {
        let catalogue = self.world.catalogue();
        catalogue.member(&catalogue.root(&CatalogueRoot::Role(Name::new_static("ecma.part"))), name)
    }

    fn named_part(&mut self, base: &Value, name: &Name) -> Value {
        let library = Library { step: name.clone(), states: self.parts_of(name), receiver: Some(base.clone()), ..Library::default() };
        let value = Value::new(Kind::Library(Arc::new(library))).with_taint(base.taint().member(name));
        let value = match base.symbol() {
            Some(symbol) => value.with_symbol(symbol.member(name)),
            None => value,
        };
        self.known(value)
    }

    pub(super) fn is_global_object(&self, base: &Value) -> bool {
        base.symbol().is_some_and(|symbol| symbol.path.is_empty() && matches!(&symbol.root, Root::Global(name) if name == "globalThis"))
    }

    /// `globalThis.client = postgres()` in this item: what is kept there from one request to the next.
    fn put_globally(&mut self, name: &Name) -> Option<Value> {
        let frame = self.frame();
        let (segment, file) = (frame.segment.clone(), frame.module.model.file.clone());
        let key = (file, Name::from(format!("globalThis.{name}")));
        if self.resolving.contains(&key) {
            return None;
        }
        let value = segment.exprs.iter().find_map(|expr| {
            let ExprKind::Assign { target, value, .. } = &expr.kind else { return None };
            let PatternKind::Place(place) = &segment[*target].kind else { return None };
            let ExprKind::Member { base, name: put, .. } = &segment[*place].kind else { return None };
            let is_global = matches!(&segment[*base].kind, ExprKind::Name(base) if matches!(base.as_str(), "globalThis" | "global" | "window" | "self"));
            (put == name && is_global).then_some(*value)
        })?;
        self.resolving.push(key);
        let found = self.eval(value);
        self.resolving.pop();
        matches!(found.kind(), Kind::Library(library) if library.site.is_some() || !library.states.is_empty()).then_some(found)
    }

    /// `current_user.notes`: a query for the rows that are the user's.
    fn own_rows(&mut self, user: &Value, name: &Name) -> Option<Value> {
        let (own, looked_at) = self.world.belongings(name);
        self.reads.names.extend(looked_at);
        let own = own?;
        let id = self.member(user, &Name::new_static("id"));
        let filter = vec![Filter::eq(vec![own.column], id, None)];
        let query =
            Query { client: own.client, model: own.model, operation: Operation::ReadMany, filter, lazy: true, gives: Returns::Rows, ..Query::default() };
        Some(Value::new(Kind::Library(Arc::new(Library { step: name.clone(), query: Some(Arc::new(query)), ..Library::default() }))))
    }

    pub(super) fn library_member(&mut self, base: &Value, library: &Arc<Library>, name: &Name) -> Value {
        if let Some((_, value)) = library.set.iter().rev().find(|(known, _)| known == name) {
            return value.clone();
        }
        let catalogue = self.world.catalogue();
        if catalogue.at(&library.states).any(|entry| matches!(entry, Entry::Settings))
            && let Some(value) = self.setting(name)
        {
            return match base.symbol() {
                // Whatever the file of settings says: it is one of them, and nobody else's business.
                Some(symbol) if value.symbol().is_none() && is_private_variable(name) && !matches!(value.kind(), Kind::Null) => {
                    let symbol = symbol.member(name);
                    value.with_symbol(symbol)
                }
                _ => value,
            };
        }
        let mut states = catalogue.member(&library.states, name);
        let mut package = library.package.clone();
        let mut namespace = false;
        if library.namespace {
            if let Some(class) = self.stub(&library.package, name) {
                return class;
            }
            let export = CatalogueRoot::Export { package: library.package.clone(), name: name.clone() };
            for state in catalogue.root(&export) {
                if !states.contains(&state) {
                    states.push(state);
                }
            }
            if self.python() {
                package = Name::from(format!("{}.{name}", library.package));
                namespace = true;
            }
        }
        let mut value = Value::new(Kind::Library(Arc::new(Library {
            package,
            step: name.clone(),
            states,
            receiver: Some(base.clone()),
            query: library.query.clone(),
            site: library.site.clone(),
            guessed: library.guessed,
            namespace,
            ..Library::default()
        })));
        if let Some(symbol) = base.symbol() {
            value = value.with_symbol(symbol.member(name));
        }
        let value = value.with_taint(base.taint().member(name));
        let value = self.known(value);
        // A member that the catalogue does not know may still be called what a database client is called.
        if let Kind::Library(found) = value.kind()
            && found.states.is_empty()
            && found.query.is_none()
            && value.symbol().is_none_or(|symbol| self.python() && matches!(symbol.root, Root::Call(_)) && value.taint().is_empty())
            && let Some(guess) = self.guessed(name)
        {
            return guess;
        }
        value
    }

    /// A library value for which the catalogue says that it is a source or a principal just by being named.
    pub(super) fn known(&mut self, value: Value) -> Value {
        let Kind::Library(library) = value.kind() else { return value };
        let states = library.states.clone();
        let step = library.step.clone();
        let catalogue = self.world.catalogue();
        let mut value = value.clone();
        let mut is_told = false;
        // It may be known under several names.
        let mut is_alias_of = SmallVec::new();
        for entry in catalogue.at(&states) {
            match entry {
                // "Something that was sent" adds nothing to what says where: `event.*` beside `event.queryStringParameters`.
                Entry::Source(source) if source.part == Part::Input && is_told => {}
                Entry::Source(source) if source.whole && self.asked.is_some() => return self.asked_path().unwrap_or(value),
                Entry::Source(source) if source.part == Part::Fetched => {
                    if let Some(answer) = self.own_answer(&value) {
                        return super::answered::kept(&answer);
                    }
                    value = value.with_taint(Taint::of(Origin { part: source.part, name: step.clone(), site: None, clean: Default::default() }));
                }
                Entry::Source(source) if source.part == Part::Session => value = self.kept_for_visitor(value, &step),
                Entry::Source(source) if source.within && !value.taint().iter().any(|origin| origin.part.is_request()) => {}
                Entry::Source(source) => {
                    let site = None;
                    let origin = Origin { part: source.part, name: step.clone(), site, clean: if source.text { Cleanings::NOSQL } else { Default::default() } };
                    is_told = true;
                    value = value.with_taint(Taint::of(origin));
                    // Settings are the same whatever they were reached from.
                    if source.part.is_environment() || value.symbol().is_none() || matches!(value.symbol().map(|s| &s.root), Some(Root::Request(_))) {
                        let root = part_name(source.part);
                        value = value.with_symbol(Symbol::new(Root::Request(root)));
                    }
                }
                Entry::Principal(principal) if step != "()" && !principal.unverified => {
                    let origin = Origin { part: Part::Principal, name: step.clone(), site: None, clean: Default::default() };
                    value = value.with_taint(Taint::of(origin)).with_symbol(Symbol::new(Root::Principal)).with_nullable(principal.null);
                    self.principal_id = super::library::path(&principal.id);
                    if !principal.null {
                        self.facts.add(Fact::Present(Symbol::new(Root::Principal)));
                    }
                    if self.is_for_strangers(principal) {
                        value = value.present();
                    }
                }
                Entry::Clean(clean) if step != "()" => value = value.with_taint(value.taint().cleaned(clean.by)),
                // A query that begins without a call: `Note.objects`, `Note.query`.
                Entry::Access(access) if step != "()" && !self.frames.is_empty() => {
                    if let Kind::Library(library) = value.kind() {
                        let library = library.clone();
                        let begun = self.query_step(&[access], &library, (*library).clone(), &[], Span::default());
                        value = begun.unwrap_or(value);
                    }
                }
                Entry::Alias(is) => {
                    is_alias_of.extend(catalogue.named(is));
                    let states = is_alias_of.clone();
                    if let Kind::Library(library) = value.kind() {
                        let library = Library { states, ..(**library).clone() };
                        value = value.with_kind(Kind::Library(Arc::new(library)));
                    }
                }
                _ => {}
            }
        }
        value
    }
}

impl Walker<'_> {
    /// `req.session.teams`: nobody outside can choose it. Of what it is nothing else is known, unless the library says more, or it is
    /// called as those are who sign in: `req.session.patient`.
    fn kept_for_visitor(&mut self, value: Value, name: &Name) -> Value {
        if value.symbol().is_some() {
            return value;
        }
        let person = name.strip_suffix("Id").or_else(|| name.strip_suffix("_id")).unwrap_or(name);
        let model = Name::from(person);
        self.reads.models.insert(model.clone());
        if !person.is_empty() && self.world.is_principal_model(&model) {
            return Value::unknown().with_symbol(Symbol::new(Root::Principal)).with_taint(Taint::of(Origin {
                part: Part::Principal,
                name: name.clone(),
                site: None,
                clean: Default::default(),
            }));
        }
        let catalogue = self.world.catalogue();
        let is_all = value.as_library().is_some_and(|library| catalogue.call(&library.states).is_empty() && catalogue.members(&library.states).is_empty());
        let value = value.with_symbol(Symbol::new(Root::Session).member(name));
        if is_all { value.with_kind(Kind::Unknown) } else { value }
    }
}

fn part_name(part: Part) -> Name {
    Name::new_static(match part {
        Part::Method => "method",
        Part::Path => "path",
        Part::Params => "params",
        Part::Query => "query",
        Part::Headers => "headers",
        Part::Cookies => "cookies",
        Part::RawBody => "raw-body",
        Part::Body => "body",
        Part::Input => "input",
        Part::Files => "files",
        Part::Browser => "browser",
        Part::Page => "page",
        Part::Fetched => "fetched",
        Part::Model => "model",
        Part::Local => "local",
        Part::Prompt => "prompt",
        Part::Parameter => "parameter",
        Part::Stored => "stored",
        Part::Principal => "principal",
        Part::Session => "session",
        Part::Env => "env",
        Part::Settings => "settings",
        Part::Vault => "vault",
        Part::Weak => "weak",
        Part::Failure => "failure",
    })
}
