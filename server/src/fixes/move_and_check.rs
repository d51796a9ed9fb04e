//! "Move to environment variable", and see to it that the variable is there: the program stops where it is missing, or it loads the env
//! file by itself.

use super::edits::Edits;
use super::literal::{Code, Literal};
use super::move_to_env::Move;
use super::phrasebook;
use super::stack::{Loads, Setting, Wanted};
use super::{Fix, Grade, env_target};
use crate::model::FunctionKind;
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span, lines};

/// `None` where the plain move is all there is to do.
pub fn fix(project: &Project, place: &Place, name: &Name, kind: &Name) -> Option<Fix> {
    let code = Code::of(project, &place.file)?;
    let setting = Setting::of(project, &code.file, code.language, Some(code.model))?;
    let book = phrasebook::of(code.language)?;
    let literal = Literal::at(&code, place.span).filter(|literal| !literal.value.is_empty() && !literal.value.contains('\n'))?;
    let at = book.behind_imports(&code).filter(|at| *at <= literal.span.start)?;
    let is_page = project.file(&code.file)?.document.embedded().is_some();
    if is_page || literal.value.starts_with('{') || book.fallback(&literal).is_some() {
        return None;
    }
    let cx = Move { project, code: &code, book, setting: &setting, declaring: None, kind };
    let mut edits = Edits::default();
    let variable = cx.variable(&[], name, &literal.value, &mut edits)?;
    let said = if code.language == Language::Python {
        if !lacks_loading(project, &cx) {
            return None;
        }
        cx.rewrite(&literal, None, &variable, &mut edits)?;
        let wanted = Wanted { from: "dotenv".to_owned(), name: Some("load_dotenv".to_owned()) };
        let imported = book.import(&code, &wanted)?;
        edits.edit(&code.file, imported.edit?);
        let end = lines::line_end(&code.text);
        edits.insert(&code.file, at, format!("{end}{}(){end}", imported.local));
        "and load that file here"
    } else if let Some(loads) = setting.stack.loads.as_ref().filter(|loads| lacks_import(project, &cx, loads)) {
        cx.rewrite(&literal, None, &variable, &mut edits)?;
        let imported = book.import(&code, &Wanted { from: loads.module.clone(), name: None })?;
        edits.edit(&code.file, imported.edit?);
        "and load that file here"
    } else {
        let read = cx.read(&literal, &variable, &mut edits).filter(|read| read.asserted)?;
        let local = variable.name.camel();
        if code.language.is_typescript() && is_in_declaration(&literal) || phrasebook::has_word(&code.text, &local) {
            return None;
        }
        let (end, quote) = (lines::line_end(&code.text), read.quote);
        // At the beginning of a file no line is left empty above it, but one below.
        let is_first = code.text.get(..at as usize).is_none_or(|above| above.trim_matches('\u{feff}').is_empty());
        let (above, below) = if is_first { ("", end) } else { (end, "") };
        let checked = format!(
            "{above}const {local} = {};{end}if (!{local}) throw new Error({quote}{} is not set{quote});{end}{below}",
            read.text.replace('"', &quote.to_string()),
            variable.name
        );
        edits.insert(&code.file, at, checked);
        let read = phrasebook::Read { text: local, asserted: false, ..read };
        for change in book.replace(&literal, &read)? {
            edits.edit(&code.file, change);
        }
        "and stop where it is missing"
    };
    // Another module that checks it does so already.
    if edits.touches_code_besides(&code.file) {
        return None;
    }
    env_target::accompany(project, &setting, &variable, &mut edits);
    Some(Fix {
        title: cx.title(&variable, "").replace(" (value hidden)", &format!(" {said} (value hidden)")),
        grade: Grade::NeedsReview,
        preferred: false,
        edits: edits.finish()?,
        note: Some(cx.note(&variable)),
        suppresses: false,
    })
}

/// TypeScript does not believe in a declared function what was checked above it.
fn is_in_declaration(literal: &Literal) -> bool {
    let span: Span = literal.expr().span;
    literal.segment().functions.iter().any(|function| function.kind == FunctionKind::Function && function.body_span.contains(span))
}

/// The package has the library that loads env files, nothing in it calls that, and the program begins in this file.
fn lacks_loading(project: &Project, cx: &Move) -> bool {
    const BEGINNINGS: &[&str] = &["main.py", "app.py", "manage.py", "wsgi.py", "asgi.py", "server.py", "run.py", "bot.py"];
    let package = &cx.setting.package;
    let begins = BEGINNINGS.contains(&cx.code.file.file_name()) || cx.code.text.contains("__main__");
    let calls = || {
        let mut files = project.files().filter(|(file, known)| known.document.language == Language::Python && file.folder().starts_with(&package.folder));
        files.any(|(_, known)| known.document.text().contains("load_dotenv"))
    };
    package.dependencies.contains("python-dotenv") && cx.setting.stack.read.starts_with("os.environ") && begins && !calls()
}

/// The package has the library that loads env files, nothing in it speaks of that, and the program begins in this file.
fn lacks_import(project: &Project, cx: &Move, loads: &Loads) -> bool {
    const BEGINNINGS: &[&str] = &["index", "main", "app", "server", "bot"];
    let package = &cx.setting.package;
    let stem = cx.code.file.file_name().split('.').next().unwrap_or_default();
    let is_near = || ["", "/src"].iter().any(|below| cx.code.file.folder() == format!("{}{below}", package.folder));
    let speaks = || {
        let own = project.file(&package.file("package.json")).map(|known| known.document.text()).unwrap_or_default();
        // Its own line among the dependencies says nothing of that.
        let in_scripts = own.matches(loads.package.as_str()).count() > 1 || own.contains("--env-file");
        let mut files = project.files().filter(|(file, known)| known.document.language.is_ecma() && file.folder().starts_with(&package.folder));
        in_scripts || files.any(|(_, known)| known.document.text().contains(loads.package.as_str()))
    };
    !loads.always && package.dependencies.contains(loads.package.as_str()) && BEGINNINGS.contains(&stem) && is_near() && !speaks()
}
