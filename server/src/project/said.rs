//! What files that are not code say, beside what they say about models.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Resolver;
use crate::facts::access_rules::{self, FileRules, Written};
use crate::facts::openapi::{self, Binding};
use crate::facts::template::{self, Engine, Shown, Unescaped};
use crate::facts::walk::Target;
use crate::syntax::{Document, Language};
use crate::text::{FileId, Name};

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Said {
    /// Who may do what, by access rules.
    pub access: FileRules,
    /// What a template writes out as it is.
    pub unescaped: Vec<Unescaped>,
    /// What it shows of settings.
    pub shown: Vec<Shown>,
    /// The templates that it is made of.
    pub parts: Vec<Name>,
    /// Functions that an API description names as its handlers.
    pub bindings: Vec<Binding>,
}

impl Said {
    /// `None` for a file that says nothing of this.
    pub(super) fn of(document: &Document) -> Option<Arc<Said>> {
        let mut said = Said::default();
        let engine = match document.language {
            Language::Html => Some(Engine::Html),
            Language::Jinja => Some(Engine::Jinja),
            Language::Ejs => Some(Engine::Ejs),
            Language::Handlebars => Some(Engine::Handlebars),
            Language::Pug => Some(Engine::Pug),
            _ => None,
        };
        match document.language {
            Language::AccessRules => said.access = access_rules::read(&document.text(), Written::Cloud),
            Language::Json | Language::Yaml => {
                let text = document.text();
                if document.language == Language::Json {
                    said.access = access_rules::read(&text, Written::Json);
                }
                said.bindings = openapi::read(document.language, &text);
            }
            _ => {
                if let Some(engine) = engine {
                    let text = document.text();
                    said.unescaped = template::read(&text, engine);
                    said.shown = template::shown(&text, engine);
                    said.parts = template::parts(&text, engine);
                }
            }
        }
        (said != Said::default()).then(|| Arc::new(said))
    }
}

impl Said {
    /// It says the same as a template.
    pub(super) fn shows_the_same(&self, other: &Said) -> bool {
        self.unescaped == other.unescaped && self.shown == other.shown && self.parts == other.parts
    }
}

/// A function of a file, and the description that says which requests it answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Bound {
    pub binding: Binding,
    pub described_in: FileId,
}

/// The handlers that API descriptions name, by the file that they stand in.
pub type Bindings = FxHashMap<FileId, Vec<Bound>>;

/// `files` in an order that does not change.
pub(super) fn bind<'f>(resolver: &Resolver, files: impl Iterator<Item = (&'f FileId, &'f Said)>) -> Bindings {
    let mut bindings = Bindings::default();
    for (described_in, said) in files {
        for binding in &said.bindings {
            if let Target::File(file) = resolver.python(described_in, &binding.module) {
                bindings.entry(file).or_default().push(Bound { binding: binding.clone(), described_in: described_in.clone() });
            }
        }
    }
    bindings
}
