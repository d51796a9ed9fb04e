//! From folders to texts: everything the engine may look at, read once, in one order.
//!
//! Ignore rules are obeyed with or without git. Env files are read even where a rule covers them (and marked), since
//! they are where secrets belong. Links are not followed. What could not be read is said in words; the rest works.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::discover::{self, Candidate, Scope, Unwanted};
use super::git_index::Tracked;
use super::notes::Notes;
use super::read::{self, Unread};
use super::stamp::Stamp;
use crate::config::Config;
use crate::engine::Cancel;
use crate::project::EnvFiles;
use crate::syntax::keeps_secrets;
use crate::text::FileId;

pub use discover::file_id;

/// What to walk. Paths are absolute.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    pub roots: &'a [PathBuf],
    /// Files to read in any case, whatever rules cover them.
    pub also: &'a [PathBuf],
    pub config: &'a Config,
    /// The folder of `guardline.json`, which its globs are relative to; the first root if there is none.
    pub config_folder: Option<&'a Path>,
}

/// A file and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub file: FileId,
    pub text: String,
    /// An env file that git does not take: it is covered by an ignore rule, and not in the index already.
    pub ignored: bool,
    /// An env file that is in git's index.
    pub tracked: bool,
    /// From before it was read.
    pub stamp: Option<Stamp>,
}

/// Some of the files, in order, while the others are still being read.
pub struct Batch {
    pub files: Vec<Source>,
    /// How many files have been dealt with, this batch included, and how many there are.
    pub done: usize,
    pub total: usize,
}

/// What is known once everything was read.
#[derive(Default, Debug)]
pub struct Ended {
    /// In words, what was not read and why.
    pub notes: Vec<String>,
    /// The folders that hold a `.git`: those found, and the one around each root.
    pub git_roots: Vec<FileId>,
    /// The folders that were looked into, with their stamps from before.
    pub folders: Vec<(PathBuf, Option<Stamp>)>,
}

/// Everything at once.
#[derive(Default, Debug)]
pub struct Walked {
    pub files: Vec<Source>,
    pub notes: Vec<String>,
    pub git_roots: Vec<FileId>,
}

impl Walked {
    /// What git does with the env files.
    pub fn env_files(&self) -> EnvFiles {
        let mut env_files = EnvFiles::default();
        self.files.iter().for_each(|source| env_files.learn(&source.file, source.ignored, source.tracked));
        env_files
    }
}

const BATCH: usize = 256;

impl Walk<'_> {
    /// Reads everything. `None` if cancelled.
    pub fn all(&self, cancel: &Cancel) -> Option<Walked> {
        let mut files = Vec::new();
        let ended = self.stream(cancel, &mut |batch| files.extend(batch.files))?;
        Some(Walked { files, notes: ended.notes, git_roots: ended.git_roots })
    }

    /// Reads everything and hands it on in batches, ordered by file. `None` if cancelled.
    pub fn stream(&self, cancel: &Cancel, take: &mut dyn FnMut(Batch)) -> Option<Ended> {
        let mut notes = Notes::default();
        let unwanted = self.unwanted(&mut notes);
        let mut found = discover::discover(self.roots, &unwanted, &mut notes, cancel)?;
        for path in self.also {
            if let Some(file) = file_id(path) {
                found.files.entry(file).or_insert_with(|| Candidate { path: path.clone(), ignored: false });
            }
        }
        let mut tracked = Tracked::default();
        let candidates: Vec<(FileId, Candidate)> = found.files.into_iter().collect();
        let (mut done, total) = (0, candidates.len());
        for batch in candidates.chunks(BATCH) {
            if cancel.is_cancelled() {
                return None;
            }
            let stamped = |(_, candidate): &(FileId, Candidate)| (Stamp::of(&candidate.path), read::read(&candidate.path, self.config.max_file_bytes));
            let read: Vec<(Option<Stamp>, Result<String, Unread>)> = batch.par_iter().map(stamped).collect();
            done += batch.len();
            let mut files = Vec::with_capacity(batch.len());
            for ((file, candidate), (stamp, text)) in batch.iter().zip(read) {
                match text {
                    Ok(text) => {
                        let tracked = keeps_secrets(file) && tracked.holds(&found.git_roots, file);
                        files.push(Source { file: file.clone(), text, ignored: candidate.ignored && !tracked, tracked, stamp });
                    }
                    Err(why) => notes.unread(&candidate.path, why),
                }
            }
            take(Batch { files, done, total });
        }
        Some(Ended { notes: notes.in_words(self.roots), git_roots: found.git_roots, folders: found.folders })
    }

    /// One file, as a walk would read it now: `None` if the walk would pass it by, or it cannot be read.
    pub fn one(&self, path: &Path) -> Option<Source> {
        let unwanted = self.unwanted(&mut Notes::default());
        let root = self.roots.iter().filter(|root| path.starts_with(root)).max_by_key(|root| root.as_os_str().len())?;
        let wanted = Scope::new(root, &unwanted).wants(path);
        let by_rule = wanted.or_else(|| self.also.iter().any(|also| also == path).then_some(false))?;
        let file = file_id(path)?;
        let stamp = Stamp::of(path);
        let text = read::read(path, self.config.max_file_bytes).ok()?;
        let around = path.ancestors().find(|folder| folder.join(".git").exists()).and_then(file_id);
        let tracked = keeps_secrets(&file) && Tracked::default().holds(around.as_slice(), &file);
        Some(Source { ignored: by_rule && !tracked, tracked, file, text, stamp })
    }

    /// For each path, whether a walk would read it if it were there. Paths outside of the roots are not.
    pub fn wants(&self, paths: &[&Path]) -> Vec<bool> {
        let unwanted = self.unwanted(&mut Notes::default());
        let mut scopes: Vec<Option<Scope>> = self.roots.iter().map(|_| None).collect();
        let wants = paths.iter().map(|path| {
            let around = self.roots.iter().enumerate().filter(|(_, root)| path.starts_with(root));
            let Some((i, root)) = around.max_by_key(|(_, root)| root.as_os_str().len()) else { return false };
            let scope = scopes[i].get_or_insert_with(|| Scope::new(root, &unwanted));
            scope.wants(path).is_some() || self.also.iter().any(|also| also == path)
        });
        wants.collect()
    }

    /// What a walk would find in these folders and in those below them that are not `known`: the files, and the folders looked into.
    pub fn below(&self, folders: Vec<PathBuf>, known: &dyn Fn(&Path) -> bool) -> (Vec<PathBuf>, Vec<(PathBuf, Option<Stamp>)>) {
        let mut notes = Notes::default();
        let unwanted = self.unwanted(&mut notes);
        let found = discover::below(self.roots, folders, known, &unwanted, &mut notes);
        (found.files.into_values().map(|candidate| candidate.path).collect(), found.folders)
    }

    fn unwanted(&self, notes: &mut Notes) -> Unwanted {
        let folder = self.config_folder.or(self.roots.first().map(PathBuf::as_path)).unwrap_or(Path::new(""));
        Unwanted::new(folder, &self.config.ignore, notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn of(files: &[(&str, &str)]) -> Folder {
            let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
            for (path, text) in files {
                folder.write(path, text.as_bytes());
            }
            folder
        }

        fn write(&self, path: &str, bytes: &[u8]) {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }

        fn walk(&self, config: &Config) -> Walked {
            self.walk_from("", config)
        }

        fn walk_from(&self, root: &str, config: &Config) -> Walked {
            let roots = [if root.is_empty() { self.0.path().to_owned() } else { self.0.path().join(root) }];
            let walk = Walk { roots: &roots, also: &[], config, config_folder: None };
            let walked = walk.all(&Cancel::default()).expect("not cancelled");
            // One file at a time must agree with the whole.
            for source in &walked.files {
                assert_eq!(walk.one(Path::new(source.file.as_str())).as_ref(), Some(source));
                assert_eq!(walk.wants(&[Path::new(source.file.as_str())]), [true]);
            }
            walked
        }

        fn names(&self, walked: &Walked) -> Vec<String> {
            let root = file_id(self.0.path()).expect("a UTF-8 path");
            walked.files.iter().map(|source| source.file.as_str()[root.as_str().len() + 1..].to_owned()).collect()
        }

        fn one(&self, path: &str) -> Option<Source> {
            let roots = [self.0.path().to_owned()];
            Walk { roots: &roots, also: &[], config: &Config::default(), config_folder: None }.one(&self.0.path().join(path))
        }
    }

    #[test]
    fn ignore_rules_hold_without_git_and_env_files_are_read_all_the_same() {
        let folder = Folder::of(&[
            (".gitignore", ".env*\n!.env.example\nprivate/\n*.gen.ts\n"),
            (".env", "A=1"),
            (".env.example", "A="),
            ("src/a.ts", ""),
            ("src/b.gen.ts", ""),
            ("src/.gitignore", "!b.gen.ts"),
            ("private/c.ts", ""),
            ("api/.env.local", "B=1"),
        ]);
        let walked = folder.walk(&Config::default());
        assert_eq!(folder.names(&walked), [".env", ".env.example", ".gitignore", "api/.env.local", "src/.gitignore", "src/a.ts", "src/b.gen.ts"]);
        let ignored: Vec<bool> = walked.files.iter().map(|source| source.ignored).collect();
        assert_eq!(ignored, [true, false, false, true, false, false, false]);
        assert_eq!(walked.notes, Vec::<String>::new());
        assert_eq!(folder.one("private/c.ts"), None);
        assert_eq!(folder.one("src/none.ts"), None);
        let (roots, at) = ([folder.0.path().to_owned()], |path: &str| folder.0.path().join(path));
        let walk = Walk { roots: &roots, also: &[], config: &Config::default(), config_folder: None };
        assert_eq!(walk.wants(&[&at("private/c.ts"), &at("src/none.ts"), Path::new("/elsewhere/a.ts")]), [false, true, false]);
    }

    #[test]
    fn an_env_file_that_git_has_already_is_not_ignored() {
        let folder = Folder::of(&[(".gitignore", ".env"), (".env", "A=1"), ("a.ts", "")]);
        std::fs::create_dir(folder.0.path().join(".git")).expect("a folder");
        assert_eq!(folder.walk(&Config::default()).env_files().ignored.len(), 1);
        let mut index = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
        index.extend([0; 61]);
        index.extend(b"\x04.env\0\0\0\0\0\0");
        folder.write(".git/index", &index);
        let walked = folder.walk(&Config::default());
        assert!(walked.env_files().ignored.is_empty());
        assert_eq!(walked.git_roots, [file_id(folder.0.path()).expect("a UTF-8 path")]);
    }

    #[test]
    fn other_peoples_code_and_output_are_left_out_unless_asked_for() {
        let folder = Folder::of(&[
            ("package.json", "{}"),
            ("node_modules/x/index.js", ""),
            ("dist/a.js", ""),
            (".next/server/a.js", ""),
            ("app/dist/route.ts", ""),
            (".git/config.json", ""),
            (".hidden/a.ts", ""),
            (".github/workflows/ci.yml", ""),
            (".github/other/a.yml", ""),
        ]);
        assert_eq!(folder.names(&folder.walk(&Config::default())), [".github/workflows/ci.yml", "app/dist/route.ts", "package.json"]);
        assert_eq!(folder.names(&folder.walk_from("dist", &Config::default())), ["dist/a.js"]);
        assert_eq!(folder.names(&folder.walk_from("node_modules/x", &Config::default())), ["node_modules/x/index.js"]);
    }

    #[test]
    fn packages_that_lie_beside_what_pip_knows_of_them_are_left_out() {
        let folder = Folder::of(&[
            ("layer/python/Some_Lib-1.0.dist-info/top_level.txt", "some_lib\nother\n"),
            ("layer/python/some_lib/__init__.py", ""),
            ("layer/python/other/__init__.py", ""),
            ("layer/python/ours/__init__.py", ""),
            ("layer/python/handler.py", ""),
            ("src/other/__init__.py", ""),
        ]);
        assert_eq!(folder.names(&folder.walk(&Config::default())), ["layer/python/handler.py", "layer/python/ours/__init__.py", "src/other/__init__.py"]);
    }

    #[test]
    fn the_configurations_globs_are_obeyed_and_bad_ones_told() {
        let folder = Folder::of(&[("a.ts", ""), ("legacy/b.ts", ""), ("src/c.spec.ts", ""), ("src/.env", "")]);
        let ignore = ["/legacy/", "*.spec.ts", "src/.env", "{a"].map(str::to_owned).to_vec();
        let walked = folder.walk(&Config { ignore, ..Config::default() });
        assert_eq!(folder.names(&walked), ["a.ts"]);
        assert_eq!(walked.notes, ["`{a` under `ignore` in guardline.json is not a glob and ignores nothing."]);
    }

    #[test]
    fn odd_files_are_told_of_and_the_rest_works() {
        let folder = Folder::of(&[("a.ts", "let a"), ("large.ts", &"x".repeat(2000))]);
        folder.write("latin.py", b"caf\xE9");
        folder.write("video.ts", b"G\0\0\0");
        let walked = folder.walk(&Config { max_file_bytes: 1000, ..Config::default() });
        assert_eq!(folder.names(&walked), ["a.ts"]);
        assert_eq!(
            walked.notes,
            ["large.ts is larger than the limit (`maxFileBytes`) and was not read.", "latin.py is in an encoding other than UTF-8 and was not read.",]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;
        let folder = Folder::of(&[("src/a.ts", "")]);
        let at = |path: &str| folder.0.path().join(path);
        symlink(at("src"), at("src/again")).expect("a link");
        symlink(at("circle.ts"), at("circle.ts")).expect("a link");
        symlink(at("nowhere"), at("gone.ts")).expect("a link");
        symlink(at("src/a.ts"), at("b.ts")).expect("a link");
        let walked = folder.walk(&Config::default());
        assert_eq!(folder.names(&walked), ["src/a.ts"]);
        assert_eq!(walked.notes, ["src/again is a link to a folder and was not followed.", "circle.ts is a link that leads back to itself."]);
    }

    #[test]
    fn what_is_asked_for_by_name_is_read_whatever_covers_it() {
        let folder = Folder::of(&[(".gitignore", "*.ts"), ("a.ts", "let a"), ("b.ts", "let b")]);
        let (roots, also) = ([folder.0.path().to_owned()], [folder.0.path().join("a.ts")]);
        let walk = Walk { roots: &roots, also: &also, config: &Config::default(), config_folder: None };
        assert_eq!(folder.names(&walk.all(&Cancel::default()).expect("not cancelled")), [".gitignore", "a.ts"]);
        assert!(walk.one(&also[0]).is_some());
    }

    #[test]
    fn batches_count_up_to_the_total() {
        let folder = Folder::of(&[]);
        for i in 0..BATCH + 10 {
            folder.write(&format!("f{i:04}.ts"), b"");
        }
        let (roots, mut steps, mut names) = ([folder.0.path().to_owned()], Vec::new(), Vec::new());
        let walk = Walk { roots: &roots, also: &[], config: &Config::default(), config_folder: None };
        walk.stream(&Cancel::default(), &mut |batch| {
            steps.push((batch.done, batch.total));
            names.extend(batch.files.into_iter().map(|source| source.file));
        });
        assert_eq!(steps, [(BATCH, BATCH + 10), (BATCH + 10, BATCH + 10)]);
        assert!(names.is_sorted());
        let cancelled = Cancel::default();
        cancelled.cancel();
        assert!(walk.all(&cancelled).is_none());
    }
}
