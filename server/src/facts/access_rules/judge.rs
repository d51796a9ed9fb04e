//! What a condition demands. Functions are looked into with what they are given.

use super::demand::Demand;
use super::literal;
use super::term::Term;
use crate::model::access_rules::{Expr, ExprKind, Function, Operator};
use crate::text::Name;

/// So many expressions are looked at for one condition, and so deep.
const MOST_STEPS: u32 = 4_000;
const DEEPEST: u32 = 200;

pub(super) struct Judge<'e> {
    /// The innermost last.
    functions: &'e [&'e Function],
    wildcards: &'e [Name],
    pub is_realtime: bool,
    frames: Vec<Frame<'e>>,
    steps: u32,
    depth: u32,
}

/// What names stand for: an expression, and the frame that it is to be read in.
#[derive(Default)]
struct Frame<'e> {
    names: Vec<(&'e Name, &'e Expr, usize)>,
}

impl<'e> Judge<'e> {
    pub fn new(functions: &'e [&'e Function], wildcards: &'e [Name], is_realtime: bool) -> Judge<'e> {
        Judge { functions, wildcards, is_realtime, frames: vec![Frame::default()], steps: 0, depth: 0 }
    }

    /// What the condition demands of whoever asks.
    pub fn condition(&mut self, expr: &'e Expr) -> Demand {
        self.demand(expr, 0)
    }

    /// False if enough has been looked at.
    pub(super) fn enter(&mut self) -> bool {
        self.steps += 1;
        let may = self.steps <= MOST_STEPS && self.depth < DEEPEST;
        self.depth += u32::from(may);
        may
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn demand(&mut self, expr: &'e Expr, frame: usize) -> Demand {
        if !self.enter() {
            return Demand::Unknown;
        }
        let demand = self.demand_inside(expr, frame);
        self.leave();
        demand
    }

    fn demand_inside(&mut self, expr: &'e Expr, frame: usize) -> Demand {
        match &expr.kind {
            ExprKind::Not(of) => self.demand(of, frame).negated(),
            ExprKind::All(arms) => Demand::all(arms.iter().map(|arm| self.demand(arm, frame)).collect()),
            ExprKind::Any(arms) => Demand::any(arms.iter().map(|arm| self.demand(arm, frame)).collect()),
            ExprKind::Choice(condition, then, other) => {
                let condition = self.demand(condition, frame);
                let then = Demand::all(vec![condition.clone(), self.demand(then, frame)]);
                let other = Demand::all(vec![condition.negated(), self.demand(other, frame)]);
                Demand::any(vec![then, other])
            }
            ExprKind::Binary(operator, a, b) => self.compared(*operator, a, b, frame),
            ExprKind::Call(function, args) => match &function.kind {
                ExprKind::Name(name) if name == "debug" && args.len() == 1 => args.first().map_or(Demand::Unknown, |arg| self.demand(arg, frame)),
                ExprKind::Name(name) => match self.inline(name, args, frame) {
                    Some((Some(result), frame)) => self.demand(result, frame),
                    Some((None, _)) => Demand::Unknown,
                    None => {
                        let term = self.term(expr, frame);
                        self.met(&term)
                    }
                },
                ExprKind::Member(of, method) if !matches!(&of.kind, ExprKind::Name(space) if space == "firestore") => self.asked(of, method, args, frame),
                _ => {
                    let term = self.term(expr, frame);
                    self.met(&term)
                }
            },
            ExprKind::Name(name) => match self.bound(name, frame) {
                Some((value, frame)) => self.demand(value, frame),
                None => {
                    let term = self.term(expr, frame);
                    self.met(&term)
                }
            },
            _ => {
                let term = self.term(expr, frame);
                self.met(&term)
            }
        }
    }

    fn compared(&mut self, operator: Operator, a: &'e Expr, b: &'e Expr, frame: usize) -> Demand {
        let (left, right) = (self.term(a, frame), self.term(b, frame));
        match operator {
            Operator::Equal | Operator::Unequal => {
                let demand = match (&left, &right) {
                    // `isAdmin() == true`
                    (_, Term::Bool(is)) => self.is(a, frame, *is),
                    (Term::Bool(is), _) => self.is(b, frame, *is),
                    _ => self.related(&left, &right, false),
                };
                if operator == Operator::Equal { demand } else { demand.negated() }
            }
            Operator::In => self.related(&left, &right, true),
            Operator::Is => self.met(&left),
            Operator::Less | Operator::LessOrEqual => self.before(&left, &right),
            Operator::Greater | Operator::GreaterOrEqual => self.before(&right, &left),
            _ => Demand::Unknown,
        }
    }

    fn is(&mut self, expr: &'e Expr, frame: usize, is: bool) -> Demand {
        let demand = self.demand(expr, frame);
        if is { demand } else { demand.negated() }
    }

    /// `earlier < later`
    fn before(&mut self, earlier: &Term, later: &Term) -> Demand {
        match (earlier, later) {
            (Term::Now, Term::Moment(date)) => Demand::Until(*date),
            (Term::Now, Term::Literal(text)) => literal::millis(text).map_or(Demand::Unknown, Demand::Until),
            // It has begun, or will.
            (Term::Moment(_) | Term::Literal(_), Term::Now) => Demand::Unknown,
            _ => self.related(earlier, later, false),
        }
    }

    /// The expression that a name stands for, and where that is to be read.
    pub(super) fn bound(&self, name: &Name, frame: usize) -> Option<(&'e Expr, usize)> {
        let found = self.frames.get(frame)?.names.iter().rev().find(|(known, ..)| *known == name)?;
        Some((found.1, found.2))
    }

    pub(super) fn is_wildcard(&self, name: &Name) -> bool {
        self.is_realtime && name.starts_with('$') || self.wildcards.contains(name)
    }

    /// What a function of the file gives, and the frame to read it in. `None` if there is no such function.
    pub(super) fn inline(&mut self, name: &Name, args: &'e [Expr], frame: usize) -> Option<(Option<&'e Expr>, usize)> {
        let functions = self.functions;
        let function = functions.iter().rev().copied().find(|function| function.name == *name)?;
        let own = self.frames.len();
        let mut names: Vec<(&'e Name, &'e Expr, usize)> = function.params.iter().zip(args).map(|(param, arg)| (param, arg, frame)).collect();
        names.extend(function.lets.iter().map(|(name, value)| (name, value, own)));
        self.frames.push(Frame { names });
        Some((function.result.as_ref(), own))
    }
}
