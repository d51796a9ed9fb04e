//! `match`: a chain of `if` on equality.
//!
//! Patterns that compare structure (classes, mappings, sequences) become conditions nobody can decide, over what can be
//! read of them; the names they capture are bound to the parts of the subject all the same.

use tree_sitter::Node;

use super::case_pattern::{Capture, Captures, Test};
use super::kind::{Field, Kind};
use super::{Part, Reader};
use crate::model::{BinaryOp, ExprId, ExprKind, LetKind, LogicalOp, PatternKind, StmtId, StmtKind};
use crate::text::{Name, Span};

/// The name that a subject is kept under which is more than a name itself: no program can write it.
const KEPT: Name = Name::new_static("<match>");

/// A subject of this many names (`self.request.method` has three) is read anew by each case; longer ones are kept.
const NAMES: usize = 4;

/// How the cases read what is matched.
struct Subject {
    /// The first is read from the scope, each other one is a member of those before it.
    names: Vec<(Name, Span)>,
    /// The subject as it stands in the code, for the case that reads it first.
    unread: Option<ExprId>,
}

struct Arm {
    start: u32,
    /// `None` if the pattern fits everything.
    cond: Option<ExprId>,
    /// Binds the names that the guard reads, so it stands before the condition.
    before: Vec<StmtId>,
    then: Vec<StmtId>,
}

impl<'t, 'n> Reader<'t, 'n> {
    pub(super) fn match_statement(&mut self, node: Node<'n>, out: &mut Vec<StmtId>) {
        let whole = self.span(node);
        let parts = self.parts(node);
        let subjects: Vec<Part<'n>> = parts.iter().filter(|part| part.field == Field::Subject && !part.kind.is_token()).copied().collect();
        let value = match subjects.as_slice() {
            [only] => self.expr(*only),
            several => self.loose_tuple(several, whole.start),
        };
        let mut inside = Vec::new();
        let mut subject = self.subject(value, &mut inside);
        let mut arms = Vec::new();
        let mut broken = Vec::new();
        if let Some(block) = parts.iter().find(|part| part.field == Field::Body) {
            for part in self.parts_and_errors(block.node) {
                match part.kind {
                    Kind::CaseClause => arms.push(self.case(part.node, &mut subject)),
                    _ => self.statement(part, &mut broken),
                }
            }
        }
        if let Some(unread) = subject.unread {
            let span = self.cx.builder.segment[unread].span;
            inside.push(self.cx.builder.stmt(span, StmtKind::Expr(unread)));
        }
        inside.extend(self.arms(arms, whole.end));
        inside.append(&mut broken);
        match inside.as_slice() {
            [_] => out.append(&mut inside),
            _ => out.push(self.cx.builder.stmt(whole, StmtKind::Block(inside))),
        }
    }

    fn arms(&mut self, arms: Vec<Arm>, end: u32) -> Vec<StmtId> {
        let mut otherwise: Vec<StmtId> = Vec::new();
        for Arm { start, cond, mut before, mut then } in arms.into_iter().rev() {
            let cond = match cond {
                Some(cond) => cond,
                None if otherwise.is_empty() => {
                    before.append(&mut then);
                    otherwise = before;
                    continue;
                }
                // Cases after one that fits everything: Python refuses them, somebody is typing.
                None => self.absent(start),
            };
            let kind = StmtKind::If { cond, then, otherwise, removable: false };
            before.push(self.cx.builder.stmt(Span::new(start, end), kind));
            otherwise = before;
        }
        otherwise
    }

    fn subject(&mut self, value: ExprId, kept: &mut Vec<StmtId>) -> Subject {
        let segment = &self.cx.builder.segment;
        let span = segment[value].span;
        let mut names = Vec::new();
        let mut at = value;
        while names.len() < NAMES {
            match &segment[at].kind {
                ExprKind::Name(name) => {
                    names.push((name.clone(), segment[at].span));
                    names.reverse();
                    return Subject { names, unread: Some(value) };
                }
                ExprKind::Member { base, name, name_span, .. } => {
                    names.push((name.clone(), *name_span));
                    at = *base;
                }
                _ => break,
            }
        }
        let pattern = self.cx.builder.pattern(span, PatternKind::Name(KEPT));
        kept.push(self.cx.builder.stmt(span, StmtKind::Let { pattern, value: Some(value), ty: None, kind: LetKind::Let }));
        Subject { names: vec![(KEPT, span)], unread: None }
    }

    fn read_subject(&mut self, subject: &mut Subject) -> ExprId {
        if let Some(unread) = subject.unread.take() {
            return unread;
        }
        let mut names = subject.names.iter();
        let Some((name, first)) = names.next() else { return self.absent(0) };
        let mut read = self.new_expr(*first, ExprKind::Name(name.clone()));
        for (name, name_span) in names {
            let span = Span::new(first.start, name_span.end);
            read = self.new_expr(span, ExprKind::Member { base: read, name: name.clone(), name_span: *name_span, optional: false });
        }
        read
    }

    fn case(&mut self, node: Node<'n>, subject: &mut Subject) -> Arm {
        let span = self.span(node);
        let parts = self.parts(node);
        let patterns: Vec<Part<'n>> = parts.iter().filter(|part| part.kind == Kind::CasePattern).copied().collect();
        let mut captures = Captures::default();
        let test = self.case_test(&patterns, &mut captures);
        let patterns_span = match (patterns.first(), patterns.last()) {
            (Some(first), Some(last)) => Span::new(self.span(first.node).start, self.span(last.node).end),
            _ => span,
        };
        let mut cond = self.condition(test, patterns_span, subject);
        let mut bound = self.bind(captures, subject);
        let mut before = Vec::new();
        if let Some(guard) = parts.iter().find(|part| part.field == Field::Guard) {
            before.append(&mut bound);
            let guard_end = self.span(guard.node).end;
            let guard = self.only(guard.node);
            cond = Some(match cond {
                Some(cond) => {
                    let kind = ExprKind::Logical { op: LogicalOp::And, left: cond, right: guard };
                    self.new_expr(Span::new(patterns_span.start, guard_end), kind)
                }
                None => guard,
            });
        }
        let mut then = bound;
        then.append(&mut self.block(parts.iter().find(|part| part.kind == Kind::Block).copied()));
        Arm { start: span.start, cond, before, then }
    }

    fn condition(&mut self, test: Test, span: Span, subject: &mut Subject) -> Option<ExprId> {
        match test {
            Test::Always => None,
            Test::Equals(right) => {
                let left = self.read_subject(subject);
                Some(self.new_expr(span, ExprKind::Binary { op: BinaryOp::Eq, left, right }))
            }
            Test::Structure(mut read) => {
                read.insert(0, self.read_subject(subject));
                Some(self.new_expr(span, ExprKind::Other(read)))
            }
            Test::Any(tests) => {
                if tests.iter().any(|(test, _)| matches!(test, Test::Always)) {
                    return None;
                }
                let mut whole: Option<ExprId> = None;
                for (test, span) in tests {
                    let right = self.condition(test, span, subject)?;
                    whole = Some(match whole {
                        Some(left) => {
                            let start = self.cx.builder.segment[left].span.start;
                            self.new_expr(Span::new(start, span.end), ExprKind::Logical { op: LogicalOp::Or, left, right })
                        }
                        None => right,
                    });
                }
                whole
            }
        }
    }

    fn bind(&mut self, captures: Captures, subject: &mut Subject) -> Vec<StmtId> {
        let mut lets = Vec::new();
        for Capture { pattern, whole } in captures.into_list() {
            let span = self.cx.builder.segment[pattern].span;
            let read = self.read_subject(subject);
            let value = if whole { read } else { self.new_expr(span, ExprKind::Other(vec![read])) };
            lets.push(self.cx.builder.stmt(span, StmtKind::Let { pattern, value: Some(value), ty: None, kind: LetKind::Let }));
        }
        lets
    }
}
