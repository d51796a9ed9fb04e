//! Functions and views of the database.

use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashSet;

use super::catalogue::{CATALOGUE, NameClass, column_classes};
use super::declared::{MOST_COLUMNS, MOST_PARTS, Site};
use super::predicate_reader::asks_caller;
use super::replay::Replay;
use crate::model::sql::{AlterFunction, Assignment, CreateFunction, CreateView, Expr, ExprKind, FunctionArg, ObjectName, Pieces, Query, QueryKind, query};
use crate::text::{Name, Span};

#[derive(Clone, PartialEq, Debug)]
pub struct Routine {
    pub name: ObjectName,
    /// The types of its arguments, as `revoke execute on function f(…)` needs them.
    pub arg_types: Vec<Name>,
    /// In lower case.
    pub returns: Name,
    /// Runs with the rights of its owner.
    pub definer: bool,
    /// The value of `set search_path`, as written.
    pub search_path: Option<Name>,
    /// Runs SQL that it puts together.
    pub executes: bool,
    /// A text that its caller gives becomes part of what it runs.
    pub runs_arguments: bool,
    /// Its body asks who calls: `auth.uid()`, a claim, the session's user.
    pub asks_caller: bool,
    /// It finds its rows by a secret that it is given: `where l.token = link`.
    pub by_secret: bool,
    /// Functions that it calls, in lower case and without their schemas.
    pub calls: Vec<Name>,
    /// Of a trigger's function: the columns of the new row that it looks at or sets, in lower case. It may look at all of them: `*`.
    pub watches: Vec<Name>,
    /// Tables it changes, as far as that can be read.
    pub writes: Vec<Name>,
    /// Those of them of which it only counts something up: views, likes.
    pub counts: Vec<Name>,
    /// Tables it reads, as far as that can be read.
    pub reads: Vec<ObjectName>,
    pub revoked_from: Vec<Name>,
    pub granted_to: Vec<Name>,
    /// Where `set search_path = ''` can be inserted.
    pub options_end: Site,
    /// Its name, where it was made last.
    pub named_at: Site,
    pub site: Site,
}

#[derive(Clone, PartialEq, Debug)]
pub struct View {
    pub name: ObjectName,
    pub materialized: bool,
    /// Reads with the rights of the caller.
    pub security_invoker: bool,
    pub reads: Vec<ObjectName>,
    /// The columns that it shows, by their names in the tables; `None`: all of them, or it cannot be told.
    pub shows: Option<Vec<Name>>,
    /// It limits its rows by who asks.
    pub asks_caller: bool,
    /// Roles from which it was taken.
    pub revoked: Vec<Name>,
    /// Its name, where it was made last.
    pub named_at: Site,
    /// Where `with (security_invoker = on)` can be inserted.
    pub options_end: Site,
    pub site: Site,
}

impl Routine {
    pub fn is_trigger(&self) -> bool {
        self.returns == "trigger" || self.returns == "event_trigger"
    }
}

impl Replay {
    pub(super) fn create_function(&mut self, function: &CreateFunction, site: &dyn Fn(Span) -> Site, span: Span) {
        let arg_types: Vec<Name> = function.args.iter().map(|arg| arg.ty.clone()).collect();
        let before =
            self.routines.iter().position(|known| known.name.is(&function.name) && known.arg_types == arg_types).map(|index| self.routines.remove(index));
        let body = function.body.as_ref().map_or("", |body| &body.text);
        let mut routine = Routine {
            name: function.name.clone(),
            arg_types,
            returns: function.returns.clone(),
            definer: function.definer,
            search_path: function.search_path.clone(),
            executes: function.body.as_ref().is_some_and(|body| body.executes),
            runs_arguments: function.body.as_ref().is_some_and(|body| body.runs_arguments),
            asks_caller: body_asks_caller(body),
            by_secret: finds_by_secret(body, &function.args),
            calls: calls_of(body),
            watches: watched(body),
            writes: Vec::new(),
            counts: Vec::new(),
            reads: Vec::new(),
            revoked_from: before.as_ref().map(|before| before.revoked_from.clone()).unwrap_or_default(),
            granted_to: before.map(|before| before.granted_to).unwrap_or_default(),
            options_end: site(Span::at(function.options_end)),
            named_at: site(function.name.span),
            site: site(span),
        };
        tables_of(body, &mut routine);
        if self.routines.len() < MOST_COLUMNS {
            self.routines.push(routine);
        }
    }

    pub(super) fn alter_function(&mut self, change: &AlterFunction) {
        for routine in self.routines.iter_mut().filter(|routine| routine.name.is(&change.name)) {
            routine.definer = change.definer.unwrap_or(routine.definer);
            routine.search_path = change.search_path.clone().or_else(|| routine.search_path.clone());
        }
    }

    pub(super) fn create_view(&mut self, view: &CreateView, site: &dyn Fn(Span) -> Site, span: Span) {
        self.views.retain(|known| !known.name.is(&view.name));
        if self.views.len() >= MOST_COLUMNS {
            return;
        }
        let mut reads = Vec::new();
        if let Some(query) = &view.query {
            read_tables(query, &mut reads);
        }
        self.views.push(View {
            name: view.name.clone(),
            materialized: view.materialized,
            security_invoker: view.security_invoker,
            reads,
            shows: view.query.as_ref().and_then(shown),
            asks_caller: view.query.as_ref().is_some_and(asks_caller),
            revoked: Vec::new(),
            named_at: site(view.name.span),
            options_end: site(Span::at(view.options_end)),
            site: site(span),
        });
    }
}

/// The columns that a query shows: those of its own list, whatever is made of them. Counts and sums of rows show none.
fn shown(query: &Query) -> Option<Vec<Name>> {
    if query.selects_everything() || !query.also.is_empty() || !query.with.is_empty() || query.tables.iter().any(|table| table.query.is_some()) {
        return None;
    }
    let mut shown = Vec::new();
    for item in query.columns.iter().take(MOST_COLUMNS) {
        columns_of(&item.expr, &mut shown, 0)?;
    }
    Some(shown)
}

fn columns_of(expr: &Expr, out: &mut Vec<Name>, depth: u32) -> Option<()> {
    if depth > 16 {
        return None;
    }
    match &expr.kind {
        ExprKind::Column(column) => out.push(column.name.clone()),
        ExprKind::Star => return None,
        ExprKind::Call { name, .. } if matches!(name.as_str(), "count" | "sum" | "avg" | "bool_or" | "bool_and") => {}
        ExprKind::Call { name, args } => {
            // `row_to_json(t)`, `json_agg(t)`: a whole row.
            if name.contains("json") {
                return None;
            }
            args.iter().try_for_each(|arg| columns_of(arg, out, depth + 1))?;
        }
        ExprKind::Path { base, .. } => columns_of(base, out, depth + 1)?,
        ExprKind::List(parts) | ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Other(parts) => {
            parts.iter().try_for_each(|part| columns_of(part, out, depth + 1))?;
        }
        ExprKind::Query(_) | ExprKind::Exists(_) => return None,
        ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::Placeholder(_)
        | ExprKind::Text { .. }
        | ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::Null => {}
    }
    Some(())
}

/// Every table a query reads, also in its parts.
fn read_tables(query: &Query, out: &mut Vec<ObjectName>) {
    for table in &query.tables {
        match &table.query {
            Some(inner) => read_tables(inner, out),
            None if !table.name.name.is_empty() => out.push(table.name.clone()),
            None => {}
        }
    }
    query.with.iter().map(|(_, inner)| inner).chain(&query.also).for_each(|inner| read_tables(inner, out));
}

/// The queries in a body. PL/pgSQL puts words around them; what begins like a query in the middle is found all the same.
fn tables_of(body: &str, routine: &mut Routine) {
    for part in body.split(';') {
        let lower = part.to_ascii_lowercase();
        for word in ["select ", "insert ", "update ", "delete "] {
            let begins = |at: &usize| *at == 0 || lower.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace));
            let Some(query) = lower.find(word).filter(begins).and_then(|at| query(&Pieces::plain(part.get(at..)?))) else { continue };
            if query.kind != QueryKind::Select {
                let target = query.target().map(|table| table.name.name.clone());
                if query.kind == QueryKind::Update && query.assignments.iter().all(counts_up) {
                    routine.counts.extend(target.clone());
                }
                routine.writes.extend(target);
            }
            read_tables(&query, &mut routine.reads);
        }
    }
    routine.reads.dedup_by(|a, b| a.is(b));
    routine.writes.dedup();
}

/// `views = coalesce(views, 0) + 1`
fn counts_up(assignment: &Assignment) -> bool {
    let is_own = |expr: &Expr| matches!(&expr.kind, ExprKind::Column(column) if column.name == assignment.column.name);
    let is_number = |expr: &Expr| matches!(expr.kind, ExprKind::Number(_));
    let is_part = |expr: &Expr| match &expr.kind {
        ExprKind::Call { name, args } => name == "coalesce" && args.iter().all(|arg| is_own(arg) || is_number(arg)),
        _ => is_own(expr) || is_number(expr),
    };
    matches!(&assignment.value.kind, ExprKind::Other(parts) if parts.len() > 1 && parts.iter().all(is_part))
}

/// What follows `new.` in the body of a trigger's function. One that refuses without naming a column may refuse anything.
fn watched(body: &str) -> Vec<Name> {
    let lower = body.to_ascii_lowercase();
    let mut found: Vec<Name> = Vec::new();
    for (at, _) in lower.match_indices("new.") {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_inside = lower.get(..at).is_some_and(|before| before.ends_with(is_word));
        let name: String = lower.get(at + 4..).unwrap_or("").trim_start_matches('"').chars().take_while(|c| is_word(*c)).collect();
        if !is_inside && !name.is_empty() && found.len() < MOST_PARTS && !found.iter().any(|known| *known == name) {
            found.push(Name::from(name));
        }
    }
    let compares_whole = ["to_jsonb(new", "row(new", "new is distinct", "hstore(new", "return old", "jsonb_populate_record(new"];
    if found.is_empty() && lower.contains("raise exception") || compares_whole.iter().any(|text| lower.contains(text)) {
        found.push(Name::new_static("*"));
    }
    found
}

/// The names in front of parentheses, each once.
fn calls_of(body: &str) -> Vec<Name> {
    let mut calls: Vec<Name> = Vec::new();
    for (at, _) in body.match_indices('(') {
        let before = body.get(..at).unwrap_or("").trim_end();
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let name = Name::from(before.get(start..).unwrap_or("").to_ascii_lowercase());
        if !name.is_empty() && calls.len() < MOST_PARTS && !calls.contains(&name) {
            calls.push(name);
        }
    }
    calls
}

/// What a function calls may ask for it: `perform assert_member(team)`.
pub(super) fn ask_through_calls(routines: &mut [Routine]) {
    for _ in 0..3 {
        let asking: FxHashSet<Name> =
            routines.iter().filter(|routine| routine.asks_caller).map(|routine| Name::from(routine.name.name.to_ascii_lowercase())).collect();
        routines
            .iter_mut()
            .filter(|routine| !routine.asks_caller)
            .for_each(|routine| routine.asks_caller = routine.calls.iter().any(|call| asking.contains(call)));
    }
}

/// A column that only somebody who was given its value can know is compared with an argument.
fn finds_by_secret(body: &str, args: &[FunctionArg]) -> bool {
    static COMPARED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:\w+\.)?(\w+)\s*=\s*(?:\w+\.)?(\w+)").ok());
    let Some(compared) = COMPARED.as_ref() else { return false };
    let is_given = |name: &str| args.iter().any(|arg| arg.name.eq_ignore_ascii_case(name));
    compared.captures_iter(body).any(|found| {
        let (Some(a), Some(b)) = (found.get(1), found.get(2)) else { return false };
        [(a, b), (b, a)].into_iter().any(|(column, given)| column_classes(&Name::from(column.as_str())).has(NameClass::Capability) && is_given(given.as_str()))
    })
}

/// A body that says `auth.uid()` (or another of the catalogue's callers) asks who calls, wherever it says so.
fn body_asks_caller(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    let callers = CATALOGUE.callers.iter().filter(|caller| caller.argument.is_none()).flat_map(|caller| &caller.call);
    let asks_setting = lower.contains("current_setting(") && (lower.contains("claim") || lower.contains("user"));
    let asks_role = ["auth.role(", "auth.jwt(", "auth.email("].iter().any(|call| lower.contains(call));
    asks_setting || asks_role || callers.into_iter().any(|call| lower.contains(&format!("{call}(")))
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn functions_and_views_in_their_last_state() {
        let schema = link(&[(
            "/p/a.sql",
            "create function f(a int) returns int language plpgsql security definer as $$ begin update notes set a = 1 where user_id = auth.uid(); execute a; end $$;
             revoke execute on function f(int) from public, anon; alter function f(int) set search_path = '';
             create function g() returns trigger language plpgsql as $$ begin insert into log select * from notes; return new; end $$;
             create view v as select n.* from notes n join users u on u.id = n.user_id; create view w as select 1 from a; drop view w;
             alter view v set (security_invoker = on);",
        )]);
        let [f, g] = schema.routines() else { panic!() };
        assert!(f.definer && f.executes && f.asks_caller && f.search_path.as_deref() == Some("''") && !f.is_trigger());
        assert_eq!((f.revoked_from.join(","), f.writes.join(",")), ("public,anon".to_owned(), "notes".to_owned()));
        assert!(g.is_trigger() && !g.executes && g.writes == ["log"] && g.reads.iter().any(|table| table.name == "notes"));
        let [view] = schema.views() else { panic!() };
        assert!(view.security_invoker && view.reads.iter().map(|table| table.name.as_str()).eq(["notes", "users"]));
    }
}
