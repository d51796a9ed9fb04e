//! The project around a path. What is said of one file depends on its project: the schema, the middleware, the env files.

use std::path::{Component, Path, PathBuf};

/// Files that make the folder around them a project.
const MANIFESTS: &[&str] =
    &["package.json", "deno.json", "deno.jsonc", "pyproject.toml", "setup.py", "requirements.txt", "Pipfile", "manage.py", "guardline.json"];
/// Files that make it a workspace of several projects which import each other.
const WORKSPACES: &[&str] = &["pnpm-workspace.yaml", "lerna.json", "turbo.json", "nx.json", "rush.json"];

/// The root of the project that a file or folder belongs to: the workspace of packages around it, else the nearest
/// package, else the git work tree, else the folder itself. Never looks above a `.git`, nor takes a home folder whole.
pub fn around(path: &Path, home: Option<&Path>) -> PathBuf {
    let own = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let mut package: Option<&Path> = None;
    let mut workspace: Option<&Path> = None;
    let mut git: Option<&Path> = None;
    for folder in own.ancestors() {
        if folder != own && (Some(folder) == home || folder.parent().is_none()) {
            break;
        }
        if package.is_none() && holds(folder, MANIFESTS) {
            package = Some(folder);
        }
        if holds(folder, WORKSPACES) || declares_workspaces(folder) {
            workspace = Some(folder);
        }
        if folder.join(".git").exists() {
            git = Some(folder);
            break;
        }
    }
    workspace.or(package).or(git).unwrap_or(own).to_owned()
}

/// A path, from `base` if it is relative, without `.` and `..`. Links are left as they are, so that paths stay as the person wrote them.
pub fn absolute(base: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in base.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

fn holds(folder: &Path, names: &[&str]) -> bool {
    names.iter().any(|name| folder.join(name).is_file())
}

/// npm, yarn and bun name the packages in package.json, uv in pyproject.toml.
fn declares_workspaces(folder: &Path) -> bool {
    let says = |file: &str, word: &str| super::read::read(&folder.join(file), 1 << 20).is_ok_and(|text| text.contains(word));
    says("package.json", "\"workspaces\"") || says("pyproject.toml", "[tool.uv.workspace]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            let (path, text) = file.split_once('=').unwrap_or((file, ""));
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        folder
    }

    fn root(files: &[&str], of: &str) -> String {
        let folder = project(files);
        let found = around(&folder.path().join(of), None);
        found.strip_prefix(folder.path()).expect("inside").to_string_lossy().into_owned()
    }

    #[test]
    fn the_workspace_wins_over_the_package() {
        let files = ["package.json={\"workspaces\": [\"apps/*\"]}", "apps/web/package.json={}", "apps/web/src/a.ts"];
        assert_eq!(root(&files, "apps/web/src/a.ts"), "");
        assert_eq!(root(&["pnpm-workspace.yaml", "apps/web/package.json", "apps/web/a.ts"], "apps/web"), "");
    }

    #[test]
    fn the_nearest_package_is_the_project() {
        assert_eq!(root(&[".git/HEAD", "web/package.json={}", "web/src/a.ts", "api/pyproject.toml"], "web/src"), "web");
    }

    #[test]
    fn without_a_manifest_it_is_the_work_tree_or_the_folder_itself() {
        assert_eq!(root(&[".git/HEAD", "src/lib/a.ts"], "src/lib/a.ts"), "");
        assert_eq!(root(&["src/lib/a.ts"], "src/lib"), "src/lib");
    }

    #[test]
    fn nothing_above_the_work_tree_counts() {
        assert_eq!(root(&["pnpm-workspace.yaml", "app/.git/HEAD", "app/src/a.ts"], "app/src/a.ts"), "app");
    }

    #[test]
    fn a_home_folder_is_not_a_project() {
        let folder = project(&[".git/HEAD", "shop/a.ts"]);
        assert_eq!(around(&folder.path().join("shop"), Some(folder.path())), folder.path().join("shop"));
    }
}
