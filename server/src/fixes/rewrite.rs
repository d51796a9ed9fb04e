//! **Rewrite**: what a project's own rule says should stand there instead.

use super::edits::Edits;
use super::env_quoting::Loader;
use super::literal::Code;
use super::{Fix, Grade, env_file, set_options};
use crate::model::{ExprKind, FileModel};
use crate::project::Project;
use crate::rules::{Place, RuleId};
use crate::syntax::Language;
use crate::text::{Change, Encoding, FileId, Name, Span, position};

const OLD_NUMBER: &str = "Try it with something that was stored before: unless the number is part of what is stored, as bcrypt does it, what was made with the old number does not match any more.";

/// A variable that is no secret gets a value in an env file.
pub fn set_variable(project: &Project, file: &FileId, name: &Name, value: &Name) -> Option<Fix> {
    let mut edits = Edits::default();
    match project.file(file) {
        Some(known) => edits.edit(file, env_file::set(&known.document.text(), name, value, Loader::Expanding)?),
        None => edits.create(file, format!("{name}={value}\n")),
    }
    Some(Fix {
        title: format!("Set {name} to {value} in {}", file.file_name()),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some("It is no secret: the file can be saved in git. The next build follows it.".to_owned()),
        suppresses: false,
    })
}

/// An option of a configuration gets another value. What it did before is undone by it, so it is safe.
pub fn set_option(project: &Project, at: &Place, name: &Name, value: &Name) -> Option<Fix> {
    let known = project.file(&at.file)?;
    let document = &known.document;
    // Of an assignment its target may be named.
    let span = known.model.as_deref().and_then(|model| assigned(model, at.span)).unwrap_or(at.span);
    if document.slice(span) == value.as_str() {
        return None;
    }
    let mut edits = Edits::default();
    edits.replace(&at.file, span, value.as_str());
    if let Some(code) = Code::of(project, &at.file) {
        set_options::imports(&code, std::iter::once(value), &mut edits)?;
    }
    let is_plain = value.chars().all(|c| c.is_alphanumeric() || c == '"');
    // How much work a hash or a key takes goes into what comes out, and something may have been stored already.
    let is_count = value.parse::<u64>().is_ok();
    let grade = if is_plain && !is_count { Grade::Safe } else { Grade::NeedsReview };
    let note = is_count.then(|| OLD_NUMBER.to_owned());
    Some(Fix { title: format!("Set {name} to {value}"), grade, preferred: true, edits: edits.finish()?, note, suppresses: false })
}

/// The value that is assigned to the place.
fn assigned(model: &FileModel, place: Span) -> Option<Span> {
    let placed = model.segment_at(place.start)?;
    let segment = &placed.segment;
    segment.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Assign { target, op: None, value } if placed.absolute(segment[*target].span) == place => Some(placed.absolute(segment[*value].span)),
        _ => None,
    })
}

/// Nothing if the code would not parse any more, or stays as it is.
pub fn fix(project: &Project, at: &Place, text: &str, rule: &RuleId, safe: bool) -> Option<Fix> {
    let document = &project.file(&at.file)?.document;
    // Code stands in a notebook as JSON writes it.
    if document.language == Language::Notebook || document.slice(at.span) == text {
        return None;
    }
    let range = position::range(document.rope(), at.span, Encoding::Utf8);
    let before = document.broken_items()?;
    let after = document.edited(document.version, &[Change { range: Some(range), text: text.to_owned() }], Encoding::Utf8);
    if after.broken_items()? > before {
        return None;
    }
    let mut edits = Edits::default();
    edits.replace(&at.file, at.span, text);
    Some(Fix {
        title: format!("Rewrite as `{rule}` says"),
        grade: if safe { Grade::Safe } else { Grade::NeedsReview },
        preferred: true,
        edits: edits.finish()?,
        note: None,
        suppresses: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{file, project};

    fn rewritten(text: &str, part: &str, with: &str) -> Option<String> {
        let project = project(&[("a.ts", text)]);
        let start = text.find(part).expect("the part");
        let at = Place { file: file("a.ts"), span: (start..start + part.len()).into() };
        let fix = fix(&project, &at, with, &RuleId::new("own"), false)?;
        assert_eq!((fix.grade, fix.title.as_str()), (Grade::NeedsReview, "Rewrite as `own` says"));
        Some(super::super::apply::apply(&project, &fix)?.file(&file("a.ts"))?.document.text())
    }

    #[test]
    fn code_is_replaced_if_it_still_parses() {
        assert_eq!(rewritten("f();\nconst é = eval(x);\n", "eval(x)", "parse(x)").as_deref(), Some("f();\nconst é = parse(x);\n"));
        assert_eq!(rewritten("f();\ng();\n", "f();\n", "").as_deref(), Some("g();\n"));
        assert_eq!(rewritten("const a = eval(x);\n", "eval(x)", "parse("), None);
        assert_eq!(rewritten("const a = eval(x);\n", "eval(x)", "eval(x)"), None);
        assert!(rewritten("const b = (;\nconst a = eval(x);\n", "eval(x)", "parse(x)").is_some(), "what was broken before may stay so");
    }
}
