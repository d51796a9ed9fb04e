//! Who loads the env file, which one, and how the variable is read: the rows of `queries/catalogue/env-stacks.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::env_name::EnvName;
use super::env_quoting::Loader;
pub use super::env_rows::{Declared, Held, Loads, Parameter};
use super::package::{Package, inside};
use crate::model::{ExprKind, FileModel, Import, PatternKind, StmtKind};
use crate::project::Project;
use crate::syntax::Language;
use crate::text::{FileId, Name};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    stack: Vec<Stack>,
    reader: Vec<Reader>,
    declared: Vec<Declared>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    #[cfg_attr(not(test), allow(dead_code))]
    name: String,
    language: Family,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    and: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    under: String,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    named: Vec<String>,
    env_file: String,
    #[serde(default)]
    instead: Option<String>,
    #[serde(default)]
    beside: Option<String>,
    pub loader: Format,
    pub read: String,
    #[serde(default)]
    pub asserted: bool,
    #[serde(default)]
    pub import: Option<Wanted>,
    #[serde(default)]
    pub scope: Option<String>,
    #[serde(default)]
    pub held: Option<Held>,
    #[serde(default)]
    pub parameter: Option<Parameter>,
    #[serde(default)]
    pub loads: Option<Loads>,
    #[serde(default)]
    pub provided: Vec<String>,
    #[serde(default)]
    pub reserved: Option<String>,
    #[serde(default)]
    pub review: bool,
    pub note: String,
    #[cfg_attr(not(test), allow(dead_code))]
    examples: Vec<StackExample>,
}

/// What the file with the secrets looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Expanding,
    Plain,
    Python,
    Unknown,
    SecretsToml,
}

impl Format {
    /// How values are written; `None` for a file that is not an env file.
    pub fn loader(self) -> Option<Loader> {
        Some(match self {
            Format::Expanding => Loader::Expanding,
            Format::Plain => Loader::Plain,
            Format::Python => Loader::Python,
            Format::Unknown => Loader::Unknown,
            Format::SecretsToml => return None,
        })
    }
}

/// What must be imported: a name of a module, or the module itself.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    pub from: String,
    #[serde(default)]
    pub name: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Family {
    Ecma,
    Python,
    /// Docker Compose.
    Compose,
    /// Workflows of GitHub Actions.
    Actions,
    Npmrc,
    Prisma,
}

impl Family {
    fn of(file: &FileId, language: Language) -> Option<Family> {
        let name = file.file_name();
        Some(match language {
            Language::Python => Family::Python,
            language if language.is_ecma() => Family::Ecma,
            Language::Yaml if file.folder().ends_with(".github/workflows") => Family::Actions,
            Language::Yaml if name.starts_with("docker-compose") || name.starts_with("compose") => Family::Compose,
            Language::Prisma => Family::Prisma,
            Language::Text if name == ".npmrc" => Family::Npmrc,
            _ => return None,
        })
    }
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), allow(dead_code))]
struct StackExample {
    files: std::collections::BTreeMap<String, String>,
    code: String,
    #[serde(default)]
    text: String,
    env_file: String,
    read: String,
}

/// An object that reads settings.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Reader {
    #[cfg_attr(not(test), allow(dead_code))]
    name: String,
    module: String,
    class: String,
    #[serde(default)]
    imported: String,
    read: String,
    /// Where it is not as with any other Python.
    #[serde(default)]
    note: Option<String>,
    #[cfg_attr(not(test), allow(dead_code))]
    examples: Vec<ReaderExample>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), allow(dead_code))]
struct ReaderExample {
    text: String,
    read: String,
}

impl Declared {
    pub fn of(package: &Package) -> Option<&'static Declared> {
        CATALOGUE.declared.iter().find(|declared| declared.packages.iter().any(|name| package.dependencies.contains(name.as_str())))
    }
}

/// The catalogue is part of the program; a test shows that it can be read.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../queries/catalogue/env-stacks.toml")).unwrap_or(Catalogue {
        stack: Vec::new(),
        reader: Vec::new(),
        declared: Vec::new(),
    })
});

/// The stack of a piece of code, with the folder its env file lies in.
pub struct Setting {
    pub stack: &'static Stack,
    pub package: Package,
    pub env_file: FileId,
}

impl Setting {
    pub fn of(project: &Project, file: &FileId, language: Language, model: Option<&FileModel>) -> Option<Setting> {
        let family = Family::of(file, language)?;
        let package = match family {
            // These stand beside their env file, whatever package that is in.
            Family::Compose | Family::Actions | Family::Npmrc => Package { folder: file.folder().to_owned(), dependencies: Default::default() },
            _ => Package::of(project, file, language)?,
        };
        let stack = CATALOGUE.stack.iter().find(|stack| stack.language == family && stack.fits(project, &package, file, model))?;
        let folder = if stack.under.is_empty() { package.folder.clone() } else { stack.under_folder(&package, file)? };
        let named = |name: &String| inside(&folder, name);
        let instead = stack.instead.as_ref().map(named).filter(|file| project.file(file).is_some());
        let is_free = |file: &FileId| !project.is_tracked(file);
        let usual = || {
            let file = named(&stack.env_file);
            // What git has already is no place for a secret, if there is another that is read as well.
            stack.beside.as_ref().filter(|_| !is_free(&file)).map(named).filter(is_free).unwrap_or(file)
        };
        let env_file = instead.unwrap_or_else(usual);
        (!is_served(&env_file)).then_some(Setting { stack, package, env_file })
    }

    /// True if the variable has its value without an env file.
    pub fn is_provided(&self, name: &EnvName) -> bool {
        self.stack.env_file.is_empty() || self.stack.provided.iter().any(|known| known == name.as_str())
    }

    /// The words of files that are no code.
    pub fn words(&self, name: &EnvName) -> String {
        self.stack.read.replace("{name}", name.as_str())
    }

    /// What a person should know about loading the file.
    pub fn note(&self, model: &FileModel) -> &'static str {
        reader(self.stack, model).and_then(|(reader, _)| reader.note.as_deref()).unwrap_or(&self.stack.note)
    }

    /// The expression that reads the variable, with what it needs imported.
    pub fn read(&self, name: &str, model: &FileModel) -> (String, Option<Wanted>) {
        if let Some((reader, local)) = reader(self.stack, model) {
            return (reader.read.replace("{local}", &local).replace("{name}", name), None);
        }
        let module = self.stack.imports.first().and_then(|module| local_name(model, module));
        let text = self.stack.read.replace("{module}", module.as_deref().unwrap_or_default()).replace("{name}", name);
        let import = self
            .stack
            .import
            .as_ref()
            .map(|wanted| Wanted { from: wanted.from.clone(), name: wanted.name.as_ref().map(|wanted| wanted.replace("{name}", name)) });
        (text, import)
    }
}

impl Stack {
    fn fits(&self, project: &Project, package: &Package, file: &FileId, model: Option<&FileModel>) -> bool {
        let any = |names: &[String]| names.is_empty() || names.iter().any(|name| package.dependencies.contains(name.as_str()));
        any(&self.packages)
            && any(&self.and)
            && (self.files.is_empty() || self.files.iter().any(|name| package.has(project, name)))
            && (self.named.is_empty() || self.named.iter().any(|name| file.file_name().rsplit_once('.').is_some_and(|(stem, _)| stem == name)))
            && (self.under.is_empty() || self.under_folder(package, file).is_some())
            && (self.imports.is_empty() || model.is_some_and(|model| self.imports.iter().any(|module| local_name(model, module).is_some())))
    }

    /// The folder `under` that holds the file, wherever between the package's root and the file it stands.
    fn under_folder(&self, package: &Package, file: &FileId) -> Option<String> {
        let needle = format!("/{}/", self.under);
        let at = file.as_str().find(&needle)?;
        let folder = file.as_str().get(..at + needle.len() - 1)?;
        (folder.starts_with(&package.folder) || package.folder.starts_with(folder)).then(|| folder.to_owned())
    }
}

/// Folders whose content is handed out as it is: no env file may be made there.
fn is_served(env_file: &FileId) -> bool {
    let folder = env_file.folder();
    ["public", "static", "www"].contains(&folder.rsplit('/').next().unwrap_or("")) || folder.ends_with("src/assets")
}

/// The imports at the top level of a file.
pub fn imports(model: &FileModel) -> impl Iterator<Item = &Import> {
    model.segments.iter().flat_map(|placed| {
        placed.segment.body.iter().filter_map(|stmt| match &placed.segment[*stmt].kind {
            StmtKind::Import(import) => Some(import),
            _ => None,
        })
    })
}

/// What a module as a whole is called in this file.
pub fn local_name(model: &FileModel, module: &str) -> Option<Name> {
    let whole = |import: &Import| import.names.iter().find(|name| name.imported == "*" && name.local != "*").map(|name| name.local.clone());
    imports(model).filter(|import| import.source == module && !import.type_only).find_map(whole)
}

/// What an export of a module is called in this file.
pub fn local_export(model: &FileModel, module: &str, export: &str) -> Option<Name> {
    imports(model)
        .filter(|import| import.source == module && !import.type_only)
        .flat_map(|import| import.names.iter())
        .find(|name| name.imported == export && !name.type_only)
        .map(|name| name.local.clone())
}

/// An object of this file that reads variables, if there is one, and what it is called.
fn reader(stack: &Stack, model: &FileModel) -> Option<(&'static Reader, Name)> {
    if stack.language != Family::Python || stack.loader != Format::Python {
        return None;
    }
    CATALOGUE.reader.iter().find_map(|reader| {
        let local = if reader.class.is_empty() { local_export(model, &reader.module, &reader.imported) } else { made(reader, model) }?;
        Some((reader, local))
    })
}

/// The top-level variable that holds what calling the reader's class gives.
fn made(reader: &Reader, model: &FileModel) -> Option<Name> {
    let class = local_export(model, &reader.module, &reader.class);
    let module = local_name(model, &reader.module);
    for placed in &model.segments {
        let segment = &placed.segment;
        for stmt in &segment.body {
            let StmtKind::Expr(expr) = &segment[*stmt].kind else { continue };
            let ExprKind::Assign { target, op: None, value } = &segment[*expr].kind else { continue };
            let (PatternKind::Name(name), ExprKind::Call { callee, .. }) = (&segment[*target].kind, &segment[*value].kind) else { continue };
            let is_class = match &segment[*callee].kind {
                ExprKind::Name(called) => class.as_ref() == Some(called),
                ExprKind::Member { base, name, .. } => {
                    *name == *reader.class && matches!(&segment[*base].kind, ExprKind::Name(base) if module.as_ref() == Some(base))
                }
                _ => false,
            };
            if is_class {
                return Some(name.clone());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{file, project};

    fn setting_of(example: &StackExample) -> Option<(Setting, String)> {
        let mut files: Vec<(&str, &str)> = example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        files.push((&example.code, &example.text));
        let project = project(&files);
        let known = project.file(&file(&example.code))?;
        let language = known.document.language;
        let setting = Setting::of(&project, &file(&example.code), language, known.model.as_deref())?;
        let mut read = match &known.model {
            Some(model) => setting.read("X", model).0.replace("{parameter}", setting.stack.parameter.as_ref().map_or("", |parameter| &parameter.otherwise)),
            None => setting.words(&EnvName::parse("X")?),
        };
        if setting.stack.asserted && language.is_typescript() {
            read.push('!');
        }
        Some((setting, read))
    }

    #[test]
    fn every_stack_proves_itself() {
        for stack in &CATALOGUE.stack {
            assert!(!stack.examples.is_empty(), "{} has no example", stack.name);
            for example in &stack.examples {
                let (setting, read) = setting_of(example).unwrap_or_else(|| panic!("nothing fits the example of {}", stack.name));
                assert_eq!(setting.stack.name, stack.name, "for {}", example.code);
                assert_eq!(setting.env_file, file(&example.env_file), "of {}", stack.name);
                assert_eq!(read, example.read, "of {}", stack.name);
            }
        }
    }

    #[test]
    fn every_reader_proves_itself() {
        let project = project(&[("requirements.txt", "")]);
        for reader in &CATALOGUE.reader {
            for example in &reader.examples {
                let text = project
                    .with(vec![(file("a.py"), Some(std::sync::Arc::new(crate::syntax::Document::new(file("a.py"), Language::Python, 0, &example.text))))]);
                let model = text.file(&file("a.py")).unwrap().model.clone().unwrap();
                let setting = Setting::of(&text, &file("a.py"), Language::Python, Some(&model)).unwrap();
                assert_eq!(setting.read("X", &model).0, example.read, "{}", reader.name);
            }
        }
    }

    #[test]
    fn the_catalogue_can_be_read() {
        assert!(CATALOGUE.stack.len() > 10 && CATALOGUE.reader.len() > 3);
    }

    #[test]
    fn what_git_has_is_no_place_for_a_secret_if_there_is_another() {
        let env_file = |packages: &str| {
            let before = project(&[("package.json", packages), ("a.ts", ""), (".env", "A=1\n")]);
            let file_for = |project: &Project| Setting::of(project, &file("a.ts"), Language::TypeScript, None).map(|setting| setting.env_file);
            let mut env_files = crate::project::EnvFiles::default();
            env_files.learn(&file(".env"), false, true);
            (file_for(&before), file_for(&before.with_env_files(env_files)))
        };
        assert_eq!(env_file(r#"{"devDependencies":{"@types/bun":"1"}}"#), (Some(file(".env")), Some(file(".env.local"))));
        let (usual, tracked) = env_file(r#"{"dependencies":{"express":"5"}}"#);
        assert_eq!(usual, tracked, "Node reads no other by itself");
    }

    #[test]
    fn nothing_is_written_where_files_are_handed_out() {
        let project = project(&[("public/package.json", "{}"), ("public/a.js", "")]);
        assert!(Setting::of(&project, &file("public/a.js"), Language::JavaScript, None).is_none());
    }
}
