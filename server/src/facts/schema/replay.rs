//! Runs the SQL files of a project in order, on paper: what tables, policies and functions there are in the end.

use rustc_hash::FxHashMap;

use super::declared::{DeclaredReference, FileSchema, MOST_PARTS, Site, Target};
use super::grants::Blanket;
use super::routine::{Routine, View, ask_through_calls};
use super::table::Table;
use crate::model::sql::{AlterAction, AlterTable, CreateTable, ObjectName, Statement, StatementKind};
use crate::text::{FileId, Name, Span};

#[derive(Default)]
pub(super) struct Replay {
    tables: Vec<Table>,
    by_name: FxHashMap<String, usize>,
    pub routines: Vec<Routine>,
    pub views: Vec<View>,
    /// Some file switches row security on for tables it finds at run time.
    pub dynamic_row_security: bool,
    pub(super) default_grants: Vec<Blanket>,
    /// From whom everything on tables made later is taken, by schema.
    pub(super) default_revokes: Vec<(Option<Name>, Name)>,
    /// Schemas with the roles that may not use them.
    pub(super) closed_schemas: Vec<(Name, Name)>,
    /// How many grants on all tables have been run, and how many tables have been renamed.
    pub(super) blanket_grants: usize,
    renames: usize,
}

/// `files` in the order of their paths.
pub(super) fn replay<'a>(files: impl Iterator<Item = (&'a FileId, &'a FileSchema)>) -> Replay {
    let mut replay = Replay::default();
    for (file, schema) in files {
        for statement in &schema.statements {
            replay.run(file, statement);
        }
    }
    replay.finish()
}

fn key(name: &ObjectName) -> String {
    format!("{}.{}", name.schema_or_public(), name.name).to_ascii_lowercase()
}

impl Replay {
    /// The tables that exist in the end, in the order in which they were made.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(|table| !table.is_dropped)
    }

    pub(super) fn tables_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.tables.iter_mut().filter(|table| !table.is_dropped)
    }

    fn run(&mut self, file: &FileId, statement: &Statement) {
        let site = |span: Span| Site { file: file.clone(), span };
        match &statement.kind {
            StatementKind::CreateTable(create) if !create.temporary => self.create(create, &site),
            StatementKind::AlterTable(alter) => self.alter(alter, &site, statement.span),
            StatementKind::DropTables(names) => names.iter().for_each(|name| self.drop(name)),
            StatementKind::CreatePolicy(policy) => {
                self.table(&policy.table, &site).create_policy(policy, &site, statement.span);
            }
            StatementKind::AlterPolicy(change) => {
                self.table(&change.table, &site).alter_policy(change, &site, statement.span);
            }
            StatementKind::CreateIndex(index) => self.table(&index.table, &site).create_index(index),
            StatementKind::CreateTrigger(trigger) if trigger.on_update => {
                let watchers = &mut self.table(&trigger.table, &site).row_security.watchers;
                if watchers.len() < MOST_PARTS {
                    watchers.push(Name::from(trigger.function.name.to_ascii_lowercase()));
                }
            }
            StatementKind::DropPolicy { name, table } => self.table(table, &site).row_security.policies.retain(|policy| policy.name != *name),
            StatementKind::Grant(grant) => self.grant(grant, &site(statement.span)),
            StatementKind::Dynamic { row_security } => self.dynamic_row_security |= row_security,
            StatementKind::CreateFunction(function) => {
                let body = function.body.as_ref().map(|body| body.text.to_ascii_lowercase());
                self.dynamic_row_security |=
                    function.body.as_ref().is_some_and(|body| body.executes) && body.is_some_and(|body| body.contains("enable row level security"));
                self.create_function(function, &site, statement.span);
            }
            StatementKind::AlterFunction(change) => self.alter_function(change),
            StatementKind::DropFunctions(names) => self.routines.retain(|routine| !names.iter().any(|name| name.is(&routine.name))),
            StatementKind::CreateView(view) => self.create_view(view, &site, statement.span),
            StatementKind::AlterView { name, security_invoker } => {
                if let (Some(view), Some(invoker)) = (self.views.iter_mut().find(|view| view.name.is(name)), security_invoker) {
                    view.security_invoker = *invoker;
                }
            }
            StatementKind::DropViews(names) => self.views.retain(|view| !names.iter().any(|name| name.is(&view.name))),
            StatementKind::CreateTable(_) | StatementKind::CreateTrigger(_) | StatementKind::Role { .. } | StatementKind::Query(_) => {}
        }
    }

    /// The table of this name; one that nobody has made yet is noted as such.
    pub(super) fn table(&mut self, name: &ObjectName, site: &dyn Fn(Span) -> Site) -> &mut Table {
        let index = *self.by_name.entry(key(name)).or_insert(self.tables.len());
        if index == self.tables.len() {
            self.tables.push(Table::new(name.clone(), site(name.span)));
        }
        let last = self.tables.len() - 1;
        &mut self.tables[index.min(last)]
    }

    pub(super) fn find(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.by_name.get(&key(name)).and_then(|index| self.tables.get_mut(*index))
    }

    fn create(&mut self, create: &CreateTable, site: &dyn Fn(Span) -> Site) {
        let like = create.like.as_ref().and_then(|like| self.find(like)).map(|like| (like.columns.clone(), like.unique_together.clone()));
        let (grants, revoked) = (self.granted_by_default(&create.name), self.revoked_by_default(&create.name));
        let (copied, keys) = like.unwrap_or_default();
        let table = self.table(&create.name, site);
        if !table.is_defined {
            table.row_security.grants.extend(grants);
            table.row_security.update_taken = revoked.iter().any(|role| matches!(role.as_str(), "authenticated" | "public"));
            table.row_security.revoked.extend(revoked);
        }
        table.unique_together.extend(keys);
        table.create(create, copied, site);
    }

    fn drop(&mut self, name: &ObjectName) {
        if let Some(table) = self.by_name.remove(&key(name)).and_then(|index| self.tables.get_mut(index)) {
            table.is_dropped = true;
        }
    }

    fn alter(&mut self, alter: &AlterTable, site: &dyn Fn(Span) -> Site, span: Span) {
        for action in &alter.actions {
            match action {
                AlterAction::RenameTable(to) => self.rename(&alter.name, ObjectName { name: to.clone(), ..alter.name.clone() }),
                AlterAction::SetSchema(schema) => self.rename(&alter.name, ObjectName { schema: Some(schema.clone()), ..alter.name.clone() }),
                other => self.table(&alter.name, site).change(other, &alter.name, site, span),
            }
        }
    }

    /// Moves a table to another name; what points to it follows.
    fn rename(&mut self, from: &ObjectName, to: ObjectName) {
        let Some(index) = self.by_name.remove(&key(from)) else { return };
        self.by_name.insert(key(&to), index);
        if let Some(table) = self.tables.get_mut(index) {
            table.name = to.clone();
        }
        self.renames += 1;
        if self.renames > MOST_PARTS {
            return;
        }
        for column in self.tables.iter_mut().flat_map(|table| &mut table.columns) {
            if let Some(DeclaredReference { target: Target::Table { schema, name }, .. }) = &mut column.references {
                let pointed = ObjectName { schema: schema.clone(), name: name.clone(), span: Span::default() };
                if pointed.is(from) {
                    (*schema, *name) = (to.schema.clone(), to.name.clone());
                }
            }
        }
    }

    /// What depends on all statements: which functions ask who calls, whether loops over tables hide row security.
    fn finish(mut self) -> Replay {
        ask_through_calls(&mut self.routines);
        let asks: FxHashMap<String, bool> = self.routines.iter().map(|routine| (key(&routine.name), routine.asks_caller)).collect();
        let asks_caller = |name: &str| {
            let name = if name.contains('.') { name.to_owned() } else { format!("public.{name}") };
            asks.get(&name).copied()
        };
        let is_dynamic = self.dynamic_row_security;
        for table in &mut self.tables {
            let closed = self.closed_schemas.iter().filter(|(schema, _)| schema.eq_ignore_ascii_case(table.name.schema_or_public()));
            table.row_security.revoked.extend(closed.map(|(_, role)| role.clone()));
            for policy in &mut table.row_security.policies {
                for rule in policy.using.iter_mut().chain(&mut policy.check) {
                    rule.predicate.resolve_functions(&asks_caller);
                }
            }
            if is_dynamic && table.row_security.enabled == Some(false) && table.row_security.changed_at.is_none() {
                table.row_security.enabled = None;
            }
        }
        for view in &mut self.views {
            let own = self.by_name.get(&key(&view.name)).and_then(|index| self.tables.get(*index));
            view.revoked = own.map(|table| table.row_security.revoked.clone()).unwrap_or_default();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;

    #[test]
    fn the_last_state_wins() {
        let schema = link(&[
            ("/p/supabase/migrations/1_init.sql", "create table public.notes (id uuid primary key, owner uuid references auth.users, body text, old int);"),
            (
                "/p/supabase/migrations/2_more.sql",
                "alter table notes add column team_id uuid; alter table notes rename column owner to owner_id; alter table notes drop column old;\r\nalter table public.notes enable row level security;",
            ),
            (
                "/p/supabase/migrations/10_last.sql",
                "create table gone (id int); drop table if exists gone; alter table notes rename to papers; create table tags (note_id uuid references papers (id));",
            ),
        ]);
        assert_eq!(schema.columns_of("papers"), "id owner_id->auth.users.id body team_id");
        assert!(schema.model("gone").is_none() && schema.model("notes").is_none());
        assert_eq!(schema.expect("papers").row_security.enabled, Some(true));
        assert_eq!(schema.columns_of("tags"), "note_id->papers.id");
        assert_eq!(schema.owners_of("tags"), "note_id.owner_id (Owner of users)");
    }

    #[test]
    fn a_rename_takes_what_points_to_the_table_along() {
        let schema = link(&[(
            "/p/a.sql",
            "create table people (id int primary key, email text, password text); create table notes (person_id int references people);
             alter table people rename to users; create policy p on notes using (person_id = auth.uid()); alter table notes rename person_id to user_id;",
        )]);
        assert_eq!(schema.columns_of("notes"), "user_id->users.id");
        let policy = &schema.expect("notes").row_security.policies[0];
        assert_eq!(format!("{:?}", policy.using.as_ref().unwrap().predicate), "Owner { column: \"user_id\" }");
    }

    /// What `supabase db pull` prints.
    #[test]
    fn keys_made_of_indexes() {
        let schema = link(&[(
            "/p/a.sql",
            r#"create table "public"."notes" ("id" uuid not null default gen_random_uuid(), "user_id" uuid not null, "slug" text);
            alter table "public"."notes" enable row level security;
            CREATE UNIQUE INDEX notes_pkey ON public.notes USING btree (id); CREATE UNIQUE INDEX notes_slug_key ON public.notes USING btree (slug);
            alter table "public"."notes" add constraint "notes_pkey" PRIMARY KEY using index "notes_pkey";
            alter table "public"."notes" add constraint "notes_user_id_fkey" FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE not valid;
            alter table "public"."notes" validate constraint "notes_user_id_fkey";
            create policy "own" on "public"."notes" as permissive for all to public using ((auth.uid() = user_id));
            grant delete on table "public"."notes" to "anon";"#,
        )]);
        let notes = schema.expect("notes");
        assert!(notes.column("id").unwrap().primary && notes.column("slug").unwrap().unique);
        assert_eq!(schema.owners_of("notes"), "user_id (Owner of users)");
        use crate::facts::schema::{Caller, Reach};
        let delete = crate::model::sql::PolicyCommand::Delete;
        assert_eq!(notes.row_security.enabled, Some(true));
        assert!(notes.row_security.reach(delete, Caller::SignedIn) <= Reach::Own && notes.row_security.reach(delete, Caller::Anonymous) <= Reach::Own);
        assert_eq!(notes.row_security.grants[0].role, "anon");
    }

    #[test]
    fn constraints_come_and_go() {
        let schema = link(&[(
            "/p/a.sql",
            "create table users (id int, email text, constraint users_pk primary key (id)); create table a (user_id int, b int, unique (user_id, b));
             alter table a add constraint a_fk foreign key (user_id) references users (id) on delete cascade;
             create table c (user_id int references users); alter table c drop constraint c_user_id_fkey;
             do $$ begin alter table c add column d int references users; exception when others then null; end $$;",
        )]);
        assert_eq!(schema.columns_of("a"), "user_id->users.id b");
        assert!(schema.expect("a").column("user_id").unwrap().references.as_ref().unwrap().cascades);
        assert_eq!(schema.columns_of("c"), "user_id d->users.id");
        assert!(schema.expect("users").column("id").unwrap().primary);
    }

    #[test]
    fn what_takes_back_is_not_run() {
        let schema = link(&[
            ("/p/migrations/1.up.sql", "create table a (id int);"),
            ("/p/migrations/1.down.sql", "drop table a;"),
            (
                "/p/migrations/2.sql",
                r#"
-- +goose Up
create table b (id int);
-- +goose Down
drop table b;
"#,
            ),
            (
                "/p/migrations/3.sql",
                r#"
-- migrate:up
create table c (id int);
-- migrate:down
drop table c;
"#,
            ),
        ]);
        assert!(["a", "b", "c"].iter().all(|name| schema.model(name).is_some()));
    }

    #[test]
    fn dumps_beside_migrations_do_not_undo_them() {
        let schema = link(&[
            ("/p/db/schema.sql", "create table notes (id int, user_id int); alter table notes enable row level security;"),
            ("/p/migrations/1.sql", "create table if not exists notes (id int, title text);"),
        ]);
        assert_eq!(schema.columns_of("notes"), "id user_id title");
        assert_eq!(schema.expect("notes").row_security.enabled, Some(true));
    }

    #[test]
    fn partitions_and_temporary_tables_are_no_models() {
        let schema = link(&[(
            "/p/a.sql",
            "create table logs (id int) partition by range (id); create table logs_1 partition of logs for values from (1) to (2); create temp table t (id int); create table copy (like logs including all);",
        )]);
        assert!(schema.model("logs_1").is_none() && schema.model("t").is_none());
        assert_eq!(schema.columns_of("copy"), "id");
    }

    #[test]
    fn half_typed_files_give_what_is_there() {
        let schema = link(&[(
            "/p/a.sql",
            r#"
create table users (id uuid primary key, email text, password text);

create table notes (
  id uuid,
  user_id uuid references users (id

create table tags (id int);
alter table
"#,
        )]);
        assert_eq!(schema.columns_of("notes"), "id user_id->users.id");
        assert_eq!(schema.columns_of("tags"), "id");
    }

    #[test]
    fn a_loop_over_all_tables_leaves_row_security_unknown() {
        let text = "create table a (id int); do $$ declare t record; begin for t in select 1 loop execute format('alter table %I enable row level security', t); end loop; end $$;";
        assert_eq!(link(&[("/p/a.sql", text)]).expect("a").row_security.enabled, None);
        assert_eq!(link(&[("/p/a.sql", "create table a (id int);")]).expect("a").row_security.enabled, Some(false));
    }
}
