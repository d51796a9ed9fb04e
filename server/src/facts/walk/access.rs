//! Questions to databases, put together step by step and asked at last.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::{AccessEntry, FilterShape, FilterSpec, Returns};
use crate::facts::check::{Fact, Root, Symbol};
use crate::facts::event::{Access, AccessId, Event, Use, UseKind};
use crate::facts::query::{Filter, Operation, Query, Term, TermOp};
use crate::facts::taint::{Origin, Part, Taint};
use crate::facts::value::{Argument, Kind, Library, Object, Row, Value};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// One step of a query. `None` if nothing here concerns a database.
    pub(super) fn query_step(&mut self, entries: &[&AccessEntry], before: &Arc<Library>, made: Library, args: &[Argument], span: Span) -> Option<Value> {
        if entries.is_empty() && made.states.is_empty() {
            // A step of a builder that the catalogue does not know: the filter may hold anything now.
            let mut query = (**made.query.as_ref()?).clone();
            query.filter.push(Filter::Opaque(Value::unknown()));
            let library = Library { states: before.states.clone(), query: Some(Arc::new(query)), ..made };
            // The builder stays what it was.
            return Some(Value::new(Kind::Library(Arc::new(library))));
        }
        if let Some(condition) = entries.iter().find_map(|entry| self.condition(entry, args, span)) {
            return Some(condition);
        }
        let mut query = made.query.as_ref().map(|query| (**query).clone()).unwrap_or_default();
        let mut fires = false;
        let mut gives = Returns::Query;
        for entry in entries {
            self.apply_step(entry, &mut query, &made, args, span);
            fires |= entry.fires;
            if entry.gives != Returns::Query || entry.fires {
                gives = entry.gives;
            }
        }
        query.guessed |= made.guessed;
        query.site = Some(self.site(span));
        if fires {
            return Some(self.ask(query, gives, span));
        }
        let mut lazy = entries.iter().any(|entry| entry.lazy);
        lazy |= made.query.as_ref().is_some_and(|before| before.lazy);
        query.lazy = lazy;
        if gives != Returns::Query {
            query.gives = gives;
        }
        let library = Library { query: Some(Arc::new(query)), ..made };
        Some(Value::new(Kind::Library(Arc::new(library))))
    }

    /// `eq(t.id, x)`, `and(a, b)`.
    fn condition(&self, entry: &AccessEntry, args: &[Argument], span: Span) -> Option<Value> {
        use crate::facts::catalogue::Combines;
        if let Some(op) = entry.compares {
            let column = args.first().and_then(|arg| column_path(&arg.value));
            let value = args.get(1).map(|arg| arg.value.clone()).unwrap_or_else(Value::unknown);
            let filter = match column {
                Some(path) => Filter::Term(Term { path, op, value, site: Some(self.site(span)) }),
                None => Filter::Opaque(value),
            };
            return Some(Value::new(Kind::Filter(Arc::new(filter))));
        }
        let combines = entry.combines?;
        let mut parts = Vec::new();
        for arg in args {
            let items = match arg.value.kind() {
                Kind::Seq(seq) if arg.spread => seq.items.iter().chain(&seq.rest).cloned().collect(),
                _ => vec![arg.value.clone()],
            };
            for item in items {
                match item.kind() {
                    Kind::Filter(filter) => parts.push((**filter).clone()),
                    // `and(a, undefined)` drops the missing condition.
                    Kind::Null => {}
                    Kind::Union(alternatives) => parts.push(Filter::Any(
                        alternatives
                            .iter()
                            .map(|alternative| match alternative.value.kind() {
                                Kind::Filter(filter) => (**filter).clone(),
                                Kind::Null => Filter::All(Vec::new()),
                                _ => Filter::Opaque(alternative.value.clone()),
                            })
                            .collect(),
                    )),
                    _ => parts.push(Filter::Opaque(item.clone())),
                }
            }
        }
        let filter = match combines {
            Combines::All => Filter::All(parts),
            Combines::Any => Filter::Any(parts),
            Combines::Not => Filter::Not(Box::new(Filter::All(parts))),
        };
        Some(Value::new(Kind::Filter(Arc::new(filter))))
    }

    fn apply_step(&mut self, entry: &AccessEntry, query: &mut Query, made: &Library, args: &[Argument], span: Span) {
        use crate::facts::catalogue::ModelFrom;
        if !entry.client.is_empty() {
            query.client = entry.client.clone();
        }
        query.fails_open |= entry.fails_open;
        query.row_security |= entry.row_security;
        match &entry.model {
            Some(ModelFrom::Argument(at)) => {
                if let Some(arg) = args.iter().filter(|arg| arg.name.is_empty()).nth(*at) {
                    self.take_model(query, &arg.value);
                }
            }
            Some(ModelFrom::Word(word)) if word == "captured" => {
                if let Some(name) = self.captured_model(made) {
                    query.model = name;
                }
            }
            Some(ModelFrom::Word(word)) if word == "receiver" => {
                if let Some(name) = receiver_model(made.receiver.as_ref(), 0) {
                    query.model = name;
                }
            }
            Some(ModelFrom::Word(word)) => {
                if let Some(arg) = args.iter().find(|arg| arg.name == word.as_str()) {
                    self.take_model(query, &arg.value);
                }
            }
            None => {}
        }
        if let Some(op) = entry.op {
            query.operation = op;
        }
        if entry.narrow && query.operation == Operation::ReadMany {
            query.operation = Operation::ReadOne;
        }
        for spec in &entry.filter {
            self.read_filter(spec, query, args, span);
        }
        if let Some(data) = &entry.data {
            if data.keywords {
                let mut object = Object::default();
                for arg in args.iter().filter(|arg| !arg.name.is_empty()) {
                    object.set(arg.name.clone(), arg.value.clone());
                }
                for arg in args.iter().filter(|arg| arg.spread) {
                    self.spread_into(&mut object, &arg.value);
                }
                query.data.push(Value::new(Kind::Object(Arc::new(object))));
            } else if let Some(arg) = args.iter().filter(|arg| arg.name.is_empty()).nth(data.arg) {
                let value = match &data.key {
                    Some(key) => self.member(&arg.value, &Name::from(key.as_str())),
                    None => arg.value.clone(),
                };
                query.data.push(value);
            }
        }
        if let Some(sql) = &entry.sql {
            self.read_statement(sql, query, args);
        }
        if query.handle.is_none() {
            query.handle = handle_of(made.receiver.as_ref(), 0);
        }
    }

    /// A model given as a value: a name, a class, a table made by a library, or another query whose filter then counts too.
    fn take_model(&mut self, query: &mut Query, value: &Value) {
        // `get_object_or_404(request.user.notes, pk=id)`: of the caller's own rows.
        if value.symbol().is_some_and(|symbol| symbol.root == Root::Principal && !symbol.path.is_empty()) {
            query.filter.push(Filter::Row(value.clone()));
        }
        match value.kind() {
            Kind::Str(name) => query.model = Name::from(&**name),
            Kind::Class(class) => query.model = class.name.clone(),
            Kind::Column(column) => query.model = column.model.clone(),
            Kind::Library(library) => {
                if let Some(inner) = &library.query {
                    if !inner.model.is_empty() {
                        query.model = inner.model.clone();
                    }
                    query.filter.extend(inner.filter.iter().cloned());
                    if query.client.is_empty() {
                        query.client = inner.client.clone();
                    }
                    if !inner.data.is_empty() {
                        query.data.extend(inner.data.iter().cloned());
                    }
                    query.operation = if inner.operation.is_write() { inner.operation } else { query.operation };
                    query.guessed |= inner.guessed;
                    if query.key.is_none() {
                        query.key = inner.key.clone();
                    }
                } else if let Some(name) = table_name(library) {
                    query.model = name;
                } else if library.step != "()" {
                    query.model = library.step.clone();
                    query.guessed |= library.states.is_empty();
                }
            }
            Kind::Instance(instance) => query.model = instance.class.name.clone(),
            Kind::Row(row) => {
                query.model = row.model.clone();
                query.filter.push(Filter::Row(value.clone()));
            }
            _ => {}
        }
    }

    /// The member that `{model}` took, on the way back along what was called.
    fn captured_model(&self, made: &Library) -> Option<Name> {
        let catalogue = self.world.catalogue();
        let mut at = made.receiver.clone();
        for _ in 0..12 {
            let value = at?;
            let library = value.as_library()?.clone();
            if catalogue.captures(&library.states) && library.step != "()" {
                return Some(library.step.clone());
            }
            at = library.receiver.clone();
        }
        None
    }

    fn read_filter(&mut self, spec: &FilterSpec, query: &mut Query, args: &[Argument], span: Span) {
        let positional: Vec<&Argument> = args.iter().filter(|arg| arg.name.is_empty()).collect();
        match spec.shape {
            FilterShape::Object => {
                let Some(arg) = positional.get(spec.arg) else { return };
                let value = match &spec.key {
                    Some(key) => self.member(&arg.value, &Name::from(key.as_str())),
                    None => arg.value.clone(),
                };
                if spec.key.is_none() || !matches!(value.kind(), Kind::Null) {
                    query.key = Some(arg.site.clone());
                }
                let filter = object_filter(&value, &[], 0);
                query.filter.extend(filter);
            }
            FilterShape::ColumnValue => {
                let Some(first) = positional.get(spec.arg) else { return };
                query.key = Some(first.site.clone());
                if !matches!(first.value.kind(), Kind::Str(_) | Kind::Text(_) | Kind::Column(_) | Kind::Library(_)) {
                    query.filter.extend(object_filter(&first.value, &[], 0));
                    return;
                }
                let path = column_path(&first.value);
                let (op, value) = match (positional.get(spec.arg + 1), positional.get(spec.arg + 2)) {
                    (Some(op), Some(value)) => {
                        let op = match op.value.as_str().map(|text| &**text) {
                            Some("=" | "==" | "eq") => TermOp::Eq,
                            Some("in" | "IN") => TermOp::In,
                            _ => TermOp::Other,
                        };
                        (op, value)
                    }
                    (Some(value), None) => (spec.op.unwrap_or(TermOp::Eq), value),
                    _ => {
                        query.filter.push(Filter::Opaque(first.value.clone()));
                        return;
                    }
                };
                match path {
                    Some(path) => query.filter.push(Filter::Term(Term { path, op, value: value.value.clone(), site: Some(self.site(span)) })),
                    None => query.filter.push(Filter::Opaque(first.value.clone())),
                }
            }
            FilterShape::Keywords => {
                query.key = Some(self.site(span));
                for arg in args.iter().skip_while(|arg| arg.name.is_empty() && spec.arg > 0 && !arg.spread) {
                    if arg.spread {
                        query.filter.extend(object_filter(&arg.value, &[], 0).into_iter().map(split_keywords));
                    } else if !arg.name.is_empty() {
                        query.filter.push(keyword_filter(&arg.name, arg.value.clone(), Some(arg.site.clone())));
                    } else if let Kind::Filter(filter) = arg.value.kind() {
                        query.filter.push((**filter).clone());
                    } else if !matches!(arg.value.kind(), Kind::Class(_) | Kind::Library(_)) {
                        query.filter.push(Filter::Opaque(arg.value.clone()));
                    }
                }
            }
            FilterShape::Expression => {
                query.key = Some(self.site(span));
                for arg in positional.iter().skip(spec.arg) {
                    let value = match (&spec.key, arg.value.kind()) {
                        (Some(key), _) => self.member(&arg.value, &Name::from(key.as_str())),
                        _ => arg.value.clone(),
                    };
                    self.expression_filter(&value, query);
                }
            }
            FilterShape::Id => {
                let Some(arg) = positional.get(spec.arg) else { return };
                query.key = Some(arg.site.clone());
                let column = spec.column.clone().unwrap_or_else(|| Name::new_static("id"));
                query.filter.push(Filter::eq(vec![column], arg.value.clone(), Some(arg.site.clone())));
            }
            FilterShape::Opaque => query.filter.push(Filter::Opaque(Value::unknown())),
        }
    }

    fn expression_filter(&mut self, value: &Value, query: &mut Query) {
        match value.kind() {
            Kind::Filter(filter) => query.filter.push((**filter).clone()),
            Kind::Null => {}
            Kind::Seq(seq) => {
                for item in &seq.items {
                    self.expression_filter(item, query);
                }
                if let Some(rest) = &seq.rest {
                    self.expression_filter(rest, query);
                }
            }
            Kind::Union(alternatives) => {
                let mut arms = Vec::new();
                for alternative in alternatives.iter() {
                    let mut arm = Query::default();
                    self.expression_filter(&alternative.value, &mut arm);
                    arms.push(Filter::All(arm.filter));
                }
                query.filter.push(Filter::Any(arms));
            }
            Kind::Object(_) => query.filter.extend(object_filter(value, &[], 0)),
            Kind::Function(_) => {
                // `(t, { eq, and }) => ...`: called with the table's columns and the operators.
                let table = Value::new(Kind::Library(Arc::new(Library { step: query.model.clone(), ..Library::default() })));
                let columns = self.table_columns(&table, &query.model);
                let operators = self.library_export(&Name::new_static("drizzle-orm"), &Name::new_static("*"));
                let given = self.apply_plain(value, vec![columns, operators]);
                if !matches!(given.kind(), Kind::Function(_)) {
                    self.expression_filter(&given, query);
                }
            }
            _ => query.filter.push(Filter::Opaque(value.clone())),
        }
    }

    fn table_columns(&mut self, table: &Value, model: &Name) -> Value {
        let _ = table;
        let states = self.world.catalogue().guess_states(&crate::facts::catalogue::GuessEntry {
            names: Vec::new(),
            is: "drizzle-orm/pg-core#pgTable()".into(),
            python: false,
        });
        let name = Argument { name: Name::default(), value: Value::str(model.as_str()), site: self.site(Span::default()), spread: false };
        Value::new(Kind::Library(Arc::new(Library { step: "()".into(), states, args: vec![name], ..Library::default() })))
    }

    /// The database is asked.
    pub(super) fn ask(&mut self, query: Query, gives: Returns, span: Span) -> Value {
        let site = self.site(span);
        let id = self.next_access();
        let gives = if gives == Returns::Query { query.gives } else { gives };
        let query = Arc::new(query);
        let facts = self.facts.clone();
        let delegated = facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if !guard.sure));
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
        let count = Value::number().with_symbol(super::condition::count_symbol(id));
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
            Returns::Nothing | Returns::Query => Value::unknown(),
        }
    }

    /// A row of a principal model that was found through a verified identity *is* the principal; so is the row of a
    /// session found by its secret.
    fn row_symbol(&self, id: AccessId, query: &Query) -> Symbol {
        let mut conjuncts = Vec::new();
        Filter::conjuncts(&query.filter, &mut conjuncts);
        let principal = self.world.is_principal_model(&query.model);
        for filter in conjuncts {
            let Filter::Term(Term { path, op: TermOp::Eq, value, .. }) = filter else { continue };
            let verified = value.symbol().is_some_and(|symbol| symbol.root == Root::Principal);
            if verified && principal {
                return Symbol::new(Root::Principal);
            }
            let from_caller = value.taint().iter().any(|origin| matches!(origin.part, Part::Cookies | Part::Headers));
            let secret = path.last().is_some_and(|column| {
                super::super::names::words(column).iter().any(|word| matches!(word.as_str(), "token" | "session" | "sid" | "secret" | "hash" | "key"))
            });
            if from_caller && secret {
                return Symbol::new(Root::Principal);
            }
        }
        Symbol::new(Root::Row(id))
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

    /// What a handler gives back is what the caller sees.
    pub fn returned(&mut self, value: &Value, item: &crate::facts::place::ItemKey, span: Span) {
        let facts = self.facts.clone();
        let site = crate::facts::place::Site { item: item.clone(), span };
        match value.kind() {
            Kind::Union(alternatives) => {
                for alternative in alternatives.iter() {
                    let facts = facts.and(&alternative.facts);
                    self.events.push(Event::Use(Use { value: alternative.value.clone(), kind: UseKind::Return, site: site.clone(), facts }));
                }
            }
            _ => self.events.push(Event::Use(Use { value: value.clone(), kind: UseKind::Return, site, facts })),
        }
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

    /// `row.save()`, `row.delete()`, `row.update(data)`.
    pub(super) fn row_method(&mut self, base: &Value, name: &Name, args: &[Argument], span: Span) -> Value {
        let Kind::Row(row) = base.kind() else { return Value::unknown() };
        let operation = match name.as_str() {
            "save" | "update" | "updateOne" | "set" | "patch" | "replaceOne" => Operation::Update,
            "delete" | "destroy" | "remove" | "deleteOne" | "delete_instance" | "softRemove" => Operation::Delete,
            _ => {
                // `row.to_dict()`, `row.toObject()`, `row.items.filter_by(...)`: still that row's content.
                let mut value = base.clone();
                if !matches!(
                    name.as_str(),
                    "to_dict"
                        | "dict"
                        | "model_dump"
                        | "toObject"
                        | "toJSON"
                        | "json"
                        | "lean"
                        | "as_dict"
                        | "serialize"
                        | "get"
                        | "populate"
                        | "exec"
                        | "mappings"
                        | "_asdict"
                        | "items"
                        | "reload"
                        | "refresh"
                        | "unwrap"
                        | "scalar_one"
                        | "get_dataValues"
                ) {
                    value = Value::unknown().with_taint(base.taint().clone());
                    if let Some(symbol) = base.symbol() {
                        value = value.with_symbol(symbol.member(name));
                    }
                }
                self.handed(args, span);
                return value;
            }
        };
        let mut query = Query { model: row.model.clone(), operation, filter: vec![Filter::Row(base.clone())], ..Query::default() };
        query.key = Some(self.site(span));
        query.client = self.client_of(row.access);
        if let Some(arg) = args.first() {
            query.data.push(arg.value.clone());
        }
        self.ask(query, Returns::Row, span);
        base.clone()
    }

    fn client_of(&self, id: AccessId) -> Name {
        self.events
            .iter()
            .find_map(|event| match event {
                Event::Access(access) if access.id == id => Some(access.query.client.clone()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// `row.title = x` under a unit of work is an update.
    pub(super) fn row_assigned(&mut self, base: &Value, name: &Name, value: &Value, span: Span) {
        let Kind::Row(row) = base.kind() else { return };
        let client = self.client_of(row.access);
        let unit_of_work = self.world.catalogue().has_unit_of_work(&client);
        if !unit_of_work || base.symbol().is_some_and(|symbol| symbol.root == Root::Principal) {
            return;
        }
        let row = row.clone();
        let mut object = Object::default();
        object.set(name.clone(), value.clone());
        let data = Value::new(Kind::Object(Arc::new(object)));
        // One change of a row is one access, however many fields it sets.
        let known = self.events.iter_mut().rev().find_map(|event| match event {
            Event::Access(access) if access.query.operation == Operation::Update && access.query.is_of_row(row.access) => Some(access),
            _ => None,
        });
        if let Some(access) = known {
            Arc::make_mut(&mut access.query).data.push(data);
            return;
        }
        let mut query = Query { model: row.model.clone(), operation: Operation::Update, filter: vec![Filter::Row(base.clone())], ..Query::default() };
        query.client = client;
        query.key = Some(self.site(span));
        query.data.push(data);
        self.ask(query, Returns::Nothing, span);
    }
}

fn is_lazy(value: &Value) -> bool {
    match value.kind() {
        Kind::Library(library) => library.query.as_ref().is_some_and(|query| query.lazy),
        Kind::Promise(inner) => is_lazy(inner),
        _ => false,
    }
}

fn first_site(value: &Value) -> Option<crate::facts::place::ItemKey> {
    match value.kind() {
        Kind::Library(library) => library.query.as_ref().and_then(|query| query.site.as_ref()).map(|site| site.item.clone()),
        Kind::Union(alternatives) => alternatives.iter().find_map(|alternative| first_site(&alternative.value)),
        Kind::Seq(seq) => seq.items.iter().find_map(first_site),
        Kind::Object(object) => object.fields.iter().find_map(|(_, value)| first_site(value)),
        Kind::Promise(inner) => first_site(inner),
        _ => None,
    }
}

/// The table behind a builder: `pgTable("notes", ...)`, `mongoose.model("Note", ...)`.
pub(super) fn table_name(library: &Library) -> Option<Name> {
    let first = library.args.iter().find(|arg| arg.name.is_empty())?;
    match first.value.kind() {
        Kind::Str(name) => Some(Name::from(&**name)),
        Kind::Class(class) => Some(class.name.clone()),
        _ => None,
    }
}

/// The class or table a chain began with: `Note.query.get(id)`, `Note.objects`.
fn receiver_model(receiver: Option<&Value>, depth: u32) -> Option<Name> {
    let value = receiver?;
    if depth > 12 {
        return None;
    }
    match value.kind() {
        Kind::Class(class) => Some(class.name.clone()),
        Kind::Instance(instance) => Some(instance.class.name.clone()),
        Kind::Library(library) => {
            if let Some(found) = receiver_model(library.receiver.as_ref(), depth + 1) {
                return Some(found);
            }
            if library.step == "()" {
                return table_name(library);
            }
            (library.guessed && library.receiver.is_none()).then(|| library.step.clone())
        }
        _ => None,
    }
}

/// The client object a chain began with.
fn handle_of(receiver: Option<&Value>, depth: u32) -> Option<Value> {
    let value = receiver?;
    let Kind::Library(library) = value.kind() else { return Some(value.clone()) };
    if depth > 16 {
        return None;
    }
    match &library.receiver {
        Some(inner) if matches!(inner.kind(), Kind::Library(_)) => {
            // The call that made the client is the client: `createClient(url, key)`.
            if library.step == "()" && inner.as_library().is_some_and(|inner| inner.receiver.is_none()) {
                return Some(value.clone());
            }
            handle_of(Some(inner), depth + 1)
        }
        _ => Some(value.clone()),
    }
}

/// `{ id: x, author: { is: { id: y } }, OR: [..] }` as filters.
fn object_filter(value: &Value, path: &[Name], depth: u32) -> Vec<Filter> {
    if depth > 8 {
        return vec![Filter::Opaque(value.clone())];
    }
    let Kind::Object(object) = value.kind() else {
        return match value.kind() {
            Kind::Null => Vec::new(),
            Kind::Union(alternatives) => {
                vec![Filter::Any(alternatives.iter().map(|a| Filter::All(object_filter(&a.value, path, depth + 1))).collect())]
            }
            _ => vec![Filter::Opaque(value.clone())],
        };
    };
    let mut out = Vec::new();
    if let Some(rest) = &object.rest {
        out.push(Filter::Opaque(rest.clone()));
    }
    for (i, (key, value)) in object.fields.iter().enumerate() {
        if object.rest.is_some() && i < object.spread_at {
            // A later spread may overwrite it.
            out.push(Filter::Opaque(value.clone()));
            continue;
        }
        match key.as_str() {
            "AND" | "$and" => {
                for item in items(value) {
                    out.extend(object_filter(&item, path, depth + 1));
                }
            }
            "OR" | "$or" => {
                let arms = items(value).iter().map(|item| Filter::All(object_filter(item, path, depth + 1))).collect();
                out.push(Filter::Any(arms));
            }
            "NOT" | "$not" | "$nor" => out.push(Filter::Not(Box::new(Filter::All(object_filter(value, path, depth + 1))))),
            "equals" | "$eq" | "eq" if !path.is_empty() => out.push(Filter::eq(path.to_vec(), value.clone(), None)),
            "in" | "$in" if !path.is_empty() => {
                out.push(Filter::Term(Term { path: path.to_vec(), op: TermOp::In, value: value.clone(), site: None }));
            }
            "is" | "some" | "$elemMatch" if !path.is_empty() => out.extend(object_filter(value, path, depth + 1)),
            operator
                if operator.starts_with('$')
                    || matches!(
                        operator,
                        "not"
                            | "notIn"
                            | "lt"
                            | "lte"
                            | "gt"
                            | "gte"
                            | "contains"
                            | "startsWith"
                            | "endsWith"
                            | "mode"
                            | "search"
                            | "none"
                            | "every"
                            | "isNot"
                            | "ne"
                            | "like"
                            | "ilike"
                    ) && !path.is_empty() =>
            {
                out.push(Filter::Term(Term { path: path.to_vec(), op: TermOp::Other, value: value.clone(), site: None }));
            }
            _ => {
                let mut longer: Vec<Name> = path.to_vec();
                longer.extend(key.split('.').map(Name::from));
                match value.kind() {
                    // `{ id_ownerId: { id, ownerId } }` and relation filters both nest.
                    Kind::Object(_) => out.extend(object_filter(value, &longer, depth + 1)),
                    _ => out.push(Filter::eq(longer, value.clone(), None)),
                }
            }
        }
    }
    out
}

fn items(value: &Value) -> Vec<Value> {
    match value.kind() {
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).cloned().collect(),
        _ => vec![value.clone()],
    }
}

/// Django's and SQLAlchemy's keywords: `project__owner=x`, `pk=x`, `id__in=xs`.
fn keyword_filter(name: &Name, value: Value, site: Option<crate::facts::place::Site>) -> Filter {
    let mut parts: Vec<Name> = name.split("__").map(|part| Name::from(if part == "pk" { "id" } else { part })).collect();
    let op = match parts.last().map(Name::as_str) {
        Some("exact" | "iexact") if parts.len() > 1 => {
            parts.pop();
            TermOp::Eq
        }
        Some("in") if parts.len() > 1 => {
            parts.pop();
            TermOp::In
        }
        Some(
            "gt" | "gte" | "lt" | "lte" | "contains" | "icontains" | "startswith" | "istartswith" | "endswith" | "iendswith" | "isnull" | "range" | "regex"
            | "iregex" | "date" | "year" | "month" | "day" | "search",
        ) if parts.len() > 1 => {
            parts.pop();
            TermOp::Other
        }
        _ => TermOp::Eq,
    };
    Filter::Term(Term { path: parts, op, value, site })
}

fn split_keywords(filter: Filter) -> Filter {
    match filter {
        Filter::Term(Term { path, value, site, .. }) if path.len() == 1 => keyword_filter(&path[0], value, site),
        other => other,
    }
}

/// A column named by a string (`"notes.user_id"`) or by a builder (`notes.userId`).
pub(super) fn column_path(value: &Value) -> Option<Vec<Name>> {
    match value.kind() {
        Kind::Str(text) => Some(text.split('.').map(Name::from).collect()),
        Kind::Column(column) => Some(vec![column.name.clone()]),
        Kind::Library(library) if library.step != "()" && !library.step.is_empty() => Some(vec![library.step.clone()]),
        _ => None,
    }
}
