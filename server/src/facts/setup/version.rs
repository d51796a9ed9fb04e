//! Versions of packages: what manifests ask for and what lockfiles have settled on.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::model::data::{self, Datum};
use crate::syntax::Language;
use crate::text::{Name, lines};

/// The files that are read, by their path.
pub(super) const FILES: &str = r"(^|/)(package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock|requirements[^/]*\.(txt|in)|pyproject\.toml|Pipfile(\.lock)?|poetry\.lock|uv\.lock)$";

/// A version, or where a range of versions begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
    /// False for `^14.1.0`: it is at least this, and of the same major version.
    pub exact: bool,
}

/// What one manifest or lockfile says.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Versions {
    /// Package and range as written.
    pub declared: FxHashMap<Name, Name>,
    /// Package, and each version of it with the range or the folder that it is for; an empty one is for all.
    pub locked: FxHashMap<Name, SmallVec<[(Name, Version); 1]>>,
}

impl Version {
    /// `14.2.3`, `v14.2`, `14.0.0-canary.1`, `14.2.3(react@18.0.0)`.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim().trim_start_matches(['v', '=']).trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let mut numbers = text.get(..end)?.split('.').map(str::parse::<u32>);
        let major = numbers.next()?.ok()?;
        let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
        Some(Version { major, minor: next(), patch: next(), exact: true })
    }

    /// The beginning of a range that stays within a major version; `None` for anything that may be more.
    pub fn of_range(range: &str) -> Option<Version> {
        let range = range.trim();
        let range = range.strip_prefix("npm:").map_or(range, |alias| alias.rsplit_once('@').map_or(alias, |(_, range)| range));
        let range = range.strip_prefix("workspace:").unwrap_or(range).trim();
        let part = range.split([',', ' ']).next().unwrap_or_default();
        let (mark, rest) = match part.find(|c: char| c.is_ascii_digit() || c == 'v') {
            Some(at) => part.split_at(at),
            None => return None,
        };
        let is_whole = range == part;
        let version = Version::parse(rest)?;
        let dots = rest.chars().filter(|c| *c == '.').count();
        match mark {
            "" | "=" | "==" | "===" if is_whole => {
                Some(Version { exact: dots >= 2 && !rest.contains(['x', '*', '|']), ..version }).filter(|_| !rest.contains('|'))
            }
            "^" | "~" | "~=" if is_whole && !rest.contains('|') => Some(Version { exact: false, ..version }),
            // `>=14.1,<15`: the end must be that of the major version.
            ">=" => {
                let end = range.get(part.len()..)?.trim_start_matches([',', ' ']).strip_prefix('<')?;
                let end = Version::parse(end)?;
                (end.major == version.major + 1 && end.minor == 0).then_some(Version { exact: false, ..version })
            }
            _ => None,
        }
    }
}

impl Versions {
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.locked.is_empty()
    }

    pub fn read(name: &str, language: Language, text: &str) -> Versions {
        let mut versions = Versions::default();
        let tree = data::read(language, text);
        match (name, tree.root()) {
            ("yarn.lock", _) => versions.yarn(text),
            (name, _) if name.starts_with("requirements") => text.lines().for_each(|line| versions.requirement(line)),
            ("package.json", Some(root)) => versions.package_json(root),
            ("package-lock.json" | "npm-shrinkwrap.json", Some(root)) => versions.npm(root),
            ("pnpm-lock.yaml", Some(root)) => versions.pnpm(root),
            ("bun.lock", Some(root)) => versions.bun(root),
            ("pyproject.toml", Some(root)) => versions.pyproject(root),
            ("Pipfile", Some(root)) => versions.tables(root, &["packages", "dev-packages"]),
            ("Pipfile.lock", Some(root)) => versions.pipfile_lock(root),
            ("poetry.lock" | "uv.lock", Some(root)) => versions.python_lock(root),
            _ => {}
        }
        versions
    }

    fn lock(&mut self, name: Name, of: &str, version: &str) {
        if let Some(version) = Version::parse(version) {
            self.locked.entry(name).or_default().push((Name::from(of), version));
        }
    }

    fn package_json(&mut self, root: Datum<'_>) {
        // The first that names it wins; what the product needs comes first.
        for table in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
            for (entry, range) in root.get(table).into_iter().flat_map(Datum::entries) {
                self.declared.entry(Name::from(&*entry.key)).or_insert_with(|| Name::from(range.text().unwrap_or_default()));
            }
        }
    }

    /// `node_modules/next` is for all, `apps/web/node_modules/next` for one folder.
    fn npm(&mut self, root: Datum<'_>) {
        for (entry, package) in root.get("packages").into_iter().flat_map(Datum::entries) {
            let Some((folder, name)) = entry.key.split_once("node_modules/").filter(|(_, name)| !name.contains("node_modules/")) else { continue };
            if let Some(version) = package.get("version").and_then(Datum::text) {
                self.lock(Name::from(name), folder.trim_end_matches('/'), version);
            }
        }
        if self.locked.is_empty() {
            for (entry, package) in root.get("dependencies").into_iter().flat_map(Datum::entries) {
                if let Some(version) = package.get("version").and_then(Datum::text) {
                    self.lock(Name::from(&*entry.key), "", version);
                }
            }
        }
    }

    fn pnpm(&mut self, root: Datum<'_>) {
        let importers = root.get("importers").into_iter().flat_map(Datum::entries).map(|(entry, importer)| (&*entry.key, importer));
        for (folder, importer) in importers.chain([("", root)]) {
            for table in ["dependencies", "devDependencies", "optionalDependencies"] {
                for (entry, package) in importer.get(table).into_iter().flat_map(Datum::entries) {
                    if let Some(version) = package.get("version").unwrap_or(package).scalar() {
                        self.lock(Name::from(&*entry.key), if folder == "." { "" } else { folder }, version);
                    }
                }
            }
        }
    }

    /// `"next": ["next@14.2.3", ...]`.
    fn bun(&mut self, root: Datum<'_>) {
        for (entry, package) in root.get("packages").into_iter().flat_map(Datum::entries) {
            let Some((name, version)) = package.items().next().and_then(Datum::text).and_then(|text| text.rsplit_once('@')) else { continue };
            if name == &*entry.key {
                self.lock(Name::from(name), "", version);
            }
        }
    }

    /// `next@^14.0.0, next@14:` or `"next@npm:^14.0.0":`, and the version on a line below.
    fn yarn(&mut self, text: &str) {
        let mut keys: Vec<(Name, Name)> = Vec::new();
        for line in lines::without_bom(text).lines() {
            if !line.starts_with([' ', '\t', '#']) && line.trim_end().ends_with(':') {
                let parts = line.trim_end().trim_end_matches(':').split(',').map(|part| part.trim().trim_matches('"'));
                let split = parts.filter_map(|part| part.get(1..)?.find('@').map(|at| part.split_at(at + 1)));
                keys = split.map(|(name, range)| (Name::from(name), Name::from(range.trim_start_matches('@').trim_start_matches("npm:")))).collect();
            } else if let Some(version) = line.trim().strip_prefix("version").filter(|_| !keys.is_empty()) {
                let version = version.trim_start_matches([':', ' ']).trim_matches('"');
                for (name, range) in std::mem::take(&mut keys) {
                    self.lock(name, &range, version);
                }
            }
        }
    }

    fn pyproject(&mut self, root: Datum<'_>) {
        let groups = [root.at(&["project", "optional-dependencies"]), root.get("dependency-groups")];
        let groups = groups.into_iter().flatten().flat_map(Datum::entries).map(|(_, list)| list);
        for list in root.at(&["project", "dependencies"]).into_iter().chain(groups) {
            list.items().filter_map(Datum::text).for_each(|line| self.requirement(line));
        }
        let Some(poetry) = root.at(&["tool", "poetry"]) else { return };
        self.tables(poetry, &["dependencies", "dev-dependencies"]);
        for (_, group) in poetry.get("group").into_iter().flat_map(Datum::entries) {
            self.tables(group, &["dependencies"]);
        }
    }

    fn tables(&mut self, root: Datum<'_>, tables: &[&str]) {
        for (entry, range) in tables.iter().filter_map(|table| root.get(table)).flat_map(Datum::entries) {
            let range = range.text().or_else(|| range.get("version")?.text()).unwrap_or_default();
            self.declared.entry(normal(&entry.key)).or_insert_with(|| Name::from(range));
        }
    }

    fn pipfile_lock(&mut self, root: Datum<'_>) {
        for (entry, package) in ["default", "develop"].iter().filter_map(|table| root.get(table)).flat_map(Datum::entries) {
            if let Some(version) = package.get("version").and_then(Datum::text) {
                self.lock(normal(&entry.key), "", version);
            }
        }
    }

    fn python_lock(&mut self, root: Datum<'_>) {
        for package in root.get("package").into_iter().flat_map(Datum::items) {
            if let (Some(name), Some(version)) = (package.get("name").and_then(Datum::text), package.get("version").and_then(Datum::text)) {
                self.lock(normal(name), "", version);
            }
        }
    }

    /// `python-dotenv[cli]>=1.0 ; python_version < "3.13"`.
    fn requirement(&mut self, line: &str) {
        let line = line.split(['#', ';']).next().unwrap_or_default().trim();
        let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return;
        }
        let rest = rest.trim_start();
        let range = rest.strip_prefix('[').and_then(|extras| extras.split_once(']')).map_or(rest, |(_, range)| range);
        self.declared.entry(normal(name)).or_insert_with(|| Name::from(range.trim()));
    }
}

/// PyPI's names are equal whatever their case and separators.
fn normal(name: &str) -> Name {
    Name::from(name.to_ascii_lowercase().replace(['_', '.'], "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_within_a_major_version_have_a_beginning() {
        let version = |text: &str| Version::of_range(text).map(|v| (v.major, v.minor, v.patch, v.exact));
        for (range, expected) in [
            ("14.2.3", Some((14, 2, 3, true))),
            ("^14.1.0", Some((14, 1, 0, false))),
            ("~5.2", Some((5, 2, 0, false))),
            ("==4.2.1", Some((4, 2, 1, true))),
            ("~=4.2", Some((4, 2, 0, false))),
            (">=4.2,<5.0", Some((4, 2, 0, false))),
            (">=4.2,<6.0", None),
            (">=14", None),
            ("14", Some((14, 0, 0, false))),
            ("14.x", Some((14, 0, 0, false))),
            ("14.0.0-canary.3", Some((14, 0, 0, true))),
            ("npm:@x/next@15.0.1", Some((15, 0, 1, true))),
            ("latest", None),
            ("*", None),
            ("", None),
            ("workspace:*", None),
            ("^13 || ^14", None),
            ("github:x/y", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(version(range), expected, "{range}");
        }
    }

    fn locked(name: &str, language: Language, text: &str, of: &str) -> Vec<(String, String)> {
        let versions = Versions::read(name, language, text);
        let told = |(of, v): &(Name, Version)| (of.to_string(), format!("{}.{}.{}", v.major, v.minor, v.patch));
        versions.locked.get(of).into_iter().flatten().map(told).collect()
    }

    #[test]
    fn every_lockfile_is_read() {
        let one = |of: &str, version: &str| vec![(of.to_owned(), version.to_owned())];
        let npm = r#"{"packages": {"": {"name": "x"}, "node_modules/next": {"version": "14.2.3"}, "node_modules/a/node_modules/next": {"version": "12.0.0"}, "apps/web/node_modules/next": {"version": "15.0.0"}}}"#;
        assert_eq!(locked("package-lock.json", Language::Json, npm, "next"), [one("", "14.2.3"), one("apps/web", "15.0.0")].concat());
        assert_eq!(locked("package-lock.json", Language::Json, r#"{"dependencies": {"next": {"version": "10.0.1"}}}"#, "next"), one("", "10.0.1"));
        let pnpm = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      next:\n        specifier: ^14\n        version: 14.2.3(react@18.0.0)\n  apps/a:\n    dependencies:\n      next:\n        specifier: ^13\n        version: 13.5.1\n";
        assert_eq!(locked("pnpm-lock.yaml", Language::Yaml, pnpm, "next"), [one("", "14.2.3"), one("apps/a", "13.5.1")].concat());
        assert_eq!(locked("pnpm-lock.yaml", Language::Yaml, "dependencies:\n  next: 12.1.0\n", "next"), one("", "12.1.0"));
        let yarn = "# yarn lockfile v1\n\n\"@x/y@^1.0.0\", \"@x/y@1\":\n  version \"1.2.3\"\n  dependencies:\n    next \"14\"\n\nnext@^14.0.0:\n  version \"14.2.3\"\n";
        assert_eq!(locked("yarn.lock", Language::Text, yarn, "next"), one("^14.0.0", "14.2.3"));
        assert_eq!(locked("yarn.lock", Language::Text, yarn, "@x/y"), [one("^1.0.0", "1.2.3"), one("1", "1.2.3")].concat());
        assert_eq!(locked("yarn.lock", Language::Text, "\"next@npm:^14\":\n  version: 14.2.3\n", "next"), one("^14", "14.2.3"));
        assert_eq!(
            locked("bun.lock", Language::Json, "{\"packages\": {\"next\": [\"next@14.2.3\", \"\", {},], \"a/next\": [\"next@12.0.0\"]}}", "next"),
            one("", "14.2.3")
        );
        for name in ["poetry.lock", "uv.lock"] {
            assert_eq!(locked(name, Language::Toml, "version = 1\n[[package]]\nname = \"Django\"\nversion = \"5.1.2\"\n", "django"), one("", "5.1.2"));
        }
        assert_eq!(locked("Pipfile.lock", Language::Json, r#"{"default": {"flask": {"version": "==3.0.1"}}}"#, "flask"), one("", "3.0.1"));
    }

    #[test]
    fn every_manifest_is_read() {
        let declared = |name: &str, language, text: &str, of: &str| Versions::read(name, language, text).declared.get(of).map(Name::to_string);
        assert_eq!(
            declared("package.json", Language::Json, r#"{"devDependencies": {"next": "^13"}, "dependencies": {"next": "^14"}"#, "next").as_deref(),
            Some("^14")
        );
        let pyproject = "[project]\ndependencies = ['fastapi[all]>=0.110,<1', 'x']\n[dependency-groups]\ndev = ['pytest==8']\n[tool.poetry.dependencies]\nDjango = {version = '^5.1'}\n";
        assert_eq!(declared("pyproject.toml", Language::Toml, pyproject, "fastapi").as_deref(), Some(">=0.110,<1"));
        assert_eq!(declared("pyproject.toml", Language::Toml, pyproject, "pytest").as_deref(), Some("==8"));
        assert_eq!(declared("pyproject.toml", Language::Toml, pyproject, "django").as_deref(), Some("^5.1"));
        assert_eq!(declared("requirements-dev.txt", Language::Text, "-r base.txt\nFlask==3.0.1 # web\n", "flask").as_deref(), Some("==3.0.1"));
        assert_eq!(declared("Pipfile", Language::Toml, "[packages]\npython_dotenv = '*'\n", "python-dotenv").as_deref(), Some("*"));
    }
}
