//! FLOOR 4. All files together: what is known of the whole project. Immutable; a change makes a new one that shares the rest.

pub mod place;

mod answers;
mod answers_at;
mod bundler_aliases;
mod changes;
mod constants;
mod conventions;
mod deciding;
mod env_files;
#[cfg(test)]
mod examples_tests;
pub mod facts;
mod file_names;
mod files;
mod followed;
mod gates;
mod handed_headers;
mod handler;
mod makers;
mod neighbours;
mod nested;
#[cfg(test)]
mod paths_tests;
pub mod reach;
mod readers;
mod registry;
mod resolve;
mod roots;
mod routers;
pub mod routes;
mod routing;
pub mod said;
pub mod session;
pub mod setup;
mod signs;
mod soon;
mod specifier;
mod stacks;
mod stubs;
pub mod surface;
mod versions;
mod walks;
mod workers;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

pub use env_files::EnvFiles;
pub use neighbours::Neighbours;
pub use resolve::{Resolver, join};
pub use session::{RootWalk, Session};
pub use setup::Setup;
pub use stacks::Stacks;
pub use world::Linked;

use said::{Bindings, Said};

use crate::config::Config;
use crate::facts::exposure::FileExposure;
use crate::facts::limits;
use crate::facts::schema::{self, FileSchema, Schema, Telling};
use crate::facts::scope::Module;
use crate::facts::signs::{Sign, Signs};
use crate::model::{FileModel, lower};
use crate::syntax::Document;
use crate::text::FileId;

/// What is known of one file.
#[derive(Clone)]
pub struct File {
    pub document: Arc<Document>,
    /// The program model, for code.
    pub model: Option<Arc<FileModel>>,
    /// Its names, for code.
    pub module: Option<Arc<Module>>,
    /// What it says about models.
    pub tables: Arc<FileSchema>,
    /// Where it may say it, if that is known.
    telling: Option<Arc<Telling>>,
    /// What else it says, if it is not code.
    pub said: Option<Arc<Said>>,
    /// What it has to do with what reaches the browser.
    pub exposure: Arc<FileExposure>,
    /// Words in it that tell something by being there.
    pub signs: Arc<Signs>,
    /// It limits how often any route around it is called.
    pub limits: bool,
}

impl File {
    /// Does it name headers by which browsers protect pages, or what sets them? Documents for people speak of headers without
    /// sending any.
    pub fn sets_headers(&self) -> bool {
        self.signs.has(Sign::Headers) && !self.document.file.file_name().ends_with(".md")
    }

    /// `before`: the same file with an earlier text.
    fn read(document: Arc<Document>, before: Option<&File>) -> File {
        let model = lower::lower(&document, before.and_then(|file| Some((&*file.document, file.model.as_deref()?)))).map(Arc::new);
        let known = before.and_then(|file| file.module.as_deref());
        let module = model.as_ref().map(|model| {
            let model = Arc::clone(model);
            Arc::new(known.map_or_else(|| Module::of(Arc::clone(&model)), |known| Module::after(known, Arc::clone(&model))))
        });
        let (tables, telling) = match before {
            Some(before) => schema::read_after(&document, model.as_deref(), before.model.as_deref(), &before.tables, before.telling.as_ref()),
            None if document.version == 0 => (Arc::new(schema::read(&document, model.as_deref())), None),
            None => schema::read_to_follow(&document, model.as_deref()),
        };
        let said = Said::of(&document);
        let known = before.and_then(|file| Some((file.model.as_deref()?, &*file.exposure)));
        let exposure = Arc::new(FileExposure::read(&document, model.as_deref(), known));
        let signs = Signs::read(&document, before.map(|file| (&*file.document, &*file.signs)));
        let signs = match before.filter(|file| *file.signs == signs) {
            Some(file) => Arc::clone(&file.signs),
            None => Arc::new(signs),
        };
        let imports = module.as_ref().map(|module| &*module.imports).unwrap_or_default();
        let limits = limits::limits_all(&document.file, imports, || document.text());
        // Version 0 lies on disk: nobody writes in it, so its tree, thirty times its text, has done its work.
        let document = if document.version == 0 { Arc::new(document.without_tree()) } else { document };
        File { document, model, module, tables, telling, said, exposure, signs, limits }
    }
}

/// Every file that is known, open buffers over disk.
#[derive(Clone, Default)]
pub struct Project {
    roots: Vec<FileId>,
    /// What most files were when they were last gathered.
    files: Arc<FxHashMap<FileId, File>>,
    /// What changed since then; `None` for files that are gone. Small, so that a keystroke copies little.
    changed: FxHashMap<FileId, Option<File>>,
    resolver: Arc<Resolver>,
    stacks: Arc<Stacks>,
    schema: Arc<Schema>,
    neighbours: Neighbours,
    setup: Arc<Setup>,
    bindings: Arc<Bindings>,
    limiting: Arc<BTreeSet<FileId>>,
    stripping: Arc<Stripping>,
    /// Stands for what the templates write out as it is, and show of settings: another one once that is something else.
    templates: Arc<()>,
    git_roots: Arc<[FileId]>,
    env_files: Arc<EnvFiles>,
}

/// The files that say what becomes of fields that are sent and that no schema has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stripping {
    /// They hold what is sent against classes.
    pub pipes: BTreeSet<FileId>,
    /// They take out what no schema has.
    pub strips: BTreeSet<FileId>,
}

/// Past this many changed files they are gathered.
const MOST_CHANGED: usize = 64;

/// Files that stand at the top of an application.
const MANIFESTS: &[&str] =
    &["package.json", "pyproject.toml", "requirements.txt", "Pipfile", "setup.py", "manage.py", "deno.json", "deno.jsonc", "wrangler.toml"];

impl Project {
    /// `roots`: the workspace folders, absolute, without a trailing slash.
    pub fn new(roots: Vec<FileId>) -> Project {
        Project { roots, ..Project::default() }
    }

    pub fn roots(&self) -> &[FileId] {
        &self.roots
    }

    /// The project after these files took these texts (`None`: the file is gone). Files are read side by side.
    pub fn with(&self, changes: Vec<(FileId, Option<Arc<Document>>)>) -> Project {
        let mut project = self.clone();
        let mut structure = false;
        let mut models = false;
        let mut configured: FxHashSet<FileId> = FxHashSet::default();
        let mut bindings = false;
        let mut limiting = false;
        let mut stripping = false;
        let mut templates = false;
        let read = |(file, document): (FileId, Option<Arc<Document>>)| {
            let after = document.map(|document| File::read(document, self.file(&file)));
            (file, after)
        };
        let read: Vec<(FileId, Option<File>)> = match changes.len() {
            0..=4 => changes.into_iter().map(read).collect(),
            _ => changes.into_par_iter().map(read).collect(),
        };
        for (file, after) in read {
            let before = project.file(&file);
            structure |= before.is_some() != after.is_some() || resolve::configures(&file) || Stacks::reads(&file);
            let models_of = |file: Option<&File>| file.map(|file| Arc::clone(&file.tables)).filter(|tables| !tables.is_empty());
            models |= models_of(before) != models_of(after.as_ref());
            if self.setup.touched_by(self, &file) {
                configured.insert(file.clone());
            }
            let bindings_of = |file: Option<&File>| file.and_then(|file| file.said.clone()).filter(|said| !said.bindings.is_empty());
            let (bound, binds) = (bindings_of(before), bindings_of(after.as_ref()));
            bindings |= bound.as_ref().map(|said| &said.bindings) != binds.as_ref().map(|said| &said.bindings);
            let said = |file: Option<&File>| file.and_then(|file| file.said.clone()).unwrap_or_default();
            templates |= !said(before).shows_the_same(&said(after.as_ref()));
            let limits = |file: Option<&File>| file.is_some_and(|file| file.limits);
            limiting |= limits(before) != limits(after.as_ref());
            let strips = |file: Option<&File>| file.map(|file| [Sign::Pipe, Sign::Strips].map(|sign| file.signs.has(sign))).unwrap_or_default();
            stripping |= strips(before) != strips(after.as_ref());
            project.changed.insert(file, after);
        }
        let mut project = project.gathered();
        if templates {
            project.templates = Arc::new(());
        }
        if limiting {
            project.limiting = Arc::new(project.files().filter(|(_, known)| known.limits).map(|(file, _)| file.clone()).collect());
        }
        if stripping {
            let with = |sign: Sign| project.files().filter(|(_, known)| known.signs.has(sign)).map(|(file, _)| file.clone()).collect();
            project.stripping = Arc::new(Stripping { pipes: with(Sign::Pipe), strips: with(Sign::Strips) });
        }
        if structure {
            let names = project.files().map(|(file, _)| file.clone()).collect();
            let named_by = |file: &FileId| project.file(file).and_then(|known| known.model.as_deref()).map(bundler_aliases::aliases).unwrap_or_default();
            let resolver = Resolver::new(&project.roots, names, |file| project.file(file).map(|file| file.document.text()), named_by);
            let names: Vec<FileId> = project.files().map(|(file, _)| file.clone()).collect();
            let text_of = |file: &FileId| project.file(file).map(|file| file.document.text());
            project.stacks = Arc::new(Stacks::new(names.iter(), |file| project.file(file).is_some(), text_of));
            project.resolver = Arc::new(resolver);
        }
        if structure || !configured.is_empty() {
            project.setup = Arc::new(self.setup.after(&project, &configured, structure));
        }
        if models {
            project.schema = Arc::new(Schema::link(project.files().map(|(file, known)| (file, &*known.tables))));
        }
        if structure || models {
            project.neighbours = Neighbours::of(&project, &self.neighbours, structure);
        }
        if structure || bindings {
            let mut files: Vec<(&FileId, &Said)> = project.files().filter_map(|(file, known)| Some((file, known.said.as_deref()?))).collect();
            files.sort_by_key(|(file, _)| *file);
            project.bindings = Arc::new(said::bind(&project.resolver, files.into_iter()));
        }
        project
    }

    /// The same project, with the syntax trees of these files given up: they are made anew when somebody asks. A tree
    /// is thirty times as large as its text, and needed only where something is being written.
    pub fn cooled<'f>(&self, files: impl IntoIterator<Item = &'f FileId>) -> Project {
        let mut project = self.clone();
        let cooled: Vec<(FileId, Option<File>)> = files
            .into_iter()
            .filter_map(|name| {
                let file = self.file(name)?;
                Some((name.clone(), Some(File { document: Arc::new(file.document.without_tree()), ..file.clone() })))
            })
            .collect();
        project.changed.extend(cooled);
        project.gathered()
    }

    /// The same project, with these texts, which it has, in documents that say the same of them.
    pub fn lighter(&self, documents: &[Arc<Document>]) -> Project {
        let mut project = self.clone();
        for document in documents {
            if let Some(file) = self.file(&document.file).filter(|file| file.document.rope().is_instance(document.rope())) {
                project.changed.insert(document.file.clone(), Some(File { document: Arc::clone(document), ..file.clone() }));
            }
        }
        project.gathered()
    }

    /// Changed files become files like the others once they are many.
    fn gathered(mut self) -> Project {
        if self.changed.len() > MOST_CHANGED {
            let mut files = (*self.files).clone();
            for (file, after) in self.changed.drain() {
                match after {
                    Some(after) => files.insert(file, after),
                    None => files.remove(&file),
                };
            }
            self.files = Arc::new(files);
        }
        self
    }

    /// The models of all files.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The projects in it that have nothing to do with each other.
    pub fn neighbours(&self) -> &Neighbours {
        &self.neighbours
    }

    /// How the project is built and deployed.
    pub fn setup(&self) -> &Arc<Setup> {
        &self.setup
    }

    /// The folders from that of the file up to the workspace folder it lies in, nearest first. A file outside every
    /// workspace folder has its own folder only, a document without a path none.
    pub fn folders_up(&self, file: &FileId) -> Vec<String> {
        let start = file.folder();
        if start.is_empty() {
            return Vec::new();
        }
        let covers = |root: &str| start.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || root.is_empty());
        let root = self.roots.iter().map(FileId::as_str).filter(|root| covers(root)).max_by_key(|root| root.len());
        let Some(root) = root else { return vec![start.to_owned()] };
        let mut folders = vec![start.to_owned()];
        let mut folder = start;
        while folder.len() > root.len() {
            folder = folder.rsplit_once('/').map_or("", |(up, _)| up);
            folders.push(folder.to_owned());
        }
        folders
    }

    /// The folder of the application that a file is part of: the nearest one above it with a manifest. Without any, the project's
    /// own if code lies in it, and else the folder below it: of projects that lie side by side each is an application.
    pub fn application(&self, file: &FileId) -> String {
        let folders = self.folders_up(file);
        let has = |folder: &str, name: &str| self.file(&FileId::new(&format!("{folder}/{name}"))).is_some();
        if let Some(nearest) = folders.iter().find(|folder| MANIFESTS.iter().any(|name| has(folder, name))) {
            return nearest.clone();
        }
        let root = folders.last().cloned().unwrap_or_default();
        match folders.len().checked_sub(2).and_then(|at| folders.get(at)) {
            Some(below) if !self.files().any(|(known, file)| known.folder() == root && file.model.is_some()) => below.clone(),
            _ => root,
        }
    }

    /// Does what a file says of its whole application hold for another file?
    pub fn speaks_for(&self, file: &FileId, other: &FileId) -> bool {
        let (application, own) = (self.application(file), self.application(other));
        own.strip_prefix(application.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The handlers that API descriptions name.
    pub fn bindings(&self) -> &Arc<Bindings> {
        &self.bindings
    }

    /// The files that limit how often any route around them is called.
    pub fn limiting(&self) -> &Arc<BTreeSet<FileId>> {
        &self.limiting
    }

    /// What becomes of fields that nobody asked for.
    pub fn stripping(&self) -> &Arc<Stripping> {
        &self.stripping
    }

    /// The same as long as templates write out the same as it is.
    pub fn templates(&self) -> &Arc<()> {
        &self.templates
    }

    pub fn resolver(&self) -> &Arc<Resolver> {
        &self.resolver
    }

    /// What kind of project each package is.
    pub fn stacks(&self) -> &Arc<Stacks> {
        &self.stacks
    }

    /// The same project, knowing where its git work trees begin.
    pub fn with_git_roots(&self, git_roots: Vec<FileId>) -> Project {
        Project { git_roots: git_roots.into(), ..self.clone() }
    }

    /// The same project, knowing what git does with its env files.
    pub fn with_env_files(&self, env_files: EnvFiles) -> Project {
        Project { env_files: Arc::new(env_files), ..self.clone() }
    }

    /// The same project, with more files that git will not take.
    pub fn with_also_ignored(&self, files: Vec<FileId>) -> Project {
        if files.is_empty() {
            return self.clone();
        }
        let mut env_files = EnvFiles::clone(&self.env_files);
        env_files.ignored.extend(files);
        self.with_env_files(env_files)
    }

    /// The folders that hold a `.git`, in order of their names.
    pub fn git_roots(&self) -> &[FileId] {
        &self.git_roots
    }

    /// Is the file kept out of git by an ignore rule (and not in git already)? Known of env files only.
    pub fn is_ignored(&self, file: &FileId) -> bool {
        self.env_files.ignored.contains(file)
    }

    /// Has git taken the file already? Known of env files only.
    pub fn is_tracked(&self, file: &FileId) -> bool {
        self.env_files.tracked.contains(file)
    }

    /// The file's path below its workspace folder; the whole path for a file outside of all of them.
    pub fn relative<'f>(&self, file: &'f FileId) -> &'f str {
        self.roots.iter().filter_map(|root| file.below(root)).min_by_key(|path| path.len()).unwrap_or(file.as_str())
    }

    /// Is it part of the product, or are tests and examples asked about, too? Where it is not, nothing but keys is spoken of.
    pub fn is_spoken_of(&self, file: &FileId, config: &Config) -> bool {
        config.include_tests || matches!(place::purpose(self.relative(file)), place::Purpose::Product | place::Purpose::Tooling)
    }

    /// Tests, fixtures, stories, examples: see [`place::is_test_path`].
    pub fn is_test_path(&self, file: &FileId) -> bool {
        place::is_test_path(self.relative(file))
    }

    pub fn file(&self, file: &FileId) -> Option<&File> {
        match self.changed.get(file) {
            Some(changed) => changed.as_ref(),
            None => self.files.get(file),
        }
    }

    /// All files, in no order.
    pub fn files(&self) -> impl Iterator<Item = (&FileId, &File)> {
        let gathered = self.files.iter().filter(|(file, _)| !self.changed.contains_key(*file));
        gathered.chain(self.changed.iter().filter_map(|(file, changed)| changed.as_ref().map(|changed| (file, changed))))
    }

    /// All files, by name.
    pub fn sorted_files(&self) -> Vec<(&FileId, &File)> {
        let mut files: Vec<_> = self.files().collect();
        files.sort_by_key(|(file, _)| *file);
        files
    }
}
