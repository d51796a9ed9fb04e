//! The project as the walk sees it.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Project;
use crate::config::Config;
use crate::facts::catalogue::{BUILT_IN, Catalogue};
use crate::facts::schema::{Privacy, Schema, guess_privacy};
use crate::facts::scope::Module;
use crate::facts::walk::{Target, World};
use crate::text::{FileId, Name};

/// One state of the project and the person's settings.
pub struct Linked<'p> {
    pub project: &'p Project,
    pub config: &'p Config,
    resolved: RefCell<FxHashMap<(FileId, Name), Target>>,
}

impl<'p> Linked<'p> {
    pub fn new(project: &'p Project, config: &'p Config) -> Self {
        Linked { project, config, resolved: RefCell::default() }
    }
}

impl World for Linked<'_> {
    fn catalogue(&self) -> &Catalogue {
        &BUILT_IN
    }

    fn module(&self, file: &FileId) -> Option<Arc<Module>> {
        self.project.file(file)?.module.clone()
    }

    fn resolve(&self, from: &FileId, source: &str) -> Target {
        let key = (from.clone(), Name::from(source));
        if let Some(target) = self.resolved.borrow().get(&key) {
            return target.clone();
        }
        let target = self.project.resolver().resolve(from, source);
        self.resolved.borrow_mut().insert(key, target.clone());
        target
    }

    fn is_principal_model(&self, model: &str) -> bool {
        is_principal_model(self.project.schema(), model)
    }

    fn is_configured_guard(&self, name: &str) -> bool {
        self.config.guards.iter().any(|guard| guard == name)
    }
}

/// Are rows of this model people who sign in?
pub(super) fn is_principal_model(schema: &Schema, model: &str) -> bool {
    match schema.model(model) {
        Some(model) => model.is_principal,
        None => guess_privacy(&Name::from(model)) == Privacy::Principal,
    }
}
