//! SQL text as a question to the database: its operation, model and filter are read from it.

use std::sync::Arc;

use super::Walker;
use crate::facts::catalogue::SqlSpec;
use crate::facts::query::{Columns, Filter, Operation, Query, Term, TermOp};
use crate::facts::value::{Argument, Column, Kind, Object, Piece, Seq, Value};
use crate::model::sql;
use crate::model::sql::{Condition, ExprKind, Op, Placeholder, QueryKind};
use crate::text::Name;

impl Walker<'_> {
    pub(super) fn read_statement(&mut self, spec: &SqlSpec, query: &mut Query, args: &[Argument]) {
        let positional: Vec<&Argument> = args.iter().filter(|arg| arg.name.is_empty()).collect();
        let bound: Vec<Value> = match spec.params {
            Some(at) if spec.spread => positional.iter().skip(at).flat_map(|arg| bound_values(&arg.value)).collect(),
            Some(at) => positional.get(at).map(|arg| bound_values(&given_under(&arg.value, &spec.under))).unwrap_or_default(),
            None => Vec::new(),
        };
        if spec.prepared {
            bind(query, &bound);
            return;
        }
        let Some(text) = positional.get(spec.arg) else {
            query.operation = Operation::Raw;
            return;
        };
        query.key = Some(text.site.clone());
        query.is_text = true;
        // `{ sql, args }`, `{ text, values }`: the statement and what is bound to it in one.
        if let Kind::Object(object) = text.value.kind() {
            let field = |names: &[&str]| names.iter().find_map(|name| object.get(name).0.cloned());
            let bound = field(&["args", "values", "params"]).map(|value| bound_values(&value)).unwrap_or_default();
            match field(&["sql", "text"]) {
                Some(statement) => self.read_sql(&statement, &bound, query),
                None => query.operation = Operation::Raw,
            }
            return;
        }
        self.read_sql(&text.value.clone(), &bound, query);
    }

    /// `"n.id = :id"`: the text of a condition, read behind the beginning of a statement.
    pub(super) fn condition_in_text(&mut self, text: &Value, bound: &[Value]) -> Vec<Filter> {
        let before = "select * from t where ";
        let whole = match text.kind() {
            Kind::Str(text) => Value::str(format!("{before}{text}")),
            Kind::Text(text) => {
                let mut text = (**text).clone();
                text.pieces.insert(0, Piece::Literal(before.into()));
                Value::new(Kind::Text(Arc::new(text)))
            }
            _ => return vec![Filter::Opaque(text.clone())],
        };
        let mut query = Query::default();
        self.read_sql(&whole, bound, &mut query);
        if query.operation == Operation::Raw {
            return vec![Filter::Opaque(text.clone())];
        }
        // `n.id` is a column of the table that is called `n`: which one that is, the builder knows.
        let shortened = |filter| match filter {
            Filter::Term(term) if term.path.len() == 2 => Filter::Term(Term { path: term.path.into_iter().skip(1).collect(), ..term }),
            other => other,
        };
        query.filter.into_iter().map(shortened).collect()
    }

    /// Reads a text into a query. What cannot be read leaves it `Raw`.
    pub(super) fn read_sql(&mut self, text: &Value, bound: &[Value], query: &mut Query) {
        query.operation = Operation::Raw;
        let mut holes: Vec<Value> = Vec::new();
        let statement = match text.kind() {
            Kind::Str(text) => sql::query(&sql::Pieces::plain(text)),
            Kind::Text(text) => {
                let pieces: Vec<sql::Piece<'_>> = text
                    .pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Literal(text) => sql::Piece::Text(text),
                        Piece::Hole { value, .. } => {
                            holes.push(value.clone());
                            sql::Piece::Hole
                        }
                    })
                    .collect();
                sql::query(&sql::Pieces::new(&pieces))
            }
            Kind::Library(library) => {
                // `text("...")`, `sql`...``: a statement made earlier, with what was bound to it.
                if let Some(made) = &library.query {
                    let made = (**made).clone();
                    let (client, handle) = (query.client.clone(), query.handle.clone());
                    *query = Query { handle, ..made };
                    if !client.is_empty() {
                        query.client = client;
                    }
                    bind(query, bound);
                } else if library.step == "()"
                    && let [only] = library.args.as_slice()
                    && matches!(only.value.kind(), Kind::Str(_) | Kind::Text(_))
                {
                    // A text that a library marks as a statement.
                    self.read_sql(&only.value.clone(), bound, query);
                }
                return;
            }
            _ => None,
        };
        let Some(statement) = statement else { return };
        let reader = Statement { holes: &holes, bound, query: &statement };
        query.operation = match statement.kind {
            QueryKind::Select if only_adds_up(&statement) => Operation::Count,
            QueryKind::Select => Operation::ReadMany,
            QueryKind::Insert => Operation::Create,
            QueryKind::Update => Operation::Update,
            QueryKind::Delete => Operation::Delete,
        };
        if let Some(table) = statement.target() {
            query.model = table.name.name.clone();
        }
        query.columns = (statement.kind == QueryKind::Select && statement.tables.len() == 1).then(|| chosen(&statement));
        if statement.kind == QueryKind::Select && statement.tables.len() > 1 {
            query.joined = reader.columns_of_tables();
        }
        query.filter.extend(reader.condition(&statement.filter, 0));
        for table in statement.tables.iter().skip(1) {
            query.filter.extend(reader.condition(&table.on, 0));
        }
        if !statement.assignments.is_empty() {
            let mut object = Object::default();
            for assignment in &statement.assignments {
                object.set(assignment.column.name.clone(), reader.value(&assignment.value));
            }
            query.data.push(Value::new(Kind::Object(Arc::new(object))));
        }
        let assigned = statement.holes.iter().zip(&holes).filter(|(position, _)| **position == sql::HolePosition::Assignments);
        query.data.extend(assigned.filter_map(|(_, given)| written_whole(given)));
    }
}

/// `set ${sql(changes)}`: an object whose keys become the columns. With the columns named, `sql(changes, "title")`, it is those only.
fn written_whole(given: &Value) -> Option<Value> {
    given.alternatives().iter().find_map(|one| match one.kind() {
        Kind::Library(call) if call.step == "()" => match call.args.as_slice() {
            [only] => Some(only.value.clone()),
            _ => None,
        },
        _ => None,
    })
}

/// What is bound now to the placeholders of a statement that was made before: `text("... :id")` executed with `{"id": x}`,
/// `prepare("... ?")` with `.get(x)`.
fn bind(query: &mut Query, bound: &[Value]) {
    if bound.is_empty() {
        return;
    }
    for filter in &mut query.filter {
        bind_in(filter, bound, 0);
    }
    for data in &mut query.data {
        if let Kind::Object(object) = data.kind()
            && object.fields.iter().any(|(_, value)| later(value).is_some())
        {
            let mut object = (**object).clone();
            for (_, value) in &mut object.fields {
                bind_value(value, bound);
            }
            *data = data.with_kind(Kind::Object(Arc::new(object)));
        }
    }
}

fn bind_in(filter: &mut Filter, bound: &[Value], depth: u32) {
    if depth > 12 {
        return;
    }
    match filter {
        Filter::Term(term) => bind_value(&mut term.value, bound),
        Filter::All(all) | Filter::Any(all) => all.iter_mut().for_each(|filter| bind_in(filter, bound, depth + 1)),
        Filter::Not(inner) => bind_in(inner, bound, depth + 1),
        _ => {}
    }
}

fn bind_value(value: &mut Value, bound: &[Value]) {
    let Some(name) = later(value) else { return };
    let by_name = bound.iter().find_map(|value| match value.kind() {
        Kind::Object(object) => object.get(&name).0.cloned(),
        _ => None,
    });
    let by_place = || name.parse::<usize>().ok().and_then(|at| bound.get(at).cloned());
    if let Some(given) = by_name.or_else(by_place) {
        *value = given;
    }
}

/// A placeholder to which nothing is bound yet, by its name or its number.
fn later(value: &Value) -> Option<Name> {
    match value.kind() {
        Kind::Column(column) if column.model == LATER => Some(column.name.clone()),
        _ => None,
    }
}

/// The table that placeholders stand in for until something is bound to them.
const LATER: &str = ":";

fn bound_later(name: impl Into<Name>) -> Value {
    Value::new(Kind::Column(Arc::new(Column { model: Name::new_static(LATER), name: name.into() })))
}

/// What of an argument is bound: the field under one of these names, if it has one.
fn given_under(value: &Value, names: &[Name]) -> Value {
    match value.kind() {
        Kind::Object(object) => names.iter().find_map(|name| object.get(name).0.cloned()).unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

/// What is bound to a statement's placeholders: a list, or one value.
fn bound_values(value: &Value) -> Vec<Value> {
    match value.kind() {
        Kind::Seq(seq) => seq.items.clone(),
        _ => vec![value.clone()],
    }
}

/// `select sum(amount)`: one number about many rows, and no row.
fn only_adds_up(statement: &sql::Query) -> bool {
    fn adds_up(expr: &sql::Expr, depth: u32) -> bool {
        match &expr.kind {
            ExprKind::Call { name, args } => {
                matches!(name.as_str(), "count" | "sum" | "avg" | "total") || name == "coalesce" && depth < 3 && args.iter().any(|arg| adds_up(arg, depth + 1))
            }
            _ => false,
        }
    }
    !statement.group_by && !statement.columns.is_empty() && statement.columns.iter().all(|item| adds_up(&item.expr, 0))
}

/// `*`, or the names that are listed.
fn chosen(statement: &sql::Query) -> Columns {
    if statement.selects_everything() {
        return Columns::Whole;
    }
    let names = statement.columns.iter().filter_map(|item| match &item.expr.kind {
        ExprKind::Column(column) => Some(column.name.clone()),
        _ => None,
    });
    Columns::Only(names.collect())
}

struct Statement<'s> {
    holes: &'s [Value],
    bound: &'s [Value],
    query: &'s sql::Query,
}

impl Statement<'_> {
    fn condition(&self, condition: &Condition, depth: u32) -> Vec<Filter> {
        if depth > 12 {
            return vec![Filter::Opaque(Value::unknown())];
        }
        match condition {
            Condition::Always => Vec::new(),
            Condition::Never => vec![Filter::Any(Vec::new())],
            Condition::All(all) => all.iter().flat_map(|condition| self.condition(condition, depth + 1)).collect(),
            Condition::Any(any) => vec![Filter::Any(any.iter().map(|condition| Filter::All(self.condition(condition, depth + 1))).collect())],
            Condition::Not(inner) => vec![Filter::Not(Box::new(Filter::All(self.condition(inner, depth + 1))))],
            Condition::Exists(query) => {
                let inner = Statement { holes: self.holes, bound: self.bound, query };
                inner.condition(&query.filter, depth + 1)
            }
            Condition::Term(term) => match term.column() {
                Some(column) => {
                    let op = match term.op {
                        Op::Eq => TermOp::Eq,
                        Op::In => TermOp::In,
                        Op::Like => TermOp::Like,
                        _ => TermOp::Other,
                    };
                    // `id in (select note_id from shares where user_id = $2)`: the inner condition ties it too.
                    if let (Op::In | Op::Eq, ExprKind::Query(query)) = (term.op, &term.right.kind) {
                        let inner = Statement { holes: self.holes, bound: self.bound, query };
                        let mut all = inner.condition(&query.filter, depth + 1);
                        all.push(Filter::Term(Term { path: vec![column.name.clone()], op: TermOp::Other, value: Value::unknown(), site: None }));
                        return all;
                    }
                    let path = self.path(column);
                    vec![Filter::Term(Term { path, op, value: self.value(&term.right), site: None })]
                }
                None => vec![Filter::Opaque(Value::unknown())],
            },
            Condition::Unknown(_) => vec![Filter::Opaque(Value::unknown())],
        }
    }

    /// The columns that it gives and of which it is said whose they are: `m.phone`.
    fn columns_of_tables(&self) -> Vec<(Name, Name)> {
        let of = |item: &sql::SelectItem| match &item.expr.kind {
            ExprKind::Column(column) => Some((self.query.table(column.table.as_ref()?)?.name.name.clone(), column.name.clone())),
            _ => None,
        };
        self.query.columns.iter().filter_map(of).collect()
    }

    /// A column of the first table is a path of one step; of a joined table, of two.
    fn path(&self, column: &sql::ColumnRef) -> Vec<Name> {
        let target = self.query.target();
        match (&column.table, target) {
            (Some(table), Some(target)) if target.alias.as_ref().is_some_and(|alias| alias == table) || target.name.name == *table => vec![column.name.clone()],
            (Some(table), _) => {
                let name = self.query.table(table).map(|found| found.name.name.clone()).unwrap_or_else(|| table.clone());
                vec![name, column.name.clone()]
            }
            (None, _) => vec![column.name.clone()],
        }
    }

    /// Where nothing at all is bound, something may be later.
    fn bound_at(&self, at: usize) -> Value {
        match self.bound {
            [] => bound_later(at.to_string()),
            all => all.get(at).cloned().unwrap_or_else(Value::unknown),
        }
    }

    fn value(&self, expr: &sql::Expr) -> Value {
        match &expr.kind {
            ExprKind::Placeholder(placeholder) => match placeholder {
                Placeholder::Hole(at) => self.holes.get(*at as usize).cloned().unwrap_or_else(Value::unknown),
                Placeholder::Numbered(at) => self.bound_at((*at as usize).saturating_sub(1)),
                Placeholder::Positional(at) => self.bound_at(*at as usize),
                Placeholder::Named(name) => {
                    let given = self.bound.iter().find_map(|value| match value.kind() {
                        Kind::Object(object) => object.get(name).0.cloned(),
                        _ => None,
                    });
                    // Bound later: remembered by its name.
                    given.unwrap_or_else(|| bound_later(name.clone()))
                }
            },
            ExprKind::Text { value, holes } => match holes.as_slice() {
                [] => Value::str(value.as_str()),
                [only] => self.holes.get(*only as usize).cloned().unwrap_or_else(Value::unknown),
                _ => Value::unknown(),
            },
            ExprKind::Number(number) => Value::new(Kind::Number(number.clone())),
            ExprKind::Bool(is) => Value::bool(*is),
            ExprKind::List(items) => {
                let items = items.iter().map(|item| self.value(item)).collect();
                Value::new(Kind::Seq(Arc::new(Seq { items, rest: None })))
            }
            ExprKind::Null => Value::null(),
            ExprKind::Column(column) => match self.path(column).as_slice() {
                [table, name] => Value::new(Kind::Column(Arc::new(Column { model: table.clone(), name: name.clone() }))),
                _ => {
                    let model = self.query.target().map(|table| table.name.name.clone()).unwrap_or_default();
                    Value::new(Kind::Column(Arc::new(Column { model, name: column.name.clone() })))
                }
            },
            _ => Value::unknown(),
        }
    }
}
