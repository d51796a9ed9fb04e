//! Who gets to see a file, also by who imports it: what a browser file imports ships with it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Project;
use super::surface::Surface;
use crate::facts::walk::Target;
use crate::text::FileId;

/// Where a file runs, as far as it says and its importers show.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reach {
    Client,
    Server,
    /// Server code imports it, and a browser file too.
    Shared,
    #[default]
    Unknown,
}

impl Reach {
    pub fn word(self) -> &'static str {
        match self {
            Reach::Client => "client",
            Reach::Server => "server",
            Reach::Shared => "shared",
            Reach::Unknown => "unknown",
        }
    }
}

impl Project {
    /// Where each file of code runs.
    pub fn surfaces(&self) -> FxHashMap<FileId, Reach> {
        let own: FxHashMap<&FileId, Surface> = self.files().filter(|(_, known)| known.module.is_some()).map(|(file, _)| (file, self.surface(file))).collect();
        let starts = |wanted: Surface| own.iter().filter(move |(_, surface)| **surface == wanted).map(|(file, _)| (*file).clone());
        // A file that a build would refuse to ship, or that is called over the network instead, ends the way.
        let shipped = self.imported(starts(Surface::Browser).collect(), |file| !self.stays(file));
        let served = self.imported(starts(Surface::Server).filter(|file| self.stays(file) || !shipped.contains(file)).collect(), |file| {
            own.get(file) != Some(&Surface::Browser)
        });
        let reach = |file: &FileId, own: Surface| match (own, shipped.contains(file), served.contains(file)) {
            (Surface::Browser, ..) | (_, true, false) => Reach::Client,
            (_, true, true) => Reach::Shared,
            (Surface::Server, false, _) | (Surface::Unknown, false, true) => Reach::Server,
            (Surface::Unknown, false, false) => Reach::Unknown,
        };
        own.into_iter().map(|(file, surface)| (file.clone(), reach(file, surface))).collect()
    }

    /// The files at the beginning and those that they import, one through the other.
    fn imported(&self, starts: Vec<FileId>, goes_on: impl Fn(&FileId) -> bool) -> FxHashSet<FileId> {
        let mut seen: FxHashSet<FileId> = starts.iter().cloned().collect();
        let mut open = starts;
        while let Some(file) = open.pop() {
            let Some(module) = self.file(&file).and_then(|known| known.module.as_ref()) else { continue };
            for source in module.imports.iter() {
                if let Target::File(target) = self.resolver().resolve(&file, source)
                    && !seen.contains(&target)
                    && goes_on(&target)
                {
                    seen.insert(target.clone());
                    open.push(target);
                }
            }
        }
        seen
    }

    /// The file itself says that it never ships.
    fn stays(&self, file: &FileId) -> bool {
        let Some(module) = self.file(file).and_then(|known| known.module.as_ref()) else { return false };
        module.model.directives.iter().any(|directive| directive == "use server")
            || module.imports.iter().any(|source| crate::facts::browser::BROWSER.server_imports.iter().any(|known| known == source.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::syntax::{Document, Language};

    fn reach(files: &[(&str, &str)], of: &str) -> Reach {
        let documents = files.iter().map(|(name, text)| {
            let id = FileId::new(&format!("/w/{name}"));
            let language = Language::of(&id).unwrap_or(Language::Text);
            (id.clone(), Some(Arc::new(Document::new(id, language, 0, text))))
        });
        let project = Project::new(vec![FileId::new("/w")]).with(documents.collect());
        project.surfaces().get(&FileId::new(&format!("/w/{of}"))).copied().unwrap_or_default()
    }

    const FILES: &[(&str, &str)] = &[
        ("package.json", "{ \"dependencies\": { \"next\": \"15\" } }"),
        (
            "app/form.tsx",
            "\"use client\";\nimport { save } from \"./actions\";\nimport { title } from \"../lib/words\";\nimport { key } from \"../lib/only\";\n",
        ),
        ("app/page.tsx", "import { title } from \"../lib/words\";\n"),
        ("app/actions.ts", "\"use server\";\nimport { query } from \"../lib/store\";\nexport async function save() {}\n"),
        ("lib/words.ts", "export const title = 1;\n"),
        ("lib/only.ts", "import \"server-only\";\nexport const key = 1;\n"),
        ("lib/store.ts", "export const query = 1;\n"),
    ];

    #[test]
    fn what_a_browser_file_imports_ships_with_it() {
        assert_eq!(reach(FILES, "app/form.tsx"), Reach::Client);
        assert_eq!(reach(FILES, "lib/words.ts"), Reach::Shared);
        assert_eq!(reach(FILES, "app/page.tsx"), Reach::Server);
        let without_page: Vec<_> = FILES.iter().copied().filter(|(name, _)| *name != "app/page.tsx").collect();
        assert_eq!(reach(&without_page, "lib/words.ts"), Reach::Client);
    }

    #[test]
    fn actions_and_server_only_files_end_the_way() {
        assert_eq!(reach(FILES, "app/actions.ts"), Reach::Server);
        assert_eq!(reach(FILES, "lib/store.ts"), Reach::Server);
        assert_eq!(reach(FILES, "lib/only.ts"), Reach::Server);
    }

    #[test]
    fn nothing_known_is_unknown() {
        assert_eq!(reach(&[("a.ts", "export const a = 1;\n")], "a.ts"), Reach::Unknown);
        assert_eq!(reach(&[("a.py", "a = 1\n")], "a.py"), Reach::Server);
    }
}
