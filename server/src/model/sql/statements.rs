//! Splits a text into statements and reads those that matter.

use super::reader::Reader;
use super::routine_reader::executes;
use super::scanner::tokens;
use super::statement::{Statement, StatementKind};
use super::token::{Token, TokenKind};
use crate::text::Span;

/// Longer queries than this many tokens are data being loaded.
const MAX_QUERY_TOKENS: usize = 600;

/// What a `create`, `alter` or `drop` at the start of a line can be about: with these a new statement begins, even if the
/// one before has no `;` yet.
const OBJECTS: [&str; 19] = [
    "table",
    "policy",
    "function",
    "view",
    "index",
    "unique",
    "type",
    "extension",
    "schema",
    "trigger",
    "role",
    "or",
    "materialized",
    "temp",
    "temporary",
    "database",
    "sequence",
    "procedure",
    "publication",
];

/// The statements of a text, in order; what is not known is passed over.
pub fn statements(text: &str) -> Vec<Statement> {
    let mut out = Vec::new();
    read(text, &tokens(text, &[]), false, &mut out);
    out
}

fn read(text: &str, tokens: &[Token], in_block: bool, out: &mut Vec<Statement>) {
    let mut from = 0;
    while from < tokens.len() {
        let end = statement_end(text, tokens, from, in_block);
        let terminated = tokens.get(end).is_some_and(|token| token.kind == TokenKind::Symbol(";"));
        if let Some(part @ [first, .., last]) = tokens.get(from..end) {
            if !in_block && first.span.of(text).eq_ignore_ascii_case("do") {
                block(text, part, out);
            }
            let span = Span::new(first.span.start, last.span.end);
            out.extend(one(text, part).map(|kind| Statement { kind, span, terminated, in_block }));
        }
        from = end + usize::from(terminated);
    }
}

/// Where the statement that begins at `from` ends: at its `;`, or where the next one obviously begins.
fn statement_end(text: &str, tokens: &[Token], from: usize, in_block: bool) -> usize {
    let is = |at: usize, words: &[&str]| {
        tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word && words.iter().any(|word| token.span.of(text).eq_ignore_ascii_case(word)))
    };
    // In a block, statements follow words like `begin` and `then`.
    let first = if in_block { tokens.len() } else { from + 1 };
    let mut at = from;
    while at < tokens.len() {
        let Some(token) = tokens.get(at) else { break };
        if token.kind == TokenKind::Symbol(";") {
            return at;
        }
        let begins = is(at, &["create", "alter", "drop"]) && is(at + 1, &OBJECTS);
        if at >= first && token.line_start && begins
            || in_block && at > from && is(at, &["create", "alter", "drop", "grant", "revoke"]) && is(at - 1, &["begin", "then", "else", "loop"])
        {
            return at;
        }
        at += 1;
    }
    tokens.len()
}

/// `do $$ … $$`: what is defined inside is read as if it stood outside.
fn block(text: &str, part: &[Token], out: &mut Vec<Statement>) {
    let Some(body) = part.iter().find(|token| token.kind == TokenKind::Dollar) else { return };
    let (offset, inner) = body.body(text);
    let start = body.span.start + offset;
    let shifted: Vec<Token> = tokens(inner, &[]).into_iter().map(|token| Token { span: token.span.shifted(start), ..token }).collect();
    read(text, &shifted, true, out);
    if executes(inner) {
        let row_security = inner.to_ascii_lowercase().contains("row level security");
        out.push(Statement { kind: StatementKind::Dynamic { row_security }, span: body.span, terminated: true, in_block: true });
    }
}

fn one(text: &str, part: &[Token]) -> Option<StatementKind> {
    let mut reader = Reader::new(text, part, &[]);
    if reader.eat("create") {
        return create(&mut reader);
    }
    if reader.eat("alter") {
        return alter(&mut reader);
    }
    if reader.eat("drop") {
        return drop(&mut reader);
    }
    if reader.eat("grant") {
        return reader.grant(false, false);
    }
    if reader.eat("revoke") {
        return reader.grant(true, false);
    }
    let is_query = reader.is_any_word(&["insert", "update", "delete", "select", "with", "replace"]);
    if is_query && part.len() <= MAX_QUERY_TOKENS {
        return reader.query().map(|query| StatementKind::Query(Box::new(query)));
    }
    None
}

fn create(reader: &mut Reader<'_>) -> Option<StatementKind> {
    reader.eat_all(&["or", "replace"]);
    let _ = reader.eat_any(&["global", "local"]);
    let temporary = reader.eat_any(&["temp", "temporary"]);
    reader.eat_any(&["unlogged", "foreign", "virtual", "recursive"]);
    if reader.eat("table") {
        return reader.create_table(temporary);
    }
    if reader.eat("policy") {
        return reader.create_policy();
    }
    if reader.eat_any(&["function", "procedure"]) {
        return reader.create_function();
    }
    reader.eat("constraint");
    if reader.eat("trigger") {
        return reader.create_trigger();
    }
    let materialized = reader.eat("materialized");
    if reader.eat("view") {
        return reader.create_view(materialized);
    }
    let unique = reader.eat("unique");
    if reader.eat("index") {
        return reader.create_index(unique);
    }
    reader.eat_any(&["role", "user"]).then(|| reader.role()).flatten()
}

fn alter(reader: &mut Reader<'_>) -> Option<StatementKind> {
    reader.eat("foreign");
    if reader.eat("table") {
        return reader.alter_table();
    }
    if reader.eat("policy") {
        return reader.alter_policy();
    }
    if reader.eat_any(&["function", "procedure", "routine"]) {
        return reader.alter_function();
    }
    if reader.eat_all(&["default", "privileges"]) {
        return reader.default_privileges();
    }
    reader.eat("materialized");
    if reader.eat("view") {
        return reader.alter_view();
    }
    reader.eat_any(&["role", "user"]).then(|| reader.role()).flatten()
}

fn drop(reader: &mut Reader<'_>) -> Option<StatementKind> {
    if reader.eat("policy") {
        return reader.drop_policy();
    }
    reader.eat_any(&["foreign", "materialized"]);
    if reader.eat("table") {
        return Some(StatementKind::DropTables(reader.dropped()));
    }
    if reader.eat("view") {
        return Some(StatementKind::DropViews(reader.dropped()));
    }
    reader.eat_any(&["function", "procedure", "routine"]).then(|| StatementKind::DropFunctions(reader.dropped()))
}

#[cfg(test)]
mod tests {
    use super::super::{AlterAction, Condition, ConstraintKind, GrantObjects, PolicyCommand, RowSecurityChange};
    use super::*;

    fn kinds(text: &str) -> Vec<StatementKind> {
        statements(text).into_iter().map(|statement| statement.kind).collect()
    }

    fn only(text: &str) -> StatementKind {
        let mut all = kinds(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn tables_with_columns_keys_and_references() {
        let StatementKind::CreateTable(table) = only(
            r#"CREATE TABLE IF NOT EXISTS public."Notes" (
              id uuid PRIMARY KEY DEFAULT gen_random_uuid(), -- the key
              user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
              title varchar(80) COLLATE "C" NOT NULL DEFAULT 'a, b)',
              price numeric(10, 2) CHECK (price > 0) UNIQUE,
              at timestamp(3) with time zone default now(), tags text[] not null default '{}',
              total double precision generated always as (a * b) stored,
              team_id int, CONSTRAINT fk FOREIGN KEY (team_id) REFERENCES teams ON UPDATE CASCADE ON DELETE SET NULL,
              UNIQUE (title), CHECK (title <> '')
            );"#,
        ) else {
            panic!()
        };
        assert!(table.if_not_exists && table.body.is_some());
        assert_eq!((table.name.schema.as_deref(), table.name.name.as_str()), (Some("public"), "Notes"));
        let columns: Vec<(&str, &str, bool)> = table.columns.iter().map(|c| (c.name.as_str(), c.ty.as_str(), c.not_null)).collect();
        assert_eq!(
            columns,
            [
                ("id", "uuid", true),
                ("user_id", "uuid", true),
                ("title", "varchar(80)", true),
                ("price", "numeric(10, 2)", false),
                ("at", "timestamp(3) with time zone", false),
                ("tags", "text[]", true),
                ("total", "double precision", false),
                ("team_id", "int", false),
            ]
        );
        let reference = table.columns[1].references.as_ref().unwrap();
        assert!(reference.cascades && reference.table.name == "users" && reference.columns == ["id"]);
        assert!(table.columns[2].unique && table.columns[3].unique && table.columns[0].primary);
        assert!(matches!(&table.constraints[0].kind, ConstraintKind::ForeignKey { references, .. } if !references.cascades));
    }

    #[test]
    fn mysql_and_sqlite_forms() {
        let StatementKind::CreateTable(table) = only(
            "CREATE TABLE `orders` (`id` int(11) unsigned NOT NULL AUTO_INCREMENT COMMENT 'it\\'s', user_id INT, key `u` (`user_id`),
             UNIQUE KEY `x` (`user_id`), PRIMARY KEY (`id`), CONSTRAINT `f` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`)) ENGINE=InnoDB;",
        ) else {
            panic!()
        };
        assert_eq!(table.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["id", "user_id"]);
        assert!(table.columns[0].primary && table.columns[1].unique);
        let StatementKind::CreateTable(table) = only("create table t (id integer primary key autoincrement, name, [user id] int references users)") else {
            panic!()
        };
        assert_eq!(table.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["id", "name", "user id"]);
    }

    #[test]
    fn alterations() {
        let StatementKind::AlterTable(alter) = only(
            "alter table only public.notes add column if not exists owner_id uuid references users(id), drop column if exists a cascade,
             add constraint c foreign key (b) references d (e) on delete cascade, alter column f set not null, rename g to h;",
        ) else {
            panic!()
        };
        assert_eq!(alter.actions.len(), 5);
        assert!(matches!(&alter.actions[0], AlterAction::AddColumn(column) if column.name == "owner_id" && column.references.is_some()));
        assert!(matches!(&alter.actions[1], AlterAction::DropColumn(name) if name == "a"));
        assert!(matches!(&alter.actions[4], AlterAction::RenameColumn { from, to } if from == "g" && to == "h"));
        let actions = |text: &str| match only(text) {
            StatementKind::AlterTable(alter) => alter.actions,
            other => panic!("{other:?}"),
        };
        assert_eq!(actions("alter table a enable row level security"), [AlterAction::RowSecurity(RowSecurityChange::Enable)]);
        assert_eq!(actions("alter table a no force row level security"), [AlterAction::RowSecurity(RowSecurityChange::NoForce)]);
        assert_eq!(actions("alter table a rename to b"), [AlterAction::RenameTable("b".into())]);
        assert_eq!(actions("alter table a owner to b"), [AlterAction::OwnerTo("b".into())]);
    }

    #[test]
    fn policies_with_every_clause() {
        let text = "create policy \"Own rows\" on public.notes as restrictive for update to authenticated, \"Anon\"
            using ((select auth.uid()) = user_id) with check (true);";
        let StatementKind::CreatePolicy(policy) = only(text) else { panic!() };
        assert!(
            !policy.permissive
                && policy.command == PolicyCommand::Update
                && policy.check.is_some_and(|check| check.condition == crate::model::sql::Condition::Always)
        );
        assert_eq!(policy.roles, ["authenticated", "anon"]);
        let using = policy.using.unwrap();
        assert_eq!(using.span.of(text), "(select auth.uid()) = user_id");
        assert!(matches!(using.condition, Condition::Term(term) if term.column().is_some_and(|column| column.name == "user_id")));
        assert!(matches!(only("drop policy if exists \"a\" on b;"), StatementKind::DropPolicy { name, .. } if name == "a"));
        assert!(
            matches!(only("alter policy a on b to c using (false)"), StatementKind::AlterPolicy(policy) if policy.roles.is_some() && policy.using.is_some())
        );
    }

    #[test]
    fn grants() {
        let grant = |text: &str| match only(text) {
            StatementKind::Grant(grant) => (grant.revoke, grant.default, grant.privileges.join("|"), grant.objects, grant.roles.join("|")),
            other => panic!("{other:?}"),
        };
        let (.., privileges, objects, roles) = grant("GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA public TO anon, authenticated;");
        assert_eq!((privileges.as_str(), objects, roles.as_str()), ("all", GrantObjects::AllTables(vec!["public".into()]), "anon|authenticated"));
        let (revoke, _, privileges, objects, _) = grant("revoke execute on function public.f(int, text) from public, anon");
        assert!(revoke && privileges == "execute" && matches!(objects, GrantObjects::Functions(names) if names[0].name == "f"));
        let (_, default, _, objects, _) = grant("alter default privileges for role postgres in schema public grant all on tables to anon");
        assert!(default && objects == GrantObjects::AllTables(vec!["public".into()]));
        assert!(matches!(grant("grant select, update (title) on notes to web").3, GrantObjects::Tables(_)));
        assert!(matches!(grant("grant service_role to authenticated").3, GrantObjects::Roles));
        assert!(matches!(grant("grant usage on schema public to anon").3, GrantObjects::Schemas(_)));
        assert!(matches!(grant("grant all on all sequences in schema public to anon").3, GrantObjects::Other));
        assert!(matches!(only("alter role web with bypassrls"), StatementKind::Role { powers, .. } if powers == ["bypassrls"]));
    }

    #[test]
    fn functions_and_views() {
        let text = "create or replace function public.is_admin(uid uuid, role text default 'a') returns boolean language sql
            security definer set search_path = '' as $fn$ select exists (select 1 from admins where id = uid); $fn$;";
        let StatementKind::CreateFunction(function) = only(text) else { panic!() };
        assert!(function.definer && function.returns == "boolean" && function.language == "sql");
        assert_eq!(function.search_path.as_deref(), Some("''"));
        assert_eq!(function.args.iter().map(|arg| (arg.name.as_str(), arg.ty.as_str())).collect::<Vec<_>>(), [("uid", "uuid"), ("role", "text")]);
        assert!(text[function.options_end as usize..].starts_with("as $fn$"));
        let body = function.body.unwrap();
        assert_eq!(body.span.of(text), &*body.text);
        assert!(!body.executes);
        let StatementKind::CreateFunction(function) = only("create function f(q text) returns void as $$ begin execute q; end $$ language plpgsql;") else {
            panic!()
        };
        assert!(function.body.unwrap().executes && function.search_path.is_none() && !function.definer);
        let StatementKind::CreateView(view) = only("create or replace view v with (security_invoker = on) as select * from notes where a;") else { panic!() };
        assert!(view.security_invoker && !view.materialized);
        assert_eq!(view.query.unwrap().tables[0].name.name, "notes");
        assert!(matches!(only("alter view v set (security_invoker = false)"), StatementKind::AlterView { security_invoker: Some(false), .. }));
        assert!(matches!(only("alter function f(int) set search_path to public"), StatementKind::AlterFunction(change) if change.search_path.is_some()));
    }

    #[test]
    fn blocks_are_read_and_their_places_are_the_files() {
        let text = "DO $$ BEGIN\n ALTER TABLE \"a\" ADD CONSTRAINT \"x\" FOREIGN KEY (\"b\") REFERENCES \"c\"(\"d\") ON DELETE cascade;
            EXCEPTION WHEN duplicate_object THEN null; END $$;\ndo $$ begin if not exists (select 1) then create policy p on t using (true); end if; end $$;";
        let all = statements(text);
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(all.iter().all(|statement| statement.in_block));
        assert!(all[0].span.of(text).starts_with("ALTER TABLE") && all[1].span.of(text).starts_with("create policy"));
        let dynamic =
            only("do $$ declare t text; begin for t in select 1 loop execute format('alter table %I enable row level security', t); end loop; end $$;");
        assert_eq!(dynamic, StatementKind::Dynamic { row_security: true });
    }

    #[test]
    fn indexes_and_the_keys_made_of_them() {
        let text =
            "CREATE UNIQUE INDEX notes_pkey ON public.notes USING btree (id, lower(b), c DESC) where d; create index concurrently if not exists on a (b);";
        let all = kinds(text);
        let StatementKind::CreateIndex(index) = &all[0] else { panic!() };
        assert!(index.unique && index.partial && index.name == "notes_pkey" && index.columns == ["id", "c"]);
        assert!(matches!(&all[1], StatementKind::CreateIndex(index) if !index.unique && index.table.name == "a"));
        let StatementKind::AlterTable(alter) = only("alter table n add constraint k PRIMARY KEY using index \"notes_pkey\";") else { panic!() };
        assert!(
            matches!(&alter.actions[0], AlterAction::AddConstraint(key) if matches!(&key.kind, ConstraintKind::UsingIndex { index, primary: true } if index == "notes_pkey"))
        );
    }

    #[test]
    fn what_is_unknown_or_unfinished_is_passed_over() {
        let text = "set x = 1;\r\ncomment on table a is 'create table b';\r\ncreate table a (id int,\r\n  user_id uu\r\n\r\ncreate table b (id int);\r\n";
        let all = statements(text);
        assert_eq!(all.len(), 2);
        let StatementKind::CreateTable(half) = &all[0].kind else { panic!() };
        assert!(half.body.is_none() && !all[0].terminated);
        assert_eq!(half.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["id", "user_id"]);
        assert!(kinds("create policy").is_empty() && kinds("alter table").is_empty() && kinds("grant").is_empty());
        assert_eq!(kinds("create table a (\n id int\n)\ncreate policy p on a for\n  select using (true)\ndrop table c").len(), 3);
        assert_eq!(kinds("alter table a\n  alter column b type text,\n  drop column c,\n  drop constraint d").len(), 1);
    }
}
