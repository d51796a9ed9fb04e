//! Where a value goes: under which name, in which file, and whether it is there already.

use super::edits::{self, Edits};
use super::env_name::EnvName;
use super::env_quoting::{self, Loader};
use super::package::inside;
use super::stack::Setting;
use super::{env_file, ignored, secrets_toml};
use crate::facts::browser::BROWSER;
use crate::project::Project;
use crate::syntax::Language;
use crate::text::FileId;

/// The variable that takes the place of the literal.
pub struct Variable {
    pub name: EnvName,
    pub origin: Origin,
    /// The name that was wished for holds something else.
    pub conflict: bool,
}

/// How the variable has its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Written by this fix.
    Written,
    /// It is there already.
    Known,
    /// The platform provides it.
    Provided,
}

/// What a name holds in all env files together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    Same,
    Other,
}

/// The variable for a value that has no name in the code yet: the wished one, another that holds the same value, or the
/// next free number. Writes what has to be written.
pub fn place(project: &Project, setting: &Setting, wish: &EnvName, value: &str, edits: &mut Edits) -> Option<Variable> {
    if setting.is_provided(wish) {
        return Some(Variable { name: wish.clone(), origin: Origin::Provided, conflict: false });
    }
    let wish = match setting.stack.reserved.as_deref().and_then(|prefix| wish.as_str().strip_prefix(prefix)) {
        Some(own) => EnvName::parse(own)?,
        None => wish.clone(),
    };
    let known = known_files(project, setting);
    if holds(setting, &known, &wish, value) != Holds::Same
        && let Some(name) = known.iter().find_map(|(file, text)| other_name(setting, file, text, value))
    {
        return Some(Variable { name, origin: Origin::Known, conflict: false });
    }
    let names = std::iter::once(wish.clone()).chain(wish.numbered());
    let (name, held) = names.map(|name| (name.clone(), holds(setting, &known, &name, value))).find(|(_, held)| *held != Holds::Other)?;
    let conflict = name != wish;
    if held == Holds::Same {
        return Some(Variable { name, origin: Origin::Known, conflict });
    }
    write(project, setting, &name, value, edits)?;
    Some(Variable { name, origin: Origin::Written, conflict })
}

/// The variable for a value that only stands in for one which the code names: written unless it has a value.
pub fn fill(project: &Project, setting: &Setting, name: &EnvName, value: &str, edits: &mut Edits) -> Option<Variable> {
    let provided = setting.is_provided(name);
    let held = holds(setting, &known_files(project, setting), name, value);
    let origin = match (provided, held) {
        (true, _) => Origin::Provided,
        (false, Holds::Nothing) => {
            write(project, setting, name, value, edits)?;
            Origin::Written
        }
        (false, _) => Origin::Known,
    };
    Some(Variable { name: name.clone(), origin, conflict: false })
}

/// Keeps the env file out of git, and names the variable in the sample.
pub fn accompany(project: &Project, setting: &Setting, variable: &Variable, edits: &mut Edits) {
    if variable.origin == Origin::Provided {
        return;
    }
    ignored::cover(project, &setting.env_file, edits);
    if setting.stack.loader.loader().is_none() {
        return;
    }
    let folder = setting.env_file.folder();
    let own = format!("{}.example", if setting.env_file.file_name() == ".dev.vars" { ".dev.vars" } else { ".env" });
    let samples = [own.as_str(), ".env.sample", ".env.template", ".env.dist", "example.env"];
    let sample = samples.iter().map(|name| inside(folder, name)).find_map(|file| Some((project.file(&file)?.document.text(), file)));
    match sample {
        Some((text, file)) => {
            if let Some(edit) = env_file::mention(&text, variable.name.as_str()) {
                edits.edit(&file, edit);
            }
        }
        None => edits.create(&inside(folder, &own), format!("{}=\n", variable.name)),
    }
}

/// The env files beside the one that is written: each may give a name its value.
fn known_files(project: &Project, setting: &Setting) -> Vec<(FileId, String)> {
    let folder = setting.env_file.folder();
    let is_sample = |name: &str| ["example", "sample", "template", "dist", "default"].iter().any(|word| name.contains(word));
    let belongs =
        |file: &FileId, language: Language| file.folder() == folder && (*file == setting.env_file || language == Language::Env) && !is_sample(file.file_name());
    let mut found: Vec<(FileId, String)> =
        project.files().filter(|(file, known)| belongs(file, known.document.language)).map(|(file, known)| (file.clone(), known.document.text())).collect();
    found.sort();
    found
}

/// True for files that are read whatever the mode.
fn is_always_read(setting: &Setting, file: &FileId) -> bool {
    *file == setting.env_file || file.file_name() == ".env"
}

fn holds(setting: &Setting, known: &[(FileId, String)], name: &EnvName, value: &str) -> Holds {
    let mut found = Holds::Nothing;
    for (file, text) in known {
        let same = match setting.stack.loader.loader() {
            Some(loader) => match env_file::assigned(text, name.as_str()) {
                Some(assignment) if !assignment.is_open() => is_worth(assignment.raw, value, loader),
                _ => continue,
            },
            None => match secrets_toml::assigned(text, name.as_str()) {
                Some(known) => known == value,
                None => continue,
            },
        };
        if !same {
            return Holds::Other;
        }
        if is_always_read(setting, file) {
            found = Holds::Same;
        }
    }
    found
}

fn is_worth(raw: &str, value: &str, loader: Loader) -> bool {
    env_quoting::decode(raw, loader).as_deref() == Some(value)
}

/// Another name that holds the value in a file which is always read.
fn other_name(setting: &Setting, file: &FileId, text: &str, value: &str) -> Option<EnvName> {
    let loader = setting.stack.loader.loader().filter(|_| is_always_read(setting, file))?;
    let names = env_file::names_holding(text, value, loader);
    names.into_iter().filter(|name| !BROWSER.shows(name)).find_map(EnvName::parse)
}

fn write(project: &Project, setting: &Setting, name: &EnvName, value: &str, edits: &mut Edits) -> Option<()> {
    let known = project.file(&setting.env_file).map(|file| file.document.text());
    let text = known.as_deref().unwrap_or("");
    let edit = match setting.stack.loader.loader() {
        Some(loader) => env_file::set(text, name.as_str(), value, loader)?,
        None => secrets_toml::set(text, name.as_str(), value)?,
    };
    match known {
        Some(_) => edits.edit(&setting.env_file, edit),
        None => edits.create(&setting.env_file, edits::applied("", &[edit])?),
    }
    Some(())
}
