//! What reaches the browser and what stays on a server, as data: `queries/catalogue/browser.toml`.

mod glob;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub use glob::{Glob, name_fits};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Browser {
    variables: Vec<String>,
    variables_of_stacks: Vec<String>,
    pub servers: Vec<String>,
    pub server_imports: Vec<String>,
    pub server_folders: Vec<String>,
    pub server_files: Vec<String>,
    pub build_marks: Vec<String>,
    #[serde(rename = "stack")]
    pub stacks: Vec<Stack>,
    pub built: Vec<BuiltFolder>,
    pub maps: Vec<MapsByDefault>,
}

/// A build that writes source maps beside what is served unless it is told not to.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct MapsByDefault {
    pub command: String,
    #[serde(default)]
    pub unless: Vec<String>,
    /// The script asks for them by this; unless it does, there are none.
    #[serde(default)]
    pub asked: Option<String>,
    /// What in a file of configuration says something about it.
    pub words: Vec<String>,
    /// `NAME=value`, for the env file of production.
    #[serde(default)]
    pub variable: Option<String>,
    /// For the script.
    #[serde(default)]
    pub flag: Option<String>,
}

/// How a kind of project is split. The fields are explained in the file they are read from.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stack {
    pub name: String,
    packages: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    says: BTreeMap<String, String>,
    #[serde(default)]
    and: Vec<String>,
    #[serde(default)]
    and_files: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default, rename = "static")]
    pub served: Vec<Glob>,
    #[serde(default)]
    pub barriers: Vec<Glob>,
    #[serde(default)]
    pub server: Vec<Glob>,
    #[serde(default)]
    pub shipped: Vec<Glob>,
    #[serde(default)]
    pub native: bool,
    pub elsewhere: Elsewhere,
    #[serde(default)]
    server_exports: Vec<String>,
    #[serde(default)]
    server_exports_in: Vec<Glob>,
    #[serde(default)]
    prefixes: Vec<String>,
    #[serde(default)]
    pub inlines: bool,
    #[serde(default)]
    pub unimported: Vec<Unimported>,
    #[serde(default)]
    pub offered: Vec<Glob>,
    #[serde(default)]
    public: Vec<PublicRead>,
    examples: BTreeMap<String, String>,
}

/// How code that ships reads a published variable.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct PublicRead {
    #[serde(default)]
    packages: Vec<String>,
    pub prefix: String,
    pub read: String,
    #[serde(default)]
    pub import: Option<PublicImport>,
    /// Types say that the variable may be missing.
    #[serde(default)]
    pub asserted: bool,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct PublicImport {
    pub from: String,
    pub name: String,
}

/// Folders of a package, each with a slash at its end, whose exports need no import.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Unimported {
    /// In files below this folder.
    pub within: String,
    pub folders: Vec<String>,
}

/// What holds for code that no list of the stack names.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Elsewhere {
    Server,
    Shipped,
    Unknown,
}

/// What is known of the root of a package.
#[derive(Clone, Copy)]
pub struct Evidence<'e> {
    /// `None` where there is no list of dependencies.
    pub depends: Option<&'e dyn Fn(&str) -> bool>,
    /// Is there such a file at the root?
    pub has_file: &'e dyn Fn(&str) -> bool,
    /// Is there such a file at the root, with this word in it?
    pub says: &'e dyn Fn(&str, &str) -> bool,
}

/// A folder that a build fills with what is served.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltFolder {
    /// Below the folder of a package.
    pub folder: String,
    /// Only if there is a page in it.
    #[serde(default)]
    pub page: bool,
}

const TEXT: &str = include_str!("../../../../queries/catalogue/browser.toml");

/// The table is part of the program; a test shows that it can be read.
pub static BROWSER: LazyLock<Browser> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

impl Browser {
    /// True if a build copies the variable into pages.
    pub fn shows(&self, variable: &str) -> bool {
        self.variables.iter().any(|prefix| variable.starts_with(prefix.as_str()))
    }

    /// The same in a project of this stack: what only others publish stays.
    pub fn shows_in(&self, variable: &str, stack: Option<&Stack>) -> bool {
        let of_stack = |prefix: &String| stack.is_some_and(|stack| stack.prefixes.contains(prefix));
        let starts = |prefix: &String| variable.starts_with(prefix.as_str());
        self.variables.iter().any(|prefix| starts(prefix) && (!self.variables_of_stacks.contains(prefix) || of_stack(prefix)))
    }

    /// What publishes variables, each with the underscore at its end.
    pub fn prefixes(&self) -> &[String] {
        &self.variables
    }

    /// The variable's name without what publishes it, however often that is said.
    pub fn unpublished<'n>(&self, variable: &'n str) -> &'n str {
        let mut rest = variable;
        while let Some(plain) = self.variables.iter().find_map(|prefix| rest.strip_prefix(prefix.as_str())) {
            rest = plain;
        }
        rest
    }

    /// The stack that a package belongs to.
    pub fn stack_of(&self, evidence: Evidence<'_>) -> Option<&Stack> {
        self.stacks.iter().find(|stack| stack.fits(evidence))
    }
}

impl Stack {
    fn fits(&self, evidence: Evidence<'_>) -> bool {
        let has_file = |names: &[String]| names.iter().any(|name| (evidence.has_file)(name));
        let is_said = self.says.iter().any(|(file, word)| (evidence.says)(file, word));
        let Some(depends) = evidence.depends else { return is_said || has_file(&self.files) };
        let depends = |names: &[String]| names.iter().any(|name| depends(name));
        let also = self.and.is_empty() && self.and_files.is_empty() || depends(&self.and) || has_file(&self.and_files);
        (is_said || depends(&self.packages) && also) && !depends(&self.unless)
    }

    /// Files that tell the stack where there is no list of dependencies.
    pub fn evidence(&self) -> impl Iterator<Item = &str> {
        self.files.iter().chain(self.says.keys()).map(String::as_str)
    }

    /// Those in which a word tells it.
    pub fn telling(&self) -> impl Iterator<Item = &str> {
        self.says.keys().map(String::as_str)
    }

    /// Paths, and what they are.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &str)> {
        self.examples.iter().map(|(path, surface)| (path.as_str(), surface.as_str()))
    }

    /// The least list of dependencies that makes a package of this stack.
    pub fn sample_package(&self) -> String {
        let names = self.packages.iter().take(1).chain(self.and.iter().take(1));
        let listed: Vec<String> = names.map(|name| format!("\"{name}\": \"1\"")).collect();
        format!("{{ \"dependencies\": {{ {} }} }}", listed.join(", "))
    }

    /// How code that ships reads a published variable in a package with these dependencies.
    pub fn public(&self, depends: &dyn Fn(&str) -> bool) -> Option<&PublicRead> {
        self.public.iter().find(|public| public.packages.is_empty() || public.packages.iter().any(|name| depends(name)))
    }

    /// Does the build take this export out of what it ships?
    pub fn keeps_on_server(&self, export: &str) -> bool {
        self.server_exports.iter().any(|known| known == export)
    }

    /// Does it look for such exports in the file at this path?
    pub fn splits(&self, path: &str) -> bool {
        self.server_exports_in.iter().any(|glob| glob.fits(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let read = toml::from_str::<Browser>(TEXT);
        assert_eq!(read.err().map(|error| error.message().to_owned()), None);
    }

    #[test]
    fn no_prefix_is_empty() {
        // An empty one would be stripped for ever.
        assert!(BROWSER.variables.iter().all(|prefix| !prefix.is_empty()));
    }

    #[test]
    fn names_are_published_by_their_beginning() {
        assert!(BROWSER.shows("VITE_KEY") && !BROWSER.shows("KEY_VITE_"));
        assert_eq!(BROWSER.unpublished("NEXT_PUBLIC_VITE_KEY"), "KEY");
        assert_eq!(BROWSER.unpublished("API_KEY"), "API_KEY");
    }

    #[test]
    fn some_prefixes_need_their_stack() {
        let stack = |name: &str| BROWSER.stacks.iter().find(|stack| stack.name == name);
        assert!(BROWSER.shows_in("PUBLIC_TOKEN", stack("sveltekit")) && !BROWSER.shows_in("PUBLIC_TOKEN", stack("next")));
        assert!(!BROWSER.shows_in("PUBLIC_TOKEN", None) && BROWSER.shows_in("VITE_TOKEN", None));
    }

    #[test]
    fn the_first_stack_that_fits_counts() {
        let of = |packages: &[&str], files: &[&str]| {
            let depends = |name: &str| packages.contains(&name);
            let has_file = |name: &str| files.contains(&name);
            let says = |name: &str, word: &str| files.contains(&format!("{name}: {word}").as_str());
            let evidence = Evidence { says: &says, depends: (!packages.is_empty()).then_some(&depends as &dyn Fn(&str) -> bool), has_file: &has_file };
            BROWSER.stack_of(evidence).map(|stack| stack.name.as_str())
        };
        assert_eq!(of(&["next", "react", "vite"], &[]), Some("next"));
        assert_eq!(of(&["vite", "react"], &[]), Some("vite"));
        assert_eq!(of(&["vite", "react", "express"], &[]), Some("vite-beside-a-server"));
        assert_eq!(of(&["vite", "typescript"], &[]), None, "a library built with vite");
        assert_eq!(of(&["vite"], &["index.html"]), Some("vite"));
        assert_eq!(of(&[], &["vite.config.ts"]), Some("vite"));
        assert_eq!(of(&["express"], &["vite.config.ts"]), None);
        assert_eq!(of(&["eslint"], &["manifest.json: manifest_version"]), Some("extension"));
        assert_eq!(of(&["eslint"], &["manifest.json"]), None, "of a page that can be installed");
        assert_eq!(of(&[], &["manifest.json: manifest_version"]), Some("extension"));
        assert_eq!(of(&["express"], &["manifest.json: manifest_version"]), None);
    }
}
