//! A comment above the line of a finding that silences it. The reason is left for the person to write.

use super::edits::Edits;
use super::{Fix, Grade};
use crate::model::comment_line::{comment_line, in_jsx_children, language_at};
use crate::project::{File, Project};
use crate::rules::{Place, RuleId};
use crate::syntax::{Language, is_prose};
use crate::text::lines;

pub fn fix(project: &Project, at: &Place, rule: &RuleId, detail: &str) -> Option<Fix> {
    let file = project.file(&at.file)?;
    let line = comment_line(&file.document, file.model.as_deref(), at.span.start)?;
    let language = language_at(&file.document, line);
    let text = if language.is_code() { file.document.code().to_string() } else { file.document.text() };
    let (open, close) = marks(file, language, &text, line)?;
    let subject = if detail.is_empty() { rule.to_string() } else { format!("{rule}[{detail}]") };
    let indent = lines::indentation(&text, line);
    let end = lines::line_end(&text);
    let mut edits = Edits::default();
    edits.insert(&at.file, line, format!("{indent}{open} guardline-ignore-next-line {subject}: reason{close}{end}"));
    Some(Fix {
        title: format!("Ignore {subject} here (write the reason)"),
        grade: Grade::NeedsReview,
        preferred: false,
        edits: edits.finish()?,
        note: None,
        suppresses: true,
    })
}

/// The marks of a comment on a line of its own.
fn marks(file: &File, language: Language, text: &str, line: u32) -> Option<(&'static str, &'static str)> {
    Some(match language {
        Language::TypeScript | Language::Tsx | Language::JavaScript | Language::Jsx => {
            let in_children = file.model.as_ref().and_then(|model| model.segment_at(line)).is_some_and(|placed| in_jsx_children(placed, text, line));
            if in_children { ("{/*", " */}") } else { ("//", "") }
        }
        Language::Prisma | Language::AccessRules => ("//", ""),
        Language::Pug => ("//-", ""),
        // Where a `#` begins a heading.
        Language::Text if is_prose(file.document.file.file_name()) && !file.document.file.file_name().starts_with("requirements") => ("<!--", " -->"),
        Language::Python | Language::Env | Language::Yaml | Language::Toml | Language::Dockerfile | Language::Shell | Language::Text => ("#", ""),
        Language::Sql => ("--", ""),
        Language::Html | Language::Vue | Language::Svelte | Language::Astro | Language::Jinja | Language::Ejs | Language::Handlebars => html_marks(text, line),
        Language::Json | Language::Notebook => return None,
    })
}

fn html_marks(text: &str, line: u32) -> (&'static str, &'static str) {
    let before = text.get(..line as usize).unwrap_or("").to_ascii_lowercase();
    let is_open = |tag: &str, close: &str| before.rfind(tag).is_some_and(|open| before.rfind(close).is_none_or(|close| close < open));
    if is_open("<script", "</script") {
        ("//", "")
    } else if is_open("<style", "</style") {
        ("/*", " */")
    } else {
        ("<!--", " -->")
    }
}
