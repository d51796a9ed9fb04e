//! Objects that a call gave and that hold variables: `const env = loadEnv(mode, process.cwd(), "")`.

use super::literal::Literal;
use crate::model::{ExprKind, PatternKind, Segment, StmtKind};
use crate::text::{Name, Span};

/// The name of such an object that can be used where the literal stands. `empty`: this argument is an empty text.
pub fn held(literal: &Literal, call: &str, empty: Option<usize>) -> Option<Name> {
    let at = literal.expr().span;
    let own = local(literal.segment(), Some(at), call, empty);
    let above = || {
        let segments = literal.code.model.segments.iter().filter(|placed| placed.span().end <= literal.placed.start);
        segments.filter_map(|placed| local(&placed.segment, None, call, empty)).next_back()
    };
    own.or_else(above)
}

/// `at`: where it must be known. Without it, at the top of the file.
fn local(segment: &Segment, at: Option<Span>, call: &str, empty: Option<usize>) -> Option<Name> {
    let is_known = |span: Span| {
        let mut around = segment.functions.iter().filter(|function| function.body_span.contains(span));
        around.all(|function| at.is_some_and(|at| function.body_span.contains(at))) && at.is_none_or(|at| span.end <= at.start)
    };
    let mut found = segment.stmts.iter().filter(|stmt| is_known(stmt.span)).filter_map(|stmt| {
        let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return None };
        let PatternKind::Name(name) = &segment[*pattern].kind else { return None };
        let ExprKind::Call { callee, args, .. } = &segment[*value].kind else { return None };
        let is_call = matches!(&segment[*callee].kind, ExprKind::Name(called) if called == call);
        let is_empty = |at: usize| args.get(at).is_some_and(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(text) if text.is_empty()));
        (is_call && empty.is_none_or(is_empty)).then(|| name.clone())
    });
    found.next_back()
}
