//! What is called on a value.

use super::demand::Demand;
use super::judge::Judge;
use super::steps::{Root, Step};
use super::term::{Term, member, put_together};
use crate::model::access_rules::{Expr, ExprKind};
use crate::text::Name;

impl<'e> Judge<'e> {
    /// The value that a method gives.
    pub(super) fn method(&mut self, of: &'e Expr, method: &str, args: &'e [Expr], frame: usize) -> Term {
        let of = self.term(of, frame);
        match method {
            // Another look at the same thing.
            "val" | "exists" | "keys" | "values" | "toSet" | "lower" | "upper" | "trim" | "toString" | "toLowerCase" | "toUpperCase" | "isString"
            | "isNumber" | "isBoolean" => of,
            "get" => match args.first().map(|arg| self.term(arg, frame)) {
                Some(Term::List(path)) => path.iter().fold(of, |of, step| member(of, super::term::step(step))),
                Some(key) => member(of, super::term::step(&key)),
                None => Term::Unknown,
            },
            "child" if self.is_realtime => {
                let steps = args.first().and_then(|arg| put_together(&self.term(arg, frame))).unwrap_or_else(|| vec![Step::Other]);
                steps.into_iter().fold(of, member)
            }
            "parent" if self.is_realtime => match of {
                Term::At(root, path) => match (path.split_last(), &root) {
                    (Some((_, above)), _) => Term::At(root, above.to_vec()),
                    // What stands above this place, told by its name from there.
                    (None, Root::Row | Root::Incoming) => Term::At(root, vec![Step::Name(Name::new_static(".."))]),
                    (None, _) => Term::Unknown,
                },
                _ => Term::Unknown,
            },
            // Which of the fields are written: that is for the caller to choose.
            "diff" | "affectedKeys" | "changedKeys" | "addedKeys" | "removedKeys" | "unchangedKeys" => match of {
                Term::At(Root::Incoming, _) => Term::At(Root::Incoming, vec![Step::Name(Name::new_static("*"))]),
                Term::At(Root::Row, _) if method == "diff" => Term::At(Root::Incoming, vec![Step::Name(Name::new_static("*"))]),
                of => Term::Made(vec![of]),
            },
            _ => {
                let mut made = vec![of];
                made.extend(args.iter().map(|arg| self.term(arg, frame)));
                Term::Made(made)
            }
        }
    }

    /// A method whose answer is yes or no.
    pub(super) fn asked(&mut self, of: &'e Expr, method: &str, args: &'e [Expr], frame: usize) -> Demand {
        match method {
            "matches" | "contains" | "beginsWith" | "endsWith" => {
                let (of, arg) = (self.term(of, frame), args.first().map_or(Term::Unknown, |arg| self.term(arg, frame)));
                self.related(&of, &arg, method == "contains")
            }
            "hasAny" | "hasAll" | "hasOnly" => {
                let limits =
                    method != "hasAny" && matches!(&of.kind, ExprKind::Call(inner, _) if matches!(&inner.kind, ExprKind::Member(_, name) if name == "keys"));
                let of = self.term(of, frame);
                match args.first().map(|arg| self.term(arg, frame)) {
                    Some(_) if limits && matches!(&of, Term::At(Root::Incoming, path) if path.is_empty()) => Demand::Incoming(Name::new_static("*")),
                    Some(Term::List(items)) => Demand::any(items.iter().map(|item| self.related(item, &of, true)).collect()),
                    Some(other) => self.related(&other, &of, true),
                    None => Demand::Unknown,
                }
            }
            "hasChild" | "hasChildren" => {
                let of = self.term(of, frame);
                match (args.first().map(|arg| self.term(arg, frame)), of) {
                    (Some(Term::List(_)), Term::At(Root::Incoming, path)) if path.is_empty() => Demand::Incoming(Name::new_static("*")),
                    (Some(arg), of) if method == "hasChild" => {
                        let of = put_together(&arg).unwrap_or_default().into_iter().fold(of, member);
                        self.met(&of)
                    }
                    (_, of) => self.met(&of),
                }
            }
            _ => {
                let term = self.method(of, method, args, frame);
                self.met(&term)
            }
        }
    }
}
