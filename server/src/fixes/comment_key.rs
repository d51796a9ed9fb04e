//! A key in a comment or a docstring: nothing reads it, so it is taken out.

use super::edits::Edits;
use super::{Fix, Grade, move_to_env};
use crate::model::around;
use crate::model::{ExprKind, StmtKind};
use crate::project::{File, Project};
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span, lines};

pub fn fix(project: &Project, key: &Place, kind: &Name) -> Option<Fix> {
    let file = project.file(&key.file)?;
    let text = file.document.code().to_string();
    let raw = key.span.of(&text);
    let is_key = !raw.is_empty() && !raw.contains(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    if !is_key || !in_comment(file, &text, key.span) {
        return None;
    }
    let mut edits = Edits::default();
    edits.replace(&key.file, key.span, "<removed>");
    Some(Fix {
        title: "Remove key from comment".to_owned(),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(move_to_env::seen(project, &key.file, kind, "a file that git leaves out")),
        suppresses: false,
    })
}

fn in_comment(file: &File, text: &str, span: Span) -> bool {
    if let Some(model) = &file.model {
        return model.comments().any(|(comment, _)| comment.contains(span)) || in_docstring(file, span);
    }
    let before = Span::new(lines::line_start(text, span.start), span.start).of(text).trim_start();
    let mark = match file.document.language {
        Language::Env | Language::Yaml | Language::Toml | Language::Dockerfile | Language::Shell | Language::Text => "#",
        Language::Sql => "--",
        Language::Prisma | Language::AccessRules => "//",
        _ => return false,
    };
    before.starts_with(mark)
}

/// A string that is a statement of its own.
fn in_docstring(file: &File, span: Span) -> bool {
    let Some(placed) = file.model.as_ref().filter(|model| model.language == Language::Python).and_then(|model| model.segment_at(span.start)) else {
        return false;
    };
    let Some(start) = span.start.checked_sub(placed.start) else { return false };
    let relative = Span::new(start, start + span.len());
    let segment = &placed.segment;
    around::statements(segment, relative).first().is_some_and(|id| match segment[*id].kind {
        StmtKind::Expr(expr) => segment[expr].span.contains(relative) && matches!(segment[expr].kind, ExprKind::Str(_) | ExprKind::Template(_)),
        _ => false,
    })
}
