//! A project that was read once and is kept in step with the disk. It is asked, not told: whoever wants to know what
//! changed has all stamps compared, which for some thousand files is a matter of milliseconds and needs no watcher.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::config::{self, FILE_NAME};
use super::own_rules;
use super::read;
use super::stamp::Stamp;
use super::walk::{Source, Walk, file_id};
use crate::config::Config;
use crate::engine::Cancel;
use crate::project::{EnvFiles, Project};
use crate::syntax::{Document, Language, keeps_secrets};
use crate::text::FileId;

const IGNORE_FILE: &str = ".gitignore";
/// A file of ignore rules is small.
const LARGEST: u64 = 1024 * 1024;

/// A project on disk, and what is known of it.
pub struct Kept {
    root: PathBuf,
    home: Option<PathBuf>,
    config: Arc<Config>,
    config_folder: Option<PathBuf>,
    project: Arc<Project>,
    env_files: EnvFiles,
    notes: Vec<String>,
    files: FxHashMap<FileId, Option<Stamp>>,
    folders: FxHashMap<PathBuf, Option<Stamp>>,
    /// What decides how everything else is read.
    governing: Vec<(PathBuf, Option<Stamp>)>,
    /// The indexes of git, which say what it has taken.
    indexes: Vec<(PathBuf, Option<Stamp>)>,
}

impl Kept {
    /// Reads the project at `root`. `None` if cancelled.
    pub fn read(root: &Path, home: Option<&Path>, cancel: &Cancel) -> Option<Kept> {
        let mut governing = governing(root, home);
        let loaded = config::load(root, home);
        let mut notes = loaded.problems();
        let config_folder = loaded.folder().map(Path::to_owned);
        let roots = [root.to_owned()];
        let walk = Walk { roots: &roots, also: &[], config: &loaded.config, config_folder: config_folder.as_deref() };
        let (mut documents, mut files, mut env_files) = (Vec::new(), FxHashMap::default(), EnvFiles::default());
        let ended = walk.stream(cancel, &mut |batch| {
            for source in &batch.files {
                env_files.learn(&source.file, source.ignored, source.tracked);
                files.insert(source.file.clone(), source.stamp);
            }
            documents.par_extend(batch.files.into_par_iter().filter_map(document).map(|document| (document.file.clone(), Some(document))));
        })?;
        notes.extend(ended.notes);
        // A walk obeys them without reading them as files; a repair that adds a line to one must know what is in it.
        for path in ignore_files(root, &ended.folders, &ended.git_roots) {
            let stamp = Stamp::of(&path);
            if let (Ok(text), Some(file)) = (read::read(&path, LARGEST), file_id(&path)) {
                documents.push((file.clone(), Some(Arc::new(Document::new(file, Language::Text, 0, &text)))));
                governing.push((path, stamp));
            }
        }
        let indexes = ended.git_roots.iter().map(|root| Path::new(root.as_str()).join(".git/index"));
        let indexes = indexes.map(|path| (path.clone(), Stamp::of(&path))).collect();
        let project = Project::new(file_id(root).into_iter().collect()).with_git_roots(ended.git_roots).with_env_files(env_files.clone()).with(documents);
        Some(Kept {
            root: root.to_owned(),
            home: home.map(Path::to_owned),
            config: Arc::new(loaded.config),
            config_folder,
            project: Arc::new(project),
            env_files,
            notes,
            files,
            folders: ended.folders.into_iter().collect(),
            governing,
            indexes,
        })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// As it was on disk when it was last caught up with.
    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// What could not be read, in words.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Would the project hold this file, if it were there?
    pub fn wants(&self, path: &Path) -> bool {
        let roots = [self.root.clone()];
        self.walk(&roots).wants(&[path]).first() == Some(&true)
    }

    /// Looks at everything that changed on disk. The `named` are read whatever their stamps say. Gives the files whose text is
    /// another now. `None` if cancelled.
    pub fn catch_up(&mut self, named: &[PathBuf], cancel: &Cancel) -> Option<Vec<FileId>> {
        if self.governing.iter().any(|(path, stamp)| Stamp::of(path) != *stamp) {
            return self.read_anew(cancel);
        }
        let (candidates, folders) = self.candidates(named);
        let is_governing = |path: &Path| self.governing.iter().any(|(known, _)| known == path);
        if folders.iter().map(|(folder, _)| folder.join(IGNORE_FILE)).any(|path| path.is_file() && !is_governing(&path)) {
            return self.read_anew(cancel);
        }
        let (mut changes, mut env_files) = (Vec::new(), self.env_files.clone());
        let roots = [self.root.clone()];
        let read: Vec<(PathBuf, Option<Source>)> = {
            let walk = self.walk(&roots);
            candidates.into_iter().map(|path| (path.clone(), walk.one(&path))).collect()
        };
        for (path, source) in read {
            let Some(file) = file_id(&path) else { continue };
            match source {
                Some(source) => {
                    self.files.insert(file.clone(), source.stamp);
                    env_files.learn(&file, source.ignored, source.tracked);
                    let is_new = self.project.file(&file).is_none_or(|known| known.document.rope() != source.text.as_str());
                    changes.extend(document(source).filter(|_| is_new).map(|document| (file, Some(document))));
                }
                None => {
                    self.files.remove(&file);
                    env_files.learn(&file, false, false);
                    changes.extend(self.project.file(&file).is_some().then_some((file, None)));
                }
            }
        }
        self.folders.retain(|_, stamp| stamp.is_some());
        self.folders.extend(folders);
        let changed: Vec<FileId> = changes.iter().map(|(file, _)| file.clone()).collect();
        if !changes.is_empty() {
            self.project = Arc::new(self.project.with(changes));
        }
        if env_files != self.env_files {
            self.project = Arc::new(self.project.with_env_files(env_files.clone()));
            self.env_files = env_files;
        }
        Some(changed)
    }

    /// The paths at which something may be another than what is known, and the folders that were looked into for that.
    fn candidates(&mut self, named: &[PathBuf]) -> (BTreeSet<PathBuf>, Vec<(PathBuf, Option<Stamp>)>) {
        let mut candidates: BTreeSet<PathBuf> = named.iter().cloned().collect();
        let is_other = |file: &FileId, stamp: &Option<Stamp>| Stamp::of(Path::new(file.as_str())) != *stamp;
        let other: Vec<PathBuf> = self.files.par_iter().filter(|(file, stamp)| is_other(file, stamp)).map(|(file, _)| PathBuf::from(file.as_str())).collect();
        candidates.extend(other);
        let mut indexed = false;
        for (path, stamp) in &mut self.indexes {
            let now = Stamp::of(path);
            indexed |= now != *stamp;
            *stamp = now;
        }
        if indexed {
            candidates.extend(self.files.keys().filter(|file| keeps_secrets(file)).map(|file| PathBuf::from(file.as_str())));
        }
        let changed: Vec<PathBuf> = self.folders.par_iter().filter(|(path, stamp)| Stamp::of(path) != **stamp).map(|(path, _)| path.clone()).collect();
        if changed.is_empty() {
            return (candidates, Vec::new());
        }
        let roots = [self.root.clone()];
        let (files, folders) = self.walk(&roots).below(changed, &|folder| self.folders.contains_key(folder));
        candidates.extend(files.into_iter().filter(|path| file_id(path).is_some_and(|file| !self.files.contains_key(&file))));
        (candidates, folders)
    }

    fn read_anew(&mut self, cancel: &Cancel) -> Option<Vec<FileId>> {
        let before = Arc::clone(&self.project);
        *self = Kept::read(&self.root, self.home.as_deref(), cancel)?;
        let text = |project: &Project, file: &FileId| project.file(file).map(|known| known.document.rope().clone());
        let mut all: Vec<FileId> = before.files().chain(self.project.files()).map(|(file, _)| file.clone()).collect();
        all.sort();
        all.dedup();
        all.retain(|file| text(&before, file) != text(&self.project, file));
        Some(all)
    }

    fn walk<'a>(&'a self, roots: &'a [PathBuf]) -> Walk<'a> {
        Walk { roots, also: &[], config: &self.config, config_folder: self.config_folder.as_deref() }
    }
}

fn document(source: Source) -> Option<Arc<Document>> {
    let language = Language::of(&source.file)?;
    Some(Arc::new(Document::new(source.file, language, 0, &source.text)))
}

/// The files of ignore rules in these folders, and in those around the root as far as its git work tree reaches.
fn ignore_files(root: &Path, folders: &[(PathBuf, Option<Stamp>)], git_roots: &[FileId]) -> Vec<PathBuf> {
    let git_root = git_roots.iter().map(|git| Path::new(git.as_str())).find(|git| root.starts_with(git));
    let above = git_root.into_iter().flat_map(|git| root.ancestors().skip(1).take_while(move |folder| folder.starts_with(git)));
    let all = above.chain(folders.iter().map(|(folder, _)| folder.as_path()));
    all.map(|folder| folder.join(IGNORE_FILE)).filter(|path| path.is_file()).collect()
}

/// The settings and the project's own rules: where they lie, or would.
fn governing(root: &Path, home: Option<&Path>) -> Vec<(PathBuf, Option<Stamp>)> {
    let mut paths = vec![root.join(FILE_NAME), root.join(crate::config::own::FOLDER)];
    paths.extend(config::find(root, home));
    if let Some(folder) = own_rules::find(root, home) {
        let rules = folder.join(crate::config::own::FOLDER);
        let inside = std::fs::read_dir(&rules).into_iter().flatten().flatten().map(|entry| entry.path());
        paths.extend(inside);
        paths.push(rules);
    }
    paths.sort();
    paths.dedup();
    paths.into_iter().map(|path| (path.clone(), Stamp::of(&path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn of(files: &[(&str, &str)]) -> Folder {
            let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
            files.iter().for_each(|(path, text)| folder.write(path, text));
            folder
        }

        fn at(&self, path: &str) -> PathBuf {
            self.0.path().join(path)
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.at(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }

        fn read(&self) -> Kept {
            Kept::read(self.0.path(), None, &Cancel::default()).expect("not cancelled")
        }

        fn changed(&self, kept: &mut Kept, named: &[&str]) -> Vec<String> {
            let named: Vec<PathBuf> = named.iter().map(|path| self.at(path)).collect();
            let changed = kept.catch_up(&named, &Cancel::default()).expect("not cancelled");
            let below = |file: &FileId| Path::new(file.as_str()).strip_prefix(self.0.path()).expect("inside").to_string_lossy().into_owned();
            let fresh = self.read();
            let texts = |kept: &Kept| kept.project().sorted_files().into_iter().map(|(file, known)| (file.clone(), known.document.text())).collect::<Vec<_>>();
            assert_eq!(texts(kept), texts(&fresh), "kept in step, a project is what reading it anew gives");
            assert_eq!(kept.env_files, fresh.env_files);
            changed.iter().map(below).collect()
        }
    }

    #[test]
    fn what_is_written_comes_and_goes_is_seen() {
        let folder = Folder::of(&[("package.json", "{}"), ("a.ts", "let a"), ("b/b.ts", "let b"), (".env", "A=1")]);
        let mut kept = folder.read();
        assert_eq!(folder.changed(&mut kept, &[]), [] as [&str; 0]);
        folder.write("a.ts", "let a = 1");
        assert_eq!(folder.changed(&mut kept, &[]), ["a.ts"]);
        folder.write("b/new/deep/c.ts", "let c");
        folder.write("node_modules/x/index.ts", "let x");
        assert_eq!(folder.changed(&mut kept, &[]), ["b/new/deep/c.ts"]);
        std::fs::remove_dir_all(folder.at("b")).expect("removed");
        assert_eq!(folder.changed(&mut kept, &[]), ["b/b.ts", "b/new/deep/c.ts"]);
        folder.write("b/b.ts", "let b");
        assert_eq!(folder.changed(&mut kept, &[]), ["b/b.ts"]);
    }

    #[test]
    fn a_named_file_is_read_whatever_its_stamp_says() {
        let folder = Folder::of(&[("a.ts", "let a")]);
        let mut kept = folder.read();
        folder.write("a.ts", "let b");
        // As if the file system counted time in days.
        let stamp = Stamp::of(&folder.at("a.ts"));
        kept.files.insert(file_id(&folder.at("a.ts")).expect("a name"), stamp);
        assert_eq!(folder.changed(&mut kept, &["a.ts"]), ["a.ts"]);
    }

    #[test]
    fn what_governs_has_everything_read_anew() {
        let folder = Folder::of(&[("a.ts", "let a"), ("old/b.ts", "let b")]);
        let mut kept = folder.read();
        folder.write("guardline.json", "{ \"ignore\": [\"old/\"] }");
        assert_eq!(folder.changed(&mut kept, &[]), ["guardline.json", "old/b.ts"]);
        folder.write(".gitignore", "a.ts\n");
        assert_eq!(folder.changed(&mut kept, &[]), [".gitignore", "a.ts"]);
        folder.write(".guardline/queries/x.scm", "");
        folder.changed(&mut kept, &[]);
        assert!(kept.governing.iter().any(|(path, _)| path.ends_with("x.scm")));
    }
}
