//! Texts that stand in for a missing variable by the name of a constant: `process.env.JWT_SECRET ?? DEFAULT_SECRET`.

use super::joined::{Text, constant};
use super::replaced::{Puts, replaced};
use super::{NONE, reads};
use crate::facts::secrets::context::{Names, Position};
use crate::facts::secrets::hit::{HitKind, SecretHit};
use crate::facts::secrets::judge::{self, Candidate, Origin};
use crate::facts::secrets::{FileHints, Place};
use crate::model::{ExprId, ExprKind, FileModel, LogicalOp, PatternKind, Placed, Segment, StmtKind};
use crate::syntax::Document;
use crate::text::Name;

/// What one segment says of texts that may stand in for variables. Depends on the segment alone.
pub(in crate::facts::secrets) struct Fallbacks {
    /// The variables that a name stands in for: the variable, and the name.
    asked_for: Vec<(Name, Name)>,
    puts: Option<Puts>,
}

impl Fallbacks {
    /// `None` where it says nothing of that: most code reads no variable.
    pub fn of(segment: &Segment) -> Option<Fallbacks> {
        let found = Fallbacks { asked_for: asked_for(segment), puts: Puts::of(segment) };
        (found.puts.is_some() || !found.asked_for.is_empty()).then_some(found)
    }
}

/// Of secrets that sign sessions, those whose fallback is another item of the file or comes later. `known`: what is told already;
/// `fallbacks`: what each segment says of them.
pub(in crate::facts::secrets) fn stand_ins(
    model: &FileModel,
    document: &Document,
    hints: &FileHints,
    known: &[SecretHit],
    fallbacks: &[Option<Fallbacks>],
) -> Vec<SecretHit> {
    let mut out: Vec<SecretHit> = Vec::new();
    if hints.place >= Place::EnvSample {
        return out;
    }
    let mut tell = |placed: &Placed, value: ExprId, env: &Name, movable: bool| {
        let is_told = |hit: &SecretHit| hit.literal == placed.absolute(placed.segment[value].span);
        if !known.iter().chain(&out).any(is_told)
            && let Some(hit) = told(placed, document, hints, value, env)
        {
            out.push(SecretHit { movable, ..hit });
        }
    };
    let said: Vec<(&Placed, &Fallbacks)> = model.segments.iter().zip(fallbacks).filter_map(|(placed, said)| Some((placed, said.as_ref()?))).collect();
    let puts: Vec<(&Placed, &Puts)> = said.iter().filter_map(|(placed, said)| Some((*placed, said.puts.as_ref()?))).collect();
    for one in replaced(&puts) {
        tell(one.placed, one.value, &one.env, true);
    }
    let wanted: Vec<&(Name, Name)> = said.iter().flat_map(|(_, said)| &said.asked_for).collect();
    for placed in model.segments.iter().filter(|_| !wanted.is_empty()) {
        let segment: &Segment = &placed.segment;
        for stmt in &segment.stmts {
            let Some((name, value)) = named(segment, &stmt.kind) else { continue };
            if let Some((env, _)) = wanted.iter().find(|(_, constant)| constant == name) {
                // A read there would stand in for the same read.
                tell(placed, value, env, false);
            }
        }
    }
    out
}

/// A text that stands in for a variable, if whoever has what the variable holds signs in as anybody.
fn told(placed: &Placed, document: &Document, hints: &FileHints, value: ExprId, env: &Name) -> Option<SecretHit> {
    let segment: &Segment = &placed.segment;
    let text = constant(segment, value)?;
    let literal = placed.absolute(segment[value].span);
    let names = Names::of(env);
    let candidate =
        Candidate { value: text, names: &names, siblings: &NONE, position: Position::Value, origin: Origin::Fallback, near: "", whole: true, connects: false };
    let verdict = judge::judge(&candidate, hints).filter(|verdict| verdict.row.row().is_some_and(|row| row.signs_in))?;
    let source = document.code_of(placed.span());
    let token = placed.absolute(Text::one(text, segment[value].span).span_of(0..text.len(), &source, segment[value].span));
    Some(SecretHit {
        row: verdict.row,
        name: env.clone(),
        callee: Name::default(),
        span: literal,
        literal,
        token,
        env: env.clone(),
        severity: verdict.severity,
        evidence: verdict.evidence,
        kind: HitKind::Fallback { env: env.clone() },
        guessable: verdict.guessable,
        movable: false,
    })
}

fn asked_for(segment: &Segment) -> Vec<(Name, Name)> {
    let name_of = |expr: ExprId| match &segment[expr].kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => None,
    };
    let of_expr = |kind: &ExprKind| match kind {
        ExprKind::Logical { op: LogicalOp::Or | LogicalOp::Nullish, left, right } => Some((reads::variable(segment, *left)?, name_of(*right)?)),
        ExprKind::Call { callee, args, .. } => {
            let (env, at) = reads::called_variable(segment, *callee, args)?;
            Some((env, name_of(args.get(at?)?.value)?))
        }
        _ => None,
    };
    segment.exprs.iter().filter_map(|expr| of_expr(&expr.kind)).collect()
}

/// `const a = b`, and Python's `a = b`.
fn named<'s>(segment: &'s Segment, kind: &StmtKind) -> Option<(&'s Name, ExprId)> {
    let (pattern, value) = match kind {
        StmtKind::Let { pattern, value: Some(value), .. } => (*pattern, *value),
        StmtKind::Expr(expr) => match &segment[*expr].kind {
            ExprKind::Assign { target, value, .. } => (*target, *value),
            _ => return None,
        },
        _ => return None,
    };
    match &segment[pattern].kind {
        PatternKind::Name(name) => Some((name, value)),
        _ => None,
    }
}
