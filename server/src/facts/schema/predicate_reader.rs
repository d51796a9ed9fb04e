//! From a policy's expression to what it demands.

use super::catalogue::{CATALOGUE, NameClass, column_classes};
use super::predicate::Predicate;
use crate::model::sql::{ColumnRef, Condition, Expr, ExprKind, Op, Query, Term};
use crate::text::Name;

impl Predicate {
    pub fn of(condition: &Condition) -> Predicate {
        match condition {
            Condition::Always => Predicate::Always,
            Condition::Never => Predicate::Never,
            Condition::All(arms) => Predicate::All(arms.iter().map(Predicate::of).collect()),
            Condition::Any(arms) => Predicate::Any(arms.iter().map(Predicate::of).collect()),
            Condition::Not(inner) => Predicate::Not(Box::new(Predicate::of(inner))),
            Condition::Exists(query) => exists(query),
            Condition::Term(term) => of_term(term),
            Condition::Unknown(_) => Predicate::Unknown,
        }
    }
}

/// What a value inside a policy is.
enum Value {
    Caller,
    CallerTenant,
    Claim { name: Name, editable: bool },
    Role,
    Constant,
    Other,
}

fn value(expr: &Expr) -> Value {
    let (call, keys): (&Expr, &[Name]) = match &expr.kind {
        ExprKind::Path { base, keys } => (base, keys),
        _ if expr.is_constant() => return Value::Constant,
        _ => (expr, &[]),
    };
    // `(select auth.uid() …)` with a table around it, arithmetic and the like hide the value.
    let ExprKind::Call { name, args } = &call.kind else { return Value::Other };
    if name == "auth.role" {
        return Value::Role;
    }
    // `nullif(current_setting('x', true), '')`, `coalesce(auth.uid(), …)`.
    if matches!(name.as_str(), "nullif" | "coalesce" | "lower" | "trim") {
        return args.first().map_or(Value::Other, value);
    }
    let argument = args.first().and_then(|arg| if let ExprKind::Text { value, .. } = &arg.kind { Some(value.to_ascii_lowercase()) } else { None });
    for caller in &CATALOGUE.callers {
        let is_call = caller.call.iter().any(|known| known == name.as_str());
        let is_argument = caller.argument.as_ref().is_none_or(|pattern| argument.as_deref().is_some_and(|argument| pattern.is_match(argument)));
        let is_path = caller.path.len() == keys.len() && caller.path.iter().zip(keys).all(|(a, b)| a == b.as_str());
        if is_call && is_argument && is_path {
            return if caller.tenant { Value::CallerTenant } else { Value::Caller };
        }
    }
    let is_token =
        matches!(name.as_str(), "auth.jwt" | "auth.session") || name == "current_setting" && argument.is_some_and(|argument| argument.contains("claims"));
    if is_token {
        let editable = keys.iter().any(|key| CATALOGUE.claims.editable.iter().any(|claim| claim == key.as_str()));
        return Value::Claim { name: keys.join(".").into(), editable };
    }
    Value::Other
}

fn of_term(term: &Term) -> Predicate {
    if let Some(column) = term.column() {
        return of_column(column, term);
    }
    match (value(&term.left), term.op, value(&term.right)) {
        (Value::Caller, Op::IsNotNull, _) => Predicate::SignedIn,
        (Value::Role, Op::Eq, _) => role(&term.right),
        (Value::Caller, Op::In | Op::Eq, _) if query_of(&term.right).is_some() => query_of(&term.right).map_or(Predicate::Unknown, list_of_people),
        (Value::Claim { name, editable }, ..) | (_, _, Value::Claim { name, editable }) => Predicate::Claim { name, editable },
        // A constant person: an administrator by id.
        (Value::Caller, Op::Eq | Op::In, Value::Constant) => Predicate::Member { table: Name::default(), column: None },
        _ => function(term),
    }
}

fn of_column(column: &ColumnRef, term: &Term) -> Predicate {
    let name = column.name.clone();
    // `auth.uid()` is not among the columns; a column against a query is a membership if the query asks who calls.
    if let Some(query) = query_of(&term.right).filter(|_| matches!(term.op, Op::In | Op::Eq)) {
        return if asks_caller(query) { Predicate::Member { table: table_of(query), column: Some(name) } } else { Predicate::Unknown };
    }
    // `user_id in (auth.uid())`
    let right = match &term.right.kind {
        ExprKind::List(items) if items.len() == 1 => items.first().unwrap_or(&term.right),
        _ => &term.right,
    };
    match (term.op, value(right)) {
        (Op::Eq | Op::In, Value::Caller) => Predicate::Owner { column: name },
        // `auth.uid() = any (members)`.
        (Op::Has, Value::Caller) => Predicate::Owner { column: name },
        (Op::Eq | Op::In, Value::CallerTenant) => Predicate::Tenant { column: name },
        (Op::Eq, Value::Claim { editable, name: claim }) => {
            if editable {
                Predicate::Claim { name: claim, editable }
            } else {
                Predicate::Tenant { column: name }
            }
        }
        (Op::Eq | Op::Ne | Op::In | Op::IsNull | Op::IsNotNull, Value::Constant) => fixed(name),
        (Op::In, Value::Other) if matches!(&term.right.kind, ExprKind::List(items) if items.iter().all(Expr::is_constant)) => fixed(name),
        (Op::Eq | Op::Has, Value::Other) => match storage_folder(&term.right) {
            true => Predicate::Owner { column: name },
            false => Predicate::Unknown,
        },
        _ => Predicate::Unknown,
    }
}

fn fixed(name: Name) -> Predicate {
    if column_classes(&name).has(NameClass::Visibility) { Predicate::Marked { column: name } } else { Predicate::Fixed { column: name } }
}

/// `auth.role() = 'authenticated'`
fn role(expr: &Expr) -> Predicate {
    let ExprKind::Text { value, .. } = &expr.kind else { return Predicate::Unknown };
    let lists = |roles: &[String]| roles.iter().any(|role| role == value.as_str());
    let claims = &CATALOGUE.claims;
    match () {
        () if lists(&claims.above) => Predicate::Above,
        () if lists(&claims.signed_in) => Predicate::SignedIn,
        () if lists(&claims.anonymous) => Predicate::Always,
        () => Predicate::Claim { name: Name::new_static("role"), editable: false },
    }
}

/// `is_admin()`, `has_role(auth.uid(), 'x')`; `(storage.foldername(name))[1] = auth.uid()::text`.
fn function(term: &Term) -> Predicate {
    if term.op == Op::Eq && is_caller(&term.right) && storage_folder(&term.left) || term.op == Op::Eq && is_caller(&term.left) && storage_folder(&term.right) {
        return Predicate::Owner { column: Name::new_static("name") };
    }
    match &term.left.kind {
        ExprKind::Call { name, args } => {
            let given = args.iter().any(|arg| arg.mentions(&is_caller));
            Predicate::Function { name: name.clone(), asks_caller: given.then_some(true) }
        }
        _ => Predicate::Unknown,
    }
}

/// The first folder of a stored file's path: by custom the id of whose it is.
fn storage_folder(expr: &Expr) -> bool {
    expr.mentions(&|part| matches!(&part.kind, ExprKind::Call { name, .. } if matches!(name.as_str(), "storage.foldername" | "split_part" | "string_to_array")))
}

pub(super) fn is_caller(expr: &Expr) -> bool {
    matches!(value(expr), Value::Caller)
}

fn query_of(expr: &Expr) -> Option<&Query> {
    match &expr.kind {
        ExprKind::Query(query) => Some(query),
        ExprKind::List(items) => match items.as_slice() {
            [only] => query_of(only),
            _ => None,
        },
        _ => None,
    }
}

fn table_of(query: &Query) -> Name {
    query.target().map(|table| table.name.name.clone()).unwrap_or_default()
}

/// `exists (select 1 from members m where m.team_id = team_id and m.user_id = auth.uid())`
fn exists(query: &Query) -> Predicate {
    if !asks_caller(query) {
        return asked_function(query).unwrap_or(Predicate::Unknown);
    }
    Predicate::Member { table: table_of(query), column: tie(query) }
}

/// `exists (select 1 from patients p where p.id = patient_id and is_staff(p.clinic_id))`: the function decides.
fn asked_function(query: &Query) -> Option<Predicate> {
    query.conjuncts().into_iter().find_map(|condition| match condition {
        Condition::Term(term) if matches!(term.left.kind, ExprKind::Call { .. }) => Some(function(term)),
        _ => None,
    })
}

/// The outer column that a condition of the query compares with one of its own.
fn tie(query: &Query) -> Option<Name> {
    query.conjuncts().into_iter().find_map(|condition| match condition {
        Condition::Term(Term { left, op: Op::Eq, right, .. }) => outer_column(query, left.column()?, right.column()?),
        _ => None,
    })
}

/// Of two columns the one that is not the query's own.
fn outer_column(query: &Query, a: &ColumnRef, b: &ColumnRef) -> Option<Name> {
    let is_inner = |column: &ColumnRef| column.table.as_ref().is_some_and(|table| query.table(table).is_some());
    match (is_inner(a), is_inner(b)) {
        (true, false) => Some(b.name.clone()),
        (false, true) => Some(a.name.clone()),
        // Without prefixes nobody knows which one is which.
        _ => Some(b.name.clone()),
    }
}

/// `auth.uid() in (select user_id from admins)`
fn list_of_people(query: &Query) -> Predicate {
    Predicate::Member { table: table_of(query), column: tie(query) }
}

/// True if the rows of a query are limited to the caller's.
pub(super) fn asks_caller(query: &Query) -> bool {
    let conditions = query.conjuncts();
    let in_terms = conditions.iter().any(|condition| match condition {
        Condition::Exists(inner) => asks_caller(inner),
        other => other
            .terms()
            .into_iter()
            .any(|term| [&term.left, &term.right].into_iter().any(|side| side.mentions(&|part| is_caller(part)) || query_of(side).is_some_and(asks_caller))),
    });
    in_terms || query.with.iter().any(|(_, inner)| asks_caller(inner)) || query.tables.iter().filter_map(|table| table.query.as_deref()).any(asks_caller)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::schema::testing::link;

    fn read(expression: &str) -> String {
        let text = format!("create table t (id int); create policy p on t using ({expression});");
        let schema = link(&[("/p/a.sql", &text)]);
        let rule = schema.expect("t").row_security.policies[0].using.clone().unwrap();
        format!("{:?}", rule.predicate).replace("column: ", "").replace('"', "")
    }

    #[test]
    fn the_caller_is_recognised_in_all_its_clothes() {
        for expression in [
            "auth.uid() = user_id",
            "(select auth.uid()) = user_id",
            "user_id = (SELECT auth.uid() AS uid)",
            "auth.uid()::text = t.user_id",
            "user_id = current_setting('app.current_user_id')::uuid",
            "user_id = nullif(current_setting('app.user_id', true), '')::uuid",
            "(auth.jwt() ->> 'sub') = user_id",
            "(select auth.jwt()->>'sub')::text = (user_id)::text",
            "user_id = (current_setting('request.jwt.claims', true)::json ->> 'sub')::uuid",
            "auth.user_id() = user_id",
            "user_id in (auth.uid())",
            "auth.uid() = any (user_id)",
        ] {
            assert_eq!(read(expression), "Owner { user_id }", "{expression}");
        }
    }

    #[test]
    fn other_demands() {
        for (expression, expected) in [
            ("true", "Always"),
            ("1=1", "Always"),
            ("false", "Never"),
            ("auth.role() = 'authenticated'", "SignedIn"),
            ("auth.uid() is not null", "SignedIn"),
            ("auth.role() = 'service_role'", "Above"),
            ("(auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'", "Claim { name: app_metadata.role, editable: false }"),
            ("auth.jwt() -> 'user_metadata' ->> 'role' = 'admin'", "Claim { name: user_metadata.role, editable: true }"),
            ("tenant_id = current_setting('app.tenant_id')::uuid", "Tenant { tenant_id }"),
            ("org_id = (auth.jwt() ->> 'org_id')", "Tenant { org_id }"),
            ("is_public", "Marked { is_public }"),
            ("published = true", "Marked { published }"),
            ("status = 'published'", "Marked { status }"),
            ("bucket_id = 'avatars'", "Fixed { bucket_id }"),
            ("is_admin()", "Function { name: is_admin, asks_caller: None }"),
            ("has_role(auth.uid(), 'x')", "Function { name: has_role, asks_caller: Some(true) }"),
            ("(storage.foldername(name))[1] = auth.uid()::text", "Owner { name }"),
            ("auth.uid() = user_id or is_public", "Any([Owner { user_id }, Marked { is_public }])"),
            ("bucket_id = 'a' and auth.uid() = owner", "All([Fixed { bucket_id }, Owner { owner }])"),
            ("exists (select 1 from memberships m where m.team_id = t.team_id and m.user_id = auth.uid())", "Member { table: memberships, Some(team_id) }"),
            ("team_id in (select team_id from members where user_id = auth.uid())", "Member { table: members, Some(team_id) }"),
            ("auth.uid() in (select user_id from admins)", "Member { table: admins, None }"),
            ("exists (select 1 from profiles where id = auth.uid() and role = 'admin')", "Member { table: profiles, None }"),
            ("exists (select 1 from settings)", "Unknown"),
            ("exists (select 1 from p where p.id = p_id and is_staff(p.clinic))", "Function { name: is_staff, asks_caller: None }"),
            ("a + b > c", "Unknown"),
        ] {
            assert_eq!(read(expression), expected, "{expression}");
        }
    }

    #[test]
    fn functions_are_asked_what_they_ask() {
        let schema = link(&[(
            "/p/a.sql",
            "create table t (id int); create policy p on t using (is_member(id)); create policy q on t using (private.random());
             create function is_member(x int) returns boolean language sql as $$ select exists (select 1 from m where user_id = auth.uid()) $$;
             create function private.random() returns boolean language sql as $$ select true $$;",
        )]);
        let policies = &schema.expect("t").row_security.policies;
        let asks = |n: usize| policies[n].using.clone().map(|rule| rule.predicate);
        assert!(matches!(asks(0), Some(Predicate::Function { asks_caller: Some(true), .. })));
        assert!(matches!(asks(1), Some(Predicate::Function { asks_caller: Some(false), .. })));
    }
}
