//! Who gets to see a file once it runs, told by the file itself, its place and its package. What its importers add is `reach`.

use super::Project;
use super::place::{Purpose, purpose};
use crate::facts::browser::{BROWSER, Elsewhere, Glob, Stack};
use crate::syntax::Language;
use crate::text::{FileId, Name};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Surface {
    /// Served as it is, to anybody who knows the address.
    Static,
    /// It ships to every visitor.
    Browser,
    /// It is part of an app that is installed.
    Native,
    /// It stays on a server: only people with the source read it.
    Server,
    /// The build reads it.
    Build,
    Test,
    #[default]
    Unknown,
}

impl Surface {
    /// Strangers get to see it.
    pub fn is_exposed(self) -> bool {
        matches!(self, Surface::Static | Surface::Browser | Surface::Native)
    }
}

impl Project {
    pub fn surface(&self, file: &FileId) -> Surface {
        let Some(known) = self.file(file) else { return Surface::Unknown };
        let language = known.document.language;
        if matches!(language, Language::Python | Language::Notebook) {
            return Surface::Server;
        }
        let package = self.stacks.of(file);
        let (path, stack) = match package {
            Some((folder, stack)) => (file.as_str().strip_prefix(folder).unwrap_or(file.as_str()).trim_start_matches('/'), stack),
            None => (self.relative(file), None),
        };
        if purpose(self.relative(file)) == Purpose::Test {
            return Surface::Test;
        }
        let among = |globs: &[Glob]| globs.iter().any(|glob| glob.fits(path));
        let is_served = |stack: &Stack| among(&stack.served);
        let is_below = |names: &[&str]| path.split('/').rev().skip(1).any(|folder| names.contains(&folder));
        let is_handed_out = stack.is_none() && (is_below(&["public"]) || is_below(&["static", "www"]) && self.is_for_browsers(file, package.is_some()));
        if stack.is_some_and(is_served) || is_handed_out {
            return Surface::Static;
        }
        if !language.is_page() && !language.is_ecma() {
            return Surface::Unknown;
        }
        let shipped = if stack.is_some_and(|stack| stack.native) { Surface::Native } else { Surface::Browser };
        let directives = known.model.as_ref().map(|model| model.directives.as_slice()).unwrap_or_default();
        if directives.iter().any(|directive| directive == "use client") {
            return shipped;
        }
        let name = file.file_name();
        let stem = name.split('.').next().unwrap_or_default();
        if self.is_barrier(file) || stack.is_some_and(|stack| among(&stack.server)) || BROWSER.server_files.iter().any(|known| known == stem) {
            return Surface::Server;
        }
        if name.split('.').rev().skip(1).take(1).any(|mark| BROWSER.build_marks.iter().any(|known| known == mark))
            && name.matches('.').count() > 1
            && !path.contains('/')
        {
            return Surface::Build;
        }
        // The scripts of pages and components are sent along with them.
        if self.setup().entered().contains(file)
            || language.is_page() && !fills_no_page(language, name)
            || stack.is_some_and(|stack| among(&stack.shipped) && !is_for_building(path))
        {
            return shipped;
        }
        let folders = path.split('/').rev().skip(1);
        if folders.into_iter().any(|folder| BROWSER.server_folders.iter().any(|known| known == folder)) {
            return Surface::Server;
        }
        match stack.map(|stack| stack.elsewhere) {
            Some(Elsewhere::Shipped) => shipped,
            Some(Elsewhere::Server) => Surface::Server,
            Some(Elsewhere::Unknown) => Surface::Unknown,
            None if self.stacks.only_serves(file) => Surface::Server,
            None => Surface::Unknown,
        }
    }

    /// Data, or a script that a browser can run as it is. Without a package a script has nobody who imports it; with one it is
    /// no module of Node.
    fn is_for_browsers(&self, file: &FileId, is_packaged: bool) -> bool {
        let Some(known) = self.file(file) else { return false };
        match known.document.language {
            Language::Json => true,
            Language::JavaScript => {
                let imports = known.module.as_ref().map(|module| &*module.imports).unwrap_or_default();
                let is_near = |source: &Name| source.starts_with('.') || source.starts_with('/') || source.contains("://");
                let exports = known.exposure.shape.exports.contains_key("default") && known.exposure.shape.opaque;
                !is_packaged || !exports && imports.iter().all(is_near)
            }
            language => !is_packaged && language.is_ecma(),
        }
    }

    /// The folder with the nearest `package.json` above a file, below the project's.
    pub(super) fn relative_package<'f>(&self, file: &'f FileId) -> Option<&'f str> {
        let whole = self.relative(file);
        let mut folder = file.folder();
        while self.file(&FileId::new(&format!("{folder}/package.json"))).is_none() {
            folder = folder.rsplit_once('/')?.0;
        }
        let outer = file.as_str().len() - whole.len();
        Some(whole.get(..folder.len().saturating_sub(outer)).unwrap_or_default())
    }

    /// It never ships: it says so itself, or a build gives a stub or an error to what imports it.
    pub fn is_barrier(&self, file: &FileId) -> bool {
        let Some(known) = self.file(file) else { return false };
        let says = known.model.as_ref().is_some_and(|model| model.directives.iter().any(|directive| directive == "use server"));
        let imports = known.module.as_ref().map(|module| &*module.imports).unwrap_or_default();
        if says || imports.iter().any(|source| BROWSER.server_imports.iter().any(|known| known == source)) {
            return true;
        }
        match self.stacks.of(file) {
            Some((folder, Some(stack))) => {
                let path = file.as_str().strip_prefix(folder).unwrap_or_default().trim_start_matches('/');
                stack.barriers.iter().any(|glob| glob.fits(path)) || file.file_name().contains(".server.")
            }
            _ => file.file_name().contains(".server."),
        }
    }
}

/// `nginx.conf.j2`: what it is filled into is no page.
fn fills_no_page(language: Language, name: &str) -> bool {
    let mut endings = name.split('.').skip(1).peekable();
    let first = endings.next().unwrap_or("");
    language == Language::Jinja && endings.peek().is_some() && !matches!(first, "html" | "htm" | "xhtml" | "server")
}

/// Configuration at the root of a package, which the build runs.
fn is_for_building(path: &str) -> bool {
    !path.contains('/') && path.contains(".config.")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::syntax::Document;

    fn surface(package: &str, of: &str) -> Surface {
        let files = [("package.json", package), (of, "export const a = 1;\n")];
        let documents = files.iter().map(|(name, text)| {
            let id = FileId::new(&format!("/w/{name}"));
            let language = Language::of(&id).unwrap_or(Language::Text);
            (id.clone(), Some(Arc::new(Document::new(id, language, 0, text))))
        });
        Project::new(vec![FileId::new("/w")]).with(documents.collect()).surface(&FileId::new(&format!("/w/{of}")))
    }

    #[test]
    fn every_stack_is_split_as_its_examples_say() {
        for stack in &BROWSER.stacks {
            for (path, expected) in stack.examples() {
                let package = stack.sample_package();
                let word = match surface(&package, path) {
                    Surface::Static => "static",
                    Surface::Browser => "browser",
                    Surface::Native => "native",
                    Surface::Server => "server",
                    Surface::Build => "build",
                    Surface::Test => "test",
                    Surface::Unknown => "unknown",
                };
                assert_eq!(word, expected, "{} {path}", stack.name);
            }
        }
    }

    #[test]
    fn some_things_hold_everywhere() {
        let vite = "{ \"dependencies\": { \"vite\": \"7\", \"react\": \"19\" } }";
        assert_eq!(surface(vite, "vite.config.ts"), Surface::Build);
        assert_eq!(surface(vite, "src/__tests__/a.ts"), Surface::Test);
        assert_eq!(surface(vite, "scripts/import.ts"), Surface::Server);
        assert_eq!(surface("{ \"dependencies\": { \"express\": \"5\" } }", "src/a.ts"), Surface::Server);
        assert_eq!(surface("{ \"name\": \"ui\" }", "src/a.ts"), Surface::Unknown);
        assert_eq!(surface("{ \"name\": \"ui\" }", "db.server.ts"), Surface::Server);
    }
}
