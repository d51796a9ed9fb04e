//! What is known of libraries, as data: `queries/catalogue/*.toml`, read once.

mod entry;
mod path;

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::text::Name;

pub use entry::{
    AccessEntry, Callback, CallsEntry, CleanEntry, ClientEntry, Combines, ConventionEntry, Data, EffectEntry, Entry, FilterShape, FilterSpec, FrameworkEntry,
    GuardEntry, GuessEntry, Knowledge, ModelFrom, Parameters, Passes, PrincipalEntry, Returns, RouteEntry, SinkEntry, SourceEntry, SqlSpec, Where,
};
pub use path::{Root, State};

/// The catalogue that ships with Guardline.
pub static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue::default();
    for (file, text) in FILES {
        if let Err(error) = catalogue.add(text) {
            // The data is part of the program and every entry is run by a test: this is a broken build.
            panic!("queries/catalogue/{file}: {error}");
        }
    }
    catalogue
});

const FILES: &[(&str, &str)] = &[
    ("ecma-frameworks.toml", include_str!("../../../../queries/catalogue/ecma-frameworks.toml")),
    ("ecma-data.toml", include_str!("../../../../queries/catalogue/ecma-data.toml")),
    ("ecma-language.toml", include_str!("../../../../queries/catalogue/ecma-language.toml")),
    ("python-frameworks.toml", include_str!("../../../../queries/catalogue/python-frameworks.toml")),
    ("python-data.toml", include_str!("../../../../queries/catalogue/python-data.toml")),
    ("python-language.toml", include_str!("../../../../queries/catalogue/python-language.toml")),
];

#[derive(Default)]
pub struct Catalogue {
    paths: path::Paths,
    entries: Vec<Entry>,
    guesses: Vec<GuessEntry>,
    frameworks: Vec<FrameworkEntry>,
    conventions: Vec<Convention>,
    steps: FxHashMap<(Name, Name), Arc<AccessEntry>>,
    clients: FxHashMap<Name, ClientEntry>,
}

/// A convention with its pattern compiled.
pub struct Convention {
    pub entry: ConventionEntry,
    pub files: regex::Regex,
}

impl Catalogue {
    /// Adds the entries of one file. The error says which entry and why, in words.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let mut knowledge: Knowledge = toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in knowledge.take_steps()? {
            let step = Arc::new(entry.step);
            for client in &entry.clients {
                for method in &entry.methods {
                    self.steps.insert((client.clone(), method.clone()), step.clone());
                }
            }
        }
        for client in std::mem::take(&mut knowledge.client) {
            if let Some(known) = self.clients.insert(client.name.clone(), client) {
                return Err(format!("the client `{}` is described twice", known.name));
            }
        }
        self.guesses.append(&mut knowledge.guess);
        self.frameworks.append(&mut knowledge.framework);
        for entry in std::mem::take(&mut knowledge.convention) {
            let files = regex::Regex::new(&entry.files).map_err(|error| error.to_string())?;
            self.conventions.push(Convention { entry, files });
        }
        for (at, entry) in knowledge.into_entries()? {
            let id = self.entries.len() as u32;
            self.entries.push(entry);
            for pattern in at {
                self.paths.add(&pattern, id).map_err(|error| format!("`{pattern}`: {error}"))?;
            }
        }
        Ok(())
    }

    /// What a method does to a query of this client that is being built.
    pub fn step(&self, client: &Name, method: &Name) -> Option<&AccessEntry> {
        self.steps.get(&(client.clone(), method.clone())).map(|step| &**step)
    }

    pub fn framework(&self, name: &str) -> Option<&FrameworkEntry> {
        self.frameworks.iter().find(|framework| framework.name == name)
    }

    pub fn conventions(&self) -> &[Convention] {
        &self.conventions
    }

    /// Where the paths of this root begin.
    pub fn root(&self, root: &Root) -> SmallVec<[State; 2]> {
        self.paths.root(root)
    }

    pub fn member(&self, states: &[State], name: &str) -> SmallVec<[State; 2]> {
        self.paths.member(states, name)
    }

    pub fn call(&self, states: &[State]) -> SmallVec<[State; 2]> {
        self.paths.call(states)
    }

    /// The members that some path names from here.
    pub fn members(&self, states: &[State]) -> Vec<Name> {
        self.paths.members(states)
    }

    /// What is known at these states, in the order of the files.
    pub fn at<'c>(&'c self, states: &'c [State]) -> impl Iterator<Item = &'c Entry> + 'c {
        self.paths.entries(states).map(|id| &self.entries[id as usize])
    }

    /// Whether anything at all is known of this module.
    pub fn knows(&self, package: &str) -> bool {
        self.paths.knows(package)
    }

    /// What a value called `name` probably is, when nothing better is known.
    pub fn guess(&self, name: &str, python: bool) -> Option<&GuessEntry> {
        self.guesses.iter().find(|guess| guess.python == python && guess.names.iter().any(|known| known == name))
    }

    /// The states that a whole path leads to.
    pub fn named(&self, path: &str) -> SmallVec<[State; 2]> {
        self.paths.find(path)
    }

    /// What is known of a database client as a whole.
    pub fn client(&self, name: &str) -> Option<&ClientEntry> {
        self.clients.get(name)
    }

    /// The name captured by `{model}` on the way to these states is the member's: asked by the walk when it follows one.
    pub fn captures(&self, states: &[State]) -> bool {
        self.paths.captures(states)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_can_be_read() {
        assert!(BUILT_IN.knows("express"));
    }

    #[test]
    fn every_client_that_is_described_is_somewhere_used() {
        for name in BUILT_IN.clients.keys() {
            let used = BUILT_IN.entries.iter().any(|entry| match entry {
                Entry::Access(access) => access.client == *name,
                Entry::Sink(sink) => sink.client == *name,
                _ => false,
            });
            assert!(used, "no access and no sink is of the client `{name}`");
        }
    }

    #[test]
    fn what_an_entry_says_in_vain_is_an_error() {
        for text in [
            "[[client]]\nname = \"a\"\nunits = true",
            "[[client]]\nname = \"a\"\n[[client]]\nname = \"a\"",
            "[[access]]\nat = \"a#b()\"\nfire = true",
            "[[step]]\nclients = [\"a\"]\nmethods = [\"b\"]\nfire = true",
            "[[step]]\nclients = [\"a\"]",
        ] {
            assert!(Catalogue::default().add(text).is_err(), "{text}");
        }
    }
}
