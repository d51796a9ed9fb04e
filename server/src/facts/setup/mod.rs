//! How a project is built and deployed, as facts: what a build copies into pages, which headers a platform sends, which
//! variables are set where, which handlers a configuration binds to which address. Rules judge it; nothing is judged here.
//!
//! Where settings stand in which file and what they mean is data: `queries/catalogue/setup.toml`. Values of variables and
//! whatever may hold a secret are never part of a fact.

pub mod catalogue;
mod entries;
mod env;
mod given;
mod handlers;
mod headers;
mod inlined;
mod lines;
mod switch;
pub mod switched_off;
pub mod version;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use catalogue::FileRow;
pub use env::{assigned, stands_for};
pub use given::{Answer, Field, Given, Map, Shape};
pub use version::{Version, Versions};

use crate::text::{Name, Place};

/// What one file says.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
    pub switches: Vec<Switch>,
    pub inlined: Vec<Inlined>,
    pub headers: Vec<Header>,
    pub forwards: Vec<Forward>,
    pub variables: Vec<Variable>,
    pub bound: Vec<Bound>,
    pub entries: Vec<Entry>,
    /// Something could not be read or followed: what is missing here may be said there.
    pub partial: bool,
}

/// A setting that is on or off: production source maps, a wildcard among image hosts.
#[derive(Clone, PartialEq, Debug)]
pub struct Switch {
    /// `source-maps`, by the catalogue.
    pub name: Name,
    pub stack: Name,
    pub is: Answer,
    /// The value, where it is a word and no secret: `hidden`, `export`, `src/index.ts`.
    pub value: Option<Arc<str>>,
    /// Of the value; of the file's beginning where nothing is said and that means something.
    pub place: Place,
}

/// What a build puts into code that everybody can read.
#[derive(Clone, PartialEq, Debug)]
pub struct Inlined {
    /// The key under which the code sees it: `process.env.API_KEY`, `apiUrl`.
    pub name: Name,
    /// `env`, `define`, `public-runtime-config`, by the catalogue.
    pub way: Name,
    pub stack: Name,
    pub from: Vec<Origin>,
    pub place: Place,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// An environment variable.
    Variable(Name),
    /// Every environment variable whose name begins so; all of them for an empty prefix.
    Environment(Name),
    /// It stands there in full.
    Constant,
    Unknown,
}

/// A header that the platform or the framework puts on its answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Header {
    /// Lower case.
    pub name: Name,
    /// `None` if it is made of something that is not known.
    pub value: Option<Arc<str>>,
    /// The paths it is sent for, as the platform writes them.
    pub pattern: Option<Arc<str>>,
    pub stack: Name,
    pub place: Place,
}

/// A path that is answered by another address.
#[derive(Clone, PartialEq, Debug)]
pub struct Forward {
    /// `rewrite`, `redirect`, `proxy`, `scheduled`.
    pub way: Name,
    pub from: Option<Arc<str>>,
    pub to: Option<Arc<str>>,
    pub stack: Name,
    pub place: Place,
}

/// An environment variable that is set, or asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Variable {
    pub name: Name,
    pub stack: Name,
    pub value: ValueKind,
    /// The build copies variables of such a name into pages.
    pub public: bool,
    /// Of the value, or of the name where there is none.
    pub place: Place,
}

/// What stands behind the name of a variable. Never the value itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ValueKind {
    Constant,
    /// A word that is meant to be replaced.
    Placeholder,
    /// Looked up when it is needed: `${X}`, `${{ secrets.X }}`, `!Ref X`.
    Reference,
    Empty,
    Unknown,
}

impl ValueKind {
    pub fn word(self) -> &'static str {
        match self {
            ValueKind::Constant => "constant",
            ValueKind::Placeholder => "placeholder",
            ValueKind::Reference => "reference",
            ValueKind::Empty => "empty",
            ValueKind::Unknown => "unknown",
        }
    }
}

/// A function that a configuration binds to an address.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Bound {
    /// From the folder of the configuration, or in full, without an extension: `src/notes`. For Python, dots are slashes.
    pub module: Name,
    pub export: Name,
    /// Upper case; empty for any.
    pub methods: Vec<Name>,
    pub path: Option<Name>,
    /// Does an authorizer stand in front?
    pub authorizer: Answer,
    /// The catalogue's framework.
    pub framework: Name,
    pub place: Place,
}

/// A file that a build begins with to make what pages load.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// From the folder of the configuration, with or without an extension: `./src/index.js`.
    pub file: Name,
    pub stack: Name,
    pub place: Place,
}

impl Facts {
    pub fn is_empty(&self) -> bool {
        *self == Facts::default()
    }

    /// What the rows of a file find in what it says.
    pub fn read(&mut self, row: &FileRow, given: &Given) {
        self.partial |= !given.is_whole();
        switch::read(row, given, &mut self.switches);
        inlined::read(row, given, &mut self.inlined);
        headers::read(row, given, &mut self.headers);
        headers::forwards(row, given, &mut self.forwards);
        env::read(row, given, &mut self.variables);
        handlers::read(row, given, &mut self.bound);
        entries::read(row, given, &mut self.entries);
    }

    /// What a file of lines says: env files, Dockerfiles, `_headers`, `_redirects`.
    pub fn read_lines(&mut self, row: &FileRow, file: &crate::text::FileId, text: &str) {
        lines::read(row, file, text, self);
    }
}
