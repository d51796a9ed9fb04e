//! What git knows of a work tree: which files differ from a commit, what is about to be committed, whether anything is unsaved.
//!
//! Only reads, and runs nothing: no filters, no hooks, no program called git.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use git2::{Delta, DiffOptions, ErrorCode, Index, ObjectType, Oid, Repository, RepositoryOpenFlags, Tree};

use super::encoded;

/// Why git's answer could not be had, as a sentence.
#[derive(Debug, thiserror::Error)]
pub enum GitProblem {
    #[error("{0} is not in a git repository")]
    NoRepository(PathBuf),
    #[error("the git repository of {0} has no work tree")]
    Bare(PathBuf),
    #[error("git does not trust the repository of {0}, which belongs to somebody else: run `git config --global --add safe.directory {0}` if you do")]
    NotTrusted(PathBuf),
    #[error("git knows no commit, branch or tag `{0}`; is it fetched? (To check only some files, name them after it: `--changed HEAD src`.)")]
    NoRevision(String),
    #[error("there is no commit here yet, so nothing differs from `{0}`: `--changed` alone looks at what there is, `--staged` at what would be committed")]
    NoCommit(String),
    #[error("HEAD and `{0}` have no commit in common here: in a shallow clone, fetch more of its history (`git fetch --unshallow`, `fetch-depth: 0`)")]
    NothingInCommon(String),
    #[error("git's data could not be read: {0}")]
    Failed(String),
}

impl From<git2::Error> for GitProblem {
    fn from(error: git2::Error) -> GitProblem {
        GitProblem::Failed(error.message().to_owned())
    }
}

/// A file as git has it: in the next commit, or in one that was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextAt {
    pub path: PathBuf,
    /// `None`: it is not there, or is no text.
    pub text: Option<String>,
}

/// What would be committed now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Staged {
    /// The files that differ from the last commit, without those that go.
    pub files: Vec<PathBuf>,
    /// All files whose text on disk is not the one that is staged.
    pub unlike_disk: Vec<TextAt>,
    /// What differs from the last commit, as that has it.
    pub before: Vec<TextAt>,
}

/// What differs from a commit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changed {
    /// The files that are there.
    pub files: Vec<PathBuf>,
    /// All that differ, as they were.
    pub before: Vec<TextAt>,
}

pub struct Git {
    repository: Repository,
    /// Of the work tree, as the person named it where that is possible.
    top: PathBuf,
}

impl Git {
    /// The repository around a folder. Inside of a hook the index is the one that git says.
    pub fn around(folder: &Path) -> Result<Git, GitProblem> {
        let none: [&Path; 0] = [];
        let repository = Repository::open_ext(folder, RepositoryOpenFlags::empty(), none).map_err(|error| match error.code() {
            ErrorCode::NotFound => GitProblem::NoRepository(folder.to_owned()),
            ErrorCode::Owner => GitProblem::NotTrusted(folder.to_owned()),
            _ => error.into(),
        })?;
        let real = repository.workdir().ok_or_else(|| GitProblem::Bare(folder.to_owned()))?.to_owned();
        let top = as_named(folder, &real);
        let git = Git { repository, top };
        git.use_index_of_hook()?;
        Ok(git)
    }

    /// The folder that holds the work tree.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// `git commit --all` and `git commit FILE` tell their hooks of an index of their own.
    fn use_index_of_hook(&self) -> Result<(), GitProblem> {
        let Some(index) = std::env::var_os("GIT_INDEX_FILE").filter(|path| !path.is_empty()) else { return Ok(()) };
        let here = std::env::current_dir().unwrap_or_default();
        let is_ours = match std::env::var_os("GIT_DIR") {
            Some(folder) => same(&here.join(folder), self.repository.path()),
            None => here.starts_with(&self.top),
        };
        if is_ours {
            self.repository.set_index(&mut Index::open(&here.join(index))?)?;
        }
        Ok(())
    }

    /// The files that differ from where HEAD and this revision parted, those that git does not know yet included, deleted ones not.
    pub fn changed_since(&self, revision: &str) -> Result<Changed, GitProblem> {
        let tree = match self.commit_of(revision)? {
            Some(commit) => Some(self.repository.find_commit(commit)?.tree()?),
            None => None,
        };
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true).ignore_submodules(true);
        let diff = self.repository.diff_tree_to_workdir_with_index(tree.as_ref(), Some(&mut options))?;
        Ok(Changed { files: self.paths(&diff), before: self.before(&diff) })
    }

    /// Where HEAD and the revision parted. `None` in a repository without commits.
    fn commit_of(&self, revision: &str) -> Result<Option<Oid>, GitProblem> {
        let head = match self.repository.head() {
            Ok(head) => head.peel_to_commit()?.id(),
            Err(error) if error.code() == ErrorCode::UnbornBranch && revision == "HEAD" => return Ok(None),
            Err(error) if error.code() == ErrorCode::UnbornBranch => return Err(GitProblem::NoCommit(revision.to_owned())),
            Err(error) => return Err(error.into()),
        };
        let named = self.repository.revparse_single(revision).and_then(|object| object.peel(ObjectType::Commit));
        let other = named.map_err(|_| GitProblem::NoRevision(revision.to_owned()))?.id();
        let base = self.repository.merge_base(head, other).map_err(|_| GitProblem::NothingInCommon(revision.to_owned()))?;
        Ok(Some(base))
    }

    /// What would be committed now.
    pub fn staged(&self) -> Result<Staged, GitProblem> {
        let index = self.repository.index()?;
        let mut options = DiffOptions::new();
        options.include_typechange(true).ignore_submodules(true);
        let head = self.head_tree()?;
        let staged = self.repository.diff_tree_to_index(head.as_ref(), Some(&index), Some(&mut options))?;
        let unlike = self.repository.diff_index_to_workdir(Some(&index), Some(&mut options))?;
        let mut unlike_disk = Vec::new();
        for delta in unlike.deltas() {
            let Some(path) = delta.old_file().path() else { continue };
            let text = index.get_path(path, 0).and_then(|entry| self.text(entry.id));
            unlike_disk.push(TextAt { path: self.top.join(path), text });
        }
        // What goes with the commit may lie on disk still, and git does not know it any more.
        let gone = staged.deltas().filter(|delta| delta.status() == Delta::Deleted).filter_map(|delta| delta.old_file().path().map(Path::to_owned));
        unlike_disk.extend(gone.map(|path| TextAt { path: self.top.join(path), text: None }));
        Ok(Staged { files: self.paths(&staged), unlike_disk, before: self.before(&staged) })
    }

    /// The files that are not in the last commit as they lie there, those that git does not know included.
    pub fn unsaved(&self, below: &[PathBuf]) -> Result<Vec<PathBuf>, GitProblem> {
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true).ignore_submodules(true);
        let tree = self.head_tree()?;
        let against_index = self.repository.diff_tree_to_index(tree.as_ref(), None, Some(&mut options))?;
        let on_disk = self.repository.diff_index_to_workdir(None, Some(&mut options))?;
        let names = [&against_index, &on_disk].into_iter().flat_map(|diff| diff.deltas().filter_map(|delta| self.path_of(&delta)).collect::<Vec<_>>());
        let paths: BTreeSet<PathBuf> = names.filter(|path| below.iter().any(|folder| path.starts_with(folder))).collect();
        Ok(paths.into_iter().collect())
    }

    fn head_tree(&self) -> Result<Option<Tree<'_>>, GitProblem> {
        match self.repository.head() {
            Ok(head) => Ok(Some(head.peel_to_tree()?)),
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The paths that are there after the difference.
    fn paths(&self, diff: &git2::Diff<'_>) -> Vec<PathBuf> {
        let is_there = |delta: &git2::DiffDelta<'_>| !matches!(delta.status(), Delta::Deleted | Delta::Unmodified | Delta::Ignored);
        diff.deltas().filter(is_there).filter_map(|delta| self.path_of(&delta)).collect()
    }

    /// What differs, as it was before the difference.
    fn before(&self, diff: &git2::Diff<'_>) -> Vec<TextAt> {
        let differs = |delta: &git2::DiffDelta<'_>| !matches!(delta.status(), Delta::Unmodified | Delta::Ignored);
        let was = |delta: git2::DiffDelta<'_>| {
            let old = delta.old_file();
            let text = Some(old.id()).filter(|id| old.exists() && !id.is_zero()).and_then(|id| self.text(id));
            Some(TextAt { path: self.path_of(&delta)?, text })
        };
        diff.deltas().filter(differs).filter_map(was).collect()
    }

    fn path_of(&self, delta: &git2::DiffDelta<'_>) -> Option<PathBuf> {
        delta.new_file().path().or_else(|| delta.old_file().path()).map(|path| self.top.join(path))
    }

    fn text(&self, id: Oid) -> Option<String> {
        let blob = self.repository.find_blob(id).ok()?;
        encoded::decode(blob.content()).map(|encoded| encoded.text.into_owned())
    }
}

/// The work tree by the name that leads to it from the folder: git resolves links, people and their editors do not.
fn as_named(folder: &Path, real: &Path) -> PathBuf {
    let is_it = |around: &&Path| same(around, real);
    folder.ancestors().find(is_it).unwrap_or(real).to_owned()
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new() -> Tree {
            let tree = Tree(tempfile::tempdir().expect("a temporary folder"));
            Repository::init(tree.0.path()).expect("a repository");
            tree
        }

        fn repository(&self) -> Repository {
            Repository::open(self.0.path()).expect("a repository")
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }

        fn add(&self, path: &str) {
            let repository = self.repository();
            let mut index = repository.index().expect("an index");
            if self.0.path().join(path).exists() { index.add_path(Path::new(path)) } else { index.remove_path(Path::new(path)) }.expect("added");
            index.write().expect("written");
        }

        fn commit(&self) -> Oid {
            let repository = self.repository();
            let tree = repository.index().and_then(|mut index| index.write_tree()).and_then(|id| repository.find_tree(id)).expect("a tree");
            let who = git2::Signature::now("somebody", "somebody@example.org").expect("a name");
            let parent = repository.head().and_then(|head| head.peel_to_commit()).ok();
            repository.commit(Some("HEAD"), &who, &who, "a commit", &tree, parent.as_ref().as_slice()).expect("a commit")
        }

        fn git(&self) -> Git {
            Git::around(self.0.path()).expect("a repository")
        }

        fn names(&self, paths: &[PathBuf]) -> Vec<String> {
            paths.iter().map(|path| path.strip_prefix(self.0.path()).expect("inside").to_string_lossy().replace('\\', "/")).collect()
        }

        fn before(&self, since: &str) -> Vec<(String, Option<String>)> {
            let before = self.git().changed_since(since).expect("an answer").before;
            before.into_iter().map(|file| (self.names(&[file.path]).remove(0), file.text)).collect()
        }

        fn changed(&self, since: &str) -> Vec<String> {
            self.names(&self.git().changed_since(since).expect("an answer").files)
        }
    }

    #[test]
    fn changed_is_what_differs_from_where_the_branches_parted() {
        let tree = Tree::new();
        tree.write("a.ts", "1");
        tree.write(".gitignore", "out/\n");
        assert_eq!(tree.changed("HEAD"), [".gitignore", "a.ts"], "before the first commit everything is new");
        tree.add("a.ts");
        tree.add(".gitignore");
        let first = tree.commit();
        assert_eq!(tree.changed("HEAD"), [] as [&str; 0]);
        tree.write("b.ts", "1");
        tree.add("b.ts");
        tree.commit();
        tree.write("lib/new.ts", "1");
        tree.write("out/made.ts", "1");
        tree.write("a.ts", "2");
        assert_eq!(tree.changed("HEAD"), ["a.ts", "lib/new.ts"]);
        assert_eq!(tree.changed(&first.to_string()), ["a.ts", "b.ts", "lib/new.ts"]);
        assert_eq!(
            tree.before(&first.to_string()),
            [("a.ts", Some("1")), ("b.ts", None), ("lib/new.ts", None)].map(|(path, text)| (path.to_owned(), text.map(str::to_owned)))
        );
        std::fs::remove_file(tree.0.path().join("a.ts")).expect("removed");
        assert_eq!(tree.changed("HEAD"), ["lib/new.ts"], "what is gone has no findings");
        assert_eq!(tree.before("HEAD").first(), Some(&("a.ts".to_owned(), Some("1".to_owned()))), "but it was there");

        // A branch that went its own way since: only what is ours counts.
        let repository = tree.repository();
        let base = repository.find_commit(first).expect("a commit");
        let who = git2::Signature::now("somebody", "somebody@example.org").expect("a name");
        let theirs = repository.commit(None, &who, &who, "theirs", &base.tree().expect("a tree"), &[&base]).expect("a commit");
        assert_eq!(tree.changed(&theirs.to_string()), ["b.ts", "lib/new.ts"]);
        assert!(matches!(tree.git().changed_since("nowhere"), Err(GitProblem::NoRevision(_))));
        let alone = repository.commit(None, &who, &who, "alone", &base.tree().expect("a tree"), &[]).expect("a commit");
        assert!(matches!(tree.git().changed_since(&alone.to_string()), Err(GitProblem::NothingInCommon(_))));
    }

    #[test]
    fn staged_is_what_the_index_holds() {
        let tree = Tree::new();
        for path in ["a.ts", "b.ts", "c.ts"] {
            tree.write(path, "committed");
            tree.add(path);
        }
        tree.commit();
        tree.write("a.ts", "staged");
        tree.add("a.ts");
        tree.write("a.ts", "on disk");
        tree.write("b.ts", "on disk");
        std::fs::remove_file(tree.0.path().join("c.ts")).expect("removed");
        tree.add("c.ts");
        tree.write("c.ts", "back again");
        tree.write("new.ts", "unknown");
        let staged = tree.git().staged().expect("an answer");
        assert_eq!(tree.names(&staged.files), ["a.ts"]);
        assert!(staged.before.iter().all(|file| file.text.as_deref() == Some("committed")) && staged.before.len() == 2, "{:?}", staged.before);
        let texts: Vec<(String, Option<&str>)> =
            staged.unlike_disk.iter().map(|file| (tree.names(std::slice::from_ref(&file.path)).remove(0), file.text.as_deref())).collect();
        assert_eq!(texts, [("a.ts".to_owned(), Some("staged")), ("b.ts".to_owned(), Some("committed")), ("c.ts".to_owned(), None)]);
    }

    #[test]
    fn unsaved_is_all_that_a_commit_does_not_hold() {
        let tree = Tree::new();
        tree.write(".gitignore", "*.log\n");
        tree.write("app/a.ts", "1");
        tree.write("app/b.ts", "1");
        ["app/a.ts", "app/b.ts", ".gitignore"].iter().for_each(|path| tree.add(path));
        tree.commit();
        let unsaved = |below: &str| tree.names(&tree.git().unsaved(&[tree.0.path().join(below)]).expect("an answer"));
        assert_eq!(unsaved(""), [] as [&str; 0]);
        tree.write("app/a.ts", "2");
        tree.add("app/a.ts");
        tree.write("app/b.ts", "2");
        tree.write("x.log", "");
        tree.write("other/new.ts", "");
        assert_eq!(unsaved(""), ["app/a.ts", "app/b.ts", "other/new.ts"]);
        assert_eq!(unsaved("app"), ["app/a.ts", "app/b.ts"]);
    }

    #[test]
    fn a_folder_without_git_is_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(matches!(Git::around(folder.path()), Err(GitProblem::NoRepository(_))));
    }

    #[cfg(unix)]
    #[test]
    fn paths_begin_as_the_person_named_the_folder() {
        let tree = Tree::new();
        tree.write("a.ts", "1");
        let links = tempfile::tempdir().expect("a temporary folder");
        let link = links.path().join("here");
        std::os::unix::fs::symlink(tree.0.path(), &link).expect("a link");
        assert_eq!(Git::around(&link).expect("a repository").changed_since("HEAD").expect("an answer").files, [link.join("a.ts")]);
    }
}
