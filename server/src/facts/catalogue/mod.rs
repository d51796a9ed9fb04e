//! What is known of libraries, as data: `queries/catalogue/*.toml`, read once.

mod entry;
mod path;

use std::sync::LazyLock;

use crate::text::Name;
use smallvec::SmallVec;

pub use entry::{
    AccessEntry, CleanEntry, Combines, ConventionEntry, Data, EffectEntry, Entry, FilterShape, FilterSpec, FrameworkEntry, GuardEntry, GuessEntry, Knowledge,
    ModelFrom, Passes, PrincipalEntry, Returns, RouteEntry, SinkEntry, SourceEntry, SqlSpec, Where,
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
    steps: rustc_hash::FxHashMap<(Name, Name), std::sync::Arc<AccessEntry>>,
}

/// A convention with its pattern compiled.
pub struct Convention {
    pub entry: ConventionEntry,
    pub files: regex::Regex,
}

impl Catalogue {
    /// Adds the entries of one file. The error says which entry and why, in words.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let knowledge: Knowledge = toml::from_str(text).map_err(|error| error.to_string())?;
        for (at, entry) in knowledge.into_entries()? {
            let id = self.entries.len() as u32;
            self.entries.push(entry);
            for pattern in at {
                self.paths.add(&pattern, id).map_err(|error| format!("`{pattern}`: {error}"))?;
            }
        }
        self.guesses.extend(toml::from_str::<entry::Guesses>(text).map_err(|error| error.to_string())?.guess);
        let places = toml::from_str::<entry::Places>(text).map_err(|error| error.to_string())?;
        self.frameworks.extend(places.framework);
        for entry in places.step {
            let step = std::sync::Arc::new(entry.step);
            for client in &entry.clients {
                for method in &entry.methods {
                    self.steps.insert((client.clone(), method.clone()), step.clone());
                }
            }
        }
        for entry in places.convention {
            let files = regex::Regex::new(&entry.files).map_err(|error| error.to_string())?;
            self.conventions.push(Convention { entry, files });
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

    /// The state that a guess stands for.
    pub fn guess_states(&self, guess: &GuessEntry) -> SmallVec<[State; 2]> {
        self.paths.find(&guess.is)
    }

    /// Whether assigning to a row of this client is an update (SQLAlchemy's session, TypeORM's entity manager).
    pub fn has_unit_of_work(&self, client: &str) -> bool {
        matches!(client, "sqlalchemy" | "sqlmodel" | "flask-sqlalchemy")
    }

    /// The name captured by `{model}` on the way to these states is the member's: asked by the walk when it follows one.
    pub fn captures(&self, states: &[State]) -> bool {
        self.paths.captures(states)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_built_in_catalogue_can_be_read() {
        assert!(super::BUILT_IN.knows("express"));
    }
}
