//! Projects that lie side by side in one folder: what one says of its tables says nothing of another's.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{MANIFESTS, Project};
use crate::facts::schema::Schema;
use crate::facts::walk::Target;
use crate::text::{FileId, Name};

/// The models of each, by the folder it lies in, with a slash at its end. Empty for one project, however many parts it has.
#[derive(Clone, Default, Debug)]
pub struct Neighbours(Arc<[(String, Arc<Schema>)]>);

impl Neighbours {
    pub(super) fn of(project: &Project, before: &Neighbours, is_other: bool) -> Neighbours {
        let folders = if is_other { folders(project) } else { before.0.iter().map(|(folder, _)| folder.clone()).collect() };
        let linked = |folder: String| {
            let own = project.files().filter(|(file, _)| file.as_str().starts_with(&folder)).map(|(file, known)| (file, &*known.tables));
            (folder.clone(), Arc::new(Schema::link(own)))
        };
        Neighbours(folders.into_iter().map(linked).collect())
    }

    /// The project that a file is part of, if there are several, with its models.
    pub fn around(&self, file: &FileId) -> Option<(usize, &Arc<Schema>)> {
        let at = self.0.iter().position(|(folder, _)| file.as_str().starts_with(folder.as_str()))?;
        self.0.get(at).map(|(_, schema)| (at, schema))
    }

    pub fn is_same(&self, other: &Neighbours) -> bool {
        self.0.is_empty() && other.0.is_empty() || Arc::ptr_eq(&self.0, &other.0)
    }

    /// With what is said of all of them.
    pub fn map(&self, say: impl Fn(&Schema) -> Schema) -> Neighbours {
        Neighbours(self.0.iter().map(|(folder, schema)| (folder.clone(), Arc::new(say(schema)))).collect())
    }
}

/// Parts of one project are called so.
const PARTS: &[&str] = &[
    "admin",
    "android",
    "api",
    "app",
    "apps",
    "backend",
    "bot",
    "bots",
    "cli",
    "client",
    "common",
    "components",
    "config",
    "core",
    "dashboard",
    "database",
    "db",
    "docs",
    "e2e",
    "examples",
    "extension",
    "frontend",
    "functions",
    "hooks",
    "infra",
    "ios",
    "jobs",
    "lib",
    "libs",
    "migrations",
    "mobile",
    "models",
    "packages",
    "pages",
    "plugins",
    "prisma",
    "public",
    "routes",
    "scripts",
    "server",
    "services",
    "shared",
    "site",
    "src",
    "static",
    "store",
    "supabase",
    "templates",
    "test",
    "tests",
    "types",
    "ui",
    "utils",
    "views",
    "web",
    "website",
    "worker",
    "workers",
    "www",
];

/// The folders of projects that have nothing to do with each other: nothing lies around them, and none imports from another.
fn folders(project: &Project) -> Vec<String> {
    let [root] = project.roots.as_slice() else { return Vec::new() };
    let root = format!("{root}/");
    let mut folders: FxHashSet<&str> = FxHashSet::default();
    for (file, known) in project.files() {
        let Some(path) = file.as_str().strip_prefix(root.as_str()) else { continue };
        match path.split_once('/') {
            Some((folder, _)) if known.model.is_some() => {
                folders.insert(folder);
            }
            Some(_) => {}
            None if known.model.is_some() || MANIFESTS.contains(&path) => return Vec::new(),
            None => {}
        }
    }
    if folders.len() < 2 || folders.iter().any(|folder| folder.starts_with('.') || PARTS.contains(&folder.to_ascii_lowercase().as_str())) {
        return Vec::new();
    }
    let top = |file: &FileId| file.as_str().strip_prefix(root.as_str())?.split_once('/').map(|(folder, _)| folder.to_owned());
    let reaches_over = project.files().any(|(file, known)| {
        let own = top(file);
        let imports = known.module.iter().flat_map(|module| module.imports.iter());
        // `from fleet import views`, of a folder without `__init__.py`.
        let is_package = |package: &Name| {
            let first = package.split('.').next().unwrap_or_default();
            matches!(file.extension(), "py" | "pyi") && folders.contains(first) && own.as_deref() != Some(first)
        };
        imports.into_iter().any(|source| match project.resolver.resolve(file, source) {
            Target::File(other) => top(&other) != own,
            Target::Library(package) => is_package(&package),
            Target::Missing(_) => is_package(source),
        })
    });
    if reaches_over {
        return Vec::new();
    }
    let mut folders: Vec<String> = folders.into_iter().map(|folder| format!("{root}{folder}/")).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Document, Language};

    fn project(files: &[(&str, &str)]) -> Project {
        let documents = files.iter().map(|(name, text)| {
            let id = FileId::new(&format!("/w/{name}"));
            let language = Language::of(&id).unwrap_or(Language::Text);
            (id.clone(), Some(Arc::new(Document::new(id, language, 0, text))))
        });
        Project::new(vec![FileId::new("/w")]).with(documents.collect())
    }

    /// Has the table of this file's project such a column?
    fn has(project: &Project, file: &str, column: &str) -> Option<bool> {
        let (_, schema) = project.neighbours().around(&FileId::new(&format!("/w/{file}")))?;
        Some(schema.model("note").is_some_and(|model| model.column(column).is_some()))
    }

    const ONE: (&str, &str) = ("garden/schema.prisma", "model Note {\n  id String @id\n  planterId String\n}\n");
    const OTHER: (&str, &str) = ("choir/schema.prisma", "model Note {\n  id String @id\n  singerId String\n}\n");

    #[test]
    fn tables_of_one_say_nothing_of_those_of_another() {
        let project = project(&[ONE, OTHER, ("garden/app.ts", "export const a = 1;\n"), ("choir/app.ts", "export const b = 1;\n")]);
        assert_eq!(has(&project, "garden/app.ts", "planterId"), Some(true));
        assert_eq!(has(&project, "garden/app.ts", "singerId"), Some(false));
        assert_eq!(has(&project, "choir/app.ts", "singerId"), Some(true));
    }

    #[test]
    fn parts_of_one_project_are_no_neighbours() {
        let apart = |files: &[(&str, &str)]| has(&project(files), "garden/app.ts", "planterId").is_some();
        assert!(!apart(&[ONE, OTHER, ("garden/app.ts", "import { b } from \"../choir/app\";\n"), ("choir/app.ts", "export const b = 1;\n")]));
        assert!(!apart(&[ONE, OTHER, ("package.json", "{}"), ("garden/app.ts", "export const a = 1;\n"), ("choir/app.ts", "export const b = 1;\n")]));
        assert!(!apart(&[ONE, ("garden/app.ts", "export const a = 1;\n"), ("backend/app.ts", "export const b = 1;\n")]));
        assert!(!apart(&[ONE, OTHER, ("manage.ts", "export const a = 1;\n"), ("garden/app.ts", ""), ("choir/app.ts", "")]));
        assert!(!apart(&[ONE, ("garden/app.ts", "export const a = 1;\n")]));
        assert!(!apart(&[ONE, OTHER, ("garden/app.ts", ""), ("choir/urls.py", "from garden import views\n"), ("garden/views.py", "a = 1\n")]));
    }
}
