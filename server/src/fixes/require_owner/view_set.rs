//! Django REST framework: a view set whose rows are all rows gets a `get_queryset` that gives those of the signed-in user.

use crate::fixes::FileEdit;
use crate::fixes::edits::Edits;
use crate::fixes::literal::Code;
use crate::model::{Class, Placed};
use crate::rules::plan::RequireOwner;
use crate::syntax::Language;
use crate::text::lines;

pub(super) fn scope(code: &Code<'_>, plan: &RequireOwner) -> Option<Vec<FileEdit>> {
    if code.language != Language::Python || plan.client != "django" {
        return None;
    }
    let placed = code.model.segment_at(plan.access.span.start)?;
    let (class, field) = class_with_rows(code, placed, plan)?;
    let line = lines::line_start(&code.text, field);
    let indent = lines::indentation(&code.text, field);
    let end = lines::line_end(&code.text);
    let last = class.methods.iter().map(|method| placed.absolute(placed.segment[*method].span).start).min();
    let user = match &plan.relation {
        Some(relation) => format!("{relation}=self.request.user"),
        None => format!("{}=self.request.user.id", plan.column),
    };
    let method = format!("{indent}def get_queryset(self):{end}{indent}{indent}return super().get_queryset().filter({user}){end}");
    let mut edits = Edits::default();
    match last {
        // Before the first method, and before what stands above it.
        Some(first) => {
            let at = first_line_of(&code.text, first, line);
            edits.insert(&code.file, at, format!("{method}{end}"));
        }
        None => {
            let at = placed.absolute(class.span).end;
            let text = method.strip_suffix(end).unwrap_or(&method).to_owned();
            edits.insert(&code.file, at, format!("{end}{end}{text}"));
        }
    }
    edits.finish().filter(|edits| !edits.is_empty())
}

/// The class that the rows are read for, and where it says which: `queryset = Note.objects.all()`. One that has `get_queryset` says
/// it there.
fn class_with_rows<'c>(code: &Code<'_>, placed: &'c Placed, plan: &RequireOwner) -> Option<(&'c Class, u32)> {
    let segment = &placed.segment;
    let inside = |class: &&Class| placed.absolute(class.span).contains(plan.access.span) || placed.absolute(class.span).start == plan.access.span.start;
    let is_in_method = segment.functions.iter().any(|function| placed.absolute(function.body_span).contains(plan.access.span) && !plan.access.span.is_empty());
    if is_in_method {
        return None;
    }
    let class = segment.classes.iter().find(inside)?;
    if class.methods.iter().any(|method| segment[*method].name == "get_queryset") {
        return None;
    }
    let field = class.fields.iter().find(|field| field.name == "queryset")?;
    let value = placed.absolute(segment[field.value?].span);
    value.of(&code.text).contains(".objects").then_some((class, value.start))
}

/// The line of a method, or of the first of its decorators.
fn first_line_of(text: &str, method: u32, after: u32) -> u32 {
    let mut at = lines::line_start(text, method);
    while at > after {
        let above = lines::line_start(text, at - 1);
        if above <= after || !text.get(above as usize..at as usize).is_some_and(|line| line.trim_start().starts_with('@')) {
            break;
        }
        at = above;
    }
    at
}
