//! What builds have left to be served: the folders, and the texts in them.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::read;
use crate::facts::browser::BROWSER;

/// Larger files are passed by: no bundle is that large.
const LARGEST: u64 = 64 << 20;
/// A page lies at most that deep in a folder that is served.
const PAGE_DEPTH: usize = 4;
/// The kinds of text that are served.
const SERVED: &[&str] = &["js", "mjs", "cjs", "css", "html", "htm", "json", "map", "txt", "xml", "svg", "webmanifest"];

/// The folders below these packages that a build has filled with what is served, in order.
pub fn folders(packages: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for package in packages {
        for known in &BROWSER.built {
            let folder = package.join(&known.folder);
            let is_there = folder.is_dir() && (!known.page || has_page(&folder));
            if is_there && !found.iter().any(|other| other.starts_with(&folder) || folder.starts_with(other)) {
                found.push(folder);
            }
        }
    }
    found.sort();
    found
}

fn has_page(folder: &Path) -> bool {
    let is_page = |path: &Path| path.extension().is_some_and(|extension| extension == "html" || extension == "htm");
    walk(folder).max_depth(Some(PAGE_DEPTH)).build().filter_map(Result::ok).any(|entry| is_page(entry.path()))
}

/// The texts below a served folder, in order. Nothing is hidden from a visitor by its name or by an ignore rule.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let is_text = |path: &Path| path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| SERVED.contains(&extension));
    let entries = walk(folder).build().filter_map(Result::ok);
    let mut found: Vec<PathBuf> =
        entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())).map(|entry| entry.into_path()).filter(|path| is_text(path)).collect();
    found.sort();
    found
}

fn walk(folder: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false).follow_links(false);
    walk
}

/// A served text; `None` if it cannot be read as one.
pub fn text(path: &Path) -> Option<String> {
    read::read(path, LARGEST).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, "x").expect("a file");
        }
        folder
    }

    fn found(files: &[&str]) -> Vec<String> {
        let tree = tree(files);
        let below = |path: PathBuf| path.strip_prefix(tree.path()).expect("below").to_string_lossy().into_owned();
        folders(&[tree.path().to_owned()]).into_iter().map(below).collect()
    }

    #[test]
    fn a_folder_counts_once_and_only_if_it_is_served() {
        assert_eq!(found(&["dist/index.html", "dist/assets/a.js"]), ["dist"]);
        assert!(found(&["dist/main.js", "dist/app/module.js"]).is_empty(), "a program for a server");
        assert_eq!(found(&["dist/client/a.js", "dist/server/b.js", "dist/client/index.html"]), ["dist/client"]);
        assert_eq!(found(&[".next/static/a.js", ".next/server/b.js", "out/index.html"]), [".next/static", "out"]);
        assert!(found(&["src/a.ts"]).is_empty());
    }

    #[test]
    fn every_folder_of_the_catalogue_is_found() {
        for known in &BROWSER.built {
            let (page, script) = (format!("{}/index.html", known.folder), format!("{}/main.js", known.folder));
            assert_eq!(found(&[&page]), [known.folder.as_str()]);
            assert_eq!(found(&[&script]).is_empty(), known.page, "{}", known.folder);
            assert!(!found(&[&format!("{}-of-ours/index.html", known.folder)]).contains(&known.folder.to_string()), "{}", known.folder);
        }
    }

    #[test]
    fn texts_are_listed_in_order_whatever_ignores_them() {
        let tree = tree(&["b.js", ".well-known/a.json", "image.png", ".gitignore"]);
        std::fs::write(tree.path().join(".gitignore"), "*.js\n").expect("a file");
        let names: Vec<_> = files(tree.path()).into_iter().filter_map(|path| path.file_name().map(|name| name.to_string_lossy().into_owned())).collect();
        assert_eq!(names, ["a.json", "b.js"]);
    }
}
