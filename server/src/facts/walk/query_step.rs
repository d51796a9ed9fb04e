//! Questions to databases, put together step by step: what each step of a builder adds.

use std::sync::Arc;

use super::Walker;
use super::columns::{embedded, narrowed, nested_relations};
use crate::facts::catalogue::{AccessEntry, ModelFrom, Returns, SqlSpec};
use crate::facts::check::Root;
use crate::facts::event::Event;
use crate::facts::names;
use crate::facts::query::{Filter, Operation, Query};
use crate::facts::value::{Argument, Kind, Library, Object, Piece, Seq, Value};
use crate::text::{Name, Span};

/// Of the statements of one batch, so many are read.
const MOST_STATEMENTS: usize = 16;

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
        if entries.iter().any(|entry| entry.sql.as_ref().is_some_and(|sql| sql.template))
            && args.first().is_some_and(|arg| !matches!(arg.value.kind(), Kind::Str(_) | Kind::Text(_)))
        {
            return Some(Value::new(Kind::Library(Arc::new(Library { args: args.to_vec(), ..made }))));
        }
        if let Some(answers) = self.each_statement(entries, before, &made, args, span) {
            return Some(answers);
        }
        if let Some(condition) = entries.iter().find_map(|entry| self.condition(entry, &made, args, span)) {
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
        if gives == Returns::Given {
            let given = args.first().map(|arg| arg.value.clone());
            return Some(given.filter(|given| !matches!(given.kind(), Kind::Null)).unwrap_or_else(|| Value::new(Kind::Object(Arc::default()))));
        }
        query.guessed |= made.guessed;
        query.site = Some(self.site(span));
        if fires {
            let answer = self.ask(query, gives, span);
            if entries.iter().any(|entry| entry.calls_back)
                && let Some(last) = args.last().filter(|last| matches!(last.value.kind(), Kind::Function(_)))
            {
                self.answered_back(&last.value, &answer);
            }
            if gives == Returns::Row && names::raises_if_missing(&before.step) || entries.iter().any(|entry| entry.raises) {
                let facts = self.truth_of(&answer).if_true;
                self.assume_facts(&facts);
            }
            return Some(answer);
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

    /// `db.batch([first, second])`: one question after the other.
    fn each_statement(&mut self, entries: &[&AccessEntry], before: &Arc<Library>, made: &Library, args: &[Argument], span: Span) -> Option<Value> {
        let spec = entries.iter().find_map(|entry| entry.sql.as_ref().filter(|sql| sql.each))?;
        let list = args.iter().filter(|arg| arg.name.is_empty()).nth(spec.arg)?;
        let Kind::Seq(statements) = list.value.kind() else { return None };
        let mut answers = Seq::default();
        for statement in statements.items.iter().chain(&statements.rest).take(MOST_STATEMENTS) {
            let one = [Argument { value: statement.clone(), ..list.clone() }];
            answers.items.extend(self.query_step(entries, before, made.clone(), &one, span));
        }
        Some(Value::new(Kind::Seq(Arc::new(answers))))
    }

    /// `(error, answer) => ..`, called once the database has answered.
    fn answered_back(&mut self, callback: &Value, answer: &Value) {
        // The answers of drivers that give several things at once are arguments of their own here.
        let answers = match answer.kind() {
            Kind::Seq(seq) => seq.items.clone(),
            _ => vec![answer.clone()],
        };
        let mut given = vec![Value::unknown()];
        given.extend(answers);
        let before = self.save();
        self.apply_plain(callback, given);
        self.ended = false;
        self.restore(before);
    }

    fn apply_step(&mut self, entry: &AccessEntry, query: &mut Query, made: &Library, args: &[Argument], span: Span) {
        if !entry.client.is_empty() {
            query.client = entry.client.clone();
        }
        query.fails_open |= entry.fails_open;
        query.row_security |= entry.row_security;
        // Before the model: of a statement that is carried out, `execute(delete(Note))`, its own operation counts.
        if let Some(op) = entry.op {
            query.operation = op;
        }
        match &entry.model {
            Some(ModelFrom::Argument(at)) => match args.iter().filter(|arg| arg.name.is_empty()).nth(*at) {
                Some(arg) if entry.fires && is_statement(&arg.value) => {
                    let one = query.operation == Operation::ReadOne;
                    self.read_statement(&SqlSpec { arg: *at, params: Some(at + 1), ..SqlSpec::default() }, query, args);
                    if one && query.operation == Operation::ReadMany {
                        query.operation = Operation::ReadOne;
                    }
                }
                Some(arg) => self.take_model(query, &arg.value),
                None => {}
            },
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
            // What is kept under keys, whatever that is: `=stored file`.
            Some(ModelFrom::Word(word)) if word.starts_with('=') => query.model = Name::from(word.trim_start_matches('=')),
            Some(ModelFrom::Word(word)) => {
                if let Some(arg) = args.iter().find(|arg| arg.name == word.as_str()) {
                    self.take_model(query, &arg.value);
                } else if let Some(Kind::Object(given)) = args.first().map(|arg| arg.value.kind())
                    && let Some(table) = given.get(word).0.cloned()
                {
                    self.take_model(query, &table);
                    query.model = table_of_variable(&query.model);
                }
            }
            None => {}
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
                    None => super::answered::written_out(&arg.value).unwrap_or_else(|| arg.value.clone()),
                };
                query.data.push(value);
            }
        }
        self.told_by_options(query, args);
        if !entry.columns.is_empty() {
            query.columns = self.chosen_columns(&entry.columns, query.columns.take(), args);
            for (relation, columns) in nested_relations(&entry.columns, args) {
                match columns.iter().any(|column| column == "*") {
                    true => query.embedded.push(vec![relation]),
                    false => query.joined.extend(columns.into_iter().map(|column| (relation.clone(), column))),
                }
            }
        }
        if let Some(Kind::Object(given)) = args.iter().find(|arg| arg.name.is_empty()).map(|arg| arg.value.kind()) {
            for key in &entry.embeds {
                match given.get(key).0.map(Value::kind) {
                    Some(Kind::Object(relations)) => {
                        embedded(relations, &[], &mut query.embedded, 0);
                        narrowed(relations, &[], &mut query.below, 0);
                    }
                    // `relations: ["owner", "lines.product"]`
                    Some(Kind::Seq(named)) => {
                        let named = named.items.iter().take(16).filter_map(Value::as_str);
                        query.embedded.extend(named.map(|name| name.split('.').map(Name::from).collect()));
                    }
                    _ => {}
                }
            }
        }
        for at in &entry.statement {
            if let Some(arg) = args.iter().filter(|arg| arg.name.is_empty()).nth(*at) {
                self.piece_of_statement(arg, args, &query.client, made.guessed, span);
            }
        }
        for arg in args.iter().filter(|arg| entry.statement_named.contains(&arg.name)) {
            let pieces = match arg.value.kind() {
                Kind::Seq(seq) => seq.items.iter().map(|item| Argument { value: item.clone(), ..arg.clone() }).collect(),
                _ => vec![arg.clone()],
            };
            pieces.iter().for_each(|piece| self.piece_of_statement(piece, args, &query.client, made.guessed, span));
        }
        if let Some(sql) = &entry.sql {
            self.read_statement(sql, query, args);
        }
        if entry.narrow && query.operation == Operation::ReadMany {
            query.operation = Operation::ReadOne;
        }
        if query.handle.is_none() {
            query.handle = handle_of(made.receiver.as_ref(), 0);
        }
    }

    /// A model given as a value: a name, a class, a table made by a library, or another query whose filter then counts too.
    pub(super) fn take_model(&mut self, query: &mut Query, value: &Value) {
        // `get_object_or_404(request.user.notes, pk=id)`: of the caller's own rows.
        if value.symbol().is_some_and(|symbol| symbol.root == Root::Principal && !symbol.path.is_empty()) {
            query.filter.push(Filter::Row(value.clone()));
        }
        match value.kind() {
            // Made in one way or another, and each time of one class.
            Kind::Union(alternatives) => {
                let mut models = alternatives.iter().map(|alternative| match alternative.value.kind() {
                    Kind::Instance(instance) => Some(&instance.class.name),
                    _ => None,
                });
                if let Some(Some(first)) = models.next()
                    && models.all(|other| other == Some(first))
                {
                    query.model = first.clone();
                }
            }
            Kind::Str(name) => (query.model, query.alias) = aliased(name),
            // `{ l: "loans" }`
            Kind::Object(object) => {
                if let [(alias, table)] = object.fields.as_slice()
                    && let Some(table) = table.as_str()
                {
                    (query.model, query.alias) = (Name::from(&**table), alias.clone());
                }
            }
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
                    query.embedded.extend(inner.embedded.iter().cloned());
                    if inner.columns.is_some() {
                        query.columns = inner.columns.clone();
                    }
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
            // `db.delete(note._id)`: of the table that the row came from.
            _ => {
                if let Some(Root::Row(id)) = value.symbol().map(|symbol| &symbol.root) {
                    self.look_at_events(0);
                    let model = self.events.iter().find_map(|event| match event {
                        Event::Access(access) if access.id == *id => Some(access.query.model.clone()),
                        _ => None,
                    });
                    query.model = model.unwrap_or_default();
                }
            }
        }
    }

    /// The member that `{model}` took, on the way back along what was called.
    fn captured_model(&self, made: &Library) -> Option<Name> {
        let catalogue = self.world.catalogue();
        // `db.notes`: the member itself is the collection.
        if catalogue.captures(&made.states) && made.step != "()" {
            return Some(made.step.clone());
        }
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
}

/// `NOTES_TABLE`, `TABLE_NOTES`: the variable says which table it is; `TABLE_NAME` does not.
fn table_of_variable(name: &Name) -> Name {
    let is_variable = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') && name.contains("TABLE");
    if !is_variable {
        return name.clone();
    }
    let words: Vec<&str> =
        name.split('_').filter(|word| !word.is_empty() && !matches!(*word, "TABLE" | "TABLENAME" | "NAME" | "DYNAMODB" | "DYNAMO" | "DDB")).collect();
    Name::from(words.join("_").to_lowercase())
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

/// `"loans as l"`: the table, and what it is called here.
fn aliased(text: &str) -> (Name, Name) {
    let mut words = text.split_whitespace();
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(table), Some(word), Some(alias), None) if word.eq_ignore_ascii_case("as") => (Name::from(table), Name::from(alias)),
        _ => (Name::from(text), Name::default()),
    }
}

/// `text("select * from notes")`: words of SQL where other questions name a table.
fn is_statement(value: &Value) -> bool {
    let begins = |value: &Value| {
        let first = match value.kind() {
            Kind::Str(text) => Some(text),
            Kind::Text(text) => text.pieces.first().and_then(|piece| if let Piece::Literal(text) = piece { Some(text) } else { None }),
            _ => None,
        };
        first.is_some_and(|text| text.trim_start().contains(char::is_whitespace))
    };
    match value.kind() {
        Kind::Library(library) => library.query.is_none() && library.step == "()" && matches!(library.args.as_slice(), [only] if begins(&only.value)),
        _ => begins(value),
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
