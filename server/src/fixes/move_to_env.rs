//! "Move to environment variable": the value goes to an env file that git ignores, the code reads it from there.
//!
//! One edit of the workspace, env file first. Whether the code runs where it can keep a secret at all is the caller's
//! question: for code that a browser runs there is no such plan.

use super::edits::{self, Edits};
use super::env_name::EnvName;
use super::env_target::{self, Origin, Variable};
use super::literal::{Code, Extent, Literal};
use super::phrasebook::{self, Fallback, Phrasebook, Read};
use super::stack::Setting;
use super::{Fix, Grade, env_module};
use crate::facts::secrets;
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{FileId, Name};

/// The fix for one literal. `name` is the variable to take unless the code or an env file knows a better one; `kind` is the kind of secret, for
/// what is said of a new one.
pub fn fix(project: &Project, literal: &Place, name: &Name, kind: &Name) -> Option<Fix> {
    moved(project, literal, name, kind, Uses::This)
}

/// The same for every literal of the file with this value. `None` if there is only one.
pub fn fix_all_uses(project: &Project, literal: &Place, name: &Name, kind: &Name) -> Option<Fix> {
    moved(project, literal, name, kind, Uses::All)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Uses {
    This,
    All,
}

/// A value of this length is found twice only if it means the same.
pub(super) const TELLING: usize = 16;

/// What is being moved, and with what.
pub(super) struct Move<'p> {
    pub project: &'p Project,
    pub code: &'p Code<'p>,
    pub book: &'static dyn Phrasebook,
    pub setting: &'p Setting,
    /// The kind of secret: a row of the catalogue.
    pub kind: &'p str,
}

fn moved(project: &Project, place: &Place, name: &Name, kind: &Name, uses: Uses) -> Option<Fix> {
    let Some(code) = Code::of(project, &place.file) else {
        return (uses == Uses::This).then(|| super::config_text::fix(project, place, name, kind)).flatten();
    };
    let book = phrasebook::of(code.language)?;
    let setting = Setting::of(project, &code.file, code.language, Some(code.model))?;
    let this = Literal::at(&code, place.span).filter(|literal| !literal.value.is_empty())?;
    // A short value may stand for something else in another place.
    if uses == Uses::All && this.value.len() < TELLING {
        return None;
    }
    let literals = match uses {
        Uses::This => vec![this],
        Uses::All => this.alike(),
    };
    if uses == Uses::All && literals.len() < 2 {
        return None;
    }
    let value = literals.first()?.value.clone();
    // A service account is a file of its own, which a variable names but does not hold.
    if value.trim_start().starts_with('{') {
        return None;
    }
    let cx = Move { project, code: &code, book, setting: &setting, kind };
    let mut edits = Edits::default();
    let fallbacks: Vec<Option<Fallback>> = literals.iter().map(|literal| book.fallback(literal)).collect();
    let variable = cx.variable(&fallbacks, name, &value, &mut edits)?;
    let refuses = fallbacks.iter().flatten().any(|fallback| fallback.refuses);
    let mut is_simple = !variable.conflict && !setting.stack.review && !project.is_tracked(&setting.env_file);
    for (literal, fallback) in literals.iter().zip(fallbacks) {
        is_simple &= literal.extent == Extent::Whole && fallback.is_none() && !value.contains('\n');
        cx.rewrite(literal, fallback, &variable, &mut edits)?;
    }
    // A change in another module is to be looked at.
    is_simple &= !edits.touches_code_besides(&code.file);
    env_target::accompany(project, &setting, &variable, &mut edits);
    let title = cx.title(&variable, &if literals.len() > 1 { format!("all {} uses ", literals.len()) } else { String::new() });
    Some(Fix {
        title: if refuses { title.replace(" (value hidden)", " and stop where it is missing (value hidden)") } else { title },
        grade: if is_simple { Grade::Safe } else { Grade::NeedsReview },
        preferred: uses == Uses::This,
        edits: edits.finish()?,
        note: Some(cx.note(&variable)),
        suppresses: false,
    })
}

impl Move<'_> {
    /// The variable, with its value written where that is needed. A literal that stands in for a variable has its name.
    pub fn variable(&self, fallbacks: &[Option<Fallback>], wish: &Name, value: &str, edits: &mut Edits) -> Option<Variable> {
        // A public name, or one that no env file can hold, is left where the whole expression can be replaced.
        let mut given = fallbacks.iter().flatten().filter(|fallback| EnvName::parse(&fallback.name).is_some() || fallback.whole.is_none());
        match given.next() {
            // Two names for one value: each literal is moved on its own.
            Some(first) if given.any(|other| other.name != first.name) => None,
            Some(first) => env_target::fill(self.project, self.setting, &EnvName::parse(&first.name)?, value, edits),
            None => env_target::place(self.project, self.setting, &EnvName::from_words(wish)?, value, edits),
        }
    }

    pub fn rewrite(&self, literal: &Literal, fallback: Option<Fallback>, variable: &Variable, edits: &mut Edits) -> Option<()> {
        let several_lines = literal.value.contains('\n');
        let keeps_reading = |fallback: &Fallback| fallback.name == variable.name.as_str() && !fallback.edits.is_empty();
        let changes = match fallback {
            // The expression around it reads the variable already. Where the value has several lines it must read it anew.
            Some(fallback) if keeps_reading(&fallback) && (!several_lines || fallback.assigns) => fallback.edits,
            Some(fallback) => {
                let span = fallback.whole?;
                let read = self.read(literal, variable, edits)?;
                vec![self.book.replace_expression(self.code, span, &read)?]
            }
            None => {
                let read = self.read(literal, variable, edits)?;
                self.book.replace(literal, &read)?
            }
        };
        for change in changes {
            edits.edit(&self.code.file, change);
        }
        Some(())
    }

    /// The words for reading the variable at the literal, with the import they need.
    pub fn read(&self, literal: &Literal, variable: &Variable, edits: &mut Edits) -> Option<Read> {
        let module = env_module::declare(self.project, self.code, &self.setting.package, &variable.name, edits);
        let asserted = self.setting.stack.asserted && module.is_none();
        let (mut text, wanted) = match module {
            Some(module) => (module.text, Some(module.import)),
            None => self.setting.read(variable.name.as_str(), self.code.model),
        };
        // `process.env.X` is an error where names of an index must be written as such.
        if self.code.language.is_typescript() && self.setting.package.forbids_dots(self.project) {
            for object in ["process.env", "import.meta.env"] {
                if text.strip_prefix(object).is_some_and(|rest| rest.strip_prefix('.') == Some(variable.name.as_str())) {
                    text = format!("{object}[\"{}\"]", variable.name);
                }
            }
        }
        let in_scope = self.setting.stack.scope.as_deref().is_some_and(|name| self.book.is_parameter(literal, name));
        if let Some(wanted) = wanted.filter(|_| !in_scope) {
            let bound = wanted.name.clone().unwrap_or_else(|| wanted.from.clone());
            let imported = self.book.import(self.code, &wanted)?;
            if let Some(rest) = text.strip_prefix(&bound) {
                text = format!("{}{rest}", imported.local);
            }
            if let Some(edit) = imported.edit {
                edits.edit(&self.code.file, edit);
            }
        }
        Some(Read {
            name: variable.name.clone(),
            text,
            quote: edits::quote(&self.code.text, '"'),
            asserted,
            quotes_nest: self.code.language != Language::Python || self.setting.package.requires_python(self.project) >= (3, 12),
            lines: literal.value.contains('\n'),
        })
    }

    /// `all`: of which uses it speaks.
    pub fn title(&self, variable: &Variable, all: &str) -> String {
        let file = shown(self.project, &self.setting.env_file);
        match variable.origin {
            Origin::Written => format!("Move {all}to {} in {file} (value hidden)", variable.name),
            Origin::Known => format!("Move {all}to {}, which is in {file} already (value hidden)", variable.name),
            Origin::Provided => format!("Move {all}to {}, which the platform provides (value hidden)", variable.name),
        }
    }

    pub fn note(&self, variable: &Variable) -> String {
        let file = shown(self.project, &self.setting.env_file);
        let place = if variable.origin == Origin::Provided { "the platform's settings" } else { &file };
        let mut note = seen(self.project, &self.code.file, self.kind, place);
        if variable.origin != Origin::Provided {
            note.push_str(&format!(" {} Set {} at your host as well, or the next deploy will miss it.", self.setting.note(self.code.model), variable.name));
        }
        note.push_str(&still_in_git(self.project, &self.setting.env_file));
        if variable.conflict {
            note.push_str(&format!(" Another value stands under the name that was meant; this one is {}.", variable.name));
        }
        note
    }
}

/// That a secret which stood in a file has been seen, and how a new one comes to be.
pub fn seen(project: &Project, stood_in: &FileId, kind: &str, goes_to: &str) -> String {
    let git = match project.is_tracked(stood_in) {
        true => "it was committed, and git keeps it even when the line is gone",
        false => "it is in your editor's history, maybe in git and in the chat with an assistant",
    };
    format!("The old key must be treated as seen: {git}. {}", secrets::renewing_into(kind, goes_to))
}

/// What remains to be done where the env file is one that git has already: an ignore rule does not change that.
pub fn still_in_git(project: &Project, env_file: &FileId) -> String {
    if !project.is_tracked(env_file) {
        return String::new();
    }
    format!(
        " {} is in git already, so the next commit takes the key along, and the ignore rule does not stop that: run `git rm --cached {}` in its folder and commit that first.",
        shown(project, env_file),
        env_file.file_name()
    )
}

/// A path as a person sees it: relative to the workspace folder.
pub fn shown(project: &Project, file: &FileId) -> String {
    let root = project.folders_up(file).pop().unwrap_or_default();
    file.as_str().strip_prefix(&root).unwrap_or(file.as_str()).trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{file, project};
    use crate::project::EnvFiles;

    #[test]
    fn an_env_file_that_git_has_is_not_passed_off_as_a_hiding_place() {
        let before = project(&[(".env", "A=1\n"), ("a.js", "")]);
        assert_eq!(still_in_git(&before, &file(".env")), "");
        let mut env_files = EnvFiles::default();
        env_files.learn(&file(".env"), false, true);
        assert!(still_in_git(&before.with_env_files(env_files), &file(".env")).contains("git rm --cached .env"));
    }
}
