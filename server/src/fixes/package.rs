//! The package a file belongs to, as far as moving a secret needs it: its folder and what it depends on.

use rustc_hash::FxHashSet;

use crate::project::Project;
use crate::syntax::Language;
use crate::text::{FileId, Name};

/// The nearest folder with a manifest, and the packages that its manifests name.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// Without a trailing slash.
    pub folder: String,
    pub dependencies: FxHashSet<Name>,
}

const ECMA_MANIFESTS: &[&str] = &["package.json", "deno.json", "deno.jsonc"];
const PYTHON_MANIFESTS: &[&str] = &["pyproject.toml", "requirements.txt", "manage.py", "Pipfile", "setup.py"];

impl Package {
    /// The package of a file: the nearest folder with a manifest of its language, else with any manifest, else the
    /// workspace folder. `None` for a document without a folder.
    pub fn of(project: &Project, file: &FileId, language: Language) -> Option<Package> {
        let (own, other) = if language == Language::Python { (PYTHON_MANIFESTS, ECMA_MANIFESTS) } else { (ECMA_MANIFESTS, PYTHON_MANIFESTS) };
        let folders = project.folders_up(file);
        let with = |manifests: &[&str]| folders.iter().find(|folder| manifests.iter().any(|name| project.file(&inside(folder, name)).is_some())).cloned();
        let folder = with(own).or_else(|| with(other)).or_else(|| folders.last().cloned())?;
        let dependencies = project.setup().dependencies(&folder);
        Some(Package { folder, dependencies })
    }

    pub fn file(&self, name: &str) -> FileId {
        inside(&self.folder, name)
    }

    /// The oldest Python the package says it runs on.
    pub fn requires_python(&self, project: &Project) -> (u32, u32) {
        let text = |name: &str| project.file(&self.file(name)).map(|file| file.document.text());
        let manifest = text("pyproject.toml").and_then(|text| text.parse::<toml::Table>().ok());
        let stated = manifest.as_ref().and_then(|manifest| {
            let poetry = || manifest.get("tool")?.get("poetry")?.get("dependencies")?.get("python");
            manifest.get("project").and_then(|project| project.get("requires-python")).or_else(poetry)?.as_str()
        });
        stated.and_then(oldest).or_else(|| oldest(&text(".python-version")?)).unwrap_or((3, 0))
    }

    /// `noPropertyAccessFromIndexSignature` in its `tsconfig.json`.
    pub fn forbids_dots(&self, project: &Project) -> bool {
        let text = project.file(&self.file("tsconfig.json")).map(|file| file.document.text()).unwrap_or_default();
        let rest = text.split_once("\"noPropertyAccessFromIndexSignature\"").map_or("", |(_, rest)| rest);
        rest.trim_start().strip_prefix(':').is_some_and(|value| value.trim_start().starts_with("true"))
    }

    pub fn has(&self, project: &Project, name: &str) -> bool {
        project.file(&self.file(name)).is_some()
    }
}

pub fn inside(folder: &str, name: &str) -> FileId {
    if folder.is_empty() { FileId::new(name) } else { FileId::new(&format!("{folder}/{name}")) }
}

/// The lower bound in `>=3.12,<4`, `^3.12`, `~=3.12`, `3.12.1`.
fn oldest(requirement: &str) -> Option<(u32, u32)> {
    let bound = requirement.split(',').map(str::trim).find(|part| !part.starts_with(['<', '!']))?;
    let mut numbers = bound.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.').map(|number| number.trim().parse::<u32>());
    Some((numbers.next()?.ok()?, numbers.next().and_then(Result::ok).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::project;

    #[test]
    fn the_nearest_manifest_of_the_language_counts() {
        let project = project(&[
            ("package.json", "{\"dependencies\":{\"turbo\":\"2\"}}"),
            ("apps/web/package.json", "{\"dependencies\":{\"next\":\"16\"},\"devDependencies\":{\"vite\":\"7\"}}"),
            ("services/api/requirements.txt", "# web\nFlask==3\n-r base.txt\npython_dotenv[cli]>=1 ; python_version < '3.13'\n"),
        ]);
        let of = |file: &str, language| Package::of(&project, &FileId::new(&format!("/w/{file}")), language).unwrap();
        let web = of("apps/web/app/page.tsx", Language::Tsx);
        assert_eq!(web.folder, "/w/apps/web");
        assert!(web.dependencies.contains("next") && web.dependencies.contains("vite"));
        assert_eq!(of("services/api/app.py", Language::Python).dependencies, ["flask", "python-dotenv"].into_iter().map(Name::from).collect());
        assert_eq!(of("packages/x/a.ts", Language::TypeScript).folder, "/w");
        assert_eq!(of("apps/web/tool.py", Language::Python).folder, "/w/apps/web");
    }

    #[test]
    fn the_oldest_python_is_read() {
        for (stated, version) in [(">=3.12,<4", (3, 12)), ("^3.10", (3, 10)), ("<4,>=3.9", (3, 9)), ("3.12.1\n", (3, 12)), (">3", (3, 0))] {
            assert_eq!(oldest(stated), Some(version), "{stated}");
        }
        assert_eq!(oldest("any"), None);
    }

    #[test]
    fn a_document_without_a_folder_has_no_package() {
        assert_eq!(Package::of(&project(&[]), &FileId::new("untitled:Untitled-1"), Language::TypeScript), None);
    }
}
