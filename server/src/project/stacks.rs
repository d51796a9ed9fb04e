//! Which kind of project each package is: what its list of dependencies and its files say.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::browser::{BROWSER, Evidence, Stack};
use crate::text::{FileId, Name, lines};

/// The packages of a project by their folders.
#[derive(Default)]
pub struct Stacks {
    packages: FxHashMap<String, Package>,
}

#[derive(Clone, Copy, Default)]
struct Package {
    stack: Option<&'static Stack>,
    /// Among its dependencies is a server.
    serves: bool,
}

impl Stacks {
    /// `text_of` gives the text of the lists of dependencies.
    pub fn new<'f>(files: impl Iterator<Item = &'f FileId> + Clone, has: impl Fn(&FileId) -> bool, text_of: impl Fn(&FileId) -> Option<String>) -> Stacks {
        let mut packages: FxHashMap<String, Package> = FxHashMap::default();
        for file in files.clone().filter(|file| file.file_name() == "package.json") {
            if let Some(dependencies) = text_of(file).and_then(|text| dependencies(&text)) {
                packages.insert(file.folder().to_owned(), package(file.folder(), Some(&dependencies), &has, &text_of));
            }
        }
        // A part of a project may have come without its list.
        let telling: FxHashSet<&str> = BROWSER.stacks.iter().flat_map(|stack| stack.evidence()).collect();
        for file in files.filter(|file| telling.contains(file.file_name())) {
            if !has(&FileId::new(&format!("{}/package.json", file.folder()))) {
                packages.entry(file.folder().to_owned()).or_insert_with(|| package(file.folder(), None, &has, &text_of));
            }
        }
        Stacks { packages }
    }

    /// Does it matter what stands in such a file?
    pub fn reads(file: &FileId) -> bool {
        BROWSER.stacks.iter().any(|stack| stack.telling().any(|name| name == file.file_name()))
    }

    /// Is every package what it is in these?
    pub fn is_same(&self, others: &Stacks) -> bool {
        let same = |a: &Package, b: &Package| a.serves == b.serves && a.stack.map(std::ptr::from_ref) == b.stack.map(std::ptr::from_ref);
        self.packages.len() == others.packages.len()
            && self.packages.iter().all(|(folder, package)| others.packages.get(folder).is_some_and(|other| same(package, other)))
    }

    /// The folder of the nearest package, and its stack.
    pub fn of<'f>(&self, file: &'f FileId) -> Option<(&'f str, Option<&'static Stack>)> {
        let (folder, package) = self.nearest(file)?;
        Some((folder, package.stack))
    }

    /// Is the file in a package that runs a server and ships nothing?
    pub fn only_serves(&self, file: &FileId) -> bool {
        self.nearest(file).is_some_and(|(_, package)| package.serves && package.stack.is_none())
    }

    fn nearest<'f>(&self, file: &'f FileId) -> Option<(&'f str, Package)> {
        let mut folder = file.folder();
        loop {
            if let Some(package) = self.packages.get(folder) {
                return Some((folder, *package));
            }
            folder = folder.rsplit_once('/')?.0;
        }
    }
}

fn package(folder: &str, dependencies: Option<&FxHashSet<Name>>, has: &impl Fn(&FileId) -> bool, text_of: &impl Fn(&FileId) -> Option<String>) -> Package {
    let has_file = |name: &str| has(&FileId::new(&format!("{folder}/{name}")));
    let depends = dependencies.map(|dependencies| move |name: &str| dependencies.contains(name));
    let says = |name: &str, word: &str| text_of(&FileId::new(&format!("{folder}/{name}"))).is_some_and(|text| text.contains(word));
    let evidence = Evidence { depends: depends.as_ref().map(|depends| depends as &dyn Fn(&str) -> bool), has_file: &has_file, says: &says };
    let serves = dependencies.is_some_and(|dependencies| BROWSER.servers.iter().any(|name| dependencies.contains(name.as_str())));
    Package { stack: BROWSER.stack_of(evidence), serves }
}

/// `None` for a file that only says what kind of modules lie beside it.
fn dependencies(text: &str) -> Option<FxHashSet<Name>> {
    let manifest: serde_json::Value = serde_json::from_str(lines::without_bom(text)).ok()?;
    let tables = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"].map(|table| manifest.get(table));
    if manifest.get("name").is_none() && tables.iter().all(Option::is_none) {
        return None;
    }
    Some(tables.into_iter().flatten().filter_map(|table| table.as_object()).flatten().map(|(name, _)| Name::from(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(files: &[(&str, &str)], of: &str) -> Option<String> {
        let ids: Vec<FileId> = files.iter().map(|(name, _)| FileId::new(&format!("/w/{name}"))).collect();
        let text = |file: &FileId| files.iter().zip(&ids).find(|(_, id)| *id == file).map(|((_, text), _)| (*text).to_owned());
        let stacks = Stacks::new(ids.iter(), |file| ids.contains(file), text);
        stacks.of(&FileId::new(&format!("/w/{of}"))).and_then(|(_, stack)| stack).map(|stack| stack.name.clone())
    }

    #[test]
    fn the_nearest_package_counts() {
        let files = &[
            ("package.json", "{ \"devDependencies\": { \"turbo\": \"2\" } }"),
            ("apps/web/package.json", "{ \"dependencies\": { \"next\": \"16\" } }"),
            ("apps/spa/package.json", "{ \"dependencies\": { \"react\": \"19\" }, \"devDependencies\": { \"vite\": \"7\" } }"),
            ("apps/spa/src/package.json", "{ \"type\": \"module\" }"),
            ("packages/ui/package.json", "{ \"name\": \"ui\" }"),
        ];
        assert_eq!(stack(files, "apps/web/lib/a.ts").as_deref(), Some("next"));
        assert_eq!(stack(files, "apps/spa/src/a.ts").as_deref(), Some("vite"));
        assert_eq!(stack(files, "packages/ui/a.ts"), None);
        assert_eq!(stack(files, "a.ts"), None);
    }

    #[test]
    fn without_a_list_the_configuration_tells() {
        assert_eq!(stack(&[("vite.config.ts", "")], "src/a.ts").as_deref(), Some("vite"));
        assert_eq!(stack(&[("package.json", "{ \"dependencies\": {} }"), ("vite.config.ts", "")], "src/a.ts"), None);
    }
}
