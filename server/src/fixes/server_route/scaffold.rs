//! Where a route can stand and how it is written: the rows of `queries/catalogue/server-routes.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Asks;
use super::listed::Listed;
use crate::fixes::edits::Edits;
use crate::fixes::package::{Package, inside};
use crate::fixes::stack::Setting;
use crate::project::Project;
use crate::syntax::Language;
use crate::text::{FileId, Name};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    place: Vec<Scaffold>,
    style: Vec<Style>,
    library: Vec<Library>,
    longest: Vec<Longest>,
}

/// What keeps an answer short, where the page did not say so itself.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Longest {
    #[serde(default)]
    address: Option<String>,
    package: String,
    call: String,
    setting: String,
    value: String,
    known: Vec<String>,
}

/// The library that says what is sent.
const SCHEMAS: &str = "zod";

/// `const Asked = z.object({ .. });`, for what the page sends besides its settings.
fn schema(asks: &Asks) -> Option<String> {
    let fields = asks.fields()?;
    let field = |(name, is_list): &(Name, bool)| format!("{name}: {}", if *is_list { "z.array(z.any())" } else { "z.any()" });
    (!fields.is_empty()).then(|| format!("const Asked = z.object({{ {} }});\n\n", fields.iter().map(field).collect::<Vec<_>>().join(", ")))
}

/// The setting, if it must be added to those that the page made.
fn longest(asks: &Asks) -> Option<(Name, String)> {
    let is_it = |row: &&Longest| match asks {
        Asks::Request(request) => row.address.as_ref() == Some(&request.address),
        Asks::Calls(calls) => calls.library.packages.contains(&row.package) && calls.method == row.call,
    };
    let row = CATALOGUE.longest.iter().find(is_it)?;
    let is_said = asks.settled().iter().any(|(name, _)| row.known.iter().any(|known| known == name));
    (!is_said).then(|| (Name::from(row.setting.as_str()), row.value.clone()))
}

/// What is sent on: `sent`, an expression, with the settings that the page does not choose any more.
fn given(asks: &Asks, sent: &str) -> Option<String> {
    let settled: Vec<String> = asks.settled().iter().cloned().chain(longest(asks)).map(|(name, value)| format!("{name}: {value}")).collect();
    (!settled.is_empty()).then(|| format!("{{ ...{sent}, {} }}", settled.join(", ")))
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Scaffold {
    #[cfg_attr(not(test), allow(dead_code))]
    name: String,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    markers: Vec<String>,
    #[serde(default)]
    folders: Vec<String>,
    path: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    through: Option<Through>,
    #[serde(default)]
    listed: Option<Listed>,
    #[serde(default)]
    modules: String,
    style: String,
    opens: String,
    closes: String,
    #[serde(default)]
    pub note: String,
    #[cfg_attr(not(test), allow(dead_code))]
    examples: Vec<Example>,
}

/// A client that the page asks with.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Through {
    pub package: String,
    pub makes: String,
    /// What stands for the answer of `fetch`.
    pub fetched: String,
    /// What stands for what a vendor's library gives.
    pub called: String,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Style {
    name: String,
    /// What its types need, in TypeScript.
    #[serde(default)]
    imports: String,
    text: String,
    /// What answers somebody who sent something else than the page does.
    refuses: String,
    fetches: String,
    calls: String,
}

/// A vendor's library, whose calls a route can make for the page.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Library {
    pub packages: Vec<String>,
    /// The option that holds the key; without one, the key is what its client is given first.
    #[serde(default)]
    pub key: Option<String>,
    pub calls: Vec<String>,
    /// What of `answer` the page gets, where that is not all that JSON takes along.
    #[serde(default)]
    gives: Option<String>,
    #[cfg_attr(not(test), allow(dead_code))]
    examples: Vec<LibraryExample>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), allow(dead_code))]
struct LibraryExample {
    /// A page; `{key}` is the key.
    page: String,
    /// What the route then does.
    route: String,
}

pub fn library(package: &str) -> Option<&'static Library> {
    CATALOGUE.library.iter().find(|library| library.packages.iter().any(|known| known == package))
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), allow(dead_code))]
struct Example {
    files: std::collections::BTreeMap<String, String>,
    page: String,
    route: String,
}

/// The catalogue is part of the program; a test shows that it can be read.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| toml::from_str(include_str!("../../../../queries/catalogue/server-routes.toml")).unwrap_or_default());

/// A place for a route that asks a vendor.
pub struct Spot {
    pub scaffold: &'static Scaffold,
    pub route: FileId,
    /// What the page asks instead of the vendor.
    pub address: String,
    is_typed: bool,
    pub vendor: String,
    /// The table of routes that has to name it.
    table: Option<FileId>,
    /// The package has the library that says what is sent.
    has_schemas: bool,
}

impl Spot {
    /// The place for routes of the package that a page belongs to. `None` where no server is known, or the route is there already.
    pub fn of(project: &Project, page: &FileId, language: Language, package: &Package, vendor: &str) -> Option<Spot> {
        let (scaffold, folder) = CATALOGUE.place.iter().find_map(|scaffold| Some((scaffold, scaffold.folder(project, page, package)?)))?;
        let vendor = vendor.to_ascii_lowercase().replace(' ', "-");
        let is_typed = language.is_typescript();
        let named = |text: &str| text.replace("{folder}", folder).replace("{vendor}", &vendor).replace("{ext}", if is_typed { "ts" } else { "js" });
        let (route, address) = (inside(&package.folder, &named(&scaffold.path)), named(&scaffold.address));
        let table = scaffold.listed.as_ref().and_then(|listed| listed.table(project, package));
        let has_schemas = package.dependencies.contains(SCHEMAS);
        project.file(&route).is_none().then_some(Spot { scaffold, route, address, is_typed, vendor, table, has_schemas })
    }

    /// Names the route in the table of routes, where there must be one. `None` where that cannot be done.
    pub fn list(&self, project: &Project, edits: &mut Edits) -> Option<()> {
        let (Some(listed), Some(table)) = (&self.scaffold.listed, &self.table) else { return Some(()) };
        listed.add(project, table, |text| text.replace("{vendor}", &self.vendor).replace("{ext}", if self.is_typed { "ts" } else { "js" }), edits)
    }

    /// The client that the page asks with instead of an address.
    pub fn through(&self) -> Option<&'static Through> {
        self.scaffold.through.as_ref()
    }

    pub fn note(&self) -> String {
        self.scaffold.note.replace("{vendor}", &self.vendor)
    }

    /// The whole file.
    pub fn text(&self, asks: &Asks, setting: &Setting, variable: &str) -> Option<String> {
        let style = CATALOGUE.style.iter().find(|style| style.name == self.scaffold.style)?;
        let read = setting.stack.read.replace("{name}", variable);
        let wanted = setting.stack.import.as_ref().map(|wanted| match &wanted.name {
            Some(name) => format!("import {{ {} }} from {};\n", name.replace("{name}", variable), quoted(&wanted.from)),
            None => format!("import {};\n", quoted(&wanted.from)),
        });
        let types = if self.is_typed && !style.imports.is_empty() { format!("{}\n", style.imports) } else { String::new() };
        let (ask, library) = match asks {
            Asks::Request(_) => (&style.fetches, ""),
            Asks::Calls(calls) => (&style.calls, calls.import.as_str()),
        };
        let library = library.replace("from \"", &format!("from \"{}", self.scaffold.modules));
        let schema = if self.has_schemas { schema(asks) } else { None };
        let z = schema.as_ref().map(|_| format!("import {{ z }} from \"{}{SCHEMAS}\";\n", self.scaffold.modules)).unwrap_or_default();
        let mut import = format!("{types}{library}{z}{}", wanted.unwrap_or_default());
        if !import.is_empty() {
            import.push('\n');
        }
        let sent = if schema.is_some() { "asked.data" } else { "JSON.parse(body)" };
        let checks =
            schema.as_ref().map(|_| format!("  const asked = Asked.safeParse(JSON.parse(body));\n  if (!asked.success) {{\n    {}\n  }}\n", style.refuses));
        import.push_str(&schema.unwrap_or_default());
        let ask = checks.unwrap_or_default() + ask.trim_start_matches('\n');
        let closes = self.scaffold.closes.replace("{vendor}", &self.vendor);
        let text = style.text.trim_start().replace("{opens}", &self.scaffold.opens).replace("{closes}", &closes).replace("{ask}", &ask);
        let mut values = vec![("{import}", import), ("{read}", read)];
        match asks {
            Asks::Request(request) => {
                let headers = request.headers_with("key").map(|(name, value)| format!("      {}: {value},\n", quoted(name))).collect();
                // Of what is no object, nothing is known.
                let sent = if request.is_object { given(asks, sent).or_else(|| sent.starts_with("asked").then(|| sent.to_owned())) } else { None };
                let body = sent.map_or_else(|| "body".to_owned(), |sent| format!("body: JSON.stringify({sent})"));
                values.extend([("{address}", quoted(&request.address)), ("{headers}", headers), ("{body}", body)]);
            }
            Asks::Calls(calls) => {
                let gives = calls.library.gives.clone().unwrap_or_else(|| "answer".to_owned());
                values.extend([
                    ("{client}", calls.client_with("key")),
                    ("{method}", calls.method.clone()),
                    ("{sent}", given(asks, sent).unwrap_or_else(|| sent.to_owned())),
                    ("{gives}", gives),
                ]);
            }
        }
        Some(filled(&typed(&text, self.is_typed), &values))
    }
}

/// Each mark becomes its value. What is put in comes from the page, and is no template.
fn filled(text: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, (mark, value))) = values.iter().filter_map(|value| Some((rest.find(value.0)?, value))).min_by_key(|(at, _)| *at) {
        out.push_str(rest.get(..at).unwrap_or_default());
        out.push_str(value);
        rest = rest.get(at + mark.len()..).unwrap_or_default();
    }
    out + rest
}

impl Scaffold {
    /// Its folder in the package, empty if it has none. `None` if it does not fit.
    fn folder(&self, project: &Project, page: &FileId, package: &Package) -> Option<&str> {
        let has_package = self.packages.is_empty() || self.packages.iter().any(|name| package.dependencies.contains(name.as_str()));
        let has_marker = self.markers.is_empty()
            || self.markers.iter().any(|marker| match marker.strip_suffix('/') {
                Some(folder) => has_folder(project, &package.folder, folder),
                None => package.has(project, marker),
            });
        let is_listed = self.listed.as_ref().is_none_or(|listed| listed.table(project, package).is_some());
        if !has_package || !has_marker || !is_listed {
            return None;
        }
        if self.folders.is_empty() {
            return Some("");
        }
        let holds = |folder: &&String| page.as_str().starts_with(&format!("{}/{folder}/", package.folder));
        self.folders.iter().find(holds).or_else(|| self.folders.iter().find(|folder| has_folder(project, &package.folder, folder))).map(String::as_str)
    }
}

fn has_folder(project: &Project, package: &str, folder: &str) -> bool {
    let start = inside(package, &format!("{folder}/"));
    project.files().any(|(file, _)| file.as_str().starts_with(start.as_str()))
}

/// `{: T}` becomes `: T`, or nothing.
fn typed(text: &str, is_typed: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{: ") {
        out.push_str(before);
        let mut depth = 1_usize;
        let end = behind.char_indices().find(|(_, c)| {
            depth = match c {
                '{' => depth + 1,
                '}' => depth - 1,
                _ => depth,
            };
            depth == 0
        });
        let Some((end, _)) = end else { break };
        let (ty, after) = behind.split_at(end);
        if is_typed {
            out.push_str(": ");
            out.push_str(ty);
        }
        rest = after.strip_prefix('}').unwrap_or(after);
    }
    out.push_str(rest);
    out
}

pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
