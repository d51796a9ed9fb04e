//! Guards that let a request through when something is missing or fails: a setting that is not set, a check that throws.

use super::why::{Flaw, Looked};
use crate::facts::names;
use crate::model::{ExprId, ExprKind, StmtKind};
use crate::text::{Name, Span};

/// `try { verify(token) } catch { next() }`.
pub(super) fn fails_open(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    looked.stmts().find_map(|(id, _)| {
        let StmtKind::Try { handlers, .. } = &looked.segment[id].kind else { return None };
        handlers.iter().find_map(|handler| {
            let lets_pass = handler.body.iter().any(|stmt| match &looked.segment[*stmt].kind {
                StmtKind::Return(Some(value)) | StmtKind::Expr(value) => {
                    matches!(looked.segment[*value].kind, ExprKind::Bool(true)) || is_bare_next(looked, *value)
                }
                _ => false,
            });
            lets_pass.then(|| {
                let head = Span::new(handler.span.start, (handler.span.start + 5).min(handler.span.end));
                (head, Flaw::FailsOpen, "When the check itself fails, the request is let through: an invalid token is as good as a valid one.".to_owned())
            })
        })
    })
}

/// `if (!SECRET) return next()`: where nothing is set, everybody passes.
pub(super) fn open_unset(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    let segment = looked.segment;
    let denies = looked.exprs_within(looked.function.body_span).any(|expr| looked.denies(expr))
        || looked.stmts().any(|(id, _)| matches!(segment[id].kind, StmtKind::Throw(_)));
    if !denies {
        return None;
    }
    looked.stmts().find_map(|(id, span)| {
        let StmtKind::If { cond, then, .. } = &segment[id].kind else { return None };
        let setting = unset(looked, *cond)?;
        let passes = then.last().is_some_and(|stmt| match &segment[*stmt].kind {
            StmtKind::Return(None) => true,
            StmtKind::Return(Some(value)) => matches!(segment[*value].kind, ExprKind::Bool(true) | ExprKind::Null) || is_bare_next(looked, *value),
            StmtKind::Expr(value) => is_bare_next(looked, *value),
            _ => false,
        });
        let refuses = then.iter().any(|stmt| looked.exprs_within(segment[*stmt].span).any(|expr| looked.denies(expr)));
        let head = Span::new(span.start, segment[*cond].span.end + u32::from(!looked.is_python()));
        (passes && !refuses)
            .then(|| (head, Flaw::OpenUnset, format!("Where `{setting}` is not set, this lets everybody through: a forgotten setting opens the door.")))
    })
}

/// The setting that a condition finds missing: `!process.env.API_KEY`, `not SECRET`, `SECRET is None`.
fn unset(looked: &Looked<'_>, cond: ExprId) -> Option<Name> {
    use crate::model::{BinaryOp, UnaryOp};
    let asked = match &looked.segment[cond].kind {
        ExprKind::Unary { op: UnaryOp::Not, operand } => *operand,
        ExprKind::Binary { op: BinaryOp::Eq, left, right } if matches!(looked.segment[*right].kind, ExprKind::Null) => *left,
        _ => return None,
    };
    let name = match &looked.segment[asked].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => name.clone(),
        ExprKind::Call { args, .. } => args.iter().find_map(|arg| match &looked.segment[arg.value].kind {
            ExprKind::Str(text) => Some(Name::from(&**text)),
            _ => None,
        })?,
        _ => return None,
    };
    let is_setting = name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_setting.then_some(name)
}

/// `except Exception: pass` round the check of a token, and nothing after it that says no.
pub(super) fn swallowed(looked: &Looked<'_>) -> Option<(Span, Flaw, String)> {
    let segment = looked.segment;
    let after = |end: u32, found: Span| found.start >= end;
    looked.stmts().find_map(|(id, span)| {
        let StmtKind::Try { body, handlers, .. } = &segment[id].kind else { return None };
        let checks = body.iter().any(|stmt| {
            looked.exprs_within(segment[*stmt].span).any(|expr| {
                matches!(segment[expr].kind, ExprKind::Call { .. })
                    && looked.called(expr).is_some_and(|name| {
                        names::is_guard(name)
                            || matches!(name.as_str(), "jwtVerify" | "verifyIdToken" | "verify_id_token" | "constructEvent" | "construct_event")
                            || matches!(name.as_str(), "verify" | "decode") && is_of_proof(looked, expr)
                    })
            })
        });
        let says_no_later = looked.exprs_within(looked.function.body_span).any(|expr| after(span.end, segment[expr].span) && looked.denies(expr))
            || looked.stmts().any(|(id, found)| after(span.end, found) && matches!(segment[id].kind, StmtKind::Throw(_) | StmtKind::If { .. }));
        let handler = handlers.iter().find(|handler| {
            handler.body.iter().all(|stmt| match &segment[*stmt].kind {
                StmtKind::Expr(value) => looked
                    .called(*value)
                    .is_some_and(|name| matches!(name.as_str(), "log" | "warn" | "error" | "debug" | "info" | "warning" | "print" | "exception")),
                _ => false,
            })
        })?;
        (checks && !says_no_later && !has_strict_twin(looked)).then(|| {
            let head = Span::new(handler.span.start, (handler.span.start + 5).min(handler.span.end));
            (head, Flaw::FailsOpen, "When the check fails, this swallows the error and goes on: an invalid token is as good as a valid one.".to_owned())
        })
    })
}

/// Beside it stands one that says no where its check fails: then this one is there for those who may come without a name, and a
/// handler that needs one asks the other.
fn has_strict_twin(looked: &Looked<'_>) -> bool {
    let segment = looked.segment;
    segment.stmts.iter().filter(|stmt| !looked.function.span.contains(stmt.span)).any(|stmt| match &stmt.kind {
        StmtKind::Try { handlers, .. } => {
            handlers.iter().any(|handler| handler.body.iter().any(|inner| looked.exprs_within(segment[*inner].span).any(|expr| looked.denies(expr))))
        }
        _ => false,
    })
}

/// What is decoded proves who somebody is: `jwt.decode(token)`, and not a cursor or a picture.
fn is_of_proof(looked: &Looked<'_>, call: ExprId) -> bool {
    looked.exprs_within(looked.segment[call].span).any(|expr| match &looked.segment[expr].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => names::words(name).iter().any(|word| {
            matches!(word.as_str(), "jwt" | "jose" | "jws" | "token" | "bearer" | "session" | "signature" | "credential" | "credentials" | "authorization")
        }),
        _ => false,
    })
}

fn is_bare_next(looked: &Looked<'_>, expr: ExprId) -> bool {
    match &looked.segment[expr].kind {
        ExprKind::Call { args, .. } => args.is_empty() && looked.called(expr).is_some_and(|name| name == "next"),
        ExprKind::Await(inner) => is_bare_next(looked, *inner),
        _ => false,
    }
}
