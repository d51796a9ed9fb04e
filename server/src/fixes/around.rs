//! What stands around a place in code. Found by looking at every expression and statement of the segment: fixes are made
//! one at a time, so that is cheap enough.

use crate::model::{ExprId, ExprKind, Placed, Segment, StmtId, TemplatePart};
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

/// The text literal (of a string, a template or JSX) that `offset` lies inside of, if a line that starts there would
/// become part of it. The hole of a template is code, unless `holes` are text too.
pub fn text_around(segment: &Segment, offset: u32, holes: bool) -> Option<Span> {
    let inside = |span: Span| span.start < offset && offset < span.end;
    for id in expressions(segment, Span::at(offset)) {
        let expr = &segment[id];
        match &expr.kind {
            ExprKind::Str(_) | ExprKind::Bytes(_) if inside(expr.span) => return Some(expr.span),
            ExprKind::Template(parts) if inside(expr.span) => {
                for part in parts {
                    let (span, is_text) = match part {
                        TemplatePart::Text(_, span) => (*span, true),
                        TemplatePart::Hole(_, span) => (*span, holes),
                    };
                    // A text that starts with a line end has its first line start at its own start.
                    if span.start < offset && offset <= span.end && is_text {
                        return Some(expr.span);
                    }
                }
            }
            // A function in a hole has lines of its own.
            ExprKind::Function(_) => return None,
            _ => {}
        }
    }
    None
}

/// The comment that `offset` lies inside of.
pub fn comment_around(placed: &Placed, offset: u32) -> Option<Span> {
    let comments = placed.segment.comments.iter().map(|comment| placed.absolute(comment.span));
    comments.into_iter().find(|span| span.start < offset && offset < span.end)
}
