//! A settings class of pydantic reads an env file only if it names one.

use super::edits::Edits;
use super::literal::Code;
use super::phrasebook;
use super::stack::{Wanted, imports};
use crate::model::{Class, ExprKind, Placed};
use crate::project::Project;
use crate::text::{FileId, lines};

/// Variables of the file that are no fields of the class would otherwise be errors.
const OPTIONS: &str = "env_file=\".env\", extra=\"ignore\"";

/// Has the class name the env file, unless something else loads that.
pub fn names_env_file(project: &Project, file: &FileId, class: &str, edits: &mut Edits) {
    let found = Code::of(project, file);
    if let Some(code) = &found {
        name_it(project, code, class, edits);
    }
}

fn name_it(project: &Project, code: &Code, class: &str, edits: &mut Edits) -> Option<()> {
    let file = &code.file;
    let (placed, class) = classes(code).find(|(_, known)| known.name == class)?;
    let span = placed.absolute(class.span);
    let written = span.of(&code.text);
    // Something else loads it, or the class says by itself where its values come from.
    let loads = || project.files().any(|(_, known)| known.document.language == code.language && known.document.text().contains("load_dotenv"));
    if written.contains("env_file") || written.contains("settings_customise_sources") || loads() {
        return Some(());
    }
    let behind = |words: &str| written.find(words).map(|at| span.start + (at + words.len()) as u32);
    let first = class.fields.iter().find(|field| field.ty.is_some())?;
    let start = placed.absolute(first.span).start;
    if !lines::begins_line(&code.text, start) {
        return None;
    }
    let (indent, end) = (lines::indentation(&code.text, start), lines::line_end(&code.text));
    let quoted = |text: &str| text.replace('"', super::edits::quote(&code.text, '"').encode_utf8(&mut [0; 4]));
    if let Some(at) = behind("SettingsConfigDict(") {
        let rest = code.text.get(at as usize..)?.trim_start();
        edits.insert(file, at, quoted(OPTIONS) + if rest.starts_with(')') { "" } else { ", " });
    } else if written.contains("model_config") {
        return None;
    } else if let Some(at) = behind("class Config:") {
        edits.insert(file, lines::next_line(&code.text, at), quoted(&format!("{indent}{indent}env_file = \".env\"{end}")));
    } else if imports(code.model).any(|import| import.source == "pydantic_settings") {
        let wanted = Wanted { from: "pydantic_settings".to_owned(), name: Some("SettingsConfigDict".to_owned()) };
        let imported = phrasebook::of(code.language)?.import(code, &wanted)?;
        imported.edit.into_iter().for_each(|edit| edits.edit(file, edit));
        let line = format!("{indent}model_config = {}({}){end}", imported.local, quoted(OPTIONS));
        edits.insert(file, lines::line_start(&code.text, start), line);
    } else if imports(code.model).any(|import| import.source == "pydantic") {
        let line = quoted(&format!("{indent}class Config:{end}{indent}{indent}env_file = \".env\"{end}{end}"));
        edits.insert(file, lines::line_start(&code.text, start), line);
    }
    Some(())
}

/// The settings classes of a file.
pub fn classes<'c>(code: &'c Code) -> impl Iterator<Item = (&'c Placed, &'c Class)> {
    code.model.segments.iter().flat_map(|placed| {
        let is_settings = |class: &&Class| {
            class
                .bases
                .iter()
                .any(|base| matches!(&placed.segment[*base].kind, ExprKind::Name(name) | ExprKind::Member { name, .. } if name.ends_with("BaseSettings")))
        };
        placed.segment.classes.iter().filter(is_settings).map(move |class| (placed, class))
    })
}
