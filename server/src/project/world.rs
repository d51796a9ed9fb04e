//! The project as the walk sees it.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::answers_at::Answers;
use super::followed::Followed;
use super::{Project, stubs};
use crate::config::Config;
use crate::facts::catalogue::{BUILT_IN, Catalogue};
use crate::facts::role_words::{names_above, names_post};
use crate::facts::schema::{Model, Privacy, Schema, SourceKind, guess_privacy};
use crate::facts::scope::Module;
use crate::facts::walk::{Answering, Belongings, Target, World};
use crate::text::{FileId, Name};

type Unimported = FxHashMap<(String, &'static str), Arc<[FileId]>>;

/// One state of the project and the person's settings.
pub struct Linked<'p> {
    pub project: &'p Project,
    pub config: &'p Config,
    followed: RefCell<Followed>,
    settings: RefCell<Option<Vec<FileId>>>,
    /// By the folder of a package and that below it in which they need no import.
    unimported: RefCell<Unimported>,
    answers: RefCell<Option<Arc<Answers>>>,
}

impl<'p> Linked<'p> {
    pub fn new(project: &'p Project, config: &'p Config) -> Self {
        Linked { project, config, followed: RefCell::default(), settings: RefCell::default(), unimported: RefCell::default(), answers: RefCell::default() }
    }
}

impl Linked<'_> {
    /// What was followed so far.
    pub(super) fn followed(&self) -> Followed {
        self.followed.take()
    }
}

impl World for Linked<'_> {
    fn catalogue(&self) -> &Catalogue {
        &BUILT_IN
    }

    fn module(&self, file: &FileId) -> Option<Arc<Module>> {
        match self.project.file(file) {
            Some(known) => known.module.clone(),
            None => stubs::module(file),
        }
    }

    fn stub(&self, package: &str) -> Option<FileId> {
        stubs::of(package)
    }

    fn resolve(&self, from: &FileId, source: &str) -> Target {
        let key = (from.clone(), Name::from(source));
        if let Some(target) = self.followed.borrow().imports.get(&key) {
            return target.clone();
        }
        let target = self.project.resolver().resolve(from, source);
        self.followed.borrow_mut().imports.insert(key, target.clone());
        target
    }

    fn unimported(&self, from: &FileId) -> Arc<[FileId]> {
        let Some((package, Some(stack))) = self.project.stacks().of(from) else { return Arc::default() };
        let below = |file: &'_ FileId, folder: &str| file.as_str().strip_prefix(package).is_some_and(|path| path.trim_start_matches('/').starts_with(folder));
        let Some(fitting) = stack.unimported.iter().find(|unimported| below(from, &unimported.within)) else { return Arc::default() };
        let key = (package.to_owned(), fitting.within.as_str());
        let known = self.unimported.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let is_it = |file: &FileId| fitting.folders.iter().any(|folder| below(file, folder));
            let mut files: Vec<FileId> =
                self.project.files().filter(|(file, known)| known.module.is_some() && is_it(file)).map(|(file, _)| file.clone()).collect();
            files.sort();
            let files: Arc<[FileId]> = files.into();
            self.unimported.borrow_mut().insert(key, Arc::clone(&files));
            files
        })
    }

    fn is_principal_model(&self, model: &str) -> bool {
        is_principal_model(self.project.schema(), model)
    }

    fn belongings(&self, member: &str) -> (Option<Belongings>, Vec<(FileId, Name)>) {
        let schema = self.project.schema();
        let mut looked_at = Vec::new();
        let mut found = None;
        for person in schema.principals() {
            looked_at.extend(person.sources.iter().map(|(_, site)| (site.file.clone(), person.name.clone())));
            let client = match person.kind() {
                Some(SourceKind::SqlAlchemy | SourceKind::SqlModel) => "sqlalchemy",
                Some(SourceKind::Django) => "django",
                _ => continue,
            };
            let Some(model) = person.relation(member).and_then(|relation| schema.get(&relation.model)) else { continue };
            let column = model.direct_owners().find(|path| path.target.as_ref() == Some(&person.key)).map(|path| path.column.clone());
            found = found.or(column.map(|column| Belongings { model: model.name.clone(), column, client: Name::new_static(client) }));
        }
        (found, looked_at)
    }

    fn settings_files(&self) -> Vec<FileId> {
        self.settings.borrow_mut().get_or_insert_with(|| settings_files(self.project)).clone()
    }

    fn answering(&self, from: &FileId, path: &str, method: &str) -> Vec<Answering> {
        let answers = Arc::clone(self.answers.borrow_mut().get_or_insert_with(|| Arc::new(Answers::of(self.project))));
        let found = answers.at(from, path, method);
        self.followed.borrow_mut().addresses.insert((from.clone(), Name::from(path), Name::from(method)), found.clone());
        found
    }

    fn is_configured_guard(&self, name: &str) -> bool {
        self.config.guards.iter().any(|guard| guard == name)
    }
}

fn settings_files(project: &Project) -> Vec<FileId> {
    let mut files: Vec<(i32, FileId)> = project.files().filter_map(|(file, _)| Some((rank(project, file)?, file.clone()))).collect();
    files.sort();
    files.into_iter().map(|(_, file)| file).collect()
}

pub(super) fn is_settings_file(project: &Project, file: &FileId) -> bool {
    rank(project, file).is_some()
}

/// `settings.py`, or the files of a folder of that name: what counts everywhere before what counts in one place.
fn rank(project: &Project, file: &FileId) -> Option<i32> {
    let path = project.relative(file);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_folder = folder.ends_with("settings") || folder.ends_with("settings/components");
    match name {
        "settings.py" => Some(0),
        "base.py" | "common.py" | "default.py" | "defaults.py" if in_folder => Some(1),
        "production.py" | "prod.py" if in_folder => Some(2),
        "__init__.py" if in_folder => Some(3),
        _ if in_folder && name.ends_with(".py") && !["test", "dev", "local", "ci"].iter().any(|word| name.contains(word)) => Some(4),
        _ => None,
    }
}

/// Are rows of this model people who sign in?
pub(super) fn is_principal_model(schema: &Schema, model: &str) -> bool {
    match schema.model(model) {
        Some(model) => model.is_principal && !is_list_of_some(schema, model),
        None => schema.is_kept_in_sessions(model) || guess_privacy(&Name::from(model)) == Privacy::Principal,
    }
}

/// `staff (user_id)` beside `members`: people are kept elsewhere, and whoever has a row here may do more.
fn is_list_of_some(schema: &Schema, model: &Model) -> bool {
    let stands_above = |name: &Name| names_above(name) || names_post(name);
    stands_above(&model.name) && schema.principals().any(|other| !stands_above(&other.name))
}
