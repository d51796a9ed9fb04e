//! **Change the database**: a new migration after the last one, since those that ran already are not run again; in a file that
//! describes the whole database, at its end.

use super::edits::Edits;
use super::{Fix, Grade};
use crate::project::Project;
use crate::rules::database::change::{ChangeKind, DatabaseChange, Policies};
use crate::rules::database::owner::quoted;
use crate::text::FileId;

pub fn fix(project: &Project, change: &DatabaseChange) -> Option<Fix> {
    let file = &change.at.file;
    let text = project.file(file)?.document.text();
    let words = Words::of(change);
    let mut edits = Edits::default();
    let place = match Series::of(project, file) {
        Series::Files(next) => {
            let name = next(&words.slug);
            if project.file(&name).is_some() {
                return None;
            }
            edits.create(&name, format!("{}\n", words.statements.join("\n")));
            "in a new migration"
        }
        Series::Whole => {
            edits.edit(file, appended(&text, &words.statements)?);
            "at the end of the file"
        }
        Series::Unknown => return None,
    };
    Some(Fix {
        title: format!("{}, {place}", words.title),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(words.note),
        suppresses: false,
    })
}

/// How a project keeps its SQL.
enum Series {
    /// Files that are run one after the other, each once; the name of the next one.
    Files(Box<dyn Fn(&str) -> FileId>),
    /// One file that says all.
    Whole,
    Unknown,
}

impl Series {
    fn of(project: &Project, file: &FileId) -> Series {
        let (folder, name) = (file.folder(), file.file_name());
        // A tool that keeps a list of its migrations would not run one that it does not know.
        let beside = |path: &str| project.file(&FileId::new(&format!("{folder}/{path}"))).is_some();
        if beside("meta/_journal.json") || beside("atlas.sum") {
            return Series::Unknown;
        }
        // `migrations/20240102_init/migration.sql`
        if name == "migration.sql" {
            let (Some((parent, _)), extension) = (folder.rsplit_once('/'), "/migration.sql") else { return Series::Unknown };
            let folders = project.files().filter_map(|(known, _)| known.as_str().strip_prefix(parent)?.strip_prefix('/')?.strip_suffix(extension));
            return Series::after(parent, folders, extension);
        }
        if !name.starts_with(|c: char| c.is_ascii_digit()) {
            return Series::Whole;
        }
        let names = project.files().filter(|(known, _)| known.folder() == folder).filter_map(|(known, _)| known.file_name().strip_suffix(".sql"));
        let has_direction = name.ends_with(".up.sql");
        Series::after(folder, names, if has_direction { ".up.sql" } else { ".sql" })
    }

    /// The number after the last one, as long as that is written.
    fn after<'n>(folder: &str, names: impl Iterator<Item = &'n str>, extension: &'static str) -> Series {
        let digits = |name: &'n str| name.get(..name.bytes().take_while(u8::is_ascii_digit).count()).filter(|digits| !digits.is_empty() && digits.len() < 18);
        let Some(last) = names.filter_map(digits).max_by_key(|digits| (digits.parse::<u64>().unwrap_or(0), digits.len())) else { return Series::Unknown };
        let (width, next) = (last.len(), last.parse::<u64>().unwrap_or(0) + 1);
        let folder = folder.to_owned();
        Series::Files(Box::new(move |slug| FileId::new(&format!("{folder}/{next:0width$}_{slug}{extension}"))))
    }
}

/// Nothing is put behind the part of a file that takes the rest back.
fn appended(text: &str, statements: &[String]) -> Option<super::TextEdit> {
    let takes_back = text.lines().any(|line| {
        let line = line.trim().to_ascii_lowercase();
        line.starts_with("--") && (line.contains("down") || line.contains("undo") || line.contains("rollback"))
    });
    if takes_back {
        return None;
    }
    // A statement that is not ended yet would swallow the next one.
    let code = text.lines().rev().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("--")).unwrap_or("");
    let mut added: Vec<String> = Vec::new();
    if !code.is_empty() && !code.ends_with(';') {
        added.push(";".to_owned());
    }
    added.push(String::new());
    added.extend(statements.iter().flat_map(|statement| statement.split('\n')).map(str::to_owned));
    Some(super::edits::append_lines(text, &added))
}

struct Words {
    title: String,
    /// For the name of a file.
    slug: String,
    statements: Vec<String>,
    note: String,
}

impl Words {
    fn of(change: &DatabaseChange) -> Words {
        let object = &change.object;
        let (title, verb, statements, note) = match &change.kind {
            ChangeKind::Lock { table, policies } => {
                let mut statements = vec![format!("alter table {table} enable row level security;")];
                statements.extend(policies_of(table, policies));
                let (who, note) = match policies {
                    Policies::Owner(_) => {
                        (" for its owners only", "Run it, then try the app signed in as two different people: each must see only their own rows.")
                    }
                    Policies::Read => (
                        "; everybody may read it",
                        "Everybody reads the table and nobody writes it. Rows are then added by the server's key only; add policies if people of the app must write.",
                    ),
                    Policies::None => (
                        "",
                        "With row level security and without a policy nobody but the server's key reaches the table. Add policies for those who must, and never `using (true)` for writing.",
                    ),
                };
                (format!("Switch on row level security of `{object}`{who}"), "lock", statements, note)
            }
            ChangeKind::Tighten { table, policy, using, check } => {
                let using = using.as_ref().map(|condition| format!(" using ({condition})")).unwrap_or_default();
                let check = check.as_ref().map(|condition| format!(" with check ({condition})")).unwrap_or_default();
                let statement = format!("alter policy {} on {table}{using}{check};", always_quoted(policy));
                (
                    format!("Let the policy ask whose row of `{object}` it is"),
                    "own_rows_of",
                    vec![statement],
                    "Run it, then try the app signed in as two different people: each must see only their own rows.",
                )
            }
            ChangeKind::KeepColumns { table, columns } => (
                format!("Let people change only what is theirs to change in `{object}`"),
                "keep_columns_of",
                vec![
                    format!("revoke update on {table} from anon, authenticated;"),
                    format!("grant update ({}) on {table} to authenticated;", columns.join(", ")),
                ],
                "Take out of the list what people should not change either. Whatever else changes the table does so with the server's key from then on.",
            ),
            ChangeKind::DropPolicy { table, policy } => (
                format!("Drop the policy \"{policy}\": the server's key needs none"),
                "close",
                vec![format!("drop policy {} on {table};", always_quoted(policy))],
                "The service-role key stands above all policies. If people of the app need to reach the table, write a policy that says which rows are theirs.",
            ),
            ChangeKind::FixSearchPath { routine } => (
                format!("Fix the search path of `{object}`"),
                "search_path_of",
                vec![format!("alter function {routine} set search_path = '';")],
                "With an empty search path the function must name its tables in full, as in `public.notes`; look through its body.",
            ),
            ChangeKind::TakeFunction { routine, without_path } => {
                let mut statements = vec![format!("revoke execute on function {routine} from public, anon, authenticated;")];
                statements.extend(without_path.then(|| format!("alter function {routine} set search_path = '';")));
                let note = if *without_path {
                    "The server's key may still call it. With an empty search path it must name its tables in full, as in `public.notes`; look through its body."
                } else {
                    "The server's key may still call it. If people must, let it ask who calls (`auth.uid()`) and grant it to `authenticated`."
                };
                (format!("Take `{object}` away from visitors and everybody who signs up"), "revoke", statements, note)
            }
            ChangeKind::Revoke { object: called, roles } => (
                format!("Take `{object}` away from {}", roles.replace(", ", " and ")),
                "revoke",
                vec![format!("revoke {} from {roles};", called)],
                "Those who must still use it get it back one by one: `grant ... to authenticated`.",
            ),
            ChangeKind::AskAsCaller { view } => (
                format!("Let `{object}` read with the rights of whoever asks"),
                "invoker",
                vec![format!("alter view {view} set (security_invoker = on);")],
                "The policies of the tables behind the view apply from then on. PostgreSQL knows the option since version 15.",
            ),
            ChangeKind::TakeBack { privileges, on, roles } => (
                format!("Take `{privileges}` back from {}", roles.replace(", ", " and ")),
                "revoke",
                vec![format!("revoke {privileges} on {on} from {roles};")],
                "Grant what is needed one by one, to `authenticated` where people must sign in: `grant select on public.products to anon`.",
            ),
            ChangeKind::CloseBucket { bucket } => (
                format!("Make the bucket `{bucket}` private"),
                "private",
                vec![format!("update storage.buckets set public = false where id = '{}';", bucket.replace('\'', "''"))],
                "Links that the app shows must then be made with `createSignedUrl`, which ends after a while.",
            ),
        };
        let slug: String = format!("{verb}_{object}").chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        Words { title, slug, statements, note: note.to_owned() }
    }
}

fn policies_of(table: &str, policies: &Policies) -> Vec<String> {
    match policies {
        Policies::None => Vec::new(),
        Policies::Read => vec![format!("create policy \"Everybody reads\" on {table} for select using (true);")],
        Policies::Owner(condition) => vec![
            format!("create policy \"Owners read\" on {table} for select to authenticated using ({condition});"),
            format!("create policy \"Owners add\" on {table} for insert to authenticated with check ({condition});"),
            format!("create policy \"Owners change\" on {table} for update to authenticated using ({condition}) with check ({condition});"),
            format!("create policy \"Owners delete\" on {table} for delete to authenticated using ({condition});"),
        ],
    }
}

fn always_quoted(name: &str) -> String {
    let plain = quoted(name);
    if plain.starts_with('"') { plain } else { format!("\"{name}\"") }
}
