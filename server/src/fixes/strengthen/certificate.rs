//! **Take an option away** that switches a protection off.

use super::super::edits::{Edits, without_statement};
use super::super::literal::Code;
use super::super::remove_entry::extent;
use super::{Done, Here, relative};
use crate::model::{Arg, Entry, ExprId, ExprKind, Key, PatternKind, Placed, StmtKind, around};
use crate::rules::Place;
use crate::text::{Name, Span};

/// `at` is the option's value, the place it is assigned to, or the call in whose options it stands.
pub(super) fn without(code: &Code<'_>, at: &Place, name: &Name) -> Option<Done> {
    let placed = code.model.segment_at(at.span.start)?;
    let span = relative(placed, at.span)?;
    let edit = entry(code, placed, span, name).or_else(|| argument(code, placed, span)).or_else(|| assignment(code, placed, span));
    let (span, text) = edit?;
    let mut edits = Edits::default();
    edits.replace(&code.file, span, text);
    let note = match name.as_str() {
        "ignoreExpiration" | "verify_exp" => "Tokens that have ended are refused from now on: whoever has one signs in again.",
        _ => {
            "If the connection fails now, the other side's certificate is signed by an authority this machine does not know: name that authority's certificate (`ca`, `NODE_EXTRA_CA_CERTS`, `verify=\"ca.pem\"`)."
        }
    };
    Some(Done { title: format!("Take `{name}` away"), edits, is_safe: false, note: Some(note) })
}

fn objects(placed: &Placed) -> impl Iterator<Item = (ExprId, &Vec<Entry>)> {
    placed.segment.exprs.iter().zip(0..).filter_map(|(expr, id)| match &expr.kind {
        ExprKind::Object(entries) => Some((ExprId(id), entries)),
        _ => None,
    })
}

/// Of an object: the entry whose value stands there, or the one of this name inside of the call that stands there.
fn entry(code: &Code<'_>, placed: &Placed, at: Span, name: &Name) -> Option<(Span, String)> {
    let segment = &placed.segment;
    let is_call = segment.exprs.iter().any(|expr| expr.span == at && matches!(expr.kind, ExprKind::Call { .. }));
    let is_it = |entry: &Entry| match entry {
        Entry::Field { key: Key::Name(key), value, span, .. } => segment[*value].span == at || is_call && key == name && at.contains(*span),
        _ => false,
    };
    let (object, entries, found) = objects(placed).find_map(|(id, entries)| Some((id, entries, entries.iter().find(|entry| is_it(entry))?)))?;
    if entries.len() > 1 {
        return Some((extent(&code.text, placed.absolute(found.span()))?, String::new()));
    }
    // The last option goes, and what is left of the object says no more than that there is one.
    let whole = segment[object].span;
    let under = objects(placed).flat_map(|(_, entries)| entries).find_map(|entry| match entry {
        Entry::Field { key: Key::Name(key), value, .. } if segment[*value].span == whole => Some(key),
        _ => None,
    });
    let instead = if under.is_some_and(|key| key == "ssl") { "true" } else { "{}" };
    if let Some(call) = is_call.then(|| call_with(placed, object)).flatten() {
        return dropped(code, placed, call);
    }
    Some((placed.absolute(whole), instead.to_owned()))
}

/// The argument that is this expression, unless another comes behind it.
fn call_with(placed: &Placed, id: ExprId) -> Option<&Arg> {
    placed.segment.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Call { args, .. } => {
            args.iter().enumerate().find(|(at, arg)| arg.value == id && (arg.name.is_some() || at + 1 == args.len())).map(|(_, arg)| arg)
        }
        _ => None,
    })
}

/// `f(name=value)`.
fn argument(code: &Code<'_>, placed: &Placed, at: Span) -> Option<(Span, String)> {
    let segment = &placed.segment;
    let found = segment.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Call { args, .. } => args.iter().find(|arg| arg.name.is_some() && segment[arg.value].span == at),
        _ => None,
    })?;
    dropped(code, placed, found)
}

fn dropped(code: &Code<'_>, placed: &Placed, arg: &Arg) -> Option<(Span, String)> {
    Some((extent(&code.text, placed.absolute(arg.span))?, String::new()))
}

/// `options.name = value`, as a statement of its own.
fn assignment(code: &Code<'_>, placed: &Placed, at: Span) -> Option<(Span, String)> {
    let segment = &placed.segment;
    let statement = around::statements(segment, at).into_iter().next()?;
    let StmtKind::Expr(expr) = &segment[statement].kind else { return None };
    let ExprKind::Assign { target, op: None, .. } = &segment[*expr].kind else { return None };
    if !matches!(&segment[*target].kind, PatternKind::Place(place) if segment[*place].span == at) {
        return None;
    }
    // The only statement of an `if` without braces has to stay one.
    let is_whole_body = segment.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::If { then, otherwise, .. } => {
            [then, otherwise].into_iter().any(|body| body.as_slice() == [statement]) && !placed.absolute(stmt.span).of(&code.text).trim_end().ends_with('}')
        }
        _ => false,
    });
    if is_whole_body {
        return None;
    }
    let edit = without_statement(&code.text, placed.absolute(segment[statement].span));
    Some((edit.span, edit.text))
}

impl Here<'_> {
    /// The arguments, if it is a call.
    pub(super) fn args(&self) -> &[Arg] {
        match self.kind() {
            ExprKind::Call { args, .. } => args,
            _ => &[],
        }
    }
}
