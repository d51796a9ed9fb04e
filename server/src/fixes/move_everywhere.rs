//! "Move all uses": a value that stands in several files of a package goes to one variable, which all of them read.

use super::edits::Edits;
use super::literal::{Code, Literal};
use super::move_to_env::{Move, TELLING};
use super::phrasebook;
use super::stack::Setting;
use super::{Fix, Grade, env_target};
use crate::project::Project;
use crate::project::surface::Surface;
use crate::rules::Place;
use crate::text::{FileId, Name};

/// In more files a person wants to look for a place of its own.
const MOST: usize = 12;

/// `None` if no other file has it, or one of them may ship.
pub fn fix(project: &Project, place: &Place, name: &Name, kind: &Name) -> Option<Fix> {
    let code = Code::of(project, &place.file)?;
    let setting = Setting::of(project, &code.file, code.language, Some(code.model))?;
    let value = Literal::at(&code, place.span)?.value;
    if value.len() < TELLING || value.contains('\n') {
        return None;
    }
    let is_here = |file: &FileId| project.file(file).is_some_and(|known| known.model.is_some() && known.document.text().contains(&value));
    let mut files: Vec<FileId> = project.files().map(|(file, _)| file).filter(|file| **file != code.file && is_here(file)).cloned().collect();
    files.sort();
    if files.is_empty() || files.len() > MOST || !files.iter().all(|file| stays(project, file)) {
        return None;
    }
    files.insert(0, code.file.clone());
    let codes: Vec<Code> = files.iter().filter_map(|file| Code::of(project, file)).collect();
    let settings: Vec<Setting> = codes.iter().filter_map(|code| Setting::of(project, &code.file, code.language, Some(code.model))).collect();
    if settings.len() != files.len() || settings.iter().any(|other| other.env_file != setting.env_file) {
        return None;
    }
    let mut edits = Edits::default();
    let mut variable = None;
    let mut uses = 0;
    for (code, setting) in codes.iter().zip(&settings) {
        let cx = Move { project, code, book: phrasebook::of(code.language)?, setting, declaring: None, kind };
        let literals = Literal::worth(code, &value);
        let fallbacks: Vec<_> = literals.iter().map(|literal| cx.book.fallback(literal)).collect();
        if variable.is_none() {
            variable = Some(cx.variable(&fallbacks, name, &value, &mut edits)?);
        }
        for (literal, fallback) in literals.iter().zip(fallbacks) {
            cx.rewrite(literal, fallback, variable.as_ref()?, &mut edits)?;
            uses += 1;
        }
    }
    let (variable, cx) = (variable?, Move { project, code: &code, book: phrasebook::of(code.language)?, setting: &setting, declaring: None, kind });
    env_target::accompany(project, &setting, &variable, &mut edits);
    Some(Fix {
        title: cx.title(&variable, &format!("all {uses} uses in {} files ", files.len())),
        grade: Grade::NeedsReview,
        preferred: false,
        edits: edits.finish()?,
        note: Some(cx.note(&variable)),
        suppresses: false,
    })
}

/// Code of which it is known that no visitor gets it.
fn stays(project: &Project, file: &FileId) -> bool {
    match project.surface(file) {
        Surface::Server | Surface::Build | Surface::Test => true,
        Surface::Unknown => project.stacks().of(file).is_none_or(|(_, stack)| stack.is_none()),
        _ => false,
    }
}
