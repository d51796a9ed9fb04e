//! `switch` as a chain of `if`s on equality.
//!
//! ```text
//! switch (x) {                      if (x == 1 || x == 2) { a(); b() }
//!   case 1: case 2: a();            else if (x == 3) { b() }
//!   case 3: b(); break;             else { c() }
//!   default: c();
//! }
//! ```
//! A body that several arms fall into is listed in each of them, with the same ids. A subject that is more than a name
//! is evaluated once: it is bound to a constant called `switch`, which no code can name.

use super::kinds::{Field, Kind};
use super::{Child, Children, Ecma};
use crate::model::{BinaryOp, ExprId, ExprKind, LetKind, LogicalOp, StmtId, StmtKind, UnaryOp};
use crate::text::{Name, Span};

/// How many bodies an arm may fall through, and how many `switch`es inside each other may do it: together they bound
/// how often a statement is listed.
const MAX_FALLS: usize = 8;
const MAX_REPEATING: u32 = 2;

/// `case`s that share a body.
#[derive(Default)]
struct Arm<'a> {
    span: Span,
    values: Vec<Child<'a>>,
    is_default: bool,
    body: Vec<StmtId>,
    /// The body runs on into the next one.
    falls: bool,
    /// A `break` stands somewhere inside the body.
    breaks: bool,
}

impl<'a> Ecma<'a> {
    pub(super) fn switch(&mut self, child: Child<'a>, out: &mut Vec<StmtId>) {
        let span = self.span(child);
        let children = self.children(child.node);
        let value = children.field(Field::Value);
        let subject = self.operand(value, span);
        let cases = children.field(Field::Body).map(|body| self.children(body.node)).unwrap_or_default();
        let links = self.links;
        let arms = self.arms(&cases);
        self.links = links;

        let compared = arms.iter().filter(|arm| !arm.is_default).map(|arm| arm.values.len()).sum::<usize>();
        let mut before = Vec::new();
        let mut shared = false;
        if compared == 0 {
            let subject_span = self.cx.builder.segment[subject].span;
            self.emit(subject_span, StmtKind::Expr(subject), &mut before);
        } else if compared > 1 && !self.is_cheap(subject) {
            let subject_span = self.cx.builder.segment[subject].span;
            let pattern = self.named_pattern("switch", Span::at(subject_span.start));
            self.emit(subject_span, StmtKind::Let { pattern, value: Some(subject), ty: None, kind: LetKind::Const }, &mut before);
            shared = true;
        }

        let mut otherwise = match arms.iter().position(|arm| arm.is_default) {
            Some(at) => self.arm_body(&arms, at),
            None => Vec::new(),
        };
        let mut unused = Some(subject).filter(|_| !shared && compared > 0);
        for (at, arm) in arms.iter().enumerate().rev().filter(|(_, arm)| !arm.is_default) {
            let tests = arm.values.iter().map(|case| {
                let subject = unused.take();
                self.test(subject, value, *case, shared)
            });
            let tests: Vec<ExprId> = tests.collect();
            let Some(cond) = self.any_of(tests) else { continue };
            let then = self.arm_body(&arms, at);
            let start = if at == 0 { span.start } else { arm.span.start };
            let stmt = self.cx.builder.stmt(Span::new(start, span.end), StmtKind::If { cond, then, otherwise, removable: false });
            otherwise = vec![stmt];
        }
        before.append(&mut otherwise);
        match before.len() {
            0 | 1 => out.append(&mut before),
            _ => self.emit(span, StmtKind::Block(before), out),
        }
    }

    /// Lowers the bodies, joining cases without one to the next.
    fn arms(&mut self, cases: &Children<'a>) -> Vec<Arm<'a>> {
        let mut arms: Vec<Arm<'a>> = Vec::new();
        let last = self.links + self.room();
        let mut arm = Arm::default();
        for case in cases.iter() {
            let case_span = self.span(case);
            let parts = self.children(case.node);
            match case.kind {
                Kind::SwitchCase => arm.values.extend(parts.field(Field::Value)),
                Kind::SwitchDefault => arm.is_default = true,
                _ => {
                    self.fragments(&[case], &mut arm.body);
                    continue;
                }
            }
            let start = if arm.span.is_empty() { case_span.start } else { arm.span.start };
            arm.span = Span::new(start, case_span.end);
            let body: Vec<Child<'a>> = parts.iter().filter(|part| part.field == Field::Body || part.kind == Kind::Error).collect();
            if body.is_empty() {
                continue;
            }
            if self.links >= last {
                break;
            }
            self.links += 1;
            let mut complete = std::mem::take(&mut arm);
            self.case_body(&body, &mut complete);
            arms.push(complete);
        }
        // The last cases may have no body, and what follows the last case no `case`.
        if arm.is_default || !arm.values.is_empty() {
            arms.push(arm);
        } else if let Some(last) = arms.last_mut() {
            last.body.append(&mut arm.body);
        }
        arms
    }

    fn case_body(&mut self, body: &[Child<'a>], arm: &mut Arm<'a>) {
        let outer = std::mem::take(&mut self.breaks);
        self.repeats += 1;
        let (mut list, mut ended) = self.without_break(body);
        if let [block] = list.as_slice()
            && block.kind == Kind::StatementBlock
        {
            let inner = self.children(block.node);
            let (inner, inner_ended) = self.without_break(&inner.0);
            ended |= inner_ended;
            list = inner;
        }
        self.deeper(|ecma| {
            for child in &list {
                ecma.any_stmt(*child, &mut arm.body);
            }
        });
        self.repeats -= 1;
        arm.breaks = std::mem::replace(&mut self.breaks, outer);
        arm.falls = !ended && self.completes(&arm.body);
    }

    /// The statements without the `break` at their end, and whether there was one.
    fn without_break(&mut self, list: &[Child<'a>]) -> (Vec<Child<'a>>, bool) {
        match list.split_last() {
            Some((last, rest)) if last.kind == Kind::BreakStatement && !self.children(last.node).has(Kind::StatementIdentifier) => (rest.to_vec(), true),
            _ => (list.to_vec(), false),
        }
    }

    /// The statements an arm runs: its own, and those it falls into.
    fn arm_body(&mut self, arms: &[Arm<'a>], at: usize) -> Vec<StmtId> {
        let falls = if self.repeats < MAX_REPEATING { MAX_FALLS } else { 0 };
        let mut body = Vec::new();
        let mut breaks = false;
        let mut span = None;
        for arm in arms.iter().skip(at).take(1 + falls) {
            body.extend(arm.body.iter().copied());
            breaks |= arm.breaks;
            let arm_span = span.get_or_insert(arm.span);
            arm_span.end = arm.span.end;
            if !arm.falls {
                break;
            }
        }
        let Some(span) = span.filter(|_| breaks) else { return body };
        let mut out = Vec::new();
        self.once(span, body, &mut out);
        out
    }

    /// `subject == case`, or the case alone under `switch (true)` if it is a comparison.
    fn test(&mut self, subject: Option<ExprId>, value: Option<Child<'a>>, case: Child<'a>, shared: bool) -> ExprId {
        let span = self.span(case);
        let left = match (subject, value) {
            (Some(subject), _) => subject,
            (None, _) if shared => {
                let subject_span = value.map_or(Span::at(span.start), |value| self.span(value));
                self.push(subject_span, ExprKind::Name(Name::new_static("switch")))
            }
            (None, value) => self.operand(value, span),
        };
        let right = self.expr(case);
        let segment = &self.cx.builder.segment;
        if segment[left].kind == ExprKind::Bool(true) && is_comparison(&segment[right].kind) {
            return right;
        }
        self.push(span, ExprKind::Binary { op: BinaryOp::Eq, left, right })
    }

    /// `a || b || c`, nested as little as possible: lists of cases grow long.
    fn any_of(&mut self, mut tests: Vec<ExprId>) -> Option<ExprId> {
        while tests.len() > 1 {
            let pairs = tests.chunks(2).map(|pair| match *pair {
                [left, right] => {
                    let segment = &self.cx.builder.segment;
                    let span = Span::new(segment[left].span.start, segment[right].span.end.max(segment[left].span.start));
                    self.cx.builder.expr(span, ExprKind::Logical { op: LogicalOp::Or, left, right })
                }
                ref single => single[0],
            });
            tests = pairs.collect();
        }
        tests.pop()
    }

    /// True for names, members and literals: evaluating them again changes nothing and costs little.
    fn is_cheap(&self, expr: ExprId) -> bool {
        let segment = &self.cx.builder.segment;
        let mut pending = vec![expr];
        for _ in 0..8 {
            let Some(expr) = pending.pop() else { return true };
            match &segment[expr].kind {
                ExprKind::Name(_) | ExprKind::This | ExprKind::Str(_) | ExprKind::Num(_) | ExprKind::Bool(_) | ExprKind::Null => {}
                ExprKind::Member { base, .. } => pending.push(*base),
                ExprKind::Index { base, index, .. } => pending.extend([*base, *index]),
                ExprKind::Unary { op: UnaryOp::Typeof | UnaryOp::Not, operand } => pending.push(*operand),
                _ => return false,
            }
        }
        pending.is_empty()
    }

    /// False if what follows these statements is never reached.
    fn completes(&self, stmts: &[StmtId]) -> bool {
        let segment = &self.cx.builder.segment;
        let mut stmts = stmts;
        loop {
            let Some(last) = stmts.last() else { return true };
            match &segment[*last].kind {
                StmtKind::Return(_) | StmtKind::Throw(_) | StmtKind::Break | StmtKind::Continue => return false,
                StmtKind::Block(body) => stmts = body,
                StmtKind::If { then, otherwise, .. } => {
                    if self.completes(then) {
                        return true;
                    }
                    stmts = otherwise;
                }
                StmtKind::Try { body, handlers, finally, .. } => {
                    if !finally.is_empty() && !self.completes(finally) {
                        return false;
                    }
                    if handlers.iter().any(|handler| self.completes(&handler.body)) {
                        return true;
                    }
                    stmts = body;
                }
                _ => return true,
            }
        }
    }
}

fn is_comparison(kind: &ExprKind) -> bool {
    use BinaryOp::*;
    match kind {
        ExprKind::Binary { op, .. } => matches!(op, Eq | Ne | Lt | Le | Gt | Ge | In | Instanceof),
        ExprKind::Unary { op, .. } => *op == UnaryOp::Not,
        _ => false,
    }
}
