//! Who gets to see a file once it runs, told by the file itself, its place and its package.

use super::Project;
use crate::facts::browser::BROWSER;
use crate::syntax::Language;
use crate::text::FileId;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Surface {
    /// It stays on a server: only people with the source read it.
    Server,
    /// It ships to every visitor.
    Browser,
    #[default]
    Unknown,
}

impl Project {
    pub fn surface(&self, file: &FileId) -> Surface {
        let Some(known) = self.file(file) else { return Surface::Unknown };
        let language = known.document.language;
        if matches!(language, Language::Python | Language::Notebook) {
            return Surface::Server;
        }
        let path = self.relative(file);
        let folders: Vec<&str> = path.split('/').collect();
        let below = |name: &str| folders.iter().rev().skip(1).any(|folder| *folder == name);
        let name = file.file_name();
        // The scripts of pages and components are sent along with them, unless it is a component of the server's own.
        if language.is_page() {
            return if name.contains(".server.") { Surface::Server } else { Surface::Browser };
        }
        if below("public") {
            return Surface::Browser;
        }
        if !language.is_ecma() {
            return Surface::Unknown;
        }
        let directives = known.model.as_ref().map(|model| model.directives.as_slice()).unwrap_or_default();
        if directives.iter().any(|directive| directive == "use client") {
            return Surface::Browser;
        }
        let among = |known: &[String], word: &str| known.iter().any(|known| known == word);
        let imports = known.module.as_ref().map(|module| &*module.imports).unwrap_or_default();
        let says_server = directives.iter().any(|directive| directive == "use server")
            || imports.iter().any(|source| among(&BROWSER.server_imports, source))
            || name.contains(".server.")
            || name.split('.').next().is_some_and(|stem| among(&BROWSER.server_files, stem))
            || BROWSER.server_folders.iter().any(|folder| below(folder));
        if says_server || name.contains(".config.") {
            return Surface::Server;
        }
        let Some(package) = self.package_of(file) else { return Surface::Unknown };
        let has = |name: &str| package.contains(&format!("\"{name}\""));
        if has("next") {
            let pages = below("pages") && !below("api");
            return if pages && !name.starts_with("_document") { Surface::Browser } else { Surface::Server };
        }
        let builds = BROWSER.builds.iter().any(|name| has(name));
        match (builds, BROWSER.servers.iter().any(|name| has(name))) {
            (true, false) if below("src") || below("app") => Surface::Browser,
            (false, true) => Surface::Server,
            _ => Surface::Unknown,
        }
    }

    /// The text of the nearest `package.json` above a file.
    fn package_of(&self, file: &FileId) -> Option<String> {
        let mut folder = file.folder();
        loop {
            if let Some(package) = self.file(&FileId::new(&format!("{folder}/package.json"))) {
                return Some(package.document.text());
            }
            folder = folder.rsplit_once('/')?.0;
        }
    }
}
