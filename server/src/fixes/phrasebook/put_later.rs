//! `if (!key) key = "literal"` and its kin: the literal is put where a variable is missing, later on. In its place the program refuses to
//! go on.

use super::{Fallback, Phrasebook};
use crate::facts::secrets::{replaced_in, variable_read};
use crate::fixes::TextEdit;
use crate::fixes::literal::{Code, Extent, Literal};
use crate::model::{BinaryOp, ExprId, ExprKind, LogicalOp, PatternId, PatternKind, Segment, StmtId, StmtKind, UnaryOp, around};
use crate::text::{Name, Span};

pub(super) fn fallback(literal: &Literal, book: &dyn Phrasebook) -> Option<Fallback> {
    let is_it = |one: &crate::facts::secrets::Replaced<'_>| std::ptr::eq(one.placed, literal.placed) && one.value == literal.id;
    let name = replaced_in(&literal.code.model.segments).into_iter().find(is_it).filter(|_| literal.extent == Extent::Whole)?.env;
    let segment = literal.segment();
    let enclosing = around::statements(segment, literal.expr().span);
    let id = *enclosing.first()?;
    let span = literal.placed.absolute(segment[id].span);
    let refusal = book.refusal(literal.code, &name);
    let (refuse, is_given_back) = match &segment[id].kind {
        StmtKind::Return(Some(value)) if *value == literal.id => (refusal, true),
        StmtKind::Expr(expr) => match &segment[*expr].kind {
            ExprKind::Assign { op: None, value, .. } if *value == literal.id => (refusal, false),
            // `key ||= "literal";` asks by itself.
            ExprKind::AssignLogical { target, op: LogicalOp::Or | LogicalOp::Nullish, value } if *value == literal.id => {
                let target = literal.placed.absolute(segment[*target].span).of(&literal.code.text);
                return Some(instead(literal, name, span, &format!("if (!{target}) {refusal}")));
            }
            _ => return None,
        },
        _ => return None,
    };
    let asked = Asked { segment, is_given_back, holders: holders(literal.code, &name), env: &name };
    asked.is_for_missing(&enclosing).then(|| instead(literal, name.clone(), span, &refuse))
}

/// With the end that the statement has.
fn instead(literal: &Literal, name: Name, span: Span, refusal: &str) -> Fallback {
    let end = if span.of(&literal.code.text).ends_with(';') { ";" } else { "" };
    Fallback { name, edits: vec![TextEdit { span, text: format!("{refusal}{end}") }], whole: None, assigns: false, refuses: true }
}

/// What a condition has to ask for: the variable, or what holds it.
struct Asked<'s> {
    segment: &'s Segment,
    holders: Vec<String>,
    env: &'s Name,
    /// The literal is what a function gives back.
    is_given_back: bool,
}

/// What is made of the variable somewhere in the file: `key`, `config.key`.
fn holders(code: &Code, env: &Name) -> Vec<String> {
    let mut found = Vec::new();
    for placed in &code.model.segments {
        let segment = &placed.segment;
        for stmt in &segment.stmts {
            let (target, value) = match &stmt.kind {
                StmtKind::Let { pattern, value: Some(value), .. } => (*pattern, *value),
                StmtKind::Expr(expr) => match &segment[*expr].kind {
                    ExprKind::Assign { target, value, .. } => (*target, *value),
                    _ => continue,
                },
                _ => continue,
            };
            if variable_read(segment, value).is_some_and(|read| read == *env) {
                found.extend(path_of(segment, target));
            }
        }
    }
    found
}

impl Asked<'_> {
    /// Does the innermost of these statements run because the variable is missing, and for no other reason?
    fn is_for_missing(&self, enclosing: &[StmtId]) -> bool {
        for pair in enclosing.windows(2) {
            let [inner, outer] = pair else { continue };
            match &self.segment[*outer].kind {
                StmtKind::Block(_) => {}
                StmtKind::If { cond, then, .. } => {
                    return self.tells_missing(*cond, 0) == Some(then.contains(inner));
                }
                StmtKind::Try { handlers, .. } => return handlers.iter().any(|handler| handler.body.contains(inner)),
                _ => break,
            }
        }
        // What a function gives back in the end.
        self.is_given_back
    }

    /// Is the variable missing where the condition is true (`Some(true)`), or there (`Some(false)`)? `None`: it asks for something else.
    fn tells_missing(&self, cond: ExprId, depth: u32) -> Option<bool> {
        let segment = self.segment;
        if depth > 8 {
            return None;
        }
        match &segment[cond].kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.tells_missing(*operand, depth + 1).map(|missing| !missing),
            ExprKind::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), left, right } => {
                let asks = |a: ExprId, b: ExprId| self.is_variable(a) && is_nothing(segment, b);
                (asks(*left, *right) || asks(*right, *left)).then_some(*op == BinaryOp::Eq)
            }
            ExprKind::Binary { op: op @ (BinaryOp::In | BinaryOp::NotIn), left, .. } => {
                let names_it = matches!(&segment[*left].kind, ExprKind::Str(text) if **text == **self.env);
                names_it.then_some(*op == BinaryOp::NotIn)
            }
            ExprKind::Logical { op, left, right } => {
                let both = (self.tells_missing(*left, depth + 1)?, self.tells_missing(*right, depth + 1)?);
                match (op, both) {
                    (LogicalOp::Or, (true, true)) => Some(true),
                    (LogicalOp::And, (false, false)) => Some(false),
                    _ => None,
                }
            }
            _ => self.is_variable(cond).then_some(false),
        }
    }

    fn is_variable(&self, id: ExprId) -> bool {
        let segment = self.segment;
        match &segment[id].kind {
            ExprKind::Unary { op: UnaryOp::Typeof, operand } => self.is_variable(*operand),
            _ if variable_read(segment, id).is_some_and(|read| read == *self.env) => true,
            ExprKind::Name(_) | ExprKind::Member { .. } => path(segment, id).is_some_and(|path| self.holders.contains(&path)),
            _ => false,
        }
    }
}

/// `null`, `None`, `undefined`, `""`, `"undefined"` behind `typeof`.
fn is_nothing(segment: &Segment, id: ExprId) -> bool {
    match &segment[id].kind {
        ExprKind::Null => true,
        ExprKind::Name(name) => name == "undefined",
        ExprKind::Str(text) => text.is_empty() || &**text == "undefined",
        _ => false,
    }
}

fn path_of(segment: &Segment, target: PatternId) -> Option<String> {
    match &segment[target].kind {
        PatternKind::Name(name) => Some(name.to_string()),
        PatternKind::Place(place) => path(segment, *place),
        _ => None,
    }
}

/// `key`, `config.key`.
fn path(segment: &Segment, id: ExprId) -> Option<String> {
    match &segment[id].kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::This => Some("this".to_owned()),
        ExprKind::Member { base, name, .. } => Some(format!("{}.{name}", path(segment, *base)?)),
        _ => None,
    }
}

/// The class of an error that the file throws already where a setting is wrong, if it has one.
pub(super) fn own_error(code: &Code) -> Option<Name> {
    const WORDS: &[&str] = &["config", "configured", "configuration", "env", "environment", "setting", "settings"];
    let is_of_settings = |name: &Name| crate::facts::names::words(name).iter().any(|word| WORDS.contains(&word.as_str()));
    code.model.segments.iter().find_map(|placed| {
        let segment = &placed.segment;
        segment.stmts.iter().find_map(|stmt| {
            let StmtKind::Throw(Some(thrown)) = &stmt.kind else { return None };
            let ExprKind::Call { callee, args, .. } = &segment[*thrown].kind else { return None };
            let ExprKind::Name(name) = &segment[*callee].kind else { return None };
            let is_told = matches!(args.as_slice(), [arg] if matches!(segment[arg.value].kind, ExprKind::Str(_) | ExprKind::Template(_)));
            (is_told && is_of_settings(name)).then(|| name.clone())
        })
    })
}
