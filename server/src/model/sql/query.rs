//! Queries as they stand in programs and policies.

use super::{ColumnRef, Condition, Expr, ExprKind, HolePosition, ObjectName};
use crate::text::{Name, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryKind {
    Select,
    Insert,
    Update,
    Delete,
}

/// One SELECT, INSERT, UPDATE or DELETE.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub kind: QueryKind,
    /// The tables it reads, in order; the target comes first in INSERT, UPDATE and DELETE.
    pub tables: Vec<TableRef>,
    /// What a SELECT gives.
    pub columns: Vec<SelectItem>,
    /// `where`; [`Condition::Always`] if there is none.
    pub filter: Condition,
    /// `set` of an UPDATE; in an INSERT the columns with the values of its first row.
    pub assignments: Vec<Assignment>,
    /// `on conflict … do update set`, `on duplicate key update`.
    pub on_conflict: Vec<Assignment>,
    /// An INSERT's columns as listed; empty if they are not.
    pub insert_columns: Vec<ColumnRef>,
    /// How many rows an INSERT's VALUES has.
    pub row_count: u32,
    /// The query whose rows an INSERT takes, or the further arms of `union` and its kin.
    pub also: Vec<Query>,
    /// `with name as (…)`.
    pub with: Vec<(Name, Query)>,
    pub group_by: bool,
    pub limit: Option<Expr>,
    pub returning: Vec<SelectItem>,
    /// What each substitution stands for, by number. Only on the outermost query.
    pub holes: Vec<HolePosition>,
    /// Another statement follows after a `;`.
    pub more: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TableRef {
    /// Empty for a subquery, a function or a substitution.
    pub name: ObjectName,
    pub alias: Option<Name>,
    pub query: Option<Box<Query>>,
    /// Set for all tables that are joined to those before them.
    pub join: Option<JoinKind>,
    pub on: Condition,
    pub using: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    Inner,
    /// `left`, `full`: its conditions do not restrict the rows of the tables before it.
    Outer,
    /// `,` or `cross join`.
    Cross,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SelectItem {
    pub expr: Expr,
    pub alias: Option<Name>,
}

/// `column = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    pub column: ColumnRef,
    pub value: Expr,
}

impl Query {
    pub(super) fn new(kind: QueryKind) -> Query {
        Query {
            kind,
            tables: Vec::new(),
            columns: Vec::new(),
            filter: Condition::Always,
            assignments: Vec::new(),
            on_conflict: Vec::new(),
            insert_columns: Vec::new(),
            row_count: 0,
            also: Vec::new(),
            with: Vec::new(),
            group_by: false,
            limit: None,
            returning: Vec::new(),
            holes: Vec::new(),
            more: false,
            span: Span::at(0),
        }
    }

    /// The table that an INSERT, UPDATE or DELETE changes, or a SELECT reads first.
    pub fn target(&self) -> Option<&TableRef> {
        self.tables.first()
    }

    /// The table that a name in front of a column means: an alias, or a table's own name.
    pub fn table(&self, name: &str) -> Option<&TableRef> {
        self.tables.iter().find(|table| table.is_called(name))
    }

    /// True if all rows are given in their entirety: `select *` or `select t.*`.
    pub fn selects_everything(&self) -> bool {
        self.columns.iter().any(|item| item.expr.kind == ExprKind::Star)
    }

    /// True if a substitution stands for a condition or clause: the query may say more than can be read of it.
    pub fn is_open(&self) -> bool {
        self.holes.iter().any(|hole| matches!(hole, HolePosition::Fragment | HolePosition::Assignments))
    }

    /// `select x` without a table.
    pub(super) fn is_table_free(&self) -> bool {
        self.kind == QueryKind::Select && self.tables.is_empty() && self.also.is_empty() && self.with.is_empty()
    }

    /// The conditions that every row it touches fulfils: `where`, and the `on` of inner joins.
    pub fn conjuncts(&self) -> Vec<&Condition> {
        let joins = self.tables.iter().filter(|table| table.join != Some(JoinKind::Outer)).map(|table| &table.on);
        std::iter::once(&self.filter).chain(joins).flat_map(|condition| condition.conjuncts().iter()).collect()
    }
}

impl TableRef {
    /// True if a column written `name.column` is one of this table's.
    pub fn is_called(&self, name: &str) -> bool {
        match &self.alias {
            Some(alias) => alias.eq_ignore_ascii_case(name),
            None => self.name.name.eq_ignore_ascii_case(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Condition, Expr, ExprKind, HolePosition, Piece, Pieces, Placeholder, Query, QueryKind, query};

    fn read(text: &str) -> Query {
        query(&Pieces::plain(text)).unwrap_or_else(|| panic!("no query in {text}"))
    }

    /// `{}` marks a hole.
    fn positions(text: &str) -> Vec<HolePosition> {
        let mut pieces = Vec::new();
        for (n, part) in text.split("{}").enumerate() {
            if n > 0 {
                pieces.push(Piece::Hole);
            }
            pieces.push(Piece::Text(part));
        }
        query(&Pieces::new(&pieces)).map(|query| query.holes).unwrap_or_default()
    }

    fn show(condition: &Condition) -> String {
        let arms = |arms: &[Condition], word: &str| format!("({})", arms.iter().map(show).collect::<Vec<_>>().join(word));
        match condition {
            Condition::Always => "always".into(),
            Condition::Never => "never".into(),
            Condition::All(inner) => arms(inner, " & "),
            Condition::Any(inner) => arms(inner, " | "),
            Condition::Not(inner) => format!("!{}", show(inner)),
            Condition::Exists(query) => format!("exists[{}: {}]", query.tables[0].name.name, show(&query.filter)),
            Condition::Unknown(_) => "?".into(),
            Condition::Term(term) => format!("{} {:?} {}", expr(&term.left), term.op, expr(&term.right)),
        }
    }

    fn expr(value: &Expr) -> String {
        match &value.kind {
            ExprKind::Column(column) => column.table.iter().map(|table| format!("{table}.")).collect::<String>() + &column.name,
            ExprKind::Placeholder(Placeholder::Numbered(n)) => format!("${n}"),
            ExprKind::Placeholder(Placeholder::Positional(n)) => format!("?{n}"),
            ExprKind::Placeholder(Placeholder::Named(name)) => format!(":{name}"),
            ExprKind::Placeholder(Placeholder::Hole(n)) => format!("hole{n}"),
            ExprKind::Text { value, .. } => format!("'{value}'"),
            ExprKind::Number(number) => number.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "null".into(),
            ExprKind::Call { name, args } => format!("{name}({})", args.iter().map(expr).collect::<Vec<_>>().join(",")),
            ExprKind::Path { base, keys } => format!("{}>{}", expr(base), keys.join(">")),
            ExprKind::Query(query) => format!("[{}: {}]", query.tables[0].name.name, show(&query.filter)),
            ExprKind::List(items) => format!("({})", items.iter().map(expr).collect::<Vec<_>>().join(",")),
            _ => "?".into(),
        }
    }

    fn filter(text: &str) -> String {
        show(&read(&format!("select * from t where {text}")).filter)
    }

    #[test]
    fn conditions_become_terms() {
        assert_eq!(filter("id = $1 and owner_id = $2"), "(id Eq $1 & owner_id Eq $2)");
        assert_eq!(filter("(id = ? or user_id=?) and deleted_at is null"), "((id Eq ?0 | user_id Eq ?1) & deleted_at IsNull null)");
        assert_eq!(filter("$1 = n.id::text AND NOT n.is_public"), "(n.id Eq $1 & !n.is_public Eq true)");
        assert_eq!(filter("a in (1, 2) and b not in (select c from d where e = :f)"), "(a In (1,2) & b NotIn [d: e Eq :f])");
        assert_eq!(filter("$1 = any(members) and id = any($2)"), "(members Has $1 & id In $2)");
        assert_eq!(filter("exists (select 1 from m where m.user_id = %s)"), "exists[m: m.user_id Eq ?0]");
        assert_eq!(filter("x between 1 and 2 and y like 'a%' and z is not true"), "(x Other (1,2) & y Like 'a%' & z Ne true)");
        assert_eq!(filter("1 = 1 and (user_id = (select auth.uid()))"), "user_id Eq auth.uid()");
        assert_eq!(filter("auth.jwt() -> 'app_metadata' ->> 'role' = 'admin'"), "auth.jwt()>app_metadata>role Eq 'admin'");
        assert_eq!(filter("current_setting('a.b', true)::uuid = tenant_id"), "tenant_id Eq current_setting('a.b',true)");
        assert_eq!(filter("case when a then b else c end = 1 and 2 > d"), "(? Eq 1 & d Lt 2)");
        assert_eq!(filter("'x' = 'y'"), "never");
    }

    #[test]
    fn joins_aliases_and_limits() {
        let query = read(
            "WITH mine AS (select id from teams) SELECT n.*, count(*) OVER () AS total FROM public.notes AS n
             JOIN sessions s ON s.user_id = n.owner_id AND s.token = $1 LEFT JOIN tags t USING (note_id), mine
             WHERE n.id = $2 ORDER BY n.id DESC NULLS LAST LIMIT 10 OFFSET 5 FOR UPDATE",
        );
        assert_eq!(query.kind, QueryKind::Select);
        assert_eq!(query.tables.iter().map(|table| table.name.name.as_str()).collect::<Vec<_>>(), ["notes", "sessions", "tags", "mine"]);
        assert_eq!(query.with.len(), 1);
        assert!(query.selects_everything());
        assert_eq!(query.conjuncts().into_iter().map(show).collect::<Vec<_>>(), ["n.id Eq $2", "s.user_id Eq n.owner_id", "s.token Eq $1"]);
        assert_eq!(query.table("s").map(|table| table.name.name.as_str()), Some("sessions"));
        assert!(query.limit.is_some());
    }

    #[test]
    fn writes_give_columns_and_values() {
        let insert =
            read("INSERT INTO notes (title, owner_id) VALUES ($1, $2), ($3, $4) ON CONFLICT (id) DO UPDATE SET title = excluded.title RETURNING id, title");
        let pairs: Vec<String> = insert.assignments.iter().map(|a| format!("{}={}", a.column.name, expr(&a.value))).collect();
        assert_eq!(pairs, ["title=$1", "owner_id=$2"]);
        assert_eq!((insert.row_count, insert.on_conflict.len(), insert.returning.len()), (2, 1, 2));
        let update = read("update notes n set title = ?, (a, b) = (1, ?), c = c + 1 from users u where n.id = ? and u.id = n.owner_id");
        let pairs: Vec<String> = update.assignments.iter().map(|a| format!("{}={}", a.column.name, expr(&a.value))).collect();
        assert_eq!(pairs, ["title=?0", "a=1", "b=?1", "c=?"]);
        assert_eq!(show(&update.filter), "(n.id Eq ?2 & u.id Eq n.owner_id)");
        let delete = read("DELETE FROM `notes` WHERE id = ? LIMIT 1");
        assert_eq!((delete.kind, delete.tables[0].name.name.as_str()), (QueryKind::Delete, "notes"));
        assert_eq!(read("insert into a select * from b where c = 1").also.len(), 1);
        assert!(read("insert or replace into a values (1)").assignments[0].column.name.is_empty());
        assert!(read("delete from a; drop table b").more);
    }

    #[test]
    fn unions_keep_every_arm() {
        let query = read("select a from b where c = 1 union all select d from e where f = 2 union select g from h order by 1");
        assert_eq!(query.also.len(), 1);
        assert_eq!(query.also[0].also.len(), 1);
        assert_eq!(show(&query.filter), "c Eq 1");
    }

    #[test]
    fn holes_know_what_they_stand_for() {
        use HolePosition::*;
        assert_eq!(positions("select * from users where id = {} and age > {} limit {}"), [Value, Value, Value]);
        assert_eq!(positions("select {}, a.{} from {} where {} = $1 order by {} {}"), vec![Identifier; 6]);
        assert_eq!(positions("select * from logs_{} join {}.items on true"), [Identifier, Identifier]);
        assert_eq!(positions("select * from \"{}\" where `{}` = 1 and \"{}\" = 2"), vec![Identifier; 3]);
        assert_eq!(positions("select * from a where {} order by 1 {}"), [Fragment, Identifier]);
        assert_eq!(positions("select * from a {}"), [Fragment]);
        assert_eq!(positions("select * from a where b = 1 {}"), [Fragment]);
        assert_eq!(positions("update a set {} where id = {}"), [Assignments, Value]);
        assert_eq!(positions("insert into a {}"), [Assignments]);
        assert_eq!(positions("update a set {} = {}, b = {}"), [Identifier, Value, Value]);
        assert_eq!(positions("insert into a ({}) values ({}, {}), ({}, 1)"), [Identifier, Value, Value, Value]);
        assert_eq!(positions("select * from a where id in ({}) and b in ({}, {}) and c = any({})"), [List, Value, Value, List]);
        assert_eq!(positions("select * from a where id = ${} and lower(b) = lower({}) -- {}"), [PlaceholderNumber, Value, Unknown]);
        assert_eq!(positions("delete from a where {} = b.id"), [Value]);
    }

    #[test]
    fn holes_in_quotes_know_their_string() {
        let text = "select * from a where name like '%{}%' and b = '{}' and c = \"{}\" and d = '{} {}'";
        let quoted: Vec<(char, bool, u32)> = positions(text)
            .into_iter()
            .map(|position| match position {
                HolePosition::Quoted { literal, quote, alone } => (quote, alone, literal.len()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(quoted, [('\'', false, 5), ('\'', true, 3), ('"', true, 3), ('\'', false, 5), ('\'', false, 5)]);
    }

    #[test]
    fn half_typed_queries_give_what_is_there() {
        assert_eq!(read("select * from notes where").tables.len(), 1);
        assert_eq!(show(&read("select * from notes where id =").filter), "id Eq ?");
        assert_eq!(show(&read("select * from notes where (id = 1 and").filter), "(id Eq 1 & ?)");
        assert_eq!(read("select").tables.len(), 0);
        assert_eq!(read("update notes set").kind, QueryKind::Update);
        assert!(query(&Pieces::plain("create table a (b int)")).is_none());
        assert!(query(&Pieces::plain("Select an option from the list?")).is_some(), "prose can look like a query; callers know their sinks");
    }
}
