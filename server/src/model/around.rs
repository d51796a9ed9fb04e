//! What stands around a place in code. Found by looking at every expression and statement of the segment: fixes are made
//! one at a time, so that is cheap enough.

use super::{ExprId, ExprKind, Placed, Segment, StmtId, TemplatePart, string_token};
use crate::text::Span;

/// The expressions whose span contains `span`, the innermost first.
pub fn expressions(segment: &Segment, span: Span) -> Vec<ExprId> {
    let mut found: Vec<ExprId> = (0..segment.exprs.len() as u32).map(ExprId).filter(|id| segment[*id].span.contains(span)).collect();
    // Children are made before their parents, which decides where both have the same span.
    found.sort_by_key(|id| (segment[*id].span.len(), id.0));
    found
}

/// The statements whose span contains `span`, the innermost first.
pub fn statements(segment: &Segment, span: Span) -> Vec<StmtId> {
    let mut found: Vec<StmtId> = (0..segment.stmts.len() as u32).map(StmtId).filter(|id| segment[*id].span.contains(span)).collect();
    found.sort_by_key(|id| (segment[*id].span.len(), id.0));
    found
}

/// The text literal (of a string, a template or JSX) that `offset`, a place in the file, lies inside of: a line that starts
/// there would become part of it. The hole of a template is code, unless `holes` are text too.
pub fn text_around(placed: &Placed, text: &str, offset: u32, holes: bool) -> Option<Span> {
    let relative = offset.checked_sub(placed.start)?;
    let segment = &placed.segment;
    for id in expressions(segment, Span::at(relative)) {
        let expr = &segment[id];
        let span = placed.absolute(expr.span);
        if offset <= span.start || span.end <= offset {
            continue;
        }
        match &expr.kind {
            ExprKind::Str(_) | ExprKind::Bytes(_) => {
                // Between two strings that are put together a line is a line.
                let tokens = string_token::tokens(text, span, &[]);
                match tokens.iter().find(|token| token.content.start <= offset && offset <= token.content.end) {
                    Some(token) => return Some(token.span),
                    None if tokens.is_empty() => return Some(span),
                    None => {}
                }
            }
            ExprKind::Template(parts) => {
                let is_inside = parts.iter().any(|part| match part {
                    TemplatePart::Text(_, span) => span.start <= relative && relative <= span.end,
                    TemplatePart::Hole(_, span) => holes && span.start < relative && relative < span.end,
                });
                if is_inside {
                    return Some(span);
                }
            }
            // A function in a hole has lines of its own.
            ExprKind::Function(_) => return None,
            _ => {}
        }
    }
    None
}

/// The template around an expression in one of its holes.
pub fn template_around(segment: &Segment, span: Span) -> Option<ExprId> {
    expressions(segment, span).into_iter().find(|id| match &segment[*id].kind {
        ExprKind::Template(parts) => parts.iter().any(|part| matches!(part, TemplatePart::Hole(_, hole) if hole.contains(span))),
        _ => false,
    })
}

/// The comment that `offset` lies inside of.
pub fn comment_around(placed: &Placed, offset: u32) -> Option<Span> {
    let comments = placed.segment.comments.iter().map(|comment| placed.absolute(comment.span));
    comments.into_iter().find(|span| span.start < offset && offset < span.end)
}
