//! Which rows a question is about, in every way a library lets one write it.

use std::sync::Arc;

use super::Walker;
use super::written_filter::{documents, keyword_filter, object_filter, split_keywords};
use crate::facts::catalogue::{AccessEntry, Callback, Combines, FilterShape, FilterSpec};
use crate::facts::query::{Filter, Operation, Query, Term, TermOp};
use crate::facts::taint::{Cleanings, Origin, Part};
use crate::facts::value::{Argument, Kind, Library, Object, Value};
use crate::text::{Name, Span};

/// The text that the call before was given: the receiver is `Key("ownerId").eq`.
fn named_before(receiver: &Value) -> Option<Vec<Name>> {
    let step = receiver.as_library()?;
    let made = match step.step.as_str() {
        "()" => step,
        _ => step.receiver.as_ref()?.as_library()?,
    };
    let name = made.args.first()?.value.as_str()?;
    Some(vec![Name::from(&**name)])
}

impl Walker<'_> {
    /// `eq(t.id, x)`, `and(a, b)`.
    pub(super) fn condition(&self, entry: &AccessEntry, made: &Library, args: &[Argument], span: Span) -> Option<Value> {
        if let Some(op) = entry.compares {
            // `Key("ownerId").eq(me)`: the column was named before.
            let named = entry.model.is_some().then(|| made.receiver.as_ref().and_then(named_before)).flatten();
            let value = args.get(if named.is_some() { 0 } else { 1 }).map(|arg| arg.value.clone()).unwrap_or_else(Value::unknown);
            let column = named.or_else(|| args.first().and_then(|arg| column_path(&arg.value)));
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

    /// The texts of conditions that DynamoDB is given, each of which must hold.
    fn conditions(&mut self, given: &Value, query: &mut Query) {
        let Kind::Object(object) = given.kind() else { return query.filter.push(Filter::Opaque(given.clone())) };
        let fields = |name: &str| match object.get(name).0.map(Value::kind) {
            Some(Kind::Object(fields)) => fields.fields.clone(),
            _ => Vec::new(),
        };
        let mut bound = Object::default();
        for (name, value) in fields("ExpressionAttributeValues").into_iter().take(64) {
            // `{ S: id }`: the value with its kind.
            let plain = match value.kind() {
                Kind::Object(typed) => match typed.fields.as_slice() {
                    [(kind, plain)] if matches!(kind.as_str(), "S" | "N" | "BOOL") => plain.clone(),
                    _ => value.clone(),
                },
                _ => value.clone(),
            };
            bound.set(Name::from(name.trim_start_matches(':')), plain);
        }
        let bound = Value::new(Kind::Object(Arc::new(bound)));
        for name in ["KeyConditionExpression", "FilterExpression", "ConditionExpression"] {
            let text = match object.get(name).0 {
                Some(text) if !matches!(text.kind(), Kind::Null) => text.clone(),
                _ => continue,
            };
            let text = match text.as_str() {
                Some(plain) => {
                    let mut plain = plain.to_string();
                    for (name, column) in fields("ExpressionAttributeNames").into_iter().take(64) {
                        if let (Some(column), true) = (column.as_str(), name.starts_with('#')) {
                            plain = plain.replace(name.as_str(), column);
                        }
                    }
                    let plain = without_existence(&plain);
                    if plain.is_empty() {
                        continue;
                    }
                    Value::str(plain)
                }
                None => text,
            };
            let filter = self.condition_in_text(&text, std::slice::from_ref(&bound));
            query.filter.extend(filter);
        }
    }

    pub(super) fn read_filter(&mut self, spec: &FilterSpec, query: &mut Query, args: &[Argument], span: Span) {
        let positional: Vec<&Argument> = args.iter().filter(|arg| arg.name.is_empty()).collect();
        match spec.shape {
            FilterShape::Object => {
                let named = spec.key.as_ref().and_then(|key| args.iter().find(|arg| arg.name == key.as_str()));
                let Some(arg) = named.or_else(|| positional.get(spec.arg).copied()) else { return };
                let value = match spec.key.as_ref().filter(|_| named.is_none()) {
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
                    let terms = object_filter(&first.value, &[], 0).into_iter().map(|filter| match filter {
                        Filter::Term(term) => Filter::Term(Term { path: own_column(term.path, query), ..term }),
                        other => other,
                    });
                    let terms: Vec<Filter> = terms.collect();
                    query.filter.extend(terms);
                    return;
                }
                let path = column_path(&first.value);
                let (op, value) = match (positional.get(spec.arg + 1), positional.get(spec.arg + 2)) {
                    (Some(op), Some(value)) => {
                        let op = match op.value.as_str().map(|text| &**text) {
                            Some("=" | "==" | "eq") => TermOp::Eq,
                            Some("in" | "IN") => TermOp::In,
                            Some("like" | "ilike" | "LIKE" | "ILIKE") => TermOp::Like,
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
                match path.map(|path| own_column(path, query)) {
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
            FilterShape::Conditions => {
                let Some(arg) = positional.get(spec.arg) else { return };
                query.key = Some(arg.site.clone());
                self.conditions(&arg.value, query);
            }
            FilterShape::Expression => {
                query.key = Some(self.site(span));
                if let Some(arg) = spec.key.as_ref().and_then(|key| args.iter().find(|arg| arg.name == key.as_str())) {
                    return self.expression_filter(&arg.value, spec.callback.as_ref(), query);
                }
                for arg in positional.iter().skip(spec.arg) {
                    let value = match (&spec.key, arg.value.kind()) {
                        (Some(key), _) => self.member(&arg.value, &Name::from(key.as_str())),
                        _ => arg.value.clone(),
                    };
                    self.expression_filter(&value, spec.callback.as_ref(), query);
                }
            }
            FilterShape::Id => {
                let named = spec.key.as_ref().and_then(|key| args.iter().find(|arg| arg.name == key.as_str()));
                let within = || {
                    // `Params={"Key": name}`
                    let holders = args.iter().filter(|arg| arg.name.is_empty() || arg.name == "Params");
                    let key = spec.key.as_ref()?;
                    holders.into_iter().find_map(|arg| match arg.value.kind() {
                        Kind::Object(object) => object.get(key).0.map(|value| (value.clone(), arg.site.clone())),
                        _ => None,
                    })
                };
                let given = match (&spec.key, named) {
                    (None, _) => positional.get(spec.arg).map(|arg| (arg.value.clone(), arg.site.clone())),
                    (Some(_), Some(arg)) => Some((arg.value.clone(), arg.site.clone())),
                    (Some(_), None) => within(),
                };
                let Some((value, site)) = given else { return };
                query.key = Some(site.clone());
                let column = spec.column.clone().unwrap_or_else(|| Name::new_static("id"));
                query.filter.push(Filter::eq(vec![column], value, Some(site)));
            }
            FilterShape::Path => {
                let Some(arg) = positional.get(spec.arg) else { return };
                query.key = Some(arg.site.clone());
                for (collection, id) in documents(&arg.value, '/') {
                    query.model = collection;
                    query.filter.push(Filter::eq(vec![Name::new_static("id")], id, Some(arg.site.clone())));
                }
            }
            FilterShape::Key => {
                let Some(arg) = positional.get(spec.arg) else { return };
                query.key = Some(arg.site.clone());
                // All of a kind: `list({ prefix: "note:" })`.
                if let Kind::Object(options) = arg.value.kind() {
                    let kind = options.get("prefix").0.and_then(|prefix| prefix.as_str()?.strip_suffix(':'));
                    query.model = kind.filter(|kind| !kind.contains(':') && !is_kept_for_a_while(kind)).map(Name::from).unwrap_or_default();
                    return;
                }
                match documents(&arg.value, ':').as_slice() {
                    [(kind, id)] if !is_kept_for_a_while(kind) => {
                        query.model = kind.clone();
                        query.filter.push(Filter::eq(vec![Name::new_static("id")], id.clone(), Some(arg.site.clone())));
                    }
                    // The key alone: what is kept is called as what keeps it.
                    [] if matches!(arg.value.kind(), Kind::Unknown) && arg.value.symbol().is_some() && !is_kept_for_a_while(&query.model.to_lowercase()) => {
                        query.filter.push(Filter::eq(vec![Name::new_static("key")], arg.value.clone(), Some(arg.site.clone())));
                    }
                    _ => query.model = Name::default(),
                }
            }
            FilterShape::Criteria => {
                let Some(arg) = positional.get(spec.arg) else { return };
                query.key = Some(arg.site.clone());
                if is_key(&arg.value) {
                    let column = spec.column.clone().unwrap_or_else(|| Name::new_static("id"));
                    query.filter.push(Filter::eq(vec![column], arg.value.clone(), Some(arg.site.clone())));
                } else {
                    query.filter.extend(object_filter(&arg.value, &[], 0));
                }
            }
            FilterShape::Within => {
                let Some(arg) = positional.get(spec.arg) else { return };
                query.key = Some(arg.site.clone());
                self.key_within(&arg.value, spec, query);
            }
            FilterShape::Sql => {
                let Some(arg) = positional.get(spec.arg) else { return };
                query.key = Some(arg.site.clone());
                match arg.value.kind() {
                    Kind::Object(_) => query.filter.extend(object_filter(&arg.value, &[], 0)),
                    _ => {
                        let bound: Vec<Value> = positional.iter().skip(spec.arg + 1).map(|arg| arg.value.clone()).collect();
                        let filter = self.condition_in_text(&arg.value, &bound);
                        query.filter.extend(filter);
                    }
                }
            }
            FilterShape::Opaque => query.filter.push(Filter::Opaque(Value::unknown())),
        }
    }

    /// The row that is written: one that was read, one whose key is told, or a new one. Nobody removes a new one.
    fn key_within(&mut self, value: &Value, spec: &FilterSpec, query: &mut Query) {
        let may_be_new = query.operation != Operation::Delete;
        let column = spec.column.clone().unwrap_or_else(|| Name::new_static("id"));
        match value.kind() {
            Kind::Row(_) => query.filter.push(Filter::Row(value.clone())),
            Kind::Object(object) => match object.get(&column) {
                (Some(key), false) => query.filter.push(Filter::eq(vec![column], key.clone(), None)),
                (None, false) if may_be_new => query.operation = Operation::Create,
                (Some(key), true) if matches!(object.rest.as_ref().map(Value::kind), Some(Kind::Row(_))) => {
                    query.filter.push(Filter::eq(vec![column], key.clone(), None));
                }
                // `{ ...note, title }`
                (None, true) if matches!(object.rest.as_ref().map(Value::kind), Some(Kind::Row(_))) => {
                    query.filter.extend(object.rest.clone().map(Filter::Row));
                }
                _ => query.filter.push(Filter::Opaque(value.clone())),
            },
            Kind::Instance(_) if may_be_new => query.operation = Operation::Create,
            _ => query.filter.push(Filter::Opaque(value.clone())),
        }
    }

    fn expression_filter(&mut self, value: &Value, callback: Option<&Callback>, query: &mut Query) {
        match value.kind() {
            Kind::Filter(filter) => query.filter.push((**filter).clone()),
            Kind::Null => {}
            Kind::Seq(seq) => {
                for item in &seq.items {
                    self.expression_filter(item, callback, query);
                }
                if let Some(rest) = &seq.rest {
                    self.expression_filter(rest, callback, query);
                }
            }
            Kind::Union(alternatives) => {
                let mut arms = Vec::new();
                for alternative in alternatives.iter() {
                    let mut arm = Query::default();
                    self.expression_filter(&alternative.value, callback, &mut arm);
                    arms.push(Filter::All(arm.filter));
                }
                query.filter.push(Filter::Any(arms));
            }
            Kind::Object(_) => query.filter.extend(object_filter(value, &[], 0)),
            Kind::Function(_) => {
                // `(t, { eq, and }) => ...`: called with the table's columns and the operators.
                let Some(callback) = callback else { return query.filter.push(Filter::Opaque(value.clone())) };
                let columns = self.table_columns(&callback.table, &query.model);
                let operators = self.library_export(&callback.operators, &Name::new_static("*"));
                let given = self.apply_plain(value, vec![columns, operators]);
                if !matches!(given.kind(), Kind::Function(_)) {
                    self.expression_filter(&given, Some(callback), query);
                }
            }
            _ => query.filter.push(Filter::Opaque(value.clone())),
        }
    }

    /// The table of a model, as what makes tables would have made it.
    fn table_columns(&mut self, made_by: &str, model: &Name) -> Value {
        let states = self.world.catalogue().named(made_by);
        let name = Argument { name: Name::default(), value: Value::str(model.as_str()), site: self.site(Span::default()), spread: false };
        Value::new(Kind::Library(Arc::new(Library { step: "()".into(), states, args: vec![name], ..Library::default() })))
    }
}

/// `loans.id` of a question for loans is their own `id`.
fn own_column(path: Vec<Name>, query: &Query) -> Vec<Name> {
    match path.as_slice() {
        [table, column] if *table == query.model || *table == query.alias && !table.is_empty() => vec![column.clone()],
        _ => path,
    }
}

/// A number or a text, whoever sends it: no object with conditions.
pub(super) fn is_key(value: &Value) -> bool {
    match value.kind() {
        Kind::Number(_) | Kind::Str(_) | Kind::Text(_) => true,
        Kind::Unknown | Kind::Library(_) => {
            let mut origins = value.taint().iter().peekable();
            let is_text = |origin: &Origin| matches!(origin.part, Part::Principal | Part::Stored) || origin.clean.has(Cleanings::NOSQL);
            value.symbol().is_some() && origins.peek().is_some() && origins.all(is_text)
        }
        _ => false,
    }
}

pub(super) fn items(value: &Value) -> Vec<Value> {
    match value.kind() {
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).cloned().collect(),
        _ => vec![value.clone()],
    }
}

/// Sessions, codes and counts under a key are nobody's rows: whoever has the code may, and all of it is gone after a while.
fn is_kept_for_a_while(kind: &str) -> bool {
    crate::facts::names::words(kind).iter().any(|word| {
        matches!(
            word.as_str(),
            "session"
                | "sess"
                | "sid"
                | "token"
                | "login"
                | "magic"
                | "pin"
                | "otp"
                | "code"
                | "verify"
                | "verification"
                | "reset"
                | "invite"
                | "nonce"
                | "state"
                | "csrf"
                | "challenge"
                | "rate"
                | "ratelimit"
                | "limit"
                | "rl"
                | "cache"
                | "cached"
                | "lock"
                | "count"
                | "counter"
                | "hits"
                | "views"
                | "seen"
                | "attempts"
        )
    })
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

/// That there is such a row, or that there is none yet, says nothing of whose it is: `attribute_exists(pk) AND ..`.
fn without_existence(condition: &str) -> String {
    if condition.contains(" OR ") || condition.contains(" or ") {
        return condition.to_owned();
    }
    let parts = condition.split(" AND ").flat_map(|part| part.split(" and ")).map(str::trim);
    let says_more =
        |part: &&str| !matches!(part.trim_start_matches('(').split('(').next().unwrap_or_default().trim(), "attribute_exists" | "attribute_not_exists");
    parts.filter(says_more).collect::<Vec<&str>>().join(" AND ")
}
