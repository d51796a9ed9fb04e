//! Does an interface hand the tables of this file's database to anybody on the internet, as Supabase and PostgREST do? And which
//! code asks it for what?

use crate::facts::exposure::EXPOSURE;
use crate::facts::schema::{Model, RowSecurity, SourceKind};
use crate::project::surface::Surface;
use crate::rules::exposed::{FileCx, audience};
use crate::rules::{Place, Related};
use crate::text::{Date, FileId};

/// Ordered by how sure it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Served {
    /// Nothing says so: the database may be one that only the server talks to.
    No,
    /// The project has a client of such an interface; for which database, nothing says.
    Perhaps,
    Yes,
}

/// So many places that ask for a table are told.
const MOST_TOLD: usize = 3;
/// The roles that the interface asks as.
const ROLES: [&str; 3] = ["anon", "authenticated", "web_anon"];
/// Words of SQL that only such a database knows.
const WORDS: [&str; 6] = ["auth.uid(", "auth.jwt(", "auth.role(", "auth.users", "storage.objects", "storage.buckets"];

/// Is the database that this SQL file makes served?
pub fn served(cx: &FileCx<'_>) -> Served {
    let folder = cx.file.folder();
    let path = cx.project.relative(cx.file);
    if path.split('/').any(|part| part == "supabase") {
        return Served::Yes;
    }
    let text = cx.known.document.text();
    if WORDS.iter().any(|word| text.contains(word)) || cx.schema.models().iter().any(|model| is_of_folder(model, folder) && speaks_of_api(model)) {
        return Served::Yes;
    }
    if asks_anything(cx) { Served::Perhaps } else { Served::No }
}

/// Does the project the file belongs to have a client of such an interface?
fn asks_anything(cx: &FileCx<'_>) -> bool {
    EXPOSURE.data_clients.iter().any(|package| cx.project.depends_on(cx.file, package))
}

fn is_of_folder(model: &Model, folder: &str) -> bool {
    model.sources.iter().any(|(kind, site)| *kind == SourceKind::Sql && site.file.folder() == folder)
}

fn speaks_of_api(model: &Model) -> bool {
    let security = &model.row_security;
    let is_role = |role: &str| ROLES.contains(&role);
    security.policies.iter().flat_map(|policy| &policy.roles).any(|role| is_role(role))
        || security.grants.iter().any(|grant| is_role(&grant.role))
        || security.revoked.iter().any(|role| is_role(role))
        || model.columns.iter().filter_map(|column| column.references.as_ref()).any(|reference| reference.model.0 == "auth.users")
}

/// Is everything on it taken from the roles that the interface asks as?
pub fn is_closed(security: &RowSecurity) -> bool {
    let has = |role: &str| security.revoked.iter().any(|known| known == role);
    has("anon") && has("authenticated") && !is_granted(security)
}

pub fn is_granted(security: &RowSecurity) -> bool {
    security.grants.iter().any(|grant| ROLES.contains(&grant.role.as_str()))
}

/// Since this day tables are handed out only after a `grant`.
const GRANTED_BY_HAND: Date = Date { year: 2026, month: 10, day: 30 };

/// Was the table made when a table was no longer handed out by itself? Told by the migration's name.
pub fn needs_grant(file: &FileId) -> bool {
    let name = file.file_name();
    let Some(digits) = name.get(..8).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())) else { return false };
    let (Some(year), Some(month), Some(day)) = (digits.get(..4), digits.get(4..6), digits.get(6..)) else { return false };
    Date::parse(&format!("{year}-{month}-{day}")).is_some_and(|date| date >= GRANTED_BY_HAND)
}

/// Code that asks the interface for something by its name.
pub struct AskedFor {
    pub place: Place,
    /// Who runs it, if it ships.
    pub surface: Option<Surface>,
}

impl AskedFor {
    pub fn related(&self, name: &str) -> Related {
        let message = match self.surface {
            Some(surface) => format!("`{name}` is asked for here, in code that goes to {}", audience(surface)),
            None => format!("`{name}` is asked for here"),
        };
        Related { place: self.place.clone(), message: message.into() }
    }
}

/// Where code asks for a table (`from`) or a function (`rpc`); what ships comes first.
pub fn asked_for(cx: &FileCx<'_>, step: &str, name: &str) -> Vec<AskedFor> {
    let mut found = Vec::new();
    for (file, known) in cx.project.sorted_files() {
        let is_any = known.exposure.items.iter().any(|facts| facts.asked.iter().any(|asked| asked.step == step && asked.name == name));
        if !is_any || !EXPOSURE.data_clients.iter().any(|package| cx.project.depends_on(file, package)) && !imports_client(known) && !is_clear(cx, file) {
            continue;
        }
        let starts = known.model.as_ref().map(|model| model.segments.iter().map(|placed| placed.start).collect::<Vec<u32>>()).unwrap_or_default();
        for (item, facts) in known.exposure.items.iter().enumerate() {
            let start = starts.get(item).copied().unwrap_or(0);
            for asked in facts.asked.iter().filter(|asked| asked.step == step && asked.name == name) {
                let surface = if asked.kept { None } else { cx.reach.way_of_item(file, item).map(|way| way.surface) };
                found.push(AskedFor { place: Place { file: file.clone(), span: asked.span.shifted(start) }, surface });
            }
        }
    }
    found.sort_by_key(|asked| asked.surface.is_none());
    found.truncate(MOST_TOLD);
    found
}

fn imports_client(known: &crate::project::File) -> bool {
    let imports = known.exposure.items.iter().flat_map(|facts| &facts.imports);
    imports.into_iter().any(|import| EXPOSURE.data_clients.iter().any(|package| *package == import.source.as_str()))
}

/// Without a manifest nothing else can be meant where the SQL lies in the client's own folder.
fn is_clear(cx: &FileCx<'_>, file: &FileId) -> bool {
    cx.project.relative(cx.file).split('/').any(|part| part == "supabase") && cx.project.setup().manifests().is_empty() && !file.as_str().is_empty()
}
