//! Where an import leads: files of the project, or a library.

use rustc_hash::{FxHashMap, FxHashSet};

use super::bundler_aliases;
use super::files::Files;
use super::specifier;
use crate::facts::walk::Target;
use crate::syntax::Language;
use crate::text::{FileId, Name};

/// So far above a file its imports may begin.
const MOST_FOLDERS: usize = 8;

/// What is needed to resolve imports, made once for a set of files.
#[derive(Default, Debug)]
pub struct Resolver {
    files: Files,
    roots: Vec<FileId>,
    /// Per folder that holds a `tsconfig.json`, a `jsconfig.json` or the configuration of a bundler, deepest first.
    aliases: Vec<Aliases>,
    /// Packages of the project itself, by their name in `package.json`.
    workspaces: FxHashMap<Name, FileId>,
    /// Folders from which Python imports start.
    python_roots: Vec<String>,
    /// `imports` of each `package.json`: folder, pattern, target.
    internals: Vec<(String, String, String)>,
    /// `imports` of each `deno.json`: folder, name, target.
    maps: Vec<(String, String, String)>,
}

#[derive(Debug)]
struct Aliases {
    folder: String,
    base: Option<String>,
    /// Pattern (with at most one `*`) and its targets, relative to `base` or the folder.
    paths: Vec<(String, Vec<String>)>,
}

const ECMA_EXTENSIONS: &[&str] = &["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "d.ts"];

impl Resolver {
    /// `text_of` gives the text of the few files that configure resolution, `named_by` what the configuration of a bundler calls folders.
    pub fn new(
        roots: &[FileId],
        files: FxHashSet<FileId>,
        text_of: impl Fn(&FileId) -> Option<String>,
        named_by: impl Fn(&FileId) -> Vec<(String, String)>,
    ) -> Resolver {
        let mut resolver = Resolver { roots: roots.to_vec(), ..Resolver::default() };
        let mut python_folders: FxHashSet<String> = FxHashSet::default();
        let mut packages_with_init: FxHashSet<String> = FxHashSet::default();
        for file in &files {
            match file.file_name() {
                "tsconfig.json" | "jsconfig.json" => {
                    if let Some(text) = text_of(file) {
                        resolver.aliases.extend(aliases(file, &text, &text_of));
                    }
                }
                "package.json" => {
                    if let Some(text) = text_of(file) {
                        resolver.package(file, &text);
                    }
                }
                "deno.json" | "deno.jsonc" | "import_map.json" => {
                    if let Some(text) = text_of(file) {
                        resolver.import_map(file, &text);
                    }
                }
                "__init__.py" => {
                    packages_with_init.insert(file.folder().to_owned());
                }
                "pyproject.toml" | "setup.py" | "manage.py" | "requirements.txt" => {
                    python_folders.insert(file.folder().to_owned());
                    python_folders.insert(format!("{}/src", file.folder()));
                }
                _ if bundler_aliases::configures(file) => resolver.aliases.extend(bundled(file, named_by(file))),
                _ => {}
            }
        }
        // The folder above the topmost package is a place where imports start.
        for folder in &packages_with_init {
            let mut top = folder.as_str();
            while let Some((above, _)) = top.rsplit_once('/') {
                if !packages_with_init.contains(above) {
                    python_folders.insert(above.to_owned());
                    break;
                }
                top = above;
            }
        }
        for root in roots {
            python_folders.insert(root.as_str().to_owned());
            python_folders.insert(format!("{root}/src"));
        }
        resolver.python_roots = python_folders.into_iter().collect();
        // Deepest first: the nearest beginning wins.
        resolver.python_roots.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        resolver.aliases.sort_by(|a, b| b.folder.len().cmp(&a.folder.len()).then(a.folder.cmp(&b.folder)));
        resolver.internals.sort();
        resolver.maps.sort();
        resolver.files = Files::new(files);
        resolver
    }

    fn package(&mut self, file: &FileId, text: &str) {
        let Ok(package) = serde_json::from_str::<serde_json::Value>(text) else { return };
        let folder = file.folder().to_owned();
        if let Some(name) = package.get("name").and_then(|name| name.as_str()) {
            self.workspaces.insert(Name::from(name), FileId::new(&folder));
        }
        if let Some(imports) = package.get("imports").and_then(|imports| imports.as_object()) {
            for (pattern, target) in imports {
                let target = match target {
                    serde_json::Value::String(target) => Some(target.as_str()),
                    serde_json::Value::Object(conditions) => {
                        conditions.get("default").or_else(|| conditions.values().next()).and_then(|target| target.as_str())
                    }
                    _ => None,
                };
                if let Some(target) = target {
                    self.internals.push((folder.clone(), pattern.clone(), target.to_owned()));
                }
            }
        }
    }

    /// `source` as written in `from`.
    pub fn resolve(&self, from: &FileId, source: &str) -> Target {
        match Language::of(from) {
            Some(Language::Python | Language::Notebook) => self.python(from, source),
            _ => self.ecma(from, source),
        }
    }

    fn ecma(&self, from: &FileId, source: &str) -> Target {
        if source.starts_with('.') {
            let path = join(from.folder(), source);
            return self.file_at(&path).map_or_else(|| Target::Missing(Name::from(source)), Target::File);
        }
        if let Some(rest) = source.strip_prefix("node:") {
            return Target::Library(Name::from(rest));
        }
        for alias in self.aliases.iter().filter(|alias| inside(from.as_str(), &alias.folder)) {
            let mut matched = false;
            for (pattern, targets) in &alias.paths {
                let Some(star) = matches(pattern, source) else { continue };
                matched = true;
                let base = alias.base.as_deref().unwrap_or(&alias.folder);
                for target in targets {
                    let path = join(base, &target.replacen('*', star, 1));
                    if let Some(file) = self.file_at(&path) {
                        return Target::File(file);
                    }
                }
            }
            if let Some(base) = &alias.base
                && let Some(file) = self.file_at(&join(base, source))
            {
                return Target::File(file);
            }
            if matched {
                return Target::Missing(Name::from(source));
            }
        }
        if source.starts_with('#') {
            for (folder, pattern, target) in self.internals.iter().filter(|(folder, ..)| inside(from.as_str(), folder)) {
                if let Some(star) = matches(pattern, source)
                    && let Some(file) = self.file_at(&join(folder, &target.replacen('*', star, 1)))
                {
                    return Target::File(file);
                }
            }
        }
        if let Some(target) = self.workspace(source) {
            return target;
        }
        // `@/` and `~/` are what templates alias to the source folder; a slice of a project may lack its tsconfig.
        for prefix in ["@/", "~/", "~~/", "$lib/", "src/"] {
            if let Some(rest) = source.strip_prefix(prefix) {
                return self.conventional(from, prefix, rest).map_or_else(|| Target::Missing(Name::from(source)), Target::File);
            }
        }
        if let Some(target) = self.mapped(from, source) {
            return target;
        }
        Target::Library(Name::from(specifier::library(source)))
    }

    /// By the import map of the nearest `deno.json`.
    fn mapped(&self, from: &FileId, source: &str) -> Option<Target> {
        let around = self.maps.iter().filter(|(folder, ..)| inside(from.as_str(), folder));
        let fitting = around.filter_map(|(folder, key, target)| {
            let rest = if key.ends_with('/') { source.strip_prefix(key.as_str())? } else { (source == key).then_some("")? };
            Some((folder, format!("{target}{rest}")))
        });
        let (folder, target) = fitting.max_by_key(|(folder, _)| folder.len())?;
        if target.starts_with('.') {
            return Some(self.file_at(&join(folder, &target)).map_or_else(|| Target::Missing(Name::from(source)), Target::File));
        }
        Some(Target::Library(Name::from(specifier::library(&target))))
    }

    fn import_map(&mut self, file: &FileId, text: &str) {
        let parsed = jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok().flatten();
        let imports = parsed.as_ref().and_then(|map: &serde_json::Value| map.get("imports")?.as_object());
        for (key, target) in imports.into_iter().flatten() {
            if let Some(target) = target.as_str() {
                self.maps.push((file.folder().to_owned(), key.clone(), target.to_owned()));
            }
        }
    }

    fn workspace(&self, source: &str) -> Option<Target> {
        let mut name = source;
        loop {
            if let Some(folder) = self.workspaces.get(name) {
                let rest = source[name.len()..].trim_start_matches('/');
                let candidates = if rest.is_empty() {
                    vec![format!("{folder}/src/index"), format!("{folder}/index"), format!("{folder}/src/main")]
                } else {
                    vec![format!("{folder}/src/{rest}"), format!("{folder}/{rest}")]
                };
                return Some(candidates.iter().find_map(|path| self.file_at(path)).map_or_else(|| Target::Missing(Name::from(source)), Target::File));
            }
            name = name.rsplit_once('/')?.0;
        }
    }

    fn conventional(&self, from: &FileId, prefix: &str, rest: &str) -> Option<FileId> {
        let mut folder = from.folder();
        loop {
            let tried = match prefix {
                "$lib/" => [format!("{folder}/src/lib/{rest}"), format!("{folder}/lib/{rest}")],
                _ => [format!("{folder}/src/{rest}"), format!("{folder}/{rest}")],
            };
            if let Some(found) = tried.iter().find_map(|path| self.file_at(path)) {
                return Some(found);
            }
            if self.roots.iter().any(|root| root.as_str() == folder) {
                return None;
            }
            folder = folder.rsplit_once('/')?.0;
        }
    }

    /// The file a path without an extension, or a folder with an index, stands for.
    fn file_at(&self, path: &str) -> Option<FileId> {
        if let Some(file) = self.files.named(path).or_else(|| self.files.with_extension(path, ECMA_EXTENSIONS)) {
            return Some(file);
        }
        // TypeScript is imported by the name it will have when it is compiled.
        let compiled = [".js", ".jsx", ".mjs"].iter().find_map(|end| path.strip_suffix(end));
        compiled
            .and_then(|stem| self.files.with_extension(stem, &["ts", "tsx", "mts"]))
            .or_else(|| self.files.with_extension(&format!("{path}/index"), ECMA_EXTENSIONS))
    }

    /// A Python module, as it is named in `from`.
    pub(super) fn python(&self, from: &FileId, source: &str) -> Target {
        let dots = source.chars().take_while(|c| *c == '.').count();
        if dots > 0 {
            let mut folder = from.folder().to_owned();
            for _ in 1..dots {
                folder = match folder.rsplit_once('/') {
                    Some((above, _)) => above.to_owned(),
                    None => return Target::Missing(Name::from(source)),
                };
            }
            let rest = &source[dots..];
            let path = if rest.is_empty() { folder } else { format!("{folder}/{}", rest.replace('.', "/")) };
            return self.python_file(&path).map_or_else(|| Target::Missing(Name::from(source)), Target::File);
        }
        let path = source.replace('.', "/");
        // Two programs side by side may both be called `app`: what lies around the file goes before what lies beside.
        let (around, beside): (Vec<&String>, Vec<&String>) = self.python_roots.iter().partition(|root| inside(from.as_str(), root));
        if let Some(file) = around.into_iter().find_map(|root| self.python_file(&format!("{root}/{path}"))) {
            return Target::File(file);
        }
        // A sibling, as scripts import each other.
        if let Some(file) = self.python_file(&format!("{}/{path}", from.folder())) {
            return Target::File(file);
        }
        // The folder that the program is started in is above, and no package itself.
        let mut folder = from.folder();
        for _ in 0..MOST_FOLDERS {
            let Some((above, _)) = folder.rsplit_once('/') else { break };
            folder = above;
            if self.files.with_extension(&format!("{folder}/__init__"), &["py"]).is_none()
                && let Some(file) = self.python_file(&format!("{folder}/{path}"))
            {
                return Target::File(file);
            }
        }
        if let Some(file) = beside.into_iter().find_map(|root| self.python_file(&format!("{root}/{path}"))) {
            return Target::File(file);
        }
        if self.is_own_package(from, source) { Target::Missing(Name::from(source)) } else { Target::Library(Name::from(source)) }
    }

    /// `app.security` asked for from within `app`, or beside it: a module of the project, though there is no such file.
    fn is_own_package(&self, from: &FileId, source: &str) -> bool {
        let Some((package, _)) = source.split_once('.') else { return false };
        let is_beside = |root: &String| self.files.with_extension(&format!("{root}/{package}/__init__"), &["py"]).is_some();
        from.folder().split('/').any(|folder| folder == package) || self.python_roots.iter().any(is_beside)
    }

    fn python_file(&self, path: &str) -> Option<FileId> {
        let package = || self.files.with_extension(&format!("{path}/__init__"), &["py"]);
        self.files.with_extension(path, &["py"]).or_else(package).or_else(|| self.files.with_extension(path, &["pyi"]))
    }
}

fn aliases(file: &FileId, text: &str, text_of: &impl Fn(&FileId) -> Option<String>) -> Option<Aliases> {
    let mut folder = file.folder().to_owned();
    let own_folder = folder.clone();
    let mut config: serde_json::Value = jsonc_parser::parse_to_serde_value(text, &Default::default()).ok()??;
    // `extends`: the nearest ancestor that says something wins.
    for _ in 0..4 {
        let options = config.get("compilerOptions");
        if options.is_some_and(|options| options.get("paths").is_some() || options.get("baseUrl").is_some()) {
            break;
        }
        let Some(parent) = config.get("extends").and_then(|parent| parent.as_str()).filter(|parent| parent.starts_with('.')) else { break };
        let mut path = join(&folder, parent);
        if !path.ends_with(".json") {
            path.push_str(".json");
        }
        let parent = FileId::new(&path);
        let Some(text) = text_of(&parent) else { break };
        folder = parent.folder().to_owned();
        config = jsonc_parser::parse_to_serde_value(&text, &Default::default()).ok()??;
    }
    let options = config.get("compilerOptions")?;
    let base = options.get("baseUrl").and_then(|base| base.as_str()).map(|base| join(&folder, base));
    let mut paths = Vec::new();
    if let Some(listed) = options.get("paths").and_then(|paths| paths.as_object()) {
        for (pattern, targets) in listed {
            let targets = targets.as_array().map(|all| all.iter().filter_map(|t| t.as_str()).map(str::to_owned).collect()).unwrap_or_default();
            // Relative to where they were written.
            let targets = match &base {
                Some(_) => targets,
                None if folder == own_folder => targets,
                None => Vec::<String>::into_iter(targets).map(|target| join(&folder, &target)).collect(),
            };
            paths.push((pattern.clone(), targets));
        }
    }
    if base.is_none() && paths.is_empty() {
        return None;
    }
    Some(Aliases { folder: own_folder, base, paths })
}

/// `$server` stands for a folder, and for what is in it.
fn bundled(file: &FileId, named: Vec<(String, String)>) -> Option<Aliases> {
    let whole = |(name, target): &(String, String)| (name.clone(), vec![target.clone()]);
    let within = |(name, target): &(String, String)| {
        let has_star = name.contains('*');
        (!has_star).then(|| (format!("{}/*", name.trim_end_matches('/')), vec![format!("{}/*", target.trim_end_matches('/'))]))
    };
    // `react: "preact/compat"`: one library for another.
    let named: Vec<_> = named.into_iter().filter(|(name, target)| name.starts_with(['$', '~', '#', '@']) || target.starts_with(['.', '/'])).collect();
    let paths: Vec<_> = named.iter().map(whole).chain(named.iter().filter_map(within)).collect();
    (!paths.is_empty()).then(|| Aliases { folder: file.folder().to_owned(), base: None, paths })
}

/// What `*` stands for, if the pattern fits.
fn matches<'s>(pattern: &str, source: &'s str) -> Option<&'s str> {
    match pattern.split_once('*') {
        Some((before, after)) => source.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == source).then_some(""),
    }
}

fn inside(file: &str, folder: &str) -> bool {
    folder.is_empty() || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether the content of this file decides where imports lead.
pub fn configures(file: &FileId) -> bool {
    matches!(file.file_name(), "package.json" | "tsconfig.json" | "jsconfig.json" | "deno.json" | "deno.jsonc" | "import_map.json")
        || file.file_name().starts_with("tsconfig.")
        || bundler_aliases::configures(file)
}

/// `folder` and a relative path, with `.` and `..` taken away. An absolute path stays.
pub fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_programs_with_packages_of_one_name_each_finds_its_own() {
        let files = ["/w/one/app/__init__.py", "/w/one/app/models.py", "/w/two/app/models.py", "/w/two/app/routes/today.py", "/w/tools/run.py"];
        let names = files.iter().map(|file| FileId::new(file)).collect();
        let resolver = Resolver::new(&[FileId::new("/w")], names, |_| None, |_| Vec::new());
        let models = |from: &str| resolver.python(&FileId::new(from), "app.models");
        assert_eq!(models("/w/one/app/__init__.py"), Target::File(FileId::new("/w/one/app/models.py")));
        assert_eq!(models("/w/two/app/routes/today.py"), Target::File(FileId::new("/w/two/app/models.py")));
        // Where there is only one that could be meant, it is.
        assert_eq!(models("/w/tools/run.py"), Target::File(FileId::new("/w/one/app/models.py")));
    }
}
