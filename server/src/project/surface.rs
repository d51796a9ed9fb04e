//! Who gets to see a file once it runs, told by the file itself, its place and its package.

use super::Project;
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

/// Packages whose presence makes `src/` browser code, and those that make the package (also) a server.
const BROWSER_BUILDS: &[&str] = &["vite", "react-scripts", "@vue/cli-service", "parcel", "@angular/core", "gatsby"];
const SERVERS: &[&str] = &[
    "express",
    "fastify",
    "koa",
    "hono",
    "@nestjs/core",
    "next",
    "nuxt",
    "@sveltejs/kit",
    "astro",
    "@remix-run/node",
    "@react-router/node",
    "@tanstack/start",
    "@tanstack/react-start",
    "@solidjs/start",
];

impl Project {
    pub fn surface(&self, file: &FileId) -> Surface {
        let Some(known) = self.file(file) else { return Surface::Unknown };
        if known.document.language == Language::Python {
            return Surface::Server;
        }
        let path = self.relative(file);
        let folders: Vec<&str> = path.split('/').collect();
        let below = |name: &str| folders.iter().rev().skip(1).any(|folder| *folder == name);
        let name = file.file_name();
        if below("public") || below("static") && known.document.language == Language::Html {
            return Surface::Browser;
        }
        if !known.document.language.is_ecma() {
            return Surface::Unknown;
        }
        let directives = known.model.as_ref().map(|model| model.directives.as_slice()).unwrap_or_default();
        if directives.iter().any(|directive| directive == "use client") {
            return Surface::Browser;
        }
        let says_server = directives.iter().any(|directive| directive == "use server")
            || known.module.as_ref().is_some_and(|module| module.imports.iter().any(|source| source == "server-only"))
            || name.contains(".server.")
            || matches!(name.split('.').next(), Some("route" | "middleware" | "proxy" | "instrumentation" | "+server"))
            || ["server", "api", "functions", "scripts", "supabase", "prisma", "migrations", "workers"].iter().any(|folder| below(folder));
        if says_server || name.contains(".config.") {
            return Surface::Server;
        }
        let Some(package) = self.package_of(file) else { return Surface::Unknown };
        let has = |names: &[&str]| names.iter().any(|name| package.contains(&format!("\"{name}\"")));
        if has(&["next"]) {
            let pages = below("pages") && !below("api");
            return if pages && !name.starts_with("_document") { Surface::Browser } else { Surface::Server };
        }
        if has(BROWSER_BUILDS) && !has(SERVERS) {
            return if below("src") || below("app") { Surface::Browser } else { Surface::Unknown };
        }
        if has(SERVERS) && !has(BROWSER_BUILDS) { Surface::Server } else { Surface::Unknown }
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
