//! **Make the check stop**: a guard that is there, and does not do what it looks like.

use super::edits::Edits;
use super::literal::Code;
use super::{Fix, Grade};
use crate::model::{ExprId, ExprKind, StmtId, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::rules::open::why::Flaw;
use crate::syntax::Language;
use crate::text::{Span, lines};

pub fn fix(project: &Project, at: &Place, flaw: Flaw) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let mut edits = Edits::default();
    let title = match flaw {
        Flaw::GoesOn => stop(&code, at.span, &mut edits)?,
        Flaw::NotAwaited => wait(&code, at.span, &mut edits)?,
        Flaw::NeverTrue => compare(&code, at.span, &mut edits)?,
        Flaw::AboveRoute => below(&code, at.span, &mut edits)?,
        Flaw::MixinLast => first(&code, at.span, &mut edits)?,
        Flaw::NotMade => made(&code, at.span, &mut edits)?,
        Flaw::Beside => star(&code, at.span, &mut edits)?,
        Flaw::CommentedOut => uncomment(&code, at.span, &mut edits)?,
        Flaw::EditableMetadata => trusted(&code, at.span, &mut edits)?,
        Flaw::Dropped | Flaw::FailsOpen | Flaw::OpenUnset | Flaw::Claimed | Flaw::TooLate | Flaw::AlwaysThere => return None,
    };
    Some(Fix {
        title,
        grade: Grade::NeedsReview,
        // Who gets the role there has to be set first.
        preferred: flaw != Flaw::EditableMetadata,
        edits: edits.finish()?,
        note: Some("Try it in a private window: without being signed in it must refuse.".to_owned()),
        suppresses: false,
    })
}

/// `if (!user) res.status(401).end()` gets its `return`.
fn stop(code: &Code<'_>, head: Span, edits: &mut Edits) -> Option<String> {
    let placed = code.model.segment_at(head.start)?;
    let segment = &placed.segment;
    let is_it = |id: &StmtId| placed.absolute(segment[*id].span).start == head.start && matches!(segment[*id].kind, StmtKind::If { .. });
    let check = (0..segment.stmts.len() as u32).map(StmtId).find(is_it)?;
    let StmtKind::If { then, .. } = &segment[check].kind else { return None };
    let last = *then.last()?;
    let StmtKind::Expr(expr) = segment[last].kind else { return None };
    let raises = code.language == Language::Python
        && called(segment, expr).is_some_and(|name| name.ends_with("Exception") || name.ends_with("Error") || name == "PermissionDenied");
    let word = if raises { "raise" } else { "return" };
    edits.insert(&code.file, placed.absolute(segment[last].span).start, format!("{word} "));
    Some(format!("Stop here: `{word}` what the check answers"))
}

/// `app.use("/admin", guard)` gets a path that holds for what lies below it, too.
fn star(code: &Code<'_>, call: Span, edits: &mut Edits) -> Option<String> {
    let placed = code.model.segment_at(call.start)?;
    let segment = &placed.segment;
    let inside = Span::new(call.start - placed.start, call.end - placed.start);
    let path = segment.exprs.iter().filter(|expr| inside.contains(expr.span)).find_map(|expr| match &expr.kind {
        ExprKind::Str(text) if text.starts_with('/') && !text.ends_with('*') => Some((expr.span, text)),
        _ => None,
    });
    let (span, text) = path?;
    let rest = if text.ends_with('/') { "*" } else { "/*" };
    edits.insert(&code.file, placed.absolute(span).end - 1, rest.to_owned());
    Some(format!("Guard what lies below, too: `{text}{rest}`"))
}

/// `Depends(demand)`, where `demand` makes the check, becomes `Depends(demand())`, and `Depends(lambda: Role("editor"))` loses its lambda.
fn made(code: &Code<'_>, given: Span, edits: &mut Edits) -> Option<String> {
    let placed = code.model.segment_at(given.start)?;
    let segment = &placed.segment;
    let inside = Span::new(given.start - placed.start, given.end - placed.start);
    let mut makers = segment.exprs.iter().filter(|expr| inside.contains(expr.span)).filter_map(|expr| match &expr.kind {
        ExprKind::Call { args, .. } => args.first().map(|arg| arg.value).filter(|arg| matches!(segment[*arg].kind, ExprKind::Name(_) | ExprKind::Function(_))),
        _ => None,
    });
    let maker = makers.next().filter(|_| makers.next().is_none())?;
    let span = placed.absolute(segment[maker].span);
    match &segment[maker].kind {
        ExprKind::Name(name) => {
            edits.insert(&code.file, span.end, "()".to_owned());
            Some(format!("Run the check that `{name}` makes: `{name}()`"))
        }
        ExprKind::Function(id) => {
            let function = segment.functions.get(id.0 as usize).filter(|function| function.expression_body)?;
            let body = placed.absolute(function.body_span).of(&code.text).to_owned();
            let title = format!("Run the check itself: `{body}`");
            edits.replace(&code.file, span, &body);
            Some(title)
        }
        _ => None,
    }
}

/// `await` before a call whose answer is looked at, in a function that can wait.
fn wait(code: &Code<'_>, call: Span, edits: &mut Edits) -> Option<String> {
    let placed = code.model.segment_at(call.start)?;
    let segment = &placed.segment;
    let inside = Span::new(call.start - placed.start, call.end - placed.start);
    let around = segment.functions.iter().filter(|function| function.body_span.contains(inside)).min_by_key(|function| function.body_span.len())?;
    if !around.is_async {
        return None;
    }
    let stands_alone = segment.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Expr(expr) if segment[expr].span == inside));
    let text = call.of(&code.text);
    let new = if stands_alone || code.language == Language::Python { format!("await {text}") } else { format!("(await {text})") };
    edits.replace(&code.file, call, new);
    Some("Wait for the answer of the check".to_owned())
}

/// `!role === "admin"` becomes `role !== "admin"`.
fn compare(code: &Code<'_>, comparison: Span, edits: &mut Edits) -> Option<String> {
    let text = comparison.of(&code.text);
    let (left, strict, right) =
        text.split_once("===").map(|(left, right)| (left, true, right)).or_else(|| text.split_once("==").map(|(l, r)| (l, false, r)))?;
    let (left, right) = (left.trim(), right.trim());
    let plain = |side: &'_ str| side.strip_prefix('!').map(|rest| rest.trim().to_owned());
    let (left, right) = match (plain(left), plain(right)) {
        (Some(left), None) => (left, right.to_owned()),
        (None, Some(right)) => (left.to_owned(), right),
        _ => return None,
    };
    let differs = if strict { "!==" } else { "!=" };
    edits.replace(&code.file, comparison, format!("{left} {differs} {right}"));
    Some(format!("Compare with `{differs}`"))
}

/// The decorator goes below the others, right above the function.
fn below(code: &Code<'_>, decorator: Span, edits: &mut Edits) -> Option<String> {
    let placed = code.model.segment_at(decorator.start)?;
    let inside = Span::new(decorator.start - placed.start, decorator.end - placed.start);
    let segment = &placed.segment;
    let function = segment.functions.iter().find(|function| function.decorators.iter().any(|id| segment[*id].span == inside))?;
    let text = &code.text;
    let start = lines::line_start(text, decorator.start);
    let next = lines::next_line(text, decorator.end);
    let line = Span::new(start, next).of(text).to_owned();
    if line.trim() != format!("@{}", decorator.of(text)) {
        return None;
    }
    let at = lines::line_start(text, placed.absolute(function.name_span).start);
    edits.replace(&code.file, Span::new(start, next), "");
    edits.insert(&code.file, at, line);
    Some(format!("Move `@{}` below the line that registers the function", decorator.of(text)))
}

/// The mixin becomes the first base.
fn first(code: &Code<'_>, mixin: Span, edits: &mut Edits) -> Option<String> {
    let placed = code.model.segment_at(mixin.start)?;
    let inside = Span::new(mixin.start - placed.start, mixin.end - placed.start);
    let segment = &placed.segment;
    let class = segment.classes.iter().find(|class| class.bases.iter().any(|id| segment[*id].span == inside))?;
    let at = class.bases.iter().position(|id| segment[*id].span == inside)?;
    let before = segment[*class.bases.get(at.checked_sub(1)?)?].span;
    let first = segment[*class.bases.first()?].span;
    let text = mixin.of(&code.text);
    edits.insert(&code.file, placed.absolute(first).start, format!("{text}, "));
    edits.replace(&code.file, Span::new(placed.start + before.end, mixin.end), "");
    Some(format!("Put `{text}` before the view"))
}

/// What the server alone can set: `app_metadata`.
fn trusted(code: &Code<'_>, condition: Span, edits: &mut Edits) -> Option<String> {
    const EDITABLE: &str = "user_metadata";
    let text = condition.of(&code.text);
    let at = text.find(EDITABLE)?;
    let start = condition.start + at as u32;
    edits.replace(&code.file, Span::new(start, start + EDITABLE.len() as u32), "app_metadata");
    Some("Read the role from `app_metadata`, which only your server can set".to_owned())
}

/// The comment marks of the check, and of the lines right below it, are taken away.
fn uncomment(code: &Code<'_>, comment: Span, edits: &mut Edits) -> Option<String> {
    let text = &code.text;
    let mark = if code.language == Language::Python { "#" } else { "//" };
    let mut at = lines::line_start(text, comment.start);
    let mut refuses = false;
    let mut any = false;
    loop {
        let stop = lines::line_stop(text, at);
        let line = Span::new(at, stop).of(text);
        let Some(rest) = line.trim_start().strip_prefix(mark) else { break };
        let start = at + (line.len() - line.trim_start().len()) as u32;
        let taken = mark.len() as u32 + u32::from(rest.starts_with(' '));
        if !is_code(rest.trim()) {
            break;
        }
        refuses |= ["return", "throw", "raise", "redirect", "abort", "require", "ensure", "assert", "@", "protect"].iter().any(|word| rest.contains(word));
        edits.replace(&code.file, Span::new(start, start + taken), "");
        any = true;
        let next = lines::next_line(text, at);
        if next <= at {
            break;
        }
        at = next;
    }
    (any && refuses).then(|| "Switch the check on again".to_owned())
}

fn is_code(line: &str) -> bool {
    line.starts_with('@') || line.ends_with([';', ')', '{', '}', ':', ',']) || line.is_empty()
}

fn called(segment: &crate::model::Segment, expr: ExprId) -> Option<&crate::text::Name> {
    match &segment[expr].kind {
        ExprKind::Call { callee, .. } => called(segment, *callee),
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
        _ => None,
    }
}
