//! What an expression stands for.

use std::rc::Rc;

use super::judge::Judge;
use super::literal;
use super::steps::{self, Root, Step};
use crate::model::access_rules::{Expr, ExprKind, Operator, PathPart};
use crate::text::{Date, Name};

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Term {
    Null,
    Bool(bool),
    /// A number or a text as it is written, or a pattern.
    Literal(Name),
    /// The caller as such.
    Caller,
    /// The caller's id.
    Uid,
    /// Something in the caller's token; empty for all of it.
    Claim(Name),
    Now,
    Moment(Date),
    /// A part of the path.
    Wildcard(Name),
    At(Root, Vec<Step>),
    /// Is this document there?
    Exists(Rc<[Step]>),
    /// A text that is put together.
    Steps(Vec<Step>),
    List(Vec<Term>),
    /// Made of these in some way.
    Made(Vec<Term>),
    Unknown,
}

impl<'e> Judge<'e> {
    pub fn term(&mut self, expr: &'e Expr, frame: usize) -> Term {
        if !self.enter() {
            return Term::Unknown;
        }
        let term = self.term_inside(expr, frame);
        self.leave();
        term
    }

    fn term_inside(&mut self, expr: &'e Expr, frame: usize) -> Term {
        match &expr.kind {
            ExprKind::Null => Term::Null,
            ExprKind::Bool(is) => Term::Bool(*is),
            ExprKind::Number(text) | ExprKind::Text(text) | ExprKind::Pattern(text) => Term::Literal(text.clone()),
            ExprKind::Name(name) => self.named(name, frame),
            ExprKind::Member(of, name) => {
                let of = self.term(of, frame);
                member(of, Step::Name(name.clone()))
            }
            ExprKind::Index(of, index) => {
                let of = self.term(of, frame);
                match self.term(index, frame) {
                    Term::Literal(_) if matches!(of, Term::Made(_)) => Term::Unknown,
                    index => member(of, step(&index)),
                }
            }
            ExprKind::Slice(of, ..) => Term::Made(vec![self.term(of, frame)]),
            ExprKind::Call(function, args) => self.called(function, args, frame),
            ExprKind::Path(parts) => Term::Steps(self.document(parts, frame)),
            ExprKind::List(items) => Term::List(items.iter().map(|item| self.term(item, frame)).collect()),
            ExprKind::Binary(operator, a, b) => {
                let (a, b) = (self.term(a, frame), self.term(b, frame));
                match (operator, put_together(&a), put_together(&b)) {
                    (Operator::Plus, Some(mut steps), Some(more)) => {
                        steps.extend(more);
                        Term::Steps(steps)
                    }
                    _ => Term::Made(vec![a, b]),
                }
            }
            ExprKind::Choice(_, a, b) => Term::Made(vec![self.term(a, frame), self.term(b, frame)]),
            ExprKind::Minus(of) | ExprKind::Not(of) => Term::Made(vec![self.term(of, frame)]),
            ExprKind::All(arms) | ExprKind::Any(arms) => Term::Made(arms.iter().map(|arm| self.term(arm, frame)).collect()),
            ExprKind::Map(entries) => Term::Made(entries.iter().map(|(_, value)| self.term(value, frame)).collect()),
            ExprKind::Missing => Term::Unknown,
        }
    }

    fn named(&mut self, name: &Name, frame: usize) -> Term {
        if let Some((value, frame)) = self.bound(name, frame) {
            return self.term(value, frame);
        }
        if self.is_wildcard(name) {
            return Term::Wildcard(name.clone());
        }
        match (name.as_str(), self.is_realtime) {
            ("request", false) => Term::At(Root::Request, Vec::new()),
            ("resource", false) => Term::At(Root::Row, Vec::new()),
            ("auth", true) => Term::Caller,
            ("now", true) => Term::Now,
            ("data", true) => Term::At(Root::Row, Vec::new()),
            ("newData", true) => Term::At(Root::Incoming, Vec::new()),
            ("root", true) => Term::At(Root::Tree, Vec::new()),
            ("query", true) => Term::At(Root::Request, vec![Step::Name(Name::new_static("query"))]),
            _ => Term::Unknown,
        }
    }

    /// A document's path, without what names the database.
    fn document(&mut self, parts: &'e [PathPart], frame: usize) -> Vec<Step> {
        let literal = |at: usize, name: &str| matches!(parts.get(at), Some(PathPart::Literal(text)) if text == name);
        let from = if literal(0, "databases") && literal(2, "documents") { 3 } else { 0 };
        let mut steps = Vec::new();
        for part in parts.get(from..).unwrap_or_default() {
            match part {
                PathPart::Literal(text) => steps.push(Step::Name(text.clone())),
                PathPart::Value(value) => {
                    let value = self.term(value, frame);
                    match put_together(&value) {
                        Some(more) if !more.is_empty() => steps.extend(more),
                        _ => steps.push(Step::Other),
                    }
                }
            }
        }
        steps
    }

    fn called(&mut self, function: &'e Expr, args: &'e [Expr], frame: usize) -> Term {
        match &function.kind {
            ExprKind::Name(name) => match self.inline(name, args, frame) {
                Some((Some(result), frame)) => self.term(result, frame),
                Some((None, _)) => Term::Unknown,
                None => self.built_in(name, args, frame),
            },
            ExprKind::Member(of, method) => match (&of.kind, method.as_str()) {
                (ExprKind::Name(space), "date" | "value") if space == "timestamp" => self.moment(method, args),
                (ExprKind::Name(space), _) if space == "firestore" => self.built_in(method, args, frame),
                _ => self.method(of, method, args, frame),
            },
            _ => Term::Unknown,
        }
    }

    fn built_in(&mut self, name: &str, args: &'e [Expr], frame: usize) -> Term {
        let Some(first) = args.first().map(|arg| self.term(arg, frame)) else { return Term::Unknown };
        match name {
            "get" | "getAfter" => put_together(&first).map_or(Term::Unknown, |steps| Term::At(Root::Document(steps.into()), Vec::new())),
            "exists" | "existsAfter" => put_together(&first).map_or(Term::Unknown, |steps| Term::Exists(steps.into())),
            "string" | "int" | "float" | "bool" | "debug" | "path" => first,
            _ => Term::Made(vec![first]),
        }
    }

    fn moment(&self, method: &str, args: &[Expr]) -> Term {
        let number = |at: usize| match args.get(at).map(|arg| &arg.kind) {
            Some(ExprKind::Number(text)) => Some(text.as_str()),
            _ => None,
        };
        let date = match (method, number(0), number(1), number(2)) {
            ("date", Some(year), Some(month), Some(day)) => literal::date(year, month, day),
            ("value", Some(millis), ..) => literal::millis(millis),
            _ => None,
        };
        date.map_or(Term::Unknown, Term::Moment)
    }
}

/// `of.step`
pub(super) fn member(of: Term, step: Step) -> Term {
    let name = if let Step::Name(name) = &step { name.as_str() } else { "" };
    match of {
        Term::At(Root::Request, path) if path.is_empty() => match name {
            "auth" => Term::Caller,
            "time" => Term::Now,
            "resource" => Term::At(Root::Incoming, Vec::new()),
            _ => Term::At(Root::Request, vec![step]),
        },
        // `resource.data` is what is stored.
        Term::At(root, path) if path.is_empty() && name == "data" && root != Root::Tree && root != Root::Request => Term::At(root, path),
        Term::At(root, mut path) => {
            path.push(step);
            Term::At(root, path)
        }
        Term::Caller => match name {
            "uid" => Term::Uid,
            "token" => Term::Claim(Name::default()),
            _ => Term::Claim(Name::from(name)),
        },
        Term::Claim(before) => Term::Claim(if before.is_empty() { Name::from(name) } else { Name::from(format!("{before}.{name}")) }),
        Term::Now | Term::Moment(_) => Term::Made(vec![of]),
        _ => Term::Unknown,
    }
}

pub(super) fn step(of: &Term) -> Step {
    match of {
        Term::Literal(text) => Step::Name(text.clone()),
        Term::Uid => Step::Caller,
        Term::Wildcard(name) => Step::Here(name.clone()),
        Term::At(Root::Row | Root::Incoming, path) => Step::Here(steps::field(path)),
        _ => Step::Other,
    }
}

/// A text as the steps of a path; `None` if it is no text that can be followed.
pub(super) fn put_together(of: &Term) -> Option<Vec<Step>> {
    match of {
        Term::Literal(text) => Some(steps::split(text).collect()),
        Term::Steps(all) => Some(all.clone()),
        Term::Uid | Term::Wildcard(_) | Term::At(Root::Row | Root::Incoming, _) => Some(vec![step(of)]),
        Term::Claim(_) | Term::At(..) => Some(vec![Step::Other]),
        _ => None,
    }
}
