//! From the facts of all files to one schema.

use super::declared::{Declared, FileSchema, SourceKind};
use super::linker::Linker;
use super::merge::{inherit, merge};
use super::order::in_reading_order;
use super::replay::replay;
use super::row_security::RowSecurity;
use super::{Privacy, Schema, owners, people, privacy};
use crate::text::{FileId, Name};

impl Schema {
    /// Links the facts of files. The order in which they are given does not matter.
    pub fn link<'a>(files: impl IntoIterator<Item = (&'a FileId, &'a FileSchema)>) -> Schema {
        let mut files: Vec<(&FileId, &FileSchema)> = files.into_iter().filter(|(_, schema)| !schema.is_empty()).collect();
        files.sort_by(|a, b| in_reading_order(a.0.as_str(), b.0.as_str()));
        let replayed = replay(files.iter().copied());
        let mut declared: Vec<Declared> = files.iter().flat_map(|(_, schema)| schema.models.iter().cloned()).collect();
        declared.sort_by_key(|declared| declared.kind);
        let mut all: Vec<(Declared, RowSecurity)> = inherit(declared).into_iter().map(|declared| (declared, RowSecurity::default())).collect();
        let mut loose = Vec::new();
        for table in replayed.tables() {
            let in_code = table.site.file.extension() != "sql";
            match table.is_defined {
                true if table.is_partition => {}
                true => {
                    let mut declared = table.declared();
                    let mut row_security = table.row_security.clone();
                    if in_code {
                        declared.kind = SourceKind::SqlInCode;
                        row_security.enabled = row_security.enabled.filter(|enabled| *enabled);
                    }
                    all.push((declared, row_security));
                }
                false => loose.push((table.name.clone(), table.row_security.clone(), table.columns.clone())),
            }
        }
        let mut linker = Linker::new(merge(all));
        linker.auth_user = files.iter().find_map(|(_, schema)| schema.auth_user.clone());
        // What is said of a table that some other source defines.
        loose.retain(|(name, row_security, columns)| !linker.adopt(name, row_security, columns));
        for (file, schema) in &files {
            for addition in &schema.additions {
                linker.add(file, addition);
            }
        }
        let models = linker.resolve();
        let mut schema = Schema::new(models);
        schema.loose = loose.into_iter().map(|(name, row_security, _)| (name, row_security)).collect();
        schema.kept = files.iter().flat_map(|(_, schema)| schema.kept.iter().cloned()).collect();
        schema.provider = files.iter().find_map(|(_, schema)| schema.provider.clone());
        schema.routines = replayed.routines;
        schema.views = replayed.views;
        people::mark(&mut schema);
        owners::find(&mut schema, &[]);
        privacy::judge(&mut schema);
        schema
    }

    /// The same schema with what a person says of it: columns that hold an owner, and models that everybody may read.
    pub fn with_said(&self, owner_columns: &[Name], public_models: &[Name]) -> Schema {
        let mut schema = self.clone();
        if !owner_columns.is_empty() {
            owners::find(&mut schema, owner_columns);
            privacy::judge(&mut schema);
        }
        let public: Vec<_> = public_models.iter().filter_map(|name| Some(self.model(name)?.key.clone())).collect();
        for model in schema.models.iter_mut().filter(|model| public.contains(&model.key) && !model.is_principal) {
            model.privacy = Privacy::Public;
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::schema::testing::{facts, link};

    #[test]
    fn places_do_not_make_a_difference() {
        let text = "create table a (id int, user_id uuid default auth.uid()); alter table a enable row level security;
            create policy p on a using (auth.uid() = user_id); create function f() returns int as $$ select 1 from a $$;
            create view v as select * from a; grant select on a to anon; create policy q on b using (true);";
        let before = facts("/p/a.sql", text);
        let after = facts("/p/a.sql", &format!("-- a comment\n{text}"));
        assert_ne!(before.statements[0].span, after.statements[0].span);
        let file = FileId::new("/p/a.sql");
        assert_eq!(Schema::link([(&file, &before)]), Schema::link([(&file, &after)]));
    }

    #[test]
    fn what_a_person_says_of_a_column_counts_where_nothing_else_tells() {
        let schema = link(&[(
            "/p/a.sql",
            "create table users (id int primary key, email text, password text);
             create table boxes (id int primary key, tenant_uid text);
             create table things (id int primary key, box_id int references boxes);
             create table notes (id int, tenant_uid text, user_id int references users);
             create table colours (id int, name text);",
        )]);
        assert_eq!((schema.owners_of("boxes").as_str(), schema.expect("boxes").privacy()), ("", Privacy::Public));
        let said = schema.with_said(&[Name::from("tenantUid")], &[Name::from("Notes")]);
        assert_eq!(said.owners_of("boxes"), "tenant_uid (Owner of ?)");
        assert_eq!(said.expect("boxes").privacy(), Privacy::Private);
        assert_eq!(said.expect("things").privacy(), Privacy::Private);
        assert_eq!(said.owners_of("notes"), schema.owners_of("notes"));
        assert_eq!((schema.expect("notes").privacy(), said.expect("notes").privacy()), (Privacy::Private, Privacy::Public));
        assert_eq!(said.expect("colours").privacy(), Privacy::Public);
    }

    #[test]
    fn a_name_without_a_definition_is_known_by_what_points_to_it() {
        let schema = link(&[("/p/a.sql", "create table notes (id int, account_id int references accounts (id), box_id int references boxes);")]);
        assert_eq!(schema.owners_of("notes"), "account_id (Owner of accounts)");
        assert_eq!(schema.expect("boxes").privacy(), Privacy::Unknown);
        assert!(!schema.expect("boxes").is_principal);
    }

    /// Each of these would take very long if some part of linking were not linear in the text.
    #[test]
    fn hostile_schemas_are_linked_to_their_end() {
        let many = |make: &dyn Fn(usize) -> String| (0..400).map(make).collect::<String>();
        for text in [
            many(&|n| format!("create table t{n} (id int primary key references t{});", n + 1)),
            many(&|n| format!("create table t (c{n} int);")),
            many(&|n| format!("alter table t add c{n} int references t{n};")),
            many(&|n| format!("create policy p{n} on t using (true);")),
            many(&|n| format!("alter table t rename to u{n};create table t (a int references u{n});")),
            many(&|n| format!("create table t{n} (a int);grant all on all tables in schema public to r{n};")),
            many(&|n| format!("create function f{n}() returns int as $$ select 1 $$;create view v{n} as select 1;")),
            many(&|n| {
                format!(
                    "create table users{n} (id int primary key, email text, password text);create table m{n} (user_id int references users{n}, team_id int references teams);"
                )
            }),
        ] {
            link(&[("/p/a.sql", &text)]);
        }
        let code = many(&|n| {
            format!("const s{n} = new Schema({{ a: {{ type: ObjectId, ref: \"M{n}\" }} }}); model(\"M\", s{n}); db.exec(\"create table t{n} (a int)\");\n")
        });
        link(&[("/p/a.js", &format!("import {{ Schema, model }} from \"mongoose\";\n{code}"))]);
        let code = many(&|n| format!("class C{n}(C{}):\n    a = Column(Integer, ForeignKey('t{n}.id'))\n", n + 1));
        link(&[("/p/a.py", &code)]);
    }

    proptest! {
        #[test]
        fn any_files_can_be_linked(parts in proptest::collection::vec(proptest::sample::select(vec![
            "create table users (id int primary key, email text, password text);", "create table notes (id int, user_id int references users);", "drop table users;",
            "alter table notes rename to users;", "alter table users rename user_id to id;", "create table teams (id int primary key, owner_id int references teams);",
            "create table team_members (user_id int references users, team_id int references teams, role text);", "alter table users add constraint c foreign key (id) references notes;",
            "alter table notes drop column user_id;", "create policy p on notes using (auth.uid() = user_id);", "create table x.notes (like notes);", "alter table teams set schema x;",
        ]), 0..14), cut in 1usize..5) {
            let files: Vec<(String, String)> = parts.chunks(cut).enumerate().map(|(n, part)| (format!("/p/{n}.sql"), part.concat())).collect();
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            for model in link(&files).models() {
                prop_assert!(model.owners().iter().all(|path| path.steps.len() < 3));
            }
        }
    }
}
