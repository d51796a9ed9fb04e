//! `queries/catalogue/setup.toml`: which files configure what, and where in them a setting stands.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use serde::Deserialize;

use crate::facts::built::{Table, table};
use crate::text::Name;

/// A kind of file. All rows that name its `stack` are asked of it.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileRow {
    pub stack: Name,
    /// A regular expression over the path below the workspace folder.
    pub files: String,
    /// What is bound here, if anything: `serverless` or `sam`.
    #[serde(default)]
    pub binds: Option<Name>,
    /// How its lines are read, if it is no map of settings: `env`, `dockerfile`, `headers`, `redirects`.
    #[serde(default)]
    pub lines: Option<Name>,
    /// A map without these keys is another kind of file with the same name.
    #[serde(default)]
    pub has: Vec<String>,
    /// One of these is among the dependencies of the package around it.
    #[serde(default)]
    pub packages: Vec<Name>,
    #[serde(skip)]
    pub settings: Vec<SettingRow>,
    #[serde(skip)]
    pub inlined: Vec<InlinedRow>,
    #[serde(skip)]
    pub headers: Vec<HeadersRow>,
    #[serde(skip)]
    pub forwards: Vec<ForwardRow>,
    #[serde(skip)]
    pub variables: Vec<VariablesRow>,
    #[serde(skip)]
    pub entries: Vec<EntryRow>,
}

/// A setting that is on or off, or a word.
#[derive(Deserialize, Debug, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingRow {
    of: Vec<Name>,
    /// `build.sourcemap`; `*` is every item of a list or field of a map. Empty for what is only assigned.
    #[serde(deserialize_with = "path", default)]
    pub at: Vec<String>,
    pub is: Name,
    #[serde(default)]
    pub yes: Vec<String>,
    #[serde(default)]
    pub no: Vec<String>,
    /// Any other value.
    #[serde(default = "unknown")]
    pub otherwise: Word,
    /// If nothing is said; without it that is no fact.
    #[serde(default)]
    pub absent: Option<Word>,
    /// Also where code assigns a member of this name: `config.devtool = "source-map"`.
    #[serde(default)]
    pub assigned: Option<Name>,
}

#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    Yes,
    No,
    Unknown,
}

fn unknown() -> Word {
    Word::Unknown
}

impl From<Word> for super::Answer {
    fn from(word: Word) -> Self {
        match word {
            Word::Yes => super::Answer::Yes,
            Word::No => super::Answer::No,
            Word::Unknown => super::Answer::Unknown,
        }
    }
}

/// What is copied into pages.
#[derive(Deserialize, Debug, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InlinedRow {
    of: Vec<Name>,
    #[serde(deserialize_with = "path", default)]
    pub at: Vec<String>,
    /// The class whose first argument it is, wherever one is made.
    #[serde(default)]
    pub made_by: Option<Name>,
    pub way: Name,
    pub form: Form,
}

#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Each field under its name, however deep.
    Fields,
    /// Names of variables, in a list or as keys of a map with fallbacks.
    Names,
    /// Beginnings of names of variables.
    Prefixes,
    /// An env file as a whole.
    File,
}

#[derive(Deserialize, Debug, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HeadersRow {
    of: Vec<Name>,
    /// Each group of headers.
    #[serde(deserialize_with = "path")]
    pub at: Vec<String>,
    /// The field with the paths of the group; without it, the group's own key.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The field with the headers: a map, or a list of maps with a name and a value; without it, the group is one header.
    #[serde(default)]
    pub headers: Option<String>,
    #[serde(default = "key")]
    pub name: String,
    #[serde(default = "value")]
    pub value: String,
}

fn key() -> String {
    "key".to_owned()
}

fn value() -> String {
    "value".to_owned()
}

#[derive(Deserialize, Debug, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ForwardRow {
    of: Vec<Name>,
    #[serde(deserialize_with = "path")]
    pub at: Vec<String>,
    pub way: Name,
    /// The field with the path; without it, the entry's own key.
    #[serde(default)]
    pub from: Option<String>,
    /// The fields that may hold the address; the entry itself may be it, too.
    #[serde(default)]
    pub to: Vec<String>,
}

#[derive(Deserialize, Debug, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VariablesRow {
    of: Vec<Name>,
    #[serde(deserialize_with = "path")]
    pub at: Vec<String>,
    /// For a list of maps: the fields with the name and the value.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub value: Option<String>,
    /// Names of files with variables instead.
    #[serde(default)]
    pub files: bool,
}

/// Files that a build begins with to make what pages load.
#[derive(Deserialize, Debug, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntryRow {
    of: Vec<Name>,
    /// A file's name, or lists and calls with such names in them. Empty for the whole.
    #[serde(deserialize_with = "path")]
    pub at: Vec<String>,
    /// Not where one of these fields of the configuration has something that begins with one of these; an empty text is anything.
    #[serde(default)]
    pub unless: std::collections::BTreeMap<Name, Vec<String>>,
}

fn path<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

/// What code means to us that is no configuration yet.
#[derive(Deserialize, Debug, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Code {
    /// Functions that give back what they get, whole.
    #[serde(default)]
    pub same: Vec<Name>,
    /// Functions that give all maps they get as one.
    #[serde(default)]
    pub merges: Vec<Name>,
    /// Functions that give the variables whose names begin like their argument at `prefix-at`.
    #[serde(default)]
    pub environment: Vec<EnvironmentRow>,
    /// Names that have these values in the build that is deployed.
    #[serde(default)]
    pub deployed: std::collections::BTreeMap<Name, toml::Value>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnvironmentRow {
    pub call: Name,
    /// The argument with the prefix.
    #[serde(default)]
    pub prefix_at: Option<usize>,
    /// The prefix without that argument.
    #[serde(default)]
    pub prefix: Name,
    /// The member of the result that holds them.
    #[serde(default)]
    pub member: Option<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    file: Vec<FileRow>,
    setting: Vec<SettingRow>,
    inlined: Vec<InlinedRow>,
    headers: Vec<HeadersRow>,
    forward: Vec<ForwardRow>,
    variables: Vec<VariablesRow>,
    entry: Vec<EntryRow>,
    code: Code,
}

pub struct Catalogue {
    pub files: Vec<FileRow>,
    pub code: Code,
    set: RegexSet,
    versions: Option<Regex>,
}

const BUILT: Table = table!("setup");

/// The table is part of the program; a test shows that it can be read.
pub static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| match BUILT.read::<Text>() {
    Ok(text) => Catalogue::of(text),
    Err(_) => Catalogue { files: Vec::new(), code: Code::default(), set: RegexSet::empty(), versions: None },
});

impl Catalogue {
    fn of(text: Text) -> Catalogue {
        let mut files = text.file;
        for file in &mut files {
            let names = |of: &[Name]| of.contains(&file.stack);
            file.settings = text.setting.iter().filter(|row| names(&row.of)).cloned().collect();
            file.inlined = text.inlined.iter().filter(|row| names(&row.of)).cloned().collect();
            file.headers = text.headers.iter().filter(|row| names(&row.of)).cloned().collect();
            file.forwards = text.forward.iter().filter(|row| names(&row.of)).cloned().collect();
            file.entries = text.entry.iter().filter(|row| names(&row.of)).cloned().collect();
            file.variables = text.variables.iter().filter(|row| names(&row.of)).cloned().collect();
        }
        let set = RegexSet::new(files.iter().map(|file| file.files.as_str())).unwrap_or_default();
        Catalogue { files, code: text.code, set, versions: Regex::new(super::version::FILES).ok() }
    }

    /// The rows for a file, by its path below the workspace folder.
    pub fn rows(&self, path: &str) -> impl Iterator<Item = &FileRow> {
        self.set.matches(path).into_iter().filter_map(|at| self.files.get(at))
    }

    /// Does the file say anything that is kept here?
    pub fn is_of_interest(&self, path: &str) -> bool {
        self.set.is_match(path) || self.tells_versions(path)
    }

    /// Does the file say which versions of packages are used?
    pub fn tells_versions(&self, path: &str) -> bool {
        self.versions.as_ref().is_some_and(|names| names.is_match(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let text = BUILT.read::<Text>().unwrap_or_else(|error| panic!("{error}"));
        assert!(text.file.iter().all(|file| Regex::new(&file.files).is_ok()));
        let stacks: Vec<&Name> = text.file.iter().map(|file| &file.stack).collect();
        let named = text.setting.iter().map(|row| &row.of).chain(text.inlined.iter().map(|row| &row.of)).chain(text.headers.iter().map(|row| &row.of));
        let named = named.chain(text.forward.iter().map(|row| &row.of)).chain(text.variables.iter().map(|row| &row.of));
        let named = named.chain(text.entry.iter().map(|row| &row.of));
        for stack in named.flatten() {
            assert!(stacks.contains(&stack), "no file is of {stack}");
        }
        assert_eq!(CATALOGUE.files.len(), text.file.len());
    }
}
