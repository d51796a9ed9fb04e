//! The facts of one file. Pure: equal texts give equal facts.

use std::sync::Arc;

use super::code::Telling;
use super::declared::FileSchema;
use super::{access_rules, code, prisma, supabase_types};
use crate::facts::access_rules::{Written, read as read_rules};
use crate::model::prisma::schema;
use crate::model::sql::{Query, Statement, StatementKind, statements};
use crate::model::{FileModel, around_changes};
use crate::syntax::{Document, Language};
use crate::text::FileId;

/// Reads what a file says about models. `model` is its program model, if it is code.
pub fn read(document: &Document, model: Option<&FileModel>) -> FileSchema {
    let mut out = FileSchema::default();
    match document.language {
        Language::Sql => {
            if !undoes(&document.file) {
                out.statements = definitions(&document.text());
            }
        }
        Language::AccessRules => access_rules::read(&document.file, &read_rules(&document.text(), Written::Cloud), &mut out),
        Language::Prisma => prisma::read(&document.file, &schema(&document.text()), &mut out),
        _ => {
            if let Some(model) = model {
                out = code::read(model);
            }
            if document.language.is_typescript() {
                let text = document.text();
                out.generated = supabase_types::looks_like(&text);
                if out.generated {
                    supabase_types::read(&document.file, &text, &mut out);
                }
            }
        }
    }
    out
}

/// The same, and of code where it says it: somebody is about to write in it.
pub fn read_to_follow(document: &Document, model: Option<&FileModel>) -> After {
    let said = read(document, model);
    let telling = model.filter(|_| document.language.is_code() && !said.generated).map(Telling::of);
    (Arc::new(said), telling.map(Arc::new))
}

/// What a file says after an edit, whose last text had this model and said this: equal to [`read`] of it.
pub fn read_after(document: &Document, model: Option<&FileModel>, before: Option<&FileModel>, said: &Arc<FileSchema>, known: Option<&Arc<Telling>>) -> After {
    let (Some(model), Some(before)) = (model, before) else { return (Arc::new(read(document, model)), None) };
    let is_typescript = document.language.is_typescript();
    let has_a_sign = || is_typescript && supabase_types::has_a_sign(&document.code_of(around_changes(before, model)));
    if !document.language.is_code() || said.generated || has_a_sign() {
        return (Arc::new(read(document, Some(model))), None);
    }
    if said.is_empty() && code::still_defines_nothing(before, model) {
        debug_assert!(read(document, Some(model)).is_empty(), "{} began to define models unseen", document.file);
        return (Arc::clone(said), known.cloned());
    }
    let (found, telling) = code::read_again(model, known.map(|known| &**known));
    (Arc::new(found), Some(Arc::new(telling)))
}

/// What a file says now, and where it may say it.
pub type After = (Arc<FileSchema>, Option<Arc<Telling>>);

/// A file that takes back what another one does: `0001_init.down.sql`, `down.sql`.
fn undoes(file: &FileId) -> bool {
    let name = file.file_name().to_ascii_lowercase();
    let stem = name.strip_suffix(".sql").unwrap_or(&name);
    let ends = |word: &str| stem.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', '_', '-']));
    ends("down") || ends("rollback") || ends("undo") || ends("revert") || file.as_str().to_ascii_lowercase().contains("/down/")
}

/// The statements that define something. The part of a migration that takes it back is left out: `-- +goose Down`,
/// `-- migrate:down`.
fn definitions(text: &str) -> Vec<Statement> {
    let mut end = text.len();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let comment = line.trim().strip_prefix("--").map(|rest| rest.trim().to_ascii_lowercase());
        let is_down = comment.is_some_and(|rest| {
            matches!(
                rest.trim_start_matches('+').split_whitespace().collect::<Vec<_>>().as_slice(),
                ["goose" | "migrate", "down", ..] | ["migrate:down", ..] | ["@undo" | "@down", ..]
            )
        });
        if is_down {
            end = at;
            break;
        }
        at += line.len();
    }
    let mut all = statements(text.get(..end).unwrap_or(text));
    all.retain(|statement| match &statement.kind {
        StatementKind::Query(query) => changes_a_system_table(query),
        _ => true,
    });
    all
}

/// Rows that configure rather than fill: `insert into storage.buckets …`.
fn changes_a_system_table(query: &Query) -> bool {
    query.target().is_some_and(|table| table.name.schema.as_ref().is_some_and(|schema| matches!(schema.as_str(), "storage" | "auth" | "cron")))
}
