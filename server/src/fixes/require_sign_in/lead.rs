//! The statements by which a handler asks who is calling, and stops: copied to the top of another.

use super::{Copying, Handler, names_used};
use crate::facts::names;
use crate::fixes::edits::Edits;
use crate::model::{ExprId, ExprKind, PatternId, PatternKind, StmtId, StmtKind};
use crate::text::{Name, Span, lines};

/// So far down a handler asks.
const FIRST: usize = 8;

pub(super) fn copy(copying: &Copying<'_>, edits: &mut Edits) -> Option<()> {
    let (guide, ours) = (&copying.guide, &copying.ours);
    let statements = asking(copying)?;
    let spans: Vec<Span> = statements.iter().map(|id| guide.placed.segment[*id].span).collect();
    let text_of = |span: Span| guide.placed.absolute(span).of(&guide.code.text);
    let bound: Vec<Name> = statements.iter().flat_map(|id| binds(guide, *id)).collect();
    let body = ours.placed.absolute(ours.function.body_span).of(&ours.code.text);
    if ours.function.expression_body || bound.iter().any(|name| has_word(body, name)) {
        return None;
    }
    let used: Vec<Name> = spans.iter().flat_map(|span| names_used::used(guide, *span)).filter(|name| !bound.contains(name)).collect();
    let renamed = parameters(copying, &used)?;
    let waits = spans.iter().any(|span| has_word(text_of(*span), "await"));
    if waits && !ours.function.is_async {
        return None;
    }
    let others: Vec<Name> = used.into_iter().filter(|name| !renamed.iter().any(|(known, _)| known == name)).collect();
    names_used::bring(copying, &others, edits)?;
    insert(copying, &spans.iter().map(|span| renaming(text_of(*span), &renamed)).collect::<Vec<_>>(), edits)
}

/// The statement that stops the handler, after those that bind what it looks at.
fn asking(copying: &Copying<'_>) -> Option<Vec<StmtId>> {
    let guide = &copying.guide;
    let segment = &guide.placed.segment;
    let body: Vec<StmtId> = guide.function.body.iter().copied().take(FIRST).collect();
    let at = body.iter().position(|id| stops(guide, *id) || calls(guide, *id, &copying.plan.asks))?;
    // What the helper gives may be nobody: the refusal right after it belongs to it.
    let last = match body.get(at + 1) {
        Some(next) if !stops(guide, *body.get(at)?) && stops(guide, *next) => at + 1,
        _ => at,
    };
    let mut needed: Vec<Name> = Vec::new();
    let mut chosen = Vec::new();
    for id in body.get(..=last)?.iter().rev() {
        let bound = binds(guide, *id);
        let is_asked = chosen.is_empty() || bound.iter().any(|name| needed.contains(name));
        if is_asked {
            needed.extend(names_used::used(guide, segment[*id].span));
            chosen.push(*id);
        }
    }
    chosen.reverse();
    Some(chosen)
}

/// `if (!session) return ..`, about somebody being signed in.
fn stops(handler: &Handler<'_>, id: StmtId) -> bool {
    let segment = &handler.placed.segment;
    let StmtKind::If { cond, then, .. } = &segment[id].kind else { return false };
    let about = handler.placed.absolute(segment[*cond].span).of(&handler.code.text).to_ascii_lowercase();
    let is_about = ["session", "user", "auth", "token", "claims", "admin", "account", "viewer", "member"].iter().any(|word| about.contains(word));
    let ends = then.iter().any(|stmt| match &segment[*stmt].kind {
        StmtKind::Return(_) | StmtKind::Throw(_) => true,
        StmtKind::Expr(expr) => super::decorator::called(segment, *expr)
            .is_some_and(|name| matches!(name.as_str(), "redirect" | "notFound" | "unauthorized" | "forbidden" | "abort" | "throw")),
        _ => false,
    });
    is_about && ends
}

/// A call of the helper that stops by itself.
fn calls(handler: &Handler<'_>, id: StmtId, asks: &str) -> bool {
    let segment = &handler.placed.segment;
    let span = segment[id].span;
    let simple = matches!(segment[id].kind, StmtKind::Let { .. } | StmtKind::Expr(_));
    let is_it = |name: &Name| *name == asks && (names::is_guard(name) || names::is_current_user(name));
    simple
        && (0..segment.exprs.len() as u32).map(ExprId).any(|expr| {
            span.contains(segment[expr].span)
                && matches!(segment[expr].kind, ExprKind::Call { .. })
                && super::decorator::called(segment, expr).is_some_and(is_it)
        })
}

/// The names that a statement gives values to.
fn binds(handler: &Handler<'_>, id: StmtId) -> Vec<Name> {
    let segment = &handler.placed.segment;
    let pattern = match &segment[id].kind {
        StmtKind::Let { pattern, .. } => Some(*pattern),
        StmtKind::Expr(expr) => match &segment[*expr].kind {
            ExprKind::Assign { target, .. } => Some(*target),
            _ => None,
        },
        _ => None,
    };
    let Some(pattern) = pattern else { return Vec::new() };
    let within = segment[pattern].span;
    let all = (0..segment.patterns.len() as u32).map(PatternId).filter(|inner| within.contains(segment[*inner].span));
    all.filter_map(|inner| match &segment[inner].kind {
        PatternKind::Name(name) => Some(name.clone()),
        _ => None,
    })
    .collect()
}

/// The guide's parameters that are used, by what ours are called.
fn parameters(copying: &Copying<'_>, used: &[Name]) -> Option<Vec<(Name, Name)>> {
    let mut renamed = Vec::new();
    for (at, param) in copying.guide.function.params.iter().enumerate() {
        let PatternKind::Name(name) = &copying.guide.placed.segment[param.pattern].kind else {
            // What it takes apart is not at hand in ours.
            let inner = copying.guide.placed.segment[param.pattern].span;
            let taken = copying.guide.placed.absolute(inner).of(&copying.guide.code.text);
            if used.iter().any(|name| has_word(taken, name)) {
                return None;
            }
            continue;
        };
        if !used.contains(name) {
            continue;
        }
        let ours = copying.ours.function.params.get(at)?;
        let PatternKind::Name(theirs) = &copying.ours.placed.segment[ours.pattern].kind else { return None };
        renamed.push((name.clone(), theirs.clone()));
    }
    Some(renamed)
}

fn insert(copying: &Copying<'_>, statements: &[String], edits: &mut Edits) -> Option<()> {
    let ours = &copying.ours;
    let text = &ours.code.text;
    let end = lines::line_end(text);
    let segment = &ours.placed.segment;
    let is_words = |id: &&StmtId| matches!(&segment[**id].kind, StmtKind::Expr(expr) if matches!(segment[*expr].kind, ExprKind::Str(_)));
    // Behind directives and what documents the function.
    let first = ours.function.body.iter().find(|id| !is_words(id))?;
    let at = ours.placed.absolute(segment[*first].span).start;
    if !lines::begins_line(text, at) {
        return None;
    }
    let indent = lines::indentation(text, at);
    let guide_indent = lines::indentation(
        &copying.guide.code.text,
        copying.guide.placed.absolute(copying.guide.placed.segment[*copying.guide.function.body.first()?].span).start,
    );
    let mut written = String::new();
    for statement in statements {
        let mut lines_of = statement.split('\n');
        written.push_str(lines_of.next().unwrap_or_default());
        for line in lines_of {
            written.push('\n');
            written.push_str(indent);
            written.push_str(line.strip_prefix(guide_indent).unwrap_or(line));
        }
        written.push_str(end);
        written.push_str(indent);
    }
    edits.insert(&ours.code.file, at, written);
    Some(())
}

fn renaming(text: &str, renamed: &[(Name, Name)]) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let mut before = ' ';
    let finish = |word: &mut String, before: char, out: &mut String| {
        let new = renamed.iter().find(|(from, _)| before != '.' && from == word.as_str()).map_or(word.as_str(), |(_, to)| to.as_str());
        out.push_str(new);
        word.clear();
    };
    for c in text.chars() {
        if is_word(c) {
            word.push(c);
        } else {
            finish(&mut word, before, &mut out);
            out.push(c);
            before = c;
        }
    }
    finish(&mut word, before, &mut out);
    out
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::renaming;

    #[test]
    fn parameters_are_renamed_as_words() {
        let renamed = [("req".into(), "request".into())];
        assert_eq!(renaming("if (!req.user) return req2.req;", &renamed), "if (!request.user) return req2.req;");
    }
}
